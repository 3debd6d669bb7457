//! What the checklist says besides refusals: what is right, what is worth a look_up, and what could not be tried.

use crate::codes;
use crate::limits::{MAX_QUOTED_BYTES, cut};
use crate::settings::{OldInterface, Settings};
use crate::wire::scopes::Scopes;
use rollcall_kit::{Diagnosis, Text, numbered};

/// The secret was sent in an address, where whatever stands on the way may write it down.
pub(crate) fn token_granted_to_an_address(why: OldInterface, settings: &Settings) -> Diagnosis {
    let api_base = &settings.api_base;
    let (because, because_zh) = match why {
        OldInterface::Chosen => ("token_interface says so".to_owned(), "token_interface 如此设置".to_owned()),
        OldInterface::Gateway => (
            "oapi_base leads to a gateway and api_base does not".to_owned(),
            "oapi_base 指向网关，而 api_base 没有".to_owned(),
        ),
        OldInterface::NotGranted => {
            (format!("{api_base} is not granted to this source"), format!("未授权该来源访问 {api_base}"))
        }
    };
    let (remedy, remedy_zh) = match why {
        OldInterface::Chosen => (
            "choose auto or accessToken as token_interface, unless a gateway on the way passes on the old API alone",
            "除非途中的网关只转发旧版 API，请将 token_interface 设为 auto 或 accessToken",
        ),
        OldInterface::Gateway => (
            "if the gateway passes on the new API as well, set api_base to its address; if api.dingtalk.com can be reached \
             without it, choose accessToken as token_interface",
            "如果网关也转发新版 API，请将 api_base 设为它的地址；如果可以直接访问 api.dingtalk.com，请将 token_interface 设为 accessToken",
        ),
        OldInterface::NotGranted => ("grant this origin to the source", "请授权该来源访问此地址"),
    };
    codes::token_granted_to_an_address(Text::new(because, because_zh), Text::new(remedy, remedy_zh))
}

pub(crate) fn scope_part(scopes: &Scopes) -> Diagnosis {
    let (n_departments, n_people) = (scopes.authed_dept.len(), scopes.authed_user.len());
    codes::scope_part(
        numbered(n_departments, "department", "departments"),
        numbered(n_people, "single person", "single people"),
    )
}

pub(crate) fn departments_listed(n_departments: usize) -> Diagnosis {
    codes::departments_listed(numbered(n_departments, "is", "are"))
}

pub(crate) fn no_department(check: &str) -> Diagnosis {
    let (english, chinese) = title(check);
    codes::no_department(Text::new(english, chinese))
}

pub(crate) fn members_listed(n_people: usize) -> Diagnosis {
    codes::members_listed(numbered(n_people, "was", "were"))
}

/// What one field permission is for, in English and Chinese.
const MOBILE: (&str, &str) = ("a mobile number", "手机号");

/// What another one is for: any of these is enough to tell that it was granted.
const PERSONAL_FIELDS: (&str, &str) =
    ("an e-mail address, work place, remark or extension field", "邮箱、办公地点、备注或扩展字段");

pub(crate) fn mobile_seen(n_with: usize, n_people: usize) -> Diagnosis {
    field_seen(n_with, n_people, MOBILE)
}

pub(crate) fn personal_fields_seen(n_with: usize, n_people: usize) -> Diagnosis {
    field_seen(n_with, n_people, PERSONAL_FIELDS)
}

fn field_seen(n_with: usize, n_people: usize, field: (&str, &str)) -> Diagnosis {
    let verb = if n_with == 1 { "shows" } else { "show" };
    let shows = Text::new(format!("{verb} {}", field.0), field.1);
    codes::field_visible(n_with, numbered(n_people, "person", "people"), shows)
}

pub(crate) fn mobile_not_seen(n_people: usize) -> Diagnosis {
    field_not_seen(n_people, MOBILE, ("Employee Mobile Number (企业员工手机号信息)", "企业员工手机号信息"))
}

pub(crate) fn personal_fields_not_seen(n_people: usize) -> Diagnosis {
    field_not_seen(
        n_people,
        PERSONAL_FIELDS,
        ("E-mail and Other Personal Information (邮箱等个人信息)", "邮箱等个人信息"),
    )
}

pub(crate) fn nobody_to_judge_by(check: &str) -> Diagnosis {
    let (english, chinese) = title(check);
    codes::nobody_to_judge_by(Text::new(english, chinese))
}

/// Why is what the other check said, once; it is not repeated in each that was to follow.
pub(crate) fn not_tried(check: &str, blocked_by: &str) -> Diagnosis {
    let ((english, chinese), (first, first_zh)) = (title(check), title(blocked_by));
    codes::not_tried(Text::new(english, chinese), Text::new(first, first_zh))
}

/// What each check tries, in English and Chinese.
const TITLES: [(&str, (&str, &str)); 13] = [
    ("settings", ("reading the settings", "读取配置")),
    ("token", ("getting an access token", "获取访问凭证")),
    ("address", ("asking from this address", "从该出口 IP 访问")),
    ("scope", ("reading the application's scope", "读取授权范围")),
    ("department-list", ("listing departments", "读取部门列表")),
    ("member-list", ("listing the members of departments", "读取部门成员")),
    ("member-read", ("reading single people", "读取单个成员")),
    ("mobile-field", ("seeing mobile numbers", "读取手机号")),
    ("personal-fields", ("seeing other personal information", "读取邮箱等个人信息")),
    ("corp-id", ("confirming corp_id", "核对 corp_id")),
    ("account-status", ("reading which enterprise accounts are disabled", "读取企业账号的停用状态")),
    ("event-callback", ("receiving callbacks", "接收回调")),
    ("event-channel", ("opening a channel for events", "建立接收事件的长连接")),
];

/// What a check tries; its name, if this file does not know it.
pub(crate) fn title(check: &str) -> (&str, &str) {
    TITLES.iter().find(|(name, _)| *name == check).map_or((check, check), |(_, title)| *title)
}

/// The address of a channel is one that the settings do not lead to expect.
pub(crate) fn channel_leads_elsewhere(origin: &str) -> Diagnosis {
    let address = origin.replacen("http", "ws", 1);
    codes::channel_leads_elsewhere(address).fact("origin", origin)
}

pub(crate) fn corp_id_wrong(said: &str) -> Diagnosis {
    codes::corp_id_wrong(cut(said, MAX_QUOTED_BYTES)).fact("setting", "/corp_id")
}

pub(crate) fn corp_id_not_confirmed(said: &str) -> Diagnosis {
    codes::corp_id_not_confirmed(cut(said, MAX_QUOTED_BYTES)).fact("setting", "/corp_id")
}

fn field_not_seen(n_people: usize, field: (&str, &str), permission: (&str, &str)) -> Diagnosis {
    codes::field_not_visible(
        numbered(n_people, "person", "people"),
        Text::new(field.0, field.1),
        Text::new(permission.0, permission.1),
    )
}
