//! All attributes of a document, those that a schema adds under its name.
//!
//! Not here: how a value is drawn (`page::attribute`).

use maud::{Markup, html};
use serde_json::{Map, Value};

use super::{Place, words};
use crate::page::attribute::{in_order, is_schema, name_of, object, value};

/// The attributes of a document but those that are shown elsewhere, which are named by schema (or none) and attribute.
pub(super) fn draw(place: Place<'_>, document: &Value, elsewhere: &[(Option<&str>, &str)]) -> Markup {
    let empty = Map::new();
    let members = document.as_object().unwrap_or(&empty);
    let (schemas, own): (Vec<_>, Vec<_>) = members.iter().partition(|(name, _)| is_schema(name));
    html! {
        section class="sheet" aria-labelledby="attributes" {
            h2 id="attributes" { (place.visitor.say(words::attributes())) }
            (object(place.visitor.reader, &without(own, None, elsewhere)))
            @for schema in in_order(schemas.iter().map(|(name, _)| name.as_str())) {
                (of_schema(place, schema, members.get(schema), elsewhere))
            }
        }
    }
}

fn of_schema(
    place: Place<'_>,
    schema: &str,
    added: Option<&Value>,
    elsewhere: &[(Option<&str>, &str)],
) -> Markup {
    let reader = place.visitor.reader;
    let shown = match added {
        None => return html! {},
        Some(Value::Object(members)) => {
            let members = without(members, Some(schema), elsewhere);
            if members.is_empty() {
                return html! {};
            }
            object(reader, &members)
        }
        // Not what the contract says, and yet it is held.
        Some(other) => value(reader, other),
    };
    html! {
        h3 { (reader.say(name_of(schema))) }
        (shown)
    }
}

fn without<'a>(
    members: impl IntoIterator<Item = (&'a String, &'a Value)>,
    schema: Option<&str>,
    elsewhere: &[(Option<&str>, &str)],
) -> Map<String, Value> {
    let is_here = |name: &str| !elsewhere.contains(&(schema, name));
    let here = members.into_iter().filter(|(name, _)| is_here(name));
    here.map(|(name, value)| (name.clone(), value.clone())).collect()
}
