//! `/login` and `/logout`.

use axum::Extension;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::html;
use rollcall_words::Sentence;
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;

use super::parts::{TextField, browser, form_token, local, with_session};
use crate::access::cookies::Cookie;
use crate::access::{self, FormToken};
use crate::identity::audit::{self, AuthenticationMethod, Entry};
use crate::identity::passwords::Typed;
use crate::identity::sessions::{self, Session};
use crate::identity::throttle::{Guesser, TooEarly};
use crate::identity::{Identity, accounts, known};
use crate::listener::ClientAddress;
use crate::page::{Page, Tone, notice};
use crate::pages::settings::words;
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::{Preferences, Visitor};

/// Where to go afterwards.
#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default)]
    next: String,
}

/// What was entered. It has no debug output.
#[derive(Deserialize)]
pub(super) struct LoginForm {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// How a try ended.
enum Tried {
    Right,
    Wrong,
    TooEarly(TooEarly),
}

pub(super) async fn form(
    State(services): State<Services>,
    Extension(token): Extension<FormToken>,
    Extension(reader): Extension<Preferences>,
    Extension(client): Extension<ClientAddress>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    if access::session(&services, &headers, client).await?.is_some() {
        return Ok(Redirect::to(local(&wanted.next).unwrap_or("/")).into_response());
    }
    let said = (!accounts::is_any(&services).await?).then(words::no_account_yet);
    Ok(page(reader, &token, &wanted.next, "", said).into_response())
}

pub(super) async fn log_in(
    State(identity): State<Identity>,
    Extension(client): Extension<ClientAddress>,
    Extension(token): Extension<FormToken>,
    Extension(reader): Extension<Preferences>,
    headers: HeaderMap,
    Form(entered): Form<LoginForm>,
) -> Result<Response, Problem> {
    let LoginForm { name, password, next } = entered;
    let name = name.trim().to_owned();
    let again = |said| page(reader, &token, &next, &name, Some(said));
    let guesser = guesser(identity.services(), client, &name, &headers);
    match compare(&identity, client, &name, guesser, Typed::new(password)).await? {
        Tried::Right => {
            let secret = sessions::begin(identity.services(), &name, &browser(client, &headers)).await?;
            with_session(identity.services(), &name, &secret, client, local(&next).unwrap_or("/"))
        }
        Tried::Wrong => Ok(again(words::wrong_name_or_password())
            .with_status(StatusCode::UNPROCESSABLE_ENTITY)
            .into_response()),
        Tried::TooEarly(TooEarly { wait_s }) => {
            let page = again(words::too_many_tries(wait_s)).with_status(StatusCode::TOO_MANY_REQUESTS);
            Ok(([(header::RETRY_AFTER, HeaderValue::from(wait_s))], page).into_response())
        }
    }
}

pub(super) async fn log_out(
    State(services): State<Services>,
    Extension(client): Extension<ClientAddress>,
    Extension(session): Extension<Session>,
    visitor: Visitor,
) -> Result<Response, Problem> {
    sessions::end(&services, &session.account, session.digest).await?;
    audit::record(&services, &visitor, "logged-out", "", json!({})).await?;
    let mut response = Redirect::to("/login").into_response();
    let removed = Cookie::Session.remove(client.is_secure);
    response.headers_mut().extend(removed.map(|cookie| (header::SET_COOKIE, cookie)));
    Ok(response)
}

/// Whose guesses count together with this one.
fn guesser(services: &Services, client: ClientAddress, name: &str, headers: &HeaderMap) -> Guesser {
    let cookie = Cookie::Browser.read(headers, client.is_secure);
    let known = cookie.and_then(|cookie| known::browser(services.key(), name, cookie, services.now()));
    known.map_or_else(|| Guesser::stranger(name, client.address), Guesser::Known)
}

/// Compare the password, and write down how it ended. A name that nobody has takes the same way and the same time.
async fn compare(
    identity: &Identity,
    client: ClientAddress,
    name: &str,
    guesser: Guesser,
    password: Typed,
) -> Result<Tried, Problem> {
    if let Err(early) = identity.throttle(|throttle| throttle.begin(&guesser, Instant::now())) {
        return Ok(Tried::TooEarly(early));
    }
    let kept = accounts::password(identity.services(), name).await?;
    let is_known = kept.is_some();
    let is_right = identity.hashing().is_right(password, kept).await? && is_known;
    if is_right {
        identity.throttle(|throttle| throttle.forgive(&guesser));
    }
    audit::write(identity.services(), tried(client, name, is_known, is_right)).await?;
    Ok(if is_right { Tried::Right } else { Tried::Wrong })
}

/// A name that nobody has is not written down: people type their password there.
fn tried(client: ClientAddress, name: &str, is_known: bool, is_right: bool) -> Entry {
    let (who, action) = if is_right { (name, "logged-in") } else { ("", "login-failed") };
    let subject = if is_known { name } else { "" };
    Entry {
        who: who.to_owned(),
        way: AuthenticationMethod::Session,
        action,
        subject: subject.to_owned(),
        detail: if is_known { json!({}) } else { json!({"name": "unknown"}) },
        address: client.address,
    }
}

fn page(reader: Preferences, token: &FormToken, next: &str, name: &str, said: Option<Sentence>) -> Page {
    let name = TextField {
        name: "name",
        label: words::name(),
        kind: "text",
        autocomplete: "username",
        value: name,
        help: None,
        wrong: None,
    };
    let password = TextField::password("password", words::password(), "current-password");
    let body = html! {
        div class="narrow" {
            @if let Some(said) = said { (notice(Tone::Warning, &html! { p { (reader.say(said)) } })) }
            form class="sheet" method="post" action="/login" {
                (form_token(token))
                input type="hidden" name="next" value=(next);
                (name.draw(reader))
                (password.draw(reader))
                button class="primary" { (reader.say(words::log_in())) }
            }
        }
    };
    Page::alone(reader, reader.say(words::log_in()), body)
}
