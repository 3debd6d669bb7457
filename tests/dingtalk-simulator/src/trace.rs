//! What was asked and how it ended, for tests to count; never a secret, a token or a body that was sent.

use std::collections::{BTreeMap, VecDeque};
use std::net::IpAddr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::ids::AppKey;

/// Records kept. Why: enough for any test, a bound for a simulator left running; the counts go on regardless.
const MAX_RECORDS: usize = 200_000;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceRecord {
    /// 1, 2, 3, …
    pub seq: u64,
    /// Milliseconds since 1970.
    pub at_ms: u64,
    /// GET, POST, …
    pub method: String,
    /// Without query.
    pub path: String,
    /// Query and body together, without secrets and tokens.
    pub params: Map<String, Value>,
    /// The caller, if a token or a key told.
    pub app: Option<AppKey>,
    /// The address the request came from.
    pub peer: IpAddr,
    /// `0`, the code by which a client decides what to do, or the name of what the transport did.
    pub effect: String,
    /// Names of the faults injected.
    pub faults: Vec<String>,
}

/// Counts of one path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PathCounts {
    /// All requests.
    pub requests: u64,
    /// Those answered with anything but `0`.
    pub failed: u64,
    /// Those of `failed` answered 90018 or 90002, or their like in the new API.
    pub throttled: u64,
}

/// All requests since the simulator was made or the trace was cleared.
#[derive(Clone, Debug, Default)]
pub struct Trace {
    records: VecDeque<TraceRecord>,
    counts: BTreeMap<String, PathCounts>,
    max_concurrent: usize,
}

impl Trace {
    /// The latest records, oldest first.
    #[must_use]
    pub fn records(&self) -> impl ExactSizeIterator<Item = &TraceRecord> {
        self.records.iter()
    }

    /// Counts by path.
    #[must_use]
    pub const fn counts(&self) -> &BTreeMap<String, PathCounts> {
        &self.counts
    }

    /// Counts of one path.
    #[must_use]
    pub fn of(&self, path: &str) -> PathCounts {
        self.counts.get(path).copied().unwrap_or_default()
    }

    /// All requests.
    #[must_use]
    pub fn n_requests(&self) -> u64 {
        self.counts.values().map(|counts| counts.requests).sum()
    }

    /// All requests that came too fast.
    #[must_use]
    pub fn n_throttled(&self) -> u64 {
        self.counts.values().map(|counts| counts.throttled).sum()
    }

    /// Most requests that a socket had open at one time; 0 without a socket.
    #[must_use]
    pub const fn max_concurrent(&self) -> usize {
        self.max_concurrent
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// Says that so many requests are open now.
    pub fn note_concurrency(&mut self, n_open: usize) {
        self.max_concurrent = self.max_concurrent.max(n_open);
    }

    pub(crate) fn push(&mut self, record: TraceRecord) {
        let counts = self.counts.entry(record.path.clone()).or_default();
        counts.requests = counts.requests.saturating_add(1);
        if record.effect != "0" {
            counts.failed = counts.failed.saturating_add(1);
        }
        if is_throttling(&record.effect) {
            counts.throttled = counts.throttled.saturating_add(1);
        }
        if self.records.len() == MAX_RECORDS {
            self.records.pop_front();
        }
        self.records.push_back(record);
    }
}

fn is_throttling(effect: &str) -> bool {
    matches!(effect, "90018" | "90002") || effect.contains("QpsLimit")
}
