//! DingTalk's own words: what its old API answers, field by field, under DingTalk's names. What they mean is said in
//! `mapping`; unknown members are ignored everywhere.

pub(crate) mod departments;
pub(crate) mod envelope;
pub(crate) mod lenient;
pub(crate) mod scopes;
pub(crate) mod token;
pub(crate) mod users;

use crate::limits::MAX_ID_BYTES;
use lenient::Whole;
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::fmt;

/// A department: `dept_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct DepartmentId(pub(crate) i64);

impl DepartmentId {
    /// The top of every company.
    pub(crate) const ROOT: Self = Self(1);

    /// Whether it is a department proper. Home-school and alumni books show up with negative ids, and nothing can be
    /// asked about them.
    pub(crate) fn is_real(self) -> bool {
        1 <= self.0
    }
}

impl fmt::Display for DepartmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for DepartmentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Whole::deserialize(deserializer).map(|Whole(id)| Self(id))
    }
}

/// A person: `userid`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct UserId(String);

impl UserId {
    /// An id as the platform knows it; none for a text that no id can be.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let possible = !text.is_empty() && text.len() <= MAX_ID_BYTES;
        possible.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = lenient::name(deserializer)?;
        Self::new(&text).ok_or_else(|| D::Error::custom("expected an id of 1 to 256 bytes"))
    }
}

/// Why a body was not what its description says: the reader's words without the values that it met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misread(pub(crate) String);

impl From<serde_json::Error> for Misread {
    fn from(error: serde_json::Error) -> Self {
        Self(without_values(&error.to_string()))
    }
}

/// Blank out what stands between the first and the last quotation mark of a kind: it comes from the body, which may
/// hold a person's data or a token.
fn without_values(text: &str) -> String {
    let mut text = text.to_owned();
    for mark in ['`', '"'] {
        if let (Some(first), Some(last)) = (text.find(mark), text.rfind(mark))
            && first < last
        {
            text.replace_range(first..=last, "…");
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::departments::{chain, children, department};
    use super::envelope::Accepted;
    use super::scopes::scopes;
    use super::token::granted;
    use super::{DepartmentId, Misread, UserId};
    use proptest::prelude::{any, proptest};

    #[test]
    fn a_misread_body_is_described_without_its_values() {
        let error = serde_json::from_str::<DepartmentId>(r#""13800000000""#).map(|id| id.0);
        assert_eq!(error.ok(), Some(13_800_000_000));
        let error = serde_json::from_str::<bool>(r#""1380000`\"0000""#).err().map(Misread::from);
        assert_eq!(
            error,
            Some(Misread("invalid type: string …, expected a boolean at line 1 column 16".to_owned()))
        );
    }

    #[test]
    fn an_id_that_no_platform_could_hold_is_none() {
        assert_eq!([UserId::new(""), UserId::new(&"x".repeat(257))], [None, None]);
    }

    proptest! {
        #[test]
        fn no_reader_panics(text in any::<String>()) {
            let accepted = Accepted { whole: &text, result: Some(&text) };
            let _ = (scopes(accepted).is_ok(), granted(accepted).is_ok(), chain(accepted).is_ok());
            let _ = (children(accepted).is_ok(), department(accepted).is_ok());
        }
    }

    #[test]
    fn an_id_of_a_person_may_be_a_number() {
        assert_eq!(serde_json::from_str(r#"1829"#).ok(), UserId::new("1829"));
        assert!(serde_json::from_str::<UserId>(r#""""#).is_err());
    }
}
