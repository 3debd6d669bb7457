//! What a connector hands over, unchecked, and what it is answered.

use rollcall_rules::key::KeyRef;

use crate::model::{Diagnosis, Key};

/// An object as a connector hands it over, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) key: Key,
    pub(crate) version: String,
    /// JSON, not parsed yet.
    pub(crate) document: String,
}

/// An object that left the source, as a connector hands it over, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Departure {
    pub(crate) key: Key,
    pub(crate) witness: String,
}

/// One difference between source and platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum DirectoryChange {
    Put(Object),
    Delete(Departure),
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ApplyOutcome {
    Applied,
    Rejected(Diagnosis),
    /// It waits for a person. Where many wait for one reason, only the first of them repeat it.
    Held(Option<Diagnosis>),
}

/// Which way something may leave the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RunExtent {
    /// A full run: only by `remove_missing`, after everything was read.
    Full,
    /// Some objects, each of which was asked about.
    Some,
}

/// These keys as rules ask for them.
pub(super) fn borrowed(keys: &[Key]) -> Vec<KeyRef<'_>> {
    keys.iter().map(KeyRef::from).collect()
}
