//! Calls a second: what is counted together, and when one may call again.

use expect_test::expect;
use rollcall_dingtalk_simulator::{ApiRequest, FEIHUA_APP_KEY, Mutation, RateWindow};
use serde_json::json;

use crate::support::{World, feihua_token_url};

const LIST_SUB: &str = "/topapi/v2/department/listsub";

/// How many of so many calls at one moment get through.
fn admitted(world: &mut World, n_calls: usize) -> usize {
    (0..n_calls).filter(|_| world.code(LIST_SUB, json!({})) == 0).count()
}

#[test]
fn the_standard_edition_has_twenty_calls_a_second() {
    let mut world = World::feihua();
    assert_eq!(admitted(&mut world, 30), 20);
}

#[test]
fn the_next_full_second_begins_anew() {
    let mut world = World::feihua();
    world.now_ms += 999;
    admitted(&mut world, 20);
    world.now_ms += 1;
    assert_eq!(admitted(&mut world, 30), 20);
}

#[test]
fn a_sliding_window_does_not_forget_at_the_full_second() {
    let mut world = World::feihua().with_switches(|switches| switches.rate_window = RateWindow::Sliding);
    world.now_ms += 999;
    admitted(&mut world, 20);
    world.now_ms += 999;
    assert_eq!(admitted(&mut world, 1), 0);
    world.now_ms += 1;
    assert_eq!(admitted(&mut world, 30), 20);
}

#[test]
fn interfaces_are_counted_apart() {
    let mut world = World::feihua();
    admitted(&mut world, 20);
    assert_eq!(world.code("/topapi/v2/department/listsubid", json!({ "dept_id": 1 })), 0);
}

#[test]
fn zero_is_no_limit() {
    let unlimited = Mutation::SetQps { app_key: FEIHUA_APP_KEY.into(), qps: 0 };
    assert_eq!(admitted(&mut World::feihua().with(&unlimited), 1000), 1000);
}

#[test]
fn the_refusal_names_the_interface_and_the_end_in_beijing_time() {
    let mut world = World::feihua();
    admitted(&mut world, 20);
    expect![[r#"{"errcode":88,"errmsg":"ding talk error[subcode=90018,submsg=当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了, apiPath(dingtalk.oapi.v2.department.listsub), 从 2023-11-15 06:13:20 到 2023-11-15 06:13:20 请求总次数超过 20 次, 限制将在 2023-11-15 06:13:21 结束.]","request_id":"vzb5dec6ldm","sub_code":"90018","sub_msg":"当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了, apiPath(dingtalk.oapi.v2.department.listsub), 从 2023-11-15 06:13:20 到 2023-11-15 06:13:20 请求总次数超过 20 次, 限制将在 2023-11-15 06:13:21 结束."}"#]].assert_eq(&world.post_text(LIST_SUB, json!({})));
}

#[test]
fn token_calls_are_counted_too() {
    let mut world = World::feihua();
    let refused =
        (0..20).map(|_| world.get(&feihua_token_url())["errcode"].clone()).filter(|code| *code == 90018);
    assert_eq!(refused.count(), 1);
}

#[test]
fn a_call_of_the_new_api_that_comes_too_fast_is_a_status_403() {
    let once = Mutation::SetQps { app_key: FEIHUA_APP_KEY.into(), qps: 1 };
    let mut world = World::feihua().with(&once);
    let request = ApiRequest::get("/v1.0/contact/organizations/authInfos?targetCorpId=x")
        .header("x-acs-dingtalk-access-token", &world.token);
    world.ask(&request);
    let response = world.ask(&request);
    expect![[r#"403 "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi""#]].assert_eq(&format!(
        "{} {}",
        response.status,
        response.json()["code"]
    ));
}

#[test]
fn the_trace_counts_what_was_throttled() {
    let mut world = World::feihua();
    admitted(&mut world, 25);
    let counts = world.simulator.trace().of(LIST_SUB);
    assert_eq!((counts.requests, counts.failed, counts.throttled), (25, 5, 5));
}
