//! The three token calls, the life of a token, and how a bad one is refused.

use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{
    ApiRequest, CompanyStatus, ExpiredToken, FEIHUA_APP_KEY, FEIHUA_APP_SECRET, Mutation, NewApiToken,
    OldPathErrors, UnifiedToken, UnknownCorp,
};
use serde_json::{Value, json};

use crate::support::{World, feihua_token_url};

const NEW: &str = "/v1.0/oauth2/accessToken";
const LIST_SUB: &str = "/topapi/v2/department/listsub";

#[track_caller]
fn check(world: &mut World, request: &ApiRequest, expected: Expect) {
    let response = world.ask(request);
    expected.assert_eq(&format!("{} {}", response.status, response.text()));
}

fn new_request(secret: &str) -> ApiRequest {
    ApiRequest::post(NEW).json(&json!({ "appKey": FEIHUA_APP_KEY, "appSecret": secret }))
}

fn unified_request(world: &World, grant: &str) -> ApiRequest {
    let corp_id = world.simulator.company().corp_id();
    let body =
        json!({ "client_id": FEIHUA_APP_KEY, "client_secret": FEIHUA_APP_SECRET, "grant_type": grant });
    ApiRequest::post(&format!("/v1.0/oauth2/{corp_id}/token")).json(&body)
}

#[test]
fn the_old_call_gives_a_token_without_request_id() {
    check(
        &mut World::feihua(),
        &ApiRequest::get(&feihua_token_url()),
        expect![[
            r#"200 {"access_token":"2941b1b7b81cd9139b158ad5d2f45aec","errcode":0,"errmsg":"ok","expires_in":7200}"#
        ]],
    );
}

#[test]
fn the_new_call_gives_the_same_token_in_camel_case() {
    check(
        &mut World::feihua(),
        &new_request(FEIHUA_APP_SECRET),
        expect![[r#"200 {"accessToken":"2941b1b7b81cd9139b158ad5d2f45aec","expireIn":7200}"#]],
    );
}

#[test]
fn the_unified_call_gives_the_same_token_in_snake_case() {
    let mut world = World::feihua();
    let request = unified_request(&world, "client_credentials");
    check(
        &mut world,
        &request,
        expect![[r#"200 {"access_token":"2941b1b7b81cd9139b158ad5d2f45aec","expires_in":7200}"#]],
    );
}

#[test]
fn a_wrong_secret_is_refused_bare_by_the_old_call() {
    let url = format!("/gettoken?appkey={FEIHUA_APP_KEY}&appsecret={}", FEIHUA_APP_SECRET.to_uppercase());
    check(
        &mut World::feihua(),
        &ApiRequest::get(&url),
        expect![[r#"200 {"errcode":40096,"errmsg":"不合法的appKey或appSecret"}"#]],
    );
}

#[test]
fn a_missing_key_is_named_by_the_old_call() {
    check(
        &mut World::feihua(),
        &ApiRequest::get("/gettoken"),
        expect![[r#"200 {"errcode":40035,"errmsg":"缺少参数 corpid or appkey"}"#]],
    );
}

#[test]
fn a_body_of_the_old_call_is_ignored() {
    let body = json!({ "appkey": FEIHUA_APP_KEY, "appsecret": FEIHUA_APP_SECRET });
    check(
        &mut World::feihua(),
        &ApiRequest::get("/gettoken").json(&body),
        expect![[r#"200 {"errcode":40035,"errmsg":"缺少参数 corpid or appkey"}"#]],
    );
}

#[test]
fn the_old_names_of_key_and_secret_still_work() {
    let mut world = World::feihua();
    let corp_id = world.simulator.company().corp_id().clone();
    let answer = world.get(&format!("/gettoken?corpid={corp_id}&corpsecret={FEIHUA_APP_SECRET}"));
    assert_eq!(answer["access_token"].as_str(), Some(world.token.as_str()));
}

#[test]
fn a_wrong_old_pair_has_its_own_code() {
    check(
        &mut World::feihua(),
        &ApiRequest::get("/gettoken?corpid=x&corpsecret=y"),
        expect![[r#"200 {"errcode":40089,"errmsg":"不合法的corpid或corpsecret"}"#]],
    );
}

#[test]
fn a_wrong_secret_is_a_status_400_of_the_new_call() {
    check(
        &mut World::feihua(),
        &new_request("wrong"),
        expect![[
            r#"400 {"code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret","requestid":"42374792-7c61-5577-2fd5-f004f741e6ad"}"#
        ]],
    );
}

#[test]
fn an_unknown_company_is_an_unknown_error_of_the_unified_call() {
    let request = ApiRequest::post("/v1.0/oauth2/dingnobody/token").json(&json!({}));
    check(
        &mut World::feihua(),
        &request,
        expect![[
            r#"500 {"code":"unknownError","message":"未知错误","requestid":"42374792-7c61-5577-2fd5-f004f741e6ad"}"#
        ]],
    );
}

#[test]
fn an_unknown_company_is_an_invalid_client_if_the_switch_says_so() {
    let mut world =
        World::feihua().with_switches(|switches| switches.unknown_corp = UnknownCorp::InvalidClient);
    let request = ApiRequest::post("/v1.0/oauth2/dingnobody/token").json(&json!({}));
    check(
        &mut world,
        &request,
        expect![[
            r#"400 {"code":"invalid.client","message":"无效的client","requestid":"42374792-7c61-5577-2fd5-f004f741e6ad"}"#
        ]],
    );
}

#[test]
fn another_grant_is_not_supported_by_the_unified_call() {
    let mut world = World::feihua();
    let request = unified_request(&world, "password");
    check(
        &mut world,
        &request,
        expect![[
            r#"400 {"code":"unsupported.grant.type","message":"不支持的grant_type","requestid":"42374792-7c61-5577-2fd5-f004f741e6ad"}"#
        ]],
    );
}

#[test]
fn a_disabled_application_gets_no_token() {
    let mutation = Mutation::SetAppEnabled { app_key: FEIHUA_APP_KEY.into(), enabled: false };
    check(
        &mut World::feihua().with(&mutation),
        &ApiRequest::get(&feihua_token_url()),
        expect![[r#"200 {"errcode":50003,"errmsg":"应用已停用"}"#]],
    );
}

#[test]
fn a_dissolved_company_gets_no_token() {
    let mutation = Mutation::SetCompanyStatus { status: CompanyStatus::Gone };
    check(
        &mut World::feihua().with(&mutation),
        &ApiRequest::get(&feihua_token_url()),
        expect![[r#"200 {"errcode":70001,"errmsg":"企业不存在或者已经被解散"}"#]],
    );
}

#[test]
fn a_token_lives_on_each_time_it_is_asked_for() {
    let mut world = World::feihua();
    let mut seen = Vec::new();
    for _ in 0..3 {
        world.now_ms += 7_199_999;
        seen.push(world.get(&feihua_token_url())["access_token"].clone());
    }
    assert_eq!(seen, vec![Value::from(world.token.clone()); 3]);
}

#[test]
fn an_expired_token_is_followed_by_another() {
    let mut world = World::feihua();
    world.now_ms += 7_200_000;
    let next = world.get(&feihua_token_url())["access_token"].clone();
    assert_ne!(next, Value::from(world.token.clone()));
}

#[test]
fn an_expired_token_is_refused_like_an_unknown_one() {
    let mut world = World::feihua();
    world.now_ms += 7_200_000;
    assert_eq!(world.code(LIST_SUB, json!({})), 40014);
}

#[test]
fn an_expired_token_has_its_own_code_if_the_switch_says_so() {
    let mut world =
        World::feihua().with_switches(|switches| switches.expired_token = ExpiredToken::Code42001);
    world.now_ms += 7_200_000;
    assert_eq!(world.code(LIST_SUB, json!({})), 42001);
}

#[test]
fn a_short_life_is_what_the_answer_says() {
    let mut world = World::feihua().with_switches(|switches| switches.token_life_s = 3);
    assert_eq!(world.get(&feihua_token_url())["expires_in"], 3);
    world.now_ms += 3000;
    assert_eq!(world.code(LIST_SUB, json!({})), 40014);
}

#[test]
fn a_revoked_token_is_refused_and_replaced() {
    let mut world = World::feihua();
    world.simulator.revoke_tokens();
    assert_eq!(world.code(LIST_SUB, json!({})), 40014);
    let next = world.get(&feihua_token_url())["access_token"].clone();
    assert_ne!(next, Value::from(world.token.clone()));
}

#[test]
fn an_unknown_token_is_refused_in_88() {
    let request = ApiRequest::post(LIST_SUB).token("unknown").json(&json!({}));
    check(
        &mut World::feihua(),
        &request,
        expect![[
            r#"200 {"errcode":88,"errmsg":"ding talk error[subcode=40014,submsg=不合法的access_token]","request_id":"mj3kjtezcyhd","sub_code":"40014","sub_msg":"不合法的access_token"}"#
        ]],
    );
}

#[test]
fn a_missing_token_is_refused_in_88() {
    check(
        &mut World::feihua(),
        &ApiRequest::post(LIST_SUB).json(&json!({})),
        expect![[
            r#"200 {"errcode":88,"errmsg":"ding talk error[subcode=40000,submsg=access_token is blank]","request_id":"mj3kjtezcyhd","sub_code":"40000","sub_msg":"access_token is blank"}"#
        ]],
    );
}

#[test]
fn a_token_may_stand_in_a_form() {
    let mut world = World::feihua();
    let token = world.token.clone();
    let answer = world.ask(&ApiRequest::post(LIST_SUB).form(&[("access_token", &token)])).json();
    assert_eq!(answer["errcode"], 0);
}

#[test]
fn an_old_path_may_answer_the_bare_code() {
    let mut world = World::feihua().with_switches(|switches| switches.old_path_errors = OldPathErrors::Bare);
    check(
        &mut world,
        &ApiRequest::get("/auth/scopes?access_token=unknown"),
        expect![[r#"200 {"errcode":40014,"errmsg":"不合法的access_token","request_id":"mj3kjtezcyhd"}"#]],
    );
}

#[test]
fn a_unified_token_may_be_refused_by_the_old_api() {
    let mut world =
        World::feihua().with_switches(|switches| switches.unified_token = UnifiedToken::NewApiOnly);
    let request = unified_request(&world, "client_credentials");
    world.token = world.ask(&request).json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.code(LIST_SUB, json!({})), 40014);
}

fn organization(world: &World, token: &str) -> ApiRequest {
    let corp_id = world.simulator.company().corp_id();
    ApiRequest::get(&format!("/v1.0/contact/organizations/authInfos?targetCorpId={corp_id}"))
        .header("x-acs-dingtalk-access-token", token)
}

#[test]
fn a_token_of_the_old_call_works_on_the_new_api() {
    let mut world = World::feihua();
    let request = organization(&world, &world.token);
    check(&mut world, &request, expect![[r#"200 {"authLevel":0,"orgName":"Feihua"}"#]]);
}

#[test]
fn a_missing_token_is_a_missing_parameter_of_the_new_api() {
    let mut world = World::feihua();
    let request = organization(&world, "");
    check(
        &mut world,
        &request,
        expect![[
            r#"400 {"code":"AuthenticationFailed.MissingParameter","message":"缺少参数：x-acs-dingtalk-access-token","requestid":"42374792-7c61-5577-2fd5-f004f741e6ad"}"#
        ]],
    );
}

#[test]
fn an_unknown_token_is_invalid_for_the_new_api() {
    let mut world = World::feihua();
    let request = organization(&world, "unknown");
    check(
        &mut world,
        &request,
        expect![[
            r#"400 {"code":"InvalidAuthentication","message":"不合法的access_token","requestid":"42374792-7c61-5577-2fd5-f004f741e6ad"}"#
        ]],
    );
}

#[test]
fn an_unknown_token_may_be_a_status_401() {
    let mut world = World::feihua().with_switches(|switches| switches.new_api_token = NewApiToken::Status401);
    let request = organization(&world, "unknown");
    assert_eq!(world.ask(&request).status, 401);
}
