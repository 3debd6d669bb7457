//! Logs to stderr, of this project's own code and of connectors only: for people, or for programs that collect them.
//!
//! What is deliberately not here: `RUST_LOG`. The HTTP client below us logs URLs, and some sources want tokens in theirs.

mod objects;

use std::io;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use self::objects::Objects;
use crate::args::LogFormat;

/// The target of what connectors log, whatever their names.
const CONNECTOR: &str = "connector";

/// Begin to log. People get warnings, programs also what begins and ends; both get everything when asked.
pub(crate) fn begin(format: LogFormat, verbose: bool) {
    let level = match (format, verbose) {
        (LogFormat::Text | LogFormat::Json, true) => LevelFilter::DEBUG,
        (LogFormat::Json, false) => LevelFilter::INFO,
        (LogFormat::Text, false) => LevelFilter::WARN,
    };
    let ours = ["rollcall", "rollcall_host", CONNECTOR].map(|target| (target, level));
    let ours: Targets = ours.into_iter().collect();
    let all = tracing_subscriber::registry().with(ours);
    match format {
        LogFormat::Text => {
            all.with(tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(false)).init();
        }
        LogFormat::Json => all.with(Objects::new(io::stderr)).init(),
    }
}
