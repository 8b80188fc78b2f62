// The tutorial's middle node: a relay worker between a TCP listener and a TCP connection.

#[allow(dead_code)]
mod peer;

use ockam::tcp::{TcpConnectionOptions, TcpListenerOptions};
use ockam::{route, Context, Result};
use peer::api;
use peer::options::Options;
use peer::workers::Relay;

fn main() {
    let options = Options::parse(&["listen=", "connect=", "no-replies", "no-further"]);
    peer::run(|ctx| relay(ctx, options));
}

async fn relay(ctx: Context, options: Options) -> Result<()> {
    let tcp = api::tcp(&ctx).await?;
    let connection = tcp
        .connect(options.text("connect", ""), TcpConnectionOptions::new())
        .await?;
    let next_hop = connection.sender_address().clone();
    let relay = Relay {
        route: route![next_hop.clone()],
        next_hop,
        admits_replies: !options.has("no-replies"),
        admits_further: !options.has("no-further"),
    };
    api::start_worker(&ctx, "forward_to_responder", relay).await?;
    let address = options.text("listen", "127.0.0.1:0");
    let listener = tcp.listen(address, TcpListenerOptions::new()).await?;
    api::add_consumer(
        &ctx,
        &"forward_to_responder".into(),
        listener.flow_control_id(),
    );
    peer::say(format!("Listening on {}", listener.socket_string()));
    Ok(())
}
