//! Why is somebody here, or not: the trail of one person or department.
//!
//! Not here: the organisation itself (`organisation`).

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
