//! The pages of identity sources.
//!
//! Not here: what they show and do, which the modules beside this one have; nothing is decided in a page.

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use rollcall_host::limits::MAX_COMPONENT_BYTES;

use crate::console::Console;

mod act;
mod add;
mod checklist;
mod edit;
mod form;
mod list;
mod named;
mod origins;
mod overview;
mod remove;
mod words;

#[cfg(test)]
mod tests;

/// What a form with a file has beside it: its boundaries, headers and token.
///
/// 16 KiB. Why: they have some hundred bytes each.
const FORM_BYTES: u64 = 16 << 10;

pub(crate) fn routes() -> Router<Console> {
    let most_upload = usize::try_from(MAX_COMPONENT_BYTES.saturating_add(FORM_BYTES)).unwrap_or(usize::MAX);
    let upload = Router::new()
        .route("/sources/new/connector", post(add::upload))
        .layer(DefaultBodyLimit::max(most_upload));
    Router::new()
        .route("/sources", get(list::page))
        .route("/live/sources", get(list::live))
        .route("/sources/new", get(add::page).post(add::save))
        .merge(upload)
        .route("/sources/{source}", get(overview::page))
        .route("/sources/{source}/live", get(overview::live))
        .route("/sources/{source}/edit", get(edit::page).post(edit::save))
        .route("/sources/{source}/origins", get(origins::page).post(origins::confirm))
        .route("/sources/{source}/check", get(checklist::page).post(checklist::begin))
        .route("/sources/{source}/check/live", get(checklist::live))
        .route("/sources/{source}/import", post(act::import))
        .route("/sources/{source}/unfollow", post(act::unfollow))
        .route("/sources/{source}/pause", post(act::pause))
        .route("/sources/{source}/resume-schedule", post(act::resume_schedule))
        .route("/sources/{source}/resume", post(act::resume))
        .route("/sources/{source}/remove", get(remove::page).post(remove::remove))
}
