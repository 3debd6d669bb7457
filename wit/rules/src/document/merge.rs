//! How a document from a source is merged into what the platform holds, as the contract's `directory-object` says.
//!
//! Not here: whether a merge should happen at all, which a host decides.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::vocabulary::attribute;

/// What the platform holds after `incoming` was merged into `held`.
///
/// An attribute left out keeps its value, `null` removes it, objects are merged member by member and every other value
/// is replaced (RFC 7396); an object left without members is removed. Of a typed attribute, an element replaces the one
/// of its type in its place, a new type is added behind, and an element whose `value` is `null` removes the one of its
/// type. Of several new elements of one type the last counts. A typed attribute without elements is removed, because SCIM
/// does not tell an empty attribute from an unassigned one (RFC 7643, section 2.5).
///
/// Merging twice is the same as merging once.
#[must_use]
pub fn merge(held: Option<&Value>, incoming: &Value) -> Value {
    let Value::Object(incoming) = incoming else { return incoming.clone() };
    let mut merged = members_of(held);
    for (name, value) in incoming {
        let value = match value {
            Value::Array(elements) if attribute::TYPED.contains(&name.as_str()) => {
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
    merged.retain(|element| !element.get(attribute::VALUE).is_some_and(Value::is_null));
    (!merged.is_empty()).then(|| merged.into_iter().cloned().collect())
}

/// The last element of each type, with its position: of several of one type, that one counts.
fn last_of_each_type(elements: &[Value]) -> BTreeMap<Option<String>, (usize, Option<&Value>)> {
    elements.iter().enumerate().map(|(n, element)| (type_of(element), (n, Some(element)))).collect()
}

fn type_of(element: &Value) -> Option<String> {
    element.get(attribute::TYPE).map(Value::to_string)
}

fn put(members: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(members.insert(name.to_owned(), value)),
        None => drop(members.remove(name)),
    }
}

#[cfg(test)]
mod tests;
