//! What a full run can show for itself: with what view it read, what it listed and read, what it removed, and what it did not
//! remove and why. It stands in the row of the run, [`Run::proof`], whether anything was removed or not.
//!
//! Not here: how much may leave (`guard`), how the numbers come about (`apply`), and what is said of them (`told`).

mod told;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::told::{BilingualText, Line};
pub(crate) use self::told::{are_objects, keys};
use crate::error::StoreError;
use crate::history::{History, Run, RunKind, RunState};
pub use crate::model::proof::{Lists, Narrowing, OpenList, Proof, Read, Retained, Since, View};
use crate::model::{RunId, SourceName, Timestamp};
use crate::removals::Earlier;

/// What the view of a source leaves out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// Whether that waits for a person. Otherwise one has decided about it, or it was always so.
    pub waits: bool,
    /// What the platform holds and the view does not show, by resource type.
    pub unfollowed: BTreeMap<String, u64>,
    /// Since when.
    pub since: Option<Since>,
}

impl LeftOut {
    /// What the newest of these runs that can tell has found, if it found anything; newest first.
    pub fn by<'r>(runs: impl IntoIterator<Item = &'r Run>) -> Option<Self> {
        let is_import =
            |run: &&Run| run.kind == RunKind::Full && !run.dry_run && run.state != RunState::Running;
        let mut proofs = runs.into_iter().filter(is_import).filter_map(|run| run.proof.as_ref());
        proofs.find(|proof| proof.can_tell()).and_then(Self::of)
    }

    fn of(proof: &Proof) -> Option<Self> {
        proof.leaves_out().then(|| Self {
            waits: proof.narrowing == Some(Narrowing::Held),
            unfollowed: proof.unfollowed.clone(),
            since: proof.since.clone(),
        })
    }

    /// How many objects that are, of whatever type.
    #[must_use]
    pub fn n_unfollowed(&self) -> u64 {
        self.unfollowed.values().fold(0, |sum, n| sum.saturating_add(*n))
    }
}

/// What the view of a source leaves out, as its newest import that can tell has found.
///
/// # Errors
///
/// When the history cannot be read.
pub async fn left_out(history: &dyn History, source: &SourceName) -> Result<Option<LeftOut>, StoreError> {
    Ok(told_before(history, source, None).await?.as_ref().and_then(LeftOut::of))
}

/// Have the proof of a run that began then say since when its view leaves something out.
///
/// # Errors
///
/// When the history cannot be read.
pub(crate) async fn say_since(
    history: &dyn History,
    source: &SourceName,
    run: &RunId,
    started_at: Timestamp,
    proof: &mut Proof,
) -> Result<(), StoreError> {
    if proof.leaves_out() {
        let before = told_before(history, source, Some(run.clone())).await?;
        let before = before.filter(Proof::leaves_out).and_then(|before| before.since);
        proof.since = Some(before.unwrap_or_else(|| Since { run: run.clone(), at: started_at }));
    }
    Ok(())
}

/// The proof of the newest import before a run that can tell what its view leaves out.
async fn told_before(
    history: &dyn History,
    source: &SourceName,
    before: Option<RunId>,
) -> Result<Option<Proof>, StoreError> {
    let mut earlier = Earlier::than(source, before);
    while let Some(run) = earlier.next(history).await? {
        if let Some(proof) = run.proof.filter(Proof::can_tell) {
            return Ok(Some(proof));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests;
