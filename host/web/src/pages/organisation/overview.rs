//! The organisation as a whole: the tree on one side; on the other a department with its people, those in none, or what a
//! search found.
//!
//! Not here: the tree and the tables (`tree`, `list`).

use std::sync::Arc;

use maud::{Markup, html};
use rollcall_browse::{ListedObject, ObjectQuery, Outline, OutlineDepartment, Page as Part, Stray};
use rollcall_host::model::{Key, SourceName};

use super::address::{OrganisationQuery, Search};
use super::{DEPARTMENT, USER, list, tree, words};
use crate::page::links::{about, of_source};
use crate::page::{self, Tone, button, count, nothing, notice, pager};
use crate::problem::Problem;
use crate::sources::{Sources, standing};
use crate::subject::PageContext;
use crate::visitor::Visitor;

/// People or departments on one page.
const PAGE: u32 = 50;

/// The body of the page.
pub(super) async fn draw(
    sources: &Sources,
    visitor: &Visitor,
    source: &SourceName,
    asked: &OrganisationQuery,
) -> Result<Markup, Problem> {
    let place = PageContext { sources, visitor, source };
    let outline = sources.services().store().outline(source).await?;
    let main = main(place, &outline, asked).await?;
    let left_out = standing::left_out(sources.services(), source).await?;
    Ok(html! {
        @if let Some(left_out) = &left_out { (page::left_out(visitor, left_out)) }
        div class="row end" { (search_form(place, asked.search.as_ref())) (import(place)) }
        div class="aside" {
            section class="sheet" aria-labelledby="tree" {
                h2 id="tree" { (visitor.say(words::departments())) }
                (tree::draw(place, &outline, asked.department.as_deref()))
                (others(place, &outline, asked))
            }
            div { (main) }
        }
    })
}

async fn main(
    place: PageContext<'_>,
    outline: &Arc<Outline>,
    asked: &OrganisationQuery,
) -> Result<Markup, Problem> {
    match (&asked.search, &asked.department, asked.unplaced) {
        (Some(search), ..) => found(place, outline, asked, search).await,
        (None, Some(id), _) => match outline.department(id) {
            Some(department) => in_department(place, outline, asked, department).await,
            None => Ok(not_there(place, id)),
        },
        (None, None, true) => unplaced(place, asked).await,
        (None, None, false) => Ok(top(place, outline, asked)),
    }
}

/// Look at the plan, or import at once.
fn import(place: PageContext<'_>) -> Markup {
    let PageContext { sources, visitor, source } = place;
    let is_usable = sources.entry(source).is_some_and(|entry| entry.source().is_some());
    let may_import = visitor.who.may_manage() && is_usable;
    html! {
        @if may_import {
            div class="row" {
                (button(visitor, &of_source(source, "/preview"), "", words::preview()))
                (button(visitor, &of_source(source, "/import"), "primary", words::import()))
            }
        }
    }
}

fn search_form(place: PageContext<'_>, search: Option<&Search>) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let (text, resource_type, departed) = match search {
        Some(Search { text, resource_type, departed }) => (text.as_str(), *resource_type, *departed),
        None => ("", None, None),
    };
    let types = [("", page::words::all()), (USER, words::people()), (DEPARTMENT, words::departments())];
    let states =
        [("", words::present_and_departed()), ("false", words::present()), ("true", words::departed_only())];
    let is_chosen = |value: &str| departed.map(|departed| departed.to_string()).unwrap_or_default() == value;
    html! {
        form class="row" role="search" method="get" action=(of_source(place.source, "/organisation")) {
            input type="search" name="q" value=(text) aria-label=(say(words::search_label()))
                placeholder=(say(words::search_label()));
            select name="type" aria-label=(say(words::kind())) {
                @for (value, word) in types {
                    option value=(value) selected[resource_type.unwrap_or_default() == value] { (say(word)) }
                }
            }
            select name="departed" aria-label=(say(words::state())) {
                @for (value, word) in states {
                    option value=(value) selected[is_chosen(value)] { (say(word)) }
                }
            }
            button { (say(page::words::search())) }
        }
    }
}

/// What is in no tree: people without a department, and those who departed.
fn others(place: PageContext<'_>, outline: &Outline, asked: &OrganisationQuery) -> Markup {
    let all = [
        (
            OrganisationQuery::unplaced(),
            words::without_department(),
            outline.n_without_department,
            asked.unplaced,
        ),
        (
            OrganisationQuery::departed(),
            words::departed_people(),
            outline.n_departed,
            asked.search == OrganisationQuery::departed().search,
        ),
    ];
    html! {
        ul class="tree" {
            @for (to, word, n, is_chosen) in all {
                @if 0 < n || is_chosen {
                    li {
                        div class="line" {
                            a href=(to.href(place.source)) aria-current=[is_chosen.then_some("page")] {
                                (place.visitor.say(word))
                            }
                            span class="n" { (count(n)) }
                        }
                    }
                }
            }
        }
    }
}

/// Nothing is chosen: how much there is, and the departments at the top.
fn top(place: PageContext<'_>, outline: &Outline, asked: &OrganisationQuery) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    if [outline.n_people, outline.n_departments, outline.n_departed] == [0; 3] {
        return notice(Tone::Plain, &html! { p { (say(words::nothing_imported())) } });
    }
    let figures = [
        (outline.n_people, words::people()),
        (outline.n_departments, words::departments()),
        (outline.n_without_department, words::without_department()),
        (outline.n_departed, words::departed_people()),
    ];
    let departments: Vec<_> = outline.top().collect();
    html! {
        div class="figures" {
            @for (n, word) in figures {
                div { span class="n" { (count(n)) } span class="of" { (say(word)) } }
            }
        }
        (departments_section(place, asked, words::top_departments(), &departments))
    }
}

async fn in_department(
    place: PageContext<'_>,
    outline: &Outline,
    asked: &OrganisationQuery,
    department: &OutlineDepartment,
) -> Result<Markup, Problem> {
    let PageContext { sources, visitor, source } = place;
    let id = department.external_id.as_str();
    let part = Part { offset: asked.offset, limit: PAGE };
    let people = sources.services().store().people_of(source, Some(id), part).await?;
    let below: Vec<_> = outline.children(id).collect();
    Ok(html! {
        (list::crumbs(place, &outline.path(id)))
        div class="row end" {
            h2 { (department.display_name) }
            a href=[about(source, &Key::new(DEPARTMENT, id))] { (visitor.say(words::about_department())) }
        }
        (stray(place, department))
        @if !below.is_empty() {
            (departments_section(place, asked, words::sub_departments(), &below))
        }
        (people_section(place, asked, people.total, &people.items))
    })
}

async fn unplaced(place: PageContext<'_>, asked: &OrganisationQuery) -> Result<Markup, Problem> {
    let part = Part { offset: asked.offset, limit: PAGE };
    let people = place.sources.services().store().people_of(place.source, None, part).await?;
    Ok(html! {
        h2 { (place.visitor.say(words::without_department())) }
        (people_section(place, asked, people.total, &people.items))
    })
}

async fn found(
    place: PageContext<'_>,
    outline: &Outline,
    asked: &OrganisationQuery,
    search: &Search,
) -> Result<Markup, Problem> {
    let PageContext { sources, visitor, source } = place;
    let resource_type = search.resource_type.map(str::to_owned);
    let query = ObjectQuery { resource_type, departed: search.departed, text: search.text.clone() };
    let part = Part { offset: asked.offset, limit: PAGE };
    let found = sources.services().store().search(Some(source), &query, part).await?;
    let why = of_source(source, &format!("/why?q={}", crate::paths::segment(&search.text)));
    Ok(html! {
        section class="sheet" aria-labelledby="found" {
            h2 id="found" { (visitor.say(words::n_found(count(found.total)))) }
            @if found.items.is_empty() {
                p { (visitor.say(words::nothing_found())) }
                @if !search.text.is_empty() {
                    p { a href=(why) { (visitor.say(words::ask_why(&search.text))) } }
                }
            } @else {
                (list::results(place, outline, &found.items))
                (pager_of(place, found.total, asked.offset, |offset| OrganisationQuery { offset, ..asked.clone() }))
            }
        }
    })
}

fn departments_section(
    place: PageContext<'_>,
    asked: &OrganisationQuery,
    title: rollcall_words::Sentence,
    departments: &[&OutlineDepartment],
) -> Markup {
    let skipped = usize::try_from(asked.below).unwrap_or(usize::MAX);
    let limit = usize::try_from(PAGE).unwrap_or(usize::MAX);
    let shown: Vec<_> = departments.iter().skip(skipped).take(limit).copied().collect();
    let total = u64::try_from(departments.len()).unwrap_or(u64::MAX);
    html! {
        section class="sheet" aria-labelledby="below" {
            h2 id="below" { (place.visitor.say(title)) }
            (list::departments(place, &shown))
            (pager_of(place, total, asked.below, |below| OrganisationQuery { below, ..asked.clone() }))
        }
    }
}

fn people_section(
    place: PageContext<'_>,
    asked: &OrganisationQuery,
    total: u64,
    people: &[ListedObject],
) -> Markup {
    html! {
        section class="sheet" aria-labelledby="people" {
            h2 id="people" { (place.visitor.say(words::people())) }
            @if people.is_empty() {
                (nothing(&place.visitor.say(words::nobody())))
            } @else {
                (list::people(place, people))
                (pager_of(place, total, asked.offset, |offset| OrganisationQuery { offset, ..asked.clone() }))
            }
        }
    }
}

/// Links to the pages before and after, if there is more than one.
fn pager_of(
    place: PageContext<'_>,
    total: u64,
    offset: u64,
    to: impl Fn(u64) -> OrganisationQuery,
) -> Markup {
    let limit = u64::from(PAGE);
    html! {
        @if limit < total || 0 < offset {
            (pager(place.visitor.reader, total, offset, limit, |offset| to(offset).href(place.source)))
        }
    }
}

/// Why a department with a parent stands at the top.
pub(super) fn stray(place: PageContext<'_>, department: &OutlineDepartment) -> Markup {
    let parent = department.parent.as_deref().unwrap_or_default();
    let why = match department.stray {
        None => return html! {},
        Some(Stray::ParentNotHeld) => words::parent_not_held(parent),
        Some(Stray::Circular) => words::circular(parent),
    };
    notice(Tone::Warning, &html! { p { (place.visitor.say(why)) } })
}

fn not_there(place: PageContext<'_>, id: &str) -> Markup {
    let why = of_source(place.source, &format!("/why?q={}", crate::paths::segment(id)));
    let body = html! {
        p { (place.visitor.say(words::no_such_department(id))) " "
            a href=(why) { (place.visitor.say(words::ask_why(id))) } }
    };
    notice(Tone::Warning, &body)
}
