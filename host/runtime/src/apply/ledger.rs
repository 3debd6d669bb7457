//! What a run did, counted by object: however often a connector puts one, it counts once.
//!
//! Not here: what the connector says it read; the two are compared when the run is closed (`run`).

use std::collections::{BTreeSet, HashMap};

use rollcall_rules::object;

use super::StepKind;
use crate::decision::Matter;
use crate::directory::Action;
use crate::history::Counters;
use crate::limits::MAX_OBJECTS_PER_RUN;
use crate::model::proof::Proof;
use crate::model::{Diagnosis, Failure, Key, Scope};

/// The counts of one run.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// What became of each object that was put. By digest, because a run may see millions.
    puts: HashMap<[u8; 16], Class>,
    counters: Counters,
    /// Objects that were written although the connector, which read them, put none of them and counts them itself.
    n_counted_by_connector: u64,
    /// Of those that were removed, how many only made room for somebody else under their key.
    n_replaced: u64,
    /// The scope with which the source was read, to be kept.
    scope: Option<Scope>,
    /// Whether the scope is smaller than before, and waits for a person.
    is_scope_held: bool,
    /// What a full run can show for itself.
    proof: Option<Proof>,
    /// Whether the run would need a person's number, which a dry one does not have.
    is_unconfirmed: bool,
    /// Of those that were kept, how many because a person declined their removal.
    n_declined: u64,
    /// What a person declined and the source no longer says.
    over: BTreeSet<Matter>,
    store_failure: Option<Diagnosis>,
    /// Why the run was ended, if it wrote as much as it may.
    overrun: Option<Failure>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Created,
    Updated,
    Unchanged,
    Rejected,
    /// Left as it is until it is known, or a person has said, who it is.
    Waiting,
}

impl Ledger {
    pub(crate) fn counters(&self) -> &Counters {
        &self.counters
    }

    /// How many of what the connector counts as unchanged are counted here.
    pub(crate) fn n_counted_by_connector(&self) -> u64 {
        self.n_counted_by_connector
    }

    /// Why the platform's store failed, if it did.
    pub(crate) fn store_failure(&self) -> Option<&Diagnosis> {
        self.store_failure.as_ref()
    }

    /// Whether this run put the object, successfully or not.
    pub(crate) fn has_put(&self, key: &Key) -> bool {
        self.puts.contains_key(&digest(key))
    }

    /// Whether this run put anything, successfully or not.
    pub(crate) fn has_puts(&self) -> bool {
        !self.puts.is_empty()
    }

    /// How many objects this run put.
    pub(crate) fn n_puts(&self) -> usize {
        self.puts.len()
    }

    /// Whether what this run put last of the object waits.
    pub(crate) fn waits(&self, key: &Key) -> bool {
        self.puts.get(&digest(key)) == Some(&Class::Waiting)
    }

    /// How many left because their key was given to somebody else.
    pub(crate) fn n_replaced(&self) -> u64 {
        self.n_replaced
    }

    /// # Errors
    ///
    /// When the run has put as many objects as it may, and this is another one.
    pub(crate) fn check_room(&self, key: &Key) -> Result<(), Diagnosis> {
        if self.puts.len() < MAX_OBJECTS_PER_RUN || self.has_put(key) {
            return Ok(());
        }
        Err(object::too_many().into())
    }

    pub(crate) fn written(&mut self, key: &Key, action: Action) {
        match action {
            Action::Created => self.put(key, Class::Created),
            Action::Updated | Action::Restored => self.put(key, Class::Updated),
            Action::Unchanged => self.put(key, Class::Unchanged),
            Action::Deactivated => self.counters.deactivated += 1,
            Action::Deleted => self.counters.deleted += 1,
        }
    }

    /// Somebody left whose key was given to somebody else.
    pub(crate) fn written_as_replaced(&mut self, key: &Key, action: Action) {
        self.n_replaced = self.n_replaced.saturating_add(1);
        self.written(key, action);
    }

    /// The object is left as it is; what was put waits.
    pub(crate) fn left_waiting(&mut self, key: &Key) {
        self.put(key, Class::Waiting);
    }

    pub(crate) fn nothing_to_do(&mut self, kind: StepKind, key: &Key) {
        match kind {
            StepKind::Put => self.put(key, Class::Unchanged),
            StepKind::Departure => {}
        }
    }

    pub(crate) fn refused(&mut self, kind: StepKind, key: &Key) {
        match kind {
            StepKind::Put => self.put(key, Class::Rejected),
            StepKind::Departure => self.counters.kept += 1,
        }
    }

    /// So many departures wait for a person.
    pub(crate) fn held(&mut self, n: u64) {
        self.counters.held = self.counters.held.saturating_add(n);
        self.counters.kept = self.counters.kept.saturating_add(n);
    }

    /// So many updates of what stays wait for a person: values that may be gone, places that may only be hidden.
    pub(crate) fn held_updates(&mut self, n: u64) {
        self.counters.held = self.counters.held.saturating_add(n);
    }

    /// The scope is smaller than before, and waits for a person.
    pub(crate) fn hold_scope(&mut self) {
        self.is_scope_held = true;
    }

    /// The run would remove what needs a person's number.
    pub(crate) fn needs_number(&mut self) {
        self.is_unconfirmed = true;
    }

    /// Whether anything waits for a person.
    pub(crate) fn holds(&self) -> bool {
        self.is_scope_held || self.is_unconfirmed || 0 < self.counters.held
    }

    /// A departure is kept because a person declined it.
    pub(crate) fn declined(&mut self) {
        self.n_declined = self.n_declined.saturating_add(1);
        self.counters.kept = self.counters.kept.saturating_add(1);
    }

    /// How many were kept because a person declined their removal.
    pub(crate) fn n_declined(&self) -> u64 {
        self.n_declined
    }

    /// The source no longer says this, which a person declined.
    pub(crate) fn is_over(&mut self, matter: Matter) {
        self.over.insert(matter);
    }

    /// What a person declined and the source no longer says, to be written down.
    pub(crate) fn take_over(&mut self) -> BTreeSet<Matter> {
        std::mem::take(&mut self.over)
    }

    /// The source was read with this scope, which is what the next run is compared with.
    pub(crate) fn read_with(&mut self, scope: Option<Scope>) {
        self.scope = scope;
    }

    /// The scope with which the source was read, to be kept.
    pub(crate) fn take_scope(&mut self) -> Option<Scope> {
        self.scope.take()
    }

    /// What a full run can show for itself.
    pub(crate) fn proven_by(&mut self, proof: Proof) {
        self.proof = Some(proof);
    }

    /// What a full run can show for itself.
    pub(crate) fn take_proof(&mut self) -> Option<Proof> {
        self.proof.take()
    }

    /// The connector has read this object. Unless this run has put it, the connector counts it as unchanged.
    pub(crate) fn read_by_connector(&mut self, key: &Key) {
        if !self.has_put(key) {
            self.n_counted_by_connector = self.n_counted_by_connector.saturating_add(1);
            self.put(key, Class::Unchanged);
        }
    }

    pub(crate) fn store_failed(&mut self, diagnosis: Diagnosis) {
        self.store_failure.get_or_insert(diagnosis);
    }

    /// The run wrote as much as it may.
    pub(crate) fn overran(&mut self, failure: Failure) {
        self.overrun.get_or_insert(failure);
    }

    /// Why the run was ended, if it wrote as much as it may.
    pub(crate) fn overrun(&self) -> Option<&Failure> {
        self.overrun.as_ref()
    }

    /// The same, to be kept.
    pub(crate) fn take_overrun(&mut self) -> Option<Failure> {
        self.overrun.take()
    }

    fn put(&mut self, key: &Key, class: Class) {
        let digest = digest(key);
        // Beyond the limit, and new: refused, and only counted.
        if MAX_OBJECTS_PER_RUN <= self.puts.len() && !self.puts.contains_key(&digest) {
            *self.counter(class) += 1;
            self.counters.read += 1;
            return;
        }
        let before = self.puts.get(&digest).copied();
        let now = before.map_or(class, |before| before.then(class));
        self.puts.insert(digest, now);
        match before {
            Some(before) => *self.counter(before) -= 1,
            None => self.counters.read += 1,
        }
        *self.counter(now) += 1;
    }

    fn counter(&mut self, class: Class) -> &mut u64 {
        match class {
            Class::Created => &mut self.counters.created,
            Class::Updated => &mut self.counters.updated,
            Class::Unchanged => &mut self.counters.unchanged,
            Class::Rejected => &mut self.counters.rejected,
            // Left out on purpose, and an entry says why.
            Class::Waiting => &mut self.counters.skipped,
        }
    }
}

impl Class {
    /// What two puts of one object amount to.
    fn then(self, later: Self) -> Self {
        match (self, later) {
            (_, Self::Rejected) => Self::Rejected,
            (Self::Created, _) | (_, Self::Created) => Self::Created,
            (Self::Updated, _) | (_, Self::Updated) => Self::Updated,
            (_, Self::Waiting) | (Self::Waiting, Self::Unchanged) => Self::Waiting,
            (Self::Unchanged | Self::Rejected, Self::Unchanged) => Self::Unchanged,
        }
    }
}

/// 128 bits, at which two of five million keys collide once in 10^25 runs.
pub(super) fn digest(key: &Key) -> [u8; 16] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(key.resource_type.as_bytes()).update(&[0]).update(key.external_id.as_bytes());
    let mut digest = [0; 16];
    hasher.finalize_xof().fill(&mut digest);
    digest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_put_several_times_counts_once_as_what_it_amounts_to() {
        let key = Key::new("User", "a");
        for (actions, expected) in [
            (vec![Action::Created, Action::Updated, Action::Unchanged], (1, 0, 0)),
            (vec![Action::Unchanged, Action::Updated], (0, 1, 0)),
            (vec![Action::Restored, Action::Unchanged], (0, 1, 0)),
            (vec![Action::Unchanged, Action::Unchanged], (0, 0, 1)),
        ] {
            let mut ledger = Ledger::default();
            actions.iter().for_each(|action| ledger.written(&key, *action));
            let Counters { read, created, updated, unchanged, .. } = ledger.counters;
            assert_eq!((read, (created, updated, unchanged)), (1, expected), "{actions:?}");
        }
    }

    #[test]
    fn an_object_whose_last_put_was_refused_is_rejected() {
        let key = Key::new("User", "a");
        let mut ledger = Ledger::default();
        ledger.written(&key, Action::Updated);
        ledger.refused(StepKind::Put, &key);
        assert_eq!(ledger.counters, Counters { read: 1, rejected: 1, ..Counters::default() });
    }

    #[test]
    fn an_id_that_two_resource_types_share_is_two_objects() {
        let mut ledger = Ledger::default();
        ledger.written(&Key::new("User", "1"), Action::Created);
        ledger.written(&Key::new("Department", "1"), Action::Created);
        assert_eq!(ledger.counters, Counters { read: 2, created: 2, ..Counters::default() });
    }
}
