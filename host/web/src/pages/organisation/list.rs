//! Tables of people, of departments, and of what a search found.
//!
//! Not here: which of them are in one (`overview`).

use maud::{Markup, html};
use rollcall_browse::{ListedObject, Outline, OutlineDepartment};
use rollcall_host::model::{Key, SourceName};

use super::address::OrganisationQuery;
use super::{DEPARTMENT, words};
use crate::page::links::about;
use crate::page::table::{self, Column, table_with_class};
use crate::page::{self, Tone, badge, count};
use crate::subject::PageContext;

/// Departments of one person that a row names.
///
/// 3. Why: a row is for finding somebody; their page has all.
const NAMED: usize = 3;

/// People of a department, or of none.
pub(super) fn people(place: PageContext<'_>, people: &[ListedObject]) -> Markup {
    let names = [words::name(), words::title(), words::phone(), words::email()];
    let rows = people.iter().map(|person| {
        let title = html! { (person.title.as_deref().unwrap_or_default()) };
        [who(place, person), title, lines(&person.phones), lines(&person.emails)]
    });
    html! {
        div class="scroll" {
            (table_with_class(Some("people"), &table::columns(place.visitor.reader, names), rows))
        }
    }
}

/// What a search found, and where each is.
pub(super) fn results(place: PageContext<'_>, outline: &Outline, found: &[ListedObject]) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let columns = [
        Column::new(say(words::name())),
        Column::new(say(words::kind())),
        Column::new(say(words::located())).with_class("wide"),
        Column::new(say(words::phone())),
        Column::new(say(words::email())),
    ];
    let rows = found.iter().map(|one| {
        let kind = html! { (say(page::resource_type(&one.key.resource_type))) };
        [who(place, one), kind, located(place, outline, one), lines(&one.phones), lines(&one.emails)]
    });
    html! { div class="scroll" { (table_with_class(Some("people"), &columns, rows)) } }
}

fn who(place: PageContext<'_>, one: &ListedObject) -> Markup {
    html! { (name(place, one)) div { code { (one.key.external_id) } } }
}

/// Departments, with how many people are in each.
pub(super) fn departments(place: PageContext<'_>, departments: &[&OutlineDepartment]) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let columns = [
        Column::new(say(words::department())),
        Column::number(say(words::people_in_it())),
        Column::number(say(words::people_in_all())),
        Column::number(say(words::sub_departments())),
    ];
    let rows = departments.iter().map(|one| {
        let name = html! {
            a href=(OrganisationQuery::in_department(&one.external_id).href(place.source)) { (one.display_name) }
            @if one.stray.is_some() { " " (badge(Tone::Warning, &say(words::stray()))) }
        };
        let [people, in_all, below] =
            [one.n_people, one.n_people_in_all, one.n_children.into()].map(|n| html! { (count(n)) });
        [name, people, in_all, below]
    });
    html! { div class="scroll" { (table::table(&columns, rows)) } }
}

/// The departments above, as links, this one last. A long way is cut in the middle.
pub(super) fn crumbs(place: PageContext<'_>, path: &[&OutlineDepartment]) -> Markup {
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
    html! { a href=(OrganisationQuery::in_department(&one.external_id).href(source)) { (one.display_name) } }
}

/// The department with this id as a link, or else its id.
pub(super) fn department_or_id(source: &SourceName, outline: &Outline, id: &str) -> Markup {
    match outline.department(id) {
        Some(one) => department(source, one),
        None => html! { a href=[about(source, &Key::new(DEPARTMENT, id))] { code { (id) } } },
    }
}

fn name(place: PageContext<'_>, one: &ListedObject) -> Markup {
    html! {
        a href=[about(place.source, &one.key)] { (one.name) }
        @if one.leader == Some(true) { " " (badge(Tone::Plain, &place.visitor.say(words::leader()))) }
        @if one.departed { " " (badge(Tone::Warning, &place.visitor.say(words::departed()))) }
    }
}

fn located(place: PageContext<'_>, outline: &Outline, one: &ListedObject) -> Markup {
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
