//! The page about one object, held or not: where it comes from and when, and what happened to it.
//!
//! Not here: what it says (`person`, `department`, `attributes`).

use maud::{Markup, html};
use rollcall_browse::{EntryAbout, TrailStep, WholeObject};
use rollcall_host::history::{History, Run, RunKind};
use rollcall_host::inbox::{EventState, InboxEvent};
use rollcall_host::model::{Key, RunId, Severity, SourceName, Timestamp};

use super::address::OrganisationQuery;
use super::since::ObjectChanges;
use super::{DEPARTMENT, words};
use crate::page::links::{about, of_source};
use crate::page::{self, Tone, badge, copyable, facts, moment, notice};
use crate::paths::segment;
use crate::problem::Problem;
use crate::services::Services;
use crate::subject::trail::{self, run_link};
use crate::subject::{self, Back, PageContext, ask_button, is_applied, is_departure, last_complete, name_in};

/// Changes on one page.
const CHANGES: u32 = 20;

/// Entries, and events, that are shown.
///
/// 20. Why: the newest tell how it stands; the runs have them all.
const REMARKS: u32 = 20;

/// What is known of an object.
#[derive(Debug)]
pub(super) struct ObjectFacts {
    pub(super) key: Key,
    /// None when it is not held.
    pub(super) whole: Option<WholeObject>,
    /// The ids of others that differ from this one in letter case alone.
    differing_in_case: Vec<String>,
    /// Newest first.
    steps: Vec<TrailStep>,
    /// Whether these are the newest.
    is_newest: bool,
    /// Where the trail goes on.
    next: Option<(RunId, u64)>,
    entries: Vec<EntryAbout>,
    events: Vec<InboxEvent>,
    /// The newest run that read everything.
    last_complete: Option<Run>,
    /// The run that last wrote it, if it is recorded still.
    last_run: Option<Run>,
}

impl ObjectFacts {
    /// Read what is known; none if that is nothing.
    pub(super) async fn read(
        services: &Services,
        source: &SourceName,
        key: Key,
        asked: &OrganisationQuery,
    ) -> Result<Option<Self>, Problem> {
        let store = services.store();
        let whole = store.object(source, &key).await?;
        let differing_in_case = store.differing_in_case(source, &key).await?;
        let (steps, next) = part(store.trail(source, &key, asked.before.clone(), CHANGES + 1).await?);
        let entries = store.entries_about(source, &key, REMARKS).await?;
        let events = store.events_about(source, &key, REMARKS).await?;
        let is_known = whole.is_some() || !steps.is_empty() || !entries.is_empty() || !events.is_empty();
        let is_newest = asked.before.is_none();
        let last_complete = last_complete(services, source).await?;
        let last_run = match &whole {
            Some(whole) => History::run(&**store, &whole.last_run).await?,
            None => None,
        };
        Ok(is_known.then_some(Self {
            key,
            whole,
            differing_in_case,
            steps,
            is_newest,
            next,
            entries,
            events,
            last_complete,
            last_run,
        }))
    }

    /// Which change made each attribute what it is.
    pub(super) fn since<'a>(&'a self, place: PageContext<'a>) -> ObjectChanges<'a> {
        ObjectChanges { place, steps: if self.is_newest { &self.steps } else { &[] } }
    }

    /// When the source last had it, and the run that saw that: a complete reading, a change, or an event about it.
    fn last_read(&self, whole: &WholeObject) -> Option<(Timestamp, &RunId)> {
        let complete = self.last_complete.iter().filter(|run| self.was_read_by(run));
        let wrote = self.last_run.iter().filter(|run| run.kind != RunKind::Undo);
        let is_reading = |step: &&TrailStep| {
            is_applied(step) && step.run.kind != RunKind::Undo && !is_departure(step.change.item.action)
        };
        let steps = self.steps.iter().filter(is_reading).map(|step| (step.run.started_at, &step.run.id));
        let done = self.events.iter().filter(|event| event.state == EventState::Done);
        let events = done.filter_map(|event| Some((event.event.arrived_at, event.run.as_ref()?)));
        let readings = complete.chain(wrote).map(|run| (run.started_at, &run.id)).chain(steps).chain(events);
        // Who departed is not there to be read, whoever looked.
        readings.max_by_key(|(at, _)| *at).filter(|_| !whole.held.departed)
    }

    /// Whether this complete reading neither missed it nor failed to read it.
    fn was_read_by(&self, run: &Run) -> bool {
        let mut steps = self.steps.iter().filter(|step| step.run.id == run.id);
        let mut entries = self.entries.iter().filter(|about| about.run == run.id);
        !steps.any(|step| is_departure(step.change.item.action))
            && !entries.any(|about| about.entry.item.severity == Severity::Error)
    }

    /// What people call it, or else its id.
    pub(super) fn name(&self) -> String {
        let documents =
            self.steps.iter().flat_map(|step| [&step.change.item.after, &step.change.item.before]);
        let document = self.whole.iter().map(|whole| &whole.held.document).chain(documents.flatten()).next();
        let entry = || self.entries.iter().find_map(|about| about.entry.item.subject_name.as_deref());
        let name = document.and_then(|document| name_in(document)).or_else(entry);
        name.unwrap_or(&self.key.external_id).to_owned()
    }
}

/// The body of the page; `own` is what is particular to a person or a department.
pub(super) fn draw(place: PageContext<'_>, found: &ObjectFacts, own: &Markup) -> Markup {
    html! {
        (state(place, found))
        @if let Some(whole) = &found.whole { (origin(place, found, whole)) }
        (own)
        (steps(place, found))
        (remarks(place, words::entries(), found.entries.iter().map(|entry| trail::entry(place, entry)).collect()))
        (remarks(place, words::events(), found.events.iter().map(|event| trail::event(place, event)).collect()))
    }
}

/// How it stands, and what can be done.
fn state(place: PageContext<'_>, found: &ObjectFacts) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let Key { resource_type, external_id } = &found.key;
    let why = format!("/why?type={}&id={}", segment(resource_type), segment(external_id));
    html! {
        div class="row" {
            span { (say(page::resource_type(resource_type))) }
            @match &found.whole {
                Some(whole) if whole.held.departed => (badge(Tone::Warning, &say(words::departed()))),
                Some(whole) if whole.key.resource_type == DEPARTMENT => {
                    (badge(Tone::Good, &say(words::present_department())))
                }
                Some(_) => (badge(Tone::Good, &say(words::present()))),
                None => (badge(Tone::Plain, &say(words::not_held()))),
            }
            a class="button" href=(of_source(place.source, &why)) { (say(words::why())) }
            (ask_button(place, &found.key, Back::Object))
        }
        @if found.whole.is_none() { (notice(Tone::Plain, &html! { p { (say(words::not_held_any_more())) } })) }
    }
}

/// Where it comes from and when.
fn origin(place: PageContext<'_>, found: &ObjectFacts, whole: &WholeObject) -> Markup {
    let reader = place.visitor.reader;
    let say = |sentence| reader.say(sentence);
    let changed_by = found.steps.iter().find(|step| found.is_newest && is_applied(step));
    let mut rows = vec![
        (say(words::id()), copyable(reader, &whole.key.external_id)),
        (say(words::source()), html! { a href=(of_source(place.source, "")) { (place.source) } }),
    ];
    if !found.differing_in_case.is_empty() {
        rows.push((say(words::other_case()), other_case(place, found)));
    }
    rows.extend(
        found
            .last_read(whole)
            .map(|(at, run)| (say(words::last_read()), html! { (moment(at)) " · " (run_link(reader, run)) })),
    );
    rows.extend([
        (
            say(words::first_seen()),
            html! { (moment(whole.created_at)) " · " (run_link(reader, &whole.first_run)) },
        ),
        (
            say(words::last_changed()),
            html! {
                (moment(whole.changed_at)) @if let Some(step) = changed_by { " · " (run_link(reader, &step.run.id)) }
            },
        ),
        (
            say(words::last_written()),
            html! {
                @if let Some(run) = &found.last_run { (moment(run.started_at)) " · " }
                (run_link(reader, &whole.last_run))
            },
        ),
        (say(words::version()), html! { code { (whole.held.version) } }),
    ]);
    if let Some(departed_at) = whole.departed_at {
        let witness =
            found.steps.iter().find(|step| is_applied(step) && is_departure(step.change.item.action));
        let witness = witness.and_then(|step| step.change.item.witness.as_deref());
        rows.push((
            say(words::departed_at()),
            html! {
                (moment(departed_at))
                @if let Some(witness) = witness { " · " (say(subject::words::witness())) " " code { (witness) } }
            },
        ));
    }
    html! {
        section class="sheet" aria-labelledby="origin" {
            h2 id="origin" { (say(words::origin())) }
            (facts(rows))
        }
    }
}

/// Who is easily taken for this one, or this one for them.
fn other_case(place: PageContext<'_>, found: &ObjectFacts) -> Markup {
    let others = found.differing_in_case.iter().map(|id| {
        let key = Key::new(&*found.key.resource_type, id.as_str());
        (id, about(place.source, &key).unwrap_or_default())
    });
    html! {
        ul class="plain" { @for (id, address) in others { li { a href=(address) { code { (id) } } } } }
        p class="soft" { (place.visitor.say(words::other_case_explained())) }
    }
}

fn steps(place: PageContext<'_>, found: &ObjectFacts) -> Markup {
    let say = |sentence| place.visitor.say(sentence);
    let more = |(run, number): &(RunId, u64)| {
        let address = about(place.source, &found.key).unwrap_or_default();
        format!("{address}?before={}.{number}", segment(run.as_str()))
    };
    html! {
        section class="sheet" aria-labelledby="trail" {
            h2 id="trail" { (say(words::trail())) }
            @if found.steps.is_empty() { p class="soft" { (say(words::no_changes())) } }
            (trail::list(found.steps.iter().map(|step| trail::change(place, step))))
            @if let Some(next) = &found.next { p { a href=(more(next)) { (say(words::older())) } } }
        }
    }
}

fn remarks(place: PageContext<'_>, title: rollcall_words::Sentence, remarks: Vec<Markup>) -> Markup {
    html! {
        @if !remarks.is_empty() {
            section class="sheet" {
                h2 { (place.visitor.say(title)) }
                (trail::list(remarks))
            }
        }
    }
}

/// A page of steps, and where the next one begins, of one step more than a page has.
fn part(mut steps: Vec<TrailStep>) -> (Vec<TrailStep>, Option<(RunId, u64)>) {
    let limit = usize::try_from(CHANGES).unwrap_or(usize::MAX);
    let has_more = limit < steps.len();
    steps.truncate(limit);
    let last = steps.last().filter(|_| has_more);
    let next = last.map(|step| (step.run.id.clone(), step.change.number));
    (steps, next)
}
