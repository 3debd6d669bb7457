//! What is built in for a browser: one style sheet and one script.

use axum::Router;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;

/// Where the style sheet is. Its name changes with the program's version, so that a browser may keep it.
pub(crate) const STYLE: &str = concat!("/assets/rollcall-", env!("CARGO_PKG_VERSION"), ".css");

/// Where the script is.
pub(crate) const SCRIPT: &str = concat!("/assets/rollcall-", env!("CARGO_PKG_VERSION"), ".js");

/// Both of them, for whoever asks.
pub(crate) fn routes<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(STYLE, get(async || asset("text/css; charset=utf-8", include_str!("assets/rollcall.css"))))
        .route(
            SCRIPT,
            get(async || asset("text/javascript; charset=utf-8", include_str!("assets/rollcall.js"))),
        )
}

fn asset(media_type: &'static str, text: &'static str) -> impl IntoResponse {
    ([(CONTENT_TYPE, media_type), (CACHE_CONTROL, "public, max-age=86400")], text)
}
