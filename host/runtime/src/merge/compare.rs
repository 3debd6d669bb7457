//! The differences between two documents, attribute by attribute, for showing them to people.
//!
//! What is deliberately not here: a patch. Nothing is ever applied from these; they are text for a reader.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::TYPED_ATTRIBUTES;

/// One attribute that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttributeChange {
    /// Where, as a SCIM path (RFC 7644, section 3.5.2): `name.familyName`, `emails[type eq "work"].value`,
    /// `urn:…:User:departments[value eq "2"].leader`.
    pub path: String,
    /// What was there; none when there was nothing.
    pub before: Option<Value>,
    /// What is there now; none when it was removed.
    pub after: Option<Value>,
}

/// What differs between `before` and `after`, in order of name. Anything but an object counts as an empty document.
///
/// Elements of an array are compared one by one where each has a string that tells it apart (`type` of a typed
/// attribute, `value` elsewhere) and no two share it; any other array is compared whole.
#[must_use]
pub fn attribute_changes(before: &Value, after: &Value) -> Vec<AttributeChange> {
    let mut changes = Vec::new();
    let nothing = Map::new();
    let [before, after] = [before, after].map(|document| document.as_object().unwrap_or(&nothing));
    for (name, [before, after]) in paired(before.iter(), after.iter()) {
        // An extension's schema and its attribute are joined by a colon, everything else by a full stop.
        let joint = if name.starts_with("urn:") { ':' } else { '.' };
        compare(name, joint, [before, after], &mut changes);
    }
    changes
}

type Pair<'a> = [Option<&'a Value>; 2];

/// The values of two sets of names, side by side.
fn paired<K: Ord, V>(
    before: impl IntoIterator<Item = (K, V)>,
    after: impl IntoIterator<Item = (K, V)>,
) -> BTreeMap<K, [Option<V>; 2]> {
    let mut pairs = BTreeMap::new();
    for (name, value) in before {
        pairs.insert(name, [Some(value), None]);
    }
    for (name, value) in after {
        let [_, place] = pairs.entry(name).or_insert([None, None]);
        *place = Some(value);
    }
    pairs
}

fn compare(path: &str, joint: char, pair: Pair<'_>, changes: &mut Vec<AttributeChange>) {
    let [before, after] = pair;
    if before == after {
        return;
    }
    let known = changes.len();
    for (path, pair) in parts_of(path, joint, pair) {
        compare(&path, '.', pair, changes);
    }
    // Nothing within differs when there is nothing within, or only the order of elements does.
    if changes.len() == known {
        changes.push(AttributeChange {
            path: path.to_owned(),
            before: before.cloned(),
            after: after.cloned(),
        });
    }
}

/// What is within both sides, by its path; nothing when they must be compared whole.
fn parts_of<'a>(path: &str, joint: char, pair: Pair<'a>) -> Vec<(String, Pair<'a>)> {
    if let Some(members) = members_of(pair) {
        return members.into_iter().map(|(name, pair)| (format!("{path}{joint}{name}"), pair)).collect();
    }
    let Some((key, elements)) = elements_of(path, pair) else { return Vec::new() };
    elements.into_iter().map(|(id, pair)| (format!("{path}[{key} eq {}]", Value::from(id)), pair)).collect()
}

/// The members of two objects side by side, when there is at least one object and nothing else.
fn members_of<'a>(pair: Pair<'a>) -> Option<BTreeMap<&'a str, Pair<'a>>> {
    let [before, after] = both(pair, Value::as_object)?;
    let names = |members: Option<&'a Map<String, Value>>| {
        members.into_iter().flatten().map(|(name, value)| (name.as_str(), value))
    };
    Some(paired(names(before), names(after)))
}

/// The elements of two arrays side by side, and the name of the string that tells them apart.
fn elements_of<'a>(path: &str, pair: Pair<'a>) -> Option<(&'static str, BTreeMap<&'a str, Pair<'a>>)> {
    let key = if TYPED_ATTRIBUTES.contains(&path) { "type" } else { "value" };
    let arrays = both(pair, Value::as_array)?;
    let [before, after] = arrays.map(|elements| told_apart(key, elements.map_or(&[], Vec::as_slice)));
    Some((key, paired(before?, after?)))
}

/// What both sides are, when one is and the other is that or nothing.
fn both<'a, T>(pair: Pair<'a>, is: impl Fn(&'a Value) -> Option<&'a T>) -> Option<[Option<&'a T>; 2]> {
    let [before, after] = pair;
    let sides = [before.map(&is), after.map(&is)];
    match sides {
        [Some(None), _] | [_, Some(None)] | [None, None] => None,
        [before, after] => Some([before.flatten(), after.flatten()]),
    }
}

fn told_apart<'a>(key: &str, elements: &'a [Value]) -> Option<BTreeMap<&'a str, &'a Value>> {
    let named: Option<BTreeMap<_, _>> =
        elements.iter().map(|element| Some((element.get(key)?.as_str()?, element))).collect();
    named.filter(|named| named.len() == elements.len())
}
