//! What the checklist says besides refusals: what is right, what is worth a look_up, and what could not be tried.

use super::{EVENTS_EN, EVENTS_ZH, SCOPE_EN, SCOPE_ZH};
use crate::limits::{MAX_QUOTED_BYTES, cut};
use crate::settings::{OldInterface, Settings};
use crate::wire::scopes::Scopes;
use rollcall_kit::{Diagnosis, counted};

pub(crate) fn settings_valid() -> Diagnosis {
    Diagnosis::new("settings-valid", "the settings are complete and well-formed", "配置完整且格式正确")
}

pub(crate) fn token_granted() -> Diagnosis {
    Diagnosis::new(
        "token-granted",
        "DingTalk accepts app_key and app_secret",
        "钉钉接受 app_key 与 app_secret",
    )
}

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
    Diagnosis::new(
        "token-granted-to-an-address",
        format!(
            "DingTalk accepts app_key and app_secret; app_secret was sent in an address (GET gettoken), which proxies and \
             gateways may write into their logs, because {because}"
        ),
        format!(
            "钉钉接受 app_key 与 app_secret；但 app_secret 是放在网址中发送的（GET gettoken），途中的代理和网关可能会把它写入日志，原因：{because_zh}"
        ),
    )
    .remedy(remedy, remedy_zh)
}

pub(crate) fn address_allowed() -> Diagnosis {
    Diagnosis::new(
        "address-allowed",
        "DingTalk accepts requests from this address",
        "钉钉接受来自该出口 IP 的请求",
    )
}

pub(crate) fn scope_whole() -> Diagnosis {
    Diagnosis::new("scope-whole", "the application may see the whole organization", "应用可以看到整个组织")
}

pub(crate) fn scope_part(scopes: &Scopes) -> Diagnosis {
    let (n_departments, n_people) = (scopes.authed_dept.len(), scopes.authed_user.len());
    Diagnosis::new(
        "scope-part",
        format!(
            "the application may see a part of the organization: {} with all below, and {}",
            counted(n_departments, "department", "departments"),
            counted(n_people, "single person", "single people")
        ),
        format!("应用只能看到组织的一部分：{n_departments} 个部门（含下级）和 {n_people} 名单独授权的成员"),
    )
    .remedy(format!("if everyone should be imported, {SCOPE_EN}"), format!("如需导入全部成员，{SCOPE_ZH}"))
}

pub(crate) fn departments_listed(n_departments: usize) -> Diagnosis {
    Diagnosis::new(
        "departments-listed",
        format!(
            "departments can be listed; {} directly below the first one",
            counted(n_departments, "is", "are")
        ),
        format!("可以读取部门列表；第一个部门之下直接有 {n_departments} 个部门"),
    )
}

pub(crate) fn no_department(check: &str) -> Diagnosis {
    let (english, chinese) = title(check);
    Diagnosis::new(
        "no-department",
        format!("{english} was not tried: the application may see single people and no department"),
        format!("未检查“{chinese}”：应用的授权范围只包含单独的成员，没有部门"),
    )
}

pub(crate) fn members_listed(n_people: usize) -> Diagnosis {
    Diagnosis::new(
        "members-listed",
        format!("the members of departments can be listed; {} looked at", counted(n_people, "was", "were")),
        format!("可以读取部门成员；抽样查看了 {n_people} 人"),
    )
}

/// What one field permission is for, in English and Chinese.
const MOBILE: (&str, &str) = ("a mobile number", "手机号");

/// What another one is for: any of these is enough to tell that it was granted.
const PERSONAL_FIELDS: (&str, &str) =
    ("an e-mail address, work place, remark or extension field", "邮箱、办公地点、备注或扩展字段");

pub(crate) fn accounts_read() -> Diagnosis {
    Diagnosis::new(
        "accounts-read",
        "whether enterprise accounts are disabled can be read",
        "可以读取企业账号的停用状态",
    )
}

pub(crate) fn person_read() -> Diagnosis {
    Diagnosis::new("person-read", "single people can be read", "可以读取单个成员的信息")
}

pub(crate) fn mobile_seen(n_with: usize, n_people: usize) -> Diagnosis {
    field_seen(n_with, n_people, MOBILE)
}

pub(crate) fn personal_fields_seen(n_with: usize, n_people: usize) -> Diagnosis {
    field_seen(n_with, n_people, PERSONAL_FIELDS)
}

fn field_seen(n_with: usize, n_people: usize, field: (&str, &str)) -> Diagnosis {
    Diagnosis::new(
        "field-visible",
        format!(
            "{n_with} of {} {} {}",
            counted(n_people, "person", "people"),
            if n_with == 1 { "shows" } else { "show" },
            field.0
        ),
        format!("抽样的 {n_people} 人中有 {n_with} 人能看到{}", field.1),
    )
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
    Diagnosis::new(
        "nobody-to-judge-by",
        format!("{english} was not tried: the departments that were looked at have no members"),
        format!("未检查“{chinese}”：抽样的部门中没有成员"),
    )
}

/// Why is what the other check said, once; it is not repeated in each that was to follow.
pub(crate) fn not_tried(check: &str, blocked_by: &str) -> Diagnosis {
    let ((english, chinese), (first, first_zh)) = (title(check), title(blocked_by));
    Diagnosis::new("not-tried", format!("{english} was not tried"), format!("未检查“{chinese}”"))
        .remedy(format!("it is tried once {first} succeeds"), format!("“{first_zh}”通过后即会检查"))
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

pub(crate) fn channel_opened() -> Diagnosis {
    Diagnosis::new(
        "channel-opened",
        "DingTalk opens a channel for this application; changes arrive over it while the host listens",
        "钉钉同意为该应用建立长连接；宿主在线时，变更将通过它到达",
    )
    .remedy(
        format!(
            "{EVENTS_EN}, choose Stream mode (Stream 模式推送) and tick the events of contacts (通讯录事件)"
        ),
        format!("{EVENTS_ZH}中选择“Stream 模式推送”，并勾选通讯录事件"),
    )
}

/// The address of a channel is one that the settings do not lead to expect.
pub(crate) fn channel_leads_elsewhere(origin: &str) -> Diagnosis {
    let address = origin.replacen("http", "ws", 1);
    Diagnosis::new(
        "channel-leads-elsewhere",
        format!(
            "DingTalk opens a channel for this application, and it leads to {address}, which these settings do not plan for: \
             where it is not granted, no changes arrive over it"
        ),
        format!("钉钉同意为该应用建立长连接，但连接地址 {address} 不在这些配置的范围内：未授权访问该地址时，变更无法通过它到达"),
    )
    .remedy(
        format!("if this is your DingTalk's address, set stream_base to {address}; if not, check what is at api_base"),
        format!("如果这是您的钉钉的地址，请将 stream_base 设为 {address}；否则请检查 api_base 指向的服务"),
    )
    .fact("origin", origin)
}

pub(crate) fn callback_well_formed() -> Diagnosis {
    Diagnosis::new(
        "callback-well-formed",
        "callback_token and callback_aes_key are well-formed; whether they are DingTalk's, and whether DingTalk reaches the \
         callback address, shows when it sends a test event as the address is saved there",
        "callback_token 与 callback_aes_key 格式正确；它们是否与钉钉一致、钉钉能否访问回调地址，要在钉钉后台保存地址、由钉钉发送测试事件时才能确认",
    )
    .remedy(
        format!(
            "{EVENTS_EN}, choose HTTP push (HTTP 推送), enter the callback address that this host shows for the source, save, and \
             tick the events of contacts (通讯录事件)"
        ),
        format!("{EVENTS_ZH}中选择“HTTP 推送”，填入宿主为该来源显示的回调地址并保存，再勾选通讯录事件"),
    )
}

pub(crate) fn corp_id_confirmed() -> Diagnosis {
    Diagnosis::new(
        "corp-id-confirmed",
        "DingTalk confirms that the application belongs to corp_id",
        "钉钉确认该应用属于 corp_id 所指的组织",
    )
}

pub(crate) fn corp_id_wrong(said: &str) -> Diagnosis {
    corp_id(Diagnosis::new(
        "corp-id-wrong",
        format!("DingTalk says that corp_id is wrong: {}", cut(said, MAX_QUOTED_BYTES)),
        format!("钉钉指出 corp_id 有误：{}", cut(said, MAX_QUOTED_BYTES)),
    ))
}

pub(crate) fn corp_id_not_confirmed(said: &str) -> Diagnosis {
    corp_id(Diagnosis::new(
        "corp-id-not-confirmed",
        format!(
            "DingTalk accepts the application and yet does not confirm corp_id: {}",
            cut(said, MAX_QUOTED_BYTES)
        ),
        format!("钉钉接受该应用，但没有确认 corp_id：{}", cut(said, MAX_QUOTED_BYTES)),
    ))
}

fn corp_id(diagnosis: Diagnosis) -> Diagnosis {
    diagnosis
        .remedy(
            "compare corp_id with the CorpId on the home page of DingTalk's developer console, at the top right",
            "请将 corp_id 与钉钉开发者后台首页右上角的 CorpId 核对",
        )
        .fact("setting", "/corp_id")
}

fn field_not_seen(n_people: usize, field: (&str, &str), permission: (&str, &str)) -> Diagnosis {
    Diagnosis::new(
        "field-not-visible",
        format!(
            "none of {} shows {}; the application probably lacks a field permission",
            counted(n_people, "person", "people"),
            field.0
        ),
        format!("抽样的 {n_people} 人都没有{}，应用很可能缺少相应的字段权限", field.1),
    )
    .remedy(
        format!(
            "if it should be imported, apply for {} in DingTalk's developer console > your application > Permission \
             Management (权限管理)",
            permission.0
        ),
        format!("如需导入，请在钉钉开发者后台 > 您的应用 > 权限管理 中申请“{}”", permission.1),
    )
}
