//! The pages of identity: set-up, log-in, and under the settings the account, its tokens and the audit log.
//!
//! Not here: what is decided (`gate` and its neighbours).

mod account;
mod audit;
mod login;
mod preferences;
mod setup;
mod tokens;

use axum::Router;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use maud::{Markup, html};
use rollcall_words::Sentence;

use super::cookies::Cookie;
use super::gate::FormToken;
use super::known;
use super::secret::Secret;
use super::sessions::Browser;
use super::words;
use crate::console::Console;
use crate::listener::Client;
use crate::page::{Page, Tab};
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::{Reader, Visitor};

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

/// A part of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Section {
    /// The visitor's own account.
    Account,
    /// Tokens of programs.
    Tokens,
    /// Who is told what happens.
    Webhooks,
    /// Who did what.
    Audit,
}

/// A page of the settings.
pub(crate) fn settings(visitor: &Visitor, current: Section, title: Sentence, body: &Markup) -> Page {
    let entries = [
        (Section::Account, "/settings/account", words::account()),
        (Section::Tokens, "/settings/tokens", words::tokens()),
        (Section::Webhooks, "/settings/webhooks", words::webhooks()),
        (Section::Audit, "/settings/audit", words::audit_log()),
    ];
    let whole = html! {
        nav class="tabs" aria-label=(visitor.say(words::settings())) {
            @for (section, href, name) in entries {
                a href=(href) aria-current=[(section == current).then_some("page")] { (visitor.say(name)) }
            }
        }
        (body)
    };
    Page::new(visitor, Tab::Settings, visitor.say(title), whole)
}

/// A text field of a form.
struct Field<'a> {
    /// Its name, which is its id too.
    name: &'static str,
    label: Sentence,
    /// As in HTML: text, password.
    kind: &'static str,
    /// What a password manager fills in. Source: HTML, "Autofill detail tokens".
    autocomplete: &'static str,
    value: &'a str,
    help: Option<Sentence>,
    wrong: Option<Sentence>,
}

impl Field<'_> {
    fn password(name: &'static str, label: Sentence, autocomplete: &'static str) -> Self {
        Field { name, label, kind: "password", autocomplete, value: "", help: None, wrong: None }
    }

    fn draw(self, reader: Reader) -> Markup {
        let Self { name, label, kind, autocomplete, value, help, wrong } = self;
        let (help_id, wrong_id) = (format!("{name}-help"), format!("{name}-wrong"));
        let described = [help.as_ref().map(|_| help_id.as_str()), wrong.as_ref().map(|_| wrong_id.as_str())];
        let described: Vec<&str> = described.into_iter().flatten().collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        html! {
            div class="field" {
                label for=(name) { (reader.say(label)) }
                input id=(name) name=(name) type=(kind) autocomplete=(autocomplete) value=(value) required
                    aria-describedby=[described] aria-invalid=[wrong.is_some().then_some("true")];
                @if let Some(help) = help { p class="help" id=(help_id) { (reader.say(help)) } }
                @if let Some(wrong) = wrong { p class="wrong" id=(wrong_id) { (reader.say(wrong)) } }
            }
        }
    }
}

/// What a form carries along before anybody is known.
fn form_token(FormToken(token): &FormToken) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// To a page of ours, with a session, from a browser that is known from now on.
///
/// # Errors
///
/// When the system has no randomness.
fn with_session(
    services: &Services,
    name: &str,
    secret: &Secret,
    client: Client,
    to: &str,
) -> Result<Response, Problem> {
    let known =
        known::cookie(services.key(), name, services.now()).map_err(|error| Problem::failed(&error))?;
    let mut response = Redirect::to(to).into_response();
    for (cookie, value) in [(Cookie::Session, secret.reveal()), (Cookie::Browser, &known)] {
        if let Some(cookie) = cookie.set(value, client.is_secure) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    Ok(response)
}

fn browser(client: Client, headers: &HeaderMap) -> Browser {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Browser { address: client.address, agent: agent.unwrap_or_default().to_owned() }
}

/// An address within the console, to go to after something else. Whatever a browser could take for another site is none.
fn local(address: &str) -> Option<&str> {
    let is_local = address.starts_with('/')
        && !address.starts_with("//")
        && !address.contains(['\\', '\r', '\n', '\t'])
        && address.bytes().all(|byte| byte.is_ascii_graphic());
    is_local.then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for (address, is_local) in [
            ("/sources", true),
            ("/sources/a%2Fb?q=%E4%BA%BA", true),
            ("", false),
            ("sources", false),
            ("https://evil.example.com", false),
            ("//evil.example.com", false),
            ("/\\evil.example.com", false),
            ("/\t/evil.example.com", false),
            ("/a b", false),
            ("javascript:alert(1)", false),
        ] {
            assert_eq!(local(address).is_some(), is_local, "{address:?}");
        }
    }
}
