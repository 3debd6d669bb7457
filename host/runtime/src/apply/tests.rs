//! The whole way of a change, from what a connector hands over to what the platform holds, records and counts.

use std::collections::BTreeMap;
use std::sync::Arc;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::{
    Apply, ApplyOutcome, DepartedUsers, Departure, Destination, DirectoryChange, Identities, Object,
    RunExtent, Statement, Worker, scope,
};
use crate::cancel::Cancel;
use crate::clearing::Approved;
use crate::directory::Held;
use crate::engine::{Budget, Share};
use crate::guard::{Permitted, Scales};
use crate::history::Counters;
use crate::limits::{MAX_CHANGES, MAX_DOCUMENT_BYTES, MAX_ENTRIES_PER_RUN, MAX_STORED_AT_ONCE};
use crate::model::{Key, RunId, Scope, SourceName, Timestamp};
use crate::observe::Unobserved;
use crate::recorder::Recorder;
use crate::testing::MemoryStore;

pub(super) fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

pub(super) fn destination(store: &Arc<MemoryStore>, extent: RunExtent) -> Destination {
    let run = RunId::new("1");
    let recorder = Recorder::of_run(store.clone(), run.clone(), Arc::new(Unobserved));
    Destination {
        directory: store.clone(),
        recorder: Arc::new(recorder),
        source: source(),
        run,
        resource_types: vec!["Department".to_owned(), "User".to_owned()],
        departed_users: DepartedUsers::Deactivate,
        extent,
        scales: None,
        declined: Arc::default(),
        approved: Approved::Nothing,
        identity_attributes: BTreeMap::new(),
        identities: Identities::Weigh,
        known_scopes: scope::EarlierScopes::default(),
        overrun: Cancel::new(),
    }
}

pub(super) fn scales(store: &Arc<MemoryStore>, permitted: Permitted) -> Scales {
    Scales { history: store.clone(), now: Timestamp::from_unix_ms(0), permitted, written_before: 0 }
}

/// The same for a run in which so much may leave beyond what is usual.
fn permitting(store: &Arc<MemoryStore>, extent: RunExtent, permitted: Permitted) -> Apply {
    Apply::new(Destination { scales: Some(scales(store, permitted)), ..destination(store, extent) })
}

/// The same for any run.
fn weighed(store: &Arc<MemoryStore>, extent: RunExtent) -> Apply {
    permitting(store, extent, Permitted::Nothing)
}

fn hold_users(store: &MemoryStore, n: usize) {
    (0..n).for_each(|n| hold(store, "User", &format!("{n:03}"), json!({"displayName": "x"})));
}

fn users_gone(numbers: std::ops::Range<usize>) -> Vec<Departure> {
    numbers.map(|n| gone("User", &format!("{n:03}"))).collect()
}

fn n_departed(store: &MemoryStore) -> usize {
    store.state().objects.values().filter(|held| held.departed).count()
}

pub(super) fn full_run(store: &Arc<MemoryStore>) -> Apply {
    Apply::new(destination(store, RunExtent::Full))
}

/// The same, with everything in sight.
async fn opened(mut apply: Apply) -> Apply {
    apply.take(Statement::Opened(Scope { whole: true, parts: Vec::new() })).await.unwrap();
    apply
}

/// The same, after everything was read.
pub(super) async fn closed(apply: Apply) -> Apply {
    let mut apply = opened(apply).await;
    apply.take(Statement::Closed(Vec::new())).await.unwrap();
    apply
}

fn document(id: &str, more: &Value) -> String {
    let mut document = json!({"schemas": ["urn:x"], "externalId": id});
    document.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    document.to_string()
}

pub(super) fn put(resource_type: &str, id: &str, more: &Value) -> DirectoryChange {
    let key = Key::new(resource_type, id);
    DirectoryChange::Put(Object { key, version: "1".to_owned(), document: document(id, more) })
}

pub(super) fn user(id: &str) -> DirectoryChange {
    put("User", id, &json!({"displayName": id}))
}

pub(super) fn gone(resource_type: &str, id: &str) -> Departure {
    Departure { key: Key::new(resource_type, id), witness: "404: gone".to_owned() }
}

pub(super) fn hold(store: &MemoryStore, resource_type: &str, id: &str, document: Value) {
    let held = Held { version: "1".to_owned(), document: document.into(), departed: false };
    store.state().objects.insert((source(), Key::new(resource_type, id)), held);
}

fn codes(outcomes: &[ApplyOutcome]) -> Vec<&str> {
    let code = |outcome: &'_ ApplyOutcome| match outcome {
        ApplyOutcome::Applied => "applied",
        ApplyOutcome::Rejected(why) | ApplyOutcome::Held(Some(why)) => {
            Box::leak(why.code.clone().into_boxed_str())
        }
        ApplyOutcome::Held(None) => "held",
    };
    outcomes.iter().map(code).collect()
}

#[track_caller]
fn check_changes(store: &MemoryStore, expected: &Expect) {
    let line = |(_, change): &(RunId, crate::history::ChangeRecord)| {
        let refusal = change.refusal.as_ref().map(|why| why.code.clone());
        format!("{} {} {refusal:?}\n", change.action, change.key)
    };
    expected.assert_eq(&store.state().changes.iter().map(line).collect::<String>());
}

#[tokio::test]
async fn what_is_put_is_held_recorded_and_counted() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "User", "same", json!({"schemas": ["urn:x"], "externalId": "same", "displayName": "same"}));
    hold(&store, "User", "old", json!({"schemas": ["urn:x"], "externalId": "old", "nickName": "kept"}));
    let mut apply = full_run(&store);
    let outcomes = apply.changes(vec![user("new"), user("same"), user("old")]).await.unwrap();
    assert_eq!(codes(&outcomes), ["applied", "applied", "applied"]);
    check_changes(
        &store,
        &expect![[r#"
        created User "new" None
        updated User "old" None
    "#]],
    );
    let expected = Counters { read: 3, created: 1, updated: 1, unchanged: 1, ..Counters::default() };
    assert_eq!(*apply.ledger.counters(), expected);
    let old = &store.state().objects[&(source(), Key::new("User", "old"))];
    assert_eq!(old.document["nickName"], "kept");
}

#[tokio::test]
async fn a_change_of_the_same_object_in_one_batch_sees_the_one_before() {
    let store = Arc::<MemoryStore>::default();
    let changes =
        vec![put("User", "a", &json!({"x": 1})), user("b"), put("User", "a", &json!({"y": 2})), user("b")];
    full_run(&store).changes(changes).await.unwrap();
    let a = &store.state().objects[&(source(), Key::new("User", "a"))];
    assert_eq!((&a.document["x"], &a.document["y"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn objects_that_break_the_contract_are_rejected_and_the_others_applied() {
    let store = Arc::<MemoryStore>::default();
    let object = |key: Key, version: &str, document: String| {
        DirectoryChange::Put(Object { key, version: version.to_owned(), document })
    };
    let a = || Key::new("User", "a");
    let long = "x".repeat(MAX_DOCUMENT_BYTES);
    let wrong = vec![
        object(Key::new("Group", "a"), "1", document("a", &json!({}))),
        object(Key::new("User", ""), "1", document("", &json!({}))),
        object(a(), "", document("a", &json!({}))),
        object(a(), "é", document("a", &json!({}))),
        object(a(), "1", "{".to_owned()),
        object(a(), "1", "[]".to_owned()),
        object(a(), "1", json!({"externalId": "a"}).to_string()),
        object(a(), "1", json!({"externalId": "b", "schemas": ["urn:x"]}).to_string()),
        object(a(), "1", document("a", &json!({ "long": long }))),
    ];
    for change in wrong {
        let outcomes = full_run(&store).changes(vec![change.clone(), user("good")]).await.unwrap();
        assert_eq!(codes(&outcomes), ["object-invalid", "applied"], "{change:?}");
    }
}

/// Unassigns and says nothing else, as the contract allows for an object that is held.
fn clearing(id: &str) -> DirectoryChange {
    let document =
        json!({"externalId": id, "phoneNumbers": [{"type": "mobile", "value": null}], "title": null});
    DirectoryChange::Put(Object {
        key: Key::new("User", id),
        version: "2".to_owned(),
        document: document.to_string(),
    })
}

#[tokio::test]
async fn what_only_unassigns_is_applied_to_what_is_held() {
    let store = Arc::<MemoryStore>::default();
    let phones = json!([{"type": "mobile", "value": "1"}, {"type": "work", "value": "2"}]);
    let before =
        json!({"schemas": ["urn:x"], "externalId": "a", "phoneNumbers": phones, "title": "Engineer"});
    hold(&store, "User", "a", before);
    let mut apply = full_run(&store);
    assert_eq!(codes(&apply.changes(vec![clearing("a")]).await.unwrap()), ["applied"]);
    let expected = Counters { read: 1, updated: 1, ..Counters::default() };
    assert_eq!(*apply.ledger.counters(), expected);
    let phones = json!([{"type": "work", "value": "2"}]);
    let after = json!({"schemas": ["urn:x"], "externalId": "a", "phoneNumbers": phones});
    let held = &store.state().objects[&(source(), Key::new("User", "a"))];
    assert_eq!((held.document.value(), held.version.as_str()), (&after, "2"));
}

#[tokio::test]
async fn what_only_unassigns_sees_the_put_before_it_in_one_batch() {
    let store = Arc::<MemoryStore>::default();
    let outcomes = full_run(&store).changes(vec![user("a"), clearing("a")]).await.unwrap();
    assert_eq!(codes(&outcomes), ["applied"; 2]);
}

#[tokio::test]
async fn what_only_unassigns_makes_nothing_of_what_is_not_held_or_has_departed() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 1);
    let gone = Key::new("User", "000");
    store.state().objects.get_mut(&(source(), gone.clone())).unwrap().departed = true;
    let mut apply = full_run(&store);
    let outcomes = apply.changes(vec![clearing("new"), clearing("000"), user("good")]).await.unwrap();
    assert_eq!(codes(&outcomes), ["object-invalid", "object-invalid", "applied"]);
    assert_eq!((apply.ledger.counters().rejected, apply.ledger.counters().created), (2, 1));
    let state = store.state();
    let subjects: Vec<_> = state.entries.iter().filter_map(|(_, entry)| entry.subject.clone()).collect();
    assert_eq!(subjects, [Key::new("User", "new"), gone.clone()]);
    assert!(state.objects[&(source(), gone)].departed);
    assert!(!state.objects.contains_key(&(source(), Key::new("User", "new"))));
}

#[tokio::test]
async fn an_object_that_the_platform_refuses_is_rejected_recorded_and_explained() {
    let store = Arc::<MemoryStore>::default();
    store.state().refused.insert("a".to_owned());
    let mut apply = full_run(&store);
    let outcomes = apply.changes(vec![user("a"), user("b")]).await.unwrap();
    assert_eq!(codes(&outcomes), ["name-taken", "applied"]);
    check_changes(
        &store,
        &expect![[r#"
        created User "a" Some("name-taken")
        created User "b" None
    "#]],
    );
    assert_eq!(store.state().entries[0].1.subject, Some(Key::new("User", "a")));
    assert_eq!(apply.ledger.counters().rejected, 1);
}

#[tokio::test]
async fn a_batch_that_is_too_large_is_refused_whole() {
    let store = Arc::<MemoryStore>::default();
    let changes = vec![user("a"); MAX_CHANGES + 1];
    assert_eq!(full_run(&store).changes(changes).await.unwrap_err().code, "request-invalid");
    assert_eq!(store.state().objects.len(), 0);
}

#[tokio::test]
async fn a_large_batch_reaches_the_platform_in_parts_and_in_order() {
    let store = Arc::<MemoryStore>::default();
    let id = |n: usize| format!("{n:04}");
    let n_changes = MAX_STORED_AT_ONCE + 1;
    full_run(&store).changes((0..n_changes).map(|n| user(&id(n))).collect()).await.unwrap();
    let state = store.state();
    assert_eq!(state.stores.iter().map(Vec::len).collect::<Vec<_>>(), [MAX_STORED_AT_ONCE, 1]);
    let stored: Vec<_> = state.stores.iter().flatten().map(|key| key.external_id.clone()).collect();
    assert_eq!(stored, (0..n_changes).map(id).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_platform_that_is_down_fails_the_batch_and_is_remembered() {
    let store = Arc::<MemoryStore>::default();
    store.state().directory_is_down = true;
    let mut apply = full_run(&store);
    assert_eq!(apply.changes(vec![user("a")]).await.unwrap_err().code, "store-failed");
    assert_eq!(apply.ledger.store_failure().unwrap().code, "store-failed");
}

#[tokio::test]
async fn what_is_stored_and_cannot_be_recorded_is_counted_and_not_forgotten() {
    let store = Arc::<MemoryStore>::default();
    store.state().history_is_down = true;
    let mut apply = full_run(&store);
    assert_eq!(codes(&apply.changes(vec![user("a")]).await.unwrap()), ["applied"]);
    assert_eq!(apply.ledger.counters().created, 1);
    assert_eq!(apply.ledger.store_failure().unwrap().code, "store-failed");
}

#[tokio::test]
async fn in_a_full_run_nothing_leaves_but_by_remove_missing() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "User", "a", json!({}));
    let outcomes = full_run(&store).changes(vec![DirectoryChange::Delete(gone("User", "a"))]).await.unwrap();
    assert_eq!(codes(&outcomes), ["removal-while-reading"]);
    assert!(!store.state().objects[&(source(), Key::new("User", "a"))].departed);
}

#[tokio::test]
async fn in_a_run_of_some_objects_a_departure_is_applied_and_remove_missing_is_not() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "User", "a", json!({}));
    let mut apply = Apply::new(destination(&store, RunExtent::Some));
    let outcomes = apply.changes(vec![DirectoryChange::Delete(gone("User", "a"))]).await.unwrap();
    assert_eq!(codes(&outcomes), ["applied"]);
    assert!(store.state().objects[&(source(), Key::new("User", "a"))].departed);
    assert_eq!(apply.remove_missing(vec![gone("User", "a")]).await.unwrap_err().code, "request-invalid");
}

#[tokio::test]
async fn users_leave_before_departments_and_children_before_parents_however_they_are_given() {
    let store = Arc::<MemoryStore>::default();
    for (id, parent) in [("1", None), ("2", Some("1")), ("3", Some("2")), ("9", None)] {
        let parent = parent.map(|parent| json!({ "value": parent }));
        hold(&store, "Department", id, json!({ "parent": parent }));
    }
    hold(&store, "User", "a", json!({}));
    let absent: Vec<_> = ["1", "3", "9", "2"]
        .map(|id| gone("Department", id))
        .into_iter()
        .chain([gone("User", "a")])
        .collect();
    let retired = closed(full_run(&store)).await.remove_missing(absent).await.unwrap();
    assert_eq!(retired, vec![ApplyOutcome::Applied; 5]);
    let order: Vec<_> = store.state().stores.concat().into_iter().map(|key| key.external_id).collect();
    assert_eq!(order, ["a", "3", "2", "1", "9"]);
}

#[tokio::test]
async fn what_leaves_among_some_objects_leaves_after_what_comes_and_children_before_parents() {
    let store = Arc::<MemoryStore>::default();
    for (id, parent) in [("1", None), ("2", Some("1")), ("3", Some("2"))] {
        hold(&store, "Department", id, json!({ "parent": parent.map(|parent| json!({ "value": parent })) }));
    }
    hold(&store, "User", "a", json!({}));
    let leaves = |resource_type, id| DirectoryChange::Delete(gone(resource_type, id));
    let changes = vec![
        leaves("Department", "1"),
        leaves("Department", "3"),
        user("new"),
        leaves("User", "a"),
        leaves("Department", "2"),
    ];
    let outcomes = Apply::new(destination(&store, RunExtent::Some)).changes(changes).await.unwrap();
    assert_eq!(outcomes, vec![ApplyOutcome::Applied; 5]);
    let stored: Vec<_> = store.state().stores.iter().flatten().map(|key| key.external_id.clone()).collect();
    assert_eq!(stored, ["new", "a", "3", "2", "1"]);
}

#[tokio::test]
async fn departments_that_are_each_others_parents_leave_all_the_same() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "Department", "1", json!({"parent": {"value": "2"}}));
    hold(&store, "Department", "2", json!({"parent": {"value": "1"}}));
    hold(&store, "Department", "3", json!({"parent": {"value": "3"}}));
    let absent = ["1", "2", "3"].map(|id| gone("Department", id)).to_vec();
    closed(full_run(&store)).await.remove_missing(absent).await.unwrap();
    assert_eq!(store.state().objects.len(), 0);
}

#[tokio::test]
async fn nobody_leaves_without_evidence_or_after_having_been_read() {
    let store = Arc::<MemoryStore>::default();
    for id in ["a", "b", "c"] {
        hold(&store, "User", id, json!({"schemas": ["urn:x"], "externalId": id}));
    }
    let mut apply = opened(full_run(&store)).await;
    apply.changes(vec![user("b")]).await.unwrap();
    apply.take(Statement::Closed(Vec::new())).await.unwrap();
    let unwitnessed = Departure { witness: " ".to_owned(), ..gone("User", "a") };
    let absent = vec![unwitnessed, gone("User", "b"), gone("User", "c")];
    let outcomes = apply.remove_missing(absent).await.unwrap();
    assert_eq!(codes(&outcomes), ["removal-without-evidence", "removed-and-read", "applied"]);
    let expected = Counters { read: 1, updated: 1, kept: 2, deactivated: 1, ..Counters::default() };
    assert_eq!(*apply.ledger.counters(), expected);
    assert_eq!(store.state().entries.len(), 3);
}

#[tokio::test]
async fn a_departure_given_twice_or_of_something_not_held_changes_nothing_more() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "User", "a", json!({}));
    let mut apply = closed(full_run(&store)).await;
    let absent = vec![gone("User", "a"), gone("User", "a"), gone("User", "unknown")];
    assert_eq!(apply.remove_missing(absent).await.unwrap(), vec![ApplyOutcome::Applied; 3]);
    assert_eq!(*apply.ledger.counters(), Counters { deactivated: 1, ..Counters::default() });
}

#[tokio::test]
async fn a_run_removes_once_so_that_the_whole_can_be_weighed() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "User", "a", json!({}));
    let mut apply = closed(full_run(&store)).await;
    apply.remove_missing(vec![]).await.unwrap();
    assert_eq!(apply.remove_missing(vec![gone("User", "a")]).await.unwrap_err().code, "request-invalid");
    assert!(!store.state().objects[&(source(), Key::new("User", "a"))].departed);
}

#[tokio::test]
async fn nothing_is_removed_before_the_reading_is_closed() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "User", "a", json!({}));
    let result = full_run(&store).remove_missing(vec![gone("User", "a")]).await;
    assert_eq!(result.unwrap_err().code, "request-invalid");
    assert!(!store.state().objects[&(source(), Key::new("User", "a"))].departed);
}

#[tokio::test]
async fn a_document_that_some_reader_would_not_keep_as_it_is_is_refused() {
    let store = Arc::<MemoryStore>::default();
    let nested = |levels: usize| {
        let arrays = format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        serde_json::from_str::<Value>(&arrays).unwrap()
    };
    for (more, is_kept) in [
        (json!({"a": nested(31)}), true),
        (json!({"a": nested(32)}), false),
        (json!({"a": (1_u64 << 53) - 1, "b": -(1_i64 << 53) + 1}), true),
        (json!({"a": 1_u64 << 53}), false),
        (json!({"a": -(1_i64 << 53)}), false),
        (json!({"a": 0.5}), false),
        (json!({"a": 1e3}), false),
        (json!({"a": "\0"}), false),
        (json!({"a\0": 1}), false),
    ] {
        let outcomes = full_run(&store).changes(vec![put("User", "a", &more)]).await.unwrap();
        let expected = if is_kept { "applied" } else { "object-invalid" };
        assert_eq!(codes(&outcomes), [expected], "{more}");
    }
}

#[tokio::test]
async fn only_an_object_that_is_not_held_needs_schemas() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "User", "held", json!({"schemas": ["urn:x"], "externalId": "held", "title": "x"}));
    let departed = Held { version: "1".to_owned(), document: json!({}).into(), departed: true };
    store.state().objects.insert((source(), Key::new("User", "departed")), departed);
    let clearing = |id: &str| {
        let document = json!({"externalId": id, "title": null}).to_string();
        DirectoryChange::Put(Object { key: Key::new("User", id), version: "2".to_owned(), document })
    };
    let changes = ["held", "departed", "unknown"].map(clearing).to_vec();
    let outcomes = full_run(&store).changes(changes).await.unwrap();
    assert_eq!(codes(&outcomes), ["applied", "object-invalid", "object-invalid"]);
    let held = &store.state().objects[&(source(), Key::new("User", "held"))];
    assert_eq!(held.document, json!({"schemas": ["urn:x"], "externalId": "held"}));
}

#[tokio::test]
async fn a_flood_of_refusals_keeps_ten_thousand_entries_and_counts_the_rest() {
    let store = Arc::<MemoryStore>::default();
    let destination = destination(&store, RunExtent::Full);
    let recorder = Arc::clone(&destination.recorder);
    let mut apply = Apply::new(destination);
    for batch in 0..11 {
        let wrong = |n| put("Group", &format!("{batch}-{n}"), &json!({}));
        apply.changes((0..MAX_CHANGES).map(wrong).collect()).await.unwrap();
    }
    let n_entries = store.state().entries.len();
    assert_eq!((n_entries, recorder.n_entries_dropped()), (MAX_ENTRIES_PER_RUN, 1000));
}

/// As much memory as a test may want.
fn roomy() -> Share {
    Budget::new(1 << 30).share()
}

#[tokio::test]
async fn changes_that_wait_take_of_the_memory_of_all_and_give_it_back_once_applied() {
    let store = Arc::<MemoryStore>::default();
    let budget = Budget::new(100_000);
    let (worker, handle) = Worker::start(destination(&store, RunExtent::Full), Cancel::new(), budget.share());
    let other = budget.share();
    let large = || vec![put("User", "a", &json!({"long": "x".repeat(60_000)}))];
    // The worker does not run before the first await, so the first of these waits.
    let (first, second) = (handle.changes(large()), handle.changes(large()));
    assert!(other.grow(60_000).is_err());
    let refused = second.await.unwrap_err();
    assert!(refused.message.contains("no more changes can wait"), "{refused:?}");
    first.await.unwrap();
    handle.changes(large()).await.unwrap();
    drop(handle);
    worker.finish().await.unwrap();
    assert_eq!(other.grow(100_000), Ok(()));
}

#[tokio::test]
async fn many_changes_of_nothing_take_memory_too() {
    let store = Arc::<MemoryStore>::default();
    let (worker, handle) =
        Worker::start(destination(&store, RunExtent::Full), Cancel::new(), Budget::new(100_000).share());
    let empty = |n: usize| {
        let key = Key::new("", n.to_string());
        DirectoryChange::Put(Object { key, version: String::new(), document: String::new() })
    };
    let queued = handle.changes((0..MAX_CHANGES).map(empty).collect());
    let refused = handle.changes((0..MAX_CHANGES).map(empty).collect());
    assert!(refused.await.is_err());
    assert!(queued.await.is_ok());
    drop(handle);
    worker.finish().await.unwrap();
}

#[tokio::test]
async fn what_was_begun_is_applied_although_nobody_waits_for_it_any_more() {
    let store = Arc::<MemoryStore>::default();
    let (worker, handle) = Worker::start(destination(&store, RunExtent::Full), Cancel::new(), roomy());
    drop(handle.changes(vec![user("a")]));
    drop(handle.changes(vec![user("b")]));
    drop(handle);
    assert_eq!(worker.finish().await.unwrap().into_ledger().counters().created, 2);
}

#[tokio::test]
async fn after_a_cancellation_nothing_more_is_written() {
    let store = Arc::<MemoryStore>::default();
    let cancel = Cancel::new();
    let (worker, handle) = Worker::start(destination(&store, RunExtent::Full), cancel.clone(), roomy());
    handle.changes(vec![user("a")]).await.unwrap();
    cancel.cancel();
    assert_eq!(handle.changes(vec![user("b")]).await.unwrap_err().code, "cancelled");
    assert_eq!(handle.remove_missing(vec![gone("User", "a")]).await.unwrap_err().code, "cancelled");
    drop(handle);
    assert_eq!(worker.finish().await.unwrap().into_ledger().counters().created, 1);
    assert_eq!(store.state().objects.len(), 1);
}

#[tokio::test]
async fn more_than_the_limit_of_waiting_changes_is_refused_until_some_are_applied() {
    let store = Arc::<MemoryStore>::default();
    let (worker, handle) = Worker::start(destination(&store, RunExtent::Full), Cancel::new(), roomy());
    let large = || put("User", "a", &json!({"long": "x".repeat(MAX_DOCUMENT_BYTES - 1000)}));
    // The worker does not run before the first await, so all of these wait.
    let waiting: Vec<_> = (0..600).map(|_| handle.changes(vec![large()])).collect();
    let results = futures_util::future::join_all(waiting).await;
    let refused = results.iter().filter(|result| result.is_err()).count();
    assert!((80..100).contains(&refused), "{refused}");
    handle.changes(vec![large()]).await.unwrap();
    drop(handle);
    worker.finish().await.unwrap();
}

#[tokio::test]
async fn a_chain_of_departments_leaves_from_its_end_however_long_it_is() {
    const N: usize = 4000;
    let store = Arc::<MemoryStore>::default();
    let id = |n: usize| format!("{n:05}");
    for n in 0..N {
        let parent = n.checked_sub(1).map(|above| json!({"parent": {"value": id(above)}}));
        hold(&store, "Department", &id(n), parent.unwrap_or_else(|| json!({})));
    }
    let mut apply = closed(full_run(&store)).await;
    // Neither forwards nor backwards.
    let missing = (0..N).map(|n| gone("Department", &id(n * 7 % N))).collect();
    apply.remove_missing(missing).await.unwrap();
    let expected: Vec<Key> = (0..N).rev().map(|n| Key::new("Department", id(n))).collect();
    assert_eq!(store.state().stores.concat(), expected);
}

#[tokio::test]
async fn of_many_departures_by_events_those_above_the_allowance_wait_for_a_person() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 140);
    let mut apply = weighed(&store, RunExtent::Some);
    let changes = users_gone(0..9).into_iter().map(DirectoryChange::Delete).chain([user("new")]).collect();
    let outcomes = apply.changes(changes).await.unwrap();
    let expected = [["applied"; 7].as_slice(), &["departure-held"; 2], &["applied"]].concat();
    assert_eq!(codes(&outcomes), expected);
    let expected = Counters { read: 1, created: 1, deactivated: 7, kept: 2, held: 2, ..Counters::default() };
    assert_eq!(*apply.ledger.counters(), expected);
    let state = store.state();
    let held = state.changes.iter().filter(|(_, change)| change.refusal.is_some());
    let held: Vec<_> = held.map(|(_, change)| (change.key.external_id.as_str(), &change.witness)).collect();
    assert_eq!(held, [("007", &Some("404: gone".to_owned())), ("008", &Some("404: gone".to_owned()))]);
    assert_eq!(state.entries.len(), 2);
}

#[tokio::test]
async fn the_allowance_is_for_all_batches_of_a_run_together_and_for_each_kind_alone() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 20);
    hold(&store, "Department", "1", json!({}));
    let mut apply = weighed(&store, RunExtent::Some);
    let delete = |departures: Vec<Departure>| departures.into_iter().map(DirectoryChange::Delete).collect();
    assert_eq!(codes(&apply.changes(delete(users_gone(0..3))).await.unwrap()), ["applied"; 3]);
    let outcomes = apply.changes(delete(users_gone(3..6))).await.unwrap();
    assert_eq!(codes(&outcomes), ["applied", "applied", "departure-held"]);
    assert_eq!(codes(&apply.changes(delete(vec![gone("Department", "1")])).await.unwrap()), ["applied"]);
}

#[tokio::test]
async fn of_few_no_more_than_half_leave_by_events() {
    for (n_held, n_left) in [(1, 1), (2, 1), (3, 2), (5, 3), (6, 3), (9, 5)] {
        let store = Arc::<MemoryStore>::default();
        hold_users(&store, n_held);
        let mut apply = weighed(&store, RunExtent::Some);
        apply
            .changes(users_gone(0..n_held).into_iter().map(DirectoryChange::Delete).collect())
            .await
            .unwrap();
        assert_eq!(n_departed(&store), n_left, "of {n_held}");
    }
}

#[tokio::test]
async fn a_departure_of_something_not_held_uses_nothing_up() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 10);
    let mut apply = weighed(&store, RunExtent::Some);
    let unknown = (0..9).map(|n| DirectoryChange::Delete(gone("User", &format!("unknown-{n}"))));
    let changes = unknown.chain(users_gone(0..5).into_iter().map(DirectoryChange::Delete)).collect();
    assert_eq!(codes(&apply.changes(changes).await.unwrap()), ["applied"; 14]);
    assert_eq!(n_departed(&store), 5);
}

#[tokio::test]
async fn of_single_objects_as_many_leave_as_whoever_asked_allowed_and_the_rest_is_weighed() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 20);
    let mut apply = permitting(&store, RunExtent::Some, Permitted::AtMost(8));
    let changes = users_gone(0..10).into_iter().map(DirectoryChange::Delete).collect();
    let outcomes = apply.changes(changes).await.unwrap();
    assert_eq!(codes(&outcomes), [["applied"; 8].as_slice(), &["departure-held"; 2]].concat());
}

#[tokio::test]
async fn of_an_approval_what_was_approved_leaves_and_what_is_beside_it_is_weighed() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 40);
    let approved = (0..12).map(|n| Key::new("User", format!("{n:03}"))).collect();
    let mut apply = permitting(&store, RunExtent::Some, Permitted::These(approved));
    let changes = users_gone(0..20).into_iter().map(DirectoryChange::Delete).collect();
    let outcomes = apply.changes(changes).await.unwrap();
    assert_eq!(codes(&outcomes), [["applied"; 17].as_slice(), &["departure-held"; 3]].concat());
}

#[tokio::test]
async fn a_full_run_removes_as_many_as_whoever_started_it_allowed_and_holds_one_more_with_all_others() {
    for (allowed, expected) in [(60, 60), (100, 60), (59, 0), (0, 0)] {
        let store = Arc::<MemoryStore>::default();
        hold_users(&store, 60);
        let mut apply = closed(permitting(&store, RunExtent::Full, Permitted::AtMost(allowed))).await;
        apply.remove_missing(users_gone(0..60)).await.unwrap();
        assert_eq!(n_departed(&store), expected, "{allowed}");
    }
}

#[tokio::test]
async fn what_is_usual_leaves_though_nothing_beyond_it_was_allowed() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 60);
    let mut apply = closed(permitting(&store, RunExtent::Full, Permitted::AtMost(0))).await;
    apply.remove_missing(users_gone(0..5)).await.unwrap();
    assert_eq!(n_departed(&store), 5);
}

#[tokio::test]
async fn a_full_run_removes_nothing_when_too_much_would_leave() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 100);
    let mut apply = closed(weighed(&store, RunExtent::Full)).await;
    let outcomes = apply.remove_missing([users_gone(0..6), vec![gone("User", "unknown")]].concat()).await;
    let outcomes = outcomes.unwrap();
    assert_eq!(codes(&outcomes), [["departures-held"; 6].as_slice(), &["applied"]].concat());
    let Some(ApplyOutcome::Held(Some(why))) = outcomes.first() else { panic!("not held") };
    assert_eq!((why.code.as_str(), why.fact("User")), ("departures-held", Some("6/100")));
    assert_eq!(n_departed(&store), 0);
    assert_eq!((apply.ledger.counters().kept, apply.ledger.counters().held), (6, 6));
    let state = store.state();
    assert_eq!((state.entries.len(), state.changes.len()), (2, 6));
    assert!(state.changes.iter().all(|(_, change)| change.refusal.as_ref() == Some(why)));
}

#[tokio::test]
async fn a_full_run_removes_as_much_as_is_usual() {
    let store = Arc::<MemoryStore>::default();
    hold_users(&store, 100);
    let retired =
        closed(weighed(&store, RunExtent::Full)).await.remove_missing(users_gone(0..5)).await.unwrap();
    assert_eq!(retired, vec![ApplyOutcome::Applied; 5]);
    assert_eq!(n_departed(&store), 5);
}
