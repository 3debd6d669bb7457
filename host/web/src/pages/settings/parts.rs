//! What the pages of identity share.

use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use maud::{Markup, html};
use rollcall_words::Sentence;

use crate::access::FormToken;
use crate::access::cookies::Cookie;
use crate::identity::known;
use crate::identity::secret::Secret;
use crate::identity::sessions::Browser;
use crate::listener::ClientAddress;
use crate::page::{Page, Tab};
use crate::pages::settings::words;
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::{Preferences, Visitor};

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
pub(super) struct TextField<'a> {
    /// Its name, which is its id too.
    pub(super) name: &'static str,
    pub(super) label: Sentence,
    /// As in HTML: text, password.
    pub(super) kind: &'static str,
    /// What a password manager fills in. Source: HTML, "Autofill detail tokens".
    pub(super) autocomplete: &'static str,
    pub(super) value: &'a str,
    pub(super) help: Option<Sentence>,
    pub(super) wrong: Option<Sentence>,
}

impl TextField<'_> {
    pub(super) fn password(name: &'static str, label: Sentence, autocomplete: &'static str) -> Self {
        TextField { name, label, kind: "password", autocomplete, value: "", help: None, wrong: None }
    }

    pub(super) fn draw(self, reader: Preferences) -> Markup {
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
pub(super) fn form_token(FormToken(token): &FormToken) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// To a page of ours, with a session, from a browser that is known from now on.
///
/// # Errors
///
/// When the system has no randomness.
pub(super) fn with_session(
    services: &Services,
    name: &str,
    secret: &Secret,
    client: ClientAddress,
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

pub(super) fn browser(client: ClientAddress, headers: &HeaderMap) -> Browser {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok());
    Browser { address: client.address, agent: agent.unwrap_or_default().to_owned() }
}

/// An address within the console, to go to after something else. Whatever a browser could take for another site is none.
pub(super) fn local(address: &str) -> Option<&str> {
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
