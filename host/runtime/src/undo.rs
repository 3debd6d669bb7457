//! Undoing a run: what its change records say is put back, the last change first.
//!
//! Nobody asks the source, so the next full run brings back what it has; whoever undoes an import holds the schedule back
//! first. What would leave is weighed before it begins, because all of it is known. Not here: when an object may be put back (`apply::undo`).

use std::collections::BTreeSet;

use crate::apply::Apply;
use crate::approval::Stand;
use crate::backwards::Backwards;
use crate::cancel::Cancel;
use crate::directory::{Action, Held};
use crate::error::{RunError, StoreError};
use crate::history::{ChangeRecord, History, RunState};
use crate::leaving::WouldLeave;
use crate::limits::{MAX_CHANGES, MAX_STORED_AT_ONCE};
use crate::model::{Counts, Diagnosis, Entry, Key, Progress, RunId, Severity, SourceName, Summary, count};
use crate::options::{Removals, RunOptions};
use crate::recorder::Recorder;
use crate::refusal;

/// A run that is to be undone, which can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Undo {
    run: RunId,
    /// What a dry run tells: more would leave than leaves without a person's number.
    unconfirmed: Option<WouldLeave>,
}

/// Records that are read at once.
const PAGE: u32 = 1000;

impl Undo {
    /// # Errors
    ///
    /// When it is no run of the source, is under way, was a dry one, would remove too much without anybody having allowed that
    /// many, or a store cannot be read.
    pub(crate) async fn of(
        stand: &Stand,
        source: &SourceName,
        run: &RunId,
        options: &RunOptions,
    ) -> Result<Self, RunError> {
        let row = stand.history.run(run).await.map_err(RunError::HistoryUnread)?;
        let run = run.clone();
        match row.filter(|row| row.source == *source) {
            None => return Err(RunError::NoSuchRun { run }),
            Some(row) if row.state == RunState::Running => return Err(RunError::StillRunning { run }),
            Some(row) if row.dry_run => return Err(RunError::NothingToUndo { run }),
            Some(_) => {}
        }
        let would_leave = would_leave(stand, source, &run).await.map_err(RunError::HistoryUnread)?;
        let allowed = match options.removals {
            Removals::Weigh => None,
            Removals::AtMost(n) => Some(n),
        };
        if !would_leave.is_suspicious() || allowed.is_some_and(|allowed| would_leave.n() <= allowed) {
            return Ok(Self { run, unconfirmed: None });
        }
        if options.dry_run {
            return Ok(Self { run, unconfirmed: Some(would_leave) });
        }
        Err(RunError::UndoUnconfirmed { run, would_leave, allowed })
    }

    /// What would leave, if that is more than leaves without a person's number.
    pub(crate) fn into_unconfirmed(self) -> Option<WouldLeave> {
        self.unconfirmed
    }

    /// What the log of a dry run says that would need a person's number; none where it would not.
    pub(crate) fn needs_number(&self) -> Option<Entry> {
        let would_leave = self.unconfirmed.as_ref()?;
        let (told, n) = (would_leave.told(), would_leave.n());
        let chinese = told.localized("zh-CN").message;
        let diagnosis =
            Diagnosis::new("undo-unconfirmed", format!("{}, which is too many to do unseen", told.message))
                .with_remedy(format!(
                    "Look at them below. If that is right, undo the run and confirm the number {n}."
                ))
                .in_chinese(
                    format!("{chinese}；数量过多，需人工确认"),
                    format!("请在下方查看；如果无误，请撤销该次运行并确认数量 {n}。"),
                );
        Some(Entry { severity: Severity::Error, subject: None, subject_name: None, diagnosis })
    }

    /// What the log of the undoing run begins with.
    pub(crate) fn entry(&self) -> Entry {
        let run = &self.run;
        let diagnosis = Diagnosis::new(
            "undoes-run",
            format!("someone undoes run {run}: what it changed becomes what it was, where nothing changed it since"),
        )
        .with_remedy("The next full run brings back what the source has; hold the schedule back if it should not.")
        .in_chinese(
            format!("正在撤销第 {run} 次运行：其变更会恢复原状，之后又有变更的对象除外"),
            "下一次全量导入会重新写入来源中的内容；如不希望如此，请先暂停计划导入。",
        )
        .with_fact("undone_run", run.as_str());
        Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
    }

    /// Put everything back, until it is done or cancelled. An object that cannot be is refused, and the others are not
    /// affected.
    ///
    /// # Errors
    ///
    /// When a store fails. What was put back until then stays.
    pub(crate) async fn carry_out(
        &self,
        history: &dyn History,
        apply: &mut Apply,
        recorder: &Recorder,
        cancel: &Cancel,
    ) -> Result<Summary, Diagnosis> {
        let unread = |error: StoreError| refusal::store(&error);
        let mut records = Backwards::of(history, &self.run).await.map_err(unread)?;
        let total = records.n_left();
        let at_once = u32::try_from(MAX_STORED_AT_ONCE).unwrap_or(u32::MAX);
        loop {
            let done = total.saturating_sub(records.n_left());
            recorder.report(Progress { phase: "undoing".to_owned(), done, total: Some(total) });
            let page = records.next(at_once).await.map_err(unread)?;
            if page.is_empty() || cancel.is_cancelled() {
                return Ok(Summary {
                    read: apply.counted(),
                    unchanged: 0,
                    skipped: 0,
                    complete: true,
                    incomplete_reason: None,
                });
            }
            let happened =
                page.into_iter().map(|record| record.item).filter(|change| change.refusal.is_none());
            for changes in in_groups(happened) {
                apply.put_back(changes).await?;
            }
        }
    }
}

/// Who and what came with a run and is still there.
async fn would_leave(stand: &Stand, source: &SourceName, run: &RunId) -> Result<WouldLeave, StoreError> {
    let (mut came, mut after) = (BTreeSet::new(), None);
    loop {
        let page = stand.history.changes(run, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = Some(last.number);
        let records = page.into_iter().map(|record| record.item).filter(|change| change.refusal.is_none());
        for ChangeRecord { key, action, .. } in records {
            match action {
                Action::Created | Action::Restored => drop(came.insert(key)),
                // Whoever left later in the same run does not leave by its undoing.
                Action::Deactivated | Action::Deleted => drop(came.remove(&key)),
                Action::Updated | Action::Unchanged => {}
            }
        }
    }
    let came: Vec<Key> = came.into_iter().collect();
    let mut counts = Counts::new();
    for keys in came.chunks(MAX_CHANGES) {
        let held = stand.directory.load(source, keys).await?;
        let is_there = |held: &Option<Held>| held.as_ref().is_some_and(|held| !held.departed);
        keys.iter().zip(held).filter(|(_, held)| is_there(held)).for_each(|(key, _)| count(&mut counts, key));
    }
    WouldLeave::of(&*stand.directory, source, &counts).await
}

/// The changes in their order, cut before each object that occurred already: what an earlier change left must be there
/// before it can be put back.
fn in_groups(changes: impl Iterator<Item = ChangeRecord>) -> Vec<Vec<ChangeRecord>> {
    let (mut groups, mut group, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for change in changes {
        if !seen.insert(change.key.clone()) {
            seen = BTreeSet::from([change.key.clone()]);
            groups.push(std::mem::take(&mut group));
        }
        group.push(change);
    }
    groups.push(group);
    groups
}
