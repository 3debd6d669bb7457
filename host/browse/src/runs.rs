//! Runs, their changes and their logs, chosen and counted by what they are.

use rollcall_host::directory::Action;
use rollcall_host::history::{RunKind, RunState, Trigger};
use rollcall_host::model::{Severity, SourceName};
use serde::{Deserialize, Serialize};

/// Which runs are asked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct RunFilter {
    /// Those of this source.
    pub source: Option<SourceName>,
    /// Those that read this.
    pub kind: Option<RunKind>,
    /// Those that stand like this.
    pub state: Option<RunState>,
    /// Those that started for this reason.
    pub trigger: Option<Trigger>,
    /// Those that only recorded what they would do, or those that did it.
    pub dry_run: Option<bool>,
}

/// Which change records are asked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChangeFilter {
    /// Those of this resource type.
    pub resource_type: Option<String>,
    /// Those of this action.
    pub action: Option<Action>,
    /// Those that came to this.
    pub outcome: Option<ChangeOutcome>,
    /// Each word between white space is part of the name that the object had, of its id, or of a value that came or went
    /// with the change.
    pub text: String,
}

/// What a change came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeOutcome {
    /// It happened; in a dry run, it would have.
    Applied,
    /// It waits for a person: [`ChangeRecord::is_held`](rollcall_host::history::ChangeRecord::is_held).
    Held,
    /// It was refused, for another reason than that.
    Refused,
}

/// How many change records of a kind a run has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeCount {
    /// Of which resource type.
    pub resource_type: String,
    /// What happened, or would have.
    pub action: Action,
    /// What it came to.
    pub outcome: ChangeOutcome,
    /// How many.
    pub n: u64,
}

/// Which entries are asked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EntryFilter {
    /// Those with at least this severity.
    pub severity: Option<Severity>,
    /// Those with this code.
    pub code: Option<String>,
    /// Each word between white space is part of the name or id of what it is about, or of what it says in any language,
    /// facts included.
    pub text: String,
}

/// How many entries with a severity and a code a run has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryCount {
    /// How much they matter.
    pub severity: Severity,
    /// What they say.
    pub code: String,
    /// How many.
    pub n: u64,
}
