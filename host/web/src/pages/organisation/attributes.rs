//! All attributes of a document, those that a schema adds under its name.
//!
//! Not here: how a value is drawn (`page::attribute`).

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::since::{AttributeAddress, ObjectChanges};
use super::words;
use crate::page::attribute::{in_order, is_schema, name_of, value};
use crate::page::facts;

/// The attributes of a document but those that are shown elsewhere, which are named by schema (or none) and attribute.
pub(super) fn draw(since: ObjectChanges<'_>, document: &Value, elsewhere: &[AttributeAddress<'_>]) -> Markup {
    let empty = Map::new();
    let members = document.as_object().unwrap_or(&empty);
    let (schemas, own): (Vec<_>, Vec<_>) = members.iter().partition(|(name, _)| is_schema(name));
    html! {
        section class="sheet" aria-labelledby="attributes" {
            h2 id="attributes" { (since.place.visitor.say(words::attributes())) }
            (rows(since, None, &without(own, None, elsewhere)))
            @for schema in in_order(schemas.iter().map(|(name, _)| name.as_str())) {
                (of_schema(since, schema, members.get(schema), elsewhere))
            }
        }
    }
}

fn of_schema(
    since: ObjectChanges<'_>,
    schema: &str,
    added: Option<&Value>,
    elsewhere: &[AttributeAddress<'_>],
) -> Markup {
    let reader = since.place.visitor.reader;
    let shown = match added {
        None => return html! {},
        Some(Value::Object(members)) => {
            let members = without(members, Some(schema), elsewhere);
            if members.is_empty() {
                return html! {};
            }
            rows(since, Some(schema), &members)
        }
        // Not what the contract says, and yet it is held.
        Some(other) => value(reader, other),
    };
    html! {
        h3 { (reader.say(name_of(schema))) }
        (shown)
    }
}

/// Each attribute with its value, and where that is from.
fn rows(since: ObjectChanges<'_>, schema: Option<&str>, members: &Map<String, Value>) -> Markup {
    let reader = since.place.visitor.reader;
    let names = in_order(members.keys().map(String::as_str));
    facts(names.into_iter().filter_map(|name| {
        let shown = value(reader, members.get(name)?);
        Some((reader.say(name_of(name)), html! { (shown) (since.of((schema, name))) }))
    }))
}

fn without<'a>(
    members: impl IntoIterator<Item = (&'a String, &'a Value)>,
    schema: Option<&str>,
    elsewhere: &[AttributeAddress<'_>],
) -> Map<String, Value> {
    let is_here = |name: &str| !elsewhere.contains(&(schema, name));
    let here = members.into_iter().filter(|(name, _)| is_here(name));
    here.map(|(name, value)| (name.clone(), value.clone())).collect()
}
