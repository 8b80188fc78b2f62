// As `responder`, over UDP: echoers for every type of body behind a bind that anybody may send to.

#[allow(dead_code)]
mod peer;

use ockam::udp::{UdpBindArguments, UdpBindOptions};
use ockam::{Context, Result};
use peer::api;
use peer::options::Options;
use peer::workers::start_echoers;

fn main() {
    let options = Options::parse(&["listen=", "admit="]);
    peer::run(|ctx| respond(ctx, options));
}

async fn respond(ctx: Context, options: Options) -> Result<()> {
    let udp = api::udp(&ctx).await?;
    start_echoers(&ctx).await?;
    let address = options.text("listen", "127.0.0.1:0");
    let arguments = UdpBindArguments::new().with_bind_address(address)?;
    let bind = udp.bind(arguments, UdpBindOptions::new()).await?;
    for name in options.all("admit") {
        api::add_consumer(&ctx, &name.as_str().into(), bind.flow_control_id());
    }
    peer::say(format!("Listening on {}", bind.bind_address()));
    Ok(())
}
