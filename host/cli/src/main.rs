//! The reference host: import an organisation and follow it, from a command line.

mod args;
mod commands;
mod data;
mod exit;
mod held;
mod logging;
mod messages;
mod organisation;
mod progress;
mod refusals;
mod screen;
mod serve;
mod signals;
mod source_file;
mod view;
mod watch;

use std::process::ExitCode;

use time::UtcOffset;

use crate::args::{HiArgs, LowArgs};
use crate::exit::{Exit, Stop};
use crate::screen::Screen;

fn main() -> ExitCode {
    // Before any thread: the offset can only be read while the environment cannot change.
    let offset = UtcOffset::current_local_offset().unwrap_or(UtcOffset::UTC);
    match LowArgs::read() {
        Ok(low) => run(low, offset).into(),
        Err(error) => told(&error).into(),
    }
}

fn run(low: LowArgs, offset: UtcOffset) -> Exit {
    let screen = Screen { format: low.format, reader: low.reader(offset) };
    logging::begin(low.log_format(), low.verbose);
    match HiArgs::resolve(low, screen.reader).and_then(in_runtime) {
        Ok(exit) => exit,
        Err(Stop::BrokenPipe) => Exit::Done,
        Err(Stop::Problems(exit, problems)) => match screen.problems(&problems) {
            Ok(()) | Err(Stop::BrokenPipe | Stop::Problems(..)) => exit,
        },
    }
}

fn in_runtime(args: HiArgs) -> Result<Exit, Stop> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Stop::failed(exit::diagnosis("no-runtime", &messages::no_runtime(error))))?;
    runtime.block_on(commands::run(args))
}

/// What the parser says: help and version on stdout, and anything wrong on stderr.
fn told(error: &clap::Error) -> Exit {
    match (error.print(), error.use_stderr()) {
        (Ok(()), false) => Exit::Done,
        // Nobody reads it any more, or it is an error anyway.
        (Err(_), false) => Exit::Done,
        (_, true) => Exit::Usage,
    }
}
