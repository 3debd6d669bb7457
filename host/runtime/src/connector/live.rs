//! The functions of a connector that follows its source, with what they say checked against the contract.
//!
//! Not here: what becomes of an event (`follow`). A connector without these functions is a connector all the same.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::Store;
use wasmtime::component::{Instance, InstancePre};

use super::{Bounds, Calling, Connector};
use crate::bindings::exports::rollcall::connector::events as guest;
use crate::bindings::rollcall::connector::types as wit;
use crate::capabilities::Session;
use crate::convert::{self, Reader};
use crate::error::GuestError;
use crate::figures::Meter;
use crate::guest::Guest;
use crate::inbox::{EventWay, InboxEvent, NewEvent};
use crate::limits::{
    CALL_TIMEOUTS, EVENT_CALL_TIMEOUT, MAX_CHANGES, MAX_DELIVERY_BYTES, MAX_EVENT_ID_BYTES,
    MAX_EVENT_KIND_BYTES, MAX_EVENT_PAYLOAD_BYTES, MAX_EVENT_SUBJECTS, MAX_EXTERNAL_ID_BYTES, MAX_REPLIES,
    MAX_REPLY_BYTES, MAX_REQUEST_HEADERS, MAX_RESOURCE_TYPE_BYTES, MAX_SUBPROTOCOLS, MAX_URL_BYTES,
};
use crate::model::{Failure, Key, Summary, Timestamp};
use crate::secrets::Secrets;

/// A change notice, as the connector understood it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Notice {
    pub(crate) id: String,
    pub(crate) kind: String,
    pub(crate) payload: Vec<u8>,
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
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    pub(crate) notices: Vec<Notice>,
}

/// What to do about a frame.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reaction {
    pub(crate) replies: Vec<String>,
    pub(crate) refusals: Vec<String>,
    pub(crate) notices: Vec<Notice>,
    pub(crate) reconnect: bool,
}

/// Notices that the source had kept.
#[derive(Debug)]
pub(crate) struct Missed {
    pub(crate) notices: Vec<Notice>,
    pub(crate) more: bool,
}

/// Where to listen.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Opening {
    pub(crate) url: String,
    pub(crate) subprotocols: Vec<String>,
    pub(crate) heartbeat: Duration,
}

/// Without the address, which carries a ticket.
impl fmt::Debug for Opening {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opening").field("heartbeat", &self.heartbeat).finish_non_exhaustive()
    }
}

/// What a connector said, or how it died.
pub(crate) type Answer<T> = Result<Result<T, Failure>, GuestError>;

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
        (secrets, meter): (&Secrets, &Meter),
        settings: String,
        delivery: guest::Delivery,
    ) -> Answer<Received> {
        let limit = EVENT_CALL_TIMEOUT;
        let bounds = Bounds { export: "receive", session: None, secrets, meter, limit };
        let answer = self.live_call(bounds, move |events, store| {
            Box::pin(async move { events.call_receive(store, &settings, &delivery).await })
        });
        Checker { secrets }.answer(answer.await?, Checker::received)
    }

    /// Understand frames of a channel, one after the other in one store. Offline.
    pub(crate) async fn frames(
        &self,
        (secrets, meter): (&Secrets, &Meter),
        settings: String,
        frames: Vec<String>,
    ) -> Result<Vec<Result<Reaction, Failure>>, GuestError> {
        let limit = EVENT_CALL_TIMEOUT;
        let bounds = Bounds { export: "frame", session: None, secrets, meter, limit };
        let answers = self.live_call(bounds, move |events, store| {
            Box::pin(async move {
                let mut answers = Vec::with_capacity(frames.len());
                for frame in &frames {
                    answers.push(events.call_frame(&mut *store, &settings, frame).await?);
                }
                Ok(answers)
            })
        });
        let checker = Checker { secrets };
        answers.await?.into_iter().map(|answer| checker.answer(answer, Checker::reaction)).collect()
    }

    /// Bring what these events name in line.
    pub(crate) async fn handle(
        &self,
        session: Session,
        settings: String,
        events: &[InboxEvent],
    ) -> Answer<Summary> {
        let secrets = Arc::clone(&session.secrets);
        let meter = Arc::clone(&session.meter);
        let bounds = bounds("handle", session, (&secrets, &meter), CALL_TIMEOUTS.import);
        let events: Vec<guest::Event> = events.iter().map(|event| to_guest(&event.event)).collect();
        let answer = self.live_call(bounds, move |exports, store| {
            Box::pin(async move { exports.call_handle(store, &settings, &events).await })
        });
        Checker { secrets: &secrets }.answer(answer.await?, |_, summary| Ok(convert::summary(summary)))
    }

    /// Ask for what could not be delivered.
    pub(crate) async fn fetch_missed(&self, session: Session, settings: String) -> Answer<Missed> {
        let secrets = Arc::clone(&session.secrets);
        let meter = Arc::clone(&session.meter);
        let bounds = bounds("fetch-missed", session, (&secrets, &meter), CALL_TIMEOUTS.check);
        let answer = self.live_call(bounds, move |events, store| {
            Box::pin(async move { events.call_fetch_missed(store, &settings).await })
        });
        Checker { secrets: &secrets }.answer(answer.await?, Checker::missed)
    }

    /// Ask where to listen; none when there is no channel.
    pub(crate) async fn open_channel(&self, session: Session, settings: String) -> Answer<Option<Opening>> {
        let secrets = Arc::clone(&session.secrets);
        let meter = Arc::clone(&session.meter);
        let bounds = bounds("open-channel", session, (&secrets, &meter), CALL_TIMEOUTS.offline);
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
    export: &'static str,
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
    ) -> Answer<T> {
        match answer {
            Ok(answer) => read(self, answer).map(Ok),
            Err(failure) => Ok(Err(Reader { secrets: self.secrets }.failure(failure))),
        }
    }

    fn received(self, receipt: guest::Receipt) -> Result<Received, GuestError> {
        let guest::Receipt { status, headers, body, events } = receipt;
        if !(200..=599).contains(&status) {
            return Err(broke(format!("its receipt has the status {status}")));
        }
        if MAX_DELIVERY_BYTES < body.len() || MAX_REQUEST_HEADERS < headers.len() {
            return Err(broke(format!(
                "its receipt has more than {MAX_REQUEST_HEADERS} headers or {MAX_DELIVERY_BYTES} bytes"
            )));
        }
        Ok(Received { status, headers, body, notices: self.notices(events)? })
    }

    fn reaction(self, reaction: guest::Reaction) -> Result<Reaction, GuestError> {
        let guest::Reaction { replies, refusals, events, reconnect } = reaction;
        for frames in [&replies, &refusals] {
            if MAX_REPLIES < frames.len() || frames.iter().any(|frame| MAX_REPLY_BYTES < frame.len()) {
                return Err(broke(format!(
                    "it answers a frame with more than {MAX_REPLIES} frames of {MAX_REPLY_BYTES} bytes"
                )));
            }
        }
        Ok(Reaction { replies, refusals, notices: self.notices(events)?, reconnect })
    }

    fn missed(self, missed: guest::Missed) -> Result<Missed, GuestError> {
        Ok(Missed { notices: self.notices(missed.events)?, more: missed.more })
    }

    fn notices(self, events: Vec<guest::Event>) -> Result<Vec<Notice>, GuestError> {
        if MAX_CHANGES < events.len() {
            return Err(broke(format!("it gave more than {MAX_CHANGES} events at once")));
        }
        events.into_iter().map(|event| self.notice(event)).collect()
    }

    fn notice(self, event: guest::Event) -> Result<Notice, GuestError> {
        let guest::Event { id, kind, payload, born_at_ms, subjects } = event;
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
        let reader = Reader { secrets: self.secrets };
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
            born_at: born_at_ms.and_then(|ms| i64::try_from(ms).ok()).map(Timestamp::from_unix_ms),
            subjects: different.into_iter().collect(),
        })
    }
}

fn opening(channel: guest::Channel) -> Result<Opening, GuestError> {
    let guest::Channel { url, subprotocols, heartbeat_ms } = channel;
    let are_long = subprotocols.iter().any(|name| MAX_RESOURCE_TYPE_BYTES < name.len());
    if MAX_URL_BYTES < url.len() || MAX_SUBPROTOCOLS < subprotocols.len() || are_long {
        return Err(broke(format!(
            "its channel has an address of more than {MAX_URL_BYTES} bytes, or too many or too long subprotocols"
        )));
    }
    if heartbeat_ms == 0 {
        return Err(broke("its channel has a heartbeat of 0 ms".to_owned()));
    }
    Ok(Opening { url, subprotocols, heartbeat: Duration::from_millis(u64::from(heartbeat_ms)) })
}

fn to_guest(event: &NewEvent) -> guest::Event {
    guest::Event {
        id: event.id.clone(),
        kind: event.kind.clone(),
        payload: event.payload.clone(),
        born_at_ms: event.born_at.and_then(|at| u64::try_from(at.unix_ms()).ok()),
        subjects: event.subjects.iter().map(Into::into).collect(),
    }
}

fn broke(what: String) -> GuestError {
    GuestError::BrokeContract { what }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn secrets() -> Secrets {
        let schema = json!({"properties": {"secret": {"writeOnly": true}}});
        Secrets::of(&schema, &json!({"secret": "hunter2"}), None)
    }

    fn event(id: &str) -> guest::Event {
        guest::Event {
            id: id.to_owned(),
            kind: "user_modify_org".to_owned(),
            payload: vec![0; MAX_EVENT_PAYLOAD_BYTES],
            born_at_ms: Some(7),
            subjects: vec![wit::Key { resource_type: "User".to_owned(), external_id: "a".to_owned() }; 2],
        }
    }

    fn notices(events: Vec<guest::Event>) -> Result<Vec<Notice>, GuestError> {
        Checker { secrets: &secrets() }.notices(events)
    }

    #[test]
    fn an_event_that_keeps_the_contract_is_read_with_each_subject_once() {
        let notice = notices(vec![event("1")]).unwrap().remove(0);
        assert_eq!((notice.id.as_str(), notice.born_at), ("1", Some(Timestamp::from_unix_ms(7))));
        assert_eq!(notice.subjects, [Key::new("User", "a")]);
    }

    #[test]
    fn events_that_break_the_contract_are_refused() {
        let subject = wit::Key { resource_type: "User".to_owned(), external_id: "a".to_owned() };
        let long = wit::Key { external_id: "a".repeat(MAX_EXTERNAL_ID_BYTES + 1), ..subject.clone() };
        for wrong in [
            event(""),
            event(&"x".repeat(MAX_EVENT_ID_BYTES + 1)),
            event("of-hunter2"),
            guest::Event { kind: "x".repeat(MAX_EVENT_KIND_BYTES + 1), ..event("1") },
            guest::Event { payload: vec![0; MAX_EVENT_PAYLOAD_BYTES + 1], ..event("1") },
            guest::Event { subjects: vec![subject; MAX_EVENT_SUBJECTS + 1], ..event("1") },
            guest::Event { subjects: vec![long], ..event("1") },
        ] {
            let error = notices(vec![wrong]).unwrap_err();
            assert!(matches!(error, GuestError::BrokeContract { .. }), "{error}");
            assert!(!error.to_string().contains("hunter2"));
        }
        assert!(notices(vec![event("1"); MAX_CHANGES]).is_ok());
        assert!(notices(vec![event("1"); MAX_CHANGES + 1]).is_err());
    }

    #[test]
    fn a_secret_in_the_words_of_an_event_is_blacked_out() {
        let event = guest::Event { kind: "hunter2".to_owned(), ..event("1") };
        assert_eq!(notices(vec![event]).unwrap()[0].kind, "[secret]");
    }

    #[test]
    fn a_receipt_that_no_web_server_could_send_is_refused() {
        let receipt = |status, n_headers, n_bytes| guest::Receipt {
            status,
            headers: vec![("a".to_owned(), "b".to_owned()); n_headers],
            body: vec![0; n_bytes],
            events: Vec::new(),
        };
        let secrets = secrets();
        let checker = Checker { secrets: &secrets };
        assert!(checker.received(receipt(200, MAX_REQUEST_HEADERS, MAX_DELIVERY_BYTES)).is_ok());
        for wrong in [
            receipt(0, 0, 0),
            receipt(101, 0, 0),
            receipt(600, 0, 0),
            receipt(200, MAX_REQUEST_HEADERS + 1, 0),
            receipt(200, 0, MAX_DELIVERY_BYTES + 1),
        ] {
            assert!(checker.received(wrong).is_err());
        }
    }

    #[test]
    fn a_flood_of_answers_to_a_frame_is_refused() {
        let reaction = |replies: Vec<String>, refusals: Vec<String>| guest::Reaction {
            replies,
            refusals,
            events: Vec::new(),
            reconnect: false,
        };
        let secrets = secrets();
        let checker = Checker { secrets: &secrets };
        let frames = |n, bytes| vec!["x".repeat(bytes); n];
        assert!(checker.reaction(reaction(frames(MAX_REPLIES, 1), frames(1, MAX_REPLY_BYTES))).is_ok());
        assert!(checker.reaction(reaction(frames(MAX_REPLIES + 1, 1), Vec::new())).is_err());
        assert!(checker.reaction(reaction(Vec::new(), frames(1, MAX_REPLY_BYTES + 1))).is_err());
    }

    #[test]
    fn a_channel_without_a_heartbeat_is_refused() {
        let channel = |heartbeat_ms, n_bytes| guest::Channel {
            url: "x".repeat(n_bytes),
            subprotocols: Vec::new(),
            heartbeat_ms,
        };
        assert!(opening(channel(1, MAX_URL_BYTES)).is_ok());
        assert!(opening(channel(0, 1)).is_err());
        assert!(opening(channel(1, MAX_URL_BYTES + 1)).is_err());
    }

    #[test]
    fn the_address_of_a_channel_is_in_no_debug_output() {
        let opening = Opening {
            url: "wss://source.test/?ticket=hunter2".to_owned(),
            subprotocols: Vec::new(),
            heartbeat: Duration::from_secs(1),
        };
        assert_eq!(format!("{opening:?}"), "Opening { heartbeat: 1s, .. }");
    }
}
