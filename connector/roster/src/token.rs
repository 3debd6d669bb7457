//! The token that whoever tells of changes must know.

use crate::limits::{MAX_TOKEN_CHARS, MIN_TOKEN_CHARS};
use rollcall_kit::live::Delivery;
use std::fmt;
use subtle::ConstantTimeEq;

/// The header that a delivery carries its token in.
const TOKEN_HEADER: &str = "x-roster-token";

/// What a delivery must carry.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct WebhookToken(String);

impl WebhookToken {
    /// A token, if it has a length that nobody guesses and nothing that a header's value cannot carry.
    pub(crate) fn new(text: String) -> Option<Self> {
        let is_one = (MIN_TOKEN_CHARS..=MAX_TOKEN_CHARS).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_one.then_some(Self(text))
    }

    /// Whether a delivery carries it.
    pub(crate) fn is_in(&self, delivery: &Delivery) -> bool {
        let found = delivery.headers.iter().find(|(name, _)| name == TOKEN_HEADER);
        found.is_some_and(|(_, value)| value.as_bytes().ct_eq(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for WebhookToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}
