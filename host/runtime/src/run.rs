//! One attempt: the row is opened before anything else and closed after everything else.
//!
//! Not here: what is applied (`apply`), how an ending is judged (`run::conclusion`).

mod attend;
mod conclusion;
mod turn;

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use tokio::time::sleep;
use tracing::Instrument as _;

use self::attend::Attendants;
use self::conclusion::{Conclusion, Ending, conclude};
use crate::apply::{self, Apply, Attributes, Destination, Identities, Ledger, RunExtent, scope};
use crate::approval::Approval;
use crate::cancel::Cancel;
use crate::clearing::Approved;
use crate::connector::{Handled, Unfinished};
use crate::decision::{Decision, Declined, Matter, Verdict};
use crate::directory::Directory;
use crate::dry_run::DryDirectory;
use crate::error::{GuestError, RunError, StoreError};
use crate::guard::{Permitted, Scales};
use crate::history::{Counters, NewRun, Opened, RunEnd, RunKind, RunState};
use crate::inbox::InboxEvent;
use crate::limits::{CANCEL_GRACE, DECLINED_FOR, SOURCE_BYTES_WITHIN};
use crate::model::{Diagnosis, Entry, Failure, FailureKind, Key, RunId, Scope, Summary, Timestamp};
pub use crate::options::{Removals, RunOptions};
use crate::prepare::{Prepared, prepare};
use crate::proof::{self, Proof};
use crate::recorder::Recorder;
use crate::refusal;
use crate::services::Services;
use crate::session::Sessions;
use crate::source::Source;
use crate::undo::Undo;

/// How a run ended; the same as its row says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RunReport {
    /// Which run.
    pub run: RunId,
    /// How it ended.
    pub state: RunState,
    /// What it did.
    pub counters: Counters,
    /// Why it could not go on, when it failed.
    pub failure: Option<Failure>,
    /// Entries beyond the limit of a run, which were counted and not kept.
    pub n_entries_dropped: u64,
    /// When it started.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
}

/// What a run does.
#[derive(Debug, Clone)]
pub(crate) enum RunWork {
    Sync,
    Refresh(Vec<Key>),
    Handle(Vec<InboxEvent>),
    Approve(Approval),
    Undo(Undo),
}

impl RunWork {
    pub(crate) const fn kind(&self) -> RunKind {
        match self {
            Self::Sync | Self::Approve(Approval { keys: None, .. }) => RunKind::Full,
            Self::Refresh(_) | Self::Approve(Approval { keys: Some(_), .. }) => RunKind::Refresh,
            Self::Handle(_) => RunKind::Events,
            Self::Undo(_) => RunKind::Undo,
        }
    }

    const fn extent(&self) -> RunExtent {
        match self {
            Self::Sync | Self::Approve(Approval { keys: None, .. }) => RunExtent::Full,
            Self::Refresh(_) | Self::Handle(_) | Self::Approve(_) | Self::Undo(_) => RunExtent::Some,
        }
    }

    /// Whether it reads everything.
    pub(crate) fn is_full(&self) -> bool {
        self.kind() == RunKind::Full
    }

    /// Whether both read everything, for the same reason.
    pub(crate) fn is_same_full(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Sync, Self::Sync) => true,
            (Self::Approve(one), Self::Approve(other)) => one == other && one.keys.is_none(),
            (Self::Sync | Self::Refresh(_) | Self::Handle(_) | Self::Approve(_) | Self::Undo(_), _) => false,
        }
    }

    /// The clearings that a person approved.
    fn approved(&self) -> Approved {
        match self {
            Self::Approve(approval) => approval.clearings.clone(),
            Self::Sync | Self::Refresh(_) | Self::Handle(_) | Self::Undo(_) => Approved::Nothing,
        }
    }

    /// The digest of the scope that a person approved.
    fn approved_scope(&self) -> Option<String> {
        match self {
            Self::Approve(approval) => approval.scope.clone(),
            Self::Sync | Self::Refresh(_) | Self::Handle(_) | Self::Undo(_) => None,
        }
    }

    /// What a person answered about ids that belong to somebody else now.
    fn identities(&self) -> Identities {
        match self {
            Self::Approve(approval) => approval.identities,
            Self::Sync | Self::Refresh(_) | Self::Handle(_) | Self::Undo(_) => Identities::Weigh,
        }
    }

    /// What may leave beyond what is usual, where whoever started it says this.
    fn permitted(&self, removals: Removals) -> Permitted {
        match self {
            Self::Approve(approval) => approval.permitted.clone(),
            Self::Sync | Self::Refresh(_) => removals.into(),
            // Of events nobody knows beforehand; what is undone was weighed before it began.
            Self::Handle(_) | Self::Undo(_) => Permitted::Nothing,
        }
    }

    /// What the log of the run begins with.
    fn entry(&self) -> Option<Entry> {
        match self {
            Self::Approve(approval) => Some(approval.entry()),
            Self::Undo(undo) => Some(undo.entry()),
            Self::Sync | Self::Refresh(_) | Self::Handle(_) => None,
        }
    }
}

/// What a connector is asked for.
#[derive(Clone, Copy)]
enum RunQuestion<'a> {
    Everything,
    Keys(&'a [Key]),
    Events(&'a [InboxEvent]),
}

/// What is known of a source before it is read.
struct SourceBackground {
    /// With what scopes this run's own is compared.
    scopes: scope::EarlierScopes,
    /// What people declined.
    declined: Arc<Declined>,
    /// Bytes that the source's runs wrote lately.
    written: u64,
    /// Why the run does not begin.
    refused: Option<Failure>,
}

/// What came of asking a connector.
struct ConnectorCall {
    result: Result<Summary, Failure>,
    ledger: Ledger,
    unfinished: Vec<Unfinished>,
}

/// How a run ended, and what its row does not say.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) report: RunReport,
    /// Whether the connector said that it did not read everything it should have.
    pub(crate) is_incomplete: bool,
    /// Events of the batch that are worth another try, where the others are done.
    pub(crate) unfinished: Vec<Unfinished>,
    /// Why the platform's store failed, if it did, whatever the connector made of it.
    pub(crate) store_failure: Option<Diagnosis>,
}

/// Run in a task of its own, so that a caller who goes away leaves a closed row behind.
pub(crate) async fn start(
    services: &Services,
    source: &Source,
    work: RunWork,
    options: RunOptions,
) -> Result<Finished, RunError> {
    let cancel = Cancel::new();
    let _cancel_if_dropped = cancel.on_drop();
    let attempt = RunAttempt { services: services.clone(), source: source.clone(), work, options, cancel };
    let run = tokio::spawn(attempt.run()).await;
    run.unwrap_or_else(|error| Err(RunError::Died(error.to_string())))
}

struct RunAttempt {
    services: Services,
    source: Source,
    work: RunWork,
    options: RunOptions,
    /// Stops this run alone; the embedder's own handle leads here.
    cancel: Cancel,
}

impl RunAttempt {
    async fn run(self) -> Result<Finished, RunError> {
        let (run, started_at) = self.open().await?;
        // Whatever the log says meanwhile says of which run.
        let span = tracing::error_span!("run", source = %self.source.name(), %run);
        self.opened(run, started_at).instrument(span).await
    }

    async fn opened(self, run: RunId, started_at: Timestamp) -> Result<Finished, RunError> {
        let recorder = Arc::new(Recorder::of_run(
            Arc::clone(self.services.history()),
            run.clone(),
            Arc::clone(&self.options.observer),
        ));
        let asked = self.options.cancel.clone();
        let attendants =
            Attendants::start(self.services.history(), &run, &recorder, asked, self.cancel.clone());
        let noted = recorder.entries_always(self.work.entry().as_slice()).await;
        let mut ending = self.work(&run, &recorder).await;
        let unfinished = std::mem::take(&mut ending.unfinished);
        let is_lost = attendants.stop(&run, &recorder).await;
        let is_incomplete = ending.result.as_ref().is_ok_and(|summary| !summary.complete);
        let store_failure = ending.ledger.store_failure().cloned();
        let scope = ending.ledger.take_scope().filter(|_| !self.options.dry_run);
        let (proof, dated) = self.dated(&run, started_at, ending.ledger.take_proof()).await;
        let over = ending.ledger.take_over();
        let Conclusion { state, counters, failure, entries } = conclude(ending, self.work.extent());
        let entries: Vec<Entry> = entries.into_iter().filter(|entry| !recorder.has_error(entry)).collect();
        // What cannot be recorded does not undo what was done, so the row is closed all the same.
        let recorded = recorder.entries_always(&entries).await;
        let finished_at = self.services.clock().now();
        let n_entries_dropped = recorder.n_entries_dropped();
        let state = if is_lost { RunState::Interrupted } else { state };
        let report = RunReport { run, state, counters, failure, n_entries_dropped, started_at, finished_at };
        if !is_lost {
            let decided = self.decide(&report, over).await;
            self.close(&report, scope, proof).await?;
            decided?;
        }
        noted.and(dated).and(recorded).map_err(RunError::History)?;
        Ok(Finished { report, is_incomplete, unfinished, store_failure })
    }

    /// Write down what is decided with this run: what it was the approval of, and what was declined and is no longer the
    /// question.
    async fn decide(&self, report: &RunReport, over: BTreeSet<Matter>) -> Result<(), RunError> {
        if self.options.dry_run {
            return Ok(());
        }
        let (source, at) = (self.source.name(), report.finished_at);
        let mut decisions = Vec::new();
        if let (RunWork::Approve(approval), RunState::Succeeded) = (&self.work, report.state) {
            decisions.push(approval.decision(source, at));
        }
        if !over.is_empty() {
            decisions.push(Decision {
                source: source.clone(),
                run: report.run.clone(),
                at,
                by: self.source.connector().identity().id.clone(),
                verdict: Verdict::Over,
                about: Some(over),
                reason: None,
            });
        }
        for decision in &decisions {
            self.services.history().record_decision(decision).await.map_err(RunError::History)?;
        }
        Ok(())
    }

    /// Open the row, as soon as the source is free, within the time that the caller would wait.
    async fn open(&self) -> Result<(RunId, Timestamp), RunError> {
        let stopped = async {
            tokio::select! {
                () = self.cancel.cancelled() => {}
                () = self.options.cancel.cancelled() => {}
            }
        };
        let waiting = |run: &RunId| self.options.observer.waiting(run);
        turn::take(self.options.wait, stopped, waiting, || self.try_open()).await
    }

    async fn try_open(&self) -> Result<(Opened, Timestamp), RunError> {
        let started_at = self.services.clock().now();
        let RunOptions { trigger, dry_run, attended, observer, .. } = &self.options;
        let new = NewRun {
            source: self.source.name().clone(),
            kind: self.work.kind(),
            trigger: *trigger,
            dry_run: *dry_run,
            // A preview decides nothing.
            attended: *attended && !*dry_run,
            connector: self.source.connector().identity().clone(),
            started_at,
        };
        let opened = self.services.history().open_run(&new).await.map_err(RunError::History)?;
        if let Opened::Run(run) = &opened {
            tracing::info!(source = %new.source, %run, connector = new.connector.id, dry_run, "run opened");
            observer.opened(run);
        }
        Ok((opened, started_at))
    }

    /// The proof with since when its view leaves something out, where that can be found out.
    async fn dated(
        &self,
        run: &RunId,
        started_at: Timestamp,
        mut proof: Option<Proof>,
    ) -> (Option<Proof>, Result<(), StoreError>) {
        let Some(known) = &mut proof else { return (None, Ok(())) };
        let dated =
            proof::say_since(&**self.services.history(), self.source.name(), run, started_at, known).await;
        (proof, dated)
    }

    async fn close(
        &self,
        report: &RunReport,
        scope: Option<Scope>,
        proof: Option<Proof>,
    ) -> Result<(), RunError> {
        let RunReport { run, state, counters, failure, n_entries_dropped, finished_at, .. } = report;
        let end = RunEnd {
            state: *state,
            counters: *counters,
            failure: failure.clone(),
            n_entries_dropped: *n_entries_dropped,
            finished_at: *finished_at,
            scope,
            proof,
        };
        self.services.history().close_run(run, &end).await.map_err(RunError::History)?;
        let code = failure.as_ref().map(|failure| failure.diagnosis.code.as_str());
        tracing::info!(%state, code, n_read = counters.read, "run closed");
        Ok(())
    }

    async fn work(&self, run: &RunId, recorder: &Arc<Recorder>) -> Ending {
        let question = match &self.work {
            RunWork::Undo(undo) => return self.undo(run, recorder, undo).await,
            RunWork::Sync | RunWork::Approve(Approval { keys: None, .. }) => RunQuestion::Everything,
            RunWork::Refresh(keys) | RunWork::Approve(Approval { keys: Some(keys), .. }) => {
                RunQuestion::Keys(keys)
            }
            RunWork::Handle(events) => RunQuestion::Events(events),
        };
        if self.options.trigger.is_a_persons() {
            self.services.unbar(&self.source);
        }
        let prepared = match prepare(&self.services, &self.source).await {
            Ok(prepared) => prepared,
            Err(unprepared) => return Ending::before_work(unprepared.into_failure()),
        };
        let known = match self.known().await {
            Ok(known) => known,
            Err(error) => {
                return Ending::before_work(Failure::new(FailureKind::Host, refusal::store(&error)));
            }
        };
        if let Some(failure) = known.refused {
            return Ending::before_work(failure);
        }
        let ConnectorCall { result, ledger, unfinished } =
            self.ask(question, run, recorder, &prepared, known).await;
        Ending { result, ledger, unfinished, is_cancelled: self.cancel.is_cancelled() }
    }

    fn dry_directory(&self, real: Arc<dyn Directory>) -> DryDirectory {
        DryDirectory::over(real, self.services.engine().memory_share())
    }

    /// Put back what another run changed. No connector is asked.
    async fn undo(&self, run: &RunId, recorder: &Arc<Recorder>, undo: &Undo) -> Ending {
        let directory = Arc::clone(self.services.directory());
        let directory =
            if self.options.dry_run { Arc::new(self.dry_directory(directory)) } else { directory };
        let mut apply = Apply::new(Destination {
            directory,
            recorder: Arc::clone(recorder),
            source: self.source.name().clone(),
            run: run.clone(),
            resource_types: self.source.connector().descriptor().type_names(),
            departed_users: self.source.departed_users(),
            extent: RunExtent::Some,
            scales: None,
            declined: Arc::default(),
            approved: Approved::Nothing,
            identity_attributes: Attributes::new(),
            identities: Identities::default(),
            known_scopes: scope::EarlierScopes::default(),
            overrun: Cancel::new(),
        });
        let history = &**self.services.history();
        let needs_number = undo.needs_number();
        if let Err(error) = recorder.entries_always(needs_number.as_slice()).await {
            return Ending::before_work(Failure::new(FailureKind::Host, refusal::store(&error)));
        }
        let result = undo.carry_out(history, &mut apply, recorder, &self.cancel).await;
        let result = result.map_err(|diagnosis| Failure::new(FailureKind::Host, diagnosis));
        let is_cancelled = self.cancel.is_cancelled();
        let mut ledger = apply.into_ledger();
        if needs_number.is_some() {
            ledger.needs_number();
        }
        Ending { result, ledger, unfinished: Vec::new(), is_cancelled }
    }

    async fn ask(
        &self,
        question: RunQuestion<'_>,
        run: &RunId,
        recorder: &Arc<Recorder>,
        prepared: &Prepared,
        known: SourceBackground,
    ) -> ConnectorCall {
        let overrun = Cancel::new();
        let sessions = Sessions {
            services: &self.services,
            source: &self.source,
            prepared,
            recorder: Arc::clone(recorder),
            cancel: self.cancel.clone(),
            is_dry: self.options.dry_run,
            scales: Some(self.scales(known.written)),
            declined: known.declined,
            approved: self.work.approved(),
            identities: self.work.identities(),
            known_scopes: known.scopes,
            overrun: overrun.clone(),
        };
        let connector = self.source.connector();
        let mut unfinished = Vec::new();
        let (result, worker) = match question {
            RunQuestion::Everything => {
                let (session, worker) = sessions.full(run.clone());
                (self.until_stopped(connector.sync(session, None), &overrun).await, worker)
            }
            RunQuestion::Keys(keys) => {
                let (session, worker) = sessions.some(run.clone());
                (self.until_stopped(connector.refresh(session, keys), &overrun).await, worker)
            }
            RunQuestion::Events(events) => {
                let (session, worker) = sessions.some(run.clone());
                let handled = self.until_stopped(connector.handle(session, events), &overrun).await;
                let handled = handled.map(|handled| {
                    handled.map(|Handled { summary, unfinished: left }| {
                        unfinished = left;
                        summary
                    })
                });
                (handled, worker)
            }
        };
        let unrecorded = recorder.unrecorded().map(|what| refusal::guest(&GuestError::Host { what }));
        let result = result.unwrap_or_else(|error| Err(refusal::guest(&error)));
        // What an administrator cannot be told of must not pass for done.
        let result = unrecorded.map_or(result, Err);
        match worker.finish().await {
            Ok(apply) => {
                let is_whole = result.as_ref().is_ok_and(|summary| summary.complete);
                let is_whole = is_whole && !self.cancel.is_cancelled() && !overrun.is_cancelled();
                let mut ledger = apply.finish(is_whole).await;
                // Whatever the connector made of it, if it came to that.
                let result = ledger.take_overrun().map_or(result, Err);
                ConnectorCall { result, ledger, unfinished }
            }
            Err(error) => {
                let what = GuestError::Host { what: error.to_string() };
                let result = Err(Failure { kind: FailureKind::Host, ..refusal::guest(&what) });
                ConnectorCall { result, ledger: Ledger::default(), unfinished }
            }
        }
    }

    async fn known(&self) -> Result<SourceBackground, StoreError> {
        let (history, source) = (self.services.history(), self.source.name());
        let last = history.scope(source).await?;
        let since = self.services.clock().now().before(DECLINED_FOR);
        let declined = Declined::after(history.decisions(source, since).await?);
        let scopes = scope::EarlierScopes { last, approved: self.work.approved_scope() };
        let since = self.services.clock().now().before(SOURCE_BYTES_WITHIN);
        let written = history.written_bytes(source, since).await?;
        let types = self.source.connector().descriptor().type_names();
        let refused = apply::refused(written, &**self.services.directory(), source, &types).await?;
        Ok(SourceBackground { scopes, declined: Arc::new(declined), written, refused })
    }

    fn scales(&self, written_before: u64) -> Scales {
        let (history, now) = (Arc::clone(self.services.history()), self.services.clock().now());
        let permitted = self.work.permitted(self.options.removals);
        Scales { history, now, permitted, written_before }
    }

    /// The result, unless it does not come in time after a cancellation, or the run writes more than it may. Then the guest is
    /// gone, whatever it was at.
    async fn until_stopped<T>(
        &self,
        call: impl Future<Output = Result<T, GuestError>>,
        overrun: &Cancel,
    ) -> Result<T, GuestError> {
        let overdue = async {
            self.cancel.cancelled().await;
            sleep(CANCEL_GRACE).await;
        };
        tokio::select! {
            result = call => result,
            () = overdue => Err(GuestError::NotStopping { grace: CANCEL_GRACE }),
            () = overrun.cancelled() => Err(GuestError::Overran),
        }
    }
}
