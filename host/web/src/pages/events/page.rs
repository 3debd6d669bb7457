//! The page of a source's events.

use axum::extract::{Path, Query, State};
use axum::response::IntoResponse;
use maud::{Markup, html};
use rollcall_host::inbox::{EventFilter, EventState, InboxCounts};
use rollcall_host::model::{EventDelivery, SourceName};
use serde::Deserialize;

use super::{callback, standing, table, words};
use crate::live::{Drawn, PagePart, Watcher};
use crate::page::links::address;
use crate::page::query::{choice, cursor, named};
use crate::page::{self, Page, Tab};
use crate::problem::Problem;
use crate::sources::Sources;
use crate::visitor::Visitor;

/// Events on one page.
///
/// 50. Why: two screens, and failed ones have several lines.
const N_EVENTS: usize = 50;

/// Which events.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct EventsQuery {
    state: String,
    /// The event after which the page begins.
    before: String,
}

/// `GET /sources/{source}/events`.
pub(super) async fn page(
    State(sources): State<Sources>,
    visitor: Visitor,
    Path(source): Path<String>,
    Query(query): Query<EventsQuery>,
) -> Result<Page, Problem> {
    let source = known(&sources, source)?;
    let view = EventsView { sources, visitor, source, query };
    let body = view.body().await?;
    let title = view.visitor.say(page::words::tab_events());
    Ok(Page::of_source(&view.visitor, &view.source, Tab::Events, title, body))
}

/// `GET /sources/{source}/events/live`.
pub(super) async fn live(
    State(sources): State<Sources>,
    visitor: Visitor,
    watcher: Watcher,
    Path(source): Path<String>,
    Query(query): Query<EventsQuery>,
) -> Result<impl IntoResponse, Problem> {
    let source = known(&sources, source)?;
    let view = EventsView { sources, visitor, source, query };
    Ok(watcher.stream(move || {
        let view = view.clone();
        async move { Ok(Drawn { parts: view.parts().await?, is_final: false }) }
    }))
}

/// The name of a source that this program knows.
pub(super) fn known(sources: &Sources, source: String) -> Result<SourceName, Problem> {
    let source = SourceName::new(source).map_err(|_| Problem::not_found())?;
    sources.entry(&source).map(|_| source).ok_or_else(Problem::not_found)
}

#[derive(Clone)]
struct EventsView {
    sources: Sources,
    visitor: Visitor,
    source: SourceName,
    query: EventsQuery,
}

impl EventsView {
    async fn body(&self) -> Result<Markup, Problem> {
        let query = [("state", self.query.state.as_str()), ("before", &self.query.before)];
        let live = address(&format!("{}/live", self.path()), &query);
        Ok(html! {
            div data-live=(live) { (self.standing().await?) }
            (self.callback().await?)
            section class="sheet" {
                h2 { (self.visitor.say(words::inbox())) }
                (self.form())
                (self.inbox().await?)
            }
        })
    }

    async fn parts(&self) -> Result<Vec<PagePart>, Problem> {
        let mut parts = vec![("events-standing".to_owned(), self.standing().await?)];
        // Older pages do not change by themselves.
        if self.query.before.is_empty() {
            parts.push(("events-inbox".to_owned(), self.inbox().await?));
        }
        Ok(parts)
    }

    async fn standing(&self) -> Result<Markup, Problem> {
        let following = self.sources.services().store().following(&self.source).await?;
        Ok(standing::part(&self.visitor, &self.source, &following, self.counts().await?))
    }

    async fn counts(&self) -> Result<InboxCounts, Problem> {
        Ok(self.sources.services().store().counts(&self.source).await?)
    }

    /// Where to call, for a source whose connector can be called and, as far as is known, is to be with its settings.
    async fn callback(&self) -> Result<Markup, Problem> {
        let following = self.sources.services().store().following(&self.source).await?;
        let is_called = following.event_delivery.is_none_or(|delivery| delivery == EventDelivery::Callbacks);
        let entry = self.sources.entry(&self.source);
        let connector = entry.as_ref().and_then(|entry| entry.source()).map(|source| source.connector());
        Ok(html! {
            @if let Some(connector) = connector.filter(|connector| is_called && connector.is_live()) {
                @let schema = &connector.descriptor().settings_schema;
                (callback::section(self.visitor.reader, &self.source, self.sources.services().callbacks_url(), schema))
            }
        })
    }

    fn form(&self) -> Markup {
        let reader = self.visitor.reader;
        let states = [
            (EventState::Waiting.as_str(), words::state_waiting()),
            (EventState::Failed.as_str(), words::state_failed()),
            (EventState::Done.as_str(), words::state_done()),
        ];
        html! {
            form class="row" method="get" action=(self.path()) {
                (choice(reader, "state", words::state(), &self.query.state, &states))
                button { (reader.say(page::words::filter())) }
            }
        }
    }

    async fn inbox(&self) -> Result<Markup, Problem> {
        let filter = EventFilter { state: named(&self.query.state), run: None };
        let before = self.query.before.parse().ok();
        let limit = u32::try_from(N_EVENTS).unwrap_or(u32::MAX).saturating_add(1);
        let mut events = self.sources.services().store().events(&self.source, &filter, before, limit).await?;
        let has_more = N_EVENTS < events.len();
        events.truncate(N_EVENTS);
        let older = events.last().filter(|_| has_more).map(|last| self.at(&last.number.to_string()));
        let newest = before.map(|_| self.at(""));
        let none = if filter.state.is_some() { words::no_such_events() } else { words::no_events() };
        Ok(html! {
            div id="events-inbox" {
                (self.retry_all().await?)
                @if events.is_empty() {
                    (page::nothing(&self.visitor.say(none)))
                } @else {
                    (table::of_inbox(&self.visitor, &self.source, &events))
                }
                (cursor(self.visitor.reader, newest, older))
            }
        })
    }

    async fn retry_all(&self) -> Result<Markup, Problem> {
        let n_failed = self.counts().await?.failed;
        let may_retry = 0 < n_failed && self.visitor.who.may_manage();
        let label = words::retry_all(page::count(n_failed));
        Ok(html! {
            @if may_retry { p { (page::button(&self.visitor, &format!("{}/retry", self.path()), "", label)) } }
        })
    }

    fn path(&self) -> String {
        format!("/sources/{}/events", self.source)
    }

    fn at(&self, before: &str) -> String {
        address(&self.path(), &[("state", &self.query.state), ("before", before)])
    }
}
