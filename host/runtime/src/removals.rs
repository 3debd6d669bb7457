//! Since when a source's removals have been stopped: of each run that says it removes nobody, whether the runs before it
//! did not either.
//!
//! Not here: whether anything is removed (`guard`, and the connector's own reading).

use rollcall_rules::vocabulary::REMOVALS_STOPPED;

use crate::error::StoreError;
use crate::history::{History, Run, RunKind, RunState};
use crate::limits::MAX_RUNS_SEARCHED;
use crate::model::{Entry, RunId, Severity, SourceName};

/// The facts in which an entry says since when, and since which run.
const SINCE: &str = "since";
const SINCE_RUN: &str = "since_run";

/// Rows of the history that are read at a time.
const ROWS: u32 = 100;

/// Entries that are read at a time.
const ENTRIES: u32 = 1_000;

/// Since when, and which run was the first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct RemovalSince {
    at: String,
    run: String,
}

impl RemovalSince {
    fn began(run: &Run) -> Self {
        Self { at: run.started_at.to_string(), run: run.id.to_string() }
    }

    /// As an entry says; none when it does not.
    fn told(entry: &Entry) -> Option<Self> {
        let fact = |wanted: &str| {
            let mut facts = entry.diagnosis.facts.iter();
            facts.find(|(name, _)| name == wanted).map(|(_, value)| value.clone())
        };
        Some(Self { at: fact(SINCE)?, run: fact(SINCE_RUN)? })
    }
}

/// Whether an entry says that nobody and nothing is removed by its run.
pub(crate) fn says_so(entry: &Entry) -> bool {
    entry.diagnosis.code == REMOVALS_STOPPED
}

/// Have an entry of this run that says so say since when.
///
/// # Errors
///
/// When the history cannot be read.
pub(crate) async fn say_since(
    history: &dyn History,
    run: &RunId,
    entry: &mut Entry,
) -> Result<(), StoreError> {
    let Some(run) = history.run(run).await? else { return Ok(()) };
    let RemovalSince { at, run } = since(history, &run).await?;
    let diagnosis = &mut entry.diagnosis;
    let minute = to_the_minute(&at);
    diagnosis.message.push_str(&format!("; no import has removed anybody since {minute} (run {run})"));
    for translation in diagnosis.translations.iter_mut().filter(|known| known.language.starts_with("zh")) {
        translation.message.push_str(&format!("；自 {minute}（第 {run} 次运行）起，导入没有删除过任何对象"));
    }
    diagnosis.facts.extend([(SINCE.to_owned(), at), (SINCE_RUN.to_owned(), run)]);
    Ok(())
}

/// A moment of RFC 3339 as people read it, `2026-02-28 09:30 UTC`; whatever else it is, as it is.
fn to_the_minute(at: &str) -> String {
    match (at.get(..16), at.ends_with('Z')) {
        (Some(minute), true) => minute.replace('T', " ") + " UTC",
        _ => at.to_owned(),
    }
}

/// What the newest import says that removes nobody, if none after it could: why, and since when.
///
/// # Errors
///
/// When the history cannot be read.
pub async fn stopped(history: &dyn History, source: &SourceName) -> Result<Option<Entry>, StoreError> {
    let mut earlier = Earlier::than(source, None);
    while let Some(run) = earlier.next(history).await? {
        if has_removed(&run) {
            return Ok(None);
        }
        if let Some(entry) = entry_of(history, &run).await? {
            return Ok(Some(entry));
        }
    }
    Ok(None)
}

/// Since when what this run says has been so.
async fn since(history: &dyn History, run: &Run) -> Result<RemovalSince, StoreError> {
    let mut since = RemovalSince::began(run);
    let mut earlier = Earlier::than(&run.source, Some(run.id.clone()));
    while let Some(run) = earlier.next(history).await? {
        if has_removed(&run) {
            return Ok(since);
        }
        // Without such an entry it came to no end, or nobody was missing.
        if let Some(entry) = entry_of(history, &run).await? {
            match RemovalSince::told(&entry) {
                Some(told) => return Ok(told),
                None => since = RemovalSince::began(&run),
            }
        }
    }
    Ok(since)
}

/// Whether a run read everything, so that whoever was missing was removed or is held; or removed somebody anyway.
fn has_removed(run: &Run) -> bool {
    let n_removed = run.counters.deactivated.saturating_add(run.counters.deleted);
    matches!(run.state, RunState::Succeeded | RunState::Held) || 0 < n_removed
}

async fn entry_of(history: &dyn History, run: &Run) -> Result<Option<Entry>, StoreError> {
    let mut after = None;
    loop {
        let page = history.entries(&run.id, Severity::Warning, after, ENTRIES).await?;
        let Some(last) = page.last() else { return Ok(None) };
        after = Some(last.number);
        if let Some(found) = page.into_iter().find(|numbered| says_so(&numbered.item)) {
            return Ok(Some(found.item));
        }
    }
}

/// The real imports of a source that have ended, from the newest back.
pub(crate) struct Earlier<'a> {
    source: &'a SourceName,
    before: Option<RunId>,
    page: std::vec::IntoIter<Run>,
    n_seen: u32,
}

impl<'a> Earlier<'a> {
    /// Those before this run; all of them without one.
    pub(crate) fn than(source: &'a SourceName, before: Option<RunId>) -> Self {
        Self { source, before, page: Vec::new().into_iter(), n_seen: 0 }
    }

    /// The next one back, as far as it is looked.
    pub(crate) async fn next(&mut self, history: &dyn History) -> Result<Option<Run>, StoreError> {
        loop {
            let is_import =
                |run: &Run| run.kind == RunKind::Full && !run.dry_run && run.state != RunState::Running;
            if let Some(run) = self.page.find(is_import) {
                return Ok(Some(run));
            }
            if MAX_RUNS_SEARCHED <= self.n_seen {
                return Ok(None);
            }
            let page = history.runs(self.source, self.before.as_ref(), ROWS).await?;
            let Some(last) = page.last() else { return Ok(None) };
            self.before = Some(last.id.clone());
            self.n_seen = self.n_seen.saturating_add(ROWS);
            self.page = page.into_iter();
        }
    }
}

#[cfg(test)]
mod tests;
