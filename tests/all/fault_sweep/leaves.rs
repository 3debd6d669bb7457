//! A document as a set of what it says and where.

use serde_json::Value;
use std::collections::BTreeSet;

/// Where a document says something: members, and of the arrays whose elements have a type these elements.
pub(super) fn paths(document: &Value) -> BTreeSet<String> {
    leaves(document).into_iter().map(|(path, _)| path).collect()
}

/// The same with what it says there.
pub(super) fn leaves(document: &Value) -> BTreeSet<(String, String)> {
    let mut leaves = BTreeSet::new();
    gather(document, String::new(), &mut leaves);
    leaves
}

fn gather(value: &Value, path: String, leaves: &mut BTreeSet<(String, String)>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                gather(member, format!("{path}/{name}"), leaves);
            }
        }
        Value::Array(elements) if elements.iter().any(|element| element.get("type").is_some()) => {
            for element in elements {
                leaves.insert((format!("{path}/{}", element["type"]), element["value"].to_string()));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            leaves.insert((path, value.to_string()));
        }
    }
}
