//! Opens connections: to the origin, or to the proxy and through it to the origin, then TLS.
//!
//! Each step fails with its own error, because "proxy down", "password wrong" and "certificate unknown" are three
//! different people's work. Every error here means that nothing of a request was sent. There is no way from "the proxy
//! failed" to "then directly". A name is resolved once, and what is dialled is one of the addresses that were judged then, so
//! that no second answer leads elsewhere. Not here: which addresses are in reach (`reach`), what is said to a proxy
//! (`tunnel`), pooling and HTTP (`client`).

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use hyper::rt::ReadBufCursor;
use hyper_util::client::legacy::connect::{Connected, Connection as Connects};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tower_service::Service;
use url::Url;

use super::cause::Cause;
use super::login::Login;
use super::reach::{self, NotAllowed, Reach};
use super::resolver::{LookedAt, Resolver, System};
use super::tap::Tap;
use super::trouble::{Spoken, Trouble};
use super::tunnel::{socks5, tunnel};
use super::{Egress, InvalidCa, Proxy, ProxyScheme, tls};
use crate::grant::Origin;
use crate::limits::{CONNECT_TIMEOUT, PROXIED_NAME_TIMEOUT};

/// Why there is no connection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum DialError {
    #[error("proxy {proxy} cannot be reached: {cause}")]
    ProxyUnreachable { proxy: String, cause: Cause },
    #[error("proxy {proxy} {trouble}")]
    Proxy { proxy: String, trouble: Trouble },
    #[error("host name {host:?} cannot be resolved: {cause}")]
    NameNotFound { host: String, cause: Cause },
    #[error("{target} cannot be reached: {cause}")]
    ConnectFailed { target: String, cause: Cause },
    #[error("tls with {target} failed: {cause}")]
    TlsFailed { target: String, cause: Cause, trust: Trust },
    /// The host is out of reach; nothing was dialled.
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// Something else than TLS came; through this proxy, if there is one.
    #[error("{}", not_tls(target, proxy.as_deref()))]
    NotTls { target: String, proxy: Option<String> },
}

fn not_tls(target: &str, proxy: Option<&str>) -> String {
    match proxy {
        None => format!("{target} does not speak TLS"),
        Some(proxy) => {
            format!(
                "proxy {proxy} says that it connects to {target}, and what answers there does not speak TLS"
            )
        }
    }
}

impl DialError {
    /// What is wrong with the proxy itself.
    pub(crate) fn trouble(&self) -> Option<&Trouble> {
        match self {
            Self::Proxy { trouble, .. } => Some(trouble),
            Self::ProxyUnreachable { .. }
            | Self::NameNotFound { .. }
            | Self::ConnectFailed { .. }
            | Self::TlsFailed { .. }
            | Self::NotAllowed(_)
            | Self::NotTls { .. } => None,
        }
    }

    /// Whether the proxy did its part.
    pub(crate) fn is_past_proxy(&self) -> bool {
        matches!(self, Self::TlsFailed { .. } | Self::NotTls { .. })
            || matches!(self.trouble(), Some(Trouble::CannotReach { .. }))
    }
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

/// Opens connections for one source.
#[derive(Clone)]
pub(crate) struct Dialer {
    proxy: Option<Arc<Proxy>>,
    /// What the proxy made of the name and the password so far.
    login: Arc<Login>,
    tls: Arc<ClientConfig>,
    reach: Reach,
    resolver: Arc<dyn Resolver>,
    /// The names that the proxy may be asked for.
    looked_at: Arc<LookedAt>,
    /// Time for each step.
    patience: Duration,
}

impl Dialer {
    pub(crate) fn new(egress: &Egress, reach: Reach) -> Result<Self, InvalidCa> {
        let tls = tls::config(egress.ca_pem.as_deref())?;
        let proxy = egress.proxy.clone().map(Arc::new);
        let (login, resolver, looked_at) = (Arc::default(), Arc::new(System), Arc::default());
        Ok(Self { proxy, login, tls, reach, resolver, looked_at, patience: CONNECT_TIMEOUT })
    }

    /// The same with somebody else who knows the addresses of names.
    #[cfg(test)]
    pub(super) fn with_resolver(self, resolver: Arc<dyn Resolver>) -> Self {
        Self { resolver, ..self }
    }

    /// The same with another time for each step.
    #[cfg(test)]
    pub(super) fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What the proxy made of the name and the password so far.
    pub(crate) fn login(&self) -> &Login {
        &self.login
    }

    pub(crate) fn proxy(&self) -> Option<&Proxy> {
        self.proxy.as_deref()
    }

    /// Open a connection on which a request to this origin can be written.
    pub(crate) async fn dial(&self, origin: &Origin) -> Result<Connection, DialError> {
        // Without TLS there is no tunnel: the proxy reads the request and forwards it.
        if let Some(proxy) = self.forwarding_proxy(origin) {
            self.login.refused().map_or(Ok(()), Err)?;
            self.look_at(origin).await?;
            let stream = self.reach_proxy(proxy).await?;
            return Ok(Connection { io: TokioIo::new(stream), is_forwarded: true });
        }
        let stream = self.dial_through(origin).await?;
        Ok(Connection { io: TokioIo::new(stream), is_forwarded: false })
    }

    /// Open a connection at whose other end the origin itself is, whatever is spoken on it.
    pub(super) async fn dial_through(&self, origin: &Origin) -> Result<Stream, DialError> {
        let stream = match &self.proxy {
            None => self.direct(origin).await?,
            Some(proxy) => {
                self.look_at(origin).await?;
                let passing = self.past_proxy(proxy, origin);
                if proxy.credentials.is_none() { passing.await? } else { self.login.attempt(passing).await? }
            }
        };
        if origin.is_https() { self.encrypt(stream, origin).await } else { Ok(stream) }
    }

    async fn direct(&self, origin: &Origin) -> Result<Stream, DialError> {
        self.reach.admits(origin)?;
        let host = origin.bare_host();
        let found = self.resolve(&host, origin.port()).await;
        let found = found.map_err(|cause| DialError::NameNotFound { host: host.clone(), cause })?;
        let connected = connect(&self.reach.sift(&host, found)?, self.patience).await;
        connected.map_err(|cause| DialError::ConnectFailed { target: target(origin), cause })
    }

    /// Look at a host that a proxy will resolve and dial, as well as one can from here. What nobody here knows is the proxy's affair.
    async fn look_at(&self, origin: &Origin) -> Result<(), DialError> {
        self.reach.admits(origin)?;
        let Some(name) = origin.domain().filter(|name| !self.looked_at.has(name)) else { return Ok(()) };
        let found = timeout(PROXIED_NAME_TIMEOUT, self.resolver.resolve(name, origin.port())).await;
        if let Ok(Ok(found)) = found {
            self.reach.admits_all(name, &found)?;
        }
        self.looked_at.note(name);
        Ok(())
    }

    async fn past_proxy(&self, proxy: &Proxy, origin: &Origin) -> Result<Stream, DialError> {
        let stream = self.reach_proxy(proxy).await?;
        let asked = match proxy.scheme {
            ProxyScheme::Socks5 => socks5(proxy, stream, origin, self.patience).await,
            ProxyScheme::Http | ProxyScheme::Https => tunnel(proxy, stream, origin, self.patience).await,
        };
        asked.map_err(|trouble| DialError::Proxy { proxy: proxy.to_string(), trouble })
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
        let found = self.resolve(&proxy.host, proxy.port).await;
        let found = found.map_err(|cause| unreachable(cause.while_resolving()))?;
        let stream = connect(&reach::sift_proxy(&proxy.host, found)?, self.patience).await;
        let stream = stream.map_err(unreachable)?;
        match proxy.scheme {
            ProxyScheme::Http | ProxyScheme::Socks5 => Ok(stream),
            ProxyScheme::Https => self.handshake(stream, &proxy.host).await.map_err(|failed| match failed {
                HandshakeError::NotTls(spoken) => {
                    DialError::Proxy { proxy: proxy.to_string(), trouble: Trouble::NotTls { spoken } }
                }
                HandshakeError::Tls(cause, _) => unreachable(cause),
            }),
        }
    }

    /// The addresses of a host, one at least.
    async fn resolve(&self, host: &str, port: u16) -> Result<Vec<SocketAddr>, Cause> {
        match timeout(self.patience, self.resolver.resolve(host, port)).await {
            Ok(Ok(found)) if found.is_empty() => Err(Cause::no_address()),
            Ok(Ok(found)) => Ok(found),
            Ok(Err(error)) => Err(Cause::of_resolving(&error)),
            Err(_) => Err(Cause::no_answer(self.patience)),
        }
    }

    async fn encrypt(&self, stream: Stream, origin: &Origin) -> Result<Stream, DialError> {
        self.handshake(stream, &origin.bare_host()).await.map_err(|failed| match failed {
            HandshakeError::NotTls(_) => {
                DialError::NotTls { target: target(origin), proxy: self.proxy().map(ToString::to_string) }
            }
            HandshakeError::Tls(cause, trust) => {
                DialError::TlsFailed { target: target(origin), cause, trust }
            }
        })
    }

    async fn handshake(&self, stream: Stream, host: &str) -> Result<Stream, HandshakeError> {
        let (stream, first) = Tap::on(stream);
        let shaken = async {
            let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
            TlsConnector::from(Arc::clone(&self.tls)).connect(name, stream).await
        };
        match within(self.patience, shaken).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) if is_not_tls(&error) => Err(HandshakeError::NotTls(Spoken::of(&first.bytes()))),
            Err(error) => {
                let (cause, trust) = tls_cause(&error);
                Err(HandshakeError::Tls(cause, trust))
            }
        }
    }
}

/// Why there is no TLS on a connection.
enum HandshakeError {
    /// What came is something else.
    NotTls(Spoken),
    Tls(Cause, Trust),
}

/// Whether the other side does not speak TLS at all.
fn is_not_tls(error: &io::Error) -> bool {
    use rustls::InvalidMessage as Message;
    let error = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    matches!(
        error,
        Some(rustls::Error::InvalidMessage(
            Message::InvalidContentType | Message::UnknownProtocolVersion | Message::MessageTooLarge
        ))
    )
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

/// Connect to the first of these addresses that answers.
async fn connect(addresses: &[SocketAddr], patience: Duration) -> Result<Stream, Cause> {
    let mut last = Cause::no_address();
    for address in addresses {
        // Several addresses share the time, so that a dead first one leaves some for the second.
        let share = patience / u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        let connected = timeout(share, TcpStream::connect(address)).await;
        match connected.map(|stream| stream.and_then(|stream| stream.set_nodelay(true).map(|()| stream))) {
            Ok(Ok(stream)) => return Ok(Box::new(stream)),
            Ok(Err(error)) => last = Cause::of_connecting(&error),
            Err(_) => last = Cause::no_answer(share),
        }
    }
    Err(last)
}

async fn within<T>(patience: Duration, step: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(patience, step)
        .await
        .unwrap_or_else(|_| Err(io::Error::new(io::ErrorKind::TimedOut, Overdue(patience))))
}

/// The time of a step was over, which is told apart from a timeout that the operating system reports.
#[derive(Debug, thiserror::Error)]
#[error("no answer within {} s", .0.as_secs())]
struct Overdue(Duration);

impl Cause {
    /// Why a step on an open connection failed.
    fn of_step(error: &io::Error) -> Self {
        match error.get_ref() {
            Some(inner) => match inner.downcast_ref::<Overdue>() {
                Some(Overdue(patience)) => Self::no_answer(*patience),
                None => Self::untranslated(describe(error)),
            },
            None => Self::of_connecting(error),
        }
    }
}

/// "host:port" with the brackets of an IPv6 address.
pub(super) fn target(origin: &Origin) -> String {
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
