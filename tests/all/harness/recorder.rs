//! Something that listens on loopback, keeps all that it gets, and answers every request the same: a server with one document,
//! or a proxy that answers by itself.

use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

/// What it got, and how it ends.
pub(crate) struct Recorder {
    address: SocketAddr,
    heard: Arc<Mutex<String>>,
    has_ended: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Recorder {
    /// It answers each request with this body.
    pub(crate) fn answering(body: &str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a loopback port can be had");
        let address = listener.local_addr().expect("it is bound");
        let (heard, has_ended) = (Arc::<Mutex<String>>::default(), Arc::new(AtomicBool::new(false)));
        let (kept, ended, body) = (Arc::clone(&heard), Arc::clone(&has_ended), body.to_owned());
        let thread = thread::spawn(move || {
            for stream in listener.incoming().take_while(|_| !ended.load(Ordering::SeqCst)) {
                // A client that goes away has its reasons; the test will see them.
                let _ = stream.and_then(|stream| answer(stream, &kept, &body));
            }
        });
        Self { address, heard, has_ended, thread: Some(thread) }
    }

    /// `http://` and where it listens.
    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// All that it got so far.
    pub(crate) fn heard(&self) -> String {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.has_ended.store(true, Ordering::SeqCst);
        // The thread waits for a connection; this is the last.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn answer(mut stream: TcpStream, heard: &Mutex<String>, body: &str) -> std::io::Result<()> {
    let (mut head, mut buffer) = (Vec::new(), [0; 4096]);
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => break,
            n => head.extend_from_slice(buffer.get(..n).unwrap_or_default()),
        }
    }
    heard.lock().unwrap_or_else(PoisonError::into_inner).push_str(&String::from_utf8_lossy(&head));
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
