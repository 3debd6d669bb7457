//! The socket: which addresses may be served, TLS, and connections, which it bounds and ends in good order.
//!
//! Deliberately not here: what is answered.

mod address;
mod tls;

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use rollcall_host::cancel::Cancel;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;

pub use address::{Network, NotANetwork, NotAPublicUrl, PublicUrl};
pub use tls::{Tls, TlsError};

/// Connections that are open at once.
///
/// 512. Why: a source keeps a handful; each costs some KiB and a file descriptor, of which a process has 1024 as a rule.
const MAX_CONNECTIONS: usize = 512;

/// How long a handshake and a request's head may take, and a connection may lie idle before its next one.
///
/// 30 s. Why: longer than a source waits between two deliveries of a burst; a client that only holds on is let go.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);

/// How long requests under way may take when the program ends.
///
/// 3 s. Why: a delivery is answered within 2.5 s, one way or the other.
const GRACE: Duration = Duration::from_secs(3);

/// How long to wait after a connection could not be accepted.
///
/// 100 ms. Why: it is the process's want of descriptors or memory as a rule, and trying at once makes it worse.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// From where a request came in. The listener puts it into each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// The other end of the connection: a browser, a source, a proxy.
    pub peer: IpAddr,
    /// Whether the connection itself is TLS.
    pub is_tls: bool,
}

/// How connections to the console are kept from being overheard.
#[derive(Clone, Debug, Default)]
pub struct Exposure {
    /// A certificate of its own.
    pub tls: Option<Tls>,
    /// Proxies in front of it. They have the certificate, and what they say of their clients is believed.
    pub trusted_proxies: Vec<Network>,
}

/// Why an address is not served.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Passwords and personal data would cross a network in the clear.
    #[error(
        "address {address} can be reached from other machines, and passwords and personal data would cross the network in the clear"
    )]
    InTheClear {
        /// The address.
        address: SocketAddr,
    },
    /// It is taken, or not this machine's.
    #[error("the address {address} cannot be served: {source}")]
    Unusable {
        /// The address.
        address: SocketAddr,
        /// Why not.
        source: io::Error,
    },
}

/// A bound socket.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    tls: Option<Tls>,
}

impl Listener {
    /// Take an address.
    ///
    /// # Errors
    ///
    /// When it is taken, or not this machine's, or not this machine's alone while nothing keeps it from being overheard.
    pub async fn bind(address: SocketAddr, exposure: &Exposure) -> Result<Self, BindError> {
        let is_kept = exposure.tls.is_some() || !exposure.trusted_proxies.is_empty();
        if !address.ip().to_canonical().is_loopback() && !is_kept {
            return Err(BindError::InTheClear { address });
        }
        let unusable = |source| BindError::Unusable { address, source };
        let socket = TcpListener::bind(address).await.map_err(unusable)?;
        let address = socket.local_addr().map_err(unusable)?;
        Ok(Self { socket, address, tls: exposure.tls.clone() })
    }

    /// The address, with the port that was found for port 0.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of the address, for those who can reach it as it is.
    #[must_use]
    pub fn url(&self) -> PublicUrl {
        PublicUrl::of(self.address, self.tls.is_some())
    }

    /// Serve until `end`, then let requests under way come to their end.
    pub async fn serve(self, routes: Router, end: Cancel) {
        let connections = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let tls = self.tls.as_ref().map(Tls::acceptor);
        loop {
            let accepted = tokio::select! {
                accepted = self.accept(&room) => accepted,
                () = end.cancelled() => break,
            };
            match accepted {
                Ok((stream, peer, permit)) => {
                    let (tls, routes, watcher) = (tls.clone(), routes.clone(), connections.watcher());
                    tokio::spawn(async move {
                        serve_one(stream, peer, tls, routes, watcher).await;
                        drop(permit);
                    });
                }
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    sleep(ACCEPT_PAUSE).await;
                }
            }
        }
        if timeout(GRACE, connections.shutdown()).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    }

    /// The next connection, once there is room for it.
    async fn accept(
        &self,
        room: &Arc<Semaphore>,
    ) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
        let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, peer) = self.socket.accept().await?;
        stream.set_nodelay(true)?;
        Ok((stream, peer, permit))
    }
}

async fn serve_one(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    routes: Router,
    watcher: Watcher,
) {
    let arrival = Arrival { peer: peer.ip().to_canonical(), is_tls: tls.is_some() };
    let routes = routes.layer(Extension(arrival));
    match tls {
        None => answer(stream, routes, watcher).await,
        Some(tls) => match timeout(HEAD_TIMEOUT, tls.accept(stream)).await {
            Ok(Ok(stream)) => answer(stream, routes, watcher).await,
            // A client that speaks no TLS, or does not like the certificate, is its own affair.
            Ok(Err(error)) => tracing::debug!(%error, "a handshake failed"),
            Err(_) => tracing::debug!("a handshake took too long"),
        },
    }
}

async fn answer(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    routes: Router,
    watcher: Watcher,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    // A client that broke off is its own affair.
    if let Err(error) = watcher.watch(connection).await {
        tracing::debug!(%error, "a connection broke");
    }
}

#[cfg(test)]
mod tests;
