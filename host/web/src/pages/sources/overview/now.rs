//! What an administrator should see first: what stands in the way, what waits for them, what is under way.

use maud::{Markup, html};

use super::Shown;
use crate::page::{self, Tone};
use crate::pages::history::stage::Seen;
use crate::pages::sources::named::base;
use crate::pages::sources::words;
use crate::paths::segment;
use crate::services::Services;
use crate::sources::standing::{SourceStatus, State as Stands};
use crate::visitor::Visitor;

/// Held runs that are shown.
///
/// 5. Why: usually there is one; the history has all of them.
const HELD_RUNS: usize = 5;

/// What stands in the way, and what waits for a person.
pub(super) fn notices(visitor: &Visitor, shown: &Shown) -> Markup {
    let standing = &shown.standing;
    html! {
        @match standing.state {
            Stands::SecretsCleared => (secrets_cleared(visitor, standing)),
            Stands::Broken => {
                @if let Some(why) = &standing.diagnosis {
                    (page::notice(Tone::Bad, &page::diagnosis(visitor.reader, why)))
                }
            },
            Stands::Unconfirmed => (unconfirmed(visitor, standing)),
            Stands::Idle => (page::notice(Tone::Plain, &html! { p { (visitor.say(words::idle_explained())) } })),
            Stands::Stopped => (stopped(visitor, standing)),
            Stands::Followed => {},
        }
        @if let Some(unheard) = &standing.unheard {
            (page::notice(Tone::Bad, &html! {
                p { (visitor.say(words::asked_in_vain())) " " (page::moment(unheard.at)) }
                (page::diagnosis(visitor.reader, &unheard.diagnosis))
            }))
        }
        @if standing.following.is_paused && standing.has_schedule {
            (page::notice(Tone::Plain, &html! { p { (visitor.say(words::paused_explained())) } }))
        }
        @if let Some(left_out) = &standing.left_out { (page::left_out(visitor, left_out)) }
        @if standing.is_held() {
            (page::notice(Tone::Warning, &html! {
                @if let Some(told) = &standing.would_leave {
                    p { b { (page::as_sentence(told.localized(visitor.reader.language.tag()).message)) } }
                }
                p { (visitor.say(words::held_explained())) }
                @for run in standing.held_runs.iter().take(HELD_RUNS) {
                    a class="button" href={ "/runs/" (segment(run.id.as_str())) } {
                        (visitor.say(words::look_at_run(&run.id)))
                    } " "
                }
            }))
        }
    }
}

fn unconfirmed(visitor: &Visitor, standing: &SourceStatus) -> Markup {
    page::notice(
        Tone::Warning,
        &html! {
            p { (visitor.say(words::unconfirmed_explained())) }
            ul { @for origin in &standing.unconfirmed_origins { li { code { (origin) } } } }
            @if visitor.who.may_manage() {
                a class="button primary" href={ (base(&standing.name)) "/origins" } {
                    (visitor.say(words::confirm_origins()))
                }
            }
        },
    )
}

fn secrets_cleared(visitor: &Visitor, standing: &SourceStatus) -> Markup {
    html! {
        @if let Some(why) = &standing.diagnosis {
            (page::notice(Tone::Bad, &html! {
                (page::diagnosis(visitor.reader, why))
                @if visitor.who.may_manage() {
                    a class="button primary" href={ (base(&standing.name)) "/edit" } {
                        (visitor.say(words::enter_secrets()))
                    }
                }
            }))
        }
    }
}

fn stopped(visitor: &Visitor, standing: &SourceStatus) -> Markup {
    html! {
        @if let Some(stopped) = &standing.following.stopped {
            (page::notice(Tone::Bad, &html! {
                (page::diagnosis(visitor.reader, &stopped.failure.diagnosis))
                p class="soft" { (visitor.say(words::stopped_since())) " " (page::moment(stopped.at)) }
                @if visitor.who.may_manage() {
                    (page::button(visitor, &format!("{}/resume", base(&standing.name)), "primary", words::resume()))
                }
            }))
        }
    }
}

/// The run that is under way, with what it has read and the way to it.
pub(super) fn under_way(services: &Services, visitor: &Visitor, shown: &Shown) -> Markup {
    html! {
        @if let Some(run) = &shown.standing.running {
            section class="sheet" {
                h2 { (visitor.say(words::under_way())) }
                p {
                    a href={ "/runs/" (segment(run.id.as_str())) } { (visitor.say(page::run_kind(run.kind))) }
                    ", " (visitor.say(page::trigger(run.trigger)))
                    @if run.dry_run { " " (page::badge(Tone::Plain, &visitor.say(words::rehearsal()))) }
                    " " span class="soft" { (page::moment(run.started_at)) }
                }
                (Seen::new(services, run.clone()).stage(visitor.reader))
                p class="soft" { (visitor.say(words::read_so_far(page::count(run.counters.read)))) }
                @if visitor.who.may_manage() {
                    (page::careful_button(
                        visitor, &format!("/runs/{}/cancel", segment(run.id.as_str())), "danger",
                        words::cancel_run(), words::cancel_question(),
                    ))
                }
            }
        }
    }
}
