//! The first signal asks a run to stop in good order, the second one ends the program.
//!
//! What is deliberately not here: what stopping means for a run; the host knows.

use std::io::{self, Write};

use rollcall_host::cancel::Cancel;

use crate::messages;
use crate::view::Audience;

/// What the shell is told after the second signal: 128 and the number of SIGINT, as shells do.
const ABORTED: i32 = 130;

/// Listen for signals until the program ends, telling `first` about the first one.
///
/// # Errors
///
/// When the system gives no way to listen.
pub(crate) fn listen(cancel: Cancel, first: impl FnOnce() + Send + 'static) -> io::Result<()> {
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        signals.next().await;
        first();
        cancel.cancel();
        signals.next().await;
        // The row of the run says `running` and its lock dies with this process: it will read `interrupted`.
        std::process::exit(ABORTED);
    });
    Ok(())
}

/// Say on stderr that the first signal was heard, after what is on the line. Nobody is told if stderr is gone.
pub(crate) fn tell_stopping(reader: &Audience, line_break: &str) {
    let _told = writeln!(io::stderr().lock(), "{line_break}{}", messages::stopping().to(reader.language));
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};

        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(windows)]
struct Signals {
    interrupt: tokio::signal::windows::CtrlC,
}

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        Ok(Self { interrupt: tokio::signal::windows::ctrl_c()? })
    }

    async fn next(&mut self) {
        self.interrupt.recv().await;
    }
}
