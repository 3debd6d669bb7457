//! Peers in the place of a proxy that say what they were told to, whatever they hear.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};

/// What a peer does after its last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Then {
    Close,
    /// It says nothing more, and stays.
    Stay,
}

/// Something that listens where a proxy should.
pub(crate) struct OddProxy {
    address: SocketAddr,
    has_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl OddProxy {
    /// It says `word` once it has heard something.
    pub(crate) fn saying(word: &[u8], then: Then) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port can be had");
        let address = listener.local_addr().expect("it is bound");
        let has_ended = Arc::new(AtomicBool::new(false));
        let (ended, word) = (Arc::clone(&has_ended), word.to_vec());
        let thread = thread::spawn(move || {
            for stream in listener.incoming().take_while(|_| !ended.load(Ordering::SeqCst)) {
                let word = word.clone();
                // A client that goes away has its reasons; the test will see them.
                thread::spawn(move || stream.map(|stream| talk(stream, &word, then)));
            }
        });
        Self { address, has_ended, thread: Some(thread) }
    }

    /// A proxy that lets nobody in but by these schemes of `Proxy-Authenticate`.
    pub(crate) fn asking_for(schemes: &[&str]) -> Self {
        let challenges: String =
            schemes.iter().map(|scheme| format!("Proxy-Authenticate: {scheme}\r\n")).collect();
        let head = "HTTP/1.1 407 Proxy Authentication Required\r\nConnection: close\r\nContent-Length: 0\r\n";
        Self::saying(format!("{head}{challenges}\r\n").as_bytes(), Then::Close)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for OddProxy {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        // The thread waits for a connection; this is the last.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn talk(mut stream: TcpStream, word: &[u8], then: Then) {
    let mut heard = [0; 4096];
    let is_there = stream.read(&mut heard).is_ok_and(|n| n != 0);
    if is_there && stream.write_all(word).is_ok() && then == Then::Stay {
        while stream.read(&mut heard).is_ok_and(|n| n != 0) {}
    }
}
