//! Events that are worth another try: what could not be read costs those that name it, and no others.

use super::{below, beside, changed, check, feihua, handled, inside, moved, outside, stream};
use crate::limits::MAX_SUBTREE_TRIES;
use crate::testing::{World, page, refused, run};
use expect_test::expect;
use rollcall_kit::{Area, Key};
use serde_json::json;

/// A department that cannot be read whatever is tried.
fn with_a_department_that_cannot_be_read() -> World {
    feihua()
        .user("a", &[2])
        .fault(|question, _| question.is("department/get", "99").then(|| refused(60123, "无效的部门id")))
}

#[test]
fn a_department_that_cannot_be_read_costs_the_event_that_names_it_and_no_other() {
    let host = changed(feihua(), with_a_department_that_cannot_be_read());
    let department = || ("org_dept_modify", json!({"departments": [99]}));
    let person = || ("user_modify_org", json!({"users": ["a"]}));
    check(
        &host,
        &[department(), person()],
        &expect![[r#"
        put User a
        error refusal-not-known Department 99
        unfinished 1: protocol: refusal-not-known
        complete: 1 read, 0 unchanged, 0 skipped
    "#]],
    );
    host.set_world(with_a_department_that_cannot_be_read().user("a", &[3]).into_answers());
    check(
        &host,
        &[person()],
        &expect![[r#"
        put User a
        complete: 1 read, 0 unchanged, 0 skipped
    "#]],
    );
    check(
        &host,
        &[department()],
        &expect![[r#"
        error refusal-not-known Department 99
        protocol: refusal-not-known
    "#]],
    );
    check(
        &host,
        &[person(), department(), ("user_modify_org", json!({"users": ["b"]}))],
        &expect![[r#"
        error refusal-not-known Department 99
        unfinished 2: protocol: refusal-not-known
        complete: 2 read, 2 unchanged, 0 skipped
    "#]],
    );
    // Once it can be read, it is.
    let readable = feihua().department(99, 1, "Odd").user("a", &[3]);
    host.set_world(readable.fault(|question, _| below(question, &[], &[(99, &["a"])])).into_answers());
    check(
        &host,
        &[department()],
        &expect![[r#"
        put Department 99
        complete: 2 read, 1 unchanged, 0 skipped
    "#]],
    );
    assert_eq!(host.storage(Area::Durable).len(), 0);
}

#[test]
fn what_is_still_to_be_read_below_a_department_is_forgotten_with_a_complete_full_run() {
    let host = changed(feihua(), with_a_department_that_cannot_be_read());
    handled(&host, &stream(), &[("org_dept_modify", json!({"departments": [99]}))]);
    assert_eq!(host.storage(Area::Durable).len(), 1);
    run(&host).unwrap();
    assert_eq!(host.storage(Area::Durable).len(), 0);
}

#[test]
fn what_is_still_to_be_read_below_a_department_is_forgotten_when_its_tries_are_over() {
    let host = changed(feihua(), with_a_department_that_cannot_be_read());
    for n_tries in 1..=MAX_SUBTREE_TRIES {
        handled(&host, &stream(), &[("org_dept_modify", json!({"departments": [99]}))]);
        // Whatever else arrives is no try of it.
        handled(&host, &stream(), &[("user_modify_org", json!({"users": ["a"]}))]);
        let n_remembered = usize::from(n_tries < MAX_SUBTREE_TRIES);
        assert_eq!(host.storage(Area::Durable).len(), n_remembered, "{n_tries}");
    }
}

#[test]
fn each_event_is_unfinished_for_what_it_names_itself() {
    let now = feihua().user("a", &[2]).fault(|question, _| {
        ["b", "c"].iter().any(|id| question.is("user/get", id)).then(|| page(502, "bad gateway"))
    });
    let host = changed(feihua(), now);
    check(
        &host,
        &[
            ("user_modify_org", json!({"users": ["a"]})),
            ("user_modify_org", json!({"users": ["a", "b"]})),
            ("user_add_org", json!({"users": ["c"]})),
            ("org_dept_modify", json!({"departments": [2]})),
            ("user_unheard_of", json!({})),
        ],
        &expect![[r#"
            put User a
            info event-not-known
            error source-not-answering User b
            error source-not-answering User c
            unfinished 2: unavailable: source-not-answering
            unfinished 3: unavailable: source-not-answering
            complete: 2 read, 1 unchanged, 0 skipped
        "#]],
    );
}

#[test]
fn a_batch_of_which_nothing_could_be_read_fails_as_a_whole() {
    let host = changed(feihua(), feihua().fault(|_, _| Some(page(502, "bad gateway"))));
    let events = [("user_modify_org", json!({"users": ["a"]})), ("user_modify_org", json!({"users": ["b"]}))];
    check(
        &host,
        &events,
        &expect![[r#"
        error source-not-answering User a
        error source-not-answering User b
        unavailable: source-not-answering
    "#]],
    );
}

#[test]
fn a_permission_that_is_missing_below_a_department_stops_the_batch() {
    let now = inside().fault(|question, _| match question.is("user/listid", "3") {
        true => Some(refused(60011, "没有调用该接口的权限")),
        false => below(question, &[(3, &[5])], &[]),
    });
    let host = changed(outside(), now);
    check(
        &host,
        &moved(),
        &expect![[r#"
        put Department 3
        permission: permission-missing
    "#]],
    );
}

#[test]
fn what_a_person_s_own_reading_shows_to_be_empty_is_cleared_by_an_event() {
    let full = json!({"telephone": "8001", "mobile": "13600000001", "state_code": "86"});
    let host = changed(feihua().user_with("a", &[2], &full), feihua().user("a", &[2]));
    handled(&host, &stream(), &[("user_modify_org", json!({"users": ["a"]}))]);
    let held = host.objects()[&Key::new("User", "a")].document["phoneNumbers"].clone();
    assert_eq!(held, json!([{"type": "mobile", "value": "+8613600000001"}]));
    let proposed: Vec<_> = host.take_proposed().into_iter().map(|clearing| clearing.attribute).collect();
    assert_eq!(proposed, ["mobile"]);
}

#[test]
fn a_listing_that_fails_keeps_nothing_else_from_being_read() {
    let now = beside()
        .department(3, 2, "Kernel")
        .user("d", &[2])
        .fault(|question, _| question.is("user/listid", "3").then(|| page(502, "bad gateway")));
    let host = changed(outside(), now);
    check(
        &host,
        &[("org_dept_modify", json!({"departments": [3]})), ("user_add_org", json!({"users": ["d"]}))],
        &expect![[r#"
            put Department 3
            put User d
            unfinished 1: unavailable: source-not-answering
            complete: 2 read, 0 unchanged, 0 skipped
        "#]],
    );
}

#[test]
fn what_could_not_be_asked_about_is_worth_another_try() {
    let now = feihua()
        .user("c", &[3])
        .user("d", &[3])
        .fault(|question, _| question.is("user/get", "c").then(|| page(502, "bad gateway")));
    let host = changed(feihua(), now);
    check(
        &host,
        &[("user_add_org", json!({"users": ["c", "d"]}))],
        &expect![[r#"
            put User d
            error source-not-answering User c
            unfinished 1: unavailable: source-not-answering
            complete: 1 read, 0 unchanged, 0 skipped
        "#]],
    );
}
