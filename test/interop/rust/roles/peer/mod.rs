// What the roles have in common. `api` is the release that the program is built for.

pub mod api {
    include!(concat!(env!("CARGO_MANIFEST_DIR"), "/api.rs"));
}
pub mod asking;
pub mod bodies;
pub mod options;
pub mod workers;

use ockam::{Context, NodeBuilder, Result};
use std::future::Future;
use std::io::Write;

/// One line on stdout, at once.
pub fn say(line: impl AsRef<str>) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{}", line.as_ref());
    let _ = out.flush();
}

/// Runs `role` on a node. The status is 1, with one line on stderr, when it fails; a role that ends
/// well without stopping the node leaves it running.
pub fn run<F, R>(role: F)
where
    F: FnOnce(Context) -> R,
    R: Future<Output = Result<()>> + Send + 'static,
{
    let mut builder = NodeBuilder::new();
    if std::env::var_os("OCKAM_LOG_LEVEL").is_none() {
        builder = builder.no_logging();
    }
    let (context, mut executor) = builder.build();
    let ended = executor.execute(role(context)).and_then(|result| result);
    if let Err(error) = ended {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}
