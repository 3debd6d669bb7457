//! How SCIM answers: its media type, its lists, its errors (RFC 7644, sections 3.12 and 3.14).

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rollcall_host::error::StoreError;
use rollcall_host::model::Diagnosis;
use serde_json::{Value, json};

use super::accept::wants_plain_json;
use crate::problem::Problem;
use crate::visitor::Preferences;

/// Source: RFC 7644, section 3.1.
pub(super) const MEDIA_TYPE: &str = "application/scim+json";

/// For clients that do not know that one.
pub(super) const PLAIN_JSON: &str = "application/json";

/// What of a request decides beside its address and method: the media type, the language of what went wrong, and what whoever
/// asks may read.
const VARIES_BY: &str = "Accept, Accept-Language, Authorization, Cookie";

/// Why a request of a SCIM client is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ScimRefusal {
    problem: Problem,
    pub(crate) scim_type: Option<ScimType>,
}

/// The details of errors that SCIM has names for, as far as they occur. Source: RFC 7644, table 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScimType {
    InvalidFilter,
    InvalidSyntax,
    InvalidValue,
    OtherVersion,
    TooMany,
}

impl ScimType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidValue => "invalidValue",
            Self::OtherVersion => "invalidVers",
            Self::TooMany => "tooMany",
        }
    }
}

impl ScimRefusal {
    /// The request is wrong.
    pub(crate) fn new(scim_type: ScimType, diagnosis: Diagnosis) -> Self {
        Self { problem: Problem::new(StatusCode::BAD_REQUEST, diagnosis), scim_type: Some(scim_type) }
    }

    /// The body did not come whole, or is larger than it may be.
    pub(crate) fn body(status: StatusCode) -> Self {
        let diagnosis =
            Diagnosis::new("body-not-readable", "the body did not come whole, or has more bytes than it may")
                .with_remedy("send it again, with fewer attributes and a shorter filter")
                .in_chinese("请求正文不完整，或超过允许的大小", "请减少属性或缩短筛选条件后重新发送");
        Problem::new(status, diagnosis).into()
    }

    /// The service speaks another version of the protocol. Source: RFC 7644, sections 3.12 and 3.13.
    pub(crate) fn other_version() -> Self {
        let diagnosis = Diagnosis::new("version-not-spoken", "only version 2 of SCIM is spoken here")
            .with_remedy("set the address of the service to one that ends with /scim/v2")
            .in_chinese("此处只支持 SCIM 2.0", "请将服务地址设置为以 /scim/v2 结尾的地址");
        Self::new(ScimType::OtherVersion, diagnosis)
    }

    /// Nothing is done by this method here, be it reading or writing.
    pub(crate) fn no_such_method() -> Self {
        no_such_method().into()
    }

    /// Nobody is known.
    pub(crate) fn unknown() -> Self {
        Problem::unauthorized().into()
    }

    /// There is no such resource.
    pub(crate) fn not_found() -> Self {
        let diagnosis =
            Diagnosis::new("resource-not-found", "there is no such resource").in_chinese("没有这个资源", "");
        Problem::new(StatusCode::NOT_FOUND, diagnosis).into()
    }

    /// What describes this service is told whole, or one by its id.
    pub(crate) fn not_filtered() -> Self {
        let diagnosis = Diagnosis::new("not-filtered", "what describes this service cannot be filtered")
            .with_remedy("leave the filter out, or ask for one by its id")
            .in_chinese("服务描述不支持过滤", "请去掉 filter，或按 id 查询其中一项");
        Problem::new(StatusCode::FORBIDDEN, diagnosis).into()
    }

    /// This service only reads.
    pub(crate) fn not_implemented() -> Self {
        let diagnosis = Diagnosis::new(
            "read-only",
            "this directory is read-only: change the person or department at the source",
        )
        .in_chinese("此目录为只读，请在来源中修改人员或部门", "");
        Problem::new(StatusCode::NOT_IMPLEMENTED, diagnosis).into()
    }
}

fn no_such_method() -> Problem {
    let diagnosis = Diagnosis::new("method-not-allowed", "nothing is done by this method at this address")
        .with_remedy("look at the header Allow of this answer")
        .in_chinese("此地址不支持该方法", "请查看响应头 Allow");
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, diagnosis)
}

impl From<Problem> for ScimRefusal {
    fn from(problem: Problem) -> Self {
        Self { problem, scim_type: None }
    }
}

impl From<StoreError> for ScimRefusal {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}

/// Without a body, as [`Problem`]: [`errors`] knows the reader and draws it.
impl IntoResponse for ScimRefusal {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        response.extensions_mut().extend(self.scim_type.into_iter().fold(
            axum::http::Extensions::new(),
            |mut extensions, scim_type| {
                extensions.insert(scim_type);
                extensions
            },
        ));
        response
    }
}

/// An answer that went well.
#[derive(Debug)]
pub(crate) struct Reply {
    body: Value,
    version: Option<String>,
}

impl Reply {
    /// A body without a version.
    pub(crate) const fn new(body: Value) -> Self {
        Self { body, version: None }
    }

    /// A resource with its version, unless that is the one which the client has.
    pub(crate) fn versioned(headers: &HeaderMap, body: Value, version: Option<String>) -> Response {
        match version {
            Some(version) if matches(headers, &version) => {
                let mut response = StatusCode::NOT_MODIFIED.into_response();
                put_version(&mut response, &version);
                response
            }
            version => Self { body, version }.into_response(),
        }
    }

    /// A list that has everything on one page.
    pub(crate) fn list(resources: &[Value]) -> Self {
        Self::new(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": resources.len(),
            "startIndex": 1,
            "itemsPerPage": resources.len(),
            "Resources": resources,
        }))
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let mut response = draw(StatusCode::OK, &self.body);
        self.version.iter().for_each(|version| put_version(&mut response, version));
        response
    }
}

/// Whether the client has this version. Source: RFC 9110, section 13.1.2: compared as weak ones.
fn matches(headers: &HeaderMap, version: &str) -> bool {
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let texts = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    texts.flat_map(|text| text.split(',')).any(|tag| tag.trim() == "*" || opaque(tag) == opaque(version))
}

fn put_version(response: &mut Response, version: &str) {
    if let Ok(version) = HeaderValue::from_str(version) {
        response.headers_mut().insert(ETAG, version);
    }
}

fn draw(status: StatusCode, body: &Value) -> Response {
    let mut response = written(Body::from(body.to_string()));
    *response.status_mut() = status;
    response
}

/// An answer whose body is written.
pub(crate) fn written(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    // About people, and to be asked for again: a version tells cheaply whether it is still the same.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Draw whatever went wrong within as SCIM does.
pub(crate) async fn errors(request: Request, next: Next) -> Response {
    let reader = request.extensions().get::<Preferences>().copied().unwrap_or_default();
    let is_plain = wants_plain_json(request.headers());
    let mut response = next.run(request).await;
    let status = response.status();
    let is_of_kind = |kind: &str| response.headers().get(CONTENT_TYPE).is_some_and(|known| known == kind);
    // It may have been drawn within.
    let is_drawn = is_of_kind(MEDIA_TYPE) || is_of_kind(PLAIN_JSON);
    if (status.is_client_error() || status.is_server_error()) && !is_drawn {
        response = drawn_over(reader, response);
    }
    response.headers_mut().insert(VARY, HeaderValue::from_static(VARIES_BY));
    if is_plain && response.headers().contains_key(CONTENT_TYPE) {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(PLAIN_JSON));
    }
    response
}

/// Something that went wrong, drawn as SCIM does.
pub(crate) fn drawn(reader: Preferences, problem: &Problem) -> Response {
    let mut response = draw(problem.status, &error(reader, problem, None));
    response.headers_mut().insert(VARY, HeaderValue::from_static(VARIES_BY));
    response
}

fn drawn_over(reader: Preferences, mut response: Response) -> Response {
    let status = response.status();
    let problem = response.extensions_mut().remove::<Problem>().unwrap_or_else(|| of_status(status));
    let scim_type = response.extensions_mut().remove::<ScimType>();
    let mut drawn = draw(status, &error(reader, &problem, scim_type));
    // What a router or the gate said beside: which methods there are, how to be known.
    for (name, value) in response.headers() {
        if !drawn.headers().contains_key(name) && name != CONTENT_LENGTH {
            drawn.headers_mut().append(name, value.clone());
        }
    }
    drawn
}

/// What a router or the gate said by its status alone.
fn of_status(status: StatusCode) -> Problem {
    if status == StatusCode::METHOD_NOT_ALLOWED {
        return no_such_method();
    }
    let reason = status.canonical_reason().unwrap_or("the request was refused");
    Problem::new(status, Diagnosis::new("refused", reason).in_chinese("请求被拒绝", ""))
}

fn error(reader: Preferences, problem: &Problem, scim_type: Option<ScimType>) -> Value {
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": problem.status.as_str(),
        "detail": detail(reader, problem),
    });
    if let (Some(scim_type), Some(members)) = (scim_type, body.as_object_mut()) {
        members.insert("scimType".to_owned(), scim_type.as_str().into());
    }
    body
}

fn detail(reader: Preferences, problem: &Problem) -> String {
    let localized = problem.diagnosis.localized(reader.language.tag());
    match localized.remedy {
        Some(remedy) => format!("{}; {remedy}", localized.message),
        None => localized.message.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_the_client_has_is_recognised_as_a_weak_one() {
        for (header, is_known) in [
            ("W/\"abc\"", true),
            ("\"abc\"", true),
            ("\"x\", W/\"abc\"", true),
            ("*", true),
            ("W/\"abcd\"", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(IF_NONE_MATCH, HeaderValue::from_static(header));
            assert_eq!(matches(&headers, "W/\"abc\""), is_known, "{header}");
        }
    }
}
