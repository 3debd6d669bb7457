//! What stays because a person declined, for how long, and what is said of it.

use std::sync::Arc;

use serde_json::json;

use crate::apply::tests::{closed, destination, gone, hold, put, scales, source, user};
use crate::apply::{Apply, Clearing, Destination, DirectoryChange, Ledger, RunExtent, Statement, scope};
use crate::clearing::ClearedAttribute;
use crate::decision::{Decision, Declined, Matter, Verdict};
use crate::guard::Permitted;
use crate::history::Counters;
use crate::model::{Diagnosis, Key, RunId, Scope, Timestamp};
use crate::testing::MemoryStore;

const DAY: Timestamp = Timestamp::from_unix_ms(1_798_675_200_000);

fn departure(id: &str) -> Matter {
    Matter::Departure { key: Key::new("User", id) }
}

fn declining(matters: impl IntoIterator<Item = Matter>) -> Arc<Declined> {
    let decision = Decision {
        source: source(),
        run: RunId::new("5"),
        at: DAY,
        by: "Anna".to_owned(),
        verdict: Verdict::Declined,
        about: Some(matters.into_iter().collect()),
        reason: Some("they are on leave".to_owned()),
    };
    Arc::new(Declined::after(vec![decision]))
}

fn run(store: &Arc<MemoryStore>, extent: RunExtent, declined: Arc<Declined>) -> Apply {
    let scales = Some(scales(store, Permitted::Nothing));
    Apply::new(Destination { declined, scales, ..destination(store, extent) })
}

/// People `0` to `n`.
fn people(n: usize) -> Arc<MemoryStore> {
    let store = Arc::<MemoryStore>::default();
    for id in (0..n).map(|n| n.to_string()) {
        hold(
            &store,
            "User",
            &id,
            json!({"schemas": ["urn:x"], "externalId": id, "displayName": id, "title": "Head"}),
        );
    }
    store
}

fn ids(range: std::ops::Range<usize>) -> impl Iterator<Item = String> {
    range.map(|n| n.to_string())
}

fn told(store: &MemoryStore) -> Vec<String> {
    store.state().entries.iter().map(|(_, entry)| entry.diagnosis.message.clone()).collect()
}

fn over(mut ledger: Ledger) -> Vec<Matter> {
    ledger.take_over().into_iter().collect()
}

async fn removed(
    store: &Arc<MemoryStore>,
    declined: Arc<Declined>,
    gone_now: std::ops::Range<usize>,
) -> Ledger {
    let mut apply = closed(run(store, RunExtent::Full, declined)).await;
    apply.remove_missing(ids(gone_now).map(|id| gone("User", &id)).collect()).await.unwrap();
    apply.finish(true).await
}

#[tokio::test]
async fn who_was_declined_stays_and_is_not_held_anew_and_one_entry_says_why() {
    let store = people(40);
    let ledger = removed(&store, declining(ids(0..12).map(|id| departure(&id))), 0..12).await;
    assert_eq!(*ledger.counters(), Counters { kept: 12, ..Counters::default() });
    assert!(!ledger.holds());
    assert_eq!(ledger.n_declined(), 12);
    assert!(store.state().objects.values().all(|held| !held.departed));
    let sentence = "12 people stay because Anna declined their removal on 2026-12-31: they are on leave";
    assert_eq!(told(&store).last().map(String::as_str), Some(sentence));
    let (_, entry) = store.state().entries.last().unwrap().clone();
    let chinese = entry.diagnosis.localized("zh-CN").message;
    assert_eq!(chinese, "Anna 于 2026-12-31 拒绝移除 12 人，予以保留：they are on leave");
    assert_eq!(over(ledger), []);
}

#[tokio::test]
async fn others_who_left_are_weighed_without_those_who_stay() {
    let store = people(40);
    let ledger = removed(&store, declining(ids(0..12).map(|id| departure(&id))), 0..17).await;
    assert_eq!(*ledger.counters(), Counters { kept: 12, deactivated: 5, ..Counters::default() });
    let store = people(40);
    let ledger = removed(&store, declining(ids(0..12).map(|id| departure(&id))), 0..18).await;
    assert_eq!(*ledger.counters(), Counters { kept: 18, held: 6, ..Counters::default() });
}

#[tokio::test]
async fn a_decision_is_over_for_whom_a_whole_reading_does_not_miss_any_more() {
    let store = people(10);
    let ledger = removed(&store, declining(["1", "2"].map(departure)), 1..2).await;
    assert_eq!(over(ledger), [departure("2")]);
}

#[tokio::test]
async fn a_reading_that_is_not_whole_ends_no_decision() {
    let store = people(10);
    let apply = run(&store, RunExtent::Full, declining(["1"].map(departure)));
    assert_eq!(over(apply.finish(false).await), []);
}

#[tokio::test]
async fn a_decision_is_over_for_who_is_read_again_by_an_event_and_for_nobody_else() {
    let store = people(10);
    let mut apply = run(&store, RunExtent::Some, declining(["1", "2", "3"].map(departure)));
    let changes = vec![
        user("1"),
        DirectoryChange::Delete(gone("User", "2")),
        DirectoryChange::Delete(gone("User", "4")),
    ];
    apply.changes(changes).await.unwrap();
    let ledger = apply.finish(true).await;
    assert_eq!((ledger.counters().kept, ledger.counters().deactivated), (1, 1));
    assert_eq!(over(ledger), [departure("1")]);
}

#[tokio::test]
async fn an_approval_goes_before_what_was_declined() {
    let store = people(10);
    let permitted = Permitted::These([Key::new("User", "1")].into());
    let mut apply = run(&store, RunExtent::Some, declining(["1", "2"].map(departure)));
    apply.destination.scales = Some(scales(&store, permitted));
    let changes = ["1", "2"].map(|id| DirectoryChange::Delete(gone("User", id)));
    apply.changes(changes.into()).await.unwrap();
    let ledger = apply.finish(true).await;
    assert_eq!((ledger.counters().kept, ledger.counters().deactivated), (1, 1));
}

#[tokio::test]
async fn a_value_that_is_to_stay_is_not_asked_about_again_and_others_are() {
    let store = people(3);
    let attribute = ClearedAttribute { name: "title".to_owned(), document: r#"{"title":null}"#.to_owned() };
    let matter =
        |id: &str| Matter::Clearing { key: Key::new("User", id), document: attribute.document.clone() };
    let mut apply = closed(run(&store, RunExtent::Full, declining(["0", "1"].map(matter)))).await;
    let proposal = Clearing {
        attribute: attribute.name.clone(),
        document: attribute.document.clone(),
        keys: ["0", "2"].map(|id| Key::new("User", id)).into(),
        reason: Diagnosis::new("too-many", "too many have none"),
    };
    apply.take(Statement::Clearings(vec![proposal])).await.unwrap();
    let ledger = apply.finish(true).await;
    assert_eq!((ledger.counters().held, ledger.counters().kept), (1, 0));
    assert_eq!(over(ledger), [matter("1")]);
    let sentence = "what run 5 held of 1 person stays as it is because Anna declined it on 2026-12-31: they are on leave";
    assert!(told(&store).contains(&sentence.to_owned()), "{:?}", told(&store));
}

#[tokio::test]
async fn a_smaller_view_that_was_declined_waits_no_more_and_nothing_out_of_sight_is_lost() {
    let store = Arc::<MemoryStore>::default();
    let member = |departments: &[&str]| {
        let departments: Vec<_> = departments.iter().map(|id| json!({"value": id})).collect();
        json!({"urn:rollcall:scim:schemas:extension:2.0:User": {"departments": departments}})
    };
    for id in ["2", "3"] {
        hold(&store, "Department", id, json!({"schemas": ["urn:x"], "externalId": id}));
    }
    let mut li = member(&["2", "3"]);
    li.as_object_mut()
        .unwrap()
        .extend([("externalId".to_owned(), json!("li")), ("schemas".to_owned(), json!(["urn:x"]))]);
    hold(&store, "User", "li", li.clone());
    let smaller = Scope { whole: false, parts: vec![Key::new("Department", "2")] };
    let known_scopes =
        scope::EarlierScopes { last: Some(Scope { whole: true, parts: Vec::new() }), approved: None };
    let declined = declining([Matter::Scope { digest: smaller.digest() }]);
    let mut apply =
        Apply::new(Destination { declined, known_scopes, ..destination(&store, RunExtent::Full) });
    apply.take(Statement::Opened(smaller)).await.unwrap();
    apply.changes(vec![put("User", "li", &member(&["2"]))]).await.unwrap();
    let mut ledger = apply.finish(true).await;
    assert!(!ledger.holds());
    assert_eq!((ledger.take_scope(), ledger.take_over().len()), (None, 0));
    assert_eq!(store.state().objects[&(source(), Key::new("User", "li"))].document, li);
    assert_eq!(
        told(&store),
        [
            "what is out of sight stays as it is because Anna declined the smaller view on 2026-12-31: they are on leave"
        ]
    );
}
