//! How a source is heard: its channel, its inbox, and what to paste into the source's own console.
//!
//! Not here: what an event changed (`history`).

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
