//! What becomes of clearings that a reading does not prove: held, or cleared where a person approved exactly that.

use std::sync::Arc;

use expect_test::expect;
use serde_json::json;

use super::*;
use crate::apply::tests::{destination, full_run, hold, put, source};
use crate::apply::{Destination, RunExtent, Statement};
use crate::clearing::Approved;
use crate::history::Counters;
use crate::limits::{MAX_CHANGES, MAX_CLEARING_DOCUMENT_BYTES, MAX_HELD_ATTRIBUTES};
use crate::model::Entry;
use crate::testing::MemoryStore;

const TITLE: &str = r#"{"title":null}"#;

fn user(id: &str) -> Key {
    Key::new("User", id)
}

fn clearing(ids: &[&str]) -> Clearing {
    Clearing {
        attribute: "title".to_owned(),
        document: TITLE.to_owned(),
        keys: ids.iter().map(|id| user(id)).collect(),
        reason: Diagnosis::new("titles-gone", "no title is shown").in_chinese("不再显示职位", ""),
    }
}

/// People with a title, and one without.
fn with_titles(ids: &[&str]) -> Arc<MemoryStore> {
    let store = Arc::<MemoryStore>::default();
    let document = |id: &str| json!({"schemas": ["urn:x"], "externalId": id, "displayName": id});
    for id in ids {
        let mut document = document(id);
        document["title"] = json!("Engineer");
        hold(&store, "User", id, document);
    }
    hold(&store, "User", "untitled", document("untitled"));
    store
}

fn approving(store: &Arc<MemoryStore>, ids: &[&str]) -> Apply {
    let approved = Approved::Each(ids.iter().map(|id| (user(id), TITLE.to_owned())).collect());
    Apply::new(Destination { approved, ..destination(store, RunExtent::Some) })
}

async fn propose(apply: &mut Apply, ids: &[&str]) {
    apply.take(Statement::Clearings(vec![clearing(ids)])).await.unwrap();
}

/// Who has a title.
fn titled(store: &MemoryStore) -> Vec<String> {
    let state = store.state();
    let titled = state.objects.iter().filter(|(_, held)| held.document.get("title").is_some());
    titled.map(|((_, key), _)| key.external_id.clone()).collect()
}

/// Whom change records say that they wait, with what would be gone.
fn waiting(store: &MemoryStore) -> String {
    let state = store.state();
    let records = state.changes.iter().map(|(_, record)| {
        let lost =
            crate::merge::attribute_changes(record.before.as_ref().unwrap(), record.after.as_ref().unwrap());
        let lost: Vec<_> = lost.iter().map(|change| change.path.as_str()).collect();
        format!("{} {} {:?} {}\n", record.action, record.key, record.waiting_attribute(), lost.concat())
    });
    records.collect()
}

fn told(store: &MemoryStore) -> String {
    let line = |entry: &Entry| {
        let Diagnosis { code, message, facts, .. } = &entry.diagnosis;
        format!("{:?} {code}: {message} {facts:?}\n", entry.severity)
    };
    store.state().entries.iter().map(|(_, entry)| line(entry)).collect()
}

#[tokio::test]
async fn what_is_not_proven_waits_with_a_record_each_and_an_entry_for_all() {
    let store = with_titles(&["a", "b"]);
    let mut apply = full_run(&store);
    propose(&mut apply, &["b", "a", "untitled", "unknown"]).await;
    assert_eq!(titled(&store), ["a", "b"]);
    expect![[r#"
        updated User "a" Some("title") title
        updated User "b" Some("title") title
    "#]]
    .assert_eq(&waiting(&store));
    assert_eq!(told(&store), "");
    let ledger = apply.finish(true).await;
    assert_eq!(*ledger.counters(), Counters { held: 2, ..Counters::default() });
    expect![[r#"
        Warning clearing-held: 2 people may have lost `title`: no title is shown; approve it or leave it [("attribute", "title"), ("clears", "{\"title\":null}"), ("reason", "titles-gone"), ("User", "2")]
    "#]]
    .assert_eq(&told(&store));
}

#[tokio::test]
async fn one_attribute_over_several_calls_is_one_entry() {
    let store = with_titles(&["a", "b", "c"]);
    let mut apply = full_run(&store);
    propose(&mut apply, &["a", "b"]).await;
    propose(&mut apply, &["c"]).await;
    apply.finish(true).await;
    assert!(told(&store).starts_with("Warning clearing-held: 3 people"), "{}", told(&store));
    assert_eq!(store.state().entries.len(), 1);
}

#[tokio::test]
async fn who_has_departed_loses_nothing() {
    let store = with_titles(&["a"]);
    store.state().objects.get_mut(&(source(), user("a"))).unwrap().departed = true;
    for mut apply in [full_run(&store), approving(&store, &["a"])] {
        propose(&mut apply, &["a"]).await;
        assert_eq!(*apply.finish(true).await.counters(), Counters::default());
    }
    assert_eq!(titled(&store), ["a"]);
}

#[tokio::test]
async fn what_a_person_approved_is_cleared_and_looked_at_by_the_next_full_run() {
    let store = with_titles(&["a", "b", "c"]);
    let mut apply = approving(&store, &["a", "b"]);
    // Somebody was put by this very run, somebody else the connector found unchanged.
    apply.changes(vec![put("User", "a", &json!({"displayName": "a"}))]).await.unwrap();
    propose(&mut apply, &["a", "b", "c"]).await;
    assert_eq!(titled(&store), ["c"]);
    assert_eq!(store.state().objects[&(source(), user("b"))].version, "");
    let ledger = apply.finish(true).await;
    assert_eq!(*ledger.counters(), Counters { read: 2, updated: 2, ..Counters::default() });
    assert_eq!(ledger.n_counted_by_connector(), 1);
    expect![[r#"
        updated User "a" None title
        updated User "b" None title
    "#]]
    .assert_eq(&waiting(&store));
}

#[tokio::test]
async fn what_the_reading_of_some_objects_does_not_prove_is_told_and_waits_for_nobody() {
    let store = with_titles(&["a", "b"]);
    let mut apply = approving(&store, &[]);
    propose(&mut apply, &["a", "b"]).await;
    assert_eq!(*apply.finish(true).await.counters(), Counters::default());
    assert_eq!((titled(&store), waiting(&store)), (vec!["a".to_owned(), "b".to_owned()], String::new()));
    expect![[r#"
        Info clearing-undecided: 2 people may have lost `title`: no title is shown; the next full import decides [("attribute", "title"), ("reason", "titles-gone"), ("User", "2")]
    "#]]
    .assert_eq(&told(&store));
}

#[tokio::test]
async fn an_approval_of_one_attribute_clears_no_other() {
    let store = with_titles(&["a"]);
    let mut apply = approving(&store, &["a"]);
    let other = Clearing { document: r#"{"displayName":null}"#.to_owned(), ..clearing(&["a"]) };
    apply.take(Statement::Clearings(vec![other])).await.unwrap();
    assert_eq!(apply.finish(true).await.counters().updated, 0);
    assert_eq!(store.state().objects[&(source(), user("a"))].document["displayName"], "a");
}

#[tokio::test]
async fn how_a_document_is_written_makes_no_other_clearing_of_it() {
    let store = with_titles(&["a"]);
    let mut apply = approving(&store, &["a"]);
    let spaced = Clearing { document: r#"{ "title" : null }"#.to_owned(), ..clearing(&["a"]) };
    apply.take(Statement::Clearings(vec![spaced])).await.unwrap();
    assert_eq!(titled(&store), [""; 0]);
}

#[tokio::test]
async fn what_the_platform_refuses_to_clear_is_counted_as_refused() {
    let store = with_titles(&["a"]);
    store.state().refused.insert("a".to_owned());
    let mut apply = approving(&store, &["a"]);
    propose(&mut apply, &["a"]).await;
    assert_eq!(
        *apply.finish(true).await.counters(),
        Counters { read: 1, rejected: 1, ..Counters::default() }
    );
}

#[tokio::test]
async fn of_very_many_only_the_first_are_recorded_and_all_are_counted() {
    let ids: Vec<String> = (0..=MAX_HELD_RECORDS).map(|n| format!("{n:04}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let store = with_titles(&ids);
    let mut apply = full_run(&store);
    for ids in ids.chunks(MAX_CHANGES) {
        propose(&mut apply, ids).await;
    }
    assert_eq!(store.state().changes.len(), MAX_HELD_RECORDS);
    assert_eq!(apply.finish(true).await.counters().held, 1001);
    assert!(told(&store).starts_with("Warning clearing-held: 1,001 people"), "{}", told(&store));
}

#[tokio::test]
async fn what_breaks_the_contract_is_refused_whole() {
    let store = with_titles(&["a"]);
    let attribute = |name: String| Clearing { attribute: name, ..clearing(&["a"]) };
    let document = |text: &str| Clearing { document: text.to_owned(), ..clearing(&["a"]) };
    let many = ["a"; MAX_CHANGES];
    let long = format!(r#"{{"title":null,"x":"{}"}}"#, "x".repeat(MAX_CLEARING_DOCUMENT_BYTES));
    for wrong in [
        vec![clearing(&many), clearing(&["a"])],
        vec![clearing(&["a"]), attribute(String::new())],
        vec![clearing(&["a"]), attribute("x".repeat(65))],
        vec![clearing(&["a"]), document("[]")],
        vec![clearing(&["a"]), document(r#"{"externalId":"1"}"#)],
        vec![clearing(&["a"]), document(&long)],
        vec![clearing(&["a"]), Clearing { keys: vec![Key::new("Group", "1")], ..clearing(&[]) }],
    ] {
        let shown = format!("{wrong:.200?}");
        let mut apply = full_run(&store);
        let refused = apply.take(Statement::Clearings(wrong)).await.map_err(|why| why.code);
        assert_eq!(refused, Err("request-invalid".to_owned()), "{shown}");
        assert_eq!(apply.finish(true).await.counters().held, 0, "{shown}");
    }
    assert_eq!(told(&store), "");
    assert_eq!(waiting(&store), "");
}

#[tokio::test]
async fn a_clearing_of_what_an_object_is_is_refused() {
    let store = with_titles(&["a"]);
    let schemas = Clearing { document: r#"{"schemas":null}"#.to_owned(), ..clearing(&["a"]) };
    let refused = full_run(&store).take(Statement::Clearings(vec![schemas])).await;
    assert_eq!(refused.unwrap_err().code, "object-invalid");
}

#[tokio::test]
async fn more_attributes_than_any_schema_has_are_refused() {
    let store = with_titles(&["a"]);
    let mut apply = full_run(&store);
    let named = |n: usize| Clearing { attribute: format!("title {n}"), ..clearing(&["a"]) };
    apply.take(Statement::Clearings((0..MAX_HELD_ATTRIBUTES).map(named).collect())).await.unwrap();
    let refused = apply.take(Statement::Clearings(vec![named(MAX_HELD_ATTRIBUTES)])).await;
    assert_eq!(refused.unwrap_err().code, "request-invalid");
}

#[tokio::test]
async fn a_store_that_fails_says_so_to_the_connector_and_to_the_run() {
    for approved in [&[][..], &["a"]] {
        let store = with_titles(&["a"]);
        let mut apply = approving(&store, approved);
        store.state().directory_is_down = true;
        let failed = apply.take(Statement::Clearings(vec![clearing(&["a"])])).await;
        assert_eq!(failed.unwrap_err().code, "store-failed");
        assert!(apply.finish(true).await.store_failure().is_some());
    }
}
