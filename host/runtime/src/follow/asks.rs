//! What a source was asked for and has not begun: refreshes and full runs of people, and the full run that is owed because
//! something may have been missed.
//!
//! Not here: when one begins (`turns`).

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::sync::{Notify, oneshot};
use tokio::time::Instant;

use crate::error::{RunError, StoreError};
use crate::history::Trigger;
use crate::limits::MAX_ASKS;
use crate::options::RunOptions;
use crate::run::{RunReport, RunWork};

/// What one source was asked for.
#[derive(Default)]
pub(super) struct Asks {
    state: Mutex<AsksState>,
    news: Notify,
}

#[derive(Default)]
struct AsksState {
    waiting: VecDeque<Ask>,
    owed: Option<Owed>,
    /// What the full run that is under way pays.
    being_paid: Option<Owed>,
    is_closed: bool,
}

/// Something that a person asked for.
pub(super) struct Ask {
    pub(super) work: RunWork,
    pub(super) options: RunOptions,
    waiters: Vec<oneshot::Sender<Result<RunReport, RunError>>>,
}

/// A full run that is owed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Owed {
    pub(super) trigger: Trigger,
    /// Not before.
    pub(super) due: Instant,
    /// How often it was tried in vain.
    pub(super) n_failed: u32,
    /// Whether it is for a time in which nobody listened.
    pub(super) is_for_gap: bool,
}

/// An ask that was taken, and whether it goes with one that waited already.
pub(super) struct TakenAsk {
    pub(super) answer: oneshot::Receiver<Result<RunReport, RunError>>,
    pub(super) is_joined: bool,
}

impl Asks {
    /// Take an ask. A full run joins one that is waiting, which keeps the options of whoever asked first.
    pub(super) fn ask(&self, work: RunWork, options: RunOptions) -> Result<TakenAsk, RunError> {
        let (waiter, answer) = oneshot::channel();
        let mut state = self.state();
        if state.is_closed {
            return Err(RunError::NotFollowed);
        }
        let is_full = MAX_ASKS <= state.waiting.len();
        let known = state.waiting.iter().position(|ask| ask.is_joined_by(&work, &options));
        match known.and_then(|place| state.waiting.get_mut(place)) {
            Some(ask) => ask.waiters.push(waiter),
            None if is_full => return Err(RunError::TooManyAsks { limit: MAX_ASKS }),
            None => state.waiting.push_back(Ask { work, options, waiters: vec![waiter] }),
        }
        let is_joined = known.is_some();
        self.news.notify_one();
        Ok(TakenAsk { answer, is_joined })
    }

    /// Owe a full run. What was owed already stays so, at the earlier of the two moments.
    pub(super) fn owe(&self, trigger: Trigger, due: Instant, is_for_gap: bool) {
        let mut state = self.state();
        let owed = Owed { trigger, due, n_failed: 0, is_for_gap };
        state.owed = Some(state.owed.map_or(owed, |known| known.and(owed)));
        self.news.notify_one();
    }

    /// Something else than an ask changed that a full run may wait for.
    pub(super) fn look_again(&self) {
        self.news.notify_one();
    }

    /// Whether a time in which nobody listened is still to be made up for.
    pub(super) fn has_gap(&self) -> bool {
        let state = self.state();
        [state.owed, state.being_paid].into_iter().flatten().any(|owed| owed.is_for_gap)
    }

    /// When what is owed is due.
    pub(super) fn owed_due(&self) -> Option<Instant> {
        self.state().owed.map(|owed| owed.due)
    }

    /// The first ask that waits and is about some objects.
    pub(super) fn take_refresh(&self) -> Option<Ask> {
        self.take(|work| !work.is_full())
    }

    /// The first full run that waits.
    pub(super) fn take_full(&self) -> Option<Ask> {
        self.take(RunWork::is_full)
    }

    /// Whether a person waits for a full run.
    pub(super) fn wants_full(&self) -> bool {
        self.state().waiting.iter().any(|ask| ask.work.is_full() && !ask.is_abandoned())
    }

    /// An ask whose turn had come and who found the source busy.
    pub(super) fn put_back(&self, ask: Ask) {
        let mut state = self.state();
        let Ask { work, options, waiters } = ask;
        match state.waiting.iter_mut().find(|waiting| waiting.is_joined_by(&work, &options)) {
            Some(waiting) => waiting.waiters.extend(waiters),
            None => state.waiting.push_front(Ask { work, options, waiters }),
        }
    }

    /// A full run begins that pays what is owed.
    pub(super) fn begin_paying(&self) -> Option<Owed> {
        let mut state = self.state();
        state.being_paid = state.owed.take();
        state.being_paid
    }

    /// It ended and paid it, or it is owed still, not before this pause.
    pub(super) fn end_paying(&self, still_owed: Option<Duration>) {
        let mut state = self.state();
        let Some(unpaid) = state.being_paid.take() else { return };
        if let Some(pause) = still_owed {
            let n_failed = unpaid.n_failed.saturating_add(1);
            let unpaid = Owed { due: Instant::now() + pause, n_failed, ..unpaid };
            state.owed = Some(state.owed.map_or(unpaid, |newer| unpaid.and(newer)));
        }
    }

    /// It did not begin: everything is as before.
    pub(super) fn did_not_begin(&self) {
        let mut state = self.state();
        if let Some(unpaid) = state.being_paid.take() {
            state.owed = Some(state.owed.map_or(unpaid, |newer| unpaid.and(newer)));
        }
    }

    /// Wait until something new is asked for or owed, or is to be looked at again.
    pub(super) async fn changed(&self) {
        self.news.notified().await;
    }

    /// Take nothing more, and let everyone who waits know.
    pub(super) fn close(&self) {
        let waiting = {
            let mut state = self.state();
            state.is_closed = true;
            std::mem::take(&mut state.waiting)
        };
        for ask in waiting {
            ask.answer(&Err(RunError::NotFollowed));
        }
    }

    fn take(&self, is_wanted: impl Fn(&RunWork) -> bool) -> Option<Ask> {
        let mut state = self.state();
        state.waiting.retain(|ask| !ask.is_abandoned());
        let place = state.waiting.iter().position(|ask| is_wanted(&ask.work))?;
        state.waiting.remove(place)
    }

    fn state(&self) -> MutexGuard<'_, AsksState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ask {
    /// Tell everyone who waits how it ended.
    pub(super) fn answer(self, result: &Result<RunReport, RunError>) {
        for waiter in self.waiters {
            let result = match result {
                Ok(report) => Ok(report.clone()),
                Err(error) => Err(copy(error)),
            };
            // Whoever does not wait any more does not want to know.
            let _gone = waiter.send(result);
        }
    }

    /// Waits until nobody waits for it any more, or who asked for it wants it stopped.
    pub(super) async fn unwanted(&mut self) {
        let abandoned = join_all(self.waiters.iter_mut().map(oneshot::Sender::closed));
        tokio::select! {
            _all = abandoned => {}
            () = self.options.cancel.cancelled() => {}
        }
    }

    fn is_abandoned(&self) -> bool {
        self.waiters.iter().all(oneshot::Sender::is_closed)
    }

    fn is_joined_by(&self, work: &RunWork, options: &RunOptions) -> bool {
        self.work.is_same_full(work)
            && self.options.dry_run == options.dry_run
            && !self.is_abandoned()
            && !self.options.cancel.is_cancelled()
    }
}

impl Owed {
    /// Both in one: for the reasons of both, at the earlier moment.
    fn and(self, other: Self) -> Self {
        Self {
            due: self.due.min(other.due),
            is_for_gap: self.is_for_gap || other.is_for_gap,
            n_failed: self.n_failed.min(other.n_failed),
            // The first import is one by the schedule, whatever else it makes up for.
            trigger: if other.trigger == Trigger::Schedule { other.trigger } else { self.trigger },
        }
    }
}

/// The same error for someone else. Its cause is told in words, because it cannot be in two places.
fn copy(error: &RunError) -> RunError {
    match error {
        RunError::Busy { run } => RunError::Busy { run: run.clone() },
        RunError::NoSuchRun { run } => RunError::NoSuchRun { run: run.clone() },
        RunError::IdentitiesUnanswered { run } => RunError::IdentitiesUnanswered { run: run.clone() },
        RunError::NothingHeld { run } => RunError::NothingHeld { run: run.clone() },
        RunError::RemovalsUnconfirmed { run, would_leave, confirmed } => RunError::RemovalsUnconfirmed {
            run: run.clone(),
            would_leave: would_leave.clone(),
            confirmed: *confirmed,
        },
        RunError::UndoUnconfirmed { run, would_leave, allowed } => RunError::UndoUnconfirmed {
            run: run.clone(),
            would_leave: would_leave.clone(),
            allowed: *allowed,
        },
        RunError::ApprovalExpired { run } => RunError::ApprovalExpired { run: run.clone() },
        RunError::NotAmongHeld { run, key } => RunError::NotAmongHeld { run: run.clone(), key: key.clone() },
        RunError::NotInParts { run } => RunError::NotInParts { run: run.clone() },
        RunError::ReasonNotValid { n_chars, limit } => {
            RunError::ReasonNotValid { n_chars: *n_chars, limit: *limit }
        }
        RunError::StillRunning { run } => RunError::StillRunning { run: run.clone() },
        RunError::NothingToUndo { run } => RunError::NothingToUndo { run: run.clone() },
        RunError::TooManyKeys { n, limit } => RunError::TooManyKeys { n: *n, limit: *limit },
        RunError::History(error) => RunError::History(copy_of(error)),
        RunError::HistoryUnread(error) => RunError::HistoryUnread(copy_of(error)),
        RunError::Died(what) => RunError::Died(what.clone()),
        RunError::NotFollowed => RunError::NotFollowed,
        RunError::TooManyAsks { limit } => RunError::TooManyAsks { limit: *limit },
    }
}

fn copy_of(error: &StoreError) -> StoreError {
    match error {
        StoreError::Full { limit_bytes } => StoreError::Full { limit_bytes: *limit_bytes },
        StoreError::Failed(cause) => StoreError::message(cause),
    }
}
