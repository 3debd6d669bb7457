//! Asking for a channel, with every answer that DingTalk is known to give.

use super::{open, origins};
use crate::settings::EventsWay;
use crate::settings::Settings;
use expect_test::{Expect, expect};
use rollcall_kit::live::Channel;
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{Body, Context, Failure, FaultKind, Origin, Request, Response};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::rc::Rc;

const SECRET: &str = "canary-secret";

fn settings() -> Settings {
    let settings =
        json!({"corp_id": "dingcorp", "app_key": "dingkey", "app_secret": SECRET, "events": "stream"});
    Settings::parse(&settings.to_string()).unwrap()
}

fn opened(world: impl FnMut(u64, &Request) -> Reply + 'static) -> Result<Channel, Failure> {
    let context = Context::new(TestHost::new(world));
    context.block_on(open(&context, &settings())).unwrap()
}

fn answered(status: u16, body: &str) -> Result<Channel, Failure> {
    let body = Body::Text(body.to_owned());
    opened(move |_, _| Reply::After(1, Response { status, headers: Vec::new(), body: body.clone() }))
}

#[track_caller]
fn check(status: u16, body: &str, expected: &Expect) {
    let told = match answered(status, body) {
        Ok(channel) => format!("{} every {} ms", channel.url, channel.heartbeat_ms),
        Err(failure) => {
            let kind = format!("{failure:?}");
            let kind = kind.split('(').next().unwrap().to_owned();
            let diagnosis = failure.diagnosis();
            format!("{kind} {}: {} {:?}", diagnosis.code, diagnosis.message.en, diagnosis.facts)
        }
    };
    assert!(!told.contains(SECRET), "{told}");
    expected.assert_eq(&told);
}

#[test]
fn an_answer_after_a_byte_order_mark_and_a_ticket_that_is_a_number_are_read() {
    check(
        200,
        "\u{feff}{\"endpoint\":\"wss://h/connect\",\"ticket\":17}",
        &expect!["wss://h/connect?ticket=17 every 30000 ms"],
    );
}

#[test]
fn the_request_is_as_dingtalk_wants_it() {
    let asked = Rc::new(RefCell::new(None));
    let seen = Rc::clone(&asked);
    let _ = opened(move |_, request| {
        *seen.borrow_mut() = Some(request.clone());
        Reply::json("{}")
    });
    let request = asked.take().unwrap();
    let body: Value = serde_json::from_slice(request.body.as_bytes()).unwrap();
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(
        (request.method.as_str(), request.url.as_str(), body),
        (
            "POST",
            "https://api.dingtalk.com/v1.0/gateway/connections/open",
            json!({
                "clientId": "dingkey",
                "clientSecret": SECRET,
                "subscriptions": [{"type": "EVENT", "topic": "*"}],
                "ua": format!("rollcall/{version}"),
            })
        )
    );
    assert!(request.headers.contains(&("accept".to_owned(), "application/json".to_owned())));
}

#[test]
fn what_the_plan_asks_for_leads_to_dingtalk_s_own_channels() {
    let stream = |api_base: &str| {
        let mut settings = settings();
        settings.api_base = api_base.to_owned();
        origins(&settings).len()
    };
    assert_eq!(
        origins(&settings()),
        [
            Origin::required("https://wss-open-connection.dingtalk.com"),
            Origin::optional("https://wss-open-connection-union.dingtalk.com")
        ]
    );
    assert_eq!([stream("https://api.dingtalk.com"), stream("https://gateway.example")], [2, 0]);
    assert_eq!(origins(&Settings { events: EventsWay::Off, ..settings() }), []);
}

#[test]
fn the_address_carries_the_ticket() {
    check(
        200,
        r#"{"endpoint":"wss://wss-open-connection.dingtalk.com:443/connect","ticket":"0c3c+/= &-uuid"}"#,
        &expect![
            "wss://wss-open-connection.dingtalk.com/connect?ticket=0c3c%2B%2F%3D+%26-uuid every 30000 ms"
        ],
    );
    check(
        200,
        r#"{"endpoint":"ws://127.0.0.1:9/connect?x=1","ticket":"t"}"#,
        &expect!["ws://127.0.0.1:9/connect?x=1&ticket=t every 30000 ms"],
    );
}

#[test]
fn an_answer_without_a_websocket_and_a_ticket_is_not_understood() {
    let bodies = [
        "<xml/>",
        "{}",
        r#"{"endpoint":"wss://a.example/connect"}"#,
        r#"{"endpoint":"wss://a.example/connect","ticket":""}"#,
        r#"{"endpoint":"https://a.example/connect","ticket":"t"}"#,
        r#"{"endpoint":"a.example","ticket":"t"}"#,
    ];
    for body in bodies {
        let code = answered(200, body).map_err(|failure| failure.diagnosis().code.clone());
        assert_eq!(code, Err("channel-not-understood".to_owned()), "{body}");
    }
}

#[test]
fn credentials_that_are_not_accepted_are_a_matter_of_settings() {
    check(
        401,
        r#"{"requestid":"r-1","code":"authFailed","message":"鉴权失败 canary-secret"}"#,
        &expect![[
            r#"Settings credentials-wrong: DingTalk does not accept app_key and app_secret: HTTP 401 authFailed: 鉴权失败 … [("setting", "/app_secret"), ("status", "401"), ("api", "/v1.0/gateway/connections/open"), ("code", "authFailed"), ("request_id", "r-1")]"#
        ]],
    );
    check(
        400,
        r#"{"code":"invalidClientIdOrSecret","message":"无效的clientId或者clientSecret"}"#,
        &expect![[
            r#"Settings credentials-wrong: DingTalk does not accept app_key and app_secret: HTTP 400 invalidClientIdOrSecret: 无效的clientId或者clientSecret [("setting", "/app_secret"), ("status", "400"), ("api", "/v1.0/gateway/connections/open"), ("code", "invalidClientIdOrSecret")]"#
        ]],
    );
    check(
        401,
        "",
        &expect![[
            r#"Settings credentials-wrong: DingTalk does not accept app_key and app_secret: HTTP 401 [("setting", "/app_secret"), ("status", "401"), ("api", "/v1.0/gateway/connections/open")]"#
        ]],
    );
}

#[test]
fn every_other_refusal_says_who_must_act() {
    check(
        403,
        r#"{"code":"Forbidden.AccessDenied.IpNotInWhiteList","message":"访问ip不在白名单之中,request ip=14.153.172.241","requestid":"r"}"#,
        &expect![[
            r#"Permission ip-not-allowed: the application does not accept requests from address 14.153.172.241 [("address", "14.153.172.241"), ("status", "403"), ("api", "/v1.0/gateway/connections/open"), ("code", "Forbidden.AccessDenied.IpNotInWhiteList"), ("request_id", "r")]"#
        ]],
    );
    check(
        403,
        r#"{"code":"Forbidden","message":"no stream"}"#,
        &expect![[
            r#"Permission channel-forbidden: DingTalk does not let the application open a channel: HTTP 403 Forbidden: no stream [("status", "403"), ("api", "/v1.0/gateway/connections/open"), ("code", "Forbidden")]"#
        ]],
    );
    check(
        400,
        r#"{"code":"invalidParameter","message":"subscriptions"}"#,
        &expect![[
            r#"Protocol channel-refused: DingTalk refused to open a channel: HTTP 400 invalidParameter: subscriptions [("status", "400"), ("api", "/v1.0/gateway/connections/open"), ("code", "invalidParameter")]"#
        ]],
    );
    check(
        404,
        r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#,
        &expect![[
            r#"Protocol channel-refused: DingTalk refused to open a channel: HTTP 404 [("status", "404"), ("api", "/v1.0/gateway/connections/open")]"#
        ]],
    );
    check(
        429,
        r#"{"code":"system.busy","message":"busy"}"#,
        &expect![[
            r#"Unavailable source-busy: DingTalk is busy and did not answer /v1.0/gateway/connections/open: HTTP 429 system.busy: busy [("status", "429"), ("api", "/v1.0/gateway/connections/open"), ("code", "system.busy")]"#
        ]],
    );
    check(
        502,
        "<html>",
        &expect![[
            r#"Unavailable source-busy: DingTalk is busy and did not answer /v1.0/gateway/connections/open: HTTP 502 [("status", "502"), ("api", "/v1.0/gateway/connections/open")]"#
        ]],
    );
}

#[test]
fn no_answer_at_all_may_pass_unless_the_host_will_not_ask() {
    let failed = |kind| match opened(move |_, _| Reply::Fail(kind)) {
        Err(Failure::Unavailable(..)) => "unavailable",
        Err(Failure::Host(_)) => "host",
        other => panic!("{other:?}"),
    };
    use FaultKind::{Cancelled, Denied, Interrupted, NotSent, Other, TimedOut, TooLarge};
    assert_eq!(
        [NotSent, TimedOut, Interrupted, Other, Denied, Cancelled, TooLarge].map(failed),
        ["unavailable", "unavailable", "unavailable", "unavailable", "host", "host", "host"]
    );
}
