//! The head of a run's page: how it stands, what it counted, why it could not go on, and what can be done about it.
//!
//! Not here: what it changed (`changes`) and what it wrote down (`log`).

use maud::{Markup, html};
use rollcall_host::history::{Counters, Run, RunKind, RunState};
use rollcall_words::Sentence;

use super::balance::Balance;
use super::list::what;
use super::stage::Seen;
use super::words;
use crate::page::{self, Tone, links};
use crate::visitor::{Preferences, Visitor};

/// How a run stands, as a part that is drawn again while it is under way.
pub(super) fn state(reader: Preferences, seen: &Seen) -> Markup {
    let run = &seen.run;
    html! {
        @let state = reader.say(page::state_of_run(run).1);
        section id="run-state" data-say={ (reader.say(words::run_title(&run.id, &run.source))) ": " (state) } {
            div class="row" {
                (page::run_state(reader, run))
                span { (seen.took(reader)) }
            }
            (seen.stage(reader))
            @if let Some(failure) = &run.failure {
                (page::notice(Tone::Bad, &page::diagnosis(reader, &failure.diagnosis)))
            } @else if run.state == RunState::Interrupted {
                (page::notice(Tone::Bad, &html! { p { (reader.say(words::interrupted())) } }))
            }
            (figures(reader, &run.counters))
            @if let Some(explained) = Balance::of(run).explained() { p class="soft" { (reader.say(explained)) } }
            @if let Some(n) = run.drift().filter(|n| 0 < *n) {
                p { (reader.say(words::drift_told(page::count(n)))) }
            }
        }
    }
}

fn figures(reader: Preferences, counters: &Counters) -> Markup {
    let Counters { read, created, updated, unchanged, skipped, rejected, deactivated, deleted, kept, held } =
        *counters;
    let read_and_so = [
        (words::read(), read),
        (words::created(), created),
        (words::updated(), updated),
        (words::unchanged(), unchanged),
        (words::skipped(), skipped),
        (words::rejected(), rejected),
    ];
    let departed = [
        (words::deactivated(), deactivated),
        (words::deleted(), deleted),
        (words::kept(), kept),
        (words::held(), held),
    ];
    html! {
        div class="figures" {
            @for (word, n) in read_and_so.into_iter().chain(departed) {
                div { span class="n" { (page::count(n)) } span class="of" { (reader.say(word)) } }
            }
        }
    }
}

/// What a run is, which does not change.
pub(super) fn facts(reader: Preferences, run: &Run) -> Markup {
    let connector = &run.connector;
    let rows = [
        (words::source(), html! { a href=(links::history(Some(&run.source))) { (run.source) } }),
        (words::kind(), what(reader, run)),
        (words::trigger(), html! { (reader.say(page::trigger(run.trigger))) }),
        (words::started(), page::moment(run.started_at)),
        (
            words::connector(),
            html! { (connector.id) " " (connector.version) " " code { (connector.digest) } },
        ),
    ];
    page::facts(rows.map(|(word, value)| (reader.say(word), value)))
}

/// What can be done about a run. A part of its own: it changes when the run's state does, so a button stays under the
/// reader's hand.
pub(super) fn actions(visitor: &Visitor, run: &Run, waits: Waits, held: &Markup) -> Markup {
    let path = links::run(&run.id);
    let may_manage = visitor.who.may_manage();
    html! {
        div id="run-actions" {
            (not_put_back(visitor, run))
            @if waits != Waits::Nobody {
                @let told = if waits == Waits::Answer { words::identities_wait() } else { words::held_waits() };
                (page::notice(Tone::Warning, &html! {
                    (held)
                    p { (visitor.say(told)) }
                    @if may_manage {
                        p { a class="button primary" href={ (path) "/approve" } { (visitor.say(words::look_and_approve())) } }
                    }
                }))
            } @else if !held.0.is_empty() {
                (page::notice(Tone::Plain, &html! {
                    (held)
                    @if may_manage { p { a href={ (path) "/approve" } { (visitor.say(words::decide_after_all())) } } }
                }))
            }
            @if may_manage {
                div class="row" {
                    @for offer in offers(run) {
                        @match offer {
                            Offer::Cancel => (page::careful_button(
                                visitor, &format!("{path}/cancel"), "danger", words::cancel_run(), words::cancel_question(),
                            )),
                            Offer::Retry(label) => (page::button(visitor, &format!("{path}/retry"), "", label)),
                            Offer::Undo => a class="button" href={ (path) "/undo" } { (visitor.say(words::undo())) },
                        }
                    }
                }
            }
        }
    }
}

/// Whoever undid a run asked for each object, and is told at once that some stay as they are.
fn not_put_back(visitor: &Visitor, run: &Run) -> Markup {
    let n = run.counters.rejected.saturating_add(run.counters.kept);
    let is_told = run.kind == RunKind::Undo && run.state != RunState::Running && 0 < n;
    html! {
        @if is_told {
            (page::notice(Tone::Warning, &html! {
                p { (visitor.say(words::not_put_back(page::count(n)))) " " a href="#log" { (visitor.say(words::log())) } }
            }))
        }
    }
}

/// Whether a run waits for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Waits {
    /// What it held may still be approved.
    Approval,
    /// The same, and it holds ids that belong to somebody else now, about which a person has two answers.
    Answer,
    /// It waits for nobody.
    Nobody,
}

/// What is offered to be done about a run.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Offer {
    Cancel,
    /// The same again, called like this.
    Retry(Sentence),
    Undo,
}

fn offers(run: &Run) -> Vec<Offer> {
    let mut offers = Vec::new();
    if run.state == RunState::Running {
        offers.push(Offer::Cancel);
        return offers;
    }
    let label = match (run.kind, run.dry_run) {
        (RunKind::Full, true) => words::import_as_planned(),
        (RunKind::Full, false) => words::import_again(),
        (RunKind::Refresh | RunKind::Events, true) => words::refresh_as_planned(),
        (RunKind::Refresh | RunKind::Events, false) => words::retry_failed(),
        (RunKind::Undo, true) => words::undo_as_planned(),
        (RunKind::Undo, false) => words::undo_again(),
    };
    let has_ended_badly = match run.state {
        RunState::Failed | RunState::Partial | RunState::Cancelled | RunState::Interrupted => true,
        RunState::Running | RunState::Succeeded | RunState::Held => false,
    };
    if has_ended_badly || run.dry_run {
        offers.push(Offer::Retry(label));
    }
    let Counters { created, updated, deactivated, deleted, .. } = run.counters;
    if !run.dry_run && 0 < created.saturating_add(updated).saturating_add(deactivated).saturating_add(deleted)
    {
        offers.push(Offer::Undo);
    }
    offers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pages::history::testing::run;

    fn with(state: RunState, created: u64) -> Run {
        Run { state, counters: Counters { read: created, created, ..Counters::default() }, ..run("1") }
    }

    #[test]
    fn whoever_undid_a_run_is_told_at_its_head_what_stays_as_it_is() {
        let visitor = crate::testing::administrator(rollcall_words::Language::English);
        let told = |kind, kept| {
            let counters = Counters { kept, ..Counters::default() };
            let run = Run { kind, state: RunState::Partial, counters, ..run("1") };
            actions(&visitor, &run, Waits::Nobody, &html! {})
                .into_string()
                .contains("Objects that stay as they are: 2")
        };
        assert_eq!(
            [told(RunKind::Undo, 2), told(RunKind::Undo, 0), told(RunKind::Full, 2)],
            [true, false, false]
        );
    }

    #[test]
    fn a_run_that_is_under_way_can_be_cancelled_and_nothing_else() {
        assert_eq!(offers(&with(RunState::Running, 5)), [Offer::Cancel]);
    }

    #[test]
    fn what_went_well_can_be_undone_if_it_changed_something() {
        assert_eq!(offers(&with(RunState::Succeeded, 0)), []);
        assert_eq!(offers(&with(RunState::Succeeded, 1)), [Offer::Undo]);
    }

    #[test]
    fn what_went_badly_can_be_tried_again() {
        assert_eq!(offers(&with(RunState::Partial, 1)), [Offer::Retry(words::import_again()), Offer::Undo]);
        let events = Run { kind: RunKind::Events, ..with(RunState::Failed, 0) };
        assert_eq!(offers(&events), [Offer::Retry(words::retry_failed())]);
    }

    #[test]
    fn a_plan_can_be_carried_out_and_has_nothing_to_undo() {
        let plan = Run { dry_run: true, ..with(RunState::Succeeded, 5) };
        assert_eq!(offers(&plan), [Offer::Retry(words::import_as_planned())]);
    }
}
