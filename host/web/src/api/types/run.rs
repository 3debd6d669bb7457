//! Runs, what they changed and what they logged.

use rollcall_browse::{ChangeCount, ChangeOutcome, EntryCount};
use rollcall_host::directory::Action;
use rollcall_host::document::Document;
use rollcall_host::history::{self, ChangeRecord, Numbered, RunKind, RunState, Trigger};
use rollcall_host::model::{self, RunId, Severity, SourceName, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::proof::Proof;
use super::{DiagnosisBody, FailureBody, ObjectKey};
use crate::api::shape;

/// One attempt to bring the directory in line with a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Run {
    /// Which. Opaque.
    #[schema(value_type = String)]
    pub(crate) id: RunId,
    /// Of which source.
    #[schema(value_type = shape::SourceName)]
    source: SourceName,
    /// What it read.
    #[schema(value_type = shape::RunKind)]
    kind: RunKind,
    /// Why it started.
    #[schema(value_type = shape::Trigger)]
    trigger: Trigger,
    /// Whether it only recorded what it would do.
    dry_run: bool,
    /// Which connector did it.
    connector: ConnectorIdentity,
    /// How it stands.
    #[schema(value_type = shape::RunState)]
    state: RunState,
    /// When it started.
    #[schema(value_type = shape::Moment)]
    started_at: Timestamp,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// How far it is, or was when it last said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    progress: Option<RunProgress>,
    /// What it did so far.
    counters: RunCounters,
    /// Why it could not go on.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<FailureBody>,
    /// Log entries beyond the limit of a run, which were counted and not kept.
    n_entries_dropped: u64,
    /// For a full run that nobody asked for: what had to be changed, which is what events had missed.
    #[serde(skip_serializing_if = "Option::is_none")]
    missed_by_events: Option<u64>,
    /// What a full run can show for itself, once it has ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
}

/// Which connector, exactly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ConnectorIdentity {
    /// Its id.
    pub(crate) id: String,
    /// Its version.
    pub(crate) version: String,
    /// The digest of its file.
    pub(crate) digest: String,
}

/// How far a run is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Progress)]
pub(crate) struct RunProgress {
    /// What is being done; a stable name.
    phase: String,
    /// Units done, of whatever the phase counts.
    done: u64,
    /// Units in all, as far as that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<u64>,
}

/// Objects, each counted once. `created + updated + unchanged + skipped + rejected = read`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Counters)]
pub(crate) struct RunCounters {
    /// Seen at the source.
    read: u64,
    /// New here.
    created: u64,
    /// Changed here.
    updated: u64,
    /// The same.
    unchanged: u64,
    /// Left out on purpose.
    skipped: u64,
    /// Refused here.
    rejected: u64,
    /// Left the source and were deactivated.
    deactivated: u64,
    /// Left the source and were removed.
    deleted: u64,
    /// Said to have left, and kept.
    kept: u64,
    /// Waiting for a person: departures, which are among those kept, and values that may be gone.
    held: u64,
}

/// What became of an ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
pub(crate) struct Begun {
    /// The run. None while the source is busy: it begins when it is its turn.
    #[schema(value_type = Option<String>)]
    pub(crate) run: Option<RunId>,
}

/// What happened to an object in a run; in a dry run, what would have.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Change {
    /// Its place in the run.
    pub(crate) number: u64,
    /// Which object.
    key: ObjectKey,
    /// What happened.
    #[schema(value_type = shape::Action)]
    action: Action,
    /// The document before; none when the object was new.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    before: Option<Value>,
    /// The document afterwards; none when it was deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    after: Option<Value>,
    /// For a departure: what the source answered when it was asked about this object.
    #[serde(skip_serializing_if = "Option::is_none")]
    witness: Option<String>,
    /// Why it did not happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<DiagnosisBody>,
}

/// A line of a run's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Entry)]
pub(crate) struct LogEntry {
    /// Its place in the run.
    pub(crate) number: u64,
    /// How much it matters.
    #[schema(value_type = shape::Severity)]
    severity: Severity,
    /// Which object it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject: Option<ObjectKey>,
    /// What people call that object.
    #[serde(skip_serializing_if = "Option::is_none")]
    subject_name: Option<String>,
    /// What happened.
    diagnosis: DiagnosisBody,
}

/// What a run's records are, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Summary)]
pub(crate) struct RecordCounts {
    /// Change records, by what they are.
    pub(crate) changes: Vec<Count>,
    /// Entries, by what they say.
    pub(crate) entries: Vec<EntriesCounted>,
}

/// How many change records are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Count {
    /// Of which resource type.
    resource_type: String,
    /// What happened.
    #[schema(value_type = shape::Action)]
    action: Action,
    /// What it came to.
    #[schema(value_type = shape::Outcome)]
    outcome: ChangeOutcome,
    /// How many.
    n: u64,
}

/// How many entries are alike.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct EntriesCounted {
    /// How much they matter.
    #[schema(value_type = shape::Severity)]
    severity: Severity,
    /// What they say.
    code: String,
    /// How many.
    n: u64,
}

impl From<history::Run> for Run {
    fn from(run: history::Run) -> Self {
        let missed_by_events = run.drift();
        let history::Run {
            id,
            source,
            kind,
            trigger,
            dry_run,
            connector,
            state,
            started_at,
            finished_at,
            progress,
            counters,
            failure,
            n_entries_dropped,
            proof,
        } = run;
        Self {
            id,
            source,
            kind,
            trigger,
            dry_run,
            state,
            started_at,
            finished_at,
            n_entries_dropped,
            missed_by_events,
            connector: connector.into(),
            progress: progress.map(RunProgress::from),
            counters: counters.into(),
            failure: failure.map(FailureBody::from),
            proof: proof.map(Proof::from),
        }
    }
}

impl From<history::ConnectorIdentity> for ConnectorIdentity {
    fn from(identity: history::ConnectorIdentity) -> Self {
        let history::ConnectorIdentity { id, version, digest } = identity;
        Self { id, version, digest }
    }
}

impl From<model::Progress> for RunProgress {
    fn from(progress: model::Progress) -> Self {
        let model::Progress { phase, done, total } = progress;
        Self { phase, done, total }
    }
}

impl From<history::Counters> for RunCounters {
    fn from(counters: history::Counters) -> Self {
        let history::Counters {
            read,
            created,
            updated,
            unchanged,
            skipped,
            rejected,
            deactivated,
            deleted,
            kept,
            held,
        } = counters;
        Self { read, created, updated, unchanged, skipped, rejected, deactivated, deleted, kept, held }
    }
}

impl From<Numbered<ChangeRecord>> for Change {
    fn from(numbered: Numbered<ChangeRecord>) -> Self {
        let ChangeRecord { key, action, before, after, witness, refusal } = numbered.item;
        let (key, refusal) = (key.into(), refusal.map(DiagnosisBody::from));
        let [before, after] = [before, after].map(|document| document.map(Document::into_value));
        Self { number: numbered.number, key, action, before, after, witness, refusal }
    }
}

impl From<Numbered<model::Entry>> for LogEntry {
    fn from(numbered: Numbered<model::Entry>) -> Self {
        let model::Entry { severity, subject, subject_name, diagnosis } = numbered.item;
        let (subject, diagnosis) = (subject.map(ObjectKey::from), diagnosis.into());
        Self { number: numbered.number, severity, subject, subject_name, diagnosis }
    }
}

impl From<ChangeCount> for Count {
    fn from(count: ChangeCount) -> Self {
        let ChangeCount { resource_type, action, outcome, n } = count;
        Self { resource_type, action, outcome, n }
    }
}

impl From<EntryCount> for EntriesCounted {
    fn from(count: EntryCount) -> Self {
        let EntryCount { severity, code, n } = count;
        Self { severity, code, n }
    }
}
