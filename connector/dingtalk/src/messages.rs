//! What a person reads when DingTalk refuses or cannot be understood: English and Chinese side by side, with the exact
//! place in DingTalk's console. What is read in a log or on the checklist besides is in the modules below.

pub(crate) mod check;
pub(crate) mod crawl;
pub(crate) mod events;
pub(crate) mod mapping;
pub(crate) mod settings;

use crate::api::{Api, permission_name};
use crate::limits::{BLOCKED_MS, MAX_EVIDENCE_BYTES, MAX_QUOTED_BYTES, MAX_SUB_CODE_BYTES, cut};
use crate::reaction::{Final, Stop};
use crate::wire::Misread;
use crate::wire::envelope::{Refusal, Unreadable};
use rollcall_kit::{Diagnosis, Failure};

/// DingTalk is busy.
pub(crate) fn busy(api: Api, refusal: &Refusal) -> Failure {
    let diagnosis = Diagnosis::new(
        "source-busy",
        format!("DingTalk is busy and did not answer {}: {}", api.path(), quoted(refusal)),
        format!("钉钉繁忙，{} 没有得到结果：{}", api.path(), quoted(refusal)),
    )
    .remedy("try again in a few minutes", "请过几分钟再试");
    Failure::Unavailable(with_facts(diagnosis, api, refusal), None)
}

/// Calls come too fast.
pub(crate) fn throttled(api: Api, refusal: &Refusal, least_ms: u64) -> Failure {
    let diagnosis = Diagnosis::new(
        "source-throttled",
        format!("DingTalk limits how often {} may be called: {}", api.path(), quoted(refusal)),
        format!("钉钉限制了 {} 的调用频率：{}", api.path(), quoted(refusal)),
    )
    .remedy(
        "lower requests_per_second, keep other programs from using the same application at the same time, and avoid the full hour",
        "请调低 requests_per_second，避免其他程序同时使用同一应用，并错开整点",
    );
    Failure::Unavailable(with_facts(diagnosis, api, refusal), Some(least_ms))
}

/// An answer without an envelope.
pub(crate) fn unreadable(api: Api, what: Unreadable) -> Failure {
    let path = api.path();
    match what {
        Unreadable::Status(status) => Failure::Unavailable(
            Diagnosis::new(
                "source-not-answering",
                format!("{path} was answered with HTTP {status} and nothing that DingTalk would say"),
                format!("{path} 返回了 HTTP {status}，内容不是钉钉的应答"),
            )
            .remedy(
                "try again later; if it stays, check the proxy and the gateway on the way",
                "请稍后重试；如果一直如此，请检查途中的代理和网关",
            )
            .fact("status", status.to_string())
            .fact("api", path),
            None,
        ),
        Unreadable::NoEnvelope(status) => Failure::Protocol(
            Diagnosis::new(
                "answer-not-understood",
                format!("{path} was answered with something that is not DingTalk's JSON, or only half of it"),
                format!("{path} 的应答不是钉钉的 JSON，或者不完整"),
            )
            .remedy(
                format!(
                    "check that {} points to DingTalk and that no proxy on the way answers in its place",
                    api.base()
                ),
                format!("请检查 {} 是否指向钉钉，以及途中的代理是否替它作了应答", api.base()),
            )
            .fact("status", status.to_string())
            .fact("api", path),
        ),
        Unreadable::Blocked => Failure::Unavailable(
            Diagnosis::new(
                "address-blocked",
                "DingTalk has blocked the caller's address for 5 minutes because too many requests came from it",
                "来自该出口 IP 的请求过多，已被钉钉封禁 5 分钟",
            )
            .remedy(
                "wait 5 minutes; if others share this address, use a proxy with an address of its own",
                "请等待 5 分钟；如果有其他系统共用该 IP，请改用独立出口 IP 的代理",
            )
            .fact("api", path),
            Some(BLOCKED_MS),
        ),
    }
}

/// An answer whose content is not what its description says.
pub(crate) fn not_understood(api: Api, misread: &Misread) -> Failure {
    let (path, why) = (api.path(), cut(&misread.0, MAX_QUOTED_BYTES));
    Failure::Protocol(
        Diagnosis::new(
            "answer-not-understood",
            format!("{path} was answered in a form that this connector does not know: {why}"),
            format!("{path} 的应答格式与文档不符"),
        )
        .remedy("report this to the connector's author", "请反馈给连接器的作者")
        .fact("api", path)
        .fact("detail", why),
    )
}

/// A refusal of the token itself.
pub(crate) fn token_refused(api: Api, reason: Final, refusal: &Refusal) -> Failure {
    match reason {
        // There is no token yet that it could mean. What it calls a missing parameter is an empty key or secret.
        Final::Stop(Stop::Token) | Final::Mistake => stopped(api, Stop::Credentials, refusal),
        Final::Stop(stop) => stopped(api, stop, refusal),
        Final::Unknown if is_unknown_path(refusal) => {
            Failure::Settings(with_facts(token_interface_missing(api, refusal), api, refusal))
        }
        Final::NoDepartment | Final::NoPerson | Final::Hidden | Final::PersonDisabled | Final::Unknown => {
            not_expected(api, reason, refusal)
        }
    }
}

/// Whether it says that there is no such interface, which is the gateway's fault and not DingTalk's.
fn is_unknown_path(refusal: &Refusal) -> bool {
    refusal.status == NOT_FOUND || refusal.code == Some(i64::from(NOT_FOUND))
}

/// Source: RFC 9110, section 15.5.5; the new API says it in `errcode` as well.
const NOT_FOUND: u16 = 404;

fn token_interface_missing(api: Api, refusal: &Refusal) -> Diagnosis {
    Diagnosis::new(
        "token-interface-missing",
        format!("there is no {} at api_base: {}", api.path(), quoted(refusal)),
        format!("api_base 上没有 {}：{}", api.path(), quoted(refusal)),
    )
    .remedy(
        "correct api_base; if a gateway is there that passes on the old API alone, choose gettoken as token_interface",
        "请更正 api_base；如果那里的网关只转发旧版 API，请将 token_interface 设为 gettoken",
    )
    .fact("setting", "/api_base")
}

/// A refusal after which nothing else needs to be asked.
pub(crate) fn stopped(api: Api, stop: Stop, refusal: &Refusal) -> Failure {
    let told = |diagnosis| with_facts(diagnosis, api, refusal);
    match stop {
        Stop::Credentials => Failure::Settings(told(credentials_wrong(refusal))),
        Stop::Token => Failure::Settings(told(token_not_honoured(refusal))),
        Stop::Permission => Failure::Permission(told(permission_missing(api, refusal))),
        Stop::Address => Failure::Permission(told(address_not_allowed(refusal))),
        Stop::Disabled => disabled(api, refusal),
        Stop::Quota => Failure::Unavailable(told(quota_used_up(refusal)), None),
        Stop::Forbidden => Failure::Permission(told(access_denied(api, refusal))),
    }
}

/// A refusal that no one foresaw, or that says that this connector asked wrongly.
pub(crate) fn not_expected(api: Api, reason: Final, refusal: &Refusal) -> Failure {
    let code = if reason == Final::Mistake { "request-refused" } else { "refusal-not-known" };
    let diagnosis = Diagnosis::new(
        code,
        format!("DingTalk refused {}: {}", api.path(), quoted(refusal)),
        format!("钉钉拒绝了 {}：{}", api.path(), quoted(refusal)),
    )
    .remedy(
        "look the code up in DingTalk's table of error codes; if it does not help, report it with the request id",
        "请在钉钉的错误码表中查询；如仍无法解决，请附上 request_id 反馈",
    );
    Failure::Protocol(with_facts(diagnosis, api, refusal))
}

/// Outside of what the application may see.
pub(crate) fn hidden(api: Api, refusal: &Refusal) -> Diagnosis {
    let diagnosis = Diagnosis::new(
        "not-visible",
        format!("outside of what the application may see: {}", quoted(refusal)),
        format!("不在应用的可见范围内：{}", quoted(refusal)),
    )
    .remedy(SCOPE_EN, SCOPE_ZH);
    with_facts(diagnosis, api, refusal)
}

/// Disabled in DingTalk, and not gone.
pub(crate) fn person_disabled(refusal: &Refusal) -> Diagnosis {
    let diagnosis = Diagnosis::new(
        "person-disabled",
        format!("the account is disabled in DingTalk: {}", quoted(refusal)),
        format!("该账号在钉钉中已停用：{}", quoted(refusal)),
    )
    .remedy("if the person has left, remove the account in DingTalk", "如果该成员已离职，请在钉钉中将其移除");
    with_facts(diagnosis, Api::Person, refusal)
}

/// What DingTalk said when it was asked about the very object that is gone.
pub(crate) fn evidence(refusal: &Refusal) -> String {
    cut(&quoted(refusal), MAX_EVIDENCE_BYTES).to_owned()
}

/// Where an application's view is set.
pub(crate) const SCOPE_EN: &str = "in DingTalk's developer console > your application, set Permission Management (权限管理) > \
     Contacts permission scope (通讯录权限 > 授权范围) to all staff, and publish a version whose visible range (可使用范围) is all staff";
pub(crate) const SCOPE_ZH: &str = "请在钉钉开发者后台 > 您的应用 > 权限管理 > 通讯录权限 > 授权范围 中选择“全部员工”，并发布一个可使用范围为“全部员工”的版本";

/// Where the arrival of changes is set.
pub(crate) const EVENTS_EN: &str = "in DingTalk's developer console > your application > Development Configuration (开发配置) > Event Subscription (事件订阅)";
pub(crate) const EVENTS_ZH: &str = "请在钉钉开发者后台 > 您的应用 > 开发配置 > 事件订阅 ";

fn credentials_wrong(refusal: &Refusal) -> Diagnosis {
    Diagnosis::new(
        "credentials-wrong",
        format!("DingTalk does not accept app_key and app_secret: {}", quoted(refusal)),
        format!("钉钉不接受 app_key 与 app_secret：{}", quoted(refusal)),
    )
    .remedy(
        "copy Client ID and Client Secret again from DingTalk's developer console > your application > Credentials and Basic \
         Information (凭证与基础信息); upper and lower case matter",
        "请在钉钉开发者后台 > 您的应用 > 凭证与基础信息 中重新复制 Client ID 与 Client Secret，注意区分大小写",
    )
    .fact("setting", "/app_secret")
}

fn token_not_honoured(refusal: &Refusal) -> Diagnosis {
    Diagnosis::new(
        "token-refused",
        format!("DingTalk refused an access token that it had only just issued: {}", quoted(refusal)),
        format!("钉钉拒绝了刚刚签发的 access_token：{}", quoted(refusal)),
    )
    .remedy(
        "check that oapi_base belongs to the same DingTalk as the application, and whether its secret was just reset",
        "请检查 oapi_base 与应用是否属于同一个钉钉环境，以及应用的密钥是否刚被重置",
    )
}

fn permission_missing(api: Api, refusal: &Refusal) -> Diagnosis {
    let diagnosis = match (required_scopes(&refusal.text), api.permission()) {
        (Some(codes), _) => permission_named(api, &codes, refusal),
        (None, usual) => permission_not_named(api, usual, refusal),
    };
    match apply_link(&refusal.text) {
        Some(link) => diagnosis.fact("apply", link),
        None => diagnosis,
    }
}

/// DingTalk names what is missing. Only a code that is known here has a name beside it; of any other, DingTalk's own words
/// tell more than a guess.
fn permission_named(api: Api, codes: &str, refusal: &Refusal) -> Diagnosis {
    let list: Vec<&str> = codes.split([',', ' ']).filter(|code| !code.is_empty()).collect();
    let names: Option<Vec<&str>> = list.iter().map(|code| permission_name(code)).collect();
    let (listed, path) = (list.join(", "), api.path());
    let (english, chinese, said) = match names {
        Some(names) => {
            let name = names.join("、");
            (format!("{listed} ({name})"), format!("“{name}”（{listed}）"), String::new())
        }
        None => (listed.clone(), format!(" {listed}"), quoted(refusal)),
    };
    let told = |colon: &str| if said.is_empty() { String::new() } else { format!("{colon}{said}") };
    Diagnosis::new(
        "permission-missing",
        format!("the application lacks permission {english}, which {path} needs{}", told(": ")),
        format!("应用缺少权限{chinese}，无法调用 {path}{}", told("：")),
    )
    .remedy(
        format!(
            "in DingTalk's developer console > your application > Permission Management (权限管理), apply for {english}; it takes \
             effect at once"
        ),
        format!("请在钉钉开发者后台 > 您的应用 > 权限管理 中申请{chinese}，开通后立即生效"),
    )
    .fact("requiredScopes", codes)
}

/// DingTalk does not say which permission is missing: its words, and what the call needs as a rule.
fn permission_not_named(api: Api, usual: Option<(&str, &str)>, refusal: &Refusal) -> Diagnosis {
    let usual = usual.map_or((String::new(), String::new()), |(code, name)| {
        (format!("; as a rule that is {code} ({name})"), format!("，通常是“{name}”（{code}）"))
    });
    Diagnosis::new(
        "permission-missing",
        format!("the application lacks a permission that {} needs: {}", api.path(), quoted(refusal)),
        format!("应用缺少调用 {} 所需的权限：{}", api.path(), quoted(refusal)),
    )
    .remedy(
        format!(
            "in DingTalk's developer console > your application > Permission Management (权限管理), apply for what this call \
             needs{}; it takes effect at once",
            usual.0
        ),
        format!("请在钉钉开发者后台 > 您的应用 > 权限管理 中申请该接口所需的权限{}，开通后立即生效", usual.1),
    )
}

fn address_not_allowed(refusal: &Refusal) -> Diagnosis {
    let address = caller_address(&refusal.text);
    let shown = address.unwrap_or("?");
    let diagnosis = Diagnosis::new(
        "ip-not-allowed",
        format!("the application does not accept requests from address {shown}"),
        format!("应用不允许来自 IP {shown} 的请求"),
    )
    .remedy(
        format!(
            "add {shown} in DingTalk's developer console > your application > Development Configuration (开发配置) > Security \
             Settings (安全设置) > Server Outbound IP (服务器出口IP), or use the proxy whose address is listed there"
        ),
        format!("请在钉钉开发者后台 > 您的应用 > 开发配置 > 安全设置 > 服务器出口IP 中添加 {shown}，或改用该列表中已有出口 IP 的代理"),
    );
    match address {
        Some(address) => diagnosis.fact("address", address),
        None => diagnosis,
    }
}

fn access_denied(api: Api, refusal: &Refusal) -> Diagnosis {
    Diagnosis::new(
        "access-denied",
        format!("DingTalk denies the application {}: {}", api.path(), quoted(refusal)),
        format!("钉钉拒绝该应用调用 {}：{}", api.path(), quoted(refusal)),
    )
    .remedy(
        "see in DingTalk's admin console > Workbench (工作台) > Application Management (应用管理) that the application is enabled, \
         and that the organization itself is",
        "请在钉钉管理后台 > 工作台 > 应用管理 中确认该应用已启用，并确认组织本身未被停用",
    )
}

fn disabled(api: Api, refusal: &Refusal) -> Failure {
    let told = |diagnosis| with_facts(diagnosis, api, refusal);
    match refusal.code {
        Some(50_003) => Failure::Permission(told(
            Diagnosis::new(
                "application-disabled",
                format!("the application is disabled in DingTalk: {}", quoted(refusal)),
                format!("应用在钉钉中已停用：{}", quoted(refusal)),
            )
            .remedy(
                "enable it in DingTalk's admin console > Workbench (工作台) > Application Management (应用管理)",
                "请在钉钉管理后台 > 工作台 > 应用管理 中启用该应用",
            ),
        )),
        Some(52_010) => Failure::Settings(told(
            Diagnosis::new(
                "corp-id-wrong",
                format!("DingTalk does not know the organization: {}", quoted(refusal)),
                format!("钉钉不认识该组织：{}", quoted(refusal)),
            )
            .remedy(
                "copy the CorpId from the home page of DingTalk's developer console, at the top right",
                "请从钉钉开发者后台首页右上角复制 CorpId",
            )
            .fact("setting", "/corp_id"),
        )),
        _ => Failure::Permission(told(
            Diagnosis::new(
                "organization-disabled",
                format!("the organization is disabled or dissolved in DingTalk: {}", quoted(refusal)),
                format!("该组织在钉钉中已停用或解散：{}", quoted(refusal)),
            )
            .remedy(
                "ask the organization's main administrator; nothing that was imported is removed",
                "请联系组织的主管理员；已导入的内容不会被删除",
            ),
        )),
    }
}

fn quota_used_up(refusal: &Refusal) -> Diagnosis {
    Diagnosis::new(
        "quota-used-up",
        format!("the organization has used up this month's calls: {}", quoted(refusal)),
        format!("该组织本月的调用量已用完：{}", quoted(refusal)),
    )
    .remedy(
        "wait for the next month, or buy more in DingTalk's developer console > Resource Usage (资源用量)",
        "请等待下个月，或在钉钉开发者后台 > 资源用量 中扩容",
    )
}

/// `60003: 部门不存在`, or `88 (isv.unheard-of): …` where there is more to the code than its number.
pub(crate) fn quoted(refusal: &Refusal) -> String {
    let text = cut(&refusal.text, MAX_QUOTED_BYTES);
    match (refusal.code, word(refusal)) {
        (None, word) => format!("{}: {text}", word.unwrap_or_default()),
        (Some(code), None) => format!("{code}: {text}"),
        (Some(code), Some(word)) => format!("{code} ({word}): {text}"),
    }
}

fn with_facts(diagnosis: Diagnosis, api: Api, refusal: &Refusal) -> Diagnosis {
    answered(diagnosis, refusal).fact("api", api.path())
}

/// What DingTalk's support asks for: the code of the refusal, and the id of the request where it has one.
fn answered(diagnosis: Diagnosis, refusal: &Refusal) -> Diagnosis {
    let diagnosis = match (refusal.code, word(refusal)) {
        (None, word) => diagnosis.fact("code", word.unwrap_or_default()),
        (Some(code), None) => diagnosis.fact("errcode", code.to_string()),
        (Some(code), Some(word)) => diagnosis.fact("errcode", code.to_string()).fact("sub_code", word),
    };
    match &refusal.request_id {
        Some(id) => diagnosis.fact("request_id", cut(id, MAX_QUOTED_BYTES)),
        None => diagnosis,
    }
}

/// The word of a refusal, if it says more than its number.
fn word(refusal: &Refusal) -> Option<&str> {
    let word = cut(refusal.word.trim(), MAX_SUB_CODE_BYTES);
    let says_more =
        |word: &&str| !word.is_empty() && refusal.code.is_none_or(|code| code.to_string() != *word);
    Some(word).filter(says_more)
}

/// From "…访问ip不在白名单之中,request ip=14.153.172.241 appKey(…)".
fn caller_address(text: &str) -> Option<&str> {
    let (_, after) = text.split_once("request ip=")?;
    let end = after
        .find(|char: char| !char.is_ascii_hexdigit() && char != '.' && char != ':')
        .unwrap_or(after.len());
    after.get(..end).filter(|address| !address.is_empty())
}

/// From "…, {requiredScopes=[qyapi_get_department_list]}", or from "…权限：[qyapi_get_department_list]…" without it.
fn required_scopes(text: &str) -> Option<String> {
    let (_, after) =
        ["requiredScopes=[", "权限：[", "权限:["].iter().find_map(|before| text.split_once(before))?;
    let (scopes, _) = after.split_once(']')?;
    let sane = !scopes.is_empty()
        && scopes.chars().all(|char| char.is_ascii_alphanumeric() || "._, -".contains(char));
    sane.then(|| cut(scopes, MAX_QUOTED_BYTES).to_owned())
}

/// From "…点击链接申请并开通即可：https://open-dev.dingtalk.com/appscope/apply?content=…, {…". No other host is worth a click.
fn apply_link(text: &str) -> Option<&str> {
    let from = text.get(text.find("https://open-dev.dingtalk.com/")?..)?;
    let end =
        from.find(|char: char| !char.is_ascii_graphic() || ",\"<>".contains(char)).unwrap_or(from.len());
    from.get(..end)
}

#[cfg(test)]
mod tests {
    use super::{apply_link, caller_address, permission_missing, required_scopes};
    use crate::api::Api;
    use crate::wire::envelope::Refusal;
    use expect_test::{Expect, expect};
    use rollcall_kit::Diagnosis;

    const MISSING: &str = "应用尚未开通所需的权限：[qyapi_get_department_list]，点击链接申请并开通即可：\
        https://open-dev.dingtalk.com/appscope/apply?content=dingxxx%23qyapi_get_department_list, \
        {requiredScopes=[qyapi_get_department_list]}";

    #[test]
    fn the_missing_permission_and_its_link_are_found_in_dingtalk_s_words() {
        assert_eq!(required_scopes(MISSING).as_deref(), Some("qyapi_get_department_list"));
        assert_eq!(
            apply_link(MISSING),
            Some("https://open-dev.dingtalk.com/appscope/apply?content=dingxxx%23qyapi_get_department_list")
        );
    }

    #[track_caller]
    fn check(text: &str, expected: &Expect) {
        let refusal = Refusal {
            status: 200,
            code: Some(60_011),
            word: String::new(),
            text: text.to_owned(),
            request_id: None,
        };
        let Diagnosis { message, remedy, facts, .. } = permission_missing(Api::ListChildren, &refusal);
        let remedy = remedy.unwrap();
        let facts: Vec<_> = facts.iter().map(|(name, value)| format!("{name}={value}\n")).collect();
        let lines = [message.en, message.zh, remedy.en, remedy.zh].map(|line| line + "\n");
        expected.assert_eq(&(lines.concat() + &facts.concat()));
    }

    #[test]
    fn a_missing_permission_has_the_name_of_its_own_code_and_no_other() {
        check(
            MISSING,
            &expect![[r#"
            the application lacks permission qyapi_get_department_list (通讯录部门信息读权限), which /topapi/v2/department/listsub needs
            应用缺少权限“通讯录部门信息读权限”（qyapi_get_department_list），无法调用 /topapi/v2/department/listsub
            in DingTalk's developer console > your application > Permission Management (权限管理), apply for qyapi_get_department_list (通讯录部门信息读权限); it takes effect at once
            请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“通讯录部门信息读权限”（qyapi_get_department_list），开通后立即生效
            requiredScopes=qyapi_get_department_list
            apply=https://open-dev.dingtalk.com/appscope/apply?content=dingxxx%23qyapi_get_department_list
        "#]],
        );
        check(
            "{requiredScopes=[qyapi_get_member]}",
            &expect![[r#"
            the application lacks permission qyapi_get_member (成员信息读权限), which /topapi/v2/department/listsub needs
            应用缺少权限“成员信息读权限”（qyapi_get_member），无法调用 /topapi/v2/department/listsub
            in DingTalk's developer console > your application > Permission Management (权限管理), apply for qyapi_get_member (成员信息读权限); it takes effect at once
            请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“成员信息读权限”（qyapi_get_member），开通后立即生效
            requiredScopes=qyapi_get_member
        "#]],
        );
        check(
            "{requiredScopes=[Contact.User.Read]}",
            &expect![[r#"
                the application lacks permission Contact.User.Read, which /topapi/v2/department/listsub needs: 60011: {requiredScopes=[Contact.User.Read]}
                应用缺少权限 Contact.User.Read，无法调用 /topapi/v2/department/listsub：60011: {requiredScopes=[Contact.User.Read]}
                in DingTalk's developer console > your application > Permission Management (权限管理), apply for Contact.User.Read; it takes effect at once
                请在钉钉开发者后台 > 您的应用 > 权限管理 中申请 Contact.User.Read，开通后立即生效
                requiredScopes=Contact.User.Read
            "#]],
        );
        check(
            "{requiredScopes=[qyapi_get_member,qyapi_base]}",
            &expect![[r#"
            the application lacks permission qyapi_get_member, qyapi_base (成员信息读权限、调用企业API基础权限), which /topapi/v2/department/listsub needs
            应用缺少权限“成员信息读权限、调用企业API基础权限”（qyapi_get_member, qyapi_base），无法调用 /topapi/v2/department/listsub
            in DingTalk's developer console > your application > Permission Management (权限管理), apply for qyapi_get_member, qyapi_base (成员信息读权限、调用企业API基础权限); it takes effect at once
            请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“成员信息读权限、调用企业API基础权限”（qyapi_get_member, qyapi_base），开通后立即生效
            requiredScopes=qyapi_get_member,qyapi_base
        "#]],
        );
        check(
            "应用尚未开通所需的权限：[Contact.User.mobile]",
            &expect![[r#"
                the application lacks permission Contact.User.mobile, which /topapi/v2/department/listsub needs: 60011: 应用尚未开通所需的权限：[Contact.User.mobile]
                应用缺少权限 Contact.User.mobile，无法调用 /topapi/v2/department/listsub：60011: 应用尚未开通所需的权限：[Contact.User.mobile]
                in DingTalk's developer console > your application > Permission Management (权限管理), apply for Contact.User.mobile; it takes effect at once
                请在钉钉开发者后台 > 您的应用 > 权限管理 中申请 Contact.User.mobile，开通后立即生效
                requiredScopes=Contact.User.mobile
            "#]],
        );
    }

    #[test]
    fn a_missing_permission_that_dingtalk_does_not_name_is_told_in_its_words() {
        check(
            "没有调用该接口的权限",
            &expect![[r#"
            the application lacks a permission that /topapi/v2/department/listsub needs: 60011: 没有调用该接口的权限
            应用缺少调用 /topapi/v2/department/listsub 所需的权限：60011: 没有调用该接口的权限
            in DingTalk's developer console > your application > Permission Management (权限管理), apply for what this call needs; as a rule that is qyapi_get_department_list (通讯录部门信息读权限); it takes effect at once
            请在钉钉开发者后台 > 您的应用 > 权限管理 中申请该接口所需的权限，通常是“通讯录部门信息读权限”（qyapi_get_department_list），开通后立即生效
        "#]],
        );
    }

    #[test]
    fn a_link_to_anywhere_else_is_not_handed_on() {
        assert_eq!(apply_link("点击链接：https://open-dev.dingtalk.com.example/apply"), None);
    }

    #[test]
    fn the_address_that_dingtalk_saw_is_found_in_its_words() {
        let text = "访问ip不在白名单之中,request ip=14.153.172.241 appKey(ding-example)";
        assert_eq!(caller_address(text), Some("14.153.172.241"));
        assert_eq!(caller_address("request ip=2001:db8::1,appKey(x)"), Some("2001:db8::1"));
        assert_eq!(caller_address("访问ip不在白名单之中"), None);
    }
}
