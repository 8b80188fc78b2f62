// Says what comes over a transport that speaks BARE: --over websocket or uds. It cannot answer: in
// 0.150 a node refuses what is sent to `3#host:port` and `5#path`.

#[allow(dead_code)]
mod peer;

use ockam::{Context, Result, Routed, Worker};
use ockam_transport_uds::UdsTransport;
use ockam_transport_websocket::WebSocketTransport;
use peer::options::Options;
use peer::{api, say};

fn main() {
    let options = Options::parse(&["over=", "listen="]);
    peer::run(|ctx| listen(ctx, options));
}

async fn listen(ctx: Context, options: Options) -> Result<()> {
    api::start_worker(&ctx, "printer", Printer).await?;
    let mut at = options.text("listen", "");
    if options.text("over", "") == "uds" {
        UdsTransport::create(&ctx)?.listen(&at).await?;
    } else {
        let transport = WebSocketTransport::create(&ctx)?;
        at = transport.listen(at).await?.to_string();
    }
    say(format!("Listening on {at}"));
    Ok(())
}

struct Printer;

#[ockam::worker]
impl Worker for Printer {
    type Context = Context;
    type Message = String;

    async fn handle_message(&mut self, _: &mut Context, msg: Routed<String>) -> Result<()> {
        say(format!("Received: {}", msg.into_body()?));
        Ok(())
    }
}
