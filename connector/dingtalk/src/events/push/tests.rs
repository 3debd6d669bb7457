//! Every shape in which DingTalk is known to push, captured or documented, and what becomes of each.

use super::{Push, events, millis, unreadable};
use expect_test::{Expect, expect};
use proptest::prelude::{any, prop, proptest};
use rollcall_kit::Key;
use rollcall_kit::live::Event;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;

fn pushed(kind: &str, id: Option<&str>, message: &str) -> Vec<Event> {
    let members: Map<String, Value> = serde_json::from_str(message).unwrap();
    events(Push { kind, id, members: &members, delivery: message })
}

fn told(events: &[Event]) -> String {
    let mut told = String::new();
    for event in events {
        let _ = writeln!(told, "{} {}", event.id, event.payload);
    }
    told
}

#[track_caller]
fn check(kind: &str, message: &str, expected: &Expect) {
    expected.assert_eq(&told(&pushed(kind, None, message)));
}

#[test]
fn pushes_with_capitals_are_understood() {
    check(
        "user_leave_org",
        r#"{"CorpId":"ding28716be3","EventType":"user_leave_org","UserId":["013415163130664023"],"OptStaffId":"0113430928611169518","TimeStamp":"1645077203219"}"#,
        &expect![[r#"
            user_leave_org/8c1dc173721a9dd9ddd49286fdaf02de {"users":["013415163130664023"],"at_ms":1645077203219}
        "#]],
    );
    check(
        "org_dept_create",
        r#"{"CorpId":"ding28716be3","EventType":"org_dept_create","DeptId":[600582447],"TimeStamp":"1645150739144"}"#,
        &expect![[r#"
            org_dept_create/95112bec34b9bdc4fed0d8b970b9fbcb {"departments":[600582447],"at_ms":1645150739144}
        "#]],
    );
}

#[test]
fn pushes_as_the_current_page_has_them_are_understood() {
    check(
        "user_add_org",
        r#"{"EventType":"user_add_org","EventTime":1663143335567,"CorpId":"ding9f50","BizId":"1663-35567","eventId":"c7c7120f","timeStamp":"1685501863357","userId":["015-227"]}"#,
        &expect![[r#"
            user_add_org/c7c7120f {"users":["015-227"],"at_ms":1685501863357}
        "#]],
    );
}

#[test]
fn a_list_in_a_text_and_ids_with_blanks_are_understood() {
    for ids in [r#""[\"u1\",\"u2\"]""#, r#"[" u1 ","u2"]"#] {
        let event = pushed("user_add_org", Some("e"), &format!(r#"{{"userId":{ids}}}"#));
        assert_eq!(told(&event), "user_add_org/e {\"users\":[\"u1\",\"u2\"]}\n", "{ids}");
    }
    let event = pushed("org_dept_create", Some("e"), r#"{"deptId":"[2,\"3\"]"}"#);
    assert_eq!(told(&event), "org_dept_create/e {\"departments\":[2,3]}\n");
    let event = pushed("user_add_org", Some("e"), r#"{"userId":"[\"u1\""}"#);
    assert_eq!(told(&event), "user_add_org/e {\"unclear\":true}\n");
}

#[test]
fn a_member_that_is_nested_without_end_costs_itself_and_no_event() {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    let payload = |member: &str| {
        let kind = r#""EventType":"user_modify_org","eventId":"e""#;
        let message = format!(r#"{{{kind},"userId":["u1"],"{member}":{deep}}}"#);
        let frame = json!({"type": "EVENT", "data": message,
            "headers": {"messageId": "m", "eventType": "user_modify_org", "eventId": "e"}});
        let pushed = crate::events::delivered(message.as_bytes()).unwrap();
        assert_eq!(crate::events::framed(frame.to_string().as_bytes()), Some(pushed.clone()));
        pushed[0].payload.clone()
    };
    assert_eq!(payload("diffInfo"), r#"{"users":["u1"]}"#);
    assert_eq!(payload("userIds"), r#"{"users":["u1"],"unclear":true}"#);
}

#[test]
fn the_data_of_stream_mode_is_understood() {
    check(
        "user_modify_org",
        r#"{"diffInfo":[{"curr":{"email":"a@x.com","name":"张三"},"prev":{"name":"张三"},"userid":"0159"}],"eventId":"2f8","optStaffId":"manager331","timeStamp":"1754553836642","userId":["0159"]}"#,
        &expect![[r#"
            user_modify_org/2f8 {"users":["0159"],"at_ms":1754553836642}
        "#]],
    );
    check(
        "org_dept_modify",
        r#"{"deptId":[432825033]}"#,
        &expect![[r#"
        org_dept_modify/557d8f50f9406ae3d5d190a96cb3363d {"departments":[432825033]}
    "#]],
    );
    check(
        "org_change",
        "{}",
        &expect![[r#"
        org_change/6e46dd10defc9b56c29a6ec56b508c21 {}
    "#]],
    );
}

#[test]
fn a_change_of_roles_names_people() {
    check(
        "label_user_change",
        r#"{"UserIdList":["u1"],"LabelIdList":[168],"action":"add","TimeStamp":"1"}"#,
        &expect![[r#"
            label_user_change/9bc5fed7933572611cd1b612af06a50b {"users":["u1"],"at_ms":1000}
        "#]],
    );
}

#[test]
fn ids_may_be_single_numbers_or_texts() {
    check(
        "user_add_org",
        r#"{"userIds":17,"timeStamp":1700000000000}"#,
        &expect![[r#"
            user_add_org/78680c61a97758c4e3e94cd6d6ec24ab {"users":["17"],"at_ms":1700000000000}
        "#]],
    );
    check(
        "user_add_org",
        r#"{"UserId":"u1","userid":["u2"],"TimeStamp":"1"}"#,
        &expect![[r#"
            user_add_org/b72ba453744051ee19f665da014fc43a {"users":["u1","u2"],"at_ms":1000}
        "#]],
    );
    check(
        "org_dept_modify",
        r#"{"DeptId":"12","deptIds":["3",2],"EventTime":1}"#,
        &expect![[r#"
            org_dept_modify/60014e2f1e2586a7e93ff935adc9489c {"departments":[2,3,12],"at_ms":1000}
        "#]],
    );
}

#[test]
fn ids_that_commas_divide_are_several() {
    let named = |kind: &str, message: &str| {
        let event = pushed(kind, Some("e"), message);
        event.iter().map(|event| event.payload.clone()).collect::<Vec<_>>().join(" ")
    };
    for ids in [r#""u1,u2""#, r#"" u1 , u2,""#, r#"["u1,u2"]"#, r#"["u2","u1,"]"#, r#""[\"u1,u2\"]""#] {
        let message = format!(r#"{{"UserId":{ids}}}"#);
        assert_eq!(named("user_add_org", &message), r#"{"users":["u1","u2"]}"#, "{ids}");
    }
    assert_eq!(named("org_dept_modify", r#"{"DeptId":"2, 3"}"#), r#"{"departments":[2,3]}"#);
    assert_eq!(named("org_dept_modify", r#"{"DeptId":"2,x"}"#), r#"{"departments":[2],"unclear":true}"#);
    for nobody in [r#"",""#, r#"" ""#, r#""""#] {
        let message = format!(r#"{{"UserId":{nobody}}}"#);
        assert_eq!(named("user_add_org", &message), r#"{"unclear":true}"#, "{nobody}");
    }
    // A semicolon may be a letter of an id.
    assert_eq!(named("user_add_org", r#"{"UserId":"u1;u2"}"#), r#"{"users":["u1;u2"]}"#);
}

#[test]
fn a_kind_is_known_whatever_stands_around_it_and_however_it_is_written() {
    for kind in
        [" user_add_org", "user_add_org\n", "User_Add_Org", "USER_ADD_ORG", "\u{feff}user_add_org\u{a0}"]
    {
        let events = pushed(kind, Some("1"), r#"{"UserId":["u1"]}"#);
        assert_eq!(told(&events), "user_add_org/1 {\"users\":[\"u1\"]}\n", "{kind:?}");
        assert!(events.iter().all(|event| event.kind == "user_add_org"), "{kind:?}");
    }
    let unknown = pushed(" User_New_Thing ", Some("1"), r#"{"UserId":["u1"]}"#);
    assert_eq!(told(&unknown), "user_new_thing/1 {\"users\":[\"u1\"]}\n");
}

#[test]
fn an_id_that_cannot_be_read_leaves_a_trace() {
    check(
        "org_dept_modify",
        r#"{"DeptId":[2,3.5,"x"],"TimeStamp":"1"}"#,
        &expect![[r#"
            org_dept_modify/a336791e965ec1f09e19816f5c5485cb {"departments":[2],"at_ms":1000,"unclear":true}
        "#]],
    );
    check(
        "user_add_org",
        r#"{"UserId":["",{}],"TimeStamp":"1"}"#,
        &expect![[r#"
        user_add_org/2f27789e01fc6b3de26c8ccdfd09d122 {"at_ms":1000,"unclear":true}
    "#]],
    );
    check(
        "user_add_org",
        r#"{"UserId":null,"TimeStamp":"1"}"#,
        &expect![[r#"
            user_add_org/edc2b1d871ee826668a115f4f171207f {"at_ms":1000}
        "#]],
    );
}

#[test]
fn what_is_not_about_contacts_is_forgotten() {
    let long = format!("user_{}", "x".repeat(60));
    for kind in ["check_url", "bpms_task_change", "contact_modify_org", "", "user", "!user_add_org", &long] {
        assert_eq!(pushed(kind, Some("1"), r#"{"UserId":["u1"]}"#), [], "{kind}");
    }
}

#[test]
fn dingtalk_s_own_id_tells_repeats() {
    let id = |own, message| pushed("user_add_org", own, message).remove(0).id;
    assert_eq!(id(Some("2f8"), r#"{"eventId":"other"}"#), "user_add_org/2f8");
    assert_eq!(id(None, r#"{"EventId":"c7c","UserId":["u1"]}"#), "user_add_org/c7c");
    assert_eq!(id(None, r#"{"eventId":"c7c","UserId":["u2"]}"#), "user_add_org/c7c");
}

#[test]
fn without_an_id_of_its_own_kind_ids_and_time_tell_repeats() {
    let id = |kind, message| pushed(kind, None, message).remove(0).id;
    let first = id("user_add_org", r#"{"UserId":["u1","u2"],"TimeStamp":"1700000000007","CorpId":"d"}"#);
    assert_eq!(id("user_add_org", r#"{"timeStamp":1700000000007,"userId":["u2","u1"]}"#), first);
    let others = [
        id("user_modify_org", r#"{"UserId":["u1","u2"],"TimeStamp":"1700000000007"}"#),
        id("user_add_org", r#"{"UserId":["u1"],"TimeStamp":"1700000000007"}"#),
        id("user_add_org", r#"{"UserId":["u1","u2"],"TimeStamp":"1700000000001"}"#),
    ];
    assert!(!others.contains(&first), "{others:?}");
}

#[test]
fn without_a_time_that_tells_moments_apart_the_delivery_tells_repeats() {
    for time in [json!(null), json!("1700000000"), json!(1_700_000_000_000_u64), json!("1700000000000")] {
        let id = |delivery| {
            let members = json!({"userId": ["u1"], "TimeStamp": time});
            let members = members.as_object().unwrap();
            events(Push { kind: "user_modify_org", id: None, members, delivery }).remove(0).id
        };
        assert_eq!(id("first"), id("first"), "{time}");
        assert_ne!(id("first"), id("second"), "{time}");
    }
}

#[test]
fn an_id_that_is_too_long_or_not_printable_is_told_by_its_digest() {
    let id = |own: &str| pushed("user_add_org", Some(own), "{}").remove(0).id;
    assert_eq!(id(&"i".repeat(48)), format!("user_add_org/{}", "i".repeat(48)));
    for own in ["i".repeat(49), "a b".to_owned(), "张".to_owned()] {
        assert_eq!(id(&own).len(), "user_add_org/".len() + 32, "{own}");
        assert_ne!(id(&own), id(&format!("{own}i")));
    }
}

#[test]
fn thousands_of_ids_are_several_events() {
    let ids: BTreeSet<i64> = (1_000_000_000..1_000_006_000).collect();
    let events = pushed("org_dept_remove", Some("e"), &json!({"deptId": ids, "timeStamp": 7}).to_string());
    let told: Vec<_> = events.iter().map(|event| event.id.as_str()).collect();
    let largest = events.iter().map(|event| event.payload.len()).max().unwrap();
    let named: BTreeSet<i64> = events
        .iter()
        .flat_map(|event| {
            let payload: Value = serde_json::from_str(&event.payload).unwrap();
            serde_json::from_value::<Vec<i64>>(payload["departments"].clone()).unwrap()
        })
        .collect();
    assert_eq!(told, ["org_dept_remove/e", "org_dept_remove/e/1", "org_dept_remove/e/2"]);
    assert!(largest <= 65_536, "{largest}");
    assert_eq!(named, ids);
}

#[test]
fn an_event_says_what_it_names_departments_first_and_when_it_was_born() {
    let message = r#"{"userId":["u2","u1"],"deptId":[3,-7,2],"timeStamp":1700000000000}"#;
    let event = pushed("org_dept_modify", None, message).remove(0);
    let keys = [("Department", "2"), ("Department", "3"), ("User", "u1"), ("User", "u2")];
    let keys = keys.map(|(resource_type, id)| Key::new(resource_type, id));
    assert_eq!((event.subjects, event.occurred_at_ms), (keys.to_vec(), Some(1_700_000_000_000)));
    let silent = pushed("org_change", None, "{}").remove(0);
    assert_eq!((silent.subjects, silent.occurred_at_ms), (vec![], None));
}

#[test]
fn of_what_an_event_names_a_hundred_are_shown_and_all_are_read() {
    let ids: Vec<String> = (100..300).map(|n| format!("u{n}")).collect();
    let event = pushed("user_leave_org", None, &json!({"userId": ids}).to_string()).remove(0);
    let payload: Value = serde_json::from_str(&event.payload).unwrap();
    assert_eq!((event.subjects.len(), payload["users"].as_array().unwrap().len()), (100, 200));
}

#[test]
fn something_unreadable_is_an_event_too() {
    let event = unreadable("?");
    assert_eq!(event, unreadable("?"));
    assert_ne!(event.id, unreadable("!").id);
    expect![[r#"
        unreadable/bbca2a4b55ed6f418f5d00c3c565efd5 {"unclear":true}
    "#]]
    .assert_eq(&told(&[event]));
}

#[test]
fn a_time_in_seconds_is_made_one_in_milliseconds() {
    assert_eq!([0, 1_614_767_836, 1_608_001_896_814].map(millis), [0, 1_614_767_836_000, 1_608_001_896_814]);
}

proptest! {
    #[test]
    fn whatever_is_pushed_keeps_the_contract(
        kind in "(user|org|label)_[a-z_]{0,60}",
        own in prop::option::of("\\PC{0,80}"),
        names in prop::collection::vec("(?i)(user|dept)id(s|list)?", 0..4),
        ids in prop::collection::vec("\\PC{0,300}", 0..40),
        time in any::<i64>(),
    ) {
        let mut members: Map<String, Value> = names.iter().map(|name| (name.clone(), json!(ids))).collect();
        members.insert("timeStamp".to_owned(), json!(time));
        for event in events(Push { kind: &kind, id: own.as_deref(), members: &members, delivery: "" }) {
            proptest::prop_assert!((1..=128).contains(&event.id.len()), "{}", event.id);
            proptest::prop_assert!(event.kind.len() <= 64, "{}", event.kind);
            proptest::prop_assert!(event.payload.len() <= 65_536);
            proptest::prop_assert!(event.subjects.len() <= 100);
        }
    }
}
