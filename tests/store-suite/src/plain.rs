//! A store in memory that answers everything in the plain, slow way: a second implementation of all that a store promises, to
//! which the one in SQLite is held by the same tests.
//!
//! Not here: that an object is told otherwise because of others (`WholeObject::modified_at`); it is modified when it changes.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use rollcall_browse::features::{Features, Membership};
use rollcall_browse::{Numbers, OtherDepartment, Outline, Placed, WholeObject};
use rollcall_host::directory::{Action, Directory, Held, Holding, Stored, Write};
use rollcall_host::error::StoreError;
use rollcall_host::model::{Key, RunId, SourceName, Timestamp};
use rollcall_host::testing::MemoryStore;
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

mod browse;
mod conditions;
mod delegated;
mod records;

/// The stores of the runtime in memory, and what is looked up in them.
#[derive(Default)]
pub(crate) struct PlainStore {
    stores: MemoryStore,
    objects: Mutex<Objects>,
}

impl fmt::Debug for PlainStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlainStore").finish_non_exhaustive()
    }
}

/// Everything that is held, in the order of creation.
#[derive(Default)]
struct Objects {
    held: Vec<Object>,
    n_created: i64,
    /// The moment of the last write, in ms.
    last_ms: i64,
}

/// One object, and what a list shows of it.
#[derive(Clone)]
struct Object {
    number: i64,
    whole: WholeObject,
    features: Features,
    /// What a search looks into.
    folded: String,
}

impl PlainStore {
    fn objects(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those for which this holds.
    fn objects_where(&self, holds: impl Fn(&Object) -> bool) -> Vec<Object> {
        self.objects().held.iter().filter(|object| holds(object)).cloned().collect()
    }
}

impl Object {
    fn is_of(&self, source: &SourceName, resource_type: &str) -> bool {
        self.whole.source == *source && self.whole.key.resource_type == resource_type
    }

    /// Somebody at the source.
    fn is_person(&self, source: &SourceName) -> bool {
        self.is_of(source, USER) && !self.whole.held.departed
    }
}

impl Objects {
    fn write(&mut self, source: &SourceName, run: &RunId, writes: &[Write]) {
        self.last_ms += 1;
        let mut given_away = Vec::new();
        for write in writes {
            let place =
                self.held.iter().position(|one| one.whole.source == *source && one.whole.key == write.key);
            let before = place.map(|place| self.held.remove(place));
            match &write.after {
                None => given_away.push(&write.key),
                Some(document) => {
                    let departed = write.action == Action::Deactivated;
                    let held = Held { version: write.version.clone(), document: document.clone(), departed };
                    let tenure =
                        if given_away.contains(&&write.key) { run.as_str().parse().unwrap() } else { 0 };
                    let whole = self.whole(source, run, &write.key, held, tenure, before.as_ref());
                    self.hold(before.map(|before| before.number), whole);
                }
            }
        }
    }

    /// The object as it is from now on, with what stays of what it was.
    fn whole(
        &self,
        source: &SourceName,
        run: &RunId,
        key: &Key,
        held: Held,
        tenure: u64,
        before: Option<&Object>,
    ) -> WholeObject {
        let now = Timestamp::from_unix_ms(self.last_ms);
        let before = before.map(|before| &before.whole);
        let is_changed = before.is_none_or(|before| {
            before.held.document != held.document || before.held.departed != held.departed
        });
        let since =
            |moment: fn(&WholeObject) -> Timestamp| before.filter(|_| !is_changed).map_or(now, moment);
        WholeObject {
            source: source.clone(),
            key: key.clone(),
            departed_at: held.departed.then(|| since(|before| before.changed_at)),
            created_at: before.map_or(now, |before| before.created_at),
            changed_at: since(|before| before.changed_at),
            modified_at: since(|before| before.modified_at),
            first_run: before.map_or_else(|| run.clone(), |before| before.first_run.clone()),
            last_run: run.clone(),
            tenure: before.map_or(tenure, |before| before.tenure),
            held,
        }
    }

    /// Under the number that it had, or else the next.
    fn hold(&mut self, number: Option<i64>, whole: WholeObject) {
        let number = number.unwrap_or_else(|| {
            self.n_created += 1;
            self.n_created
        });
        let features = Features::of(&whole.key.external_id, &whole.held.document);
        let folded = features.folded(&whole.key.external_id);
        self.held.push(Object { number, whole, features, folded });
        self.held.sort_by_key(|object| object.number);
    }

    fn outline(&self, source: &SourceName) -> Arc<Outline> {
        let people: Vec<_> = self.held.iter().filter(|object| object.is_person(source)).collect();
        let departments: Vec<_> = self
            .held
            .iter()
            .filter(|object| object.is_of(source, DEPARTMENT) && !object.whole.held.departed)
            .collect();
        let is_held = |id: &str| departments.iter().any(|object| object.whole.key.external_id == id);
        let is_placed = |person: &&&Object| {
            person.features.memberships.iter().any(|membership| is_held(&membership.department))
        };
        let n_departed =
            self.held.iter().filter(|object| object.is_of(source, USER) && object.whole.held.departed);
        let numbers = Numbers {
            n_people: number(people.len()),
            n_departed: number(n_departed.count()),
            n_without_department: number(people.len() - people.iter().filter(is_placed).count()),
        };
        let placed = departments.iter().map(|object| Placed {
            external_id: object.whole.key.external_id.clone(),
            name: object.features.name.clone(),
            parent: object.features.parent.clone(),
            position: object.features.position,
        });
        let members = |id: &str| {
            let of = people
                .iter()
                .filter(|person| person.features.memberships.iter().any(|one| one.department == id));
            let of: Vec<_> = of.collect();
            [of.len(), of.iter().filter(|person| person.features.memberships.len() == 1).count()].map(number)
        };
        let members: Vec<_> = departments
            .iter()
            .map(|object| (object.whole.key.external_id.clone(), members(&object.whole.key.external_id)))
            .collect();
        let shared: Vec<_> = people
            .iter()
            .filter(|person| 1 < person.features.memberships.len())
            .flat_map(|object| {
                let person = object.number;
                let share =
                    move |one: &Membership| OtherDepartment { person, department: one.department.clone() };
                object.features.memberships.iter().map(share)
            })
            .collect();
        Arc::new(Outline::of(numbers, placed.collect(), &members, &shared))
    }
}

fn number(n: usize) -> u64 {
    u64::try_from(n).unwrap()
}

#[async_trait]
impl Directory for PlainStore {
    async fn holdings(
        &self,
        source: &SourceName,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, StoreError> {
        self.stores.holdings(source, resource_type, after, limit).await
    }

    async fn load(&self, source: &SourceName, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError> {
        self.stores.load(source, keys).await
    }

    async fn store(
        &self,
        source: &SourceName,
        run: &RunId,
        writes: &[Write],
    ) -> Result<Vec<Stored>, StoreError> {
        let stored = Directory::store(&self.stores, source, run, writes).await?;
        self.objects().write(source, run, writes);
        Ok(stored)
    }
}
