//! When to try again: back-off with jitter over the host's timers. What an answer means is the connector's to say.

use crate::context::Context;
use crate::limits::{FIRST_BACKOFF_MS, MAX_ATTEMPTS, MAX_BACKOFF_MS};
use crate::model::Failure;

/// What one attempt came to.
#[derive(Debug)]
pub enum Attempt<T> {
    /// It is done.
    Done(T),
    /// It failed in a way that passes; the source may have said how many milliseconds to wait at least.
    Again(Failure, Option<u64>),
    /// It failed in a way that stays.
    Stop(Failure),
}

/// Try until it is done, it fails for good, or [`MAX_ATTEMPTS`] are used up. `once` is given the number of the attempt,
/// from 0.
///
/// # Errors
/// The failure that stays, or the last one that did not pass.
pub async fn retry<T>(context: &Context, mut once: impl AsyncFnMut(u32) -> Attempt<T>) -> Result<T, Failure> {
    let mut attempt = 0;
    loop {
        match once(attempt).await {
            Attempt::Done(value) => return Ok(value),
            Attempt::Stop(failure) => return Err(failure),
            Attempt::Again(failure, wait_ms) => {
                attempt += 1;
                if MAX_ATTEMPTS <= attempt {
                    return Err(failure);
                }
                context.sleep(backoff_ms(attempt, wait_ms, context.random())).await;
            }
        }
    }
}

/// Milliseconds to wait before attempt `attempt` (the second is 1): doubling, with up to half of it as jitter on top, and
/// never less than the source asked for.
#[must_use]
pub fn backoff_ms(attempt: u32, asked_ms: Option<u64>, random: u64) -> u64 {
    let doubled = FIRST_BACKOFF_MS.saturating_mul(1 << attempt.saturating_sub(1).min(16)).min(MAX_BACKOFF_MS);
    let base = doubled.max(asked_ms.unwrap_or(0));
    base + random % (base / 2 + 1)
}

#[cfg(test)]
mod tests {
    use super::backoff_ms;

    #[test]
    fn waits_double_up_to_their_bound() {
        let waits: Vec<u64> = (1..9).map(|attempt| backoff_ms(attempt, None, 0)).collect();
        assert_eq!(waits, [1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000]);
    }

    #[test]
    fn jitter_adds_up_to_half() {
        assert_eq!(backoff_ms(1, None, 500), 1500);
        assert_eq!(backoff_ms(1, None, 501), 1000);
    }

    #[test]
    fn what_the_source_asks_for_is_the_least() {
        assert_eq!(backoff_ms(1, Some(90_000), 0), 90_000);
    }
}
