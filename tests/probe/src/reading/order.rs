//! In which order a reading is opened, closed and followed by removals, and what each of these takes.

use super::{person, put, user};
use crate::promise::{Attempt, ensure};
use crate::trying::{refused, taken};
use crate::{Promise, Stand};
use rollcall_kit::model::{Change, Container, Coverage, Key, Outcome, Removal, Scope};
use rollcall_rules::bounds::{
    MAX_CHECKPOINT_BYTES, MAX_CHECKPOINT_KEYS, MAX_CONTAINERS, MAX_REMOVALS, MAX_SCOPE_PARTS,
};
use serde_json::json;

/// In a run of its own, because the reading must not be open.
pub(super) const OPENED_BEFORE_PUTS: Promise = Promise {
    name: "open-after-put",
    stands_at: "directory.wit, open-reading",
    says: "in `sync` a reading is opened before the first put: after it, opening fails",
    attempt: |stand| {
        stand.apply_well(vec![put(&user("put first"), "1", &person("put first", &json!({})))])?;
        refused("opening after a put", stand.host.open_reading(&Scope::whole()))
    },
};

/// Before the first put.
pub(super) const BEGINNING: [Promise; 4] = [
    Promise {
        name: "close-before-open",
        stands_at: "directory.wit, close-reading",
        says: "closing a reading fails before it was opened",
        attempt: |stand| refused("closing before opening", stand.host.close_reading(covered(0, 0))),
    },
    Promise {
        name: "remove-before-close",
        stands_at: "directory.wit, remove-missing",
        says: "removing what is missing fails before the reading was closed",
        attempt: |stand| refused("removing before closing", stand.host.remove_missing(Vec::new())),
    },
    Promise {
        name: "scope-bound",
        stands_at: "directory.wit, scope",
        says: "a scope has at most 10,000 parts, each a key of the connector's: with another, opening fails",
        attempt: |stand| {
            let parts = |keys: Vec<Key>| Scope { whole: false, parts: keys };
            let many = (0..=MAX_SCOPE_PARTS).map(|n| user(&n.to_string())).collect();
            refused("a scope of 10,001 parts", stand.host.open_reading(&parts(many)))?;
            refused(
                "a scope with a key of no resource type",
                stand.host.open_reading(&parts(vec![Key::new("Group", "1")])),
            )
        },
    },
    Promise {
        name: "opened-once",
        stands_at: "directory.wit, open-reading",
        says: "in `sync` a reading is opened once: the second time fails",
        attempt: |stand| {
            taken("opening", stand.host.open_reading(&Scope::whole()))?;
            refused("opening again", stand.host.open_reading(&Scope::whole()))?;
            refused("removing in a reading that is open", stand.host.remove_missing(Vec::new()))
        },
    },
];

/// After the last put.
pub(super) const END: [Promise; 6] = [
    Promise {
        name: "opened-before-puts",
        stands_at: "directory.wit, open-reading",
        says: "opening fails after puts, whatever was opened before",
        attempt: |stand| refused("opening after puts", stand.host.open_reading(&Scope::whole())),
    },
    Promise {
        name: "checkpoint-bound",
        stands_at: "directory.wit, save-checkpoint",
        says: "a checkpoint has at most 1 MiB of state and 10,000 unchanged keys, each a key of the connector's: another fails",
        attempt: checkpoints,
    },
    Promise {
        name: "containers-bound",
        stands_at: "directory.wit, coverage",
        says: "a reading has at most 100,000 containers, and a resource type once: with more, closing fails",
        attempt: containers,
    },
    Promise {
        name: "closed-once",
        stands_at: "directory.wit, close-reading",
        says: "a reading is closed once: the second time fails",
        attempt: |stand| {
            taken(
                "closing",
                stand.host.close_reading(covered(super::first::N_DEPARTMENTS, super::first::N_USERS)),
            )?;
            refused("closing again", stand.host.close_reading(covered(0, 0)))
        },
    },
    Promise {
        name: "removals-that-are-rejected",
        stands_at: "directory.wit, remove-missing; model.wit, removal.evidence",
        says: "a removal without evidence is rejected, one with more than 1 KiB of it, and that of an object which this run has put",
        attempt: removals,
    },
    Promise {
        name: "removed-once",
        stands_at: "directory.wit, remove-missing",
        says: "removing what is missing fails the second time: the host weighs the whole",
        attempt: |stand| refused("removing a second time", stand.host.remove_missing(Vec::new())),
    },
];

/// So many departments and people, from one list each.
pub(super) fn covered(n_departments: u64, n_users: u64) -> Vec<Coverage> {
    let of = |resource_type: &str, n: u64| Coverage {
        resource_type: resource_type.to_owned(),
        read: n,
        expected: None,
        containers: Vec::new(),
    };
    vec![of("Department", n_departments), of("User", n_users)]
}

fn checkpoints(stand: &Stand<'_>) -> Attempt {
    let keys = |n: usize| (0..n).map(|n| user(&n.to_string())).collect::<Vec<_>>();
    let save = |n_bytes: usize, unchanged| stand.host.save_checkpoint(&"s".repeat(n_bytes), unchanged);
    refused("a checkpoint of 1 MiB and a byte", save(MAX_CHECKPOINT_BYTES + 1, Vec::new()))?;
    refused("a checkpoint of 10,001 keys", save(1, keys(MAX_CHECKPOINT_KEYS + 1)))?;
    refused("a checkpoint with a key of no resource type", save(1, vec![Key::new("Group", "1")]))?;
    taken("a checkpoint of 1 MiB", save(MAX_CHECKPOINT_BYTES, Vec::new()))
}

fn containers(stand: &Stand<'_>) -> Attempt {
    let list = |n: usize| Container {
        key: Key::new("Department", n.to_string()),
        closed: true,
        listed: 0,
        expected: None,
    };
    let mut many = covered(0, 0);
    if let Some(first) = many.first_mut() {
        first.containers = (0..=MAX_CONTAINERS).map(list).collect();
    }
    refused("closing with 100,001 containers", stand.host.close_reading(many))?;
    let twice = [covered(0, 0), covered(0, 0)].concat();
    refused("closing with each resource type twice", stand.host.close_reading(twice))
}

fn removals(stand: &Stand<'_>) -> Attempt {
    let removal = |id: &str, evidence: &str| Removal { key: user(id), evidence: evidence.to_owned() };
    let many = (0..=MAX_REMOVALS).map(|n| removal(&n.to_string(), "404: gone")).collect();
    refused("100,001 removals", stand.host.remove_missing(many))?;
    let three = vec![
        removal(super::first::STAYS, ""),
        removal(super::first::STAYS_TOO, "404: gone"),
        removal("nobody", &"e".repeat(1025)),
    ];
    let n_three = three.len();
    let outcomes = taken("removals", stand.host.remove_missing(three))?;
    ensure(outcomes.len() == n_three, || format!("{n_three} removals had {} outcomes", outcomes.len()))?;
    for (outcome, what) in
        outcomes.iter().zip(["without evidence", "of what this run has put", "with 1025 bytes of evidence"])
    {
        let is_rejected = matches!(outcome, Outcome::Rejected(_));
        ensure(is_rejected, || format!("a removal {what} was {}", super::name_of(outcome)))?;
    }
    let held = taken(
        "finding",
        stand.host.find_inventory(&[super::first::STAYS, super::first::STAYS_TOO].map(user)),
    )?;
    ensure(held.iter().all(Option::is_some), || "one of them is no longer held".to_owned())
}

/// A removal as a change, which only `refresh` and `handle` may make.
pub(super) fn removed_in_sync(stand: &Stand<'_>, id: &str) -> Attempt {
    let removal = Removal { key: user(id), evidence: "404: gone".to_owned() };
    let outcome = stand.apply_one(Change::Remove(removal))?;
    ensure(matches!(outcome, Outcome::Rejected(_)), || format!("it was {}", super::name_of(&outcome)))?;
    let held = taken("finding", stand.host.find_inventory(&[user(id)]))?;
    ensure(held.iter().all(Option::is_some), || "the object is no longer held".to_owned())
}
