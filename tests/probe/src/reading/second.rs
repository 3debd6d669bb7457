//! The second reading of the same source: little changed, and some are gone.

use super::first::{self, CHANGED, CLEARED, GONE_CHILD, GONE_PARENT, GONE_PERSON, STAYS};
use super::inventory::ids;
use super::order::covered;
use super::{Expected, name_of, person, put, read, user};
use crate::promise::{Attempt, ensure, same};
use crate::trying::taken;
use crate::{Promise, Stand};
use rollcall_kit::model::{Key, Outcome, Removal, Scope, Summary};
use rollcall_kit::ports::Area;
use rollcall_rules::bounds::MAX_INVENTORY_PAGE;
use serde_json::json;

/// Who leaves: a person and two departments.
const N_REMOVED: u64 = 3;

/// Those who are put again, equal or not.
const N_PUT: u64 = 3;

const N_HELD: u64 = first::N_DEPARTMENTS + first::N_USERS;

pub(super) const EXPECTED: Expected = Expected {
    read: N_HELD - N_REMOVED,
    created: 0,
    updated: 2,
    unchanged: N_HELD - N_REMOVED - 2,
    rejected: 0,
    removed: N_REMOVED,
};

/// Whether the host holds what the first run leaves.
pub(super) fn is_second(stand: &Stand<'_>) -> bool {
    let found = stand.host.find_inventory(&[user(GONE_PERSON)]);
    found.is_ok_and(|found| found.iter().all(Option::is_some))
}

/// Everybody was read; those who were not put are unchanged.
pub(super) fn summary() -> Summary {
    Summary { unchanged: EXPECTED.read - N_PUT, ..read(EXPECTED.read) }
}

pub(super) const PROMISES: [Promise; 6] = [
    Promise {
        name: "versions-come-back",
        stands_at: "directory.wit, inventory-item",
        says: "the inventory has everybody whom the run before has put, with the version of the last put, and nobody who was rejected",
        attempt: versions_come_back,
    },
    Promise {
        name: "storage-is-kept",
        stands_at: "storage.wit, area.durable",
        says: "what the run before wrote in the area `durable` is there",
        attempt: |stand| {
            let found = taken("a get", stand.host.storage_get(Area::Durable, &["kept".to_owned()]))?;
            same("it", &found, &vec![Some("of the first run".to_owned())])
        },
    },
    Promise {
        name: "put-equal",
        stands_at: "directory.wit, outcome-status.applied; identity-source.wit, summary",
        says: "a put that changes nothing is applied, and counts as unchanged",
        attempt: |stand| {
            stand.apply_well(vec![put(
                &user(STAYS),
                "1",
                &json!({"externalId": STAYS, "displayName": STAYS}),
            )])
        },
    },
    Promise {
        name: "put-equal-then-cleared",
        stands_at: "README.md, Rules that types cannot say; identity-source.wit, summary",
        says: "an object that is put as it is and then cleared counts once, as updated",
        attempt: |stand| {
            stand.apply_well(vec![put(
                &user(CLEARED),
                "1",
                &person(CLEARED, &json!({"title": "Engineer"})),
            )])?;
            stand.apply_well(vec![put(
                &user(CLEARED),
                "2",
                &json!({"externalId": CLEARED, "title": null}),
            )])?;
            stand.apply_well(vec![put(&user(CHANGED), "2", &json!({"externalId": CHANGED, "title": "Lead"}))])
        },
    },
    Promise {
        name: "removals",
        stands_at: "directory.wit, remove-missing",
        says: "what a complete reading no longer found is removed, in whatever order it is named, with one outcome for each",
        attempt: removals,
    },
    Promise {
        name: "removed-is-gone",
        stands_at: "directory.wit, list-inventory",
        says: "removed objects are not in the inventory, and all others are",
        attempt: |stand| {
            let ids = ids(stand, MAX_INVENTORY_PAGE)?;
            ensure(!ids.iter().any(|id| id == GONE_PERSON), || format!("{GONE_PERSON:?} is listed"))?;
            let found = taken("finding", stand.host.find_inventory(&gone()))?;
            ensure(found.iter().all(Option::is_none), || "a removed object is found".to_owned())?;
            let n_people = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            same("how many people are listed", &n_people, &(first::N_USERS - 1))
        },
    },
];

fn versions_come_back(stand: &Stand<'_>) -> Attempt {
    // Before the first put, as in any run.
    taken("opening", stand.host.open_reading(&Scope::whole()))?;
    let ids = ids(stand, 500)?;
    let n_people = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    same("how many people are listed", &n_people, &first::N_USERS)?;
    let asked = [user(STAYS), user("cleared"), user("outcome 2"), Key::new("Department", "stays")];
    let found = taken("finding", stand.host.find_inventory(&asked))?;
    let versions: Vec<Option<&str>> =
        found.iter().map(|item| item.as_ref().map(|item| item.version.as_str())).collect();
    same("the versions", &versions, &vec![Some("1"), Some("2"), None, Some("1")])
}

/// Parents before children and departments before people, which is the wrong way round.
fn gone() -> Vec<Key> {
    let department = |id: &str| Key::new("Department", id);
    vec![department(GONE_PARENT), department(GONE_CHILD), user(GONE_PERSON)]
}

fn removals(stand: &Stand<'_>) -> Attempt {
    taken("closing", stand.host.close_reading(covered(first::N_DEPARTMENTS - 2, first::N_USERS - 1)))?;
    let removals = gone().into_iter().map(|key| Removal { key, evidence: "404: gone".to_owned() }).collect();
    let outcomes = taken("removing", stand.host.remove_missing(removals))?;
    let names: Vec<&str> = outcomes.iter().map(name_of).collect();
    same("what became of the three", &names, &vec![name_of(&Outcome::Applied); 3])
}
