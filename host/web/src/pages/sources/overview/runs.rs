//! The last runs of a source.

use maud::{Markup, html};
use rollcall_host::history::{Counters, Run};

use super::Shown;
use crate::page::{self, Tone, table};
use crate::pages::sources::named::base;
use crate::pages::sources::words;
use crate::paths::segment;
use crate::visitor::Visitor;

/// The last runs, newest first, and the way to all of them.
pub(super) fn draw(visitor: &Visitor, shown: &Shown) -> Markup {
    let names = [
        words::column_run(),
        words::column_kind(),
        words::column_state(),
        words::column_changes(),
        words::column_started(),
        words::column_took(),
    ];
    let columns = table::columns(visitor.reader, names);
    html! {
        section class="sheet" {
            h2 { (visitor.say(words::last_runs())) }
            @if shown.runs.is_empty() {
                (page::nothing(&visitor.say(words::no_runs())))
            } @else {
                div class="scroll" {
                    (table::table(&columns, shown.runs.iter().map(|run| row(visitor, run))))
                }
                p { a href={ (base(&shown.standing.name)) "/history" } { (visitor.say(words::all_runs())) } }
            }
        }
    }
}

fn row(visitor: &Visitor, run: &Run) -> [Markup; 6] {
    let took = run.finished_at.map(|end| end.unix_ms().saturating_sub(run.started_at.unix_ms()));
    [
        html! { a href={ "/runs/" (segment(run.id.as_str())) } { "#" (run.id) } },
        html! {
            (visitor.say(page::run_kind(run.kind))) " · " (visitor.say(page::trigger(run.trigger)))
            @if run.dry_run { " " (page::badge(Tone::Plain, &visitor.say(words::rehearsal()))) }
        },
        page::run_state(visitor.reader, run),
        html! { (changes(visitor, &run.counters)) },
        page::moment(run.started_at),
        html! { @match took { Some(took) => (page::duration(visitor.reader, took)), None => "–" } },
    ]
}

fn changes(visitor: &Visitor, counters: &Counters) -> String {
    let Counters { created, updated, deactivated, deleted, rejected, .. } = *counters;
    let departed = deactivated.saturating_add(deleted);
    let counted = [
        (created, words::n_created(page::count(created))),
        (updated, words::n_updated(page::count(updated))),
        (departed, words::n_departed(page::count(departed))),
        (rejected, words::n_refused(page::count(rejected))),
    ];
    let said: Vec<String> =
        counted.into_iter().filter(|(n, _)| *n != 0).map(|(_, sentence)| visitor.say(sentence)).collect();
    if said.is_empty() { visitor.say(words::no_changes()) } else { said.join(", ") }
}
