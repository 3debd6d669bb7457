//! The WebSockets of Stream: the handshake on the HTTPS port, frames both ways, pings, and the end.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use bytes::Bytes;
use futures_util::{SinkExt, StreamExt};
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use sha1::{Digest, Sha1};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};
use url::form_urlencoded;

use super::body::ReplyBody;
use super::{Shared, now_ms};
use crate::events::ConnectionId;
use crate::reply::HttpResponse;
use crate::request::ApiRequest;

/// Where clients connect.
pub(super) const PATH: &str = "/connect";

/// Largest frame read. Why: an ack of the official Python client repeats the event.
const MAX_FRAME_BYTES: usize = 256 * 1024;

/// What a server adds to a client's key to show that it speaks WebSocket. Source: RFC 6455, section 1.3.
const HANDSHAKE_GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// Time between "disconnect" and the end. Source: DingTalk, "Stream protocol".
const FAREWELL_S: u32 = 10;

/// What a connection is told to do.
#[derive(Debug)]
pub(super) enum Order {
    /// Send this text.
    Send(String),
    /// Ask the client to go, and end later.
    Disconnect,
    /// End at once, without a word.
    Drop,
}

/// All open connections.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<BTreeMap<ConnectionId, UnboundedSender<Order>>>);

impl Streams {
    pub(super) fn order(&self, connection_id: ConnectionId, order: Order) {
        if let Some(connection) = self.locked().get(&connection_id) {
            // It fails when the connection has just ended, which the core is told as well.
            let _ = connection.send(order);
        }
    }

    pub(super) fn order_all(&self, order: impl Fn() -> Order) {
        for connection in self.locked().values() {
            let _ = connection.send(order());
        }
    }

    fn locked(&self) -> MutexGuard<'_, BTreeMap<ConnectionId, UnboundedSender<Order>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection that was admitted and has no socket yet. Dropping it closes it.
pub(super) struct Admitted {
    connection_id: ConnectionId,
    orders: UnboundedReceiver<Order>,
    shared: Arc<Shared>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.shared.streams.locked().remove(&self.connection_id);
        self.shared.simulator().close_stream(self.connection_id);
        self.shared.wake();
    }
}

/// Whether a request wants to become a WebSocket.
pub(super) fn is_upgrade(headers: &HeaderMap) -> bool {
    let upgrade = headers.get(header::UPGRADE).and_then(|value| value.to_str().ok());
    upgrade.is_some_and(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

/// Admits a connection by its ticket, or says what to answer instead.
pub(super) fn admit(
    request: &ApiRequest,
    shared: &Arc<Shared>,
) -> Result<(Response<ReplyBody>, Admitted), HttpResponse> {
    let plain = |status, text: &str| HttpResponse::of(status, "text/plain;charset=utf-8", text.to_owned());
    let key = request.headers.get(header::SEC_WEBSOCKET_KEY);
    let accept = key.and_then(|key| HeaderValue::from_str(&accept_of(key.as_bytes())).ok());
    let accept = accept.ok_or_else(|| plain(400, "sec-websocket-key is missing"))?;
    let ticket = form_urlencoded::parse(request.query.as_bytes()).find(|(name, _)| name == "ticket");
    let ticket = ticket.map(|(_, value)| value.into_owned()).unwrap_or_default();
    let (sender, orders) = unbounded_channel();
    let connection_id = {
        let mut simulator = shared.simulator();
        let opened = simulator.open_stream(now_ms(), &ticket);
        let connection_id = opened.map_err(|refused| plain(401, &refused.to_string()))?;
        shared.streams.locked().insert(connection_id, sender);
        connection_id
    };
    let mut response = Response::new(ReplyBody::whole(Bytes::new()));
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    headers.insert(header::SEC_WEBSOCKET_ACCEPT, accept);
    Ok((response, Admitted { connection_id, orders, shared: Arc::clone(shared) }))
}

fn accept_of(key: &[u8]) -> String {
    base64::engine::general_purpose::STANDARD.encode(Sha1::digest([key, HANDSHAKE_GUID].concat()))
}

/// Serves a connection until it ends.
pub(super) async fn serve<S>(mut admitted: Admitted, socket: S, read_already: Bytes)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let mut config = WebSocketConfig::default();
    config.max_message_size = Some(MAX_FRAME_BYTES);
    config.max_frame_size = Some(MAX_FRAME_BYTES);
    let socket =
        WebSocketStream::from_partially_read(socket, read_already.to_vec(), Role::Server, Some(config)).await;
    admitted.shared.wake();
    let mut served = Served { socket, timers: Timers::start(&admitted.shared) };
    while served.step(&mut admitted).await.is_ok() {}
}

/// The connection is over.
struct Over;

struct Served<S> {
    socket: WebSocketStream<S>,
    timers: Timers,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Served<S> {
    /// Does the next thing; whatever goes wrong with the socket is the end of it.
    async fn step(&mut self, admitted: &mut Admitted) -> Result<(), Over> {
        let shared = Arc::clone(&admitted.shared);
        tokio::select! {
            order = admitted.orders.recv() => match order {
                Some(Order::Send(frame)) => self.send(frame).await,
                Some(Order::Disconnect) => self.retire(admitted).await,
                Some(Order::Drop) | None => Err(Over),
            },
            message = self.socket.next() => match message {
                Some(Ok(Message::Text(text))) => {
                    shared.simulator().hear_stream(now_ms(), admitted.connection_id, &text);
                    shared.wake();
                    Ok(())
                }
                Some(Ok(_)) => Ok(()),
                Some(Err(_)) | None => Err(Over),
            },
            () = at(self.timers.ping) => {
                let frame = shared.simulator().ping_stream(now_ms(), admitted.connection_id);
                self.timers.ping = self.timers.next_ping();
                self.send(frame.ok_or(Over)?).await
            }
            () = at(self.timers.disconnect) => self.retire(admitted).await,
            () = at(self.timers.end) => {
                // The client may have gone first.
                let _ = self.socket.close(None).await;
                Err(Over)
            }
        }
    }

    async fn retire(&mut self, admitted: &Admitted) -> Result<(), Over> {
        if self.timers.end.is_some() {
            return Ok(());
        }
        let (frame, farewell_ms) = {
            let mut simulator = admitted.shared.simulator();
            let frame = simulator.retire_stream(now_ms(), admitted.connection_id);
            (frame, simulator.switches().events.scaled_ms(FAREWELL_S))
        };
        let end = Instant::now().checked_add(Duration::from_millis(farewell_ms));
        self.timers = Timers { disconnect: None, ping: None, end, ..self.timers };
        self.send(frame).await
    }

    async fn send(&mut self, frame: String) -> Result<(), Over> {
        self.socket.send(Message::text(frame)).await.map_err(|_| Over)
    }
}

/// What will happen by itself, and when.
#[derive(Clone, Copy)]
struct Timers {
    ping_interval: Option<Duration>,
    ping: Option<Instant>,
    disconnect: Option<Instant>,
    end: Option<Instant>,
}

impl Timers {
    /// As the switches say now.
    fn start(shared: &Shared) -> Self {
        let (ping_ms, disconnect_ms) = {
            let simulator = shared.simulator();
            let events = &simulator.switches().events;
            (events.stream_ping_interval_ms, events.stream_disconnect_after_ms)
        };
        let wanted = |ms: u64| (0 < ms).then(|| Duration::from_millis(ms));
        let later = |wait: Duration| Instant::now().checked_add(wait);
        let ping_interval = wanted(ping_ms);
        Self {
            ping_interval,
            ping: ping_interval.and_then(later),
            disconnect: wanted(disconnect_ms).and_then(later),
            end: None,
        }
    }

    fn next_ping(&self) -> Option<Instant> {
        self.ping_interval.and_then(|interval| Instant::now().checked_add(interval))
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}
