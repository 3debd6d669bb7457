//! The notation of an attribute (RFC 7644, section 3.10), and what a document has there.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::vocabulary::schema;

/// An attribute: `urn:example:2.0:User:unionId`, `employeeNumber` or `name.formatted`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notation {
    /// The schema that it stands under; none at the top of the document.
    schema: Option<String>,
    attribute: String,
    sub_attribute: Option<String>,
}

/// A text that is no notation of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{0:?} is no scim attribute, such as `employeeNumber`, `name.formatted` or `urn:example:2.0:User:unionId`"
)]
pub struct NotationError(pub String);

impl Notation {
    /// What the document says there, without the blanks around it.
    ///
    /// None where it says nothing: the attribute is absent, `null`, an empty or blank text, or neither a text nor a number.
    #[must_use]
    pub fn read(&self, document: &Value) -> Option<String> {
        let schema = match &self.schema {
            Some(urn) => document.get(urn)?,
            None => document,
        };
        let attribute = schema.get(&self.attribute)?;
        known(match &self.sub_attribute {
            Some(name) => attribute.get(name)?,
            None => attribute,
        })
    }
}

/// What a value says, if it says anything.
pub(super) fn known(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

impl FromStr for Notation {
    type Err = NotationError;

    fn from_str(text: &str) -> Result<Self, NotationError> {
        let wrong = || NotationError(text.to_owned());
        let (urn, path) = match text.rsplit_once(':') {
            Some((urn, path)) => (Some(urn), path),
            None => (None, text),
        };
        if urn.is_some_and(|urn| !is_urn(urn)) {
            return Err(wrong());
        }
        let (attribute, sub_attribute) = match path.split_once('.') {
            Some((attribute, sub_attribute)) => (attribute, Some(sub_attribute)),
            None => (path, None),
        };
        if !is_name(attribute) || !sub_attribute.is_none_or(is_name) {
            return Err(wrong());
        }
        Ok(Self {
            // A core schema may be named, and its attributes stand at the top all the same.
            schema: urn.filter(|urn| !schema::CORE.contains(urn)).map(str::to_owned),
            attribute: attribute.to_owned(),
            sub_attribute: sub_attribute.map(str::to_owned),
        })
    }
}

impl fmt::Display for Notation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.attribute)?;
        self.sub_attribute.as_ref().map_or(Ok(()), |name| write!(f, ".{name}"))
    }
}

/// `urn:`, a namespace, and at least one part more, none of them empty or with a blank.
fn is_urn(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("urn:") else { return false };
    let is_part = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic());
    rest.contains(':') && rest.split(':').all(is_part)
}

/// `ATTRNAME` of RFC 7643, section 2.1.
fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::Notation;

    #[track_caller]
    fn check(notation: &str, document: &Value, expected: Option<&str>) {
        let notation: Notation = notation.parse().unwrap();
        assert_eq!(notation.read(document).as_deref(), expected);
    }

    #[test]
    fn an_attribute_is_read_where_its_schema_puts_it() {
        let document = json!({
            "userName": "li", "name": {"formatted": "Li"}, "urn:x:2.0:User": {"unionId": "U", "a": {"b-c": 7}},
        });
        check("userName", &document, Some("li"));
        check("name.formatted", &document, Some("Li"));
        check("urn:x:2.0:User:unionId", &document, Some("U"));
        check("urn:x:2.0:User:a.b-c", &document, Some("7"));
        check("urn:ietf:params:scim:schemas:core:2.0:User:userName", &document, Some("li"));
        check("urn:rollcall:scim:schemas:2.0:Department:userName", &document, Some("li"));
        check("urn:y:2.0:User:unionId", &document, None);
    }

    #[test]
    fn what_says_nothing_is_unknown() {
        for nothing in [json!(null), json!(""), json!(" \t"), json!([]), json!(["a"]), json!({}), json!(true)]
        {
            check("id", &json!({ "id": nothing }), None);
        }
        check("id", &json!({}), None);
        check("id.sub", &json!({"id": "text"}), None);
        check("id", &json!({"id": " a "}), Some("a"));
    }

    #[test]
    fn what_is_no_notation_is_refused_and_named() {
        for wrong in [
            "",
            "a b",
            ":a",
            "urn:",
            "urn:x:",
            "urn:x:a",
            "x:a",
            "a.",
            ".b",
            "a.b.c",
            "a[b eq 1].c",
            "1a",
            "urn::x:a",
            "$ref",
        ] {
            let error = wrong.parse::<Notation>().unwrap_err();
            assert_eq!(error.0, wrong);
            assert!(error.to_string().contains(&format!("{wrong:?}")), "{error}");
        }
    }

    #[test]
    fn a_notation_is_written_as_it_was_read() {
        for text in ["userName", "name.formatted", "urn:x:2.0:User:a.b"] {
            assert_eq!(text.parse::<Notation>().unwrap().to_string(), text);
        }
    }
}
