//! What people and programs look up in the stores of a host: who is where, who is called like this, what happened to them and
//! why. A trait, [`Browse`], and its types.
//!
//! Every answer is a page or a count, however large the organisation. Text that is looked for is data: no character in it means
//! anything but itself, and letters match in either case. Not here: where it is kept, and what a page shows of it. An embedding
//! platform that has pages of its own needs none of this: it looks into its own tables.

pub mod features;
pub mod words;

mod condition;
mod objects;
mod outline;
mod people;
mod runs;
mod snapshot;
mod trail;
mod within;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use rollcall_host::directory::Directory;
use rollcall_host::error::StoreError;
use rollcall_host::history::{ChangeRecord, History, Numbered, Run};
use rollcall_host::inbox::{Inbox, InboxEvent};
use rollcall_host::model::{Entry, Key, RunId, SourceName, Timestamp};
use rollcall_host::storage::Storage;

pub use condition::{Attribute, Condition, ObjectNumber, Sifted, Test};
pub use objects::{HeldObject, Listed, ListedObject, ObjectCount, ObjectQuery, Page, WholeObject};
pub use outline::{Numbers, OtherDepartment, Outline, OutlineDepartment, Placed, Stray};
pub use people::{Member, Members, Named};
pub use runs::{ChangeCount, ChangeFilter, ChangeOutcome, EntryCount, EntryFilter, RunFilter};
pub use snapshot::Snapshot;
pub use trail::{EntryAbout, OnceKnown, TrailRun, TrailStep};
pub use within::Within;

/// Everything that a host with pages keeps: the four stores of the runtime, and how people look into them.
pub trait Store: Directory + Storage + History + Inbox + Browse + fmt::Debug {}

impl<S: Directory + Storage + History + Inbox + Browse + fmt::Debug> Store for S {}

/// What can be looked up.
#[async_trait]
pub trait Browse: Send + Sync {
    /// Objects that answer to a query, from one source or all, in order of name.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn search(
        &self,
        source: Option<&SourceName>,
        query: &ObjectQuery,
        page: Page,
    ) -> Result<Listed, StoreError>;

    /// One object with all that is known of it, departed or not; none when none is held under this key.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn object(&self, source: &SourceName, key: &Key) -> Result<Option<WholeObject>, StoreError>;

    /// Whether something of a source is held, be it that it departed.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn is_held(&self, source: &SourceName) -> Result<bool, StoreError>;

    /// The ids of those objects, departed or not, whose id differs from this one in letter case alone, in order; the first 20.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn differing_in_case(&self, source: &SourceName, key: &Key) -> Result<Vec<String>, StoreError>;

    /// The objects of a source whose ids were somebody else's before, departed or not, with their tenure
    /// ([`WholeObject::tenure`]). All others have none.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn tenures(&self, source: &SourceName) -> Result<BTreeMap<Key, u64>, StoreError>;

    /// How many objects there are from a source, of each resource type of which there are any.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn object_counts(&self, source: &SourceName) -> Result<Vec<ObjectCount>, StoreError>;

    /// The objects of a resource type from these sources, departed ones included, for which a condition holds.
    ///
    /// Where it is all in columns with an index, that takes as long as counting; otherwise every listed object is looked at,
    /// and no document is.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn sift(
        &self,
        resource_type: &str,
        within: &Within,
        condition: &Condition,
        page: Page,
    ) -> Result<Sifted, StoreError>;

    /// What is held under these numbers, in their order; none for what is no longer held.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn objects_numbered(
        &self,
        numbers: Vec<ObjectNumber>,
    ) -> Result<Vec<Option<WholeObject>>, StoreError>;

    /// The tree of departments of a source as it is now.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn outline(&self, source: &SourceName) -> Result<Arc<Outline>, StoreError>;

    /// Those of these ids of people that are held, departed or not.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn people_named(
        &self,
        source: &SourceName,
        ids: Vec<String>,
    ) -> Result<BTreeMap<String, Named>, StoreError>;

    /// The people at the source who are in a department itself, in their order there, then by name; or, without a
    /// department, those who are in none that is held, by name. Nobody departed is among them.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn people_of(
        &self,
        source: &SourceName,
        department: Option<&str>,
        page: Page,
    ) -> Result<Listed, StoreError>;

    /// The same people as [`Browse::people_of`] a department, with nothing but their ids and names.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn members_of(
        &self,
        source: &SourceName,
        department: &str,
        page: Page,
    ) -> Result<Members, StoreError>;

    /// The newest runs of one source or all, newest first, those before `before`, at most `limit`. One whose process
    /// died reads `interrupted`.
    ///
    /// # Errors
    ///
    /// When the store fails, or `before` is no run of it.
    async fn runs_where(
        &self,
        filter: &RunFilter,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError>;

    /// The change records of a run that pass a filter, in order, those after number `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails, or the run is not of it.
    async fn changes_where(
        &self,
        run: &RunId,
        filter: &ChangeFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError>;

    /// How many change records of each kind a run has.
    ///
    /// # Errors
    ///
    /// When the store fails, or the run is not of it.
    async fn change_counts(&self, run: &RunId) -> Result<Vec<ChangeCount>, StoreError>;

    /// The entries of a run that pass a filter, in order, those after number `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails, or the run is not of it.
    async fn entries_where(
        &self,
        run: &RunId,
        filter: &EntryFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError>;

    /// How many entries with each severity and code a run has, the gravest first, then the most frequent.
    ///
    /// # Errors
    ///
    /// When the store fails, or the run is not of it.
    async fn entry_counts(&self, run: &RunId) -> Result<Vec<EntryCount>, StoreError>;

    /// What happened to an object, newest first, steps before that change of that run, at most `limit`. What was refused
    /// and what a dry run would have done are among it.
    ///
    /// # Errors
    ///
    /// When the store fails, or `before` is no run of it.
    async fn trail(
        &self,
        source: &SourceName,
        key: &Key,
        before: Option<(RunId, u64)>,
        limit: u32,
    ) -> Result<Vec<TrailStep>, StoreError>;

    /// What the logs of runs say about an object, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn entries_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<EntryAbout>, StoreError>;

    /// The events that name an object, newest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn events_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError>;

    /// What is not held, though change records or entries of one source or all name it: what was deleted, refused or left
    /// out. Each word of `text` between white space is part of its name or id. At most `limit`, the last known first.
    ///
    /// Looks through the newest 100,000 of each kind of record.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn once_known(
        &self,
        source: Option<&SourceName>,
        text: &str,
        limit: u32,
    ) -> Result<Vec<OnceKnown>, StoreError>;

    /// The sources of which something is held, a run is known or that were ever followed, in order of name.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn sources(&self) -> Result<Vec<String>, StoreError>;

    /// When objects of any source were last written: nothing that is held was created or modified later, and whatever will be
    /// written will have been later. 1970 where nothing ever was.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn last_moment(&self) -> Result<Timestamp, StoreError>;

    /// Everything held of these resource types from this source at this one moment, departed objects included: in the order
    /// of the types, then in byte order of external id, at most `page` objects at once.
    ///
    /// What a run writes meanwhile is not in it. A store may have to keep what is overwritten until the last
    /// page is taken or the snapshot is dropped.
    fn snapshot(&self, source: &SourceName, resource_types: &[&str], page: u32) -> Snapshot;
}
