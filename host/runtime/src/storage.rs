//! What an embedding platform implements for a connector's own small durable state: one bucket a source.
//!
//! Not here: the bounds of keys, values and counts, which the runtime checks before it calls.

use async_trait::async_trait;

use crate::error::StoreError;
use crate::model::SourceName;

/// A bucket of keys and values for each source.
///
/// # Examples
///
/// Buckets in memory. On a platform each is a few rows of a table.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Mutex;
///
/// use async_trait::async_trait;
/// use rollcall_host::error::StoreError;
/// use rollcall_host::model::SourceName;
/// use rollcall_host::storage::Storage;
///
/// #[derive(Default)]
/// struct Buckets {
///     of: Mutex<BTreeMap<SourceName, BTreeMap<String, String>>>,
/// }
///
/// #[async_trait]
/// impl Storage for Buckets {
///     async fn get(&self, source: &SourceName, keys: &[String]) -> Result<Vec<Option<String>>, StoreError> {
///         let of = self.of.lock().map_err(StoreError::message)?;
///         Ok(keys.iter().map(|key| of.get(source)?.get(key).cloned()).collect())
///     }
///
///     async fn write(
///         &self,
///         source: &SourceName,
///         entries: &[(String, Option<String>)],
///         max_bucket_bytes: u64,
///     ) -> Result<(), StoreError> {
///         let mut of = self.of.lock().map_err(StoreError::message)?;
///         let mut bucket = of.get(source).cloned().unwrap_or_default();
///         for (key, value) in entries {
///             match value {
///                 Some(value) => drop(bucket.insert(key.clone(), value.clone())),
///                 None => drop(bucket.remove(key)),
///             }
///         }
///         let n_bytes = bucket.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
///         if max_bucket_bytes < n_bytes.try_into().unwrap_or(u64::MAX) {
///             return Err(StoreError::Full { limit_bytes: max_bucket_bytes });
///         }
///         of.insert(source.clone(), bucket);
///         Ok(())
///     }
///
///     async fn scan(
///         &self,
///         source: &SourceName,
///         prefix: &str,
///         after: Option<&str>,
///         limit: u32,
///     ) -> Result<Vec<(String, String)>, StoreError> {
///         let of = self.of.lock().map_err(StoreError::message)?;
///         let entries = of.get(source).into_iter().flatten().filter(|(key, _)| {
///             key.starts_with(prefix) && after.is_none_or(|after| after < key.as_str())
///         });
///         let limit = limit.try_into().unwrap_or(usize::MAX);
///         Ok(entries.take(limit).map(|(key, value)| (key.clone(), value.clone())).collect())
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (buckets, source) = (Buckets::default(), SourceName::new("head-office")?);
/// let entry = ("cursor".to_owned(), Some("7".to_owned()));
/// assert!(buckets.write(&source, std::slice::from_ref(&entry), 6).await.is_err());
/// buckets.write(&source, &[entry], 7).await?;
/// assert_eq!(buckets.scan(&source, "cur", None, 10).await?, [("cursor".to_owned(), "7".to_owned())]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
