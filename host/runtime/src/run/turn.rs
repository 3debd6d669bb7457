//! Waiting for a source that another run has.
//!
//! Not here: an order among those who wait. Whoever looks first once the source is free gets it.

use std::time::Duration;

use tokio::time::{Instant, sleep_until};

use crate::error::RunError;
use crate::history::Opened;
use crate::limits::BUSY_POLL_INTERVAL;
use crate::model::{RunId, Timestamp};

/// Try until the run is open, for as long as the caller would wait and does not stop it. `waiting` is told whom for.
///
/// # Errors
///
/// [`RunError::Busy`] when the source was not free in time, and whatever a try fails with.
pub(super) async fn take<T>(
    wait: Duration,
    stopped: impl Future<Output = ()>,
    waiting: impl FnOnce(&RunId),
    mut try_open: impl FnMut() -> T,
) -> Result<(RunId, Timestamp), RunError>
where
    T: Future<Output = Result<(Opened, Timestamp), RunError>>,
{
    let until = Instant::now() + wait;
    let mut waiting = Some(waiting);
    let mut stopped = std::pin::pin!(stopped);
    loop {
        let run = match try_open().await? {
            (Opened::Run(run), started_at) => return Ok((run, started_at)),
            (Opened::Busy(run), _) => run,
        };
        let now = Instant::now();
        if until <= now {
            return Err(RunError::Busy { run });
        }
        if let Some(tell) = waiting.take() {
            tell(&run);
        }
        tokio::select! {
            () = sleep_until(until.min(now + BUSY_POLL_INTERVAL)) => {}
            () = &mut stopped => return Err(RunError::Busy { run }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, pending, ready};

    use super::*;

    const AT: Timestamp = Timestamp::from_unix_ms(7);

    /// A source that is free after this time.
    fn free_after(time: Duration) -> impl FnMut() -> Ready<Result<(Opened, Timestamp), RunError>> {
        let free_at = Instant::now() + time;
        move || {
            let is_free = free_at <= Instant::now();
            let opened = if is_free { Opened::Run(RunId::new("2")) } else { Opened::Busy(RunId::new("1")) };
            ready(Ok((opened, AT)))
        }
    }

    #[track_caller]
    fn check_busy(result: &Result<(RunId, Timestamp), RunError>) {
        assert!(matches!(result, Err(RunError::Busy { run }) if run.as_str() == "1"), "{result:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_is_freed_in_time_is_taken() {
        let mut told = Vec::new();
        let tell = |run: &RunId| told.push(run.clone());
        let taken =
            take(Duration::from_secs(2), pending(), tell, free_after(Duration::from_millis(1990))).await;
        assert_eq!(taken.unwrap(), (RunId::new("2"), AT));
        assert_eq!(told, [RunId::new("1")]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_source_that_is_not_freed_in_time_is_busy() {
        let started = Instant::now();
        check_busy(
            &take(Duration::from_millis(120), pending(), |_| {}, free_after(Duration::from_secs(1))).await,
        );
        assert_eq!(started.elapsed(), Duration::from_millis(120));
    }

    #[tokio::test(start_paused = true)]
    async fn who_would_not_wait_does_not() {
        let started = Instant::now();
        check_busy(&take(Duration::ZERO, pending(), |_| {}, free_after(Duration::from_secs(1))).await);
        assert_eq!(started.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_ends_the_waiting() {
        let started = Instant::now();
        check_busy(
            &take(Duration::from_secs(60), ready(()), |_| {}, free_after(Duration::from_secs(1))).await,
        );
        assert_eq!(started.elapsed(), Duration::ZERO);
    }
}
