//! Who stands behind a key: tells a person under a new id from somebody else to whom the source gave the key, and decides
//! what becomes of them.
//!
//! Somebody else is a replacement: who was there leaves, and whoever came joins, under the same key and with nothing of the
//! other. In a full run replacements wait for the end of the reading, so that the whole can be weighed. Not here: the rule
//! (`rollcall_rules::identity`), how many are too many (`guard`), and what is said about it (`identity::told`).

mod changed;
mod told;

use rollcall_rules::identity::{Identity, verdict};
use rollcall_rules::object;

pub(super) use self::changed::Changed;
use self::changed::Pending;
use self::told::{By, IdentityChange};
use super::check::Incoming;
use super::step::{Replacement, refusal_entry};
use super::{Apply, ApplyOutcome, Identities, Planned, PlannedStep, RunExtent, StepKind, plan};
use crate::directory::{Held, Write};
use crate::document::Document;
use crate::error::StoreError;
use crate::guard;
use crate::limits::{MAX_DEPARTURES, MAX_STORED_AT_ONCE, MAX_UNATTENDED_DEPARTURES};
use crate::merge::merge;
use crate::model::Key;

impl Apply {
    /// What to do about an object that is there, by who stands behind its key.
    pub(super) fn put(&mut self, held: Option<Held>, incoming: Incoming) -> PlannedStep<Write> {
        if self.ledger.waits(&incoming.key) {
            return self.put_again(incoming);
        }
        let Some(held) = held else { return as_ever(None, incoming) };
        let Some(change) = self.change(&held, &incoming) else { return as_ever(Some(held), incoming) };
        let key = incoming.key.clone();
        let step = match (change.by, self.destination.identities) {
            (By::Nothing, Identities::Weigh | Identities::OtherPeople) => replace(held, incoming, &change),
            (By::Nothing | By::Answer | By::Evidence(_), _) => as_ever(Some(held), incoming),
        };
        self.changed.noted.insert(key, change);
        step
    }

    /// How the identity behind a key changed, if it did.
    fn change(&self, held: &Held, incoming: &Incoming) -> Option<IdentityChange> {
        let attribute = self.destination.identity_attributes.get(&incoming.key.resource_type)?;
        let (from, to, by) = match verdict(&held.document, &incoming.document, attribute) {
            Identity::Unknown | Identity::Same => return None,
            Identity::SamePerson { from, to, by } => (from, to, By::Evidence(by)),
            Identity::SomebodyElse { from, to } if self.destination.identities == Identities::SamePeople => {
                (from, to, By::Answer)
            }
            Identity::SomebodyElse { from, to } => (from, to, By::Nothing),
        };
        Some(IdentityChange::new(attribute, &from, &to, by, &incoming.document))
    }

    /// Another put of an object whose replacement waits: it is about whoever came, and nothing of it is for whoever was
    /// there.
    fn put_again(&mut self, incoming: Incoming) -> PlannedStep<Write> {
        if let Some(waiting) = self.changed.waiting.get_mut(&incoming.key) {
            let document = merge(Some(&waiting.incoming.document), &incoming.document);
            if let Err(why) = object::check_held(&document) {
                return PlannedStep::Refuse(StepKind::Put, why.into());
            }
            waiting.incoming = Incoming { document, ..incoming };
        }
        PlannedStep::Wait
    }

    /// Let replacements wait: those of a full run for the end of the reading, those of single objects that are above what
    /// may leave in an hour for a person.
    pub(super) async fn hold_replacements(&mut self, planned: &mut [Planned]) -> Result<(), StoreError> {
        for planned in planned {
            let leaves = matches!(&planned.step, PlannedStep::Replace(replacement) if !replacement.had_left);
            if !leaves {
                continue;
            }
            match self.destination.extent {
                RunExtent::Full => self.wait_for_the_end(planned).await?,
                RunExtent::Some => {
                    if self.exceeded(&planned.key).await?.is_some() {
                        self.hold_replacement(planned);
                    }
                }
            }
        }
        Ok(())
    }

    async fn wait_for_the_end(&mut self, planned: &mut Planned) -> Result<(), StoreError> {
        let resource_type = planned.key.resource_type.clone();
        let possible = u64::try_from(MAX_DEPARTURES).unwrap_or(u64::MAX);
        let most = self.most_permitted().clamp(MAX_UNATTENDED_DEPARTURES, possible);
        if most <= self.changed.n_waiting(&resource_type) {
            self.hold_waiting(&resource_type).await?;
            self.changed.overfull.insert(resource_type.clone());
        }
        if self.changed.overfull.contains(&resource_type) {
            self.hold_replacement(planned);
            return Ok(());
        }
        let step = std::mem::replace(&mut planned.step, PlannedStep::Wait);
        if let (PlannedStep::Replace(replacement), Some(change)) =
            (step, self.changed.noted.remove(&planned.key))
        {
            let Write { key, version, after, .. } = replacement.join;
            let incoming = Incoming {
                key: key.clone(),
                version,
                document: after.map(Document::into_value).unwrap_or_default(),
            };
            self.changed.wait(key, Pending { incoming, change });
        }
        Ok(())
    }

    /// Hold one for a person.
    fn hold_replacement(&mut self, planned: &mut Planned) {
        if !matches!(planned.step, PlannedStep::Replace(_)) {
            return;
        }
        let is_recorded = self.changed.hold_one(&planned.key.resource_type);
        let step = std::mem::replace(&mut planned.step, PlannedStep::Wait);
        if let (PlannedStep::Replace(replacement), Some(change)) =
            (step, self.changed.noted.remove(&planned.key))
        {
            let why = guard::identity_held(&planned.key, &change.evidence());
            planned.step = PlannedStep::HoldReplacement { replacement, why: Box::new(why), is_recorded };
        }
    }

    /// Hold all of a resource type that waited for the end of the reading.
    async fn hold_waiting(&mut self, resource_type: &str) -> Result<(), StoreError> {
        let mut planned = self.planned_of_waiting(resource_type).await?;
        planned.iter_mut().for_each(|planned| self.hold_replacement(planned));
        self.carry_out_replacements(planned).await.map(drop)
    }

    /// The replacements of a resource type that wait, planned anew over what is held now.
    async fn planned_of_waiting(&mut self, resource_type: &str) -> Result<Vec<Planned>, StoreError> {
        let is_of_type = |key: &Key| key.resource_type == resource_type;
        let keys: Vec<Key> = self.changed.waiting.keys().filter(|key| is_of_type(key)).cloned().collect();
        let held = self.load_all(&keys).await?;
        self.changed.n_waiting.remove(resource_type);
        let mut planned = Vec::with_capacity(keys.len());
        for (key, held) in keys.into_iter().zip(held) {
            let Some(Pending { incoming, change }) = self.changed.waiting.remove(&key) else { continue };
            let step = match held {
                Some(held) => replace(held, incoming, &change),
                // Somebody removed them on the platform meanwhile.
                None => as_ever(None, incoming),
            };
            self.changed.noted.insert(key.clone(), change);
            planned.push(Planned { key, step });
        }
        Ok(planned)
    }

    /// A replacement is two writes.
    async fn carry_out_replacements(
        &mut self,
        planned: Vec<Planned>,
    ) -> Result<Vec<ApplyOutcome>, StoreError> {
        let order = (0..planned.len()).collect();
        self.carry_out_in(order, planned, MAX_STORED_AT_ONCE / 2).await
    }

    /// A change that was noted does not happen.
    pub(super) fn forget_change(&mut self, key: &Key) {
        self.changed.noted.remove(key);
    }

    /// Note of the changes that were noted which of them are applied.
    pub(super) fn applied(&mut self, keys: &[Key], outcomes: &[ApplyOutcome]) {
        for (key, outcome) in keys.iter().zip(outcomes) {
            if let (Some(change), ApplyOutcome::Applied) = (self.changed.noted.remove(key), outcome) {
                self.changed.told.add(key.clone(), change);
            }
        }
    }

    /// Decide about what waited for the end of the reading, and tell what became of everybody. `is_whole` says that
    /// everything was read: otherwise nobody is replaced, as nobody is removed.
    pub(super) async fn conclude_identities(&mut self, is_whole: bool) {
        if let Err(error) = self.decide(is_whole).await {
            self.failed(&error);
        }
        let mut entries = std::mem::take(&mut self.changed.told).entries();
        let n_undecided = self.changed.waiting.len();
        if 0 < n_undecided {
            entries.push(told::undecided(n_undecided));
        }
        if !self.changed.n_held.is_empty() {
            entries.push(refusal_entry(None, guard::identities_held(&self.changed.n_held)));
        }
        if let Err(error) = self.destination.recorder.entries_always(&entries).await {
            self.failed(&error);
        }
        self.destination.recorder.count(*self.ledger.counters());
    }

    async fn decide(&mut self, is_whole: bool) -> Result<(), StoreError> {
        if !is_whole || self.changed.waiting.is_empty() {
            return Ok(());
        }
        let leaving = self.would_leave(&crate::model::counted(self.changed.waiting.keys())).await?;
        let is_permitted = self.permits(leaving.n());
        let lately = self.lately().await?;
        for leaving in leaving.of_types() {
            let resource_type = leaving.resource_type.clone();
            if leaving.after(&lately).is_suspicious() && !is_permitted {
                self.hold_waiting(&resource_type).await?;
                continue;
            }
            let planned = self.planned_of_waiting(&resource_type).await?;
            let keys: Vec<Key> = planned.iter().map(|planned| planned.key.clone()).collect();
            let outcomes = self.carry_out_replacements(planned).await?;
            self.applied(&keys, &outcomes);
        }
        Ok(())
    }
}

/// What to do where the key is somebody else's.
fn replace(held: Held, incoming: Incoming, change: &IdentityChange) -> PlannedStep<Write> {
    let had_left = held.departed;
    match plan::replacement(held, incoming, &change.evidence()) {
        Ok((leave, join)) => PlannedStep::Replace(Box::new(Replacement { leave, join, had_left })),
        Err(why) => PlannedStep::Refuse(StepKind::Put, why),
    }
}

/// What to do whoever stands behind the key.
fn as_ever(held: Option<Held>, incoming: Incoming) -> PlannedStep<Write> {
    match plan::put(held, incoming) {
        Ok(Some(write)) => PlannedStep::Write(write),
        Ok(None) => PlannedStep::Nothing(StepKind::Put),
        Err(why) => PlannedStep::Refuse(StepKind::Put, why),
    }
}

#[cfg(test)]
mod tests;
