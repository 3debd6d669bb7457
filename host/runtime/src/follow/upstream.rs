//! The followed source itself, as the tasks of a follower see it: five calls.
//!
//! Not here: when they are made.

use std::time::Duration;

use async_trait::async_trait;

use super::channel::Line;
use super::receive::Delivery;
use super::wire;
use crate::apply::Worker;
use crate::bindings::exports::rollcall::connector::events as guest;
use crate::cancel::Cancel;
use crate::capabilities::Session;
use crate::capabilities::history::Recorder;
use crate::connector::{Missed, Opening, Reaction, Received};
use crate::error::{GuestError, RunError};
use crate::host::Host;
use crate::model::{Diagnosis, Failure};
use crate::observe::Unobserved;
use crate::prepare::{Prepared, Unprepared, prepare};
use crate::refusal;
use crate::run::{self, Finished, RunOptions, Work};
use crate::session::Sessions;
use crate::source::Source;

/// What a follower needs of its source.
#[async_trait]
pub(super) trait Upstream: Send + Sync + 'static {
    /// One run.
    async fn run(&self, work: Work, options: RunOptions) -> Result<Finished, RunError>;

    /// Understand a delivery, or say what is wrong with it.
    async fn receive(&self, delivery: Delivery) -> Result<Received, Diagnosis>;

    /// What to do about these frames, in their order.
    async fn understand(&self, frames: Vec<String>) -> Vec<Result<Reaction, Failure>>;

    /// Open a new connection, with the time between its pings; none when the source has no channel, or the settings
    /// do not want it.
    async fn open(&self) -> Result<Option<(Box<dyn Line>, Duration)>, Failure>;

    /// Ask for what could not be delivered.
    async fn missed(&self) -> Result<Missed, Failure>;
}

/// A source behind its connector.
pub(super) struct Live {
    pub(super) host: Host,
    pub(super) source: Source,
}

#[async_trait]
impl Upstream for Live {
    async fn run(&self, work: Work, options: RunOptions) -> Result<Finished, RunError> {
        run::start(&self.host, &self.source, work, options).await
    }

    async fn receive(&self, delivery: Delivery) -> Result<Received, Diagnosis> {
        let Delivery { query, headers, body } = delivery;
        let headers = headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value)).collect();
        let delivery = guest::Delivery { query, headers, body };
        let secrets = self.source.secrets();
        let meter = self.host.meter(self.source.name());
        match self.source.connector().receive((&secrets, &meter), self.settings(), delivery).await {
            Ok(Ok(received)) => Ok(received),
            Ok(Err(failure)) => Err(failure.diagnosis),
            Err(error) => Err(refusal::guest(&error).diagnosis),
        }
    }

    async fn understand(&self, frames: Vec<String>) -> Vec<Result<Reaction, Failure>> {
        match self.together(frames.clone()).await {
            Ok(reactions) => reactions,
            Err(error) if frames.len() <= 1 => vec![Err(refusal::guest(&error))],
            // One of them killed the connector. The others must not go down with it.
            Err(_) => self.one_by_one(frames).await,
        }
    }

    async fn open(&self) -> Result<Option<(Box<dyn Line>, Duration)>, Failure> {
        let prepared = self.prepare().await?;
        match self.ask_where(&prepared).await? {
            None => Ok(None),
            Some(opening) => {
                let line = wire::connect(&prepared, &opening).await?;
                Ok(Some((Box::new(line), opening.heartbeat)))
            }
        }
    }

    async fn missed(&self) -> Result<Missed, Failure> {
        let prepared = self.prepare().await?;
        let (session, worker) = self.aside(&prepared);
        let answer = self.source.connector().fetch_missed(session, self.settings()).await;
        ended(worker).await?;
        answer.unwrap_or_else(|error| Err(refusal::guest(&error)))
    }
}

impl Live {
    async fn ask_where(&self, prepared: &Prepared) -> Result<Option<Opening>, Failure> {
        let (session, worker) = self.aside(prepared);
        let answer = self.source.connector().open_channel(session, self.settings()).await;
        ended(worker).await?;
        answer.unwrap_or_else(|error| Err(refusal::guest(&error)))
    }

    async fn together(&self, frames: Vec<String>) -> Result<Vec<Result<Reaction, Failure>>, GuestError> {
        let secrets = self.source.secrets();
        let meter = self.host.meter(self.source.name());
        self.source.connector().frames((&secrets, &meter), self.settings(), frames).await
    }

    async fn one_by_one(&self, frames: Vec<String>) -> Vec<Result<Reaction, Failure>> {
        let mut reactions = Vec::with_capacity(frames.len());
        for frame in frames {
            match self.together(vec![frame]).await {
                Ok(alone) => reactions.extend(alone),
                Err(error) => reactions.push(Err(refusal::guest(&error))),
            }
        }
        reactions
    }

    async fn prepare(&self) -> Result<Prepared, Failure> {
        prepare(&self.host, &self.source).await.map_err(Unprepared::into_failure)
    }

    /// The capabilities of a call that is no run. It may write to the connector's storage, and not to the directory.
    fn aside(&self, prepared: &Prepared) -> (Session, Worker) {
        let (host, source) = (&self.host, &self.source);
        let recorder = std::sync::Arc::new(Recorder::of_nothing(std::sync::Arc::new(Unobserved)));
        let cancel = Cancel::new();
        Sessions { host, source, prepared, recorder, cancel, is_dry: false, unattended: None }.aside()
    }

    fn settings(&self) -> String {
        self.source.settings().to_string()
    }
}

/// The worker of a call that is no run had nothing to apply.
async fn ended(worker: Worker) -> Result<(), Failure> {
    let died = |error: tokio::task::JoinError| GuestError::Host { what: error.to_string() };
    worker.finish().await.map(|_ledger| ()).map_err(|error| refusal::guest(&died(error)))
}
