//! What is told about one object: what happened to it in which run, what was said about it; also when it is no longer held.

use rollcall_host::history::{ChangeRecord, ConnectorIdentity, Numbered, RunKind, RunState, Trigger};
use rollcall_host::model::{Entry, Key, RunId, SourceName, Timestamp};
use serde::Serialize;

/// What happened to an object in one run.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrailStep {
    /// In which run.
    pub run: TrailRun,
    /// What happened, and its place in the run.
    pub change: Numbered<ChangeRecord>,
}

/// What a trail says of a run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TrailRun {
    /// Which.
    pub id: RunId,
    /// What it read.
    pub kind: RunKind,
    /// Why it started.
    pub trigger: Trigger,
    /// Whether it only recorded what it would do.
    pub dry_run: bool,
    /// How it stands.
    pub state: RunState,
    /// When it started.
    pub started_at: Timestamp,
    /// Which connector did it.
    pub connector: ConnectorIdentity,
}

/// An entry about an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryAbout {
    /// In the log of which run.
    pub run: RunId,
    /// When that run started.
    pub started_at: Timestamp,
    /// The entry, and its place in the run.
    pub entry: Numbered<Entry>,
}

/// An object that is not held, though the history knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OnceKnown {
    /// Where it comes from.
    pub source: SourceName,
    /// Which object.
    pub key: Key,
    /// What it was called.
    pub name: Option<String>,
    /// The newest run that says something of it.
    pub last_run: RunId,
    /// When that run started.
    pub last_run_at: Timestamp,
}
