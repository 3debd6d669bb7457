//! The HTTP API, version 1: JSON, described by the document that is made from this code.
//!
//! Not here: SCIM (`scim`).

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
