//! What a connector may ask of its host, as one trait: the component's imports behind it in production, a host in
//! memory in native tests. Nothing here waits for the world outside but [`Host::wait`].

use crate::model::{
    Change, Clearing, Coverage, Diagnosis, Entry, InventoryItem, Key, Outcome, Progress, Removal, Scope,
};
use rollcall_rules::reach::Export;
use std::fmt;

/// A piece of work that the host has begun.
pub type Ticket = u32;

/// What a message carries; nothing is the empty text. Its `Debug` leaves out what that is.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// UTF-8 text.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Body {
    /// Nothing.
    #[must_use]
    pub fn empty() -> Self {
        Self::Text(String::new())
    }

    /// Text where the bytes are valid UTF-8.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        String::from_utf8(bytes).map_or_else(|error| Self::Bytes(error.into_bytes()), Self::Text)
    }

    /// The bytes of it, whichever way they came.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Body({} bytes)", self.as_bytes().len())
    }
}

/// One request. Its `Debug` leaves out query, headers and body, which may carry secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    /// GET or POST, as a rule.
    pub method: String,
    /// Absolute.
    pub url: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What it carries.
    pub body: Body,
    /// Which rate limit of the plan it counts against.
    pub bucket: Option<String>,
    /// From the moment its turn came until the whole response is there.
    pub timeout_ms: Option<u32>,
}

impl Request {
    /// A GET.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: "GET".to_owned(),
            url: url.into(),
            headers: Vec::new(),
            body: Body::empty(),
            bucket: None,
            timeout_ms: None,
        }
    }

    /// A POST of a JSON text.
    #[must_use]
    pub fn post_json(url: impl Into<String>, json: impl Into<String>) -> Self {
        Self {
            method: "POST".to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: Body::Text(json.into()),
            ..Self::get(url)
        }
    }

    /// The same with one more header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// The same, counted against a rate limit.
    #[must_use]
    pub fn bucket(mut self, bucket: &str) -> Self {
        self.bucket = Some(bucket.to_owned());
        self
    }

    /// The same with a time limit in milliseconds.
    #[must_use]
    pub fn timeout_ms(mut self, timeout_ms: u32) -> Self {
        self.timeout_ms = Some(timeout_ms);
        self
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.url.split(['?', '#']).next().unwrap_or_default();
        f.debug_struct("Request").field("method", &self.method).field("url", &path).finish_non_exhaustive()
    }
}

/// One response, whatever its status. Its `Debug` leaves out the body, which may carry a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Whole.
    pub body: Body,
}

/// What became of a request that has no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultKind {
    /// Its origin is not granted, or it would carry a secret where that must not go.
    Denied,
    /// The proxy cannot be reached.
    ProxyUnreachable,
    /// The proxy refuses: asking again with the same password may lock the account.
    ProxyRefused,
    /// Nobody that this source trusts vouches for who answered.
    Untrusted,
    /// Nothing was sent for another reason.
    NotSent,
    /// The time was over.
    TimedOut,
    /// Larger than the host's limit.
    TooLarge,
    /// Something was sent and no whole response came back.
    Interrupted,
    /// The host has cancelled the call.
    Cancelled,
    /// Anything else.
    Other,
}

/// Why no response came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What became of the request.
    pub kind: FaultKind,
    /// Why, for whoever reads it.
    pub diagnosis: Diagnosis,
}

impl Fault {
    /// Whether the way itself is at fault: a proxy that is not there, or certificates that nobody trusts. Where nothing was
    /// ever answered ([`Context::was_answered`](crate::Context::was_answered)), that is a mistake in the set-up sooner than
    /// something that passes.
    #[must_use]
    pub fn is_about_the_way(&self) -> bool {
        matches!(self.kind, FaultKind::ProxyUnreachable | FaultKind::Untrusted)
    }
}

/// Where an entry of a connector's storage is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    /// As long as the host's process, and until the source's settings or its connector change: the place for tokens.
    Memory,
    /// For as long as the source is configured.
    Durable,
}

/// An entry of the storage to write: its key, and its value from now on; none deletes it.
pub type EntryWrite = (String, Option<String>);

/// How much a line of the host's own log matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something is odd.
    Warning,
    /// Worth knowing.
    Info,
    /// For whoever looks for a mistake.
    Debug,
}

/// A call of one of a connector's functions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Which function.
    pub export: Export,
    /// The names of the connector's resource types, parents first.
    pub resource_types: Vec<String>,
    /// The origins of its plan.
    pub origins: Vec<String>,
}

/// The host's capabilities. See `wit/` for what each guarantees; the names are the same.
pub trait Host {
    /// A call begins. The host of a component knows, since it makes the call; a host in memory is told by the kit.
    fn entered(&self, call: Call);
    /// Wait until work is ready; empty only when nothing is outstanding.
    fn wait(&self, max: u32) -> Vec<Ticket>;
    /// Begin a timer.
    fn begin_timer(&self, delay_ms: u32) -> Ticket;
    /// Begin requests.
    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket>;
    /// Take results.
    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, Fault>>;
    /// The source asked for fewer requests of this bucket, and for none for so many milliseconds.
    fn throttled(&self, bucket: Option<&str>, wait_ms: u32);
    /// What the platform holds, by pages.
    ///
    /// # Errors
    /// When the platform's store fails.
    fn list_inventory(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InventoryItem>, Diagnosis>;
    /// What the platform holds of these.
    ///
    /// # Errors
    /// When the platform's store fails.
    fn find_inventory(&self, keys: &[Key]) -> Result<Vec<Option<InventoryItem>>, Diagnosis>;
    /// Begin to apply changes.
    fn begin_apply(&self, changes: Vec<Change>) -> Ticket;
    /// Take one outcome for each change.
    ///
    /// # Errors
    /// When the platform's store fails: then it is unknown which were applied.
    fn take_applied(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis>;
    /// Say with what view a full reading is made.
    ///
    /// # Errors
    /// When this is no full reading, or it was said already.
    fn open_reading(&self, scope: &Scope) -> Result<(), Diagnosis>;
    /// Say what a full reading has covered.
    ///
    /// # Errors
    /// When this is no full reading, or it was said already.
    fn close_reading(&self, coverage: Vec<Coverage>) -> Result<(), Diagnosis>;
    /// Remove what a complete reading no longer found; one outcome for each.
    ///
    /// # Errors
    /// When the platform's store fails: then nothing was applied.
    fn remove_missing(&self, removals: Vec<Removal>) -> Result<Vec<Outcome>, Diagnosis>;
    /// Hand over clearings that are not proven, for a person to decide.
    ///
    /// # Errors
    /// When the platform's store fails.
    fn propose_clearings(&self, clearings: Vec<Clearing>) -> Result<(), Diagnosis>;
    /// Leave word of how far a full reading has come: a state to resume from, and what was read since the last word and not
    /// put.
    ///
    /// # Errors
    /// When the host's store fails.
    fn save_checkpoint(&self, state: &str, unchanged: Vec<Key>) -> Result<(), Diagnosis>;
    /// Values of the connector's own state.
    ///
    /// # Errors
    /// When the host's store fails.
    fn storage_get(&self, area: Area, keys: &[String]) -> Result<Vec<Option<String>>, Diagnosis>;
    /// Write all or none.
    ///
    /// # Errors
    /// When the host's store fails or a size is over its maximum.
    fn storage_write(&self, area: Area, entries: Vec<EntryWrite>) -> Result<(), Diagnosis>;
    /// Entries whose keys start with `prefix`, in byte order, after `after`, at most `limit`.
    ///
    /// # Errors
    /// When the host's store fails.
    fn storage_scan(
        &self,
        area: Area,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Diagnosis>;
    /// Show progress.
    fn report(&self, progress: Progress);
    /// Add to the run's log.
    ///
    /// # Errors
    /// When the host's store fails.
    fn record_entries(&self, entries: Vec<Entry>) -> Result<(), Diagnosis>;
    /// Now, in milliseconds since 1970 UTC.
    fn now_ms(&self) -> u64;
    /// Random bytes that nobody can guess, at most [`MAX_RANDOM_BYTES`](crate::limits::MAX_RANDOM_BYTES).
    fn random(&self, length: u32) -> Vec<u8>;
    /// A line for whoever runs the host.
    fn log(&self, level: LogLevel, message: &str);
}
