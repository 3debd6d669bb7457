//! What a connector may ask of its host, as one trait: the component's imports behind it in production, a host in
//! memory in native tests. Nothing here blocks but [`Host::wait`].

use crate::model::{Census, Change, Departure, Diagnosis, Entry, Holding, Key, Outcome, Progress, Verdict};
use std::fmt;

/// A piece of work that the host has begun.
pub type Ticket = u64;

/// What a message carries.
#[derive(Clone, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    Empty,
    /// UTF-8 text.
    Text(String),
    /// Anything else.
    Bytes(Vec<u8>),
}

impl Body {
    /// The bytes of it, whichever way they came.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Empty => &[],
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
            body: Body::Empty,
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
pub enum HttpErrorKind {
    /// Its origin is not granted.
    Denied,
    /// Nothing was sent.
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
pub struct HttpError {
    /// What became of it.
    pub kind: HttpErrorKind,
    /// Why.
    pub diagnosis: Diagnosis,
}

impl HttpError {
    /// Whether the way itself is at fault: a proxy that is not there, or certificates that nobody trusts. Where nothing was
    /// ever answered ([`Context::was_answered`](crate::Context::was_answered)), that is a mistake in the set-up sooner than something that passes.
    ///
    /// Source: `wit/http.wit`, the codes of the reference host. Another host's are tried as often as everything else.
    #[must_use]
    pub fn is_about_the_way(&self) -> bool {
        self.kind == HttpErrorKind::NotSent
            && matches!(self.diagnosis.code.as_str(), "proxy-unreachable" | "tls-failed")
    }
}

/// A value of the connector's storage.
pub type StorageEntry = (String, Option<Vec<u8>>);

/// The host's capabilities. See `wit/` for what each guarantees; the names are the same.
pub trait Host {
    /// Wait until work is ready; empty only when nothing is outstanding.
    fn wait(&self, max: u32) -> Vec<Ticket>;
    /// Begin a timer.
    fn begin_timer(&self, delay_ms: u32) -> Ticket;
    /// Begin requests.
    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket>;
    /// Take results.
    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, HttpError>>;
    /// The source asked for fewer requests of this bucket, and for none for so many milliseconds.
    fn throttled(&self, bucket: Option<&str>, wait_ms: u32);
    /// What the platform holds, by pages.
    ///
    /// # Errors
    /// When the platform's store fails.
    fn holdings(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, Diagnosis>;
    /// What the platform holds of these.
    ///
    /// # Errors
    /// When the platform's store fails.
    fn find(&self, keys: &[Key]) -> Result<Vec<Option<Holding>>, Diagnosis>;
    /// Begin to apply changes.
    fn begin_apply(&self, changes: Vec<Change>) -> Ticket;
    /// Take one outcome for each change.
    ///
    /// # Errors
    /// When the platform's store fails: then it is unknown which were applied.
    fn take_applied(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis>;
    /// Retire what a complete reading no longer found.
    ///
    /// # Errors
    /// When the platform's store fails: then nothing was applied.
    fn retire(&self, census: Vec<Census>, absent: Vec<Departure>) -> Result<Verdict, Diagnosis>;
    /// Values of the connector's own state.
    ///
    /// # Errors
    /// When the host's store fails.
    fn storage_get(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, Diagnosis>;
    /// Write all or none.
    ///
    /// # Errors
    /// When the host's store fails or a size is over its maximum.
    fn storage_write(&self, entries: Vec<StorageEntry>) -> Result<(), Diagnosis>;
    /// Show progress.
    fn report(&self, progress: Progress);
    /// Add to the run's log.
    fn record_entries(&self, entries: Vec<Entry>);
    /// Now, in milliseconds since 1970 UTC.
    fn now_ms(&self) -> u64;
    /// A random number, for jitter alone.
    fn random(&self) -> u64;
}
