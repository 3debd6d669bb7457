//! Sealed secrets: used by a connector without being seen by it (`identity-source.plan.secrets`, `http-client.http-request`).
//!
//! A connector holds a [`Token`] where its settings have a secret. A host puts the secret where the token stands in a
//! request ([`Seals::fill`]), and the token where the secret stands in a response ([`Seals::scrub`]). Which settings are
//! sealed, and whether a secret is fit to be one, is said by the schema ([`settings`]).
//!
//! Not here: randomness, which the caller brings; where a request goes after that.

mod fill;
mod forms;
mod scrub;
pub mod settings;

use std::collections::BTreeSet;
use std::fmt;

pub use self::fill::{Misuse, Outgoing, Payload, Place};
use self::scrub::Scrubber;

/// How every token begins.
const PREFIX: &str = "sealed-";

/// Letters of a token after its beginning: as many as 128 bits need, five bits a letter.
const TOKEN_LETTERS: usize = 26;

/// RFC 4648, section 6, in lower case: safe in a URL, a header, JSON, and in a header's name, which forgets its case.
const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";

/// Shortest secret that is looked for in a response, in bytes.
///
/// 4. Why: a shorter one stands in every response by chance, and taking it out would destroy data to guard nothing.
pub const MIN_SCRUBBED_BYTES: usize = 4;

/// What stands for a secret in the settings that a connector sees: another one each call, so that whoever knows one that was,
/// a person of that name for instance, has nothing.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Token(String);

impl Token {
    /// The token of these random bits, which nobody must be able to guess.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        let bits = u128::from_be_bytes(random);
        let letter = |place: usize| {
            let five = bits.checked_shr(5 * u32::try_from(place).unwrap_or(u32::MAX)).unwrap_or(0) & 31;
            let letter = usize::try_from(five).ok().and_then(|five| ALPHABET.get(five));
            letter.copied().map_or('a', char::from)
        };
        Self(PREFIX.chars().chain((0..TOKEN_LETTERS).map(letter)).collect())
    }

    /// Its text: ASCII letters, digits and a hyphen.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One secret, the token that stands for it, and where it may go.
#[derive(Clone, PartialEq, Eq)]
pub struct Seal {
    /// Which setting it is: a JSON pointer (RFC 6901).
    pub setting: String,
    /// What the connector sees.
    pub token: Token,
    /// What it does not see.
    pub secret: String,
    /// Where it may go, written as the origin of a request is.
    pub origins: BTreeSet<String>,
}

/// Without the secret.
impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { setting, token, secret: _, origins } = self;
        f.debug_struct("Seal")
            .field("setting", setting)
            .field("token", token)
            .field("origins", origins)
            .finish_non_exhaustive()
    }
}

/// All sealed secrets of one call.
#[derive(Debug, Clone, Default)]
pub struct Seals {
    seals: Vec<Seal>,
    scrubber: Scrubber,
}

impl Seals {
    /// These secrets, each with a token of its own.
    #[must_use]
    pub fn new(seals: Vec<Seal>) -> Self {
        let scrubber = Scrubber::new(&seals);
        Self { seals, scrubber }
    }

    /// Each of them.
    pub fn iter(&self) -> impl Iterator<Item = &Seal> {
        self.seals.iter()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.seals.is_empty()
    }

    /// A request with the secrets in place of their tokens: percent-encoded in the query, and in a body of type
    /// `application/x-www-form-urlencoded`; as it is in the value of a header; escaped as in JSON in a text of any other
    /// type, between double quotes. `origin` is where it goes. What looks like a token and is none of this call stays.
    ///
    /// # Errors
    ///
    /// When a token stands anywhere else, or its secret must not go there or cannot. Nothing of it may be sent then.
    pub fn fill(&self, request: Outgoing, origin: &str) -> Result<Outgoing, Misuse> {
        if self.seals.is_empty() { Ok(request) } else { fill::fill(&self.seals, request, origin) }
    }

    /// The bytes of a response with a token in place of every secret of [`MIN_SCRUBBED_BYTES`] or more: as it is,
    /// percent-encoded, escaped as in JSON, any of these mixed, and in base64, by itself or within more. None where there
    /// is no secret in it.
    #[must_use]
    pub fn scrub(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        self.scrubber.scrub(bytes)
    }

    /// The tokens in a text, in order: where each begins, and whose it is.
    fn find<'s>(seals: &'s [Seal], text: &str) -> Vec<(usize, &'s Seal)> {
        let beginnings = text.match_indices(PREFIX).filter_map(|(place, _)| {
            let rest = text.get(place..)?;
            let seal = seals.iter().find(|seal| rest.starts_with(seal.token.as_str()))?;
            Some((place, seal))
        });
        beginnings.collect()
    }
}

#[cfg(test)]
mod tests;
