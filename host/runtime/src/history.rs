//! What an embedding platform implements for the record of runs: what was tried, how it went, what changed.
//!
//! Not here: what a run does; when it counts as partial or failed is decided in `run`.

use std::fmt;

use async_trait::async_trait;
use rollcall_rules::counters;
use serde::{Deserialize, Serialize};

use crate::awaiting;
use crate::decision::Decision;
use crate::directory::{Action, Write};
use crate::document::Document;
use crate::error::StoreError;
use crate::model::proof::Proof;
use crate::model::{Diagnosis, Entry, Failure, Key, Progress, RunId, Scope, Severity, SourceName, Timestamp};

/// The record of every run, and the lock that keeps a source to one run at a time.
///
/// A run is *alive* while its process is. How an implementation knows is its own business: a file lock that dies
/// with its process, or the time of the last [`History::beat`]
/// ([`limits::RUN_BEAT_INTERVAL`](crate::limits::RUN_BEAT_INTERVAL) apart; three missed ones mean dead).
/// A running run that is not alive reads [`RunState::Interrupted`] everywhere.
///
/// # Examples
///
/// Show the last runs of a source, with what each left undone.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/company.in"));
/// use rollcall_host::RunOptions;
/// use rollcall_host::error::StoreError;
/// use rollcall_host::history::History;
/// use rollcall_host::model::Severity;
///
/// async fn show(history: &dyn History, source: &SourceName) -> Result<(), StoreError> {
///     for run in history.runs(source, None, 10).await? {
///         println!("{} {} {}", run.started_at, run.id, run.state);
///         for entry in history.entries(&run.id, Severity::Error, None, 100).await? {
///             println!("  {}", entry.item.diagnosis.message);
///         }
///     }
///     Ok(())
/// }
///
/// # fn main() -> Result<(), Failed> { run(async {
/// # let company = Company::new()?;
/// # let (host, source) = company.host().await?;
/// let report = host.sync(&source, RunOptions::default()).await?;
/// show(&*company.store, source.name()).await?;
/// assert_eq!(company.store.runs(source.name(), None, 10).await?[0].id, report.run);
/// # Ok(()) }) }
/// ```
#[async_trait]
pub trait History: Send + Sync {
    /// Open the row of a run, as `running`, unless another run of the source is alive. Atomic.
    ///
    /// A run of the source that still says `running` and is not alive is closed as `interrupted` first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn open_run(&self, run: &NewRun) -> Result<Opened, StoreError>;

    /// Say that a run is alive, how far it is, and what it did so far: what [`History::run`] then answers while it is
    /// under way. None leaves the last progress as it is.
    ///
    /// # Errors
    ///
    /// When the store fails. The runtime goes on and tries again at the next beat.
    async fn beat(
        &self,
        run: &RunId,
        progress: Option<&Progress>,
        counters: &Counters,
    ) -> Result<Beat, StoreError>;

    /// Add entries to a run's log, in order, on the disk no later than what is written after them. The runtime bounds their
    /// number.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn record_entries(&self, run: &RunId, entries: &[Entry]) -> Result<(), StoreError>;

    /// Add change records to a run, in order: those of a dry run, refused ones, and all others unless
    /// [`Directory::records_changes`](crate::directory::Directory::records_changes).
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn record_changes(&self, run: &RunId, changes: &[ChangeRecord]) -> Result<(), StoreError>;

    /// Close a run, release the source, and keep [`RunEnd::scope`], where there is one, for [`History::scope`]. Atomic.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn close_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StoreError>;

    /// With what scope a source was read the last time: that of the last run that was closed with one. None before the first.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn scope(&self, source: &SourceName) -> Result<Option<Scope>, StoreError>;

    /// The newest runs of a source, newest first, those before `before`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn runs(
        &self,
        source: &SourceName,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError>;

    /// One run, if there is such a run.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn run(&self, run: &RunId) -> Result<Option<Run>, StoreError>;

    /// The entries of a run with at least this severity, in order, those after number `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn entries(
        &self,
        run: &RunId,
        least: Severity,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError>;

    /// The change records of a run, in order, those after number `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn changes(
        &self,
        run: &RunId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError>;

    /// About how many bytes the runs of a source recorded, in entries and changes, those of dry runs included: of the runs that
    /// began at this moment or later, and of none before the last one that was attended ([`NewRun::attended`]).
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn written_bytes(&self, source: &SourceName, since: Timestamp) -> Result<u64, StoreError>;

    /// Keep what was decided about what a run held. On the disk when this returns.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn record_decision(&self, decision: &Decision) -> Result<(), StoreError>;

    /// The decisions of a source since this moment, in the order in which they were recorded.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn decisions(&self, source: &SourceName, since: Timestamp) -> Result<Vec<Decision>, StoreError>;
}

/// A run to open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewRun {
    /// Of which source.
    pub source: SourceName,
    /// What it reads.
    pub kind: RunKind,
    /// Why it starts.
    pub trigger: Trigger,
    /// Whether it only records what it would do.
    pub dry_run: bool,
    /// Whether a person is at it, so that what the source wrote before is not held against it.
    pub attended: bool,
    /// Which connector does it.
    pub connector: ConnectorIdentity,
    /// When.
    pub started_at: Timestamp,
}

/// Which connector, exactly.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConnectorIdentity {
    /// Its id, from its descriptor.
    pub id: String,
    /// Its version, from its descriptor.
    pub version: String,
    /// The digest of its file: "blake3:" and 64 hexadecimal digits.
    pub digest: String,
}

/// Whether a run was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Opened {
    /// It was; this is its id.
    Run(RunId),
    /// It was not, because this run of the same source is alive.
    Busy(RunId),
}

/// What the history says to a beat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Beat {
    /// The run still has its source.
    Running,
    /// The row was closed by someone else, who took this run for dead: it must stop at once.
    Lost,
}

/// Why a run starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trigger {
    /// A person asked for it.
    Manual,
    /// It was due.
    Schedule,
    /// The source pushed a change.
    Event,
    /// The source pushed a change over a stream.
    Stream,
    /// A person approved what was held.
    Approval,
}

impl Trigger {
    /// Whether a person wants it now.
    pub(crate) const fn is_a_persons(self) -> bool {
        matches!(self, Self::Manual | Self::Approval)
    }

    /// The name as it is serialised, for a store's column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Schedule => "schedule",
            Self::Event => "event",
            Self::Stream => "stream",
            Self::Approval => "approval",
        }
    }
}

/// What a run reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunKind {
    /// Everything.
    Full,
    /// The objects that someone named.
    Refresh,
    /// What a batch of events names.
    Events,
    /// Nothing: it puts back what another run changed.
    Undo,
}

impl RunKind {
    /// The name as it is serialised, for a store's column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Refresh => "refresh",
            Self::Events => "events",
            Self::Undo => "undo",
        }
    }
}

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunState {
    /// It is at work.
    Running,
    /// Everything was read and applied.
    Succeeded,
    /// Something was not read, or the platform refused something; nothing departed that was not confirmed.
    Partial,
    /// It could not go on. What was applied until then stays.
    Failed,
    /// Something waits for a person: departures, values that may be gone, or ids that belong to somebody else now.
    Held,
    /// A person stopped it. What was applied until then stays.
    Cancelled,
    /// Its process died. What was applied until then stays.
    Interrupted,
}

impl RunState {
    /// The name as it is serialised, for a store's column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Partial => "partial",
            Self::Failed => "failed",
            Self::Held => "held",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }
}

impl fmt::Display for RunState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a run did, in numbers of objects, each counted once.
///
/// `created + updated + unchanged + skipped + rejected = read`; departures are counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Seen at the source.
    pub read: u64,
    /// New on the platform.
    pub created: u64,
    /// Changed on the platform, restored ones included.
    pub updated: u64,
    /// The same as on the platform.
    pub unchanged: u64,
    /// Left out on purpose; an entry says why.
    pub skipped: u64,
    /// Refused by the platform; an entry says why.
    pub rejected: u64,
    /// Left the source and were deactivated.
    pub deactivated: u64,
    /// Left the source and were removed.
    pub deleted: u64,
    /// Were said to have left and were kept; an entry says why.
    pub kept: u64,
    /// Wait for a person: departures, which are among those that were kept, and values that may be gone.
    pub held: u64,
}

impl Counters {
    /// `created + updated + unchanged + skipped + rejected`, which is `read` when the connector counted well.
    #[must_use]
    pub fn accounted_for(&self) -> u64 {
        counters::accounted(&self.of_reading())
    }

    /// # Errors
    ///
    /// When more or fewer objects are accounted for than were read.
    pub(crate) fn check(&self) -> Result<(), counters::Discrepancy> {
        counters::check(&self.of_reading())
    }

    /// The part that the contract's rule is about.
    const fn of_reading(&self) -> counters::Counters {
        let Self { read, created, updated, unchanged, skipped, rejected, .. } = *self;
        counters::Counters { read, created, updated, unchanged, skipped, rejected }
    }
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunEnd {
    /// Never `running`.
    pub state: RunState,
    /// What it did.
    pub counters: Counters,
    /// Why it could not go on, when it failed.
    pub failure: Option<Failure>,
    /// Entries beyond the limit of a run, which were counted and not kept.
    pub n_entries_dropped: u64,
    /// When.
    pub finished_at: Timestamp,
    /// With what scope a full run read the source; none where that is smaller than before and nobody has approved it. What is
    /// missing once it has shrunk is held.
    #[serde(default)]
    pub scope: Option<Scope>,
    /// What a full run can show for itself; none where it did not come to read, and of other runs. To be kept with the row.
    #[serde(default)]
    pub proof: Option<Proof>,
}

/// The row of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Which.
    pub id: RunId,
    /// Of which source.
    pub source: SourceName,
    /// What it read.
    pub kind: RunKind,
    /// Why it started.
    pub trigger: Trigger,
    /// Whether it only recorded what it would do.
    pub dry_run: bool,
    /// Which connector did it.
    pub connector: ConnectorIdentity,
    /// How it stands.
    pub state: RunState,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended; for an interrupted run, when it was found dead.
    pub finished_at: Option<Timestamp>,
    /// The last progress.
    pub progress: Option<Progress>,
    /// What it did; while it is running, and when it was interrupted, as of its last beat. What a connector finds unchanged
    /// by itself is counted when the run ends.
    pub counters: Counters,
    /// Why it could not go on.
    pub failure: Option<Failure>,
    /// Entries beyond the limit of a run, which were counted and not kept.
    pub n_entries_dropped: u64,
    /// What a full run can show for itself, once it has ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proof: Option<Proof>,
}

impl Run {
    /// What a full run that no person asked for had to change: what events had missed. None for other runs, for one that
    /// has not ended or died, and for one that found nothing on the platform, which is a first import.
    #[must_use]
    pub fn drift(&self) -> Option<u64> {
        let Counters { read, created, updated, deactivated, deleted, kept, .. } = self.counters;
        let is_own = matches!(self.trigger, Trigger::Schedule | Trigger::Event | Trigger::Stream);
        let has_ended = !matches!(self.state, RunState::Running | RunState::Interrupted);
        let is_reconciliation = self.kind == RunKind::Full && is_own && created < read;
        (has_ended && is_reconciliation).then(|| [created, updated, deactivated, deleted, kept].iter().sum())
    }
}

/// What happened to one object in one run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRecord {
    /// Which object.
    pub key: Key,
    /// What happened to it, or would have.
    pub action: Action,
    /// The document before; none when the object was new.
    pub before: Option<Document>,
    /// The document afterwards; none when deleted.
    pub after: Option<Document>,
    /// For a departure: what the source answered when it was asked about this object. For somebody who came under a key that
    /// was somebody else's, and for whoever had it: that the source gave it away.
    pub witness: Option<String>,
    /// Why it did not happen, when it was refused.
    pub refusal: Option<Diagnosis>,
}

/// The codes of refusals of what waits for a person.
pub const HELD_CODES: [&str; 6] = awaiting::HELD;

impl ChangeRecord {
    /// Whether it did not happen because it waits for a person: a departure, or somebody else under a known key, one of too
    /// many; or a value that may be gone.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.refusal.as_ref().is_some_and(|refusal| HELD_CODES.contains(&refusal.code.as_str()))
    }
}

impl From<&Write> for ChangeRecord {
    fn from(write: &Write) -> Self {
        Self {
            key: write.key.clone(),
            action: write.action,
            before: write.before.clone(),
            after: write.after.clone(),
            witness: write.witness.clone(),
            refusal: None,
        }
    }
}

/// An item of a run and its place in it, from 1, which is where a next page goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Numbered<T> {
    /// Its place.
    pub number: u64,
    /// The item.
    #[serde(flatten)]
    pub item: T,
}
