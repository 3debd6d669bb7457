//! Who may come in: the first account, log-in, sessions, tokens, and the log of who did what.
//!
//! Not here: what they may do then; each handler asks its visitor.

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
