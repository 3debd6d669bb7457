//! Deliveries as DingTalk makes them, and every way in which one can be wrong.

use super::{RefusedDelivery, receive};
use crate::crypto::{Callback, Ciphertext, Decrypted, Stamp, Unopened};
use proptest::prelude::{any, prop, proptest};
use rollcall_kit::Body;
use rollcall_kit::live::{ContentType, Delivery, Moment, Receipt};
use serde_json::{Value, json};

const APP_KEY: &str = "dingsimappkey0000001";
const CORP_ID: &str = "dingsimcorp01";
const TIMESTAMP: &str = "1700000000002";
const NONCE: &str = "nonce003";
const USER_ADDED: &str = r#"{"CorpId":"dingsimcorp01","EventType":"user_add_org","UserId":["u001","张三"],"OptStaffId":"manager01","TimeStamp":"1700000000002"}"#;

fn callback() -> Callback {
    Callback::new("simToken2026", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG").unwrap()
}

fn moment() -> Moment {
    Moment { now_ms: 1_700_000_030_000, random: *b"fedcba9876543210" }
}

/// A delivery as DingTalk signs it, before a test spoils it.
fn signed(timestamp: &str, message: &str, owner: &str) -> (String, String) {
    let stamp = Stamp { timestamp, nonce: NONCE };
    let Ciphertext { signature, encrypt } = callback().seal(stamp, message, owner, *b"0123456789abcdef");
    let query =
        format!("msg_signature={signature}&signature={signature}&timestamp={timestamp}&nonce={NONCE}");
    (query, json!({"encrypt": encrypt}).to_string())
}

fn delivered(query: &str, body: &str) -> Result<Receipt, RefusedDelivery> {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    let (method, body) = ("POST".to_owned(), Body::Text(body.to_owned()));
    let delivery = Delivery { method, query: query.to_owned(), headers, body };
    receive(&callback(), &[APP_KEY, CORP_ID], moment(), &delivery)
}

fn deliver(message: &str) -> Result<Receipt, RefusedDelivery> {
    let (query, body) = signed(TIMESTAMP, message, APP_KEY);
    delivered(&query, &body)
}

fn ids(receipt: &Receipt) -> Vec<&str> {
    receipt.events.iter().map(|event| event.kind.as_str()).collect()
}

/// What DingTalk finds in a reply when it looks as it does.
fn read_reply(receipt: &Receipt, owner: &str) -> String {
    let reply: Value = serde_json::from_str(&receipt.body).unwrap();
    let member = |name: &str| reply[name].as_str().unwrap();
    let stamp = Stamp { timestamp: member("timeStamp"), nonce: member("nonce") };
    let Decrypted { message, .. } =
        callback().open(stamp, member("msg_signature"), member("encrypt"), &[owner]).unwrap();
    message
}

#[test]
fn a_delivery_is_answered_with_success_and_named_events() {
    let receipt = deliver(USER_ADDED).unwrap();
    assert_eq!((receipt.status, ids(&receipt)), (200, vec!["user_add_org"]));
    assert_eq!(receipt.content_type, ContentType::Json);
    assert_eq!(read_reply(&receipt, APP_KEY), "success");
    let payload: Value = serde_json::from_str(&receipt.events[0].payload).unwrap();
    assert_eq!(payload, json!({"users": ["u001", "张三"], "at_ms": 1_700_000_000_002_u64}));
}

#[test]
fn the_address_is_confirmed_when_dingtalk_tries_it_out() {
    let receipt = deliver(r#"{"EventType":"check_url"}"#).unwrap();
    assert_eq!((read_reply(&receipt, APP_KEY).as_str(), ids(&receipt)), ("success", vec![]));
}

#[test]
fn an_event_about_something_else_is_answered_and_forgotten() {
    let receipt = deliver(r#"{"EventType":"bpms_task_change","eventId":"1"}"#).unwrap();
    assert_eq!((read_reply(&receipt, APP_KEY).as_str(), ids(&receipt)), ("success", vec![]));
}

#[test]
fn a_delivery_for_the_organization_is_answered_in_its_name() {
    let (query, body) = signed(TIMESTAMP, USER_ADDED, CORP_ID);
    let receipt = delivered(&query, &body).unwrap();
    assert_eq!(read_reply(&receipt, CORP_ID), "success");
}

#[test]
fn the_same_delivery_twice_gives_the_same_receipt() {
    assert_eq!(deliver(USER_ADDED), deliver(USER_ADDED));
}

#[test]
fn a_delivery_that_is_signed_anew_has_the_same_events() {
    let (query, body) = signed("1700000030002", USER_ADDED, APP_KEY);
    let again = delivered(&query, &body).unwrap();
    assert_eq!(again.events, deliver(USER_ADDED).unwrap().events);
}

#[test]
fn two_changes_in_one_second_are_two_events_though_they_say_the_same() {
    for time in ["1700000000", "1700000000000"] {
        let message =
            USER_ADDED.replace(r#""TimeStamp":"1700000000002""#, &format!(r#""TimeStamp":"{time}""#));
        let id = |timestamp: &str| {
            let (query, body) = signed(timestamp, &message, APP_KEY);
            delivered(&query, &body).unwrap().events.remove(0).id
        };
        assert_eq!(id(TIMESTAMP), id(TIMESTAMP), "one that comes again as it was is a repeat");
        assert_ne!(id(TIMESTAMP), id("1700000000003"));
    }
}

#[test]
fn every_way_to_write_the_query_is_understood() {
    let (query, body) = signed(TIMESTAMP, USER_ADDED, APP_KEY);
    let (_, signature) = query.rsplit_once("&signature=").unwrap();
    let signature = signature.split('&').next().unwrap();
    let queries = [
        format!("signature={signature}&timestamp={TIMESTAMP}&nonce={NONCE}"),
        format!("msg_signature={signature}&signature=other&timeStamp={TIMESTAMP}&nonce={NONCE}"),
        format!(
            "source=feihua&nonce=mine&x=%E5%BC%A0&signature={signature}&timestamp={TIMESTAMP}&nonce={NONCE}"
        ),
        format!("msg_signature=&signature={signature}&timestamp=%31700000000002&nonce=nonc%65003&flag"),
    ];
    for query in queries {
        assert_eq!(delivered(&query, &body).map(|receipt| receipt.status), Ok(200), "{query}");
    }
}

#[test]
fn a_query_without_all_of_its_parts_is_refused() {
    let (query, body) = signed(TIMESTAMP, USER_ADDED, APP_KEY);
    let without = |name: &str| -> String {
        query.split('&').filter(|pair| !pair.contains(name)).collect::<Vec<_>>().join("&")
    };
    for query in
        ["".to_owned(), "%ff&&=".to_owned(), without("signature"), without("timestamp"), without("nonce")]
    {
        assert_eq!(delivered(&query, &body), Err(RefusedDelivery::Query), "{query}");
    }
}

#[test]
fn a_body_that_is_not_encrypted_json_is_refused() {
    let (query, body) = signed(TIMESTAMP, USER_ADDED, APP_KEY);
    let truncated = &body[..body.len() - 9];
    for body in
        ["", "null", "[]", "{}", r#"{"encrypt":7}"#, USER_ADDED, "<xml/>", truncated, &"x".repeat(1 << 20)]
    {
        assert_eq!(delivered(&query, body), Err(RefusedDelivery::Body), "{:.20}", body);
    }
}

#[test]
fn a_delivery_of_which_anything_was_changed_is_refused() {
    let (query, body) = signed(TIMESTAMP, USER_ADDED, APP_KEY);
    let spoilt = [
        (query.replace(TIMESTAMP, "1700000000003"), body.clone()),
        (query.replace(NONCE, "nonce004"), body.clone()),
        (query.replace("signature=", "signature=0"), body.clone()),
        (query.clone(), body.replacen(":\"", ":\" ", 1)),
        (query, json!({"encrypt": "A".repeat(1 << 20)}).to_string()),
    ];
    for (query, body) in spoilt {
        assert_eq!(delivered(&query, &body), Err(RefusedDelivery::Unopened(Unopened::Signature)), "{query}");
    }
}

#[test]
fn a_delivery_for_someone_else_is_refused() {
    let (query, body) = signed(TIMESTAMP, USER_ADDED, "dingsimappkey0000002");
    assert_eq!(delivered(&query, &body), Err(RefusedDelivery::Unopened(Unopened::Owner)));
}

#[test]
fn a_delivery_counts_for_a_quarter_of_an_hour_either_way() {
    let received = |timestamp: i64| {
        let (query, body) = signed(&timestamp.to_string(), USER_ADDED, APP_KEY);
        delivered(&query, &body).map(|receipt| receipt.status)
    };
    let now_ms = 1_700_000_030_000;
    let fresh = [now_ms - 900_000, now_ms + 900_000, now_ms / 1_000 - 900].map(received);
    assert_eq!(fresh, [Ok(200); 3]);
    let stale = [now_ms - 900_001, now_ms + 900_001, now_ms / 1_000 - 901, 0, i64::MAX, -1].map(received);
    assert_eq!(stale, [Err(RefusedDelivery::Stale); 6]);
}

#[test]
fn a_message_that_is_no_event_is_refused() {
    for message in ["", "success", "[]", "{}", r#"{"EventType":1}"#, r#"{"EventType":"user_add_org""#] {
        assert_eq!(deliver(message), Err(RefusedDelivery::Message), "{message}");
    }
    let deep = format!(r#"{{"EventType":{}"#, "[".repeat(100_000));
    assert_eq!(deliver(&deep), Err(RefusedDelivery::Message));
}

proptest! {
    #[test]
    fn nothing_a_stranger_sends_is_received(query in "\\PC{0,200}", body in prop::collection::vec(any::<u8>(), 0..300)) {
        let (method, body) = ("POST".to_owned(), Body::from_bytes(body));
        let delivery = Delivery { method, query, headers: Vec::new(), body };
        proptest::prop_assert!(receive(&callback(), &[APP_KEY], moment(), &delivery).is_err());
    }

    #[test]
    fn any_message_that_is_signed_is_received_or_refused(message in "\\PC{0,200}") {
        let received = deliver(&message);
        proptest::prop_assert!(matches!(received, Ok(_) | Err(RefusedDelivery::Message)), "{received:?}");
    }
}
