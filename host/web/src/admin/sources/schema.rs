//! What a connector's JSON Schema says about its settings, as far as a form can show it.
//!
//! Whatever a form has no field for is written as JSON, so that no connector is shut out. Not here: whether a value is right;
//! the connector says that, in words.

use std::collections::BTreeSet;

use rollcall_words::{Language, Sentence};
use serde_json::Value;

/// A setting.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) title: Sentence,
    pub(crate) help: Option<Sentence>,
    pub(crate) kind: FieldKind,
    pub(crate) default: Option<Value>,
    pub(crate) is_required: bool,
    /// Whether it is never shown again.
    pub(crate) is_secret: bool,
}

/// How a setting is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FieldKind {
    /// A line of text.
    Text,
    /// An address.
    Address,
    /// A whole number, with its bounds.
    Integer { minimum: Option<i64>, maximum: Option<i64> },
    /// Yes or no.
    Truth,
    /// One of these texts.
    Choice(Vec<String>),
    /// Texts, one a line.
    Lines,
    /// Anything else, as JSON.
    Json,
}

/// The fields of a schema: those with an `x-order` first, by it; then what is required, in the order in which the schema
/// requires it; then the others by name.
pub(crate) fn fields(schema: &Value) -> Vec<Field> {
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let mut ordered: Vec<_> = properties
        .iter()
        .map(|(name, property)| {
            let order = property.get("x-order").and_then(Value::as_i64).unwrap_or(i64::MAX);
            let place = required.iter().position(|known| known == name);
            (order, place.unwrap_or(usize::MAX), field(name, property, place.is_some()))
        })
        .collect();
    // Stable, and the properties come by name.
    ordered.sort_by_key(|(order, place, _)| (*order, *place));
    ordered.into_iter().map(|(.., field)| field).collect()
}

/// The settings that are sealed: those that are secret, or have something secret within.
pub(crate) fn secrets(schema: &Value) -> BTreeSet<String> {
    fields(schema).into_iter().filter(|field| field.is_secret).map(|field| field.name).collect()
}

/// A text of a schema with its translation.
pub(crate) fn localized(schema: &Value, keyword: &str) -> Option<Sentence> {
    let english = schema.get(keyword).and_then(Value::as_str)?;
    let tag = Language::Chinese.tag();
    let chinese = schema.get(format!("x-{keyword}-{tag}")).and_then(Value::as_str).unwrap_or(english);
    Some(Sentence { english: english.to_owned(), chinese: chinese.to_owned() })
}

fn field(name: &str, property: &Value, is_required: bool) -> Field {
    Field {
        name: name.to_owned(),
        title: localized(property, "title").unwrap_or_else(|| Sentence::verbatim(name)),
        help: localized(property, "description"),
        kind: kind(property),
        default: property.get("default").cloned(),
        is_required,
        is_secret: has_secret(property),
    }
}

fn kind(property: &Value) -> FieldKind {
    let keyword = |name: &str| property.get(name);
    let choices = keyword("enum").and_then(Value::as_array);
    match keyword("type").and_then(Value::as_str) {
        Some("string") => match choices {
            Some(choices) => {
                FieldKind::Choice(choices.iter().filter_map(Value::as_str).map(str::to_owned).collect())
            }
            None if keyword("format").is_some_and(|format| format == "uri") => FieldKind::Address,
            None => FieldKind::Text,
        },
        Some("boolean") => FieldKind::Truth,
        Some("integer") => FieldKind::Integer {
            minimum: keyword("minimum").and_then(Value::as_i64),
            maximum: keyword("maximum").and_then(Value::as_i64),
        },
        Some("array") if is_text(keyword("items")) => FieldKind::Lines,
        Some(_) | None => FieldKind::Json,
    }
}

fn is_text(items: Option<&Value>) -> bool {
    items.and_then(|items| items.get("type")).is_some_and(|kind| kind == "string")
}

/// Whether a schema says anywhere that something is write-only.
fn has_secret(schema: &Value) -> bool {
    match schema {
        Value::Object(members) => {
            members.get("writeOnly").and_then(Value::as_bool).unwrap_or(false)
                || members.values().any(has_secret)
        }
        Value::Array(items) => items.iter().any(has_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kinds(schema: &Value) -> Vec<(String, FieldKind)> {
        fields(schema).into_iter().map(|field| (field.name, field.kind)).collect()
    }

    #[test]
    fn what_is_required_comes_first_in_the_schemas_own_order() {
        let schema = json!({
            "required": ["key", "area"],
            "properties": {"area": {}, "key": {}, "more": {}, "also": {}, "first": {"x-order": 1}},
        });
        let names: Vec<String> = fields(&schema).into_iter().map(|field| field.name).collect();
        assert_eq!(names, ["first", "key", "area", "also", "more"]);
    }

    #[test]
    fn each_type_has_its_field_and_what_has_none_is_json() {
        let schema = json!({"properties": {
            "a": {"type": "string"},
            "b": {"type": "string", "format": "uri"},
            "c": {"type": "integer", "minimum": 1, "maximum": 60},
            "d": {"type": "boolean"},
            "e": {"type": "string", "enum": ["off", "on"]},
            "f": {"type": "array", "items": {"type": "string"}},
            "g": {"type": "object"},
            "h": {},
        }});
        let expected = [
            ("a", FieldKind::Text),
            ("b", FieldKind::Address),
            ("c", FieldKind::Integer { minimum: Some(1), maximum: Some(60) }),
            ("d", FieldKind::Truth),
            ("e", FieldKind::Choice(vec!["off".to_owned(), "on".to_owned()])),
            ("f", FieldKind::Lines),
            ("g", FieldKind::Json),
            ("h", FieldKind::Json),
        ];
        assert_eq!(kinds(&schema), expected.map(|(name, kind)| (name.to_owned(), kind)));
    }

    #[test]
    fn a_setting_with_something_secret_deep_within_is_secret_as_a_whole() {
        let schema = json!({"properties": {
            "plain": {"type": "string"},
            "secret": {"type": "string", "writeOnly": true},
            "nested": {"type": "array", "items": {"properties": {"token": {"writeOnly": true}}}},
        }});
        assert_eq!(secrets(&schema).into_iter().collect::<Vec<_>>(), ["nested", "secret"]);
    }

    #[test]
    fn a_text_without_a_translation_is_the_same_in_both_languages() {
        let schema = json!({"title": "Key", "description": "A key", "x-description-zh-CN": "密钥"});
        let title = localized(&schema, "title").unwrap();
        let help = localized(&schema, "description").unwrap();
        assert_eq!((title.chinese.as_str(), help.chinese.as_str()), ("Key", "密钥"));
    }

    #[test]
    fn a_schema_of_nothing_has_no_fields() {
        for schema in [json!({}), json!({"properties": []}), json!({"required": "x"})] {
            assert!(fields(&schema).is_empty());
        }
    }
}
