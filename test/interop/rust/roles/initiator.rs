// The tutorial's initiator: sends over a TCP connection and prints what comes back.

#[allow(dead_code)]
mod peer;

use ockam::tcp::TcpConnectionOptions;
use ockam::{Context, Result};
use peer::asking::{ask_all, Target, ASKING};
use peer::options::Options;
use peer::{api, say};

fn main() {
    let options = Options::parse(&ASKING);
    peer::run(|ctx| initiate(ctx, options));
}

async fn initiate(ctx: Context, options: Options) -> Result<()> {
    let tcp = api::tcp(&ctx).await?;
    let connection = tcp
        .connect(options.text("connect", ""), TcpConnectionOptions::new())
        .await?;
    let target = Target {
        prefix: vec![connection.sender_address().clone()],
        connection: connection.flow_control_id().clone(),
    };
    ask_all(&ctx, &target, &options).await?;
    if options.has("stay") {
        say("Staying");
        return Ok(());
    }
    api::disconnect(&tcp, connection.sender_address()).await?;
    api::stop_node(&ctx).await
}
