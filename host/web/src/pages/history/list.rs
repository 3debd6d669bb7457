//! The runs of one source or of all, newest first; the first page shows new ones as they begin.

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use maud::{Markup, html};
use rollcall_host::history::{Run, RunKind, RunState, Trigger};
use rollcall_host::model::SourceName;
use rollcall_words::Sentence;

use super::query::RunsQuery;
use super::stage::Seen;
use super::words;
use crate::live::{Drawn, Watcher};
use crate::page::query::{choice, cursor};
use crate::page::table::{self, Column};
use crate::page::{self, Page, Tab, Tone, links};
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::visitor::{Preferences, Visitor};

/// Runs on one page.
///
/// 50. Why: two screens, and an hour of events on a busy day.
const N_RUNS: usize = 50;

pub(super) async fn of_all(
    State(services): State<Services>,
    visitor: Visitor,
    Query(query): Query<RunsQuery>,
) -> Result<Page, Problem> {
    let list = List { services, reader: visitor.reader, source: None, query };
    let body = list.page().await?;
    Ok(Page::new(&visitor, Tab::History, visitor.say(page::words::nav_history()), body))
}

pub(super) async fn of_source(
    State(sources): State<Sources>,
    visitor: Visitor,
    Path(source): Path<String>,
    Query(query): Query<RunsQuery>,
) -> Result<Page, Problem> {
    let source = known(&sources, source).await?;
    let list = List {
        services: sources.services().clone(),
        reader: visitor.reader,
        source: Some(source.clone()),
        query,
    };
    let body = list.page().await?;
    Ok(Page::of_source(&visitor, &source, Tab::History, visitor.say(page::words::nav_history()), body))
}

pub(super) async fn live_of_all(
    State(services): State<Services>,
    visitor: Visitor,
    watcher: Watcher,
    Query(query): Query<RunsQuery>,
) -> impl IntoResponse {
    List { services, reader: visitor.reader, source: None, query }.stream(watcher)
}

pub(super) async fn live_of_source(
    State(sources): State<Sources>,
    visitor: Visitor,
    watcher: Watcher,
    Path(source): Path<String>,
    Query(query): Query<RunsQuery>,
) -> Result<impl IntoResponse, Problem> {
    let source = known(&sources, source).await?;
    Ok(List { services: sources.services().clone(), reader: visitor.reader, source: Some(source), query }
        .stream(watcher))
}

/// A source that is followed, or was: the history of one that was removed stays.
async fn known(sources: &Sources, source: String) -> Result<SourceName, Problem> {
    let source = SourceName::new(source).map_err(|_| Problem::not_found())?;
    if sources.entry(&source).is_none() {
        let query = RunsQuery::default().filter(Some(&source));
        if sources.services().store().runs_where(&query, None, 1).await?.is_empty() {
            return Err(Problem::not_found());
        }
    }
    Ok(source)
}

#[derive(Clone)]
struct List {
    services: Services,
    reader: Preferences,
    source: Option<SourceName>,
    query: RunsQuery,
}

impl List {
    async fn page(&self) -> Result<Markup, Problem> {
        // Older pages do not change by themselves.
        let live = self.query.before.is_empty().then(|| self.query.at(&self.path("/live"), ""));
        Ok(html! {
            (self.form())
            div data-live=[live] { (self.runs().await?) }
        })
    }

    fn stream(self, watcher: Watcher) -> impl IntoResponse {
        watcher.stream(move || {
            let list = self.clone();
            async move { Ok(Drawn { parts: vec![("runs".to_owned(), list.runs().await?)], is_final: false }) }
        })
    }

    fn path(&self, rest: &str) -> String {
        format!("{}{rest}", links::history(self.source.as_ref()))
    }

    fn form(&self) -> Markup {
        let (reader, query) = (self.reader, &self.query);
        html! {
            form class="row" method="get" action=(self.path("")) {
                (choice(reader, "state", words::state(), &query.state, &STATES.map(|state| (state.as_str(), page::run_state_word(state).1))))
                (choice(reader, "kind", words::kind(), &query.kind, &KINDS.map(|kind| (kind.as_str(), page::run_kind(kind)))))
                (choice(reader, "trigger", words::trigger(), &query.trigger, &TRIGGERS.map(|t| (t.as_str(), page::trigger(t)))))
                (choice(reader, "dry_run", words::dry_run(), &query.dry_run, &[
                    ("true", words::only_dry_runs()),
                    ("false", words::no_dry_runs()),
                ]))
                button { (reader.say(page::words::filter())) }
                @if query.is_choosy() { a href=(self.path("")) { (reader.say(words::clear_filter())) } }
            }
        }
    }

    async fn runs(&self) -> Result<Markup, Problem> {
        let filter = self.query.filter(self.source.as_ref());
        let (before, limit) = (self.query.before(), u32::try_from(N_RUNS).unwrap_or(u32::MAX));
        // One more than is shown tells whether there is another page.
        let limit = limit.saturating_add(1);
        let mut runs = self.services.store().runs_where(&filter, before.as_ref(), limit).await?;
        let has_more = N_RUNS < runs.len();
        runs.truncate(N_RUNS);
        let older =
            runs.last().filter(|_| has_more).map(|last| self.query.at(&self.path(""), last.id.as_str()));
        let newest = before.map(|_| self.query.at(&self.path(""), ""));
        Ok(html! {
            section id="runs" {
                @if runs.is_empty() {
                    (page::nothing(&self.reader.say(if self.query.is_choosy() { words::no_such_runs() } else { words::no_runs() })))
                } @else {
                    (self.table(runs))
                }
                (cursor(self.reader, newest, older))
            }
        })
    }

    fn table(&self, runs: Vec<Run>) -> Markup {
        let say = |sentence: Sentence| self.reader.say(sentence);
        let counts = [
            words::read(),
            words::created(),
            words::updated(),
            words::departed(),
            words::rejected(),
            words::kept(),
        ];
        let mut columns = vec![Column::new(say(words::run()))];
        columns.extend(self.source.is_none().then(|| Column::new(say(words::source()))));
        columns.push(Column::new(say(words::state())));
        columns.push(Column::new(say(words::kind())).with_class("wide"));
        columns.push(Column::new(say(words::started())));
        columns.extend(counts.map(|word| Column::number(say(word))));
        columns.push(Column::number(say(words::drift())).with_help(say(words::drift_help())));
        let rows = runs.into_iter().map(|run| self.row(&Seen::new(&self.services, run)));
        html! { div class="sheet scroll" { (table::table(&columns, rows)) } }
    }

    fn row(&self, seen: &Seen) -> Vec<Markup> {
        let (run, reader) = (&seen.run, self.reader);
        let counters = &run.counters;
        let departed = counters.deactivated.saturating_add(counters.deleted);
        let counts =
            [counters.read, counters.created, counters.updated, departed, counters.rejected, counters.kept];
        let source = self
            .source
            .is_none()
            .then(|| html! { a href=(links::history(Some(&run.source))) { (run.source) } });
        let mut cells = vec![html! { a id={ "run-" (run.id) } href=(links::run(&run.id)) { "#" (run.id) } }];
        cells.extend(source);
        cells.push(html! { (page::run_state(reader, run)) (seen.stage(reader)) (reason(reader, run)) });
        cells.push(
            html! { (what(reader, run)) div class="soft" { (reader.say(page::trigger(run.trigger))) } },
        );
        cells.push(html! { (page::moment(run.started_at)) div class="soft" { (seen.took(reader)) } });
        cells.extend(counts.map(|n| html! { (page::count(n)) }));
        cells.push(html! { @match run.drift() { Some(n) => (page::count(n)), None => "–" } });
        cells
    }
}

/// What a run read, and whether it only looked.
pub(super) fn what(reader: Preferences, run: &Run) -> Markup {
    html! {
        (reader.say(page::run_kind(run.kind)))
        @if run.dry_run { " " (page::badge(Tone::Plain, &reader.say(words::dry_run()))) }
    }
}

fn reason(reader: Preferences, run: &Run) -> Markup {
    html! {
        @if let Some(failure) = &run.failure {
            div class="soft" { (failure.diagnosis.localized(reader.language.tag()).message) }
        }
    }
}

const STATES: [RunState; 7] = [
    RunState::Running,
    RunState::Succeeded,
    RunState::Partial,
    RunState::Failed,
    RunState::Held,
    RunState::Cancelled,
    RunState::Interrupted,
];

const KINDS: [RunKind; 4] = [RunKind::Full, RunKind::Refresh, RunKind::Events, RunKind::Undo];

const TRIGGERS: [Trigger; 5] =
    [Trigger::Manual, Trigger::Schedule, Trigger::Event, Trigger::Stream, Trigger::Approval];
