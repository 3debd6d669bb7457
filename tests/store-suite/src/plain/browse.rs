//! What is looked up, by a look at everything.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use futures_util::stream;
use rollcall_browse::words::{Words, fold};
use rollcall_browse::{
    Browse, ChangeCount, ChangeFilter, Condition, EntryAbout, EntryCount, EntryFilter, HeldObject, Listed,
    ListedObject, Member, Members, Named, ObjectCount, ObjectNumber, ObjectQuery, OnceKnown, Outline, Page,
    RunFilter, Sifted, Snapshot, TrailStep, WholeObject, Within,
};
use rollcall_host::error::StoreError;
use rollcall_host::history::{ChangeRecord, History as _, Numbered, Run};
use rollcall_host::inbox::{EventFilter, Inbox as _, InboxEvent};
use rollcall_host::model::{Entry, Key, RunId, Severity, SourceName, Timestamp};
use rollcall_rules::vocabulary::resource_type::USER;

use super::conditions::holds;
use super::records::{has_change, has_entry, has_run, outcome, trail_run};
use super::{Object, PlainStore, number};

fn size(limit: u32) -> usize {
    usize::try_from(limit).unwrap()
}

fn cut<T>(items: Vec<T>, page: Page) -> Vec<T> {
    items.into_iter().skip(usize::try_from(page.offset).unwrap()).take(size(page.limit)).collect()
}

/// In order of what a search looks into, which begins with the name.
fn listed(mut objects: Vec<Object>, page: Page) -> Listed {
    objects.sort_by(|a, b| (&a.folded, a.number).cmp(&(&b.folded, b.number)));
    let total = number(objects.len());
    let items = cut(objects, page).into_iter().map(|object| ListedObject::from(object.whole)).collect();
    Listed { total, items }
}

impl PlainStore {
    /// The people in a department, in its order, each with whether they lead it.
    fn members(&self, source: &SourceName, department: &str) -> Vec<(Object, bool)> {
        let mut members = Vec::new();
        for person in self.objects_where(|object| object.is_person(source)) {
            let membership = person.features.memberships.iter().find(|one| one.department == department);
            if let Some((position, leads)) = membership.map(|one| (one.position, one.is_leader)) {
                members.push((position, person, leads));
            }
        }
        members.sort_by(|(a, one, _), (b, other, _)| {
            (a, fold(&one.features.name), one.number).cmp(&(b, fold(&other.features.name), other.number))
        });
        members.into_iter().map(|(_, person, leads)| (person, leads)).collect()
    }

    fn unplaced(&self, source: &SourceName) -> Vec<Object> {
        let outline = self.objects().outline(source);
        self.objects_where(|object| {
            object.is_person(source)
                && object.features.memberships.iter().all(|one| outline.department(&one.department).is_none())
        })
    }

    async fn all_changes(&self, run: &RunId) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        self.stores.changes(run, None, u32::MAX).await
    }

    async fn all_entries(&self, run: &RunId) -> Result<Vec<Numbered<Entry>>, StoreError> {
        self.stores.entries(run, Severity::Info, None, u32::MAX).await
    }

    /// The runs of a source, newest first.
    async fn all_runs(&self, source: &SourceName) -> Result<Vec<Run>, StoreError> {
        self.stores.runs(source, None, u32::MAX).await
    }
}

#[async_trait]
impl Browse for PlainStore {
    async fn search(
        &self,
        source: Option<&SourceName>,
        query: &ObjectQuery,
        page: Page,
    ) -> Result<Listed, StoreError> {
        let words = Words::of(&query.text);
        let objects = self.objects_where(|object| {
            source.is_none_or(|source| object.whole.source == *source)
                && query.resource_type.as_ref().is_none_or(|wanted| object.whole.key.resource_type == *wanted)
                && query.departed.is_none_or(|departed| object.whole.held.departed == departed)
                && words.are_in(&object.folded)
        });
        Ok(listed(objects, page))
    }

    async fn object(&self, source: &SourceName, key: &Key) -> Result<Option<WholeObject>, StoreError> {
        let found = self.objects_where(|object| object.whole.source == *source && object.whole.key == *key);
        Ok(found.into_iter().next().map(|object| object.whole))
    }

    async fn is_held(&self, source: &SourceName) -> Result<bool, StoreError> {
        Ok(!self.objects_where(|object| object.whole.source == *source).is_empty())
    }

    async fn differing_in_case(&self, source: &SourceName, key: &Key) -> Result<Vec<String>, StoreError> {
        let found = self.objects_where(|object| object.is_of(source, &key.resource_type));
        let ids = found.into_iter().map(|object| object.whole.key.external_id);
        let differs = |id: &String| *id != key.external_id && fold(id) == fold(&key.external_id);
        let mut ids: Vec<_> = ids.filter(differs).collect();
        ids.sort();
        ids.truncate(20);
        Ok(ids)
    }

    async fn tenures(&self, source: &SourceName) -> Result<BTreeMap<Key, u64>, StoreError> {
        let found = self.objects_where(|object| object.whole.source == *source && object.whole.tenure != 0);
        Ok(found.into_iter().map(|object| (object.whole.key, object.whole.tenure)).collect())
    }

    async fn object_counts(&self, source: &SourceName) -> Result<Vec<ObjectCount>, StoreError> {
        let mut counts: BTreeMap<String, [u64; 2]> = BTreeMap::new();
        for object in self.objects_where(|object| object.whole.source == *source) {
            let count = counts.entry(object.whole.key.resource_type).or_default();
            count[usize::from(object.whole.held.departed)] += 1;
        }
        let count = |(resource_type, [n_present, n_departed]): (String, [u64; 2])| ObjectCount {
            resource_type,
            n_present,
            n_departed,
        };
        Ok(counts.into_iter().map(count).collect())
    }

    async fn sift(
        &self,
        resource_type: &str,
        within: &Within,
        condition: &Condition,
        page: Page,
    ) -> Result<Sifted, StoreError> {
        let mut objects = self.objects_where(|object| {
            within.has(&object.whole.source)
                && object.whole.key.resource_type == resource_type
                && holds(condition, object) != Some(false)
        });
        objects.sort_by(|a, b| (&a.whole.source, a.number).cmp(&(&b.whole.source, b.number)));
        let found = |object: &Object| (ObjectNumber(object.number), holds(condition, object).is_some());
        let found: Vec<_> = objects.iter().map(found).collect();
        if found.iter().any(|(_, is_certain)| !is_certain) {
            return Ok(Sifted::All(found));
        }
        let numbers: Vec<_> = found.into_iter().map(|(number, _)| number).collect();
        Ok(Sifted::Page { total: number(numbers.len()), objects: cut(numbers, page) })
    }

    async fn objects_numbered(
        &self,
        numbers: Vec<ObjectNumber>,
    ) -> Result<Vec<Option<WholeObject>>, StoreError> {
        let find = |ObjectNumber(wanted)| {
            self.objects_where(|object| object.number == wanted).into_iter().next().map(|object| object.whole)
        };
        Ok(numbers.into_iter().map(find).collect())
    }

    async fn outline(&self, source: &SourceName) -> Result<Arc<Outline>, StoreError> {
        Ok(self.objects().outline(source))
    }

    async fn people_named(
        &self,
        source: &SourceName,
        ids: Vec<String>,
    ) -> Result<BTreeMap<String, Named>, StoreError> {
        let people = self.objects_where(|object| {
            object.is_of(source, USER) && ids.contains(&object.whole.key.external_id)
        });
        let named = |person: Object| {
            (
                person.whole.key.external_id,
                Named { name: person.features.name, departed: person.whole.held.departed },
            )
        };
        Ok(people.into_iter().map(named).collect())
    }

    async fn people_of(
        &self,
        source: &SourceName,
        department: Option<&str>,
        page: Page,
    ) -> Result<Listed, StoreError> {
        let Some(department) = department else { return Ok(listed(self.unplaced(source), page)) };
        let members = self.members(source, department);
        let total = number(members.len());
        let item = |(person, leads): (Object, bool)| ListedObject {
            leader: Some(leads),
            ..ListedObject::from(person.whole)
        };
        Ok(Listed { total, items: cut(members, page).into_iter().map(item).collect() })
    }

    async fn members_of(
        &self,
        source: &SourceName,
        department: &str,
        page: Page,
    ) -> Result<Members, StoreError> {
        let members = self.members(source, department);
        let total = number(members.len());
        let member = |(person, _): (Object, bool)| Member {
            external_id: person.whole.key.external_id,
            name: person.features.name,
        };
        Ok(Members { total, items: cut(members, page).into_iter().map(member).collect() })
    }

    async fn runs_where(
        &self,
        filter: &RunFilter,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let state = self.stores.state();
        let older = state.runs.iter().take_while(|run| before.is_none_or(|before| run.id != *before));
        let mut runs: Vec<_> = older.filter(|run| has_run(filter, run)).cloned().collect();
        runs.reverse();
        runs.truncate(size(limit));
        Ok(runs)
    }

    async fn changes_where(
        &self,
        run: &RunId,
        filter: &ChangeFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        let mut changes = self.all_changes(run).await?;
        changes.retain(|change| after < Some(change.number) && has_change(filter, &change.item));
        changes.truncate(size(limit));
        Ok(changes)
    }

    async fn change_counts(&self, run: &RunId) -> Result<Vec<ChangeCount>, StoreError> {
        let mut counts = BTreeMap::new();
        for Numbered { item, .. } in self.all_changes(run).await? {
            let (outcome, action, resource_type) =
                (outcome(&item), item.action, item.key.resource_type.clone());
            // What is held comes behind what was refused.
            let kind = (resource_type.clone(), action.as_str(), item.refusal.is_some(), item.is_held());
            counts.entry(kind).or_insert(ChangeCount { resource_type, action, outcome, n: 0 }).n += 1;
        }
        Ok(counts.into_values().collect())
    }

    async fn entries_where(
        &self,
        run: &RunId,
        filter: &EntryFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError> {
        let mut entries = self.all_entries(run).await?;
        entries.retain(|entry| after < Some(entry.number) && has_entry(filter, &entry.item));
        entries.truncate(size(limit));
        Ok(entries)
    }

    async fn entry_counts(&self, run: &RunId) -> Result<Vec<EntryCount>, StoreError> {
        let mut counts: BTreeMap<_, u64> = BTreeMap::new();
        for Numbered { item, .. } in self.all_entries(run).await? {
            *counts.entry((item.severity, item.diagnosis.code)).or_default() += 1;
        }
        let count = |((severity, code), n)| EntryCount { severity, code, n };
        let mut counts: Vec<_> = counts.into_iter().map(count).collect();
        counts.sort_by(|a, b| (b.severity, b.n, &a.code).cmp(&(a.severity, a.n, &b.code)));
        Ok(counts)
    }

    async fn trail(
        &self,
        source: &SourceName,
        key: &Key,
        before: Option<(RunId, u64)>,
        limit: u32,
    ) -> Result<Vec<TrailStep>, StoreError> {
        let mut steps = Vec::new();
        for run in self.all_runs(source).await? {
            for change in self.all_changes(&run.id).await?.into_iter().rev() {
                if change.item.key == *key {
                    steps.push(TrailStep { run: trail_run(&run), change });
                }
            }
        }
        let is_it = |step: &TrailStep| {
            before.as_ref().is_some_and(|(run, number)| step.run.id == *run && step.change.number == *number)
        };
        let start = steps.iter().position(is_it).map_or(0, |place| place + 1);
        Ok(steps.into_iter().skip(start).take(size(limit)).collect())
    }

    async fn entries_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<EntryAbout>, StoreError> {
        let mut about = Vec::new();
        for Run { id, started_at, .. } in self.all_runs(source).await? {
            for entry in self.all_entries(&id).await?.into_iter().rev() {
                if entry.item.subject.as_ref() == Some(key) {
                    about.push(EntryAbout { run: id.clone(), started_at, entry });
                }
            }
        }
        about.truncate(size(limit));
        Ok(about)
    }

    async fn events_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        let everything = EventFilter { state: None, run: None };
        let mut events = self.stores.events(source, &everything, None, u32::MAX).await?;
        events.retain(|event| event.event.subjects.contains(key));
        events.truncate(size(limit));
        Ok(events)
    }

    async fn once_known(
        &self,
        source: Option<&SourceName>,
        text: &str,
        limit: u32,
    ) -> Result<Vec<OnceKnown>, StoreError> {
        let mut known = self.not_held(source, &Words::of(text));
        known.truncate(size(limit));
        Ok(known)
    }

    async fn sources(&self) -> Result<Vec<String>, StoreError> {
        let state = self.stores.state();
        let held = state.objects.keys().map(|(source, _)| source);
        let known = held.chain(state.runs.iter().map(|run| &run.source)).chain(state.following.keys());
        let mut names: Vec<_> = known.map(|source| source.as_str().to_owned()).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    async fn last_moment(&self) -> Result<Timestamp, StoreError> {
        Ok(Timestamp::from_unix_ms(self.objects().last_ms))
    }

    fn snapshot(&self, source: &SourceName, resource_types: &[&str], page: u32) -> Snapshot {
        let mut pages = Vec::new();
        for resource_type in resource_types {
            let mut objects = self.objects_where(|object| object.is_of(source, resource_type));
            objects.sort_by(|a, b| a.whole.key.cmp(&b.whole.key));
            let objects: Vec<_> = objects
                .into_iter()
                .map(|object| HeldObject { key: object.whole.key, held: object.whole.held })
                .collect();
            pages.extend(objects.chunks(size(page)).map(|page| Ok(page.to_vec())));
        }
        Snapshot::of(stream::iter(pages))
    }
}
