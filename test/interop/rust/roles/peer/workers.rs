// Workers of the tutorial, and one echoer for each type of body.

use super::api;
use super::bodies::{Count, Maybe, Numbers, Reading, Shown};
use ockam::{Address, Any, Context, Result, Route, Routed, Worker};
use std::marker::PhantomData;

/// Decodes a body and sends it, encoded again, back on its return route.
pub struct Echoer<T>(PhantomData<T>);

impl<T> Echoer<T> {
    pub fn new() -> Self {
        Echoer(PhantomData)
    }
}

#[ockam::worker]
impl<T: Shown + Sync> Worker for Echoer<T> {
    type Context = Context;
    type Message = T;

    async fn handle_message(&mut self, ctx: &mut Context, msg: Routed<T>) -> Result<()> {
        let back = api::return_route(msg.local_message());
        ctx.send(back, msg.into_body()?).await
    }
}

/// Echoers at the names of their types, and "echoer" for text.
pub async fn start_echoers(ctx: &Context) -> Result<()> {
    api::start_worker(ctx, "echoer", Echoer::<String>::new()).await?;
    api::start_worker(ctx, "bytes", Echoer::<Vec<u8>>::new()).await?;
    api::start_worker(ctx, "raw", Echoer::<api::NeutralMessage>::new()).await?;
    api::start_worker(ctx, "numbers", Echoer::<Numbers>::new()).await?;
    api::start_worker(ctx, "count", Echoer::<Count>::new()).await?;
    api::start_worker(ctx, "maybe", Echoer::<Maybe>::new()).await?;
    api::start_worker(ctx, "reading", Echoer::<Reading>::new()).await
}

/// Steps over its own address.
pub struct Hop;

#[ockam::worker]
impl Worker for Hop {
    type Context = Context;
    type Message = Any;

    async fn handle_message(&mut self, ctx: &mut Context, msg: Routed<Any>) -> Result<()> {
        let own = api::own_address(ctx);
        ctx.forward(api::step_forward(msg.into_local_message(), own)?)
            .await
    }
}

/// Forwards along a route of its own without becoming a part of the return route; lets the reply
/// through to the previous hop, and the previous hop's next message through to the next one.
pub struct Relay {
    pub route: Route,
    pub next_hop: Address,
    pub admits_replies: bool,
    pub admits_further: bool,
}

#[ockam::worker]
impl Worker for Relay {
    type Context = Context;
    type Message = Any;

    async fn handle_message(&mut self, ctx: &mut Context, msg: Routed<Any>) -> Result<()> {
        let message = msg.into_local_message();
        let previous_hop = api::return_route(&message).next()?.clone();
        let rights = ctx.flow_controls();
        if self.admits_replies {
            if let Some(info) = rights.find_flow_control_with_producer_address(&self.next_hop) {
                api::add_consumer(ctx, &previous_hop, info.flow_control_id());
            }
        }
        if self.admits_further {
            if let Some(info) = rights.find_flow_control_with_producer_address(&previous_hop) {
                api::add_consumer(ctx, &self.next_hop, info.flow_control_id());
            }
        }
        let message = message.pop_front_onward_route()?;
        ctx.forward(api::prepend_onward_route(message, self.route.clone()))
            .await
    }
}
