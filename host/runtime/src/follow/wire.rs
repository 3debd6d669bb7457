//! A connection of a channel over a WebSocket.

use async_trait::async_trait;

use super::channel::{Incoming, Line};
use crate::connector::Opening;
use crate::model::{Diagnosis, Failure, FailureKind};
use crate::prepare::Prepared;

pub(super) struct Wire {}

pub(super) async fn connect(_prepared: &Prepared, _opening: &Opening) -> Result<Wire, Failure> {
    Err(Failure::new(
        FailureKind::Unavailable,
        Diagnosis::new("channel-unavailable", "channels cannot be opened yet"),
    ))
}

#[async_trait]
impl Line for Wire {
    async fn next(&mut self) -> Incoming {
        Incoming::Closed(None)
    }
    async fn send(&mut self, _frame: String) -> Result<(), Diagnosis> {
        Ok(())
    }
    async fn ping(&mut self) -> Result<(), Diagnosis> {
        Ok(())
    }
    async fn close(&mut self) {}
}
