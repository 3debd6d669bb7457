//! Two hundred people of whom thirty are odd, each in another way, and three odd departments, while five leave, five lose
//! their title and five join: exactly that happens, in a full run and by events.

use super::company::person;
use super::forms::{FORMS, Form, Written};
use super::structures::STRUCTURES;
use crate::DingTalk;
use crate::testing::{Question, World, run, settings};
use rollcall_kit::live::{Event, Handled, handle};
use rollcall_kit::testing::{Reply, Stored, TestHost};
use rollcall_kit::{Body, Key, Request, Severity};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

const N_PEOPLE: usize = 200;
const N_ODD: usize = 30;

/// Who is odd, and how.
type Odd = BTreeMap<String, (&'static str, &'static Form)>;

fn id(n: usize) -> String {
    format!("p{n:03}")
}

fn department(n: usize) -> i64 {
    i64::try_from(n % 8).unwrap() + 2
}

fn people(world: World, numbers: impl Iterator<Item = usize>) -> World {
    numbers.fold(world, |world, n| world.user_with(&id(n), &[department(n)], &person()))
}

fn departments() -> World {
    (2..10).fold(World::new(), |world, id| world.department(id, 1, &format!("D{id}")))
}

fn before() -> World {
    people(departments(), 0..N_PEOPLE)
}

fn after() -> World {
    let stayed = (0..N_PEOPLE).filter(|n| !LEFT.contains(n)).chain(JOINED);
    let mut emptied = person();
    emptied["title"] = json!("");
    EMPTIED
        .fold(people(departments(), stayed), |world, n| world.user_with(&id(n), &[department(n)], &emptied))
}

const LEFT: std::ops::Range<usize> = 100..105;
const EMPTIED: std::ops::Range<usize> = 110..115;
const JOINED: std::ops::Range<usize> = N_PEOPLE..N_PEOPLE + 5;

/// Thirty cases of a person that are far from one another, of those that cost a member and not a key.
fn odd_people() -> Odd {
    let members = STRUCTURES[0].members.iter().filter(|member| **member != "userid");
    let forms = || FORMS.iter().filter(|form| form.name.contains(|letter: char| letter.is_lowercase()));
    let cases: Vec<_> = members.flat_map(|member| forms().map(move |form| (*member, form))).collect();
    (0..N_ODD).map(|n| (id(n), cases[n * cases.len() / N_ODD])).collect()
}

/// The same world, with these people odd wherever they are answered, and departments 2, 3 and 4 in the list of all.
fn with(odd: &Odd, world: World) -> impl FnMut(u64, &Request) -> Reply + 'static {
    let (mut answers, odd) = (world.into_answers(), odd.clone());
    move |now_ms, request| {
        let reply = answers(now_ms, request);
        let path = Question::of(request).path;
        match path.as_str() {
            "user/list" | "user/get" => bent(reply, &odd),
            "department/listsub" => bent_departments(reply),
            _ => reply,
        }
    }
}

fn objects(body: &mut Value) -> Vec<&mut Map<String, Value>> {
    let result = &mut body["result"];
    let list = if result["list"].is_array() { &mut result["list"] } else { result };
    match list {
        Value::Array(list) => list.iter_mut().filter_map(Value::as_object_mut).collect(),
        Value::Object(one) => vec![one],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn bent(reply: Reply, odd: &Odd) -> Reply {
    let Reply::After(after_ms, mut response) = reply else { return reply };
    let mut body: Value = serde_json::from_slice(response.body.as_bytes()).unwrap();
    let mut bytes = BTreeMap::new();
    for person in objects(&mut body) {
        let Some((member, form)) = person["userid"].as_str().and_then(|id| odd.get(id)) else { continue };
        match form.value {
            Written::Missing => drop(person.remove(*member)),
            Written::Bytes(written) => {
                let place = format!("@{}@", bytes.len());
                person.insert((*member).to_owned(), json!(place));
                bytes.insert(format!("{place:?}"), written.to_vec());
            }
            Written::Long => drop(person.insert((*member).to_owned(), json!("canary".repeat(50_000)))),
            Written::AfterMark => {}
        }
    }
    let mut rest = body.to_string().into_bytes();
    for (place, written) in bytes {
        let at = rest.windows(place.len()).position(|window| window == place.as_bytes()).unwrap();
        rest.splice(at..at + place.len(), written);
    }
    response.body = Body::Bytes(rest);
    Reply::After(after_ms, response)
}

fn bent_departments(reply: Reply) -> Reply {
    let Reply::After(after_ms, mut response) = reply else { return reply };
    let mut body: Value = serde_json::from_slice(response.body.as_bytes()).unwrap();
    for department in objects(&mut body) {
        match department["dept_id"].as_i64() {
            Some(2) => drop(department.insert("name".to_owned(), Value::Null)),
            Some(3) => drop(department.insert("dept_id".to_owned(), json!([3]))),
            Some(4) => drop(department.insert("auto_add_user".to_owned(), json!({"no": "flag"}))),
            Some(_) | None => {}
        }
    }
    response.body = Body::Text(body.to_string());
    Reply::After(after_ms, response)
}

fn host_of(held: World) -> Rc<TestHost> {
    let host = held.into_host();
    assert!(run(&host).unwrap().complete);
    host.take_entries();
    host
}

/// Who is where they would be if nobody were odd, and who is not.
#[track_caller]
fn check(host: &TestHost, odd: &Odd) {
    let plain = host_of(before());
    plain.set_world(after().into_answers());
    assert!(run(&plain).unwrap().complete);
    let documents = |objects: &BTreeMap<Key, Stored>| {
        let even = objects.iter().filter(|(key, _)| !odd.contains_key(&key.external_id));
        even.map(|(key, stored)| (key.clone(), stored.document.clone())).collect::<BTreeMap<_, _>>()
    };
    assert_eq!(documents(&host.objects()), documents(&plain.objects()));
    let keys = |host: &TestHost| host.objects().keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(keys(host), keys(&plain));
    let entries = host.take_entries();
    assert!(entries.iter().all(|entry| entry.severity != Severity::Error), "{entries:?}");
    let said: Vec<_> = entries.iter().map(|entry| (entry.subject.clone(), entry.diagnosis.clone())).collect();
    assert!(!format!("{said:?}").contains("canary"), "{said:?}");
    let told = said.into_iter().filter_map(|(subject, _)| subject).filter(|key| key.resource_type == "User");
    assert!(told.map(|key| key.external_id).all(|id| odd.contains_key(&id)));
}

#[test]
fn of_two_hundred_people_with_thirty_odd_ones_exactly_those_leave_who_left_in_a_full_run() {
    let (host, odd) = (host_of(before()), odd_people());
    host.set_world(with(&odd, after()));
    let summary = run(&host).unwrap();
    assert_eq!(summary.incomplete_reason, None);
    check(&host, &odd);
}

#[test]
fn of_two_hundred_people_with_thirty_odd_ones_exactly_those_leave_who_left_by_events() {
    let (host, odd) = (host_of(before()), odd_people());
    host.set_world(with(&odd, after()));
    let mut settings = settings();
    settings["events"] = json!("stream");
    let about = |kind: &str, numbers: std::ops::Range<usize>| -> Vec<Event> {
        let event = |n: usize| Event {
            id: format!("{kind}/{n}"),
            kind: kind.to_owned(),
            payload: json!({"users": [id(n)]}).to_string(),
            occurred_at_ms: None,
            subjects: Vec::new(),
        };
        numbers.map(event).collect()
    };
    let events = [
        about("user_modify_org", 0..N_ODD),
        about("user_leave_org", LEFT),
        about("user_modify_org", EMPTIED),
        about("user_add_org", JOINED),
    ]
    .concat();
    let Handled { summary, unfinished } =
        handle::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&settings), &events).unwrap();
    assert_eq!((summary.complete, unfinished), (true, Vec::new()));
    check(&host, &odd);
}
