//! One connection of a channel, whatever carries it.
//!
//! Not here: a WebSocket (`wire`), and who listens (`channel::line`).

use async_trait::async_trait;

use crate::model::{Body, Diagnosis};

/// One connection of a channel.
#[async_trait]
pub(super) trait ChannelConnection: Send + 'static {
    /// What comes next. May be dropped and called again without losing anything.
    async fn next(&mut self) -> Incoming;

    /// Answer, in bounded time.
    async fn send(&mut self, frame: Body) -> Result<(), Diagnosis>;

    /// Ask for a sign of life, in bounded time.
    async fn ping(&mut self) -> Result<(), Diagnosis>;

    /// End it in good order, in bounded time.
    async fn close(self: Box<Self>);
}

/// What comes over a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A message.
    Message(Body),
    /// A sign of life.
    Alive,
    /// The end: in good order, or for this reason.
    Closed(Option<Diagnosis>),
}
