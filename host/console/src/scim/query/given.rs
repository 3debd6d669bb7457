//! What a client gives along, as it comes: names in any case, and what is empty as if it were not there.
//!
//! Not here: what is meant by it.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;
use rollcall_host::model::Diagnosis;
use serde_json::Value;

use crate::scim::reply::{Refusal, ScimType};

/// What can be given. Whatever else is, is passed over, sorting as well: that it is not supported is said
/// (`ServiceProviderConfig`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Name {
    Schemas,
    Filter,
    StartIndex,
    Count,
    Attributes,
    ExcludedAttributes,
    Cursor,
}

impl Name {
    const ALL: [(Self, &'static str); 7] = [
        (Self::Schemas, "schemas"),
        (Self::Filter, "filter"),
        (Self::StartIndex, "startIndex"),
        (Self::Count, "count"),
        (Self::Attributes, "attributes"),
        (Self::ExcludedAttributes, "excludedAttributes"),
        (Self::Cursor, "cursor"),
    ];

    /// As it is written in the RFC.
    pub(super) fn as_str(self) -> &'static str {
        Self::ALL.into_iter().find(|(known, _)| *known == self).map_or("", |(_, name)| name)
    }

    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(known, _)| known)
    }

    /// Whether it is a list, to which each value given adds.
    const fn is_list(self) -> bool {
        matches!(self, Self::Schemas | Self::Attributes | Self::ExcludedAttributes)
    }
}

/// Why what is given cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum GivenError {
    #[error("query has {name}, which is not UTF-8 once its % signs are read")]
    NotUtf8 { name: String },
    #[error("body is not the JSON object of a search: {0}")]
    NotAnObject(String),
    #[error("{name} is given twice, and not the same")]
    Twice { name: &'static str },
    #[error("{name} must be a whole number, found {found}")]
    NotANumber { name: &'static str, found: Value },
    #[error("{name} must be text, found {found}")]
    NotText { name: &'static str, found: Value },
    #[error("attributes and excludedAttributes are given together, of which there may be one")]
    BothLists,
    #[error("schemas must have {wanted:?}")]
    NotASearch { wanted: &'static str },
    #[error("cursor is given, and there are no pages by cursor here")]
    Cursor,
}

impl GivenError {
    const fn scim_type(&self) -> ScimType {
        match self {
            Self::NotUtf8 { .. } | Self::NotAnObject(_) => ScimType::InvalidSyntax,
            Self::Twice { .. }
            | Self::NotANumber { .. }
            | Self::NotText { .. }
            | Self::BothLists
            | Self::NotASearch { .. }
            | Self::Cursor => ScimType::InvalidValue,
        }
    }

    fn in_chinese(&self) -> String {
        match self {
            Self::NotUtf8 { name } => format!("查询参数 {name} 解码后不是 UTF-8"),
            Self::NotAnObject(_) => "请求正文不是查询所需的 JSON 对象".to_owned(),
            Self::Twice { name } => format!("{name} 给出了两次，且不相同"),
            Self::NotANumber { name, found } => format!("{name} 必须是整数，实际为 {found}"),
            Self::NotText { name, found } => format!("{name} 必须是文本，实际为 {found}"),
            Self::BothLists => "attributes 与 excludedAttributes 同时给出，只能给出其中一个".to_owned(),
            Self::NotASearch { wanted } => format!("schemas 必须包含 {wanted:?}"),
            Self::Cursor => "给出了 cursor，此处不支持按游标分页".to_owned(),
        }
    }

    /// What to do, in both languages.
    const fn remedy(&self) -> (&'static str, &'static str) {
        match self {
            Self::NotUtf8 { .. } => {
                ("send text as UTF-8, and then with % signs", "请先以 UTF-8 编码文本，再做百分号编码")
            }
            Self::NotAnObject(_) => (
                "send the SearchRequest of RFC 7644, section 3.4.3",
                "请按 RFC 7644 第 3.4.3 节发送 SearchRequest",
            ),
            Self::Twice { .. } => ("give it once", "请只给出一次"),
            Self::NotANumber { .. } | Self::NotText { .. } => {
                ("mend it, or leave it out", "请改正，或将其去掉")
            }
            Self::BothLists => ("leave one of them out", "请去掉其中一个"),
            Self::NotASearch { .. } => ("add it, or leave schemas out", "请加上，或去掉 schemas"),
            Self::Cursor => ("ask by startIndex and count", "请使用 startIndex 和 count"),
        }
    }
}

impl From<GivenError> for Refusal {
    fn from(error: GivenError) -> Self {
        let (english, chinese) = error.remedy();
        let diagnosis = Diagnosis::new("parameters-not-valid", error.to_string())
            .with_remedy(english)
            .in_chinese(error.in_chinese(), chinese);
        Self::new(error.scim_type(), diagnosis)
    }
}

/// What is given and not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Given(BTreeMap<Name, Vec<Value>>);

impl Given {
    /// Of the query of an address.
    pub(super) fn of_query(query: &str) -> Result<Self, GivenError> {
        let mut given = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let written = decoded(name).unwrap_or_default();
            let Some(known) = Name::named(&written) else { continue };
            let value = decoded(value).ok_or(GivenError::NotUtf8 { name: written })?;
            given.add(known, Value::String(value))?;
        }
        Ok(given)
    }

    /// Of the body of a search.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, GivenError> {
        let members: serde_json::Map<String, Value> =
            serde_json::from_slice(body).map_err(|error| GivenError::NotAnObject(error.to_string()))?;
        let mut given = Self::default();
        for (name, value) in members {
            if let Some(known) = Name::named(&name) {
                given.add(known, value)?;
            }
        }
        Ok(given)
    }

    fn add(&mut self, name: Name, value: Value) -> Result<(), GivenError> {
        // The first page of those by cursor is asked for by an empty one (RFC 9865). A client that got a page without
        // another cursor for it would take that one for the last.
        if name == Name::Cursor && !value.is_null() {
            return Err(GivenError::Cursor);
        }
        let values = match value {
            Value::Array(values) if name.is_list() => values,
            one @ (Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_)) => vec![one],
        };
        for value in values.into_iter().filter(|value| !is_empty(value)) {
            let known = self.0.entry(name).or_default();
            if !name.is_list() && known.iter().any(|known| *known != value) {
                return Err(GivenError::Twice { name: name.as_str() });
            }
            known.push(value);
        }
        Ok(())
    }

    /// A text.
    pub(super) fn text(&self, name: Name) -> Result<Option<&str>, GivenError> {
        self.first(name).map(|value| text(name, value)).transpose()
    }

    /// A whole number. One that no number of resources reaches is told as the largest there is.
    pub(super) fn number(&self, name: Name) -> Result<Option<i64>, GivenError> {
        let wrong = |value: &Value| GivenError::NotANumber { name: name.as_str(), found: value.clone() };
        let read = |value: &Value| match value {
            Value::Number(number) => whole(&number.to_string()),
            Value::String(text) => whole(text.trim()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        };
        self.first(name).map(|value| read(value).ok_or_else(|| wrong(value))).transpose()
    }

    /// Texts, all that are given.
    pub(super) fn texts(&self, name: Name) -> Result<Vec<&str>, GivenError> {
        let values = self.0.get(&name).map(Vec::as_slice).unwrap_or_default();
        values.iter().map(|value| text(name, value)).collect()
    }

    fn first(&self, name: Name) -> Option<&Value> {
        self.0.get(&name)?.first()
    }
}

fn text(name: Name, value: &Value) -> Result<&str, GivenError> {
    value.as_str().ok_or_else(|| GivenError::NotText { name: name.as_str(), found: value.clone() })
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}

/// None for what is no whole number.
fn whole(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_whole = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    // All digits, so that it can only be too large.
    is_whole.then(|| digits.parse().unwrap_or(i64::MAX)).map(|number: i64| number.saturating_mul(sign))
}

/// What a name or a value of a query says; none when it is not UTF-8. A plus is a space, as forms have it; but of a client that
/// writes its spaces as `%20`, it is itself: such clients leave the plus of a phone number and of an e-mail address as it is.
fn decoded(text: &str) -> Option<String> {
    let plain = if text.contains("%20") { text.to_owned() } else { text.replace('+', " ") };
    percent_decode_str(&plain).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn text_of(query: &str, name: Name) -> Option<String> {
        Given::of_query(query).unwrap().text(name).unwrap().map(str::to_owned)
    }

    #[test]
    fn a_space_is_written_as_a_plus_or_as_twenty_and_a_plus_stays_one_beside_the_latter() {
        for (query, filter) in [
            ("filter=userName+eq+%22a%22", "userName eq \"a\""),
            ("filter=userName%20eq%20%22a%22", "userName eq \"a\""),
            ("FILTER=userName%20eq%20\"a+b@x\"", "userName eq \"a+b@x\""),
            ("filter=userName+eq+%22a%2Bb%22", "userName eq \"a+b\""),
            ("f%69lter=x=y%26z", "x=y&z"),
        ] {
            assert_eq!(text_of(query, Name::Filter).as_deref(), Some(filter), "{query}");
        }
    }

    #[test]
    fn what_is_empty_is_not_given() {
        for query in ["", "&", "filter", "filter=", "Filter=%20", "filter=&FILTER=+&other=1"] {
            assert_eq!(text_of(query, Name::Filter), None, "{query}");
        }
        let body = json!({"filter": null, "startIndex": "", "attributes": [], "excludedAttributes": [""]});
        assert_eq!(Given::of_body(body.to_string().as_bytes()), Ok(Given::default()));
    }

    #[test]
    fn what_is_given_twice_must_be_the_same_but_lists_go_together() {
        assert_eq!(Given::of_query("count=1&Count=2"), Err(GivenError::Twice { name: "count" }));
        assert_eq!(Given::of_query("count=1&count=1&count=").unwrap().number(Name::Count), Ok(Some(1)));
        let given = Given::of_query("attributes=a,b&attributes=c").unwrap();
        assert_eq!(given.texts(Name::Attributes), Ok(vec!["a,b", "c"]));
    }

    #[test]
    fn a_number_is_whole_however_large_and_in_a_body_also_text() {
        for (query, number) in
            [("count=7", 7), ("count=-7", -7), ("count=%2B7", 7), ("count=99999999999999999999", i64::MAX)]
        {
            assert_eq!(Given::of_query(query).unwrap().number(Name::Count), Ok(Some(number)), "{query}");
        }
        for wrong in ["count=many", "count=1.5", "count=0x1", "count=-", "count=1e3"] {
            assert!(Given::of_query(wrong).unwrap().number(Name::Count).is_err(), "{wrong}");
        }
        let given = Given::of_body(br#"{"Count": "5", "STARTINDEX": 3}"#).unwrap();
        assert_eq!((given.number(Name::Count), given.number(Name::StartIndex)), (Ok(Some(5)), Ok(Some(3))));
    }

    #[test]
    fn text_in_another_encoding_is_refused_and_not_looked_for() {
        // "张三" in GBK.
        let refused = Given::of_query("filter=displayName+eq+%22%D5%C5%C8%FD%22");
        assert_eq!(refused, Err(GivenError::NotUtf8 { name: "filter".to_owned() }));
    }

    #[test]
    fn a_page_by_cursor_is_refused_even_the_first_one() {
        assert_eq!(Given::of_query("cursor&count=10"), Err(GivenError::Cursor));
        assert_eq!(Given::of_body(br#"{"cursor": ""}"#), Err(GivenError::Cursor));
    }
}
