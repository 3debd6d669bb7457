//! Opens connections: to the origin, or to the proxy and through it to the origin, then TLS.
//!
//! Each step fails with its own error, because "proxy down", "password wrong" and "certificate unknown" are three
//! different people's work. Every error here means that nothing of a request was sent. There is no way from "the proxy
//! failed" to "then directly". Not here: pooling and HTTP (`client`).

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{HOST, PROXY_AUTHORIZATION};
use http::{HeaderValue, Method, StatusCode, Uri};
use http_body_util::Empty;
use hyper::rt::ReadBufCursor;
use hyper_util::client::legacy::connect::{Connected, Connection as Connects};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_socks::tcp::Socks5Stream;
use tower_service::Service;
use url::Url;

use super::cause::Cause;
use super::{Credentials, Egress, InvalidCa, Proxy, ProxyScheme, tls};
use crate::grant::Origin;
use crate::limits::CONNECT_TIMEOUT;

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DialError {
    #[error("proxy {proxy} cannot be reached: {cause}")]
    ProxyUnreachable { proxy: String, cause: Cause },
    #[error("proxy {proxy} refuses this name and password")]
    ProxyAuthFailed { proxy: String },
    #[error("proxy {proxy} refuses a connection to {target}: {cause}")]
    ProxyRefused { proxy: String, target: String, cause: Cause, refusal: Refusal },
    #[error("host name {host:?} cannot be resolved: {cause}")]
    NameNotFound { host: String, cause: Cause },
    #[error("{target} cannot be reached: {cause}")]
    ConnectFailed { target: String, cause: Cause },
    #[error("tls with {target} failed: {cause}")]
    TlsFailed { target: String, cause: Cause, trust: Trust },
}

/// What a failure of TLS is about, where that changes what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// The certificate is signed by nobody we trust.
    UnknownIssuer,
    /// The server shows the certificate of an authority instead of one of its own.
    AuthorityItself,
    /// The certificate has expired, is for another name, or is wrong in another way.
    Unfit,
    /// TLS failed otherwise.
    Otherwise,
}

/// What a proxy that does not connect means by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It will not.
    Meant,
    /// It cannot reach the target, or broke off: later may be better.
    Upstream,
}

/// Opens connections for one source.
#[derive(Clone)]
pub(crate) struct Dialer {
    proxy: Option<Arc<Proxy>>,
    tls: Arc<ClientConfig>,
}

impl Dialer {
    pub(crate) fn new(egress: &Egress) -> Result<Self, InvalidCa> {
        let tls = tls::config(egress.ca_pem.as_deref())?;
        Ok(Self { proxy: egress.proxy.clone().map(Arc::new), tls })
    }

    pub(crate) fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_deref()
    }

    /// Open a connection on which a request to this origin can be written.
    pub(crate) async fn dial(&self, origin: &Origin) -> Result<Connection, DialError> {
        // Without TLS there is no tunnel: the proxy reads the request and forwards it.
        if let Some(proxy) = self.forwarding_proxy(origin) {
            let stream = self.reach_proxy(proxy).await?;
            return Ok(Connection { io: TokioIo::new(stream), is_forwarded: true });
        }
        let stream = self.dial_through(origin).await?;
        Ok(Connection { io: TokioIo::new(stream), is_forwarded: false })
    }

    /// Open a connection at whose other end the origin itself is, whatever is spoken on it.
    pub(super) async fn dial_through(&self, origin: &Origin) -> Result<Stream, DialError> {
        let stream = match &self.proxy {
            None => direct(origin).await?,
            Some(proxy) => match proxy.scheme {
                ProxyScheme::Socks5 => socks5(proxy, origin).await?,
                ProxyScheme::Http | ProxyScheme::Https => {
                    tunnel(proxy, self.reach_proxy(proxy).await?, origin).await?
                }
            },
        };
        if origin.is_https() { self.encrypt(stream, origin).await } else { Ok(stream) }
    }

    /// The proxy that itself reads requests to this origin, because there is no tunnel.
    pub(super) fn forwarding_proxy(&self, origin: &Origin) -> Option<&Proxy> {
        self.proxy().filter(|proxy| !origin.is_https() && proxy.scheme != ProxyScheme::Socks5)
    }

    /// Whether the proxy itself answers, with TLS where it speaks it.
    pub(crate) async fn probe_proxy(&self) -> Result<(), DialError> {
        let Some(proxy) = &self.proxy else { return Ok(()) };
        self.reach_proxy(proxy).await.map(drop)
    }

    async fn reach_proxy(&self, proxy: &Proxy) -> Result<Stream, DialError> {
        let unreachable = |cause: Cause| DialError::ProxyUnreachable { proxy: proxy.to_string(), cause };
        let stream = connect(&proxy.host, proxy.port).await.map_err(|error| unreachable(error.cause()))?;
        match proxy.scheme {
            ProxyScheme::Http | ProxyScheme::Socks5 => Ok(stream),
            ProxyScheme::Https => handshake(&self.tls, stream, &proxy.host)
                .await
                .map_err(|error| unreachable(tls_cause(&error).0)),
        }
    }

    async fn encrypt(&self, stream: Stream, origin: &Origin) -> Result<Stream, DialError> {
        handshake(&self.tls, stream, &origin.bare_host()).await.map_err(|error| {
            let (cause, trust) = tls_cause(&error);
            DialError::TlsFailed { target: target(origin), cause, trust }
        })
    }
}

impl Service<Uri> for Dialer {
    type Response = Connection;
    type Error = DialError;
    type Future = Pin<Box<dyn Future<Output = Result<Connection, DialError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), DialError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, uri: Uri) -> Self::Future {
        let dialer = self.clone();
        Box::pin(async move {
            let text = uri.to_string();
            let origin = Url::parse(&text).ok().and_then(|url| Origin::of(&url));
            let origin = origin.ok_or_else(|| DialError::NameNotFound {
                host: uri.host().unwrap_or_default().to_owned(),
                cause: Cause::new("it is not a host name", "它不是主机名"),
            })?;
            dialer.dial(&origin).await
        })
    }
}

/// The value of `Proxy-Authorization` for a proxy of HTTP, if it wants one.
pub(crate) fn proxy_authorization(proxy: &Proxy) -> Option<HeaderValue> {
    let Credentials { user, password } = proxy.credentials.as_ref()?;
    let encoded = STANDARD.encode(format!("{user}:{password}"));
    let mut value = HeaderValue::try_from(format!("Basic {encoded}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// A connection that the HTTP client writes to.
pub(crate) struct Connection {
    io: TokioIo<Stream>,
    is_forwarded: bool,
}

impl Connection {
    /// Whether it ends at a proxy that reads requests and forwards them.
    pub(crate) fn is_forwarded(&self) -> bool {
        self.is_forwarded
    }
}

impl Connects for Connection {
    fn connected(&self) -> Connected {
        // Tells the client to write the whole URL into the request line, as a forwarding proxy needs it.
        Connected::new().proxy(self.is_forwarded)
    }
}

impl hyper::rt::Read for Connection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(cx, buf)
    }
}

impl hyper::rt::Write for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

/// What bytes go over, whatever is below it.
pub(super) type Stream = Box<dyn Io>;

pub(super) trait Io: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Io for T {}

async fn direct(origin: &Origin) -> Result<Stream, DialError> {
    connect(&origin.bare_host(), origin.port()).await.map_err(|error| match error {
        ConnectError::Name(cause) => DialError::NameNotFound { host: origin.bare_host(), cause },
        ConnectError::Connect(cause) => DialError::ConnectFailed { target: target(origin), cause },
    })
}

/// RFC 9110, section 9.3.6. The name goes to the proxy as it is, so that the proxy resolves it.
async fn tunnel(proxy: &Proxy, stream: Stream, origin: &Origin) -> Result<Stream, DialError> {
    let broke_off = |cause: Cause| refused(proxy, origin, cause, Refusal::Upstream);
    let answer = within(async { ask_for_tunnel(proxy, stream, origin).await.map_err(io::Error::other) });
    let response = answer.await.map_err(|error| broke_off(Cause::of_step(&error)))?;
    match response.status() {
        status if status.is_success() => {
            let upgraded = hyper::upgrade::on(response)
                .await
                .map_err(|error| broke_off(Cause::untranslated(error.to_string())))?;
            Ok(Box::new(TokioIo::new(upgraded)))
        }
        // Tinyproxy answers a wrong password with 401. Nobody but the proxy can answer a CONNECT.
        StatusCode::PROXY_AUTHENTICATION_REQUIRED | StatusCode::UNAUTHORIZED => {
            Err(DialError::ProxyAuthFailed { proxy: proxy.to_string() })
        }
        // What a proxy says of the target, or of its own way there. Source: RFC 9110, sections 15.6.3 to 15.6.5.
        status
        @ (StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT) => {
            Err(broke_off(Cause::answered(status)))
        }
        status => Err(refused(proxy, origin, Cause::answered(status), Refusal::Meant)),
    }
}

async fn ask_for_tunnel(
    proxy: &Proxy,
    stream: Stream,
    origin: &Origin,
) -> Result<http::Response<hyper::body::Incoming>, Box<dyn std::error::Error + Send + Sync>> {
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

/// RFC 1928. The name goes to the proxy as it is, so that the proxy resolves it.
async fn socks5(proxy: &Proxy, origin: &Origin) -> Result<Stream, DialError> {
    let unreachable = |cause: Cause| DialError::ProxyUnreachable { proxy: proxy.to_string(), cause };
    let stream = connect(&proxy.host, proxy.port).await.map_err(|error| unreachable(error.cause()))?;
    let host = origin.bare_host();
    let target = (host.as_str(), origin.port());
    let negotiated = timeout(CONNECT_TIMEOUT, async {
        match &proxy.credentials {
            None => Socks5Stream::connect_with_socket(stream, target).await,
            Some(Credentials { user, password }) => {
                Socks5Stream::connect_with_password_and_socket(stream, target, user, password).await
            }
        }
    });
    match negotiated.await {
        Ok(Ok(stream)) => Ok(Box::new(stream)),
        Ok(Err(error)) => Err(socks5_error(proxy, origin, &error)),
        Err(_) => Err(refused(proxy, origin, Cause::no_answer(CONNECT_TIMEOUT), Refusal::Upstream)),
    }
}

fn socks5_error(proxy: &Proxy, origin: &Origin, error: &tokio_socks::Error) -> DialError {
    use tokio_socks::Error as Socks;
    if matches!(
        error,
        Socks::PasswordAuthFailure(_)
            | Socks::NoAcceptableAuthMethods
            | Socks::UnknownAuthMethod
            | Socks::AuthorizationRequired
            | Socks::InvalidAuthValues(_)
    ) {
        DialError::ProxyAuthFailed { proxy: proxy.to_string() }
    } else {
        let is_meant = matches!(
            error,
            Socks::ConnectionNotAllowedByRuleset
                | Socks::CommandNotSupported
                | Socks::AddressTypeNotSupported
        );
        let refusal = if is_meant { Refusal::Meant } else { Refusal::Upstream };
        refused(proxy, origin, Cause::untranslated(error.to_string()), refusal)
    }
}

fn refused(proxy: &Proxy, origin: &Origin, cause: Cause, refusal: Refusal) -> DialError {
    DialError::ProxyRefused { proxy: proxy.to_string(), target: target(origin), cause, refusal }
}

enum ConnectError {
    Name(Cause),
    Connect(Cause),
}

impl ConnectError {
    fn cause(&self) -> Cause {
        match self {
            Self::Name(cause) => cause.while_resolving(),
            Self::Connect(cause) => cause.clone(),
        }
    }
}

/// Resolve and connect; the first address that answers.
async fn connect(host: &str, port: u16) -> Result<Stream, ConnectError> {
    let lookup = timeout(CONNECT_TIMEOUT, tokio::net::lookup_host((host, port)));
    let addresses: Vec<_> = match lookup.await {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(error)) => return Err(ConnectError::Name(Cause::of_resolving(&error))),
        Err(_) => return Err(ConnectError::Name(Cause::no_answer(CONNECT_TIMEOUT))),
    };
    let mut last = ConnectError::Name(Cause::no_address());
    for address in &addresses {
        // Several addresses share the time, so that a dead first one leaves some for the second.
        let share = CONNECT_TIMEOUT / u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        let connected = timeout(share, TcpStream::connect(address)).await;
        match connected.map(|stream| stream.and_then(|stream| stream.set_nodelay(true).map(|()| stream))) {
            Ok(Ok(stream)) => return Ok(Box::new(stream)),
            Ok(Err(error)) => last = ConnectError::Connect(Cause::of_connecting(&error)),
            Err(_) => last = ConnectError::Connect(Cause::no_answer(share)),
        }
    }
    Err(last)
}

async fn handshake(tls: &Arc<ClientConfig>, stream: Stream, host: &str) -> io::Result<Stream> {
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let stream = within(TlsConnector::from(Arc::clone(tls)).connect(name, stream)).await?;
    Ok(Box::new(stream))
}

async fn within<T>(step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(CONNECT_TIMEOUT, step)
        .await
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, Overdue)))
}

/// The time of a step was over, which is told apart from a timeout that the operating system reports.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {} s", CONNECT_TIMEOUT.as_secs())]
struct Overdue;

impl Cause {
    /// Why a step on an open connection failed.
    fn of_step(error: &io::Error) -> Self {
        match error.get_ref() {
            Some(inner) if inner.is::<Overdue>() => Self::no_answer(CONNECT_TIMEOUT),
            Some(_) => Self::untranslated(describe(error)),
            None => Self::of_connecting(error),
        }
    }
}

/// "host:port" with the brackets of an IPv6 address.
fn target(origin: &Origin) -> String {
    format!("{}:{}", origin.host(), origin.port())
}

/// An error with its causes, because hyper's and rustls' own sentence says little.
fn describe(error: &io::Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

/// The reason in plain words, where it is about the certificate.
fn tls_cause(error: &io::Error) -> (Cause, Trust) {
    use rustls::CertificateError as Certificate;
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(Certificate::UnknownIssuer)) => (
            Cause::new("its certificate is signed by an unknown authority", "其证书由未知的机构签发"),
            Trust::UnknownIssuer,
        ),
        Some(rustls::Error::InvalidCertificate(
            Certificate::Expired | Certificate::ExpiredContext { .. },
        )) => (Cause::new("its certificate has expired", "其证书已过期"), Trust::Unfit),
        Some(rustls::Error::InvalidCertificate(
            Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
        )) => (Cause::new("its certificate is for another name", "其证书属于另一个名称"), Trust::Unfit),
        // The variant belongs to webpki, which rustls keeps to itself.
        Some(other) if other.to_string().contains("CaUsedAsEndEntity") => (
            Cause::new(
                "it shows the certificate of an authority instead of one of its own",
                "它出示的是证书颁发机构的证书，而不是自己的证书",
            ),
            Trust::AuthorityItself,
        ),
        Some(rustls::Error::InvalidCertificate(_)) => (Cause::of_step(error), Trust::Unfit),
        Some(_) | None => (Cause::of_step(error), Trust::Otherwise),
    }
}
