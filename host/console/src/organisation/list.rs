//! Tables of people, of departments, and of what a search found.
//!
//! Not here: which of them are in one (`overview`).

use maud::{Markup, html};
use rollcall_host::model::{Key, SourceName};
use rollcall_host::sqlite::{ListedObject, Outline, OutlineDepartment};

use super::address::{Asked, address};
use super::{DEPARTMENT, Place, words};
use crate::page::{self, Tone, badge, count};

/// Departments of one person that a row names.
///
/// 3. Why: a row is for finding somebody; their page has all.
const NAMED: usize = 3;

/// People of a department, or of none.
pub(super) fn people(place: Place<'_>, people: &[ListedObject]) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    html! {
        div class="scroll" {
            table class="people" {
                thead {
                    tr {
                        th scope="col" { (say(words::name())) }
                        th scope="col" { (say(words::title())) }
                        th scope="col" { (say(words::phone())) }
                        th scope="col" { (say(words::email())) }
                    }
                }
                tbody {
                    @for person in people {
                        tr {
                            th scope="row" { (name(place, person)) div { code { (person.key.external_id) } } }
                            td { (person.title.as_deref().unwrap_or_default()) }
                            td { (lines(&person.phones)) }
                            td { (lines(&person.emails)) }
                        }
                    }
                }
            }
        }
    }
}

/// What a search found, and where each is.
pub(super) fn results(place: Place<'_>, outline: &Outline, found: &[ListedObject]) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    html! {
        div class="scroll" {
            table class="people" {
                thead {
                    tr {
                        th scope="col" { (say(words::name())) }
                        th scope="col" { (say(words::kind())) }
                        th scope="col" class="wide" { (say(words::located())) }
                        th scope="col" { (say(words::phone())) }
                        th scope="col" { (say(words::email())) }
                    }
                }
                tbody {
                    @for one in found {
                        tr {
                            th scope="row" { (name(place, one)) div { code { (one.key.external_id) } } }
                            td { (say(page::resource_type(&one.key.resource_type))) }
                            td { (located(place, outline, one)) }
                            td { (lines(&one.phones)) }
                            td { (lines(&one.emails)) }
                        }
                    }
                }
            }
        }
    }
}

/// Departments, with how many people are in each.
pub(super) fn departments(place: Place<'_>, departments: &[&OutlineDepartment]) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    html! {
        div class="scroll" {
            table {
                thead {
                    tr {
                        th scope="col" { (say(words::department())) }
                        th scope="col" class="number" { (say(words::people_in_it())) }
                        th scope="col" class="number" { (say(words::people_in_all())) }
                        th scope="col" class="number" { (say(words::sub_departments())) }
                    }
                }
                tbody {
                    @for one in departments {
                        tr {
                            th scope="row" {
                                a href=(Asked::in_department(&one.external_id).href(place.source)) { (one.display_name) }
                                @if one.stray.is_some() { " " (badge(Tone::Warning, &say(words::stray()))) }
                            }
                            td class="number" { (count(one.n_people)) }
                            td class="number" { (count(one.n_people_in_all)) }
                            td class="number" { (count(one.n_children.into())) }
                        }
                    }
                }
            }
        }
    }
}

/// The departments above, as links, this one last. A long way is cut in the middle.
pub(super) fn crumbs(place: Place<'_>, path: &[&OutlineDepartment]) -> Markup {
    /// Departments at either end that are always shown.
    const ENDS: usize = 4;
    let is_long = ENDS.saturating_mul(2) < path.len();
    let last = path.len().saturating_sub(ENDS);
    html! {
        @if 1 < path.len() {
            nav aria-label=(place.visitor.say(words::way_here())) {
                ol class="crumbs" {
                    @for (n, one) in path.iter().enumerate() {
                        @if !is_long || n < ENDS || last <= n {
                            li { (department(place.source, one)) }
                        } @else if n == ENDS {
                            li { "…" }
                        }
                    }
                }
            }
        }
    }
}

/// A department as a link into the tree.
pub(super) fn department(source: &SourceName, one: &OutlineDepartment) -> Markup {
    html! { a href=(Asked::in_department(&one.external_id).href(source)) { (one.display_name) } }
}

/// The department with this id as a link, or else its id.
pub(super) fn department_or_id(source: &SourceName, outline: &Outline, id: &str) -> Markup {
    match outline.department(id) {
        Some(one) => department(source, one),
        None => html! { a href=[address(source, &Key::new(DEPARTMENT, id))] { code { (id) } } },
    }
}

fn name(place: Place<'_>, one: &ListedObject) -> Markup {
    html! {
        a href=[address(place.source, &one.key)] { (one.name) }
        @if one.leader == Some(true) { " " (badge(Tone::Plain, &place.visitor.say(words::leader()))) }
        @if one.departed { " " (badge(Tone::Warning, &place.visitor.say(words::departed()))) }
    }
}

fn located(place: Place<'_>, outline: &Outline, one: &ListedObject) -> Markup {
    if one.key.resource_type == DEPARTMENT {
        let path = outline.path(&one.key.external_id);
        let above = path.len().checked_sub(2).and_then(|n| path.get(n));
        return html! { @if let Some(above) = above { (department(place.source, above)) } };
    }
    let n_more = one.departments.len().saturating_sub(NAMED);
    html! {
        ul class="plain" {
            @for id in one.departments.iter().take(NAMED) {
                li { (department_or_id(place.source, outline, id)) }
            }
            @if 0 < n_more { li class="soft" { (place.visitor.say(words::n_more(n_more))) } }
        }
    }
}

fn lines(values: &[String]) -> Markup {
    html! {
        @for (n, value) in values.iter().enumerate() { @if n != 0 { br; } (value) }
    }
}
