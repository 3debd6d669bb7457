//! Which login a proxy asks for: the schemes of `Proxy-Authenticate`.

use http::HeaderMap;
use http::header::PROXY_AUTHENTICATE;

use crate::limits::{MAX_CHALLENGES, MAX_SCHEME_BYTES};

/// What a proxy asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    /// A name and a password, be it beside others.
    Basic,
    /// These schemes, and not name and password.
    Others(Vec<String>),
    /// It names none.
    Unnamed,
}

impl Challenge {
    /// From the headers of a 407.
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let mut schemes: Vec<String> = Vec::new();
        for value in headers.get_all(PROXY_AUTHENTICATE) {
            let value = String::from_utf8_lossy(value.as_bytes());
            let named = outside_quotes(&value).into_iter().filter_map(scheme);
            schemes.extend(named.map(str::to_owned));
        }
        if schemes.iter().any(|scheme| scheme.eq_ignore_ascii_case("basic")) {
            return Self::Basic;
        }
        schemes.dedup();
        schemes.truncate(MAX_CHALLENGES);
        if schemes.is_empty() { Self::Unnamed } else { Self::Others(schemes) }
    }
}

/// The parts between commas that stand in no quotes.
fn outside_quotes(value: &str) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    value
        .split(move |character: char| {
            let was_escaped = is_escaped;
            is_escaped = is_quoted && !was_escaped && character == '\\';
            if character == '"' && !was_escaped {
                is_quoted = !is_quoted;
            }
            character == ',' && !is_quoted
        })
        .collect()
}

/// The scheme that this part begins with; none if it is another parameter of the scheme before it.
///
/// Source: RFC 9110, section 11.3.
fn scheme(part: &str) -> Option<&str> {
    let part = part.trim();
    let (word, behind) = part.split_once(char::is_whitespace).unwrap_or((part, ""));
    let is_token = word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte));
    let is_parameter = behind.trim_start().starts_with('=');
    (is_token && !is_parameter && (1..=MAX_SCHEME_BYTES).contains(&word.len())).then_some(word)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[track_caller]
    fn check(values: &[&'static str], expected: &Challenge) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(PROXY_AUTHENTICATE, HeaderValue::from_static(value));
        }
        assert_eq!(&Challenge::of(&headers), expected, "{values:?}");
    }

    fn others(schemes: &[&str]) -> Challenge {
        Challenge::Others(schemes.iter().map(|scheme| (*scheme).to_owned()).collect())
    }

    #[test]
    fn name_and_password_will_do_wherever_they_are_offered() {
        for values in [
            &["Basic realm=\"a\""][..],
            &["basic"],
            &["Negotiate", "NTLM", "BASIC realm=\"x, y\", charset=\"UTF-8\""],
            &["Digest realm=\"r\", nonce=\"n\", qop=\"auth\", Basic realm=\"r\""],
        ] {
            check(values, &Challenge::Basic);
        }
    }

    #[test]
    fn other_schemes_are_named_without_their_parameters() {
        check(&["Negotiate", "NTLM"], &others(&["Negotiate", "NTLM"]));
        check(&["Negotiate, NTLM TlRMTVNTUAAB"], &others(&["Negotiate", "NTLM"]));
        check(&["Digest realm=\"Basic, of \\\", Basic\", nonce = \"n\", qop=auth"], &others(&["Digest"]));
    }

    #[test]
    fn a_challenge_that_names_nothing_is_no_scheme() {
        for values in [&[][..], &[""], &[" , "], &["realm=\"Basic\""], &["<script>"]] {
            check(values, &Challenge::Unnamed);
        }
    }
}
