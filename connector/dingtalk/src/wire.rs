//! DingTalk's own words: what its old API answers, field by field, under DingTalk's names. What they mean is said in
//! `mapping`; unknown members are ignored everywhere.

pub(crate) mod accounts;
pub(crate) mod body;
pub(crate) mod departments;
pub(crate) mod envelope;
pub(crate) mod lenient;
pub(crate) mod scopes;
pub(crate) mod token;
pub(crate) mod users;

use crate::limits::MAX_ID_BYTES;
use lenient::{ObjectMembers, Raw, Whole};
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
        let possible = (1..=MAX_ID_BYTES).contains(&text.len()) && !text.contains(char::is_control);
        possible.then(|| Self(text.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for UserId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = serde_json::Value::deserialize(deserializer)?;
        let read = Raw { json: &value.to_string(), is_mended: false }.user_id();
        read.ok()
            .flatten()
            .ok_or_else(|| D::Error::custom("expected an id of 1 to 256 bytes without control characters"))
    }
}

/// The members of a list that could be read, and how many could not because nothing tells which they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listing<T> {
    pub(crate) items: Vec<T>,
    pub(crate) n_unread: usize,
}

impl<T> Listing<T> {
    fn of(elements: &[String], is_mended: bool, read: impl Fn(ObjectMembers<'_>) -> Option<T>) -> Self {
        // An element that is nothing is nobody.
        let objects = elements.iter().filter_map(|json| Raw { json, is_mended }.members().transpose());
        let objects = objects.filter(|members| !members.as_ref().is_ok_and(ObjectMembers::is_empty));
        let read: Vec<Option<T>> = objects.map(|members| members.ok().and_then(&read)).collect();
        let n_objects = read.len();
        let items: Vec<T> = read.into_iter().flatten().collect();
        Self { n_unread: n_objects - items.len(), items }
    }
}

/// Why an answer was not what its description says: what was expected, never what was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Misread(pub(crate) String);

impl Misread {
    fn expected(what: &str) -> Self {
        Self(format!("expected {what}"))
    }

    /// It is about another department than was asked about, as when something on the way answers from what it remembers.
    pub(crate) fn other_department() -> Self {
        Self("expected the department that was asked about, found another".to_owned())
    }

    /// It is about another person than was asked about.
    pub(crate) fn other_person() -> Self {
        Self("expected the person who was asked about, found another".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::departments::{chain, child_ids, children, department};
    use super::envelope::Accepted;
    use super::scopes::scopes;
    use super::token::{new_grant, old_grant};
    use super::{DepartmentId, UserId};
    use proptest::prelude::{any, proptest};

    #[test]
    fn an_id_that_no_platform_could_hold_is_none() {
        assert_eq!([UserId::new(""), UserId::new(&"x".repeat(257))], [None, None]);
    }

    proptest! {
        #[test]
        fn no_reader_panics(text in any::<String>()) {
            let accepted = Accepted { whole: &text, result: Some(&text), is_mended: false };
            let id = DepartmentId(1);
            let _ = (scopes(accepted).is_ok(), chain(accepted, id).is_ok());
            let _ = (new_grant(accepted).is_ok(), old_grant(accepted).is_ok());
            let _ = (children(accepted, id).is_ok(), department(accepted, id).is_ok(), child_ids(accepted).is_ok());
        }
    }

    #[test]
    fn a_token_is_read_without_blanks_around_it_and_none_is_none() {
        let token = |text: &str| {
            let body = serde_json::json!({"accessToken": text, "expireIn": 7200}).to_string();
            let accepted = Accepted { whole: &body, result: None, is_mended: false };
            new_grant(accepted).ok().map(|granted| granted.access_token)
        };
        for text in ["t1", " t1", "t1\n", "\u{feff}t1\u{200b}"] {
            assert_eq!(token(text).as_deref(), Some("t1"), "{text:?}");
        }
        assert_eq!([token(""), token(" \u{200b}")], [None, None]);
    }

    #[test]
    fn an_answer_of_children_that_is_no_list_tells_nothing() {
        for json in [
            r#"{"dept_list":[{"dept_id":2,"parent_id":1}]}"#,
            r#"{"list":[]}"#,
            "{}",
            "null",
            "true",
            "7",
            r#""none""#,
            r#""[""#,
        ] {
            let accepted = Accepted { whole: "{}", result: Some(json), is_mended: false };
            assert_eq!(children(accepted, DepartmentId(1)), Ok(None), "{json}");
        }
    }

    #[test]
    fn an_id_of_a_person_may_be_a_number() {
        assert_eq!(serde_json::from_str(r#"1829"#).ok(), UserId::new("1829"));
        assert!(serde_json::from_str::<UserId>(r#""""#).is_err());
    }
}
