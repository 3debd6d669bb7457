//! What a platform is never asked to hold: objects that break the contract.
//!
//! Pure. Not here: what a SCIM attribute may contain; a platform that minds refuses the object itself.

use rollcall_rules::{document, key};
use serde_json::Value;

use super::{Departure, Object};
use crate::limits::{MAX_EXTERNAL_ID_BYTES, MAX_RESOURCE_TYPE_BYTES, MAX_VERSION_BYTES, MAX_WITNESS_BYTES};
use crate::model::{Diagnosis, Key};
use crate::refusal;

/// A change that keeps the contract.
#[derive(Debug)]
pub(crate) enum Checked {
    Put(Incoming),
    Delete(Departure),
}

/// An object that keeps the contract.
#[derive(Debug)]
pub(crate) struct Incoming {
    pub(crate) key: Key,
    pub(crate) version: String,
    pub(crate) document: Value,
}

/// # Errors
///
/// What is wrong with it.
pub(crate) fn object(object: Object, resource_types: &[String]) -> Result<Incoming, Diagnosis> {
    let Object { key, version, document } = object;
    check_key(&key, resource_types)?;
    key::check_version(&version).map_err(beside_document)?;
    let document = document::read(&document, &key.external_id).map_err(in_document)?;
    Ok(Incoming { key, version, document })
}

/// # Errors
///
/// What is wrong with it.
pub(crate) fn departure(departure: Departure, resource_types: &[String]) -> Result<Departure, Diagnosis> {
    check_key(&departure.key, resource_types)?;
    match key::check_evidence(&departure.witness) {
        Ok(()) => Ok(departure),
        Err(key::Violation::NoEvidence) => Err(refusal::object(
            "departure-without-witness",
            &format!("{} stays: nobody asked the source about this very object", departure.key),
            &format!("保留 {}：没有就该对象本身向来源确认", departure.key),
        )),
        Err(violation) => Err(beside_document(violation)),
    }
}

/// What is asked of a document once it was merged: one that only unassigns need not name what it is, but what is held
/// must.
///
/// # Errors
///
/// What is wrong with it.
pub(super) fn merged(document: &Value) -> Result<(), Diagnosis> {
    document::check_held(document).map_err(in_document)
}

pub(super) fn removal_of_full_run(key: &Key) -> Diagnosis {
    refusal::object(
        "departure-outside-retire",
        &format!("{key} stays: a full run removes nothing before everything was read"),
        &format!("保留 {key}：完整导入在全部读取完成之前不删除任何内容"),
    )
}

/// # Errors
///
/// What is wrong with the key.
pub(super) fn check_key(key: &Key, resource_types: &[String]) -> Result<(), Diagnosis> {
    let Key { resource_type, external_id } = key;
    if !resource_types.contains(resource_type) {
        let shown: String = resource_type.chars().take(MAX_RESOURCE_TYPE_BYTES).collect();
        return Err(invalid(
            &format!("its resource type {shown:?} is none of {resource_types:?}"),
            &format!("其资源类型 {shown:?} 不属于 {resource_types:?}"),
        ));
    }
    key::check(resource_type, external_id).map_err(beside_document)
}

#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` gives")]
fn in_document(violation: document::Violation) -> Diagnosis {
    invalid(&violation.to_string(), &violation.in_chinese())
}

fn beside_document(violation: key::Violation) -> Diagnosis {
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
            format!("其凭据有 {n_bytes} 字节，超过 {MAX_WITNESS_BYTES} 字节")
        }
    };
    invalid(&violation.to_string(), &in_chinese)
}

fn invalid(what: &str, in_chinese: &str) -> Diagnosis {
    refusal::object(
        "object-invalid",
        &format!("the connector's object is invalid: {what}"),
        &format!("连接器给出的对象无效：{in_chinese}"),
    )
}
