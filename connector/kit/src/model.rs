//! The contract's words as plain Rust. No conversion to or from generated bindings lives here; `rollcall-guest` has it.

use crate::limits::MAX_WITNESS_BYTES;
use serde::{Deserialize, Serialize};

/// Which object of the source: a SCIM resource type ("User", "Department") and the id that the source gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key {
    /// A SCIM resource type.
    pub resource_type: String,
    /// The source's own id.
    pub external_id: String,
}

impl Key {
    /// The key of one object.
    #[must_use]
    pub fn new(resource_type: &str, external_id: impl Into<String>) -> Self {
        Self { resource_type: resource_type.to_owned(), external_id: external_id.into() }
    }
}

/// One object as the platform will see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Which object.
    pub key: Key,
    /// Opaque to the host; see [`crate::document::Version`].
    pub version: String,
    /// SCIM 2.0 JSON.
    pub document: String,
}

/// Why an object is gone, as the source said it when asked about this very object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Departure {
    /// Which object.
    pub key: Key,
    /// `code: text`.
    pub witness: String,
}

impl Departure {
    /// An object that is gone; of the witness as much as the contract carries.
    #[must_use]
    pub fn new(key: Key, witness: String) -> Self {
        Self { key, witness: clipped(witness, MAX_WITNESS_BYTES) }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create or merge.
    Put(Object),
    /// Gone.
    Delete(Departure),
}

impl Change {
    /// The object that changes.
    #[must_use]
    pub fn key(&self) -> &Key {
        match self {
            Self::Put(object) => &object.key,
            Self::Delete(departure) => &departure.key,
        }
    }
}

/// A sentence in English and in Simplified Chinese.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: String,
    /// Simplified Chinese.
    pub zh: String,
}

impl Text {
    /// Both languages.
    pub fn new(en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { en: en.into(), zh: zh.into() }
    }
}

/// A text cut to so many bytes, between two characters, with an ellipsis where it was cut.
pub(crate) fn clipped(mut text: String, max_bytes: usize) -> String {
    if text.len() <= max_bytes {
        return text;
    }
    let end = text.floor_char_boundary(max_bytes.saturating_sub('…'.len_utf8()));
    text.truncate(end);
    text.push('…');
    text
}

/// What happened, for a person and for a program. Never contains a secret or a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Stable, kebab-case.
    pub code: String,
    /// One sentence.
    pub message: Text,
    /// What the reader can do about it.
    pub remedy: Option<Text>,
    /// The source's error code, request id, address, missing permission.
    pub facts: Vec<(String, String)>,
}

impl Diagnosis {
    /// A diagnosis without remedy and facts.
    #[must_use]
    pub fn new(code: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { code: code.to_owned(), message: Text::new(en, zh), remedy: None, facts: Vec::new() }
    }

    /// The same with a remedy.
    #[must_use]
    pub fn remedy(mut self, en: impl Into<String>, zh: impl Into<String>) -> Self {
        self.remedy = Some(Text::new(en, zh));
        self
    }

    /// The same with one more fact.
    #[must_use]
    pub fn fact(mut self, name: &str, value: impl Into<String>) -> Self {
        self.facts.push((name.to_owned(), value.into()));
        self
    }
}

/// Why an operation failed, named by who must act next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// An administrator must change the settings.
    Settings(Diagnosis),
    /// An administrator must grant something at the source.
    Permission(Diagnosis),
    /// Nobody: try again, not before this many milliseconds.
    Unavailable(Diagnosis, Option<u64>),
    /// The source answered something that the connector does not understand.
    Protocol(Diagnosis),
    /// The host refused or failed.
    Host(Diagnosis),
    /// Anything else.
    Other(Diagnosis),
}

impl Failure {
    /// What happened.
    #[must_use]
    pub fn diagnosis(&self) -> &Diagnosis {
        match self {
            Self::Settings(diagnosis)
            | Self::Permission(diagnosis)
            | Self::Unavailable(diagnosis, _)
            | Self::Protocol(diagnosis)
            | Self::Host(diagnosis)
            | Self::Other(diagnosis) => diagnosis,
        }
    }
}

/// One object that the platform holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holding {
    /// The source's own id.
    pub external_id: String,
    /// The version of its last put; empty when the platform changed it since.
    pub version: String,
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Durable, or nothing had to be done.
    Applied,
    /// Refused by the platform.
    Rejected(Diagnosis),
}

/// Evidence that a full reading was whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// Of which objects.
    pub resource_type: String,
    /// How many were read.
    pub read: u64,
    /// How many the source itself says there are.
    pub expected: Option<u64>,
    /// With what view they were read.
    pub scope: String,
}

/// What the host decided about a set of departures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// One outcome for each.
    Applied(Vec<Outcome>),
    /// A person must decide; why and where.
    Held(String),
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Kebab-case.
    pub phase: String,
    /// Units done.
    pub done: u64,
    /// Units in all, as far as known.
    pub total: Option<u64>,
}

/// How much an entry matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Something was left out, kept or assumed.
    Warning,
    /// Something could not be read or applied.
    Error,
}

/// One line of the run's log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// How much it matters.
    pub severity: Severity,
    /// Which object.
    pub subject: Option<Key>,
    /// What a person calls it.
    pub subject_name: Option<String>,
    /// What happened.
    pub diagnosis: Diagnosis,
}

impl Entry {
    /// An entry about the whole run.
    #[must_use]
    pub fn new(severity: Severity, diagnosis: Diagnosis) -> Self {
        Self { severity, subject: None, subject_name: None, diagnosis }
    }

    /// An entry about one object.
    #[must_use]
    pub fn about(severity: Severity, key: &Key, name: Option<&str>, diagnosis: Diagnosis) -> Self {
        Self { severity, subject: Some(key.clone()), subject_name: name.map(str::to_owned), diagnosis }
    }
}

/// Who a connector is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Descriptor {
    /// Kebab-case, unique among connectors.
    pub id: String,
    /// What a person calls the source.
    pub name: Text,
    /// Semver.
    pub version: String,
    /// JSON Schema 2020-12.
    pub settings_schema: String,
    /// Parents first.
    pub resource_types: Vec<String>,
}

/// How often requests of one bucket may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateLimit {
    /// The name that requests use.
    pub bucket: String,
    /// Requests a window, at least 1.
    pub requests: u32,
    /// Milliseconds.
    pub window_ms: u32,
}

/// What a connector will need with these settings.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// `scheme://host[:port]`.
    pub origins: Vec<String>,
    /// Limits to keep.
    pub limits: Vec<RateLimit>,
}

/// A wrong setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer into the settings; empty for the whole.
    pub pointer: String,
    /// What is wrong and what would be right. Never repeats a secret.
    pub diagnosis: Diagnosis,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// As it should be.
    Passed,
    /// It works, and something is worth a look.
    Warning,
    /// It must be mended before an import.
    Failed,
    /// Not tried, because an earlier one failed.
    Skipped,
}

/// One line of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What was checked, kebab-case.
    pub check: String,
    /// How it ended.
    pub standing: Standing,
    /// What was found, and what to do.
    pub diagnosis: Diagnosis,
}

/// What a run read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Objects seen, each once.
    pub read: u64,
    /// Of these, equal to what the platform holds.
    pub unchanged: u64,
    /// Of these, left out on purpose.
    pub skipped: u64,
    /// Whether everything was read that should have been.
    pub complete: bool,
}
