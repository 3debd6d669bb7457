//! The directory of a host that makes a mistake.

use crate::double::Double;
use crate::mistake::Mistake;
use rollcall_kit::Host as _;
use rollcall_kit::model::{
    Change, Coverage, Diagnosis, DirectoryObject, InventoryItem, Key, Outcome, Removal, Scope,
};
use rollcall_kit::ports::Ticket;
use rollcall_kit::testing::Stored;

impl Double {
    pub(crate) fn listed(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InventoryItem>, Diagnosis> {
        let limit = if self.mistake == Mistake::ListsAnyNumber { limit.clamp(1, 10_000) } else { limit };
        let mut page = self.inner.list_inventory(resource_type, after, limit)?;
        match (self.mistake, after) {
            (Mistake::ListsAsUtf16, _) => {
                page.sort_by_key(|item| item.external_id.encode_utf16().collect::<Vec<_>>());
            }
            (Mistake::ListsFromAfterOn, Some(after)) => {
                let again = InventoryItem {
                    external_id: after.to_owned(),
                    version: "1".to_owned(),
                    already_read: false,
                };
                page.insert(0, again);
                page.pop();
            }
            _ => {}
        }
        Ok(page)
    }

    pub(crate) fn found(&self, keys: &[Key]) -> Result<Vec<Option<InventoryItem>>, Diagnosis> {
        let mut keys = keys.to_vec();
        match self.mistake {
            Mistake::FindsInOrderOfIds => keys.sort(),
            Mistake::FindsAnyNumber => keys.truncate(1000),
            _ => {}
        }
        let mut found = self.inner.find_inventory(&keys)?;
        let loses = match self.mistake {
            Mistake::LosesVersions => true,
            Mistake::ForgetsVersionsLater => 1 < self.n_syncs.get(),
            _ => false,
        };
        for item in found.iter_mut().flatten().filter(|_| loses) {
            item.version = String::new();
        }
        Ok(found)
    }

    pub(crate) fn begin_changes(&self, changes: Vec<Change>) -> Ticket {
        let mut changes: Vec<Change> = changes.into_iter().map(|change| self.changed(change)).collect();
        self.has_put.borrow_mut().extend(changes.iter().map(|change| change.key().clone()));
        if self.mistake == Mistake::AppliesAnyNumber && 1000 < changes.len() {
            let rest = changes.split_off(1000);
            self.inner.begin_apply(rest);
        }
        self.inner.begin_apply(changes)
    }

    /// A change as this host takes it: what becomes invalid is rejected.
    fn changed(&self, change: Change) -> Change {
        let Change::Put(object) = change else {
            if self.mistake == Mistake::RemovesInSync {
                let others =
                    self.inner.objects().clone().into_iter().filter(|(held, _)| held != change.key());
                let others = others.collect();
                self.inner.set_objects(others);
            }
            return change;
        };
        let DirectoryObject { key, mut version, mut document } = object;
        let is_repeated = self.has_put.borrow().contains(&key);
        let clears = document.contains("\"title\":null");
        let is_new_id = document.contains("\"unionId\":\"B\"");
        let of_part = |name: &str| self.mistake.promise() == name;
        let rejects = match self.mistake {
            Mistake::RejectsDepartments => key.resource_type == "Department",
            Mistake::RejectsRepeats => is_repeated && key.external_id == "twice",
            Mistake::RejectsWhatOnlyClears => clears,
            Mistake::RejectsEmptyDocuments => key.external_id.starts_with("merge: an empty"),
            _ => is_new_id && ["identity-1", "identity-2", "identity-3"].into_iter().any(of_part),
        };
        let mut key = key;
        match self.mistake {
            _ if rejects => document = "{".to_owned(),
            Mistake::TakesAnyKey if version.is_empty() => version = "1".to_owned(),
            Mistake::TakesAnyDocument => document = document.replace("1.5", "1"),
            Mistake::TakesDocumentsWithoutSchemas if key.external_id == "held: none" => {
                document = r#"{"externalId":"held: none","schemas":["urn:x"]}"#.to_owned();
            }
            _ => {}
        }
        if self.mistake == Mistake::TakesAnyKey && key.external_id.is_empty() {
            key = Key::new("User", "of nothing");
            document = document.replace("\"externalId\":\"\"", "\"externalId\":\"of nothing\"");
        }
        Change::Put(DirectoryObject { key, version, document })
    }

    pub(crate) fn take_changes(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis> {
        let mut outcomes = match self.inner.take_applied(ticket) {
            Err(_) if self.mistake == Mistake::TellsOutcomesTwice => return Ok(Vec::new()),
            other => other?,
        };
        match self.mistake {
            Mistake::TellsOutcomesBackwards if outcomes.len() == 3 => outcomes.rotate_left(1),
            Mistake::RemovesInSync => outcomes.iter_mut().for_each(|outcome| *outcome = Outcome::Applied),
            Mistake::HoldsWhatIsEqual | Mistake::HoldsClearings if 1 < self.n_syncs.get() => {
                outcomes.iter_mut().for_each(|outcome| *outcome = Outcome::Held);
            }
            _ => {}
        }
        Ok(outcomes)
    }

    pub(crate) fn open(&self, scope: &Scope) -> Result<(), Diagnosis> {
        let answer = self.inner.open_reading(scope);
        let is_first = self.n_opened.get() == 0;
        if answer.is_ok() {
            self.n_opened.set(self.n_opened.get() + 1);
        }
        match self.mistake {
            Mistake::OpensAnyScope if !scope.parts.is_empty() => Ok(()),
            Mistake::OpensTwice if !is_first && self.has_put.borrow().is_empty() => Ok(()),
            Mistake::OpensAfterPuts if !is_first => Ok(()),
            Mistake::OpensAfterAPut if !self.has_put.borrow().is_empty() => Ok(()),
            _ => answer,
        }
    }

    pub(crate) fn close(&self, coverage: Vec<Coverage>) -> Result<(), Diagnosis> {
        let n_lists: usize = coverage.iter().map(|covered| covered.containers.len()).sum();
        let (is_opened, is_closed) = (0 < self.n_opened.get(), 0 < self.n_closed.get());
        let answer = self.inner.close_reading(coverage);
        if answer.is_ok() {
            self.n_closed.set(self.n_closed.get() + 1);
        }
        match self.mistake {
            Mistake::ClosesUnopened if !is_opened => Ok(()),
            Mistake::ClosesTwice if is_closed => Ok(()),
            Mistake::CountsNoContainers if 100_000 < n_lists => Ok(()),
            _ => answer,
        }
    }

    pub(crate) fn remove(&self, removals: Vec<Removal>) -> Result<Vec<Outcome>, Diagnosis> {
        let keys: Vec<Key> = removals.iter().map(|removal| removal.key.clone()).collect();
        let before = self.inner.objects().clone();
        let answer = self.inner.remove_missing(removals);
        match (self.mistake, answer) {
            (Mistake::RemovesUnclosed, Err(_)) if self.n_closed.get() == 0 => Ok(Vec::new()),
            (Mistake::RemovesTwice, Err(_)) if 0 < self.n_closed.get() => Ok(Vec::new()),
            (Mistake::RemovesWithoutEvidence, Ok(outcomes)) => Ok(vec![Outcome::Applied; outcomes.len()]),
            (Mistake::HoldsRemovals, Ok(outcomes)) => Ok(vec![Outcome::Held; outcomes.len()]),
            (Mistake::ListsTheRemoved, Ok(outcomes)) => {
                let kept: Vec<(Key, Stored)> =
                    before.into_iter().filter(|(key, _)| keys.contains(key)).collect();
                let mut objects = self.inner.objects().clone();
                objects.extend(kept);
                self.inner.set_objects(objects);
                Ok(outcomes)
            }
            (_, answer) => answer,
        }
    }
}
