//! Two documents beside one another: what differs, attribute by attribute.
//!
//! Not here: what an attribute is called (`attribute`).

use std::collections::BTreeSet;

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::attribute::{self, Path, Step};
use super::table::{Column, table_with_class};
use super::words;
use crate::visitor::Preferences;

/// By which member the elements of a list are told apart: the first that each of them has, with a text of its own.
///
/// `type` is what the contract says of e-mail addresses, phone numbers and photos; `value` is a reference's id.
const IDENTITIES: [&str; 3] = ["type", "name", "value"];

/// One attribute that is not the same in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where it stands in the document.
    pub(crate) path: Path,
    /// Its value before; none when it was not there.
    pub(crate) before: Option<Value>,
    /// Its value afterwards; none when it is not there any more.
    pub(crate) after: Option<Value>,
}

/// What differs between two documents, in the order in which a person reads a document. A document that is missing has
/// no attributes.
#[must_use]
pub(crate) fn compare(before: Option<&Value>, after: Option<&Value>) -> Vec<Difference> {
    let mut found = Vec::new();
    descend(&Path::default(), before, after, &mut found);
    found
}

/// Differences as a table: the attribute, before, after. Nothing when there are none.
pub(crate) fn differences(reader: Preferences, differences: &[Difference]) -> Markup {
    let columns = [
        Column::new(reader.say(words::attribute())),
        Column::new(reader.say(words::before())).with_class("was"),
        Column::new(reader.say(words::after())).with_class("is"),
    ];
    let value = |value: &Option<Value>| attribute::value_or_none(reader, value.as_ref());
    let row = |Difference { path, before, after }: &Difference| {
        [html! { (path.label(reader)) }, value(before), value(after)]
    };
    html! {
        @if !differences.is_empty() {
            div class="scroll" tabindex="0" {
                (table_with_class(Some("compare"), &columns, differences.iter().map(row)))
            }
        }
    }
}

// How deep this goes is bounded: the parser of JSON refuses what is nested more than 128 times.
fn descend(path: &Path, before: Option<&Value>, after: Option<&Value>, found: &mut Vec<Difference>) {
    if before == after {
        return;
    }
    if let (Some(before), Some(after)) = (members(before), members(after))
        && !(before.is_empty() && after.is_empty())
    {
        return descend_members(path, &before, &after, found);
    }
    if let (Some(before), Some(after)) = (elements(before), elements(after))
        && let Some(identity) = identity(before, after)
    {
        return descend_elements(path, identity, (before, after), found);
    }
    found.push(Difference { path: path.clone(), before: before.cloned(), after: after.cloned() });
}

fn descend_members(
    path: &Path,
    before: &ComparedMembers<'_>,
    after: &ComparedMembers<'_>,
    found: &mut Vec<Difference>,
) {
    let names: BTreeSet<&str> = before.names().chain(after.names()).collect();
    for name in attribute::in_order(names) {
        descend(&path.with(Step::Attribute(name.to_owned())), before.get(name), after.get(name), found);
    }
}

fn descend_elements(
    path: &Path,
    identity: &str,
    (before, after): (&[Value], &[Value]),
    found: &mut Vec<Difference>,
) {
    let named = |name: &str, elements: &'_ [Value]| {
        elements.iter().find(|element| name_of(element, identity) == Some(name)).cloned()
    };
    let mut seen = BTreeSet::new();
    let names = before.iter().chain(after).filter_map(|element| name_of(element, identity));
    for name in names.filter(|name| seen.insert(*name)) {
        let (before, after) = (named(name, before), named(name, after));
        // The path says it already. An id alone is all that there is of a reference that comes or goes.
        let is_said = identity != "value" || (before.is_some() && after.is_some());
        let [before, after] = [before, after].map(|it| if is_said { without(it?, identity) } else { it });
        descend(&path.with(Step::Element(name.to_owned())), before.as_ref(), after.as_ref(), found);
    }
}

/// The members of an object; of what is not there, none.
struct ComparedMembers<'a>(Option<&'a Map<String, Value>>);

impl<'a> ComparedMembers<'a> {
    fn is_empty(&self) -> bool {
        self.0.is_none_or(Map::is_empty)
    }

    fn names(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.0.into_iter().flat_map(Map::keys).map(String::as_str)
    }

    fn get(&self, name: &str) -> Option<&'a Value> {
        self.0?.get(name)
    }
}

fn members(value: Option<&Value>) -> Option<ComparedMembers<'_>> {
    match value {
        None => Some(ComparedMembers(None)),
        Some(value) => value.as_object().map(|object| ComparedMembers(Some(object))),
    }
}

fn elements(value: Option<&Value>) -> Option<&[Value]> {
    match value {
        None => Some(&[]),
        Some(value) => value.as_array().map(Vec::as_slice),
    }
}

/// By which member the elements of both lists are told apart; none when they are not, or there are none.
fn identity(before: &[Value], after: &[Value]) -> Option<&'static str> {
    let tells_apart = |list: &[Value], identity: &str| {
        let mut seen = BTreeSet::new();
        list.iter().all(|element| name_of(element, identity).is_some_and(|name| seen.insert(name)))
    };
    let has_elements = !before.is_empty() || !after.is_empty();
    let usable = |identity: &&str| tells_apart(before, identity) && tells_apart(after, identity);
    IDENTITIES.into_iter().find(usable).filter(|_| has_elements)
}

fn name_of<'a>(element: &'a Value, identity: &str) -> Option<&'a str> {
    element.get(identity)?.as_str()
}

/// The element without the member that tells it apart.
fn without(mut element: Value, identity: &str) -> Option<Value> {
    element.as_object_mut()?.remove(identity);
    Some(element)
}

#[cfg(test)]
mod tests;
