//! The world behind a channel: the connector's functions, a WebSocket through the source's way out, the inbox.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::Exchange;
use super::wire::{self, Wire};
use crate::connector::{Notice, Opening, Reaction};
use crate::error::{GuestError, StoreError};
use crate::follow::followed::Followed;
use crate::history::Trigger;
use crate::inbox::{ChannelNote, EventWay, Refused};
use crate::model::{Diagnosis, Failure, Timestamp};
use crate::prepare::Prepared;
use crate::refusal;
use crate::secrets::Secrets;

/// The real one.
pub(in crate::follow) struct Post {
    followed: Arc<Followed>,
    secrets: Secrets,
}

impl Post {
    pub(in crate::follow) fn new(followed: Arc<Followed>) -> Self {
        let secrets = followed.source.secrets();
        Self { followed, secrets }
    }

    async fn ask_where(&self, prepared: &Prepared) -> Result<Option<Opening>, Failure> {
        let (session, worker) = self.followed.aside(prepared);
        let connector = self.followed.source.connector();
        let answer = connector.open_channel(session, self.followed.settings()).await;
        // The worker had nothing to apply; what it says about that does not matter.
        worker.finish().await.ok();
        answer.unwrap_or_else(|error| Err(refusal::guest(&error)))
    }

    async fn together(&self, frames: Vec<String>) -> Result<Vec<Result<Reaction, Failure>>, GuestError> {
        let connector = self.followed.source.connector();
        connector.frames(&self.secrets, self.followed.settings(), frames).await
    }
}

#[async_trait]
impl Exchange for Post {
    type Line = Wire;

    async fn open(&self) -> Result<Option<(Wire, Duration)>, Failure> {
        let prepared = self.followed.prepare().await?;
        match self.ask_where(&prepared).await? {
            None => Ok(None),
            Some(opening) => {
                let line = wire::connect(&prepared, &opening).await?;
                Ok(Some((line, opening.heartbeat)))
            }
        }
    }

    async fn understand(&self, frames: Vec<String>) -> Vec<Result<Reaction, Failure>> {
        match self.together(frames.clone()).await {
            Ok(reactions) => reactions,
            Err(error) if frames.len() <= 1 => vec![Err(refusal::guest(&error))],
            // One of them killed the connector. The others must not go down with it.
            Err(_) => {
                let mut reactions = Vec::with_capacity(frames.len());
                for frame in frames {
                    match self.together(vec![frame]).await {
                        Ok(alone) => reactions.extend(alone),
                        Err(error) => reactions.push(Err(refusal::guest(&error))),
                    }
                }
                reactions
            }
        }
    }

    async fn keep(&self, notices: Vec<Notice>) -> Result<(), StoreError> {
        self.followed.keep(notices, EventWay::Stream).await
    }

    fn refuse(&self, diagnosis: Diagnosis) {
        self.followed.notes.refused(Refused { at: self.followed.now(), diagnosis });
    }

    fn stands(&self, note: ChannelNote) {
        let (source, code) = (self.followed.name(), note.diagnosis.as_ref().map(|known| known.code.as_str()));
        tracing::info!(%source, state = ?note.state, code, "channel");
        self.followed.options.observer.channel(&note);
        let is_settled = note.state != crate::inbox::ChannelState::Connecting;
        if is_settled && self.followed.channel.send_replace(Some(note.state)).is_none() {
            self.followed.asks.hasten();
        }
        self.followed.notes.channel(note);
    }

    fn heard(&self, until: Timestamp) {
        // As long as a gap is not made up for, a host that starts afresh must find it.
        if !self.followed.asks.has_gap() {
            self.followed.notes.heard_until(until);
        }
    }

    fn gap(&self) {
        tracing::info!(source = %self.followed.name(), "nobody listened for a while; a full run is owed");
        self.followed.asks.owe(Trigger::Stream, tokio::time::Instant::now(), true);
    }

    async fn mended(&self) {
        self.followed.mended.notified().await;
    }

    fn now(&self) -> Timestamp {
        self.followed.now()
    }
}
