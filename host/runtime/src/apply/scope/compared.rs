//! What one run knows of its scope, and of that with which the source was read before.

use std::collections::{BTreeSet, HashSet};

use rollcall_rules::placement::Tree;

use super::told::{HeldByType, Narrowed};
use crate::apply::ledger::digest;
use crate::model::{Counts, Key, Scope, count};

/// With what scopes a run's own is compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct EarlierScopes {
    /// That with which the source was read the last time, if it ever was.
    pub(crate) last: Option<Scope>,
    /// The [`Scope::digest`] of the one that a person approved, where the run is their answer.
    pub(crate) approved: Option<String>,
}

/// What one run knows of its scope.
#[derive(Debug, Default)]
pub(in crate::apply) struct Compared {
    pub(super) scope: Option<Scope>,
    /// Its parts, and those of the last one, to be found in.
    pub(super) parts: BTreeSet<Key>,
    pub(super) last_parts: BTreeSet<Key>,
    pub(super) narrowed: Option<Narrowed>,
    /// How departments stand to it, as far as that had to be found out.
    pub(super) tree: Tree,
    pub(super) held: HeldByType,
    pub(super) n_recorded: usize,
    pub(super) out_of_view: OutOfView,
}

impl Compared {
    pub(in crate::apply) fn scope(&self) -> Option<&Scope> {
        self.scope.as_ref()
    }

    /// Whether this was itself a part of the last one, and is none any more.
    pub(super) fn has_lost(&self, key: &Key) -> bool {
        self.narrowed.as_ref().is_some_and(|narrowed| narrowed.lost.contains(key))
    }

    /// Whether it is smaller than before, and nobody has approved that.
    pub(in crate::apply) fn is_held(&self) -> bool {
        self.narrowed.as_ref().is_some_and(|narrowed| !narrowed.is_approved)
    }

    /// What is held and out of it, by resource type.
    pub(in crate::apply) fn unfollowed(&self) -> &Counts {
        self.out_of_view.counts()
    }
}

/// What was found to be out of the scope.
#[derive(Debug, Default)]
pub(super) struct OutOfView {
    pub(super) counts: Counts,
    /// Each counts once. By digest, because it may be most of what is held.
    pub(super) counted: HashSet<[u8; 16]>,
    /// Parts of the last scope that are out of this one and asked about all the same.
    pub(super) n_lost_parts: usize,
}

impl OutOfView {
    /// How many, by resource type.
    pub(super) fn counts(&self) -> &Counts {
        &self.counts
    }

    pub(super) fn count(&mut self, key: &Key) {
        if self.counted.insert(digest(key)) {
            count(&mut self.counts, key);
        }
    }
}
