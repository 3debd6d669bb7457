//! Passwords: which are taken, and how they are kept and compared.
//!
//! Not here: how often one may be tried (`throttle`).

use argon2::password_hash::{PasswordHash, PasswordHasher as _, PasswordVerifier as _, SaltString};
use argon2::{Algorithm, Argon2, Params, Version};
use rollcall_words::Sentence;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::words;
use crate::admin_error::AdminError;

/// The fewest characters.
///
/// Why: NIST SP 800-63B asks for length and for nothing about its composition; twelve random ones outlast any throttled
/// guessing, and stolen digests are slow to try.
pub(crate) const MIN_CHARS: usize = 12;

/// The most bytes.
///
/// 1024. Why: any sentence that a person types; the digest reads all of it.
pub(crate) const MAX_BYTES: usize = 1024;

/// The fewest different characters.
///
/// 5. Why: "aaaaaaaaaaaa" and "121212121212" are long and among the first that anybody tries.
const MIN_DIFFERENT: usize = 5;

/// Memory of one digest, in KiB: 19 MiB. Source: OWASP, "Password Storage Cheat Sheet", Argon2id.
const MEMORY_KIB: u32 = 19 * 1024;

/// Passes over it. Source: as above.
const PASSES: u32 = 2;

/// Lanes. Source: as above.
const LANES: u32 = 1;

/// Digests that are made at once.
///
/// 2. Why: each takes a core and 19 MiB for some hundredths of a second; who floods the log-in must not take the machine.
const AT_ONCE: usize = 2;

/// Stands for the password of a name that there is none of, so that it takes as long to say no. No password has this digest:
/// all of its bits are zero.
const NOBODYS: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// A password as somebody typed it.
pub(crate) type Typed = Zeroizing<String>;

/// Why a password is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PasswordRefusal {
    TooShort,
    TooLong,
    LikeTheName,
    TooFewDifferent,
    NotRepeated,
}

impl PasswordRefusal {
    /// What to say about it.
    pub(crate) fn sentence(self) -> Sentence {
        match self {
            Self::TooShort => words::password_too_short(MIN_CHARS),
            Self::TooLong => words::password_too_long(MAX_BYTES),
            Self::LikeTheName => words::password_like_the_name(),
            Self::TooFewDifferent => words::password_too_few_different(),
            Self::NotRepeated => words::password_not_repeated(),
        }
    }
}

/// Whether somebody of this name may take this password.
pub(crate) fn accepted(name: &str, password: &str, repeated: &str) -> Result<(), PasswordRefusal> {
    let (lower, name) = (password.to_lowercase(), name.to_lowercase());
    let different: std::collections::BTreeSet<char> = password.chars().collect();
    if password.chars().count() < MIN_CHARS {
        return Err(PasswordRefusal::TooShort);
    }
    if MAX_BYTES < password.len() {
        return Err(PasswordRefusal::TooLong);
    }
    if different.len() < MIN_DIFFERENT {
        return Err(PasswordRefusal::TooFewDifferent);
    }
    if is_around(&lower, &name) || is_around(&lower, "rollcall") {
        return Err(PasswordRefusal::LikeTheName);
    }
    if password != repeated {
        return Err(PasswordRefusal::NotRepeated);
    }
    Ok(())
}

/// Whether a text is a name, and little more: digits and marks around it, or the name again.
fn is_around(text: &str, name: &str) -> bool {
    !name.is_empty() && text.contains(name) && {
        let rest = text.replace(name, "");
        rest.chars().filter(|c| c.is_alphabetic()).count() < MIN_DIFFERENT
    }
}

/// Makes and compares digests on threads that may block, few at once.
#[derive(Debug)]
pub(crate) struct Hashing {
    room: Semaphore,
}

impl Default for Hashing {
    fn default() -> Self {
        Self { room: Semaphore::new(AT_ONCE) }
    }
}

impl Hashing {
    /// What is kept of a password: a PHC string.
    pub(crate) async fn digest(&self, password: Typed) -> Result<String, AdminError> {
        self.on_a_thread(move || {
            let mut salt = [0; 16];
            getrandom::fill(&mut salt).map_err(|error| AdminError::failed(&error))?;
            let salt = SaltString::encode_b64(&salt).map_err(|error| AdminError::failed(&error))?;
            let digest = argon2()?.hash_password(password.as_bytes(), &salt);
            Ok(digest.map_err(|error| AdminError::failed(&error))?.to_string())
        })
        .await
    }

    /// Whether this is the password that was kept. It takes as long when none was.
    pub(crate) async fn is_right(&self, password: Typed, kept: Option<String>) -> Result<bool, AdminError> {
        self.on_a_thread(move || {
            let kept = kept.as_deref().unwrap_or(NOBODYS);
            let kept = PasswordHash::new(kept).map_err(|error| AdminError::failed(&error))?;
            Ok(password.len() <= MAX_BYTES && argon2()?.verify_password(password.as_bytes(), &kept).is_ok())
        })
        .await
    }

    async fn on_a_thread<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, AdminError> + Send + 'static,
    ) -> Result<T, AdminError> {
        let _room = self.room.acquire().await.map_err(|error| AdminError::failed(&error))?;
        tokio::task::spawn_blocking(work).await.map_err(|error| AdminError::failed(&error))?
    }
}

fn argon2() -> Result<Argon2<'static>, AdminError> {
    let params = Params::new(MEMORY_KIB, PASSES, LANES, None).map_err(|error| AdminError::failed(&error))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_counts_and_composition_does_not() {
        for (name, password, refusal) in [
            ("wang", "correct horse", Ok(())),
            ("wang", "全部都是汉字的一个长密码", Ok(())),
            ("wang", "eleven char", Err(PasswordRefusal::TooShort)),
            ("wang", "abababababab", Err(PasswordRefusal::TooFewDifferent)),
            ("administrator", "Administrator1", Err(PasswordRefusal::LikeTheName)),
            ("wang", "rollcall-2026", Err(PasswordRefusal::LikeTheName)),
            // The name of a person may be part of a sentence.
            ("wang", "nobody sees wang at night", Ok(())),
        ] {
            assert_eq!(accepted(name, password, password), refusal, "{password}");
        }
        assert_eq!(accepted("wang", &"long ago ".repeat(200), ""), Err(PasswordRefusal::TooLong));
        assert_eq!(accepted("wang", "correct horse", "correct house"), Err(PasswordRefusal::NotRepeated));
    }

    #[tokio::test]
    async fn a_password_is_known_again_and_another_is_not() {
        let hashing = Hashing::default();
        let typed = |text: &str| Typed::new(text.to_owned());
        let kept = hashing.digest(typed("correct horse")).await.unwrap();
        assert!(kept.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{kept}");
        assert!(hashing.is_right(typed("correct horse"), Some(kept.clone())).await.unwrap());
        assert!(!hashing.is_right(typed("correct house"), Some(kept)).await.unwrap());
    }

    #[tokio::test]
    async fn nobodys_password_is_compared_at_the_same_cost_and_never_right() {
        let nobodys = PasswordHash::new(NOBODYS).unwrap();
        let params = Params::try_from(&nobodys).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, PASSES, LANES));
        assert!(!Hashing::default().is_right(Typed::new(String::new()), None).await.unwrap());
    }
}
