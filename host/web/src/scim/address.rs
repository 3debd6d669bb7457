//! Which address of the service is meant: whoever enters one into a form of another program's may end it with a slash, double
//! one, leave the version out, or write a name in letters of the other case. All that is told stands at one address.
//!
//! Not here: what is answered there, and that there is nothing.

use std::borrow::Cow;

use axum::extract::Request;
use percent_encoding::percent_decode_str;

use super::locations::PATH;
use crate::paths::with_path;

/// What the path of every address of the service begins with.
const SERVICE: &str = "scim";

/// The version that is spoken. Source: RFC 7644, section 3.13.
const VERSION: &str = "v2";

/// What may follow a base, as it is written here.
const ENDPOINTS: [&str; 8] =
    ["Users", "Groups", "ServiceProviderConfig", "ResourceTypes", "Schemas", "Bulk", "Me", SEARCH];

/// What may follow the endpoint of resources beside their ids.
const SEARCH: &str = ".search";

/// What stands before the name of a source, whose base is below that.
const SOURCES: &str = "sources";

/// The request to the address that was meant.
pub(crate) async fn meant(mut request: Request) -> Request {
    let plain = plain(request.uri().path()).and_then(|path| with_path(request.uri(), &path));
    if let Some(plain) = plain {
        *request.uri_mut() = plain;
    }
    request
}

/// Whether an address is one of this service, however it is written.
pub(crate) fn is_of_service(path: &str) -> bool {
    segments(path).next().is_some_and(is_first)
}

/// Whether a path that begins with this segment is of this service. A slash may be hidden in it, as in `scim%2Fv2`; then it leads
/// nowhere, and not to a page.
fn is_first(segment: &str) -> bool {
    let decoded = decoded(segment);
    decoded.split('/').find(|part| !part.is_empty()).is_some_and(|part| part.eq_ignore_ascii_case(SERVICE))
}

/// A path as it is written here; none where it is, and for whatever is not of this service.
fn plain(path: &str) -> Option<String> {
    let mut rest: Vec<&str> = segments(path).collect();
    let first = rest.first().filter(|first| is_first(first))?;
    if is_called(first, SERVICE) {
        rest.remove(0);
    }
    let base = match rest.first().and_then(|first| version(first)) {
        Some(Version::Spoken) => {
            rest.remove(0);
            PATH
        }
        // Left where it is refused.
        Some(Version::Other) => "/scim",
        None => PATH,
    };
    let endpoint = if rest.first().is_some_and(|first| is_called(first, SOURCES)) { 2 } else { 0 };
    let plain = rest.iter().enumerate().fold(base.to_owned(), |path, (at, segment)| {
        let names: &[&'static str] = match at.checked_sub(endpoint) {
            Some(0) => &ENDPOINTS,
            Some(1) => &[SEARCH],
            None if at == 0 => &[SOURCES],
            Some(_) | None => &[],
        };
        format!("{path}/{}", named(segment, names))
    });
    (plain != path).then_some(plain)
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !segment.is_empty())
}

/// A segment as it is written here, if it is one of these names.
fn named<'a>(segment: &'a str, names: &[&'a str]) -> &'a str {
    names.iter().copied().find(|name| is_called(segment, name)).unwrap_or(segment)
}

fn is_called(segment: &str, name: &str) -> bool {
    decoded(segment).eq_ignore_ascii_case(name)
}

fn decoded(segment: &str) -> Cow<'_, str> {
    percent_decode_str(segment).decode_utf8_lossy()
}

/// What a segment says of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Spoken,
    Other,
}

/// Source: RFC 7644, section 3.13: a version is a `v` and a number.
fn version(segment: &str) -> Option<Version> {
    let segment = decoded(segment).to_ascii_lowercase();
    let number =
        segment.strip_prefix('v').filter(|number| number.starts_with(|c: char| c.is_ascii_digit()))?;
    let is_number = number.chars().all(|c| c.is_ascii_digit() || c == '.');
    let spoken = segment == VERSION || segment.strip_prefix(VERSION) == Some(".0");
    is_number.then_some(if spoken { Version::Spoken } else { Version::Other })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(written: &str, meant: &str) {
        assert_eq!(plain(written).as_deref().unwrap_or(written), meant, "{written}");
    }

    #[test]
    fn an_address_is_the_same_with_needless_slashes_and_without_the_version() {
        for written in ["/scim/v2", "/scim/v2/", "/scim", "/scim/", "//scim//v2//", "/SCIM/V2", "/scim/v2.0"]
        {
            check(written, "/scim/v2");
        }
        for written in [
            "/scim/v2/Users",
            "/scim/v2/Users/",
            "/scim/v2//Users",
            "//scim/v2/Users",
            "/scim/Users",
            "/Scim/v2/users",
            "/scim/v2.0/USERS",
            "/%73cim/v2/%55sers",
        ] {
            check(written, "/scim/v2/Users");
        }
    }

    #[test]
    fn what_names_nothing_of_the_service_stays_as_it_is_written() {
        check("/scim/v2/Users/hq.enM/", "/scim/v2/Users/hq.enM");
        check("/scim/v2/users/HQ.enM", "/scim/v2/Users/HQ.enM");
        check("/scim/v2/schemas/urn:ietf:X", "/scim/v2/Schemas/urn:ietf:X");
        check("/scim/Nonsense/", "/scim/v2/Nonsense");
        check("/scim/v2/Users/hq%2EenM", "/scim/v2/Users/hq%2EenM");
        check("/scim/v2/Users/.SEARCH", "/scim/v2/Users/.search");
        check("/scim/vault", "/scim/v2/vault");
        check("/scim/Users/users", "/scim/v2/Users/users");
        check("/scim/Sources/users/users/", "/scim/v2/sources/users/Users");
    }

    #[test]
    fn another_version_is_not_taken_for_the_one_that_is_spoken() {
        for version in ["v1", "v1.1", "v3", "V20", "v2.1"] {
            check(&format!("//scim/{version}/users/"), &format!("/scim/{version}/users"));
        }
    }

    #[test]
    fn an_address_with_a_slash_that_is_hidden_is_of_the_service_and_leads_nowhere() {
        check("/scim%2fv2/Users", "/scim/v2/scim%2fv2/Users");
        check("/%2FSCIM%2Fv2", "/scim/v2/%2FSCIM%2Fv2");
        check("/scim%2f", "/scim/v2/scim%2f");
    }

    #[test]
    fn what_is_of_no_scim_is_not_touched() {
        for path in [
            "/",
            "//history//",
            "/scimx/v2/Users/",
            "/api/scim/",
            "/v2/Users/",
            "/scimx%2fv2",
            "/x%2fscim",
            "*",
        ] {
            assert_eq!((plain(path), is_of_service(path)), (None, false), "{path}");
        }
    }
}
