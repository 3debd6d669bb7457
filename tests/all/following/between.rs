//! An inbox that stands between the host and the real one, and sees what is stored or refuses to store it.

use async_trait::async_trait;
use rollcall_host::error::StoreError;
use rollcall_host::inbox::{
    EventFilter, Following, Inbox, InboxCounts, InboxEvent, NewEvent, Note, Settlement, StoredEvents,
};
use rollcall_host::model::{RunId, SourceName, Timestamp};
use std::sync::Arc;

/// What to do before events are stored; an error is the store's.
type BeforeStore = Box<dyn Fn(&[NewEvent]) -> Result<(), StoreError> + Send + Sync>;

/// An inbox behind a look at what it is to store.
pub(super) struct Between {
    inner: Arc<dyn Inbox>,
    before_store: BeforeStore,
}

impl Between {
    /// The inbox `inner`, behind this look.
    pub(super) fn over(
        inner: Arc<dyn Inbox>,
        before_store: impl Fn(&[NewEvent]) -> Result<(), StoreError> + Send + Sync + 'static,
    ) -> Arc<dyn Inbox> {
        Arc::new(Self { inner, before_store: Box::new(before_store) })
    }
}

#[async_trait]
impl Inbox for Between {
    async fn store(&self, source: &SourceName, events: &[NewEvent]) -> Result<StoredEvents, StoreError> {
        (self.before_store)(events)?;
        self.inner.store(source, events).await
    }

    async fn due(
        &self,
        source: &SourceName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        self.inner.due(source, now, limit).await
    }

    async fn next_due(&self, source: &SourceName) -> Result<Option<Timestamp>, StoreError> {
        self.inner.next_due(source).await
    }

    async fn settle(&self, source: &SourceName, settlements: &[Settlement]) -> Result<(), StoreError> {
        self.inner.settle(source, settlements).await
    }

    async fn settle_all_before(
        &self,
        source: &SourceName,
        before: Timestamp,
        run: &RunId,
        at: Timestamp,
    ) -> Result<u64, StoreError> {
        self.inner.settle_all_before(source, before, run, at).await
    }

    async fn events(
        &self,
        source: &SourceName,
        filter: &EventFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        self.inner.events(source, filter, before, limit).await
    }

    async fn counts(&self, source: &SourceName) -> Result<InboxCounts, StoreError> {
        self.inner.counts(source).await
    }

    async fn retry(
        &self,
        source: &SourceName,
        numbers: Option<&[u64]>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        self.inner.retry(source, numbers, now).await
    }

    async fn forget(&self, source: &SourceName, before: Timestamp) -> Result<u64, StoreError> {
        self.inner.forget(source, before).await
    }

    async fn following(&self, source: &SourceName) -> Result<Following, StoreError> {
        self.inner.following(source).await
    }

    async fn note(&self, source: &SourceName, note: &Note) -> Result<(), StoreError> {
        self.inner.note(source, note).await
    }
}
