//! Which held runs still wait for a person.

use std::collections::BTreeSet;

use super::{CODE, HELD_RUN, HeldBack, IN_PART, PAGE, Stand, decided, holds, is_expired};
use crate::error::StoreError;
use crate::history::{History, Run, RunKind, RunState, Trigger};
use crate::limits::MAX_RUNS_SEARCHED;
use crate::model::{RunId, Severity, SourceName};

/// Entries among which an approval says what it approves: it is the first of them.
const FIRST_ENTRIES: u32 = 10;

/// The runs of a source of which something still waits for a person, newest first.
///
/// A later full run that asked about everything and a later approval that succeeded settle one; so it does when about each
/// object somebody has decided, or it has departed or lost its value in whatever way. One that may not be approved any more
/// waits for nobody.
///
/// # Errors
///
/// When a store fails.
pub(crate) async fn waiting(stand: &Stand, source: &SourceName) -> Result<Vec<Run>, StoreError> {
    let history = &*stand.history;
    let now = stand.clock.now();
    let (mut waiting, mut settled) = (Vec::new(), BTreeSet::new());
    let (mut before, mut n_seen) = (None, 0);
    while n_seen < MAX_RUNS_SEARCHED {
        let page = history.runs(source, before.as_ref(), PAGE).await?;
        for run in &page {
            let may_wait = holds(run) && !is_expired(run, now) && !settled.contains(&run.id);
            if may_wait && still_waits(stand, run).await? {
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

async fn still_waits(stand: &Stand, run: &Run) -> Result<bool, StoreError> {
    let history = &*stand.history;
    let decided = decided(history, run, stand.clock.now()).await?;
    if decided.is_settled {
        return Ok(false);
    }
    let left = HeldBack::of(history, run).await?.without(&decided.matters);
    left.is_waiting(history, &*stand.directory, &run.source).await
}

/// A run that held everything has asked about it as well: it is the one that waits, and no other before it.
fn asked_about_everything(run: &Run) -> bool {
    run.kind == RunKind::Full && !run.dry_run && matches!(run.state, RunState::Succeeded | RunState::Held)
}

fn is_approval(run: &Run) -> bool {
    run.trigger == Trigger::Approval && run.state == RunState::Succeeded && !run.dry_run
}

/// The run of which this one approved everything.
async fn approved(history: &dyn History, run: &RunId) -> Result<Option<RunId>, StoreError> {
    let first = history.entries(run, Severity::Info, None, FIRST_ENTRIES).await?;
    let entry = first.iter().map(|entry| &entry.item.diagnosis).find(|diagnosis| diagnosis.code == CODE);
    let entry = entry.filter(|diagnosis| diagnosis.fact(IN_PART).is_none());
    Ok(entry.and_then(|diagnosis| diagnosis.fact(HELD_RUN)).map(RunId::new))
}
