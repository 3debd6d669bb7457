//! What can go wrong on purpose, and when: rules that replace, spoil or delay an answer, or change the company before it.

mod member;
mod rule;
mod spoil;

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::denial::{Denial, Dialect};
use crate::gateway::throttle;
use crate::mutate::{Mutation, MutationError};
use crate::refusal::{self, Refusal};
use crate::reply::{HttpResponse, Outcome};
use crate::switches::Switches;

pub(crate) use member::with_member;
pub(crate) use rule::Faults;
pub use rule::{Rule, When};
pub(crate) use spoil::Spoil;

/// Calls a second that 90018 names. Source: DingTalk, "call frequency limits", standard edition.
const APP_QPS: u32 = 20;

/// How long 90018 lasts. Source: DingTalk, "call frequency limits" (a window of 1 s).
const APP_RESTRICTION_MS: u64 = 1000;

/// Calls a second that 90002 names. Source: a captured answer of `listsub`.
const EVERYBODY_QPS: u32 = 1200;

/// Something that goes wrong. As JSON: `"reset"`, `{"hang":{"for_ms":15000}}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A bare error of the old API.
    Errcode {
        /// `errcode`.
        code: i64,
        /// `errmsg`.
        message: String,
    },
    /// An error of the old API's gateway: errcode 88 around it.
    Wrapped {
        /// `sub_code`.
        code: i64,
        /// `sub_msg`.
        message: String,
    },
    /// An error of the new API.
    Named {
        /// HTTP status.
        status: u16,
        /// `code`.
        code: String,
        /// `message`.
        message: String,
    },
    /// errcode -1.
    SystemBusy,
    /// errcode 88 with an empty `sub_code`: the authentication service timed out.
    EmptySubCode,
    /// errcode 15: the interface did not answer the gateway in time.
    RemoteTimeout,
    /// 90018: this application calls this interface too fast.
    AppTooFast,
    /// 90002: everybody together calls this interface too fast.
    EverybodyTooFast {
        /// When the restriction ends, from now, in milliseconds.
        for_ms: u64,
    },
    /// An HTTP status with the body that usually comes with it: HTML for 502 and 504, JSON for 429 and 500.
    HttpStatus {
        /// 502, 504, 500, 429 or any other.
        status: u16,
    },
    /// Status 200 and an HTML page.
    Html,
    /// Status 200 and `{"status":1111,…,"punish":"deny"}`: too many calls from this address.
    Punished,
    /// Any response.
    Body {
        /// HTTP status.
        status: u16,
        /// `content-type`.
        content_type: String,
        /// The body.
        body: String,
    },
    /// The connection is reset.
    Reset,
    /// Nothing for so long, then the connection ends.
    Hang {
        /// Milliseconds.
        for_ms: u64,
    },
    /// The true answer, later.
    Delay {
        /// Milliseconds.
        by_ms: u64,
    },
    /// The connection ends in the middle of the true body, whose length was announced.
    TruncatedBody,
    /// The first half of the true body as if it were the whole.
    TruncatedJson,
    /// The true head and no body.
    EmptyBody,
    /// A page that says `has_more` and gives the cursor it was asked for.
    SameCursor,
    /// A page that says `has_more` and gives no cursor.
    CursorMissing,
    /// A page without `list`.
    ListMissing,
    /// An answer without `result`.
    ResultMissing,
    /// An answer whose `result` is null.
    ResultNull,
    /// `listsub` shows the pseudo-departments -7 and -1 as well.
    NegativeDepartments,
    /// `listsub` shows the parent, or for the root itself, among the children.
    Cycle,
    /// Numbers and booleans of `result` are in quotes, as in some examples of the documentation.
    QuotedScalars,
    /// Every list of the answer is an object.
    WrongTypes,
    /// One member of the answer is as no description has it. An answer without this place goes out as it is.
    Member {
        /// Where it stands in the body, as a JSON pointer (RFC 6901): `/result/list/0/title`.
        pointer: String,
        /// What stands there.
        value: OddValue,
    },
    /// Every token is revoked before the request is looked at.
    RevokeTokens,
    /// The first company changes before the request is looked at.
    Mutate(Box<Mutation>),
}

/// What stands in the place of a member. As JSON: `"missing"`, `{"json":"\"小王\\ud83d\""}`, `{"hex":"22eda0bd22"}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OddValue {
    /// Nothing: the member is left out.
    Missing,
    /// This text as it is, JSON or not.
    Json(String),
    /// These bytes, two digits each, which need not be UTF-8.
    Hex(String),
}

/// What a fault means for one request.
pub(crate) enum Plan<'a> {
    RevokeTokens,
    Mutate(&'a Mutation),
    Refuse(Refusal),
    Replace(Answered),
    Spoil(Spoil),
    Member { pointer: &'a str, value: &'a OddValue },
    Delay { by_ms: u64 },
}

/// An answer on its way out.
#[derive(Clone)]
pub(crate) struct Answered {
    /// As [`crate::TraceRecord::effect`].
    pub(crate) effect: String,
    pub(crate) outcome: Outcome,
}

impl Answered {
    pub(crate) fn response(effect: impl Into<String>, response: HttpResponse) -> Self {
        Self { effect: effect.into(), outcome: Outcome::Response(response) }
    }
}

impl Fault {
    /// What it means for a request to `path`.
    pub(crate) fn plan(&self, path: &str, now_ms: u64, switches: &Switches) -> Plan<'_> {
        let too_fast = |denial: Denial| Plan::Refuse(denial.refusal(Dialect::of(path, switches), switches));
        match self {
            Self::Errcode { code, message } => {
                Plan::Refuse(Refusal::Bare { code: *code, message: message.clone() })
            }
            Self::Wrapped { code, message } => {
                Plan::Refuse(Refusal::Gateway { code: *code, message: message.clone() })
            }
            Self::Named { status, code, message } => Plan::Refuse(Refusal::Named {
                status: *status,
                code: Cow::Owned(code.clone()),
                message: message.clone(),
                required_scopes: Vec::new(),
            }),
            Self::SystemBusy => Plan::Refuse(refusal::system_busy()),
            Self::EmptySubCode => Plan::Refuse(Refusal::EmptySubCode),
            Self::RemoteTimeout => Plan::Refuse(Refusal::RemoteTimeout),
            Self::AppTooFast => {
                let ends_ms = now_ms.saturating_add(APP_RESTRICTION_MS);
                too_fast(Denial::AppTooFast(throttle(path, now_ms, ends_ms, APP_QPS)))
            }
            Self::EverybodyTooFast { for_ms } => {
                let ends_ms = now_ms.saturating_add(*for_ms);
                too_fast(Denial::EverybodyTooFast(throttle(path, now_ms, ends_ms, EVERYBODY_QPS)))
            }
            Self::HttpStatus { status } => Plan::Replace(http_status(*status)),
            Self::Html => Plan::Replace(Answered::response("html", html(200, "系统维护中"))),
            Self::Punished => Plan::Replace(Answered::response("1111", punished())),
            Self::Body { status, content_type, body } => {
                let response = HttpResponse::of(*status, content_type, body.clone());
                Plan::Replace(Answered::response(format!("http {status}"), response))
            }
            Self::Reset => Plan::Replace(Answered { effect: "reset".to_owned(), outcome: Outcome::Reset }),
            Self::Hang { for_ms } => {
                let outcome = Outcome::Hang { for_ms: *for_ms };
                Plan::Replace(Answered { effect: "hang".to_owned(), outcome })
            }
            Self::Delay { by_ms } => Plan::Delay { by_ms: *by_ms },
            Self::TruncatedBody => Plan::Spoil(Spoil::TruncatedBody),
            Self::TruncatedJson => Plan::Spoil(Spoil::TruncatedJson),
            Self::EmptyBody => Plan::Spoil(Spoil::EmptyBody),
            Self::SameCursor => Plan::Spoil(Spoil::SameCursor),
            Self::CursorMissing => Plan::Spoil(Spoil::CursorMissing),
            Self::ListMissing => Plan::Spoil(Spoil::ListMissing),
            Self::ResultMissing => Plan::Spoil(Spoil::ResultMissing),
            Self::ResultNull => Plan::Spoil(Spoil::ResultNull),
            Self::NegativeDepartments => Plan::Spoil(Spoil::NegativeDepartments),
            Self::Cycle => Plan::Spoil(Spoil::Cycle),
            Self::QuotedScalars => Plan::Spoil(Spoil::QuotedScalars),
            Self::WrongTypes => Plan::Spoil(Spoil::WrongTypes),
            Self::Member { pointer, value } => Plan::Member { pointer, value },
            Self::RevokeTokens => Plan::RevokeTokens,
            Self::Mutate(mutation) => Plan::Mutate(mutation),
        }
    }

    /// The name it has in JSON.
    pub(crate) fn name(&self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::String(name)) => name,
            Ok(Value::Object(fields)) => fields.into_iter().next().map(|(name, _)| name).unwrap_or_default(),
            Ok(Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_)) | Err(_) => String::new(),
        }
    }
}

/// A mutation that a rule names and that is not possible; the answer says so, for the test to see.
pub(crate) fn impossible(refused: &MutationError) -> Answered {
    let text = format!("a rule of the simulator makes a change that is not possible: {refused}");
    Answered::response("bad rule", HttpResponse::of(500, "text/plain;charset=utf-8", text))
}

fn http_status(status: u16) -> Answered {
    let json = |code: &str, message: &str| {
        HttpResponse::of_json(status, json!({ "code": code, "message": message }).to_string())
    };
    let response = match status {
        429 => json("system.busy", "系统繁忙"),
        500 => json("unknownError", "未知错误"),
        502 => html(status, "502 Bad Gateway"),
        504 => html(status, "504 Gateway Time-out"),
        _ => html(status, "error"),
    };
    Answered::response(format!("http {status}"), response)
}

fn html(status: u16, title: &str) -> HttpResponse {
    let page = format!(
        "<html>\r\n<head><title>{title}</title></head>\r\n<body><h1>{title}</h1></body>\r\n</html>\r\n"
    );
    HttpResponse::of(status, "text/html; charset=utf-8", page)
}

fn punished() -> HttpResponse {
    let body = r#"{"status":1111,"wait":5,"source":"x5","punish":"deny","uuid":"b0d8f8f0a8d64f6f"}"#;
    HttpResponse::of(200, "text/html;charset=utf-8", body)
}
