//! The first reading of a source: everything is new.

use super::order::{BEGINNING, END, removed_in_sync};
use super::{Expected, department, inventory, name_of, object, person, put, put_text, read, user};
use crate::promise::{Attempt, ensure, same};
use crate::trying::{refused, taken};
use crate::{Promise, Stand};
use rollcall_kit::model::{Change, Clearing, Diagnosis, Key, Outcome, Summary};
use rollcall_kit::ports::Area;
use rollcall_rules::bounds::{MAX_CHANGES, MAX_CLEARING_DOCUMENT_BYTES, MAX_CLEARING_KEYS};
use rollcall_rules::vocabulary::schema;
use serde_json::json;

/// In the order of the bytes of UTF-8. In UTF-16 the second of the last two comes first; a database may ignore case.
pub(super) const IN_ORDER: [&str; 6] =
    ["order B", "order a", "order b", "order é", "order \u{fffd}", "order \u{10000}"];

/// Somebody who stays.
pub(super) const STAYS: &str = "order a";
/// Somebody else who stays.
pub(super) const STAYS_TOO: &str = "order b";

/// Changed by the second run, with a title.
pub(super) const CHANGED: &str = "changed";

/// Cleared by the second run, with a title.
pub(super) const CLEARED: &str = "cleared later";

/// Removed by the second run, and of which department.
pub(super) const GONE_PERSON: &str = "gone";
/// The department above the next.
pub(super) const GONE_PARENT: &str = "gone parent";
/// The department of whoever is gone.
pub(super) const GONE_CHILD: &str = "gone child";

/// Departments held at the end: one stays.
pub(super) const N_DEPARTMENTS: u64 = 3;

/// People held at the end: those in order, a thousand at once, two whom the second run changes, one who is gone then, one put
/// twice, one put and cleared, two beside one who was rejected.
pub(super) const N_USERS: u64 = 6 + 1000 + 2 + 1 + 1 + 1 + 2;

/// Objects that are rejected: one between two others, and six whose key or version is none.
const N_REJECTED: u64 = 1 + 6;

pub(super) const EXPECTED: Expected = Expected {
    read: N_DEPARTMENTS + N_USERS + N_REJECTED,
    created: N_DEPARTMENTS + N_USERS,
    updated: 0,
    unchanged: 0,
    rejected: N_REJECTED,
    removed: 0,
};

pub(super) fn summary() -> Summary {
    read(EXPECTED.read)
}

pub(super) fn promises() -> Vec<Promise> {
    [&BEGINNING, PUTS.as_slice(), &inventory::PROMISES, CLEARINGS.as_slice(), &END].concat()
}

const PUTS: [Promise; 10] = [
    Promise {
        name: "puts",
        stands_at: "directory.wit, begin-apply, take-applied",
        says: "an object that keeps the contract is applied, departments and people alike",
        attempt: puts,
    },
    Promise {
        name: "apply-bound",
        stands_at: "directory.wit, begin-apply",
        says: "1000 changes are applied at once; of more none is applied, and taking them fails",
        attempt: apply_bound,
    },
    Promise {
        name: "outcome-order",
        stands_at: "directory.wit, take-applied",
        says: "outcomes come in the order of the changes, and a rejected one stops no other",
        attempt: outcome_order,
    },
    Promise {
        name: "keys-and-versions",
        stands_at: "model.wit, key, directory-object.version",
        says: "a put whose key or version is none is rejected",
        attempt: keys_and_versions,
    },
    Promise {
        name: "removal-in-sync",
        stands_at: "directory.wit, begin-apply",
        says: "`remove` in `sync` is rejected",
        attempt: |stand| removed_in_sync(stand, STAYS),
    },
    Promise {
        name: "put-twice",
        stands_at: "model.wit, change; README.md, Rules that types cannot say",
        says: "applying a change twice is harmless, and the object counts once",
        attempt: |stand| {
            let change = put(&user("twice"), "1", &person("twice", &json!({"title": "a"})));
            stand.apply_well(vec![change.clone(), change.clone()])?;
            stand.apply_well(vec![change])
        },
    },
    Promise {
        name: "put-then-cleared",
        stands_at: "README.md, Rules that types cannot say; identity-source.wit, summary",
        says: "an object that is put and then cleared is applied both times, and counts once, as created",
        attempt: |stand| {
            stand.apply_well(vec![put(&user("cleared"), "1", &person("cleared", &json!({"title": "a"})))])?;
            stand.apply_well(vec![put(
                &user("cleared"),
                "2",
                &json!({"externalId": "cleared", "title": null}),
            )])
        },
    },
    Promise {
        name: "applied-taken-once",
        stands_at: "directory.wit, take-applied",
        says: "outcomes are taken once, when `wait` has named their ticket; any other ticket fails",
        attempt: applied_taken_once,
    },
    Promise {
        name: "put-is-held",
        stands_at: "directory.wit, inventory-item",
        says: "what was put is held, with the version that it was put with; what was rejected is not",
        attempt: put_is_held,
    },
    Promise {
        name: "durable-storage",
        stands_at: "storage.wit, area.durable",
        says: "what is written in the area `durable` is kept for the next run",
        attempt: |stand| {
            let entry = ("kept".to_owned(), Some("of the first run".to_owned()));
            taken("a write", stand.host.storage_write(Area::Durable, vec![entry]))
        },
    },
];

const CLEARINGS: [Promise; 1] = [Promise {
    name: "clearings-bound",
    stands_at: "directory.wit, propose-clearings, clearing",
    says: "a clearing has 1000 keys at most, a name of 1 to 64 bytes and a document of at most 1 KiB without `externalId`: another fails, and whoever holds nothing of it is passed over",
    attempt: clearings,
}];

fn puts(stand: &Stand<'_>) -> Attempt {
    let department = |id: &str, above: Option<&str>| {
        let parent = above.map(|id| json!({ "value": id }));
        put(&Key::new("Department", id), "1", &department(id, &json!({"displayName": id, "parent": parent})))
    };
    stand.apply_well(vec![
        department("stays", None),
        department(GONE_PARENT, None),
        department(GONE_CHILD, Some(GONE_PARENT)),
    ])?;
    let within = |id: &str, department: &str| {
        let place = json!({"departments": [{"value": department, "primary": true, "order": "1"}]});
        let document = object(
            id,
            &[schema::USER, schema::ORGANISATION_USER],
            &json!({"displayName": id, (schema::ORGANISATION_USER): place}),
        );
        put(&user(id), "1", &document)
    };
    let mut people: Vec<Change> = IN_ORDER.iter().map(|id| within(id, "stays")).collect();
    people.push(within(GONE_PERSON, GONE_CHILD));
    for id in [CHANGED, CLEARED] {
        people.push(put(&user(id), "1", &person(id, &json!({"title": "Engineer"}))));
    }
    stand.apply_well(people)
}

fn apply_bound(stand: &Stand<'_>) -> Attempt {
    let many = |n: usize, word: &str| {
        let id = |n: usize| format!("{word} {n:04}");
        (0..n).map(|n| put(&user(&id(n)), "1", &person(&id(n), &json!({})))).collect::<Vec<_>>()
    };
    refused("taking 1001 changes", stand.apply(many(MAX_CHANGES + 1, "beyond"))?)?;
    let held = taken("finding", stand.host.find_inventory(&[user("beyond 0000"), user("beyond 1000")]))?;
    ensure(held.iter().all(Option::is_none), || "some of them were applied".to_owned())?;
    stand.apply_well(many(MAX_CHANGES, "at once"))
}

fn outcome_order(stand: &Stand<'_>) -> Attempt {
    let good = |id: &str| put(&user(id), "1", &person(id, &json!({})));
    let bad = put_text(&user("outcome 2"), "1", "{".to_owned());
    let outcomes = taken("taking", stand.apply(vec![good("outcome 1"), bad, good("outcome 3")])?)?;
    let names: Vec<&str> = outcomes.iter().map(name_of).collect();
    same("what became of them", &names, &vec!["applied", "rejected", "applied"])
}

fn keys_and_versions(stand: &Stand<'_>) -> Attempt {
    let of = |key: Key, version: &str| {
        let document = person(&key.external_id, &json!({}));
        put(&key, version, &document)
    };
    let wrong = [
        ("an external id of nothing", of(user(""), "1")),
        ("an external id of 257 bytes", of(user(&"i".repeat(257)), "1")),
        ("a resource type that is not the connector's", of(Key::new("Group", "1"), "1")),
        ("a version of nothing", of(user("version 1"), "")),
        ("a version of 129 bytes", of(user("version 2"), &"v".repeat(129))),
        ("a version that is not ASCII", of(user("version 3"), "é")),
    ];
    for (what, change) in wrong {
        let outcome = stand.apply_one(change)?;
        let is_rejected = matches!(outcome, Outcome::Rejected(_));
        ensure(is_rejected, || format!("a put with {what} was {}", name_of(&outcome)))?;
    }
    Ok(())
}

fn applied_taken_once(stand: &Stand<'_>) -> Attempt {
    let again = || vec![put(&user("twice"), "1", &person("twice", &json!({"title": "a"})))];
    let ticket = stand.host.begin_apply(again());
    stand.wait_for(&[ticket])?;
    taken("taking", stand.host.take_applied(ticket))?;
    refused("taking again", stand.host.take_applied(ticket))?;
    refused("taking a ticket that was never given", stand.host.take_applied(u32::MAX))?;
    let timer = stand.host.begin_timer(0);
    stand.wait_for(&[timer])?;
    refused("taking the ticket of a timer", stand.host.take_applied(timer))
}

fn put_is_held(stand: &Stand<'_>) -> Attempt {
    let found =
        taken("finding", stand.host.find_inventory(&[user(STAYS), user("cleared"), user("outcome 2")]))?;
    let held: Vec<Option<(&str, bool)>> = found
        .iter()
        .map(|item| item.as_ref().map(|item| (item.version.as_str(), item.already_read)))
        .collect();
    same("version and `already-read`", &held, &vec![Some(("1", false)), Some(("2", false)), None])
}

/// Nobody here has the attribute, so that nothing waits for a person.
fn clearings(stand: &Stand<'_>) -> Attempt {
    let of = |attribute: &str, document: String, keys: Vec<Key>| {
        let reason = Diagnosis::new("unproven", "the probe does not know", "the probe does not know");
        stand.host.propose_clearings(vec![Clearing {
            attribute: attribute.to_owned(),
            document,
            keys,
            reason,
        }])
    };
    let document = || json!({"nickName": null}).to_string();
    let keys = |n: usize| (0..n).map(|n| user(&n.to_string())).collect::<Vec<_>>();
    let large = json!({"x".repeat(MAX_CLEARING_DOCUMENT_BYTES): null}).to_string();
    refused("a clearing of 1001 keys", of("nickname", document(), keys(MAX_CLEARING_KEYS + 1)))?;
    refused("a name of nothing", of("", document(), keys(1)))?;
    refused("a name of 65 bytes", of(&"n".repeat(65), document(), keys(1)))?;
    refused("a document of more than 1 KiB", of("nickname", large, keys(1)))?;
    refused("a document that is none", of("nickname", "[]".to_owned(), keys(1)))?;
    let named = json!({"externalId": "1", "nickName": null}).to_string();
    refused("a document with `externalId`", of("nickname", named, keys(1)))?;
    refused("a key of no resource type", of("nickname", document(), vec![Key::new("Group", "1")]))?;
    taken("a clearing of what nobody has", of("nickname", document(), vec![user(STAYS)]))
}
