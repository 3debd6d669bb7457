//! Each refusal of DingTalk's ends in the reaction that its table names: who must act, where exactly, and after how many
//! requests. What the sentences say is asserted as a whole, in both languages.

use crate::companies::{self, APP_KEY, branch};
use crate::expectation::assert_same;
use crate::harness::pair::{Failed, Pair, both};
use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{
    AppKey, CompanyStatus, Fault, Mutation, PathCounts, Rule, Simulator, Switches, permission,
};
use std::collections::BTreeSet;

const LIST_DEPARTMENTS: &str = "/topapi/v2/department/listsub";
const LIST_MEMBERS: &str = "/topapi/v2/user/list";
const TOKEN: &str = "/v1.0/oauth2/accessToken";

both! {
    a_wrong_secret,
    a_wrong_key,
    a_wrong_secret_in_an_address,
    a_token_by_the_old_interface_is_as_good,
    a_missing_permission_for_departments_after_one_new_token,
    a_missing_permission_for_members_after_one_new_token,
    a_permission_granted_after_the_token_was_issued_needs_no_one,
    an_address_that_is_not_on_the_list,
    an_address_taken_off_the_list_in_the_middle,
    a_department_outside_the_scope_is_left_and_told,
    a_whole_company_that_may_not_be_seen,
    calls_that_come_too_fast_wait_a_second_or_more_and_go_on,
    calls_that_stay_too_fast_end_with_how_long_to_wait,
    a_limit_for_everybody_is_waited_for_until_the_end_that_it_names,
    a_token_that_ends_in_the_middle_is_renewed_once_for_everyone,
    a_short_lived_token_is_renewed_before_it_ends,
    a_token_that_is_never_honoured,
    an_application_that_is_disabled,
    a_company_that_is_disabled,
    a_company_that_is_gone,
    what_is_switched_off_in_the_middle_stops_the_run_at_once,
    the_month_s_calls_are_used_up,
    an_address_that_dingtalk_has_blocked,
    a_gateway_that_answers_in_dingtalk_s_place,
    a_dingtalk_that_answers_nothing_any_more_is_not_asked_for_ever,
}

fn a_wrong_secret<P: Pair>() {
    let pair = imported::<P>();
    pair.set("app_secret", "not-the-secret".into());
    check(
        &pair,
        expect![[r#"
            settings credentials-wrong
            DingTalk does not accept app_key and app_secret: invalidClientIdOrSecret: 无效的clientId或者clientSecret
            钉钉不接受 app_key 与 app_secret：invalidClientIdOrSecret: 无效的clientId或者clientSecret
            copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic Information (凭证与基础信息); upper and lower case matter
            请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写
            setting=/app_secret; code=invalidClientIdOrSecret; request_id; api=/v1.0/oauth2/accessToken
            /v1.0/oauth2/accessToken 1
        "#]],
    );
}

fn a_wrong_key<P: Pair>() {
    let pair = imported::<P>();
    pair.set("app_key", "dingnobody".into());
    check(
        &pair,
        expect![[r#"
            settings credentials-wrong
            DingTalk does not accept app_key and app_secret: invalidClientIdOrSecret: 无效的clientId或者clientSecret
            钉钉不接受 app_key 与 app_secret：invalidClientIdOrSecret: 无效的clientId或者clientSecret
            copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic Information (凭证与基础信息); upper and lower case matter
            请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写
            setting=/app_secret; code=invalidClientIdOrSecret; request_id; api=/v1.0/oauth2/accessToken
            /v1.0/oauth2/accessToken 1
        "#]],
    );
}

fn a_wrong_secret_in_an_address<P: Pair>() {
    let pair = imported::<P>();
    pair.set("token_interface", "gettoken".into());
    pair.set("app_secret", "not-the-secret".into());
    check(
        &pair,
        expect![[r#"
        settings credentials-wrong
        DingTalk does not accept app_key and app_secret: 40096: 不合法的appKey或appSecret
        钉钉不接受 app_key 与 app_secret：40096: 不合法的appKey或appSecret
        copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic Information (凭证与基础信息); upper and lower case matter
        请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写
        setting=/app_secret; errcode=40096; api=/gettoken
        /gettoken 1
    "#]],
    );
}

fn a_token_by_the_old_interface_is_as_good<P: Pair>() {
    let pair = P::over(Simulator::new(companies::branches(3)));
    pair.set("token_interface", "gettoken".into());
    pair.import();
    pair.assert_as_the_company_is();
    assert_eq!((requests(&pair, "/gettoken").requests, requests(&pair, TOKEN).requests), (1, 0));
}

fn a_missing_permission_for_departments_after_one_new_token<P: Pair>() {
    let pair = imported::<P>();
    without(&pair, permission::DEPARTMENT_LIST);
    check(
        &pair,
        expect![[r#"
            permission permission-missing
            the application lacks permission qyapi_get_department_list (通讯录部门信息读权限), which /topapi/v2/department/get needs
            应用缺少权限“通讯录部门信息读权限”（qyapi_get_department_list），无法调用 /topapi/v2/department/get
            in DingTalk's developer console > your application > Permission Management (权限管理), apply for qyapi_get_department_list (通讯录部门信息读权限); it takes effect at once
            请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“通讯录部门信息读权限”（qyapi_get_department_list），开通后立即生效
            requiredScopes=qyapi_get_department_list; apply=https://open-dev.dingtalk.com/appscope/apply?content=dingsimappkey0000001%23qyapi_get_department_list; errcode=60011; request_id; api=/topapi/v2/department/get
            /auth/scopes 1
            /topapi/v2/department/get 2
            /v1.0/oauth2/accessToken 2
        "#]],
    );
}

fn a_missing_permission_for_members_after_one_new_token<P: Pair>() {
    let pair = imported::<P>();
    without(&pair, permission::DEPARTMENT_MEMBER);
    check_words(
        &pair,
        expect![[r#"
        permission permission-missing
        the application lacks permission qyapi_get_department_member (通讯录部门成员读权限), which /topapi/v2/user/list needs
        应用缺少权限“通讯录部门成员读权限”（qyapi_get_department_member），无法调用 /topapi/v2/user/list
        in DingTalk's developer console > your application > Permission Management (权限管理), apply for qyapi_get_department_member (通讯录部门成员读权限); it takes effect at once
        请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“通讯录部门成员读权限”（qyapi_get_department_member），开通后立即生效
        requiredScopes=qyapi_get_department_member; apply=https://open-dev.dingtalk.com/appscope/apply?content=dingsimappkey0000001%23qyapi_get_department_member; errcode=60011; request_id; api=/topapi/v2/user/list
    "#]],
    );
    // How many of the others were under way depends on how fast the host lets them leave.
    assert_eq!(requests(&pair, TOKEN).requests, 2);
}

fn a_permission_granted_after_the_token_was_issued_needs_no_one<P: Pair>() {
    let pair = imported::<P>();
    let missing = Fault::Wrapped { code: 60_011, message: "应用尚未开通所需的权限".to_owned() };
    pair.with(|simulator| simulator.inject(Rule::new(missing).on_path(LIST_MEMBERS).nth(4)));
    assert_as_if_nothing_had_been(&pair);
    assert_eq!(requests(&pair, TOKEN).requests, 2);
}

fn an_address_that_is_not_on_the_list<P: Pair>() {
    let pair = imported::<P>();
    let addresses = vec!["198.51.100.*".to_owned()];
    pair.mutate(&Mutation::SetIpWhitelist { app_key: AppKey::from(APP_KEY), addresses });
    check(
        &pair,
        expect![[r#"
            permission ip-not-allowed
            the application does not accept requests from address 203.0.113.7
            应用不允许来自 IP 203.0.113.7 的请求
            add 203.0.113.7 in DingTalk's developer console > your application > Development Configuration (开发配置) > Security Settings (安全设置) > Server Outbound IP (服务器出口IP), or use the proxy whose address is listed there
            请在钉钉开发者后台 > 您的应用 > 开发配置 > 安全设置 > 服务器出口IP 中添加 203.0.113.7，或改用该列表中已有出口 IP 的代理
            address=203.0.113.7; errcode=60020; request_id; api=/auth/scopes
            /auth/scopes 1
            /v1.0/oauth2/accessToken 1
        "#]],
    );
}

fn an_address_taken_off_the_list_in_the_middle<P: Pair>() {
    let pair = imported::<P>();
    let addresses = vec!["198.51.100.1".to_owned()];
    let taken_off = Mutation::SetIpWhitelist { app_key: AppKey::from(APP_KEY), addresses };
    in_the_middle(&pair, taken_off);
    check_code(&pair, "permission ip-not-allowed");
}

fn a_department_outside_the_scope_is_left_and_told<P: Pair>() {
    let pair = imported::<P>();
    let hidden =
        Fault::Errcode { code: 50_004, message: "请求的部门id不在授权范围内".to_owned() };
    let rule = Rule::new(hidden).on_path(LIST_MEMBERS).with_param("dept_id", branch(7).number());
    pair.with(|simulator| simulator.inject(rule.always()));
    let before = pair.documents();
    let ended = pair.sync();
    assert_eq!((ended.complete, ended.failure), (false, None));
    assert_same(&pair.documents(), &before);
    assert_eq!(
        pair.take_complaints().into_iter().map(|(code, _)| code).collect::<Vec<_>>(),
        ["not-visible", "removals-stopped"]
    );
}

fn a_whole_company_that_may_not_be_seen<P: Pair>() {
    let pair = imported::<P>();
    let hidden =
        Fault::Errcode { code: 50_004, message: "请求的部门id不在授权范围内".to_owned() };
    pair.with(|simulator| simulator.inject(Rule::new(hidden).on_path("/topapi/v2/department/get").always()));
    check(
        &pair,
        expect![[r#"
            permission scope-not-readable
            DingTalk says which departments the application may see, and then shows none of them
            钉钉给出了应用的授权范围，但其中的部门都无法读取
            in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff
            请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本
            errcode=50004; request_id; api=/topapi/v2/department/get
            /auth/scopes 1
            /topapi/v2/department/get 1
            /v1.0/oauth2/accessToken 1
        "#]],
    );
}

fn calls_that_come_too_fast_wait_a_second_or_more_and_go_on<P: Pair>() {
    let pair = imported::<P>();
    pair.with(|simulator| {
        simulator.inject(Rule::new(Fault::AppTooFast).on_path(LIST_MEMBERS).nth(3).times(3))
    });
    let took_ms = took_ms(&pair, assert_as_if_nothing_had_been);
    assert!((1_000..30_000).contains(&took_ms), "{took_ms} ms");
    assert_eq!(requests(&pair, LIST_MEMBERS).throttled, 3);
}

fn calls_that_stay_too_fast_end_with_how_long_to_wait<P: Pair>() {
    let pair = imported::<P>();
    pair.with(|simulator| simulator.inject(Rule::new(Fault::AppTooFast).always()));
    let failed = failed(&pair);
    // How long each wait is, and so how many there are, is random.
    let n_requests = requests(&pair, TOKEN).requests;
    assert!((3..300).contains(&n_requests), "{n_requests}");
    check_told(
        &failed,
        expect![[r#"
            unavailable source-throttled
            DingTalk limits how often /v1.0/oauth2/accessToken may be called: Forbidden.AccessDenied.QpsLimitForAppkeyAndApi: 当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了, apiPath(dingtalk.oapi.v1.0.oauth2.accessToken), 从 <time> 到 <time> 请求总次数超过 20 次, 限制将在 <time> 结束; the source asks for another <wait> s, and <wait> s of the 300 s that a request may wait are over
            钉钉限制了 /v1.0/oauth2/accessToken 的调用频率：Forbidden.AccessDenied.QpsLimitForAppkeyAndApi: 当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了, apiPath(dingtalk.oapi.v1.0.oauth2.accessToken), 从 <time> 到 <time> 请求总次数超过 20 次, 限制将在 <time> 结束；来源要求再等待 <wait> 秒，而单个请求最多等待 300 秒，已等待 <wait> 秒
            lower requests_per_second, keep other programs from using the same application at the same time, and avoid the full hour
            请调低 requests_per_second，避免其他程序同时使用同一应用，并错开整点
            code=Forbidden.AccessDenied.QpsLimitForAppkeyAndApi; request_id; api=/v1.0/oauth2/accessToken; waited_s
        "#]],
    );
}

fn a_limit_for_everybody_is_waited_for_until_the_end_that_it_names<P: Pair>() {
    let pair = imported::<P>();
    let fault = Fault::EverybodyTooFast { for_ms: 23_000 };
    pair.with(|simulator| simulator.inject(Rule::new(fault).on_path(LIST_DEPARTMENTS).nth(2)));
    let took_ms = took_ms(&pair, assert_as_if_nothing_had_been);
    // The text names whole seconds; jitter adds up to half.
    assert!((22_000..40_000).contains(&took_ms), "{took_ms} ms");
}

fn a_token_that_ends_in_the_middle_is_renewed_once_for_everyone<P: Pair>() {
    let pair = imported::<P>();
    pair.with(|simulator| simulator.inject(Rule::new(Fault::RevokeTokens).on_path(LIST_MEMBERS).nth(9)));
    assert_as_if_nothing_had_been(&pair);
    assert_eq!(requests(&pair, TOKEN).requests, 2);
}

fn a_short_lived_token_is_renewed_before_it_ends<P: Pair>() {
    let pair = imported::<P>();
    let switches = Switches { token_life_s: 2, delay_ms: 300, ..Switches::default() };
    pair.with(|simulator| *simulator.switches_mut() = switches);
    assert_as_if_nothing_had_been(&pair);
    let counts = pair.with(|simulator| simulator.trace().counts().clone());
    assert!(1 < counts[TOKEN].requests);
    assert!(counts.values().all(|counts| counts.failed == 0), "{counts:?}");
}

fn a_token_that_is_never_honoured<P: Pair>() {
    let pair = imported::<P>();
    let refused = Fault::Wrapped { code: 40_014, message: "不合法的access_token".to_owned() };
    pair.with(|simulator| simulator.inject(Rule::new(refused).on_path(LIST_DEPARTMENTS).always()));
    check(
        &pair,
        expect![[r#"
            settings token-refused
            DingTalk refused an access token that it had only just issued: 40014: 不合法的access_token
            钉钉拒绝了刚刚签发的 access_token：40014: 不合法的access_token
            check that oapi_base belongs to the same DingTalk as the application, and whether its secret was just reset
            请检查 oapi_base 与应用是否属于同一个钉钉环境，以及应用的密钥是否刚被重置
            errcode=40014; request_id; api=/topapi/v2/department/listsub
            /auth/scopes 1
            /topapi/v2/department/get 1
            /topapi/v2/department/listsub 2
            /topapi/v2/user/list 1
            /v1.0/oauth2/accessToken 2
        "#]],
    );
}

fn an_application_that_is_disabled<P: Pair>() {
    let pair = imported::<P>();
    pair.mutate(&Mutation::SetAppEnabled { app_key: AppKey::from(APP_KEY), enabled: false });
    check(
        &pair,
        expect![[r#"
            permission access-denied
            DingTalk denies the application /v1.0/oauth2/accessToken: Forbidden.AccessDenied: 应用已停用
            钉钉拒绝该应用调用 /v1.0/oauth2/accessToken：Forbidden.AccessDenied: 应用已停用
            see in DingTalk's admin console > Workbench (工作台) > Application Management (应用管理) that the application is enabled, and that the organization itself is
            请在钉钉管理后台 > 工作台 > 应用管理 中确认该应用已启用，并确认组织本身未被停用
            code=Forbidden.AccessDenied; request_id; api=/v1.0/oauth2/accessToken
            /v1.0/oauth2/accessToken 1
        "#]],
    );
}

fn a_company_that_is_disabled<P: Pair>() {
    let pair = imported::<P>();
    pair.mutate(&Mutation::SetCompanyStatus { status: CompanyStatus::Disabled });
    check(
        &pair,
        expect![[r#"
            permission access-denied
            DingTalk denies the application /v1.0/oauth2/accessToken: Forbidden.AccessDenied: 企业已禁用
            钉钉拒绝该应用调用 /v1.0/oauth2/accessToken：Forbidden.AccessDenied: 企业已禁用
            see in DingTalk's admin console > Workbench (工作台) > Application Management (应用管理) that the application is enabled, and that the organization itself is
            请在钉钉管理后台 > 工作台 > 应用管理 中确认该应用已启用，并确认组织本身未被停用
            code=Forbidden.AccessDenied; request_id; api=/v1.0/oauth2/accessToken
            /v1.0/oauth2/accessToken 1
        "#]],
    );
}

fn a_company_that_is_gone<P: Pair>() {
    let pair = imported::<P>();
    pair.mutate(&Mutation::SetCompanyStatus { status: CompanyStatus::Gone });
    check(
        &pair,
        expect![[r#"
            permission access-denied
            DingTalk denies the application /v1.0/oauth2/accessToken: Forbidden.AccessDenied: 企业不存在或者已经被解散
            钉钉拒绝该应用调用 /v1.0/oauth2/accessToken：Forbidden.AccessDenied: 企业不存在或者已经被解散
            see in DingTalk's admin console > Workbench (工作台) > Application Management (应用管理) that the application is enabled, and that the organization itself is
            请在钉钉管理后台 > 工作台 > 应用管理 中确认该应用已启用，并确认组织本身未被停用
            code=Forbidden.AccessDenied; request_id; api=/v1.0/oauth2/accessToken
            /v1.0/oauth2/accessToken 1
        "#]],
    );
}

fn what_is_switched_off_in_the_middle_stops_the_run_at_once<P: Pair>() {
    for (mutation, code) in [
        (
            Mutation::SetAppEnabled { app_key: AppKey::from(APP_KEY), enabled: false },
            "permission application-disabled",
        ),
        (Mutation::SetCompanyStatus { status: CompanyStatus::Disabled }, "permission organization-disabled"),
        (Mutation::SetCompanyStatus { status: CompanyStatus::Gone }, "permission organization-disabled"),
    ] {
        let pair = imported::<P>();
        in_the_middle(&pair, mutation);
        check_code(&pair, code);
    }
}

fn the_month_s_calls_are_used_up<P: Pair>() {
    let pair = imported::<P>();
    let used_up = Fault::Wrapped { code: 90_020, message: "企业当月调用量已达上限".to_owned() };
    pair.with(|simulator| simulator.inject(Rule::new(used_up).on_path(LIST_DEPARTMENTS).always()));
    check(
        &pair,
        expect![[r#"
            unavailable quota-used-up
            the organization has used up this month's calls: 90020: 企业当月调用量已达上限
            该组织本月的调用量已用完：90020: 企业当月调用量已达上限
            wait for the next month, or buy more in DingTalk's developer console > Resource Usage (资源用量)
            请等待下个月，或在钉钉开发者后台 > 资源用量 中扩容
            errcode=90020; request_id; api=/topapi/v2/department/listsub
            /auth/scopes 1
            /topapi/v2/department/get 1
            /topapi/v2/department/listsub 1
            /topapi/v2/user/list 1
            /v1.0/oauth2/accessToken 1
        "#]],
    );
}

fn an_address_that_dingtalk_has_blocked<P: Pair>() {
    let pair = imported::<P>();
    pair.with(|simulator| simulator.inject(Rule::new(Fault::Punished).always()));
    check(
        &pair,
        expect![[r#"
            unavailable address-blocked
            DingTalk has blocked the caller's address for 5 minutes because too many requests came from it
            来自该出口 IP 的请求过多，已被钉钉封禁 5 分钟
            wait 5 minutes; if others share this address, use a proxy with an address of its own
            请等待 5 分钟；如果有其他系统共用该 IP，请改用独立出口 IP 的代理
            api=/v1.0/oauth2/accessToken
            /v1.0/oauth2/accessToken 5
        "#]],
    );
}

fn a_gateway_that_answers_in_dingtalk_s_place<P: Pair>() {
    let pair = imported::<P>();
    pair.with(|simulator| simulator.inject(Rule::new(Fault::Html).always()));
    check(
        &pair,
        expect![[r#"
            protocol answer-not-understood
            /v1.0/oauth2/accessToken was answered in a form that this connector does not know: not DingTalk's JSON, or only half of it
            /v1.0/oauth2/accessToken 的应答无法识别：不是钉钉的 JSON，或者不完整
            check that api_base points to DingTalk and that no proxy on the way answers in its place; if that is right, report this to the connector's author
            请检查 api_base 是否指向钉钉，以及途中的代理是否替它作了应答；如果无误，请反馈给连接器的作者
            status=200; api=/v1.0/oauth2/accessToken
            /v1.0/oauth2/accessToken 5
        "#]],
    );
}

fn a_dingtalk_that_answers_nothing_any_more_is_not_asked_for_ever<P: Pair>() {
    for fault in
        [Fault::HttpStatus { status: 502 }, Fault::Reset, Fault::Hang { for_ms: 60_000 }, Fault::SystemBusy]
    {
        let pair = P::new(companies::branches(100));
        pair.import();
        let before = pair.documents();
        pair.with(|simulator| simulator.inject(Rule::new(fault.clone()).nth(30).always()));
        pair.sync();
        assert_eq!(pair.failure().map(|failed| failed.kind), Some("unavailable"), "{fault:?}");
        assert_same(&pair.documents(), &before);
        assert!(pair.n_requests() < 300, "{fault:?}: {} requests", pair.n_requests());
    }
}

fn imported<P: Pair>() -> P {
    P::imported_before(companies::branches(20))
}

fn without(pair: &impl Pair, missing: &str) {
    let all = permission::ALL.into_iter().filter(|point| *point != missing);
    let permissions: BTreeSet<String> = all.map(str::to_owned).collect();
    pair.mutate(&Mutation::SetPermissions { app_key: AppKey::from(APP_KEY), permissions });
}

fn in_the_middle(pair: &impl Pair, mutation: Mutation) {
    let rule = Rule::new(Fault::Mutate(Box::new(mutation))).on_path(LIST_MEMBERS).nth(9);
    pair.with(|simulator| simulator.inject(rule));
}

fn requests(pair: &impl Pair, path: &str) -> PathCounts {
    pair.with(|simulator| simulator.trace().of(path))
}

fn took_ms<P: Pair>(pair: &P, act: impl FnOnce(&P)) -> u64 {
    let began_ms = pair.now_ms();
    act(pair);
    pair.now_ms() - began_ms
}

#[track_caller]
fn assert_as_if_nothing_had_been(pair: &impl Pair) {
    pair.import();
    pair.assert_as_the_company_is();
    assert_eq!(pair.take_complaints(), []);
}

/// The run fails; nothing is deleted or changed.
#[track_caller]
fn check_words(pair: &impl Pair, expected: Expect) {
    let failed = failed(pair);
    expected.assert_eq(&format!("{} {}\n", failed.kind, told(&failed)));
}

/// The same, after so many requests.
#[track_caller]
fn check(pair: &impl Pair, expected: Expect) {
    let failed = failed(pair);
    let counts = pair.with(|simulator| simulator.trace().counts().clone());
    let counts: String =
        counts.iter().map(|(path, counts)| format!("{path} {}\n", counts.requests)).collect();
    expected.assert_eq(&format!("{} {}\n{counts}", failed.kind, told(&failed)));
}

/// The run failed with these words.
#[track_caller]
fn check_told(failed: &Failed, expected: Expect) {
    expected.assert_eq(&format!("{} {}\n", failed.kind, told(failed)));
}

/// The run fails like this, soon after what happened in its middle.
#[track_caller]
fn check_code(pair: &impl Pair, expected: &str) {
    let Failed { kind, code, .. } = failed(pair);
    assert_eq!(format!("{kind} {code}"), expected);
    // Those that were under way already; nothing is asked twice.
    let failed: u64 =
        pair.with(|simulator| simulator.trace().counts().values().map(|counts| counts.failed).sum());
    assert!(failed <= 33, "{failed} requests failed");
}

/// Why a run failed, which changed nothing.
#[track_caller]
fn failed(pair: &impl Pair) -> Failed {
    let before = pair.documents();
    pair.sync();
    assert_same(&pair.documents(), &before);
    pair.failure().expect("the run fails")
}

fn told(Failed { code, message: [en, zh], remedy, facts, .. }: &Failed) -> String {
    let [remedy_en, remedy_zh] = remedy.clone().unwrap_or_else(|| ["-", "-"].map(str::to_owned));
    let fact = |(name, value): &(String, String)| {
        if name == "request_id" || name == "waited_s" { name.clone() } else { format!("{name}={value}") }
    };
    let facts: Vec<String> = facts.iter().map(fact).collect();
    let (en, zh) = (without_waits(&without_times(en)), without_waits(&without_times(zh)));
    format!("{code}\n{en}\n{zh}\n{remedy_en}\n{remedy_zh}\n{}", facts.join("; "))
}

/// A real host lets requests leave no faster than it may, so that its time is another.
fn without_times(text: &str) -> String {
    const DAY: &str = "2026-01-01 ";
    let mut parts = text.split(DAY);
    let beginning = parts.next().unwrap_or_default().to_owned();
    parts.fold(beginning, |text, part| text + "<time>" + &part["08:00:00".len()..])
}

/// Waits are random in part.
fn without_waits(text: &str) -> String {
    const BEFORE: [&str; 4] = ["asks for another ", "s, and ", "要求再等待 ", "已等待 "];
    BEFORE.iter().fold(text.to_owned(), |text, before| match text.split_once(before) {
        Some((start, rest)) => {
            format!("{start}{before}<wait>{}", rest.trim_start_matches(|char: char| char.is_ascii_digit()))
        }
        None => text,
    })
}
