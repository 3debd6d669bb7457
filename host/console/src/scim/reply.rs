//! How SCIM answers: its media type, its lists, its errors (RFC 7644, sections 3.12 and 3.14).

use axum::extract::Request;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rollcall_host::error::StoreError;
use rollcall_host::model::Diagnosis;
use serde_json::{Value, json};

use crate::problem::Problem;
use crate::visitor::Reader;

/// Source: RFC 7644, section 3.1.
const MEDIA_TYPE: &str = "application/scim+json";

/// Why a request of a SCIM client is not done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    problem: Problem,
    pub(crate) scim_type: Option<ScimType>,
}

/// The details of errors that SCIM has names for, as far as they occur. Source: RFC 7644, table 9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ScimType {
    InvalidFilter,
    InvalidSyntax,
    InvalidValue,
    TooMany,
}

impl ScimType {
    const fn as_str(self) -> &'static str {
        match self {
            Self::InvalidFilter => "invalidFilter",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidValue => "invalidValue",
            Self::TooMany => "tooMany",
        }
    }
}

impl Refusal {
    /// The request is wrong.
    pub(crate) fn new(scim_type: ScimType, diagnosis: Diagnosis) -> Self {
        Self { problem: Problem::new(StatusCode::BAD_REQUEST, diagnosis), scim_type: Some(scim_type) }
    }

    /// One value in the request is wrong.
    pub(crate) fn value(name: &str, wrong: &str) -> Self {
        let diagnosis = Diagnosis::new("value-not-valid", format!("{name} {wrong}"))
            .in_chinese(format!("{name} 的值无效"), "");
        Self::new(ScimType::InvalidValue, diagnosis)
    }

    /// The body is not what it should be.
    pub(crate) fn syntax(error: &impl std::fmt::Display) -> Self {
        let diagnosis = Diagnosis::new("body-not-readable", format!("body cannot be read: {error}"))
            .in_chinese("无法读取请求正文", "");
        Self::new(ScimType::InvalidSyntax, diagnosis)
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

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self { problem, scim_type: None }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Problem::from(error).into()
    }
}

/// Without a body, as [`Problem`]: [`errors`] knows the reader and draws it.
impl IntoResponse for Refusal {
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

    /// A page of a list.
    pub(crate) fn list(total: u64, start_index: u64, resources: &[Value]) -> Self {
        Self::new(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": total,
            "startIndex": start_index,
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
    let mut response = (status, body.to_string()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    // About people, and to be asked for again: a version tells cheaply whether it is still the same.
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// Draw whatever went wrong within as SCIM does.
pub(crate) async fn errors(request: Request, next: Next) -> Response {
    let reader = request.extensions().get::<Reader>().copied().unwrap_or_default();
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = response.extensions_mut().remove::<Problem>();
    if problem.is_none() && response.headers().get(CONTENT_TYPE).is_some_and(|known| known == MEDIA_TYPE) {
        // It was drawn within.
        return response;
    }
    let scim_type = response.extensions_mut().remove::<ScimType>();
    let mut body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"],
        "status": status.as_str(),
        "detail": detail(reader, status, problem.as_ref()),
    });
    if let (Some(scim_type), Some(members)) = (scim_type, body.as_object_mut()) {
        members.insert("scimType".to_owned(), scim_type.as_str().into());
    }
    let mut drawn = draw(status, &body);
    // What a router or the gate said beside: which methods there are, how to be known.
    for (name, value) in response.headers() {
        if !drawn.headers().contains_key(name) && name != axum::http::header::CONTENT_LENGTH {
            drawn.headers_mut().append(name, value.clone());
        }
    }
    drawn
}

fn detail(reader: Reader, status: StatusCode, problem: Option<&Problem>) -> String {
    let Some(problem) = problem else {
        return status.canonical_reason().unwrap_or_default().to_owned();
    };
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
