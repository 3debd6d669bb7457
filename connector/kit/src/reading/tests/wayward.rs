//! A host in memory that can be made to break the contract, or its store.

use crate::model::{
    Change, Clearing, Coverage, Diagnosis, Entry, InventoryItem, Key, Outcome, Progress, Removal, Scope,
};
use crate::ports::{Area, Call, EntryWrite, Fault, Host, LogLevel, Request, Response, Ticket};
use crate::testing::TestHost;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub(crate) struct Wayward {
    inner: Rc<TestHost>,
    batches: RefCell<Vec<usize>>,
    outcomes: RefCell<Option<Vec<Outcome>>>,
    fails_apply: Cell<bool>,
    loses_an_outcome: Cell<bool>,
    loses_its_log: Cell<bool>,
}

impl Wayward {
    pub(crate) fn over(inner: &Rc<TestHost>) -> Rc<Self> {
        Rc::new(Self {
            inner: inner.clone(),
            batches: RefCell::default(),
            outcomes: RefCell::default(),
            fails_apply: Cell::new(false),
            loses_an_outcome: Cell::new(false),
            loses_its_log: Cell::new(false),
        })
    }

    /// How many changes came in each batch.
    pub(crate) fn batches(&self) -> Vec<usize> {
        self.batches.borrow().clone()
    }

    /// Answer this to whatever is to be removed.
    pub(crate) fn set_outcomes(&self, outcomes: Vec<Outcome>) {
        *self.outcomes.borrow_mut() = Some(outcomes);
    }

    /// Let the store fail from now on, after it may have applied something.
    pub(crate) fn fail_apply(&self) {
        self.fails_apply.set(true);
    }

    /// Let the store of the run's log fail from now on.
    pub(crate) fn lose_its_log(&self) {
        self.loses_its_log.set(true);
    }

    /// Answer one outcome too few from now on.
    pub(crate) fn lose_an_outcome(&self) {
        self.loses_an_outcome.set(true);
    }
}

impl Host for Wayward {
    fn entered(&self, call: Call) {
        self.inner.entered(call);
    }

    fn wait(&self, max: u32) -> Vec<Ticket> {
        self.inner.wait(max)
    }

    fn begin_timer(&self, delay_ms: u32) -> Ticket {
        self.inner.begin_timer(delay_ms)
    }

    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket> {
        self.inner.begin_http(requests)
    }

    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, Fault>> {
        self.inner.take_http(tickets)
    }

    fn throttled(&self, bucket: Option<&str>, wait_ms: u32) {
        self.inner.throttled(bucket, wait_ms);
    }

    fn list_inventory(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InventoryItem>, Diagnosis> {
        self.inner.list_inventory(resource_type, after, limit)
    }

    fn find_inventory(&self, keys: &[Key]) -> Result<Vec<Option<InventoryItem>>, Diagnosis> {
        self.inner.find_inventory(keys)
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

    fn open_reading(&self, scope: &Scope) -> Result<(), Diagnosis> {
        self.inner.open_reading(scope)
    }

    fn close_reading(&self, coverage: Vec<Coverage>) -> Result<(), Diagnosis> {
        self.inner.close_reading(coverage)
    }

    fn remove_missing(&self, removals: Vec<Removal>) -> Result<Vec<Outcome>, Diagnosis> {
        match self.outcomes.borrow_mut().take() {
            Some(outcomes) => Ok(outcomes),
            None => self.inner.remove_missing(removals),
        }
    }

    fn propose_clearings(&self, clearings: Vec<Clearing>) -> Result<(), Diagnosis> {
        self.inner.propose_clearings(clearings)
    }

    fn save_checkpoint(&self, state: &str, unchanged: Vec<Key>) -> Result<(), Diagnosis> {
        self.inner.save_checkpoint(state, unchanged)
    }

    fn storage_get(&self, area: Area, keys: &[String]) -> Result<Vec<Option<String>>, Diagnosis> {
        self.inner.storage_get(area, keys)
    }

    fn storage_write(&self, area: Area, entries: Vec<EntryWrite>) -> Result<(), Diagnosis> {
        self.inner.storage_write(area, entries)
    }

    fn storage_scan(
        &self,
        area: Area,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Diagnosis> {
        self.inner.storage_scan(area, prefix, after, limit)
    }

    fn report(&self, progress: Progress) {
        self.inner.report(progress);
    }

    fn record_entries(&self, entries: Vec<Entry>) -> Result<(), Diagnosis> {
        if self.loses_its_log.get() {
            return Err(Diagnosis::new("store-failed", "the disk is full", "磁盘已满"));
        }
        self.inner.record_entries(entries)
    }

    fn now_ms(&self) -> u64 {
        self.inner.now_ms()
    }

    fn random(&self, length: u32) -> Vec<u8> {
        self.inner.random(length)
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.inner.log(level, message);
    }
}
