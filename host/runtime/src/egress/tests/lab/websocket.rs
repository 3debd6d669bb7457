//! The server's side of a WebSocket: it repeats what it hears, and does what a few words ask for.

use std::collections::BTreeMap;
use std::sync::Mutex;

use base64::Engine as _;
use futures_util::{SinkExt, StreamExt};
use sha1::{Digest as _, Sha1};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::Role;

use super::Seen;
use crate::limits::MAX_CHANNEL_MESSAGE_BYTES;

pub(super) async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, seen: &Mutex<Seen>) {
    let mut stream = stream;
    // A refused client ends here.
    let Some(()) = shake_hands(&mut stream, seen).await else { return };
    let mut channel = WebSocketStream::from_raw_socket(stream, Role::Server, None).await;
    while let Some(Ok(message)) = channel.next().await {
        if message.is_close() {
            seen.lock().unwrap().requests.push("closed".to_owned());
        }
        if let Message::Binary(bytes) = &message {
            seen.lock().unwrap().requests.push(format!("{} bytes", bytes.len()));
            channel.send(message).await.unwrap();
            continue;
        }
        let Message::Text(text) = message else { continue };
        let answer = match text.as_str() {
            "break" => return,
            "close" => Message::Close(None),
            "ping" => Message::Ping("?".into()),
            "binary" => Message::binary([0xff, 1].as_slice()),
            "largest" => Message::text("x".repeat(MAX_CHANNEL_MESSAGE_BYTES)),
            "too large" => Message::text("x".repeat(MAX_CHANNEL_MESSAGE_BYTES + 1)),
            other => Message::text(other),
        };
        // The client may have hung up over it.
        if channel.send(answer).await.is_err() {
            return;
        }
    }
}

async fn shake_hands(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), seen: &Mutex<Seen>) -> Option<()> {
    let head = head(stream).await?;
    let (path, headers) = parsed(&head);
    let protocols = headers.get("sec-websocket-protocol").copied();
    let has_password = headers.contains_key("authorization");
    seen.lock().unwrap().requests.push(format!("{path} {protocols:?} {has_password}"));
    if path.starts_with("/refuse") {
        let _ = stream.write_all(b"HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n").await;
        return None;
    }
    let is_other = |what| path.starts_with(what);
    let key = headers.get("sec-websocket-key").copied().unwrap_or_default();
    let accept = if is_other("/other-key") { "of another request".to_owned() } else { accept_of(key) };
    let first = protocols.and_then(|all| all.split(", ").next());
    let protocol = if is_other("/other-protocol") { Some("other") } else { first };
    let protocol = protocol.map_or_else(String::new, |name| format!("sec-websocket-protocol: {name}\r\n"));
    let answer = format!(
        "HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-accept: {accept}\r\n{protocol}\r\n"
    );
    stream.write_all(answer.as_bytes()).await.ok()
}

/// A request's head, byte by byte, because what follows it is the WebSocket's.
async fn head(stream: &mut (impl AsyncRead + Unpin)) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    String::from_utf8(head).ok()
}

/// The target, and the headers by their names in lower case.
fn parsed<'a>(head: &'a str) -> (&'a str, BTreeMap<String, &'a str>) {
    let mut lines = head.lines();
    let target = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default();
    let header =
        |line: &'a str| line.split_once(": ").map(|(name, value)| (name.to_ascii_lowercase(), value));
    (target, lines.filter_map(header).collect())
}

/// Not the code under test: what RFC 6455 says in section 4.2.2.
fn accept_of(key: &str) -> String {
    let digest = Sha1::digest(format!("{key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
    base64::engine::general_purpose::STANDARD.encode(digest)
}
