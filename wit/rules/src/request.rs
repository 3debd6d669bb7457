//! What a request must be before a host looks whether it may leave. No value is repeated: each may be a token.
//!
//! Not here: grants, and what a host's own parser of URLs finds beyond this.

use crate::bounds::{MAX_REQUEST_BODY_BYTES, MAX_REQUEST_HEADERS, MAX_URL_BYTES};
use crate::refusal::Refusal;

/// Headers between two neighbours, not between connector and source.
///
/// Source: RFC 9110, section 7.6.1, and what proxies add.
pub const CONNECTION_HEADERS: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Headers that only a host sets, beside those about the connection.
const HOST_HEADERS: [&str; 4] = ["accept-encoding", "content-length", "expect", "host"];

const METHODS: [&str; 6] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"];

/// Check a request of this method and absolute URL, with these names and values of headers and a body of so many bytes.
///
/// # Errors
///
/// The first thing that is wrong with it.
pub fn check<'h>(
    method: &str,
    url: &str,
    headers: impl ExactSizeIterator<Item = (&'h str, &'h str)>,
    n_body_bytes: usize,
) -> Result<(), Refusal> {
    let checked = check_method(method)
        .and_then(|()| check_url(url))
        .and_then(|()| check_headers(headers))
        .and_then(|()| check_body(n_body_bytes));
    checked.map_err(|what| Refusal::of_request(&what))
}

/// Why no further request may begin.
#[must_use]
pub fn too_many(max: usize) -> Refusal {
    Refusal::of_request(&format!("more than {max} are outstanding"))
}

/// Why a request is not begun that is beyond those of one call.
#[must_use]
pub fn beyond_call(max: usize) -> Refusal {
    Refusal::of_request(&format!("it is beyond the {max} of one call"))
}

fn check_method(method: &str) -> Result<(), String> {
    if METHODS.contains(&method) {
        return Ok(());
    }
    Err("its method is none of GET, POST, PUT, PATCH, DELETE and HEAD".to_owned())
}

fn check_url(url: &str) -> Result<(), String> {
    if MAX_URL_BYTES < url.len() {
        return Err(format!("its url has {} bytes, more than {MAX_URL_BYTES}", url.len()));
    }
    let (scheme, rest) = url.split_once("://").ok_or("its url is not absolute")?;
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
    if !scheme.starts_with(|c: char| c.is_ascii_alphabetic()) || !scheme.chars().all(is_of_scheme) {
        return Err("its url is not absolute".to_owned());
    }
    check_authority(rest.split(['/', '\\', '?', '#']).next().unwrap_or_default())
}

fn check_authority(authority: &str) -> Result<(), String> {
    if authority.contains('@') {
        return Err("its url has a name or password, which belong in a header".to_owned());
    }
    // The address of an IPv6 host is in brackets, with colons of its own.
    let after_brackets = authority.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match authority.get(after_brackets..).and_then(|rest| rest.rfind(':')) {
        Some(at) => (authority.get(..after_brackets + at), authority.get(after_brackets + at + 1..)),
        None => (Some(authority), None),
    };
    if host.is_none_or(str::is_empty) {
        return Err("its url has no host".to_owned());
    }
    match port {
        None | Some("") => Ok(()),
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok() => Ok(()),
        Some(_) => Err("the port of its url is none".to_owned()),
    }
}

fn check_headers<'h>(mut headers: impl ExactSizeIterator<Item = (&'h str, &'h str)>) -> Result<(), String> {
    if MAX_REQUEST_HEADERS < headers.len() {
        return Err(format!("it has {} headers, more than {MAX_REQUEST_HEADERS}", headers.len()));
    }
    headers.try_for_each(|(name, value)| check_header(name, value))
}

fn check_header(name: &str, value: &str) -> Result<(), String> {
    // A token of RFC 9110, section 5.6.2.
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    if name.is_empty() || !name.bytes().all(is_of_name) {
        return Err("the name of a header is invalid".to_owned());
    }
    let name = name.to_ascii_lowercase();
    if CONNECTION_HEADERS.contains(&name.as_str()) || HOST_HEADERS.contains(&name.as_str()) {
        return Err(format!("header {name:?} is the host's own"));
    }
    if value.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
        return Err(format!("the value of header {name:?} is invalid"));
    }
    Ok(())
}

fn check_body(n_bytes: usize) -> Result<(), String> {
    if n_bytes <= MAX_REQUEST_BODY_BYTES {
        return Ok(());
    }
    Err(format!("its body has {n_bytes} bytes, more than {MAX_REQUEST_BODY_BYTES}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_one(url: &str, expected: Option<&str>) {
        assert_eq!(check_url(url).err().as_deref(), expected, "{url}");
    }

    #[test]
    fn a_url_has_a_scheme_and_a_host_and_names_nobody() {
        for url in ["https://a.example", "HTTP://a:8080/x?y=z@w", "https://[::1]:443/", "https://a:/"] {
            check_one(url, None);
        }
        for url in ["", "/path", "a.example/", "://a", "1s://a", "https:/a"] {
            check_one(url, Some("its url is not absolute"));
        }
        for url in ["https://", "https:///", "https://:443/", "https://?q"] {
            check_one(url, Some("its url has no host"));
        }
        for url in ["https://a:b/", "https://a:65536/", "https://[::1]:+1/"] {
            check_one(url, Some("the port of its url is none"));
        }
        let named = "its url has a name or password, which belong in a header";
        check_one("https://granted.example@elsewhere.example/", Some(named));
    }

    #[test]
    fn a_header_is_one_that_a_connector_may_set() {
        assert_eq!(check_header("User-Agent", "值\tof its own"), Ok(()));
        for (name, value) in
            [("", "v"), ("x y", "v"), ("x:", "v"), ("名", "v"), ("x", "a\r\nb: c"), ("x", "\u{7f}")]
        {
            assert!(check_header(name, value).is_err(), "{name:?}: {value:?}");
        }
        for name in CONNECTION_HEADERS.into_iter().chain(HOST_HEADERS) {
            assert_eq!(
                check_header(&name.to_uppercase(), "v"),
                Err(format!("header {name:?} is the host's own"))
            );
        }
    }
}
