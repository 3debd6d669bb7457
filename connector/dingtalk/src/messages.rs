//! What a person reads when DingTalk refuses or cannot be understood: English and Chinese side by side, with the exact
//! place in DingTalk's console. What is read in a log or on the checklist besides is in the modules below.

pub(crate) mod crawl;
pub(crate) mod mapping;
pub(crate) mod settings;

use crate::api::{Api, permission_name};
use crate::codes;
use crate::limits::{BLOCKED_MS, MAX_EVIDENCE_BYTES, MAX_QUOTED_BYTES, MAX_SUB_CODE_BYTES, cut};
use crate::reaction::{Final, Stop};
use crate::wire::Misread;
use crate::wire::envelope::{ApiRefusal, Unreadable};
use rollcall_kit::{Diagnosis, Failure, Text};

/// DingTalk is busy.
pub(crate) fn busy(api: Api, refusal: &ApiRefusal) -> Failure {
    let diagnosis = codes::source_busy(api.path(), quoted(refusal));
    Failure::Unavailable(with_facts(diagnosis, api, refusal), None)
}

/// Calls come too fast.
pub(crate) fn throttled(api: Api, refusal: &ApiRefusal, least_ms: u64) -> Failure {
    let diagnosis = codes::source_throttled(api.path(), quoted(refusal));
    Failure::Unavailable(with_facts(diagnosis, api, refusal), Some(least_ms))
}

/// An answer without an envelope.
pub(crate) fn unreadable(api: Api, what: Unreadable) -> Failure {
    let path = api.path();
    match what {
        Unreadable::Status(status) => Failure::Unavailable(
            codes::source_not_answering(path, status).fact("status", status.to_string()).fact("api", path),
            None,
        ),
        Unreadable::NoEnvelope(status) => Failure::Protocol(
            codes::answer_not_understood(
                path,
                Text::new("not DingTalk's JSON, or only half of it", "不是钉钉的 JSON，或者不完整"),
                api.base(),
            )
            .fact("status", status.to_string())
            .fact("api", path),
        ),
        Unreadable::Blocked => {
            Failure::Unavailable(codes::address_blocked().fact("api", path), Some(BLOCKED_MS))
        }
    }
}

/// An answer whose content is not what its description says.
pub(crate) fn not_understood(api: Api, misread: &Misread) -> Failure {
    let (path, why) = (api.path(), cut(&misread.0, MAX_QUOTED_BYTES));
    Failure::Protocol(
        codes::answer_not_understood(path, Text::new(why, "格式与文档不符"), api.base())
            .fact("api", path)
            .fact("detail", why),
    )
}

/// A refusal of the token itself.
pub(crate) fn token_refused(api: Api, reason: Final, refusal: &ApiRefusal) -> Failure {
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
fn is_unknown_path(refusal: &ApiRefusal) -> bool {
    refusal.status == NOT_FOUND || refusal.code == Some(i64::from(NOT_FOUND))
}

/// Source: RFC 9110, section 15.5.5; the new API says it in `errcode` as well.
const NOT_FOUND: u16 = 404;

fn token_interface_missing(api: Api, refusal: &ApiRefusal) -> Diagnosis {
    codes::token_interface_missing(api.path(), quoted(refusal)).fact("setting", "/api_base")
}

/// A refusal after which nothing else needs to be asked.
pub(crate) fn stopped(api: Api, stop: Stop, refusal: &ApiRefusal) -> Failure {
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
pub(crate) fn not_expected(api: Api, reason: Final, refusal: &ApiRefusal) -> Failure {
    let (path, said) = (api.path(), quoted(refusal));
    let diagnosis = if reason == Final::Mistake {
        codes::request_refused(path, said)
    } else {
        codes::refusal_not_known(path, said)
    };
    Failure::Protocol(with_facts(diagnosis, api, refusal))
}

/// Outside of what the application may see.
pub(crate) fn hidden(api: Api, refusal: &ApiRefusal) -> Diagnosis {
    let diagnosis = codes::not_visible(quoted(refusal));
    with_facts(diagnosis, api, refusal)
}

/// Disabled in DingTalk, and not gone.
pub(crate) fn person_disabled(refusal: &ApiRefusal) -> Diagnosis {
    let diagnosis = codes::person_disabled(quoted(refusal));
    with_facts(diagnosis, Api::Person, refusal)
}

/// What DingTalk said when it was asked about the very object that is gone.
pub(crate) fn evidence(refusal: &ApiRefusal) -> String {
    cut(&quoted(refusal), MAX_EVIDENCE_BYTES).to_owned()
}

fn credentials_wrong(refusal: &ApiRefusal) -> Diagnosis {
    codes::credentials_wrong(quoted(refusal)).fact("setting", "/app_secret")
}

fn token_not_honoured(refusal: &ApiRefusal) -> Diagnosis {
    codes::token_refused(quoted(refusal))
}

fn permission_missing(api: Api, refusal: &ApiRefusal) -> Diagnosis {
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
fn permission_named(api: Api, codes: &str, refusal: &ApiRefusal) -> Diagnosis {
    let list: Vec<&str> = codes.split([',', ' ']).filter(|code| !code.is_empty()).collect();
    let names: Option<Vec<&str>> = list.iter().map(|code| permission_name(code)).collect();
    let (listed, path) = (list.join(", "), api.path());
    let (wanted, told) = match names {
        Some(names) => {
            let name = names.join("、");
            (Text::new(format!("{listed} ({name})"), format!("“{name}”（{listed}）")), String::new())
        }
        None => (Text::new(listed.clone(), format!(" {listed}")), quoted(refusal)),
    };
    let permission = Text::new(format!("permission {}", wanted.en), wanted.zh.clone());
    codes::permission_missing(permission, path, after_a_colon(&told), wanted).fact("requiredScopes", codes)
}

/// DingTalk does not say which permission is missing: its words, and what the call needs as a rule.
fn permission_not_named(api: Api, usual: Option<(&str, &str)>, refusal: &ApiRefusal) -> Diagnosis {
    let wanted = usual.map_or_else(
        || Text::new("what this call needs", "该接口所需的权限"),
        |(code, name)| {
            let en = format!("what this call needs; as a rule that is {code} ({name})");
            Text::new(en, format!("该接口所需的权限，通常是“{name}”（{code}）"))
        },
    );
    let permission = Text::new("a permission that DingTalk does not name", "（钉钉没有说明是哪一项）");
    codes::permission_missing(permission, api.path(), after_a_colon(&quoted(refusal)), wanted)
}

/// What DingTalk said, as the end of a sentence.
fn after_a_colon(said: &str) -> Text {
    match said {
        "" => Text::new("", ""),
        said => Text::new(format!(": {said}"), format!("：{said}")),
    }
}

/// The caller's address is not on the application's list.
pub(crate) fn address_not_allowed(refusal: &ApiRefusal) -> Diagnosis {
    let address = caller_address(&refusal.text);
    let diagnosis = codes::ip_not_allowed(address.unwrap_or("?"));
    match address {
        Some(address) => diagnosis.fact("address", address),
        None => diagnosis,
    }
}

fn access_denied(api: Api, refusal: &ApiRefusal) -> Diagnosis {
    codes::access_denied(api.path(), quoted(refusal))
}

fn disabled(api: Api, refusal: &ApiRefusal) -> Failure {
    let told = |diagnosis| with_facts(diagnosis, api, refusal);
    match refusal.code {
        Some(50_003) => Failure::Permission(told(codes::application_disabled(quoted(refusal)))),
        Some(52_010) => {
            Failure::Settings(told(codes::corp_id_wrong(quoted(refusal)).fact("setting", "/corp_id")))
        }
        _ => Failure::Permission(told(codes::organization_disabled(quoted(refusal)))),
    }
}

fn quota_used_up(refusal: &ApiRefusal) -> Diagnosis {
    codes::quota_used_up(quoted(refusal))
}

/// `60003: 部门不存在`, or `88 (isv.unheard-of): …` where there is more to the code than its number.
pub(crate) fn quoted(refusal: &ApiRefusal) -> String {
    let text = cut(&refusal.text, MAX_QUOTED_BYTES);
    match (refusal.code, word(refusal)) {
        (None, word) => format!("{}: {text}", word.unwrap_or_default()),
        (Some(code), None) => format!("{code}: {text}"),
        (Some(code), Some(word)) => format!("{code} ({word}): {text}"),
    }
}

fn with_facts(diagnosis: Diagnosis, api: Api, refusal: &ApiRefusal) -> Diagnosis {
    answered(diagnosis, refusal).fact("api", api.path())
}

/// What DingTalk's support asks for: the code of the refusal, and the id of the request where it has one.
fn answered(diagnosis: Diagnosis, refusal: &ApiRefusal) -> Diagnosis {
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
fn word(refusal: &ApiRefusal) -> Option<&str> {
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
    use crate::wire::envelope::ApiRefusal;
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
        let refusal = ApiRefusal {
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
            the application lacks a permission that DingTalk does not name, which /topapi/v2/department/listsub needs: 60011: 没有调用该接口的权限
            应用缺少权限（钉钉没有说明是哪一项），无法调用 /topapi/v2/department/listsub：60011: 没有调用该接口的权限
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
