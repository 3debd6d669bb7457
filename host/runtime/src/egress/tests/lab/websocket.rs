//! The server's side of a WebSocket: it repeats what it hears, and does what a few words ask for.

use std::sync::Mutex;

use futures_util::{SinkExt, StreamExt};
use http::header::{AUTHORIZATION, SEC_WEBSOCKET_PROTOCOL};
use http::{HeaderValue, StatusCode};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_tungstenite::accept_hdr_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};

use super::Seen;
use crate::limits::MAX_CHANNEL_MESSAGE_BYTES;

pub(super) async fn talk(stream: impl AsyncRead + AsyncWrite + Unpin, seen: &Mutex<Seen>) {
    // A refused client ends here.
    let Ok(mut channel) =
        accept_hdr_async(stream, |request: &Request, response| open(request, response, seen)).await
    else {
        return;
    };
    while let Some(Ok(message)) = channel.next().await {
        if message.is_close() {
            seen.lock().unwrap().requests.push("closed".to_owned());
        }
        let Message::Text(text) = message else { continue };
        let answer = match text.as_str() {
            "break" => return,
            "close" => Message::Close(None),
            "ping" => Message::Ping("?".into()),
            "binary" => Message::binary([1, 2, 3].as_slice()),
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

fn open(request: &Request, mut response: Response, seen: &Mutex<Seen>) -> Result<Response, ErrorResponse> {
    let protocols = request.headers().get(SEC_WEBSOCKET_PROTOCOL).map(|value| value.to_str().unwrap());
    let has_password = request.headers().contains_key(AUTHORIZATION);
    seen.lock().unwrap().requests.push(format!("{} {protocols:?} {has_password}", request.uri()));
    let headers = response.headers_mut();
    match request.uri().path() {
        "/refuse" => {
            let mut refused = ErrorResponse::new(None);
            *refused.status_mut() = StatusCode::UNAUTHORIZED;
            return Err(refused);
        }
        "/other-key" => {
            headers.insert("sec-websocket-accept", HeaderValue::from_static("of another request"));
        }
        "/other-protocol" => {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static("other"));
        }
        _ => {
            let first = protocols.and_then(|all| all.split(", ").next());
            headers
                .extend(first.map(|first| (SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_str(first).unwrap())));
        }
    }
    Ok(response)
}
