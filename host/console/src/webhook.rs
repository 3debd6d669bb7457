//! Tells other programs that a run ended or is held, or that a source was stopped: signed, kept until it was told, tried
//! again (Standard Webhooks).
//!
//! `hooks` are those who are told, `outbox` what they are to be told, `sending` tells them. Not here: what is told live to a
//! page (`live`), and how it is heard of (`operations::endings`).

mod hooks;
pub(crate) mod outbox;
mod page;
mod sending;
mod signature;
mod words;

use axum::Router;
use axum::routing::{get, post};

use crate::console::Console;

pub(crate) use self::sending::send;

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
