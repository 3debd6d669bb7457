//! The whole way of an event through the connector, from what the host received to what the platform holds.

mod dangling;
mod rings;
mod settings;
mod unfinished;

use super::delivery::RefusedDelivery;
use super::messages as say;
use crate::DingTalk;
use crate::crypto::{Callback, Ciphertext, Stamp, Unopened};
use crate::testing::{Question, SECRET, TOKEN_PATH, World, directory, log, page, refused, run, settings};
use expect_test::{Expect, expect};
use rollcall_kit::live::{self, Delivery, Event, Handled};
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{Area, Body, Change, Failure, Summary};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::rc::Rc;

const CALLBACK_TOKEN: &str = "simToken2026";
const AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

fn settings_with(more: &Value) -> String {
    let mut settings = settings();
    settings.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    settings.to_string()
}

fn http() -> String {
    settings_with(&json!({"events": "http", "callback_token": CALLBACK_TOKEN, "callback_aes_key": AES_KEY}))
}

fn stream() -> String {
    settings_with(&json!({"events": "stream"}))
}

fn told(failure: &Failure) -> String {
    match failure {
        Failure::Settings(why) => format!("settings: {}", why.code),
        Failure::Permission(why) => format!("permission: {}", why.code),
        Failure::Unavailable(why, _) => format!("unavailable: {}", why.code),
        Failure::Protocol(why) => format!("protocol: {}", why.code),
        Failure::Host(why) => format!("host: {}", why.code),
        Failure::Other(why) => format!("other: {}", why.code),
    }
}

/// A company of three levels: `a` in two departments, `b` at the bottom.
fn feihua() -> World {
    World::new().department(2, 1, "R&D").department(3, 2, "Kernel").user("a", &[1, 2]).user("b", &[3])
}

/// A platform that holds what `before` holds, and a DingTalk that is `now` something else.
fn changed(before: World, now: World) -> Rc<TestHost> {
    let host = before.into_host();
    run(&host).unwrap();
    host.take_changes();
    host.take_entries();
    host.set_world(now.into_answers());
    host
}

fn handled(host: &Rc<TestHost>, settings: &str, events: &[(&str, Value)]) -> String {
    let event = |(n, (kind, payload)): (usize, &(&str, Value))| Event {
        id: n.to_string(),
        kind: (*kind).to_owned(),
        payload: payload.to_string(),
        occurred_at_ms: None,
        subjects: Vec::new(),
    };
    let events: Vec<Event> = (1..).zip(events).map(event).collect();
    match live::handle::<DingTalk>(host.clone(), settings, &events) {
        Ok(Handled { summary: Summary { read, unchanged, skipped, complete, .. }, unfinished }) => {
            let end = if complete { "complete" } else { "incomplete" };
            let left = unfinished.iter().map(|(id, why)| format!("unfinished {id}: {}\n", told(why)));
            let left: String = left.collect();
            format!("{left}{end}: {read} read, {unchanged} unchanged, {skipped} skipped")
        }
        Err(failure) => told(&failure),
    }
}

/// What was changed, a line an object, the log after it.
fn changes(host: &TestHost) -> String {
    let change = |change: Change| match change {
        Change::Put(object) => format!("put {} {}\n", object.key.resource_type, object.key.external_id),
        Change::Remove(gone) => {
            format!("delete {} {}: {}\n", gone.key.resource_type, gone.key.external_id, gone.evidence)
        }
    };
    let changes: String = host.take_changes().into_iter().map(change).collect();
    changes + &log(host)
}

#[track_caller]
fn check(host: &Rc<TestHost>, events: &[(&str, Value)], expected: &Expect) {
    let ending = handled(host, &stream(), events);
    expected.assert_eq(&format!("{}{ending}\n", changes(host)));
}

/// Answers about what is below a department, whether it can be seen or not.
fn below(question: &Question, departments: &[(i64, &[i64])], people: &[(i64, &[&str])]) -> Option<Reply> {
    let id: i64 = question.id().parse().ok()?;
    let result = match question.path.as_str() {
        "department/listsubid" => {
            json!({"dept_id_list": departments.iter().find(|(of, _)| *of == id).map_or(&[][..], |(_, ids)| ids)})
        }
        "user/listid" => {
            json!({"userid_list": people.iter().find(|(of, _)| *of == id).map_or(&[][..], |(_, ids)| ids)})
        }
        _ => return None,
    };
    Some(Reply::json(json!({"errcode": 0, "result": result}).to_string()))
}

#[test]
fn people_who_join_change_or_leave_are_brought_in_line() {
    let now = feihua().user("c", &[3]).user("a", &[2]).without_user("b");
    let host = changed(feihua(), now);
    check(
        &host,
        &[
            ("user_leave_org", json!({"users": ["b"]})),
            ("user_add_org", json!({"users": ["c"]})),
            ("user_modify_org", json!({"users": ["a"]})),
        ],
        &expect![[r#"
            put User a
            put User c
            delete User b: 60121: 找不到该用户
            complete: 2 read, 0 unchanged, 0 skipped
        "#]],
    );
    expect![[r#"
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel < 2
        User a A in 2:20
        User c C in 3:30
    "#]]
    .assert_eq(&directory(&host));
}

#[test]
fn someone_who_is_said_to_have_left_and_is_there_stays() {
    let host = changed(feihua(), feihua());
    check(
        &host,
        &[("user_leave_org", json!({"users": ["b"]}))],
        &expect![[r#"
            complete: 1 read, 1 unchanged, 0 skipped
        "#]],
    );
}

#[test]
fn departments_come_before_the_people_in_them_and_go_after_them() {
    let now = feihua().department(4, 2, "Tools").user("c", &[4]).without_department(3).without_user("b");
    let host = changed(feihua(), now);
    check(
        &host,
        &[
            ("user_add_org", json!({"users": ["c"]})),
            ("org_dept_remove", json!({"departments": [3]})),
            ("user_leave_org", json!({"users": ["b"]})),
            ("org_dept_create", json!({"departments": [4]})),
        ],
        &expect![[r#"
            put Department 4
            put User c
            delete User b: 60121: 找不到该用户
            delete Department 3: 60003: 部门不存在
            complete: 2 read, 0 unchanged, 0 skipped
        "#]],
    );
}

#[test]
fn a_company_that_is_renamed_is_followed() {
    let host = changed(feihua(), feihua().department(1, 0, "Feihua Ltd"));
    check(
        &host,
        &[("org_change", json!({}))],
        &expect![[r#"
            put Department 1
            complete: 1 read, 0 unchanged, 0 skipped
        "#]],
    );
}

#[test]
fn below_a_renamed_department_nothing_is_asked() {
    let now = feihua().department(2, 1, "Research");
    let asked = now.asked();
    let host = changed(feihua(), now);
    check(
        &host,
        &[("org_dept_modify", json!({"departments": [2]}))],
        &expect![[r#"
            put Department 2
            complete: 1 read, 0 unchanged, 0 skipped
        "#]],
    );
    let paths: Vec<_> = asked.borrow().iter().map(|question| question.path.clone()).collect();
    // Token and scope are those of the import.
    assert_eq!(paths, ["department/get"]);
}

#[test]
fn forty_events_one_after_the_other_cost_forty_reads_and_one_token_and_scope() {
    let world = feihua();
    let asked = world.asked();
    let host = world.into_host();
    run(&host).unwrap();
    asked.borrow_mut().retain(|question| [TOKEN_PATH, "auth/scopes"].contains(&question.path.as_str()));
    for _ in 0..40 {
        handled(&host, &settings().to_string(), &[("user_modify_org", json!({"users": ["a"]}))]);
        host.advance(10_000);
    }
    let mut counts = BTreeMap::new();
    for question in asked.borrow().iter() {
        *counts.entry(question.path.clone()).or_insert(0) += 1;
    }
    let expected = [(TOKEN_PATH, 1), ("auth/scopes", 1), ("user/get", 40)];
    assert_eq!(counts, expected.map(|(path, n)| (path.to_owned(), n)).into());
    assert_eq!(host.storage(Area::Durable).len(), 0);
}

#[test]
fn nobody_goes_on_a_scope_that_is_only_remembered() {
    let now = feihua().without_user("b");
    let asked = now.asked();
    let host = changed(feihua(), now);
    handled(&host, &settings().to_string(), &[("user_leave_org", json!({"users": ["b"]}))]);
    let paths: Vec<_> = asked.borrow().iter().map(|question| question.path.clone()).collect();
    assert_eq!(paths, ["user/get", "auth/scopes", "user/get"]);
}

#[test]
fn a_scope_is_not_remembered_for_longer_than_ten_minutes() {
    let world = feihua();
    let asked = world.asked();
    let host = world.into_host();
    for _ in 0..2 {
        handled(&host, &settings().to_string(), &[("user_modify_org", json!({"users": ["a"]}))]);
        host.advance(600_000);
    }
    let n_scopes = asked.borrow().iter().filter(|question| question.path == "auth/scopes").count();
    assert_eq!(n_scopes, 2);
}

#[test]
fn nothing_is_asked_about_a_root_that_cannot_be_seen() {
    let before = || feihua().seeing(&[2], &[]);
    let now = before();
    let asked = now.asked();
    let host = changed(before(), now);
    let events = [("org_change", json!({})), ("org_dept_modify", json!({"departments": [1]}))];
    check(
        &host,
        &events,
        &expect![[r#"
            complete: 0 read, 0 unchanged, 0 skipped
        "#]],
    );
    assert_eq!(*asked.borrow(), []);
}

#[test]
fn a_dissolved_organization_stops_everything_and_deletes_nothing() {
    let now = World::new();
    let asked = now.asked();
    let host = changed(feihua(), now);
    let events = [("user_leave_org", json!({"users": ["a", "b"]})), ("org_remove", json!({}))];
    check(
        &host,
        &events,
        &expect![[r#"
        permission: organization-dissolved
    "#]],
    );
    assert_eq!(*asked.borrow(), []);
}

#[test]
fn a_disabled_application_deletes_nothing() {
    let now = World::new().fault(|_, _| Some(refused(50003, "应用已停用")));
    let host = changed(feihua(), now);
    check(
        &host,
        &[("user_leave_org", json!({"users": ["a", "b"]}))],
        &expect![[r#"
        error application-disabled User a
        error application-disabled User b
        permission: application-disabled
    "#]],
    );
}

#[test]
fn whoever_is_disabled_is_not_let_in_and_nobody_is_deleted() {
    let endings = [50_003, 50_005, 70_001].map(|code| {
        let host = changed(feihua(), World::new().fault(move |_, _| Some(refused(code, "已停用"))));
        let ending = handled(&host, &stream(), &[("user_leave_org", json!({"users": ["a", "b"]}))]);
        (ending, host.take_changes().len())
    });
    let told = |code: &str| (format!("permission: {code}"), 0);
    let organization = || told("organization-disabled");
    assert_eq!(endings, [told("application-disabled"), organization(), organization()]);
}

#[test]
fn what_is_gone_and_was_never_held_changes_nothing() {
    let host = changed(feihua(), feihua());
    let events = [
        ("user_add_org", json!({"users": ["nobody"]})),
        ("org_dept_create", json!({"departments": [99]})),
        ("user_leave_org", json!({"users": ["nobody"]})),
    ];
    check(
        &host,
        &events,
        &expect![[r#"
            complete: 0 read, 0 unchanged, 0 skipped
        "#]],
    );
}

#[test]
fn a_thousand_events_about_one_person_are_one_question() {
    let now = feihua().user("a", &[2]);
    let asked = now.asked();
    let host = changed(feihua(), now);
    let events: Vec<_> = (0..1_000).map(|_| ("user_modify_org", json!({"users": ["a"]}))).collect();
    check(
        &host,
        &events,
        &expect![[r#"
            put User a
            complete: 1 read, 0 unchanged, 0 skipped
        "#]],
    );
    assert_eq!(asked.borrow().iter().filter(|question| question.path == "user/get").count(), 1);
}

#[test]
fn new_departments_of_one_batch_are_put_parents_first() {
    let now = feihua().department(10, 20, "Below").department(20, 30, "Between").department(30, 2, "Above");
    let host = changed(feihua(), now);
    check(
        &host,
        &[("org_dept_create", json!({"departments": [10, 20, 30]}))],
        &expect![[r#"
            put Department 30
            put Department 20
            put Department 10
            complete: 3 read, 0 unchanged, 0 skipped
        "#]],
    );
}

#[test]
fn roles_are_read_only_where_documents_show_them() {
    let now = feihua();
    let asked = now.asked();
    let host = changed(feihua(), now);
    let events = [("label_user_change", json!({"users": ["a"]})), ("label_conf_modify", json!({}))];
    check(
        &host,
        &events,
        &expect![[r#"
            complete: 0 read, 0 unchanged, 0 skipped
        "#]],
    );
    assert_eq!(*asked.borrow(), []);
    let ending = handled(&host, &settings_with(&json!({"person_details": true})), &events);
    expect![[r#"
        put User a
        warning full-reading-needed
        incomplete: 1 read, 0 unchanged, 0 skipped
    "#]]
    .assert_eq(&format!("{}{ending}\n", changes(&host)));
}

#[test]
fn what_nobody_understands_is_in_the_log() {
    let host = changed(feihua(), feihua());
    let events = [("user_unheard_of", json!({})), ("user_modify_org", json!({})), ("unreadable", json!({}))];
    check(
        &host,
        &events,
        &expect![[r#"
            warning full-reading-needed
            warning full-reading-needed
            info event-not-known
            incomplete: 0 read, 0 unchanged, 0 skipped
        "#]],
    );
}

/// Department 3 with 5 and `c` below it, beside the department 2 that alone may be seen.
fn beside() -> World {
    World::new()
        .department(2, 1, "R&D")
        .department(3, 1, "Kernel")
        .department(5, 3, "Drivers")
        .user("a", &[2])
        .user("b", &[2, 3])
        .user("c", &[5])
        .seeing(&[2], &[])
}

/// The same once department 3 is moved below 2.
fn inside() -> World {
    beside()
        .department(3, 2, "Kernel")
        .fault(|question, _| below(question, &[(3, &[5])], &[(3, &["b"]), (5, &["c"])]))
}

/// The same as `beside`, with what cannot be seen refused.
fn outside() -> World {
    beside().fault(|question, _| match (question.path.as_str(), question.id().as_str()) {
        ("department/get", "3" | "5") => Some(refused(50004, "请求的部门id不在授权范围内")),
        ("user/get", "c") => Some(refused(50002, "请求的员工userid不在授权范围内")),
        _ => below(question, &[(3, &[5])], &[(3, &["b"]), (5, &["c"])]),
    })
}

fn moved() -> [(&'static str, Value); 1] {
    [("org_dept_modify", json!({"departments": [3]}))]
}

#[test]
fn a_department_that_is_moved_into_view_brings_all_that_is_below_it() {
    let host = changed(outside(), inside());
    check(
        &host,
        &moved(),
        &expect![[r#"
            put Department 3
            put Department 5
            put User b
            put User c
            complete: 4 read, 0 unchanged, 0 skipped
        "#]],
    );
    expect![[r#"
        Department 2 R&D
        Department 3 Kernel < 2
        Department 5 Drivers < 3
        User a A in 2:20
        User b B in 2:20 3:30
        User c C in 5:50
    "#]]
    .assert_eq(&directory(&host));
}

#[test]
fn a_department_that_is_moved_out_of_view_is_kept_and_people_elsewhere_leave_it() {
    let host = changed(inside(), outside());
    check(
        &host,
        &moved(),
        &expect![[r#"
            put User b
            warning not-visible Department 3
            warning not-visible Department 5
            warning not-visible User c
            complete: 4 read, 0 unchanged, 3 skipped
        "#]],
    );
    expect![[r#"
        Department 2 R&D
        Department 3 Kernel < 2
        Department 5 Drivers < 3
        User a A in 2:20
        User b B in 2:20
        User c C in 5:50
    "#]]
    .assert_eq(&directory(&host));
}

#[test]
fn what_is_below_a_department_that_came_into_view_is_not_forgotten_half_way() {
    let host = changed(outside(), inside());
    host.set_world(
        inside()
            .fault(|question, _| match question.is("user/get", "c") {
                true => Some(page(502, "bad gateway")),
                false => below(question, &[(3, &[5])], &[(3, &["b"]), (5, &["c"])]),
            })
            .into_answers(),
    );
    check(
        &host,
        &moved(),
        &expect![[r#"
        put Department 3
        put Department 5
        put User b
        error source-not-answering User c
        unfinished 1: unavailable: source-not-answering
        complete: 3 read, 0 unchanged, 0 skipped
    "#]],
    );
    host.set_world(inside().into_answers());
    check(
        &host,
        &[("user_modify_org", json!({"users": ["a"]}))],
        &expect![[r#"
        complete: 1 read, 1 unchanged, 0 skipped
    "#]],
    );
    check(
        &host,
        &moved(),
        &expect![[r#"
        put User c
        complete: 4 read, 3 unchanged, 0 skipped
    "#]],
    );
    check(
        &host,
        &moved(),
        &expect![[r#"
        complete: 1 read, 1 unchanged, 0 skipped
    "#]],
    );
    assert_eq!(host.storage(Area::Durable).len(), 0);
}

#[test]
fn a_department_with_too_much_below_it_waits_for_the_next_full_run() {
    let people: Vec<String> = (0..2_000).map(|n| format!("p{n}")).collect();
    let now = inside().fault(move |question, _| {
        let people: Vec<&str> = people.iter().map(String::as_str).collect();
        below(question, &[(3, &[5])], &[(3, &["b"]), (5, &people)])
    });
    let host = changed(outside(), now);
    check(
        &host,
        &moved(),
        &expect![[r#"
            put Department 3
            warning subtree-too-large Department 3
            incomplete: 1 read, 0 unchanged, 0 skipped
        "#]],
    );
}

#[test]
fn a_circle_of_departments_is_read_once() {
    let now = inside().fault(|question, _| below(question, &[(3, &[5]), (5, &[3, 5, -7])], &[]));
    let host = changed(outside(), now);
    check(
        &host,
        &moved(),
        &expect![[r#"
            put Department 3
            put Department 5
            complete: 2 read, 0 unchanged, 0 skipped
        "#]],
    );
}

fn delivery(settings: &str) -> Result<Vec<String>, String> {
    let host = TestHost::new(|_, _| panic!("receiving asks for nothing"));
    let callback = Callback::new(CALLBACK_TOKEN, AES_KEY).unwrap();
    let stamp = Stamp { timestamp: "1767225600000", nonce: "n" };
    let message = r#"{"EventType":"user_add_org","UserId":["u1"],"eventId":"e"}"#;
    let Ciphertext { signature, encrypt } = callback.seal(stamp, message, "key", [0; 16]);
    let delivery = Delivery {
        method: "POST".to_owned(),
        query: format!("msg_signature={signature}&timestamp=1767225600000&nonce=n"),
        headers: Vec::new(),
        body: Body::Text(json!({"encrypt": encrypt}).to_string()),
    };
    match live::receive::<DingTalk>(&*host, settings, &delivery) {
        Ok(receipt) => Ok(receipt.events.into_iter().map(|event| event.id).collect()),
        Err(failure) => Err(told(&failure)),
    }
}

#[test]
fn deliveries_are_received_where_the_settings_want_them() {
    assert_eq!(delivery(&http()), Ok(vec!["user_add_org/e".to_owned()]));
    let not_wanted = || Err("settings: deliveries-not-wanted".to_owned());
    assert_eq!([delivery(&stream()), delivery(&settings().to_string())], [not_wanted(), not_wanted()]);
}

#[test]
fn why_a_delivery_is_refused_is_told_to_the_log_alone() {
    let reasons = [
        RefusedDelivery::Query,
        RefusedDelivery::Body,
        RefusedDelivery::Unopened(Unopened::Signature),
        RefusedDelivery::Unopened(Unopened::Ciphertext),
        RefusedDelivery::Unopened(Unopened::Padding),
        RefusedDelivery::Unopened(Unopened::Length),
        RefusedDelivery::Unopened(Unopened::Owner),
        RefusedDelivery::Stale,
        RefusedDelivery::Message,
    ];
    let codes = reasons.map(|reason| told(&say::delivery_refused(reason)) + "\n").concat();
    expect![[r#"
        protocol: delivery-unsigned
        protocol: delivery-not-encrypted
        protocol: delivery-signature-wrong
        protocol: delivery-not-decrypted
        protocol: delivery-not-decrypted
        protocol: delivery-not-decrypted
        protocol: delivery-owner-wrong
        protocol: delivery-stale
        protocol: delivery-not-understood
    "#]]
    .assert_eq(&codes);
}

#[test]
fn what_could_not_be_delivered_is_fetched_a_batch_at_a_time() {
    let list = json!({"errcode": 0, "errmsg": "ok", "has_more": true, "failed_list": [
        {"user_add_org": {"userid": ["u1"], "corpid": "ding1"}, "call_back_tag": "user_add_org", "event_time": 1_606_126_433_000_u64}
    ]});
    let world = feihua().fault(move |question, _| {
        (question.path == "call_back/get_call_back_failed_result").then(|| Reply::json(list.to_string()))
    });
    let asked = world.asked();
    let missed = live::fetch::<DingTalk>(world.into_host(), &http(), None).unwrap();
    let kinds: Vec<_> = missed.events.iter().map(|event| event.kind.as_str()).collect();
    let paths: Vec<_> = asked.borrow().iter().map(|question| question.path.clone()).collect();
    assert_eq!((kinds, missed.more), (vec!["user_add_org"], true));
    assert_eq!(paths, [TOKEN_PATH, "call_back/get_call_back_failed_result"].map(str::to_owned));
}

#[test]
fn nothing_is_fetched_that_was_not_pushed_over_http() {
    let host = TestHost::new(|_, _| panic!("there is nothing to ask"));
    for settings in [stream(), settings().to_string()] {
        assert_eq!(
            live::fetch::<DingTalk>(host.clone(), &settings, None).map(|missed| missed.more),
            Ok(false)
        );
    }
}

#[test]
fn a_channel_is_opened_only_in_stream_mode() {
    let opened = |settings: &str| {
        let reply = r#"{"endpoint":"wss://wss-open-connection.dingtalk.com:443/connect","ticket":"t"}"#;
        let host = TestHost::new(move |_, _| Reply::json(reply));
        live::open_channel::<DingTalk>(host, settings).map(|channel| channel.is_some())
    };
    assert_eq!(
        [opened(&stream()), opened(&http()), opened(&settings().to_string())],
        [Ok(true), Ok(false), Ok(false)]
    );
}

#[test]
fn a_frame_that_is_none_is_a_matter_of_protocol() {
    for message in [&Body::Text("?".to_owned()), &Body::Bytes(vec![0xff])] {
        let reaction = live::frame::<DingTalk>(&stream(), "", message);
        let reaction = reaction.map_err(|failure| told(&failure));
        assert_eq!(reaction, Err("protocol: frame-not-understood".to_owned()));
    }
}

#[test]
fn secrets_stay_out_of_every_word() {
    let (connector, _) = <DingTalk as rollcall_kit::Connector>::configure(&http()).unwrap();
    let debug = format!("{connector:?}");
    for secret in [SECRET, CALLBACK_TOKEN, AES_KEY] {
        assert!(!debug.contains(secret), "{debug}");
    }
}
