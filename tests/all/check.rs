//! The connection check: each thing that can be wrong turns exactly its own line red, and says in both languages what to
//! do, where.

use crate::companies::{self, APP_KEY};
use crate::harness::native::Native;
use crate::harness::pair::Pair as _;
use crate::harness::proxies::free_port;
use crate::harness::real::{self, Real};
use crate::harness::{PROXY_PASSWORD, PROXY_USER};
use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{
    AppKey, Company, FieldPermissions, Mutation, ProxyMode, Scope, UserId, permission,
};
use rollcall_host::model::{Finding, Standing};
use std::collections::BTreeSet;

#[test]
fn everything_is_as_it_should_be() {
    check(
        &office(),
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        passed scope
        passed department-list
        passed member-list
        passed member-read
        passed mobile-field
        passed personal-fields
        passed corp-id
    "#]],
    );
}

#[test]
fn the_proxy_is_down() {
    let mut real = office();
    let down = format!("http://127.0.0.1:{}", free_port()).parse::<rollcall_host::egress::Proxy>();
    real.egress.proxy = Some(down.expect("it is a URL").with_credentials(PROXY_USER, PROXY_PASSWORD));
    check(
        &real,
        expect![[r#"
        passed settings
        FAILED proxy: proxy-unreachable -
          proxy PROXY cannot be reached: Connection refused (os error 111)
          无法连接代理服务器 PROXY：连接被拒绝
          Check the proxy's address and port, and that this host may connect to it.
          请检查代理的地址和端口，并确认本机可以连接到该代理。
        skipped proxy-password: proxy-auth-unknown
        skipped origin: origin-not-tried
        skipped origin: origin-not-tried
        skipped connector: connector-not-tried
    "#]],
    );
}

#[test]
fn the_proxy_s_password_is_wrong() {
    let mut real = office();
    real.egress.proxy = Some(real::proxy(&real.server).with_credentials(PROXY_USER, "wrong"));
    check(
        &real,
        expect![[r#"
        passed settings
        passed proxy
        FAILED proxy-password: proxy-auth-failed -
          proxy PROXY refuses this name and password
          代理服务器 PROXY 拒绝了所给的用户名和密码
          Check the name and the password of the proxy. It is not asked again with this password, so that no account is locked.
          请检查代理的用户名和密码。为避免账号被锁定，不会再用这个密码尝试。
        skipped origin: origin-not-tried
        skipped origin: origin-not-tried
        skipped connector: connector-not-tried
    "#]],
    );
}

#[test]
fn the_proxy_s_password_is_missing() {
    let mut real = office();
    real.egress.proxy = Some(real::proxy(&real.server));
    check(
        &real,
        expect![[r#"
        passed settings
        passed proxy
        FAILED proxy-password: proxy-password-missing -
          proxy PROXY wants a name and a password, and none is set
          代理服务器 PROXY 要求用户名和密码，但没有配置
          Set the name and the password of the proxy, or let this host pass without them.
          请配置代理的用户名和密码，或在代理上允许本机免登录访问。
        skipped origin: origin-not-tried
        skipped origin: origin-not-tried
        skipped connector: connector-not-tried
    "#]],
    );
}

#[test]
fn the_proxy_lets_nobody_through() {
    let real = office();
    real.server.set_proxy_mode(ProxyMode::Refuse);
    check(
        &real,
        expect![[r#"
            passed settings
            passed proxy
            passed proxy-password
            FAILED origin: proxy-cannot-reach -
              proxy PROXY cannot reach oapi.dingtalk.com:443: it answered 503 Service Unavailable
              代理服务器 PROXY 无法访问 oapi.dingtalk.com:443：其应答为 503 Service Unavailable
              Check that the proxy itself can resolve this name and connect to it.
              请确认代理服务器本身能够解析该名称并连接到它。
            warning origin: proxy-cannot-reach -
              proxy PROXY cannot reach api.dingtalk.com:443: it answered 503 Service Unavailable
              代理服务器 PROXY 无法访问 api.dingtalk.com:443：其应答为 503 Service Unavailable
              Check that the proxy itself can resolve this name and connect to it.
              请确认代理服务器本身能够解析该名称并连接到它。
            skipped connector: connector-not-tried
        "#]],
    );
}

#[test]
fn the_certificate_is_nobody_s() {
    let mut real = office();
    real.egress.ca_pem = None;
    check(
        &real,
        expect![[r#"
            passed settings
            passed proxy
            passed proxy-password
            FAILED origin: tls-failed -
              tls with oapi.dingtalk.com:443 failed: its certificate is signed by an unknown authority
              与 oapi.dingtalk.com:443 的 TLS 连接失败：其证书由未知的机构签发
              If a company proxy inspects TLS, or the server has a certificate of its own authority, give that authority's certificate as the source's `ca` file.
              如果公司代理会检查 TLS，或者服务器使用自有证书颁发机构，请把该机构的证书配置为来源的 `ca` 文件。
            warning origin: tls-failed -
              tls with api.dingtalk.com:443 failed: its certificate is signed by an unknown authority
              与 api.dingtalk.com:443 的 TLS 连接失败：其证书由未知的机构签发
              If a company proxy inspects TLS, or the server has a certificate of its own authority, give that authority's certificate as the source's `ca` file.
              如果公司代理会检查 TLS，或者服务器使用自有证书颁发机构，请把该机构的证书配置为来源的 `ca` 文件。
            skipped connector: connector-not-tried
        "#]],
    );
}

#[test]
fn the_settings_are_incomplete() {
    let mut real = office();
    real.settings =
        serde_json::json!({ "corp_id": "ding corp", "app_key": "", "details": "yes", "colour": "red" });
    check(
        &real,
        expect![[r#"
            FAILED settings: setting-has-white-space /corp_id
              setting "corp_id" contains white space or an invisible character
              配置项 "corp_id" 含有空格或不可见字符
              copy it again without what surrounds it
              请重新复制，不要带上前后的内容
            FAILED settings: setting-missing /app_key
              setting "app_key" is missing
              缺少配置项 "app_key"
              copy the Client ID from developer console > your application > Credentials and Basic Information
              请从开发者后台 > 您的应用 > 凭证与基础信息 复制 Client ID
            FAILED settings: secret-empty /app_secret
              setting "app_secret" is missing
              缺少配置项 "app_secret"
              Enter it. Developer console > your application > Credentials and Basic Information > Client Secret. Upper and lower case matter.
              请填写。开发者后台 > 您的应用 > 凭证与基础信息 > Client Secret（原 AppSecret）。区分大小写。
            FAILED settings: setting-wrong-type /details
              setting "details" must be true or false
              配置项 "details" 必须是true 或 false
              -
              -
            FAILED settings: setting-unknown /colour
              setting "colour" is not one of this connector's
              该连接器没有名为 "colour" 的配置项
              remove it, or correct its name: corp_id, app_key, app_secret, details, person_details, account_status, leave_out_branches, requests_per_second, oapi_base, api_base, stream_base, token_interface, events, callback_token, callback_aes_key
              请删除或更正名称，可用的有：corp_id、app_key、app_secret、details、person_details、account_status、leave_out_branches、requests_per_second、oapi_base、api_base、stream_base、token_interface、events、callback_token、callback_aes_key
            skipped connector: connector-not-tried
        "#]],
    );
}

#[test]
fn the_key_is_wrong() {
    let mut real = office();
    real.settings["app_key"] = "dingnobody".into();
    check(
        &real,
        expect![[r#"
            passed settings
            passed proxy
            passed proxy-password
            passed origin
            passed origin
            passed clock
            passed settings
            FAILED token: credentials-wrong /app_secret
              DingTalk does not accept app_key and app_secret: invalidClientIdOrSecret: 无效的clientId或者clientSecret
              钉钉不接受 app_key 与 app_secret：invalidClientIdOrSecret: 无效的clientId或者clientSecret
              copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic Information (凭证与基础信息); upper and lower case matter
              请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写
            skipped address: not-tried
            skipped scope: not-tried
            skipped department-list: not-tried
            skipped member-list: not-tried
            skipped member-read: not-tried
            skipped mobile-field: not-tried
            skipped personal-fields: not-tried
            skipped corp-id: not-tried
        "#]],
    );
}

#[test]
fn the_secret_is_wrong() {
    let mut real = office();
    real.settings["app_secret"] = "not-the-secret".into();
    check(
        &real,
        expect![[r#"
            passed settings
            passed proxy
            passed proxy-password
            passed origin
            passed origin
            passed clock
            passed settings
            FAILED token: credentials-wrong /app_secret
              DingTalk does not accept app_key and app_secret: invalidClientIdOrSecret: 无效的clientId或者clientSecret
              钉钉不接受 app_key 与 app_secret：invalidClientIdOrSecret: 无效的clientId或者clientSecret
              copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic Information (凭证与基础信息); upper and lower case matter
              请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写
            skipped address: not-tried
            skipped scope: not-tried
            skipped department-list: not-tried
            skipped member-list: not-tried
            skipped member-read: not-tried
            skipped mobile-field: not-tried
            skipped personal-fields: not-tried
            skipped corp-id: not-tried
        "#]],
    );
}

#[test]
fn the_corp_id_is_another_company_s() {
    let mut real = office();
    real.settings["corp_id"] = "dingother".into();
    check(
        &real,
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        passed scope
        passed department-list
        passed member-list
        passed member-read
        passed mobile-field
        passed personal-fields
        warning corp-id: corp-id-not-confirmed /corp_id
          DingTalk accepts the application and yet does not confirm corp_id: HTTP 500 unknownError 未知错误
          钉钉接受该应用，但没有确认 corp_id：HTTP 500 unknownError 未知错误
          compare corp_id with the CorpId on the home page of DingTalk's developer console, at the top right
          请将 corp_id 与钉钉开发者后台首页右上角的 CorpId 核对
    "#]],
    );
}

#[test]
fn the_address_is_not_on_the_list() {
    let real = office();
    let addresses = vec!["198.51.100.*".to_owned()];
    real.mutate(&Mutation::SetIpWhitelist { app_key: AppKey::from(APP_KEY), addresses });
    check(
        &real,
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        FAILED address: ip-not-allowed -
          the application does not accept requests from address 203.0.113.7
          应用不允许来自 IP 203.0.113.7 的请求
          add 203.0.113.7 in DingTalk's developer console > your application > Development Configuration (开发配置) > Security Settings (安全设置) > Server Outbound IP (服务器出口IP), or use the proxy whose address is listed there
          请在钉钉开发者后台 > 您的应用 > 开发配置 > 安全设置 > 服务器出口IP 中添加 203.0.113.7，或改用该列表中已有出口 IP 的代理
        skipped scope: not-tried
        skipped department-list: not-tried
        skipped member-list: not-tried
        skipped member-read: not-tried
        skipped mobile-field: not-tried
        skipped personal-fields: not-tried
        skipped corp-id: not-tried
    "#]],
    );
}

#[test]
fn the_permission_for_departments_is_missing() {
    check(
        &without(permission::DEPARTMENT_LIST),
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        passed scope
        FAILED department-list: permission-missing -
          the application lacks permission qyapi_get_department_list (通讯录部门信息读权限), which /topapi/v2/department/listsub needs
          应用缺少权限“通讯录部门信息读权限”（qyapi_get_department_list），无法调用 /topapi/v2/department/listsub
          in DingTalk's developer console > your application > Permission Management (权限管理), apply for qyapi_get_department_list (通讯录部门信息读权限); it takes effect at once
          请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“通讯录部门信息读权限”（qyapi_get_department_list），开通后立即生效
        passed member-list
        passed member-read
        skipped mobile-field: nobody-to-judge-by
        skipped personal-fields: nobody-to-judge-by
        passed corp-id
    "#]],
    );
}

#[test]
fn the_permission_for_members_is_missing() {
    check(
        &without(permission::DEPARTMENT_MEMBER),
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        passed scope
        passed department-list
        FAILED member-list: permission-missing -
          the application lacks permission qyapi_get_department_member (通讯录部门成员读权限), which /topapi/v2/user/list needs
          应用缺少权限“通讯录部门成员读权限”（qyapi_get_department_member），无法调用 /topapi/v2/user/list
          in DingTalk's developer console > your application > Permission Management (权限管理), apply for qyapi_get_department_member (通讯录部门成员读权限); it takes effect at once
          请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“通讯录部门成员读权限”（qyapi_get_department_member），开通后立即生效
        passed member-read
        skipped mobile-field: not-tried
        skipped personal-fields: not-tried
        passed corp-id
    "#]],
    );
}

#[test]
fn the_permission_for_single_people_is_missing() {
    check(
        &without(permission::MEMBER),
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        passed scope
        passed department-list
        passed member-list
        FAILED member-read: permission-missing -
          the application lacks permission qyapi_get_member (成员信息读权限), which /topapi/v2/user/get needs
          应用缺少权限“成员信息读权限”（qyapi_get_member），无法调用 /topapi/v2/user/get
          in DingTalk's developer console > your application > Permission Management (权限管理), apply for qyapi_get_member (成员信息读权限); it takes effect at once
          请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“成员信息读权限”（qyapi_get_member），开通后立即生效
        passed mobile-field
        passed personal-fields
        passed corp-id
    "#]],
    );
}

#[test]
fn the_scope_is_a_part_of_the_company() {
    let scope = Scope { authed_user: vec![UserId::from("b005p0")], ..Scope::departments([700_000_001]) };
    check(
        &with_scope(scope),
        expect![[r#"
            passed settings
            passed proxy
            passed proxy-password
            passed origin
            passed origin
            passed clock
            passed settings
            passed token
            passed address
            warning scope: scope-part -
              the application may see a part of the organization: 1 department with all below, and 1 single person
              应用只能看到组织的一部分：1 个部门（含下级）和 1 名单独授权的成员
              if everyone should be imported, in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff
              如需导入全部成员，请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本
            passed department-list
            passed member-list
            passed member-read
            passed mobile-field
            passed personal-fields
            passed corp-id
        "#]],
    );
}

#[test]
fn the_scope_is_empty() {
    check(
        &with_scope(Scope::empty()),
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        FAILED scope: scope-empty -
          the application may see no department and nobody
          应用的通讯录授权范围为空，看不到任何部门和成员
          in DingTalk's developer console > your application, set Permission Management (权限管理) > Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff
          请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本
        skipped department-list: not-tried
        skipped member-list: not-tried
        skipped member-read: not-tried
        skipped mobile-field: not-tried
        skipped personal-fields: not-tried
        passed corp-id
    "#]],
    );
}

#[test]
fn the_field_permission_for_mobiles_is_missing() {
    check(
        &permitted(FieldPermissions { mobile: false, personal: true }),
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        passed scope
        passed department-list
        passed member-list
        passed member-read
        warning mobile-field: field-not-visible -
          none of 100 people shows a mobile number; the application probably lacks a field permission
          抽样的 100 人都没有手机号，应用很可能缺少相应的字段权限
          if it should be imported, apply for Employee Mobile Number (企业员工手机号信息) in DingTalk's developer console > your application > Permission Management (权限管理)
          如需导入，请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“企业员工手机号信息”
        passed personal-fields
        passed corp-id
    "#]],
    );
}

#[test]
fn the_field_permission_for_e_mail_is_missing() {
    check(
        &permitted(FieldPermissions { mobile: true, personal: false }),
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        passed scope
        passed department-list
        passed member-list
        passed member-read
        passed mobile-field
        warning personal-fields: field-not-visible -
          none of 100 people shows an e-mail address, work place, remark or extension field; the application probably lacks a field permission
          抽样的 100 人都没有邮箱、办公地点、备注或扩展字段，应用很可能缺少相应的字段权限
          if it should be imported, apply for E-mail and Other Personal Information (邮箱等个人信息) in DingTalk's developer console > your application > Permission Management (权限管理)
          如需导入，请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“邮箱等个人信息”
        passed corp-id
    "#]],
    );
}

#[test]
fn the_application_is_disabled() {
    let real = office();
    real.mutate(&Mutation::SetAppEnabled { app_key: AppKey::from(APP_KEY), enabled: false });
    check(
        &real,
        expect![[r#"
            passed settings
            passed proxy
            passed proxy-password
            passed origin
            passed origin
            passed clock
            passed settings
            FAILED token: access-denied -
              DingTalk denies the application /v1.0/oauth2/accessToken: Forbidden.AccessDenied: 应用已停用
              钉钉拒绝该应用调用 /v1.0/oauth2/accessToken：Forbidden.AccessDenied: 应用已停用
              see in DingTalk's admin console > Workbench (工作台) > Application Management (应用管理) that the application is enabled, and that the organization itself is
              请在钉钉管理后台 > 工作台 > 应用管理 中确认该应用已启用，并确认组织本身未被停用
            skipped address: not-tried
            skipped scope: not-tried
            skipped department-list: not-tried
            skipped member-list: not-tried
            skipped member-read: not-tried
            skipped mobile-field: not-tried
            skipped personal-fields: not-tried
            skipped corp-id: not-tried
        "#]],
    );
}

#[test]
fn the_company_has_nobody_to_judge_by() {
    let company = Company::builder(companies::CORP_ID, "Nobody").app(companies::app());
    check(
        &Real::new(company.build().expect("the company is consistent")),
        expect![[r#"
        passed settings
        passed proxy
        passed proxy-password
        passed origin
        passed origin
        passed clock
        passed settings
        passed token
        passed address
        passed scope
        passed department-list
        passed member-list
        passed member-read
        skipped mobile-field: nobody-to-judge-by
        skipped personal-fields: nobody-to-judge-by
        passed corp-id
    "#]],
    );
}

#[test]
fn a_check_of_a_large_company_reads_little() {
    let native = Native::new(companies::shapes());
    native.check();
    let n_requests = native.with(|simulator| simulator.trace().n_requests());
    assert!(n_requests <= 20, "{n_requests} requests");
}

#[test]
fn a_check_leaves_nothing_behind() {
    let real = office();
    real.check();
    assert!(real.documents().is_empty());
    let source = real.source().name().clone();
    let runs =
        real.platform.wait(rollcall_host::history::History::runs(&*real.platform.store, &source, None, 10));
    assert_eq!(runs.expect("the store answers"), []);
}

fn office() -> Real {
    Real::new(companies::branches(8))
}

fn without(missing: &str) -> Real {
    let real = office();
    let all = permission::ALL.into_iter().filter(|point| *point != missing);
    let permissions: BTreeSet<String> = all.map(str::to_owned).collect();
    real.mutate(&Mutation::SetPermissions { app_key: AppKey::from(APP_KEY), permissions });
    real
}

fn with_scope(scope: Scope) -> Real {
    let real = office();
    real.mutate(&Mutation::SetScope { app_key: AppKey::from(APP_KEY), scope });
    real
}

fn permitted(field_permissions: FieldPermissions) -> Real {
    let real = office();
    real.mutate(&Mutation::SetFieldPermissions { app_key: AppKey::from(APP_KEY), field_permissions });
    real
}

/// Every line with its standing; those that are not as they should be with all they say.
#[track_caller]
fn check(real: &Real, expected: Expect) {
    let findings = real.check();
    let proxy = real.egress.proxy.as_ref().map(ToString::to_string).unwrap_or_default();
    let text: String = findings.iter().map(line).collect();
    expected.assert_eq(&text.replace(&proxy, "PROXY"));
}

fn line(finding: &Finding) -> String {
    let Finding { check, standing, diagnosis } = finding;
    match standing {
        Standing::Passed => format!("passed {check}\n"),
        Standing::Skipped => format!("skipped {check}: {}\n", diagnosis.code),
        Standing::Warning | Standing::Failed => {
            let (en, zh) = (diagnosis.localized("en"), diagnosis.localized("zh-CN"));
            let [en_remedy, zh_remedy] = [en, zh].map(|text| text.remedy.unwrap_or("-"));
            let standing = if *standing == Standing::Failed { "FAILED" } else { "warning" };
            let (code, setting) = (&diagnosis.code, diagnosis.fact("setting").unwrap_or("-"));
            format!(
                "{standing} {check}: {code} {setting}\n  {}\n  {}\n  {en_remedy}\n  {zh_remedy}\n",
                en.message, zh.message
            )
        }
    }
}
