//! A connection of a channel over a WebSocket, by the source's own way out.

use async_trait::async_trait;

use super::channel::{Incoming, Line};
use crate::connector::Opening;
use crate::egress::websocket::{self, Heard, WebSocket};
use crate::egress::{Fault, FaultKind};
use crate::model::{Body, Diagnosis, Failure, FailureKind};
use crate::prepare::Prepared;

/// Open the WebSocket that a connector asks for.
///
/// # Errors
///
/// Of kind unavailable, as a rule: the source gives another address the next time.
pub(super) async fn connect(prepared: &Prepared, opening: &Opening) -> Result<Wire, Failure> {
    let Opening { url, subprotocols, .. } = opening;
    let socket = websocket::connect(&prepared.client, &prepared.grants, url, subprotocols).await;
    socket.map(Wire).map_err(failure)
}

/// An open WebSocket.
#[derive(Debug)]
pub(super) struct Wire(WebSocket);

#[async_trait]
impl Line for Wire {
    async fn next(&mut self) -> Incoming {
        match self.0.next().await {
            Ok(Heard::Message(message)) => Incoming::Message(message),
            Ok(Heard::Alive) => Incoming::Alive,
            Ok(Heard::Closed) => Incoming::Closed(None),
            Err(fault) => Incoming::Closed(Some(fault.diagnosis)),
        }
    }

    async fn send(&mut self, frame: Body) -> Result<(), Diagnosis> {
        self.0.send(frame).await.map_err(|fault| fault.diagnosis)
    }

    async fn ping(&mut self) -> Result<(), Diagnosis> {
        self.0.ping().await.map_err(|fault| fault.diagnosis)
    }

    async fn close(self: Box<Self>) {
        self.0.close().await;
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
