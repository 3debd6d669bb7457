//! Which of two media types a client would rather have (RFC 9110, section 12.5.1): SCIM's own, or JSON by its general name.

use axum::http::HeaderMap;
use axum::http::header::ACCEPT;

use super::reply::{MEDIA_TYPE, PLAIN_JSON};

/// Whether a client takes JSON rather than SCIM's own media type, which it gets otherwise, whatever it accepts. Source: RFC 7644,
/// section 8.1: a client may ask for it.
pub(super) fn wants_plain_json(headers: &HeaderMap) -> bool {
    let texts: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let ranges: Vec<Range<'_>> = texts.iter().flat_map(|text| text.split(',')).map(Range::read).collect();
    weight(&ranges, MEDIA_TYPE) < weight(&ranges, PLAIN_JSON)
}

/// Media types that a client takes, and how gladly.
#[derive(Clone, Copy, Debug)]
struct Range<'a> {
    kinds: &'a str,
    /// From 0, which is not at all, to 1.
    weight: f32,
}

impl<'a> Range<'a> {
    /// A weight that cannot be read is as if it were not there.
    fn read(text: &'a str) -> Self {
        let mut parts = text.split(';').map(str::trim);
        let kinds = parts.next().unwrap_or_default();
        let given = parts
            .filter_map(|part| part.split_once('='))
            .find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
        let weight = given.and_then(|(_, weight)| weight.trim().parse().ok());
        Self { kinds, weight: weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(1.0) }
    }
}

/// How gladly this media type is taken: as the range says that fits it most closely; not at all, if none does.
fn weight(ranges: &[Range<'_>], media_type: &str) -> f32 {
    let of = |kinds: &str| ranges.iter().find(|range| range.kinds.eq_ignore_ascii_case(kinds));
    let fitting = [media_type, "application/*", "*/*"].into_iter().find_map(of);
    fitting.map_or(0.0, |range| range.weight)
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn plain_json_is_for_a_client_that_would_rather_have_it() {
        for (accept, is_plain) in [
            ("application/json", true),
            ("Application/JSON; charset=utf-8, text/plain", true),
            ("application/json, application/scim+json", false),
            ("application/json, text/plain, */*", false),
            ("application/scim+json;q=0.5, application/json", true),
            ("application/scim+json, application/json;q=0.9", false),
            ("application/json;q=0.2, application/scim+json ; Q=0.1", true),
            ("application/json, application/scim+json;q=0", true),
            ("application/json;q=0", false),
            ("application/json;q=0, */*;q=0.1", false),
            ("application/json, */*;q=0.5", true),
            ("application/*;q=0.5, application/scim+json;q=0.4", true),
            ("application/*;q=0.5, */*;q=0.9, application/json;q=0.6", true),
            ("text/html, *; q=.2, */*; q=.2", false),
            ("application/json;q=.2, */*;q=.1", true),
            ("application/json;q=much, application/scim+json;q=0.9", true),
            ("application/json;q=7, application/scim+json;q=NaN", false),
            ("application/*;q=0, */*", false),
            ("text/html", false),
            (",;,", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            assert_eq!(wants_plain_json(&headers), is_plain, "{accept}");
        }
        assert!(!wants_plain_json(&HeaderMap::new()));
    }

    #[test]
    fn a_header_that_comes_in_several_lines_is_one() {
        let mut headers = HeaderMap::new();
        headers.append(ACCEPT, HeaderValue::from_static("application/json;q=0.5"));
        headers.append(ACCEPT, HeaderValue::from_static("application/scim+json;q=0.4"));
        assert!(wants_plain_json(&headers));
    }
}
