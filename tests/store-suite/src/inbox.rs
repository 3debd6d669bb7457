//! What an inbox keeps, what is due and what became of it.

use rollcall_host::inbox::{
    ChannelNote, ChannelState, EventFilter, EventState, EventWay, Fate, Following, Inbox, InboxCounts,
    InboxEvent, NewEvent, Note, Refused, Settlement, Stopped, StoredEvents, Unfetched,
};
use rollcall_host::model::{Diagnosis, EventDelivery, Failure, FailureKind, Key, RunId, Timestamp};

use crate::given::source;

const EVERYTHING: EventFilter = EventFilter { state: None, run: None };

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

fn failure(code: &str) -> Failure {
    Failure::new(FailureKind::Unavailable, Diagnosis::new(code, "the source is busy"))
}

fn settlement(number: u64, fate: Fate) -> Settlement {
    Settlement { number, run: Some(RunId::new("7")), at: at(1000), fate }
}

fn again(due_at: i64, counts: bool) -> Fate {
    Fate::Again { due_at: at(due_at), counts, failure: failure("busy") }
}

/// An event that waits, as it was kept.
fn waiting(number: u64, event: NewEvent) -> InboxEvent {
    let due_at = Some(event.arrived_at);
    let state = EventState::Waiting;
    InboxEvent { number, event, state, n_attempts: 0, due_at, run: None, settled_at: None, failure: None }
}

fn ids(events: &[InboxEvent]) -> Vec<&str> {
    events.iter().map(|event| event.event.id.as_str()).collect()
}

/// An inbox of source "a" with events "1", "2" and "3", which arrived at 10, 20 and 30.
async fn with_three<S: Inbox>(store: &S) -> &dyn Inbox {
    let events = [event("1", 10), event("2", 20), event("3", 30)];
    assert_eq!(store.store(&source("a"), &events).await.unwrap(), StoredEvents { n_new: 3, n_known: 0 });
    store
}

pub async fn what_is_stored_waits_as_it_came_and_is_due_in_the_order_of_arrival<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    let expected = vec![waiting(1, event("1", 10)), waiting(2, event("2", 20))];
    assert_eq!(inbox.due(&source("a"), at(20), 10).await.unwrap(), expected);
    assert_eq!(ids(&inbox.due(&source("a"), at(99), 2).await.unwrap()), ["1", "2"]);
    assert_eq!(inbox.next_due(&source("a")).await.unwrap(), Some(at(10)));
}

pub async fn a_repeat_is_known_whatever_became_of_the_first_one<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    let settlements = [settlement(1, Fate::Done), settlement(2, Fate::Failed { failure: failure("busy") })];
    inbox.settle(&source("a"), &settlements).await.unwrap();
    let repeats = [event("1", 40), event("2", 40), event("3", 40), event("4", 40), event("4", 41)];
    assert_eq!(inbox.store(&source("a"), &repeats).await.unwrap(), StoredEvents { n_new: 1, n_known: 4 });
    assert_eq!(ids(&inbox.due(&source("a"), at(99), 10).await.unwrap()), ["3", "4"]);
}

pub async fn events_of_different_sources_never_meet<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    assert_eq!(inbox.store(&source("b"), &[event("1", 15)]).await.unwrap().n_new, 1);
    inbox.settle(&source("b"), &[settlement(1, Fate::Done)]).await.unwrap();
    inbox.settle_all_before(&source("b"), at(99), &RunId::new("7"), at(99)).await.unwrap();
    inbox.forget(&source("b"), at(1000)).await.unwrap();
    let expected = InboxCounts { waiting: 3, done: 0, failed: 0 };
    assert_eq!(inbox.counts(&source("a")).await.unwrap(), expected);
    assert_eq!(inbox.counts(&source("b")).await.unwrap(), InboxCounts::default());
}

pub async fn an_event_that_is_done_says_which_run_did_it_and_is_due_no_more<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    inbox.settle(&source("a"), &[settlement(1, again(20, true))]).await.unwrap();
    inbox.settle(&source("a"), &[settlement(1, Fate::Done)]).await.unwrap();
    let expected = InboxEvent {
        state: EventState::Done,
        n_attempts: 1,
        due_at: None,
        run: Some(RunId::new("7")),
        settled_at: Some(at(1000)),
        ..waiting(1, event("1", 10))
    };
    let filter = EventFilter { state: Some(EventState::Done), run: None };
    assert_eq!(inbox.events(&source("a"), &filter, None, 10).await.unwrap(), [expected]);
    assert_eq!(ids(&inbox.due(&source("a"), at(99), 10).await.unwrap()), ["2", "3"]);
}

pub async fn an_event_that_is_tried_again_waits_until_then_and_counts_what_counts<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    let settlements = [settlement(1, again(50, true)), settlement(2, again(60, false))];
    inbox.settle(&source("a"), &settlements).await.unwrap();
    assert_eq!(ids(&inbox.due(&source("a"), at(49), 10).await.unwrap()), ["3"]);
    let due = inbox.due(&source("a"), at(60), 10).await.unwrap();
    let attempts: Vec<_> = due.iter().map(|event| (event.number, event.n_attempts)).collect();
    assert_eq!(attempts, [(1, 1), (2, 0), (3, 0)]);
    assert_eq!(due[0].failure, Some(failure("busy")));
}

pub async fn the_next_event_is_due_when_the_earliest_is_and_never_when_none_waits<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    let settlements =
        [settlement(1, again(50, true)), settlement(2, Fate::Done), settlement(3, again(40, true))];
    inbox.settle(&source("a"), &settlements).await.unwrap();
    assert_eq!(inbox.next_due(&source("a")).await.unwrap(), Some(at(40)));
    inbox.settle(&source("a"), &[1, 3].map(|number| settlement(number, Fate::Done))).await.unwrap();
    assert_eq!(inbox.next_due(&source("a")).await.unwrap(), None);
}

pub async fn a_failed_event_stays_until_a_person_has_it_tried_again<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    let failed = |number| settlement(number, Fate::Failed { failure: failure("gone") });
    inbox.settle(&source("a"), &[failed(1), failed(2)]).await.unwrap();
    let expected = InboxCounts { waiting: 1, done: 0, failed: 2 };
    assert_eq!(inbox.counts(&source("a")).await.unwrap(), expected);
    assert_eq!(inbox.retry(&source("a"), Some(&[2, 3, 99]), at(70)).await.unwrap(), 1);
    let due = inbox.due(&source("a"), at(70), 10).await.unwrap();
    let expected = InboxEvent {
        due_at: Some(at(70)),
        run: Some(RunId::new("7")),
        failure: Some(failure("gone")),
        ..waiting(2, event("2", 20))
    };
    assert_eq!(due, [expected, waiting(3, event("3", 30))]);
    assert_eq!(inbox.retry(&source("a"), None, at(80)).await.unwrap(), 1);
}

pub async fn what_is_settled_is_not_settled_again<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    inbox.settle(&source("a"), &[settlement(1, Fate::Done)]).await.unwrap();
    inbox.settle(&source("a"), &[settlement(1, again(50, true)), settlement(99, Fate::Done)]).await.unwrap();
    let expected = InboxCounts { waiting: 2, done: 1, failed: 0 };
    assert_eq!(inbox.counts(&source("a")).await.unwrap(), expected);
}

pub async fn a_full_run_covers_what_had_arrived_before_it<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    inbox.settle(&source("a"), &[settlement(1, again(5000, true))]).await.unwrap();
    let run = RunId::new("9");
    assert_eq!(inbox.settle_all_before(&source("a"), at(30), &run, at(90)).await.unwrap(), 2);
    let filter = EventFilter { state: None, run: Some(run) };
    let covered = inbox.events(&source("a"), &filter, None, 10).await.unwrap();
    assert_eq!(ids(&covered), ["2", "1"]);
    assert!(covered.iter().all(|event| event.state == EventState::Done && event.failure.is_none()));
}

pub async fn events_are_listed_newest_first_and_page_by_page<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    let newest = inbox.events(&source("a"), &EVERYTHING, None, 2).await.unwrap();
    assert_eq!(ids(&newest), ["3", "2"]);
    let older = inbox.events(&source("a"), &EVERYTHING, Some(newest[1].number), 2).await.unwrap();
    assert_eq!(ids(&older), ["1"]);
}

pub async fn events_are_found_by_state_and_run_together<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    inbox.settle(&source("a"), &[settlement(1, Fate::Done), settlement(2, again(50, true))]).await.unwrap();
    let filter = EventFilter { state: Some(EventState::Waiting), run: Some(RunId::new("7")) };
    assert_eq!(ids(&inbox.events(&source("a"), &filter, None, 10).await.unwrap()), ["2"]);
}

pub async fn what_was_settled_long_ago_is_forgotten_and_its_number_never_given_again<S: Inbox>(store: &S) {
    let inbox = with_three(store).await;
    let failed = Fate::Failed { failure: failure("gone") };
    inbox.settle(&source("a"), &[settlement(2, Fate::Done), settlement(3, failed)]).await.unwrap();
    assert_eq!(inbox.forget(&source("a"), at(1000)).await.unwrap(), 0);
    assert_eq!(inbox.forget(&source("a"), at(1001)).await.unwrap(), 2);
    inbox.store(&source("a"), &[event("3", 40)]).await.unwrap();
    let left = inbox.events(&source("a"), &EVERYTHING, None, 10).await.unwrap();
    let numbers: Vec<_> = left.iter().map(|event| event.number).collect();
    assert_eq!(numbers, [4, 1]);
}

pub async fn notes_do_not_undo_one_another<S: Inbox>(store: &S) {
    let inbox: &dyn Inbox = store;
    let a = source("a");
    assert_eq!(inbox.following(&a).await.unwrap(), Following::default());
    let stopped = Stopped { at: at(1), failure: failure("disabled") };
    let unfetched = Unfetched { at: at(7), failure: failure("busy") };
    let channel = ChannelNote { state: ChannelState::Connected, since: at(2), diagnosis: None };
    let refused = |n| Refused { at: at(n), diagnosis: Diagnosis::new("signature-wrong", "it is wrong") };
    for note in [
        Note::Paused(true),
        Note::Stopped(Some(stopped.clone())),
        Note::Resumed(at(8)),
        Note::Channel(channel.clone()),
        Note::HeardUntil(at(3)),
        Note::NextRun(Some(at(4))),
        Note::Refused { n: 2, last: refused(5) },
        Note::Refused { n: 3, last: refused(6) },
        Note::Unfetched(Some(unfetched.clone())),
        Note::Cursor(Some("page 8".to_owned())),
        Note::EventDelivery(Some(EventDelivery::Callbacks)),
    ] {
        inbox.note(&a, &note).await.unwrap();
    }
    let expected = Following {
        is_paused: true,
        stopped: Some(stopped),
        resumed_at: Some(at(8)),
        channel: Some(channel),
        heard_until: Some(at(3)),
        next_run_at: Some(at(4)),
        n_refused: 5,
        last_refused: Some(refused(6)),
        unfetched: Some(unfetched),
        cursor: Some("page 8".to_owned()),
        event_delivery: Some(EventDelivery::Callbacks),
    };
    assert_eq!(inbox.following(&a).await.unwrap(), expected);
    inbox.note(&a, &Note::Stopped(None)).await.unwrap();
    inbox.note(&a, &Note::NextRun(None)).await.unwrap();
    let expected = Following { stopped: None, next_run_at: None, ..expected };
    assert_eq!(inbox.following(&a).await.unwrap(), expected);
    assert_eq!(inbox.following(&source("b")).await.unwrap(), Following::default());
}
