//! A host in memory that can be made to break the contract, or its store.

use crate::model::{Census, Change, Departure, Diagnosis, Entry, Holding, Key, Outcome, Progress, Verdict};
use crate::ports::{Host, HttpError, Request, Response, StorageEntry, Ticket};
use crate::testing::TestHost;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub(crate) struct Wayward {
    inner: Rc<TestHost>,
    batches: RefCell<Vec<usize>>,
    verdict: RefCell<Option<Verdict>>,
    fails_apply: Cell<bool>,
    loses_an_outcome: Cell<bool>,
}

impl Wayward {
    pub(crate) fn over(inner: &Rc<TestHost>) -> Rc<Self> {
        Rc::new(Self {
            inner: inner.clone(),
            batches: RefCell::default(),
            verdict: RefCell::default(),
            fails_apply: Cell::new(false),
            loses_an_outcome: Cell::new(false),
        })
    }

    /// How many changes came in each batch.
    pub(crate) fn batches(&self) -> Vec<usize> {
        self.batches.borrow().clone()
    }

    /// Answer this to whatever is to be retired.
    pub(crate) fn set_verdict(&self, verdict: Verdict) {
        *self.verdict.borrow_mut() = Some(verdict);
    }

    /// Let the store fail from now on, after it may have applied something.
    pub(crate) fn fail_apply(&self) {
        self.fails_apply.set(true);
    }

    /// Answer one outcome too few from now on.
    pub(crate) fn lose_an_outcome(&self) {
        self.loses_an_outcome.set(true);
    }
}

impl Host for Wayward {
    fn wait(&self, max: u32) -> Vec<Ticket> {
        self.inner.wait(max)
    }

    fn begin_timer(&self, delay_ms: u32) -> Ticket {
        self.inner.begin_timer(delay_ms)
    }

    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket> {
        self.inner.begin_http(requests)
    }

    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, HttpError>> {
        self.inner.take_http(tickets)
    }

    fn throttled(&self, bucket: Option<&str>, wait_ms: u32) {
        self.inner.throttled(bucket, wait_ms);
    }

    fn holdings(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, Diagnosis> {
        self.inner.holdings(resource_type, after, limit)
    }

    fn find(&self, keys: &[Key]) -> Result<Vec<Option<Holding>>, Diagnosis> {
        self.inner.find(keys)
    }

    fn begin_apply(&self, changes: Vec<Change>) -> Ticket {
        self.batches.borrow_mut().push(changes.len());
        self.inner.begin_apply(changes)
    }

    fn take_applied(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis> {
        let mut outcomes = self.inner.take_applied(ticket)?;
        if self.fails_apply.get() {
            return Err(Diagnosis::new("store-failed", "the disk is full", "磁盘已满"));
        }
        if self.loses_an_outcome.get() {
            outcomes.pop();
        }
        Ok(outcomes)
    }

    fn retire(&self, census: Vec<Census>, absent: Vec<Departure>) -> Result<Verdict, Diagnosis> {
        match self.verdict.borrow_mut().take() {
            Some(verdict) => Ok(verdict),
            None => self.inner.retire(census, absent),
        }
    }

    fn storage_get(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, Diagnosis> {
        self.inner.storage_get(keys)
    }

    fn storage_write(&self, entries: Vec<StorageEntry>) -> Result<(), Diagnosis> {
        self.inner.storage_write(entries)
    }

    fn report(&self, progress: Progress) {
        self.inner.report(progress);
    }

    fn record_entries(&self, entries: Vec<Entry>) {
        self.inner.record_entries(entries);
    }

    fn now_ms(&self) -> u64 {
        self.inner.now_ms()
    }

    fn random(&self) -> u64 {
        self.inner.random()
    }
}
