//! Tells other programs that a run ended or is held: signed, kept until it was told, tried again.
//!
//! Not here: what is told live to a page (`live`).

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
