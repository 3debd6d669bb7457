//! A source that a refusal stopped: why, and when it goes on. It does as soon as what stopped it was tried and is not refused
//! any more, or a person says so.

use tokio::time::Instant;

use super::Turns;
use crate::error::StoreError;
use crate::follow::batch::{self, Batch};
use crate::follow::followed::Followed;
use crate::history::{RunState, Trigger};
use crate::inbox::{Note, Stopped};
use crate::limits::MAX_EVENTS_PER_BATCH;
use crate::model::Failure;

impl Turns {
    /// Whether an event waits that had stopped the source: someone let it go on while nobody followed it.
    pub(super) async fn waits_since_stopped(&self) -> bool {
        let Followed { inbox, name, .. } = self.followed.as_ref();
        let now = self.followed.now();
        let due = self.followed.persist("inbox", || inbox.due(name, now, MAX_EVENTS_PER_BATCH)).await;
        due.is_some_and(|due| due.iter().any(batch::has_stopped))
    }

    /// A source that was stopped may have pushed nothing meanwhile, and the event that stopped it would only do so again:
    /// a full run finds the one and covers the other.
    pub(super) fn read_everything_first(&mut self) {
        self.followed.asks.owe(Trigger::Schedule, Instant::now(), false);
        self.n_batches = self.n_batches.max(1);
    }

    /// A run read something, and perhaps not all: if the source is stopped, what stopped it is worth a try.
    pub(super) fn has_read(&mut self, state: RunState) {
        self.tries_again = match state {
            RunState::Succeeded | RunState::Partial | RunState::Held => self.following.stopped.is_some(),
            RunState::Running | RunState::Failed | RunState::Cancelled | RunState::Interrupted => {
                self.tries_again
            }
        };
    }

    /// Of a stopped source, the events that stopped it, if they are to be tried. When none of them waits any more, there is
    /// nothing to try, and the source goes on.
    pub(super) async fn trial(&mut self) -> Result<Option<Batch>, StoreError> {
        if !self.tries_again {
            return Ok(None);
        }
        let Followed { inbox, name, .. } = self.followed.as_ref();
        let mut due = inbox.due(name, self.followed.now(), MAX_EVENTS_PER_BATCH).await?;
        due.retain(batch::has_stopped);
        let trial = batch::next(due);
        if trial.is_none() {
            self.go_on().await;
        }
        Ok(trial)
    }

    /// Whether not even a full run begins by itself: the proxy refuses the password, or a run wrote as much as it may, which the
    /// next one would, too.
    pub(super) fn waits_for_a_person(&self) -> bool {
        let stopped = self.following.stopped.as_ref();
        self.followed.upstream.barred().is_some()
            || stopped.is_some_and(|stopped| batch::is_overrun(&stopped.failure))
    }

    /// Keep what comes, and act on nothing. A source that was tried and is still refused stays stopped since it first was, unless
    /// it stops for more now.
    pub(super) async fn stop_acting(&mut self, failure: Failure) {
        let stops_for_more =
            |stopped: &Stopped| batch::is_overrun(&failure) && !batch::is_overrun(&stopped.failure);
        if self.following.stopped.as_ref().is_some_and(|stopped| !stops_for_more(stopped)) {
            return;
        }
        let stopped = Stopped { at: self.followed.now(), failure };
        tracing::error!(
            source = %self.followed.name(),
            code = stopped.failure.diagnosis.code,
            "events are kept and not acted on until a person has acted"
        );
        self.note(Note::Stopped(Some(stopped.clone()))).await;
        self.followed.options.observer.stopped(Some(&stopped));
        self.following.stopped = Some(stopped);
    }

    /// Act on events again, if the source is stopped.
    pub(super) async fn go_on(&mut self) {
        self.tries_again = false;
        if self.following.stopped.take().is_some() {
            self.note(Note::Stopped(None)).await;
            self.resumed();
        }
    }

    /// Tell that events are acted on again.
    pub(super) fn resumed(&self) {
        tracing::info!(source = %self.followed.name(), "events are acted on again");
        self.followed.upstream.unbar();
        self.followed.options.observer.stopped(None);
        self.followed.mended.notify_waiters();
    }
}
