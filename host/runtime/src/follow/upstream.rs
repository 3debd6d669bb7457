//! The followed source itself, as the tasks of a follower see it.
//!
//! Not here: when they are made.

use std::sync::Arc;

use async_trait::async_trait;

use super::connection::ChannelConnection;
use super::delivery::Delivery;
use super::wire;
use crate::apply::{Identities, Worker, scope};
use crate::bindings::exports::rollcall::connector::events as guest;
use crate::bindings::rollcall::connector::model::NameValue;
use crate::cancel::Cancel;
use crate::capabilities::Session;
use crate::clearing::Approved;
use crate::connector::{Fetched, FrameReaction, Opening, Received, Rhythm};
use crate::error::{GuestError, RunError};
use crate::exclusive::Taken;
use crate::model::{Body, Diagnosis, EventDelivery, Failure, Plan};
use crate::observe::Unobserved;
use crate::options::RunOptions;
use crate::prepare::{Prepared, Unprepared, prepare};
use crate::recorder::Recorder;
use crate::refusal;
use crate::run::{self, Finished, RunWork};
use crate::services::Services;
use crate::session::Sessions;
use crate::source::Source;

/// What a follower needs of its source.
#[async_trait]
pub(super) trait Upstream: Send + Sync + 'static {
    /// One run.
    async fn run(&self, work: RunWork, options: RunOptions) -> Result<Finished, RunError>;

    /// Understand a delivery, or say what is wrong with it.
    async fn receive(&self, delivery: Delivery) -> Result<Received, Diagnosis>;

    /// What to do about these frames of one connection, in their order. `state` is what the last one before them left; a
    /// frame that is not understood leaves it as it is.
    async fn understand(&self, state: String, frames: Vec<Body>) -> Vec<Result<FrameReaction, Failure>>;

    /// Open a new connection; none when the source has no channel, or the settings do not want it.
    async fn open(&self) -> Result<Option<OpenedConnection>, Unopened>;

    /// The source is not followed any more: others may have what it had for itself alone.
    fn let_go(&self);

    /// Why nothing is asked of the source until a person has acted: its proxy refused the name and the password.
    fn barred(&self) -> Option<Failure>;

    /// A person has acted.
    fn unbar(&self);

    /// What the settings will need.
    async fn plan(&self) -> Result<Plan, Failure>;

    /// Ask for what was not delivered, or has changed since `cursor`.
    async fn fetch(&self, cursor: Option<String>) -> Result<Fetched, Failure>;
}

/// A connection, and what its connector said of it.
pub(super) struct OpenedConnection {
    pub(super) line: Box<dyn ChannelConnection>,
    pub(super) rhythm: Rhythm,
    /// What the first frame gets.
    pub(super) state: String,
}

/// Why no connection was opened.
#[derive(Debug)]
pub(super) enum Unopened {
    /// It failed.
    Failed(Failure),
    /// Another source of this host has what this one may not share.
    Taken(Taken),
}

impl From<Failure> for Unopened {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// A source behind its connector.
pub(super) struct Live {
    pub(super) services: Services,
    pub(super) source: Source,
}

#[async_trait]
impl Upstream for Live {
    async fn run(&self, work: RunWork, options: RunOptions) -> Result<Finished, RunError> {
        run::start(&self.services, &self.source, work, options).await
    }

    async fn receive(&self, delivery: Delivery) -> Result<Received, Diagnosis> {
        let Delivery { method, query, headers, body } = delivery;
        let headers = handed_over(headers).map(|(name, value)| NameValue { name, value }).collect();
        let delivery = guest::Delivery { method, query, headers, body: Body::from(body).into() };
        let meter = self.services.meter(self.source.name());
        match self.source.connector().receive(self.source.seal(&[]), &meter, delivery).await {
            Ok(Ok(received)) => Ok(received),
            Ok(Err(failure)) => Err(failure.diagnosis),
            Err(error) => Err(refusal::guest(&error).diagnosis),
        }
    }

    async fn understand(&self, state: String, frames: Vec<Body>) -> Vec<Result<FrameReaction, Failure>> {
        match self.together(state.clone(), frames.clone()).await {
            Ok(reactions) => reactions,
            Err(error) if frames.len() <= 1 => vec![Err(refusal::guest(&error))],
            // One of them killed the connector. The others must not go down with it.
            Err(_) => self.one_by_one(state, frames).await,
        }
    }

    async fn open(&self) -> Result<Option<OpenedConnection>, Unopened> {
        let prepared = self.prepare().await?;
        if prepared.plan.event_delivery != EventDelivery::Channel {
            return Ok(None);
        }
        let claims = self.services.claims();
        claims.claim(self.source.name(), &prepared.plan.exclusive).map_err(Unopened::Taken)?;
        match self.ask_where(&prepared).await? {
            None => Ok(None),
            Some(opening) => {
                let line =
                    wire::connect(self.services.listening(), self.source.name(), &prepared, &opening).await?;
                let Opening { rhythm, state, .. } = opening;
                Ok(Some(OpenedConnection { line: Box::new(line), rhythm, state }))
            }
        }
    }

    fn let_go(&self) {
        self.services.claims().release(self.source.name());
    }

    fn barred(&self) -> Option<Failure> {
        self.services.barred(&self.source)
    }

    fn unbar(&self) {
        self.services.unbar(&self.source);
    }

    async fn plan(&self) -> Result<Plan, Failure> {
        Ok(self.prepare().await?.plan)
    }

    async fn fetch(&self, cursor: Option<String>) -> Result<Fetched, Failure> {
        let prepared = self.prepare().await?;
        let (session, worker) = self.aside(&prepared);
        let answer = self.source.connector().fetch_events(session, cursor).await;
        ended(worker).await?;
        answer.unwrap_or_else(|error| Err(refusal::guest(&error)))
    }
}

impl Live {
    async fn ask_where(&self, prepared: &Prepared) -> Result<Option<Opening>, Failure> {
        let (session, worker) = self.aside(prepared);
        let answer = self.source.connector().open_channel(session).await;
        ended(worker).await?;
        answer.unwrap_or_else(|error| Err(refusal::guest(&error)))
    }

    async fn together(
        &self,
        state: String,
        frames: Vec<Body>,
    ) -> Result<Vec<Result<FrameReaction, Failure>>, GuestError> {
        let meter = self.services.meter(self.source.name());
        self.source.connector().frames(self.source.seal(&[]), &meter, state, frames).await
    }

    async fn one_by_one(&self, mut state: String, frames: Vec<Body>) -> Vec<Result<FrameReaction, Failure>> {
        let mut reactions = Vec::with_capacity(frames.len());
        for frame in frames {
            match self.together(state.clone(), vec![frame]).await {
                Ok(alone) => {
                    state = next_state(&alone).unwrap_or(state);
                    reactions.extend(alone);
                }
                Err(error) => reactions.push(Err(refusal::guest(&error))),
            }
        }
        reactions
    }

    async fn prepare(&self) -> Result<Prepared, Failure> {
        prepare(&self.services, &self.source).await.map_err(Unprepared::into_failure)
    }

    /// The capabilities of a call that is no run. It may write to the connector's storage, and not to the directory.
    fn aside(&self, prepared: &Prepared) -> (Session, Worker) {
        let (services, source) = (&self.services, &self.source);
        let recorder = Arc::new(Recorder::of_nothing(Arc::new(Unobserved)));
        let cancel = Cancel::new();
        Sessions {
            services,
            source,
            prepared,
            recorder,
            cancel,
            is_dry: false,
            scales: None,
            declined: Arc::default(),
            approved: Approved::Nothing,
            identities: Identities::default(),
            known_scopes: scope::EarlierScopes::default(),
            overrun: Cancel::new(),
        }
        .aside()
    }
}

/// The state that these reactions leave for the next frame; none when they leave it as it was.
pub(super) fn next_state(reactions: &[Result<FrameReaction, Failure>]) -> Option<String> {
    reactions.iter().rev().find_map(|reaction| reaction.as_ref().ok()?.state.clone())
}

/// The headers of a delivery that its connector sees, with names in lower case.
fn handed_over(headers: Vec<(String, String)>) -> impl Iterator<Item = (String, String)> {
    let lower = headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    lower.filter(|(name, _)| !is_the_hosts(name))
}

/// Whether a header is the host's: whoever sits before it may have put credentials or addresses there.
///
/// Source: the contract, `events.delivery`.
fn is_the_hosts(name: &str) -> bool {
    ["cookie", "authorization", "forwarded", "x-real-ip"].contains(&name)
        || ["proxy-", "x-forwarded-"].iter().any(|prefix| name.starts_with(prefix))
}

/// The worker of a call that is no run had nothing to apply.
async fn ended(worker: Worker) -> Result<(), Failure> {
    let died = |error: tokio::task::JoinError| GuestError::Host { what: error.to_string() };
    worker.finish().await.map(|_apply| ()).map_err(|error| refusal::guest(&died(error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_sees_the_headers_of_its_source_and_none_of_the_hosts() {
        let sent = [
            "X-Signature",
            "Cookie",
            "Authorization",
            "Proxy-Authorization",
            "Forwarded",
            "X-Forwarded-For",
            "X-Real-IP",
            "Content-Type",
        ];
        let headers = sent.map(|name| (name.to_owned(), "value".to_owned())).to_vec();
        let seen: Vec<String> = handed_over(headers).map(|(name, _)| name).collect();
        assert_eq!(seen, ["x-signature", "content-type"]);
    }
}
