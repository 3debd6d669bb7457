//! Departments and people of a source, and pages about one of them.
//!
//! Not here: why somebody is missing (`why`).

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
