//! Frames as DingTalk sends them, and the answers of DingTalk's own clients.

use super::{NotAFrame, react};
use expect_test::{Expect, expect};
use proptest::prelude::{any, prop, proptest};
use serde_json::{Value, json};
use std::fmt::Write;

const USER_MODIFIED: &str = r#"{"specVersion":"1.0","type":"EVENT","headers":{"topic":"*","messageId":"a4b","contentType":"application/json","time":"1687860200000","appId":"app","connectionId":"c","eventType":"user_modify_org","eventId":"2f8","eventCorpId":"ding9f50","eventBornTime":"1687860199000","eventUnifiedAppId":"bbb3"},"data":"{\"eventId\":\"2f8\",\"optStaffId\":\"manager331\",\"timeStamp\":\"1687860198636\",\"userId\":[\"0159\"]}"}"#;

/// A frame with these headers and this data.
fn frame(kind: &str, headers: &Value, data: &Value) -> String {
    json!({"specVersion": "1.0", "type": kind, "headers": headers, "data": data}).to_string()
}

fn shown(message: &rollcall_kit::Body) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(message.as_bytes())
}

#[track_caller]
fn check(frame: &str, expected: &Expect) {
    let Ok(reaction) = react(frame) else {
        expected.assert_eq("not a frame");
        return;
    };
    let mut told = String::new();
    for reply in &reaction.replies {
        let _ = writeln!(told, "answer {}", shown(reply));
    }
    for refusal in &reaction.refusals {
        let _ = writeln!(told, "or else {}", shown(refusal));
    }
    for event in &reaction.events {
        let _ = writeln!(told, "{} {}", event.id, event.payload);
    }
    if reaction.reconnect {
        told.push_str("reconnect\n");
    }
    expected.assert_eq(&told);
}

#[test]
fn an_event_is_acknowledged_once_it_is_kept_and_else_asked_for_again() {
    check(
        USER_MODIFIED,
        &expect![[r#"
        answer {"code":200,"headers":{"contentType":"application/json","messageId":"a4b"},"message":"OK","data":"{\"status\":\"SUCCESS\",\"message\":\"success\"}"}
        or else {"code":500,"headers":{"contentType":"application/json","messageId":"a4b"},"message":"not stored","data":"{\"status\":\"LATER\",\"message\":\"not stored\"}"}
        user_modify_org/2f8 {"users":["0159"],"at_ms":1687860198636}
    "#]],
    );
}

/// What is answered and kept, without the words.
fn outcome(frame: &str) -> String {
    let Ok(reaction) = react(frame) else { return "not a frame".to_owned() };
    let code = |reply| {
        let reply: Value = serde_json::from_str(&shown(reply)).unwrap();
        reply["code"].to_string()
    };
    let replies: Vec<String> = reaction.replies.iter().map(code).collect();
    let events: Vec<&str> = reaction.events.iter().map(|event| event.kind.as_str()).collect();
    let reconnect = if reaction.reconnect { " reconnect" } else { "" };
    format!("{} {}{reconnect}", replies.join(" "), events.join(" ")).trim().to_owned()
}

#[test]
fn a_frame_whose_type_is_missing_or_written_otherwise_is_what_its_headers_say() {
    let event = json!({"topic": "*", "messageId": "m", "eventType": "user_modify_org"});
    let headers = |topic: &str| json!({"topic": topic, "messageId": "m"});
    let framed = |kind: &Value, headers: &Value| {
        let data = json!(r#"{"userId":["u1"]}"#);
        outcome(&json!({"type": kind, "headers": headers, "data": data}).to_string())
    };
    for kind in
        [json!("EVENT"), json!("event"), json!(" Event "), json!(""), json!(null), json!(7), json!([])]
    {
        assert_eq!(framed(&kind, &event), "200 user_modify_org", "{kind}");
    }
    for kind in [json!("SYSTEM"), json!("System"), json!(null), json!("")] {
        assert_eq!(framed(&kind, &headers("ping")), "200", "{kind}");
        assert_eq!(framed(&kind, &headers("PING")), "200", "{kind}");
        assert_eq!(framed(&kind, &headers("Disconnect")), "reconnect", "{kind}");
        assert_eq!(framed(&kind, &headers("connected")), "", "{kind}");
    }
    assert_eq!(framed(&json!("callback"), &headers("/v1.0/im/bot/messages/get")), "404");
    assert_eq!(framed(&json!(null), &headers("/v1.0/im/bot/messages/get")), "404");
    assert_eq!(framed(&json!("OTHER"), &event), "404");
    let without = json!({"headers": event, "data": "{\"userId\":[\"u1\"]}"});
    assert_eq!(outcome(&without.to_string()), "200 user_modify_org");
}

#[test]
fn an_event_whose_kind_says_nothing_is_kept_as_unreadable() {
    for kind in [json!(""), json!("  "), json!(null)] {
        let headers = json!({"topic": "*", "messageId": "m", "eventType": kind});
        assert_eq!(outcome(&frame("EVENT", &headers, &json!("{}"))), "400 unreadable", "{kind}");
    }
}

#[test]
fn headers_that_are_none_name_no_message() {
    for headers in [json!(null), json!([]), json!("")] {
        assert_eq!(outcome(&frame("SYSTEM", &headers, &json!("{}"))), "not a frame", "{headers}");
    }
}

#[test]
fn a_ping_is_answered_with_its_own_data() {
    check(
        r#"{"specVersion":"1.0","type":"SYSTEM","headers":{"topic":"ping","messageId":"m1","contentType":"application/json","time":"1"},"data":"{\"opaque\": \"0d75\"}"}"#,
        &expect![[r#"
            answer {"code":200,"headers":{"contentType":"application/json","messageId":"m1"},"message":"OK","data":"{\"opaque\": \"0d75\"}"}
        "#]],
    );
}

#[test]
fn a_disconnect_asks_for_another_channel_and_is_not_answered() {
    let data = json!(r#"{"reason":"connection is expired"}"#);
    check(
        &frame("SYSTEM", &json!({"topic": "disconnect", "messageId": "m"}), &data),
        &expect![[r#"
        reconnect
    "#]],
    );
}

#[test]
fn greetings_are_not_answered() {
    for topic in ["CONNECTED", "REGISTERED", "KEEPALIVE"] {
        check(&frame("SYSTEM", &json!({"topic": topic, "messageId": "m"}), &Value::Null), &expect![[r#""#]]);
    }
}

#[test]
fn an_event_about_something_else_is_acknowledged_and_forgotten() {
    let headers = json!({"topic": "*", "messageId": "m", "eventType": "bpms_task_change", "eventId": "e"});
    check(
        &frame("EVENT", &headers, &json!("{}")),
        &expect![[r#"
        answer {"code":200,"headers":{"contentType":"application/json","messageId":"m"},"message":"OK","data":"{\"status\":\"SUCCESS\",\"message\":\"success\"}"}
        or else {"code":500,"headers":{"contentType":"application/json","messageId":"m"},"message":"not stored","data":"{\"status\":\"LATER\",\"message\":\"not stored\"}"}
    "#]],
    );
}

#[test]
fn an_event_may_say_nothing_of_itself() {
    let headers = || json!({"messageId": "m", "eventType": "org_change", "eventId": "e", "eventBornTime": "1687860199000"});
    check(
        &frame("EVENT", &headers(), &json!("{}")),
        &expect![[r#"
        answer {"code":200,"headers":{"contentType":"application/json","messageId":"m"},"message":"OK","data":"{\"status\":\"SUCCESS\",\"message\":\"success\"}"}
        or else {"code":500,"headers":{"contentType":"application/json","messageId":"m"},"message":"not stored","data":"{\"status\":\"LATER\",\"message\":\"not stored\"}"}
        org_change/e {"at_ms":1687860199000}
    "#]],
    );
    let said_nothing = react(&frame("EVENT", &headers(), &json!("{}")));
    for data in [json!(""), json!("null"), Value::Null, json!({})] {
        assert_eq!(react(&frame("EVENT", &headers(), &data)), said_nothing);
    }
}

#[test]
fn headers_may_be_numbers_and_data_an_object() {
    let headers = json!({"messageId": 7, "eventType": "org_dept_modify", "eventId": 8, "eventBornTime": 1_687_860_199_000_u64});
    check(
        &frame("EVENT", &headers, &json!({"deptId": [432_825_033]})),
        &expect![[r#"
        answer {"code":200,"headers":{"contentType":"application/json","messageId":"7"},"message":"OK","data":"{\"status\":\"SUCCESS\",\"message\":\"success\"}"}
        or else {"code":500,"headers":{"contentType":"application/json","messageId":"7"},"message":"not stored","data":"{\"status\":\"LATER\",\"message\":\"not stored\"}"}
        org_dept_modify/8 {"departments":[432825033],"at_ms":1687860199000}
    "#]],
    );
}

#[test]
fn without_an_id_of_its_own_an_event_is_told_by_what_it_says() {
    let event = |message_id: &str, born: &str| {
        let headers = json!({"messageId": message_id, "eventType": "user_active_org", "eventBornTime": born});
        react(&frame("EVENT", &headers, &json!(r#"{"userId":["u"]}"#))).unwrap().events.remove(0).id
    };
    assert_eq!(event("m1", "1687860199007"), event("m2", "1687860199007"));
    assert_ne!(event("m1", "1687860199007"), event("m1", "1687860199008"));
    // In one second much can happen.
    assert_eq!(event("m1", "1687860199000"), event("m1", "1687860199000"));
    assert_ne!(event("m1", "1687860199000"), event("m2", "1687860199000"));
}

#[test]
fn a_malformed_event_is_said_to_be_and_leaves_a_trace() {
    let no_kind = json!({"topic": "*", "messageId": "m"});
    check(
        &frame("EVENT", &no_kind, &json!("{}")),
        &expect![[r#"
        answer {"code":400,"headers":{"contentType":"application/json","messageId":"m"},"message":"malformed","data":""}
        unreadable/678beb466c2cb5e2083e7c91dbda4978 {"unclear":true}
    "#]],
    );
    let headers = || json!({"messageId": "m", "eventType": "user_add_org", "eventId": "e"});
    check(
        &frame("EVENT", &headers(), &json!("{\"userId\":[")),
        &expect![[r#"
        answer {"code":400,"headers":{"contentType":"application/json","messageId":"m"},"message":"malformed","data":""}
        unreadable/63f9fc9ead71fba091803a9d95ba163e {"unclear":true}
    "#]],
    );
    check(
        &frame("EVENT", &headers(), &json!(7)),
        &expect![[r#"
        answer {"code":400,"headers":{"contentType":"application/json","messageId":"m"},"message":"malformed","data":""}
        unreadable/8af13c034ebf8d9c33c88a0585c70a69 {"unclear":true}
    "#]],
    );
}

#[test]
fn what_nobody_subscribed_to_is_said_to_be_unknown() {
    let bot = json!({"topic": "/v1.0/im/bot/messages/get", "messageId": "m"});
    check(
        &frame("CALLBACK", &bot, &json!("{}")),
        &expect![[r#"
        answer {"code":404,"headers":{"contentType":"application/json","messageId":"m"},"message":"unknown topic","data":""}
    "#]],
    );
    check(
        &frame("SYSTEM", &json!({"topic": "reboot", "messageId": "m"}), &Value::Null),
        &expect![[r#"
        answer {"code":404,"headers":{"contentType":"application/json","messageId":"m"},"message":"unknown topic","data":""}
    "#]],
    );
    check(
        &frame("OTHER", &json!({"messageId": "m"}), &Value::Null),
        &expect![[r#"
        answer {"code":404,"headers":{"contentType":"application/json","messageId":"m"},"message":"unknown type","data":""}
    "#]],
    );
}

#[test]
fn what_names_no_message_cannot_be_answered() {
    let frames = [
        "",
        "ping",
        "[]",
        "null",
        "{}",
        r#"{"type":"EVENT"}"#,
        r#"{"type":"EVENT","headers":{"eventType":"org_change","messageId":""},"data":"{}"}"#,
        r#"{"type":"SYSTEM","headers":{"topic":"ping"},"data":"{}"}"#,
        r#"{"type":"SYSTEM","headers":null}"#,
        &USER_MODIFIED[..USER_MODIFIED.len() - 1],
        &"[".repeat(100_000),
    ];
    for frame in frames {
        assert_eq!(react(frame), Err(NotAFrame), "{frame:.60}");
    }
}

proptest! {
    #[test]
    fn any_text_is_a_frame_or_not(text in "\\PC{0,300}") {
        let _ = react(&text);
    }

    #[test]
    fn whoever_is_answered_is_answered_by_name(
        kind in "(SYSTEM|EVENT|CALLBACK|[A-Z]{0,4})",
        topic in "(ping|disconnect|KEEPALIVE|\\*|\\PC{0,8})",
        event in "(user_add_org|org_change|[a-z_]{0,12})",
        message_id in "\\PC{1,20}",
        data in "\\PC{0,40}",
        n in any::<prop::sample::Index>(),
    ) {
        let data = vec![json!(data), json!("{}"), json!({"userId": [data]}), Value::Null].swap_remove(n.index(4));
        let headers = json!({"topic": topic, "messageId": message_id, "eventType": event});
        let reaction = react(&frame(&kind, &headers, &data)).unwrap();
        for reply in reaction.replies.iter().chain(&reaction.refusals) {
            let reply: Value = serde_json::from_slice(reply.as_bytes()).unwrap();
            proptest::prop_assert_eq!(&reply["headers"]["messageId"], &json!(message_id));
        }
    }
}
