//! What a connector is that also hears of changes: the trait that an author implements, and the calls that a host makes
//! of it. Keeping what was heard, answering the source and keeping a channel open are the host's part.

use crate::codes;
use crate::connector::{Connector, accepted, call, configured};
use crate::context::Context;
pub use crate::model::Handled;
use crate::model::{Diagnosis, Failure, Key, Plan};
use crate::ports::{Body, Host};
use rollcall_rules::reach::Export;
use std::fmt;
use std::future::{Future, ready};
use std::rc::Rc;

/// A change notice, small and opaque to the host, which keeps it before anyone acts on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Equal for repeats of the same notice. 1 to 128 bytes.
    pub id: String,
    /// What a person would look for, in the source's own words. At most 64 bytes.
    pub kind: String,
    /// What [`LiveConnector::handle`] needs, perhaps in a later version of the connector. At most 64 KiB.
    pub payload: String,
    /// When it happened as the source says, in milliseconds since 1970 UTC. Absent when the source does not say.
    pub occurred_at_ms: Option<u64>,
    /// What it names, as far as the source says, for whoever looks for it. At most [`limits::MAX_EVENT_SUBJECTS`](crate::limits::MAX_EVENT_SUBJECTS).
    pub subjects: Vec<Key>,
}

/// One HTTP request of the source. Its `Debug` leaves out what may carry a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// GET or POST, as a rule.
    pub method: String,
    /// The query, without the question mark, as received.
    pub query: String,
    /// Names in lower case; without cookies, credentials and what a reverse proxy adds.
    pub headers: Vec<(String, String)>,
    /// As received.
    pub body: Body,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery({} {} bytes)", self.method, self.body.as_bytes().len())
    }
}

/// What the body of a receipt is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContentType {
    /// Plain text.
    Text,
    /// JSON.
    Json,
    /// XML.
    Xml,
}

/// What to answer to a delivery, once its events are kept. Every header is the host's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The status code.
    pub status: u16,
    /// What the body is.
    pub content_type: ContentType,
    /// Body to send.
    pub body: String,
    /// Notices to keep first. At most 1000.
    pub events: Vec<Event>,
}

/// Where to listen, for a source that pushes over a WebSocket. Its `Debug` leaves out the ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct Channel {
    /// `wss:`, with whatever ticket it needs; used once.
    pub url: String,
    /// WebSocket subprotocols to offer.
    pub subprotocols: Vec<String>,
    /// Milliseconds between heartbeats; two unanswered ones mean a dead connection.
    pub heartbeat_ms: u32,
    /// The message that is a heartbeat; none for WebSocket's own ping.
    pub heartbeat: Option<Body>,
    /// What the first [`LiveConnector::frame`] gets as its state.
    pub state: String,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("Channel").field("url", &address).finish_non_exhaustive()
    }
}

/// What to do about a message of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reaction {
    /// Messages to answer once the events are kept.
    pub replies: Vec<Body>,
    /// Messages to answer instead if they cannot be kept. With none, silence says it.
    pub refusals: Vec<Body>,
    /// Notices to keep first. At most 1000.
    pub events: Vec<Event>,
    /// Whether to open a new channel now, because the source is about to close this one.
    pub reconnect: bool,
    /// Milliseconds between heartbeats from now on; none leaves them.
    pub heartbeat_ms: Option<u32>,
    /// What the next [`LiveConnector::frame`] of this connection gets; none leaves it.
    pub state: Option<String>,
}

/// What a source tells when it is asked for changes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fetched {
    /// Notices to keep before asking again: the source may forget them then. At most 1000.
    pub events: Vec<Event>,
    /// What to ask with the next time; none leaves the last one.
    pub cursor: Option<String>,
    /// Whether to ask again at once.
    pub more: bool,
}

/// What the outside world adds to a delivery, so that receiving one is a pure function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 UTC.
    pub now_ms: u64,
    /// Nobody can guess them.
    pub random: [u8; 16],
}

/// A connector that hears of changes. Events are hints: what they name is read again before anything is changed.
pub trait LiveConnector: Connector {
    /// Take settings for [`LiveConnector::receive`] alone. Where nothing is wrong about what that needs, other settings may be
    /// wrong: what the source tells meanwhile is kept, and acted on once they are right.
    ///
    /// # Errors
    /// As [`Connector::configure`].
    fn receiver(settings: &str) -> Result<(Self, Plan), Vec<Diagnosis>> {
        Self::configure(settings)
    }

    /// Verify and decrypt one HTTP delivery. Offline.
    ///
    /// # Errors
    /// When it does not verify, or the settings do not want any. Why is for the log; the sender must not learn it.
    fn receive(&self, moment: Moment, delivery: &Delivery) -> Result<Receipt, Failure>;

    /// Bring in line what the events name, each object read once. Repeats and disorder are harmless. The summary is
    /// incomplete when they call for more than can be read here, which a full reading then finds. An event of which
    /// something could not be read is unfinished, and costs the others nothing.
    ///
    /// # Errors
    /// When nothing could be brought in line: then all of them are worth another try.
    fn handle(&self, context: &Context, events: &[Event]) -> impl Future<Output = Result<Handled, Failure>>;

    /// Fetch changes that were not delivered: those that the source kept, or those since `cursor`, which is what the last
    /// call gave. A source that keeps nothing and cannot be asked has none.
    ///
    /// # Errors
    /// When the source does not say.
    fn fetch(
        &self,
        _context: &Context,
        _cursor: Option<&str>,
    ) -> impl Future<Output = Result<Fetched, Failure>> {
        ready(Ok(Fetched::default()))
    }

    /// Open a channel; none when the source has no such thing or the settings do not want it.
    ///
    /// # Errors
    /// When there is none to be had.
    fn open_channel(&self, _context: &Context) -> impl Future<Output = Result<Option<Channel>, Failure>> {
        ready(Ok(None))
    }

    /// Understand one message of the channel, given the state that the last one left. Offline. Never called where
    /// [`LiveConnector::open_channel`] opens none.
    ///
    /// # Errors
    /// When it makes no sense at all.
    fn frame(&self, _state: &str, _message: &Body) -> Result<Reaction, Failure> {
        Err(Failure::Protocol(codes::message_not_expected()))
    }
}

/// `events.receive`. Of the host it uses the clock and randomness alone.
///
/// # Errors
/// When the settings are wrong, or as [`LiveConnector::receive`].
pub fn receive<C: LiveConnector>(
    host: &dyn Host,
    settings: &str,
    delivery: &Delivery,
) -> Result<Receipt, Failure> {
    let (connector, plan) = accepted(C::receiver(settings))?;
    host.entered(call::<C>(Export::Receive, plan));
    connector.receive(Moment { now_ms: host.now_ms(), random: random(host) }, delivery)
}

/// `events.handle`.
///
/// # Errors
/// When the settings are wrong, or as [`LiveConnector::handle`].
pub fn handle<C: LiveConnector>(
    host: Rc<dyn Host>,
    settings: &str,
    events: &[Event],
) -> Result<Handled, Failure> {
    let (connector, plan) = configured::<C>(settings)?;
    host.entered(call::<C>(Export::Handle, plan));
    let context = Context::new(host);
    context.block_on(connector.handle(&context, events))?
}

/// `events.fetch-events`.
///
/// # Errors
/// When the settings are wrong, or as [`LiveConnector::fetch`].
pub fn fetch<C: LiveConnector>(
    host: Rc<dyn Host>,
    settings: &str,
    cursor: Option<&str>,
) -> Result<Fetched, Failure> {
    let (connector, plan) = configured::<C>(settings)?;
    host.entered(call::<C>(Export::FetchEvents, plan));
    let context = Context::new(host);
    context.block_on(connector.fetch(&context, cursor))?
}

/// `events.open-channel`.
///
/// # Errors
/// When the settings are wrong, or as [`LiveConnector::open_channel`].
pub fn open_channel<C: LiveConnector>(
    host: Rc<dyn Host>,
    settings: &str,
) -> Result<Option<Channel>, Failure> {
    let (connector, plan) = configured::<C>(settings)?;
    host.entered(call::<C>(Export::OpenChannel, plan));
    let context = Context::new(host);
    context.block_on(connector.open_channel(&context))?
}

/// `events.frame`.
///
/// # Errors
/// When the settings are wrong, or as [`LiveConnector::frame`].
pub fn frame<C: LiveConnector>(settings: &str, state: &str, message: &Body) -> Result<Reaction, Failure> {
    let (connector, _) = configured::<C>(settings)?;
    connector.frame(state, message)
}

fn random(host: &dyn Host) -> [u8; 16] {
    let mut random = [0; 16];
    for (to, from) in random.iter_mut().zip(host.random(16)) {
        *to = from;
    }
    random
}

#[cfg(test)]
mod tests;
