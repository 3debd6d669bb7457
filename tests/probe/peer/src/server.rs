//! The peer behind a socket: HTTP/1.1, a thread and one request a connection.

use crate::{Answer, Incoming, Outgoing, Peer};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Longest line of a request.
///
/// 64 KiB. Why: a URL of 8 KiB and one byte must arrive where a host lets it out, so that the probe hears of it.
const MAX_LINE_BYTES: u64 = 64 << 10;

/// Largest body that is read.
///
/// 8 MiB. Why: as for a line; hosts let out 1 MiB.
const MAX_BODY_BYTES: u64 = 8 << 20;

/// How much of a body without an end is sent before the peer gives up.
///
/// 256 MiB. Why: far beyond what any host keeps of a response.
const ENDLESS_BYTES: usize = 256 << 20;

/// Listen on a loopback port, 0 for any, and answer from now on, until the process ends. Where it listens.
///
/// # Errors
/// When the port cannot be had.
pub fn start(port: u16) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
    let address = listener.local_addr()?;
    let peer = Arc::new(Mutex::new(Peer::default()));
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let peer = Arc::clone(&peer);
            // A client that goes away is one of the things that clients do.
            thread::spawn(move || serve(&peer, &stream));
        }
    });
    Ok(address)
}

fn serve(peer: &Mutex<Peer>, stream: &TcpStream) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    let Some(request) = read(&mut reader, stream)? else { return Ok(()) };
    let answer = peer.lock().unwrap_or_else(PoisonError::into_inner).answer(now_ms(), &request);
    write(stream, &request.method, answer)
}

/// A request; none where the connection ends before one.
fn read(reader: &mut impl BufRead, mut stream: &TcpStream) -> io::Result<Option<Incoming>> {
    let first = line(reader)?;
    let mut words = first.split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Ok(None) };
    let mut request =
        Incoming { method: method.to_owned(), target: target.to_owned(), ..Incoming::default() };
    loop {
        let header = line(reader)?;
        if header.is_empty() {
            break;
        }
        if let Some((name, value)) = header.split_once(':') {
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    let header =
        |name: &str| request.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
    if header("expect").is_some() {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    request.body = match (header("transfer-encoding"), header("content-length")) {
        (Some(_), _) => read_chunks(reader)?,
        (None, Some(length)) => read_bytes(reader, length.parse().unwrap_or_default())?,
        (None, None) => Vec::new(),
    };
    Ok(Some(request))
}

fn line(reader: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    reader.take(MAX_LINE_BYTES).read_until(b'\n', &mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}

fn read_bytes(reader: &mut impl BufRead, n_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(n_bytes.min(MAX_BODY_BYTES)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_chunks(reader: &mut impl BufRead) -> io::Result<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let size = line(reader)?;
        let n_bytes = u64::from_str_radix(size.split(';').next().unwrap_or_default(), 16).unwrap_or_default();
        body.extend(read_bytes(reader, n_bytes)?);
        line(reader)?;
        if n_bytes == 0 {
            return Ok(body);
        }
    }
}

fn write(mut stream: &TcpStream, method: &str, answer: Answer) -> io::Result<()> {
    match answer {
        Answer::Whole { after_ms, response } => {
            thread::sleep(Duration::from_millis(after_ms));
            stream.write_all(&head(&response, Some(response.body.len())))?;
            if method == "HEAD" { Ok(()) } else { stream.write_all(&response.body) }
        }
        Answer::Cut => {
            stream.write_all(&head(&Outgoing { status: 200, ..Outgoing::default() }, Some(1000)))?;
            stream.write_all(b"the beginning")
        }
        Answer::HangUp => Ok(()),
        Answer::Endless => {
            stream.write_all(&head(&Outgoing { status: 200, ..Outgoing::default() }, None))?;
            let block = [b'x'; 64 << 10];
            (0..ENDLESS_BYTES / block.len()).try_for_each(|_| stream.write_all(&block))
        }
    }
}

/// Everything before the body; without a length it ends with the connection.
fn head(response: &Outgoing, n_bytes: Option<usize>) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {} Answer\r\nconnection: close\r\n", response.status);
    for (name, value) in &response.headers {
        text += &format!("{name}: {value}\r\n");
    }
    // Neither has a body, nor a length of one.
    if let Some(n_bytes) = n_bytes.filter(|_| ![204, 304].contains(&response.status)) {
        text += &format!("content-length: {n_bytes}\r\n");
    }
    text += "\r\n";
    text.into_bytes()
}

fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
