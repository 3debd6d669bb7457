//! What the tasks of one followed source have in common.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::sleep;

use super::FollowOptions;
use super::asks::Asks;
use super::backoff::Backoff;
use super::notes::Notes;
use crate::apply::Worker;
use crate::cancel::Cancel;
use crate::capabilities::Session;
use crate::capabilities::history::Recorder;
use crate::connector::Notice;
use crate::error::StoreError;
use crate::history::{Counters, Trigger};
use crate::host::Host;
use crate::inbox::{ChannelState, EventWay, Inbox, NewEvent};
use crate::limits::{MAX_STORE_BACKOFF, STORE_BACKOFF};
use crate::model::{Entry, Failure, Progress, RunId, SourceName, Timestamp};
use crate::observe::{Observer, Unobserved};
use crate::prepare::{Prepared, prepare};
use crate::session::Sessions;
use crate::source::Source;

const BACKOFF: Backoff = Backoff { first: STORE_BACKOFF, most: MAX_STORE_BACKOFF };

/// One followed source.
pub(super) struct Followed {
    pub(super) host: Host,
    pub(super) inbox: Arc<dyn Inbox>,
    pub(super) source: Source,
    pub(super) options: FollowOptions,
    pub(super) asks: Asks,
    pub(super) notes: Notes,
    /// Events were kept that were not known.
    pub(super) news: Notify,
    /// Someone mended something: whatever was refused is worth another try.
    pub(super) mended: Notify,
    /// How the channel stands; none before its first attempt has ended.
    pub(super) channel: watch::Sender<Option<ChannelState>>,
    /// The run that is under way.
    pub(super) running: Arc<Mutex<Option<RunId>>>,
    /// The source is not followed any more.
    pub(super) stop: Cancel,
}

impl Followed {
    pub(super) fn name(&self) -> &SourceName {
        self.source.name()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.host.clock().now()
    }

    pub(super) fn settings(&self) -> String {
        self.source.settings().to_string()
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

    /// Settings and a way out, for a call that is no run.
    pub(super) async fn prepare(&self) -> Result<Prepared, Failure> {
        prepare(&self.host, &self.source).await.map_err(crate::prepare::Unprepared::into_failure)
    }

    /// The capabilities of a call that is no run. It may write to the connector's storage, and not to the directory.
    pub(super) fn aside(&self, prepared: &Prepared) -> (Session, Worker) {
        let (host, source) = (&self.host, &self.source);
        let recorder = Arc::new(Recorder::of_nothing(Arc::new(Unobserved)));
        let cancel = Cancel::new();
        Sessions { host, source, prepared, recorder, cancel, is_dry: false }.aside()
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

    /// Who watches a run, for a follower: its own observer and whoever asked for the run.
    pub(super) fn watcher(self: &Arc<Self>, trigger: Trigger, asker: Arc<dyn Observer>) -> Arc<dyn Observer> {
        Arc::new(Watcher { followed: Arc::clone(self), trigger, asker })
    }

    /// No run is under way.
    pub(super) fn at_rest(&self) {
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

struct Watcher {
    followed: Arc<Followed>,
    trigger: Trigger,
    asker: Arc<dyn Observer>,
}

impl Observer for Watcher {
    fn opened(&self, run: &RunId) {
        *self.followed.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(run.clone());
        self.followed.options.observer.run_opened(run, self.trigger);
        self.asker.opened(run);
    }

    fn progress(&self, progress: Option<&Progress>, counters: &Counters) {
        self.asker.progress(progress, counters);
    }

    fn entry(&self, entry: &Entry) {
        self.asker.entry(entry);
    }
}
