//! How a source is heard: its channel, its inbox, and what to paste into the source's own console.
//!
//! Not here: what an event changed (`history`).

use axum::Router;
use axum::routing::{get, post};

use crate::console::Console;

mod act;
mod callback;
mod page;
mod standing;
mod table;
mod words;

pub(crate) use table::of_run;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/sources/{source}/events", get(page::page))
        .route("/sources/{source}/events/live", get(page::live))
        .route("/sources/{source}/events/retry", post(act::retry))
        .route("/sources/{source}/events/resume", post(act::resume))
}
