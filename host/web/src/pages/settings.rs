//! The pages of who administers: set-up, log-in, and under the settings the account, its tokens and the audit log.
//!
//! Not here: what is decided (`identity`), and who comes in (`access`).

mod account;
mod audit;
mod login;
mod parts;
mod preferences;
mod setup;
mod tokens;
pub(crate) mod words;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::console::Console;

pub(crate) use self::parts::{Section, settings};

/// What is answered to those who are not known yet.
pub(crate) fn entry_routes() -> Router<Console> {
    Router::new()
        .route("/login", get(login::form).post(login::log_in))
        .route("/setup", get(setup::form).post(setup::set_up))
        .route("/preferences", get(preferences::change))
}

/// What needs a session.
pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/", get(async || Redirect::to("/sources")))
        .route("/logout", post(login::log_out))
        .route("/settings", get(async || Redirect::to("/settings/account")))
        .route("/settings/account", get(account::show))
        .route("/settings/account/password", post(account::change_password))
        .route("/settings/account/sessions/end", post(account::end_session))
        .route("/settings/account/sessions/end-others", post(account::end_others))
        .route("/settings/tokens", get(tokens::show).post(tokens::create))
        .route("/settings/tokens/{id}/revoke", post(tokens::revoke))
        .route("/settings/audit", get(audit::show))
}
