//! A peer that says what it was told to, whatever it hears.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::egress::Proxy;

/// What a peer does after its last word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::egress::tests) enum Then {
    Close,
    Stay,
}

/// A peer on loopback.
pub(in crate::egress::tests) struct Peer {
    port: u16,
    n_connections: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Peer {
    /// It says one of `words` each time that it hears something.
    pub(in crate::egress::tests) async fn saying(words: &[&[u8]], then: Then) -> Self {
        let words: Arc<[Vec<u8>]> = words.iter().map(|word| word.to_vec()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let n_connections = Arc::new(AtomicUsize::new(0));
        let of_task = Arc::clone(&n_connections);
        let task = tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                of_task.fetch_add(1, Ordering::Relaxed);
                tokio::spawn(talk(stream, Arc::clone(&words), then));
            }
        });
        Self { port, n_connections, task }
    }

    /// As a proxy of this scheme, with a name and a password if `login` says so ("me:wr0ng@").
    pub(in crate::egress::tests) fn proxy(&self, scheme: &str, login: &str) -> Proxy {
        format!("{scheme}://{login}127.0.0.1:{}", self.port).parse().unwrap()
    }

    pub(in crate::egress::tests) fn port(&self) -> u16 {
        self.port
    }

    pub(in crate::egress::tests) fn n_connections(&self) -> usize {
        self.n_connections.load(Ordering::Relaxed)
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn talk(mut stream: TcpStream, words: Arc<[Vec<u8>]>, then: Then) {
    let mut heard = [0; 4096];
    for word in words.iter() {
        let is_there = stream.read(&mut heard).await.is_ok_and(|n| n != 0);
        if !is_there || stream.write_all(word).await.is_err() {
            return;
        }
    }
    if then == Then::Stay {
        // Until the other side goes.
        while stream.read(&mut heard).await.is_ok_and(|n| n != 0) {}
    }
}
