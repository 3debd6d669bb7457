//! The pages of identity sources.

use axum::Router;

use crate::console::Console;

pub(super) fn routes() -> Router<Console> {
    Router::new()
}
