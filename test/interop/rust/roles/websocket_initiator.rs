// As `initiator`, over WebSocket. For 0.150, in which a node refuses what is sent to `3#host:port`: so
// messages go to the worker of the connection, which is among the new ones.

#[allow(dead_code)]
mod peer;

use ockam::flow_control::FlowControls;
use ockam::{Address, Any, Context, Result, Routed, Worker};
use ockam_transport_websocket::WebSocketTransport;
use peer::api;
use peer::asking::{ask_all, Target, ASKING};
use peer::options::Options;

fn main() {
    let options = Options::parse(&ASKING);
    peer::run(|ctx| initiate(ctx, options));
}

async fn initiate(ctx: Context, options: Options) -> Result<()> {
    let transport = WebSocketTransport::create(&ctx)?;
    let before = ctx.list_workers()?;
    transport.connect(options.text("connect", "")).await?;
    let mut candidates = ctx.list_workers()?;
    candidates.retain(|each| !before.contains(each));
    api::start_worker(&ctx, "connection", ToAll(candidates)).await?;
    let target = Target {
        prefix: vec!["connection".into()],
        connection: FlowControls::generate_flow_control_id(), // there is no flow control
    };
    ask_all(&ctx, &target, &options).await?;
    api::stop_node(&ctx).await
}

/// Does what the router of the transport would do. Of the candidates only the connection admits it.
struct ToAll(Vec<Address>);

#[ockam::worker]
impl Worker for ToAll {
    type Context = Context;
    type Message = Any;

    async fn handle_message(&mut self, ctx: &mut Context, msg: Routed<Any>) -> Result<()> {
        let message = msg.into_local_message();
        for each in &self.0 {
            let leaving = message.clone().replace_front_onward_route(each.clone())?;
            ctx.send(each.clone(), leaving).await?; // a message in a message
        }
        Ok(())
    }
}
