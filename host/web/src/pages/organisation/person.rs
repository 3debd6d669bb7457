//! What is particular to a person: in which departments they are, and who manages them.
//!
//! Not here: what every object has (`object`).

use maud::{Markup, html};
use rollcall_browse::{Outline, WholeObject};
use rollcall_host::model::Key;
use rollcall_rules::vocabulary::schema::{ENTERPRISE_USER as ENTERPRISE, ORGANISATION_USER as OUR_USER};
use serde_json::{Map, Value};

use super::since::ObjectChanges;
use super::{USER, attributes, list, words};
use crate::page::links::about;
use crate::page::{self, Tone, attribute, badge, table};
use crate::problem::Problem;
use crate::subject::{PageContext, name_in};

pub(super) async fn draw(since: ObjectChanges<'_>, whole: &WholeObject) -> Result<Markup, Problem> {
    let (place, document) = (since.place, &whole.held.document);
    let outline = place.sources.services().store().outline(place.source).await?;
    let manager = match manager_of(document) {
        Some(id) => Some(named(place, id).await?),
        None => None,
    };
    let mut elsewhere = vec![(Some(OUR_USER), "departments")];
    elsewhere.extend(manager.is_some().then_some((Some(ENTERPRISE), "manager")));
    Ok(html! {
        (memberships(since, &outline, document))
        @if let Some(manager) = manager {
            section class="sheet" {
                h2 { (place.visitor.say(words::manager())) }
                p { (manager) }
                (since.of((Some(ENTERPRISE), "manager")))
            }
        }
        (attributes::draw(since, document, &elsewhere))
    })
}

/// A person by their id, as a link with their name if they are held.
pub(super) async fn named(place: PageContext<'_>, id: &str) -> Result<Markup, Problem> {
    let key = Key::new(USER, id);
    let whole = place.sources.services().store().object(place.source, &key).await?;
    let Some(whole) = whole else {
        return Ok(html! {
            code { (id) } " " span class="soft" { (place.visitor.say(words::not_held())) }
        });
    };
    Ok(html! {
        a href=[about(place.source, &key)] { (name_in(&whole.held.document).unwrap_or(id)) }
        @if whole.held.departed { " " (badge(Tone::Warning, &place.visitor.say(words::departed()))) }
    })
}

fn manager_of(document: &Value) -> Option<&str> {
    document.get(ENTERPRISE)?.get("manager")?.get("value")?.as_str()
}

fn memberships(since: ObjectChanges<'_>, outline: &Outline, document: &Value) -> Markup {
    let extension = document.get(OUR_USER).and_then(|extension| extension.get("departments"));
    let departments: Vec<_> = extension.and_then(Value::as_array).into_iter().flatten().collect();
    let place = since.place;
    let say = |sentence| place.visitor.say(sentence);
    let names = [words::department(), words::role(), words::order(), words::more()];
    let columns = table::columns(place.visitor.reader, names);
    html! {
        section class="sheet" aria-labelledby="memberships" {
            h2 id="memberships" { (say(words::departments())) }
            @if departments.is_empty() { p class="soft" { (say(words::in_no_department())) } }
            @else {
                div class="scroll" {
                    (table::table(&columns, departments.into_iter().map(|one| membership(place, outline, one))))
                }
            }
            (since.of((Some(OUR_USER), "departments")))
        }
    }
}

fn membership(place: PageContext<'_>, outline: &Outline, one: &Value) -> [Markup; 4] {
    let (reader, id) = (place.visitor.reader, one.get("value").and_then(Value::as_str));
    let is = |name: &str| one.get(name).and_then(Value::as_bool).unwrap_or(false);
    let rest = rest(one);
    [
        html! {
            @match id {
                Some(id) if outline.department(id).is_some() => (way_to(place, outline, id)),
                Some(id) => {
                    (list::department_or_id(place.source, outline, id)) " "
                    (badge(Tone::Warning, &reader.say(words::department_not_held())))
                }
                None => (attribute::value(reader, one)),
            }
        },
        html! {
            @if is("primary") { (badge(Tone::Plain, &reader.say(words::primary()))) " " }
            @if is("leader") { (badge(Tone::Plain, &reader.say(words::leader()))) }
        },
        html! { (one.get("order").and_then(Value::as_str).unwrap_or_default()) },
        html! { @if !rest.is_empty() { (page::attribute::object(reader, &rest)) } },
    ]
}

fn way_to(place: PageContext<'_>, outline: &Outline, id: &str) -> Markup {
    let path = outline.path(id);
    match path.as_slice() {
        [_, _, ..] => list::crumbs(place, &path),
        [] | [_] => list::department_or_id(place.source, outline, id),
    }
}

/// What a membership says beyond what has a column of its own.
fn rest(one: &Value) -> Map<String, Value> {
    let shown = ["value", "primary", "leader", "order"];
    let members = one.as_object().into_iter().flatten();
    members
        .filter(|(name, _)| one.get("value").is_some() && !shown.contains(&name.as_str()))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}
