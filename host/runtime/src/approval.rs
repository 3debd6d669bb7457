//! What a run held and a person approves: which objects the source is asked about again, and which held runs still wait.
//!
//! An approval is no order to remove: the source is asked once more about each object, and who is back stays. Not here: how
//! much is held (`guard`), and a way to decline. A held run that nobody approves stays as it is, and so do its objects,
//! until the next full run asks about them by itself.

use std::collections::BTreeSet;

use crate::apply::Identities;
use crate::backwards::Backwards;
use crate::directory::Directory;
use crate::error::{RunError, StoreError};
use crate::guard::IDENTITIES_HELD;
use crate::history::{History, Run, RunKind, RunState, Trigger};
use crate::limits::{MAX_CHANGES, MAX_HELD_RECORDS, MAX_RUNS_SEARCHED};
use crate::model::{Diagnosis, Entry, Key, RunId, Severity, SourceName};

/// What a person approves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    /// The run that held it.
    pub(crate) held: RunId,
    /// What it held; none when not all of it is recorded, and only reading everything finds it.
    pub(crate) keys: Option<Vec<Key>>,
    /// What they answer about ids that belong to somebody else now.
    pub(crate) identities: Identities,
}

/// Records that are read at once.
const PAGE: u32 = 1000;

/// Entries among which an approval says what it approves: it is the first of them.
const FIRST_ENTRIES: u32 = 10;

const CODE: &str = "departures-approved";
const HELD_RUN: &str = "held_run";

impl Approval {
    /// What the approval of this run asks about.
    ///
    /// # Errors
    ///
    /// When it is no run of the source, holds nothing, holds identities about which nothing is answered, or the history
    /// cannot be read.
    pub(crate) async fn of(
        history: &dyn History,
        source: &SourceName,
        run: &RunId,
        identities: Identities,
    ) -> Result<Self, RunError> {
        let row = history.run(run).await.map_err(RunError::HistoryUnread)?;
        let row = row
            .filter(|row| row.source == *source)
            .ok_or_else(|| RunError::NoSuchRun { run: run.clone() })?;
        if !holds(&row) {
            return Err(RunError::NothingHeld { run: row.id });
        }
        if identities == Identities::Weigh
            && holds_identities(history, &row.id).await.map_err(RunError::HistoryUnread)?
        {
            return Err(RunError::IdentitiesUnanswered { run: row.id });
        }
        let keys = held_keys(history, &row).await.map_err(RunError::HistoryUnread)?;
        Ok(Self { held: row.id, keys, identities })
    }

    /// What the log of the approving run begins with, by which it is known what it settles.
    pub(crate) fn entry(&self) -> Entry {
        let held = &self.held;
        let (what, what_in_chinese) = match &self.keys {
            Some(keys) => (format!("{} objects", keys.len()), format!("{} 个对象", keys.len())),
            None => ("everything".to_owned(), "全部对象".to_owned()),
        };
        let diagnosis = Diagnosis::new(
            CODE,
            format!(
                "someone approved what run {held} held; the source is asked about {what} again, and who is back stays"
            ),
        )
        .in_chinese(
            format!("已批准第 {held} 次运行中待确认的离开；将再次向来源确认{what_in_chinese}，仍在来源中的会保留"),
            "",
        )
        .with_fact(HELD_RUN, held.as_str());
        let diagnosis = match self.identities {
            Identities::Weigh => diagnosis,
            answer @ (Identities::SamePeople | Identities::OtherPeople) => {
                diagnosis.with_fact("identities", answer.as_str())
            }
        };
        Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
    }
}

/// The runs of a source whose departures still wait for a person, newest first.
///
/// A later full run that asked about everything, a later approval that succeeded, and the departure of every object by
/// whatever way settle one.
///
/// # Errors
///
/// When a store fails.
pub(crate) async fn waiting(
    history: &dyn History,
    directory: &dyn Directory,
    source: &SourceName,
) -> Result<Vec<Run>, StoreError> {
    let (mut waiting, mut settled) = (Vec::new(), BTreeSet::new());
    let (mut before, mut n_seen) = (None, 0);
    while n_seen < MAX_RUNS_SEARCHED {
        let page = history.runs(source, before.as_ref(), PAGE).await?;
        for run in &page {
            if holds(run) && !settled.contains(&run.id) && has_any_left(history, directory, run).await? {
                waiting.push(run.clone());
            }
            if asked_about_everything(run) {
                return Ok(waiting);
            }
            if is_approval(run) {
                settled.extend(approved(history, &run.id).await?);
            }
        }
        match page.last() {
            Some(last) => before = Some(last.id.clone()),
            None => break,
        }
        n_seen = n_seen.saturating_add(PAGE);
    }
    Ok(waiting)
}

fn holds(run: &Run) -> bool {
    run.state == RunState::Held && !run.dry_run
}

/// A run that held everything has asked about it as well: it is the one that waits, and no other before it.
fn asked_about_everything(run: &Run) -> bool {
    run.kind == RunKind::Full && !run.dry_run && matches!(run.state, RunState::Succeeded | RunState::Held)
}

fn is_approval(run: &Run) -> bool {
    run.trigger == Trigger::Approval && run.state == RunState::Succeeded && !run.dry_run
}

/// The run that this one approved.
async fn approved(history: &dyn History, run: &RunId) -> Result<Option<RunId>, StoreError> {
    let first = history.entries(run, Severity::Info, None, FIRST_ENTRIES).await?;
    let entry = first.iter().find(|entry| entry.item.diagnosis.code == CODE);
    Ok(entry.and_then(|entry| entry.item.diagnosis.fact(HELD_RUN)).map(RunId::new))
}

/// Whether a run held ids that belong to somebody else now.
///
/// # Errors
///
/// When the history cannot be read.
pub(crate) async fn holds_identities(history: &dyn History, run: &RunId) -> Result<bool, StoreError> {
    let mut after = None;
    loop {
        let page = history.entries(run, Severity::Error, after, PAGE).await?;
        if page.iter().any(|entry| entry.item.diagnosis.code == IDENTITIES_HELD) {
            return Ok(true);
        }
        match page.last() {
            Some(last) => after = Some(last.number),
            None => return Ok(false),
        }
    }
}

async fn has_any_left(
    history: &dyn History,
    directory: &dyn Directory,
    run: &Run,
) -> Result<bool, StoreError> {
    let Some(keys) = held_keys(history, run).await? else { return Ok(true) };
    for keys in keys.chunks(MAX_CHANGES) {
        let held = directory.load(&run.source, keys).await?;
        if held.iter().flatten().any(|held| !held.departed) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// What a run held, in the order of its keys; none when it is not known that all of it is recorded.
async fn held_keys(history: &dyn History, run: &Run) -> Result<Option<Vec<Key>>, StoreError> {
    // What was held is among what was kept, and recorded last.
    let most = usize::try_from(run.counters.kept).unwrap_or(usize::MAX).min(MAX_HELD_RECORDS);
    let mut keys = BTreeSet::new();
    let mut records = Backwards::of(history, &run.id).await?;
    while keys.len() < most {
        let page = records.next(PAGE).await?;
        if page.is_empty() {
            break;
        }
        keys.extend(page.into_iter().filter(|record| record.item.is_held()).map(|record| record.item.key));
    }
    let are_all = (1..MAX_HELD_RECORDS).contains(&keys.len());
    Ok(are_all.then(|| keys.into_iter().collect()))
}

#[cfg(test)]
mod tests;
