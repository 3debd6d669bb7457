//! What of an inbox is in the file. What any inbox promises is in the suite of stores.

use super::super::testing::{TemporaryStore, source};
use super::*;
use rollcall_browse::Browse as _;
use rollcall_host::inbox::EventWay;
use rollcall_host::model::Key;

fn at(unix_ms: i64) -> Timestamp {
    Timestamp::from_unix_ms(unix_ms)
}

fn event(id: &str, arrived_at: i64) -> NewEvent {
    NewEvent {
        id: id.to_owned(),
        kind: "user_modify".to_owned(),
        payload: id.to_owned(),
        born_at: Some(at(arrived_at - 5)),
        subjects: vec![Key::new("User", id)],
        arrived_at: at(arrived_at),
        way: EventWay::Callback,
    }
}

/// An event that waits, as it was kept.
fn waiting(number: u64, event: NewEvent) -> InboxEvent {
    let due_at = Some(event.arrived_at);
    let state = EventState::Waiting;
    InboxEvent { number, event, state, n_attempts: 0, due_at, run: None, settled_at: None, failure: None }
}

#[tokio::test]
async fn everything_survives_the_end_of_the_process() {
    let store = TemporaryStore::new();
    let a = source("a");
    store.another().store(&a, &[event("1", 10)]).await.unwrap();
    store.another().note(&a, &Note::Paused(true)).await.unwrap();
    assert_eq!(store.due(&a, at(10), 10).await.unwrap(), [waiting(1, event("1", 10))]);
    assert!(store.following(&a).await.unwrap().is_paused);
    assert_eq!(store.sources().await.unwrap(), ["a"]);
}

#[tokio::test]
async fn an_event_that_cannot_be_stored_takes_those_before_it_with_it() {
    let store = TemporaryStore::new();
    let other = rusqlite::Connection::open(store.path()).unwrap();
    other
        .execute_batch(
            "CREATE TRIGGER full BEFORE INSERT ON event WHEN new.id = '2'
             BEGIN SELECT raise(ABORT, 'disk full'); END",
        )
        .unwrap();
    let events = [event("1", 10), event("2", 20)];
    assert!(
        Inbox::store(&*store, &source("a"), &events).await.unwrap_err().to_string().contains("disk full")
    );
    assert_eq!(store.counts(&source("a")).await.unwrap(), InboxCounts::default());
}

#[test]
fn each_question_has_its_index() {
    let store = TemporaryStore::new();
    let connection = rusqlite::Connection::open(store.path()).unwrap();
    for (question, index) in [
        (read::DUE, "USING INDEX event_state (source=? AND state=?)"),
        (read::NEXT_DUE, "INDEX event_due (source=?)"),
        (read::COUNTS, "USING COVERING INDEX event_state (source=?)"),
    ] {
        let mut explained = connection.prepare(&format!("EXPLAIN QUERY PLAN {question}")).unwrap();
        let plan: Vec<String> =
            explained.raw_query().mapped(|row| row.get(3)).collect::<Result<_, _>>().unwrap();
        assert!(plan.len() == 1 && plan[0].contains(index), "{question}: {plan:?}");
    }
}
