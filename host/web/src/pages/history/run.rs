//! The page of one run, live while it is under way.

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use maud::{Markup, html};
use rollcall_host::history::{Run, RunKind, RunState};
use rollcall_host::inbox::EventFilter;
use rollcall_host::model::RunId;

use super::changes::Changes;
use super::head::{self, Waits};
use super::held;
use super::log::Log;
use super::query::RunQuery;
use super::stage::Seen;
use super::{proof, words};
use crate::live::{Drawn, PagePart, Watcher};
use crate::page::{self, Page, Tab};
use crate::pages::events;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::held::HeldRemovals;
use crate::visitor::Visitor;

/// Events that are shown of a batch.
///
/// 100 events. Why: the host acts on at most so many at once, so a batch is shown whole. Of the events that a full run
/// covered, the newest are shown.
const N_EVENTS: u32 = 100;

/// `GET /runs/{run}`.
pub(super) async fn page(
    State(services): State<Services>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(query): Query<RunQuery>,
) -> Result<Page, Problem> {
    let run = find(&services, id).await?;
    let seen = Seen::new(&services, run);
    let view = RunView { services, visitor, query };
    let body = view.body(&seen).await?;
    let title = view.visitor.say(words::run_title(&seen.run.id, &seen.run.source));
    Ok(Page::of_source(&view.visitor, &seen.run.source, Tab::History, title, body))
}

/// `GET /runs/{run}/live`.
pub(super) async fn live(
    State(services): State<Services>,
    visitor: Visitor,
    watcher: Watcher,
    Path(id): Path<String>,
    Query(query): Query<RunQuery>,
) -> Result<impl IntoResponse, Problem> {
    let id = find(&services, id).await?.id;
    let view = RunView { services, visitor, query };
    Ok(watcher.stream(move || {
        let (view, id) = (view.clone(), id.clone());
        async move { view.drawn(&id).await }
    }))
}

/// The run with this id.
pub(super) async fn find(services: &Services, id: String) -> Result<Run, Problem> {
    services.store().run(&RunId::new(id)).await?.ok_or_else(Problem::not_found)
}

/// What somebody wants to see of a run.
#[derive(Clone)]
struct RunView {
    services: Services,
    visitor: Visitor,
    query: RunQuery,
}

impl RunView {
    async fn drawn(&self, id: &RunId) -> Result<Drawn, Problem> {
        let run = self.services.store().run(id).await?.ok_or_else(Problem::not_found)?;
        let seen = Seen::new(&self.services, run);
        Ok(Drawn { is_final: !seen.is_running(), parts: self.parts(&seen).await? })
    }

    /// What changes while the run is under way.
    async fn parts(&self, seen: &Seen) -> Result<Vec<PagePart>, Problem> {
        let (changes, log) = (self.changes(&seen.run), self.log(&seen.run));
        Ok(vec![
            ("run-actions".to_owned(), self.actions(&seen.run).await?),
            ("run-state".to_owned(), head::state(self.visitor.reader, seen)),
            ("run-proof".to_owned(), proof::draw(self.visitor.reader, &seen.run)),
            ("run-events".to_owned(), self.events(&seen.run).await?),
            ("run-change-facets".to_owned(), changes.facets().await?),
            ("run-changes".to_owned(), changes.list().await?),
            ("run-log-facets".to_owned(), log.facets().await?),
            ("run-log".to_owned(), log.list().await?),
        ])
    }

    async fn body(&self, seen: &Seen) -> Result<Markup, Problem> {
        let (run, reader) = (&seen.run, self.visitor.reader);
        let (changes, log) = (self.changes(run), self.log(run));
        let live = seen.is_running().then(|| self.query.live(&run.id));
        Ok(html! {
            @if run.dry_run {
                @let is_held = run.state == RunState::Held;
                @let tone = if is_held { page::Tone::Warning } else { page::Tone::Plain };
                (page::notice(tone, &html! {
                    @if is_held { p { b { (reader.say(words::would_be_held())) } } }
                    p { (reader.say(words::dry_run_told())) }
                }))
            }
            div data-live=[live] {
                (self.actions(run).await?)
                (head::state(reader, seen))
            }
            div class="sheet" { (head::facts(reader, run)) }
            (proof::draw(reader, run))
            (self.events(run).await?)
            section class="sheet" id="changes" {
                h2 { (reader.say(if run.dry_run { words::plan() } else { words::changes() })) }
                (changes.facets().await?)
                (changes.form())
                (changes.list().await?)
            }
            section class="sheet" id="log" {
                h2 { (reader.say(words::log())) }
                (log.facets().await?)
                (log.form())
                (log.list().await?)
            }
        })
    }

    async fn actions(&self, run: &Run) -> Result<Markup, Problem> {
        let (services, reader) = (&self.services, self.visitor.reader);
        if run.state != RunState::Held || run.dry_run {
            return Ok(head::actions(&self.visitor, run, Waits::Nobody, &html! {}));
        }
        let waits = waits(services, run).await?;
        let decided = services.host().decisions(&run.source, &run.id).await?;
        let held = if waits == Waits::Nobody { None } else { HeldRemovals::of(services, run).await? };
        let changes = held::changes(services, run).await?;
        let told = html! {
            @if let Some(told) = held.as_ref().and_then(|held| held::told(held, reader)) {
                p { b { (told) } }
                (held::by_department(services, reader, run, &changes).await?)
            }
            (held::decisions(reader, &decided))
        };
        Ok(head::actions(&self.visitor, run, waits, &told))
    }

    /// The events that a run acted on; of a full run, those that it covered.
    async fn events(&self, run: &Run) -> Result<Markup, Problem> {
        let filter = EventFilter { state: None, run: Some(run.id.clone()) };
        let events = match run.kind {
            RunKind::Refresh | RunKind::Undo => Vec::new(),
            RunKind::Events | RunKind::Full => {
                self.services.store().events(&run.source, &filter, None, N_EVENTS).await?
            }
        };
        let reader = self.visitor.reader;
        Ok(html! {
            div id="run-events" {
                @if !events.is_empty() {
                    section class="sheet" {
                        h2 { (reader.say(words::events_of_run())) }
                        (events::of_run(reader, &run.source, &events))
                    }
                }
            }
        })
    }

    fn changes<'a>(&'a self, run: &'a Run) -> Changes<'a> {
        Changes { services: &self.services, reader: self.visitor.reader, run, query: &self.query }
    }

    fn log<'a>(&'a self, run: &'a Run) -> Log<'a> {
        Log { services: &self.services, reader: self.visitor.reader, run, query: &self.query }
    }
}

/// Whether what a run held may still be approved.
pub(super) async fn waits(services: &Services, run: &Run) -> Result<Waits, Problem> {
    if run.state != RunState::Held || run.dry_run {
        return Ok(Waits::Nobody);
    }
    let waiting = services.host().held_runs(&run.source).await?;
    let waits = waiting.iter().any(|waiting| waiting.id == run.id);
    if !waits {
        return Ok(Waits::Nobody);
    }
    let holds_identities = services.host().held_identities(&run.id).await?;
    Ok(if holds_identities { Waits::Answer } else { Waits::Approval })
}
