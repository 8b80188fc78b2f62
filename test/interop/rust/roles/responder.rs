// The tutorial's responder: an echoer behind a TCP listener.

#[allow(dead_code)]
mod peer;

use ockam::tcp::TcpListenerOptions;
use ockam::{Context, Result};
use peer::api;
use peer::options::Options;
use peer::workers::Echoer;

fn main() {
    let options = Options::parse(&["listen="]);
    peer::run(|ctx| respond(ctx, options));
}

async fn respond(ctx: Context, options: Options) -> Result<()> {
    let tcp = api::tcp(&ctx).await?;
    api::start_worker(&ctx, "echoer", Echoer::<String>::new()).await?;
    let address = options.text("listen", "127.0.0.1:0");
    let listener = tcp.listen(address, TcpListenerOptions::new()).await?;
    api::add_consumer(&ctx, &"echoer".into(), listener.flow_control_id());
    peer::say(format!("Listening on {}", listener.socket_string()));
    Ok(())
}
