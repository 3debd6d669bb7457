//! Every member of what DingTalk pushes, in every odd form: an id that can be read is read again, whatever else is odd, and
//! what cannot be told is left to a full reading. Nothing is lost without a word.

use super::forms::{FORMS, Form, Written};
use crate::events::{delivered, framed, missed};
use rollcall_kit::live::Event;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// One way to push.
struct Push {
    name: &'static str,
    /// Without anything odd.
    whole: fn() -> Value,
    /// Leads to the object that is tried.
    pointer: &'static str,
    members: &'static [&'static str],
    /// Of these, an odd one tells neither what changed nor that anything did: then the push is refused, and DingTalk
    /// repeats it.
    telling: &'static [&'static str],
    /// From its bytes to events; none for a push that is refused.
    read: fn(&[u8]) -> Option<Vec<Event>>,
}

const BY_HTTP: &[&str] =
    &["CorpId", "EventType", "UserId", "DeptId", "TimeStamp", "eventId", "OptStaffId", "diffInfo"];

const HEADERS: &[&str] =
    &["topic", "messageId", "contentType", "time", "eventType", "eventId", "eventCorpId", "eventBornTime"];

const PUSHES: [Push; 4] = [
    Push {
        name: "an event over HTTP",
        whole: || {
            json!({"CorpId": "ding1", "EventType": "user_modify_org", "UserId": ["a"], "DeptId": [2],
                "TimeStamp": "1645077203219", "eventId": "c7c7", "OptStaffId": "o", "diffInfo": [{"userid": "a"}]})
        },
        pointer: "",
        members: BY_HTTP,
        telling: &["EventType"],
        read: delivered,
    },
    Push {
        name: "a frame of the WebSocket",
        whole: frame,
        pointer: "",
        members: &["specVersion", "type", "headers", "data"],
        telling: &["type", "headers", "data"],
        read: framed,
    },
    Push {
        name: "its `headers`",
        whole: frame,
        pointer: "/headers",
        members: HEADERS,
        telling: &["messageId", "eventType"],
        read: framed,
    },
    Push {
        name: "a delivery that failed",
        whole: || {
            json!({"errcode": 0, "failed_list": [{"call_back_tag": "user_modify_org", "event_time": 1_606_126_433_000_i64,
                "user_modify_org": {"userid": ["a"], "corpid": "ding1"}}]})
        },
        pointer: "/failed_list/0",
        members: &["call_back_tag", "event_time", "user_modify_org"],
        telling: &[],
        read: missed,
    },
];

fn frame() -> Value {
    json!({
        "specVersion": "1.0", "type": "EVENT",
        "headers": {"topic": "*", "messageId": "m1", "contentType": "application/json", "time": "1687860200000",
            "eventType": "user_modify_org", "eventId": "2f8", "eventCorpId": "ding1", "eventBornTime": "1687860199000"},
        "data": "{\"eventId\":\"2f8\",\"userId\":[\"a\"],\"timeStamp\":\"1687860198636\"}"
    })
}

fn written(push: &Push, member: &str, form: &Form) -> Vec<u8> {
    let mut whole = (push.whole)();
    let object = whole.pointer_mut(push.pointer).and_then(Value::as_object_mut).unwrap();
    match form.value {
        Written::Missing => drop(object.remove(member)),
        Written::Long => drop(object.insert(member.to_owned(), json!("canary".repeat(50_000)))),
        Written::Bytes(_) => drop(object.insert(member.to_owned(), json!("@odd@"))),
        Written::AfterMark => {}
    }
    let text = whole.to_string();
    match (form.value, text.split_once("\"@odd@\"")) {
        (Written::Bytes(bytes), Some((before, behind))) => {
            [before.as_bytes(), bytes, behind.as_bytes()].concat()
        }
        (Written::AfterMark, _) => [b"\xef\xbb\xbf", text.as_bytes()].concat(),
        _ => text.into_bytes(),
    }
}

/// What came of it, in a word.
fn cell(events: Option<&[Event]>) -> &'static str {
    let Some(events) = events else { return "refused" };
    let names = |event: &Event, id: &str| event.subjects.iter().any(|subject| subject.external_id == id);
    let is_unclear = |event: &Event| event.payload.contains("\"unclear\":true");
    match events {
        [] => "not about contacts",
        [event] if names(event, "a") && !is_unclear(event) => "read",
        [event] if names(event, "a") => "read, and the rest by a full reading",
        [event] if is_unclear(event) || event.subjects.is_empty() => "by a full reading",
        [_] => "read, others",
        [..] => "several",
    }
}

/// The tables of all pushes, and what is wrong with them.
pub(super) fn tables(wrong: &mut Vec<String>) -> String {
    let mut tables = String::new();
    for push in &PUSHES {
        let names: Vec<&str> = FORMS.iter().map(|form| form.name).collect();
        let _ = writeln!(tables, "\n### {}\n\n| member | {} |", push.name, names.join(" | "));
        let _ = writeln!(tables, "| --- |{}", " --- |".repeat(FORMS.len()));
        for member in push.members {
            let cells: Vec<&str> = FORMS.iter().map(|form| tried(push, member, form, wrong)).collect();
            let _ = writeln!(tables, "| `{member}` | {} |", cells.join(" | "));
        }
    }
    tables
}

fn tried(push: &Push, member: &'static str, form: &Form, wrong: &mut Vec<String>) -> &'static str {
    let events = (push.read)(&written(push, member, form));
    let cell = cell(events.as_deref());
    let names_ids = ["UserId", "DeptId", "data", "user_modify_org", "call_back_tag"].contains(&member);
    let is_fine = cell == "read" || names_ids && !matches!(cell, "refused") || push.telling.contains(&member);
    if !is_fine {
        wrong.push(format!("{}: {member} as {}: {cell}", push.name, form.name));
    }
    cell
}

#[test]
fn whatever_is_odd_in_a_push_what_it_names_is_read_again() {
    let mut wrong = Vec::new();
    tables(&mut wrong);
    assert_eq!(wrong, [""; 0]);
}
