//! Counts what a guest uses, and stops it at a limit with an error that names the limit.

use std::future::poll_fn;
use std::pin::pin;
use std::time::{Duration, Instant};

use tokio::time::error::Elapsed;
use tokio::time::timeout;
use wasmtime::ResourceLimiter;

use super::budget::{Share, Spent};
use crate::error::GuestError;
use crate::limits::{EPOCH_TICK, MAX_INSTANCES, MAX_TABLE_ELEMENTS};

/// How long a guest may compute.
#[derive(Debug, Clone, Copy)]
pub(crate) struct CpuLimits {
    /// Without asking anything of the host.
    pub(crate) between_calls: Duration,
    /// In one call of the guest.
    pub(crate) in_all: Duration,
}

/// Counts the time a guest computes.
///
/// It is a bound and no measurement: at each tick of the engine it adds the time since the guest was last known to
/// begin, and never more than two ticks, because the rest was spent by others on the same thread.
#[derive(Debug)]
pub(crate) struct CpuMeter {
    limits: CpuLimits,
    since_call: Duration,
    in_all: Duration,
    began: Instant,
}

impl CpuMeter {
    pub(crate) fn new(limits: CpuLimits) -> Self {
        Self { limits, since_call: Duration::ZERO, in_all: Duration::ZERO, began: Instant::now() }
    }

    /// The guest asked something of the host.
    pub(crate) fn asked(&mut self) {
        self.since_call = Duration::ZERO;
    }

    /// The guest goes on after it waited.
    pub(crate) fn resumed(&mut self) {
        self.began = Instant::now();
    }

    /// A tick found the guest computing.
    pub(crate) fn tick(&mut self) -> Result<(), GuestError> {
        self.tick_at(Instant::now())
    }

    fn tick_at(&mut self, now: Instant) -> Result<(), GuestError> {
        let computed = now.saturating_duration_since(self.began).min(EPOCH_TICK * 2);
        self.began = now;
        self.since_call += computed;
        self.in_all += computed;
        if self.limits.between_calls < self.since_call {
            Err(GuestError::OutOfTime { limit: self.limits.between_calls, in_all: false })
        } else if self.limits.in_all < self.in_all {
            Err(GuestError::OutOfTime { limit: self.limits.in_all, in_all: true })
        } else {
            Ok(())
        }
    }
}

/// What comes of a call within this time, and how long it computed: the guest, and what the host does for it at once. While
/// the call waits, nobody works on it.
pub(crate) async fn within<T>(
    limit: Duration,
    call: impl Future<Output = T>,
) -> (Result<T, Elapsed>, Duration) {
    let mut call = pin!(call);
    let mut computed = Duration::ZERO;
    let result = timeout(
        limit,
        poll_fn(|context| {
            let began = Instant::now();
            let polled = call.as_mut().poll(context);
            computed += began.elapsed();
            polled
        }),
    );
    (result.await, computed)
}

/// Bounds the memory of a guest, all its linear memories together.
#[derive(Debug)]
pub(crate) struct MemoryMeter {
    limit_bytes: usize,
    used_bytes: usize,
    /// The same, of what all calls have together.
    share: Share,
}

impl MemoryMeter {
    pub(crate) fn new(limit_bytes: usize, share: Share) -> Self {
        Self { limit_bytes, used_bytes: 0, share }
    }

    /// What it has, which is the most it had: linear memories never shrink.
    pub(crate) fn used_bytes(&self) -> usize {
        self.used_bytes
    }
}

impl ResourceLimiter for MemoryMeter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let added_bytes = desired.saturating_sub(current);
        let used_bytes = self.used_bytes.saturating_add(added_bytes);
        if self.limit_bytes < used_bytes {
            // An error and no refusal: a guest that is refused aborts anyway, with a message that names no limit.
            return Err(GuestError::OutOfMemory { limit_bytes: self.limit_bytes }.into());
        }
        self.share.grow(added_bytes).map_err(Spent::for_guest)?;
        self.used_bytes = used_bytes;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        Ok(desired <= MAX_TABLE_ELEMENTS)
    }

    fn instances(&self) -> usize {
        MAX_INSTANCES
    }

    fn tables(&self) -> usize {
        MAX_INSTANCES
    }

    fn memories(&self) -> usize {
        MAX_INSTANCES
    }
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::*;

    const LIMITS: CpuLimits =
        CpuLimits { between_calls: Duration::from_millis(50), in_all: Duration::from_millis(200) };

    /// Ticks every 10 ms until the limit; the number of ticks that were allowed.
    fn ticks(meter: &mut CpuMeter, mut between: impl FnMut(&mut CpuMeter)) -> (u32, GuestError) {
        let mut now = meter.began;
        for allowed in 0.. {
            between(meter);
            now += EPOCH_TICK;
            if let Err(error) = meter.tick_at(now) {
                return (allowed, error);
            }
        }
        unreachable!("the meter never stopped the guest")
    }

    #[test]
    fn a_guest_that_never_asks_is_stopped_by_the_short_limit() {
        let mut meter = CpuMeter::new(LIMITS);
        let expected = GuestError::OutOfTime { limit: LIMITS.between_calls, in_all: false };
        assert_eq!(ticks(&mut meter, |_| ()), (5, expected));
    }

    #[test]
    fn a_guest_that_asks_for_ever_is_stopped_by_the_long_limit() {
        let mut meter = CpuMeter::new(LIMITS);
        let expected = GuestError::OutOfTime { limit: LIMITS.in_all, in_all: true };
        assert_eq!(ticks(&mut meter, CpuMeter::asked), (20, expected));
    }

    #[test]
    fn time_spent_by_others_is_not_the_guests() {
        let mut meter = CpuMeter::new(LIMITS);
        let late = meter.began + Duration::from_secs(60);
        assert_eq!(meter.tick_at(late), Ok(()));
        assert_eq!(meter.in_all, EPOCH_TICK * 2);
    }

    #[tokio::test(start_paused = true)]
    async fn time_in_which_a_call_waits_is_not_computed() {
        const WAIT: Duration = Duration::from_secs(24 * 60 * 60);
        let began = tokio::time::Instant::now();
        let (result, computed) = within(WAIT * 2, tokio::time::sleep(WAIT)).await;
        assert_eq!((result.is_ok(), began.elapsed() < WAIT, computed < WAIT), (true, false, true));
    }

    #[tokio::test(start_paused = true)]
    async fn all_that_a_call_computes_between_its_waits_counts() {
        const STRETCH: Duration = Duration::from_millis(2);
        let (result, computed) = within(Duration::MAX, async {
            for _ in 0..3 {
                let began = Instant::now();
                while began.elapsed() < STRETCH {
                    std::hint::spin_loop();
                }
                tokio::task::yield_now().await;
            }
        })
        .await;
        assert!(result.is_ok() && STRETCH * 3 <= computed, "{computed:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_call_that_never_ends_is_given_up() {
        let (result, _) = within(Duration::from_secs(1), std::future::pending::<()>()).await;
        assert!(result.is_err());
    }

    #[test]
    fn memories_of_one_guest_share_one_limit() {
        let mut meter = MemoryMeter::new(100, Budget::new(1000).share());
        assert!(meter.memory_growing(0, 60, None).unwrap());
        assert!(meter.memory_growing(0, 40, None).unwrap());
        let error = meter.memory_growing(60, 61, None).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&GuestError::OutOfMemory { limit_bytes: 100 }));
    }

    #[test]
    fn a_guest_that_would_leave_nothing_to_others_is_stopped_below_its_own_limit_and_leaves_all_behind() {
        let budget = Budget::new(100);
        let meter = || MemoryMeter::new(80, budget.share());
        let (mut one, mut other) = (meter(), meter());
        assert!(one.memory_growing(0, 60, None).unwrap());
        let error = other.memory_growing(0, 60, None).unwrap_err();
        assert_eq!(error.downcast_ref(), Some(&GuestError::OutOfSharedMemory { limit_bytes: 100 }));
        drop(one);
        assert!(other.memory_growing(0, 60, None).unwrap());
    }
}
