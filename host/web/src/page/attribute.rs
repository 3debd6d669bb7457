//! The attributes of a document (SCIM, RFC 7643): what a person calls them, in which order they are read, how a value is
//! drawn.
//!
//! Names that only one source knows stay as they are. Not here: what differs between two documents (`compare`).

use maud::{Markup, html};
use rollcall_words::Sentence;
use serde_json::{Map, Value};

use super::words;
use crate::visitor::Preferences;

mod names;

use names::{IN_ORDER, LAST, SCHEMAS, kind};

/// Where something stands in a document.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Path(Vec<Step>);

/// One step into a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To the attribute with this name, which may be the URN of a schema.
    Attribute(String),
    /// To the element of a list that is told apart from the others by this.
    Element(String),
}

impl Path {
    /// One step further.
    #[must_use]
    pub(crate) fn with(&self, step: Step) -> Self {
        Self(self.0.iter().cloned().chain([step]).collect())
    }

    /// The path as a person reads it: "phone number (mobile)".
    #[must_use]
    pub(crate) fn label(&self, reader: Preferences) -> String {
        let mut label = String::new();
        for (place, step) in self.0.iter().enumerate() {
            let is_last = place.saturating_add(1) == self.0.len();
            match step {
                // What these schemas have is known by its name alone.
                Step::Attribute(name) if !is_last && SCHEMAS.contains(&name.as_str()) => {}
                // The value of something is what that something says.
                Step::Attribute(name) if is_last && place != 0 && name == "value" => {}
                Step::Attribute(name) => {
                    let before = if label.is_empty() { "" } else { " › " };
                    label.extend([before, &reader.say(name_of(name))]);
                }
                Step::Element(name) => label.extend([" (", &reader.say(kind(name)), ")"]),
            }
        }
        label
    }
}

/// What a person calls an attribute; its own name where that is not known.
pub(crate) fn name_of(attribute: &str) -> Sentence {
    names::known(attribute).unwrap_or_else(|| Sentence::verbatim(attribute))
}

/// Names of attributes in the order in which a person reads them: the common ones first, then what is not known, then
/// schemas, those of everybody before a source's own.
pub(crate) fn in_order<'a>(names: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let mut names: Vec<_> = names.into_iter().collect();
    names.sort_by_key(|name| (rank(name), *name));
    names
}

fn rank(name: &str) -> usize {
    let place = |list: &[&str]| list.iter().position(|known| *known == name);
    let behind = |n: usize| IN_ORDER.len().saturating_add(n);
    match (place(IN_ORDER), place(LAST)) {
        (Some(place), _) => place,
        (None, Some(place)) => behind(place.saturating_add(3)),
        (None, None) if SCHEMAS.contains(&name) => behind(1),
        (None, None) if is_schema(name) => behind(2),
        (None, None) => behind(0),
    }
}

/// Whether an attribute is what a schema adds.
pub(crate) fn is_schema(name: &str) -> bool {
    name.starts_with("urn:")
}

/// A value as a person reads it, or a dash.
pub(crate) fn value_or_none(reader: Preferences, of: Option<&Value>) -> Markup {
    match of {
        Some(of) => value(reader, of),
        None => html! { span class="soft" { "–" } },
    }
}

/// A value as a person reads it: lists as lists, objects as names and values.
// How deep this goes is bounded: the parser of JSON refuses what is nested more than 128 times.
pub(crate) fn value(reader: Preferences, of: &Value) -> Markup {
    match of {
        Value::Null => html! { span class="soft" { "–" } },
        Value::Bool(true) => html! { (reader.say(words::yes())) },
        Value::Bool(false) => html! { (reader.say(words::no())) },
        Value::Number(number) => html! { (number) },
        Value::String(text) if text.is_empty() => html! { code { "\"\"" } },
        Value::String(text) => html! { span class="text" { (text) } },
        Value::Array(elements) if elements.is_empty() => {
            html! { span class="soft" { (reader.say(words::none())) } }
        }
        Value::Array(elements) => html! {
            ul class="plain" { @for one in elements { li { (element(reader, one)) } } }
        },
        Value::Object(members) if members.is_empty() => {
            html! { span class="soft" { (reader.say(words::none())) } }
        }
        Value::Object(members) => object(reader, members),
    }
}

/// The attributes of an object, one a line.
pub(crate) fn object(reader: Preferences, members: &Map<String, Value>) -> Markup {
    // A reference says nothing but what it refers to.
    if let (1, Some(only)) = (members.len(), members.get("value")) {
        return value(reader, only);
    }
    let names = in_order(members.keys().map(String::as_str));
    super::facts(names.into_iter().filter_map(|name| {
        let shown = value(reader, members.get(name)?);
        Some((reader.say(name_of(name)), shown))
    }))
}

/// An element of a list. One that has only a value, and what kind of value it is, takes one line.
fn element(reader: Preferences, of: &Value) -> Markup {
    let labelled = of.as_object().filter(|members| members.len() == 2).and_then(|members| {
        let label = members.get("type").or_else(|| members.get("name"))?.as_str()?;
        Some((label, members.get("value")?))
    });
    match labelled {
        Some((label, shown)) => html! {
            (value(reader, shown)) " " span class="soft" { "(" (reader.say(kind(label))) ")" }
        },
        None => value(reader, of),
    }
}

#[cfg(test)]
mod tests;
