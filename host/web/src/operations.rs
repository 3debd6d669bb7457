//! For whoever runs this program: whether it is ready, and what it did in numbers (Prometheus).
//!
//! Not here: what is counted of a source, which the host does.

mod exposition;
mod metrics;

use axum::Json;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use serde::Serialize;

use crate::console::Console;
use crate::endings::Tally;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::visitor::Visitor;

/// Source: Prometheus, "Exposition formats", text-based format.
const TEXT_FORMAT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// What whoever starts and stops programs may ask without being known: it names nothing.
pub(crate) fn routes() -> Router<Console> {
    Router::new().route("/readyz", get(ready))
}

/// What names sources, and needs a token or a session.
pub(crate) fn guarded() -> Router<Console> {
    Router::new().route("/metrics", get(numbers))
}

/// Which parts answer.
#[derive(Debug, Serialize)]
struct Readiness {
    store: bool,
    database: bool,
}

async fn ready(State(services): State<Services>) -> Response {
    let store = services.store().sources().await.map(drop).map_err(|error| error.to_string());
    let database = services.database().is_any_account().await.map(drop).map_err(|error| error.to_string());
    for error in [&store, &database].into_iter().filter_map(|part| part.as_ref().err()) {
        tracing::error!(error, "the program is not ready");
    }
    let readiness = Readiness { store: store.is_ok(), database: database.is_ok() };
    let is_ready = readiness.store && readiness.database;
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    (status, [(CACHE_CONTROL, "no-store")], Json(readiness)).into_response()
}

async fn numbers(
    _visitor: Visitor,
    State(sources): State<Sources>,
    State(tally): State<Tally>,
) -> Result<impl IntoResponse, Problem> {
    let text = metrics::text(&sources, &tally).await?;
    Ok(([(CONTENT_TYPE, TEXT_FORMAT), (CACHE_CONTROL, "no-store")], text))
}

#[cfg(test)]
mod tests;
