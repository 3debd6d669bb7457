//! How an interface says no, and the envelopes of every no; what the gateway says is in `denial`.
//!
//! Texts marked "captured" were seen in real answers; the others follow their pattern.

use std::borrow::Cow;

use serde_json::{Value, json};

use crate::random::Random;
use crate::reply::HttpResponse;

/// An error of either API, before it has a request id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Old API, found by the gateway: wrapped in errcode 88.
    Gateway { code: i64, message: String },
    /// Old API, found by the interface, or by the gateway on some old paths: the bare code.
    Bare { code: i64, message: String },
    /// Old API: there is no such interface.
    UnknownInterface { name: String },
    /// Old API: the interface did not answer its gateway in time.
    RemoteTimeout,
    /// Old API: the gateway's own authentication timed out.
    EmptySubCode,
    /// Old API, token calls: the bare code and no request id.
    Token { code: i64, message: String },
    /// New API: a status and a named code.
    Named { status: u16, code: Cow<'static, str>, message: String, required_scopes: Vec<String> },
    /// New API: there is no such path.
    UnknownPath,
}

impl Refusal {
    fn bare(code: i64, message: impl Into<String>) -> Self {
        Self::Bare { code, message: message.into() }
    }

    fn token(code: i64, message: impl Into<String>) -> Self {
        Self::Token { code, message: message.into() }
    }

    pub(crate) fn named(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self::Named {
            status,
            code: Cow::Borrowed(code),
            message: message.into(),
            required_scopes: Vec::new(),
        }
    }

    /// The code by which a client decides what to do.
    pub(crate) fn effect(&self) -> String {
        match self {
            Self::Gateway { code, .. } | Self::Bare { code, .. } | Self::Token { code, .. } => {
                code.to_string()
            }
            Self::UnknownInterface { .. } => "22".to_owned(),
            Self::RemoteTimeout => "15".to_owned(),
            Self::EmptySubCode => "88".to_owned(),
            Self::Named { code, .. } => code.clone().into_owned(),
            Self::UnknownPath => "404".to_owned(),
        }
    }

    /// The response; a request id is drawn only when one is shown.
    pub(crate) fn render(&self, random: &mut Random) -> HttpResponse {
        match self {
            Self::Gateway { code, message } => {
                ok_status(&wrapped(&code.to_string(), message, &request_id(random)))
            }
            Self::Bare { code, message } => {
                ok_status(&json!({ "errcode": code, "errmsg": message, "request_id": request_id(random) }))
            }
            Self::UnknownInterface { name } => ok_status(&unknown_interface(name, &request_id(random))),
            Self::RemoteTimeout => ok_status(&remote_timeout(&request_id(random))),
            Self::EmptySubCode => ok_status(&wrapped("", "", &request_id(random))),
            Self::Token { code, message } => ok_status(&json!({ "errcode": code, "errmsg": message })),
            Self::Named { status, code, message, required_scopes } => {
                let body = named(code, message, required_scopes, &new_request_id(random));
                HttpResponse::of_json(*status, body.to_string())
            }
            // Captured; the status is not, and 404 is what the code says.
            Self::UnknownPath => HttpResponse::of_json(
                404,
                json!({ "errcode": 404, "errmsg": "请求的URI地址不存在" }).to_string(),
            ),
        }
    }
}

/// Of the old API: 11 to 13 digits of base 36. Captured.
pub(crate) fn request_id(random: &mut Random) -> String {
    let len = 11_usize.saturating_add(random.position(3));
    random.text(b"0123456789abcdefghijklmnopqrstuvwxyz", len)
}

/// Of the new API: a UUID. Captured in part.
pub(crate) fn new_request_id(random: &mut Random) -> String {
    let mut group = |len| random.text(b"0123456789abcdef", len);
    [group(8), group(4), group(4), group(4), group(12)].join("-")
}

/// An answer of the gateway of the old API. Captured.
fn wrapped(sub_code: &str, sub_msg: &str, request_id: &str) -> Value {
    json!({
        "errcode": 88,
        "sub_code": sub_code,
        "sub_msg": sub_msg,
        "errmsg": format!("ding talk error[subcode={sub_code},submsg={sub_msg}]"),
        "request_id": request_id,
    })
}

fn remote_timeout(request_id: &str) -> Value {
    let mut body = wrapped("isp.top-remote-connection-timeout", "API调用超时", request_id);
    if let Some(errcode) = body.get_mut("errcode") {
        *errcode = json!(15);
    }
    body
}

fn unknown_interface(name: &str, request_id: &str) -> Value {
    let sub_msg = format!("不合法ApiName，ApiName = {name}");
    let errmsg = format!("ding talk error[subcode=,submsg={sub_msg}]");
    json!({ "errcode": 22, "sub_msg": sub_msg, "errmsg": errmsg, "request_id": request_id })
}

fn named(code: &str, message: &str, required_scopes: &[String], request_id: &str) -> Value {
    let mut body = json!({ "code": code, "requestid": request_id, "message": message });
    if let (false, Some(fields)) = (required_scopes.is_empty(), body.as_object_mut()) {
        fields.insert("accessdenieddetail".to_owned(), json!({ "requiredScopes": required_scopes }));
    }
    body
}

fn ok_status(body: &Value) -> HttpResponse {
    HttpResponse::of_json(200, body.to_string())
}

// The interfaces of the old API.

/// Captured.
pub(crate) fn department_outside_scope() -> Refusal {
    Refusal::bare(50004, "请求的部门id不在授权范围内")
}

/// Captured.
pub(crate) fn user_outside_scope() -> Refusal {
    Refusal::bare(50002, "请求的员工userid不在授权范围内")
}

/// Captured.
pub(crate) fn no_such_department() -> Refusal {
    Refusal::bare(60003, "部门不存在")
}

/// Captured.
pub(crate) fn no_such_user() -> Refusal {
    Refusal::bare(60121, "找不到该用户")
}

/// Captured.
pub(crate) fn bad_userid() -> Refusal {
    Refusal::bare(33012, "无效的USERID")
}

pub(crate) fn bad_mobile() -> Refusal {
    Refusal::bare(40104, "无效的手机号")
}

pub(crate) fn bad_parameter(name: &str) -> Refusal {
    Refusal::bare(400_002, format!("无效的参数:{name}"))
}

pub(crate) fn missing_parameter(name: &str) -> Refusal {
    Refusal::bare(40035, format!("缺少参数 {name}"))
}

pub(crate) fn unfit_parameter(name: &str) -> Refusal {
    Refusal::bare(40035, format!("不合法的参数 {name}"))
}

pub(crate) fn bad_cursor() -> Refusal {
    Refusal::bare(40068, "不合法的偏移量")
}

pub(crate) fn bad_size() -> Refusal {
    Refusal::bare(40069, "不合法的分页大小")
}

pub(crate) fn needs_get() -> Refusal {
    Refusal::bare(43001, "需要GET请求")
}

pub(crate) fn needs_post() -> Refusal {
    Refusal::bare(43002, "需要POST请求")
}

pub(crate) fn system_busy() -> Refusal {
    Refusal::bare(-1, "系统繁忙")
}

// Token calls.

/// Captured.
pub(crate) fn token_call_lacks_key() -> Refusal {
    Refusal::token(40035, "缺少参数 corpid or appkey")
}

pub(crate) fn token_call_lacks_secret() -> Refusal {
    Refusal::token(40035, "缺少参数 corpsecret or appsecret")
}

/// Captured.
pub(crate) fn wrong_app_secret() -> Refusal {
    Refusal::token(40096, "不合法的appKey或appSecret")
}

pub(crate) fn wrong_corp_secret() -> Refusal {
    Refusal::token(40089, "不合法的corpid或corpsecret")
}

/// Captured.
pub(crate) fn wrong_client() -> Refusal {
    Refusal::named(400, "invalidClientIdOrSecret", "无效的clientId或者clientSecret")
}

/// Captured.
pub(crate) fn unknown_error() -> Refusal {
    Refusal::named(500, "unknownError", "未知错误")
}

// The interfaces of the new API.

pub(crate) fn new_api_missing(parameter: &str) -> Refusal {
    Refusal::named(400, "MissingParameter", format!("缺少参数：{parameter}"))
}

pub(crate) fn new_api_unknown_corp() -> Refusal {
    Refusal::named(400, "invalidCorpId", "无效的corpId")
}

/// The interface does not understand a parameter; the name is not captured.
pub(crate) fn new_api_unfit(parameter: &str) -> Refusal {
    Refusal::named(400, "InvalidParameter", format!("不合法的参数：{parameter}"))
}

/// Captured.
pub(crate) fn auth_failed() -> Refusal {
    Refusal::named(401, "authFailed", "鉴权失败")
}

// Subscribing through the old API; the texts are those of the official table.

pub(crate) fn callback_exists() -> Refusal {
    Refusal::bare(71006, "回调地址已经存在")
}

pub(crate) fn no_callback() -> Refusal {
    Refusal::bare(71007, "回调地址已不存在")
}

pub(crate) fn callback_bad_tag() -> Refusal {
    Refusal::bare(71008, "回调call_back_tag必须在指定的call_back_tag列表中")
}

pub(crate) fn callback_not_success() -> Refusal {
    Refusal::bare(71009, "返回文本非success")
}

pub(crate) fn callback_bad_json() -> Refusal {
    Refusal::bare(71010, "POST的JSON数据不包含所需要的参数字段或包含的参数格式非法")
}

pub(crate) fn callback_bad_url() -> Refusal {
    Refusal::bare(71011, "传入的url参数不合法")
}

pub(crate) fn callback_unreachable() -> Refusal {
    Refusal::bare(71012, "url地址访问异常")
}

pub(crate) fn callback_forbidden() -> Refusal {
    Refusal::bare(71013, "此域名或IP不能注册或者接收回调事件")
}
