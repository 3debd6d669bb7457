//! A connection of a channel over a WebSocket, by the source's own way out.

use async_trait::async_trait;

use super::connection::{ChannelConnection, Incoming};
use crate::connector::Opening;
use crate::egress::websocket::{self, Heard, WebSocket};
use crate::egress::{Fault, FaultKind};
use crate::listening::{Listening, OpenChannel};
use crate::model::{Body, Diagnosis, Failure, FailureKind, SourceName};
use crate::prepare::Prepared;

/// Open the WebSocket that a connector asks for.
///
/// # Errors
///
/// Of kind unavailable, as a rule: the source gives another address the next time.
pub(super) async fn connect(
    listening: &Listening,
    source: &SourceName,
    prepared: &Prepared,
    opening: &Opening,
) -> Result<Wire, Failure> {
    let Opening { url, subprotocols, .. } = opening;
    let socket = websocket::connect(&prepared.client, &prepared.grants, url, subprotocols).await;
    let socket = socket.map_err(failure)?;
    Ok(Wire { socket, _open: listening.opened(source) })
}

/// An open WebSocket.
#[derive(Debug)]
pub(super) struct Wire {
    socket: WebSocket,
    _open: OpenChannel,
}

#[async_trait]
impl ChannelConnection for Wire {
    async fn next(&mut self) -> Incoming {
        match self.socket.next().await {
            Ok(Heard::Message(message)) => Incoming::Message(message),
            Ok(Heard::Alive) => Incoming::Alive,
            Ok(Heard::Closed) => Incoming::Closed(None),
            Err(fault) => Incoming::Closed(Some(fault.diagnosis)),
        }
    }

    async fn send(&mut self, frame: Body) -> Result<(), Diagnosis> {
        self.socket.send(frame).await.map_err(|fault| fault.diagnosis)
    }

    async fn ping(&mut self) -> Result<(), Diagnosis> {
        self.socket.ping().await.map_err(|fault| fault.diagnosis)
    }

    async fn close(self: Box<Self>) {
        self.socket.close().await;
    }
}

/// It may be better later: where an address of the source's leads is the source's to say, and it gives another one each
/// time it is asked, so that one which is not granted need not come again.
fn failure(fault: Fault) -> Failure {
    let kind = match fault.kind {
        FaultKind::Other => FailureKind::Other,
        FaultKind::Denied
        | FaultKind::ProxyUnreachable
        | FaultKind::ProxyRefused
        | FaultKind::Untrusted
        | FaultKind::NotSent
        | FaultKind::TimedOut
        | FaultKind::TooLarge
        | FaultKind::Interrupted
        | FaultKind::Cancelled => FailureKind::Unavailable,
    };
    Failure::new(kind, fault.diagnosis)
}
