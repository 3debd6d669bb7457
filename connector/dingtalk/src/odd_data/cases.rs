//! Cases that somebody met, one test each.

use crate::testing::{
    Question, TOKEN_PATH, World, accepted, directory, ending, log, refused, run, run_for, run_with_details,
};
use expect_test::{Expect, expect};
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{Body, Key, Response};
use rollcall_rules::vocabulary::schema;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::rc::Rc;

/// What a full run makes of this world on a platform that holds the other, and what it says.
#[track_caller]
fn check(held: World, now: World, expected: &Expect) {
    let host = held.into_host();
    run(&host).unwrap();
    host.take_entries();
    host.set_world(now.into_answers());
    let ran = run(&host);
    let mut told = format!("{}\n{}{}", ending(&ran), directory(&host), log(&host));
    for gone in host.take_removed() {
        let _ = writeln!(told, "removed {} {}", gone.key.resource_type, gone.key.external_id);
    }
    expected.assert_eq(&told);
}

fn feihua() -> World {
    World::new()
        .department(2, 1, "R&D")
        .department(3, 2, "Kernel")
        .user("a", &[2])
        .user("b", &[3])
        .user("z", &[3])
}

/// An attribute of the document of "a".
fn of_a(host: &Rc<TestHost>, pointer: &str) -> Value {
    host.objects()[&Key::new("User", "a")].document.pointer(pointer).cloned().unwrap_or_default()
}

const OWN: &str = "/urn:rollcall:dingtalk:2.0:User";

#[test]
fn odd_members_of_one_person_keep_nobody_from_leaving() {
    let odd =
        json!({"job_number": 12345, "hired_date": "", "hide_mobile": 0, "title": [7], "admin": "maybe"});
    check(
        feihua(),
        feihua().user_with("a", &[2], &odd).without_user("z"),
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel < 2
        User a A in 2:20
        User b B in 3:30
        warning member-not-understood User a
        warning member-not-understood User a
        removed User z
    "#]],
    );
    let host = feihua().user_with("a", &[2], &odd).into_host();
    run(&host).unwrap();
    assert_eq!(of_a(&host, &format!("/{}/employeeNumber", schema::ENTERPRISE_USER)), "12345");
    assert_eq!(of_a(&host, &format!("{OWN}/hideMobile")), false);
}

fn bytes(body: Vec<u8>) -> Reply {
    Reply::After(1, Response { status: 200, headers: Vec::new(), body: Body::Bytes(body) })
}

#[test]
fn one_bad_byte_of_a_page_costs_one_character() {
    for (bad, marks) in
        [(&b"\xed\xa0\xbd"[..], 1), (b"\\ud83d", 1), (b"\xff\xfe", 2), (b"\x01", 1), (b"\\u0000", 1)]
    {
        let mut page = br#"{"errcode":0,"result":{"has_more":false,"list":[{"userid":"a","dept_id_list":[2],"name":"A","nickname":"x"#.to_vec();
        page.extend(bad);
        page.extend(br#""}]}}"#);
        let world =
            feihua().fault(move |question, _| question.is("user/list", "2").then(|| bytes(page.clone())));
        let host = world.into_host();
        assert_eq!(ending(&run(&host)), "complete");
        assert_eq!(log(&host), "warning characters-replaced User a\n");
        let nickname = format!("x{}", "\u{fffd}".repeat(marks));
        assert_eq!(of_a(&host, &format!("{OWN}/nickname")), nickname, "{bad:?}");
    }
}

#[test]
fn a_department_without_a_name_is_kept_with_all_below_it() {
    for name in [json!(null), json!(""), json!({})] {
        let host = feihua().department_with(2, 1, "-", &json!({"name": name})).into_host();
        assert_eq!(ending(&run(&host)), "complete");
        let told = directory(&host);
        assert!(told.contains("Department 2 - < 1\nDepartment 3 Kernel < 2\n"), "{told}");
        let code = if name == json!({}) { "member-not-understood" } else { "department-without-name" };
        assert_eq!(log(&host), format!("warning {code} Department 2\n"));
    }
}

#[test]
fn an_empty_department_may_say_so_in_any_way() {
    let ways = [
        json!({"has_more": false}),
        json!({"list": null}),
        json!({"list": {}}),
        json!({}),
        json!([]),
        json!(null),
        json!(""),
    ];
    for way in ways {
        let world = (10..30).fold(feihua(), |world, id| world.department(id, 1, "Empty"));
        let said = accepted(&way).to_string();
        let is_empty = |question: &Question| question.path == "user/list" && question.id().len() == 2;
        let world = world.fault(move |question, _| is_empty(question).then(|| Reply::json(said.clone())));
        let host = world.into_host();
        assert_eq!((ending(&run(&host)).as_str(), log(&host).as_str()), ("complete", ""), "{way}");
    }
    let world = feihua().fault(|question, _| {
        question.is("user/list", "1").then(|| Reply::json(r#"{"errcode":0,"errmsg":"ok"}"#))
    });
    assert_eq!(ending(&run(&world.into_host())), "complete");
}

#[test]
fn a_list_of_departments_that_says_nothing_is_asked_for_by_ids() {
    let silent = |said: &'static str| {
        move |question: &Question, _: usize| {
            (question.path == "department/listsub").then(|| Reply::json(said))
        }
    };
    for said in
        [r#"{"errcode":0,"errmsg":"ok","result":null}"#, r#"{"errcode":0}"#, r#"{"errcode":0,"result":""}"#]
    {
        let plain = feihua().into_host();
        run(&plain).unwrap();
        let host = feihua().fault(silent(said)).into_host();
        assert_eq!(ending(&run(&host)), "complete", "{said}");
        assert_eq!(directory(&host), directory(&plain), "{said}");
        assert_eq!(
            log(&host),
            "warning departments-asked-about Department 1\nwarning departments-asked-about Department 2\n"
        );
    }
}

#[test]
fn a_subtree_that_nothing_tells_of_is_not_lost_in_silence() {
    let world = feihua().fault(|question, _| match (question.path.as_str(), question.id().as_str()) {
        ("department/listsub" | "department/listsubid", "2") => {
            Some(Reply::json(r#"{"errcode":0,"result":null}"#))
        }
        _ => None,
    });
    let host = world.into_host();
    assert_eq!(ending(&run(&host)), "partial");
    assert!(log(&host).starts_with("error departments-unknown Department 2\n"));
}

#[test]
fn a_department_whose_id_cannot_be_read_is_found_by_its_id() {
    let world = feihua().fault(|question, _| {
        let odd = json!([{"dept_id": {}, "name": "R&D", "parent_id": 1}]);
        question.is("department/listsub", "1").then(|| Reply::json(accepted(&odd).to_string()))
    });
    let host = world.into_host();
    assert_eq!(ending(&run(&host)), "complete");
    assert!(directory(&host).contains("Department 2 R&D < 1\nDepartment 3 Kernel < 2\n"));
}

#[test]
fn an_element_of_a_list_that_is_nothing_is_nobody() {
    let world = feihua().fault(|question, _| {
        let departments = json!([null, {"dept_id": 2, "name": "R&D", "parent_id": 1}, ""]);
        let people =
            json!({"has_more": false, "list": [null, {"userid": "a", "name": "A", "dept_id_list": [2], "dept_order": 20}, []]});
        let said = match (question.path.as_str(), question.id().as_str()) {
            ("department/listsub", "1") => departments,
            ("user/list", "2") => people,
            _ => return None,
        };
        Some(Reply::json(accepted(&said).to_string()))
    });
    let (plain, host) = (feihua().into_host(), world.into_host());
    run(&plain).unwrap();
    assert_eq!((ending(&run(&host)).as_str(), log(&host).as_str()), ("complete", ""));
    assert_eq!(directory(&host), directory(&plain));
}

#[test]
fn a_page_of_another_department_is_a_contradiction() {
    let cached = json!({"has_more": false, "list": [{"userid": "a", "name": "A", "dept_id_list": [2]}]});
    let cached = accepted(&cached).to_string();
    check(
        feihua(),
        feihua()
            .without_user("z")
            .fault(move |question, _| question.is("user/list", "3").then(|| Reply::json(cached.clone()))),
        &expect![[r#"
            partial
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Kernel < 2
            User a A in 2:20
            User b B in 3:30
            User z Z in 3:30
            error answer-not-understood Department 3
            warning removals-stopped
        "#]],
    );
}

#[test]
fn a_page_of_another_department_is_known_by_another_answer_when_somebody_is_in_both() {
    let both = || feihua().user("m", &[2, 3]);
    let cached = json!({"has_more": false, "list": [
        {"userid": "a", "name": "A", "dept_id_list": [2]},
        {"userid": "m", "name": "M", "dept_id_list": [2, 3]},
    ]});
    let cached = accepted(&cached).to_string();
    let host = both()
        .fault(move |question, _| question.is("user/list", "3").then(|| Reply::json(cached.clone())))
        .into_host();
    assert_eq!(ending(&run(&host)), "partial");
    assert_eq!(log(&host), "error answer-not-understood Department 3\nwarning people-kept\n");
    assert!(directory(&host).contains("User a A in 2:20\n"), "{}", directory(&host));
}

#[test]
fn somebody_who_does_not_name_a_department_is_in_it_if_two_answers_say_so() {
    let listed = json!({"has_more": false, "list": [
        {"userid": "b", "name": "B", "dept_id_list": [3]},
        {"userid": "z", "name": "Z", "dept_id_list": [2]},
    ]});
    let listed = accepted(&listed).to_string();
    let host = feihua()
        .fault(move |question, _| question.is("user/list", "3").then(|| Reply::json(listed.clone())))
        .into_host();
    assert_eq!((ending(&run(&host)).as_str(), log(&host).as_str()), ("complete", ""));
}

#[test]
fn whoever_names_special_departments_alone_is_where_they_are_listed() {
    let listed = json!({"has_more": false, "list": [{"userid": "b", "name": "B", "dept_id_list": [-7, -1]}]});
    let listed = accepted(&listed).to_string();
    let host = feihua()
        .without_user("z")
        .fault(move |question, _| question.is("user/list", "3").then(|| Reply::json(listed.clone())))
        .into_host();
    assert_eq!((ending(&run(&host)).as_str(), log(&host).as_str()), ("complete", ""));
    assert!(directory(&host).contains("User b B in 3:?\n"), "{}", directory(&host));
}

#[test]
fn ids_of_another_department_s_departments_are_a_contradiction() {
    let world = feihua().department(4, 1, "Operations").fault(|question, _| {
        let said = match question.path.as_str() {
            "department/listsub" => json!(null),
            "department/listsubid" => json!({"dept_id_list": [3]}),
            _ => return None,
        };
        (question.id() == "4").then(|| Reply::json(accepted(&said).to_string()))
    });
    let host = world.into_host();
    assert_eq!(ending(&run(&host)), "partial");
    assert!(directory(&host).contains("Department 3 Kernel < 2\n"), "{}", directory(&host));
    assert!(log(&host).contains("error answer-not-understood Department 4\n"));
}

#[test]
fn a_list_of_another_department_s_departments_is_a_contradiction() {
    let cached = accepted(&json!([{"dept_id": 3, "name": "Kernel", "parent_id": 2}])).to_string();
    let world = feihua().department(4, 1, "Operations").fault(move |question, _| {
        question.is("department/listsub", "4").then(|| Reply::json(cached.clone()))
    });
    let host = world.into_host();
    assert_eq!(ending(&run(&host)), "partial");
    let told = directory(&host);
    assert!(told.contains("Department 3 Kernel < 2\n"), "{told}");
    assert_eq!(log(&host), "error answer-not-understood Department 4\n");
}

#[test]
fn an_odd_flag_of_many_is_one_member_of_each() {
    let odd = json!({"real_authed": [], "senior": "perhaps", "boss": "1"});
    let world = (0..17).fold(feihua(), |world, n| world.user_with(&format!("u{n}"), &[3], &odd));
    let host = world.into_host();
    assert_eq!(ending(&run_with_details(&host)), "complete");
    assert_eq!(host.objects().len(), 3 + 3 + 17);
    assert_eq!(log(&host).lines().count(), 2 * 17);
}

#[test]
fn ids_that_differ_in_case_alone_are_told() {
    let host = feihua().user("li", &[2]).user("LI", &[2]).into_host();
    assert_eq!(ending(&run(&host)), "complete");
    assert_eq!(log(&host), "warning id-differs-in-case User li\n");
    assert!(
        directory(&host).contains("User LI LI in 2:20\n")
            && directory(&host).contains("User li LI in 2:20\n")
    );
}

#[test]
fn a_person_whose_departments_cannot_be_read_is_where_departments_list_them() {
    let lost = json!({"dept_id_list": [{}]});
    check(
        feihua(),
        feihua().user_with("a", &[2, 3], &lost).user_with("n", &[3], &lost),
        &expect![[r#"
        complete
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Kernel < 2
        User a A in 2:20 3:30
        User b B in 3:30
        User n N in 3:30
        User z Z in 3:30
        warning member-not-understood User a
        warning member-not-understood User n
    "#]],
    );
}

#[test]
fn a_department_that_does_not_say_where_it_hangs_stays_where_it_is() {
    let host = feihua().into_host();
    run(&host).unwrap();
    for parent in [json!(null), json!({}), json!(""), json!("x")] {
        host.set_world(
            feihua()
                .department_with(3, 2, "Core", &json!({"name": "Core"}))
                .fault(move |question, _| {
                    let said = json!({"dept_id": 3, "name": "Core", "parent_id": parent});
                    question.is("department/get", "3").then(|| Reply::json(accepted(&said).to_string()))
                })
                .into_answers(),
        );
        assert_eq!(ending(&run_for(&host, &[("Department", "3")])), "complete");
        assert!(directory(&host).contains("Department 3 Core < 2\n"), "{}", directory(&host));
    }
}

#[test]
fn one_person_who_is_not_understood_when_asked_about_keeps_nobody_from_leaving() {
    check(
        feihua(),
        feihua().without_user("z").without_user("b").fault(|question, _| {
            match question.is("user/get", "b") {
                true => Some(refused(47_110_815, "?")),
                false => None,
            }
        }),
        &expect![[r#"
            complete
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Kernel < 2
            User a A in 2:20
            User b B in 3:30
            warning refusal-not-known User b
            removed User z
        "#]],
    );
}

#[test]
fn what_is_not_understood_is_asked_twice_and_no_oftener() {
    let world = feihua().fault(|question, _| {
        question.is("user/list", "3").then(|| Reply::json(accepted(&json!("x")).to_string()))
    });
    let asked = world.asked();
    run(&world.into_host()).unwrap();
    assert_eq!(asked.borrow().iter().filter(|question| question.is("user/list", "3")).count(), 2);
}

#[test]
fn what_passes_is_asked_again() {
    for (n, body) in [
        r#"{"errcode":88,"sub_code":"isp.top-remote-connection-timeout"}"#,
        r#"{"errcode":88,"sub_code":"40104"}"#,
        r#"{"errcode":500,"errmsg":"e"}"#,
        r#"{"errcode":"88","sub_code":40014}"#,
        r#"{"errcode":15,"sub_code":"isp.x"}"#,
    ]
    .into_iter()
    .enumerate()
    {
        let world = feihua().fault(move |question, n_before| {
            (question.is("user/list", "3") && n_before == 0).then(|| Reply::json(body))
        });
        let asked = world.asked();
        assert_eq!(ending(&run(&world.into_host())), "complete", "{body}");
        let n_tokens = asked.borrow().iter().filter(|question| question.path == TOKEN_PATH).count();
        assert_eq!(n_tokens, if n == 1 || n == 3 { 2 } else { 1 }, "{body}");
    }
}

/// A full run of a world in which `user/list` about a department says this.
fn listing(id: &'static str, page: &str) -> (String, String) {
    let page = format!(r#"{{"errcode":0,"result":{page}}}"#);
    let host = feihua()
        .without_user("z")
        .fault(move |question, _| question.is("user/list", id).then(|| Reply::json(page.clone())))
        .into_host();
    (format!("{}\n{}", ending(&run(&host)), log(&host)), directory(&host))
}

#[test]
fn an_id_of_a_person_is_the_same_in_every_form_and_a_rounded_one_is_nobody_s() {
    let plain = feihua().without_user("z").into_host();
    run(&plain).unwrap();
    for id in ["\" b \"", "\"\u{feff}b\""] {
        let page = format!(r#"{{"list":[{{"userid":{id},"name":"B","dept_id_list":[3],"dept_order":30}}]}}"#);
        assert_eq!(listing("3", &page), ("complete\n".to_owned(), directory(&plain)), "{id}");
    }
    let (told, held) =
        listing("3", r#"{"list":[{"userid":1.8293148161178524E16,"name":"B","dept_id_list":[3]}]}"#);
    assert_eq!(told, "complete\nwarning person-not-understood Department 3\n");
    assert!(!held.contains("E16"), "{held}");
}

#[test]
fn somebody_alone_who_does_not_name_a_department_is_in_it_if_two_answers_say_so() {
    let (told, held) = listing("3", r#"{"list":[{"userid":"b","name":"B","dept_id_list":[99]}]}"#);
    assert_eq!(told, "complete\ninfo memberships-not-visible\n");
    assert!(held.contains("User b B in 3:?\n"), "{held}");
}

#[test]
fn where_nobody_may_tell_who_is_in_a_department_it_costs_that_department() {
    let listed = json!({"has_more": false, "list": [
        {"userid": "b", "name": "B", "dept_id_list": [3]},
        {"userid": "z", "name": "Z", "dept_id_list": [2]},
    ]});
    let listed = accepted(&listed).to_string();
    let world = feihua().fault(move |question, _| match question.path.as_str() {
        "user/listid" => Some(refused(60011, "没有权限")),
        _ => question.is("user/list", "3").then(|| Reply::json(listed.clone())),
    });
    check(
        feihua(),
        world,
        &expect![[r#"
            partial
            Department 1 Feihua
            Department 2 R&D < 1
            Department 3 Kernel < 2
            User a A in 2:20
            User b B in 3:30
            User z Z in 3:30
            error permission-missing Department 3
            warning removals-stopped
        "#]],
    );
}

#[test]
fn nothing_below_a_department_may_be_said_in_any_way() {
    for list in ["[{}]", "\"[]\"", "\"{}\"", "false", "\" \""] {
        let body = format!(r#"{{"errcode":0,"result":{list}}}"#);
        let host = feihua()
            .fault(move |question, _| {
                question.is("department/listsub", "3").then(|| Reply::json(body.clone()))
            })
            .into_host();
        assert_eq!((ending(&run(&host)).as_str(), log(&host).as_str()), ("complete", ""), "{list}");
    }
}

#[test]
fn a_token_that_is_said_to_have_ended_already_is_used_until_it_is_refused() {
    for lifetime in [json!(0), json!(-1), json!("0")] {
        let token = json!({"accessToken": crate::testing::TOKEN, "expireIn": lifetime}).to_string();
        let world = feihua()
            .fault(move |question, _| (question.path == TOKEN_PATH).then(|| Reply::json(token.clone())));
        let asked = world.asked();
        assert_eq!(ending(&run(&world.into_host())), "complete");
        let n_tokens = asked.borrow().iter().filter(|question| question.path == TOKEN_PATH).count();
        assert_eq!(n_tokens, 1, "{lifetime}");
    }
}

#[test]
fn a_department_of_which_cannot_be_told_where_it_is_costs_nobody_who_names_it() {
    for odd in [refused(400_002, "参数错误"), Reply::json(r#"{"errcode":0,"result":7}"#)] {
        let odd = std::cell::RefCell::new(odd);
        let now = feihua().without_user("z").user_with("n", &[2], &json!({"dept_id_list": [2, 999]}));
        let now = now.user_with("b", &[3], &json!({"dept_id_list": [3, 999], "title": "T"}));
        let world = now.fault(move |question, _| {
            let is_it = question.is("department/listparentbydept", "999");
            is_it.then(|| match &*odd.borrow() {
                Reply::After(ms, response) => Reply::After(*ms, response.clone()),
                Reply::Fail(_) | Reply::FailAs(..) | Reply::Hang => Reply::Hang,
            })
        });
        let host = feihua().into_host();
        run(&host).unwrap();
        host.set_world(world.into_answers());
        host.take_entries();
        assert_eq!(ending(&run(&host)), "complete");
        let held = directory(&host);
        assert!(held.contains("User b B in 3:30\n") && held.contains("User n N\n"), "{held}");
        assert!(!held.contains("User z"), "{held}");
        assert_eq!(host.objects()[&Key::new("User", "b")].document["title"], "T");
        assert!(log(&host).starts_with("warning "));
    }
}
