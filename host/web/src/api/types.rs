//! What the API writes: each type is described by the document and made from the host's own, so that a change there is seen
//! here by the compiler and not by a client.

mod decision;
mod directory;
mod event;
mod proof;
mod run;
mod source;

use rollcall_host::model::{self, FailureKind};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::decision::{Decision, HeldBack};
pub(crate) use self::directory::{Audited, Department, Imported, Listing, Why};
pub(crate) use self::event::Event;
pub(crate) use self::run::{Begun, Change, Count, LogEntry, RecordCounts, Run};
pub(crate) use self::source::{Check, ConnectorListing, Source};
use super::shape;

/// A name and a value that help whoever acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Fact {
    /// The name.
    name: String,
    /// The value.
    value: String,
}

/// What happened, for people and programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Diagnosis)]
pub(crate) struct DiagnosisBody {
    /// A stable name for programs.
    code: String,
    /// One sentence in English.
    message: String,
    /// What can be done about it, in English.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// The same in other languages.
    translations: Vec<Translation>,
    /// Names and values that help whoever acts.
    facts: Vec<Fact>,
}

/// A diagnosis in another language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Translation {
    /// A BCP 47 tag.
    language: String,
    /// The message in it.
    message: String,
    /// The remedy in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// Why something could not go on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Failure)]
pub(crate) struct FailureBody {
    /// Who must act next.
    #[schema(value_type = shape::FailureKind)]
    kind: FailureKind,
    /// What happened and what to do.
    diagnosis: DiagnosisBody,
    /// Not before so many milliseconds, where the source said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after_ms: Option<u64>,
}

/// Which object of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Key)]
pub(crate) struct ObjectKey {
    /// `User` for a person, `Department` for a department.
    #[schema(value_type = shape::ResourceType)]
    pub(crate) resource_type: String,
    /// The id that the source gave it.
    #[schema(value_type = shape::ExternalId)]
    pub(crate) external_id: String,
}

impl From<&(String, String)> for Fact {
    fn from((name, value): &(String, String)) -> Self {
        Self { name: name.clone(), value: value.clone() }
    }
}

impl From<model::Diagnosis> for DiagnosisBody {
    fn from(diagnosis: model::Diagnosis) -> Self {
        let model::Diagnosis { code, message, remedy, translations, facts } = diagnosis;
        let translated =
            |model::Translation { language, message, remedy }| Translation { language, message, remedy };
        Self {
            code,
            message,
            remedy,
            translations: translations.into_iter().map(translated).collect(),
            facts: facts.iter().map(Fact::from).collect(),
        }
    }
}

impl From<model::Failure> for FailureBody {
    fn from(failure: model::Failure) -> Self {
        let model::Failure { kind, diagnosis, retry_after_ms } = failure;
        Self { kind, diagnosis: diagnosis.into(), retry_after_ms }
    }
}

impl From<model::Key> for ObjectKey {
    fn from(key: model::Key) -> Self {
        Self { resource_type: key.resource_type, external_id: key.external_id }
    }
}
