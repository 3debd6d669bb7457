//! Looks for what a program has around it elsewhere: of a closed component nothing is there.

use rollcall_probe::{Reached, Surroundings};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::io::Read;
use std::net::{TcpListener, TcpStream, ToSocketAddrs, UdpSocket};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// What there is around this component.
#[derive(Debug)]
pub(crate) struct Here;

impl Surroundings for Here {
    fn reached(&self, kind: Reached) -> Vec<String> {
        let tried = match kind {
            Reached::Environment => {
                vec![("read a variable of the environment", std::env::vars_os().next().is_some())]
            }
            Reached::Arguments => vec![("read an argument", std::env::args_os().next().is_some())],
            Reached::Files => files(),
            Reached::Sockets => sockets(),
            Reached::Input => {
                vec![("read standard input", matches!(std::io::stdin().read(&mut [0; 8]), Ok(1..)))]
            }
        };
        let found = tried.into_iter().filter(|(_, is_there)| *is_there);
        found.map(|(what, _)| what.to_owned()).collect()
    }

    fn clock_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn goes_on(&self) -> bool {
        let began = Instant::now();
        began <= Instant::now()
    }

    fn seed(&self) -> u64 {
        RandomState::new().build_hasher().finish()
    }
}

fn files() -> Vec<(&'static str, bool)> {
    vec![
        ("read a file", std::fs::read("/etc/passwd").is_ok()),
        ("write a file", std::fs::write("probe", "x").is_ok()),
        ("list the root folder", std::fs::read_dir("/").is_ok()),
        ("list its own folder", std::fs::read_dir(".").is_ok()),
    ]
}

fn sockets() -> Vec<(&'static str, bool)> {
    vec![
        ("connect", TcpStream::connect(("127.0.0.1", 80)).is_ok()),
        ("listen", TcpListener::bind(("127.0.0.1", 0)).is_ok()),
        ("open a socket for datagrams", UdpSocket::bind(("127.0.0.1", 0)).is_ok()),
        ("resolve a name", ("localhost", 80).to_socket_addrs().is_ok()),
    ]
}
