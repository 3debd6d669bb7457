//! A WebSocket to a source, by the same way out as its requests.
//!
//! The handshake is ours rather than the crate's, which logs the URL and the ticket in it. Not here: what is spoken
//! over it, when it is opened again, and how a silent one is noticed (`follow`).

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::header::{
    CONNECTION, HOST, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL, SEC_WEBSOCKET_VERSION,
    UPGRADE, USER_AGENT,
};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use sha1::{Digest as _, Sha1};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::error::CapacityError;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};
use url::Url;

use super::cause::Cause;
use super::client::{Client, OUR_NAME, granted};
use super::dial::Stream;
use super::fault::Fault;
use crate::grant::{Grants, Origin};
use crate::limits::{CHANNEL_HANDSHAKE_TIMEOUT, CHANNEL_SEND_TIMEOUT, MAX_CHANNEL_MESSAGE_BYTES};
use crate::model::Body;
use crate::random::random;

/// An open WebSocket.
pub(crate) struct WebSocket {
    origin: Origin,
    stream: WebSocketStream<TokioIo<Upgraded>>,
    /// Whether the other end speaks in binary messages, as far as it has spoken.
    is_binary: bool,
}

/// What came from the other end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A message, whole.
    Message(Body),
    /// Something that only says that the other end lives: a ping, which is answered, or a pong.
    Alive,
    /// The other end closed the channel in good order.
    Closed,
}

/// Open a WebSocket at a `wss:` or `ws:` URL, which is granted as the `https:` or `http:` origin is.
///
/// # Errors
///
/// A [`Fault`] that repeats nothing of the URL but its origin.
pub(crate) async fn connect(
    client: &Client,
    grants: &Grants,
    url: &str,
    subprotocols: &[String],
) -> Result<WebSocket, Fault> {
    connect_within(CHANNEL_HANDSHAKE_TIMEOUT, client, grants, url, subprotocols).await
}

/// The same with another time for the handshake.
pub(super) async fn connect_within(
    limit: Duration,
    client: &Client,
    grants: &Grants,
    url: &str,
    subprotocols: &[String],
) -> Result<WebSocket, Fault> {
    let url = as_http(url).ok_or_else(|| Fault::invalid("its channel must be a wss: URL"))?;
    let origin = granted(grants, &url)?;
    let stream = client.dialer().dial_through(&origin).await.map_err(|error| Fault::not_sent(&error))?;
    let upgraded = timeout(limit, upgrade(&origin, &url, subprotocols, stream)).await;
    let upgraded = upgraded.unwrap_or_else(|_| Err(Fault::timed_out(&origin, limit)))?;
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_CHANNEL_MESSAGE_BYTES))
        .max_frame_size(Some(MAX_CHANNEL_MESSAGE_BYTES));
    let stream = WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Client, Some(config)).await;
    tracing::debug!(%origin, "channel open");
    Ok(WebSocket { origin, stream, is_binary: false })
}

impl WebSocket {
    /// Wait for what comes next. Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// When the connection breaks, or the other end breaks the protocol. Then the channel is no more.
    pub(crate) async fn next(&mut self) -> Result<Heard, Fault> {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => {
                self.is_binary = false;
                Ok(Heard::Message(Body::Text(text.as_str().to_owned())))
            }
            Some(Ok(Message::Binary(bytes))) => {
                self.is_binary = true;
                Ok(Heard::Message(Vec::from(bytes).into()))
            }
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Ok(Heard::Alive),
            Some(Ok(Message::Close(_))) | None => Ok(Heard::Closed),
            Some(Err(error)) => Err(self.fault(&error)),
        }
    }

    /// Send a message: text as text unless the other end speaks in binary messages, and anything else as binary.
    ///
    /// # Errors
    ///
    /// When the connection breaks, or takes nothing any more.
    pub(crate) async fn send(&mut self, message: Body) -> Result<(), Fault> {
        let message = match message {
            // Bytes that happen to be text are handed around as text.
            Body::Text(text) if self.is_binary => Message::binary(text.into_bytes()),
            Body::Text(text) => Message::text(text),
            Body::Bytes(bytes) => Message::binary(bytes),
        };
        self.write(message).await
    }

    /// Ask the other end for a sign of life.
    ///
    /// # Errors
    ///
    /// As [`WebSocket::send`].
    pub(crate) async fn ping(&mut self) -> Result<(), Fault> {
        self.write(Message::Ping(Bytes::new())).await
    }

    /// Say good-bye, and wait for no answer.
    pub(crate) async fn close(mut self) {
        // Whoever cannot hear it will notice the end of the connection.
        let _said = timeout(CHANNEL_SEND_TIMEOUT, self.stream.close(None)).await;
    }

    async fn write(&mut self, message: Message) -> Result<(), Fault> {
        match timeout(CHANNEL_SEND_TIMEOUT, self.stream.send(message)).await {
            Ok(sent) => sent.map_err(|error| self.fault(&error)),
            Err(_) => Err(Fault::timed_out(&self.origin, CHANNEL_SEND_TIMEOUT)),
        }
    }

    fn fault(&self, error: &Error) -> Fault {
        if matches!(error, Error::Capacity(CapacityError::MessageTooLong { .. })) {
            return Fault::channel_message_too_large(&self.origin, MAX_CHANNEL_MESSAGE_BYTES);
        }
        Fault::channel_lost(&self.origin, &error.to_string())
    }
}

/// What is said over it may be about people, so it is left out.
impl fmt::Debug for WebSocket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebSocket").field("origin", &self.origin.to_string()).finish_non_exhaustive()
    }
}

/// The URL of the request that opens the channel.
fn as_http(url: &str) -> Option<Url> {
    let mut url = Url::parse(url).ok()?;
    let scheme = match url.scheme() {
        "wss" => "https",
        "ws" => "http",
        _ => return None,
    };
    url.set_scheme(scheme).ok()?;
    Some(url)
}

/// What is appended to a key before it is digested.
///
/// Source: RFC 6455, section 1.3.
const HANDSHAKE_GUID: &str = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// A key that no answer from a cache has. It guards against mistakes and keeps no secret, so any randomness will do.
fn key() -> String {
    let random = [random(), random()].map(u64::to_be_bytes).concat();
    STANDARD.encode(random)
}

/// What a server answers to a key.
fn accept_of(key: &str) -> String {
    STANDARD.encode(Sha1::new().chain_update(key).chain_update(HANDSHAKE_GUID).finalize())
}

/// RFC 6455, section 4.1.
async fn upgrade(
    origin: &Origin,
    url: &Url,
    subprotocols: &[String],
    stream: Stream,
) -> Result<Upgraded, Fault> {
    let key = key();
    let request =
        request(origin, url, subprotocols, &key).map_err(|error| Fault::invalid(&error.to_string()))?;
    let lost = |error: hyper::Error| Fault::channel_lost(origin, &super::body::chain(&error));
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(lost)?;
    tokio::spawn(connection.with_upgrades());
    let response = sender.send_request(request).await.map_err(lost)?;
    check(&response, subprotocols, &key).map_err(|cause| Fault::channel_refused(origin, &cause))?;
    hyper::upgrade::on(response).await.map_err(lost)
}

fn request(
    origin: &Origin,
    url: &Url,
    subprotocols: &[String],
    key: &str,
) -> Result<Request<Empty<Bytes>>, http::Error> {
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let origin = origin.to_string();
    let authority = origin.split_once("://").map_or(origin.as_str(), |(_, authority)| authority);
    let mut request = Request::get(format!("{}{query}", url.path()))
        .header(HOST, authority)
        .header(USER_AGENT, OUR_NAME)
        .header(CONNECTION, "Upgrade")
        .header(UPGRADE, "websocket")
        .header(SEC_WEBSOCKET_VERSION, "13")
        .header(SEC_WEBSOCKET_KEY, key);
    if !subprotocols.is_empty() {
        request = request.header(SEC_WEBSOCKET_PROTOCOL, subprotocols.join(", "));
    }
    request.body(Empty::new())
}

/// # Errors
///
/// Why this answer opens no channel.
fn check(response: &Response<Incoming>, subprotocols: &[String], key: &str) -> Result<(), Cause> {
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        return Err(Cause::answered(response.status()));
    }
    let headers = response.headers();
    let is_websocket = text(headers, &UPGRADE).is_some_and(|value| value.eq_ignore_ascii_case("websocket"));
    let is_ours = text(headers, &SEC_WEBSOCKET_ACCEPT) == Some(accept_of(key).as_str());
    if !is_websocket || !is_ours {
        return Err(Cause::new("its answer is not about this request", "其应答与本次请求不符"));
    }
    match headers.get(SEC_WEBSOCKET_PROTOCOL) {
        Some(chosen) if !subprotocols.iter().any(|offered| offered == chosen) => {
            Err(Cause::new("it chose a subprotocol that was not offered", "它选择了未提供的子协议"))
        }
        Some(_) | None => Ok(()),
    }
}

fn text<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}
