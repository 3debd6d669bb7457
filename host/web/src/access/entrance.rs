//! What is found out about every request before anybody is known: from where it comes, by which name, and how its reader
//! likes to read; and what every answer says to the browser.
//!
//! Not here: who asks (`gate`).

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use rollcall_host::model::Diagnosis;
use rollcall_words::Language;
use url::Host;

use super::cookies::Cookie;
use crate::listener::{Arrival, ClientAddress, client};
use crate::problem::Problem;
use crate::public_url::PublicUrl;
use crate::services::Services;
use crate::visitor::{Preferences, Theme};

/// What every answer says to a browser, unless it says it in its own way: take nothing from elsewhere, be shown in no other
/// page, guess no media type, keep nothing. There is no Strict-Transport-Security: it would bind every other service of the
/// host too, which is for whoever runs the host to decide.
const HEADERS: [(HeaderName, &str); 7] = [
    (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (header::CACHE_CONTROL, "no-store"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];

/// Stands around everything.
pub(crate) async fn enter(State(services): State<Services>, mut request: Request, next: Next) -> Response {
    let arrival = request.extensions().get::<Arrival>().copied();
    let client = match arrival {
        Some(arrival) => client(arrival, &services.options().trusted_proxies, request.headers()),
        None => ClientAddress::default(),
    };
    let reader = reader(request.headers(), client.is_secure);
    request.extensions_mut().insert(client);
    request.extensions_mut().insert(reader);
    let mut response = next.run(request).await;
    let unauthorized = response.status() == StatusCode::UNAUTHORIZED;
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    if unauthorized {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"rollcall\""));
    }
    response
}

/// Refuse a request whose host is a name that the console does not have. Whoever makes a name of theirs point here could
/// otherwise have a browser read pages as if they were their own (DNS rebinding). An address is nobody's name.
pub(crate) fn known_host(services: &Services, request: &Request) -> Result<(), Problem> {
    let named = request.uri().authority().map(ToString::to_string).or_else(|| {
        let text = request.headers().get(header::HOST)?.to_str().ok()?;
        Some(text.to_owned())
    });
    let named = named.unwrap_or_default();
    if is_known(&named, &services.options().public_url) {
        return Ok(());
    }
    let diagnosis = Diagnosis::new("host-unknown", format!("the console is not known by the name {named:?}"))
        .with_remedy(
            "open it by its address, or start the program with --public-url and the URL that people use",
        )
        .in_chinese(
            format!("控制台不认识主机名 {named:?}"),
            "请用 IP 地址访问，或在启动程序时用 --public-url 指定访问网址",
        );
    Err(Problem::new(StatusCode::MISDIRECTED_REQUEST, diagnosis))
}

fn is_known(named: &str, public_url: &PublicUrl) -> bool {
    let host = match named.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        Some(_) | None => named,
    };
    match Host::parse(host) {
        Ok(Host::Ipv4(_) | Host::Ipv6(_)) => true,
        Ok(Host::Domain(name)) => name == "localhost" || public_url.host() == name,
        Err(_) => false,
    }
}

fn reader(headers: &HeaderMap, is_secure: bool) -> Preferences {
    let chosen = Cookie::Language.read(headers, is_secure).and_then(|tag| tag.parse().ok());
    let accepted = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    let language = chosen.unwrap_or_else(|| Language::of_header(accepted().unwrap_or_default()));
    let theme = Cookie::Theme.read(headers, is_secure).and_then(Theme::named).unwrap_or_default();
    Preferences { language, theme }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, HeaderValue::from_static(value));
        }
        headers
    }

    #[test]
    fn a_name_that_somebody_else_can_make_point_here_is_not_known() {
        let public_url: PublicUrl = "https://rollcall.example.com:8443".parse().unwrap();
        for (named, known) in [
            ("rollcall.example.com:8443", true),
            ("ROLLCALL.example.com", true),
            ("localhost:8630", true),
            ("127.0.0.1:8630", true),
            ("[::1]:8630", true),
            ("[::1]", true),
            ("10.0.0.7", true),
            ("evil.example.com", false),
            ("evil.rollcall.example.com", false),
            ("localhost.evil.example.com", false),
            ("127.0.0.1.evil.example.com", false),
            ("rollcall.example.com@evil.example.com", false),
            ("", false),
        ] {
            assert_eq!(is_known(named, &public_url), known, "{named}");
        }
    }

    #[test]
    fn what_a_reader_chose_goes_before_what_the_browser_asks_for() {
        let asked = ("accept-language", "zh-CN,zh;q=0.9");
        let chosen =
            reader(&headers(&[asked, ("cookie", "rollcall-language=en; rollcall-theme=dark")]), false);
        assert_eq!(chosen, Preferences { language: Language::English, theme: Theme::Dark });
        let asked = reader(&headers(&[asked, ("cookie", "rollcall-language=xx")]), false);
        assert_eq!(asked, Preferences { language: Language::Chinese, theme: Theme::System });
    }
}
