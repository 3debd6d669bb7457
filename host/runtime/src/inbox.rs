//! What an embedding platform implements to follow a source: a durable queue of what the source pushed, and the few facts
//! about following that outlive a process.
//!
//! Not here: when an event is acted on, tried again or given up (`follow`). Whoever only imports needs none of this.

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::model::{Diagnosis, EventDelivery, Failure, Key, RunId, SourceName, Timestamp};

/// The events of every source, from the moment before they are acknowledged until long after they were acted on.
///
/// The runtime never has two calls for one source under way that settle the same event.
///
/// # Examples
///
/// Tell how far behind its source a platform is.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/company.in"));
/// use rollcall_host::error::StoreError;
/// use rollcall_host::inbox::{EventWay, Inbox, NewEvent};
/// use rollcall_host::model::Timestamp;
///
/// async fn show(inbox: &dyn Inbox, source: &SourceName, now: Timestamp) -> Result<(), StoreError> {
///     println!("{:?}", inbox.counts(source).await?);
///     for waiting in inbox.due(source, now, 10).await? {
///         println!("since {}: {}", waiting.event.arrived_at, waiting.event.kind);
///     }
///     Ok(())
/// }
///
/// # fn main() -> Result<(), Failed> { run(async {
/// # let (company, source) = (Company::new()?, SourceName::new("head-office")?);
/// # let inbox = &company.store;
/// # let now = Timestamp::from_unix_ms(1_700_000_000_000);
/// let event = NewEvent {
///     id: "7".to_owned(),
///     kind: "user_add_org".to_owned(),
///     payload: r#"{"UserId":["li"]}"#.to_owned(),
///     born_at: None,
///     subjects: Vec::new(),
///     arrived_at: now,
///     way: EventWay::Callback,
/// };
/// // It may come twice, and is there once.
/// inbox.store(&source, &[event.clone()]).await?;
/// inbox.store(&source, &[event]).await?;
/// show(&**inbox, &source, now).await?;
/// assert_eq!(inbox.due(&source, now, 10).await?.len(), 1);
/// # Ok(()) }) }
/// ```
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Keep the events that are not known yet, durably, in order: all or none. An event is known when the source has
    /// one with the same id, whatever became of that one.
    ///
    /// # Errors
    ///
    /// When the store fails; then nothing was kept, and the source is not told otherwise.
    async fn store(&self, source: &SourceName, events: &[NewEvent]) -> Result<StoredEvents, StoreError>;

    /// Waiting events that are due at `now`, oldest first, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn due(
        &self,
        source: &SourceName,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError>;

    /// When the next waiting event is due; none when none waits.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn next_due(&self, source: &SourceName) -> Result<Option<Timestamp>, StoreError>;

    /// Write down what became of these events: all or none. An event that is not waiting is left as it is.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn settle(&self, source: &SourceName, settlements: &[Settlement]) -> Result<(), StoreError>;

    /// Settle every waiting event that had arrived before `before` as done by this run. How many.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn settle_all_before(
        &self,
        source: &SourceName,
        before: Timestamp,
        run: &RunId,
        at: Timestamp,
    ) -> Result<u64, StoreError>;

    /// The newest events, newest first, those with a number below `before`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn events(
        &self,
        source: &SourceName,
        filter: &EventFilter,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError>;

    /// How many events there are.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn counts(&self, source: &SourceName) -> Result<InboxCounts, StoreError>;

    /// Let failed events wait again, due at `now`, with all attempts before them: these numbers, or all. How many. Why
    /// the last attempt failed stays until the next one.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn retry(
        &self,
        source: &SourceName,
        numbers: Option<&[u64]>,
        now: Timestamp,
    ) -> Result<u64, StoreError>;

    /// Forget the events that were settled before `before`, done and failed ones alike. How many.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn forget(&self, source: &SourceName, before: Timestamp) -> Result<u64, StoreError>;

    /// What is known about following a source; the default when nothing is.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn following(&self, source: &SourceName) -> Result<Following, StoreError>;

    /// Write down some facts about following a source, each alone, so that two writers do not undo one another.
    ///
    /// # Errors
    ///
    /// When the store fails.
    async fn note(&self, source: &SourceName, note: &Note) -> Result<(), StoreError>;
}

/// An event to keep.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEvent {
    /// Equal for repeats of the same notice.
    pub id: String,
    /// What a person would look for, in the source's own words.
    pub kind: String,
    /// What the connector needs to act on it, in its own words.
    pub payload: String,
    /// When it happened, as the source says.
    pub born_at: Option<Timestamp>,
    /// What it names, for whoever looks for it.
    pub subjects: Vec<Key>,
    /// When it reached this host.
    pub arrived_at: Timestamp,
    /// How it came.
    pub way: EventWay,
}

/// How an event reached the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventWay {
    /// The source called the callback address.
    Callback,
    /// Over the channel that the host holds open.
    Stream,
    /// The source had kept it, and was asked for it.
    Missed,
}

impl EventWay {
    /// The name as it is serialised, for a store's column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Callback => "callback",
            Self::Stream => "stream",
            Self::Missed => "missed",
        }
    }
}

/// What [`Inbox::store`] did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoredEvents {
    /// Events that were new.
    pub n_new: u64,
    /// Events that were known already.
    pub n_known: u64,
}

/// An event that is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxEvent {
    /// Its place in the inbox of its source: later ones have higher numbers.
    pub number: u64,
    /// What was kept.
    #[serde(flatten)]
    pub event: NewEvent,
    /// How it stands.
    pub state: EventState,
    /// How often it was tried in vain, since it arrived or a person had it tried again.
    pub n_attempts: u32,
    /// For a waiting event: not before this moment.
    pub due_at: Option<Timestamp>,
    /// The last run that tried it, or the one that covered it.
    pub run: Option<RunId>,
    /// When it was settled.
    pub settled_at: Option<Timestamp>,
    /// Why the last attempt failed.
    pub failure: Option<Failure>,
}

/// How an event stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventState {
    /// To be acted on.
    Waiting,
    /// What it named was brought in line, by its run.
    Done,
    /// It was tried for the last time; a person may have it tried again.
    Failed,
}

impl EventState {
    /// The name as it is serialised, for a store's column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// What became of one event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Which event.
    pub number: u64,
    /// The run that tried it.
    pub run: Option<RunId>,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub fate: Fate,
}

/// What came of an attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// What it named was brought in line.
    Done,
    /// It is tried again.
    Again {
        /// Not before this moment.
        due_at: Timestamp,
        /// Whether this attempt counts towards the last one.
        counts: bool,
        /// Why it failed.
        failure: Failure,
    },
    /// It is not tried again by itself.
    Failed {
        /// Why it failed.
        failure: Failure,
    },
}

/// Which events are asked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Those that stand like this.
    pub state: Option<EventState>,
    /// Those that this run tried last, or covered.
    pub run: Option<RunId>,
}

/// How many events a source has, by how they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxCounts {
    /// To be acted on.
    pub waiting: u64,
    /// Brought in line, as far as they are still kept.
    pub done: u64,
    /// Given up, as far as they are still kept.
    pub failed: u64,
}

/// What is known about following a source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Following {
    /// Whether a person paused the schedule.
    pub is_paused: bool,
    /// Why nothing is acted on until a person has acted, or a run shows that it works again.
    pub stopped: Option<Stopped>,
    /// When a person last let it go on, for whoever waits for a pause to pass.
    #[serde(skip)]
    pub resumed_at: Option<Timestamp>,
    /// How the channel stands, and since when.
    pub channel: Option<ChannelNote>,
    /// How the source tells of its changes, with the settings that it was last followed with.
    pub event_delivery: Option<EventDelivery>,
    /// Until when nothing that the source pushed can have been missed for want of a listener.
    pub heard_until: Option<Timestamp>,
    /// When the next full run is due by the schedule.
    pub next_run_at: Option<Timestamp>,
    /// Deliveries that were refused, since the store began.
    pub n_refused: u64,
    /// The last of them.
    pub last_refused: Option<Refused>,
    /// Why the source could not be asked for what it could not deliver; none when the last time succeeded.
    pub unfetched: Option<Unfetched>,
    /// Where the source is to be asked on for what has changed: the connector's own word, and nobody else's business.
    #[serde(skip)]
    pub cursor: Option<String>,
}

/// Why a source is not followed any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// Since when.
    pub at: Timestamp,
    /// Why, and what to do.
    pub failure: Failure,
}

/// How a channel stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelNote {
    /// How.
    pub state: ChannelState,
    /// Since when.
    pub since: Timestamp,
    /// Why it is not connected, where there is a reason.
    pub diagnosis: Option<Diagnosis>,
}

/// The states of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChannelState {
    /// The source has none, or the settings do not want it.
    Off,
    /// It is being opened.
    Connecting,
    /// It is open.
    Connected,
    /// It could not be opened or broke; it will be tried again by itself.
    Waiting,
    /// It is not tried again until a person has acted.
    Refused,
    /// Another source of this host has it; it is opened once that one is not followed any more.
    Taken,
    /// The host that held it has ended.
    Closed,
}

/// A delivery that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// When.
    pub at: Timestamp,
    /// Why; the sender was not told.
    pub diagnosis: Diagnosis,
}

/// That a source could not be asked for what it could not deliver. It is asked again within the hour.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unfetched {
    /// When.
    pub at: Timestamp,
    /// Why, and what to do.
    pub failure: Failure,
}

/// One fact about following a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Note {
    /// A person paused the schedule, or let it go on.
    Paused(bool),
    /// Nothing is acted on any more, or again.
    Stopped(Option<Stopped>),
    /// A person let it go on: whatever waits for a pause to pass is tried now.
    Resumed(Timestamp),
    /// The channel.
    Channel(ChannelNote),
    /// How the source tells of its changes.
    EventDelivery(Option<EventDelivery>),
    /// Nothing can have been missed until then.
    HeardUntil(Timestamp),
    /// When the next full run is due.
    NextRun(Option<Timestamp>),
    /// So many deliveries more were refused, the last one like this.
    Refused {
        /// How many more.
        n: u64,
        /// The last of them.
        last: Refused,
    },
    /// The source could not be asked for what it could not deliver; or, with none, it was.
    Unfetched(Option<Unfetched>),
    /// Where the source is to be asked on for what has changed.
    Cursor(Option<String>),
}
