//! `/preferences`: language and theme of the reader, whoever that is. It changes nothing but the reader's own cookies, so it
//! is a GET that any page may link to.

use axum::Extension;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Redirect, Response};
use rollcall_words::Language;
use serde::Deserialize;
use url::Url;

use super::parts::local;
use crate::access::cookies::Cookie;
use crate::listener::ClientAddress;
use crate::services::Services;
use crate::visitor::Theme;

/// What is chosen. What is left out, or is none of those there are, stays as it is.
#[derive(Deserialize)]
pub(super) struct ChosenPreferences {
    #[serde(default)]
    language: String,
    #[serde(default)]
    theme: String,
}

pub(super) async fn change(
    State(services): State<Services>,
    Extension(client): Extension<ClientAddress>,
    Query(chosen): Query<ChosenPreferences>,
    headers: HeaderMap,
) -> Response {
    let public_url = services.options().public_url.to_string();
    let back = back(&headers, &public_url).unwrap_or_else(|| "/".to_owned());
    let mut response = Redirect::to(&back).into_response();
    let language =
        chosen.language.parse::<Language>().ok().map(|language| (Cookie::Language, language.tag()));
    let theme = Theme::named(&chosen.theme).map(|theme| (Cookie::Theme, theme.as_str()));
    for (cookie, value) in language.into_iter().chain(theme) {
        let set = cookie.set(value, client.is_secure);
        response.headers_mut().extend(set.map(|set| (header::SET_COOKIE, set)));
    }
    response
}

/// The page that the reader was on, if it is one of ours.
fn back(headers: &HeaderMap, public_url: &str) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let referer = Url::parse(text(header::REFERER)?).ok()?;
    let origin = referer.origin().ascii_serialization();
    let is_ours = origin == public_url
        || origin.split_once("://").is_some_and(|(_, authority)| Some(authority) == text(header::HOST));
    let query = referer.query().map(|query| format!("?{query}")).unwrap_or_default();
    let path = format!("{}{query}", referer.path());
    // Where a form was answered, there is nothing to load again.
    local(&path).filter(|_| is_ours).map(ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn goes_back(host: &'static str, referer: &'static str) -> Option<String> {
        let pairs: [(HeaderName, &'static str); 2] = [(header::HOST, host), (header::REFERER, referer)];
        let headers =
            pairs.into_iter().map(|(name, value)| (name, HeaderValue::from_static(value))).collect();
        back(&headers, "https://rollcall.example.com")
    }

    #[test]
    fn a_reader_goes_back_to_where_they_were() {
        for (host, referer, page) in [
            ("127.0.0.1:8630", "http://127.0.0.1:8630/sources?q=a#b", Some("/sources?q=a")),
            ("upstream:80", "https://rollcall.example.com/runs/1", Some("/runs/1")),
            ("127.0.0.1:8630", "http://127.0.0.1:9999/sources", None),
            ("127.0.0.1:8630", "https://evil.example.com/sources", None),
            ("127.0.0.1:8630", "http://127.0.0.1:8630//evil.example.com", None),
            ("127.0.0.1:8630", "nonsense", None),
        ] {
            assert_eq!(goes_back(host, referer).as_deref(), page, "{referer}");
        }
    }
}
