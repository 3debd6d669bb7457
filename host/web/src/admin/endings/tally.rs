//! Runs that ended since the program began, counted.
//!
//! Not here: how it is heard of them (`endings`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollcall_host::history::{Run, RunKind, RunState};
use rollcall_host::model::SourceName;

/// Bounds of the time that runs take, in seconds.
///
/// 0.1 s to 6 h. Why: a batch of events takes tenths of a second, a large organisation minutes, a throttled one hours.
pub(crate) const BOUNDS_S: [f64; 10] = [0.1, 0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 21_600.0];

/// Counts of runs. Every number only grows. Clones are the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    counts: Arc<Mutex<Counts>>,
}

/// What is counted.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    /// Runs that ended, by what they were and how.
    pub(crate) ended: BTreeMap<(SourceName, RunKind, RunState), u64>,
    /// How long they took.
    pub(crate) took: BTreeMap<(SourceName, RunKind), Took>,
}

/// How long runs took.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Took {
    /// How many took at most as long as the bound in the same place and more than the one before it; in the last place those
    /// above all bounds.
    pub(crate) counts: [u64; BOUNDS_S.len() + 1],
    /// In all, in milliseconds.
    pub(crate) total_ms: u64,
}

impl Tally {
    /// A run ended.
    pub(crate) fn add(&self, run: &Run) {
        let mut counts = self.lock();
        let n = counts.ended.entry((run.source.clone(), run.kind, run.state)).or_default();
        *n = n.saturating_add(1);
        let ended_at = run.finished_at.unwrap_or(run.started_at);
        let took_ms = ended_at.unix_ms().saturating_sub(run.started_at.unix_ms());
        counts
            .took
            .entry((run.source.clone(), run.kind))
            .or_default()
            .add(u64::try_from(took_ms).unwrap_or(0));
    }

    /// As they are now.
    pub(crate) fn counts(&self) -> Counts {
        self.lock().clone()
    }

    /// Nothing that holds the lock can leave the counts broken.
    fn lock(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Took {
    fn add(&mut self, took_ms: u64) {
        let took_s = std::time::Duration::from_millis(took_ms).as_secs_f64();
        let place = BOUNDS_S.partition_point(|bound| *bound < took_s);
        self.counts.get_mut(place).into_iter().for_each(|n| *n = n.saturating_add(1));
        self.total_ms = self.total_ms.saturating_add(took_ms);
    }
}
