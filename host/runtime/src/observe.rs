//! How an embedder watches a run while it is under way.
//!
//! Not here: what is kept of it (`history`).

use crate::history::Counters;
use crate::model::{Entry, Progress, RunId};

/// Is told what happens in a run. Called on the run's own threads, so each method must return at once.
pub trait Observer: Send + Sync {
    /// The source is busy with this run, and the new one waits for it ([`RunOptions::wait`](crate::RunOptions::wait)).
    fn waiting(&self, busy_with: &RunId) {
        let _ = busy_with;
    }

    /// The run has its row in the history.
    fn opened(&self, run: &RunId) {
        let _ = run;
    }

    /// The run has come further. `progress` is what the connector last said; none if it has said nothing yet.
    fn progress(&self, progress: Option<&Progress>, counters: &Counters) {
        let _ = (progress, counters);
    }

    /// The run's log has another entry.
    fn entry(&self, entry: &Entry) {
        let _ = entry;
    }
}

/// Watches nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unobserved;

impl Observer for Unobserved {}
