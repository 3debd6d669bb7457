//! What becomes of people whose identity changed, of all that a run puts.

use std::sync::Arc;

use serde_json::{Value, json};

use super::*;
use crate::apply::tests::{destination, put, scales, source};
use crate::apply::{Attributes, Destination, Object};
use crate::directory::Directory as _;
use crate::guard::Permitted;
use crate::history::Counters;
use crate::model::Entry;
use crate::testing::MemoryStore;

const URN: &str = "urn:x:2.0:User";

/// A person of this identity, with these members besides.
fn of(identity: &str, more: &Value) -> Value {
    let mut document = json!({"schemas": ["urn:x"], (URN): {"unionid": identity}});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document
}

fn mail(address: &str) -> Value {
    json!([{"type": "work", "value": address}])
}

/// People `0`, `1`… of identity `a0`, `a1`…, each with an address and a title.
fn hold_people(store: &MemoryStore, n: usize) {
    for n in 0..n {
        let person = of(
            &format!("a{n}"),
            &json!({"externalId": id(n), "displayName": "Li", "title": "Head", "emails": mail(&format!("{n}@x"))}),
        );
        crate::apply::tests::hold(store, "User", &id(n), person);
    }
}

fn id(n: usize) -> String {
    format!("{n:03}")
}

/// Somebody else under the key of person `n`.
fn newcomer(n: usize) -> super::super::DirectoryChange {
    put("User", &id(n), &of(&format!("b{n}"), &json!({"displayName": "Wang"})))
}

/// Person `n` under another identity, with the same address.
fn moved(n: usize) -> super::super::DirectoryChange {
    put(
        "User",
        &id(n),
        &of(&format!("b{n}"), &json!({"displayName": "Li", "emails": mail(&format!("{n}@x"))})),
    )
}

fn run(store: &Arc<MemoryStore>, extent: RunExtent, identities: Identities) -> Apply {
    let attribute = format!("{URN}:unionid").parse().unwrap();
    let identity_attributes = Attributes::from([("User".to_owned(), attribute)]);
    Apply::new(Destination { identity_attributes, identities, ..destination(store, extent) })
}

fn full(store: &Arc<MemoryStore>) -> Apply {
    run(store, RunExtent::Full, Identities::Weigh)
}

/// What a person sees of it: name and title.
fn held(store: &MemoryStore, n: usize) -> (Value, Value) {
    let document = store.state().objects[&(source(), Key::new("User", id(n)))].document.clone();
    (document["displayName"].clone(), document["title"].clone())
}

fn changes(store: &MemoryStore) -> Vec<String> {
    let line = |change: &crate::history::ChangeRecord| {
        let refusal = change.refusal.as_ref().map_or("", |why| why.code.as_str());
        format!("{} {} {refusal}", change.action, change.key.external_id)
    };
    store.state().changes.iter().map(|(_, change)| line(change)).collect()
}

fn entries(store: &MemoryStore) -> Vec<Entry> {
    store.state().entries.iter().map(|(_, entry)| entry.clone()).collect()
}

fn codes(store: &MemoryStore) -> Vec<String> {
    entries(store).into_iter().map(|entry| entry.diagnosis.code).collect()
}

fn statuses(outcomes: &[ApplyOutcome]) -> Vec<&'static str> {
    let status = |outcome: &ApplyOutcome| match outcome {
        ApplyOutcome::Applied => "applied",
        ApplyOutcome::Rejected(_) => "rejected",
        ApplyOutcome::Held(_) => "held",
    };
    outcomes.iter().map(status).collect()
}

const LI: (&str, &str) = ("Li", "Head");

#[track_caller]
fn check_li(store: &MemoryStore, n: usize) {
    assert_eq!(held(store, n), (LI.0.into(), LI.1.into()));
}

#[track_caller]
fn check_wang(store: &MemoryStore, n: usize) {
    assert_eq!(held(store, n), ("Wang".into(), Value::Null));
}

#[tokio::test]
async fn whoever_got_the_id_of_somebody_else_inherits_nothing_and_both_are_recorded() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 3);
    let mut apply = full(&store);
    assert_eq!(statuses(&apply.changes(vec![newcomer(1)]).await.unwrap()), ["held"]);
    check_li(&store, 1);
    apply.conclude_identities(true).await;
    check_wang(&store, 1);
    assert_eq!(changes(&store), ["deleted 001 ", "created 001 "]);
    let expected = "the source gave this id to somebody else: unionid a1 → b1";
    let records = store.state().changes.clone();
    assert!(records.iter().all(|(_, change)| change.witness.as_deref() == Some(expected)));
    assert_eq!(*apply.ledger.counters(), Counters { read: 1, created: 1, deleted: 1, ..Counters::default() });
    assert_eq!(codes(&store), ["identity-replaced"]);
    assert_eq!(apply.ledger.counters().held, 0);
}

#[tokio::test]
async fn a_person_under_another_identity_is_merged_and_told_by_what_they_were_recognised() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 1);
    let mut apply = full(&store);
    assert_eq!(statuses(&apply.changes(vec![moved(0)]).await.unwrap()), ["applied"]);
    apply.conclude_identities(true).await;
    check_li(&store, 0);
    let told = entries(&store);
    let told = told.first().unwrap();
    assert_eq!(
        (told.diagnosis.code.as_str(), told.diagnosis.fact("recognised_by")),
        ("identity-changed", Some("email"))
    );
    assert!(told.diagnosis.message.contains("unionid a0 → b0"), "{}", told.diagnosis.message);
    assert_eq!(told.subject_name.as_deref(), Some("Li"));
    assert_eq!(*apply.ledger.counters(), Counters { read: 1, updated: 1, ..Counters::default() });
}

#[tokio::test]
async fn an_identity_that_vanishes_or_appears_changes_nothing() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 1);
    let without = put("User", &id(0), &json!({"displayName": "Li", (URN): {"unionid": null}}));
    let mut apply = full(&store);
    let again = put("User", &id(0), &of("c", &json!({"displayName": "Li"})));
    let outcomes = [apply.changes(vec![without]).await.unwrap(), apply.changes(vec![again]).await.unwrap()];
    assert_eq!(outcomes.map(|outcomes| statuses(&outcomes)[0]), ["applied"; 2]);
    apply.conclude_identities(true).await;
    check_li(&store, 0);
    assert_eq!(codes(&store), Vec::<String>::new());
}

#[tokio::test]
async fn when_everybody_moved_one_entry_counts_them_and_nobody_leaves() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, MAX_TOLD + 1);
    let mut apply = full(&store);
    apply.changes((0..=MAX_TOLD).map(moved).collect()).await.unwrap();
    apply.conclude_identities(true).await;
    let told = entries(&store);
    assert_eq!(told.len(), 1);
    let diagnosis = &told.first().unwrap().diagnosis;
    assert_eq!((diagnosis.code.as_str(), diagnosis.fact("email")), ("identity-changed", Some("21")));
    assert_eq!(apply.ledger.counters().deleted, 0);
}

const MAX_TOLD: usize = crate::limits::MAX_TOLD_IDENTITIES;

#[tokio::test]
async fn half_of_the_company_is_held_before_anything_is_written_whoever_started_the_run() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 24);
    let mut apply = full(&store);
    let outcomes = apply.changes((0..12).map(newcomer).collect()).await.unwrap();
    assert_eq!(statuses(&outcomes), ["held"; 12]);
    apply.conclude_identities(true).await;
    (0..24).for_each(|n| check_li(&store, n));
    assert_eq!(
        *apply.ledger.counters(),
        Counters { read: 12, skipped: 12, kept: 12, held: 12, ..Counters::default() }
    );
    let records = changes(&store);
    assert_eq!((records.len(), records.iter().all(|line| line.ends_with("identity-held"))), (24, true));
    let told = entries(&store);
    assert_eq!(codes(&store), ["identities-held"]);
    assert_eq!(told.first().unwrap().diagnosis.fact("User"), Some("12"));
}

#[tokio::test]
async fn a_replaced_company_waits_without_its_documents_being_kept_in_memory() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 200);
    let mut apply = full(&store);
    for n in 0..200 {
        apply.changes(vec![newcomer(n)]).await.unwrap();
        assert!(apply.changed.n_waiting("User") <= MAX_UNATTENDED_DEPARTURES);
    }
    apply.conclude_identities(true).await;
    assert_eq!((apply.ledger.counters().held, changes(&store).len()), (200, 400));
    (0..200).for_each(|n| check_li(&store, n));
}

#[tokio::test]
async fn of_a_reading_that_did_not_come_to_its_end_nobody_is_replaced_and_that_is_said() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 30);
    let mut apply = full(&store);
    apply.changes(vec![newcomer(1)]).await.unwrap();
    apply.conclude_identities(false).await;
    check_li(&store, 1);
    assert_eq!((codes(&store), changes(&store)), (vec!["identities-undecided".to_owned()], Vec::new()));
}

#[tokio::test]
async fn whoever_says_that_they_are_the_same_people_has_them_merged() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 24);
    for extent in [RunExtent::Full, RunExtent::Some] {
        let mut apply = run(&store, extent, Identities::SamePeople);
        let outcomes = apply.changes((0..12).map(newcomer).collect()).await.unwrap();
        assert_eq!(statuses(&outcomes), ["applied"; 12]);
        apply.conclude_identities(true).await;
        assert_eq!((apply.ledger.counters().held, apply.ledger.counters().deleted), (0, 0));
    }
    assert_eq!(held(&store, 0), ("Wang".into(), "Head".into()));
}

#[tokio::test]
async fn whoever_says_that_they_are_others_has_those_replaced_whom_they_confirmed() {
    let keys = |n: usize| (0..n).map(|n| Key::new("User", id(n))).collect();
    for (extent, permitted, n_replaced) in [
        (RunExtent::Full, Permitted::AtMost(12), 12),
        (RunExtent::Full, Permitted::AtMost(11), 0),
        (RunExtent::Some, Permitted::These(keys(12)), 12),
        // Five more are what may leave in an hour.
        (RunExtent::Some, Permitted::These(keys(4)), 9),
    ] {
        let store = Arc::<MemoryStore>::default();
        hold_people(&store, 24);
        let mut apply = run(&store, extent, Identities::OtherPeople);
        apply.destination.scales = Some(scales(&store, permitted.clone()));
        apply.changes((0..12).map(newcomer).collect()).await.unwrap();
        apply.conclude_identities(true).await;
        let counters = apply.ledger.counters();
        let told = (counters.created, counters.deleted, counters.held);
        let n = u64::try_from(n_replaced).unwrap();
        assert_eq!(told, (n, n, 12 - n), "{extent:?} {permitted:?}");
        (0..n_replaced).for_each(|n| check_wang(&store, n));
        (n_replaced..12).for_each(|n| check_li(&store, n));
    }
}

#[tokio::test]
async fn by_events_as_many_are_replaced_at_once_as_may_leave_in_an_hour_and_the_rest_is_held() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 24);
    let mut apply = run(&store, RunExtent::Some, Identities::Weigh);
    apply.destination.scales = Some(scales(&store, Permitted::Nothing));
    let outcomes = apply.changes((0..7).map(newcomer).collect()).await.unwrap();
    assert_eq!(statuses(&outcomes), [["applied"; 5].as_slice(), &["held"; 2]].concat());
    apply.conclude_identities(true).await;
    check_wang(&store, 4);
    check_li(&store, 5);
    assert_eq!((apply.ledger.counters().held, apply.ledger.counters().kept), (2, 2));
    assert_eq!(codes(&store).last().map(String::as_str), Some("identities-held"));
}

#[tokio::test]
async fn who_left_before_makes_room_and_does_not_leave_again() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 1);
    store.state().objects.get_mut(&(source(), Key::new("User", id(0)))).unwrap().departed = true;
    let mut apply = full(&store);
    assert_eq!(statuses(&apply.changes(vec![newcomer(0)]).await.unwrap()), ["applied"]);
    check_wang(&store, 0);
    assert_eq!(*apply.ledger.counters(), Counters { read: 1, created: 1, ..Counters::default() });
}

#[tokio::test]
async fn what_is_put_again_of_somebody_who_waits_is_theirs_alone() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 3);
    let mut apply = full(&store);
    apply.changes(vec![newcomer(1)]).await.unwrap();
    let later = Object {
        key: Key::new("User", id(1)),
        version: "2".to_owned(),
        document: json!({"externalId": id(1), "nickName": "W", "title": null}).to_string(),
    };
    let outcomes = apply.changes(vec![super::super::DirectoryChange::Put(later)]).await.unwrap();
    assert_eq!(statuses(&outcomes), ["held"]);
    check_li(&store, 1);
    apply.conclude_identities(true).await;
    check_wang(&store, 1);
    let loaded = store.load(&source(), &[Key::new("User", id(1))]).await.unwrap();
    let loaded = loaded.into_iter().next().unwrap().unwrap();
    assert_eq!((loaded.version.as_str(), &loaded.document["nickName"]), ("2", &json!("W")));
    assert_eq!(*apply.ledger.counters(), Counters { read: 1, created: 1, deleted: 1, ..Counters::default() });
}

#[tokio::test]
async fn a_platform_that_refuses_whoever_came_is_counted_by_what_it_did() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 1);
    store.state().refused.insert(id(0));
    let mut apply = run(&store, RunExtent::Some, Identities::Weigh);
    assert_eq!(statuses(&apply.changes(vec![newcomer(0)]).await.unwrap()), ["rejected"]);
    apply.conclude_identities(true).await;
    check_li(&store, 0);
    assert_eq!(*apply.ledger.counters(), Counters { read: 1, rejected: 1, kept: 1, ..Counters::default() });
}

#[tokio::test]
async fn undoing_a_replacement_brings_back_who_was_there() {
    let store = Arc::<MemoryStore>::default();
    hold_people(&store, 1);
    let mut apply = run(&store, RunExtent::Some, Identities::Weigh);
    apply.changes(vec![newcomer(0)]).await.unwrap();
    check_wang(&store, 0);
    let records: Vec<_> = store.state().changes.iter().rev().map(|(_, change)| change.clone()).collect();
    for record in records {
        Apply::new(destination(&store, RunExtent::Some)).put_back(vec![record]).await.unwrap();
    }
    check_li(&store, 0);
    assert!(!store.state().objects[&(source(), Key::new("User", id(0)))].departed);
}
