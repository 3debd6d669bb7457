//! What a platform is never asked to hold: objects that break the contract. The rules are `rollcall_rules::object`'s.
//!
//! Pure. Not here: what a SCIM attribute may contain; a platform that minds refuses the object itself.

use rollcall_rules::object;
use serde_json::Value;

use super::{Departure, Object};
use crate::model::{Diagnosis, Key};

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
    let document = object::read_put((&key).into(), &version, &document, resource_types)?;
    Ok(Incoming { key, version, document })
}

/// # Errors
///
/// What is wrong with it.
pub(crate) fn departure(departure: Departure, resource_types: &[String]) -> Result<Departure, Diagnosis> {
    object::check_removal((&departure.key).into(), &departure.witness, resource_types)?;
    Ok(departure)
}
