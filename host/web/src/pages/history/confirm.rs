//! What is shown before something is done that a person should have looked at: what an approval would remove or clear, what
//! is undone.
//!
//! A page of its own, so that it asks once more without JavaScript, too.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Path, State};
use maud::{Markup, html};
use rollcall_browse::{ChangeCount, ChangeOutcome};
use rollcall_host::Identities;
use rollcall_host::approval::WouldLeave;
use rollcall_host::decision::{Decision, Matter, Verdict};
use rollcall_host::history::{ChangeRecord, Run, RunState};
use rollcall_host::model::Key;
use rollcall_words::Sentence;

use super::changes::name;
use super::decide::{OBJECT, TICKED, WHICH, object};
use super::head::Waits;
use super::held;
use super::run::{find, waits};
use super::words;
use crate::page::links::{self, object_link};
use crate::page::{self, Page, Tab, Tone, table};
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::held::HeldRemovals;
use crate::visitor::{Preferences, Visitor};

/// `GET /runs/{run}/approve`.
pub(super) async fn approval(
    State(services): State<Services>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Result<Page, Problem> {
    let run = find(&services, run).await?;
    let decisions = services.host().decisions(&run.source, &run.id).await?;
    let is_declined = decisions.iter().any(|decision| decision.verdict == Verdict::Declined);
    let waits = waits(&services, &run).await?;
    let body = match waits {
        Waits::Approval | Waits::Answer => question(&services, &visitor, &run, &decisions, waits).await?,
        // What was declined may be done after all, as long as it may be decided about.
        Waits::Nobody if is_declined && services.now() < held::until(&run) => {
            question(&services, &visitor, &run, &decisions, waits).await?
        }
        Waits::Nobody => html! {
            (page::notice(Tone::Plain, &html! {
                p { (visitor.say(words::nothing_waits())) }
                (held::decisions(visitor.reader, &decisions))
            }))
        },
    };
    let body = html! {
        p { a href=(links::run(&run.id)) { (visitor.say(words::back_to_run(&run.id))) } }
        (body)
    };
    Ok(Page::of_source(&visitor, &run.source, Tab::History, visitor.say(words::approve_title()), body))
}

/// `GET /runs/{run}/undo`.
pub(super) async fn undoing(
    State(services): State<Services>,
    visitor: Visitor,
    Path(run): Path<String>,
) -> Result<Page, Problem> {
    let run = find(&services, run).await?;
    let counts = services.store().change_counts(&run.id).await?;
    let applied: Vec<_> = counts.iter().filter(|count| count.outcome == ChangeOutcome::Applied).collect();
    let can_be = !run.dry_run && run.state != RunState::Running && !applied.is_empty();
    let would_leave =
        if can_be { services.host().undo_would_remove(&run.source, &run.id).await? } else { None };
    let body = html! {
        p { a href=(links::run(&run.id)) { (visitor.say(words::back_to_run(&run.id))) } }
        @if can_be {
            (page::notice(Tone::Warning, &html! {
                @if let Some(would_leave) = &would_leave {
                    @let told = would_leave.told();
                    p { b { (page::as_sentence(told.localized(visitor.reader.language.tag()).message)) } }
                }
                p { (visitor.say(words::undo_what())) }
                (amounts(visitor.reader, &applied))
                p { (visitor.say(words::undo_told())) }
                p { (visitor.say(words::undo_comes_back())) }
                @if visitor.who.may_manage() { (undo_form(&visitor, &run, would_leave.as_ref())) }
            }))
        } @else {
            (page::notice(Tone::Plain, &html! { p { (visitor.say(words::nothing_to_undo())) } }))
        }
    };
    Ok(Page::of_source(&visitor, &run.source, Tab::History, visitor.say(words::undo_title()), body))
}

fn undo_form(visitor: &Visitor, run: &Run, would_leave: Option<&WouldLeave>) -> Markup {
    html! {
        form method="post" action={ (links::run(&run.id)) "/undo" } {
            (page::csrf(visitor))
            @if let Some(would_leave) = would_leave { (number(visitor, words::type_to_undo(would_leave.n()))) }
            div class="row" {
                button name="dry_run" value="true" { (visitor.say(words::undo_preview())) }
                button class="danger" { (visitor.say(words::undo_now())) }
            }
        }
    }
}

/// The field for the number of objects that would be removed.
fn number(visitor: &Visitor, label: Sentence) -> Markup {
    html! {
        div class="field number" {
            label for="removals" { (visitor.say(label)) }
            input id="removals" name="removals" inputmode="numeric" autocomplete="off";
        }
    }
}

/// How many of each type and action.
fn amounts(reader: Preferences, counts: &[&ChangeCount]) -> Markup {
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

async fn question(
    services: &Services,
    visitor: &Visitor,
    run: &Run,
    decisions: &[Decision],
    waits: Waits,
) -> Result<Markup, Problem> {
    let (reader, held) = (visitor.reader, HeldRemovals::of(services, run).await?);
    let changes = held::changes(services, run).await?;
    let by_department = held::by_department(services, reader, run, &changes).await?;
    let decided = Decided::of(decisions);
    Ok(html! {
        (page::notice(Tone::Warning, &html! {
            @if let Some(held) = &held {
                @let told = held.held_back.told();
                @if let Some(told) = held::told(held, reader) { p { b { (told) } } }
                (by_department)
                p { (reader.say(words::approve_what(told.localized(reader.language.tag()).message))) }
                @if held.held_back.holds_scope() { p { (reader.say(words::approve_scope_told())) } }
                @if held.held_back.reads_everything() { p { (reader.say(words::approve_more())) } }
            } @else {
                p { (reader.say(words::all_decided())) }
            }
            (held::decisions(reader, decisions))
            p { (reader.say(words::approve_told())) }
            p class="soft" { (reader.say(words::decide_until())) " " (page::moment(held::until(run))) }
        }))
        @if visitor.who.may_manage() {
            form method="post" action={ (links::run(&run.id)) "/approve" } {
                (page::csrf(visitor))
                (list(reader, run, &changes, &decided, is_divisible(held.as_ref())))
                (answer(visitor, run, held.as_ref(), waits))
            }
        } @else {
            (list(reader, run, &changes, &decided, false))
        }
    })
}

/// Whether some of it may be chosen: a smaller scope is one matter.
fn is_divisible(held: Option<&HeldRemovals>) -> bool {
    held.is_none_or(|held| !held.held_back.holds_scope())
}

/// What a person says: about what, with which number, or why not.
fn answer(visitor: &Visitor, run: &Run, held: Option<&HeldRemovals>, waits: Waits) -> Markup {
    html! {
        @if is_divisible(held) {
            @if held.is_some() {
                p { (visitor.say(words::about_what())) " " (n_ticked(visitor)) }
            } @else {
                input type="hidden" name=(WHICH) value=(TICKED);
                p { (n_ticked(visitor)) }
            }
        }
        fieldset {
            legend { (visitor.say(words::your_answer())) }
            @match held {
                Some(held) if held.would_leave.n() == 0 => {},
                Some(held) if waits == Waits::Answer && held.if_same_people.n() != held.would_leave.n() => {
                    (number(visitor, words::type_by_answer(held.if_same_people.n(), held.would_leave.n())))
                },
                Some(held) => (number(visitor, words::type_to_approve(held.would_leave.n()))),
                None => (number(visitor, words::type_what_is_ticked())),
            }
            @if waits == Waits::Answer {
                (answers(visitor))
            } @else {
                @let has_scope = held.is_some_and(|held| held.held_back.holds_scope());
                @let label = if has_scope { words::approve_scope() } else { words::approve() };
                p { button class="danger" { (visitor.say(label)) } }
            }
        }
        fieldset {
            legend { (visitor.say(words::decline_title())) }
            p { (visitor.say(words::decline_told())) }
            div class="field" {
                label for="reason" { (visitor.say(words::reason())) }
                textarea id="reason" name="reason" maxlength="500" rows="3" {}
            }
            p { button formaction={ (links::run(&run.id)) "/decline" } { (visitor.say(words::decline())) } }
        }
    }
}

/// How many are ticked, where the script counts them.
fn n_ticked(visitor: &Visitor) -> Markup {
    html! { b class="ticked" role="status" data-ticked=(visitor.say(words::n_ticked())) {} }
}

/// The two answers about ids that belong to somebody else now.
fn answers(visitor: &Visitor) -> Markup {
    let answer = |answer: Identities, class: &str, told: Sentence, label: Sentence| {
        html! {
            p { (visitor.say(told)) }
            p { button class=(class) name="identities" value=(answer.as_str()) { (visitor.say(label)) } }
        }
    };
    html! {
        (answer(Identities::SamePeople, "primary", words::same_people_told(), words::same_people()))
        (answer(Identities::OtherPeople, "danger", words::other_people_told(), words::other_people()))
    }
}

/// What was decided of each object: the last word.
struct Decided<'a> {
    of: BTreeMap<&'a Key, &'a Decision>,
}

impl<'a> Decided<'a> {
    fn of(decisions: &'a [Decision]) -> Self {
        let each = |decision: &'a Decision| {
            let matters = decision.about.iter().flatten();
            matters.filter_map(Matter::key).map(move |key| (key, decision))
        };
        Self { of: decisions.iter().flat_map(each).collect() }
    }
}

/// Who would leave or lose something, with what the source answered about each, or why it waits; with a box to tick.
fn list(
    reader: Preferences,
    run: &Run,
    changes: &[ChangeRecord],
    decided: &Decided<'_>,
    has_boxes: bool,
) -> Markup {
    let names = [words::who_waits(), words::what_waits(), words::why_it_waits()];
    let columns = table::columns(reader, names);
    let mut ticked = BTreeSet::new();
    let rows = changes.iter().map(|change| {
        // Somebody else under a known id is two records of one object.
        let has_box = has_boxes && ticked.insert(&change.key);
        row(reader, run, change, decided, has_box)
    });
    html! {
        div class="sheet scroll tall" tabindex="0" role="region" aria-label=(reader.say(words::what_waits())) {
            (table::table(&columns, rows))
        }
    }
}

fn row(
    reader: Preferences,
    run: &Run,
    change: &ChangeRecord,
    decided: &Decided<'_>,
    has_box: bool,
) -> [Markup; 3] {
    let called = name(change).unwrap_or(&change.key.external_id);
    [
        html! {
            @if has_box {
                input type="checkbox" name=(OBJECT) value=(object(&change.key)) aria-label=(reader.say(words::tick(called)));
                " "
            }
            (object_link(reader, &run.source, &change.key, name(change)))
        },
        html! {
            @match change.waiting_attribute() {
                Some(attribute) => (reader.say(words::would_lose(attribute))),
                None => (reader.say(page::would_be(change.action))),
            }
            @if let Some(decision) = decided.of.get(&change.key) {
                @let word = match decision.verdict {
                    Verdict::Approved => words::is_approved(),
                    Verdict::Declined | Verdict::Over => words::is_declined(),
                };
                " " (page::badge(Tone::Plain, &reader.say(word)))
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
