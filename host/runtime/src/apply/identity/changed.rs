//! What one run found out about who stands behind keys.

use std::collections::{BTreeMap, BTreeSet};

use super::told::{IdentityChange, IdentityNotes};
use crate::apply::check::Incoming;
use crate::limits::MAX_HELD_RECORDS;
use crate::model::Key;

/// What one run found out about who stands behind keys.
#[derive(Debug, Default)]
pub(in crate::apply) struct Changed {
    /// Of the changes that are being applied; told once they are.
    pub(super) noted: BTreeMap<Key, IdentityChange>,
    pub(super) told: IdentityNotes,
    /// Replacements that wait for the end of the reading. Of a resource type at most as many as could be carried out.
    pub(super) waiting: BTreeMap<Key, Pending>,
    /// How many of them, by resource type.
    pub(super) n_waiting: BTreeMap<String, u64>,
    /// Resource types of which more were replaced than can be carried out.
    pub(super) overfull: BTreeSet<String>,
    /// Held replacements, by resource type.
    pub(super) n_held: BTreeMap<String, u64>,
}

/// Whoever would come under a key, once the reading has ended.
#[derive(Debug)]
pub(super) struct Pending {
    pub(super) incoming: Incoming,
    pub(super) change: IdentityChange,
}

impl Changed {
    pub(super) fn wait(&mut self, key: Key, waiting: Pending) {
        let n = self.n_waiting.entry(key.resource_type.clone()).or_default();
        *n = n.saturating_add(1);
        self.waiting.insert(key, waiting);
    }

    pub(super) fn n_waiting(&self, resource_type: &str) -> u64 {
        self.n_waiting.get(resource_type).copied().unwrap_or_default()
    }

    /// Whether one more may be recorded by itself.
    pub(super) fn hold_one(&mut self, resource_type: &str) -> bool {
        let n_before = self.n_held.values().fold(0_u64, |sum, n| sum.saturating_add(*n));
        let n = self.n_held.entry(resource_type.to_owned()).or_default();
        *n = n.saturating_add(1);
        usize::try_from(n_before).is_ok_and(|n| n < MAX_HELD_RECORDS)
    }
}
