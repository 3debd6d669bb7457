//! One source: how it stands, what is under way, what it was last at, and what can be done with it.

use axum::extract::{Query, State};
use axum::response::IntoResponse;
use maud::{Markup, html};
use rollcall_browse::{ObjectCount, RunFilter};
use rollcall_host::history::Run;
use rollcall_host::model::SourceName;
use rollcall_rules::vocabulary::resource_type;
use serde::Deserialize;

use super::list::{channel, events, state};
use super::named::{Seen, base};
use crate::live::{Drawn, PagePart, Watcher};
use crate::page::{self, Page, Tab, Tone};
use crate::pages::sources::words;
use crate::problem::Problem;
use crate::scim;
use crate::services::Services;
use crate::sources::configured::Outline;
use crate::sources::standing::{self, SourceStatus, State as Stands};
use crate::sources::{ConfiguredIn, Sources};
use crate::visitor::Visitor;

mod actions;
mod now;
mod runs;

/// Runs that are shown.
///
/// 5. Why: one look; the history has all of them.
const N_RUNS: u32 = 5;

/// What just happened.
#[derive(Deserialize)]
pub(super) struct OverviewNotice {
    asked: Option<String>,
}

/// Everything that the page shows.
struct Shown {
    standing: SourceStatus,
    counts: Vec<ObjectCount>,
    runs: Vec<Run>,
    /// None for a source of a file, or one that cannot be read.
    outline: Option<Outline>,
}

/// The page.
pub(super) async fn page(
    State(sources): State<Sources>,
    source: Seen,
    Query(news): Query<OverviewNotice>,
) -> Result<Page, Problem> {
    let (visitor, name) = (&source.visitor, source.name());
    let shown = shown(&sources, name).await?;
    let body = html! {
        @if news.asked.is_some() { (page::notice(Tone::Busy, &html! { p { (visitor.say(words::asked())) } })) }
        @for (_, part) in parts(sources.services(), visitor, &shown) { (part) }
    };
    Ok(Page::of_source(visitor, name, Tab::Sources, name.as_str(), body))
}

/// The page as it changes.
pub(super) async fn live(
    State(sources): State<Sources>,
    source: Seen,
    watcher: Watcher,
) -> impl IntoResponse {
    let (visitor, name) = (source.visitor.clone(), source.name().clone());
    watcher.stream(move || {
        let (sources, visitor, name) = (sources.clone(), visitor.clone(), name.clone());
        async move {
            let shown = shown(&sources, &name).await?;
            Ok(Drawn { parts: parts(sources.services(), &visitor, &shown), is_final: false })
        }
    })
}

async fn shown(sources: &Sources, name: &SourceName) -> Result<Shown, Problem> {
    let standing = standing::of(sources, name).await?;
    let outline = sources.entry(name).and_then(|entry| entry.outline().cloned());
    let of_this = RunFilter { source: Some(name.clone()), ..RunFilter::default() };
    let runs = sources.services().store().runs_where(&of_this, None, N_RUNS).await?;
    let counts = sources.services().store().object_counts(name).await?;
    Ok(Shown { standing, counts, runs, outline })
}

/// Each part alone, so that a button is not drawn anew beneath the pointer because a run has come further.
fn parts(services: &Services, visitor: &Visitor, shown: &Shown) -> Vec<PagePart> {
    let live = format!("{}/live", base(&shown.standing.name));
    let part = |id: &str, body: Markup| (id.to_owned(), html! { div id=(id) data-live=(live) { (body) } });
    vec![
        part("notices", now::notices(visitor, shown)),
        part("under-way", now::under_way(services, visitor, shown)),
        part("figures", figures(visitor, &shown.counts)),
        part("actions", actions::draw(visitor, shown)),
        part("facts", facts(services, visitor, shown)),
        part("runs", runs::draw(visitor, shown)),
    ]
}

fn figures(visitor: &Visitor, counts: &[ObjectCount]) -> Markup {
    let of = |resource_type: &str| counts.iter().find(|count| count.resource_type == resource_type);
    let people = of(resource_type::USER);
    let figures = [
        (people.map_or(0, |count| count.n_present), words::people()),
        (of(resource_type::DEPARTMENT).map_or(0, |count| count.n_present), words::departments()),
        (people.map_or(0, |count| count.n_departed), words::departed_people()),
    ];
    html! {
        div class="figures" {
            @for (n, of) in figures {
                div { span class="n" { (page::count(n)) } span class="of" { (visitor.say(of)) } }
            }
        }
    }
}

fn facts(services: &Services, visitor: &Visitor, shown: &Shown) -> Markup {
    let Shown { standing, outline, .. } = shown;
    let mut rows = vec![(visitor.say(words::column_state()), state(services, visitor, standing))];
    rows.extend(connector(visitor, standing));
    if matches!(standing.state, Stands::Followed | Stands::Stopped) {
        rows.push((visitor.say(words::channel()), channel_since(visitor, standing)));
    }
    rows.push((visitor.say(words::schedule()), schedule(visitor, shown)));
    let next = page::moment_or_none(standing.next_run_at());
    rows.push((visitor.say(words::column_next_run()), next));
    rows.push((
        visitor.say(words::column_events()),
        html! {
            a href={ (base(&standing.name)) "/events" } { (events(visitor, &standing.events)) }
        },
    ));
    let scim = scim::address_of(&services.options().public_url, &standing.name);
    rows.push((visitor.say(words::scim_address()), html! { code { (scim) } }));
    rows.extend(outline.iter().flat_map(|outline| way_out(visitor, &standing.name, outline)));
    let origin = match standing.origin {
        ConfiguredIn::File => words::in_its_file(),
        ConfiguredIn::Console => words::in_the_console(),
    };
    rows.push((visitor.say(words::configured()), html! { (visitor.say(origin)) }));
    html! { section class="sheet" { h2 { (visitor.say(words::facts())) } (page::facts(rows)) } }
}

fn connector(visitor: &Visitor, standing: &SourceStatus) -> Option<(String, Markup)> {
    let connector = standing.connector.as_ref()?;
    let shown = html! {
        (connector.localized(visitor.reader.language.tag())) " " span class="soft" { (connector.version) }
        details { summary { (visitor.say(words::column_digest())) } code { (connector.digest) } }
    };
    Some((visitor.say(words::connector()), shown))
}

fn channel_since(visitor: &Visitor, standing: &SourceStatus) -> Markup {
    let drawn = channel(visitor, standing);
    html! {
        @match standing.following.channel.as_ref().filter(|_| !drawn.0.is_empty()) {
            None => (visitor.say(words::channel_off())),
            Some(note) => {
                (drawn) " " (visitor.say(words::since())) " " (page::moment(note.since))
                @if let Some(diagnosis) = &note.diagnosis { (page::diagnosis(visitor.reader, diagnosis)) }
            },
        }
    }
}

fn schedule(visitor: &Visitor, shown: &Shown) -> Markup {
    let timing = shown.outline.as_ref().and_then(|outline| outline.timing.as_ref());
    html! {
        @match timing {
            Some(timing) => {
                code { (visitor.say(words::schedule_is(&timing.cron, timing.time_zone.as_deref().unwrap_or("UTC")))) }
                @if timing.jitter_s != 0 { (visitor.say(words::schedule_jitter(timing.jitter_s / 60))) }
            },
            None if shown.standing.has_schedule => (visitor.say(words::in_its_file())),
            None => (visitor.say(words::schedule_none())),
        }
        @if shown.standing.following.is_paused {
            " " (page::badge(Tone::Warning, &visitor.say(words::schedule_paused())))
        }
    }
}

fn way_out(visitor: &Visitor, name: &SourceName, outline: &Outline) -> [(String, Markup); 3] {
    let departed = match outline.departed {
        rollcall_host::DepartedUsers::Deactivate => words::departed_deactivate(),
        rollcall_host::DepartedUsers::Delete => words::departed_delete(),
    };
    let proxy = match &outline.proxy {
        Some(url) => html! { code { (url) } },
        None => html! { (visitor.say(words::directly())) },
    };
    let origins = html! {
        ul class="plain" { @for origin in &outline.allow { li { code { (origin) } } } }
        @if visitor.who.may_manage() {
            a href={ (base(name)) "/origins" } { (visitor.say(words::confirm_origins())) }
        }
    };
    [
        (visitor.say(words::proxy()), proxy),
        (visitor.say(words::granted_origins()), origins),
        (visitor.say(words::departed()), html! { (visitor.say(departed)) }),
    ]
}
