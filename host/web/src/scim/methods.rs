//! What an address answers to the methods by which nothing is done there.
//!
//! Whoever asks is known first, and then a source that is not there has nothing, whatever the method.

use axum::http::header::ALLOW;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::MethodRouter;

use super::base::Base;
use super::reply::ScimRefusal;
use crate::console::Console;
use crate::visitor::Visitor;

/// People and departments: they are read, and whoever would write is told that this is not supported.
pub(super) fn of_resources(handlers: MethodRouter<Console>) -> MethodRouter<Console> {
    with(handlers, Others { allow: READ, not_supported: &WRITES })
}

/// What describes the service.
pub(super) fn of_description(handlers: MethodRouter<Console>) -> MethodRouter<Console> {
    with(handlers, Others { allow: READ, not_supported: &[] })
}

/// What is looked for by a body.
pub(super) fn of_search(handlers: MethodRouter<Console>) -> MethodRouter<Console> {
    with(handlers, Others { allow: "POST, OPTIONS", not_supported: &[] })
}

/// What SCIM has and this service does not, by these methods and by that of the handlers.
pub(super) fn of_nothing(
    handlers: MethodRouter<Console>,
    methods: &'static [&'static str],
) -> MethodRouter<Console> {
    with(handlers, Others { allow: "OPTIONS", not_supported: methods })
}

/// The methods that write.
pub(super) const WRITES: [&str; 4] = ["POST", "PUT", "PATCH", "DELETE"];

const READ: &str = "GET, HEAD, OPTIONS";

/// The methods that no handler is for.
#[derive(Clone, Copy, Debug)]
struct Others {
    /// What is said to be allowed.
    allow: &'static str,
    /// What SCIM does by them here is not done. Source: RFC 7644, section 3.12: 501.
    not_supported: &'static [&'static str],
}

fn with(handlers: MethodRouter<Console>, others: Others) -> MethodRouter<Console> {
    handlers
        .fallback(move |_visitor: Visitor, _base: Base, method: Method| async move { others.answer(&method) })
}

impl Others {
    fn answer(self, method: &Method) -> Response {
        let allow = [(ALLOW, self.allow)];
        if *method == Method::OPTIONS {
            return (StatusCode::NO_CONTENT, allow).into_response();
        }
        let is_supported = !self.not_supported.contains(&method.as_str());
        let refusal =
            if is_supported { ScimRefusal::no_such_method() } else { ScimRefusal::not_implemented() };
        (allow, refusal).into_response()
    }
}
