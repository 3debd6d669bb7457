//! What a platform is never asked to hold: objects that break the contract.
//!
//! Pure. Not here: what a SCIM attribute may contain; a platform that minds refuses the object itself.

use serde_json::{Number, Value};

use super::{Departure, Object};
use crate::limits::{
    MAX_DOCUMENT_BYTES, MAX_DOCUMENT_DEPTH, MAX_EXTERNAL_ID_BYTES, MAX_RESOURCE_TYPE_BYTES,
    MAX_VERSION_BYTES, MAX_WITNESS_BYTES,
};
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
    self::key(&key, resource_types)?;
    check_version(&version)?;
    if MAX_DOCUMENT_BYTES < document.len() {
        return Err(invalid(&format!(
            "its document has {} bytes, more than {MAX_DOCUMENT_BYTES}",
            document.len()
        )));
    }
    let document: Value = serde_json::from_str(&document)
        .map_err(|error| invalid(&format!("its document is no json: {error}")))?;
    check_document(&key, &document)?;
    Ok(Incoming { key, version, document })
}

/// # Errors
///
/// What is wrong with it.
pub(crate) fn departure(departure: Departure, resource_types: &[String]) -> Result<Departure, Diagnosis> {
    key(&departure.key, resource_types)?;
    if departure.witness.trim().is_empty() {
        return Err(refusal::object(
            "departure-without-witness",
            &format!("{} stays: nobody asked the source about this very object", departure.key),
            &format!("保留 {}：没有就该对象本身向来源确认", departure.key),
        ));
    }
    if MAX_WITNESS_BYTES < departure.witness.len() {
        return Err(invalid(&format!("its evidence has more than {MAX_WITNESS_BYTES} bytes")));
    }
    Ok(departure)
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
pub(super) fn key(key: &Key, resource_types: &[String]) -> Result<(), Diagnosis> {
    let Key { resource_type, external_id } = key;
    if MAX_RESOURCE_TYPE_BYTES < resource_type.len() || !resource_types.contains(resource_type) {
        let shown: String = resource_type.chars().take(MAX_RESOURCE_TYPE_BYTES).collect();
        return Err(invalid(&format!("its resource type {shown:?} is none of {resource_types:?}")));
    }
    if !(1..=MAX_EXTERNAL_ID_BYTES).contains(&external_id.len()) {
        let n = external_id.len();
        return Err(invalid(&format!(
            "its external id has {n} bytes and must have 1 to {MAX_EXTERNAL_ID_BYTES}"
        )));
    }
    Ok(())
}

fn check_version(version: &str) -> Result<(), Diagnosis> {
    if (1..=MAX_VERSION_BYTES).contains(&version.len()) && version.is_ascii() {
        return Ok(());
    }
    Err(invalid(&format!("its version must have 1 to {MAX_VERSION_BYTES} ascii characters")))
}

fn check_document(key: &Key, document: &Value) -> Result<(), Diagnosis> {
    let Some(members) = document.as_object() else {
        return Err(invalid("its document is no json object"));
    };
    if members.get("externalId").and_then(Value::as_str) != Some(&key.external_id) {
        return Err(invalid("the `externalId` of its document is not its external id"));
    }
    check_values(document)
}

/// Numbers that every reader keeps, text that every store keeps, and no deeper than every parser reads.
fn check_values(document: &Value) -> Result<(), Diagnosis> {
    let mut unseen = vec![(document, 1)];
    while let Some((value, depth)) = unseen.pop() {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) if !is_exact(number) => {
                return Err(invalid("a number of its document is not whole or not below 2^53 in amount"));
            }
            Value::Number(_) => {}
            Value::String(text) => check_text(text)?,
            Value::Array(_) | Value::Object(_) if MAX_DOCUMENT_DEPTH < depth => {
                return Err(invalid(&format!("its document is nested more than {MAX_DOCUMENT_DEPTH} deep")));
            }
            Value::Array(elements) => unseen.extend(elements.iter().map(|element| (element, depth + 1))),
            Value::Object(members) => {
                members.keys().try_for_each(|name| check_text(name))?;
                unseen.extend(members.values().map(|member| (member, depth + 1)));
            }
        }
    }
    Ok(())
}

/// Source: the contract, `model.directory-object`. A fraction or an exponent makes a float of it.
fn is_exact(number: &Number) -> bool {
    const LIMIT: i64 = 1 << 53;
    number.as_i64().is_some_and(|number| -LIMIT < number && number < LIMIT)
}

fn check_text(text: &str) -> Result<(), Diagnosis> {
    if text.contains('\0') { Err(invalid("a text of its document contains U+0000")) } else { Ok(()) }
}

/// What only a document needs that the platform has nothing to merge with.
///
/// # Errors
///
/// When it is missing.
pub(super) fn first_document(incoming: &Incoming, is_new: bool) -> Result<(), Diagnosis> {
    let schemas = incoming.document.get("schemas").and_then(Value::as_array);
    if is_new && schemas.is_none_or(Vec::is_empty) {
        return Err(invalid("its document names no `schemas`"));
    }
    Ok(())
}

fn invalid(what: &str) -> Diagnosis {
    refusal::object(
        "object-invalid",
        &format!("the connector's object is invalid: {what}"),
        &format!("连接器给出的对象无效：{what}"),
    )
}
