//! What is particular to a department: where it stands, who manages it, how many are in it.
//!
//! Not here: what every object has (`object`); the people themselves (`overview`).

use maud::{Markup, html};
use rollcall_browse::{OutlineDepartment, WholeObject};
use serde_json::Value;

use super::address::OrganisationQuery;
use super::since::ObjectChanges;
use super::{attributes, list, overview, person, words};
use crate::page::{count, facts};
use crate::problem::Problem;

/// Managers that are looked up by name.
///
/// 50. Why: each is a look into the store, and no department is managed by more; further ones are among the attributes.
const MANAGERS: usize = 50;

pub(super) async fn draw(since: ObjectChanges<'_>, whole: &WholeObject) -> Result<Markup, Problem> {
    let (place, document) = (since.place, &whole.held.document);
    let outline = place.sources.services().store().outline(place.source).await?;
    let managers: Vec<&str> = managers_of(document).collect();
    let mut named = Vec::new();
    for id in managers.iter().take(MANAGERS) {
        named.push(person::named(place, id).await?);
    }
    let id = whole.key.external_id.as_str();
    let mut elsewhere = vec![(None, "parent")];
    elsewhere.extend((managers.len() <= MANAGERS).then_some((None, "managers")));
    Ok(html! {
        @if let Some(department) = outline.department(id) {
            (overview::stray(place, department))
            section class="sheet" aria-labelledby="place" {
                h2 id="place" { (place.visitor.say(words::place())) }
                (list::crumbs(place, &outline.path(id)))
                (facts(standing(since, &outline, department, &named)))
                p {
                    a class="button" href=(OrganisationQuery::in_department(id).href(place.source)) {
                        (place.visitor.say(words::show_in_organisation()))
                    }
                }
            }
        }
        (attributes::draw(since, document, &elsewhere))
    })
}

fn managers_of(document: &Value) -> impl Iterator<Item = &str> {
    let managers = document.get("managers").and_then(Value::as_array).into_iter().flatten();
    managers.filter_map(|manager| manager.get("value")?.as_str())
}

fn standing(
    since: ObjectChanges<'_>,
    outline: &rollcall_browse::Outline,
    department: &OutlineDepartment,
    managers: &[Markup],
) -> Vec<(String, Markup)> {
    let place = since.place;
    let say = |sentence| place.visitor.say(sentence);
    let parent = match &department.parent {
        Some(parent) => list::department_or_id(place.source, outline, parent),
        None => html! { (say(words::at_the_top())) },
    };
    let managers = html! {
        @if managers.is_empty() { (say(crate::page::words::none())) }
        @else { ul class="plain" { @for manager in managers { li { (manager) } } } }
    };
    vec![
        (say(words::parent()), html! { (parent) (since.of((None, "parent"))) }),
        (say(words::managers()), html! { (managers) (since.of((None, "managers"))) }),
        (say(words::people_in_it()), html! { (count(department.n_people)) }),
        (say(words::people_in_all()), html! { (count(department.n_people_in_all)) }),
        (say(words::sub_departments()), html! { (count(department.n_children.into())) }),
    ]
}
