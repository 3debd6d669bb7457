//! The façade: check a source, import it, refresh a part of it.
//!
//! Not here: schedules (`follow`), a user interface; that is an embedder's, over this.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::apply::Identities;
use crate::approval::{self, Approval, Approving, HeldBack, Stand, Which, WouldLeave};
use crate::check;
use crate::decision::Decision;
use crate::directory::Directory;
#[cfg(feature = "testing")]
use crate::egress::InvalidCa;
use crate::egress::Reach;
#[cfg(feature = "testing")]
use crate::egress::testing::Responder;
use crate::engine::Engine;
use crate::error::{RunError, StoreError};
use crate::figures::SourceFigures;
use crate::history::{History, Run, Trigger};
use crate::limits::{DECLINED_FOR, MAX_CHANGES};
use crate::model::{Finding, Key, RunId, SourceName};
use crate::options::RunOptions;
use crate::run::{self, RunReport, RunWork};
use crate::services::Services;
use crate::source::Source;
use crate::storage::Storage;
use crate::undo::Undo;

/// Runs connectors against an embedder's stores. Clones are the same host.
///
/// # Examples
///
/// Check a source, and import it if nothing is wrong.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/company.in"));
/// use rollcall_host::RunOptions;
/// use rollcall_host::history::RunState;
/// use rollcall_host::model::Standing;
///
/// # fn main() -> Result<(), Failed> { run(async {
/// # let company = Company::new()?;
/// # let (host, source) = company.host().await?;
/// let findings = host.check(&source).await;
/// if let Some(wrong) = findings.iter().find(|finding| finding.standing == Standing::Failed) {
///     return Err(wrong.diagnosis.message.clone().into());
/// }
/// let report = host.sync(&source, RunOptions::default()).await?;
/// println!("{}: {} created, {} updated", report.state, report.counters.created, report.counters.updated);
/// assert_eq!((report.state, report.counters.created), (RunState::Succeeded, 2));
/// # Ok(()) }) }
/// ```
#[derive(Clone)]
pub struct Host {
    services: Services,
}

impl Host {
    /// A host over these stores. One object may be all three.
    #[must_use]
    pub fn new(
        engine: Engine,
        directory: Arc<dyn Directory>,
        storage: Arc<dyn Storage>,
        history: Arc<dyn History>,
    ) -> Self {
        Self { services: Services::new(engine, directory, storage, history) }
    }

    /// Check a source without changing anything: its settings, the way to its origins, then what its connector checks.
    /// The findings are in the order of the checks; a failed one explains those that were skipped.
    pub async fn check(&self, source: &Source) -> Vec<Finding> {
        check::check(&self.services, source, &[]).await
    }

    /// The same, for a source of which there are others on the same host: what it may not share with one of them is a
    /// warning among the findings. Of the others only the settings are looked at; one of the same name is the source itself.
    pub async fn check_beside(&self, source: &Source, others: &[Source]) -> Vec<Finding> {
        check::check(&self.services, source, others).await
    }

    /// Import a source: bring the directory in line with it. Leaves a history row however it ends.
    ///
    /// Dropping the future cancels the run, which then ends by itself and closes its row.
    ///
    /// # Errors
    ///
    /// [`RunError`] when there was no run, or its row cannot be written. A run that failed is a report.
    pub async fn sync(&self, source: &Source, options: RunOptions) -> Result<RunReport, RunError> {
        Ok(run::start(&self.services, source, RunWork::Sync, options).await?.report)
    }

    /// Bring just these objects of a source in line, each read again. At most 1000 keys.
    ///
    /// # Errors
    ///
    /// As [`Host::sync`], and [`RunError::TooManyKeys`].
    pub async fn refresh(
        &self,
        source: &Source,
        keys: Vec<Key>,
        options: RunOptions,
    ) -> Result<RunReport, RunError> {
        if MAX_CHANGES < keys.len() {
            return Err(RunError::TooManyKeys { n: keys.len(), limit: MAX_CHANGES });
        }
        Ok(run::start(&self.services, source, RunWork::Refresh(keys), options).await?.report)
    }

    /// Approve what a run held: the source is asked about it again, object by object, and what it confirms departs or is
    /// cleared. Who or what is back at the source stays. A run of its own, with the trigger `approval`; a full one if the held run held more than
    /// was recorded of it ([`MAX_HELD_RECORDS`](crate::limits::MAX_HELD_RECORDS)). What leaves beside what was approved is weighed
    /// as ever, whatever [`RunOptions::removals`] says.
    ///
    /// Where anything would be removed, whoever approves says how much: the number that [`Host::would_leave`] told them.
    ///
    /// # Errors
    ///
    /// As [`Host::sync`], and [`RunError::NoSuchRun`], [`RunError::NothingHeld`], [`RunError::NotAmongHeld`],
    /// [`RunError::NotInParts`], [`RunError::ApprovalExpired`], [`RunError::IdentitiesUnanswered`],
    /// [`RunError::RemovalsUnconfirmed`], [`RunError::HistoryUnread`].
    pub async fn approve(
        &self,
        source: &Source,
        run: &RunId,
        approving: Approving,
        options: RunOptions,
    ) -> Result<RunReport, RunError> {
        let approval = Approval::of(&self.stand(), source.name(), run, approving).await?;
        let options = RunOptions { trigger: Trigger::Approval, ..options };
        Ok(run::start(&self.services, source, RunWork::Approve(approval), options).await?.report)
    }

    /// Decline what a run held: it stops waiting, and as long as the source says the same it is not held anew but stays, for
    /// [`DECLINED_FOR`] at most. `by` is a name for people to read. Of a run that held more than
    /// was recorded of it, the next one holds anew.
    ///
    /// # Errors
    ///
    /// [`RunError::NoSuchRun`], [`RunError::NothingHeld`], [`RunError::NotAmongHeld`], [`RunError::NotInParts`],
    /// [`RunError::ApprovalExpired`], [`RunError::ReasonNotValid`], [`RunError::HistoryUnread`], [`RunError::History`].
    pub async fn decline(
        &self,
        source: &SourceName,
        run: &RunId,
        which: Which,
        reason: &str,
        by: &str,
    ) -> Result<Decision, RunError> {
        approval::decline(&self.stand(), source, run, which, reason, by).await
    }

    /// The decisions about what a run held, in the order in which they were made, as long as they count.
    ///
    /// # Errors
    ///
    /// When the history fails.
    pub async fn decisions(&self, source: &SourceName, run: &RunId) -> Result<Vec<Decision>, StoreError> {
        let since = self.services.clock().now().before(DECLINED_FOR);
        let mut decisions = self.history().decisions(source, since).await?;
        decisions.retain(|decision| decision.run == *run);
        Ok(decisions)
    }

    /// Undo a run: what it changed becomes what it was, the last change first, wherever nothing changed it since; who came
    /// with it leaves as a departed one does. A run of its own, of the kind `undo`, with a change record for each; dry if
    /// that is wanted. No source is asked.
    ///
    /// Where more would leave than is removed unseen, [`RunOptions::removals`] has to allow that many
    /// ([`Host::undo_would_remove`] tells how many); a dry run tells it, and reads `held`.
    ///
    /// The next full run brings back what the source has, so the schedule is best paused first
    /// ([`Note::Paused`](crate::inbox::Note)). To undo an undo is to undo that run.
    ///
    /// # Errors
    ///
    /// As [`Host::sync`], and [`RunError::NoSuchRun`], [`RunError::StillRunning`], [`RunError::NothingToUndo`],
    /// [`RunError::UndoUnconfirmed`], [`RunError::HistoryUnread`].
    pub async fn undo(
        &self,
        source: &Source,
        run: &RunId,
        options: RunOptions,
    ) -> Result<RunReport, RunError> {
        let undo = Undo::of(&self.stand(), source.name(), run, &options).await?;
        Ok(run::start(&self.services, source, RunWork::Undo(undo), options).await?.report)
    }

    /// What would leave if this run were undone, if that is more than leaves unseen.
    ///
    /// # Errors
    ///
    /// As [`Host::undo`], but for [`RunError::UndoUnconfirmed`].
    pub async fn undo_would_remove(
        &self,
        source: &SourceName,
        run: &RunId,
    ) -> Result<Option<WouldLeave>, RunError> {
        let dry = RunOptions { dry_run: true, ..RunOptions::default() };
        Ok(Undo::of(&self.stand(), source, run, &dry).await?.into_unconfirmed())
    }

    /// What a run holds back, which an approval would be about.
    ///
    /// # Errors
    ///
    /// [`RunError::NoSuchRun`], [`RunError::NothingHeld`], [`RunError::NotAmongHeld`], [`RunError::NotInParts`],
    /// [`RunError::HistoryUnread`].
    pub async fn held_back(
        &self,
        source: &SourceName,
        run: &RunId,
        which: Which,
    ) -> Result<HeldBack, RunError> {
        approval::held_back(&self.stand(), source, run, which).await
    }

    /// What would be removed if this is approved, with this answer about ids that belong to somebody else now.
    ///
    /// # Errors
    ///
    /// When the directory fails.
    pub async fn would_leave(
        &self,
        source: &SourceName,
        held_back: &HeldBack,
        identities: Identities,
    ) -> Result<WouldLeave, StoreError> {
        WouldLeave::of(&**self.services.directory(), source, &held_back.removals(identities)).await
    }

    /// The runs of a source that held something which still waits for a person, newest first: no later full run asked
    /// about everything, nobody approved or declined it, not all of it has departed or been cleared since, and it may still be
    /// approved. A full run that is held itself stands for those before it.
    ///
    /// # Errors
    ///
    /// When a store fails.
    pub async fn held_runs(&self, source: &SourceName) -> Result<Vec<Run>, StoreError> {
        approval::waiting(&self.stand(), source).await
    }

    /// Whether a run held ids that belong to somebody else now: then whoever approves it has two answers.
    ///
    /// # Errors
    ///
    /// When the history fails.
    pub async fn held_identities(&self, run: &RunId) -> Result<bool, StoreError> {
        approval::holds_identities(&**self.history(), run).await
    }

    /// How far requests may reach.
    #[must_use]
    pub fn reach(&self) -> Reach {
        self.services.reach()
    }

    /// What was counted of each source since this host began, of all that it did with it.
    #[must_use]
    pub fn figures(&self) -> BTreeMap<SourceName, SourceFigures> {
        self.services.figures()
    }

    /// From what it is known about what a person decides.
    pub(crate) fn stand(&self) -> Stand {
        Stand {
            directory: Arc::clone(self.services.directory()),
            history: Arc::clone(self.history()),
            clock: Arc::clone(self.services.clock()),
        }
    }

    /// What it works with.
    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    fn history(&self) -> &Arc<dyn History> {
        self.services.history()
    }

    /// Let the requests of a source be answered in process from now on, as long as its egress stays the same.
    ///
    /// # Errors
    ///
    /// [`InvalidCa`] when the CA file of its egress cannot be used.
    #[cfg(feature = "testing")]
    pub fn answer(&self, source: &Source, responder: Arc<dyn Responder>) -> Result<(), InvalidCa> {
        self.services.answer(source, responder)
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("engine", self.services.engine()).finish_non_exhaustive()
    }
}
