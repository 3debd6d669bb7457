//! How often a password may be tried: longer waits after each wrong one, for a name and for an address, and for a browser that
//! has logged in before by itself. On the monotonic clock: to set the clock of the day neither locks anybody out nor forgives.
//!
//! Not here: anything on disk. A restart forgives, and whoever can restart the program needs no password.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use tokio::time::Instant;

use super::secret::{Digest, digest};
use crate::network::counted_as;

/// Wrong passwords without a wait.
///
/// 5. Why: people mistype, and try the one before.
const N_FREE: u32 = 5;

/// The longest wait for a name, and for a browser that is known.
///
/// 1 min. Why: anybody can make a name's owner wait; and 1440 tries a day at a password of twelve characters lead nowhere.
const MAX_NAME_WAIT: Duration = Duration::from_secs(60);

/// The longest wait for an address.
///
/// 15 min. Why: it hits who tries, and at worst those behind the same address.
const MAX_ADDRESS_WAIT: Duration = Duration::from_secs(15 * 60);

/// How long a failure counts after the last one.
///
/// 1 h. Why: longer than any wait, so that waiting is not forgiving.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);

/// Names, addresses and browsers that are remembered.
///
/// 4096. Why: some hundred KiB; a flood from more addresses pushes the oldest ones out, and no browser that is known.
const MAX_REMEMBERED: usize = 4096;

/// Who failed, and how often.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: BTreeMap<Subject, Failures>,
}

/// Who tries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Guesser {
    /// Anybody: it counts for the name, and for the address, where that is known.
    Stranger {
        /// Of what was entered as the name.
        name: Digest,
        /// From where.
        address: Option<IpAddr>,
    },
    /// A browser that has proved itself: it counts for that one alone.
    Known(Digest),
}

/// Whose failures are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// An account's name, whether or not there is one. The digest, because a password may be typed as a name.
    Name(Digest),
    /// An IPv4 address, or the network of an IPv6 one.
    Address(IpAddr),
    /// A browser that is known.
    Browser(Digest),
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    n: u32,
    last: Instant,
}

/// It is too early to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooEarly {
    /// How long to wait, rounded up.
    pub(crate) wait_s: u64,
}

impl Guesser {
    /// Somebody who enters this name, from this address.
    pub(crate) fn stranger(name: &str, address: Option<IpAddr>) -> Self {
        Self::Stranger { name: digest(name), address }
    }

    fn subjects(&self) -> Vec<Subject> {
        match self {
            Self::Known(browser) => vec![Subject::Browser(*browser)],
            Self::Stranger { name, address } => {
                let address = address.map(|address| Subject::Address(counted_as(address)));
                std::iter::once(Subject::Name(*name)).chain(address).collect()
            }
        }
    }
}

impl Throttle {
    /// Count a try as a failure before its password is looked at, so that many at once count as many.
    ///
    /// # Errors
    ///
    /// When the name, the address or the browser must wait; such a try counts for nothing.
    pub(crate) fn begin(&mut self, guesser: &Guesser, now: Instant) -> Result<(), TooEarly> {
        self.failures.retain(|_, failures| now.saturating_duration_since(failures.last) < FORGOTTEN);
        let subjects = guesser.subjects();
        let waits =
            subjects.iter().filter_map(|subject| Some(self.failures.get(subject)?.left(subject, now)));
        match waits.max() {
            Some(left) if !left.is_zero() => {
                let wait_s = u64::try_from(left.as_nanos().div_ceil(1_000_000_000)).unwrap_or(u64::MAX);
                Err(TooEarly { wait_s })
            }
            Some(_) | None => {
                subjects.into_iter().for_each(|subject| self.failed(subject, now));
                Ok(())
            }
        }
    }

    /// The password was right: forgive. Whoever is known has what strangers did to the name stand.
    pub(crate) fn forgive(&mut self, guesser: &Guesser) {
        for subject in guesser.subjects() {
            self.failures.remove(&subject);
        }
    }

    fn failed(&mut self, subject: Subject, now: Instant) {
        if MAX_REMEMBERED <= self.failures.len() && !self.failures.contains_key(&subject) {
            let is_known = |subject: &Subject| matches!(subject, Subject::Browser(_));
            let oldest =
                self.failures.iter().min_by_key(|(subject, failures)| (is_known(subject), failures.last));
            if let Some(oldest) = oldest.map(|(subject, _)| subject.clone()) {
                self.failures.remove(&oldest);
            }
        }
        let failures = self.failures.entry(subject).or_insert(Failures { n: 0, last: now });
        *failures = Failures { n: failures.n.saturating_add(1), last: now };
    }
}

impl Failures {
    /// How long this one must still wait.
    fn left(self, subject: &Subject, now: Instant) -> Duration {
        let longest = match subject {
            Subject::Name(_) | Subject::Browser(_) => MAX_NAME_WAIT,
            Subject::Address(_) => MAX_ADDRESS_WAIT,
        };
        wait(self.n).min(longest).saturating_sub(now.saturating_duration_since(self.last))
    }
}

/// The wait after so many failures: none at first, then a second, and twice as long each time.
fn wait(n: u32) -> Duration {
    match n.checked_sub(N_FREE) {
        None => Duration::ZERO,
        Some(more) => Duration::from_secs(2_u64.saturating_pow(more)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BROWSER: Guesser = Guesser::Known([1; 32]);

    fn admin(address: &str) -> Guesser {
        stranger("admin", address)
    }

    fn stranger(name: &str, address: &str) -> Guesser {
        Guesser::stranger(name, address.parse().ok())
    }

    #[test]
    fn each_wrong_password_after_the_fifth_doubles_the_wait() {
        for guesser in [admin(""), BROWSER] {
            let (mut throttle, mut now, mut waits) = (Throttle::default(), Instant::now(), Vec::new());
            for _ in 0..12 {
                if let Err(TooEarly { wait_s }) = throttle.begin(&guesser, now) {
                    waits.push(wait_s);
                    now += Duration::from_secs(wait_s);
                    assert_eq!(throttle.begin(&guesser, now), Ok(()));
                }
            }
            assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60]);
        }
    }

    #[test]
    fn a_right_password_forgives() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..5 {
            throttle.begin(&admin("10.0.0.1"), now).unwrap();
        }
        throttle.forgive(&admin("10.0.0.1"));
        assert_eq!(throttle.begin(&admin("10.0.0.1"), now), Ok(()));
    }

    #[test]
    fn an_address_that_tries_one_name_after_another_waits() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..5 {
            throttle.begin(&stranger(&format!("name {n}"), "2001:db8::1"), now).unwrap();
        }
        // Another address of the same network.
        assert_eq!(throttle.begin(&admin("2001:db8::2"), now), Err(TooEarly { wait_s: 1 }));
        assert_eq!(throttle.begin(&admin("2001:db8:0:1::1"), now), Ok(()));
    }

    #[test]
    fn tries_at_once_count_before_any_of_them_is_known_to_be_wrong() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        let admitted = (0..100).filter(|_| throttle.begin(&admin(""), now).is_ok()).count();
        assert_eq!(admitted, 5);
    }

    #[test]
    fn strangers_and_a_browser_that_is_known_do_not_slow_each_other() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for n in 0..9 {
            let _some_must_wait = throttle.begin(&admin(&format!("10.0.0.{n}")), now);
        }
        assert!(throttle.begin(&admin("10.0.0.10"), now).is_err());
        for _ in 0..5 {
            assert_eq!(throttle.begin(&BROWSER, now), Ok(()));
        }
        // A cookie that was stolen is good for no more guesses than anybody has.
        assert_eq!(throttle.begin(&BROWSER, now), Err(TooEarly { wait_s: 1 }));
        throttle.forgive(&BROWSER);
        assert!(throttle.begin(&admin("10.0.0.10"), now).is_err(), "strangers are not forgiven with it");
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_oldest_goes_first_but_no_browser_that_is_known() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..5 {
            throttle.begin(&BROWSER, now).unwrap();
            throttle.begin(&stranger("first", ""), now).unwrap();
        }
        for n in 0..MAX_REMEMBERED {
            throttle.begin(&stranger(&n.to_string(), ""), now + Duration::from_millis(1)).unwrap();
        }
        assert_eq!(throttle.failures.len(), MAX_REMEMBERED);
        assert_eq!(throttle.begin(&stranger("first", ""), now), Ok(()));
        assert!(throttle.begin(&BROWSER, now).is_err());
    }

    #[test]
    fn failures_are_forgotten_an_hour_after_the_last() {
        let (mut throttle, now) = (Throttle::default(), Instant::now());
        for _ in 0..5 {
            throttle.begin(&admin(""), now).unwrap();
        }
        throttle.begin(&admin(""), now + FORGOTTEN).unwrap();
        assert_eq!(throttle.begin(&admin(""), now + FORGOTTEN), Ok(()));
    }

    #[test]
    fn no_number_of_failures_waits_longer_than_the_longest_wait() {
        for n in [40, 67, 68, 69, 70, 133, u32::MAX] {
            assert!(MAX_ADDRESS_WAIT <= wait(n), "{n}");
        }
    }
}
