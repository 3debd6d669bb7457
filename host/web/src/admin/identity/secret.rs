//! Random texts that prove who somebody is, and what is kept of them: a digest.
//!
//! Not here: passwords, which people choose and which need a slow digest (`passwords`).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
pub(crate) use rollcall_admin::Digest;
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

/// Random bytes in a secret.
///
/// 32. Why: 256 bits cannot be guessed, so that a fast digest is enough to keep.
const SECRET_BYTES: usize = 32;

/// 256 random bits as text.
pub(crate) struct Secret(String);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    ///
    /// When the system has no randomness.
    pub(crate) fn fresh() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(URL_SAFE_NO_PAD.encode(bytes)))
    }

    /// A new one that says what it is.
    pub(crate) fn marked(mark: &str) -> Result<Self, getrandom::Error> {
        Ok(Self(format!("{mark}{}", Self::fresh()?.0)))
    }

    /// The text, for the one who is meant to have it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// What is kept.
    pub(crate) fn digest(&self) -> Digest {
        digest(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// What is kept of a secret that somebody shows.
pub(crate) fn digest(shown: &str) -> Digest {
    Sha256::digest(shown.as_bytes()).into()
}

/// Whether two texts are the same, in a time that does not tell where they differ.
pub(crate) fn is_same(one: &str, other: &str) -> bool {
    bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_secrets_differ_and_neither_shows_in_debug_output() {
        let (one, other) = (Secret::fresh().unwrap(), Secret::marked("rct_").unwrap());
        assert_ne!(one.reveal(), other.reveal());
        assert_eq!(one.reveal().len(), 43);
        assert!(other.reveal().starts_with("rct_"));
        assert_eq!(format!("{one:?}"), "Secret(…)");
    }
}
