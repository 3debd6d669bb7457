//! Undoing a run: what its change records say is put back, the last change first.
//!
//! Nobody asks the source, so the next full run brings back what it has; whoever undoes an import holds the schedule back
//! first. Not here: when an object may be put back (`apply::undo`).

use std::collections::BTreeSet;

use crate::apply::Apply;
use crate::backwards::Backwards;
use crate::cancel::Cancel;
use crate::capabilities::history::Recorder;
use crate::error::{RunError, StoreError};
use crate::history::{ChangeRecord, History, RunState};
use crate::limits::MAX_STORED_AT_ONCE;
use crate::model::{Diagnosis, Entry, Progress, RunId, Severity, SourceName, Summary};
use crate::refusal;

/// A run that is to be undone, which can be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Undo {
    run: RunId,
}

impl Undo {
    /// # Errors
    ///
    /// When it is no run of the source, is under way, was a dry one, or the history cannot be read.
    pub(crate) async fn of(
        history: &dyn History,
        source: &SourceName,
        run: &RunId,
    ) -> Result<Self, RunError> {
        let row = history.run(run).await.map_err(RunError::HistoryUnread)?;
        let run = run.clone();
        match row.filter(|row| row.source == *source) {
            None => Err(RunError::NoSuchRun { run }),
            Some(row) if row.state == RunState::Running => Err(RunError::StillRunning { run }),
            Some(row) if row.dry_run => Err(RunError::NothingToUndo { run }),
            Some(_) => Ok(Self { run }),
        }
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
