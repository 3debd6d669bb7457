//! Cookies: which there are, and with which attributes they are set.
//!
//! Not here: what they prove.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::identity::known::KNOWN_BROWSER_MS;

/// The cookies of the console.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Cookie {
    /// Proves a session.
    Session,
    /// Goes with the forms of those who have no session yet.
    Form,
    /// Proves a browser that has logged in before.
    Browser,
    /// The reader's language.
    Language,
    /// The reader's theme.
    Theme,
}

/// How long a preference is kept: a year.
const PREFERENCE_S: i64 = 365 * 24 * 60 * 60;

impl Cookie {
    /// Its name. With TLS a browser takes the prefix `__Host-` from this host alone, so that no neighbour can plant one.
    const fn name(self, is_secure: bool) -> &'static str {
        match (self, is_secure) {
            (Self::Session, true) => "__Host-rollcall-session",
            (Self::Session, false) => "rollcall-session",
            (Self::Form, true) => "__Host-rollcall-form",
            (Self::Form, false) => "rollcall-form",
            (Self::Browser, true) => "__Host-rollcall-browser",
            (Self::Browser, false) => "rollcall-browser",
            (Self::Language, _) => "rollcall-language",
            (Self::Theme, _) => "rollcall-theme",
        }
    }

    /// How long the browser keeps it. Without one it goes when the browser ends.
    const fn max_age_s(self) -> Option<i64> {
        match self {
            Self::Session | Self::Form => None,
            Self::Browser => Some(KNOWN_BROWSER_MS / 1000),
            Self::Language | Self::Theme => Some(PREFERENCE_S),
        }
    }

    /// Its value, if the request has it.
    pub(crate) fn read(self, headers: &HeaderMap, is_secure: bool) -> Option<&str> {
        let texts = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
        let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        pairs.find(|(name, _)| *name == self.name(is_secure)).map(|(_, value)| value)
    }

    /// The header that sets it. None if the value cannot stand in a header, which no value of ours does.
    pub(crate) fn set(self, value: &str, is_secure: bool) -> Option<HeaderValue> {
        self.header(value, self.max_age_s(), is_secure)
    }

    /// The header that removes it.
    pub(crate) fn remove(self, is_secure: bool) -> Option<HeaderValue> {
        self.header("", Some(0), is_secure)
    }

    fn header(self, value: &str, max_age_s: Option<i64>, is_secure: bool) -> Option<HeaderValue> {
        let max_age = max_age_s.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
        let secure = if is_secure { "; Secure" } else { "" };
        let name = self.name(is_secure);
        HeaderValue::try_from(format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{max_age}{secure}")).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_script_and_no_other_site_can_use_a_session() {
        let set = |is_secure| Cookie::Session.set("abc", is_secure).unwrap().to_str().unwrap().to_owned();
        assert_eq!(set(false), "rollcall-session=abc; Path=/; HttpOnly; SameSite=Lax");
        assert_eq!(set(true), "__Host-rollcall-session=abc; Path=/; HttpOnly; SameSite=Lax; Secure");
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.append(header::COOKIE, HeaderValue::from_static("a=1; rollcall-theme=dark"));
        headers.append(header::COOKIE, HeaderValue::from_static("rollcall-session=x=y"));
        assert_eq!(Cookie::Theme.read(&headers, false), Some("dark"));
        assert_eq!(Cookie::Session.read(&headers, false), Some("x=y"));
        assert_eq!(Cookie::Session.read(&headers, true), None);
        assert_eq!(Cookie::Language.read(&headers, false), None);
    }
}
