// The parts of the API that differ between releases, as in 0.150.

pub use ockam_core::{Encodable, NeutralMessage};

use ockam::access_control::AllowAll;
use ockam::flow_control::FlowControlId;
use ockam::tcp::{TcpListener, TcpTransport};
use ockam::udp::UdpTransport;
use ockam::{Address, Context, LocalMessage, Result, Route, Worker};
use std::sync::Arc;

pub type Tcp = Arc<TcpTransport>;

pub async fn tcp(ctx: &Context) -> Result<Tcp> {
    TcpTransport::get_or_create(ctx)
}

pub async fn udp(ctx: &Context) -> Result<Arc<UdpTransport>> {
    UdpTransport::get_or_create(ctx)
}

pub async fn disconnect(tcp: &Tcp, sender: &Address) -> Result<()> {
    tcp.disconnect(sender)
}

pub async fn stop_listener(tcp: &Tcp, listener: &TcpListener) -> Result<()> {
    tcp.stop_listener(listener.processor_address())
}

pub async fn start_worker<W>(ctx: &Context, at: &str, worker: W) -> Result<()>
where
    W: Worker<Context = Context>,
{
    ctx.start_worker(at, worker)
}

pub async fn stop_node(ctx: &Context) -> Result<()> {
    ctx.shutdown_node().await
}

pub fn own_address(ctx: &Context) -> Address {
    ctx.primary_address().clone()
}

pub fn onward_route(message: &LocalMessage) -> Route {
    message.onward_route().clone()
}

pub fn return_route(message: &LocalMessage) -> Route {
    message.return_route().clone()
}

pub fn payload(message: &LocalMessage) -> &[u8] {
    message.payload()
}

pub fn step_forward(message: LocalMessage, own: Address) -> Result<LocalMessage> {
    message.step_forward(own)
}

pub fn prepend_onward_route(message: LocalMessage, route: Route) -> LocalMessage {
    message.prepend_front_onward_route(route)
}

pub fn add_consumer(ctx: &Context, address: &Address, id: &FlowControlId) {
    ctx.flow_controls().add_consumer(address, id);
}

/// A mailbox without a worker, open in both directions.
pub async fn detached(ctx: &Context, at: &str) -> Result<Context> {
    ctx.new_detached(at, AllowAll, AllowAll)
}

/// Makes a type with serde's traits a message: here each type says how it is encoded.
macro_rules! message_body {
    ($($type:ty)*) => {$(
        impl ockam::Message for $type {}
        impl ockam::Encodable for $type {
            fn encode(self) -> ockam::Result<ockam::Encoded> {
                ockam::serialize(self)
            }
        }
        impl ockam::Decodable for $type {
            fn decode(encoded: &[u8]) -> ockam::Result<Self> {
                ockam::deserialize(encoded)
            }
        }
    )*};
}
pub(crate) use message_body;
