//! What a host answers to a call or an object that breaks the contract, in both languages.
//!
//! Not here: what only one host refuses for reasons of its own.

use std::fmt;

use crate::codes;
use crate::register::{Both, Wording};

/// Why a host refuses. Its `Display` is the sentence in English.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// A stable name in kebab-case.
    pub code: &'static str,
    /// What happened, in English.
    pub message: String,
    /// The same in Chinese.
    pub in_chinese: String,
}

impl Refusal {
    /// Of a call as a whole. What is wrong with it is for the connector's author, and in English alone.
    #[must_use]
    pub fn of_request(what: &str) -> Self {
        codes::request_invalid(what).into()
    }

    /// Of one object.
    pub(crate) fn of_object(what: &str, in_chinese: &str) -> Self {
        codes::object_invalid(Both::new(what, in_chinese)).into()
    }
}

/// What the register says; a refusal has no remedy.
impl From<Wording> for Refusal {
    fn from(Wording { code, english: message, chinese: in_chinese, remedy: _ }: Wording) -> Self {
        Self { code, message, in_chinese }
    }
}

impl std::error::Error for Refusal {}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// Refuse a call with too much in it: "1001 keys are more than the 1000 of one call".
pub(crate) fn at_most(n: usize, max: usize, things: &str, of: &str) -> Result<(), Refusal> {
    if n <= max {
        return Ok(());
    }
    Err(Refusal::of_request(&format!("{n} {things} are more than the {max} of {of}")))
}
