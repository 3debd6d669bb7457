//! Records what an administrator will read of a run, and tells whoever watches it.
//!
//! Not here: where it is kept (an embedder's [`History`]), and how a connector gets here (`capabilities::history`).

use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::time::Instant;

use crate::error::StoreError;
use crate::history::{ChangeRecord, Counters, History};
use crate::limits::{MAX_ENTRIES_PER_RUN, MAX_ENTRY_BYTES_PER_RUN, PROGRESS_INTERVAL};
use crate::model::{Entry, Progress, RunId, Severity};
use crate::observe::Observer;
use crate::removals;

/// The record of one run. Of a check, which leaves no record, there is only what observers see.
pub(crate) struct Recorder {
    history: Option<(Arc<dyn History>, RunId)>,
    observer: Arc<dyn Observer>,
    progress: Mutex<Option<Progress>>,
    counters: Mutex<Counters>,
    /// When the observer was last told how far the run is, and whether it has come further since.
    told: Mutex<ObservedProgress>,
    kept: Mutex<FloodBuffer>,
    n_entries_dropped: AtomicU64,
    /// What was told as an error, by digest.
    errors: Mutex<HashSet<[u8; 32]>>,
    /// Why the connector could not be given a record of what it said.
    unrecorded: Mutex<Option<String>>,
}

/// What an observer knows of how far a run is.
#[derive(Debug, Default)]
struct ObservedProgress {
    at: Option<Instant>,
    is_behind: bool,
}

/// The entries of a run so far that a flood may displace.
#[derive(Debug, Default)]
struct FloodBuffer {
    n: usize,
    n_bytes: usize,
}

impl FloodBuffer {
    /// Whether there is room for this one, which is counted then.
    fn add(&mut self, entry: &Entry) -> bool {
        let n_bytes = self.n_bytes.saturating_add(entry.n_bytes());
        let fits = self.n < MAX_ENTRIES_PER_RUN && n_bytes <= MAX_ENTRY_BYTES_PER_RUN;
        if fits {
            *self = Self { n: self.n.saturating_add(1), n_bytes };
        }
        fits
    }
}

impl Recorder {
    /// For a run.
    pub(crate) fn of_run(history: Arc<dyn History>, run: RunId, observer: Arc<dyn Observer>) -> Self {
        Self { history: Some((history, run)), ..Self::of_nothing(observer) }
    }

    /// For what leaves no record.
    pub(crate) fn of_nothing(observer: Arc<dyn Observer>) -> Self {
        Self {
            history: None,
            observer,
            progress: Mutex::default(),
            counters: Mutex::default(),
            told: Mutex::default(),
            kept: Mutex::default(),
            n_entries_dropped: AtomicU64::new(0),
            errors: Mutex::default(),
            unrecorded: Mutex::default(),
        }
    }

    /// The last progress.
    pub(crate) fn last_progress(&self) -> Option<Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What the platform has counted so far.
    pub(crate) fn counters(&self) -> Counters {
        *self.counters.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many entries were beyond the limit.
    pub(crate) fn n_entries_dropped(&self) -> u64 {
        self.n_entries_dropped.load(Ordering::Relaxed)
    }

    /// Add entries, up to the limits of a run.
    pub(crate) async fn entries(&self, mut entries: Vec<Entry>) -> Result<(), StoreError> {
        self.say_since(&mut entries).await?;
        let n_before = entries.len();
        {
            let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            entries.retain(|entry| kept.add(entry));
        }
        self.drop_entries(n_before.saturating_sub(entries.len()));
        self.entries_always(&entries).await
    }

    /// That nobody is removed is said with since when, which a connector cannot know.
    async fn say_since(&self, entries: &mut [Entry]) -> Result<(), StoreError> {
        let Some((history, run)) = &self.history else { return Ok(()) };
        for entry in entries.iter_mut().filter(|entry| removals::says_so(entry)) {
            removals::say_since(&**history, run, entry).await?;
        }
        Ok(())
    }

    /// Add entries that no flood before them may displace.
    pub(crate) async fn entries_always(&self, entries: &[Entry]) -> Result<(), StoreError> {
        self.remember_errors(entries);
        entries.iter().for_each(|entry| self.observer.entry(entry));
        match &self.history {
            Some((history, run)) if !entries.is_empty() => history.record_entries(run, entries).await,
            Some(_) | None => Ok(()),
        }
    }

    /// Whether the same was told as an error already.
    pub(crate) fn has_error(&self, entry: &Entry) -> bool {
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).contains(&digest(entry))
    }

    /// Why something that the connector said was not recorded, if that happened: then the run has failed, whatever the
    /// connector makes of it.
    pub(crate) fn unrecorded(&self) -> Option<String> {
        self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember_errors(&self, entries: &[Entry]) {
        let errors = entries.iter().filter(|entry| entry.severity == Severity::Error).map(digest);
        self.errors.lock().unwrap_or_else(PoisonError::into_inner).extend(errors);
    }

    pub(crate) fn not_recorded(&self, error: &StoreError) {
        let mut unrecorded = self.unrecorded.lock().unwrap_or_else(PoisonError::into_inner);
        unrecorded.get_or_insert_with(|| error.to_string());
    }

    pub(crate) async fn changes(&self, changes: Vec<ChangeRecord>) -> Result<(), StoreError> {
        match &self.history {
            Some((history, run)) if !changes.is_empty() => history.record_changes(run, &changes).await,
            Some(_) | None => Ok(()),
        }
    }

    /// The platform's counters have moved.
    pub(crate) fn count(&self, counters: Counters) {
        *self.counters.lock().unwrap_or_else(PoisonError::into_inner) = counters;
        self.came_further();
    }

    /// The connector has come further.
    pub(crate) fn report(&self, progress: Progress) {
        *self.progress.lock().unwrap_or_else(PoisonError::into_inner) = Some(progress);
        self.came_further();
    }

    /// Tell the observer how far the run is, if it does not know. Whoever keeps the run alive calls this now and then, and at its
    /// end.
    pub(crate) fn catch_up(&self) {
        let is_behind = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let is_behind = told.is_behind;
            if is_behind {
                *told = ObservedProgress { at: Some(Instant::now()), is_behind: false };
            }
            is_behind
        };
        if is_behind {
            self.observer.progress(self.last_progress().as_ref(), &self.counters());
        }
    }

    /// At once, unless it was told a moment ago.
    fn came_further(&self) {
        let is_due = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            told.is_behind = true;
            told.at.is_none_or(|at| PROGRESS_INTERVAL <= at.elapsed())
        };
        if is_due {
            self.catch_up();
        }
    }

    pub(crate) fn drop_entries(&self, n: usize) {
        self.n_entries_dropped.fetch_add(u64::try_from(n).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// What is told, whoever is named beside it.
fn digest(entry: &Entry) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(entry.diagnosis.code.as_bytes()).update(&[0]).update(entry.diagnosis.message.as_bytes());
    *hasher.finalize().as_bytes()
}

#[cfg(test)]
mod tests;
