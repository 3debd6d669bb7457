//! What a client gives along, as it comes: names in any case, and what is empty as if it were not there.
//!
//! Not here: what is meant by it.

use std::collections::BTreeMap;

use percent_encoding::percent_decode_str;

mod error;
mod said;

pub(super) use self::error::GivenError;
use self::said::{JsonMembers, ParameterValue};

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

/// What is given and not empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Given(BTreeMap<Name, Vec<ParameterValue>>);

impl Given {
    /// Of the query of an address.
    pub(super) fn of_query(query: &str) -> Result<Self, GivenError> {
        let mut given = Self::default();
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let written = decoded(name).unwrap_or_default();
            let Some(known) = Name::named(&written) else { continue };
            let value = decoded(value).ok_or(GivenError::NotUtf8 { name: written })?;
            given.add(known, ParameterValue::Text(value))?;
        }
        Ok(given)
    }

    /// Of the body of a search.
    pub(super) fn of_body(body: &[u8]) -> Result<Self, GivenError> {
        let wrong = |error: serde_json::Error| GivenError::NotAnObject(error.to_string());
        let JsonMembers(members) = serde_json::from_slice(body).map_err(wrong)?;
        let mut given = Self::default();
        for (name, value) in members {
            if let Some(known) = Name::named(&name) {
                given.add(known, ParameterValue::read(&value).map_err(wrong)?)?;
            }
        }
        Ok(given)
    }

    fn add(&mut self, name: Name, value: ParameterValue) -> Result<(), GivenError> {
        // The first page of those by cursor is asked for by an empty one (RFC 9865). A client that got a page without
        // another cursor for it would take that one for the last.
        if name == Name::Cursor && value != ParameterValue::Nothing {
            return Err(GivenError::Cursor);
        }
        let values = match value {
            ParameterValue::Several(values) if name.is_list() => values,
            one @ (ParameterValue::Nothing
            | ParameterValue::Text(_)
            | ParameterValue::Number(_)
            | ParameterValue::Several(_)
            | ParameterValue::Other(_)) => {
                vec![one]
            }
        };
        for value in values.into_iter().filter(|value| !value.is_empty()) {
            let known = self.0.entry(name).or_default();
            if !name.is_list() && known.iter().any(|known| !known.says(&value)) {
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
        let wrong =
            |value: &ParameterValue| GivenError::NotANumber { name: name.as_str(), found: value.clone() };
        let read = |value: &ParameterValue| match value {
            ParameterValue::Number(text) | ParameterValue::Text(text) => whole(text.trim()),
            ParameterValue::Nothing | ParameterValue::Several(_) | ParameterValue::Other(_) => None,
        };
        self.first(name).map(|value| read(value).ok_or_else(|| wrong(value))).transpose()
    }

    /// Texts, all that are given.
    pub(super) fn texts(&self, name: Name) -> Result<Vec<&str>, GivenError> {
        let values = self.0.get(&name).map(Vec::as_slice).unwrap_or_default();
        values.iter().map(|value| text(name, value)).collect()
    }

    fn first(&self, name: Name) -> Option<&ParameterValue> {
        self.0.get(&name)?.first()
    }
}

fn text(name: Name, value: &ParameterValue) -> Result<&str, GivenError> {
    match value {
        ParameterValue::Text(text) => Ok(text),
        ParameterValue::Nothing
        | ParameterValue::Number(_)
        | ParameterValue::Several(_)
        | ParameterValue::Other(_) => Err(GivenError::NotText { name: name.as_str(), found: value.clone() }),
    }
}

/// None for what is no whole number. Programs that know no whole numbers write them with a fraction, which is nought.
fn whole(text: &str) -> Option<i64> {
    let (text, fraction) = text.split_once('.').unwrap_or((text, "0"));
    if fraction.is_empty() || fraction.bytes().any(|byte| byte != b'0') {
        return None;
    }
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
        let body = r#"{"filter": null, "startIndex": "", "attributes": [], "excludedAttributes": [""], "cursor": null}"#;
        assert_eq!(Given::of_body(body.as_bytes()), Ok(Given::default()));
    }

    #[test]
    fn what_is_given_twice_must_be_the_same_but_lists_go_together() {
        assert_eq!(Given::of_query("count=1&Count=2"), Err(GivenError::Twice { name: "count" }));
        assert_eq!(Given::of_query("count=1&count=1&count=").unwrap().number(Name::Count), Ok(Some(1)));
        let given = Given::of_query("attributes=a,b&attributes=c").unwrap();
        assert_eq!(given.texts(Name::Attributes), Ok(vec!["a,b", "c"]));
    }

    #[test]
    fn in_a_body_what_is_given_twice_is_as_in_a_query() {
        let of_body = |body: &str| Given::of_body(body.as_bytes());
        for body in [
            r#"{"count": 1, "count": 2}"#,
            r#"{"count": 1, "Count": "2"}"#,
            r#"{"count": 2, "startIndex": 1, "count": 1}"#,
        ] {
            assert_eq!(of_body(body), Err(GivenError::Twice { name: "count" }), "{body}");
        }
        let filters = of_body(r#"{"filter": "a pr", "filter": "b pr"}"#);
        assert_eq!(filters, Err(GivenError::Twice { name: "filter" }));
        let same =
            of_body(r#"{"count": 1, "count": 1, "count": null, "count": "1", "other": 1, "other": 2}"#)
                .unwrap();
        assert_eq!(same.number(Name::Count), Ok(Some(1)));
        let lists = of_body(r#"{"attributes": ["a,b"], "attributes": "c"}"#).unwrap();
        assert_eq!(lists.texts(Name::Attributes), Ok(vec!["a,b", "c"]));
    }

    #[test]
    fn a_number_is_whole_however_large_and_however_it_is_given() {
        let of_query =
            |number: &str| Given::of_query(&format!("count={number}")).unwrap().number(Name::Count);
        let of_body = |value: &str| {
            Given::of_body(format!("{{\"count\": {value}}}").as_bytes()).unwrap().number(Name::Count)
        };
        let huge = "9".repeat(400);
        for (number, meant) in [
            ("7", 7),
            ("-7", -7),
            ("1.0", 1),
            ("-3.000", -3),
            ("99999999999999999999", i64::MAX),
            (&huge, i64::MAX),
            (&format!("-{huge}.0"), -i64::MAX),
        ] {
            assert_eq!(of_query(number), Ok(Some(meant)), "{number}");
            assert_eq!(of_body(number), Ok(Some(meant)), "{number}");
            assert_eq!(of_body(&format!("\"{number} \"")), Ok(Some(meant)), "{number}");
        }
        assert_eq!(of_query("%2B7"), Ok(Some(7)));
        for wrong in ["1.5", "1e3", "1.0e3", "1e400"] {
            assert!(of_query(wrong).is_err(), "{wrong}");
            assert!(of_body(wrong).is_err(), "{wrong}");
        }
        for wrong in ["many", "0x1", "-", "1.", ".0", "1.0.0"] {
            assert!(of_query(wrong).is_err(), "{wrong}");
            assert!(of_body(&format!("\"{wrong}\"")).is_err(), "{wrong}");
        }
        for wrong in ["true", "[1]", "{}"] {
            assert!(of_body(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn lists_within_lists_are_read_no_further_however_deep_they_are() {
        let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
        let given =
            Given::of_body(format!("{{\"attributes\": {deep}, \"other\": {deep}}}").as_bytes()).unwrap();
        assert!(given.texts(Name::Attributes).is_err());
    }

    #[test]
    fn what_is_of_another_kind_is_named_as_it_was_sent() {
        let given = Given::of_body(br#"{"filter": 1.50, "count": {"a": [1e400, null]}}"#).unwrap();
        let text = given.text(Name::Filter).map_err(|error| error.to_string());
        assert_eq!(text, Err("filter must be text, found 1.50".to_owned()));
        let number = given.number(Name::Count).map_err(|error| error.to_string());
        assert_eq!(number, Err(r#"count must be a whole number, found {"a": [1e400, null]}"#.to_owned()));
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
