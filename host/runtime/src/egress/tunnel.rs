//! Asks a proxy for a connection to an origin, and tells what it does instead.
//!
//! The name goes to the proxy as it is, so that the proxy resolves it. Not here: reaching the proxy, and TLS (`dial`).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{HOST, LOCATION, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;
use tokio_socks::tcp::Socks5Stream;
use url::Url;

use super::cause::Cause;
use super::challenge::Challenge;
use super::dial::{Stream, target};
use super::tap::{First, Tap};
use super::trouble::{Spoken, Trouble, Unwelcome};
use super::{Credentials, Proxy};
use crate::grant::Origin;

/// Ask a proxy of HTTP.
///
/// Source: RFC 9110, section 9.3.6.
pub(super) async fn tunnel(
    proxy: &Proxy,
    stream: Stream,
    origin: &Origin,
    patience: Duration,
) -> Result<Stream, Trouble> {
    let (stream, first) = Tap::on(stream);
    let answered = timeout(patience, ask_for_tunnel(proxy, Box::new(stream), origin)).await;
    let response = match answered {
        Ok(Ok(response)) => response,
        Ok(Err(_unreadable)) => return Err(unreadable(&first, |spoken| Trouble::NotHttp { spoken })),
        Err(_late) => return Err(Trouble::Silent { target: target(origin), waited: patience }),
    };
    if response.status().is_success() {
        let upgraded = hyper::upgrade::on(response).await.map_err(|_broken| Trouble::Closes)?;
        return Ok(Box::new(TokioIo::new(upgraded)));
    }
    Err(of_status(response.status(), response.headers(), proxy, origin))
}

async fn ask_for_tunnel(
    proxy: &Proxy,
    stream: Stream,
    origin: &Origin,
) -> Result<http::Response<Incoming>, Box<dyn std::error::Error + Send + Sync>> {
    let authority = target(origin);
    let mut request = http::Request::builder()
        .method(Method::CONNECT)
        .uri(&authority)
        .header(HOST, &authority)
        .body(Empty::<Bytes>::new())?;
    if let Some(value) = proxy_authorization(proxy) {
        request.headers_mut().insert(PROXY_AUTHORIZATION, value);
    }
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection.with_upgrades());
    Ok(sender.send_request(request).await?)
}

/// The value of `Proxy-Authorization` for a proxy of HTTP, if it wants one.
pub(super) fn proxy_authorization(proxy: &Proxy) -> Option<HeaderValue> {
    let Credentials { user, password } = proxy.credentials.as_ref()?;
    let encoded = STANDARD.encode(format!("{user}:{password}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// What a proxy means that answers a CONNECT like this.
fn of_status(status: StatusCode, headers: &HeaderMap, proxy: &Proxy, origin: &Origin) -> Trouble {
    match status {
        StatusCode::PROXY_AUTHENTICATION_REQUIRED | StatusCode::UNAUTHORIZED => {
            of_login(status, headers, proxy)
        }
        StatusCode::BAD_REQUEST
        | StatusCode::NOT_FOUND
        | StatusCode::METHOD_NOT_ALLOWED
        | StatusCode::NOT_IMPLEMENTED => Trouble::NoTunnels { status },
        // What a proxy says of the target, or of its own way there. Source: RFC 9110, sections 15.6.3 to 15.6.5.
        StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT => {
            Trouble::CannotReach { target: target(origin), cause: Cause::answered(status) }
        }
        status if status.is_redirection() => Trouble::Redirects { to: redirected_to(headers) },
        status => Trouble::Forbidden { target: target(origin), cause: Cause::answered(status) },
    }
}

/// What a proxy means that asks for a login.
pub(super) fn of_login(status: StatusCode, headers: &HeaderMap, proxy: &Proxy) -> Trouble {
    // Tinyproxy answers a wrong password with 401. Nobody but the proxy can answer a CONNECT.
    let is_bare_401 = status == StatusCode::UNAUTHORIZED && !headers.contains_key(PROXY_AUTHENTICATE);
    let challenge = if is_bare_401 { Challenge::Basic } else { Challenge::of(headers) };
    Trouble::Login(Unwelcome::of(challenge, proxy.credentials.is_some()))
}

/// The origin alone: what is behind it may name whoever asked.
fn redirected_to(headers: &HeaderMap) -> Option<String> {
    let location = Url::parse(headers.get(LOCATION)?.to_str().ok()?).ok()?;
    Origin::of(&location).map(|origin| origin.to_string())
}

/// Nothing came that can be understood.
fn unreadable(first: &First, otherwise: impl FnOnce(Spoken) -> Trouble) -> Trouble {
    let first = first.bytes();
    if first.is_empty() { Trouble::Closes } else { otherwise(Spoken::of(&first)) }
}

/// Ask a proxy of SOCKS5.
///
/// Source: RFC 1928.
pub(super) async fn socks5(
    proxy: &Proxy,
    stream: Stream,
    origin: &Origin,
    patience: Duration,
) -> Result<Stream, Trouble> {
    let (stream, first) = Tap::on(stream);
    let host = origin.bare_host();
    let asked_for = (host.as_str(), origin.port());
    let negotiated = timeout(patience, async {
        match &proxy.credentials {
            None => Socks5Stream::connect_with_socket(stream, asked_for).await,
            Some(Credentials { user, password }) => {
                Socks5Stream::connect_with_password_and_socket(stream, asked_for, user, password).await
            }
        }
    });
    match negotiated.await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(of_socks5(&error, &first, proxy, origin)),
        Err(_late) => Err(Trouble::Silent { target: target(origin), waited: patience }),
    }
}

fn of_socks5(error: &tokio_socks::Error, first: &First, proxy: &Proxy, origin: &Origin) -> Trouble {
    use tokio_socks::Error as Socks;
    let forbidden = |cause: Cause| Trouble::Forbidden { target: target(origin), cause };
    let cannot_reach = |cause: Cause| Trouble::CannotReach { target: target(origin), cause };
    match error {
        Socks::PasswordAuthFailure(_) => Trouble::Login(Unwelcome::WrongPassword),
        Socks::AuthorizationRequired => Trouble::Login(Unwelcome::NoPassword),
        Socks::NoAcceptableAuthMethods if proxy.credentials.is_none() => {
            Trouble::Login(Unwelcome::NoPassword)
        }
        Socks::NoAcceptableAuthMethods | Socks::UnknownAuthMethod => {
            Trouble::Login(Unwelcome::OtherScheme { offered: Vec::new() })
        }
        Socks::InvalidAuthValues(_) => forbidden(Cause::new(
            "SOCKS5 knows names and passwords of 1 to 255 bytes only",
            "SOCKS5 的用户名和密码长度只能是 1 到 255 字节",
        )),
        Socks::ConnectionNotAllowedByRuleset => {
            forbidden(Cause::new("its rules do not allow it", "其规则不允许"))
        }
        Socks::CommandNotSupported => {
            forbidden(Cause::new("it knows no command CONNECT", "它不支持 CONNECT 命令"))
        }
        Socks::AddressTypeNotSupported => forbidden(Cause::new(
            "it takes no names, and names are what it must resolve",
            "它不接受域名，而域名必须由它解析",
        )),
        Socks::NetworkUnreachable => {
            cannot_reach(Cause::new("the network cannot be reached from there", "从那里无法到达该网络"))
        }
        Socks::HostUnreachable => {
            cannot_reach(Cause::new("the host cannot be reached from there", "从那里无法到达该主机"))
        }
        Socks::ConnectionRefused => {
            cannot_reach(Cause::new("the connection was refused there", "对方拒绝了连接"))
        }
        Socks::TtlExpired => cannot_reach(Cause::new("the way there is too long", "路由跳数超限")),
        Socks::GeneralSocksServerFailure => {
            cannot_reach(Cause::new("it failed and does not say why", "它失败了，没有说明原因"))
        }
        Socks::Io(_) if first.bytes().first() == Some(&SOCKS5) => Trouble::Closes,
        Socks::Io(_)
        | Socks::ParseError(_)
        | Socks::InvalidTargetAddress(_)
        | Socks::ProxyServerUnreachable
        | Socks::InvalidResponseVersion
        | Socks::UnknownError
        | Socks::InvalidReservedByte
        | Socks::UnknownAddressType
        | Socks::IdentdAuthFailure
        | Socks::InvalidUserIdAuthFailure => unreadable(first, |spoken| Trouble::NotSocks5 { spoken }),
    }
}

/// The first byte of whatever a proxy of SOCKS5 says first.
const SOCKS5: u8 = 5;
