//! What an embedding platform implements to receive people and departments: its own tables, three methods.
//!
//! Not here: merging and comparing documents, which objects to delete, counters. The runtime does these, so that two
//! platforms cannot differ in them.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::document::Document;
use crate::error::StoreError;
use crate::model::{Diagnosis, Key, RunId, SourceName};

/// The platform's truth about what came from each source.
///
/// Objects of different sources never meet: the same key under two sources is two objects. The runtime never has two
/// writing calls for one source under way at once.
///
/// # Examples
///
/// A platform that has its people in memory.
///
/// ```
/// use std::collections::BTreeMap;
/// use std::sync::Mutex;
///
/// use async_trait::async_trait;
/// use rollcall_host::directory::{Action, Directory, Held, Holding, Stored, Write};
/// use rollcall_host::error::StoreError;
/// use rollcall_host::model::{Key, RunId, SourceName};
///
/// #[derive(Default)]
/// struct Platform {
///     held: Mutex<BTreeMap<(SourceName, Key), Held>>,
/// }
///
/// #[async_trait]
/// impl Directory for Platform {
///     async fn holdings(
///         &self,
///         source: &SourceName,
///         resource_type: &str,
///         after: Option<&str>,
///         limit: u32,
///     ) -> Result<Vec<Holding>, StoreError> {
///         let held = self.held.lock().map_err(StoreError::message)?;
///         let wanted = held.iter().filter(|((of, key), held)| {
///             let is_later = after.is_none_or(|after| after < key.external_id.as_str());
///             of == source && key.resource_type == resource_type && !held.departed && is_later
///         });
///         let holding = |((_, key), held): (&(SourceName, Key), &Held)| Holding {
///             external_id: key.external_id.clone(),
///             version: held.version.clone(),
///         };
///         Ok(wanted.map(holding).take(limit.try_into().unwrap_or(usize::MAX)).collect())
///     }
///
///     async fn load(&self, source: &SourceName, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError> {
///         let held = self.held.lock().map_err(StoreError::message)?;
///         Ok(keys.iter().map(|key| held.get(&(source.clone(), key.clone())).cloned()).collect())
///     }
///
///     async fn store(
///         &self,
///         source: &SourceName,
///         _run: &RunId,
///         writes: &[Write],
///     ) -> Result<Vec<Stored>, StoreError> {
///         let mut held = self.held.lock().map_err(StoreError::message)?;
///         for Write { key, action, version, after, .. } in writes {
///             let place = (source.clone(), key.clone());
///             match after.clone() {
///                 Some(document) => {
///                     let departed = *action == Action::Deactivated;
///                     held.insert(place, Held { version: version.clone(), document, departed });
///                 }
///                 None => drop(held.remove(&place)),
///             }
///         }
///         Ok(vec![Stored::Written; writes.len()])
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// let (platform, source) = (Platform::default(), SourceName::new("head-office")?);
/// let come = Write {
///     key: Key::new("User", "li"),
///     action: Action::Created,
///     version: "1".to_owned(),
///     before: None,
///     after: Some(serde_json::json!({"displayName": "Li"}).into()),
///     witness: None,
/// };
/// platform.store(&source, &RunId::new("1"), &[come]).await?;
/// assert_eq!(platform.holdings(&source, "User", None, 10).await?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[async_trait]
pub trait Directory: Send + Sync {
    /// What is held of one resource type from this source and has not departed, in byte order of external id, those
    /// after `after`, at most `limit`. Fewer than `limit` means that there is no more.
    ///
    /// # Errors
    ///
    /// When the platform's store fails.
    async fn holdings(
        &self,
        source: &SourceName,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, StoreError>;

    /// What is held under these keys, departed objects included: one answer a key, in their order.
    ///
    /// # Errors
    ///
    /// When the platform's store fails.
    async fn load(&self, source: &SourceName, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError>;

    /// Write these in order, on the disk no later than what is written after them: one answer a write, in their order. At
    /// most
    /// [`MAX_STORED_AT_ONCE`](crate::limits::MAX_STORED_AT_ONCE), or all departures of a full run at once, which may be
    /// [`MAX_DEPARTURES`](crate::limits::MAX_DEPARTURES).
    ///
    /// A key that the source gave to somebody else comes as two writes, one right after the other: [`Action::Deleted`] for
    /// whoever had it, [`Action::Created`] for whoever has it now. Both have a witness. Whoever came is a new person: nothing
    /// that the platform keeps of the other, its own id above all, is theirs. Refuse both of the two or neither.
    ///
    /// Those that are not refused are written all or none, so an embedder's unique constraint is best checked before
    /// the transaction. Where [`Directory::records_changes`] says so, the change record of each write is kept in the
    /// same transaction.
    ///
    /// # Errors
    ///
    /// When the platform's store fails; then nothing was written.
    async fn store(
        &self,
        source: &SourceName,
        run: &RunId,
        writes: &[Write],
    ) -> Result<Vec<Stored>, StoreError>;

    /// Whether [`Directory::store`] itself keeps a change record of each write but `Unchanged`, where the host's
    /// [`History`](crate::history::History) finds it. If not, the runtime records them right after the store.
    fn records_changes(&self) -> bool {
        false
    }
}

/// One object that is held: its id and the version of its last put.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// The id that the source gave it.
    pub external_id: String,
    /// The version of its last put; empty when the platform changed the object since.
    pub version: String,
}

/// One object that is held, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// The version of its last put; empty when the platform changed the object since.
    pub version: String,
    /// The SCIM document, without any `null`; a store keeps its [`Document::text`].
    pub document: Document,
    /// Whether it was deactivated because it left the source.
    pub departed: bool,
}

/// One difference to write, already merged and compared.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Write {
    /// Which object.
    pub key: Key,
    /// What happens to it.
    pub action: Action,
    /// The version to hold from now on; empty when deleted, and when a run is undone, so that the next full run looks at
    /// the object again.
    pub version: String,
    /// The document as the runtime loaded it; none when the object is new.
    pub before: Option<Document>,
    /// The document to hold, whose [`Document::text`] is to be kept; none when deleted. The same as `before` when unchanged.
    pub after: Option<Document>,
    /// For a departure: what the source answered when it was asked about this object. For somebody new under a key that was
    /// somebody else's: that the source gave it away.
    pub witness: Option<String>,
}

/// What happens to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// It is new.
    Created,
    /// Its document changes.
    Updated,
    /// It had departed and is back; its document may have changed as well.
    Restored,
    /// Only its version is new. No change record is kept.
    Unchanged,
    /// It left the source: kept, marked as departed, `active` is false, no longer among the holdings.
    Deactivated,
    /// It left the source and is removed.
    Deleted,
}

impl Action {
    /// The name as it is serialised, for a store's column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Restored => "restored",
            Self::Unchanged => "unchanged",
            Self::Deactivated => "deactivated",
            Self::Deleted => "deleted",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What became of one write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stored {
    /// It is kept, even if this process dies.
    Written,
    /// The platform refuses this object, for this reason; the others are not affected.
    Refused(Diagnosis),
}
