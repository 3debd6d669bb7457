//! What only one source knows of an object: names and values, because no schema here describes them.

use serde_json::{Map, Value};

use super::Subject;
use crate::scim::schemas::{Attribute, ROLLCALL_DEPARTMENT, ScimResourceType};

/// Members of a document that every resource has otherwise; and `password`, which is never told.
const COMMON: [&str; 5] = ["schemas", "id", "externalId", "meta", "password"];

/// What no schema describes.
pub(super) fn source_attributes(kind: ScimResourceType, subject: Subject<'_>) -> Value {
    let Some(document) = subject.document() else { return Value::Null };
    let mut found = Vec::new();
    for (name, value) in document {
        match value {
            Value::Object(members) if name.starts_with("urn:") => {
                let known = attributes(kind, name);
                let unknown = members.iter().filter(|(name, value)| !is_described(known, name, value));
                found.extend(unknown.map(|(member, value)| told(Some(name), member, value)));
            }
            value if !is_described_at_top(kind, name, value) => found.push(told(None, name, value)),
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => {}
        }
    }
    found.into()
}

fn attributes(kind: ScimResourceType, schema: &str) -> &'static [Attribute] {
    let extension = kind.extensions().iter().find(|extension| extension.id == schema);
    extension.map(|extension| extension.attributes).unwrap_or_default()
}

fn is_described(known: &[Attribute], name: &str, value: &Value) -> bool {
    known.iter().any(|attribute| attribute.name == name && attribute.fit(value).is_some())
}

fn is_described_at_top(kind: ScimResourceType, name: &str, value: &Value) -> bool {
    COMMON.contains(&name)
        || is_described(kind.schema().attributes, name, value)
        // A department's own core schema is an extension of a group.
        || (kind == ScimResourceType::Group && is_described(attributes(kind, ROLLCALL_DEPARTMENT), name, value))
}

fn told(schema: Option<&str>, name: &str, value: &Value) -> Value {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let mut parts = Map::from_iter([("name".to_owned(), name.into()), ("value".to_owned(), text.into())]);
    parts.extend(schema.map(|schema| ("schema".to_owned(), schema.into())));
    Value::Object(parts)
}
