// A TCP listener with a worker for every purpose. What may be reached is said with --admit NAME;
// "control" always may, and "secret" never is unless it is admitted.

#[allow(dead_code)]
mod peer;

use ockam::flow_control::FlowControlId;
use ockam::tcp::{TcpListener, TcpListenerOptions};
use ockam::{route, Context, Result, Routed, Worker};
use peer::options::Options;
use peer::workers::{start_echoers, Echoer, Hop};
use peer::{api, say};

fn main() {
    let options = Options::parse(&["listen=", "admit=", "hop="]);
    peer::run(|ctx| listen(ctx, options));
}

async fn listen(ctx: Context, options: Options) -> Result<()> {
    let tcp = api::tcp(&ctx).await?;
    start_echoers(&ctx).await?;
    api::start_worker(&ctx, "secret", Echoer::<String>::new()).await?;
    for hop in options.all("hop") {
        api::start_worker(&ctx, &hop, Hop).await?;
    }
    let address = options.text("listen", "127.0.0.1:0");
    let listener = tcp.listen(address, TcpListenerOptions::new()).await?;
    let id = listener.flow_control_id().clone();
    for name in options.all("admit") {
        api::add_consumer(&ctx, &name.as_str().into(), &id);
    }
    api::add_consumer(&ctx, &"control".into(), &id);
    let socket = listener.socket_string();
    api::start_worker(&ctx, "control", Control { tcp, listener, id }).await?;
    say(format!("Listening on {socket}"));
    Ok(())
}

/// Does what a text says, and answers "done":
///
///     admit NAME        lets NAME be reached through the listener
///     push NAME COUNT   sends COUNT texts, 0 1 2 ..., to NAME on the node that asks
///     disconnect        the connection that the text came through, after the answer
///     stop-listening
struct Control {
    tcp: api::Tcp,
    listener: TcpListener,
    id: FlowControlId,
}

#[ockam::worker]
impl Worker for Control {
    type Context = Context;
    type Message = String;

    async fn handle_message(&mut self, ctx: &mut Context, msg: Routed<String>) -> Result<()> {
        let back = api::return_route(msg.local_message());
        let connection = back.next()?.clone();
        let text = msg.into_body()?;
        let words: Vec<&str> = text.split(' ').collect();
        match words.as_slice() {
            ["admit", name] => api::add_consumer(ctx, &(*name).into(), &self.id),
            ["push", name, count] => {
                for i in 0..count.parse().unwrap_or(0) {
                    ctx.send(route![connection.clone(), *name], i.to_string())
                        .await?;
                }
            }
            ["disconnect"] => {
                ctx.send(back, "done".to_string()).await?;
                return api::disconnect(&self.tcp, &connection).await;
            }
            ["stop-listening"] => api::stop_listener(&self.tcp, &self.listener).await?,
            _ => say(format!("unknown command: {text}")),
        }
        ctx.send(back, "done".to_string()).await
    }
}
