//! What the platform holds, and changes to it.

use super::under_way::{borrowed, crossing};
use super::{Stored, TestHost};
use crate::model::{
    Change, Clearing, Diagnosis, DirectoryObject, Entry, InventoryItem, Key, Outcome, Removal, Severity,
};
use rollcall_rules::placement::departments;
use rollcall_rules::reach::Export;
use rollcall_rules::vocabulary::resource_type::DEPARTMENT;
use rollcall_rules::{clearing, document, inventory, object};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

impl TestHost {
    pub(super) fn page(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InventoryItem>, Diagnosis> {
        inventory::check_page(limit)?;
        let objects = self.objects.borrow();
        let of_type = objects.iter().filter(|(key, _)| key.resource_type == resource_type);
        let rest = of_type.filter(|(key, _)| after.is_none_or(|after| after < key.external_id.as_str()));
        let page = rest.take(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(page.map(|(key, stored)| inventory_item(key, stored)).collect())
    }

    pub(super) fn find(&self, keys: &[Key]) -> Result<Vec<Option<InventoryItem>>, Diagnosis> {
        inventory::check_find(keys.len())?;
        let objects = self.objects.borrow();
        let mut is_out = self.out_of_view(&objects);
        let find = |key: &Key| {
            objects.get(key).filter(|stored| !is_out(key, stored)).map(|stored| inventory_item(key, stored))
        };
        Ok(keys.iter().map(find).collect())
    }

    /// Whether something that is held is out of the view of the full reading that is under way, as the reference host has it.
    fn out_of_view(&self, objects: &BTreeMap<Key, Stored>) -> impl FnMut(&Key, &Stored) -> bool + use<> {
        let mut view = self.under_way.borrow().parts().map(|(parts, tree)| (parts.clone(), tree));
        if let Some((_, tree)) = &mut view {
            let departments = objects.iter().filter(|(key, _)| key.resource_type == DEPARTMENT);
            departments.for_each(|(key, held)| tree.learn(&key.external_id, Some(&held.document)));
        }
        let last_parts = self.last_parts.borrow().clone();
        move |key, held| {
            let Some((parts, tree)) = &mut view else { return false };
            let hangs_in = match key.resource_type.as_str() {
                DEPARTMENT => BTreeSet::from([key.external_id.as_str()]),
                _ => departments(&held.document),
            };
            !parts.contains(key) && !last_parts.contains(key) && tree.is_out_of_view(hangs_in)
        }
    }

    pub(super) fn apply(&self, changes: Vec<Change>) -> Result<Vec<Outcome>, Diagnosis> {
        crossing(changes.iter().map(|change| match change {
            Change::Put(object) => object.document.len(),
            Change::Remove(removal) => removal.evidence.len(),
        }));
        object::check_changes(changes.len())?;
        let outcomes = changes.iter().map(|change| self.apply_one(change)).collect();
        self.changes.borrow_mut().extend(changes);
        Ok(outcomes)
    }

    /// Remove what a reading that was closed no longer found; what is there twice, once.
    pub(super) fn remove_all(&self, removals: Vec<Removal>) -> Vec<Outcome> {
        let mut seen = BTreeSet::new();
        let outcomes = removals.iter().map(|removal| {
            if !seen.insert(&removal.key) {
                return Outcome::Applied;
            }
            self.outcome(&removal.key, || self.remove_unless_read(removal))
        });
        let outcomes = outcomes.collect();
        self.removed.borrow_mut().extend(removals);
        outcomes
    }

    /// Take clearings that are not proven; those of objects that do not have the attribute are passed over.
    pub(super) fn propose(&self, clearings: Vec<Clearing>) -> Result<(), Diagnosis> {
        clearing::check_call(clearings.iter().map(|clearing| clearing.keys.len()).sum())?;
        let read = |Clearing { attribute, document, keys, .. }: &Clearing| {
            clearing::read(attribute, document, &borrowed(keys), self.under_way.borrow().resource_types())
        };
        let documents = clearings.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        for (clearing, document) in clearings.into_iter().zip(documents) {
            if self.would_clear(&clearing.keys, &document)? {
                self.under_way.borrow_mut().clearings.add(&clearing.attribute, &document)?;
            }
            self.proposed.borrow_mut().push(clearing);
        }
        Ok(())
    }

    fn apply_one(&self, change: &Change) -> Outcome {
        self.outcome(change.key(), || match change {
            Change::Put(object) => self.put(object),
            Change::Remove(removal) if self.under_way.borrow().export() == Export::Sync => {
                Err(object::removed_while_reading((&removal.key).into()).into())
            }
            Change::Remove(removal) => self.remove(removal),
        })
    }

    /// What became of a change; a refusal is recorded as an entry.
    fn outcome(&self, key: &Key, apply: impl FnOnce() -> Result<(), Diagnosis>) -> Outcome {
        let is_rejected = self.reject.borrow().contains(key);
        let applied = if is_rejected {
            Err(Diagnosis::new("rejected-by-test", "the test rejects it", "测试拒绝了它"))
        } else {
            apply()
        };
        let Err(why) = applied else { return Outcome::Applied };
        self.entries.borrow_mut().push(Entry::about(Severity::Error, key, None, why.clone()));
        Outcome::Rejected(why)
    }

    /// Merge an object that keeps the contract.
    fn put(&self, object: &DirectoryObject) -> Result<(), Diagnosis> {
        let DirectoryObject { key, version, document } = object;
        let mut under_way = self.under_way.borrow_mut();
        under_way.note_put(key)?;
        let incoming = object::read_put(key.into(), version, document, under_way.resource_types())?;
        let mut objects = self.objects.borrow_mut();
        let merged = document::merge(objects.get(key).map(|held| &held.document), &incoming);
        object::check_held(&merged)?;
        objects.insert(key.clone(), Stored { version: version.clone(), document: merged });
        Ok(())
    }

    fn remove_unless_read(&self, removal: &Removal) -> Result<(), Diagnosis> {
        if self.under_way.borrow().has_put(&removal.key) {
            return Err(object::removed_and_read((&removal.key).into()).into());
        }
        self.remove(removal)
    }

    /// Forget an object that the source was asked about.
    fn remove(&self, Removal { key, evidence }: &Removal) -> Result<(), Diagnosis> {
        object::check_removal(key.into(), evidence, self.under_way.borrow().resource_types())?;
        self.objects.borrow_mut().remove(key);
        Ok(())
    }

    /// Whether any of these would change by it.
    fn would_clear(&self, keys: &[Key], document: &Value) -> Result<bool, Diagnosis> {
        let objects = self.objects.borrow();
        let mut would = false;
        for held in keys.iter().filter_map(|key| objects.get(key)) {
            let merged = document::merge(Some(&held.document), document);
            if merged != held.document {
                object::check_held(&merged)?;
                would = true;
            }
        }
        Ok(would)
    }
}

fn inventory_item(key: &Key, stored: &Stored) -> InventoryItem {
    InventoryItem {
        external_id: key.external_id.clone(),
        version: stored.version.clone(),
        already_read: false,
    }
}
