//! What a host counts of each source since it began: requests, waits, calls, events. For whoever draws curves of it.
//!
//! Not here: runs and events one by one, which outlive the process (`history`, `inbox`), and any format of a monitoring
//! system. Nothing here names a person, a URL or a token: labels are origins, buckets of the plan, and words of ours.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;

use crate::inbox::InboxEvent;
use crate::model::Timestamp;

/// What was counted of one source since its host began. Every number only grows, but for the peak, which is a most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SourceFigures {
    /// Requests that ended; those that were dropped with their run are not among them.
    pub requests: Vec<Requests>,
    /// How long requests waited for the rate limit of their bucket, by bucket; those without one are under "".
    pub rate_limits: BTreeMap<String, Spent>,
    /// How often the source asked for fewer requests, as its connector says, and how long its bucket was held for that, by
    /// bucket; those without one are under "". A status of 429 is among [`SourceFigures::requests`] besides.
    pub throttles: BTreeMap<String, Spent>,
    /// How long a connector chose to wait: because its source asked it to, also in ways that only a connector can read, or
    /// before it tried again.
    pub pauses: Spent,
    /// Calls of the connector that came back, by the function of the contract.
    pub calls: BTreeMap<&'static str, Calls>,
    /// The most memory that one call had, in bytes.
    pub peak_memory_bytes: u64,
    /// From when an event happened, as the source says, until what it names was stored.
    pub events_since_birth: Histogram,
    /// From when an event reached this host until what it names was stored.
    pub events_since_arrival: Histogram,
    /// What was pushed, by what became of it.
    pub deliveries: Deliveries,
}

/// Requests of one bucket to one origin with one outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Requests {
    /// Where to, as `scheme://host[:port]`; none for an origin that is not granted, which a connector may make up.
    pub origin: Option<String>,
    /// Which rate limit of the plan they counted against.
    pub bucket: Option<String>,
    /// How they ended.
    pub outcome: RequestOutcome,
    /// How many.
    pub n: u64,
}

/// How a request ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub enum RequestOutcome {
    /// Answered with a status below 300.
    #[serde(rename = "2xx")]
    Success,
    /// Answered with a status of 300 to 399 that was not followed.
    #[serde(rename = "3xx")]
    Redirect,
    /// Answered with a status of 400 to 499, but for 429.
    #[serde(rename = "4xx")]
    ClientError,
    /// Answered with status 429: too many requests.
    #[serde(rename = "429")]
    Throttled,
    /// Answered with a status from 500.
    #[serde(rename = "5xx")]
    ServerError,
    /// Refused by the grant; nothing left.
    #[serde(rename = "denied")]
    Denied,
    /// The proxy could not be reached, or refused it; nothing reached the source.
    #[serde(rename = "proxy-failed")]
    ProxyFailed,
    /// There was no connection; nothing reached the source.
    #[serde(rename = "not-sent")]
    NotSent,
    /// Not answered in time.
    #[serde(rename = "timed-out")]
    TimedOut,
    /// The connection was lost on the way.
    #[serde(rename = "interrupted")]
    Interrupted,
    /// Answered with more than may be read.
    #[serde(rename = "too-large")]
    TooLarge,
    /// Anything else.
    #[serde(rename = "other")]
    Other,
}

/// Time that was spent on something.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// How often.
    pub n: u64,
    /// How long in all, in microseconds.
    pub total_us: u64,
}

/// Calls of one function of a connector.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// How often, and how long in all, waiting included.
    #[serde(flatten)]
    pub spent: Spent,
    /// How long they computed in all, in microseconds: without the time in which they waited for an answer, a turn, the
    /// store or the end of a pause.
    pub computed_us: u64,
    /// Calls in which the connector died.
    pub n_died: u64,
}

/// How many took how long.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Histogram {
    /// How many took at most as long as the bound in the same place of [`LATENCY_BOUNDS_MS`], and more than the one before
    /// it; in the last place those above all bounds.
    pub counts: [u64; LATENCY_BOUNDS_MS.len() + 1],
    /// How many in all.
    pub n: u64,
    /// How long in all, in milliseconds.
    pub total_ms: u64,
}

/// Bounds of a [`Histogram`], in milliseconds.
///
/// 100 ms to 1 h. Why: most events are stored within a second, an outage of the source takes minutes, and what took more
/// than an hour was found by a full run.
pub const LATENCY_BOUNDS_MS: [u64; 11] =
    [100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 3_600_000];

/// What became of what was pushed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Deliveries {
    /// Deliveries to the callback address that were understood, and their events kept.
    pub n_kept: u64,
    /// Deliveries and frames of the channel that were refused: not understood, forged, too large.
    pub n_refused: u64,
    /// Deliveries that were not kept in time; the source was asked to send them again.
    pub n_later: u64,
}

/// A call of a connector that came back.
#[derive(Debug)]
pub(crate) struct Call {
    /// How long it took, waiting included.
    pub(crate) took: Duration,
    /// How long it computed.
    pub(crate) computed: Duration,
    pub(crate) has_died: bool,
    /// The most memory that it had.
    pub(crate) memory_bytes: usize,
}

/// Counts for one source.
///
/// One lock and no atomics: it is taken a few times a request for some nanoseconds, and a snapshot is of one moment.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    counts: Mutex<MeterCounts>,
}

#[derive(Debug, Default)]
struct MeterCounts {
    requests: BTreeMap<(Option<String>, Option<String>, RequestOutcome), u64>,
    figures: SourceFigures,
}

impl Meter {
    pub(crate) fn figures(&self) -> SourceFigures {
        let counts = self.counts();
        let requests = counts.requests.iter().map(|((origin, bucket, outcome), n)| Requests {
            origin: origin.clone(),
            bucket: bucket.clone(),
            outcome: *outcome,
            n: *n,
        });
        SourceFigures { requests: requests.collect(), ..counts.figures.clone() }
    }

    /// A request ended. The bucket is one of the plan, or none: names are the connector's.
    pub(crate) fn request(&self, origin: Option<String>, bucket: Option<&str>, outcome: RequestOutcome) {
        let mut counts = self.counts();
        let n = counts.requests.entry((origin, bucket.map(str::to_owned), outcome)).or_default();
        *n = n.saturating_add(1);
    }

    /// A request waited so long for its turn.
    pub(crate) fn waited(&self, bucket: Option<&str>, time: Duration) {
        let bucket = bucket.unwrap_or_default();
        self.counts().figures.rate_limits.entry(bucket.to_owned()).or_default().add(time);
    }

    /// The source asked for fewer requests of a bucket, which is held so much longer for it.
    pub(crate) fn throttled(&self, bucket: Option<&str>, longer: Duration) {
        let bucket = bucket.unwrap_or_default();
        self.counts().figures.throttles.entry(bucket.to_owned()).or_default().add(longer);
    }

    /// The connector began to wait so long.
    pub(crate) fn pause(&self, time: Duration) {
        self.counts().figures.pauses.add(time);
    }

    /// A call came back.
    pub(crate) fn called(&self, export: &'static str, call: &Call) {
        let figures = &mut self.counts().figures;
        let calls = figures.calls.entry(export).or_default();
        calls.spent.add(call.took);
        calls.computed_us = calls.computed_us.saturating_add(microseconds(call.computed));
        calls.n_died = calls.n_died.saturating_add(u64::from(call.has_died));
        let memory_bytes = u64::try_from(call.memory_bytes).unwrap_or(u64::MAX);
        figures.peak_memory_bytes = figures.peak_memory_bytes.max(memory_bytes);
    }

    /// What an event names was stored at this moment.
    pub(crate) fn stored(&self, event: &InboxEvent, at: Timestamp) {
        let figures = &mut self.counts().figures;
        figures.events_since_arrival.add(since(event.event.arrived_at, at));
        if let Some(born_at) = event.event.born_at {
            figures.events_since_birth.add(since(born_at, at));
        }
    }

    pub(crate) fn delivery_kept(&self) {
        increment(&mut self.counts().figures.deliveries.n_kept);
    }

    pub(crate) fn delivery_refused(&self) {
        increment(&mut self.counts().figures.deliveries.n_refused);
    }

    pub(crate) fn delivery_later(&self) {
        increment(&mut self.counts().figures.deliveries.n_later);
    }

    /// Nothing that holds the lock can leave the counts broken.
    fn counts(&self) -> MutexGuard<'_, MeterCounts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl RequestOutcome {
    /// How a request ended that was answered with this status.
    pub(crate) fn of_status(status: u16) -> Self {
        match status {
            0..300 => Self::Success,
            300..400 => Self::Redirect,
            429 => Self::Throttled,
            400..500 => Self::ClientError,
            500.. => Self::ServerError,
        }
    }
}

impl Spent {
    fn add(&mut self, time: Duration) {
        increment(&mut self.n);
        self.total_us = self.total_us.saturating_add(microseconds(time));
    }
}

impl Histogram {
    fn add(&mut self, time_ms: u64) {
        let place = LATENCY_BOUNDS_MS.partition_point(|bound| *bound < time_ms);
        self.counts.get_mut(place).into_iter().for_each(increment);
        increment(&mut self.n);
        self.total_ms = self.total_ms.saturating_add(time_ms);
    }
}

fn microseconds(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

fn increment(n: &mut u64) {
    *n = n.saturating_add(1);
}

/// Two clocks may disagree: nothing is stored before it happened.
fn since(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.unix_ms().saturating_sub(from.unix_ms())).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inbox::{EventState, EventWay, NewEvent};

    fn event(born_at: Option<i64>, arrived_at: i64) -> InboxEvent {
        let event = NewEvent {
            id: "1".to_owned(),
            kind: "changed".to_owned(),
            payload: String::new(),
            born_at: born_at.map(Timestamp::from_unix_ms),
            subjects: Vec::new(),
            arrived_at: Timestamp::from_unix_ms(arrived_at),
            way: EventWay::Stream,
        };
        InboxEvent {
            number: 1,
            event,
            state: EventState::Waiting,
            n_attempts: 0,
            due_at: None,
            run: None,
            settled_at: None,
            failure: None,
        }
    }

    #[test]
    fn an_event_counts_in_the_place_of_the_first_bound_that_it_does_not_exceed() {
        let meter = Meter::default();
        for (born_at, arrived_at) in [(Some(0), 150), (None, 249), (Some(-4_000_000), 300)] {
            meter.stored(&event(born_at, arrived_at), Timestamp::from_unix_ms(250));
        }
        let SourceFigures { events_since_birth, events_since_arrival, .. } = meter.figures();
        let birth = Histogram { counts: [0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1], n: 2, total_ms: 4_000_500 };
        let arrival = Histogram { counts: [3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], n: 3, total_ms: 101 };
        assert_eq!((events_since_birth, events_since_arrival), (birth, arrival));
    }

    #[test]
    fn requests_are_counted_by_where_they_went_and_how_they_ended() {
        let meter = Meter::default();
        let origin = || Some("https://api.example".to_owned());
        meter.request(origin(), Some("users"), RequestOutcome::Success);
        meter.request(origin(), Some("users"), RequestOutcome::Success);
        meter.request(origin(), None, RequestOutcome::Throttled);
        meter.request(None, None, RequestOutcome::Denied);
        let told = serde_json::to_value(meter.figures().requests).unwrap();
        let row = |origin: Option<&str>, bucket: Option<&str>, outcome: &str, n: u64| serde_json::json!({"origin": origin, "bucket": bucket, "outcome": outcome, "n": n});
        let api = Some("https://api.example");
        let expected =
            [row(None, None, "denied", 1), row(api, None, "429", 1), row(api, Some("users"), "2xx", 2)];
        assert_eq!(told, serde_json::Value::from(expected.to_vec()));
    }

    #[test]
    fn calls_of_one_function_add_up() {
        let meter = Meter::default();
        for has_died in [false, true] {
            let (took, computed) = (Duration::from_secs(2), Duration::from_millis(3));
            meter.called("sync", &Call { took, computed, has_died, memory_bytes: 64 });
        }
        let spent = Spent { n: 2, total_us: 4_000_000 };
        let expected = Calls { spent, computed_us: 6_000, n_died: 1 };
        assert_eq!(meter.figures().calls, BTreeMap::from([("sync", expected)]));
    }
}
