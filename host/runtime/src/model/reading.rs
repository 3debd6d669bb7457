//! What is known of a full reading: with what view it was made, and what it covered.
//!
//! Not here: what a host makes of it (`apply::reading`).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Key;

/// With what view a source is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Whether the connector may see everything there is.
    pub whole: bool,
    /// What it may see otherwise: the roots of the subtrees and the single objects.
    pub parts: Vec<Key>,
}

/// Characters of a digest.
///
/// Why: 64 bits, which two scopes of one source share by chance once in billions of billions, and a person can compare.
const DIGEST_LENGTH: usize = 16;

impl Scope {
    /// By which it is known again: equal for the same view, whatever the order of its parts.
    pub(crate) fn digest(&self) -> String {
        let parts: BTreeSet<&Key> = self.parts.iter().filter(|_| !self.whole).collect();
        let mut hasher = blake3::Hasher::new();
        hasher.update(&[u8::from(self.whole)]);
        for Key { resource_type, external_id } in parts {
            // Neither may hold a null character.
            hasher.update(resource_type.as_bytes()).update(&[0]).update(external_id.as_bytes()).update(&[0]);
        }
        hasher.finalize().to_hex().chars().take(DIGEST_LENGTH).collect()
    }
}

/// What a full reading has covered of one resource type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// Of which objects.
    pub resource_type: String,
    /// How many were read.
    pub read: u64,
    /// How many the source itself says there are, where it can say.
    pub expected: Option<u64>,
    /// The lists that they were read from.
    pub containers: Vec<Container>,
}

/// One list of a source, such as the members of a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// What it is the list of.
    pub key: Key,
    /// Whether it was read to its end.
    pub closed: bool,
    /// How many it listed.
    pub listed: u64,
    /// How many the source itself says it has, where it can say.
    pub expected: Option<u64>,
}
