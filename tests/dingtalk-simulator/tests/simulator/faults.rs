//! Every fault, when it meets a request, and that it leaves the others alone.

use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{ApiRequest, Fault, Mutation, OddValue, Outcome, Rule, User};
use serde_json::{Value, json};

use crate::support::{RESEARCH, World, feihua_token_url};

const LIST_SUB: &str = "/topapi/v2/department/listsub";
const LIST: &str = "/topapi/v2/user/list";

/// What a request for two members of R&D comes back as under a fault.
#[track_caller]
fn check(fault: Fault, path: &str, expected: Expect) {
    let mut world = World::feihua().with_rule(Rule::new(fault));
    let body = json!({ "dept_id": RESEARCH, "cursor": 0, "size": 1 });
    let written = match world.reply(&world.request(path, body)).outcome {
        Outcome::Response(response) => {
            format!(
                "{} {}\n{}",
                response.status,
                response.headers[0].1,
                response.text().replace("\r\n", "\n")
            )
        }
        Outcome::Truncated { response, keep_bytes } => {
            format!("{keep_bytes} of {} bytes", response.body.len())
        }
        Outcome::Reset => "reset".to_owned(),
        Outcome::Hang { for_ms } => format!("hang for {for_ms} ms"),
    };
    expected.assert_eq(&written);
}

#[test]
fn any_bare_code() {
    check(
        Fault::Errcode { code: 60019, message: "从部门查询人员失败".to_owned() },
        LIST,
        expect![[r#"
        200 application/json;charset=UTF-8
        {"errcode":60019,"errmsg":"从部门查询人员失败","request_id":"mj3kjtezcyhd"}"#]],
    );
}

#[test]
fn any_wrapped_code() {
    check(
        Fault::Wrapped { code: 60011, message: "no".to_owned() },
        LIST,
        expect![[r#"
        200 application/json;charset=UTF-8
        {"errcode":88,"errmsg":"ding talk error[subcode=60011,submsg=no]","request_id":"mj3kjtezcyhd","sub_code":"60011","sub_msg":"no"}"#]],
    );
}

#[test]
fn any_named_code() {
    let (code, message) = ("system.busy".to_owned(), "系统繁忙".to_owned());
    check(
        Fault::Named { status: 429, code, message },
        LIST,
        expect![[r#"
        429 application/json;charset=UTF-8
        {"code":"system.busy","message":"系统繁忙","requestid":"42374792-7c61-5577-2fd5-f004f741e6ad"}"#]],
    );
}

#[test]
fn system_busy() {
    check(
        Fault::SystemBusy,
        LIST,
        expect![[r#"
        200 application/json;charset=UTF-8
        {"errcode":-1,"errmsg":"系统繁忙","request_id":"mj3kjtezcyhd"}"#]],
    );
}

#[test]
fn an_empty_sub_code() {
    check(
        Fault::EmptySubCode,
        LIST,
        expect![[r#"
        200 application/json;charset=UTF-8
        {"errcode":88,"errmsg":"ding talk error[subcode=,submsg=]","request_id":"mj3kjtezcyhd","sub_code":"","sub_msg":""}"#]],
    );
}

#[test]
fn a_remote_timeout() {
    check(
        Fault::RemoteTimeout,
        LIST,
        expect![[r#"
        200 application/json;charset=UTF-8
        {"errcode":15,"errmsg":"ding talk error[subcode=isp.top-remote-connection-timeout,submsg=API调用超时]","request_id":"mj3kjtezcyhd","sub_code":"isp.top-remote-connection-timeout","sub_msg":"API调用超时"}"#]],
    );
}

#[test]
fn this_application_too_fast() {
    check(
        Fault::AppTooFast,
        LIST,
        expect![[r#"
        200 application/json;charset=UTF-8
        {"errcode":88,"errmsg":"ding talk error[subcode=90018,submsg=当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了, apiPath(dingtalk.oapi.v2.user.list), 从 2023-11-15 06:13:20 到 2023-11-15 06:13:20 请求总次数超过 20 次, 限制将在 2023-11-15 06:13:21 结束.]","request_id":"mj3kjtezcyhd","sub_code":"90018","sub_msg":"当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了, apiPath(dingtalk.oapi.v2.user.list), 从 2023-11-15 06:13:20 到 2023-11-15 06:13:20 请求总次数超过 20 次, 限制将在 2023-11-15 06:13:21 结束."}"#]],
    );
}

#[test]
fn everybody_too_fast() {
    check(
        Fault::EverybodyTooFast { for_ms: 1000 },
        LIST_SUB,
        expect![[r#"
        200 application/json;charset=UTF-8
        {"errcode":88,"errmsg":"ding talk error[subcode=90002,submsg=当前所有钉钉应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口, apiPath(dingtalk.oapi.v2.department.listsub), 从 2023-11-15 06:13:20 到 2023-11-15 06:13:20 请求总次数超过 1200 次, 限制将在 2023-11-15 06:13:21 结束.]","request_id":"mj3kjtezcyhd","sub_code":"90002","sub_msg":"当前所有钉钉应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口, apiPath(dingtalk.oapi.v2.department.listsub), 从 2023-11-15 06:13:20 到 2023-11-15 06:13:20 请求总次数超过 1200 次, 限制将在 2023-11-15 06:13:21 结束."}"#]],
    );
}

#[test]
fn a_gateway_timeout() {
    check(
        Fault::HttpStatus { status: 504 },
        LIST,
        expect![[r#"
        504 text/html; charset=utf-8
        <html>
        <head><title>504 Gateway Time-out</title></head>
        <body><h1>504 Gateway Time-out</h1></body>
        </html>
    "#]],
    );
}

#[test]
fn an_internal_error() {
    check(
        Fault::HttpStatus { status: 500 },
        LIST,
        expect![[r#"
        500 application/json;charset=UTF-8
        {"code":"unknownError","message":"未知错误"}"#]],
    );
}

#[test]
fn an_html_page() {
    check(
        Fault::Html,
        LIST,
        expect![[r#"
        200 text/html; charset=utf-8
        <html>
        <head><title>系统维护中</title></head>
        <body><h1>系统维护中</h1></body>
        </html>
    "#]],
    );
}

#[test]
fn a_punished_address() {
    check(
        Fault::Punished,
        LIST,
        expect![[r#"
        200 text/html;charset=utf-8
        {"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"b0d8f8f0a8d64f6f"}"#]],
    );
}

#[test]
fn any_body() {
    let fault = Fault::Body { status: 203, content_type: "text/plain".to_owned(), body: "hello".to_owned() };
    check(
        fault,
        LIST,
        expect![[r#"
        203 text/plain
        hello"#]],
    );
}

#[test]
fn a_reset() {
    check(Fault::Reset, LIST, expect!["reset"]);
}

#[test]
fn a_hang() {
    check(Fault::Hang { for_ms: 15_000 }, LIST, expect!["hang for 15000 ms"]);
}

#[test]
fn a_body_that_breaks_off() {
    check(Fault::TruncatedBody, LIST, expect!["269 of 539 bytes"]);
}

#[test]
fn half_the_json() {
    check(
        Fault::TruncatedJson,
        LIST_SUB,
        expect![[r#"
        200 application/json;charset=UTF-8
        {"errcode":0,"errmsg":"ok","resul"#]],
    );
}

#[test]
fn an_empty_body() {
    check(
        Fault::EmptyBody,
        LIST,
        expect![[r#"
        200 application/json;charset=UTF-8
    "#]],
    );
}

/// The result of the same request under a fault that edits it; people shortened to their userid.
#[track_caller]
fn edited(fault: Fault, path: &str, expected: Expect) {
    let mut world = World::feihua().with_rule(Rule::new(fault));
    let mut answer = world.post(path, json!({ "dept_id": RESEARCH, "cursor": 0, "size": 1 }));
    if let Some(list) = answer.pointer_mut("/result/list").and_then(Value::as_array_mut) {
        list.iter_mut().for_each(|user| *user = user["userid"].clone());
    }
    expected.assert_eq(&format!(
        "{} {}",
        answer["errcode"],
        answer.get("result").unwrap_or(&json!("no result"))
    ));
}

#[test]
fn more_behind_the_same_cursor() {
    edited(
        Fault::SameCursor,
        LIST,
        expect![[r#"0 {"has_more":true,"list":["manager4220"],"next_cursor":0}"#]],
    );
}

#[test]
fn more_behind_no_cursor() {
    edited(Fault::CursorMissing, LIST, expect![[r#"0 {"has_more":true,"list":["manager4220"]}"#]]);
}

#[test]
fn no_list() {
    edited(Fault::ListMissing, LIST, expect![[r#"0 {"has_more":true,"next_cursor":1}"#]]);
}

#[test]
fn no_result() {
    edited(Fault::ResultMissing, LIST, expect![[r#"0 "no result""#]]);
}

#[test]
fn a_null_result() {
    edited(Fault::ResultNull, LIST, expect!["0 null"]);
}

#[test]
fn lists_that_are_objects() {
    edited(
        Fault::WrongTypes,
        LIST,
        expect![[r#"0 {"has_more":true,"list":{"0":"unexpected"},"next_cursor":1}"#]],
    );
}

/// The first person's title and what stands behind it, under a rule about it.
#[track_caller]
fn member(value: OddValue, expected: &[u8]) {
    let fault = Fault::Member { pointer: "/result/list/0/title".to_owned(), value };
    let mut world = World::feihua().with_rule(Rule::new(fault));
    let body = json!({ "dept_id": RESEARCH, "cursor": 0, "size": 1 });
    let Outcome::Response(response) = world.reply(&world.request(LIST, body)).outcome else {
        panic!("it is answered")
    };
    let at = response.body.windows(expected.len()).position(|window| window == expected);
    assert!(at.is_some(), "{}", String::from_utf8_lossy(&response.body));
}

#[test]
fn one_member_in_any_form() {
    member(OddValue::Json(r#""Head \ud83d""#.to_owned()), br#""title":"Head \ud83d","unionid""#);
    member(OddValue::Json("[7".to_owned()), br#""title":[7,"unionid""#);
    member(OddValue::Hex("22eda0bd22".to_owned()), b"\"title\":\"\xed\xa0\xbd\",\"unionid\"");
    member(OddValue::Missing, br#""telephone":"0571-88880000-8002","unionid""#);
}

#[test]
fn a_member_that_is_not_there_and_bytes_that_are_none_change_nothing() {
    let plain = World::feihua().post_text(LIST_SUB, json!({ "dept_id": 1 }));
    for (pointer, value) in [
        ("/result/9/name", OddValue::Json("7".to_owned())),
        ("/result/0/nothing", OddValue::Missing),
        ("/result/0/name", OddValue::Hex("abc".to_owned())),
        ("/result/0/name", OddValue::Hex("zz".to_owned())),
    ] {
        let fault = Fault::Member { pointer: pointer.to_owned(), value };
        let odd = World::feihua().with_rule(Rule::new(fault)).post_text(LIST_SUB, json!({ "dept_id": 1 }));
        assert_eq!(odd, plain, "{pointer}");
    }
}

#[test]
fn pseudo_departments() {
    edited(
        Fault::NegativeDepartments,
        LIST_SUB,
        expect![[
            r#"0 [{"auto_add_user":false,"create_dept_group":false,"dept_id":-7,"name":"家校通讯录","parent_id":1},{"auto_add_user":false,"create_dept_group":false,"dept_id":-1,"name":"校友录","parent_id":1}]"#
        ]],
    );
}

#[test]
fn a_cycle() {
    edited(
        Fault::Cycle,
        LIST_SUB,
        expect![[
            r#"0 [{"auto_add_user":false,"create_dept_group":false,"dept_id":1,"name":"Feihua","parent_id":611840273}]"#
        ]],
    );
}

#[test]
fn numbers_in_quotes() {
    edited(
        Fault::QuotedScalars,
        "/topapi/v2/department/get",
        expect![[
            r#"0 {"auto_add_user":"true","auto_approve_apply":"false","brief":"","create_dept_group":"true","dept_group_chat_id":"chat6f0c2a9d4e1b8375","dept_id":"611840273","dept_manager_userid_list":["manager4220"],"dept_permits":[],"emp_apply_join_dept":"false","group_contain_sub_dept":"false","hide_dept":"false","name":"R&D","order":"1","outer_dept":"false","outer_permit_depts":[],"outer_permit_users":[],"parent_id":"1","user_permits":[]}"#
        ]],
    );
}

#[test]
fn a_late_answer_is_the_true_one() {
    let mut world = World::feihua().with_switches(|switches| switches.delay_ms = 5);
    world.simulator.inject(Rule::new(Fault::Delay { by_ms: 200 }));
    let reply = world.reply(&world.request(LIST_SUB, json!({})));
    assert_eq!((reply.delay_ms, reply.response().unwrap().json()["errcode"].as_i64()), (205, Some(0)));
}

#[test]
fn a_revoked_token_is_refused_in_the_same_request() {
    let mut world = World::feihua().with_rule(Rule::new(Fault::RevokeTokens).nth(2));
    assert_eq!([(); 3].map(|()| world.code(LIST_SUB, json!({}))), [0, 40014, 40014]);
}

#[test]
fn a_department_can_go_before_its_members_are_asked_for() {
    let removal = Mutation::RemoveDepartment { dept_id: RESEARCH.into() };
    let mut world = World::feihua().with_rule(Rule::new(Fault::Mutate(Box::new(removal))).on_path(LIST));
    assert_eq!(world.post(LIST_SUB, json!({}))["result"].as_array().unwrap().len(), 3);
    assert_eq!(world.code(LIST, json!({ "dept_id": RESEARCH, "cursor": 0, "size": 100 })), 60003);
}

#[test]
fn a_person_can_go_between_list_and_get() {
    let removal = Mutation::RemoveUser { userid: "xiaoli".into() };
    let get = "/topapi/v2/user/get";
    let mut world = World::feihua().with_rule(Rule::new(Fault::Mutate(Box::new(removal))).on_path(get));
    assert_eq!(world.code(get, json!({ "userid": "xiaoli" })), 60121);
}

#[test]
fn a_person_can_come_between_two_pages() {
    let mut newcomer = User::new("newcomer", "New").in_departments([RESEARCH]);
    newcomer.memberships[0].order = i64::MAX;
    let rule = Rule::new(Fault::Mutate(Box::new(Mutation::AddUser(Box::new(newcomer))))).on_path(LIST).nth(2);
    let mut world = World::feihua().with_rule(rule);
    let mut page = |cursor: i64| {
        let answer = world.post(LIST, json!({ "dept_id": RESEARCH, "cursor": cursor, "size": 1 }));
        answer["result"]["list"][0]["userid"].as_str().unwrap().to_owned()
    };
    assert_eq!([0, 1].map(&mut page), ["manager4220", "manager4220"]);
}

#[test]
fn a_change_that_is_not_possible_is_told_and_not_hidden() {
    let removal = Mutation::RemoveUser { userid: "nobody".into() };
    check(
        Fault::Mutate(Box::new(removal)),
        LIST,
        expect![[r#"
        500 text/plain;charset=utf-8
        a rule of the simulator makes a change that is not possible: user "nobody" does not exist (60121)"#]],
    );
}

/// Codes of five calls that go to two interfaces in turn.
#[track_caller]
fn check_rule(rule: Rule, expected: [i64; 5]) {
    let mut world = World::feihua().with_rule(rule);
    let mut codes = Vec::new();
    for path in
        [LIST_SUB, "/topapi/v2/department/listsubid", LIST_SUB, "/topapi/v2/department/listsubid", LIST_SUB]
    {
        codes.push(world.code(path, json!({ "dept_id": 1 })));
    }
    assert_eq!(codes, expected);
}

#[test]
fn a_rule_meets_the_next_request_once() {
    check_rule(Rule::new(Fault::SystemBusy), [-1, 0, 0, 0, 0]);
}

#[test]
fn a_rule_may_wait_for_the_nth_request() {
    check_rule(Rule::new(Fault::SystemBusy).nth(4), [0, 0, 0, -1, 0]);
}

#[test]
fn a_rule_may_wait_for_the_nth_request_to_a_path() {
    check_rule(Rule::new(Fault::SystemBusy).on_path(LIST_SUB).nth(2), [0, 0, -1, 0, 0]);
}

#[test]
fn a_rule_may_meet_several_requests() {
    check_rule(Rule::new(Fault::SystemBusy).on_path(LIST_SUB).times(2), [-1, 0, -1, 0, 0]);
}

#[test]
fn a_rule_may_never_end() {
    check_rule(Rule::new(Fault::SystemBusy).nth(2).always(), [0, -1, -1, -1, -1]);
}

#[test]
fn a_rule_may_be_about_one_department() {
    let rule = Rule::new(Fault::SystemBusy).on_path(LIST_SUB).with_param("dept_id", RESEARCH).always();
    let mut world = World::feihua().with_rule(rule);
    assert_eq!(world.code(LIST_SUB, json!({ "dept_id": 1 })), 0);
    assert_eq!(world.code(LIST_SUB, json!({ "dept_id": RESEARCH.to_string() })), -1);
}

#[test]
fn the_first_of_two_rules_answers_and_both_are_spent() {
    let mut world =
        World::feihua().with_rule(Rule::new(Fault::SystemBusy)).with_rule(Rule::new(Fault::RemoteTimeout));
    assert_eq!([(); 2].map(|()| world.code(LIST_SUB, json!({}))), [-1, 0]);
}

#[test]
fn a_token_call_can_fail_too() {
    let mut world =
        World::feihua().with_rule(Rule::new(Fault::HttpStatus { status: 502 }).on_path("/gettoken"));
    assert_eq!(world.ask(&ApiRequest::get(&feihua_token_url())).status, 502);
}

#[test]
fn a_new_path_that_comes_too_fast_answers_as_the_new_api_does() {
    let mut world = World::feihua().with_rule(Rule::new(Fault::EverybodyTooFast { for_ms: 1000 }));
    let response = world.ask(&ApiRequest::post("/v1.0/oauth2/accessToken").json(&json!({})));
    assert_eq!(response.json()["code"], "Forbidden.AccessDenied.QpsLimitForApi");
}

#[test]
fn a_clone_goes_its_own_way() {
    let world = World::feihua();
    let mut spoilt = world.simulator.clone();
    spoilt.inject(Rule::new(Fault::Mutate(Box::new(Mutation::RemoveUser { userid: "xiaoli".into() }))));
    let request = world.request("/topapi/user/count", json!({ "only_active": false }));
    let count = |simulator: &mut rollcall_dingtalk_simulator::Simulator| {
        let reply =
            simulator.respond(world.now_ms, rollcall_dingtalk_simulator::PeerAddress::DIRECT, &request);
        reply.response().unwrap().json()["result"]["count"].as_i64().unwrap()
    };
    assert_eq!((count(&mut spoilt), count(&mut world.simulator.clone())), (3, 4));
}

#[test]
fn the_same_calls_give_the_same_bytes() {
    let run = || {
        let mut world = World::feihua();
        [LIST_SUB, "/topapi/v2/department/get", LIST_SUB]
            .map(|path| world.post_text(path, json!({ "dept_id": 1 })))
    };
    assert_eq!(run(), run());
}

#[test]
fn a_rule_reads_from_json_and_writes_to_it() {
    let text = json!({
        "fault": { "mutate": { "remove_user": { "userid": "xiaoli" } } },
        "path": LIST, "params": { "dept_id": 5 }, "nth": 3, "times": null,
    });
    let rule: Rule = serde_json::from_value(text.clone()).unwrap();
    assert_eq!(serde_json::to_value(rule).unwrap(), text);
}

#[test]
fn faults_are_named_in_the_trace() {
    let mut world = World::feihua().with_rule(Rule::new(Fault::Hang { for_ms: 9 }));
    world.reply(&world.request(LIST_SUB, json!({})));
    let record = world.simulator.trace().records().last().cloned().unwrap();
    assert_eq!((record.effect.as_str(), record.faults), ("hang", vec!["hang".to_owned()]));
}
