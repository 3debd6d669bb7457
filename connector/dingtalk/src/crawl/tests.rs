//! Whole readings of tiny companies: what arrives, what is said, and how it ends.

mod branches;
mod details;
mod listings;
mod managers;
mod progress;
mod unplaced;

use crate::testing::{
    Question, TOKEN_PATH, World, accepted, directory, ending, log, page, refused, run, run_with_details,
};
use expect_test::{Expect, expect};
use rollcall_kit::testing::{Reply, Stored};
use rollcall_kit::{Change, FaultKind, Key};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

/// How a first run of this world ends, what is held after it, and what the log says.
#[track_caller]
fn check(world: World, expected: &Expect) {
    let host = world.into_host();
    let ran = run(&host);
    let told = format!("{}\n{}{}", ending(&ran), directory(&host), log(&host));
    expected.assert_eq(&told);
}

fn feihua() -> World {
    World::new()
        .department(2, 1, "R&D")
        .department(3, 1, "Operations")
        .department(4, 2, "Kernel")
        .user("a", &[1])
        .user("b", &[2, 3])
        .user("c", &[4])
}

#[test]
fn a_company_is_read_as_it_is() {
    check(
        feihua(),
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Operations < 1
        Department 4 Kernel < 2
        User a A in 1:10
        User b B in 2:20 3:30
        User c C in 4:40
    "#]],
    );
}

#[test]
fn each_department_costs_two_requests_and_the_rest_three() {
    let world = feihua();
    let asked = world.asked();
    run(&world.into_host()).unwrap();
    // accessToken, auth/scopes, department/get of the root; listsub and user/list of four departments.
    assert_eq!(asked.borrow().len(), 3 + 2 * 4);
}

#[test]
fn parents_are_put_before_their_children_and_departments_before_their_members() {
    let host = feihua().into_host();
    run(&host).unwrap();
    let changes = host.take_changes();
    let order: Vec<&str> = changes.iter().map(|change| change.key().external_id.as_str()).collect();
    let at = |id: &str| order.iter().position(|other| *other == id).unwrap();
    assert!(at("1") < at("2") && at("2") < at("4") && at("4") < at("c") && at("3") < at("b"), "{order:?}");
}

#[test]
fn a_second_run_changes_nothing() {
    let host = feihua().into_host();
    run(&host).unwrap();
    host.take_changes();
    let summary = run(&host).unwrap();
    assert_eq!((host.take_changes(), summary.read, summary.unchanged), (vec![], 7, 7));
}

#[test]
fn all_pages_are_read() {
    let mut world = World::new().department(2, 1, "Big");
    for n in 0..201 {
        world = world.user(&format!("u{n:03}"), &[2]);
    }
    let host = world.into_host();
    let summary = run(&host).unwrap();
    assert_eq!((summary.read, summary.complete), (203, true));
}

#[test]
fn a_special_department_is_skipped() {
    check(
        World::new().department(-7, 1, "家校通讯录").user("a", &[1, -7]),
        &expect![[r#"
        complete
        Department 1 Feihua
        User a A in 1:10
        info department-skipped Department -7
    "#]],
    );
}

#[test]
fn a_circle_is_reported_and_not_followed() {
    let world = World::new().department(2, 1, "A").department(3, 2, "B").fault(|question, _| {
        let child = json!([{"dept_id": 2, "parent_id": 3, "name": "A"}]);
        question.is("department/listsub", "3").then(|| Reply::json(accepted(&child).to_string()))
    });
    check(
        world,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 A < 1
        Department 3 B < 2
        warning department-in-a-circle Department 2
    "#]],
    );
}

#[test]
fn the_listing_says_where_a_department_is() {
    let world = World::new().department(2, 1, "A").department(3, 1, "B").fault(|question, _| {
        let child =
            json!([{"dept_id": 4, "parent_id": 2, "name": "C"}, {"dept_id": 5, "parent_id": 3, "name": "D"}]);
        question.is("department/listsub", "3").then(|| Reply::json(accepted(&child).to_string()))
    });
    check(
        world.department(4, 3, "C").department(5, 3, "D"),
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 A < 1
        Department 3 B < 1
        Department 4 C < 3
        Department 5 D < 3
        warning department-listed-elsewhere Department 4
    "#]],
    );
}

#[test]
fn a_department_that_moves_during_the_reading_is_where_it_was_seen_last() {
    let world = World::new().department(2, 1, "A").department(3, 1, "B").department(4, 2, "C").fault(
        |question, _| {
            let child = json!([{"dept_id": 4, "parent_id": 3, "name": "C"}]);
            question.is("department/listsub", "3").then(|| Reply::json(accepted(&child).to_string()))
        },
    );
    check(
        world,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 A < 1
        Department 3 B < 1
        Department 4 C < 3
        info department-moved Department 4
    "#]],
    );
}

#[test]
fn only_what_is_authorised_is_read_and_each_department_once() {
    let world = feihua().department(5, 4, "Drivers").seeing(&[2, 5], &["a", "c"]);
    let asked = world.asked();
    check(
        world,
        &expect![[r#"
        complete
        Department 2 R&D
        Department 4 Kernel < 2
        Department 5 Drivers < 4
        User a A in
        User b B in 2:20
        User c C in 4:40
        info memberships-not-visible
    "#]],
    );
    let listings = asked.borrow().iter().filter(|question| question.is("department/listsub", "5")).count();
    assert_eq!(listings, 1);
}

#[test]
fn an_authorised_department_that_is_gone_costs_no_other() {
    check(
        feihua().seeing(&[4, 77], &[]),
        &expect![[r#"
        complete
        Department 4 Kernel
        User c C in 4:40
        warning authorised-department-gone Department 77
    "#]],
    );
}

#[test]
fn a_root_that_is_said_to_be_gone_is_not_believed() {
    check(
        feihua()
            .fault(|question, _| question.is("department/get", "1").then(|| refused(60003, "部门不存在"))),
        &expect![[r#"
            partial
            error department-contradicted Department 1
        "#]],
    );
}

#[test]
fn a_department_that_moves_while_its_details_are_read_is_where_it_was_seen_last() {
    let world = World::new().department(2, 1, "A").department(3, 1, "B").department(4, 2, "C").fault(
        |question, _| {
            let child = json!([{"dept_id": 4, "parent_id": 3, "name": "C"}]);
            match question {
                _ if question.is("department/listsub", "3") => {
                    Some(Reply::json(accepted(&child).to_string()))
                }
                // Slow enough for the other listing to come first.
                _ if question.is("department/get", "4") => match Reply::json(accepted(&child[0]).to_string())
                {
                    Reply::After(_, response) => Some(Reply::After(9_000, response)),
                    other @ (Reply::Fail(_) | Reply::FailAs(..) | Reply::Hang) => Some(other),
                },
                _ => None,
            }
        },
    );
    let host = world.into_host();
    run_with_details(&host).unwrap();
    expect![[r#"
        Department 1 Feihua
        Department 2 A < 1
        Department 3 B < 1
        Department 4 C < 3
    "#]]
    .assert_eq(&directory(&host));
}

#[test]
fn single_people_alone_are_a_scope_too() {
    check(
        feihua().seeing(&[], &["a", "b", "gone"]),
        &expect![[r#"
        complete
        User a A in
        User b B in
        info person-gone-meanwhile User gone
        info memberships-not-visible
    "#]],
    );
}

#[test]
fn an_empty_scope_is_a_failure_and_not_an_empty_company() {
    check(
        feihua().seeing(&[], &[]),
        &expect![[r#"
        permission: scope-empty
    "#]],
    );
}

#[test]
fn a_scope_of_which_nothing_can_be_read_is_a_failure() {
    let world = feihua().fault(|question, _| {
        (question.path != TOKEN_PATH && question.path != "auth/scopes")
            .then(|| refused(50004, "请求的部门id不在授权范围内"))
    });
    check(
        world,
        &expect![[r#"
        permission: scope-not-readable
        error not-visible Department 1
    "#]],
    );
}

#[test]
fn a_department_deleted_during_the_reading_does_not_make_it_partial() {
    let world = feihua().fault(|question, n_before| {
        let without = json!([{"dept_id": 3, "parent_id": 1, "name": "Operations"}]);
        match question {
            _ if question.id() == "2" => Some(refused(60003, "部门不存在")),
            _ if question.is("department/listsub", "1") && 0 < n_before => {
                Some(Reply::json(accepted(&without).to_string()))
            }
            _ => None,
        }
    });
    check(
        world,
        &expect![[r#"
            complete
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Operations < 1
            User a A in 1:10
            User b B in 3:30
            info department-departed Department 2
            info memberships-not-visible
        "#]],
    );
}

#[test]
fn a_department_that_is_listed_and_denied_makes_the_run_partial() {
    check(
        feihua().fault(|question, _| (question.id() == "2").then(|| refused(60003, "部门不存在"))),
        &expect![[r#"
            partial
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Operations < 1
            User a A in 1:10
            error department-contradicted Department 2
            error department-contradicted Department 2
            warning people-kept
        "#]],
    );
}

#[test]
fn people_of_a_department_that_could_not_be_listed_are_left_as_they_are() {
    let lost = |question: &Question, _| question.is("user/list", "3").then(|| page(502, "<html>"));
    check(
        feihua().fault(lost),
        &expect![[r#"
        partial
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Operations < 1
        Department 4 Kernel < 2
        User a A in 1:10
        User c C in 4:40
        error source-not-answering Department 3
        warning people-kept
    "#]],
    );
}

#[test]
fn people_who_name_a_department_below_one_that_was_lost_are_left_as_they_are() {
    let lost = |question: &Question, _| question.is("department/listsub", "2").then(|| page(502, ""));
    check(
        feihua().user("d", &[3, 4]).fault(lost),
        &expect![[r#"
        partial
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Operations < 1
        User a A in 1:10
        User b B in 2:20 3:30
        error source-not-answering Department 2
        warning people-kept
    "#]],
    );
}

#[test]
fn a_department_that_is_not_visible_is_no_membership() {
    check(
        feihua().user("d", &[3, 77]),
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Operations < 1
        Department 4 Kernel < 2
        User a A in 1:10
        User b B in 2:20 3:30
        User c C in 4:40
        User d D in 3:30
        info memberships-not-visible
    "#]],
    );
}

#[test]
fn one_person_who_cannot_be_read_costs_nobody_else() {
    check(
        feihua().user_with("d", &[4], &json!({"title": 7})).user_with("e", &[4], &json!({"userid": {}})),
        &expect![[r#"
            complete
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Operations < 1
            Department 4 Kernel < 2
            User a A in 1:10
            User b B in 2:20 3:30
            User c C in 4:40
            User d D in 4:40
            warning person-not-understood Department 4
        "#]],
    );
}

#[test]
fn one_department_that_cannot_be_read_costs_no_other() {
    check(
        feihua().department_with(9, 1, "Odd", &json!({"name": [9], "tags": 7})).user("d", &[9]),
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Operations < 1
        Department 4 Kernel < 2
        Department 9 - < 1
        User a A in 1:10
        User b B in 2:20 3:30
        User c C in 4:40
        User d D in 9:90
        warning member-not-understood Department 9
    "#]],
    );
}

#[test]
fn pages_that_promise_more_and_do_not_say_where_are_not_believed() {
    for result in [
        json!({"has_more": true, "list": []}),
        json!({"has_more": true, "next_cursor": 0, "list": []}),
        json!({"has_more": false, "list": "x"}),
        json!("x"),
    ] {
        let text = accepted(&result).to_string();
        let world = feihua()
            .fault(move |question, _| question.is("user/list", "3").then(|| Reply::json(text.clone())));
        assert_eq!(ending(&run(&world.into_host())), "partial", "{result}");
    }
}

#[test]
fn pages_without_end_come_to_an_end() {
    let world = World::new().fault(|question, _| {
        let body: serde_json::Value = serde_json::from_str(&question.body).ok()?;
        let next = body["cursor"].as_i64()? + 1;
        Some(Reply::json(accepted(&json!({"has_more": true, "next_cursor": next, "list": []})).to_string()))
    });
    check(
        world,
        &expect![[r#"
        partial
        Department 1 Feihua
        error too-many-empty-pages Department 1
    "#]],
    );
}

#[test]
fn scopes_with_an_element_that_is_nothing_are_read_without_it() {
    let scopes =
        json!({"errcode": 0, "auth_org_scopes": {"authed_dept": [1, null, ""], "authed_user": [null]}});
    let world = feihua().fault(move |question, _| {
        question.path.ends_with("auth/scopes").then(|| Reply::json(scopes.to_string()))
    });
    let host = world.into_host();
    assert_eq!((ending(&run(&host)).as_str(), log(&host).as_str()), ("complete", ""));
}

#[test]
fn someone_a_department_should_have_listed_is_asked_about() {
    // Between two pages or two departments, "b" slipped through.
    let world = feihua().fault(|question, _| {
        let nobody = json!({"has_more": false, "list": []});
        question.is("user/list", "3").then(|| Reply::json(accepted(&nobody).to_string()))
    });
    check(
        world,
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Operations < 1
        Department 4 Kernel < 2
        User a A in 1:10
        User b B in 2:20 3:30
        User c C in 4:40
    "#]],
    );
}

const FAULTS: [fn() -> Reply; 14] = [
    || page(502, "<html>bad gateway</html>"),
    || page(200, "<html>please log in</html>"),
    || page(200, r#"{"errcode":0,"errmsg":"ok","result":[{"dept_id":2"#),
    || page(200, r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"u"}"#),
    || Reply::Fail(FaultKind::Interrupted),
    || Reply::Hang,
    || refused(-1, "系统繁忙"),
    || page(200, r#"{"errcode":88,"sub_code":"","errmsg":"ding talk error"}"#),
    || refused(90018, "qps"),
    || refused(40014, "不合法的access_token"),
    || refused(60011, "没有权限"),
    || refused(60020, "request ip=203.0.113.9 "),
    || refused(50004, "请求的部门id不在授权范围内"),
    || refused(99999, "?"),
];

/// Every question of a second full run of `world`, on a platform that holds Feihua.
fn questions(world: World) -> BTreeSet<Question> {
    let asked = world.asked();
    let host = world.into_host();
    host.set_objects(held());
    run(&host).unwrap();
    asked.borrow().iter().cloned().collect()
}

/// What a platform holds after Feihua was read.
fn held() -> BTreeMap<Key, Stored> {
    let host = feihua().into_host();
    run(&host).unwrap();
    host.objects().clone()
}

#[test]
fn no_single_answer_that_stays_away_deletes_or_blanks_anything() {
    let held = held();
    for question in questions(feihua()) {
        for (n, fault) in FAULTS.into_iter().enumerate() {
            let told = format!("fault {n} at {question:?}");
            let hit = question.clone();
            let host = feihua().fault(move |question, _| (*question == hit).then(fault)).into_host();
            host.set_objects(held.clone());
            let ran = run(&host);
            assert_ne!(ending(&ran), "complete", "{told}");
            assert_eq!((host.take_removed(), host.objects().clone()), (vec![], held.clone()), "{told}");
            assert!(host.take_changes().iter().all(|change| matches!(change, Change::Put(_))), "{told}");
        }
    }
}

#[test]
fn a_departure_is_only_believed_on_an_answer_about_the_very_object() {
    let shrunk = || feihua().without_user("c").without_department(4);
    let gone = [Key::new("Department", "4"), Key::new("User", "c")];
    for question in questions(shrunk()) {
        for (n, fault) in FAULTS.into_iter().enumerate() {
            let told = format!("fault {n} at {question:?}");
            let hit = question.clone();
            let host = shrunk().fault(move |question, _| (*question == hit).then(fault)).into_host();
            host.set_objects(held());
            let ran = run(&host);
            let removed: Vec<Key> = host.take_removed().into_iter().map(|removal| removal.key).collect();
            let about_it = |key: &Key| question.path.ends_with("/get") && question.id() == key.external_id;
            assert!(removed.iter().all(|key| gone.contains(key) && !about_it(key)), "{told}: {removed:?}");
            assert!(removed.is_empty() || ending(&ran) == "complete", "{told}");
        }
    }
}

#[test]
fn an_answer_that_is_late_by_two_attempts_is_not_missed() {
    let plain = held();
    for question in questions(feihua()) {
        for (n, fault) in FAULTS.into_iter().enumerate().take(9) {
            let hit = question.clone();
            let host = feihua()
                .fault(move |question, n_before| (*question == hit && n_before < 2).then(fault))
                .into_host();
            let told = format!("fault {n} at {question:?}");
            assert_eq!(
                (ending(&run(&host)).as_str(), host.objects().clone()),
                ("complete", plain.clone()),
                "{told}"
            );
        }
    }
}
