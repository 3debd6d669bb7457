//! A forward proxy as companies run one: CONNECT, and plain `http://` requests, with or without a password.
//!
//! It reaches loopback addresses and the hosts of its map, nothing else: a test must not leave the machine.

mod head;

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use self::head::{Head, Target};
use super::{ANY_LOOPBACK_PORT, Shared};
use crate::request::PeerAddress;

/// Hosts that lead to the simulator, whatever the port.
const DINGTALK_HOSTS: [&str; 8] = [
    "oapi.dingtalk.com",
    "api.dingtalk.com",
    "wss-open-connection.dingtalk.com",
    "wss-open-connection-union.dingtalk.com",
    "oapi.dingtalk.io",
    "api.dingtalk.io",
    "wss-open-connection.dingtalk.io",
    "wss-open-connection-union.dingtalk.io",
];

/// A proxy to start. Its `Debug` form hides the password.
#[derive(Clone)]
pub struct ProxyOptions {
    /// Where it listens.
    pub listen: SocketAddr,
    /// User and password asked of every client; none = anybody may use it.
    pub credentials: Option<(String, String)>,
    /// Where hosts lead, by lower-case name. DingTalk's own lead to the simulator without being named here.
    pub hosts: BTreeMap<String, SocketAddr>,
    /// Address that its clients appear to have.
    pub egress: PeerAddress,
}

impl ProxyOptions {
    /// A proxy for anybody, on a free loopback port.
    #[must_use]
    pub fn open() -> Self {
        Self {
            listen: ANY_LOOPBACK_PORT,
            credentials: None,
            hosts: BTreeMap::new(),
            egress: PeerAddress::PROXIED,
        }
    }

    /// A proxy that wants to know who uses it.
    #[must_use]
    pub fn with_password(user: impl Into<String>, password: impl Into<String>) -> Self {
        Self { credentials: Some((user.into(), password.into())), ..Self::open() }
    }
}

impl fmt::Debug for ProxyOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProxyOptions")
            .field("listen", &self.listen)
            .field("user", &self.credentials.as_ref().map(|(user, _)| user))
            .field("hosts", &self.hosts)
            .field("egress", &self.egress)
            .finish_non_exhaustive()
    }
}

/// How a proxy behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProxyMode {
    /// As it should.
    #[default]
    Open,
    /// Answers 503 to everything; tunnels that are open stay.
    Refuse,
    /// Closes every connection, those that are open too, without a word.
    Close,
}

/// What a proxy has done.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProxyCounts {
    /// Connections accepted.
    pub connections: u64,
    /// Tunnels opened, by `host:port`.
    pub tunnels: BTreeMap<String, u64>,
    /// Plain requests passed on, by `host:port`.
    pub forwarded: BTreeMap<String, u64>,
    /// Requests answered 407.
    pub unauthenticated: u64,
    /// Requests refused for any other reason.
    pub refused: u64,
}

/// What the proxy and whoever watches it share.
#[derive(Debug, Default)]
pub(super) struct State {
    counts: Mutex<ProxyCounts>,
    mode: watch::Sender<ProxyMode>,
}

impl State {
    pub(super) fn counts(&self) -> ProxyCounts {
        self.locked().clone()
    }

    pub(super) fn set_mode(&self, mode: ProxyMode) {
        self.mode.send_replace(mode);
    }

    pub(super) fn mode(&self) -> ProxyMode {
        *self.mode.borrow()
    }

    fn count(&self, count: impl FnOnce(&mut ProxyCounts)) {
        count(&mut self.locked());
    }

    fn locked(&self) -> MutexGuard<'_, ProxyCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why a request is not passed on.
enum Refusal {
    NoPassword,
    Unavailable,
    Method,
    Forbidden,
    Unreachable,
    BadRequest,
}

/// Accepts connections for ever.
pub(super) async fn serve(
    listener: TcpListener,
    options: ProxyOptions,
    simulator: SocketAddr,
    shared: Arc<Shared>,
) {
    let options = Arc::new(options);
    loop {
        let Ok((client, _)) = listener.accept().await else { continue };
        tokio::spawn(serve_client(client, Arc::clone(&options), simulator, Arc::clone(&shared)));
    }
}

async fn serve_client(
    client: TcpStream,
    options: Arc<ProxyOptions>,
    simulator: SocketAddr,
    shared: Arc<Shared>,
) {
    let mut mode = shared.proxy.mode.subscribe();
    shared.proxy.count(|counts| add_one(&mut counts.connections));
    let connection = Connection { options: &options, simulator, shared: &shared };
    tokio::select! {
        // Whatever breaks a tunnel has been seen by the client; there is nobody else to tell.
        _ = connection.run(client) => {}
        _ = mode.wait_for(|mode| *mode == ProxyMode::Close) => {}
    }
}

struct Connection<'a> {
    options: &'a ProxyOptions,
    simulator: SocketAddr,
    shared: &'a Shared,
}

impl Connection<'_> {
    async fn run(&self, mut client: TcpStream) -> io::Result<()> {
        let Some(head) = head::read(&mut client).await? else { return Ok(()) };
        match self.open(&head).await {
            Ok((upstream, target)) => self.pass(client, upstream, &head, &target).await,
            Err(refusal) => {
                self.shared.proxy.count(|counts| match refusal {
                    Refusal::NoPassword => add_one(&mut counts.unauthenticated),
                    Refusal::Unavailable
                    | Refusal::Method
                    | Refusal::Forbidden
                    | Refusal::Unreachable
                    | Refusal::BadRequest => add_one(&mut counts.refused),
                });
                client.write_all(refusal.response().as_bytes()).await?;
                client.shutdown().await
            }
        }
    }

    async fn open(&self, head: &Head) -> Result<(TcpStream, Target), Refusal> {
        if self.shared.proxy.mode() != ProxyMode::Open {
            return Err(Refusal::Unavailable);
        }
        if !self.is_authenticated(head) {
            return Err(Refusal::NoPassword);
        }
        let target = head.target().map_err(|unfit| match unfit {
            head::Unfit::Method => Refusal::Method,
            head::Unfit::Malformed => Refusal::BadRequest,
        })?;
        let address = self.address(&target).ok_or(Refusal::Forbidden)?;
        let upstream = TcpStream::connect(address).await.map_err(|_| Refusal::Unreachable)?;
        Ok((upstream, target))
    }

    fn is_authenticated(&self, head: &Head) -> bool {
        let Some((user, password)) = &self.options.credentials else { return true };
        let expected = base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}"));
        let shown = head.header("proxy-authorization").and_then(|value| value.split_once(' '));
        shown.is_some_and(|(scheme, text)| scheme.eq_ignore_ascii_case("basic") && text.trim() == expected)
    }

    fn address(&self, target: &Target) -> Option<SocketAddr> {
        let host = target.host.to_ascii_lowercase();
        if let Some(address) = self.options.hosts.get(&host) {
            return Some(*address);
        }
        if DINGTALK_HOSTS.contains(&host.as_str()) {
            return Some(self.simulator);
        }
        if host == "localhost" {
            return Some(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), target.port));
        }
        let address: IpAddr = host.parse().ok()?;
        address.is_loopback().then(|| SocketAddr::new(address, target.port))
    }

    async fn pass(
        &self,
        mut client: TcpStream,
        mut upstream: TcpStream,
        head: &Head,
        target: &Target,
    ) -> io::Result<()> {
        let own = upstream.local_addr()?;
        let _registered = Registered::new(self.shared, own, self.options.egress);
        let name = format!("{}:{}", target.host, target.port);
        match &target.plain {
            None => {
                self.shared.proxy.count(|counts| add_one(counts.tunnels.entry(name).or_default()));
                client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").await?;
            }
            Some(rewritten) => {
                self.shared.proxy.count(|counts| add_one(counts.forwarded.entry(name).or_default()));
                upstream.write_all(rewritten.as_bytes()).await?;
            }
        }
        upstream.write_all(&head.rest).await?;
        for socket in [&client, &upstream] {
            socket.set_nodelay(true)?;
        }
        let ended = copy_bidirectional(&mut client, &mut upstream).await;
        if ended.as_ref().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionReset) {
            // A reset on one side is one on the other: closing a socket that lingers for no time sends it.
            client.set_zero_linger()?;
            upstream.set_zero_linger()?;
        }
        ended.map(|_| ())
    }
}

impl Refusal {
    fn response(&self) -> String {
        let (status, extra) = match self {
            Self::NoPassword => {
                ("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"simulator\"\r\n")
            }
            Self::Unavailable => ("503 Service Unavailable", ""),
            Self::Method => ("405 Method Not Allowed", "Allow: CONNECT\r\n"),
            Self::Forbidden => ("403 Forbidden", ""),
            Self::Unreachable => ("502 Bad Gateway", ""),
            Self::BadRequest => ("400 Bad Request", ""),
        };
        format!("HTTP/1.1 {status}\r\n{extra}Content-Length: 0\r\nConnection: close\r\n\r\n")
    }
}

/// Tells the simulator, for as long as it lives, who comes through one of the proxy's sockets.
struct Registered<'a> {
    shared: &'a Shared,
    socket: SocketAddr,
}

impl<'a> Registered<'a> {
    fn new(shared: &'a Shared, socket: SocketAddr, egress: PeerAddress) -> Self {
        shared.proxied().insert(socket, egress);
        Self { shared, socket }
    }
}

impl Drop for Registered<'_> {
    fn drop(&mut self) {
        self.shared.proxied().remove(&self.socket);
    }
}

fn add_one(count: &mut u64) {
    *count = count.saturating_add(1);
}
