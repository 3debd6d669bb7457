//! Runs: the list, one run with its log and its changes, live while it is under way, and as files.
//!
//! Not here: how runs are made (`sources`).

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
