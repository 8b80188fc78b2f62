// The parts of the API that differ between releases, as in 0.139.

pub use ockam_core::{Encodable, NeutralMessage};

use ockam::access_control::AllowAll;
use ockam::flow_control::FlowControlId;
use ockam::tcp::{TcpListener, TcpTransport};
use ockam::udp::UdpTransport;
use ockam::{Address, Context, LocalMessage, Result, Route, Worker};

pub type Tcp = TcpTransport;

pub async fn tcp(ctx: &Context) -> Result<Tcp> {
    TcpTransport::create(ctx).await
}

pub async fn udp(ctx: &Context) -> Result<UdpTransport> {
    UdpTransport::create(ctx).await
}

pub async fn disconnect(tcp: &Tcp, sender: &Address) -> Result<()> {
    tcp.disconnect(sender.clone()).await
}

pub async fn stop_listener(tcp: &Tcp, listener: &TcpListener) -> Result<()> {
    tcp.stop_listener(listener.processor_address()).await
}

pub async fn start_worker<W>(ctx: &Context, at: &str, worker: W) -> Result<()>
where
    W: Worker<Context = Context>,
{
    ctx.start_worker(at, worker).await
}

pub async fn stop_node(ctx: &Context) -> Result<()> {
    ctx.stop().await
}

pub fn own_address(ctx: &Context) -> Address {
    ctx.address()
}

pub fn onward_route(message: &LocalMessage) -> Route {
    message.onward_route()
}

pub fn return_route(message: &LocalMessage) -> Route {
    message.return_route()
}

pub fn payload(message: &LocalMessage) -> &[u8] {
    message.payload_ref()
}

pub fn step_forward(message: LocalMessage, own: Address) -> Result<LocalMessage> {
    message.step_forward(&own)
}

pub fn prepend_onward_route(message: LocalMessage, route: Route) -> LocalMessage {
    message.prepend_front_onward_route(&route)
}

pub fn add_consumer(ctx: &Context, address: &Address, id: &FlowControlId) {
    ctx.flow_controls().add_consumer(address.clone(), id);
}

/// A mailbox without a worker, open in both directions.
pub async fn detached(ctx: &Context, at: &str) -> Result<Context> {
    ctx.new_detached(at, AllowAll, AllowAll).await
}

/// Makes a type with serde's traits a message: here they are all that is asked for.
macro_rules! message_body {
    ($($type:ty)*) => {$(
        impl ockam::Message for $type {}
    )*};
}
pub(crate) use message_body;
