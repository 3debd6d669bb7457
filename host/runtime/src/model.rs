//! The words the host shares with an embedder: plain owned values, independent of the generated bindings.
//!
//! Not here: how they cross the component boundary (`bindings`), what is stored (`directory`, `storage`, `history`).

mod body;
mod counts;
pub(crate) mod proof;
mod reading;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use rollcall_rules::identity::Notation;
use rollcall_rules::key::KeyRef;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

pub use self::body::Body;
pub(crate) use self::counts::{Counts, count, counted};
pub use self::reading::{Container, Coverage, Scope};

/// The name an administrator gave to one configured source.
///
/// 1 to 64 characters: lower-case ASCII letters, digits and `-`, starting with a letter or digit, so that it can be
/// a file name, a URL segment and a key in any store.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SourceName(String);

impl SourceName {
    /// # Errors
    ///
    /// [`InvalidSourceName`] if it is empty, too long, or has another character.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidSourceName> {
        let name = name.into();
        let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        let good = (1..=64).contains(&name.len()) && name.chars().all(allowed) && !name.starts_with('-');
        if good { Ok(Self(name)) } else { Err(InvalidSourceName { name }) }
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for SourceName {
    type Error = InvalidSourceName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(name)
    }
}

impl From<SourceName> for String {
    fn from(name: SourceName) -> Self {
        name.0
    }
}

/// Why a text is no [`SourceName`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "source name {name:?} must be 1 to 64 lower-case letters, digits and hyphens, and not start with a hyphen"
)]
pub struct InvalidSourceName {
    name: String,
}

/// Which run is meant. The history chose it; opaque to everyone else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RunId(String);

impl RunId {
    /// For a [`History`](crate::history::History) that hands out ids, and for whoever read one from a command line.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A moment, in milliseconds since 1970-01-01T00:00:00Z. As JSON and as text it is RFC 3339 in UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

impl Timestamp {
    /// From milliseconds since 1970, for a store that keeps integers.
    #[must_use]
    pub const fn from_unix_ms(unix_ms: i64) -> Self {
        Self(unix_ms)
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub const fn unix_ms(self) -> i64 {
        self.0
    }

    /// The moment that was so long before this one.
    #[must_use]
    pub(crate) fn before(self, time: Duration) -> Self {
        Self(self.0.saturating_sub(i64::try_from(time.as_millis()).unwrap_or(i64::MAX)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nanos = i128::from(self.0).saturating_mul(1_000_000);
        let text =
            OffsetDateTime::from_unix_timestamp_nanos(nanos).ok().and_then(|t| t.format(&Rfc3339).ok());
        match text {
            Some(text) => f.write_str(&text),
            // Beyond the year 9999, which RFC 3339 cannot say.
            None => write!(f, "{} ms after 1970", self.0),
        }
    }
}

impl From<Timestamp> for String {
    fn from(timestamp: Timestamp) -> Self {
        timestamp.to_string()
    }
}

impl TryFrom<String> for Timestamp {
    type Error = time::error::Parse;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let nanos = OffsetDateTime::parse(&text, &Rfc3339)?.unix_timestamp_nanos();
        Ok(Self(i64::try_from(nanos.div_euclid(1_000_000)).unwrap_or(i64::MAX)))
    }
}

/// Which object of the source is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Key {
    /// A SCIM resource type: "User", "Department".
    pub resource_type: String,
    /// The id that the source gave the object.
    pub external_id: String,
}

impl Key {
    /// The object of this type with this id.
    #[must_use]
    pub fn new(resource_type: impl Into<String>, external_id: impl Into<String>) -> Self {
        Self { resource_type: resource_type.into(), external_id: external_id.into() }
    }
}

impl<'a> From<&'a Key> for KeyRef<'a> {
    fn from(key: &'a Key) -> Self {
        Self { resource_type: &key.resource_type, external_id: &key.external_id }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.resource_type, self.external_id)
    }
}

/// What happened, for a person and for a program. It never contains a secret or a token.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnosis {
    /// A stable name in kebab-case: "proxy-auth-failed".
    pub code: String,
    /// One sentence in English.
    pub message: String,
    /// What the reader can do about it, in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
    /// The same in other languages; at most one a language.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
    /// Names and values that help whoever acts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<(String, String)>,
}

/// A diagnosis in another language than English.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Translation {
    /// A BCP 47 tag, such as "zh-CN".
    pub language: String,
    /// The message in that language.
    pub message: String,
    /// The remedy in that language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<String>,
}

/// A diagnosis in the language of one reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Localized<'a> {
    /// What happened.
    pub message: &'a str,
    /// What to do about it.
    pub remedy: Option<&'a str>,
}

impl Diagnosis {
    /// A diagnosis with a code and an English sentence; the rest is added by the methods below.
    #[must_use]
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            remedy: None,
            translations: Vec::new(),
            facts: Vec::new(),
        }
    }

    /// Say in English what to do.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = Some(remedy.into());
        self
    }

    /// Say it in simplified Chinese too: message and, unless empty, remedy.
    #[must_use]
    pub fn in_chinese(mut self, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        let remedy = Some(remedy.into()).filter(|remedy| !remedy.is_empty());
        self.translations.push(Translation { language: "zh-CN".to_owned(), message: message.into(), remedy });
        self
    }

    /// Add a fact.
    #[must_use]
    pub fn with_fact(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.facts.push((name.into(), value.into()));
        self
    }

    /// The diagnosis in `language` (a BCP 47 tag), or in one of the same primary language, or in English.
    #[must_use]
    pub fn localized(&self, language: &str) -> Localized<'_> {
        let primary = |tag: &str| tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        let exact = self.translations.iter().find(|t| t.language.eq_ignore_ascii_case(language));
        let near = || self.translations.iter().find(|t| primary(&t.language) == primary(language));
        match exact.or_else(near) {
            Some(t) => Localized { message: &t.message, remedy: t.remedy.as_deref() },
            None => Localized { message: &self.message, remedy: self.remedy.as_deref() },
        }
    }

    /// What its texts take together.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        let remedy = |remedy: &Option<String>| remedy.as_ref().map_or(0, String::len);
        let translations = self.translations.iter().flat_map(|translation| {
            [translation.language.len(), translation.message.len(), remedy(&translation.remedy)]
        });
        let facts = self.facts.iter().flat_map(|(name, value)| [name.len(), value.len()]);
        let own = [self.code.len(), self.message.len(), remedy(&self.remedy)];
        own.into_iter().chain(translations).chain(facts).fold(0, usize::saturating_add)
    }

    /// The value of a fact.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<&str> {
        self.facts.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.remedy {
            Some(remedy) => write!(f, "{} ({}); {remedy}", self.message, self.code),
            None => write!(f, "{} ({})", self.message, self.code),
        }
    }
}

/// Why a run could not go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Who must act next.
    pub kind: FailureKind,
    /// What happened and what to do.
    pub diagnosis: Diagnosis,
    /// For `unavailable`: not before this many milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
}

impl Failure {
    /// A failure of this kind.
    #[must_use]
    pub fn new(kind: FailureKind, diagnosis: Diagnosis) -> Self {
        Self { kind, diagnosis, retry_after_ms: None }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.diagnosis.fmt(f)
    }
}

/// Who must act next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// An administrator must change the settings.
    Settings,
    /// An administrator must grant something at the source.
    Permission,
    /// Nobody: try again later.
    Unavailable,
    /// The connector's author: the source answered something it does not understand.
    Protocol,
    /// Whoever runs the host.
    Host,
    /// Anything else.
    Other,
}

/// The member at the top of a settings schema that says that deliveries tell when they were signed. Source: the contract,
/// `identity-source.descriptor`.
const SIGNED_DELIVERIES: &str = "x-signed-deliveries";

/// Who a connector is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Descriptor {
    /// A stable name in kebab-case, unique among connectors.
    pub id: String,
    /// What a person calls the source, in English.
    pub name: String,
    /// `name` in other languages: BCP 47 tag and text.
    pub names: Vec<(String, String)>,
    /// The connector's own version (semver).
    pub version: String,
    /// JSON Schema 2020-12 of the settings.
    pub settings_schema: serde_json::Value,
    /// Which objects it yields, parents first.
    pub resource_types: Vec<ResourceType>,
}

impl Descriptor {
    /// The names of its resource types, parents first.
    #[must_use]
    pub fn type_names(&self) -> Vec<String> {
        self.resource_types.iter().map(|known| known.name.clone()).collect()
    }

    /// Whether its source says of a delivery when it was signed, so that a clock that is far off has it refused.
    pub(crate) fn has_signed_deliveries(&self) -> bool {
        self.settings_schema.get(SIGNED_DELIVERIES) == Some(&serde_json::Value::Bool(true))
    }

    /// By which attributes it is told who stands behind a key, of the types that have one. That they are attributes was
    /// checked when the connector was loaded.
    pub(crate) fn identity_attributes(&self) -> BTreeMap<String, Notation> {
        let attribute = |known: &ResourceType| {
            let notation = known.identity_attribute.as_ref()?.parse().ok()?;
            Some((known.name.clone(), notation))
        };
        self.resource_types.iter().filter_map(attribute).collect()
    }
}

/// One kind of objects.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourceType {
    /// Its name, a SCIM resource type: "User", "Department".
    pub name: String,
    /// The attribute of its documents that tells who stands behind a key, in SCIM's notation (RFC 7644, section 3.10);
    /// none where keys are never reused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity_attribute: Option<String>,
}

/// What some settings will need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Origins the connector will talk to.
    pub origins: Vec<PlannedOrigin>,
    /// Limits to keep.
    pub limits: Vec<RateLimit>,
    /// Where each sealed secret may go. One that is not named here goes nowhere.
    pub secrets: Vec<SecretUse>,
    /// How the source tells of its changes.
    pub event_delivery: EventDelivery,
    /// How often the source should be asked what has changed, in milliseconds, at least 1000; none for only after this host
    /// was out of reach.
    pub poll_interval_ms: Option<u32>,
    /// What no two sources of one host may share, as texts that are compared. They hold no secret.
    pub exclusive: Vec<String>,
}

/// An origin that a plan names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOrigin {
    /// `scheme://host[:port]`. For a WebSocket, the `https:` origin.
    pub origin: String,
    /// Whether the connector works without it, with less.
    pub is_optional: bool,
}

/// Where a sealed secret may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecretUse {
    /// Which setting: a JSON pointer (RFC 6901) into the settings.
    pub setting: String,
    /// Origins of the plan.
    pub origins: Vec<String>,
}

/// How a source tells of its changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventDelivery {
    /// It does not.
    None,
    /// It calls the callback address.
    Callbacks,
    /// Over a WebSocket that the host keeps open.
    Channel,
}

impl EventDelivery {
    /// The name as it is serialised, for a store's column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Callbacks => "callbacks",
            Self::Channel => "channel",
        }
    }
}

/// How often requests of one bucket may leave.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateLimit {
    /// The name that requests use.
    pub bucket: String,
    /// Requests a window, at least 1.
    pub requests: u32,
    /// Milliseconds, 1 to 3,600,000.
    pub window_ms: u32,
}

/// A wrong setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// Where: a JSON pointer (RFC 6901) into the settings; empty for the whole.
    pub pointer: String,
    /// What is wrong and what would be right.
    pub diagnosis: Diagnosis,
}

/// One line of a check's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What was checked, a stable name in kebab-case.
    pub check: String,
    /// How it ended.
    pub standing: Standing,
    /// What was found, and what to do.
    pub diagnosis: Diagnosis,
}

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
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

/// What a run read, as the connector sums it up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Objects seen, each once.
    pub read: u64,
    /// Of these, equal to what the platform holds; no put was sent.
    pub unchanged: u64,
    /// Of these, left out on purpose, with an entry that says why.
    pub skipped: u64,
    /// Whether everything that should have been read was read.
    pub complete: bool,
    /// Why it is not complete, where the connector says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub incomplete_reason: Option<Diagnosis>,
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// What is being done, a stable name in kebab-case.
    pub phase: String,
    /// Units done, of whatever the phase counts.
    pub done: u64,
    /// Units in all, as far as known by now.
    pub total: Option<u64>,
}

/// How much an entry matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Something was left out, kept or assumed.
    Warning,
    /// Something could not be read or applied.
    Error,
}

/// One line of a run's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// How much it matters.
    pub severity: Severity,
    /// Which object it is about.
    pub subject: Option<Key>,
    /// What a person calls that object.
    pub subject_name: Option<String>,
    /// What happened.
    pub diagnosis: Diagnosis,
}

impl Entry {
    /// What its texts take together.
    #[must_use]
    pub fn n_bytes(&self) -> usize {
        let subject = self.subject.as_ref();
        let subject = subject.map_or(0, |key| key.resource_type.len().saturating_add(key.external_id.len()));
        let name = self.subject_name.as_ref().map_or(0, String::len);
        self.diagnosis.n_bytes().saturating_add(subject).saturating_add(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_name_that_could_leave_its_folder_is_refused() {
        for name in ["", "..", "a/b", "-a", "Übung", "a b", &"x".repeat(65)] {
            assert!(SourceName::new(name).is_err(), "{name:?}");
        }
        assert_eq!(SourceName::new("head-office-2").unwrap().as_str(), "head-office-2");
    }

    #[test]
    fn a_diagnosis_is_read_in_the_nearest_language() {
        let both = Diagnosis::new("c", "broken").with_remedy("mend it").in_chinese("坏了", "请修理");
        assert_eq!(both.localized("zh-Hans"), Localized { message: "坏了", remedy: Some("请修理") });
        assert_eq!(both.localized("de"), Localized { message: "broken", remedy: Some("mend it") });
    }

    #[test]
    fn a_timestamp_is_rfc_3339_and_comes_back_whole() {
        let timestamp = Timestamp::from_unix_ms(1_700_000_000_123);
        let json = serde_json::to_string(&timestamp).unwrap();
        assert_eq!(json, r#""2023-11-14T22:13:20.123Z""#);
        assert_eq!(serde_json::from_str::<Timestamp>(&json).unwrap(), timestamp);
    }
}
