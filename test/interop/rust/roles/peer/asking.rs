// What initiators do: send bodies along routes, and say what comes back.

use super::api::{Encodable, NeutralMessage};
use super::bodies::{self, Count, Maybe, Shown};
use super::options::{hops, Options};
use super::{api, say};
use ockam::flow_control::FlowControlId;
use ockam::{Address, Context, LocalMessage, MessageSendReceiveOptions, Result, Route, Routed};

pub const ASKING: [&str; 9] = [
    "connect=",
    "to=",
    "as=",
    "text=",
    "size=",
    "limit-ms=",
    "in-flight=",
    "again",
    "stay",
];

/// Where requests go: along `prefix`, which leads to the other node, then along each `--to`.
pub struct Target {
    pub prefix: Vec<Address>,
    pub connection: FlowControlId,
}

impl Target {
    fn along(&self, behind: &str) -> Route {
        let mut all = self.prefix.clone();
        all.extend(hops(behind).iter().cloned());
        Route::create(all)
    }
}

pub async fn ask_all(ctx: &Context, target: &Target, options: &Options) -> Result<()> {
    let mut all = options.all("to");
    if all.is_empty() {
        all.push("echoer".to_string());
    }
    for to in all {
        match options.number("in-flight", 0) {
            0 => ask_in_all_texts(ctx, target, &to, options).await?,
            count => flood(ctx, target, &to, count).await?,
        }
    }
    Ok(())
}

async fn ask_in_all_texts(
    ctx: &Context,
    target: &Target,
    to: &str,
    options: &Options,
) -> Result<()> {
    let size = options.number("size", 0);
    let asking = Asking {
        ctx,
        target,
        to,
        options,
    };
    match options.text("as", "text").as_str() {
        "bytes" => asking.ask(bodies::pattern(size)).await,
        "raw" => {
            asking
                .ask(NeutralMessage::from(bodies::pattern(size)))
                .await
        }
        "numbers" => asking.ask(bodies::numbers()).await,
        "count" => asking.ask(Count(size as u64)).await,
        "nothing" => asking.ask(Maybe(None)).await,
        "something" => asking.ask(Maybe(Some(size as u16))).await,
        "reading" => asking.ask(bodies::reading()).await,
        _ if size > 0 => asking.ask("a".repeat(size)).await,
        _ => {
            let mut texts = options.all("text");
            if texts.is_empty() {
                texts.push("Hello Ockam!".to_string());
            }
            for text in texts {
                asking.ask(text).await?;
            }
            Ok(())
        }
    }
}

struct Asking<'a> {
    ctx: &'a Context,
    target: &'a Target,
    to: &'a str,
    options: &'a Options,
}

impl Asking<'_> {
    /// Sends a body and expects it back; with --again also along the return route of the reply.
    async fn ask<T: Shown>(&self, body: T) -> Result<()> {
        let back = self
            .ask_along(self.target.along(self.to), body.clone())
            .await?;
        if let (Some(route), true) = (back, self.options.has("again")) {
            self.ask_along(route, body).await?;
        }
        Ok(())
    }

    /// The reply's return route, if there is a reply.
    async fn ask_along<T: Shown>(&self, route: Route, body: T) -> Result<Option<Route>> {
        let limit = MessageSendReceiveOptions::new().with_timeout(self.options.time_limit());
        let reply: Result<Routed<T>> = self
            .ctx
            .send_and_receive_extended(route, body.clone(), limit)
            .await;
        let reply = match reply {
            Ok(reply) => reply,
            Err(error) => {
                say(format!("No reply from {}: {error}", self.to));
                return Ok(None);
            }
        };
        let back = api::return_route(reply.local_message());
        let shown = reply.into_body()?.shown();
        if shown == body.shown() {
            say(format!("App Received: {shown}"));
        } else {
            say(format!("App received {shown} instead of {}", body.shown()));
        }
        Ok(Some(back))
    }
}

/// Sends `count` texts without waiting; the replies must come in order, each once.
async fn flood(ctx: &Context, target: &Target, to: &str, count: usize) -> Result<()> {
    let mut sink = api::detached(ctx, "sink").await?;
    api::add_consumer(ctx, &"sink".into(), &target.connection);
    let arrivals = tokio::spawn(async move {
        for i in 0..count {
            match sink.receive::<String>().await?.into_body()? {
                text if text == i.to_string() => {}
                text => return Ok(format!("Received {text} instead of {i}")),
            }
        }
        Ok::<String, ockam::Error>(format!("Received in order: {count}"))
    });
    for i in 0..count {
        let message = LocalMessage::new()
            .with_onward_route(target.along(to))
            .with_return_route(hops("sink"))
            .with_payload(i.to_string().encode()?);
        ctx.forward(message).await?;
    }
    say("Sent all");
    match arrivals.await {
        Ok(outcome) => say(outcome?),
        Err(error) => say(format!("No arrivals: {error}")),
    }
    Ok(())
}
