//! What the tasks of one followed source have in common.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep};

use super::asks::Asks;
use super::backoff::Backoff;
use super::notes::Notes;
use super::options::FollowOptions;
use super::upstream::Upstream;
use crate::approval::Stand;
use crate::cancel::Cancel;
use crate::connector::Notice;
use crate::error::StoreError;
use crate::figures::Meter;
use crate::history::{Counters, Trigger};
use crate::inbox::{ChannelNote, ChannelState, EventWay, Inbox, NewEvent, Refused};
use crate::limits::{MAX_STORE_BACKOFF, STORE_BACKOFF};
use crate::model::{Diagnosis, Entry, Progress, RunId, SourceName, Timestamp};
use crate::observe::Observer;

const BACKOFF: Backoff = Backoff { first: STORE_BACKOFF, most: MAX_STORE_BACKOFF };

/// A run that is under way, and what stops it.
#[derive(Debug)]
struct UnderWay {
    run: RunId,
    cancel: Cancel,
}

/// One followed source.
pub(super) struct Followed {
    pub(super) name: SourceName,
    pub(super) upstream: Arc<dyn Upstream>,
    pub(super) inbox: Arc<dyn Inbox>,
    pub(super) stand: Stand,
    pub(super) options: FollowOptions,
    pub(super) meter: Arc<Meter>,
    pub(super) asks: Asks,
    pub(super) notes: Notes,
    /// Events were kept that were not known.
    pub(super) news: Notify,
    /// Someone mended something: whatever was refused is worth another try.
    pub(super) mended: Notify,
    /// How the channel stands; none before its first attempt has ended.
    pub(super) channel: watch::Sender<Option<ChannelState>>,
    /// The run that is under way.
    running: Mutex<Option<UnderWay>>,
    /// The source is not followed any more.
    pub(super) stop: Cancel,
}

impl Followed {
    pub(super) fn new(
        name: SourceName,
        upstream: Arc<dyn Upstream>,
        inbox: Arc<dyn Inbox>,
        stand: Stand,
        options: FollowOptions,
        meter: Arc<Meter>,
    ) -> Self {
        Self {
            name,
            upstream,
            inbox,
            stand,
            options,
            meter,
            asks: Asks::default(),
            notes: Notes::default(),
            news: Notify::new(),
            mended: Notify::new(),
            channel: watch::Sender::new(None),
            running: Mutex::default(),
            stop: Cancel::new(),
        }
    }

    pub(super) fn name(&self) -> &SourceName {
        &self.name
    }

    pub(super) fn now(&self) -> Timestamp {
        self.stand.clock.now()
    }

    /// Keep what the connector understood, all or none.
    pub(super) async fn keep(&self, notices: Vec<Notice>, way: EventWay) -> Result<(), StoreError> {
        if notices.is_empty() {
            return Ok(());
        }
        let now = self.now();
        let events: Vec<NewEvent> = notices.into_iter().map(|notice| notice.arrived(now, way)).collect();
        let kept = self.inbox.store(self.name(), &events).await?;
        tracing::debug!(source = %self.name(), ?way, n_new = kept.n_new, n_known = kept.n_known, "events kept");
        if 0 < kept.n_new {
            self.options.observer.kept(kept.n_new);
            self.news.notify_one();
        }
        Ok(())
    }

    /// Something came that the connector refuses.
    pub(super) fn refuse(&self, diagnosis: Diagnosis) {
        self.meter.delivery_refused();
        self.notes.refused(Refused { at: self.now(), diagnosis });
    }

    /// The channel stands otherwise than before.
    pub(super) fn channel_stands(&self, state: ChannelState, diagnosis: Option<Diagnosis>) {
        let code = diagnosis.as_ref().map(|known| known.code.as_str());
        tracing::info!(source = %self.name, ?state, code, "channel");
        let note = ChannelNote { state, since: self.now(), diagnosis };
        self.options.observer.channel(&note);
        self.notes.channel(note);
        let is_settled = state != ChannelState::Connecting;
        if is_settled && self.channel.send_replace(Some(state)).is_none() {
            // A full run may have waited for it.
            self.asks.look_again();
        }
    }

    /// The channel was listened to until then.
    pub(super) fn heard(&self, until: Timestamp) {
        // As long as a gap is not made up for, a host that starts afresh must find it.
        if !self.asks.has_gap() {
            self.notes.heard_until(until);
        }
    }

    /// Nobody listened to the channel for a while: a full run is owed, not before this moment.
    pub(super) fn gap(&self, due: Instant) {
        tracing::info!(source = %self.name, "nobody listened for a while; a full run is owed");
        self.asks.owe(Trigger::Stream, due, true);
    }

    /// Call a store until it succeeds. None when the source is not followed any more.
    pub(super) async fn persist<T, F: Future<Output = Result<T, StoreError>>>(
        &self,
        what: &'static str,
        call: impl Fn() -> F,
    ) -> Option<T> {
        let mut n_failed = 0;
        loop {
            match call().await {
                Ok(result) => return Some(result),
                Err(error) => {
                    tracing::warn!(source = %self.name(), what, %error, "a store failed; trying again")
                }
            }
            if !self.rest(BACKOFF.pause(n_failed)).await {
                return None;
            }
            n_failed = n_failed.saturating_add(1);
        }
    }

    /// Wait so long. Whether the source is still followed then.
    pub(super) async fn rest(&self, pause: Duration) -> bool {
        tokio::select! {
            () = self.stop.cancelled() => false,
            () = sleep(pause) => true,
        }
    }

    /// Who watches a run, for a follower: its own observer and whoever asked for the run. `cancel` stops it.
    pub(super) fn watcher(
        self: &Arc<Self>,
        trigger: Trigger,
        asker: Arc<dyn Observer>,
        cancel: Cancel,
    ) -> Arc<dyn Observer> {
        Arc::new(Watcher { followed: Arc::clone(self), trigger, asker, cancel, run: OnceLock::new() })
    }

    /// The run that is under way.
    pub(super) fn running(&self) -> Option<RunId> {
        self.under_way().as_ref().map(|under_way| under_way.run.clone())
    }

    /// Stop this run, if it is under way.
    pub(super) fn cancel(&self, run: &RunId) -> bool {
        let under_way = self.under_way();
        let meant = under_way.as_ref().filter(|under_way| under_way.run == *run);
        meant.inspect(|under_way| under_way.cancel.cancel()).is_some()
    }

    /// No run is under way.
    pub(super) fn at_rest(&self) {
        *self.under_way() = None;
    }

    fn under_way(&self) -> MutexGuard<'_, Option<UnderWay>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Watcher {
    followed: Arc<Followed>,
    trigger: Trigger,
    asker: Arc<dyn Observer>,
    cancel: Cancel,
    run: OnceLock<RunId>,
}

impl Observer for Watcher {
    fn waiting(&self, busy_with: &RunId) {
        self.asker.waiting(busy_with);
    }

    fn opened(&self, run: &RunId) {
        *self.followed.under_way() = Some(UnderWay { run: run.clone(), cancel: self.cancel.clone() });
        self.run.get_or_init(|| run.clone());
        self.followed.options.observer.run_opened(run, self.trigger);
        self.asker.opened(run);
    }

    fn progress(&self, progress: Option<&Progress>, counters: &Counters) {
        if let Some(run) = self.run.get() {
            self.followed.options.observer.run_progress(run, progress, counters);
        }
        self.asker.progress(progress, counters);
    }

    fn entry(&self, entry: &Entry) {
        if let Some(run) = self.run.get() {
            self.followed.options.observer.run_entry(run, entry);
        }
        self.asker.entry(entry);
    }
}
