//! What went wrong, as problem details (RFC 9457), in the reader's language.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, VARY, WWW_AUTHENTICATE};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rollcall_host::model::Diagnosis;
use serde::Serialize;
use utoipa::ToSchema;

use super::types::Fact;
use crate::paths::segment;
use crate::problem::Problem;
use crate::visitor::Preferences;

/// Source: RFC 9457, section 3.
pub(crate) const MEDIA_TYPE: &str = "application/problem+json";

/// Why a request was not done (RFC 9457).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct ProblemDetails {
    /// A relative reference that ends in the code.
    #[serde(rename = "type")]
    kind: String,
    /// What the status means.
    title: String,
    /// The HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    status: u16,
    /// A stable name for programs.
    code: String,
    /// What happened, in the language that `Accept-Language` asks for.
    detail: String,
    /// What can be done about it, in the same language.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
    /// Names and values that help whoever acts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    facts: Vec<Fact>,
    /// What is wrong in the body, all of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    errors: Vec<Complaint>,
}

/// One thing that is wrong in a body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Complaint {
    /// Where: a JSON pointer (RFC 6901).
    pointer: String,
    /// A stable name for programs.
    code: String,
    /// What is wrong.
    detail: String,
    /// What would be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    remedy: Option<String>,
}

/// Everything that is wrong in a body, on its way to whoever draws it.
#[derive(Clone, Debug)]
pub(crate) struct Complaints(pub(crate) Vec<rollcall_host::model::Problem>);

impl IntoResponse for Complaints {
    fn into_response(self) -> Response {
        let n = self.0.len();
        let diagnosis = Diagnosis::new(
            "configuration-not-valid",
            format!("the configuration is not valid; things that are wrong: {n}"),
        )
        .in_chinese(format!("配置中有 {n} 处不正确"), "");
        let mut response = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, diagnosis).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Draw whatever went wrong within. What only has a status gets the words of that status.
pub(crate) async fn problems(request: Request, next: Next) -> Response {
    let reader = request.extensions().get::<Preferences>().copied().unwrap_or_default();
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() || is_drawn(&response) {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| of_status(status));
    let complaints = response.extensions_mut().remove::<Complaints>();
    let details =
        details(reader, status, &problem.diagnosis, complaints.map(|all| all.0).unwrap_or_default());
    let mut drawn = written(status, details);
    // What a router or a handler said beside: which methods there are, when to come back.
    let is_kept = |name: &HeaderName| name != CONTENT_TYPE && name != CONTENT_LENGTH;
    let kept = response.headers().iter().filter(|(name, _)| is_kept(name));
    drawn.headers_mut().extend(kept.map(|(name, value)| (name.clone(), value.clone())));
    drawn.headers_mut().append(VARY, HeaderValue::from(ACCEPT_LANGUAGE));
    if status == StatusCode::UNAUTHORIZED && !drawn.headers().contains_key(WWW_AUTHENTICATE) {
        drawn.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    drawn
}

/// A problem on its own, for a reader who is known by nothing but their language.
pub(crate) fn drawn(reader: Preferences, problem: &Problem) -> Response {
    written(problem.status, details(reader, problem.status, &problem.diagnosis, Vec::new()))
}

fn written(status: StatusCode, details: ProblemDetails) -> Response {
    let mut response = (status, Json(details)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    response
}

fn is_drawn(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == MEDIA_TYPE)
}

fn of_status(status: StatusCode) -> Problem {
    let told =
        |code: &str, english: &str, chinese: &str| Diagnosis::new(code, english).in_chinese(chinese, "");
    let diagnosis = match status {
        StatusCode::UNAUTHORIZED => told("unauthorized", "nobody is known here", "需要登录或令牌"),
        StatusCode::NOT_FOUND => told("not-found", "there is nothing at this address", "此地址下没有内容"),
        StatusCode::METHOD_NOT_ALLOWED => {
            told("method-not-allowed", "this address does not have this method", "此地址不支持该方法")
        }
        StatusCode::PAYLOAD_TOO_LARGE => told("body-too-large", "the body is too large", "请求正文过大"),
        other => told(
            "request-refused",
            other.canonical_reason().unwrap_or("the request was refused"),
            "请求被拒绝",
        ),
    };
    Problem::new(status, diagnosis)
}

fn details(
    reader: Preferences,
    status: StatusCode,
    diagnosis: &Diagnosis,
    complaints: Vec<rollcall_host::model::Problem>,
) -> ProblemDetails {
    let language = reader.language.tag();
    let localized = diagnosis.localized(language);
    let complaint = |wrong: rollcall_host::model::Problem| {
        let localized = wrong.diagnosis.localized(language);
        Complaint {
            detail: localized.message.to_owned(),
            remedy: localized.remedy.map(str::to_owned),
            code: wrong.diagnosis.code.clone(),
            pointer: wrong.pointer,
        }
    };
    ProblemDetails {
        kind: format!("/api/problems/{}", segment(&diagnosis.code)),
        title: status.canonical_reason().unwrap_or_default().to_owned(),
        status: status.as_u16(),
        code: diagnosis.code.clone(),
        detail: localized.message.to_owned(),
        remedy: localized.remedy.map(str::to_owned),
        facts: diagnosis.facts.iter().map(Fact::from).collect(),
        errors: complaints.into_iter().map(complaint).collect(),
    }
}
