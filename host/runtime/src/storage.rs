//! What an embedding platform implements for a connector's own small durable state: one bucket a source.
//!
//! Not here: the bounds of keys, values and counts, which the runtime checks before it calls.

use async_trait::async_trait;

use crate::error::StoreError;
use crate::model::SourceName;

/// A bucket of keys and values for each source.
#[async_trait]
pub trait Storage: Send + Sync {
    /// The values of these keys, in their order.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn get(&self, source: &SourceName, keys: &[String]) -> Result<Vec<Option<String>>, StoreError>;

    /// Write all of these or none, in order, on the disk no later than what is written after them. A key without a value is
    /// deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] when the bucket's keys and values would together be more than `max_bucket_bytes`
    /// afterwards; another when the store fails. Nothing was written in either case.
    async fn write(
        &self,
        source: &SourceName,
        entries: &[(String, Option<String>)],
        max_bucket_bytes: u64,
    ) -> Result<(), StoreError>;

    /// Keys that start with `prefix` and their values, in byte order, those after `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn scan(
        &self,
        source: &SourceName,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, StoreError>;
}
