//! Changes on their way to the platform: in order, in batches, a bounded number at a time.

use crate::codes;
use crate::context::Context;
use crate::limits::{APPLY_BATCH, APPLY_DELAY_MS, MAX_BATCHES_IN_FLIGHT};
use crate::model::{Change, Diagnosis, Failure, Key, Outcome};
use std::cell::{Cell, RefCell};
use std::collections::{BTreeSet, VecDeque};
use std::fmt;
use std::future::Future;
use std::pin::Pin;

type Outcomes = Pin<Box<dyn Future<Output = Result<Vec<Outcome>, Diagnosis>>>>;

pub(super) struct Outbox {
    context: Context,
    pending: RefCell<Vec<Change>>,
    pending_since_ms: Cell<u64>,
    in_flight: RefCell<VecDeque<Batch>>,
    /// Objects whose last change was refused.
    refused: RefCell<BTreeSet<Key>>,
}

struct Batch {
    subjects: Vec<Key>,
    outcomes: Outcomes,
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("pending", &self.pending.borrow().len()).finish_non_exhaustive()
    }
}

impl Outbox {
    pub(super) fn new(context: &Context) -> Self {
        Self {
            context: context.clone(),
            pending: RefCell::default(),
            pending_since_ms: Cell::new(0),
            in_flight: RefCell::default(),
            refused: RefCell::default(),
        }
    }

    /// Send a change soon, waiting while too many batches are on their way.
    pub(super) async fn push(&self, change: Change) -> Result<(), Failure> {
        if self.pending.borrow().is_empty() {
            self.pending_since_ms.set(self.context.now_ms());
        }
        self.pending.borrow_mut().push(change);
        self.send_if_due();
        while MAX_BATCHES_IN_FLIGHT < self.in_flight.borrow().len() {
            self.settle_oldest().await?;
        }
        Ok(())
    }

    /// Send what is pending if it is a whole batch or has waited long enough.
    pub(super) fn send_if_due(&self) {
        let n_pending = self.pending.borrow().len();
        let waited_ms = self.context.now_ms().saturating_sub(self.pending_since_ms.get());
        if APPLY_BATCH <= n_pending || (0 < n_pending && APPLY_DELAY_MS <= waited_ms) {
            self.send();
        }
    }

    /// Send everything and wait until all of it is applied or refused.
    pub(super) async fn drain(&self) -> Result<(), Failure> {
        if !self.pending.borrow().is_empty() {
            self.send();
        }
        while !self.in_flight.borrow().is_empty() {
            self.settle_oldest().await?;
        }
        Ok(())
    }

    fn send(&self) {
        let pending = std::mem::take(&mut *self.pending.borrow_mut());
        let subjects = pending.iter().map(|change| change.key().clone()).collect();
        let outcomes = self.context.apply(pending);
        self.in_flight.borrow_mut().push_back(Batch { subjects, outcomes: Box::pin(outcomes) });
    }

    /// Whether the last change of this object that was settled was refused.
    pub(super) fn has_refused(&self, key: &Key) -> bool {
        self.refused.borrow().contains(key)
    }

    async fn settle_oldest(&self) -> Result<(), Failure> {
        let oldest = self.in_flight.borrow_mut().pop_front();
        let Some(oldest) = oldest else { return Ok(()) };
        let mut awaited = Awaited { outbox: self, batch: Some(oldest) };
        let outcomes = awaited.outcomes().await;
        let subjects = awaited.batch.take().map(|batch| batch.subjects).unwrap_or_default();
        let outcomes = outcomes.map_err(Failure::Host)?;
        if outcomes.len() != subjects.len() {
            return Err(Failure::Host(wrong_number(subjects.len(), outcomes.len())));
        }
        let mut refused = self.refused.borrow_mut();
        for (key, outcome) in subjects.into_iter().zip(outcomes) {
            match outcome {
                Outcome::Applied => refused.remove(&key),
                // The host has recorded why.
                Outcome::Held | Outcome::Rejected(_) => refused.insert(key),
            };
        }
        Ok(())
    }
}

/// A batch that is waited for. If the wait is given up, as in a crawl that stops at an error, the batch goes back.
struct Awaited<'a> {
    outbox: &'a Outbox,
    batch: Option<Batch>,
}

impl Awaited<'_> {
    async fn outcomes(&mut self) -> Result<Vec<Outcome>, Diagnosis> {
        match &mut self.batch {
            Some(batch) => batch.outcomes.as_mut().await,
            None => Ok(Vec::new()),
        }
    }
}

impl Drop for Awaited<'_> {
    fn drop(&mut self) {
        if let Some(batch) = self.batch.take() {
            self.outbox.in_flight.borrow_mut().push_front(batch);
        }
    }
}

pub(super) fn wrong_number(expected: usize, found: usize) -> Diagnosis {
    codes::outcomes_do_not_match(found, expected)
}
