//! Logs to stderr, of this project's own code only.
//!
//! What is deliberately not here: `RUST_LOG`. The HTTP client below us logs URLs, and some sources want tokens in theirs.

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begin to log: warnings always, everything when asked.
pub(crate) fn begin(verbose: bool) {
    let level = if verbose { LevelFilter::DEBUG } else { LevelFilter::WARN };
    let ours = Targets::new().with_target("rollcall", level).with_target("rollcall_host", level);
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(lines).with(ours).init();
}
