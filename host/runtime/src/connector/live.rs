//! The functions of a connector that follows its source, with what they say checked against the contract.
//!
//! Not here: what becomes of an event (`follow`). A connector without these functions is a connector all the same.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rollcall_rules::reach::Export;
use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use super::{Bounds, Calling, Connector};
use crate::bindings::exports::rollcall::connector::events as guest;
use crate::bindings::rollcall::connector::model as wit;
use crate::capabilities::Session;
use crate::capabilities::guest::Guest;
use crate::convert::GuestReader;
use crate::error::GuestError;
use crate::figures::Meter;
use crate::inbox::{EventWay, InboxEvent, NewEvent};
use crate::limits::{
    CALL_TIMEOUTS, EVENT_CALL_TIMEOUT, MAX_CHANGES, MAX_CHANNEL_MESSAGE_BYTES, MAX_CHANNEL_STATE_BYTES,
    MAX_CURSOR_BYTES, MAX_DELIVERY_BYTES, MAX_EVENT_ID_BYTES, MAX_EVENT_KIND_BYTES, MAX_EVENT_PAYLOAD_BYTES,
    MAX_EVENT_SUBJECTS, MAX_EXTERNAL_ID_BYTES, MAX_REPLIES, MAX_REPLY_BYTES, MAX_RESOURCE_TYPE_BYTES,
    MAX_SUBPROTOCOLS, MAX_URL_BYTES, MIN_HEARTBEAT,
};
use crate::model::{Body, Failure, Key, Summary, Timestamp};
use crate::sealed::SealedCall;
use crate::secrets::Secrets;

/// A change notice, as the connector understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) payload: String,
    pub(crate) born_at: Option<Timestamp>,
    pub(crate) subjects: Vec<Key>,
}

impl Notice {
    /// The event to keep.
    pub(crate) fn arrived(self, arrived_at: Timestamp, way: EventWay) -> NewEvent {
        let Self { id, kind, payload, born_at, subjects } = self;
        NewEvent { id, kind, payload, born_at, subjects, arrived_at, way }
    }
}

/// What to answer to a delivery, once its notices are kept.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    /// The value of `content-type`.
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
    pub(crate) notices: Vec<Notice>,
}

/// What to do about a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FrameReaction {
    pub(crate) replies: Vec<Body>,
    pub(crate) refusals: Vec<Body>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) reconnect: bool,
    /// The time between heartbeats from now on, if it changes.
    pub(crate) heartbeat: Option<Duration>,
    /// What the next frame of the connection gets, if it changes.
    pub(crate) state: Option<String>,
}

/// What came of a batch of events.
#[derive(Debug)]
pub(crate) struct Handled {
    pub(crate) summary: Summary,
    pub(crate) unfinished: Vec<Unfinished>,
}

/// An event that is worth another try, where others of its batch are done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Unfinished {
    pub(crate) id: String,
    pub(crate) failure: Failure,
}

/// Notices that the source was asked for.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) notices: Vec<Notice>,
    /// What to ask with the next time; none leaves the last one.
    pub(crate) cursor: Option<String>,
    pub(crate) more: bool,
}

/// Where to listen.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) url: String,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) rhythm: Rhythm,
    /// What the first frame gets.
    pub(crate) state: String,
}

/// How a connection is found out to be dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rhythm {
    /// The time between heartbeats.
    pub(crate) every: Duration,
    /// The message that is one; none for a ping.
    pub(crate) message: Option<Body>,
}

/// Without the address, which carries a ticket.
impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("rhythm", &self.rhythm).finish_non_exhaustive()
    }
}

/// What a connector said, or how it died.
pub(crate) type GuestResult<T> = Result<Result<T, Failure>, GuestError>;

/// Where a component's `events` are, if it exports any.
///
/// # Errors
///
/// When it exports them and they are not those of the contract.
pub(super) fn find(pre: &InstancePre<Guest>) -> wasmtime::Result<Option<guest::GuestIndices>> {
    let component = pre.component();
    let exports_events = component
        .component_type()
        .exports(component.engine())
        .any(|(name, _)| name.split_once('@').map_or(name, |(name, _)| name) == "rollcall:connector/events");
    exports_events.then(|| guest::GuestIndices::new(pre)).transpose()
}

impl Connector {
    /// Verify and decrypt one delivery. Offline.
    pub(crate) async fn receive(
        &self,
        sealed: SealedCall,
        meter: &Meter,
        delivery: guest::Delivery,
    ) -> GuestResult<Received> {
        let SealedCall { settings, secrets, .. } = sealed;
        let secrets = &*secrets;
        let limit = EVENT_CALL_TIMEOUT;
        let bounds = Bounds { export: Export::Receive, session: None, secrets, meter, limit };
        let answer = self.live_call(bounds, move |events, store| {
            Box::pin(async move { events.call_receive(store, &settings, &delivery).await })
        });
        Checker { secrets }.answer(answer.await?, Checker::received)
    }

    /// Understand frames of a channel, one after the other in one store, each with the state that the one before it left.
    /// Offline.
    pub(crate) async fn frames(
        &self,
        sealed: SealedCall,
        meter: &Meter,
        state: String,
        frames: Vec<Body>,
    ) -> Result<Vec<Result<FrameReaction, Failure>>, GuestError> {
        let SealedCall { settings, secrets, .. } = sealed;
        let secrets = &*secrets;
        let limit = EVENT_CALL_TIMEOUT;
        let bounds = Bounds { export: Export::Frame, session: None, secrets, meter, limit };
        let answers = self.live_call(bounds, move |events, store| {
            Box::pin(async move {
                let (mut answers, mut state) = (Vec::with_capacity(frames.len()), state);
                for frame in frames {
                    let answer = events.call_frame(&mut *store, &settings, &state, &frame.into()).await?;
                    if let Some(next) = answer.as_ref().ok().and_then(|reaction| reaction.state.as_ref()) {
                        state.clone_from(next);
                    }
                    answers.push(answer);
                }
                Ok(answers)
            })
        });
        let checker = Checker { secrets };
        answers.await?.into_iter().map(|answer| checker.answer(answer, Checker::reaction)).collect()
    }

    /// Bring what these events name in line.
    pub(crate) async fn handle(&self, mut session: Session, events: &[InboxEvent]) -> GuestResult<Handled> {
        let settings = std::mem::take(&mut session.settings);
        let secrets = Arc::clone(&session.secrets);
        let meter = Arc::clone(&session.meter);
        let bounds = bounds(Export::Handle, session, (&secrets, &meter), CALL_TIMEOUTS.import);
        let given: BTreeSet<String> = events.iter().map(|event| event.event.id.clone()).collect();
        let events: Vec<guest::SourceEvent> = events.iter().map(|event| to_guest(&event.event)).collect();
        let answer = self.live_call(bounds, move |exports, store| {
            Box::pin(async move { exports.call_handle(store, &settings, &events).await })
        });
        Checker { secrets: &secrets }
            .answer(answer.await?, |checker, handled| checker.handled(handled, &given))
    }

    /// Ask for changes that were not delivered, or that were made since `cursor`.
    pub(crate) async fn fetch_events(
        &self,
        mut session: Session,
        cursor: Option<String>,
    ) -> GuestResult<Fetched> {
        let settings = std::mem::take(&mut session.settings);
        let secrets = Arc::clone(&session.secrets);
        let meter = Arc::clone(&session.meter);
        let bounds = bounds(Export::FetchEvents, session, (&secrets, &meter), CALL_TIMEOUTS.check);
        let answer = self.live_call(bounds, move |events, store| {
            Box::pin(async move { events.call_fetch_events(store, &settings, cursor.as_deref()).await })
        });
        Checker { secrets: &secrets }.answer(answer.await?, Checker::fetched)
    }

    /// Ask where to listen; none when there is no channel.
    pub(crate) async fn open_channel(&self, mut session: Session) -> GuestResult<Option<Opening>> {
        let settings = std::mem::take(&mut session.settings);
        let secrets = Arc::clone(&session.secrets);
        let meter = Arc::clone(&session.meter);
        let bounds = bounds(Export::OpenChannel, session, (&secrets, &meter), CALL_TIMEOUTS.offline);
        let answer = self.live_call(bounds, move |events, store| {
            Box::pin(async move { events.call_open_channel(store, &settings).await })
        });
        Checker { secrets: &secrets }.answer(answer.await?, |_, channel| channel.map(opening).transpose())
    }

    async fn live_call<T>(
        &self,
        bounds: Bounds<'_>,
        function: impl for<'a> FnOnce(&'a guest::Guest, &'a mut Store<Guest>) -> Calling<'a, T> + Send,
    ) -> Result<T, GuestError> {
        let Some(events) = &self.inner.events else {
            return Err(broke("it exports no `events`".to_owned()));
        };
        let load = |store: &mut Store<Guest>, instance: &Instance| events.load(store, instance);
        self.inner.code.call(load, bounds, function).await
    }
}

fn bounds<'a>(
    export: Export,
    session: Session,
    (secrets, meter): (&'a Secrets, &'a Meter),
    limit: Duration,
) -> Bounds<'a> {
    Bounds { export, session: Some(session), secrets, meter, limit }
}

/// Holds what a connector says about events against the sizes of the contract. What is longer than a store expects is no
/// text to be cut: an event that was cut would be another event.
#[derive(Clone, Copy)]
struct Checker<'a> {
    secrets: &'a Secrets,
}

impl Checker<'_> {
    fn answer<G, T>(
        self,
        answer: Result<G, wit::Failure>,
        read: impl FnOnce(Self, G) -> Result<T, GuestError>,
    ) -> GuestResult<T> {
        match answer {
            Ok(answer) => read(self, answer).map(Ok),
            Err(failure) => Ok(Err(GuestReader { secrets: self.secrets }.failure(failure))),
        }
    }

    fn received(self, receipt: guest::Receipt) -> Result<Received, GuestError> {
        let guest::Receipt { status, content_type, body, events } = receipt;
        if !(200..=599).contains(&status) {
            return Err(broke(format!("its receipt has the status {status}")));
        }
        if MAX_DELIVERY_BYTES < body.len() {
            return Err(broke(format!("its receipt has more than {MAX_DELIVERY_BYTES} bytes")));
        }
        let content_type = match content_type {
            guest::ContentType::Text => "text/plain; charset=utf-8",
            guest::ContentType::Json => "application/json",
            guest::ContentType::Xml => "application/xml; charset=utf-8",
        };
        Ok(Received { status, content_type, body, notices: self.notices(events)? })
    }

    fn handled(self, handled: guest::Handled, given: &BTreeSet<String>) -> Result<Handled, GuestError> {
        let reader = GuestReader { secrets: self.secrets };
        let guest::Handled { summary, unfinished } = handled;
        let different: BTreeSet<&String> = unfinished.iter().map(|event| &event.id).collect();
        if different.len() != unfinished.len() || !different.iter().all(|id| given.contains(*id)) {
            return Err(broke("it left events unfinished that it was not given, or twice".to_owned()));
        }
        let unfinished = unfinished.into_iter().map(|guest::UnfinishedEvent { id, failure }| Unfinished {
            id,
            failure: reader.failure(failure),
        });
        Ok(Handled { unfinished: unfinished.collect(), summary: reader.summary(summary) })
    }

    fn reaction(self, reaction: guest::Reaction) -> Result<FrameReaction, GuestError> {
        let guest::Reaction { replies, refusals, events, reconnect, heartbeat_ms, state } = reaction;
        let messages = |bodies: Vec<wit::Body>| bodies.into_iter().map(Body::from).collect::<Vec<_>>();
        let (replies, refusals) = (messages(replies), messages(refusals));
        for frames in [&replies, &refusals] {
            if MAX_REPLIES < frames.len() || frames.iter().any(|frame| MAX_REPLY_BYTES < frame.len()) {
                return Err(broke(format!(
                    "it answers a frame with more than {MAX_REPLIES} frames of {MAX_REPLY_BYTES} bytes"
                )));
            }
        }
        let heartbeat = heartbeat_ms.map(heartbeat).transpose()?;
        state.as_ref().map_or(Ok(()), |state| check_state(state))?;
        Ok(FrameReaction { replies, refusals, notices: self.notices(events)?, reconnect, heartbeat, state })
    }

    fn fetched(self, fetched: guest::FetchedEvents) -> Result<Fetched, GuestError> {
        let guest::FetchedEvents { events, cursor, more } = fetched;
        if cursor.as_ref().is_some_and(|cursor| MAX_CURSOR_BYTES < cursor.len()) {
            return Err(broke(format!("its cursor has more than {MAX_CURSOR_BYTES} bytes")));
        }
        Ok(Fetched { notices: self.notices(events)?, cursor, more })
    }

    fn notices(self, events: Vec<guest::SourceEvent>) -> Result<Vec<Notice>, GuestError> {
        if MAX_CHANGES < events.len() {
            return Err(broke(format!("it gave more than {MAX_CHANGES} events at once")));
        }
        events.into_iter().map(|event| self.notice(event)).collect()
    }

    fn notice(self, event: guest::SourceEvent) -> Result<Notice, GuestError> {
        let guest::SourceEvent { id, kind, payload, occurred_at_ms, subjects } = event;
        // The id is not repeated here: it breaks the contract, so it could be anything.
        if !(1..=MAX_EVENT_ID_BYTES).contains(&id.len()) || self.secrets.black_out(&id) != id {
            return Err(broke(format!(
                "an event's id must have 1 to {MAX_EVENT_ID_BYTES} bytes and no secret"
            )));
        }
        if MAX_EVENT_PAYLOAD_BYTES < payload.len() || MAX_EVENT_SUBJECTS < subjects.len() {
            return Err(broke(format!(
                "an event has more than {MAX_EVENT_PAYLOAD_BYTES} bytes or {MAX_EVENT_SUBJECTS} subjects"
            )));
        }
        let fits = |key: &wit::Key| {
            key.resource_type.len() <= MAX_RESOURCE_TYPE_BYTES
                && key.external_id.len() <= MAX_EXTERNAL_ID_BYTES
        };
        if MAX_EVENT_KIND_BYTES < kind.len() || !subjects.iter().all(fits) {
            return Err(broke("an event's kind or the key of a subject is too long".to_owned()));
        }
        let reader = GuestReader { secrets: self.secrets };
        let key = |key: wit::Key| {
            let text = |text: &str, max| reader.text(text, max);
            Key::new(
                text(&key.resource_type, MAX_RESOURCE_TYPE_BYTES),
                text(&key.external_id, MAX_EXTERNAL_ID_BYTES),
            )
        };
        let different: BTreeSet<Key> = subjects.into_iter().map(key).collect();
        Ok(Notice {
            id,
            kind: reader.text(&kind, MAX_EVENT_KIND_BYTES),
            payload,
            born_at: occurred_at_ms.and_then(|ms| i64::try_from(ms).ok()).map(Timestamp::from_unix_ms),
            subjects: different.into_iter().collect(),
        })
    }
}

fn opening(channel: guest::Channel) -> Result<Opening, GuestError> {
    let guest::Channel { url, subprotocols, heartbeat_ms, heartbeat: message, state } = channel;
    let are_long = subprotocols.iter().any(|name| MAX_RESOURCE_TYPE_BYTES < name.len());
    if MAX_URL_BYTES < url.len() || MAX_SUBPROTOCOLS < subprotocols.len() || are_long {
        return Err(broke(format!(
            "its channel has an address of more than {MAX_URL_BYTES} bytes, or too many or too long subprotocols"
        )));
    }
    let message = message.map(Body::from);
    if message.as_ref().is_some_and(|message| MAX_CHANNEL_MESSAGE_BYTES < message.len()) {
        return Err(broke(format!("its heartbeat has more than {MAX_CHANNEL_MESSAGE_BYTES} bytes")));
    }
    check_state(&state)?;
    Ok(Opening { url, subprotocols, rhythm: Rhythm { every: heartbeat(heartbeat_ms)?, message }, state })
}

fn heartbeat(heartbeat_ms: u32) -> Result<Duration, GuestError> {
    let heartbeat = Duration::from_millis(heartbeat_ms.into());
    if heartbeat < MIN_HEARTBEAT {
        return Err(broke(format!("it wants a heartbeat every {heartbeat_ms} ms")));
    }
    Ok(heartbeat)
}

fn check_state(state: &str) -> Result<(), GuestError> {
    if MAX_CHANNEL_STATE_BYTES < state.len() {
        return Err(broke(format!("the state of its channel has more than {MAX_CHANNEL_STATE_BYTES} bytes")));
    }
    Ok(())
}

fn to_guest(event: &NewEvent) -> guest::SourceEvent {
    guest::SourceEvent {
        id: event.id.clone(),
        kind: event.kind.clone(),
        payload: event.payload.clone(),
        occurred_at_ms: event.born_at.and_then(|at| u64::try_from(at.unix_ms()).ok()),
        subjects: event.subjects.iter().map(Into::into).collect(),
    }
}

fn broke(what: String) -> GuestError {
    GuestError::BrokeContract { what }
}

#[cfg(test)]
mod tests;
