//! Objects and removals as a connector hands them over: what is taken, and what is refused one by one.

use serde_json::Value;

use crate::bounds::{
    MAX_CHANGES, MAX_EVIDENCE_BYTES, MAX_EXTERNAL_ID_BYTES, MAX_OBJECTS, MAX_RESOURCE_TYPE_BYTES,
    MAX_VERSION_BYTES,
};
use crate::codes;
use crate::document;
use crate::key::{self, KeyRef};
use crate::refusal::{Refusal, at_most};

/// # Errors
///
/// When a call has more changes than one may have: then none of them is applied.
pub fn check_changes(n: usize) -> Result<(), Refusal> {
    at_most(n, MAX_CHANGES, "changes", "one call")
}

/// # Errors
///
/// When the connector has no such resource type, or the key is none.
pub fn check_key(key: KeyRef<'_>, resource_types: &[String]) -> Result<(), Refusal> {
    let KeyRef { resource_type, external_id } = key;
    if !resource_types.iter().any(|known| known == resource_type) {
        let shown: String = resource_type.chars().take(MAX_RESOURCE_TYPE_BYTES).collect();
        return Err(Refusal::of_object(
            &format!("its resource type {shown:?} is none of {resource_types:?}"),
            &format!("其资源类型 {shown:?} 不属于 {resource_types:?}"),
        ));
    }
    key::check(resource_type, external_id).map_err(beside_document)
}

/// The document of an object that keeps the contract.
///
/// # Errors
///
/// What is wrong with the object.
pub fn read_put(
    key: KeyRef<'_>,
    version: &str,
    document: &str,
    resource_types: &[String],
) -> Result<Value, Refusal> {
    check_key(key, resource_types)?;
    key::check_version(version).map_err(beside_document)?;
    document::read(document, key.external_id).map_err(|violation| in_document(&violation))
}

/// What is asked of a document once it was merged: one that only unassigns need not name what it is, but what is held must.
///
/// # Errors
///
/// When what would be held does not say what it is.
pub fn check_held(merged: &Value) -> Result<(), Refusal> {
    document::check_held(merged).map_err(|violation| in_document(&violation))
}

/// # Errors
///
/// What is wrong with the removal.
pub fn check_removal(key: KeyRef<'_>, evidence: &str, resource_types: &[String]) -> Result<(), Refusal> {
    check_key(key, resource_types)?;
    match key::check_evidence(evidence) {
        Ok(()) => Ok(()),
        Err(key::Violation::NoEvidence) => Err(codes::removal_without_evidence(key).into()),
        Err(violation) => Err(beside_document(violation)),
    }
}

/// Why a removal is refused that `sync` hands over as a change.
#[must_use]
pub fn removed_while_reading(key: KeyRef<'_>) -> Refusal {
    codes::removal_while_reading(key).into()
}

/// Why an object is not removed as missing that this run has put.
#[must_use]
pub fn removed_and_read(key: KeyRef<'_>) -> Refusal {
    codes::removed_and_read(key).into()
}

/// Why an object is refused that is one more than a run may put.
#[must_use]
pub fn too_many() -> Refusal {
    codes::too_many_objects(MAX_OBJECTS).into()
}

fn in_document(violation: &document::Violation) -> Refusal {
    Refusal::of_object(&violation.to_string(), &violation.in_chinese())
}

fn beside_document(violation: key::Violation) -> Refusal {
    let in_chinese = match violation {
        key::Violation::ResourceType => {
            format!("其资源类型须为 1 到 {MAX_RESOURCE_TYPE_BYTES} 个 ASCII 字符")
        }
        key::Violation::ExternalId(n_bytes) => {
            format!("其外部 ID 有 {n_bytes} 字节，须为 1 到 {MAX_EXTERNAL_ID_BYTES} 字节")
        }
        key::Violation::Version => format!("其版本须为 1 到 {MAX_VERSION_BYTES} 个 ASCII 字符"),
        key::Violation::NoEvidence => "没有就该对象本身向来源确认".to_owned(),
        key::Violation::Evidence(n_bytes) => {
            format!("其凭据有 {n_bytes} 字节，超过 {MAX_EVIDENCE_BYTES} 字节")
        }
    };
    Refusal::of_object(&violation.to_string(), &in_chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn types() -> Vec<String> {
        vec!["User".to_owned()]
    }

    fn key(resource_type: &'static str) -> KeyRef<'static> {
        KeyRef { resource_type, external_id: "a" }
    }

    #[test]
    fn a_key_is_of_a_resource_type_that_the_connector_has() {
        assert_eq!(check_key(key("User"), &types()), Ok(()));
        let refused = check_key(key("Group"), &types()).unwrap_err();
        assert_eq!(refused.code, "object-invalid");
        assert!(refused.message.ends_with(r#"its resource type "Group" is none of ["User"]"#), "{refused}");
    }

    #[test]
    fn a_removal_without_evidence_names_whom_it_keeps() {
        let refused = check_removal(key("User"), " ", &types()).unwrap_err();
        assert_eq!(
            (refused.code, refused.message.as_str()),
            ("removal-without-evidence", r#"User "a" stays: nobody asked the source about this very object"#)
        );
        assert_eq!(check_removal(key("User"), "404: gone", &types()), Ok(()));
    }
}
