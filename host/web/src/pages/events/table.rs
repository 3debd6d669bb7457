//! Events as a table: of an inbox, or of the run that acted on them.

use maud::{Markup, html};
use rollcall_host::inbox::{EventState, EventWay, InboxEvent};
use rollcall_host::model::SourceName;
use rollcall_words::Sentence;

use super::words;
use crate::page::links::object_link;
use crate::page::table::{self, Column, Row};
use crate::page::{self, Tone};
use crate::paths::segment;
use crate::visitor::{Preferences, Visitor};

/// Objects that are shown of one event.
///
/// 5. Why: most events name one, and a row stays a row.
const N_SUBJECTS: usize = 5;

/// The events that a run acted on: when they happened, and how long until what they told was stored.
pub(crate) fn of_run(reader: Preferences, source: &SourceName, events: &[InboxEvent]) -> Markup {
    let names =
        [words::number(), words::kind(), words::about(), words::born(), words::arrived(), words::state()];
    let mut columns = table::columns(reader, names);
    columns.push(Column::number(reader.say(words::latency())));
    let rows = events.iter().map(|event| {
        [
            html! { (event.number) },
            html! { code { (event.event.kind) } },
            subjects(reader, source, event),
            page::moment_or_none(event.event.born_at),
            page::moment(event.event.arrived_at),
            state(reader, event),
            html! { (latency(reader, event)) },
        ]
    });
    html! { div class="scroll" { (table::table(&columns, rows)) } }
}

/// The events of an inbox. Failed ones have a button that lets them be tried again.
pub(super) fn of_inbox(visitor: &Visitor, source: &SourceName, events: &[InboxEvent]) -> Markup {
    let reader = visitor.reader;
    let columns = [
        Column::new(reader.say(words::number())),
        Column::new(reader.say(words::arrived())),
        Column::new(reader.say(words::way())),
        Column::new(reader.say(words::kind())),
        Column::new(reader.say(words::about())),
        Column::new(reader.say(words::state())),
        Column::number(reader.say(words::attempts())),
        Column::new(reader.say(words::run())),
        Column::number(reader.say(words::latency())),
    ];
    html! { div class="scroll" { (table::table(&columns, events.iter().map(|event| row(visitor, source, event)))) } }
}

fn row(visitor: &Visitor, source: &SourceName, event: &InboxEvent) -> Row {
    let reader = visitor.reader;
    let cells = [
        html! { (event.number) },
        page::moment(event.event.arrived_at),
        html! { (reader.say(way(event.event.way))) },
        html! { code { (event.event.kind) } },
        subjects(reader, source, event),
        html! {
            (state(reader, event))
            (again_at(reader, event))
            @if let Some(failure) = &event.failure { (page::diagnosis(reader, &failure.diagnosis)) }
            @if event.state == EventState::Failed && visitor.who.may_manage() { (retry(visitor, source, event)) }
        },
        html! { (event.n_attempts) },
        html! { @if let Some(run) = &event.run { a href={ "/runs/" (segment(run.as_str())) } { "#" (run) } } },
        html! { (latency(reader, event)) },
    ];
    Row::from(cells).with_id(format!("event-{}", event.number))
}

/// When an event is tried again that was tried in vain.
fn again_at(reader: Preferences, event: &InboxEvent) -> Markup {
    let due_at = event.due_at.filter(|_| event.state == EventState::Waiting && 0 < event.n_attempts);
    html! {
        @if let Some(due_at) = due_at {
            div class="soft" { (reader.say(words::again_at())) " " (page::moment(due_at)) }
        }
    }
}

fn retry(visitor: &Visitor, source: &SourceName, event: &InboxEvent) -> Markup {
    html! {
        form class="inline" method="post" action={ "/sources/" (source) "/events/retry" } {
            (page::csrf(visitor))
            input type="hidden" name="number" value=(event.number);
            button id={ "retry-" (event.number) } { (visitor.say(words::retry())) }
        }
    }
}

fn subjects(reader: Preferences, source: &SourceName, event: &InboxEvent) -> Markup {
    let subjects = &event.event.subjects;
    html! {
        @for (place, key) in subjects.iter().take(N_SUBJECTS).enumerate() {
            @if 0 < place { ", " }
            (object_link(reader, source, key, None))
        }
        @if let Some(n) = subjects.len().checked_sub(N_SUBJECTS).filter(|n| 0 < *n) {
            " " span class="soft" { (reader.say(words::and_more(n))) }
        }
    }
}

/// From the moment when it happened until what it told was stored.
fn latency(reader: Preferences, event: &InboxEvent) -> String {
    let took_ms = match (event.state, event.event.born_at, event.settled_at) {
        (EventState::Done, Some(born_at), Some(settled_at)) => {
            // Two clocks: the source's may be ahead.
            Some(settled_at.unix_ms().saturating_sub(born_at.unix_ms()).max(0))
        }
        (EventState::Done | EventState::Waiting | EventState::Failed, _, _) => None,
    };
    took_ms.map_or_else(|| "–".to_owned(), |took_ms| page::duration(reader, took_ms))
}

fn state(reader: Preferences, event: &InboxEvent) -> Markup {
    let (tone, word) = match event.state {
        EventState::Waiting => (Tone::Busy, words::state_waiting()),
        EventState::Done => (Tone::Good, words::state_done()),
        EventState::Failed => (Tone::Bad, words::state_failed()),
    };
    page::badge(tone, &reader.say(word))
}

fn way(way: EventWay) -> Sentence {
    match way {
        EventWay::Callback => words::way_callback(),
        EventWay::Stream => words::way_stream(),
        EventWay::Missed => words::way_missed(),
    }
}

#[cfg(test)]
mod tests {
    use rollcall_host::inbox::NewEvent;
    use rollcall_host::model::{Key, Timestamp};

    use super::*;
    use crate::testing::NOW;

    fn event(born_at: Option<i64>, settled_at: Option<i64>) -> InboxEvent {
        let subjects = (0..7).map(|n| Key::new("User", format!("u/{n}"))).collect();
        InboxEvent {
            number: 1,
            event: NewEvent {
                id: "e-1".to_owned(),
                kind: "user_modify".to_owned(),
                payload: String::new(),
                born_at: born_at.map(Timestamp::from_unix_ms),
                subjects,
                arrived_at: NOW,
                way: EventWay::Stream,
            },
            state: EventState::Done,
            n_attempts: 0,
            due_at: None,
            run: None,
            settled_at: settled_at.map(Timestamp::from_unix_ms),
            failure: None,
        }
    }

    #[test]
    fn the_latency_runs_from_birth_to_storage_and_is_never_negative() {
        let told = |born_at, settled_at| latency(Preferences::default(), &event(born_at, settled_at));
        assert_eq!(
            [told(Some(1000), Some(1042)), told(Some(2000), Some(1000)), told(None, Some(1000))],
            ["42 ms", "0 ms", "–"]
        );
    }

    #[test]
    fn an_event_about_many_objects_names_the_first_ones_and_counts_the_rest() {
        let source = SourceName::new("a").unwrap();
        let drawn = subjects(Preferences::default(), &source, &event(None, None)).into_string();
        assert_eq!((drawn.matches("<a ").count(), drawn.contains("and 2 more")), (5, true));
    }
}
