//! What the host makes of what a connector says of its reading.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use expect_test::expect;
use serde_json::json;

use super::*;
use crate::apply::tests::{destination, full_run, gone, hold, scales, user};
use crate::apply::{ApplyOutcome, Destination};
use crate::clearing::Approved;
use crate::guard::Permitted;
use crate::limits::{MAX_CHECKPOINT_BYTES, MAX_CHECKPOINT_KEYS, MAX_CONTAINERS, MAX_SCOPE_PARTS};
use crate::model::Container;
use crate::proof::{Proof, Retained};
use crate::testing::MemoryStore;

fn whole() -> Statement {
    Statement::Opened(Scope { whole: true, parts: Vec::new() })
}

fn list(id: &str, closed: bool) -> Container {
    Container { key: Key::new("Department", id), closed, listed: 1, expected: Some(1) }
}

fn coverage() -> Vec<Coverage> {
    let (departments, users) = ("Department".to_owned(), "User".to_owned());
    vec![
        Coverage { resource_type: departments, read: 2, expected: None, containers: vec![list("1", true)] },
        Coverage {
            resource_type: users,
            read: 9,
            expected: Some(10),
            containers: vec![list("1", true), list("2", false)],
        },
    ]
}

fn checkpoint(n_bytes: usize, n_keys: usize) -> Statement {
    let unchanged = (0..n_keys).map(|n| Key::new("User", n.to_string())).collect();
    Statement::Checkpoint(Checkpoint { state: "x".repeat(n_bytes), unchanged })
}

/// Severity, code, message and facts of every entry.
fn entries(store: &MemoryStore) -> String {
    let line = |entry: &Entry| {
        let Diagnosis { code, message, translations, facts, .. } = &entry.diagnosis;
        let chinese = &translations[0].message;
        format!("{:?} {code}: {message} / {chinese} {facts:?}\n", entry.severity)
    };
    store.state().entries.iter().map(|(_, entry)| line(entry)).collect()
}

#[tokio::test]
async fn what_a_reading_covered_is_one_entry_once_something_is_to_be_removed() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = full_run(&store);
    apply.take(whole()).await.unwrap();
    apply.take(Statement::Closed(coverage())).await.unwrap();
    assert_eq!(entries(&store), "", "a quiet run needs no proof");
    apply.remove_missing(Vec::new()).await.unwrap();
    expect![[r#"
        Info reading-covered: read 2 departments and 9 of 10 people, from 3 lists, 2 of them to the end / 已读取 2 个部门、9 人（共 10 人）；共 3 个列表，其中 2 个读取完整 [("Department", "2"), ("User", "9/10"), ("lists", "2/3"), ("scope", "whole")]
    "#]]
    .assert_eq(&entries(&store));
}

#[tokio::test]
async fn a_reading_is_opened_once_and_before_the_first_put() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = full_run(&store);
    apply.take(whole()).await.unwrap();
    assert!(apply.take(whole()).await.is_err());
    let mut late = full_run(&store);
    late.changes(vec![user("a")]).await.unwrap();
    assert!(late.take(whole()).await.is_err());
}

#[tokio::test]
async fn a_reading_is_closed_once() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = full_run(&store);
    apply.take(whole()).await.unwrap();
    apply.take(Statement::Closed(coverage())).await.unwrap();
    assert!(apply.take(Statement::Closed(coverage())).await.is_err());
}

#[tokio::test]
async fn a_run_of_some_objects_says_nothing_of_a_full_reading() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = Apply::new(destination(&store, RunExtent::Some));
    for statement in [Statement::Closed(Vec::new()), checkpoint(1, 1)] {
        assert!(apply.take(statement).await.is_err());
    }
}

#[tokio::test]
async fn what_breaks_the_contract_is_refused_and_told_nobody() {
    let store = Arc::<MemoryStore>::default();
    let unknown = Key::new("Group", "1");
    let scope = |parts| Statement::Opened(Scope { whole: false, parts });
    let covered = |covered: Coverage| Statement::Closed(vec![covered]);
    let users = || coverage().remove(1);
    for wrong in [
        scope(vec![unknown.clone()]),
        scope(vec![Key::new("User", "1"); MAX_SCOPE_PARTS + 1]),
        covered(Coverage { resource_type: "Group".to_owned(), ..users() }),
        covered(Coverage { containers: vec![list("", true)], ..users() }),
        covered(Coverage { containers: vec![list("1", true); MAX_CONTAINERS + 1], ..users() }),
        Statement::Closed(vec![users(), users()]),
        checkpoint(MAX_CHECKPOINT_BYTES + 1, 0),
        checkpoint(0, MAX_CHECKPOINT_KEYS + 1),
    ] {
        let shown = format!("{wrong:.200?}");
        let mut run = full_run(&store);
        if !matches!(wrong, Statement::Opened(_)) {
            run.take(whole()).await.unwrap();
        }
        assert_eq!(
            run.take(wrong).await.map_err(|why| why.code),
            Err("request-invalid".to_owned()),
            "{shown}"
        );
    }
    assert_eq!(entries(&store), "");
}

#[tokio::test]
async fn checkpoints_count_what_was_read_and_not_put() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = full_run(&store);
    apply.take(checkpoint(MAX_CHECKPOINT_BYTES, MAX_CHECKPOINT_KEYS)).await.unwrap();
    apply.take(checkpoint(0, 1)).await.unwrap();
    assert_eq!(apply.reading.n_unchanged, MAX_CHECKPOINT_KEYS + 1);
}

#[tokio::test]
async fn an_entry_that_cannot_be_recorded_is_the_stores_failure() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = full_run(&store);
    store.state().entries_are_down = true;
    apply.take(whole()).await.unwrap();
    apply.take(Statement::Closed(Vec::new())).await.unwrap();
    assert_eq!(apply.remove_missing(Vec::new()).await.unwrap_err().code, "store-failed");
    assert!(apply.ledger.store_failure().is_some());
}

#[tokio::test]
async fn what_is_missing_from_a_reading_with_holes_stays_whoever_started_it_unless_a_person_approved() {
    for (approved, is_there) in [(Approved::Nothing, true), (Approved::Any(BTreeSet::new()), false)] {
        let store = Arc::<MemoryStore>::default();
        hold(&store, "User", "a", json!({"schemas": ["urn:x"], "externalId": "a"}));
        let mut apply = Apply::new(Destination { approved, ..destination(&store, RunExtent::Full) });
        apply.take(whole()).await.unwrap();
        apply.take(Statement::Closed(coverage())).await.unwrap();
        let outcomes = apply.remove_missing(vec![gone("User", "a")]).await.unwrap();
        assert_eq!(matches!(outcomes[0], ApplyOutcome::Held(_)), is_there);
        let ledger = apply.finish(true).await;
        assert_eq!((ledger.holds(), ledger.counters().deactivated), (is_there, u64::from(!is_there)));
        assert_eq!(entries(&store).contains("coverage-held: a list"), is_there, "{}", entries(&store));
    }
}

#[tokio::test]
async fn a_reading_that_is_not_complete_leaves_its_proof() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = full_run(&store);
    apply.take(whole()).await.unwrap();
    apply.take(Statement::Closed(coverage())).await.unwrap();
    apply.finish(false).await;
    assert!(entries(&store).starts_with("Info reading-covered: read 2 departments"), "{}", entries(&store));
}

/// The proof of a run that was closed with this coverage and removed this, in a company of people "a" to "d".
async fn proven(is_weighed: bool, is_whole: bool, removed: &[&str]) -> Proof {
    let store = Arc::<MemoryStore>::default();
    for id in ["a", "b", "c", "d"] {
        hold(&store, "User", id, json!({"schemas": ["urn:x"], "externalId": id}));
    }
    let scales = is_weighed.then(|| scales(&store, Permitted::Nothing));
    let mut apply = Apply::new(Destination { scales, ..destination(&store, RunExtent::Full) });
    apply.take(whole()).await.unwrap();
    let read = 4 - u64::try_from(removed.len()).unwrap();
    let covered =
        Coverage { read, expected: None, containers: vec![list("1", true)], ..coverage().remove(1) };
    apply.take(Statement::Closed(vec![covered])).await.unwrap();
    if is_whole {
        apply.remove_missing(removed.iter().map(|id| gone("User", id)).collect()).await.unwrap();
    }
    apply.finish(is_whole).await.take_proof().unwrap()
}

fn users(n: u64) -> BTreeMap<String, u64> {
    [("User".to_owned(), n)].into()
}

#[tokio::test]
async fn a_run_that_removed_nothing_has_a_proof_too() {
    let proof = proven(false, true, &[]).await;
    assert!(proof.is_complete && proof.view.whole);
    assert_eq!((proof.read[0].read, proof.lists.n, proof.lists.n_closed), (4, 1, 1));
    assert_eq!((proof.removed, proof.kept, proof.view_before), (BTreeMap::new(), Vec::new(), None));
}

#[tokio::test]
async fn a_proof_says_what_left_and_what_did_not_and_why() {
    let proof = proven(false, true, &["a", "b"]).await;
    assert_eq!((proof.removed, proof.kept), (users(2), Vec::new()));
    let proof = proven(true, true, &["a", "b", "c", "d"]).await;
    let because = "departures-held".to_owned();
    assert_eq!((proof.removed, proof.kept), (BTreeMap::new(), vec![Retained { because, n: users(4) }]));
}

#[tokio::test]
async fn a_proof_of_a_reading_with_holes_says_how_many_were_not_found() {
    let proof = proven(false, false, &["a"]).await;
    let because = "removals-stopped".to_owned();
    assert_eq!((proof.is_complete, proof.kept), (false, vec![Retained { because, n: users(1) }]));
}

#[tokio::test]
async fn a_reading_that_was_opened_and_came_to_no_end_has_a_proof_of_its_view() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = full_run(&store);
    apply.take(whole()).await.unwrap();
    let proof = apply.finish(false).await.take_proof().unwrap();
    assert!(proof.view.whole && !proof.is_complete && proof.read.is_empty());
    assert_eq!(full_run(&store).finish(false).await.take_proof(), None);
}
