//! How a document from a source is merged into what the platform holds, as `object.document` of the contract says.
//!
//! Pure. What is deliberately not here: whether a merge should happen at all (a run decides that), and any schema.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

pub mod compare;

pub use compare::{AttributeChange, attribute_changes};

/// The attributes whose elements are told apart by their `type`.
///
/// Source: the contract, `types.object.document`. Only at the top of a document: an extension's attribute of the same
/// name is an array like any other.
pub const TYPED_ATTRIBUTES: [&str; 3] = ["emails", "phoneNumbers", "photos"];

/// What the platform holds after `incoming` was merged into `held`.
///
/// An attribute left out keeps its value, `null` removes it, objects are merged member by member and every other value
/// is replaced (RFC 7396); an object left without members is removed. Of a typed attribute, an element replaces the one of its type in its place, a new type is
/// added behind, and an element whose `value` is `null` removes the one of its type. Of several new elements of one type
/// the last counts. A typed attribute without elements is removed, because SCIM does not tell an empty attribute from an
/// unassigned one (RFC 7643, section 2.5).
///
/// Merging twice is the same as merging once.
#[must_use]
pub fn merge(held: Option<&Value>, incoming: &Value) -> Value {
    let Value::Object(incoming) = incoming else { return incoming.clone() };
    let mut merged = members_of(held);
    for (name, value) in incoming {
        let value = match value {
            Value::Array(elements) if TYPED_ATTRIBUTES.contains(&name.as_str()) => {
                merge_typed(merged.get(name), elements)
            }
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_)
            | Value::Object(_) => merge_value(merged.get(name), value),
        };
        put(&mut merged, name, value);
    }
    Value::Object(merged)
}

/// The JSON text of a document that is equal for equal documents: keys sorted, no white space.
///
/// Sorted here, and not left to `serde_json`'s map, because any crate of an embedder's graph may switch on
/// `serde_json/preserve_order` for everyone.
#[must_use]
pub fn canonical(document: &Value) -> String {
    let mut text = String::new();
    write_canonical(document, &mut text);
    text
}

fn members_of(held: Option<&Value>) -> Map<String, Value> {
    held.and_then(Value::as_object).cloned().unwrap_or_default()
}

/// RFC 7396 for one value; none stands for "remove".
fn merge_value(held: Option<&Value>, incoming: &Value) -> Option<Value> {
    match incoming {
        Value::Null => None,
        Value::Object(members) => {
            let mut merged = members_of(held);
            for (name, value) in members {
                let value = merge_value(merged.get(name), value);
                put(&mut merged, name, value);
            }
            (!merged.is_empty()).then_some(Value::Object(merged))
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Some(incoming.clone()),
    }
}

fn merge_typed(held: Option<&Value>, incoming: &[Value]) -> Option<Value> {
    let held = held.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut replacements = last_of_each_type(incoming);
    let mut merged = Vec::with_capacity(held.len());
    for element in held {
        match replacements.get_mut(&type_of(element)) {
            // Taken, so that a second element of the type is not replaced as well but goes away.
            Some((_, replacement)) => merged.extend(replacement.take()),
            None => merged.push(element),
        }
    }
    let mut new: Vec<_> = replacements.into_values().filter_map(|(n, element)| Some((n, element?))).collect();
    new.sort_unstable_by_key(|(n, _)| *n);
    merged.extend(new.into_iter().map(|(_, element)| element));
    merged.retain(|element| !element.get("value").is_some_and(Value::is_null));
    (!merged.is_empty()).then(|| merged.into_iter().cloned().collect())
}

/// The last element of each type, with its position: of several of one type, that one counts.
fn last_of_each_type(elements: &[Value]) -> BTreeMap<Option<String>, (usize, Option<&Value>)> {
    elements.iter().enumerate().map(|(n, element)| (type_of(element), (n, Some(element)))).collect()
}

fn type_of(element: &Value) -> Option<String> {
    element.get("type").map(Value::to_string)
}

fn put(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(members.insert(name.to_owned(), value)),
        None => drop(members.remove(name)),
    }
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_unstable_by_key(|(name, _)| *name);
            write_list(text, ['{', '}'], members, |(name, value), text| {
                text.push_str(&Value::from(name.as_str()).to_string());
                text.push(':');
                write_canonical(value, text);
            });
        }
        Value::Array(elements) => write_list(text, ['[', ']'], elements, write_canonical),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string())
        }
    }
}

fn write_list<T>(
    text: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    write: impl Fn(T, &mut String),
) {
    text.push(open);
    for (position, item) in items.into_iter().enumerate() {
        if 0 < position {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

#[cfg(test)]
mod tests;
