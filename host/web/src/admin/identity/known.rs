//! Browsers that have logged in before. Each carries a cookie that proves it for one name, so that strangers who guess that
//! name's password slow down nobody but themselves.
//!
//! The cookie lets nobody in: it only has the guesses of its browser counted by themselves. Whoever steals one gains as many
//! guesses as anybody has. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
//!
//! Not here: how many guesses there are (`throttle`).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use rollcall_host::model::Timestamp;
use sha2::Sha256;

use super::secret::{Digest, Secret, digest};
use crate::sealing::SealingKey;

/// How long a browser that has logged in is known.
///
/// 180 days. Why: whoever comes back twice a year is known still; a cookie that was lost is worth nothing some day.
pub(crate) const KNOWN_BROWSER_MS: i64 = 180 * 24 * 60 * 60 * 1000;

/// What the key of the cookies is derived for.
const PURPOSE: &str = "known browsers";

/// The cookie of a browser that has just logged in by this name: until when it is good, which one it is, and the proof of both
/// and of the name.
///
/// # Errors
///
/// When the system has no randomness.
pub(crate) fn cookie(key: &SealingKey, name: &str, now: Timestamp) -> Result<String, getrandom::Error> {
    let until_ms = now.unix_ms().saturating_add(KNOWN_BROWSER_MS);
    let which = Secret::fresh()?;
    let proof = proof(key, name, until_ms, which.reveal()).finalize().into_bytes();
    Ok(format!("{until_ms}.{}.{}", which.reveal(), URL_SAFE_NO_PAD.encode(proof)))
}

/// Which browser this cookie proves for this name. None if it proves none, or not any more.
pub(crate) fn browser(key: &SealingKey, name: &str, cookie: &str, now: Timestamp) -> Option<Digest> {
    let mut parts = cookie.splitn(3, '.');
    let (until_ms, which, proven) = (parts.next()?.parse().ok()?, parts.next()?, parts.next()?);
    let is_good = now.unix_ms() < until_ms && until_ms <= now.unix_ms().saturating_add(KNOWN_BROWSER_MS);
    let proven = URL_SAFE_NO_PAD.decode(proven).ok().filter(|_| is_good)?;
    // In a time that does not tell where it differs.
    proof(key, name, until_ms, which).verify_slice(&proven).ok()?;
    Some(digest(which))
}

fn proof(key: &SealingKey, name: &str, until_ms: i64, which: &str) -> Hmac<Sha256> {
    // The name stands last, as it may have any character in it.
    let mut proof = key.authenticator(PURPOSE);
    proof.update(format!("{until_ms}.{which}.{name}").as_bytes());
    proof
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{Bench, NOW};

    fn later(ms: i64) -> Timestamp {
        Timestamp::from_unix_ms(NOW.unix_ms() + ms)
    }

    #[tokio::test]
    async fn a_cookie_proves_a_browser_for_the_name_that_logged_in_until_it_is_too_old() {
        let bench = Bench::new().await;
        let key = bench.console.services().key();
        let (one, other) = (cookie(key, "admin", NOW).unwrap(), cookie(key, "admin", NOW).unwrap());
        let known = |cookie: &str, name: &str, now| browser(key, name, cookie, now);
        assert!(known(&one, "admin", NOW).is_some());
        assert_ne!(known(&one, "admin", NOW), known(&other, "admin", NOW));
        assert_eq!(known(&one, "admin", later(KNOWN_BROWSER_MS - 1)), known(&one, "admin", NOW));
        assert_eq!(known(&one, "admin", later(KNOWN_BROWSER_MS)), None);
        assert_eq!(known(&one, "wang", NOW), None);
    }

    #[tokio::test]
    async fn a_cookie_that_was_made_up_or_changed_or_is_of_another_host_proves_nothing() {
        let (here, elsewhere) = (Bench::new().await, Bench::new().await);
        let good = cookie(here.console.services().key(), "admin", NOW).unwrap();
        let longer = good.replacen(char::is_numeric, "9", 1);
        let renamed = good.replacen('.', ".A", 1);
        let of_another = cookie(elsewhere.console.services().key(), "admin", NOW).unwrap();
        let unproven = good.rsplit_once('.').unwrap().0.to_owned();
        let empty = format!("{unproven}.");
        for cookie in ["", ".", "..", "a.b.c", &longer, &renamed, &of_another, &unproven, &empty] {
            assert_eq!(browser(here.console.services().key(), "admin", cookie, NOW), None, "{cookie}");
        }
    }
}
