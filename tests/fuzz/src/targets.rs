//! The functions that are fuzzed, and what each holds its input to.

use std::fmt::Debug;
use std::rc::Rc;

use rollcall_dingtalk::DingTalk;
use rollcall_kit::connector::sync;
use rollcall_kit::live::{Delivery, Event, frame, receive};
use rollcall_kit::ports::{Body, Host, Request, Response};
use rollcall_kit::testing::{Reply, Stored, TestHost};
use rollcall_kit::{Connector, Failure, Key, Summary};
use rollcall_roster::Roster;
use serde_json::{Value, json};

use crate::sealed::{AES_KEY, TOKEN, delivery, encrypted};

/// One function that reads something from outside.
#[derive(Debug)]
pub struct Target {
    /// Its name, and that of the folder with its seeds.
    pub name: &'static str,
    /// Read the input; whether it was understood. Panics when something does not hold.
    pub read: fn(&[u8]) -> bool,
}

/// All of them.
pub const TARGETS: [Target; 7] = [
    Target { name: "settings", read: settings },
    Target { name: "delivery", read: delivered },
    Target { name: "ciphertext", read: ciphertext },
    Target { name: "frame", read: frames },
    Target { name: "answers", read: answers },
    Target { name: "roster-json", read: roster_json },
    Target { name: "roster-csv", read: roster_csv },
];

const OWNER: &str = "ding9f50b15bccd16741";
const SECRET: &str = "canary-secret";
/// The access token that the seeds of `answers` grant.
const ACCESS_TOKEN: &str = "canary-token";

/// Most notices of one call, and longest id and kind. Source: the contract, `events`.
const MAX_EVENTS: usize = 1000;
const MAX_ID_BYTES: usize = 128;
const MAX_KIND_BYTES: usize = 64;
const MAX_PAYLOAD_BYTES: usize = 64 * 1024;

fn settings(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else { return false };
    let plan = match DingTalk::configure(text) {
        Ok((_, plan)) => plan,
        Err(problems) => {
            assert!(!problems.is_empty(), "refused without a reason");
            for problem in problems {
                let pointer = problem.setting.expect("a problem says which setting is wrong");
                let is_pointer = pointer.is_empty() || pointer.starts_with('/');
                assert!(is_pointer, "{pointer:?} is no JSON pointer");
            }
            return false;
        }
    };
    for limit in plan.limits {
        assert!(0 < limit.requests && 0 < limit.window_ms, "a limit that lets nothing through: {limit:?}");
    }
    for origin in plan.origins {
        let is_origin =
            origin.origin.split_once("://").is_some_and(|(_, rest)| !rest.contains(['/', '?', '#', '@']));
        assert!(is_origin, "{origin:?} is no origin");
    }
    true
}

/// What is in a delivery that verifies.
fn delivered(message: &[u8]) -> bool {
    arrives(&encrypted(message, OWNER))
}

/// Whatever may be in one.
fn ciphertext(bytes: &[u8]) -> bool {
    arrives(bytes)
}

fn arrives(ciphertext: &[u8]) -> bool {
    let host = TestHost::new(|_, _| panic!("a delivery is understood offline"));
    let (query, body) = delivery(ciphertext, host.now_ms());
    let settings = wanting("http");
    let changed = query.replace("nonce001", "nonce002");
    let pushed = |query| Delivery {
        method: "POST".to_owned(),
        query,
        headers: Vec::new(),
        body: Body::from_bytes(body.clone()),
    };
    let (delivery, changed) = (pushed(query), pushed(changed));
    let another = receive::<DingTalk>(&*host, &settings, &changed);
    assert!(another.is_err(), "what is signed otherwise was taken");
    match receive::<DingTalk>(&*host, &settings, &delivery) {
        Ok(receipt) => {
            assert_eq!(receipt.status, 200);
            serde_json::from_str::<Value>(&receipt.body).expect("a receipt is JSON");
            are_small(&receipt.events);
            true
        }
        Err(failure) => {
            tells_no_secret(&failure);
            false
        }
    }
}

fn frames(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else { return false };
    match frame::<DingTalk>(&wanting("stream"), "", &Body::Text(text.to_owned())) {
        Ok(reaction) => {
            for reply in reaction.replies.iter().chain(&reaction.refusals) {
                serde_json::from_slice::<Value>(reply.as_bytes()).expect("what is answered is JSON");
            }
            are_small(&reaction.events);
            true
        }
        Err(failure) => {
            tells_no_secret(&failure);
            false
        }
    }
}

/// The answers of DingTalk, one a line: the end of a path, what the request's body must contain, and the answer, with a
/// blank between them. What nothing answers is answered with the last line.
fn answers(input: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(input) else { return false };
    let lines: Vec<Vec<String>> =
        text.lines().map(|line| line.splitn(3, ' ').map(str::to_owned).collect()).collect();
    let answer = move |request: &Request| -> String {
        let path = request.url.split('?').next().unwrap_or_default();
        let asked = std::str::from_utf8(request.body.as_bytes()).unwrap_or_default();
        let fits = |line: &&Vec<String>| match line.as_slice() {
            [end, needle, _] => {
                path.ends_with(end.as_str()) && (needle == "-" || asked.contains(needle.as_str()))
            }
            _ => false,
        };
        let line = lines.iter().find(fits).or(lines.last());
        line.and_then(|line| line.last()).cloned().unwrap_or_default()
    };
    reads::<DingTalk>(&wanting("off"), answer)
}

fn roster_json(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input).into_owned();
    reads::<Roster>(r#"{"url":"https://hr.example/roster.json"}"#, move |_| text.clone())
}

/// Two files, between which a line with a dash stands.
fn roster_csv(input: &[u8]) -> bool {
    let text = String::from_utf8_lossy(input);
    let (departments, people) = text.split_once("\n-\n").unwrap_or((&text, ""));
    let (departments, people) = (departments.to_owned(), people.to_owned());
    let settings =
        r#"{"departments_url":"https://hr.example/d.csv","people_url":"https://hr.example/p.csv"}"#;
    reads::<Roster>(settings, move |request| match request.url.ends_with("d.csv") {
        true => departments.clone(),
        false => people.clone(),
    })
}

/// Read everything from a world that answers like this, into a platform that holds somebody whom nobody names.
fn reads<C: Connector>(settings: &str, answer: impl Fn(&Request) -> String + 'static) -> bool {
    let host = TestHost::new(move |_, request| {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Reply::After(1, Response { status: 200, headers, body: Body::Text(answer(request)) })
    });
    let stored = Stored { version: String::new(), document: json!({"displayName": "Nobody"}) };
    host.set_objects([(Key::new("User", "nobody"), stored)].into());
    let result = sync::<C>(Rc::<TestHost>::clone(&host), settings);
    holds(&host, &result);
    result.is_ok_and(|summary| summary.complete)
}

fn holds(host: &TestHost, result: &Result<Summary, Failure>) {
    let removed = host.take_removed();
    let is_complete = result.as_ref().is_ok_and(|summary| summary.complete);
    assert!(is_complete || removed.is_empty(), "a reading that is not whole let {removed:?} go");
    for removal in removed {
        assert!(!removal.evidence.is_empty(), "{:?} left without evidence", removal.key);
    }
    tells_no_secret(&host.take_entries());
    if let Err(failure) = result {
        tells_no_secret(failure);
    }
}

fn are_small(events: &[Event]) {
    assert!(events.len() <= MAX_EVENTS, "{} events at once", events.len());
    for event in events {
        assert!((1..=MAX_ID_BYTES).contains(&event.id.len()), "an id of {} bytes", event.id.len());
        assert!(event.kind.len() <= MAX_KIND_BYTES, "a kind of {} bytes", event.kind.len());
        assert!(event.payload.len() <= MAX_PAYLOAD_BYTES, "a payload of {} bytes", event.payload.len());
    }
}

fn tells_no_secret(told: &impl Debug) {
    let told = format!("{told:?}");
    let is_told = [SECRET, TOKEN, AES_KEY, ACCESS_TOKEN].iter().any(|secret| told.contains(secret));
    assert!(!is_told, "a secret is told: {told}");
}

fn wanting(events: &str) -> String {
    json!({
        "corp_id": OWNER, "app_key": "dingsimappkey0000001", "app_secret": SECRET, "events": events,
        "callback_token": TOKEN, "callback_aes_key": AES_KEY,
    })
    .to_string()
}
