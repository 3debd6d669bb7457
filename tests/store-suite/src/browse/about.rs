//! What is told of one object, held or not.

use rollcall_browse::{Store, TrailStep};
use rollcall_host::directory::Action;
use rollcall_host::history::{ChangeRecord, RunState};
use rollcall_host::inbox::{EventWay, Inbox, NewEvent};
use rollcall_host::model::{Diagnosis, Entry, Key, RunId, Severity, Timestamp};

use crate::given::{again, close_run, import, open_run, person, record, source};

fn refused(id: &str, name: &str) -> ChangeRecord {
    let refusal = Some(Diagnosis::new("duplicate", "that name is taken"));
    ChangeRecord { refusal, ..ChangeRecord::from(&person(id, name, &[])) }
}

fn entry(id: &str, name: &str, code: &str) -> Entry {
    Entry {
        severity: Severity::Warning,
        subject: Some(Key::new("User", id)),
        subject_name: Some(name.to_owned()),
        diagnosis: Diagnosis::new(code, "something happened"),
    }
}

pub async fn a_trail_has_every_step_of_one_object_newest_first_and_page_by_page<S: Store>(store: &S) {
    let one = person("1", "x", &[]);
    let created = import(store, "a", &[person("2", "y", &[]), one.clone()]).await;
    import(store, "b", std::slice::from_ref(&one)).await;
    let departed = open_run(store, "a").await;
    let gone = [again(&one, Action::Deactivated)];
    record(store, "a", &departed, &gone).await;
    store.record_changes(&departed, &[refused("1", "x")]).await.unwrap();
    let told = async |before| {
        let steps = store.trail(&source("a"), &one.key, before, 2).await.unwrap();
        let told = |step: &TrailStep| {
            (step.run.id.clone(), step.run.state, step.change.number, step.change.item.action)
        };
        steps.iter().map(told).collect::<Vec<_>>()
    };
    let newest = [
        (departed.clone(), RunState::Running, 2, Action::Created),
        (departed.clone(), RunState::Running, 1, Action::Deactivated),
    ];
    assert_eq!(told(None).await, newest);
    assert_eq!(told(Some((departed, 1))).await, [(created, RunState::Succeeded, 2, Action::Created)]);
}

pub async fn entries_about_an_object_are_those_of_its_source_newest_first<S: Store>(store: &S) {
    for (name, code) in [("a", "first"), ("b", "elsewhere"), ("a", "second")] {
        let run = open_run(store, name).await;
        store.record_entries(&run, &[entry("1", "x", code), entry("2", "y", "other")]).await.unwrap();
        close_run(store, &run, RunState::Partial).await;
    }
    let entries = store.entries_about(&source("a"), &Key::new("User", "1"), 10).await.unwrap();
    let codes: Vec<_> = entries.iter().map(|about| about.entry.item.diagnosis.code.as_str()).collect();
    assert_eq!(codes, ["second", "first"]);
}

pub async fn events_about_an_object_are_those_that_name_it_until_they_are_forgotten<S: Store>(store: &S) {
    let event = |id: &str, subjects: Vec<Key>| NewEvent {
        id: id.to_owned(),
        kind: "user_modify".to_owned(),
        payload: "7".to_owned(),
        born_at: None,
        subjects,
        arrived_at: Timestamp::from_unix_ms(5),
        way: EventWay::Callback,
    };
    let (one, two) = (Key::new("User", "1"), Key::new("User", "2"));
    let events = [
        event("e1", vec![one.clone(), one.clone()]),
        event("e2", vec![two.clone()]),
        event("e3", vec![two, one.clone()]),
        event("e1", vec![one.clone()]),
    ];
    Inbox::store(store, &source("a"), &events).await.unwrap();
    Inbox::store(store, &source("b"), &events).await.unwrap();
    let about = async || {
        let events = store.events_about(&source("a"), &one, 10).await.unwrap();
        events.into_iter().map(|kept| kept.event.id).collect::<Vec<_>>()
    };
    assert_eq!(about().await, ["e3", "e1"]);
    let (run, later) = (RunId::new("1"), Timestamp::from_unix_ms(9));
    store.settle_all_before(&source("a"), later, &run, later).await.unwrap();
    store.forget(&source("a"), Timestamp::from_unix_ms(10)).await.unwrap();
    assert_eq!(about().await, [""; 0]);
}

/// One who was deleted, one who never came in, one who was left out, one who was deleted and came back.
async fn a_past<S: Store>(store: &S) -> RunId {
    let people = [person("gone", "王小红", &[]), person("back", "李小红", &[])];
    import(store, "a", &people).await;
    import(store, "a", &people.each_ref().map(|one| again(one, Action::Deleted))).await;
    let third = open_run(store, "a").await;
    record(store, "a", &third, &people[1..]).await;
    store.record_changes(&third, &[refused("never", "赵小红")]).await.unwrap();
    let entries =
        [entry("out", "小红红", "skipped"), entry("back", "李小红", "kept"), entry("gone", "王小红", "kept")];
    store.record_entries(&third, &entries).await.unwrap();
    third
}

async fn once_known<S: Store>(store: &S, name: Option<&str>, text: &str) -> Vec<(String, RunId)> {
    let name = name.map(source);
    let known = store.once_known(name.as_ref(), text, 10).await.unwrap();
    known.into_iter().map(|known| (known.key.external_id, known.last_run)).collect()
}

pub async fn what_is_not_held_is_found_by_a_part_of_its_name_or_id_each_once<S: Store>(store: &S) {
    let third = a_past(store).await;
    let mut known = once_known(store, None, "小红").await;
    known.sort();
    let expected = ["gone", "never", "out"].map(|id| (id.to_owned(), third.clone()));
    assert_eq!(known, expected);
    assert_eq!(once_known(store, Some("a"), "NEVER").await, [("never".to_owned(), third)]);
}

pub async fn what_another_source_knew_is_not_told<S: Store>(store: &S) {
    a_past(store).await;
    assert_eq!(once_known(store, Some("b"), "小红").await, []);
}
