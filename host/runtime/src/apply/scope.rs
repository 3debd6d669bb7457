//! A scope of the source that is smaller than the one with which it was read the last time: what would be lost by that
//! is held, whoever started the run.
//!
//! What the source still shows is written as ever. Not here: where an object hangs and how that stands to a scope
//! (`rollcall_rules::placement`), what is out of it and not followed (`view`), and what is said about all that (`told`).

mod compared;
pub(crate) mod told;
mod view;

use std::collections::BTreeSet;

use rollcall_rules::placement::{Place, Tree, dropped};
use rollcall_rules::vocabulary::resource_type::DEPARTMENT;
use serde_json::Value;

pub(super) use self::compared::Compared;
pub(crate) use self::compared::EarlierScopes;
use self::told::Narrowed;
use self::view::hangs_in;
use super::{Apply, Planned, PlannedStep, RunExtent};
use crate::directory::{Action, Write};
use crate::document::Document;
use crate::error::StoreError;
use crate::limits::MAX_HELD_RECORDS;
use crate::model::proof::Narrowing;
use crate::model::{Entry, Key, Scope};

impl Apply {
    /// What has become of the scope's being smaller than before, if it is.
    pub(super) fn narrowing(&self) -> Option<Narrowing> {
        let narrowed = self.compared.narrowed.as_ref()?;
        Some(match narrowed.is_approved {
            true => Narrowing::Approved,
            false if self.is_scope_declined() => Narrowing::Declined,
            false => Narrowing::Held,
        })
    }

    /// Compare this scope with the last one.
    pub(super) async fn compare_scope(&mut self, scope: Scope) -> Result<(), StoreError> {
        // Of some objects, one that was read with the smaller scope may come after a larger one was told.
        if self.compared.is_held() {
            return Ok(());
        }
        let roots = scope.parts.iter().filter(|part| part.resource_type == DEPARTMENT);
        self.compared.tree = Tree::new(roots.map(|part| part.external_id.clone()));
        self.compared.parts = scope.parts.iter().cloned().collect();
        self.compared.scope = Some(scope);
        let Some(last) = self.destination.known_scopes.last.clone() else { return Ok(()) };
        self.compared.last_parts = last.parts.iter().cloned().collect();
        self.compared.narrowed = self.narrowed(&last).await?;
        Ok(())
    }

    /// How this scope is smaller than the last one, if it is.
    async fn narrowed(&mut self, last: &Scope) -> Result<Option<Narrowed>, StoreError> {
        let Some(scope) = self.compared.scope.clone().filter(|scope| !scope.whole) else { return Ok(None) };
        // What is named still needs no look.
        let missing = last.parts.iter().filter(|part| !last.whole && !self.names(part));
        let lost = self.lost(missing.cloned().collect()).await?;
        if lost.is_empty() && !last.whole {
            return Ok(None);
        }
        let is_approved = self.destination.known_scopes.approved.as_ref() == Some(&scope.digest());
        Ok(Some(Narrowed { was_whole: last.whole, lost, scope, is_approved }))
    }

    /// Those of these parts that the platform holds and the scope does not show any more. What it does not hold, or not any
    /// more, is not missed.
    async fn lost(&mut self, parts: Vec<Key>) -> Result<BTreeSet<Key>, StoreError> {
        let documents = self.held_now(&parts).await?;
        let places = parts.iter().zip(&documents).flat_map(|(key, held)| hangs_in(key, held.as_deref()));
        self.learn(&places.collect()).await?;
        let mut lost = BTreeSet::new();
        for (part, document) in parts.iter().zip(&documents) {
            if let Some(document) = document
                && !self.shows(part, document).await?
            {
                lost.insert(part.clone());
            }
        }
        Ok(lost)
    }

    /// What the platform holds under these keys and has not departed.
    async fn held_now(&self, keys: &[Key]) -> Result<Vec<Option<Document>>, StoreError> {
        let held = self.load_all(keys).await?.into_iter();
        Ok(held.map(|held| held.filter(|held| !held.departed).map(|held| held.document)).collect())
    }

    /// Hold what would only be lost because the scope is smaller than before.
    pub(super) async fn hold_unseen(&mut self, planned: &mut [Planned]) -> Result<(), StoreError> {
        if !self.compared.is_held() {
            return Ok(());
        }
        for planned in planned {
            if let Some(write) = planned.write()
                && self.is_lost(write).await?
            {
                self.hold_for_scope(planned);
            }
        }
        Ok(())
    }

    fn hold_for_scope(&mut self, planned: &mut Planned) {
        let step = std::mem::replace(&mut planned.step, PlannedStep::Wait);
        let PlannedStep::Write(write) = step else {
            planned.step = step;
            return;
        };
        let is_recorded = self.compared.n_recorded < MAX_HELD_RECORDS;
        self.compared.n_recorded = self.compared.n_recorded.saturating_add(usize::from(is_recorded));
        self.compared.held.add(&write);
        let why = Box::new(told::held_of_one(&write));
        planned.step = PlannedStep::HoldUnseen { write, why, is_recorded };
    }

    /// Whether the scope may be the only reason for this: an update takes an object out of a department that it does not
    /// show, or an object leaves that it does not show.
    async fn is_lost(&mut self, write: &Write) -> Result<bool, StoreError> {
        let (Some(before), after) = (&write.before, write.after.as_ref()) else { return Ok(false) };
        match write.action {
            // Nothing is taken from what is new or back.
            Action::Created | Action::Restored | Action::Unchanged => Ok(false),
            Action::Updated => {
                let dropped = after.map_or_else(BTreeSet::new, |after| dropped(before, after));
                self.any(&dropped, Place::Outside).await
            }
            // A part of the scope that is gone is no longer named for that reason: its own evidence decides.
            Action::Deactivated | Action::Deleted if self.compared.has_lost(&write.key) => Ok(false),
            Action::Deactivated | Action::Deleted => Ok(!self.shows(&write.key, before).await?),
        }
    }

    /// Whether the scope shows what the platform holds under this key, by where it hangs there.
    async fn shows(&mut self, key: &Key, document: &Value) -> Result<bool, StoreError> {
        if self.names(key) {
            return Ok(true);
        }
        self.any(&hangs_in(key, Some(document)), Place::Inside).await
    }

    async fn any(&mut self, departments: &BTreeSet<&str>, place: Place) -> Result<bool, StoreError> {
        self.learn(departments).await?;
        Ok(departments.iter().any(|id| self.compared.tree.place(id) == place))
    }

    /// Learn how these departments stand to the scope, and all above them: what is on one level is loaded at once.
    async fn learn(&mut self, departments: &BTreeSet<&str>) -> Result<(), StoreError> {
        loop {
            let unknown = self.compared.tree.unknown(departments.iter().copied());
            if unknown.is_empty() {
                return Ok(());
            }
            let keys: Vec<Key> = unknown.into_iter().map(|id| Key::new(DEPARTMENT, id)).collect();
            for (key, held) in keys.iter().zip(self.held_now(&keys).await?) {
                self.compared.tree.learn(&key.external_id, held.as_deref());
            }
        }
    }

    fn names(&self, key: &Key) -> bool {
        self.compared.parts.contains(key)
    }

    /// Take note that departments may hang elsewhere now.
    pub(super) fn departments_changed(&mut self) {
        self.compared.tree.forget();
    }

    /// Whether the scope is smaller still, now that the platform has the tree of this reading: a department above those that
    /// were authorised before was unknown when it began.
    async fn look_again(&mut self) -> Result<(), StoreError> {
        let last = self.destination.known_scopes.last.clone();
        if let (true, Some(last)) = (self.compared.is_held() && self.compared.held.is_empty(), last) {
            self.compared.tree.forget();
            self.compared.narrowed = self.narrowed(&last).await?;
        }
        Ok(())
    }

    /// Tell how the scope stands to the last one and what it leaves out, in one entry, and keep it for the next run unless it
    /// waits: that of a reading with holes, too, or a source that is never read to its end would have nothing to compare with.
    pub(super) async fn conclude_scope(&mut self) {
        if let Err(error) = self.look_again().await {
            self.failed(&error);
        }
        if self.destination.extent == RunExtent::Full && !self.compared.is_held() {
            self.ledger.read_with(self.compared.scope.clone());
        }
        let Some(entry) = self.scope_entry() else { return };
        if let Err(error) = self.destination.recorder.entries_always(&[entry]).await {
            self.failed(&error);
        }
    }

    fn scope_entry(&mut self) -> Option<Entry> {
        let is_declined = self.is_scope_declined();
        let unfollowed = self.compared.unfollowed();
        // Of a smaller scope that a person declined it is told that they did.
        let narrowed =
            self.compared.narrowed.as_ref().filter(|narrowed| narrowed.is_approved || !is_declined);
        let Some(narrowed) = narrowed else {
            return (!unfollowed.is_empty()).then(|| told::unfollowed(unfollowed));
        };
        // A few objects say nothing of the scope unless something of theirs would be lost.
        if self.destination.extent == RunExtent::Some && self.compared.held.is_empty() {
            return None;
        }
        if !narrowed.is_approved {
            self.ledger.hold_scope();
        }
        Some(narrowed.entry(&self.compared.held, unfollowed))
    }
}

#[cfg(test)]
mod tests;
