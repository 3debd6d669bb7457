//! The page of those who are told what happens.
//!
//! Not here: telling them (`admin::webhook`).

mod page;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/settings/webhooks", get(page::show).post(page::add))
        .route("/settings/webhooks/{id}/test", post(page::test))
        .route("/settings/webhooks/{id}/pause", post(page::pause))
        .route("/settings/webhooks/{id}/resume", post(page::resume))
        .route("/settings/webhooks/{id}/delete", post(page::delete))
}

#[cfg(test)]
mod tests;
