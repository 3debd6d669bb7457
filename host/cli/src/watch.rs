//! Watches one run: hands its progress to a thread that shows it, and keeps what the summary will tell.
//!
//! What is deliberately not here: drawing (`progress`). The run's own threads never wait for a terminal.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rollcall_host::history::Counters;
use rollcall_host::model::{Entry, Progress, RunId, Severity};
use rollcall_host::observe::Observer;

use crate::messages;
use crate::progress::ProgressLine;

/// Time after which the line is drawn again although nothing changed.
///
/// 1 s. Why: the time that has passed is on it, and shows that the program is alive.
const REFRESH_INTERVAL: Duration = Duration::from_secs(1);

/// Errors that are kept for the summary.
///
/// Why: the first ones usually name the cause, and the summary stays on one screen. The history has them all.
const MAX_ERRORS_KEPT: usize = 5;

/// An observer whose progress is shown until it ends.
#[derive(Debug)]
pub(crate) struct Watch {
    shared: Arc<WatchState>,
    display: JoinHandle<()>,
}

/// What the run's threads and the display share.
#[derive(Debug, Default)]
pub(crate) struct WatchState {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The run that has the source, until the reader was told.
    waiting_for: Option<RunId>,
    progress: Option<Progress>,
    is_new: bool,
    has_ended: bool,
    log: Log,
}

/// What a run's log came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Log {
    pub(crate) n_warnings: u64,
    pub(crate) n_errors: u64,
    /// The first errors, [`MAX_ERRORS_KEPT`] at most.
    pub(crate) first_errors: Vec<Entry>,
}

impl Watch {
    /// Begin to show what the observer is told.
    pub(crate) fn begin(line: ProgressLine) -> Self {
        let shared = Arc::new(WatchState::default());
        let watched = Arc::clone(&shared);
        Self { shared, display: std::thread::spawn(move || watched.display(line)) }
    }

    /// Whom the host tells.
    pub(crate) fn observer(&self) -> Arc<dyn Observer> {
        Arc::<WatchState>::clone(&self.shared)
    }

    /// Stop showing, and say what the log came to.
    pub(crate) fn end(self) -> Log {
        let log = {
            let mut state = self.shared.lock();
            state.has_ended = true;
            std::mem::take(&mut state.log)
        };
        self.shared.changed.notify_one();
        // A display that died has told so itself, and takes nothing with it.
        let _displayed = self.display.join();
        log
    }
}

impl Observer for WatchState {
    fn waiting(&self, busy_with: &RunId) {
        let mut state = self.lock();
        state.waiting_for = Some(busy_with.clone());
        state.is_new = true;
        self.changed.notify_one();
    }

    fn progress(&self, progress: Option<&Progress>, counters: &Counters) {
        let mut state = self.lock();
        state.progress = Some(progress.cloned().unwrap_or_else(|| unnamed(counters)));
        state.is_new = true;
        self.changed.notify_one();
    }

    fn entry(&self, entry: &Entry) {
        self.lock().log.add(entry);
    }
}

impl WatchState {
    fn display(&self, mut line: ProgressLine) {
        loop {
            let waited = self
                .changed
                .wait_timeout_while(self.lock(), REFRESH_INTERVAL, |state| !state.is_new && !state.has_ended);
            let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
            state.is_new = false;
            let (progress, has_ended) = (state.progress.clone(), state.has_ended);
            let waiting_for = state.waiting_for.take();
            drop(state);
            waiting_for.iter().for_each(|run| line.tell(&messages::waiting(run)));
            if has_ended {
                return line.clear();
            }
            progress.iter().for_each(|progress| line.show(progress));
        }
    }

    /// Nothing that holds the lock can leave the state broken.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Log {
    fn add(&mut self, entry: &Entry) {
        match entry.severity {
            Severity::Info => {}
            Severity::Warning => self.n_warnings = self.n_warnings.saturating_add(1),
            Severity::Error => {
                self.n_errors = self.n_errors.saturating_add(1);
                if self.first_errors.len() < MAX_ERRORS_KEPT {
                    self.first_errors.push(entry.clone());
                }
            }
        }
    }
}

/// The progress of a connector that has not said any: what was applied so far.
fn unnamed(counters: &Counters) -> Progress {
    Progress { phase: "reading".to_owned(), done: counters.accounted_for(), total: None }
}

#[cfg(test)]
mod tests {
    use rollcall_host::model::Diagnosis;

    use super::*;
    use crate::progress::ProgressStyle;
    use crate::view::Audience;

    fn entry(severity: Severity, code: &str) -> Entry {
        Entry { severity, subject: None, subject_name: None, diagnosis: Diagnosis::new(code, "it happened") }
    }

    #[test]
    fn the_first_errors_are_kept_and_all_are_counted() {
        let watch = Watch::begin(ProgressLine::new(Audience::ENGLISH, ProgressStyle::Silent));
        let observer = watch.observer();
        observer.entry(&entry(Severity::Info, "i"));
        observer.entry(&entry(Severity::Warning, "w"));
        let errors: Vec<_> = (0..7).map(|n| entry(Severity::Error, &n.to_string())).collect();
        errors.iter().for_each(|error| observer.entry(error));
        let [first_errors @ .., _, _] = errors.as_slice() else { panic!("seven errors") };
        let expected = Log { n_warnings: 1, n_errors: 7, first_errors: first_errors.to_vec() };
        assert_eq!(watch.end(), expected);
    }
}
