//! What a connector is that also hears of changes: the trait that an author implements, and the calls that a host makes
//! of it. Keeping what was heard, answering the source and keeping a channel open are the host's part.

use crate::connector::{Connector, configured};
use crate::context::Context;
use crate::model::{Failure, Key, Summary};
use crate::ports::Host;
use std::fmt;
use std::future::Future;
use std::rc::Rc;

/// A change notice, small and opaque to the host, which keeps it before anyone acts on it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// Equal for repeats of the same notice. 1 to 128 bytes.
    pub id: String,
    /// What a person would look for, in the source's own words. At most 64 bytes.
    pub kind: String,
    /// What [`LiveConnector::handle`] needs, perhaps in a later version of the connector. At most 64 KiB.
    pub payload: Vec<u8>,
    /// When it happened as the source says, in milliseconds since 1970 UTC. Absent when the source does not say.
    pub born_at_ms: Option<u64>,
    /// What it names, as far as the source says, for whoever looks for it. At most [`limits::MAX_EVENT_SUBJECTS`](crate::limits::MAX_EVENT_SUBJECTS).
    pub subjects: Vec<Key>,
}

/// One HTTP request of the source. Its `Debug` leaves out what may carry a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The query, without the question mark, as received.
    pub query: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// As received.
    pub body: Vec<u8>,
}

impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Delivery({} bytes)", self.body.len())
    }
}

/// What to answer to a delivery, once its events are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// The status code.
    pub status: u16,
    /// Headers to send.
    pub headers: Vec<(String, String)>,
    /// Body to send.
    pub body: Vec<u8>,
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
    /// Milliseconds between WebSocket pings; two unanswered ones mean a dead connection.
    pub heartbeat_ms: u32,
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = self.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("Channel").field("url", &address).finish_non_exhaustive()
    }
}

/// What to do about a frame of a channel.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reaction {
    /// Text frames to answer once the events are kept.
    pub replies: Vec<String>,
    /// Text frames to answer instead if they cannot be kept. With none, silence says it.
    pub refusals: Vec<String>,
    /// Notices to keep first. At most 1000.
    pub events: Vec<Event>,
    /// Whether to open a new channel now, because the source is about to close this one.
    pub reconnect: bool,
}

/// What a source kept because it could not be delivered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Missed {
    /// Notices to keep before asking again: the source may forget them then. At most 1000.
    pub events: Vec<Event>,
    /// Whether to ask again.
    pub more: bool,
}

/// What the outside world adds to a delivery, so that receiving one is a pure function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Milliseconds since 1970 UTC.
    pub now_ms: u64,
    /// Different each time. Not fit to make a key of.
    pub random: [u8; 16],
}

/// A connector that hears of changes. Events are hints: what they name is read again before anything is changed.
pub trait LiveConnector: Connector {
    /// Verify and decrypt one HTTP delivery. Offline.
    ///
    /// # Errors
    /// When it does not verify, or the settings do not want any. Why is for the log; the sender must not learn it.
    fn receive(&self, moment: Moment, delivery: &Delivery) -> Result<Receipt, Failure>;

    /// Bring in line what the events name, each object read once. Repeats and disorder are harmless. The summary is
    /// incomplete when they call for more than can be read here, which a full reading then finds.
    ///
    /// # Errors
    /// When anything that they name could not be brought in line: then all of them are worth another try.
    fn handle(&self, context: &Context, events: &[Event]) -> impl Future<Output = Result<Summary, Failure>>;

    /// Fetch what the source kept because it could not be delivered, as far as it keeps anything.
    ///
    /// # Errors
    /// When the source does not say.
    fn missed(&self, context: &Context) -> impl Future<Output = Result<Missed, Failure>>;

    /// Open a channel; none when the source has no such thing or the settings do not want it.
    ///
    /// # Errors
    /// When there is none to be had.
    fn open_channel(&self, context: &Context) -> impl Future<Output = Result<Option<Channel>, Failure>>;

    /// Understand one text frame of the channel. Offline.
    ///
    /// # Errors
    /// When it makes no sense at all.
    fn frame(&self, frame: &str) -> Result<Reaction, Failure>;
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
    let (connector, _) = configured::<C>(settings)?;
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
) -> Result<Summary, Failure> {
    let (connector, _) = configured::<C>(settings)?;
    let context = Context::new(host);
    context.block_on(connector.handle(&context, events))?
}

/// `events.fetch-missed`.
///
/// # Errors
/// When the settings are wrong, or as [`LiveConnector::missed`].
pub fn missed<C: LiveConnector>(host: Rc<dyn Host>, settings: &str) -> Result<Missed, Failure> {
    let (connector, _) = configured::<C>(settings)?;
    let context = Context::new(host);
    context.block_on(connector.missed(&context))?
}

/// `events.open-channel`.
///
/// # Errors
/// When the settings are wrong, or as [`LiveConnector::open_channel`].
pub fn open_channel<C: LiveConnector>(
    host: Rc<dyn Host>,
    settings: &str,
) -> Result<Option<Channel>, Failure> {
    let (connector, _) = configured::<C>(settings)?;
    let context = Context::new(host);
    context.block_on(connector.open_channel(&context))?
}

/// `events.frame`.
///
/// # Errors
/// When the settings are wrong, or as [`LiveConnector::frame`].
pub fn frame<C: LiveConnector>(settings: &str, frame: &str) -> Result<Reaction, Failure> {
    let (connector, _) = configured::<C>(settings)?;
    connector.frame(frame)
}

fn random(host: &dyn Host) -> [u8; 16] {
    (u128::from(host.random()) << 64 | u128::from(host.random())).to_be_bytes()
}

#[cfg(test)]
mod tests;
