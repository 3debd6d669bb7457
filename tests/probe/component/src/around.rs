//! Looks for what a program has around it elsewhere: of a closed component nothing is there.

use rollcall_probe::{Reached, Surroundings};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Look around.
pub(crate) fn look() -> Surroundings {
    let began = Instant::now();
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Surroundings {
        reached: reached(),
        clock_ms: u64::try_from(since.as_millis()).unwrap_or(u64::MAX),
        goes_on: began <= Instant::now(),
        seed: RandomState::new().build_hasher().finish(),
    }
}

fn reached() -> Vec<(Reached, String)> {
    let tried = [
        (Reached::Environment, "read a variable of the environment", std::env::vars_os().next().is_some()),
        (Reached::Arguments, "read an argument", std::env::args_os().next().is_some()),
        (Reached::Files, "read a file", std::fs::read("/etc/passwd").is_ok()),
        (Reached::Files, "write a file", std::fs::write("probe", "x").is_ok()),
        (Reached::Files, "list the root folder", std::fs::read_dir("/").is_ok()),
        (Reached::Files, "list its own folder", std::fs::read_dir(".").is_ok()),
        (Reached::Sockets, "connect", TcpStream::connect(("127.0.0.1", 80)).is_ok()),
        (Reached::Sockets, "listen", TcpListener::bind(("127.0.0.1", 0)).is_ok()),
        (Reached::Sockets, "open a socket for datagrams", UdpSocket::bind(("127.0.0.1", 0)).is_ok()),
        (Reached::Sockets, "resolve a name", ("localhost", 80).to_socket_addrs().is_ok()),
        (Reached::Input, "read standard input", matches!(std::io::stdin().read(&mut [0; 8]), Ok(1..))),
    ];
    let found = tried.into_iter().filter(|(_, _, is_there)| *is_there);
    found.map(|(kind, what, _)| (kind, what.to_owned())).collect()
}
