//! Servers and proxies of a few lines each, on loopback, that remember what they were asked.

mod peer;
mod websocket;

use std::io::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};

use flate2::Compression;
use flate2::write::GzEncoder;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

pub(super) use self::peer::{Peer, Then};
use crate::egress::Proxy;

struct Authority {
    pem: String,
    server: Arc<ServerConfig>,
}

static AUTHORITY: LazyLock<Authority> = LazyLock::new(|| {
    let mut params = CertificateParams::new([]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let names = ["127.0.0.1", "directory.test"].map(str::to_owned);
    let certificate = CertificateParams::new(names).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    server.alpn_protocols = [b"h2".as_slice(), b"http/1.1"].map(<[u8]>::to_vec).to_vec();
    Authority { pem: issuer.pem(), server: Arc::new(server) }
});

/// The certificate that signs all servers of the lab, in PEM form.
pub(super) fn authority() -> String {
    AUTHORITY.pem.clone()
}

#[derive(Default)]
struct Seen {
    n_connections: usize,
    requests: Vec<String>,
}

/// A server that gives one answer to each request.
pub(super) struct Server {
    scheme: &'static str,
    port: u16,
    seen: Arc<Mutex<Seen>>,
    task: JoinHandle<()>,
}

impl Server {
    /// With TLS, the same answer to everything; no answer and the end of the connection if it is empty.
    pub(super) async fn tls(answer: Vec<u8>) -> Self {
        Self::start("https", Some(Arc::new(move |_: &str| answer.clone()))).await
    }

    /// With TLS, a WebSocket that does what it is told.
    pub(super) async fn websocket() -> Self {
        Self::start("wss", None).await
    }

    /// The same without TLS.
    pub(super) async fn plain_websocket() -> Self {
        Self::start("ws", None).await
    }

    /// Without TLS, the same answer to everything.
    pub(super) async fn plain(answer: Vec<u8>) -> Self {
        Self::start("http", Some(Arc::new(move |_: &str| answer.clone()))).await
    }

    /// With TLS, and never an answer.
    pub(super) async fn silent() -> Self {
        Self::start("https", None).await
    }

    async fn start(scheme: &'static str, answer: Option<Arc<Answer>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let of_task = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                of_task.lock().unwrap().n_connections += 1;
                tokio::spawn(serve(scheme, stream, answer.clone(), Arc::clone(&of_task)));
            }
        });
        Self { scheme, port, seen, task }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("{}://127.0.0.1:{}{path}", self.scheme, self.port)
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn n_connections(&self) -> usize {
        self.seen.lock().unwrap().n_connections
    }

    /// The heads of all requests.
    pub(super) fn requests(&self) -> Vec<String> {
        self.seen.lock().unwrap().requests.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

type Answer = dyn Fn(&str) -> Vec<u8> + Send + Sync;

async fn serve(scheme: &str, stream: TcpStream, answer: Option<Arc<Answer>>, seen: Arc<Mutex<Seen>>) {
    match scheme {
        "http" => return exchange(stream, answer, &seen).await,
        "ws" => return websocket::talk(stream, &seen).await,
        _ => {}
    }
    // A client that does not trust us ends here.
    if let Ok(stream) = TlsAcceptor::from(Arc::clone(&AUTHORITY.server)).accept(stream).await {
        // Only a client that names what it speaks hears that it is not HTTP/2.
        assert_eq!(stream.get_ref().1.alpn_protocol(), Some(b"http/1.1".as_slice()));
        match scheme {
            "wss" => websocket::talk(stream, &seen).await,
            _ => exchange(stream, answer, &seen).await,
        }
    }
}

async fn exchange(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    answer: Option<Arc<Answer>>,
    seen: &Mutex<Seen>,
) {
    while let Some(head) = head(&mut stream).await {
        let length = head.to_ascii_lowercase();
        let length = length
            .split_once("content-length: ")
            .map_or(0, |(_, rest)| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
        stream.read_exact(&mut vec![0; length]).await.unwrap();
        let path = head.split(' ').nth(1).unwrap().to_owned();
        seen.lock().unwrap().requests.push(head);
        let Some(answer) = &answer else { return std::future::pending().await };
        let answer = answer(&path);
        // The client may have hung up over the size of it.
        let written = stream.write_all(&answer).await.and(stream.flush().await);
        let stays_open = answer.windows(18).any(|window| window == b"Connection: stay\r\n");
        if written.is_err() || !stays_open {
            let _closed = stream.shutdown().await;
            return;
        }
    }
}

/// The bytes up to and including the empty line; none if the connection ends before.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    Some(String::from_utf8(head).unwrap())
}

/// A whole response whose connection stays open.
pub(super) fn answer(status_and_headers: &str, body: &str) -> Vec<u8> {
    answer_bytes(status_and_headers, body.as_bytes())
}

/// The same for any bytes.
pub(super) fn answer_bytes(status_and_headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!(
        "HTTP/1.1 {status_and_headers}\r\nConnection: stay\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

/// A whole response whose connection is then closed.
pub(super) fn answer_and_close(status_and_headers: &str, body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 {status_and_headers}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

pub(super) fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

/// A port of loopback where nobody listens.
pub(super) async fn closed_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port()
}

/// Whom a proxy lets through.
#[derive(Clone, Copy)]
pub(super) enum Proxying {
    Open,
    Password(&'static str, &'static str),
    Refuse(&'static str),
}

/// A proxy that leads to one server, whatever the target.
pub(super) struct ProxyServer {
    scheme: &'static str,
    port: u16,
    targets: Arc<Mutex<Vec<String>>>,
    n_connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl ProxyServer {
    pub(super) fn address(&self) -> Proxy {
        format!("{}://127.0.0.1:{}", self.scheme, self.port).parse().unwrap()
    }

    /// The targets it was asked for and let through.
    pub(super) fn targets(&self) -> Vec<String> {
        self.targets.lock().unwrap().clone()
    }

    pub(super) fn n_connections(&self) -> usize {
        self.n_connections.load(Ordering::Relaxed)
    }

    /// Stop listening.
    pub(super) async fn stop(mut self) {
        self.task.abort();
        let _aborted = (&mut self.task).await;
    }

    async fn start(scheme: &'static str, server: &Server, proxying: Proxying) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let targets = Arc::default();
        let (of_task, to) = (Arc::clone(&targets), server.port());
        let n_connections = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&n_connections);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(proxy(scheme, stream, proxying, to, Arc::clone(&of_task)));
            }
        });
        Self { scheme, port, targets, n_connections, task }
    }
}

impl Drop for ProxyServer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

pub(super) async fn connect_proxy(server: &Server, proxying: Proxying) -> ProxyServer {
    ProxyServer::start("http", server, proxying).await
}

pub(super) async fn tls_connect_proxy(server: &Server, proxying: Proxying) -> ProxyServer {
    ProxyServer::start("https", server, proxying).await
}

pub(super) async fn socks5_proxy(server: &Server, proxying: Proxying) -> ProxyServer {
    ProxyServer::start("socks5", server, proxying).await
}

type Targets = Arc<Mutex<Vec<String>>>;

async fn proxy(scheme: &str, stream: TcpStream, proxying: Proxying, to: u16, targets: Targets) {
    match scheme {
        "http" => connect(stream, proxying, to, &targets).await,
        "https" => {
            let stream = TlsAcceptor::from(Arc::clone(&AUTHORITY.server)).accept(stream).await.unwrap();
            connect(stream, proxying, to, &targets).await;
        }
        _ => socks5(stream, proxying, to, &targets).await,
    }
}

async fn connect(
    mut stream: impl AsyncRead + AsyncWrite + Unpin,
    proxying: Proxying,
    to: u16,
    targets: &Targets,
) {
    let Some(head) = head(&mut stream).await else { return };
    let refusal = match proxying {
        Proxying::Open => None,
        Proxying::Refuse(status) => Some(status),
        // "me:s3cret"
        Proxying::Password(..) if head.contains("proxy-authorization: Basic bWU6czNjcmV0\r\n") => None,
        Proxying::Password(..) => {
            Some("407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"lab\"")
        }
    };
    if let Some(status) = refusal {
        stream.write_all(&answer_and_close(status, "")).await.unwrap();
        return;
    }
    targets.lock().unwrap().push(head.split(' ').nth(1).unwrap().to_owned());
    stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await.unwrap();
    relay(stream, to).await;
}

/// RFC 1928 and 1929, for a client that offers what it should.
async fn socks5(mut stream: TcpStream, proxying: Proxying, to: u16, targets: &Targets) {
    let n_methods = read(&mut stream, 2).await[1];
    read(&mut stream, n_methods.into()).await;
    if let Proxying::Password(user, password) = proxying {
        stream.write_all(&[5, 2]).await.unwrap();
        let n_user = read(&mut stream, 2).await[1];
        let given_user = read(&mut stream, n_user.into()).await;
        let n_password = read(&mut stream, 1).await[0];
        let given_password = read(&mut stream, n_password.into()).await;
        let is_right = given_user == user.as_bytes() && given_password == password.as_bytes();
        stream.write_all(&[1, u8::from(!is_right)]).await.unwrap();
        if !is_right {
            return;
        }
    } else {
        stream.write_all(&[5, 0]).await.unwrap();
    }
    let n_name = read(&mut stream, 5).await[4];
    let name = String::from_utf8(read(&mut stream, n_name.into()).await).unwrap();
    let port = read(&mut stream, 2).await;
    targets.lock().unwrap().push(format!("{name}:{}", u16::from_be_bytes([port[0], port[1]])));
    stream.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
    relay(stream, to).await;
}

async fn read(stream: &mut TcpStream, n: usize) -> Vec<u8> {
    let mut bytes = vec![0; n];
    stream.read_exact(&mut bytes).await.unwrap();
    bytes
}

async fn relay(mut stream: impl AsyncRead + AsyncWrite + Unpin, to: u16) {
    let mut server = TcpStream::connect(("127.0.0.1", to)).await.unwrap();
    // Either side may hang up.
    let _ended = copy_bidirectional(&mut stream, &mut server).await;
}
