//! What is shown before something is done that a person should have looked at: what an approval would remove or clear, what
//! is undone.
//!
//! A page of its own, so that it asks once more without JavaScript, too.

use axum::extract::{Path, Query, State};
use maud::{Markup, html};
use rollcall_host::Identities;
use rollcall_host::history::{ChangeRecord, Numbered, Run, RunState};
use rollcall_host::sqlite::{ChangeCount, ChangeFilter, Outcome};
use rollcall_words::Sentence;
use serde::Deserialize;

use super::changes::name;
use super::head::Waits;
use super::list::cursor;
use super::run::{find, waits};
use super::{address, links, object_link, words};
use crate::console::Console;
use crate::page::table;
use crate::page::{self, Page, Tab, Tone};
use crate::problem::Problem;
use crate::visitor::{Reader, Visitor};

/// Held changes on one page.
///
/// 100. Why: each is one line.
const N_HELD: usize = 100;

/// From where on the list is shown.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Place {
    after: String,
}

/// `GET /runs/{run}/approve`.
pub(super) async fn approval(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<String>,
    Query(place): Query<Place>,
) -> Result<Page, Problem> {
    let run = find(&console, run).await?;
    let body = match waits(&console, &run).await? {
        Waits::Approval | Waits::Answer => question(&console, &visitor, &run, &place).await?,
        Waits::Nobody => page::notice(Tone::Plain, &html! { p { (visitor.say(words::nothing_waits())) } }),
    };
    let body = html! {
        p { a href=(links::run(&run.id)) { (visitor.say(words::back_to_run(&run.id))) } }
        (body)
    };
    Ok(Page::of_source(&visitor, &run.source, Tab::History, visitor.say(words::approve_title()), body))
}

/// `GET /runs/{run}/undo`.
pub(super) async fn undoing(
    State(console): State<Console>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Result<Page, Problem> {
    let run = find(&console, run).await?;
    let counts = console.store().change_counts(&run.id).await?;
    let applied: Vec<_> = counts.iter().filter(|count| count.outcome == Outcome::Applied).collect();
    let can_be = !run.dry_run && run.state != RunState::Running && !applied.is_empty();
    let body = html! {
        p { a href=(links::run(&run.id)) { (visitor.say(words::back_to_run(&run.id))) } }
        @if can_be {
            (page::notice(Tone::Warning, &html! {
                p { (visitor.say(words::undo_what())) }
                (amounts(visitor.reader, &applied))
                p { (visitor.say(words::undo_told())) }
                p { (visitor.say(words::undo_comes_back())) }
                @if visitor.who.may_manage() { (undo_form(&visitor, &run)) }
            }))
        } @else {
            (page::notice(Tone::Plain, &html! { p { (visitor.say(words::nothing_to_undo())) } }))
        }
    };
    Ok(Page::of_source(&visitor, &run.source, Tab::History, visitor.say(words::undo_title()), body))
}

fn undo_form(visitor: &Visitor, run: &Run) -> Markup {
    html! {
        form class="inline" method="post" action={ (links::run(&run.id)) "/undo" } {
            (page::csrf(visitor))
            button name="dry_run" value="true" { (visitor.say(words::undo_preview())) }
            button class="danger" { (visitor.say(words::undo_now())) }
        }
    }
}

/// How many of each type and action.
fn amounts(reader: Reader, counts: &[&ChangeCount]) -> Markup {
    html! {
        ul {
            @for count in counts {
                @let kind = reader.say(page::resource_type(&count.resource_type));
                @let action = reader.say(page::action(count.action));
                li { (reader.say(words::amount(page::count(count.n), kind, action))) }
            }
        }
    }
}

async fn question(console: &Console, visitor: &Visitor, run: &Run, place: &Place) -> Result<Markup, Problem> {
    let (reader, path) = (visitor.reader, format!("{}/approve", links::run(&run.id)));
    let held_back = console.host().held_back(&run.source, &run.id).await?;
    let told = held_back.told();
    let told = told.localized(reader.language.tag()).message;
    let holds_identities = console.host().held_identities(&run.id).await?;
    Ok(html! {
        (page::notice(Tone::Warning, &html! {
            p { (reader.say(words::approve_what(told))) }
            @if held_back.holds_scope() { p { (reader.say(words::approve_scope_told())) } }
            @if held_back.reads_everything() { p { (reader.say(words::approve_more())) } }
            p { (reader.say(words::approve_told())) }
            @if visitor.who.may_manage() {
                @if holds_identities {
                    (answers(visitor, &path))
                } @else {
                    @let label = if held_back.holds_scope() { words::approve_scope() } else { words::approve() };
                    (page::button(visitor, &path, "danger", label))
                }
            }
            p class="soft" { (reader.say(words::decline_told())) }
        }))
        (list(console, reader, run, place, &path).await?)
    })
}

/// The two answers about ids that belong to somebody else now.
fn answers(visitor: &Visitor, path: &str) -> Markup {
    let answer = |answer: Identities, class: &str, told: Sentence, label: Sentence| {
        html! {
            form method="post" action=(path) {
                (page::csrf(visitor))
                p { (visitor.say(told)) }
                button class=(class) name="identities" value=(answer.as_str()) { (visitor.say(label)) }
            }
        }
    };
    html! {
        (answer(Identities::SamePeople, "primary", words::same_people_told(), words::same_people()))
        (answer(Identities::OtherPeople, "danger", words::other_people_told(), words::other_people()))
    }
}

/// Who would leave or lose something, with what the source answered about each, or why it waits.
async fn list(
    console: &Console,
    reader: Reader,
    run: &Run,
    place: &Place,
    path: &str,
) -> Result<Markup, Problem> {
    let filter = ChangeFilter { outcome: Some(Outcome::Held), ..ChangeFilter::default() };
    let after = place.after.parse().ok();
    let limit = u32::try_from(N_HELD).unwrap_or(u32::MAX).saturating_add(1);
    let mut found = console.store().changes_where(&run.id, &filter, after, limit).await?;
    let has_more = N_HELD < found.len();
    found.truncate(N_HELD);
    let next =
        found.last().filter(|_| has_more).map(|last| address(path, &[("after", &last.number.to_string())]));
    let first = after.map(|_| path.to_owned());
    let names = [words::who_waits(), words::what_waits(), words::why_it_waits()];
    let columns = table::columns(reader, names);
    Ok(html! {
        div class="sheet scroll" {
            (table::table(&columns, found.iter().map(|Numbered { item, .. }| row(reader, run, item))))
        }
        (cursor(reader, first, next))
    })
}

fn row(reader: Reader, run: &Run, change: &ChangeRecord) -> [Markup; 3] {
    [
        object_link(reader, &run.source, &change.key, name(change)),
        html! {
            @match change.waiting_attribute() {
                Some(attribute) => (reader.say(words::would_lose(attribute))),
                None => (reader.say(page::would_be(change.action))),
            }
        },
        html! {
            @match (&change.witness, &change.refusal) {
                (Some(witness), _) => q { (witness) },
                (None, Some(why)) => (why.localized(reader.language.tag()).message),
                (None, None) => "–",
            }
        },
    ]
}
