//! The contract's words as plain Rust. No conversion to or from generated bindings lives here; `rollcall-guest` has it.

use crate::limits::MAX_EVIDENCE_BYTES;
use rollcall_rules::key::KeyRef;
use rollcall_rules::refusal::Refusal;
use rollcall_rules::register::{Filling, Wording};
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

impl<'a> From<&'a Key> for KeyRef<'a> {
    fn from(key: &'a Key) -> Self {
        Self { resource_type: &key.resource_type, external_id: &key.external_id }
    }
}

/// One object as the platform will see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectoryObject {
    /// Which object.
    pub key: Key,
    /// Opaque to the host; see [`crate::document::Version`].
    pub version: String,
    /// SCIM 2.0 JSON.
    pub document: String,
}

/// Why an object is gone, as the source said it when asked about this very object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// Which object.
    pub key: Key,
    /// `code: text`.
    pub evidence: String,
}

impl Removal {
    /// An object that is gone; of the evidence as much as the contract carries.
    #[must_use]
    pub fn new(key: Key, evidence: String) -> Self {
        Self { key, evidence: clipped(evidence, MAX_EVIDENCE_BYTES) }
    }
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Create or merge.
    Put(DirectoryObject),
    /// Gone.
    Remove(Removal),
}

impl Change {
    /// The object that changes.
    #[must_use]
    pub fn key(&self) -> &Key {
        match self {
            Self::Put(object) => &object.key,
            Self::Remove(removal) => &removal.key,
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

impl Filling for Text {
    fn in_english(&self) -> String {
        self.en.clone()
    }

    fn in_chinese(&self) -> String {
        self.zh.clone()
    }
}

impl Filling for &Text {
    fn in_english(&self) -> String {
        self.en.clone()
    }

    fn in_chinese(&self) -> String {
        self.zh.clone()
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
    /// Which setting it is about: a JSON pointer (RFC 6901); empty for the settings as a whole.
    pub setting: Option<String>,
}

impl Diagnosis {
    /// A diagnosis without remedy and facts.
    #[must_use]
    pub fn new(code: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: Text::new(en, zh),
            remedy: None,
            facts: Vec::new(),
            setting: None,
        }
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

    /// The same, about the setting at this JSON pointer; the empty one is the settings as a whole.
    #[must_use]
    pub fn about_setting(mut self, pointer: impl Into<String>) -> Self {
        self.setting = Some(pointer.into());
        self
    }
}

/// What a register says.
impl From<Wording> for Diagnosis {
    fn from(Wording { code, english, chinese, remedy }: Wording) -> Self {
        let remedy = remedy.map(|(english, chinese)| Text::new(english, chinese));
        Self { remedy, ..Self::new(code, english, chinese) }
    }
}

/// What the contract's rules refuse.
impl From<Refusal> for Diagnosis {
    fn from(Refusal { code, message, in_chinese }: Refusal) -> Self {
        Self::new(code, message, in_chinese)
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
    /// The same failure with what happened told otherwise.
    #[must_use]
    pub fn map(self, tell: impl FnOnce(Diagnosis) -> Diagnosis) -> Self {
        match self {
            Self::Settings(diagnosis) => Self::Settings(tell(diagnosis)),
            Self::Permission(diagnosis) => Self::Permission(tell(diagnosis)),
            Self::Unavailable(diagnosis, wait_ms) => Self::Unavailable(tell(diagnosis), wait_ms),
            Self::Protocol(diagnosis) => Self::Protocol(tell(diagnosis)),
            Self::Host(diagnosis) => Self::Host(tell(diagnosis)),
            Self::Other(diagnosis) => Self::Other(tell(diagnosis)),
        }
    }

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
pub struct InventoryItem {
    /// The source's own id.
    pub external_id: String,
    /// The version of its last put; empty when the platform changed it since.
    pub version: String,
    /// Whether this very run, before it was interrupted and resumed, has put it or read it.
    pub already_read: bool,
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Durable, or nothing had to be done.
    Applied,
    /// It waits for a person; nothing was changed.
    Held,
    /// Refused by the platform.
    Rejected(Diagnosis),
}

/// With what view a source is read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Whether everything there is may be seen.
    pub whole: bool,
    /// What may be seen otherwise: the roots of the subtrees and the single objects. At most
    /// [`MAX_SCOPE_PARTS`](crate::limits::MAX_SCOPE_PARTS).
    pub parts: Vec<Key>,
}

impl Scope {
    /// Everything there is.
    #[must_use]
    pub fn whole() -> Self {
        Self { whole: true, parts: Vec::new() }
    }
}

/// What a full reading has covered of one resource type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// Of which objects.
    pub resource_type: String,
    /// How many were read.
    pub read: u64,
    /// How many the source itself says there are.
    pub expected: Option<u64>,
    /// The lists that they were read from.
    pub containers: Vec<Container>,
}

/// One list of the source, such as the members of a department.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// What it is the list of.
    pub key: Key,
    /// Whether it was read to its end.
    pub closed: bool,
    /// How many it listed.
    pub listed: u64,
    /// How many the source itself says it has.
    pub expected: Option<u64>,
}

/// An attribute that some objects may have lost, without proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clearing {
    /// What a person calls the attribute.
    pub attribute: String,
    /// The document that would unassign it, without `externalId`.
    pub document: String,
    /// Whose.
    pub keys: Vec<Key>,
    /// Why it is not proven.
    pub reason: Diagnosis,
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
    pub resource_types: Vec<ResourceType>,
}

/// One kind of objects that a connector yields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceType {
    /// A SCIM resource type.
    pub name: String,
    /// The attribute, in SCIM's notation, that tells who stands behind a key; none where keys are never reused.
    pub identity_attribute: Option<String>,
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
    /// Where requests go.
    pub origins: Vec<Origin>,
    /// Limits to keep.
    pub limits: Vec<RateLimit>,
    /// Where each sealed secret may go.
    pub secrets: Vec<SecretUse>,
    /// How changes are told.
    pub event_delivery: EventDelivery,
    /// How often to ask what has changed, in milliseconds; none where the source cannot be asked.
    pub poll_interval_ms: Option<u32>,
    /// What no two sources of one host may share. No secrets.
    pub exclusive: Vec<String>,
}

/// An origin that requests go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// `scheme://host[:port]`.
    pub origin: String,
    /// Whether the connector works without it, with less.
    pub optional: bool,
}

impl Origin {
    /// One that the connector cannot do without.
    #[must_use]
    pub fn required(origin: impl Into<String>) -> Self {
        Self { origin: origin.into(), optional: false }
    }

    /// One that it works without, with less.
    #[must_use]
    pub fn optional(origin: impl Into<String>) -> Self {
        Self { origin: origin.into(), optional: true }
    }
}

/// Where a sealed secret may go: a setting that the connector holds a token of, which the host replaces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecretUse {
    /// Which setting: a JSON pointer.
    pub setting: String,
    /// Origins of the plan.
    pub origins: Vec<String>,
}

/// How a source tells of its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventDelivery {
    /// It does not.
    #[default]
    None,
    /// It calls the host's callback address.
    Callbacks,
    /// Over a WebSocket that the host keeps open.
    Channel,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckStatus {
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
    pub status: CheckStatus,
    /// What was found, and what to do.
    pub diagnosis: Diagnosis,
}

/// What a run read.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Objects seen, each once.
    pub read: u64,
    /// Of these, equal to what the platform holds.
    pub unchanged: u64,
    /// Of these, left out on purpose.
    pub skipped: u64,
    /// Whether everything was read that should have been.
    pub complete: bool,
    /// Why not, in one sentence.
    pub incomplete_reason: Option<Diagnosis>,
}

/// What became of a batch of events.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Handled {
    /// What was read.
    pub summary: Summary,
    /// Events that are worth another try, by their ids, and why.
    pub unfinished: Vec<(String, Failure)>,
}
