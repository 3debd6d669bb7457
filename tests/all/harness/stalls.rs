//! Whoever opens connections and then does nothing more with them.

use socket2::{Domain, SockAddr, Socket, Type};
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

/// Connections that are held at once: as many as the program takes.
pub(crate) const N: u16 = 512;

/// Room for answers at the near end, so that those that are not read fill their way soon.
const RECEIVE_BYTES: usize = 4096;

/// How long an answer is waited for before a connection is left as it is.
const FIRST_ANSWER: Duration = Duration::from_secs(5);

/// Where connections come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum From {
    /// All from one address.
    One,
    /// Each from an address of its own, all of them on loopback.
    Many,
}

/// What is done on a connection before nothing more is.
#[derive(Clone, Debug)]
pub(crate) struct Stall {
    pub(crate) name: &'static str,
    /// What is sent.
    pub(crate) words: String,
    /// Whether an answer is read first.
    pub(crate) is_answered: bool,
}

impl Stall {
    /// Hold as many of these as the program takes; none after one that is not let in.
    pub(crate) fn hold(&self, server: SocketAddr, from: From) -> Vec<TcpStream> {
        let connected = (0..N).map_while(|n| connect(server, from.address(n)).ok());
        connected
            .map(|mut stream| {
                // It may be closed before it comes so far.
                let _far = self.begin(&mut stream);
                stream
            })
            .collect()
    }

    fn begin(&self, stream: &mut TcpStream) -> io::Result<()> {
        stream.write_all(self.words.as_bytes())?;
        if self.is_answered {
            stream.set_read_timeout(Some(FIRST_ANSWER))?;
            let _n_bytes = stream.read(&mut [0; 1024])?;
        }
        Ok(())
    }
}

impl From {
    fn address(self, n: u16) -> Ipv4Addr {
        let [high, low] = n.to_be_bytes();
        match self {
            Self::One => Ipv4Addr::LOCALHOST,
            Self::Many => Ipv4Addr::new(127, 1, high, low.saturating_add(1)),
        }
    }
}

/// A connection that comes from this address.
fn connect(server: SocketAddr, from: Ipv4Addr) -> io::Result<TcpStream> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None)?;
    socket.set_recv_buffer_size(RECEIVE_BYTES)?;
    socket.bind(&SockAddr::from(SocketAddr::from((from, 0))))?;
    socket.connect_timeout(&server.into(), FIRST_ANSWER)?;
    Ok(socket.into())
}
