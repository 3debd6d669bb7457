//! What happened to one object, step by step: changes, log entries and events, each with its run.
//!
//! Not here: which of them there are (`object`), what follows from them (`why`).

use maud::{Markup, html};
use rollcall_browse::{EntryAbout, TrailStep};
use rollcall_host::history::ChangeRecord;
use rollcall_host::inbox::{EventState, EventWay, InboxEvent};
use rollcall_host::model::RunId;
use rollcall_words::Sentence;

use super::place::PageContext;
use super::words;
use crate::page::{self, Tone, badge, compare, moment};
use crate::paths::segment;
use crate::visitor::Preferences;

/// Steps one below the other.
pub(crate) fn list(steps: impl IntoIterator<Item = Markup>) -> Markup {
    html! { ol class="trail" { @for step in steps { li { (step) } } } }
}

/// A run as a link.
pub(crate) fn run_link(reader: Preferences, run: &RunId) -> Markup {
    html! { a href={ "/runs/" (segment(run.as_str())) } { (reader.say(words::run(run))) } }
}

/// A change, with what differs.
pub(crate) fn change(place: PageContext<'_>, step: &TrailStep) -> Markup {
    let reader = place.visitor.reader;
    let TrailStep { run, change } = step;
    let ChangeRecord { action, before, after, witness, refusal, .. } = &change.item;
    let action = page::action(*action);
    let (tone, what, came_to) = match refusal {
        None if run.dry_run => (Tone::Plain, action, Some(words::only_planned())),
        None => (Tone::Good, action, None),
        Some(_) if change.item.is_held() => (Tone::Warning, page::waits(change.item.action), None),
        Some(_) => (Tone::Bad, action, Some(words::refused())),
    };
    let differences = compare::compare(before.as_deref(), after.as_deref());
    html! {
        p class="row" {
            (badge(tone, &reader.say(what)))
            @if let Some(came_to) = came_to { (badge(tone, &reader.say(came_to))) }
            (moment(run.started_at))
            (run_link(reader, &run.id))
            span class="soft" {
                (reader.say(page::run_kind(run.kind))) " · " (reader.say(page::trigger(run.trigger)))
            }
        }
        @if let Some(witness) = witness { p { (reader.say(words::witness())) " " code { (witness) } } }
        @if let Some(refusal) = refusal { (page::diagnosis(reader, refusal)) }
        @if !differences.is_empty() {
            details {
                summary { (reader.say(words::n_differences(differences.len()))) }
                (compare::differences(reader, &differences))
            }
        }
    }
}

/// A log entry.
pub(crate) fn entry(place: PageContext<'_>, about: &EntryAbout) -> Markup {
    let reader = place.visitor.reader;
    let entry = &about.entry.item;
    html! {
        p class="row" {
            (page::severity(reader, entry.severity))
            (moment(about.started_at))
            (run_link(reader, &about.run))
        }
        (page::diagnosis(reader, &entry.diagnosis))
    }
}

/// An event.
pub(crate) fn event(place: PageContext<'_>, event: &InboxEvent) -> Markup {
    let reader = place.visitor.reader;
    let (tone, state) = event_state(event.state);
    html! {
        p class="row" {
            (badge(tone, &reader.say(state)))
            (moment(event.event.arrived_at))
            span { (reader.say(words::event())) " " code { (event.event.kind) } }
            span class="soft" { (reader.say(way(event.event.way))) }
            @if let Some(run) = &event.run { (run_link(reader, run)) }
        }
        @if let Some(born_at) = event.event.born_at {
            p class="soft" { (reader.say(words::born_at())) " " (moment(born_at)) }
        }
        @if let Some(failure) = &event.failure { (page::diagnosis(reader, &failure.diagnosis)) }
    }
}

fn event_state(state: EventState) -> (Tone, Sentence) {
    match state {
        EventState::Waiting => (Tone::Busy, words::event_waiting()),
        EventState::Done => (Tone::Good, words::event_done()),
        EventState::Failed => (Tone::Bad, words::event_failed()),
    }
}

fn way(way: EventWay) -> Sentence {
    match way {
        EventWay::Callback => words::way_callback(),
        EventWay::Stream => words::way_stream(),
        EventWay::Missed => words::way_missed(),
    }
}
