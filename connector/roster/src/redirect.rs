//! Following a redirect: a host hands one over like any other response, and an export behind an address often moves.

use crate::limits::MAX_REDIRECTS;
use http::Uri;
use rollcall_kit::{Context, Fault, Request, Response};

/// Statuses by which a server says that a file is elsewhere. Source: RFC 9110, section 15.4.
const ELSEWHERE: [u16; 5] = [301, 302, 303, 307, 308];

/// Send a GET, and send it again where it is redirected to. Beyond [`MAX_REDIRECTS`], and where an address makes no sense,
/// the redirect itself is the response. What authorises goes to no other origin.
///
/// # Errors
/// When no response came back; where an origin is not granted, the host says which.
pub(crate) async fn get(context: &Context, mut request: Request) -> Result<Response, Fault> {
    for _ in 0..MAX_REDIRECTS {
        let response = context.http(request.clone()).await?;
        let Some(target) = target(&request.url, &response) else { return Ok(response) };
        if !is_same_origin(&request.url, &target) {
            request.headers.retain(|(name, _)| !name.eq_ignore_ascii_case("authorization"));
        }
        request.url = target;
    }
    context.http(request).await
}

/// Where a response sends its reader, as an absolute address.
fn target(from: &str, response: &Response) -> Option<String> {
    if !ELSEWHERE.contains(&response.status) {
        return None;
    }
    let (_, location) = response.headers.iter().find(|(name, _)| name == "location")?;
    let (scheme, rest) = from.split_once("://")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let location = location.split('#').next().unwrap_or_default();
    let target = if location.starts_with("https://") || location.starts_with("http://") {
        location.to_owned()
    } else if location.starts_with("//") {
        format!("{scheme}:{location}")
    } else if location.starts_with('/') {
        format!("{scheme}://{authority}{location}")
    } else {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let slash = if folder.is_empty() { "" } else { "/" };
        format!("{scheme}://{authority}/{folder}{slash}{location}")
    };
    target.parse::<Uri>().ok().filter(|uri| uri.authority().is_some()).map(|_| target)
}

fn is_same_origin(one: &str, other: &str) -> bool {
    let origin = |url: &str| {
        let uri = url.parse::<Uri>().ok()?;
        Some((uri.scheme_str()?.to_owned(), uri.authority()?.as_str().to_ascii_lowercase()))
    };
    origin(one).is_some_and(|one| origin(other) == Some(one))
}

#[cfg(test)]
mod tests {
    use super::{is_same_origin, target};
    use rollcall_kit::{Body, Response};

    fn led_to(status: u16, location: &str) -> Option<String> {
        let headers = vec![("location".to_owned(), location.to_owned())];
        target("https://hr.example/a/b.csv?key=1", &Response { status, headers, body: Body::empty() })
    }

    #[test]
    fn every_form_of_a_location_leads_to_an_absolute_address() {
        for (location, expected) in [
            ("https://cdn.example/x?y=1#z", "https://cdn.example/x?y=1"),
            ("//cdn.example/x", "https://cdn.example/x"),
            ("/c.csv?v=2", "https://hr.example/c.csv?v=2"),
            ("c.csv", "https://hr.example/a/c.csv"),
        ] {
            assert_eq!(led_to(302, location).as_deref(), Some(expected), "{location}");
        }
    }

    #[test]
    fn what_is_not_a_redirect_or_leads_nowhere_leads_nowhere() {
        assert_eq!((led_to(200, "/x"), led_to(304, "/x"), led_to(301, "https://")), (None, None, None));
    }

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        assert!(is_same_origin("https://a.example/x", "https://A.example/y"));
        for other in ["http://a.example/x", "https://a.example:8443/x", "https://b.example/x"] {
            assert!(!is_same_origin("https://a.example/x", other), "{other}");
        }
    }
}
