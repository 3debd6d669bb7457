//! Deliveries as their sender writes them, and every way in which one can be wrong.

use super::{keys, receive};
use crate::token::WebhookToken;
use expect_test::{Expect, expect};
use rollcall_kit::live::{Delivery, Event, Moment, Receipt};
use rollcall_kit::{Body, Failure};
use serde_json::{Value, json};

const TOKEN: &str = "canary-token-5f2c";

fn delivery(method: &str, headers: &[(&str, &str)], body: &str) -> Delivery {
    let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Delivery { method: method.to_owned(), query: String::new(), headers, body: Body::Text(body.to_owned()) }
}

fn received(delivery: &Delivery) -> Result<Receipt, Failure> {
    let token = WebhookToken::new(TOKEN.to_owned()).expect("it is one");
    receive(Some(&token), Moment { now_ms: 0, random: [0xa5; 16] }, delivery)
}

fn told(body: &str) -> Receipt {
    received(&delivery("POST", &[("x-roster-token", TOKEN)], body)).expect("it has the token")
}

#[track_caller]
fn check(body: &str, expected: &Expect) {
    let Receipt { status, content_type, body, events } = told(body);
    let mut shown = format!("{status} {content_type:?} {body}");
    for Event { id, kind, payload, subjects, .. } in events {
        let subjects: Vec<String> =
            subjects.iter().map(|key| format!("{}:{}", key.resource_type, key.external_id)).collect();
        shown += &format!("\n{id} {kind} {payload} {}", subjects.join(" "));
    }
    expected.assert_eq(&shown);
}

#[test]
fn what_is_named_becomes_one_event_departments_first() {
    check(
        r#"{"people":["7","8"],"departments":["rd"],"id":"change-1","comment":"not looked at"}"#,
        &expect![[r#"
            202 Json {"accepted":3}
            roster:change-1:0 roster-changed {"departments":["rd"],"people":["7","8"]} Department:rd User:7 User:8"#]],
    );
}

#[test]
fn ids_are_read_as_in_a_roster_and_each_is_named_once() {
    check(
        r#"{"id":"1","people":[7," 7 ","7",-3,"小红"],"departments":[7]}"#,
        &expect![[r#"
            202 Json {"accepted":4}
            roster:1:0 roster-changed {"departments":["7"],"people":["7","-3","小红"]} Department:7 User:7 User:-3 User:小红"#]],
    );
}

#[test]
fn a_delivery_without_an_id_is_a_change_of_its_own() {
    check(
        r#"{"people":["7"]}"#,
        &expect![[r#"
            202 Json {"accepted":1}
            a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5:0 roster-changed {"departments":[],"people":["7"]} User:7"#]],
    );
}

#[test]
fn many_objects_become_several_events_that_name_each_once() {
    let people: Vec<u32> = (0..1_000).collect();
    let receipt = told(&json!({ "id": "x".repeat(100), "people": people }).to_string());
    assert_eq!((receipt.status, receipt.body.as_str()), (202, r#"{"accepted":1000}"#));
    let sizes: Vec<usize> = receipt.events.iter().map(|event| event.subjects.len()).collect();
    assert_eq!(sizes, [100; 10]);
    let last = receipt.events.last().expect("there are ten");
    assert_eq!(last.id, format!("roster:{}:9", "x".repeat(100)));
    let named: Vec<String> = receipt
        .events
        .iter()
        .flat_map(|event| keys(event).expect("it reads its own"))
        .map(|key| key.external_id)
        .collect();
    assert_eq!(named, people.iter().map(u32::to_string).collect::<Vec<_>>());
}

#[test]
fn the_longest_ids_fit_into_what_an_event_may_carry() {
    // Each letter is written with two bytes.
    let people: Vec<String> = (0..100).map(|n| format!("{n:03}{}", r#"""#.repeat(253))).collect();
    let receipt = told(&json!({ "people": people }).to_string());
    let sizes: Vec<usize> = receipt.events.iter().map(|event| event.payload.len()).collect();
    assert_eq!(sizes.len(), 1);
    assert!(sizes.iter().all(|size| *size <= 64 << 10), "{sizes:?}");
}

#[test]
fn a_body_that_is_wrong_is_answered_with_what_is_wrong() {
    let of = |n: usize| json!({ "people": (0..n).collect::<Vec<_>>() }).to_string();
    let long = json!({ "people": ["x".repeat(257)] }).to_string();
    let long_id = json!({ "id": "x".repeat(101), "people": ["7"] }).to_string();
    let told = |body: &str| {
        let Receipt { status, body, events, .. } = told(body);
        assert_eq!((status, events), (400, Vec::new()), "{body}");
        body
    };
    let bodies = [
        "",
        "people=7",
        "[]",
        "{",
        "{}",
        r#"{"people":[]}"#,
        r#"{"people":"7"}"#,
        r#"{"people":null}"#,
        r#"{"departments":{"id":"rd"}}"#,
        r#"{"people":["7",""]}"#,
        r#"{"people":[" "]}"#,
        r#"{"people":["a\nb"]}"#,
        r#"{"people":[7.5]}"#,
        r#"{"people":[null]}"#,
        r#"{"people":[true]}"#,
        r#"{"people":[["7"]]}"#,
        long.as_str(),
        r#"{"id":"","people":["7"]}"#,
        r#"{"id":7,"people":["7"]}"#,
        long_id.as_str(),
        &of(1_001),
    ];
    let told: Vec<String> = bodies.into_iter().map(told).collect();
    expect![[r#"
        the body must be a JSON object such as {"people": ["7"]}
        the body must be a JSON object such as {"people": ["7"]}
        the body must be a JSON object such as {"people": ["7"]}
        the body must be a JSON object such as {"people": ["7"]}
        the body names nobody: list ids under `people` or `departments`
        the body names nobody: list ids under `people` or `departments`
        `people` must be a list of ids
        `people` must be a list of ids
        `departments` must be a list of ids
        `people[1]` must be a text of 1 to 256 bytes or a whole number
        `people[0]` must be a text of 1 to 256 bytes or a whole number
        `people[0]` must be a text of 1 to 256 bytes or a whole number
        `people[0]` must be a text of 1 to 256 bytes or a whole number
        `people[0]` must be a text of 1 to 256 bytes or a whole number
        `people[0]` must be a text of 1 to 256 bytes or a whole number
        `people[0]` must be a text of 1 to 256 bytes or a whole number
        `people[0]` must be a text of 1 to 256 bytes or a whole number
        `id` must be a text of 1 to 100 bytes
        `id` must be a text of 1 to 100 bytes
        `id` must be a text of 1 to 100 bytes
        the body names 1001 objects, at most 1000 are taken"#]]
    .assert_eq(&told.join("\n"));
}

/// The whole of a text in parts.
fn whole(parts: &Value) -> String {
    let part = |part: &Value| match (part.as_str(), part["repeat"].as_str(), part["times"].as_u64()) {
        (Some(text), ..) => text.to_owned(),
        (None, Some(text), Some(times)) => text.repeat(usize::try_from(times).expect("it fits")),
        _ => panic!("{part} is no part of a text"),
    };
    parts.as_array().expect("parts are a list").iter().map(part).collect()
}

/// The same by the vectors that the twins of this connector in other languages pass, too.
#[test]
fn the_vectors_of_deliveries() {
    let vectors: Value = serde_json::from_str(include_str!("../../vectors/deliveries.json")).expect("JSON");
    let cases = vectors["cases"].as_array().expect("a list");
    assert!(!cases.is_empty());
    for case in cases {
        let text = |member: &str| case[member].as_str().unwrap_or_default();
        let Receipt { status, body, events, .. } = told(&whole(&case["body"]));
        let keys = events.iter().flat_map(|event| &event.subjects);
        let named: Vec<String> =
            keys.map(|key| format!("{}:{}", key.resource_type, key.external_id)).collect();
        let expected = match text("wrong") {
            "" => (202, case["named"].clone(), json!({ "accepted": named.len() }).to_string()),
            "body" => {
                (400, json!([]), r#"the body must be a JSON object such as {"people": ["7"]}"#.to_owned())
            }
            "nobody" => {
                (400, json!([]), "the body names nobody: list ids under `people` or `departments`".to_owned())
            }
            place if place.ends_with(']') => {
                let id = "must be a text of 1 to 256 bytes or a whole number";
                (400, json!([]), format!("`{place}` {id}"))
            }
            list => (400, json!([]), format!("`{list}` must be a list of ids")),
        };
        assert_eq!((status, json!(named), body), expected, "{}", text("name"));
    }
}

#[test]
fn only_post_tells_of_changes() {
    for method in ["GET", "PUT", "DELETE"] {
        let receipt = received(&delivery(method, &[("x-roster-token", TOKEN)], r#"{"people":["7"]}"#));
        let Receipt { status, events, .. } = receipt.expect("it is answered");
        assert_eq!((status, events), (405, Vec::new()), "{method}");
    }
}

#[test]
fn another_token_is_refused_before_the_body_is_read() {
    for headers in [
        &[][..],
        &[("x-roster-token", "")],
        &[("x-roster-token", "canary-token-5f2d")],
        &[("x-roster-token", "canary-token-5f2")],
        &[("x-roster-token", "canary-token-5f2cc")],
        &[("authorization", TOKEN)],
    ] {
        let refused = received(&delivery("POST", headers, "people=7"));
        match refused {
            Err(Failure::Other(why)) => assert_eq!(why.code, "webhook-not-authentic"),
            other => panic!("{headers:?}: {other:?}"),
        }
    }
}

#[test]
fn without_a_token_in_the_settings_nothing_is_taken() {
    let delivery = delivery("POST", &[("x-roster-token", "")], r#"{"people":["7"]}"#);
    match receive(None, Moment { now_ms: 0, random: [0; 16] }, &delivery) {
        Err(Failure::Settings(why)) => {
            assert_eq!(
                (why.code.as_str(), why.setting.as_deref()),
                ("webhook-not-set-up", Some("/webhook_token"))
            );
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_token_is_long_and_fits_into_a_header() {
    let is_one = |text: &str| WebhookToken::new(text.to_owned()).is_some();
    assert!(is_one(&"x".repeat(16)) && is_one(&"~".repeat(256)) && is_one("!\"#$%&'()*+,-./:"));
    assert!(!is_one(&"x".repeat(15)) && !is_one(&"x".repeat(257)));
    assert!(!is_one("sixteen letters x") && !is_one("sixteen\tletters x") && !is_one("sixteenlettersé"));
}

#[test]
fn no_message_and_no_debug_form_has_the_token() {
    let token = WebhookToken::new(TOKEN.to_owned()).expect("it is one");
    let delivery = delivery("POST", &[("x-roster-token", "canary-another-token")], "{}");
    let refused = receive(Some(&token), Moment { now_ms: 0, random: [0; 16] }, &delivery);
    let shown = format!("{token:?} {delivery:?} {refused:?}");
    assert!(!shown.contains("canary"), "{shown}");
}

#[test]
fn the_payload_of_an_event_is_read_or_the_event_is_unreadable() {
    let read = |payload: Value| {
        let payload = payload.to_string();
        let (id, kind) = ("1".to_owned(), "roster-changed".to_owned());
        keys(&Event { id, kind, payload, occurred_at_ms: None, subjects: Vec::new() }).map(|keys| keys.len())
    };
    assert_eq!(read(json!({ "departments": ["rd"], "people": ["7", "8"] })), Some(3));
    assert_eq!(read(json!({ "people": ["7"], "from a later version": 1 })), Some(1));
    assert_eq!([read(json!([])), read(json!({ "people": "7" })), read(json!({ "people": [""] }))], [None; 3]);
}
