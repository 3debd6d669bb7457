//! When to try again: back-off with jitter over the host's timers. What an answer means is the connector's to say.

use crate::context::Context;
use crate::limits::{FIRST_BACKOFF_MS, MAX_ATTEMPTS, MAX_BACKOFF_MS, MAX_TOLD_WAIT_MS};
use crate::model::{Failure, Text};

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

/// Try until it is done, it fails for good, or [`MAX_ATTEMPTS`] are used up. Where the source says how long to wait, it is waited
/// for, and such an attempt is not counted: it ends once the waits come to more than [`MAX_TOLD_WAIT_MS`] in all, which the
/// failure then says. `once` is given the number of the attempt, from 0.
///
/// # Errors
/// The failure that stays, or the last one that did not pass.
pub async fn retry<T>(context: &Context, mut once: impl AsyncFnMut(u32) -> Attempt<T>) -> Result<T, Failure> {
    let mut attempt = 0;
    let (mut n_untold, mut told_ms) = (0, 0_u64);
    loop {
        let (failure, asked_ms) = match once(attempt).await {
            Attempt::Done(value) => return Ok(value),
            Attempt::Stop(failure) => return Err(failure),
            Attempt::Again(failure, asked_ms) => (failure, asked_ms),
        };
        attempt += 1;
        let wait_ms = backoff_ms(attempt, asked_ms, context.random());
        if asked_ms.is_some() {
            if MAX_TOLD_WAIT_MS < told_ms.saturating_add(wait_ms) {
                return Err(waited_long_enough(failure, told_ms, wait_ms));
            }
            told_ms += wait_ms;
        } else {
            n_untold += 1;
            if MAX_ATTEMPTS <= n_untold {
                return Err(failure);
            }
        }
        context.sleep(wait_ms).await;
    }
}

/// The same failure, with how long it was waited for, and that no more is.
fn waited_long_enough(failure: Failure, told_ms: u64, wait_ms: u64) -> Failure {
    let (waited_s, wait_s, bound_s) =
        (told_ms.div_ceil(1_000), wait_ms.div_ceil(1_000), MAX_TOLD_WAIT_MS / 1_000);
    failure.map(|mut diagnosis| {
        // A provider's own words may end a sentence.
        let said = |text: &str| text.trim_end_matches(['.', '。']).to_owned();
        let (en, zh) = (said(&diagnosis.message.en), said(&diagnosis.message.zh));
        diagnosis.message = Text::new(
            format!(
                "{en}; the source asks for another {wait_s} s, and {waited_s} s of the {bound_s} s that a request may wait are over"
            ),
            format!(
                "{zh}；来源要求再等待 {wait_s} 秒，而单个请求最多等待 {bound_s} 秒，已等待 {waited_s} 秒"
            ),
        );
        diagnosis.fact("waited_s", waited_s.to_string())
    })
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
    use super::{Attempt, backoff_ms, retry};
    use crate::context::Context;
    use crate::limits::{MAX_ATTEMPTS, MAX_TOLD_WAIT_MS};
    use crate::model::{Diagnosis, Failure};
    use crate::testing::{Reply, TestHost};

    fn busy(asked_ms: Option<u64>) -> Attempt<()> {
        Attempt::Again(
            Failure::Unavailable(Diagnosis::new("busy", "too fast", "请求过快"), asked_ms),
            asked_ms,
        )
    }

    /// How it ends when the first `n` answers are these, how often it asks, and how many milliseconds that takes.
    fn tried(n: u32, asked_ms: Option<u64>) -> (Result<(), Failure>, u32, u64) {
        let context = Context::new(TestHost::new(|_, _| Reply::Hang));
        let began_ms = context.now_ms();
        let mut n_asked = 0;
        let once = async |attempt| {
            n_asked = attempt + 1;
            if attempt < n { busy(asked_ms) } else { Attempt::Done(()) }
        };
        let ended = context.block_on(retry(&context, once)).expect("it ends");
        (ended, n_asked, context.now_ms() - began_ms)
    }

    #[test]
    fn a_source_that_says_how_long_to_wait_is_waited_for_however_often() {
        let (ended, n_asked, took_ms) = tried(6, Some(20_000));
        assert_eq!((ended, n_asked), (Ok(()), 7));
        assert!(6 * 20_000 <= took_ms, "{took_ms}");
    }

    #[test]
    fn a_source_that_does_not_say_so_is_asked_a_few_times() {
        assert_eq!(tried(MAX_ATTEMPTS - 1, None).0, Ok(()));
        let (ended, n_asked, _) = tried(MAX_ATTEMPTS, None);
        assert_eq!((ended.is_err(), n_asked), (true, MAX_ATTEMPTS));
    }

    #[test]
    fn waiting_has_an_end_which_is_said() {
        for asked_ms in [0, 1_000, 45_000] {
            let (ended, _, took_ms) = tried(u32::MAX, Some(asked_ms));
            assert!(took_ms <= MAX_TOLD_WAIT_MS, "{took_ms}");
            let failure = ended.unwrap_err();
            assert!(failure.diagnosis().message.en.contains("of the 300 s that a request may wait are over"));
            assert!(failure.diagnosis().message.zh.contains("单个请求最多等待 300 秒"));
        }
        let (ended, n_asked, took_ms) = tried(u32::MAX, Some(3_600_000));
        assert_eq!((n_asked, took_ms), (1, 0));
        assert!(matches!(ended, Err(Failure::Unavailable(_, Some(3_600_000)))), "the host waits as long");
    }

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
