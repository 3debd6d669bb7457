//! Which check comes first when several would refuse, and what the address list and the permissions say.

use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{
    ApiRequest, EmptyWhitelist, FEIHUA_APP_KEY, Fault, Mutation, Rule, Scope, TokenCallAddress,
};
use serde_json::{Value, json};

use crate::support::{RESEARCH, World, effective_code, feihua_token_url};

const LIST_SUB: &str = "/topapi/v2/department/listsub";
const GET: &str = "/topapi/v2/department/get";

fn whitelist(addresses: &[&str]) -> Mutation {
    let addresses = addresses.iter().map(|&address| address.to_owned()).collect();
    Mutation::SetIpWhitelist { app_key: FEIHUA_APP_KEY.into(), addresses }
}

fn no_permissions() -> Mutation {
    Mutation::SetPermissions { app_key: FEIHUA_APP_KEY.into(), permissions: Default::default() }
}

fn without(point: &str) -> Mutation {
    let all = rollcall_dingtalk_simulator::permission::ALL;
    let permissions = all.into_iter().filter(|known| *known != point).map(str::to_owned).collect();
    Mutation::SetPermissions { app_key: FEIHUA_APP_KEY.into(), permissions }
}

fn scope(scope: Scope) -> Mutation {
    Mutation::SetScope { app_key: FEIHUA_APP_KEY.into(), scope }
}

/// A call with everything wrong about it, and what it answers as each thing is put right in turn.
#[test]
fn each_check_hides_those_behind_it() {
    let mut world =
        World::feihua().with(&whitelist(&["192.0.2.1"])).with(&no_permissions()).with(&scope(Scope::empty()));
    let token = world.token.clone();
    let mut codes = Vec::new();
    let mut ask = |world: &mut World, path: &str, token: &str, body: Value| {
        let request = ApiRequest::post(path).token(token).json(&body);
        codes.push(effective_code(&world.ask(&request).json()));
    };
    let unfit = || json!({ "dept_id": "no number" });
    ask(&mut world, "/topapi/unknown", "", unfit());
    ask(&mut world, GET, "", unfit());
    ask(&mut world, GET, "unknown", unfit());
    ask(&mut world, GET, &token, unfit());
    world.simulator.mutate(&whitelist(&[])).unwrap();
    ask(&mut world, GET, &token, unfit());
    world.simulator.mutate(&without("nothing")).unwrap();
    world.simulator.mutate(&Mutation::SetQps { app_key: FEIHUA_APP_KEY.into(), qps: 1 }).unwrap();
    ask(&mut world, GET, &token, unfit());
    ask(&mut world, GET, &token, unfit());
    world.now_ms += 1000;
    ask(&mut world, GET, &token, json!({ "dept_id": 999_999_999 }));
    world.simulator.mutate(&scope(Scope::default())).unwrap();
    world.now_ms += 1000;
    ask(&mut world, GET, &token, json!({ "dept_id": 999_999_999 }));
    world.now_ms += 1000;
    ask(&mut world, GET, &token, json!({ "dept_id": RESEARCH }));
    assert_eq!(codes, [22, 40000, 40014, 60020, 60011, 400_002, 90018, 50004, 60003, 0]);
}

#[track_caller]
fn check_address(pattern: &str, allowed: bool) {
    let mut world = World::feihua().with(&whitelist(&["192.0.2.77", pattern]));
    assert_eq!(world.code(LIST_SUB, json!({})), if allowed { 0 } else { 60020 }, "{pattern}");
}

#[test]
fn an_address_is_allowed_by_name_or_by_star() {
    check_address("198.51.100.9", true);
    check_address("198.51.100.*", true);
    check_address("198.51.100.90", false);
    check_address("198.51.10*.10", false);
}

#[test]
fn an_address_that_is_not_allowed_is_named() {
    let mut world = World::feihua().with(&whitelist(&["203.0.113.7"]));
    expect![[r#"{"errcode":88,"errmsg":"ding talk error[subcode=60020,submsg=访问ip不在白名单之中,request ip=198.51.100.9 appKey(dingfeihuadirectory1)]","request_id":"mj3kjtezcyhd","sub_code":"60020","sub_msg":"访问ip不在白名单之中,request ip=198.51.100.9 appKey(dingfeihuadirectory1)"}"#]].assert_eq(&world.post_text(LIST_SUB, json!({})));
}

#[test]
fn an_empty_address_list_may_allow_nobody() {
    let mut world =
        World::feihua().with_switches(|switches| switches.empty_whitelist = EmptyWhitelist::DenyAll);
    assert_eq!(world.code(LIST_SUB, json!({})), 60020);
}

#[test]
fn a_token_is_given_to_any_address_unless_the_switch_says_otherwise() {
    let mut world = World::feihua().with(&whitelist(&["203.0.113.7"]));
    assert_eq!(world.get(&feihua_token_url())["errcode"], 0);
    world.simulator.switches_mut().token_call_address = TokenCallAddress::Checked;
    assert_eq!(world.get(&feihua_token_url())["errcode"], 60020);
}

#[track_caller]
fn check_permission(point: &str, path: &str, body: Value) {
    let mut world = World::feihua().with(&without(point));
    assert_eq!(world.code(path, body.clone()), 60011, "{path}");
    assert_eq!(World::feihua().code(path, body), 0, "{path}");
}

#[test]
fn each_interface_asks_for_its_permission() {
    let of_department = || json!({ "dept_id": RESEARCH });
    let of_user = || json!({ "userid": "xiaoli" });
    let page = || json!({ "dept_id": RESEARCH, "cursor": 0, "size": 100 });
    for (path, body) in [
        ("/topapi/v2/department/listsub", of_department()),
        ("/topapi/v2/department/listsubid", of_department()),
        ("/topapi/v2/department/get", of_department()),
        ("/topapi/v2/department/listparentbydept", of_department()),
        ("/topapi/v2/department/listparentbyuser", of_user()),
    ] {
        check_permission("qyapi_get_department_list", path, body);
    }
    for path in ["/topapi/v2/user/list", "/topapi/user/listsimple"] {
        check_permission("qyapi_get_department_member", path, page());
    }
    check_permission("qyapi_get_member", "/topapi/v2/user/get", of_user());
    check_permission("qyapi_get_member", "/topapi/user/listid", of_department());
    let by_mobile = "/topapi/v2/user/getbymobile";
    check_permission("qyapi_get_member_by_mobile", by_mobile, json!({ "mobile": "13800000003" }));
}

#[test]
fn a_missing_permission_says_where_to_apply() {
    let mut world = World::feihua().with(&without("qyapi_get_department_list"));
    expect![[r#"{"errcode":88,"errmsg":"ding talk error[subcode=60011,submsg=应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=dingfeihuadirectory1%23qyapi_get_department_list, {requiredScopes=[qyapi_get_department_list]}]","request_id":"mj3kjtezcyhd","sub_code":"60011","sub_msg":"应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=dingfeihuadirectory1%23qyapi_get_department_list, {requiredScopes=[qyapi_get_department_list]}"}"#]].assert_eq(&world.post_text(LIST_SUB, json!({})));
}

#[test]
fn a_missing_permission_of_the_new_api_names_the_scopes() {
    let mut world = World::feihua().with(&without("Contact.Org.Read"));
    let request = ApiRequest::get("/v1.0/contact/organizations/authInfos?targetCorpId=x")
        .header("x-acs-dingtalk-access-token", &world.token);
    let response = world.ask(&request);
    check(
        &format!("{} {}", response.status, response.text()),
        expect![[
            r#"403 {"accessdenieddetail":{"requiredScopes":["Contact.Org.Read"]},"code":"Forbidden.AccessDenied.AccessTokenPermissionDenied","message":"没有调用该接口的权限，接口权限申请参考：https://open.dingtalk.com/document/orgapp/add-api-permission","requestid":"42374792-7c61-5577-2fd5-f004f741e6ad"}"#
        ]],
    );
}

#[test]
fn a_post_interface_refuses_get_and_the_other_way_round() {
    let mut world = World::feihua();
    let url = |path: &str| format!("{path}?access_token={}&dept_id=1", world.token);
    let (get, post) = (ApiRequest::get(&url(LIST_SUB)), ApiRequest::post(&url("/auth/scopes")));
    assert_eq!(world.ask(&get).json()["errcode"], 43002);
    assert_eq!(world.ask(&post).json()["errcode"], 43001);
}

#[test]
fn a_body_that_is_no_json_is_a_bad_parameter() {
    let mut world = World::feihua();
    let mut request = world.request(LIST_SUB, json!({}));
    request.body = "{\"dept_id\":".into();
    assert_eq!(world.ask(&request).json()["errcode"], 400_002);
}

#[test]
fn the_trace_has_neither_secret_nor_token() {
    let mut world = World::feihua().with_rule(Rule::new(Fault::SystemBusy).nth(2));
    world.post(LIST_SUB, json!({ "dept_id": 1, "client_secret": "canary" }));
    let secret = json!({ "appKey": FEIHUA_APP_KEY, "appSecret": "canary" });
    world.ask(&ApiRequest::post("/v1.0/oauth2/accessToken").json(&secret));
    let records: Vec<_> = world.simulator.trace().records().map(|record| json!(record)).collect();
    check(
        &serde_json::to_string_pretty(&records).unwrap(),
        expect![[r#"
        [
          {
            "app": "dingfeihuadirectory1",
            "at_ms": 1700000000000,
            "effect": "0",
            "faults": [],
            "method": "GET",
            "params": {
              "appkey": "dingfeihuadirectory1"
            },
            "path": "/gettoken",
            "peer": "198.51.100.9",
            "seq": 1
          },
          {
            "app": "dingfeihuadirectory1",
            "at_ms": 1700000000000,
            "effect": "0",
            "faults": [],
            "method": "POST",
            "params": {
              "dept_id": 1
            },
            "path": "/topapi/v2/department/listsub",
            "peer": "198.51.100.9",
            "seq": 2
          },
          {
            "app": "dingfeihuadirectory1",
            "at_ms": 1700000000000,
            "effect": "-1",
            "faults": [
              "system_busy"
            ],
            "method": "POST",
            "params": {
              "appKey": "dingfeihuadirectory1"
            },
            "path": "/v1.0/oauth2/accessToken",
            "peer": "198.51.100.9",
            "seq": 3
          }
        ]"#]],
    );
}

#[track_caller]
fn check(actual: &str, expected: Expect) {
    expected.assert_eq(actual);
}
