//! The checklist for every way in which an application can be set up wrongly.

use super::CHECKS;
use super::messages as say;
use crate::testing::{Question, TOKEN_PATH, World, denied, page, refused, run_check, settings};
use expect_test::{Expect, expect};
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{CheckStatus, FaultKind, Finding, Request};
use serde_json::{Value, json};
use std::fmt::Write;
use std::rc::Rc;

/// A company whose application is set up as it should be.
fn feihua() -> World {
    World::new()
        .department(2, 1, "R&D")
        .user_with("a", &[2], &json!({"mobile": "18513027676", "state_code": "86", "email": "a@example.com"}))
        .user("b", &[2])
}

fn list(findings: &[Finding]) -> String {
    let mut lines = String::new();
    for Finding { check, status, diagnosis } in findings {
        let _ = writeln!(lines, "{status:?} {check}: {}", diagnosis.code);
    }
    lines
}

#[track_caller]
fn check(world: World, expected: &Expect) {
    expected.assert_eq(&list(&run_check(&world.into_host())));
}

/// The same with the token refused in this word.
fn denying(status: u16, code: &'static str, text: &'static str) -> World {
    feihua().fault(move |question: &Question, _| {
        (question.path == TOKEN_PATH).then(|| denied(status, code, text))
    })
}

/// The same with one interface refused.
fn refusing(path: &'static str, code: i64, text: &'static str) -> World {
    feihua().fault(move |question: &Question, _| (question.path == path).then(|| refused(code, text)))
}

#[test]
fn everything_is_as_it_should_be() {
    check(
        feihua(),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Passed scope: scope-whole
        Passed department-list: departments-listed
        Passed member-list: members-listed
        Passed member-read: person-read
        Passed mobile-field: field-visible
        Passed personal-fields: field-visible
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn a_wrong_secret() {
    check(
        denying(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret"),
        &expect![[r#"
        Passed settings: settings-valid
        Failed token: credentials-wrong
        Skipped address: not-tried
        Skipped scope: not-tried
        Skipped department-list: not-tried
        Skipped member-list: not-tried
        Skipped member-read: not-tried
        Skipped mobile-field: not-tried
        Skipped personal-fields: not-tried
        Skipped corp-id: not-tried
    "#]],
    );
}

#[test]
fn what_was_not_tried_is_told_by_what_it_would_have_tried() {
    let findings =
        run_check(&denying(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret").into_host());
    let skipped = findings.iter().filter(|finding| finding.status == CheckStatus::Skipped);
    let told: String = skipped
        .map(|finding| &finding.diagnosis.message)
        .map(|message| format!("{} | {}\n", message.en, message.zh))
        .collect();
    expect![[r#"
        asking from this address was not tried | 未检查“从该出口 IP 访问”
        reading the application's scope was not tried | 未检查“读取授权范围”
        listing departments was not tried | 未检查“读取部门列表”
        listing the members of departments was not tried | 未检查“读取部门成员”
        reading single people was not tried | 未检查“读取单个成员”
        seeing mobile numbers was not tried | 未检查“读取手机号”
        seeing other personal information was not tried | 未检查“读取邮箱等个人信息”
        confirming corp_id was not tried | 未检查“核对 corp_id”
    "#]]
    .assert_eq(&told);
}

#[test]
fn a_list_without_a_department_and_one_without_people_are_told_alike() {
    let told = [say::no_department("member-list"), say::nobody_to_judge_by("mobile-field")];
    let told: String =
        told.iter().map(|said| format!("{} | {}\n", said.message.en, said.message.zh)).collect();
    expect![[r#"
        listing the members of departments was not tried: the application may see single people and no department | 未检查“读取部门成员”：应用的授权范围只包含单独的成员，没有部门
        seeing mobile numbers was not tried: the departments that were looked at have no members | 未检查“读取手机号”：抽样的部门中没有成员
    "#]]
    .assert_eq(&told);
}

#[test]
fn every_check_has_a_title() {
    for check in CHECKS.iter().chain(&["account-status", "event-callback", "event-channel"]) {
        assert_ne!(say::title(check).0, *check);
    }
}

#[test]
fn an_address_that_is_not_allowed() {
    check(
        refusing("auth/scopes", 60020, "访问ip不在白名单之中,request ip=203.119.196.81 appKey(key)"),
        &expect![[r#"
            Passed settings: settings-valid
            Passed token: token-granted
            Failed address: ip-not-allowed
            Skipped scope: not-tried
            Skipped department-list: not-tried
            Skipped member-list: not-tried
            Skipped member-read: not-tried
            Skipped mobile-field: not-tried
            Skipped personal-fields: not-tried
            Skipped corp-id: not-tried
        "#]],
    );
}

#[test]
fn an_address_that_is_not_even_given_a_token() {
    check(
        denying(
            403,
            "Forbidden.AccessDenied.IpNotInWhiteList",
            "访问ip不在白名单之中,request ip=203.119.196.81 appKey(key)",
        ),
        &expect![[r#"
            Passed settings: settings-valid
            Skipped token: not-tried
            Failed address: ip-not-allowed
            Skipped scope: not-tried
            Skipped department-list: not-tried
            Skipped member-list: not-tried
            Skipped member-read: not-tried
            Skipped mobile-field: not-tried
            Skipped personal-fields: not-tried
            Skipped corp-id: not-tried
        "#]],
    );
}

/// What is said of the token with these settings, where requests to the new API may not be sent.
fn told_of_the_token(more: &[(&str, &str)], is_granted: bool) -> String {
    let mut world = feihua().into_answers();
    let host = TestHost::new(move |now_ms, request: &Request| match request.url.ends_with("/accessToken") {
        true if !is_granted => Reply::Fail(FaultKind::Denied),
        _ => world(now_ms, request),
    });
    let mut settings = settings();
    more.iter().for_each(|(name, value)| settings[*name] = json!(value));
    let sealed = host.seal::<crate::DingTalk>(&settings);
    let findings = rollcall_kit::connector::check::<crate::DingTalk>(host.clone(), &sealed);
    let Finding { status, diagnosis, .. } =
        findings.into_iter().find(|finding| finding.check == "token").unwrap();
    let remedy = diagnosis.remedy.map(|remedy| format!("{}\n{}\n", remedy.en, remedy.zh));
    format!(
        "{status:?} {}\n{}\n{}\n{}",
        diagnosis.code,
        diagnosis.message.en,
        diagnosis.message.zh,
        remedy.unwrap_or_default()
    )
}

#[test]
fn a_secret_that_goes_into_an_address_is_told_with_the_reason() {
    let gateway = ("oapi_base", "https://gateway.example");
    let told = [
        told_of_the_token(&[("token_interface", "gettoken")], true),
        told_of_the_token(&[gateway], true),
        told_of_the_token(&[], false),
    ];
    expect![[r#"
        Warning token-granted-to-an-address
        DingTalk accepts app_key and app_secret; app_secret was sent in an address (GET gettoken), which proxies and gateways may write into their logs, because token_interface says so
        钉钉接受 app_key 与 app_secret；但 app_secret 是放在网址中发送的（GET gettoken），途中的代理和网关可能会把它写入日志，原因：token_interface 如此设置
        choose auto or accessToken as token_interface, unless a gateway on the way passes on the old API alone
        除非途中的网关只转发旧版 API，请将 token_interface 设为 auto 或 accessToken

        Warning token-granted-to-an-address
        DingTalk accepts app_key and app_secret; app_secret was sent in an address (GET gettoken), which proxies and gateways may write into their logs, because oapi_base leads to a gateway and api_base does not
        钉钉接受 app_key 与 app_secret；但 app_secret 是放在网址中发送的（GET gettoken），途中的代理和网关可能会把它写入日志，原因：oapi_base 指向网关，而 api_base 没有
        if the gateway passes on the new API as well, set api_base to its address; if api.dingtalk.com can be reached without it, choose accessToken as token_interface
        如果网关也转发新版 API，请将 api_base 设为它的地址；如果可以直接访问 api.dingtalk.com，请将 token_interface 设为 accessToken

        Warning token-granted-to-an-address
        DingTalk accepts app_key and app_secret; app_secret was sent in an address (GET gettoken), which proxies and gateways may write into their logs, because https://api.dingtalk.com is not granted to this source
        钉钉接受 app_key 与 app_secret；但 app_secret 是放在网址中发送的（GET gettoken），途中的代理和网关可能会把它写入日志，原因：未授权该来源访问 https://api.dingtalk.com
        grant this origin to the source
        请授权该来源访问此地址
    "#]].assert_eq(&told.join("\n"));
}

#[test]
fn a_secret_that_goes_into_a_body_is_not() {
    let (oapi, api) = (("oapi_base", "https://gateway.example"), ("api_base", "https://gateway.example"));
    let chosen = ("token_interface", "accessToken");
    for more in [&[][..], &[oapi, api], &[api], &[oapi, chosen], &[chosen]] {
        let told = told_of_the_token(more, true);
        assert!(told.starts_with("Passed token-granted\n"), "{more:?}: {told}");
    }
    let told = told_of_the_token(&[chosen], false);
    assert!(told.starts_with("Failed test-fault\n"), "nobody said that it may go elsewhere: {told}");
}

#[test]
fn a_gateway_without_the_new_interface_is_told() {
    let world = feihua().fault(|question, _| {
        (question.path == TOKEN_PATH).then(|| page(404, r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#))
    });
    let told = list(&run_check(&world.into_host()));
    assert!(told.contains("Failed token: token-interface-missing\n"), "{told}");
}

#[test]
fn an_application_that_dingtalk_denies_everything() {
    check(
        denying(403, "Forbidden.AccessDenied", "应用已停用"),
        &expect![[r#"
        Passed settings: settings-valid
        Failed token: access-denied
        Skipped address: not-tried
        Skipped scope: not-tried
        Skipped department-list: not-tried
        Skipped member-list: not-tried
        Skipped member-read: not-tried
        Skipped mobile-field: not-tried
        Skipped personal-fields: not-tried
        Skipped corp-id: not-tried
    "#]],
    );
}

#[test]
fn accounts_that_may_not_be_asked_about_are_worth_a_look_and_keep_no_import_from_working() {
    let wanting = json!({"account_status": true});
    let said = |world: World| {
        let mut all = settings();
        all.as_object_mut().unwrap().extend(wanting.as_object().unwrap().clone());
        let host = world.into_host();
        let sealed = host.seal::<crate::DingTalk>(&all);
        let list = list(&rollcall_kit::connector::check::<crate::DingTalk>(host, &sealed));
        list.lines().last().unwrap().to_owned()
    };
    let answering = |reply: fn() -> Reply| {
        feihua().fault(move |question: &Question, _| (question.path == "orgAccounts/status").then(reply))
    };
    assert_eq!(said(feihua().account("c", &[2], true)), "Passed account-status: accounts-read");
    let nobody = answering(|| denied(400, "InvalidParameter", "…"));
    assert_eq!(said(nobody), "Passed account-status: accounts-read");
    let missing = answering(|| denied(403, "Forbidden.AccessDenied.AccessTokenPermissionDenied", "…"));
    assert_eq!(said(missing), "Warning account-status: permission-missing");
}

#[test]
fn a_part_of_the_company() {
    check(
        feihua().seeing(&[2], &[]),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Warning scope: scope-part
        Passed department-list: departments-listed
        Passed member-list: members-listed
        Passed member-read: person-read
        Passed mobile-field: field-visible
        Passed personal-fields: field-visible
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn single_people_alone() {
    check(
        feihua().seeing(&[], &["b"]),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Warning scope: scope-part
        Skipped department-list: no-department
        Skipped member-list: no-department
        Passed member-read: person-read
        Warning mobile-field: field-not-visible
        Warning personal-fields: field-not-visible
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn an_empty_scope() {
    check(
        feihua().seeing(&[], &[]),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Failed scope: scope-empty
        Skipped department-list: not-tried
        Skipped member-list: not-tried
        Skipped member-read: not-tried
        Skipped mobile-field: not-tried
        Skipped personal-fields: not-tried
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn a_scope_that_the_published_version_contradicts() {
    check(
        refusing("department/listsub", 50004, "请求的部门id不在授权范围内"),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Passed scope: scope-whole
        Failed department-list: scope-not-readable
        Passed member-list: members-listed
        Passed member-read: person-read
        Skipped mobile-field: nobody-to-judge-by
        Skipped personal-fields: nobody-to-judge-by
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn no_permission_for_departments() {
    check(
        refusing("department/listsub", 60011, "没有权限"),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Passed scope: scope-whole
        Failed department-list: permission-missing
        Passed member-list: members-listed
        Passed member-read: person-read
        Skipped mobile-field: nobody-to-judge-by
        Skipped personal-fields: nobody-to-judge-by
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn no_permission_for_members() {
    check(
        refusing("user/list", 60011, "没有权限"),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Passed scope: scope-whole
        Passed department-list: departments-listed
        Failed member-list: permission-missing
        Passed member-read: person-read
        Skipped mobile-field: not-tried
        Skipped personal-fields: not-tried
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn no_permission_for_single_people() {
    check(
        refusing("user/get", 60011, "没有权限"),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Passed scope: scope-whole
        Passed department-list: departments-listed
        Passed member-list: members-listed
        Failed member-read: permission-missing
        Passed mobile-field: field-visible
        Passed personal-fields: field-visible
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn no_permission_for_fields() {
    check(
        World::new().department(2, 1, "R&D").user("a", &[2]),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Passed scope: scope-whole
        Passed department-list: departments-listed
        Passed member-list: members-listed
        Passed member-read: person-read
        Warning mobile-field: field-not-visible
        Warning personal-fields: field-not-visible
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn nobody_in_the_first_departments() {
    check(
        World::new().department(2, 1, "R&D"),
        &expect![[r#"
        Passed settings: settings-valid
        Passed token: token-granted
        Passed address: address-allowed
        Passed scope: scope-whole
        Passed department-list: departments-listed
        Passed member-list: members-listed
        Passed member-read: person-read
        Skipped mobile-field: nobody-to-judge-by
        Skipped personal-fields: nobody-to-judge-by
        Passed corp-id: corp-id-confirmed
    "#]],
    );
}

#[test]
fn a_source_that_does_not_answer() {
    check(
        feihua().fault(|_, _| Some(page(502, ""))),
        &expect![[r#"
        Passed settings: settings-valid
        Failed token: source-not-answering
        Skipped address: not-tried
        Skipped scope: not-tried
        Skipped department-list: not-tried
        Skipped member-list: not-tried
        Skipped member-read: not-tried
        Skipped mobile-field: not-tried
        Skipped personal-fields: not-tried
        Skipped corp-id: not-tried
    "#]],
    );
}

/// A host whose new API answers this but for tokens, and whose old API is as it should be.
fn with_new_api(reply: impl Fn() -> Reply + 'static) -> Rc<TestHost> {
    let mut old = feihua().into_answers();
    TestHost::new(move |now_ms, request| {
        let is_it = request.url.starts_with("https://api.") && !request.url.ends_with("/accessToken");
        if is_it { reply() } else { old(now_ms, request) }
    })
}

/// What the check of `corp_id` says when the new API answers this.
#[track_caller]
fn check_corp(reply: impl Fn() -> Reply + 'static, expected: &str) {
    let findings = run_check(&with_new_api(reply));
    assert_eq!(list(&findings).lines().last(), Some(expected));
}

#[test]
fn an_organization_that_dingtalk_confirms() {
    check_corp(
        || page(200, r#"{"access_token":"t","expires_in":7200}"#),
        "Passed corp-id: corp-id-confirmed",
    );
}

#[test]
fn an_organization_that_is_another_one_s() {
    let other = r#"{"code":"unauthorized.client","message":"未授权的client","requestid":"r"}"#;
    check_corp(move || page(401, other), "Failed corp-id: corp-id-wrong");
}

#[test]
fn an_organization_that_dingtalk_does_not_know_as_it_seems() {
    let unknown = r#"{"code":"unknownError","message":"未知错误"}"#;
    check_corp(move || page(500, unknown), "Warning corp-id: corp-id-not-confirmed");
}

#[test]
fn a_new_api_that_may_not_be_reached_or_cannot() {
    check_corp(|| Reply::Fail(FaultKind::Denied), "Skipped corp-id: test-fault");
    check_corp(|| Reply::Fail(FaultKind::NotSent), "Warning corp-id: test-fault");
}

/// The whole list with one way of arrival, against this host.
fn run_with(host: &Rc<TestHost>, events: &Value) -> String {
    let mut settings = settings();
    settings.as_object_mut().unwrap().extend(events.as_object().unwrap().clone());
    list(&rollcall_kit::connector::check::<crate::DingTalk>(host.clone(), &settings.to_string()))
}

/// What is said about the channel when the new API answers this.
#[track_caller]
fn check_channel(reply: impl Fn() -> Reply + 'static, expected: &str) {
    let list = run_with(&with_new_api(reply), &json!({"events": "stream"}));
    assert_eq!(list.lines().last(), Some(expected));
}

#[test]
fn a_channel_that_dingtalk_opens() {
    check_channel(
        || page(200, r#"{"endpoint":"wss://wss-open-connection.dingtalk.com:443/connect","ticket":"t"}"#),
        "Passed event-channel: channel-opened",
    );
}

#[test]
fn a_channel_that_leads_where_nobody_expects_it_is_told_with_where() {
    let settings = json!({"events": "stream", "api_base": "https://api.corp.example"});
    let led_to = |endpoint: &str| {
        let reply = json!({"endpoint": endpoint, "ticket": "t"}).to_string();
        let mut old = feihua().into_answers();
        let host = TestHost::new(move |now_ms, request: &Request| match request.url.ends_with("/open") {
            true => Reply::json(reply.clone()),
            false => old(now_ms, request),
        });
        let mut all = crate::testing::settings();
        all.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        let sealed = host.seal::<crate::DingTalk>(&all);
        rollcall_kit::connector::check::<crate::DingTalk>(host, &sealed).pop().unwrap()
    };
    let told = led_to("wss://10.0.0.1:443/connect");
    assert_eq!(
        (told.status, told.diagnosis.code.as_str()),
        (CheckStatus::Warning, "channel-leads-elsewhere")
    );
    assert!(told.diagnosis.message.zh.contains("wss://10.0.0.1 "), "{told:?}");
    assert!(told.diagnosis.remedy.unwrap().en.contains("set stream_base to wss://10.0.0.1;"));
    assert_eq!(led_to("wss://api.corp.example:443/connect").status, CheckStatus::Passed);
}

#[test]
fn a_channel_that_dingtalk_does_not_open() {
    let said = |status, body: &'static str| move || page(status, body);
    let wrong = said(401, r#"{"code":"authFailed","message":"鉴权失败"}"#);
    check_channel(wrong, "Failed event-channel: credentials-wrong");
    let address =
        said(403, r#"{"code":"Forbidden.AccessDenied.IpNotInWhiteList","message":"request ip=1.2.3.4 "}"#);
    check_channel(address, "Failed event-channel: ip-not-allowed");
    check_channel(said(403, r#"{"code":"Forbidden"}"#), "Failed event-channel: channel-forbidden");
    check_channel(said(200, "<html>"), "Failed event-channel: channel-not-understood");
}

#[test]
fn a_channel_to_which_nothing_leads() {
    check_channel(|| Reply::Fail(FaultKind::Denied), "Failed event-channel: test-fault");
    check_channel(|| Reply::Fail(FaultKind::NotSent), "Failed event-channel: test-fault");
}

#[test]
fn a_channel_is_not_tried_when_the_application_is_not_let_in() {
    let world = refusing("auth/scopes", 60020, "request ip=203.119.196.81 ").into_host();
    let list = run_with(&world, &json!({"events": "stream"}));
    assert_eq!(list.lines().last(), Some("Skipped event-channel: not-tried"));
}

fn http() -> Value {
    let aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";
    json!({"events": "http", "callback_token": "simToken2026", "callback_aes_key": aes_key})
}

#[test]
fn a_callback_is_judged_without_taking_anything_from_the_list_of_failures() {
    let world = feihua();
    let asked = world.asked();
    let list = run_with(&world.into_host(), &http());
    assert_eq!(list.lines().last(), Some("Passed event-callback: callback-well-formed"));
    assert!(asked.borrow().iter().all(|question| !question.path.starts_with("call_back/")));
}

#[test]
fn a_callback_is_not_judged_without_the_permission_to_fetch_what_it_missed() {
    let list = run_with(&refusing("auth/scopes", 60011, "没有权限").into_host(), &http());
    assert_eq!(list.lines().last(), Some("Skipped event-callback: not-tried"));
}

#[test]
fn a_person_in_two_departments_is_counted_once() {
    let person = json!({"mobile": "18513027676", "state_code": "86", "email": "a@example.com"});
    let world = World::new().department(2, 1, "R&D").user_with("a", &[1, 2], &person).user("b", &[2]);
    let findings = run_check(&world.into_host());
    let said = findings.iter().find(|finding| finding.check == "mobile-field").unwrap();
    assert_eq!(said.diagnosis.message.en, "1 of 2 people shows a mobile number");
}

#[test]
fn a_large_company_is_only_sampled() {
    let mut world = World::new();
    for id in 2..500 {
        world = world.department(id, id / 2, "D");
    }
    let host = world.into_host();
    run_check(&host);
    // Token, scope and organization, one person; ten departments with their members, and as many listings.
    assert!(host.n_requests() <= 4 + 2 * 10, "{}", host.n_requests());
}

#[test]
fn every_finding_speaks_two_languages_and_every_failure_has_a_remedy() {
    let worlds = [
        feihua(),
        denying(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret"),
        refusing("auth/scopes", 60020, "request ip=203.119.196.81 "),
        refusing("department/listsub", 60011, "没有权限"),
        refusing("department/listsub", 50004, "请求的部门id不在授权范围内"),
        refusing("user/list", 60011, "没有权限"),
        feihua().seeing(&[], &[]),
        World::new().user("a", &[1]),
    ];
    for finding in worlds.into_iter().flat_map(|world| run_check(&world.into_host())) {
        let chinese = |text: &str| text.chars().any(|char| ('\u{4e00}'..='\u{9fff}').contains(&char));
        let Finding { check, status, diagnosis } = finding;
        assert!(chinese(&diagnosis.message.zh), "{check}: {diagnosis:?}");
        if matches!(status, CheckStatus::Failed | CheckStatus::Warning) {
            assert!(
                diagnosis.remedy.is_some_and(|remedy| chinese(&remedy.zh)),
                "{check}: {}",
                diagnosis.code
            );
        }
    }
}

#[test]
fn wrong_settings_are_the_only_finding() {
    let mut settings = settings();
    settings["app_secret"] = json!(" ");
    let host = feihua().into_host();
    let findings = rollcall_kit::connector::check::<crate::DingTalk>(host.clone(), &settings.to_string());
    assert_eq!((list(&findings).as_str(), host.n_requests()), ("Failed settings: setting-missing\n", 0));
}
