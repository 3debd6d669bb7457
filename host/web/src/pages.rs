//! What people read in a browser, a folder a topic.
//!
//! Not here: what the topics share (`page`, `subject`), how a page stays live (`live`), and who may see it (`access`).

use axum::Router;
use axum::middleware::from_fn;

use crate::console::Console;
use crate::page;

mod events;
pub(crate) mod history;
pub(crate) mod organisation;
pub(crate) mod settings;
mod sources;
mod webhook;
mod why;

/// All that need a session.
pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .merge(settings::routes())
        .merge(sources::routes())
        .merge(organisation::routes())
        .merge(why::routes())
        .merge(history::routes())
        .merge(events::routes())
        .merge(webhook::routes())
        .layer(from_fn(page::problems))
}
