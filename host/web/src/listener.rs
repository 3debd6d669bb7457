//! The socket: which addresses may be served, TLS, and connections, which it bounds and ends in good order. Nobody makes it deaf
//! by holding something open: who has a place, and who gives way, is in `register`.
//!
//! Deliberately not here: what is answered.

mod class;
mod client;
mod connection;
mod refusal;
mod register;
mod seat;
mod seldom;
mod socket;
mod tls;

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use hyper_util::server::graceful::GracefulShutdown;
use rollcall_host::cancel::Cancel;
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use self::connection::Server;
use self::seat::{Seat, Seats};
use self::seldom::Seldom;
use crate::limits::{ACCEPT_PAUSE, BACKLOG, GRACE, UNSENT_BYTES};
use crate::network::{Network, counted_as, is_in};
use crate::public_url::PublicUrl;

pub use client::Arrival;
pub(crate) use client::{ClientAddress, client};
pub use tls::{Tls, TlsError};

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
    exposure: Exposure,
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
        let socket = listening(address).map_err(unusable)?;
        let address = socket.local_addr().map_err(unusable)?;
        Ok(Self { socket, address, exposure: exposure.clone() })
    }

    /// The address, with the port that was found for port 0.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL of the address, for those who can reach it as it is.
    #[must_use]
    pub fn url(&self) -> PublicUrl {
        PublicUrl::of(self.address, self.exposure.tls.is_some())
    }

    /// Serve until `end`, then let requests under way come to their end.
    pub async fn serve(self, routes: Router, end: Cancel) {
        let connections = GracefulShutdown::new();
        let tls = self.exposure.tls.as_ref().map(Tls::acceptor);
        let server = Server { routes, tls, trusted: self.exposure.trusted_proxies.as_slice().into() };
        let mut door = Door::default();
        loop {
            let accepted = tokio::select! {
                accepted = self.socket.accept() => accepted,
                () = end.cancelled() => break,
            };
            match accepted {
                Ok((stream, peer)) => {
                    if let Some(taken) = self.taken(&mut door, &stream, peer) {
                        tokio::spawn(server.clone().serve(stream, taken, connections.watcher()));
                        // Before the next one comes in, have this one looked at.
                        yield_now().await;
                    }
                }
                // Whoever is gone before they are let in is their own affair.
                Err(error) if is_of_the_other_end(&error) => {}
                Err(error) => door.is_stuck(&error).await,
            }
        }
        if timeout(GRACE, connections.shutdown()).await.is_err() {
            tracing::warn!("some requests did not end in time and were cut off");
        }
    }

    /// A seat for a new connection, and what is said of its requests.
    fn taken(&self, door: &mut Door, stream: &TcpStream, peer: SocketAddr) -> Option<(Arc<Seat>, Arrival)> {
        let arrival = Arrival { peer: peer.ip().to_canonical(), is_tls: self.exposure.tls.is_some() };
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection broke as it came");
            return None;
        }
        // A trusted proxy stands for many; whom it names is counted instead, with each request.
        let is_proxy = is_in(&self.exposure.trusted_proxies, arrival.peer);
        let seat = door.seats.take((!is_proxy).then(|| counted_as(arrival.peer)));
        if seat.is_none() {
            door.full
                .tell(|n| tracing::warn!(n, "connections were closed because all others are being served"));
        }
        Some((seat?, arrival))
    }
}

/// A socket at this address, whose connections inherit how much of their answers waits in the system.
fn listening(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // As the standard library does: elsewhere it would let another program take the address, too.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(UNSENT_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Where connections come in.
#[derive(Debug, Default)]
struct Door {
    seats: Arc<Seats>,
    stuck: Seldom,
    full: Seldom,
}

impl Door {
    /// The process has no descriptor or no memory for another connection. Those that wait for their other end are the first to
    /// go without.
    async fn is_stuck(&mut self, error: &io::Error) {
        let n_gone = self.seats.make_room();
        self.stuck.tell(|n| {
            tracing::warn!(n, n_gone, %error, "connections could not be accepted; some that waited were closed");
        });
        sleep(ACCEPT_PAUSE).await;
    }
}

/// Whether a connection failed by itself, and not the socket that it would have come from.
fn is_of_the_other_end(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::ConnectionAborted | ErrorKind::ConnectionRefused | ErrorKind::ConnectionReset
    )
}

#[cfg(test)]
mod tests;
