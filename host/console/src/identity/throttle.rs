//! How often a password may be tried: longer waits after each wrong one, for a name and for an address.
//!
//! Not here: anything on disk. A restart forgives, and whoever can restart the program needs no password.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

use rollcall_host::model::Timestamp;

use super::secret::{Digest, digest};

/// Wrong passwords without a wait.
///
/// 5. Why: people mistype, and try the one before.
const N_FREE: u32 = 5;

/// The longest wait for a name.
///
/// 1 min. Why: anybody can make its owner wait; and 1440 tries a day at a password of twelve characters lead nowhere.
const MAX_NAME_WAIT_MS: i64 = 60 * 1000;

/// The longest wait for an address.
///
/// 15 min. Why: it hits who tries, and at worst those behind the same address.
const MAX_ADDRESS_WAIT_MS: i64 = 15 * 60 * 1000;

/// How long a failure counts after the last one.
///
/// 1 h. Why: longer than any wait, so that waiting is not forgiving.
const FORGOTTEN_MS: i64 = 60 * 60 * 1000;

/// Names and addresses that are remembered.
///
/// 4096. Why: some hundred KiB; a flood from more addresses pushes the oldest ones out.
const MAX_REMEMBERED: usize = 4096;

/// Who failed, and how often.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: BTreeMap<Subject, Failures>,
}

/// Whose failures are counted together.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    /// An account's name, whether or not there is one. The digest, because a password may be typed as a name.
    Name(Digest),
    /// An IPv4 address, or the network of an IPv6 one: whoever has one of those has 2⁶⁴.
    Address(IpAddr),
}

#[derive(Clone, Copy, Debug)]
struct Failures {
    n: u32,
    last: Timestamp,
}

/// It is too early to try again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooEarly {
    /// How long to wait, rounded up.
    pub(crate) wait_s: i64,
}

impl Throttle {
    /// Count a try as a failure before its password is looked at, so that many at once count as many.
    ///
    /// # Errors
    ///
    /// When the name or the address must wait; such a try counts for nothing.
    pub(crate) fn begin(
        &mut self,
        name: &str,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), TooEarly> {
        self.failures.retain(|_, failures| since(failures.last, now) < FORGOTTEN_MS);
        let subjects = subjects(name, address);
        let waits =
            subjects.iter().filter_map(|subject| Some(self.failures.get(subject)?.left(subject, now)));
        match waits.max() {
            Some(left_ms) if 0 < left_ms => {
                Err(TooEarly { wait_s: left_ms.saturating_add(999).div_euclid(1000) })
            }
            Some(_) | None => {
                subjects.into_iter().for_each(|subject| self.failed(subject, now));
                Ok(())
            }
        }
    }

    /// The password was right: forgive.
    pub(crate) fn forgive(&mut self, name: &str, address: Option<IpAddr>) {
        for subject in subjects(name, address) {
            self.failures.remove(&subject);
        }
    }

    fn failed(&mut self, subject: Subject, now: Timestamp) {
        if MAX_REMEMBERED <= self.failures.len() && !self.failures.contains_key(&subject) {
            let oldest = self.failures.iter().min_by_key(|(_, failures)| failures.last);
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
    fn left(self, subject: &Subject, now: Timestamp) -> i64 {
        let longest = match subject {
            Subject::Name(_) => MAX_NAME_WAIT_MS,
            Subject::Address(_) => MAX_ADDRESS_WAIT_MS,
        };
        wait_ms(self.n).min(longest).saturating_sub(since(self.last, now))
    }
}

/// The wait after so many failures: none at first, then a second, and twice as long each time.
fn wait_ms(n: u32) -> i64 {
    match n.checked_sub(N_FREE) {
        None => 0,
        Some(more) => 1_i64.checked_shl(more).filter(|s| 0 < *s).unwrap_or(i64::MAX).saturating_mul(1000),
    }
}

fn since(then: Timestamp, now: Timestamp) -> i64 {
    now.unix_ms().saturating_sub(then.unix_ms())
}

fn subjects(name: &str, address: Option<IpAddr>) -> Vec<Subject> {
    let name = Subject::Name(digest(name));
    std::iter::once(name).chain(address.map(|address| Subject::Address(network(address)))).collect()
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & !u128::from(u64::MAX))),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

    fn after(seconds: i64) -> Timestamp {
        Timestamp::from_unix_ms(START.unix_ms() + seconds * 1000)
    }

    fn address(text: &str) -> Option<IpAddr> {
        Some(text.parse().unwrap())
    }

    #[test]
    fn each_wrong_password_after_the_fifth_doubles_the_wait() {
        let (mut throttle, mut now, mut waits) = (Throttle::default(), 0, Vec::new());
        for _ in 0..12 {
            if let Err(TooEarly { wait_s }) = throttle.begin("admin", None, after(now)) {
                waits.push(wait_s);
                now += wait_s;
                assert_eq!(throttle.begin("admin", None, after(now)), Ok(()));
            }
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60]);
    }

    #[test]
    fn a_right_password_forgives() {
        let mut throttle = Throttle::default();
        for _ in 0..5 {
            throttle.begin("admin", address("10.0.0.1"), START).unwrap();
        }
        throttle.forgive("admin", address("10.0.0.1"));
        assert_eq!(throttle.begin("admin", address("10.0.0.1"), START), Ok(()));
    }

    #[test]
    fn an_address_that_tries_one_name_after_another_waits() {
        let mut throttle = Throttle::default();
        for n in 0..5 {
            throttle.begin(&format!("name {n}"), address("2001:db8::1"), START).unwrap();
        }
        // Another address of the same network.
        assert_eq!(throttle.begin("admin", address("2001:db8::2"), START), Err(TooEarly { wait_s: 1 }));
        assert_eq!(throttle.begin("admin", address("2001:db8:0:1::1"), START), Ok(()));
    }

    #[test]
    fn tries_at_once_count_before_any_of_them_is_known_to_be_wrong() {
        let mut throttle = Throttle::default();
        let admitted = (0..100).filter(|_| throttle.begin("admin", None, START).is_ok()).count();
        assert_eq!(admitted, 5);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_oldest_goes_first() {
        let mut throttle = Throttle::default();
        for _ in 0..5 {
            throttle.begin("first", None, START).unwrap();
        }
        for n in 0..MAX_REMEMBERED {
            throttle.begin(&n.to_string(), None, after(1)).unwrap();
        }
        assert_eq!(throttle.failures.len(), MAX_REMEMBERED);
        assert_eq!(throttle.begin("first", None, START), Ok(()));
    }

    #[test]
    fn failures_are_forgotten_an_hour_after_the_last() {
        let mut throttle = Throttle::default();
        for _ in 0..5 {
            throttle.begin("admin", None, START).unwrap();
        }
        throttle.begin("admin", None, after(3600)).unwrap();
        assert_eq!(throttle.begin("admin", None, after(3600)), Ok(()));
    }

    #[test]
    fn no_number_of_failures_waits_longer_than_the_longest_wait() {
        for n in [40, 67, 68, 69, 70, 133, u32::MAX] {
            assert!(MAX_ADDRESS_WAIT_MS <= wait_ms(n), "{n}");
        }
    }
}
