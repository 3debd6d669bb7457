//! How the gateway says no, in the words of either API; when it does is in `gateway`.
//!
//! Texts marked "captured" were seen in real answers; the others follow their pattern.

use std::net::IpAddr;

use crate::ids::AppKey;
use crate::refusal::Refusal;
use crate::switches::{NewApiToken, OldPathErrors, Switches};

/// Why the gateway lets a call not through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Denial {
    TokenBlank,
    TokenInvalid,
    TokenExpired,
    AppDisabled,
    CompanyDisabled,
    CompanyGone,
    Address { address: IpAddr, app_key: AppKey },
    Permission { point: &'static str, app_key: AppKey },
    AppTooFast(Throttle),
    EverybodyTooFast(Throttle),
}

/// What a complaint about too many calls names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Throttle {
    pub(crate) interface: String,
    /// Beijing time, like the two below.
    pub(crate) from: String,
    pub(crate) until: String,
    pub(crate) ends: String,
    pub(crate) limit: u32,
}

/// The form of the gateway's answers, which depends on the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// Old API: in errcode 88.
    Wrapped,
    /// Some old paths, perhaps: the bare code.
    Bare,
    /// The old token call: the bare code, without request id.
    Token,
    /// New API: an HTTP status and a name.
    New,
}

impl Dialect {
    pub(crate) fn of(path: &str, switches: &Switches) -> Self {
        if path.starts_with("/v1.0/") {
            return Self::New;
        }
        match (path, switches.old_path_errors) {
            ("/gettoken", _) => Self::Token,
            (_, OldPathErrors::Bare) if !path.starts_with("/topapi/") => Self::Bare,
            (_, OldPathErrors::Bare | OldPathErrors::Wrapped) => Self::Wrapped,
        }
    }
}

impl Denial {
    /// The answer.
    pub(crate) fn refusal(&self, dialect: Dialect, switches: &Switches) -> Refusal {
        let (code, message) = self.old_words();
        match dialect {
            Dialect::Wrapped => Refusal::Gateway { code, message },
            Dialect::Bare => Refusal::Bare { code, message },
            Dialect::Token => Refusal::Token { code, message },
            Dialect::New => self.new_refusal(message, switches),
        }
    }

    fn old_words(&self) -> (i64, String) {
        match self {
            // Captured, like 40014, 60020, 60011 and 90002 below.
            Self::TokenBlank => (40000, "access_token is blank".to_owned()),
            Self::TokenInvalid => (40014, "不合法的access_token".to_owned()),
            Self::TokenExpired => (42001, "access_token超时".to_owned()),
            Self::AppDisabled => (50003, "应用已停用".to_owned()),
            Self::CompanyDisabled => (50005, "企业已禁用".to_owned()),
            Self::CompanyGone => (70001, "企业不存在或者已经被解散".to_owned()),
            Self::Address { address, app_key } => {
                (60020, format!("访问ip不在白名单之中,request ip={address} appKey({app_key})"))
            }
            Self::Permission { point, app_key } => (60011, permission_text(point, app_key)),
            Self::AppTooFast(throttle) => (90018, throttle.after(APP_COMPLAINT)),
            Self::EverybodyTooFast(throttle) => (90002, throttle.after(EVERYBODY_COMPLAINT)),
        }
    }

    fn new_refusal(&self, message: String, switches: &Switches) -> Refusal {
        match self {
            // Captured, like the two below.
            Self::TokenBlank => {
                let message = "缺少参数：x-acs-dingtalk-access-token";
                Refusal::named(400, "AuthenticationFailed.MissingParameter", message)
            }
            Self::TokenInvalid | Self::TokenExpired => {
                let status = match switches.new_api_token {
                    NewApiToken::Status400 => 400,
                    NewApiToken::Status401 => 401,
                };
                Refusal::named(status, "InvalidAuthentication", "不合法的access_token")
            }
            Self::Permission { point, .. } => Refusal::Named {
                status: 403,
                code: "Forbidden.AccessDenied.AccessTokenPermissionDenied".into(),
                message: "没有调用该接口的权限，接口权限申请参考：https://open.dingtalk.com/document/orgapp/add-api-permission".to_owned(),
                required_scopes: vec![(*point).to_owned()],
            },
            Self::Address { .. } => Refusal::named(403, "Forbidden.AccessDenied.IpNotInWhiteList", message),
            Self::AppTooFast(_) => Refusal::named(403, "Forbidden.AccessDenied.QpsLimitForAppkeyAndApi", message),
            Self::EverybodyTooFast(_) => Refusal::named(403, "Forbidden.AccessDenied.QpsLimitForApi", message),
            // No name is documented for the three.
            Self::AppDisabled | Self::CompanyDisabled | Self::CompanyGone => {
                Refusal::named(403, "Forbidden.AccessDenied", message)
            }
        }
    }
}

/// Not captured; it follows the next.
const APP_COMPLAINT: &str = "当前应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了";

/// Captured.
const EVERYBODY_COMPLAINT: &str = "当前所有钉钉应用调用该接口次数过多，超出了该接口承受的最大qps，请求被暂时限制了，建议错开整点时刻调用该接口";

impl Throttle {
    fn after(&self, complaint: &str) -> String {
        let Self { interface, from, until, ends, limit } = self;
        format!(
            "{complaint}, apiPath({interface}), 从 {from} 到 {until} 请求总次数超过 {limit} 次, 限制将在 {ends} 结束."
        )
    }
}

fn permission_text(point: &str, app_key: &AppKey) -> String {
    let link = format!("https://open-dev.dingtalk.com/appscope/apply?content={app_key}%23{point}");
    format!("应用尚未开通所需的权限：[{point}]，点击链接申请并开通即可：{link}, {{requiredScopes=[{point}]}}")
}
