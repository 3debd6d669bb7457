//! What a run held and a person approves: which objects the source is asked about again, and which held runs still wait.
//!
//! An approval is no order to remove or to clear: the source is asked once more about each object, and who or what is back
//! stays. Not here: how much is held (`guard`), and a way to decline. A held run that nobody approves stays as it is, and so do its objects,
//! until the next full run asks about them by itself.

mod held_back;

use std::collections::BTreeSet;

pub use self::held_back::HeldBack;
use crate::apply::Identities;
use crate::clearing::Approved;
use crate::directory::Directory;
use crate::error::{RunError, StoreError};
use crate::guard::IDENTITIES_HELD;
use crate::history::{History, Run, RunKind, RunState, Trigger};
use crate::limits::MAX_RUNS_SEARCHED;
use crate::model::{Diagnosis, Entry, Key, RunId, Severity, SourceName};

/// What a person approves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    /// The run that held it.
    pub(crate) held: RunId,
    /// What it held; none when not all of it is recorded, and only reading everything finds it.
    pub(crate) keys: Option<Vec<Key>>,
    /// Which values may be cleared.
    pub(crate) clearings: Approved,
    /// What they answer about ids that belong to somebody else now.
    pub(crate) identities: Identities,
    /// The digest of the scope that they approve, where it was smaller than before.
    pub(crate) scope: Option<String>,
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
        let held_back = held_back(history, source, run).await?;
        if identities == Identities::Weigh
            && holds_identities(history, run).await.map_err(RunError::HistoryUnread)?
        {
            return Err(RunError::IdentitiesUnanswered { run: run.clone() });
        }
        let clearings = held_back.approved(history, run).await.map_err(RunError::HistoryUnread)?;
        let (keys, scope) = (held_back.keys(), held_back.into_scope());
        Ok(Self { held: run.clone(), keys, clearings, identities, scope })
    }

    /// What the log of the approving run begins with, by which it is known what it settles.
    pub(crate) fn entry(&self) -> Entry {
        let held = &self.held;
        let (what, what_in_chinese) = match &self.keys {
            Some(keys) if keys.len() == 1 => ("1 object".to_owned(), "1 个对象".to_owned()),
            Some(keys) => (format!("{} objects", keys.len()), format!("{} 个对象", keys.len())),
            None => ("everything".to_owned(), "全部对象".to_owned()),
        };
        let diagnosis = Diagnosis::new(
            CODE,
            format!(
                "someone approved what run {held} held; the source is asked about {what} again, and who or what is back \
                 stays"
            ),
        )
        .in_chinese(
            format!("已批准第 {held} 次运行中待确认的变更；将再次向来源确认{what_in_chinese}，仍在来源中的会保留"),
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

/// What a run holds back for a person.
///
/// # Errors
///
/// When it is no run of the source, holds nothing, or the history cannot be read.
pub(crate) async fn held_back(
    history: &dyn History,
    source: &SourceName,
    run: &RunId,
) -> Result<HeldBack, RunError> {
    let row = history.run(run).await.map_err(RunError::HistoryUnread)?;
    let row =
        row.filter(|row| row.source == *source).ok_or_else(|| RunError::NoSuchRun { run: run.clone() })?;
    if !holds(&row) {
        return Err(RunError::NothingHeld { run: row.id });
    }
    HeldBack::of(history, &row).await.map_err(RunError::HistoryUnread)
}

/// The runs of a source of which something still waits for a person, newest first.
///
/// A later full run that asked about everything and a later approval that succeeded settle one; so it does when every object
/// has departed or lost its value in whatever way.
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
            let may_wait = holds(run) && !settled.contains(&run.id);
            if may_wait && HeldBack::of(history, run).await?.is_waiting(history, directory, source).await? {
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

#[cfg(test)]
mod tests;
