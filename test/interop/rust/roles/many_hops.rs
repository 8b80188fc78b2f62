// Hops on both sides of a connection: [h1, connection, h2, h3, echoer]. The others are at the
// other node; the reply comes back through h1, which therefore is a consumer of the connection.

#[allow(dead_code)]
mod peer;

use ockam::tcp::TcpConnectionOptions;
use ockam::{Context, Result};
use peer::api;
use peer::asking::{ask_all, Target, ASKING};
use peer::options::Options;
use peer::workers::Hop;

fn main() {
    let mut options = ASKING.to_vec();
    options.push("not-admitted");
    let options = Options::parse(&options);
    peer::run(|ctx| initiate(ctx, options));
}

async fn initiate(ctx: Context, options: Options) -> Result<()> {
    let tcp = api::tcp(&ctx).await?;
    api::start_worker(&ctx, "h1", Hop).await?;
    let connection = tcp
        .connect(options.text("connect", ""), TcpConnectionOptions::new())
        .await?;
    if !options.has("not-admitted") {
        api::add_consumer(&ctx, &"h1".into(), connection.flow_control_id());
    }
    let target = Target {
        prefix: vec!["h1".into(), connection.sender_address().clone()],
        connection: connection.flow_control_id().clone(),
    };
    ask_all(&ctx, &target, &options).await?;
    api::stop_node(&ctx).await
}
