//! Hears of every run that ended, whoever started it and in whichever process, and of every source that was stopped; counts
//! them and has them told.
//!
//! It looks into the history instead of listening to runs, and remembers durably how far it has looked: what ended while
//! nobody watched, or in the moment before the program was killed, is told at the next start. Not here: whom it is told to.

mod tally;

use std::collections::BTreeSet;
use std::time::Duration;

use rollcall_browse::RunFilter;
use rollcall_host::history::{Run, RunState};
use rollcall_host::model::{RunId, Timestamp};
use tokio::time::{Instant, sleep};

use crate::error::ConsoleError;
use crate::sources::Sources;
use crate::webhook::outbox;

pub(crate) use self::tally::{BOUNDS_S, Counts, Tally};

/// The least time between two looks.
///
/// 250 ms. Why: a program that is told of a run should not wait, and an import with a beat for each batch is not looked at
/// for each.
const SPACING: Duration = Duration::from_millis(250);

/// How often it is looked which sources are stopped.
///
/// 15 s. Why: it is read source by source, of which there may be thousands, and a person acts on it within minutes.
const STOPPED_EVERY: Duration = Duration::from_secs(15);

/// Runs that are read at a time.
const RUNS_AT_ONCE: u32 = 100;

/// Runs that are told of at most when nobody watched for long; those before are only in the history.
///
/// 10,000. Why: a week of a busy source; older news helps nobody.
const MAX_CAUGHT_UP: usize = 10_000;

/// How far the history was looked through.
#[derive(Debug)]
struct Watch {
    sources: Sources,
    tally: Tally,
    /// The newest run that was seen.
    newest: i64,
    /// Runs that were seen and had not ended.
    open: BTreeSet<i64>,
    /// Up to which run everything was told, as it was written down.
    told: i64,
    stopped_looked_at: Option<Instant>,
}

/// Watch until the program ends.
pub(crate) async fn watch(sources: Sources, tally: Tally) {
    let ending = sources.services().ending().clone();
    tokio::select! {
        () = ending.cancelled() => {}
        () = go_on(sources, tally) => {}
    }
}

async fn go_on(sources: Sources, tally: Tally) {
    let mut listening = sources.services().pulse().listen();
    let mut watch = loop {
        match Watch::begin(&sources, &tally).await {
            Ok(watch) => break watch,
            Err(error) => {
                tracing::error!(%error, "how far the history was looked through could not be read");
                // The store may answer in a moment.
                listening.heard().await;
            }
        }
    };
    loop {
        if let Err(error) = watch.look().await {
            // It is looked at again with the next beat.
            tracing::error!(%error, "the runs that ended could not be read");
        }
        listening.heard().await;
        sleep(SPACING).await;
    }
}

impl Watch {
    /// From where the last program stopped; from now, where none has ever watched.
    async fn begin(sources: &Sources, tally: &Tally) -> Result<Self, ConsoleError> {
        let services = sources.services();
        let told = match outbox::told_until(services).await? {
            Some(told) => told,
            None => {
                let newest = services.store().runs_where(&RunFilter::default(), None, RUNS_AT_ONCE).await?;
                let before = before(&newest, services.began_at());
                outbox::tell_until(services, before).await?;
                before
            }
        };
        let open = BTreeSet::new();
        let (sources, tally) = (sources.clone(), tally.clone());
        Ok(Self { sources, tally, newest: told, open, told, stopped_looked_at: None })
    }

    async fn look(&mut self) -> Result<(), ConsoleError> {
        for run in self.news().await? {
            self.newest = self.newest.max(number(&run.id));
            if run.state == RunState::Running {
                self.open.insert(number(&run.id));
            } else {
                self.ended(&run).await?;
            }
        }
        for open in self.open.clone() {
            let run = self.sources.services().store().run(&RunId::new(open.to_string())).await?;
            match run {
                Some(run) if run.state == RunState::Running => {}
                Some(run) => {
                    self.ended(&run).await?;
                    self.open.remove(&open);
                }
                None => {
                    self.open.remove(&open);
                }
            }
        }
        self.write_down().await?;
        self.look_for_stopped().await
    }

    /// Runs that were not seen yet, oldest first.
    async fn news(&self) -> Result<Vec<Run>, ConsoleError> {
        let (mut news, mut before) = (Vec::new(), None);
        loop {
            let page = self
                .sources
                .services()
                .store()
                .runs_where(&RunFilter::default(), before.as_ref(), RUNS_AT_ONCE)
                .await?;
            let is_last = page.len() < usize::try_from(RUNS_AT_ONCE).unwrap_or(usize::MAX);
            let is_known = page.last().is_none_or(|run| number(&run.id) <= self.newest);
            before = page.last().map(|run| run.id.clone());
            news.extend(page.into_iter().filter(|run| self.newest < number(&run.id)));
            if is_last || is_known || MAX_CAUGHT_UP <= news.len() {
                break;
            }
        }
        news.reverse();
        Ok(news)
    }

    async fn ended(&self, run: &Run) -> Result<(), ConsoleError> {
        // A run of an earlier program is told of, and counted by nobody.
        if run.finished_at.is_some_and(|at| self.sources.services().began_at() <= at) {
            self.tally.add(run);
        }
        outbox::run_ended(self.sources.services(), run).await?;
        Ok(())
    }

    /// A run that goes on holds this back, so that the next program tells of it.
    async fn write_down(&mut self) -> Result<(), ConsoleError> {
        let told = self.open.first().map_or(self.newest, |first| first.saturating_sub(1));
        if told != self.told {
            outbox::tell_until(self.sources.services(), told).await?;
            self.told = told;
        }
        Ok(())
    }

    async fn look_for_stopped(&mut self) -> Result<(), ConsoleError> {
        if self.stopped_looked_at.is_some_and(|at| at.elapsed() < STOPPED_EVERY) {
            return Ok(());
        }
        self.stopped_looked_at = Some(Instant::now());
        for known in self.sources.all() {
            if let Some(stopped) = self.sources.services().store().following(known.name()).await?.stopped {
                outbox::source_stopped(self.sources.services(), known.name(), &stopped).await?;
            }
        }
        Ok(())
    }
}

/// The newest of these runs that had begun before this moment; of runs that all began later, the one before them.
fn before(newest_first: &[Run], at: Timestamp) -> i64 {
    let earlier = newest_first.iter().find(|run| run.started_at < at).map(|run| number(&run.id));
    let oldest = newest_first.last().map_or(0, |run| number(&run.id).saturating_sub(1));
    earlier.unwrap_or(oldest)
}

/// The store's ids are numbers in the order in which runs began.
fn number(run: &RunId) -> i64 {
    run.as_str().parse().unwrap_or_default()
}

#[cfg(test)]
mod tests;
