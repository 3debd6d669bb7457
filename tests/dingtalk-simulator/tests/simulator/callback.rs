//! Subscribing through the old API, and opening Stream, as far as no socket is needed.

use rollcall_dingtalk_simulator::{AppEvents, Company, Mutation, Push, PushAnswer, Seal, permission};
use serde_json::{Value, json};

use crate::support::receiver::{AES_KEY, Pushed, TOKEN};
use crate::support::stream::{OPEN, credentials};
use crate::support::{World, effective_code};

const REGISTER: &str = "/call_back/register_call_back";
const UPDATE: &str = "/call_back/update_call_back";

fn settings() -> Value {
    json!({
        "call_back_tag": ["user_add_org", "user_leave_org"],
        "token": TOKEN,
        "aes_key": AES_KEY,
        "url": "http://127.0.0.1:9/hook",
    })
}

fn get(world: &mut World, path: &str) -> Value {
    let path = format!("{path}?access_token={}", world.token);
    world.get(&path)
}

/// The code with which a registration with one other setting is refused.
#[track_caller]
fn check_refused(name: &str, value: Value, code: i64) {
    let mut settings = settings();
    settings[name] = value;
    assert_eq!(World::feihua().code(REGISTER, settings), code);
}

#[test]
fn a_registration_is_shown_as_it_was_made() {
    let mut world = World::feihua();
    assert_eq!(world.post(REGISTER, settings()), json!({ "errcode": 0, "errmsg": "ok" }));
    let mut expected = settings();
    (expected["errcode"], expected["errmsg"]) = (json!(0), json!("ok"));
    assert_eq!(get(&mut world, "/call_back/get_call_back"), expected);
}

#[test]
fn a_second_registration_exists_already() {
    let mut world = World::feihua();
    world.post(REGISTER, settings());
    assert_eq!(world.code(REGISTER, settings()), 71006);
}

#[test]
fn an_update_needs_a_registration() {
    assert_eq!(World::feihua().code(UPDATE, settings()), 71007);
}

#[test]
fn an_update_takes_the_place_of_a_registration() {
    let mut world = World::feihua();
    world.post(REGISTER, settings());
    let mut other = settings();
    other["call_back_tag"] = json!(["org_dept_create"]);
    assert_eq!(world.code(UPDATE, other), 0);
    assert_eq!(get(&mut world, "/call_back/get_call_back")["call_back_tag"], json!(["org_dept_create"]));
}

#[test]
fn what_was_deleted_is_gone() {
    let mut world = World::feihua();
    world.post(REGISTER, settings());
    assert_eq!(effective_code(&get(&mut world, "/call_back/delete_call_back")), 0);
    assert_eq!(effective_code(&get(&mut world, "/call_back/delete_call_back")), 71007);
    assert_eq!(world.simulator.company().apps()[0].events, AppEvents::Off);
}

#[test]
fn bad_settings_have_their_codes() {
    check_refused("call_back_tag", json!(["user_has_birthday"]), 71008);
    check_refused("call_back_tag", json!([]), 71008);
    check_refused("url", json!("ftp://127.0.0.1/"), 71011);
    check_refused("token", json!("a"), 40035);
    check_refused("aes_key", json!("short"), 40035);
}

#[test]
fn a_url_that_was_asked_in_vain_is_refused_once() {
    let mut world = World::feihua();
    let request = world.request(REGISTER, settings());
    for (answer, code) in [
        (PushAnswer::Response { status: 200, body: b"success".to_vec() }, 71009),
        (PushAnswer::TimedOut, 71012),
        (PushAnswer::Forbidden("elsewhere".to_owned()), 71013),
    ] {
        let check = world.simulator.wanted_check(world.now_ms, &request).unwrap();
        world.simulator.note_check(&check, &answer);
        assert_eq!(world.code(REGISTER, settings()), code);
    }
    assert_eq!(world.code(REGISTER, settings()), 0);
}

#[test]
fn a_registration_gets_the_types_it_asked_for_under_the_companys_name() {
    let mut world = World::feihua();
    world.post(REGISTER, settings());
    let rename = Mutation::modify_user("xiaoli", &json!({ "name": "Xiaoli Two" }));
    world.simulator.mutate(&rename).unwrap();
    world.simulator.mutate(&Mutation::RemoveUser { userid: "xiaoli".into() }).unwrap();
    let Some(Push::Http { request, .. }) = world.simulator.next_push(world.now_ms) else { panic!("no push") };
    let pushed = Pushed { url: request.url.parse().unwrap(), body: String::from_utf8(request.body).unwrap() };
    let company = Seal::new(TOKEN, AES_KEY, "ding5f1c8a20e7b94d36").unwrap();
    assert_eq!(pushed.message(&company)["EventType"], "user_leave_org");
    assert_eq!(world.simulator.next_push(world.now_ms), None);
}

#[test]
fn the_failed_list_needs_the_base_permission() {
    let mut world = World::feihua();
    let app_key = world.simulator.company().apps()[0].app_key.clone();
    let permissions = [permission::MEMBER.to_owned()].into();
    world.simulator.mutate(&Mutation::SetPermissions { app_key, permissions }).unwrap();
    assert_eq!(effective_code(&get(&mut world, "/call_back/get_call_back_failed_result")), 60011);
}

#[test]
fn a_ticket_needs_credentials_and_a_subscription() {
    let code = |change: &dyn Fn(&mut Value)| {
        let mut body = credentials();
        change(&mut body);
        let mut world = World::feihua();
        let request = rollcall_dingtalk_simulator::ApiRequest::post(OPEN).json(&body);
        let response = world.ask(&request);
        (response.status, response.json()["code"].as_str().unwrap_or("ok").to_owned())
    };
    let answer = |status: u16, code: &str| (status, code.to_owned());
    assert_eq!(code(&|_| {}), answer(200, "ok"));
    assert_eq!(code(&|body| body["clientSecret"] = json!("wrong")), answer(401, "authFailed"));
    assert_eq!(code(&|body| body["clientId"] = json!("dingnobody")), answer(401, "authFailed"));
    assert_eq!(code(&|body| body["clientId"] = Value::Null), answer(400, "MissingParameter"));
    assert_eq!(code(&|body| body["subscriptions"] = json!([])), answer(400, "MissingParameter"));
    assert_eq!(
        code(&|body| body["subscriptions"][0]["topic"] = json!("user_add_org")),
        answer(400, "InvalidParameter")
    );
}

#[test]
fn no_secret_of_a_subscription_reaches_the_trace() {
    let mut world = World::feihua();
    world.post(REGISTER, settings());
    world.post(OPEN, credentials());
    let params: Vec<Value> = world.simulator.trace().records().map(|record| json!(record.params)).collect();
    let text = json!(params).to_string();
    assert!(
        !text.contains(AES_KEY) && !text.contains(TOKEN) && !text.contains("feihua-client-secret"),
        "{text}"
    );
}

#[test]
fn no_secret_of_a_subscription_reaches_a_debug_form() {
    let events = AppEvents::http("http://127.0.0.1:9/hook", TOKEN, AES_KEY);
    let mut company = Company::feihua();
    let app_key = company.apps()[0].app_key.clone();
    company.apply(&Mutation::SetEvents { app_key, events }).unwrap();
    let text = format!("{company:?}");
    assert!(!text.contains(AES_KEY) && !text.contains(TOKEN), "{text}");
}

#[test]
fn settings_that_are_not_sound_are_not_set() {
    let mut company = Company::feihua();
    let app_key = company.apps()[0].app_key.clone();
    let events = AppEvents::http("http://127.0.0.1:9/hook", TOKEN, "short");
    let error = company.apply(&Mutation::SetEvents { app_key, events }).unwrap_err().to_string();
    assert_eq!(
        error,
        "events of application \"dingfeihuadirectory1\": aes_key must be 43 letters and digits"
    );
}
