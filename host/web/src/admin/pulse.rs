//! What tells live pages that there may be something new.
//!
//! Not here: what is new. A page reads that again itself, so a beat that is missed costs a moment and nothing else.

use std::sync::Arc;
use std::time::Duration;

use rollcall_host::follow::{FollowObserver, RunEnded};
use rollcall_host::history::{Counters, Trigger};
use rollcall_host::inbox::{ChannelNote, Refused, Stopped};
use rollcall_host::model::{Entry, Progress, RunId};
use tokio::sync::watch;
use tokio::time::timeout;

use crate::pace::Paces;

/// How long a live page waits for a beat before it looks by itself.
///
/// 2 s. Why: another process may have written to the same store, which no beat tells.
const LOOK: Duration = Duration::from_secs(2);

/// Beats when something happened.
#[derive(Clone, Debug)]
pub(crate) struct Pulse {
    beats: watch::Sender<u64>,
    paces: Arc<Paces>,
}

impl Default for Pulse {
    fn default() -> Self {
        Self { beats: watch::Sender::new(0), paces: Arc::default() }
    }
}

impl Pulse {
    /// Something happened.
    pub(crate) fn beat(&self) {
        self.beats.send_modify(|n| *n = n.wrapping_add(1));
    }

    /// How fast the runs go that are under way.
    pub(crate) fn paces(&self) -> &Paces {
        &self.paces
    }

    /// Hears the beats from now on.
    pub(crate) fn listen(&self) -> Listening {
        Listening { beats: self.beats.subscribe() }
    }
}

/// Hears beats.
#[derive(Debug)]
pub(crate) struct Listening {
    beats: watch::Receiver<u64>,
}

impl Listening {
    /// Wait for a beat since the last time, or until it is time to look anyway.
    pub(crate) async fn heard(&mut self) {
        // Whether there was a beat or none in time, the listener looks. The sender lives as long as the console.
        let _either = timeout(LOOK, self.beats.changed()).await;
    }
}

/// Tells the pulse and another observer.
pub(crate) struct PulseObserver {
    pub(crate) pulse: Pulse,
    pub(crate) other: Arc<dyn FollowObserver>,
}

impl FollowObserver for PulseObserver {
    fn kept(&self, n_events: u64) {
        self.other.kept(n_events);
        self.pulse.beat();
    }

    fn run_opened(&self, run: &RunId, trigger: Trigger) {
        self.other.run_opened(run, trigger);
        self.pulse.beat();
    }

    fn run_progress(&self, run: &RunId, progress: Option<&Progress>, counters: &Counters) {
        self.other.run_progress(run, progress, counters);
        if let Some(progress) = progress {
            self.pulse.paces.saw(run, progress);
        }
        self.pulse.beat();
    }

    fn run_entry(&self, run: &RunId, entry: &Entry) {
        self.other.run_entry(run, entry);
        self.pulse.beat();
    }

    fn run_ended(&self, ended: &RunEnded) {
        self.pulse.paces.forget(&ended.report.run);
        self.other.run_ended(ended);
        self.pulse.beat();
    }

    fn channel(&self, note: &ChannelNote) {
        self.other.channel(note);
        self.pulse.beat();
    }

    fn stopped(&self, stopped: Option<&Stopped>) {
        self.other.stopped(stopped);
        self.pulse.beat();
    }

    fn refused(&self, n: u64, last: &Refused) {
        self.other.refused(n, last);
        self.pulse.beat();
    }
}
