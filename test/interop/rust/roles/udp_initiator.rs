// As `initiator`, over UDP: without --tied from a bind that names the peer in every route, with it
// from one that talks to this peer alone.

#[allow(dead_code)]
mod peer;

use ockam::udp::{UdpBindArguments, UdpBindOptions};
use ockam::{Context, Result};
use peer::api;
use peer::asking::{ask_all, Target, ASKING};
use peer::options::Options;

fn main() {
    let mut options = ASKING.to_vec();
    options.push("tied");
    let options = Options::parse(&options);
    peer::run(|ctx| initiate(ctx, options));
}

async fn initiate(ctx: Context, options: Options) -> Result<()> {
    let udp = api::udp(&ctx).await?;
    let remote = options.text("connect", "");
    let mut arguments = UdpBindArguments::new();
    if options.has("tied") {
        arguments = arguments.with_peer_address(&remote).await?;
    }
    let bind = udp.bind(arguments, UdpBindOptions::new()).await?;
    let mut prefix = vec![bind.sender_address().clone()];
    if !options.has("tied") {
        prefix.push(format!("2#{remote}").into());
    }
    let target = Target {
        prefix,
        connection: bind.flow_control_id().clone(),
    };
    ask_all(&ctx, &target, &options).await?;
    api::stop_node(&ctx).await
}
