//! What is said to whoever finds no place: in their language, to a person as a page and to a program as a program reads it.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use rollcall_host::model::Diagnosis;
use rollcall_words::Language;

use super::class::Class;
use crate::limits::RETRY_AFTER_S;
use crate::problem::Problem;
use crate::visitor::Preferences;
use crate::{api, page, scim};

/// There is no place for a request of this class, for this path, just now.
pub(super) fn no_place(class: Class, path: &str, headers: &HeaderMap) -> Response<Body> {
    let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = Language::of_header(accepted.unwrap_or_default());
    let reader = Preferences { language, ..Preferences::default() };
    let mut response = match class {
        // Whoever asks here looks at the status.
        Class::Callbacks | Class::Health => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        Class::Programs if scim::is_of_service(path) => scim::drawn(reader, &busy()),
        Class::Programs => api::drawn(reader, &busy()),
        Class::Doors | Class::Pages | Class::Streams => page::drawn(reader, &busy()),
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    response
}

fn busy() -> Problem {
    let diagnosis = Diagnosis::new("busy", "more is asked here at once than can be answered")
        .with_remedy("try again in a moment; if it stays like this, look who asks so much")
        .in_chinese("当前请求过多，暂时无法处理", "请稍后重试；如果一直如此，请检查是谁在大量请求");
    Problem::new(StatusCode::SERVICE_UNAVAILABLE, diagnosis)
}
