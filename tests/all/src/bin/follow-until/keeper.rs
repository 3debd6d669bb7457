//! The stores of an embedder, each step of which can be the last.

use crate::protocol::{Point, Said};
use crate::stand::{self, Stand};
use async_trait::async_trait;
use rollcall_host::decision::Decision;
use rollcall_host::directory::{Directory, Held, Holding, Stored, Write};
use rollcall_host::error::StoreError;
use rollcall_host::history::{Beat, ChangeRecord, Counters, History, NewRun, Numbered, Opened, Run, RunEnd};
use rollcall_host::inbox::{
    EventFilter, Following, Inbox, InboxCounts, InboxEvent, NewEvent, Note, Settlement, StoredEvents,
};
use rollcall_host::model::{Entry, Key, Progress, RunId, Scope, Severity, SourceName, Timestamp};
use rollcall_sqlite::SqliteStore;
use std::sync::Arc;
use tokio::sync::watch;

/// A file, and the points around what changes it.
pub(crate) struct Keeper {
    store: Arc<SqliteStore>,
    stand: Arc<Stand>,
    holds_full_runs: bool,
    has_kept: watch::Sender<bool>,
}

impl Keeper {
    pub(crate) fn new(store: Arc<SqliteStore>, stand: Arc<Stand>, holds_full_runs: bool) -> Self {
        Self { store, stand, holds_full_runs, has_kept: watch::Sender::new(false) }
    }

    async fn between<T>(
        &self,
        before: Point,
        step: impl Future<Output = Result<T, StoreError>>,
        after: Point,
    ) -> Result<T, StoreError> {
        self.stand.at(before).await;
        let done = step.await?;
        self.stand.at(after).await;
        Ok(done)
    }

    async fn wait_for_events(&self) {
        if self.holds_full_runs && !*self.has_kept.borrow() {
            stand::say(&Said::Holding);
            let mut has_kept = self.has_kept.subscribe();
            // The sender is this object's own.
            let _ = has_kept.wait_for(|has_kept| *has_kept).await;
        }
    }
}

#[async_trait]
impl Inbox for Keeper {
    async fn store(&self, source: &SourceName, events: &[NewEvent]) -> Result<StoredEvents, StoreError> {
        self.stand.at(Point::BeforeKeep).await;
        let kept = Inbox::store(self.store.as_ref(), source, events).await?;
        self.stand.at(Point::AfterKeep).await;
        self.has_kept.send_replace(true);
        Ok(kept)
    }

    async fn due(
        &self,
        source: &SourceName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        self.stand.at(Point::BeforeDue).await;
        self.store.due(source, now, limit).await
    }

    async fn next_due(&self, source: &SourceName) -> Result<Option<Timestamp>, StoreError> {
        self.store.next_due(source).await
    }

    async fn settle(&self, source: &SourceName, settlements: &[Settlement]) -> Result<(), StoreError> {
        let step = self.store.settle(source, settlements);
        self.between(Point::BeforeSettle, step, Point::AfterSettle).await
    }

    async fn settle_all_before(
        &self,
        source: &SourceName,
        before: Timestamp,
        run: &RunId,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        let step = self.store.settle_all_before(source, before, run, at);
        self.between(Point::BeforeSettleAll, step, Point::AfterSettleAll).await
    }

    async fn events(
        &self,
        source: &SourceName,
        filter: &EventFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        self.store.events(source, filter, before, limit).await
    }

    async fn counts(&self, source: &SourceName) -> Result<InboxCounts, StoreError> {
        self.store.counts(source).await
    }

    async fn retry(
        &self,
        source: &SourceName,
        numbers: Option<&[u64]>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.store.retry(source, numbers, now).await
    }

    async fn forget(&self, source: &SourceName, before: Timestamp) -> Result<u64, StoreError> {
        self.store.forget(source, before).await
    }

    async fn following(&self, source: &SourceName) -> Result<Following, StoreError> {
        self.store.following(source).await
    }

    async fn note(&self, source: &SourceName, note: &Note) -> Result<(), StoreError> {
        self.store.note(source, note).await
    }
}

#[async_trait]
impl Directory for Keeper {
    async fn holdings(
        &self,
        source: &SourceName,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, StoreError> {
        self.wait_for_events().await;
        self.store.holdings(source, resource_type, after, limit).await
    }

    async fn load(&self, source: &SourceName, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError> {
        self.store.load(source, keys).await
    }

    async fn store(
        &self,
        source: &SourceName,
        run: &RunId,
        writes: &[Write],
    ) -> Result<Vec<Stored>, StoreError> {
        let step = Directory::store(self.store.as_ref(), source, run, writes);
        self.between(Point::BeforeApply, step, Point::AfterApply).await
    }

    fn records_changes(&self) -> bool {
        self.store.records_changes()
    }
}

#[async_trait]
impl History for Keeper {
    async fn open_run(&self, run: &NewRun) -> Result<Opened, StoreError> {
        self.between(Point::BeforeOpen, self.store.open_run(run), Point::AfterOpen).await
    }

    async fn beat(
        &self,
        run: &RunId,
        progress: Option<&Progress>,
        counters: &Counters,
    ) -> Result<Beat, StoreError> {
        self.store.beat(run, progress, counters).await
    }

    async fn record_entries(&self, run: &RunId, entries: &[Entry]) -> Result<(), StoreError> {
        self.store.record_entries(run, entries).await
    }

    async fn record_changes(&self, run: &RunId, changes: &[ChangeRecord]) -> Result<(), StoreError> {
        self.store.record_changes(run, changes).await
    }

    async fn close_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StoreError> {
        self.between(Point::BeforeClose, self.store.close_run(run, end), Point::AfterClose).await
    }

    async fn scope(&self, source: &SourceName) -> Result<Option<Scope>, StoreError> {
        self.store.scope(source).await
    }

    async fn runs(
        &self,
        source: &SourceName,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        self.store.runs(source, before, limit).await
    }

    async fn run(&self, run: &RunId) -> Result<Option<Run>, StoreError> {
        self.store.run(run).await
    }

    async fn entries(
        &self,
        run: &RunId,
        least: Severity,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError> {
        self.store.entries(run, least, after, limit).await
    }

    async fn changes(
        &self,
        run: &RunId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        self.store.changes(run, after, limit).await
    }

    async fn written_bytes(&self, source: &SourceName, since: Timestamp) -> Result<u64, StoreError> {
        self.store.written_bytes(source, since).await
    }

    async fn record_decision(&self, decision: &Decision) -> Result<(), StoreError> {
        self.store.record_decision(decision).await
    }

    async fn decisions(&self, source: &SourceName, since: Timestamp) -> Result<Vec<Decision>, StoreError> {
        self.store.decisions(source, since).await
    }
}
