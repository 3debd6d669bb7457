//! What a person or a program asks of a source: import, refresh, cancel, pause, resume.
//!
//! A run goes on when whoever asked has gone; they learn its number as soon as it has one. Not here: who may ask.

use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use rollcall_host::error::RunError;
use rollcall_host::history::Counters;
use rollcall_host::inbox::Note;
use rollcall_host::model::{Diagnosis, Key, Progress, RunId, SourceName};
use rollcall_host::observe::Observer;
use rollcall_host::{Approving, Cancel, Follower, Host, Removals, RunOptions, RunReport, Source};
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::changing::{RefusedChange, unusable};
use super::entry::SourceEntry;
use super::registry::Sources;
use super::under_way::Unheard;
use crate::admin_error::AdminError;

/// How long whoever asks waits for the number of the run.
///
/// 3 s. Why: a source that is free opens a run at once; for one that is busy nobody should wait longer at a blank page.
const OPENING: Duration = Duration::from_secs(3);

/// What became of an ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Begun {
    /// The run. None: it waits for its turn, because the source is busy.
    pub(crate) run: Option<RunId>,
}

/// What is asked for.
enum Work {
    Import,
    Refresh(Vec<Key>),
    /// What this run held.
    Approve(RunId, Approving),
    Undo(RunId),
}

/// How a run is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct How {
    /// Whether it only records what it would do.
    pub(crate) is_dry: bool,
    /// What may leave beyond what is usual.
    pub(crate) removals: Removals,
    /// Whether a person is at it.
    pub(crate) attended: bool,
}

/// What was asked for: the number of its run, as soon as there is one, and how it ended.
struct Ask {
    opening: oneshot::Receiver<RunId>,
    told: Ended,
}

/// How a run that was asked for ended.
pub(crate) type Ended = oneshot::Receiver<Result<RunReport, RunError>>;

/// Who does it.
enum Doer {
    Follower(Follower),
    /// The host itself, for a source that is not followed.
    Host(Host, Source),
}

impl Sources {
    /// Import everything, or with `is_dry` only record what would happen. An import of a source that is not followed yet
    /// makes it followed: that is how an administrator says so.
    pub(crate) async fn import(&self, name: &SourceName, how: How) -> Result<Begun, AdminError> {
        let mut doer = self.doer(name)?;
        if let (Doer::Host(..), false) = (&doer, how.is_dry) {
            self.set_followed(name, true).await.map_err(RefusedChange::into_error)?;
            doer = self.doer(name)?;
        }
        self.begin(doer, Work::Import, how).await
    }

    /// Read these objects again. At most 1000 keys.
    pub(crate) async fn refresh(
        &self,
        name: &SourceName,
        keys: Vec<Key>,
        how: How,
    ) -> Result<Begun, AdminError> {
        let doer = self.doer(name)?;
        self.begin(doer, Work::Refresh(keys), how).await
    }

    /// Read one object again, and tell how that ended. Of a source that is not followed, too: whoever asks about one
    /// object wants that one alone.
    pub(crate) fn ask_about(&self, name: &SourceName, key: Key) -> Result<Ended, AdminError> {
        let doer = self.doer(name)?;
        Ok(self.ask(doer, Work::Refresh(vec![key]), How::default()).told)
    }

    /// Approve what a run of this source held: the source is asked about it again, and what it confirms departs.
    pub(crate) async fn approve(
        &self,
        name: &SourceName,
        run: RunId,
        approving: Approving,
    ) -> Result<Begun, AdminError> {
        let doer = self.doer(name)?;
        self.begin(doer, Work::Approve(run, approving), How::default()).await
    }

    /// Undo a run of this source, or with `is_dry` only record what would be put back.
    pub(crate) async fn undo(&self, name: &SourceName, run: RunId, how: How) -> Result<Begun, AdminError> {
        let doer = self.doer(name)?;
        self.begin(doer, Work::Undo(run), how).await
    }

    /// As if whoever asked had gone before it was found that it could not be done.
    #[cfg(test)]
    pub(crate) fn leave_unheard(&self, name: SourceName, unheard: Unheard) {
        self.state.under_way.unheard().insert(name, unheard);
    }

    /// Why the last ask of this source came to no run, if whoever asked was not told.
    pub(crate) fn unheard(&self, name: &SourceName) -> Option<Unheard> {
        self.state.under_way.unheard().get(name).cloned()
    }

    /// Stop a run that is under way, whoever started it. False when it is not under way in this program.
    pub(crate) fn cancel(&self, run: &RunId) -> bool {
        self.all().iter().any(|known| known.follower.cancel(run)) || self.state.under_way.cancel(run)
    }

    /// End what was asked of sources, in good order. Whoever follows a source ends its own runs.
    pub(crate) async fn end_asks(&self) {
        self.state.under_way.end().await;
    }

    /// Hold the schedule back. What the source pushes is followed all the same.
    pub(crate) async fn pause(&self, name: &SourceName) -> Result<(), AdminError> {
        self.note(name, &[Note::Paused(true)]).await
    }

    /// Let the schedule go on.
    pub(crate) async fn resume_schedule(&self, name: &SourceName) -> Result<(), AdminError> {
        self.note(name, &[Note::Paused(false)]).await
    }

    /// Follow a source again that was stopped. A full run goes before the events that wait.
    pub(crate) async fn resume(&self, name: &SourceName) -> Result<(), AdminError> {
        match self.entry(name).ok_or_else(AdminError::not_found)? {
            SourceEntry::Followed(_) => {}
            SourceEntry::Broken(broken) => return Err(unusable(broken.diagnosis.clone())),
            SourceEntry::Idle(_) => return Err(unusable(not_followed())),
        }
        let notes = [Note::Paused(false), Note::Stopped(None), Note::Resumed(self.services().now())];
        self.note(name, &notes).await
    }

    async fn note(&self, name: &SourceName, notes: &[Note]) -> Result<(), AdminError> {
        self.entry(name).ok_or_else(AdminError::not_found)?;
        for note in notes {
            self.services().store().note(name, note).await?;
        }
        self.services().pulse().beat();
        Ok(())
    }

    fn doer(&self, name: &SourceName) -> Result<Doer, AdminError> {
        match self.entry(name).ok_or_else(AdminError::not_found)? {
            SourceEntry::Followed(known) => Ok(Doer::Follower(known.follower.clone())),
            SourceEntry::Broken(broken) => Err(unusable(broken.diagnosis.clone())),
            SourceEntry::Idle(idle) if idle.unconfirmed.is_empty() => {
                Ok(Doer::Host(self.services().host().clone(), idle.source.clone()))
            }
            SourceEntry::Idle(_) => Err(unusable(unconfirmed())),
        }
    }

    async fn begin(&self, doer: Doer, work: Work, how: How) -> Result<Begun, AdminError> {
        let Ask { opening, told } = self.ask(doer, work, how);
        let first = async {
            tokio::select! {
                biased;
                Ok(run) = opening => Ok(Begun { run: Some(run) }),
                Ok(result) = told => result.map(|report| Begun { run: Some(report.run) }).map_err(AdminError::from),
                else => Ok(Begun { run: None }),
            }
        };
        timeout(OPENING, first).await.unwrap_or(Ok(Begun { run: None }))
    }

    fn ask(&self, doer: Doer, work: Work, how: How) -> Ask {
        let (opened, opening) = oneshot::channel();
        let (tell, told) = oneshot::channel();
        let cancel = Cancel::new();
        let observer = Arc::new(Opening {
            sources: self.clone(),
            cancel: cancel.clone(),
            opened: Mutex::new(Some(opened)),
            run: OnceLock::new(),
        });
        let How { is_dry: dry_run, removals, attended } = how;
        let observing = RunOptions { observer: observer.clone(), cancel, ..RunOptions::default() };
        let options = RunOptions { dry_run, removals, attended, ..observing };
        let (sources, name) = (self.clone(), doer.name().clone());
        self.state.under_way.unheard().remove(&name);
        self.state.under_way.spawn(async move {
            let result = doer.run(work, options).await;
            if let Some(run) = observer.run.get() {
                sources.state.under_way.forget(run);
                sources.services().pulse().paces().forget(run);
            }
            // Nobody waits for it any more once the run is open, which then says how it went; or after a while.
            if let Err(Err(error)) = tell.send(result) {
                let unheard =
                    Unheard { at: sources.services().now(), diagnosis: *AdminError::from(error).diagnosis };
                sources.state.under_way.unheard().insert(name, unheard);
            }
            sources.services().pulse().beat();
        });
        Ask { opening, told }
    }
}

impl Doer {
    fn name(&self) -> &SourceName {
        match self {
            Self::Follower(follower) => follower.name(),
            Self::Host(_, source) => source.name(),
        }
    }

    async fn run(self, work: Work, options: RunOptions) -> Result<RunReport, RunError> {
        match (self, work) {
            (Self::Follower(follower), Work::Import) => Ok(follower.sync(options).await?.report),
            (Self::Follower(follower), Work::Refresh(keys)) => follower.refresh(keys, options).await,
            (Self::Follower(follower), Work::Approve(run, approving)) => {
                follower.approve(&run, approving, options).await
            }
            (Self::Follower(follower), Work::Undo(run)) => follower.undo(&run, options).await,
            (Self::Host(host, source), Work::Import) => host.sync(&source, options).await,
            (Self::Host(host, source), Work::Refresh(keys)) => host.refresh(&source, keys, options).await,
            (Self::Host(host, source), Work::Approve(run, approving)) => {
                host.approve(&source, &run, approving, options).await
            }
            (Self::Host(host, source), Work::Undo(run)) => host.undo(&source, &run, options).await,
        }
    }
}

/// Tells whoever asked which run it is, as soon as there is one.
struct Opening {
    sources: Sources,
    cancel: Cancel,
    opened: Mutex<Option<oneshot::Sender<RunId>>>,
    run: OnceLock<RunId>,
}

impl Observer for Opening {
    fn opened(&self, run: &RunId) {
        let run = self.run.get_or_init(|| run.clone());
        self.sources.state.under_way.know(run, &self.cancel);
        let opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(opened) = opened {
            // Whoever asked may have gone.
            let _unheard = opened.send(run.clone());
        }
        self.sources.services().pulse().beat();
    }

    fn progress(&self, progress: Option<&Progress>, _counters: &Counters) {
        if let (Some(run), Some(progress)) = (self.run.get(), progress) {
            self.sources.services().pulse().paces().saw(run, progress);
        }
        self.sources.services().pulse().beat();
    }
}

impl RefusedChange {
    /// As one error, for where there is no form.
    pub(crate) fn into_error(self) -> AdminError {
        match self {
            Self::Complaints(wrong) => unusable(super::complaints::all_of(wrong)),
            Self::Error(error) => error,
        }
    }
}

fn not_followed() -> Diagnosis {
    Diagnosis::new("not-followed", "the source is not followed, so there is nothing to go on with")
        .with_remedy("import the organisation; from then on it is followed")
        .in_chinese("该身份源尚未开始同步，无法恢复", "请先导入组织架构，之后会持续同步")
}

fn unconfirmed() -> Diagnosis {
    Diagnosis::new("origins-unconfirmed", "nobody has confirmed yet which addresses this source may talk to")
        .with_remedy("confirm them on the source's page")
        .in_chinese("尚未确认该身份源可以访问哪些地址", "请在该身份源的页面上确认")
}
