//! The one task of a source that acts: batches of events, refreshes and full runs take turns in it.
//!
//! Not here: how events come in (`receive`, `channel`, `missed`), which of them go together (`batch`).

mod stopped;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::asks::{Ask, Owed};
use super::backoff::Backoff;
use super::batch::{self, Attempt, Batch, BatchVerdict};
use super::followed::Followed;
use super::observe::RunEnded;
use super::timetable::Timetable;
use crate::cancel::Cancel;
use crate::error::{GuestError, RunError};
use crate::history::{RunKind, RunState, Trigger};
use crate::inbox::{Fate, Following, Note, Settlement};
use crate::limits::{
    BATCH_GRACE, BATCH_SPACING, BATCHES_BEFORE_SCHEDULED_RUN, CANCELLED_RUN_PAUSE, FIRST_IMPORT_PATIENCE,
    FOLLOW_BUSY_PAUSE, FOLLOW_POLL_INTERVAL, FORGET_INTERVAL, FULL_RUN_PATIENCE, KEEP_SETTLED_EVENTS,
    MAX_EVENTS_PER_BATCH, MAX_OWED_RUN_BACKOFF, MAX_RETRY_AFTER, MAX_RUNS_SEARCHED, OWED_RUN_BACKOFF,
    OWED_RUN_INTERVAL, STORE_BACKOFF,
};
use crate::model::{Failure, FailureKind, Timestamp};
use crate::observe::{Observer, Unobserved};
use crate::options::RunOptions;
use crate::random::random;
use crate::refusal;
use crate::run::{Finished, RunReport, RunWork};

const OWED_BACKOFF: Backoff = Backoff { first: OWED_RUN_BACKOFF, most: MAX_OWED_RUN_BACKOFF };

/// Shortest pause of a task that has nothing to do, so that a store that contradicts itself costs little.
const SHORTEST_IDLE: Duration = Duration::from_millis(10);

/// Rows of the history that are read at a time.
const ROWS: u32 = 100;

/// The acting task of a source.
pub(super) struct Turns {
    followed: Arc<Followed>,
    following: Following,
    /// Whether what stopped the source is to be tried again.
    tries_again: bool,
    timetable: Timetable,
    /// Batches since the last full run, or since nothing else wanted a turn.
    n_batches: u32,
    /// When the last batch began.
    last_batch: Option<Instant>,
    /// When a batch last led to a full run.
    last_incomplete: Option<Instant>,
    /// Until then a full run waits for the first word of the channel.
    patient_until: Instant,
    forget_at: Instant,
}

/// What comes next.
enum Turn {
    Refresh(Ask),
    Batch(Batch),
    Full(Full),
    Nothing,
}

/// A full run that is to begin.
struct Full {
    ask: Option<Ask>,
    trigger: Trigger,
}

/// Whether a turn was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TakenTurn {
    Yes,
    /// Someone else has the source.
    Busy,
}

impl Turns {
    pub(super) fn new(followed: Arc<Followed>, following: Following) -> Self {
        let schedule = followed.options.schedule.clone();
        let timetable = Timetable::new(schedule, followed.name(), following.next_run_at, followed.now());
        let forget_at = Instant::now() + FOLLOW_POLL_INTERVAL;
        Self {
            followed,
            following,
            tries_again: false,
            timetable,
            n_batches: 0,
            last_batch: None,
            last_incomplete: None,
            patient_until: Instant::now() + FULL_RUN_PATIENCE,
            forget_at,
        }
    }

    /// Act until the source is not followed any more.
    pub(super) async fn take(mut self) {
        self.begin().await;
        while !self.followed.stop.is_cancelled() {
            let Some(turn) = self.choose().await else { continue };
            let taken = match turn {
                Turn::Nothing => {
                    self.idle().await;
                    TakenTurn::Yes
                }
                Turn::Refresh(ask) => self.refresh(ask).await,
                Turn::Batch(batch) => self.batch(batch).await,
                Turn::Full(full) => self.full(full).await,
            };
            if taken == TakenTurn::Busy {
                self.followed.rest(FOLLOW_BUSY_PAUSE).await;
            }
        }
        self.followed.asks.close();
    }

    async fn begin(&mut self) {
        let was_cut_short = self.was_cut_short();
        if self.following.next_run_at != self.timetable.next() {
            self.note(Note::NextRun(self.timetable.next())).await;
        }
        if self.following.stopped.is_none() && self.waits_since_stopped().await {
            tracing::info!(source = %self.followed.name(), "someone let a stopped source go on; a full run is due");
            self.read_everything_first();
        }
        if was_cut_short || self.newest_full_run_died().await {
            tracing::info!(source = %self.followed.name(), "a full run ended with its program; another one is due");
            self.followed.asks.owe(Trigger::Schedule, Instant::now(), false);
        }
        if self.was_ever_imported().await == Some(false) {
            tracing::info!(source = %self.followed.name(), "the source was never imported; a full run is due");
            self.followed.asks.owe(Trigger::Schedule, Instant::now() + FIRST_IMPORT_PATIENCE, false);
        }
    }

    /// Whether the last follower stopped in the middle of a full run. Where there is a schedule, that makes up for it.
    fn was_cut_short(&self) -> bool {
        let is_due = self.following.next_run_at.is_some_and(|due_at| due_at <= self.followed.now());
        is_due && self.followed.options.schedule.is_none()
    }

    /// Whether the newest full run, if it is not long ago, died with its program.
    async fn newest_full_run_died(&self) -> bool {
        let (followed, history) = (&self.followed, &self.followed.stand.history);
        let newest = followed.persist("history", || history.runs(followed.name(), None, ROWS)).await;
        let full = newest.into_iter().flatten().find(|run| run.kind == RunKind::Full && !run.dry_run);
        full.is_some_and(|run| run.state == RunState::Interrupted)
    }

    /// Whether a full run ever succeeded. None when the source is not followed any more.
    async fn was_ever_imported(&self) -> Option<bool> {
        let (followed, history) = (&self.followed, &self.followed.stand.history);
        let (mut before, mut n_seen) = (None, 0);
        while n_seen < MAX_RUNS_SEARCHED {
            let page =
                followed.persist("history", || history.runs(followed.name(), before.as_ref(), ROWS)).await?;
            let is_import = |run: &crate::history::Run| {
                run.state == RunState::Succeeded && !run.dry_run && run.kind == RunKind::Full
            };
            if page.iter().any(is_import) {
                return Some(true);
            }
            match page.last() {
                Some(last) => before = Some(last.id.clone()),
                None => break,
            }
            n_seen += ROWS;
        }
        Some(false)
    }

    /// What comes next; none when the store failed, after a pause.
    async fn choose(&mut self) -> Option<Turn> {
        match self.look().await {
            Ok(turn) => Some(turn),
            Err(error) => {
                tracing::warn!(source = %self.followed.name(), %error, "the inbox failed; trying again");
                self.followed.rest(STORE_BACKOFF).await;
                None
            }
        }
    }

    async fn look(&mut self) -> Result<Turn, crate::error::StoreError> {
        let followed = Arc::clone(&self.followed);
        self.follow(followed.inbox.following(followed.name()).await?);
        if let Some(failure) = followed.upstream.barred() {
            self.stop_acting(failure).await;
        }
        if self.timetable.turn(followed.now(), self.following.is_paused) {
            self.note(Note::NextRun(self.timetable.next())).await;
        }
        self.forget().await?;
        if let Some(ask) = followed.asks.take_refresh() {
            return Ok(Turn::Refresh(ask));
        }
        // What nobody asked for waits until a person has acted.
        let patience = self.patience().filter(|_| !self.waits_for_a_person() || followed.asks.wants_full());
        let goes_first = patience.is_none_or(|patience| self.n_batches < patience);
        if goes_first && let Some(batch) = self.next_batch().await? {
            return Ok(Turn::Batch(batch));
        }
        if patience.is_some() {
            if self.awaits_channel() {
                return Ok(Turn::Nothing);
            }
            if let Some(full) = self.next_full() {
                return Ok(Turn::Full(full));
            }
        }
        self.n_batches = 0;
        Ok(Turn::Nothing)
    }

    /// Whether a full run would begin before the channel was open, and so miss what happens between the two.
    fn awaits_channel(&self) -> bool {
        self.followed.channel.borrow().is_none() && Instant::now() < self.patient_until
    }

    /// How many batches go before the full run that is wanted; none when none is.
    fn patience(&self) -> Option<u32> {
        match (self.followed.asks.wants_full() || self.is_owed(), self.timetable.is_due()) {
            (true, _) => Some(1),
            (false, true) => Some(BATCHES_BEFORE_SCHEDULED_RUN),
            (false, false) => None,
        }
    }

    async fn next_batch(&mut self) -> Result<Option<Batch>, crate::error::StoreError> {
        if self.following.stopped.is_some() {
            return self.trial().await;
        }
        let Followed { inbox, name, .. } = self.followed.as_ref();
        let is_due = |due| due <= self.followed.now();
        if !inbox.next_due(name).await?.is_some_and(is_due) {
            return Ok(None);
        }
        let since = self.last_batch.map(|began| began.elapsed());
        if let Some(rest) = since.and_then(|since| BATCH_SPACING.checked_sub(since)) {
            self.followed.rest(rest).await;
        }
        Ok(batch::next(inbox.due(name, self.followed.now(), MAX_EVENTS_PER_BATCH).await?))
    }

    fn next_full(&self) -> Option<Full> {
        let ask = self.followed.asks.take_full();
        // Whoever asked may have gone away a moment ago.
        if ask.is_none() && !self.is_owed() && !self.timetable.is_due() {
            return None;
        }
        let trigger = ask.as_ref().map_or(Trigger::Schedule, |ask| ask.options.trigger);
        Some(Full { ask, trigger })
    }

    fn is_owed(&self) -> bool {
        self.followed.asks.owed_due().is_some_and(|due| due <= Instant::now())
    }

    /// Wait until something may have changed.
    async fn idle(&self) {
        let Followed { news, asks, stop, options, .. } = self.followed.as_ref();
        let pause = self.until_next().await;
        tokio::select! {
            () = stop.cancelled() => {}
            () = asks.changed() => {}
            () = sleep(pause) => {}
            // Another notice about the same objects is often right behind.
            () = news.notified() => sleep(options.coalesce).await,
        }
    }

    async fn until_next(&self) -> Duration {
        if self.waits_for_a_person() {
            return FOLLOW_POLL_INTERVAL;
        }
        let owed = self.followed.asks.owed_due().map(|due| due.saturating_duration_since(Instant::now()));
        let event = match self.following.stopped {
            Some(_) => None,
            None => self.followed.inbox.next_due(self.followed.name()).await.ok().flatten(),
        };
        let now = self.followed.now();
        let moments = [event, self.timetable.next()].into_iter().flatten().map(|at| until(now, at));
        moments.chain(owed).fold(FOLLOW_POLL_INTERVAL, Duration::min).max(SHORTEST_IDLE)
    }

    /// Take over what someone else may have written down.
    fn follow(&mut self, following: Following) {
        if self.following.stopped.is_some() && following.stopped.is_none() {
            self.resumed();
            self.read_everything_first();
        }
        if self.following.resumed_at < following.resumed_at {
            self.followed.mended.notify_waiters();
        }
        self.following = following;
    }

    async fn forget(&mut self) -> Result<(), crate::error::StoreError> {
        if Instant::now() < self.forget_at {
            return Ok(());
        }
        let keep_ms = i64::try_from(KEEP_SETTLED_EVENTS.as_millis()).unwrap_or(i64::MAX);
        let before = Timestamp::from_unix_ms(self.followed.now().unix_ms().saturating_sub(keep_ms));
        let n_forgotten = self.followed.inbox.forget(self.followed.name(), before).await?;
        tracing::debug!(source = %self.followed.name(), n_forgotten, "old events forgotten");
        self.forget_at = Instant::now() + FORGET_INTERVAL;
        Ok(())
    }

    async fn note(&self, note: Note) {
        let Followed { inbox, name, .. } = self.followed.as_ref();
        self.followed.persist("note", || inbox.note(name, &note)).await;
    }
}

/// Batches of events.
impl Turns {
    async fn batch(&mut self, batch: Batch) -> TakenTurn {
        self.n_batches = self.n_batches.saturating_add(1);
        self.last_batch = Some(Instant::now());
        let cancel = Cancel::new();
        let options = self.options(batch.trigger, Arc::new(Unobserved), cancel.clone());
        let run = self.followed.upstream.run(RunWork::Handle(batch.events.clone()), options);
        let overdue = async {
            self.followed.stop.cancelled().await;
            sleep(BATCH_GRACE).await;
        };
        let result = until_unwanted(run, overdue, &cancel).await;
        self.followed.at_rest();
        match result {
            Ok(finished) => {
                self.tried(&batch, &finished).await;
                TakenTurn::Yes
            }
            Err(RunError::Busy { .. }) => TakenTurn::Busy,
            // It is not known how far the run came. Its events wait, and to act on them again is harmless.
            Err(RunError::History(error)) => {
                tracing::warn!(source = %self.followed.name(), %error, "a batch of events had no row; trying again");
                self.followed.rest(STORE_BACKOFF).await;
                TakenTurn::Yes
            }
            Err(error) => {
                let died = refusal::guest(&GuestError::Host { what: error.to_string() });
                // As if the connector had died of an event, because the host's own code may have.
                let attempt = Attempt::Failed(Failure { kind: FailureKind::Other, ..died });
                let verdict = batch.judge(attempt, None, self.followed.now());
                self.settle(&verdict).await;
                self.go_on().await;
                TakenTurn::Yes
            }
        }
    }

    async fn tried(&mut self, batch: &Batch, finished: &Finished) {
        let report = &finished.report;
        let attempt = attempt(finished, self.followed.stop.is_cancelled());
        let was_tried = !matches!(attempt, Attempt::Stopped | Attempt::Cancelled);
        let verdict = batch.judge(attempt, Some(&report.run), self.followed.now());
        self.settle(&verdict).await;
        self.measure(batch, &verdict, report.finished_at);
        if finished.is_incomplete || 0 < verdict.n_given_up {
            self.owe_after_batch(batch.trigger);
        }
        self.tries_again = false;
        match &verdict.stopped {
            Some(failure) => self.stop_acting(failure.clone()).await,
            None if was_tried => self.go_on().await,
            None => {}
        }
        self.ended(report, batch.trigger, verdict.settlements, 0);
    }

    async fn settle(&self, verdict: &BatchVerdict) {
        let Followed { inbox, name, .. } = self.followed.as_ref();
        if verdict.settlements.is_empty() {
            return;
        }
        // Given up when the source is not followed any more; then the events wait and are acted on again.
        self.followed.persist("settle", || inbox.settle(name, &verdict.settlements)).await;
    }

    fn measure(&self, batch: &Batch, verdict: &BatchVerdict, stored_at: Timestamp) {
        for (event, settlement) in batch.events.iter().zip(&verdict.settlements) {
            if settlement.fate == Fate::Done {
                self.followed.meter.stored(event, stored_at);
            }
        }
    }

    /// A full run finds what the batch could not do; one a minute at most.
    fn owe_after_batch(&mut self, trigger: Trigger) {
        let now = Instant::now();
        let due = self.last_incomplete.map_or(now, |last| now.max(last + OWED_RUN_INTERVAL));
        self.last_incomplete = Some(due);
        self.followed.asks.owe(trigger, due, false);
    }
}

/// Refreshes and full runs.
impl Turns {
    async fn refresh(&mut self, mut ask: Ask) -> TakenTurn {
        let trigger = ask.options.trigger;
        let work = ask.work.clone();
        let has_asked_the_source = !ask.options.dry_run && !matches!(work, RunWork::Undo(_));
        let result = self.run_ask(&mut ask, work).await;
        match result {
            Err(RunError::Busy { .. }) => {
                self.followed.asks.put_back(ask);
                TakenTurn::Busy
            }
            Err(error) => {
                ask.answer(&Err(error));
                TakenTurn::Yes
            }
            Ok(finished) => {
                if has_asked_the_source {
                    self.has_read(finished.report.state);
                }
                self.ended(&finished.report, trigger, Vec::new(), 0);
                ask.answer(&Ok(finished.report));
                TakenTurn::Yes
            }
        }
    }

    async fn full(&mut self, full: Full) -> TakenTurn {
        let Full { ask, trigger } = full;
        self.n_batches = 0;
        match ask {
            // It reads everything and pays nothing.
            Some(ask) if ask.options.dry_run => self.refresh(ask).await,
            ask => self.real_full(ask, trigger).await,
        }
    }

    async fn real_full(&mut self, mut ask: Option<Ask>, trigger: Trigger) -> TakenTurn {
        let owed = self.followed.asks.begin_paying();
        let was_due = self.timetable.take_due();
        let trigger = full_trigger(ask.is_some().then_some(trigger), was_due, owed);
        let result = match &mut ask {
            Some(ask) => {
                let work = ask.work.clone();
                self.run_ask(ask, work).await
            }
            None => self.run_own(trigger).await,
        };
        let result = match result {
            Err(RunError::Busy { .. }) => {
                self.did_not_begin(ask, was_due);
                return TakenTurn::Busy;
            }
            result => result.map(|finished| finished.report),
        };
        let was_cut_short = self.followed.stop.is_cancelled().then_some(Duration::ZERO);
        self.followed.asks.end_paying(was_cut_short.or(still_owed(&result, owed)));
        let is_cut_short = result.as_ref().is_ok_and(|report| report.state == RunState::Cancelled);
        if was_cut_short.is_some() && is_cut_short {
            // Due, for whoever follows the source next.
            self.note(Note::NextRun(Some(self.followed.now()))).await;
        }
        match &result {
            Ok(report) => {
                let n_covered = self.covered(report).await;
                self.ended(report, trigger, Vec::new(), n_covered);
            }
            Err(error) => tracing::warn!(source = %self.followed.name(), %error, "a full run had no row"),
        }
        if let Some(ask) = ask {
            ask.answer(&result);
        }
        TakenTurn::Yes
    }

    fn did_not_begin(&mut self, ask: Option<Ask>, was_due: bool) {
        self.followed.asks.did_not_begin();
        if was_due {
            self.timetable.put_back();
        }
        if let Some(ask) = ask {
            self.followed.asks.put_back(ask);
        }
    }

    /// A run that read everything covers the events that had arrived before it started, and shows that whatever
    /// stopped the source is mended. How many events.
    async fn covered(&mut self, report: &RunReport) -> u64 {
        if report.state != RunState::Succeeded {
            if let Some(failure) = report.failure.clone().filter(batch::is_overrun) {
                self.stop_acting(failure).await;
            }
            self.has_read(report.state);
            return 0;
        }
        let Followed { inbox, name, .. } = self.followed.as_ref();
        let (before, run, at) = (report.started_at, &report.run, self.followed.now());
        let settled =
            self.followed.persist("settle", || inbox.settle_all_before(name, before, run, at)).await;
        self.go_on().await;
        self.followed.mended.notify_waiters();
        settled.unwrap_or(0)
    }

    async fn run_ask(&self, ask: &mut Ask, work: RunWork) -> Result<Finished, RunError> {
        let cancel = Cancel::new();
        let RunOptions { trigger, dry_run, observer, removals, attended, .. } = ask.options.clone();
        let given = self.options(trigger, observer, cancel.clone());
        let options = RunOptions { dry_run, removals, attended, ..given };
        let run = self.followed.upstream.run(work, options);
        let unwanted = async {
            tokio::select! {
                () = ask.unwanted() => {}
                () = self.followed.stop.cancelled() => {}
            }
        };
        let result = until_unwanted(run, unwanted, &cancel).await;
        self.followed.at_rest();
        result
    }

    async fn run_own(&self, trigger: Trigger) -> Result<Finished, RunError> {
        let cancel = Cancel::new();
        let options = self.options(trigger, Arc::new(Unobserved), cancel.clone());
        let run = self.followed.upstream.run(RunWork::Sync, options);
        let result = until_unwanted(run, self.followed.stop.cancelled(), &cancel).await;
        self.followed.at_rest();
        result
    }

    fn options(&self, trigger: Trigger, asker: Arc<dyn Observer>, cancel: Cancel) -> RunOptions {
        let observer = self.followed.watcher(trigger, asker, cancel.clone());
        RunOptions { trigger, observer, cancel, ..RunOptions::default() }
    }

    fn ended(&self, report: &RunReport, trigger: Trigger, settlements: Vec<Settlement>, n_covered: u64) {
        let ended = RunEnded { report: report.clone(), trigger, settlements, n_covered };
        self.followed.options.observer.run_ended(&ended);
    }
}

/// The result of a run that is cancelled as soon as nobody wants it.
async fn until_unwanted<T>(run: impl Future<Output = T>, unwanted: impl Future, cancel: &Cancel) -> T {
    tokio::pin!(run);
    tokio::select! {
        result = &mut run => return result,
        _unwanted = unwanted => cancel.cancel(),
    }
    run.await
}

/// How a run ended, as far as its events are concerned.
fn attempt(finished: &Finished, has_follower_ended: bool) -> Attempt {
    let Finished { report, unfinished, store_failure, .. } = finished;
    match report.state {
        RunState::Cancelled if !has_follower_ended => Attempt::Cancelled,
        // Nobody is to blame; whoever follows the source next tries them again.
        RunState::Cancelled | RunState::Interrupted | RunState::Running => Attempt::Stopped,
        RunState::Succeeded | RunState::Partial | RunState::Failed | RunState::Held => {
            let store_failure =
                store_failure.clone().map(|diagnosis| Failure::new(FailureKind::Host, diagnosis));
            match report.failure.clone().or(store_failure) {
                Some(failure) => Attempt::Failed(failure),
                None => Attempt::Done(unfinished.clone()),
            }
        }
    }
}

/// Why a full run starts: a person's wish before the clock, the clock before a debt.
fn full_trigger(asked: Option<Trigger>, was_due: bool, owed: Option<Owed>) -> Trigger {
    match (asked, was_due, owed) {
        (Some(trigger), ..) => trigger,
        (None, false, Some(owed)) => owed.trigger,
        (None, _, _) => Trigger::Schedule,
    }
}

/// How long after a full run the same is owed still; none when it is paid.
fn still_owed(result: &Result<RunReport, RunError>, owed: Option<Owed>) -> Option<Duration> {
    let failure = match result {
        Err(_) => None,
        Ok(report) => match report.state {
            // What it left out is in its row, and the same run at once would leave it out again.
            RunState::Succeeded | RunState::Partial | RunState::Held => return None,
            RunState::Cancelled => return Some(CANCELLED_RUN_PAUSE),
            RunState::Failed | RunState::Interrupted | RunState::Running => report.failure.as_ref(),
        },
    };
    let asked_ms = failure.and_then(|failure| failure.retry_after_ms).unwrap_or(0);
    let asked = Duration::from_millis(asked_ms).min(MAX_RETRY_AFTER);
    Some(OWED_BACKOFF.jittered(owed.map_or(0, |owed| owed.n_failed), random()).max(asked))
}

fn until(now: Timestamp, at: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(at.unix_ms().saturating_sub(now.unix_ms())).unwrap_or(0))
}
