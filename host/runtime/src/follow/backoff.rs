//! How long to wait after a failure: twice as long each time, up to a limit.
//!
//! Not here: waiting itself, and what counts as a failure.

use std::time::Duration;

/// Pauses that double.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Backoff {
    /// The pause after the first failure.
    pub(super) first: Duration,
    /// The longest pause.
    pub(super) most: Duration,
}

impl Backoff {
    /// The pause after so many failures before this one.
    pub(super) fn pause(self, n_before: u32) -> Duration {
        let factor = 1_u32.checked_shl(n_before).unwrap_or(u32::MAX);
        self.first.saturating_mul(factor).min(self.most)
    }

    /// The same pause or as little as half of it, so that those who failed together do not come back together.
    /// `random` is any number.
    pub(super) fn jittered(self, n_before: u32, random: u64) -> Duration {
        let pause = self.pause(n_before);
        let half = pause / 2;
        let span_ms = u64::try_from((pause - half).as_millis()).unwrap_or(u64::MAX).saturating_add(1);
        (half + Duration::from_millis(random % span_ms)).min(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::random;

    const BACKOFF: Backoff = Backoff { first: Duration::from_secs(1), most: Duration::from_secs(60) };

    #[test]
    fn a_pause_doubles_up_to_the_limit() {
        let pauses: Vec<u64> = (0..8).map(|n_before| BACKOFF.pause(n_before).as_secs()).collect();
        assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
        assert_eq!(BACKOFF.pause(u32::MAX), BACKOFF.most);
    }

    #[test]
    fn jitter_takes_up_to_half_of_a_pause() {
        assert_eq!(BACKOFF.jittered(3, 0), Duration::from_secs(4));
        assert_eq!(BACKOFF.jittered(3, 4000), Duration::from_secs(8));
        for random in [1, 4001, u64::MAX / 3, u64::MAX] {
            let pause = BACKOFF.jittered(3, random);
            assert!((Duration::from_secs(4)..=Duration::from_secs(8)).contains(&pause), "{pause:?}");
        }
    }

    #[test]
    fn two_that_failed_together_do_not_come_back_together() {
        let pauses: std::collections::BTreeSet<Duration> =
            (0..20).map(|_| BACKOFF.jittered(9, random())).collect();
        assert!(1 < pauses.len());
    }
}
