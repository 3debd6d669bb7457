//! `rollcall history`: the runs of a source, or one of them with its log and its changes.
//!
//! JSON of the list: `{"source", "runs": […]}`, newest first. JSON of one run: `{"run", "decisions": […], "entries": […], "events": […], "changes":
//! […]}`;
//! a change has `number`, `key`, `name`, `action`, `witness`, `refusal` and `attributes`: `[{"path", "before", "after"}]`.

use std::io::Write;

use rollcall_host::decision::{Decision, Verdict};
use rollcall_host::history::{ChangeRecord, History, Numbered, Run};
use rollcall_host::inbox::{EventFilter, Inbox, InboxEvent};
use rollcall_host::model::{Entry, RunId, Severity};
use rollcall_sqlite::SqliteStore;
use serde_json::json;

use crate::args::{Format, SourceInventory};
use crate::data;
use crate::exit::{Exit, Stop, diagnosis_with_remedy};
use crate::messages;
use crate::screen::Screen;
use crate::view::{changes, following, runs};
use rollcall_words::Sentence;

/// Runs that are listed unless all are asked for.
///
/// Why: one screen, and at least a day of a source that is read every half an hour.
const N_RUNS: u32 = 50;

/// Entries, and changes, that are shown of one run unless all are asked for.
///
/// Why: a first import has one change an object; people look at the beginning, programs read JSON.
const N_ITEMS: u64 = 200;

/// Items that are read at once.
///
/// Why: 1000 changes with both documents are a few MiB.
const PAGE: u32 = 1000;

/// List the runs of a source.
pub(crate) async fn list(screen: &Screen, held: &SourceInventory, all: bool) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    let mut listed = store.runs(&held.source, None, if all { PAGE } else { N_RUNS }).await?;
    while let Some(last) = listed.last().filter(|_| all) {
        let older = store.runs(&held.source, Some(&last.id), PAGE).await?;
        if older.is_empty() {
            break;
        }
        listed.extend(older);
    }
    match screen.format {
        Format::Json => {
            let runs = listed.iter().map(runs::json).collect::<Result<Vec<_>, _>>()?;
            screen.json(&json!({"source": held.source, "runs": runs}))?;
        }
        Format::Text => screen.lines(runs::table(&listed, &screen.reader))?,
    }
    Ok(Exit::Done)
}

/// Show one run of a source.
pub(crate) async fn show(
    screen: &Screen,
    run: &RunId,
    held: &SourceInventory,
    all: bool,
) -> Result<Exit, Stop> {
    let store = data::open_for(&held.data, &held.source).await?;
    let found = store.run(run).await?.filter(|found| found.source == held.source);
    let Some(run) = found else {
        let sentence = messages::unknown_run(run, &held.source);
        let remedy = messages::unknown_run_remedy();
        return Err(Stop::usage(diagnosis_with_remedy("unknown-run", &sentence, &remedy)));
    };
    match screen.format {
        Format::Json => write_json(screen, &store, &run).await?,
        Format::Text => write_text(screen, &store, &run, if all { u64::MAX } else { N_ITEMS }).await?,
    }
    Ok(Exit::Done)
}

async fn write_text(screen: &Screen, store: &SqliteStore, run: &Run, limit: u64) -> Result<(), Stop> {
    let reader = &screen.reader;
    screen.lines(runs::head(run, reader))?;
    screen.lines(runs::proof(run, reader))?;
    let decided = decisions_of(store, run).await?;
    if !decided.is_empty() {
        screen.lines([String::new(), messages::decisions_title().to(reader.language).to_owned()])?;
        screen.lines(decided.iter().flat_map(|decision| runs::decision(decision, reader)))?;
    }
    let events = events_of(store, run).await?;
    if !events.is_empty() {
        screen.lines([String::new(), messages::events_title().to(reader.language).to_owned()])?;
        screen.lines(following::events(&events, reader))?;
    }
    let mut log = Section { screen, title: messages::log_title(), n_items: 0, limit };
    each_entry(store, run, |numbered| log.add(|| changes::entry(&numbered.item, reader))).await?;
    log.end(run.n_entries_dropped)?;
    let mut list = Section { screen, title: messages::changes_title(), n_items: 0, limit };
    each_change(store, run, |numbered| list.add(|| changes::change(&numbered.item, reader))).await?;
    list.end(0)
}

/// A titled list of which only the beginning is written.
struct Section<'s> {
    screen: &'s Screen,
    title: Sentence,
    n_items: u64,
    limit: u64,
}

impl Section<'_> {
    fn add(&mut self, lines: impl FnOnce() -> Vec<String>) -> Result<(), Stop> {
        if self.n_items == 0 {
            self.screen.lines([String::new(), self.title.to(self.screen.reader.language).to_owned()])?;
        }
        if self.n_items < self.limit {
            self.screen.lines(lines())?;
        }
        self.n_items = self.n_items.saturating_add(1);
        Ok(())
    }

    /// Say how much was left out: here, and when it happened.
    fn end(&self, n_dropped: u64) -> Result<(), Stop> {
        let n_left_out = self.n_items.saturating_sub(self.limit);
        let left_out = (0 < n_left_out).then(|| messages::and_more(n_left_out));
        let dropped = (0 < n_dropped).then(|| messages::not_kept(n_dropped));
        let said = left_out.iter().chain(&dropped);
        self.screen.lines(said.map(|sentence| sentence.to(self.screen.reader.language).to_owned()))
    }
}

/// Written piece by piece: the changes of a first import of a large company need not fit into the memory.
async fn write_json(screen: &Screen, store: &SqliteStore, run: &Run) -> Result<(), Stop> {
    let mut out = screen.writer();
    let decided = serde_json::to_string(&decisions_of(store, run).await?)?;
    write!(out, "{{\"run\":{},\n\"decisions\":{decided},\n\"entries\":[", runs::json(run)?)?;
    let mut separator = "\n";
    each_entry(store, run, |entry| {
        write!(out, "{separator}{}", serde_json::to_string(&entry)?)?;
        separator = ",\n";
        Ok(())
    })
    .await?;
    write!(out, "],\n\"events\":[")?;
    separator = "\n";
    for event in events_of(store, run).await? {
        write!(out, "{separator}{}", following::event_json(&event))?;
        separator = ",\n";
    }
    write!(out, "],\n\"changes\":[")?;
    separator = "\n";
    each_change(store, run, |change| {
        write!(out, "{separator}{}", changes::numbered_json(&change))?;
        separator = ",\n";
        Ok(())
    })
    .await?;
    writeln!(out, "]}}")?;
    Ok(out.flush()?)
}

/// What people decided about what a run held.
async fn decisions_of(store: &SqliteStore, run: &Run) -> Result<Vec<Decision>, Stop> {
    let mut decisions = store.decisions(&run.source, run.started_at).await?;
    decisions.retain(|decision| decision.run == run.id && decision.verdict != Verdict::Over);
    Ok(decisions)
}

/// The events that a run tried last or covered, newest first; at most a page, which is a whole batch.
async fn events_of(store: &SqliteStore, run: &Run) -> Result<Vec<InboxEvent>, Stop> {
    let filter = EventFilter { state: None, run: Some(run.id.clone()) };
    Ok(store.events(&run.source, &filter, None, PAGE).await?)
}

/// Every entry of a run, in order.
pub(super) async fn each_entry(
    store: &SqliteStore,
    run: &Run,
    mut act: impl FnMut(Numbered<Entry>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut after = None;
    loop {
        let page = store.entries(&run.id, Severity::Info, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.number);
        page.into_iter().try_for_each(&mut act)?;
    }
}

/// Every change of a run, in order.
pub(super) async fn each_change(
    store: &SqliteStore,
    run: &Run,
    mut act: impl FnMut(Numbered<ChangeRecord>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    let mut after = None;
    loop {
        let page = store.changes(&run.id, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = Some(last.number);
        page.into_iter().try_for_each(&mut act)?;
    }
}
