//! The list of identity sources, live.

use axum::extract::{Query, State};
use axum::response::IntoResponse;
use maud::{Markup, html};
use rollcall_host::history::Run;
use rollcall_host::inbox::{ChannelState, InboxCounts};
use rollcall_host::proof::LeftOut;
use serde::Deserialize;

use super::named::base;
use crate::live::{Drawn, Watcher};
use crate::page::{self, Page, Tab, Tone, table};
use crate::pages::history::stage::Seen;
use crate::pages::sources::words;
use crate::paths::segment;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::standing::{self, SourceStatus, State as Stands};
use crate::sources::{ConfiguredIn, Sources};
use crate::visitor::Visitor;

/// The id of the part that changes.
const PART: &str = "sources";

/// What just happened.
#[derive(Deserialize)]
pub(super) struct SourcesNotice {
    removed: Option<String>,
}

/// The list.
pub(super) async fn page(
    State(sources): State<Sources>,
    visitor: Visitor,
    Query(news): Query<SourcesNotice>,
) -> Result<Page, Problem> {
    let all = standing::of_all(&sources).await?;
    let body = html! {
        @if let Some(name) = &news.removed {
            (page::notice(Tone::Good, &html! { p { (visitor.say(words::removed(name))) } }))
        }
        @if visitor.who.may_manage() {
            p { a class="button primary" href="/sources/new" { (visitor.say(words::add_source())) } }
        }
        (table(sources.services(), &visitor, &all))
    };
    Ok(Page::new(&visitor, Tab::Sources, visitor.say(words::sources()), body))
}

/// The list as it changes.
pub(super) async fn live(
    State(sources): State<Sources>,
    visitor: Visitor,
    watcher: Watcher,
) -> impl IntoResponse {
    watcher.stream(move || {
        let (sources, visitor) = (sources.clone(), visitor.clone());
        async move {
            let all = standing::of_all(&sources).await?;
            Ok(Drawn {
                parts: vec![(PART.to_owned(), table(sources.services(), &visitor, &all))],
                is_final: false,
            })
        }
    })
}

fn table(services: &Services, visitor: &Visitor, sources: &[SourceStatus]) -> Markup {
    let names = [
        words::column_source(),
        words::column_connector(),
        words::column_state(),
        words::column_last_run(),
        words::column_next_run(),
        words::column_events(),
    ];
    let columns = table::columns(visitor.reader, names);
    html! {
        div id=(PART) data-live="/live/sources" {
            @for source in sources { (waits(visitor, source)) }
            @if sources.is_empty() {
                div class="sheet" { (page::nothing(&visitor.say(words::no_sources()))) }
            } @else {
                div class="sheet scroll" {
                    (table::table(&columns, sources.iter().map(|source| row(services, visitor, source))))
                }
            }
        }
    }
}

/// What waits for a person, before everything else.
fn waits(visitor: &Visitor, source: &SourceStatus) -> Markup {
    html! {
        @if let Some(run) = source.held_runs.first() {
            (page::notice(Tone::Warning, &html! {
                p {
                    b { (source.name) } ": "
                    @match &source.would_leave {
                        Some(told) => (page::as_sentence(told.localized(visitor.reader.language.tag()).message)),
                        None => (visitor.say(words::held_explained())),
                    }
                }
                p { a class="button" href={ "/runs/" (segment(run.id.as_str())) } { (visitor.say(words::look_at_run(&run.id))) } }
            }))
        }
    }
}

fn row(services: &Services, visitor: &Visitor, source: &SourceStatus) -> [Markup; 6] {
    [
        html! {
            a href=(base(&source.name)) { (source.name) }
            @if source.origin == ConfiguredIn::File { br; span class="soft" { (visitor.say(words::in_a_file())) } }
        },
        html! {
            @match &source.connector {
                Some(connector) => (connector.localized(visitor.reader.language.tag())),
                None => "–",
            }
        },
        state(services, visitor, source),
        last_run(visitor, source.last_full_run.as_ref()),
        html! {
            @if source.following.is_paused {
                (page::badge(Tone::Warning, &visitor.say(words::schedule_paused())))
            } @else {
                (page::moment_or_none(source.next_run_at()))
            }
        },
        events(visitor, &source.events),
    ]
}

/// How a source stands, in a badge or two, with the reason where there is one.
pub(super) fn state(services: &Services, visitor: &Visitor, source: &SourceStatus) -> Markup {
    let language = visitor.reader.language.tag();
    let (tone, word) = match source.state {
        Stands::Followed => (Tone::Good, words::state_followed()),
        Stands::Stopped => (Tone::Bad, words::state_stopped()),
        Stands::Idle => (Tone::Plain, words::state_idle()),
        Stands::Unconfirmed => (Tone::Warning, words::state_unconfirmed()),
        Stands::SecretsCleared => (Tone::Bad, words::state_secrets_cleared()),
        Stands::Broken => (Tone::Bad, words::state_broken()),
    };
    let stopped = source.following.stopped.as_ref().map(|stopped| &stopped.failure.diagnosis);
    let reason = source.diagnosis.as_ref().or(stopped.filter(|_| source.state == Stands::Stopped));
    html! {
        (page::badge(tone, &visitor.say(word))) " "
        @if let Some(run) = &source.running { (running(services, visitor, run)) }
        @else if source.state == Stands::Followed { (channel(visitor, source)) }
        @if source.is_held() { " " (page::badge(Tone::Warning, &visitor.say(words::held()))) }
        @if let Some(left_out) = &source.left_out { " " (left_out_of_view(visitor, left_out)) }
        @if let Some(reason) = reason { br; span class="soft" { (reason.localized(language).message) } }
    }
}

/// That the view of a source leaves something out: plainly where a person has approved that.
fn left_out_of_view(visitor: &Visitor, left_out: &LeftOut) -> Markup {
    let told = visitor.say(page::told(left_out.told()));
    html! {
        @if left_out.waits {
            (page::badge(Tone::Warning, &visitor.say(words::sees_less())))
            br; span class="soft" { (told) }
        } @else {
            span title=(told) {
                (page::badge(Tone::Plain, &visitor.say(words::not_followed(page::count(left_out.n_unfollowed())))))
            }
        }
    }
}

/// How the channel of a source stands. Nothing where there is none.
pub(super) fn channel(visitor: &Visitor, source: &SourceStatus) -> Markup {
    let state = source.following.channel.as_ref().map_or(ChannelState::Off, |note| note.state);
    let (tone, word) = match state {
        ChannelState::Off => return html! {},
        ChannelState::Connecting => (Tone::Busy, words::channel_connecting()),
        ChannelState::Connected => (Tone::Good, words::channel_connected()),
        ChannelState::Waiting => (Tone::Warning, words::channel_waiting()),
        ChannelState::Refused => (Tone::Bad, words::channel_refused()),
        ChannelState::Taken => (Tone::Warning, words::channel_taken()),
        ChannelState::Closed => (Tone::Plain, words::channel_closed()),
    };
    page::badge(tone, &visitor.say(word))
}

fn running(services: &Services, visitor: &Visitor, run: &Run) -> Markup {
    html! {
        a href={ "/runs/" (segment(run.id.as_str())) } { (page::run_state(visitor.reader, run)) }
        (Seen::new(services, run.clone()).stage(visitor.reader))
    }
}

fn last_run(visitor: &Visitor, run: Option<&Run>) -> Markup {
    html! {
        @match run {
            None => span class="soft" { (visitor.say(words::never())) },
            Some(run) => {
                a href={ "/runs/" (segment(run.id.as_str())) } { (page::run_state(visitor.reader, run)) }
                br;
                (page::moment(run.finished_at.unwrap_or(run.started_at)))
            },
        }
    }
}

/// How many events wait, and how many failed.
pub(super) fn events(visitor: &Visitor, counts: &InboxCounts) -> Markup {
    html! {
        @if counts.waiting == 0 && counts.failed == 0 { (visitor.say(words::events_none())) }
        @if counts.waiting != 0 {
            (page::badge(Tone::Plain, &visitor.say(words::events_waiting(page::count(counts.waiting))))) " "
        }
        @if counts.failed != 0 {
            (page::badge(Tone::Bad, &visitor.say(words::events_failed(page::count(counts.failed)))))
        }
    }
}
