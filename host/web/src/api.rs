//! The HTTP API, version 1: JSON, described by the document that is made from this code, under `/api/v1`.
//!
//! Each topic has a module with its operations; `types` is what they write, `details` how they say that something is wrong.
//! Not here: SCIM (`scim`), and what an operation does, which the topics of the pages know.

mod audit;
mod configuration;
mod decisions;
mod details;
mod discreet;
mod document;
mod events;
mod extract;
mod idempotency;
mod organisation;
mod page;
mod paths;
mod pointer;
mod reader;
mod refusals;
mod runs;
mod shape;
mod sources;
mod types;

use std::sync::Arc;

use axum::extract::DefaultBodyLimit;
use axum::middleware::from_fn;
use axum::routing::get;
use axum::{Json, Router};
use utoipa_axum::router::OpenApiRouter;

use crate::console::Console;
use crate::problem::Problem;
use crate::visitor::Visitor;

pub(crate) use self::details::{drawn, problems};
pub(crate) use self::paths::PATH;

/// The largest body.
///
/// 1 MiB. Why: a configuration with own certificates has some ten KiB, 1000 keys of the longest ids some 300 KiB.
const MAX_BODY_BYTES: usize = 1 << 20;

/// The operations, for programs.
pub(crate) fn routes() -> Router<Console> {
    let (operations, document) = operations().split_for_parts();
    let document = Arc::new(document::finished(document));
    let operations = operations
        .route("/openapi.json", get(move |visitor: Visitor| openapi(visitor, Arc::clone(&document))))
        .fallback(async |_: Visitor| Problem::not_found())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(discreet::to_readers))
        .layer(from_fn(problems));
    Router::new().nest(PATH, operations)
}

/// The document, for people.
pub(crate) fn pages() -> Router<Console> {
    reader::routes(Arc::new(document::finished(operations().into_openapi())))
}

/// Every operation, and what is said of it.
fn operations() -> OpenApiRouter<Console> {
    OpenApiRouter::with_openapi(document::frame())
        .merge(sources::routes())
        .merge(configuration::routes())
        .merge(runs::routes())
        .merge(decisions::routes())
        .merge(events::routes())
        .merge(organisation::routes())
        .merge(audit::routes())
}

async fn openapi(_visitor: Visitor, document: Arc<serde_json::Value>) -> Json<serde_json::Value> {
    Json(document.as_ref().clone())
}

#[cfg(test)]
mod tests;
