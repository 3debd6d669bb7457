//! `/settings/account`: the visitor's password and sessions.

use axum::Extension;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use maud::{Markup, html};
use rollcall_words::Sentence;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::parts::{Section, TextField, settings};
use crate::identity::passwords::{self, Typed};
use crate::identity::secret::Digest;
use crate::identity::sessions::{self, Session};
use crate::identity::throttle::{Guesser, TooEarly};
use crate::identity::{Identity, accounts, audit};
use crate::page::{Page, Tone, badge, button, csrf, facts, moment, notice};
use crate::pages::settings::words;
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::Visitor;

/// What was entered. It has no debug output.
#[derive(Deserialize)]
pub(super) struct PasswordForm {
    current: String,
    password: String,
    again: String,
}

/// Which session is meant: the digest of its secret, which proves nothing.
#[derive(Deserialize)]
pub(super) struct Meant {
    session: String,
}

/// What is wrong with a change of the password, at which field.
#[derive(Default)]
struct WrongPassword {
    current: Option<Sentence>,
    password: Option<Sentence>,
}

pub(super) async fn show(
    State(services): State<Services>,
    Extension(session): Extension<Session>,
    visitor: Visitor,
) -> Result<Page, Problem> {
    page(&services, &visitor, &session, WrongPassword::default()).await
}

pub(super) async fn change_password(
    State(identity): State<Identity>,
    Extension(session): Extension<Session>,
    visitor: Visitor,
    Form(entered): Form<PasswordForm>,
) -> Result<Response, Problem> {
    let PasswordForm { current, password, again } = entered;
    let (current, password, again) = (Typed::new(current), Typed::new(password), Typed::new(again));
    if let Some(wrong) = refused(&identity, &visitor, &session, current, &password, &again).await? {
        let page = page(identity.services(), &visitor, &session, wrong).await?;
        return Ok(page.with_status(StatusCode::UNPROCESSABLE_ENTITY).into_response());
    }
    let digest = identity.hashing().digest(password).await?;
    accounts::change_password(identity.services(), &session.account, digest, session.digest).await?;
    audit::record(identity.services(), &visitor, "password-changed", &session.account, json!({})).await?;
    Ok(Redirect::to("/settings/account").into_response())
}

pub(super) async fn end_session(
    State(services): State<Services>,
    Extension(session): Extension<Session>,
    visitor: Visitor,
    Form(meant): Form<Meant>,
) -> Result<Redirect, Problem> {
    let decoded = URL_SAFE_NO_PAD.decode(&meant.session).ok();
    let digest = decoded.and_then(|bytes| Digest::try_from(bytes).ok()).ok_or_else(Problem::not_found)?;
    if sessions::end(&services, &session.account, digest).await? {
        audit::record(&services, &visitor, "session-ended", &session.account, json!({})).await?;
    }
    Ok(Redirect::to("/settings/account"))
}

pub(super) async fn end_others(
    State(services): State<Services>,
    Extension(session): Extension<Session>,
    visitor: Visitor,
) -> Result<Redirect, Problem> {
    let n_ended = sessions::end_others(&services, &session.account, session.digest).await?;
    let detail = json!({"n": n_ended});
    audit::record(&services, &visitor, "other-sessions-ended", &session.account, detail).await?;
    Ok(Redirect::to("/settings/account"))
}

/// What speaks against the change. The present password may be tried as rarely as at log-in: whoever finds an open browser
/// should not have the time to guess it.
async fn refused(
    identity: &Identity,
    visitor: &Visitor,
    session: &Session,
    current: Typed,
    password: &str,
    again: &str,
) -> Result<Option<WrongPassword>, Problem> {
    let account = session.account.as_str();
    if let Err(refusal) = passwords::accepted(account, password, again) {
        return Ok(Some(WrongPassword { current: None, password: Some(refusal.sentence()) }));
    }
    // Strangers who guess at the log-in do not slow down whoever is logged in.
    let (identity, guesser) = (identity, Guesser::Known(session.digest));
    if let Err(TooEarly { wait_s }) = identity.throttle(|throttle| throttle.begin(&guesser, Instant::now())) {
        return Ok(Some(WrongPassword { current: Some(words::too_many_tries(wait_s)), password: None }));
    }
    let kept = accounts::password(identity.services(), account).await?;
    if identity.hashing().is_right(current, kept).await? {
        identity.throttle(|throttle| throttle.forgive(&guesser));
        return Ok(None);
    }
    audit::record(identity.services(), visitor, "password-change-failed", account, json!({})).await?;
    Ok(Some(WrongPassword { current: Some(words::wrong_current_password()), password: None }))
}

async fn page(
    services: &Services,
    visitor: &Visitor,
    session: &Session,
    wrong: WrongPassword,
) -> Result<Page, Problem> {
    let sessions = sessions::of(services, &session.account).await?;
    let is_wrong = wrong.current.is_some() || wrong.password.is_some();
    let body = html! {
        @if is_wrong { (notice(Tone::Bad, &html! { p { (visitor.say(words::password_not_changed())) } })) }
        section class="sheet" {
            h2 { (visitor.say(words::change_password())) }
            (password_form(visitor, &session.account, wrong))
        }
        section class="sheet" {
            h2 { (visitor.say(words::sessions())) }
            p { (visitor.say(words::sessions_explained())) }
            @for other in &sessions { (one_session(visitor, other, other.digest == session.digest)) }
            @if 1 < sessions.len() {
                (button(visitor, "/settings/account/sessions/end-others", "danger", words::end_other_sessions()))
            }
        }
    };
    Ok(settings(visitor, Section::Account, words::account(), &body))
}

fn password_form(visitor: &Visitor, account: &str, wrong: WrongPassword) -> Markup {
    let reader = visitor.reader;
    let current = TextField {
        wrong: wrong.current,
        ..TextField::password("current", words::current_password(), "current-password")
    };
    let password = TextField {
        help: Some(words::password_help(passwords::MIN_CHARS)),
        wrong: wrong.password,
        ..TextField::password("password", words::new_password(), "new-password")
    };
    let again = TextField::password("again", words::password_again(), "new-password");
    html! {
        form method="post" action="/settings/account/password" {
            (csrf(visitor))
            // Tells a password manager whose password it is.
            input type="hidden" name="username" autocomplete="username" value=(account);
            (current.draw(reader))
            (password.draw(reader))
            (again.draw(reader))
            button class="primary" { (reader.say(words::change_password())) }
        }
    }
}

fn one_session(visitor: &Visitor, session: &Session, is_this: bool) -> Markup {
    let agent =
        if session.agent.is_empty() { visitor.say(words::unknown_browser()) } else { session.agent.clone() };
    let address = if session.address.is_empty() { "–" } else { &session.address };
    let rows = [
        (visitor.say(words::browser()), html! { (agent) }),
        (visitor.say(words::address()), html! { (address) }),
        (visitor.say(words::logged_in_at()), moment(session.created_at)),
        (visitor.say(words::seen_at()), moment(session.seen_at)),
    ];
    html! {
        (facts(rows))
        div class="row" {
            @if is_this {
                (badge(Tone::Good, &visitor.say(words::this_session())))
            } @else {
                form class="inline" method="post" action="/settings/account/sessions/end" {
                    (csrf(visitor))
                    input type="hidden" name="session" value=(URL_SAFE_NO_PAD.encode(session.digest));
                    button { (visitor.say(words::end_session())) }
                }
            }
        }
    }
}
