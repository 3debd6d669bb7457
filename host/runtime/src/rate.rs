//! Keeps the requests of a source within its connector's rate limits: one queue a bucket, first come, first served.
//!
//! Requests leave evenly spaced instead of in bursts, so that a source that counts over a window, wherever that begins,
//! never sees more than the limit. Where the source says that it was too many nevertheless, all of the bucket wait.
//!
//! Not here: which limits there are (the plan says), retries (the connector's).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Mutex as FairMutex, OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use crate::limits::{MAX_CONCURRENT_REQUESTS, RATE_TIMER_SLACK};
use crate::model::RateLimit;

/// The limiter of one source, shared by all its runs.
#[derive(Debug, Default)]
pub struct Limiter {
    limited: Mutex<BTreeMap<String, Arc<Bucket>>>,
    unlimited: Arc<Bucket>,
}

impl Limiter {
    /// A limiter that limits nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Keep these limits from now on. What left before still counts.
    pub fn keep(&self, limits: &[RateLimit]) {
        let mut limited = self.limited.lock().unwrap_or_else(PoisonError::into_inner);
        for limit in limits {
            limited.entry(limit.bucket.clone()).or_default().space(spacing(limit));
        }
    }

    /// Wait for a turn in a bucket: the request may leave as soon as this returns, and is under way until the turn is
    /// dropped.
    ///
    /// A name without a limit, and no name, share one bucket that bounds only how many are under way: names are the
    /// guest's, and a bucket for each would let it fill the memory.
    pub async fn turn(&self, bucket: Option<&str>) -> Turn {
        self.bucket(bucket).turn().await
    }

    /// Let no request of this bucket leave for so long from now, those included that already wait. By how much longer that
    /// is than it was held anyway; a name without a limit is not held at all.
    pub fn hold(&self, bucket: &str, wait: Duration) -> Duration {
        let limited = self.limited.lock().unwrap_or_else(PoisonError::into_inner);
        limited.get(bucket).map_or(Duration::ZERO, |bucket| bucket.hold(wait))
    }

    /// Whether there is a limit of this name.
    pub(crate) fn knows(&self, bucket: &str) -> bool {
        self.limited.lock().unwrap_or_else(PoisonError::into_inner).contains_key(bucket)
    }

    fn bucket(&self, name: Option<&str>) -> Arc<Bucket> {
        let limited = self.limited.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(name.and_then(|name| limited.get(name)).unwrap_or(&self.unlimited))
    }
}

/// The right to have one request under way.
#[derive(Debug)]
#[must_use = "the request is under way until the turn is dropped"]
pub struct Turn {
    _under_way: Option<OwnedSemaphorePermit>,
}

#[derive(Debug)]
struct Bucket {
    under_way: Arc<Semaphore>,
    spacing: Mutex<Duration>,
    /// When the next request may leave. Held while waiting for that moment, so that turns come in order.
    next: FairMutex<Option<Instant>>,
    /// When the source wants the next one, if it ever said so.
    held_until: Mutex<Option<Instant>>,
}

impl Bucket {
    fn space(&self, spacing: Duration) {
        *self.spacing.lock().unwrap_or_else(PoisonError::into_inner) = spacing;
    }

    fn spacing(&self) -> Duration {
        *self.spacing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self, wait: Duration) -> Duration {
        let now = Instant::now();
        let mut held_until = self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        let before = held_until.map_or(now, |until| until.max(now));
        let after = before.max(now + wait);
        *held_until = Some(after);
        after - before
    }

    /// Until when this is held now; none if it is not.
    fn held_until(&self) -> Option<Instant> {
        let held_until = *self.held_until.lock().unwrap_or_else(PoisonError::into_inner);
        held_until.filter(|until| Instant::now() < *until)
    }

    async fn turn(&self) -> Turn {
        // First a place, then the moment: a request that had its moment and then waited for a place would leave
        // together with the next one.
        let under_way = Arc::clone(&self.under_way).acquire_owned().await.ok();
        self.pace().await;
        Turn { _under_way: under_way }
    }

    async fn pace(&self) {
        let mut next = self.next.lock().await;
        if let Some(due) = *next {
            sleep_until(due).await;
        }
        // Again and again: while one waits, the source may ask for more.
        while let Some(until) = self.held_until() {
            sleep_until(until).await;
        }
        let now = Instant::now();
        // A timer fires a little late. Counting from when it was due makes up for that, and no more than that.
        let left = next.map_or(now, |due| due.max(now.checked_sub(RATE_TIMER_SLACK).unwrap_or(now)));
        *next = Some(left + self.spacing());
    }
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            under_way: Arc::new(Semaphore::new(MAX_CONCURRENT_REQUESTS)),
            spacing: Mutex::default(),
            next: FairMutex::new(None),
            held_until: Mutex::default(),
        }
    }
}

/// Time between two requests of a bucket, such that any window sees at most the limit although a timer may be late.
fn spacing(limit: &RateLimit) -> Duration {
    let window = Duration::from_millis(u64::from(limit.window_ms));
    (window + RATE_TIMER_SLACK) / limit.requests.max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(bucket: &str, requests: u32, window_ms: u32) -> RateLimit {
        RateLimit { bucket: bucket.to_owned(), requests, window_ms }
    }

    /// When each of `n` requests left, in milliseconds, in the order in which they asked.
    async fn departures(limiter: &Arc<Limiter>, bucket: &'static str, n: usize) -> Vec<u128> {
        let start = Instant::now();
        let waiting: Vec<_> = (0..n)
            .map(|_| {
                let limiter = Arc::clone(limiter);
                tokio::spawn(async move {
                    let _turn = limiter.turn(Some(bucket)).await;
                    start.elapsed().as_millis()
                })
            })
            .collect();
        let mut left = Vec::new();
        for task in waiting {
            left.push(task.await.unwrap());
        }
        left
    }

    #[tokio::test(start_paused = true)]
    async fn no_window_anywhere_sees_more_than_the_limit() {
        let limiter = Arc::new(Limiter::new());
        limiter.keep(&[limit("read", 20, 1000)]);
        let left = departures(&limiter, "read", 200).await;
        let fullest =
            left.iter().map(|start| left.iter().filter(|t| (*start..start + 1000).contains(t)).count()).max();
        assert_eq!(fullest, Some(20));
    }

    #[tokio::test(start_paused = true)]
    async fn requests_leave_in_the_order_in_which_they_asked() {
        let limiter = Arc::new(Limiter::new());
        limiter.keep(&[limit("read", 4, 1000)]);
        let left = departures(&limiter, "read", 40).await;
        assert!(left.is_sorted(), "{left:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_idle_bucket_saves_up_no_burst() {
        let limiter = Arc::new(Limiter::new());
        limiter.keep(&[limit("read", 10, 1000)]);
        departures(&limiter, "read", 1).await;
        tokio::time::sleep(Duration::from_secs(60)).await;
        let left = departures(&limiter, "read", 3).await;
        assert!(left[1] >= 98 && left[2] >= 198, "{left:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn buckets_do_not_wait_for_each_other() {
        let limiter = Arc::new(Limiter::new());
        limiter.keep(&[limit("slow", 1, 60_000), limit("fast", 1000, 1000)]);
        departures(&limiter, "slow", 1).await;
        let start = Instant::now();
        departures(&limiter, "fast", 10).await;
        departures(&limiter, "unknown", 10).await;
        assert!(start.elapsed() < Duration::from_secs(1));
    }

    #[tokio::test(start_paused = true)]
    async fn a_second_run_waits_for_what_the_first_one_sent() {
        let limiter = Arc::new(Limiter::new());
        let limits = [limit("read", 1, 5000)];
        limiter.keep(&limits);
        departures(&limiter, "read", 1).await;
        limiter.keep(&limits);
        assert!(departures(&limiter, "read", 1).await[0] >= 5000);
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_that_is_held_lets_nothing_leave_and_then_goes_on_at_its_pace() {
        let limiter = Arc::new(Limiter::new());
        limiter.keep(&[limit("read", 10, 1000), limit("other", 10, 1000)]);
        let longer = [40, 60, 5].map(|seconds| limiter.hold("read", Duration::from_secs(seconds)).as_secs());
        assert_eq!(longer, [40, 20, 0]);
        assert!(departures(&limiter, "other", 1).await[0] < 1000);
        let left = departures(&limiter, "read", 3).await;
        assert!(left[0] == 60_000 && 60_098 <= left[1] && 60_198 <= left[2], "{left:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_already_waits_waits_longer_when_its_bucket_is_held() {
        let limiter = Arc::new(Limiter::new());
        limiter.keep(&[limit("read", 1, 10_000)]);
        departures(&limiter, "read", 1).await;
        let holder = Arc::clone(&limiter);
        tokio::spawn(async move {
            for _ in 0..2 {
                tokio::time::sleep(Duration::from_secs(9)).await;
                holder.hold("read", Duration::from_secs(20));
            }
        });
        assert_eq!(departures(&limiter, "read", 1).await, [38_000]);
    }

    #[tokio::test(start_paused = true)]
    async fn what_has_no_limit_is_not_held() {
        let limiter = Arc::new(Limiter::new());
        assert_eq!(limiter.hold("unknown", Duration::from_secs(60)), Duration::ZERO);
        assert_eq!(departures(&limiter, "unknown", 2).await, [0, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_waiting_request_that_is_given_up_does_not_hold_up_the_next() {
        let limiter = Arc::new(Limiter::new());
        limiter.keep(&[limit("read", 1, 1000)]);
        departures(&limiter, "read", 1).await;
        tokio::time::timeout(Duration::from_millis(500), limiter.turn(Some("read"))).await.unwrap_err();
        assert_eq!(departures(&limiter, "read", 1).await, [502]);
    }
}
