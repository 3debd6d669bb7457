//! What the stores in memory keep as they are.

use async_trait::async_trait;
use rollcall_host::decision::Decision;
use rollcall_host::error::StoreError;
use rollcall_host::history::{Beat, ChangeRecord, Counters, History, NewRun, Numbered, Opened, Run, RunEnd};
use rollcall_host::inbox::{
    EventFilter, Following, Inbox, InboxCounts, InboxEvent, NewEvent, Note, Settlement, StoredEvents,
};
use rollcall_host::model::{Entry, Progress, RunId, Scope, Severity, SourceName, Timestamp};
use rollcall_host::storage::Storage;

use super::PlainStore;

#[async_trait]
impl Storage for PlainStore {
    async fn get(&self, source: &SourceName, keys: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        self.stores.get(source, keys).await
    }

    async fn write(
        &self,
        source: &SourceName,
        entries: &[(String, Option<String>)],
        max_bucket_bytes: u64,
    ) -> Result<(), StoreError> {
        self.stores.write(source, entries, max_bucket_bytes).await
    }

    async fn scan(
        &self,
        source: &SourceName,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.stores.scan(source, prefix, after, limit).await
    }
}

#[async_trait]
impl History for PlainStore {
    async fn open_run(&self, run: &NewRun) -> Result<Opened, StoreError> {
        self.stores.open_run(run).await
    }

    async fn beat(
        &self,
        run: &RunId,
        progress: Option<&Progress>,
        counters: &Counters,
    ) -> Result<Beat, StoreError> {
        self.stores.beat(run, progress, counters).await
    }

    async fn record_entries(&self, run: &RunId, entries: &[Entry]) -> Result<(), StoreError> {
        self.stores.record_entries(run, entries).await
    }

    async fn record_changes(&self, run: &RunId, changes: &[ChangeRecord]) -> Result<(), StoreError> {
        self.stores.record_changes(run, changes).await
    }

    async fn close_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StoreError> {
        self.stores.close_run(run, end).await
    }

    async fn scope(&self, source: &SourceName) -> Result<Option<Scope>, StoreError> {
        self.stores.scope(source).await
    }

    async fn runs(
        &self,
        source: &SourceName,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        self.stores.runs(source, before, limit).await
    }

    async fn run(&self, run: &RunId) -> Result<Option<Run>, StoreError> {
        self.stores.run(run).await
    }

    async fn entries(
        &self,
        run: &RunId,
        least: Severity,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError> {
        self.stores.entries(run, least, after, limit).await
    }

    async fn changes(
        &self,
        run: &RunId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        self.stores.changes(run, after, limit).await
    }

    async fn written_bytes(&self, source: &SourceName, since: Timestamp) -> Result<u64, StoreError> {
        self.stores.written_bytes(source, since).await
    }

    async fn record_decision(&self, decision: &Decision) -> Result<(), StoreError> {
        self.stores.record_decision(decision).await
    }

    async fn decisions(&self, source: &SourceName, since: Timestamp) -> Result<Vec<Decision>, StoreError> {
        self.stores.decisions(source, since).await
    }
}

#[async_trait]
impl Inbox for PlainStore {
    async fn store(&self, source: &SourceName, events: &[NewEvent]) -> Result<StoredEvents, StoreError> {
        Inbox::store(&self.stores, source, events).await
    }

    async fn due(
        &self,
        source: &SourceName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        self.stores.due(source, now, limit).await
    }

    async fn next_due(&self, source: &SourceName) -> Result<Option<Timestamp>, StoreError> {
        self.stores.next_due(source).await
    }

    async fn settle(&self, source: &SourceName, settlements: &[Settlement]) -> Result<(), StoreError> {
        self.stores.settle(source, settlements).await
    }

    async fn settle_all_before(
        &self,
        source: &SourceName,
        before: Timestamp,
        run: &RunId,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        self.stores.settle_all_before(source, before, run, at).await
    }

    async fn events(
        &self,
        source: &SourceName,
        filter: &EventFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        self.stores.events(source, filter, before, limit).await
    }

    async fn counts(&self, source: &SourceName) -> Result<InboxCounts, StoreError> {
        self.stores.counts(source).await
    }

    async fn retry(
        &self,
        source: &SourceName,
        numbers: Option<&[u64]>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.stores.retry(source, numbers, now).await
    }

    async fn forget(&self, source: &SourceName, before: Timestamp) -> Result<u64, StoreError> {
        self.stores.forget(source, before).await
    }

    async fn following(&self, source: &SourceName) -> Result<Following, StoreError> {
        self.stores.following(source).await
    }

    async fn note(&self, source: &SourceName, note: &Note) -> Result<(), StoreError> {
        self.stores.note(source, note).await
    }
}
