//! The socket: accepts connections, bounds them, and ends them in good order. Deliberately not here: TLS; a reverse proxy in
//! front has the certificate.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use rollcall_host::cancel::Cancel;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};

/// Connections that are open at once.
///
/// 512. Why: a source keeps a handful; each costs some KiB and a file descriptor, of which a process has 1024 as a rule.
const MAX_CONNECTIONS: usize = 512;

/// How long a request's head may take, and a connection may lie idle before its next one.
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

/// A bound socket.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Take an address.
    ///
    /// # Errors
    ///
    /// When it is taken, or not this machine's.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// The address, with the port that was found for port 0.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serve until `end`, then let requests under way come to their end.
    pub async fn serve(self, routes: Router, end: Cancel) {
        let connections = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let accepted = tokio::select! {
                accepted = self.accept(&room) => accepted,
                () = end.cancelled() => break,
            };
            match accepted {
                Ok((stream, permit)) => serve_one(stream, permit, routes.clone(), &connections),
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
    async fn accept(&self, room: &Arc<Semaphore>) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
        let permit = Arc::clone(room).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, _peer) = self.socket.accept().await?;
        stream.set_nodelay(true)?;
        Ok((stream, permit))
    }
}

fn serve_one(
    stream: TcpStream,
    permit: OwnedSemaphorePermit,
    routes: Router,
    connections: &GracefulShutdown,
) {
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_TIMEOUT)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
    let watched = connections.watch(connection);
    tokio::spawn(async move {
        // A client that broke off is its own affair.
        if let Err(error) = watched.await {
            tracing::debug!(%error, "a connection broke");
        }
        drop(permit);
    });
}
