//! Keeps a channel open: opens it, listens, opens it again when it breaks, and knows when nobody listened.
//!
//! Not here: one connection (`line`), and what is behind it (`upstream`).

mod heard;
mod line;

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, ready};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use self::heard::LastHeard;
use self::line::{ConnectionEnd, Listener, Reconnection, within_bounds};
use super::backoff::Backoff;
use super::followed::Followed;
use super::upstream::{OpenedConnection, Unopened};
use crate::exclusive::Taken;
use crate::inbox::ChannelState;
use crate::limits::{
    CHANNEL_BACKOFF, CHANNEL_FINISH_TIMEOUT, CHANNEL_GAP, CHANNEL_PROBE_INTERVAL, CHANNEL_PROVEN,
    GAP_RUN_INTERVAL, MAX_CHANNEL_BACKOFF, MAX_RETRY_AFTER,
};
use crate::model::{Diagnosis, Failure, FailureKind, Timestamp};
use crate::random::random;

const BACKOFF: Backoff = Backoff { first: CHANNEL_BACKOFF, most: MAX_CHANNEL_BACKOFF };

/// The channel of one source.
pub(super) struct SourceChannel {
    followed: Arc<Followed>,
    heard: Arc<LastHeard>,
    /// Connections that are listened to, the newest and those that drain.
    lines: JoinSet<()>,
    state: Option<ChannelState>,
    n_failed: u32,
    /// When the full run was due that makes up for the last time in which nobody listened.
    gap_run: Option<Instant>,
}

/// What to do after a connection, or after an attempt to open one.
enum Next {
    OpenNow,
    OpenAfter(Duration),
    /// Nothing helps but a person, or patience.
    Probe,
    /// Another source has to let go of it first.
    OpenAfterOther(BoxFuture<'static, ()>),
    /// There is no channel.
    End,
}

impl SourceChannel {
    pub(super) fn new(followed: Arc<Followed>, heard_until: Option<Timestamp>) -> Self {
        let heard = Arc::new(LastHeard::new(heard_until));
        Self { followed, heard, lines: JoinSet::new(), state: None, n_failed: 0, gap_run: None }
    }

    /// Listen until the source is not followed any more, or has no channel.
    pub(super) async fn listen(mut self) {
        loop {
            let pause: BoxFuture<'static, ()> = match self.attempt().await {
                Next::End => return,
                Next::OpenNow => ready(()).boxed(),
                Next::OpenAfter(pause) => sleep(pause).boxed(),
                Next::Probe => sleep(CHANNEL_PROBE_INTERVAL).boxed(),
                Next::OpenAfterOther(freed) => freed,
            };
            tokio::select! {
                biased;
                () = self.followed.stop.cancelled() => break,
                () = self.followed.mended.notified() => {}
                () = pause => {}
            }
        }
        self.finish().await;
    }

    /// Open a connection and listen until a new one is needed.
    async fn attempt(&mut self) -> Next {
        if self.state != Some(ChannelState::Connected) {
            self.stands(ChannelState::Connecting, None);
        }
        let opened = tokio::select! {
            biased;
            () = self.followed.stop.cancelled() => return Next::OpenNow,
            opened = self.followed.upstream.open() => opened,
        };
        match opened {
            Ok(None) => {
                self.stands(ChannelState::Off, None);
                Next::End
            }
            Err(Unopened::Failed(failure)) => self.failed(failure),
            Err(Unopened::Taken(taken)) => self.taken(taken),
            Ok(Some(opened)) => {
                self.connected();
                self.follow_line(opened).await
            }
        }
    }

    fn connected(&mut self) {
        let now = self.followed.now();
        let is_gap = self.heard.get().is_none_or(|heard| CHANNEL_GAP < between(heard, now));
        self.heard.set(now);
        if is_gap {
            self.gap();
        }
        self.stands(ChannelState::Connected, None);
        self.followed.heard(now);
    }

    /// What came meanwhile may never come again.
    fn gap(&mut self) {
        let now = Instant::now();
        let due = self.gap_run.map_or(now, |last| now.max(last + GAP_RUN_INTERVAL));
        self.gap_run = Some(due);
        self.followed.gap(due);
    }

    async fn follow_line(&mut self, opened: OpenedConnection) -> Next {
        let OpenedConnection { line, rhythm, state } = opened;
        let began = Instant::now();
        let (changed, change) = oneshot::channel();
        let listener = Listener {
            followed: Arc::clone(&self.followed),
            line,
            heartbeat: within_bounds(rhythm.every),
            beat: rhythm.message,
            state,
            heard: Arc::clone(&self.heard),
            changed: Some(changed),
        };
        self.lines.spawn(listener.listen());
        // A listener that died without a word is a broken one.
        let change = change.await.unwrap_or(Reconnection::Ended(ConnectionEnd::Broken(None)));
        while self.lines.try_join_next().is_some() {}
        if CHANNEL_PROVEN <= began.elapsed() {
            self.n_failed = 0;
        }
        match change {
            Reconnection::Ended(ConnectionEnd::Stopped) => Next::OpenNow,
            // One that is sent away as soon as it comes is no success, and must not come back at once for ever.
            Reconnection::Moving if self.n_failed == 0 => {
                self.n_failed = 1;
                Next::OpenNow
            }
            Reconnection::Moving => self.pause(None),
            Reconnection::Ended(ConnectionEnd::Broken(diagnosis)) => {
                self.stands(ChannelState::Waiting, diagnosis);
                self.pause(None)
            }
        }
    }

    fn failed(&mut self, failure: Failure) -> Next {
        if self.followed.upstream.barred().is_some() {
            // Whoever acts on events stops, too.
            self.followed.asks.look_again();
            self.stands(ChannelState::Refused, Some(failure.diagnosis));
            return Next::Probe;
        }
        match failure.kind {
            FailureKind::Settings | FailureKind::Permission => {
                self.stands(ChannelState::Refused, Some(failure.diagnosis));
                Next::Probe
            }
            FailureKind::Unavailable | FailureKind::Protocol | FailureKind::Host | FailureKind::Other => {
                let retry_after = failure.retry_after_ms.map(Duration::from_millis);
                self.stands(ChannelState::Waiting, Some(failure.diagnosis));
                self.pause(retry_after)
            }
        }
    }

    fn taken(&mut self, taken: Taken) -> Next {
        let Taken { shared, freed } = taken;
        tracing::warn!(
            source = %self.followed.name(), other = %shared.with,
            "another source has what the two may not share; the channel is not opened"
        );
        self.stands(ChannelState::Taken, Some(shared.channel_diagnosis()));
        Next::OpenAfterOther(freed)
    }

    fn pause(&mut self, retry_after: Option<Duration>) -> Next {
        let asked = retry_after.unwrap_or_default().min(MAX_RETRY_AFTER);
        let pause = BACKOFF.jittered(self.n_failed, random()).max(asked);
        self.n_failed = self.n_failed.saturating_add(1);
        Next::OpenAfter(pause)
    }

    fn stands(&mut self, state: ChannelState, diagnosis: Option<Diagnosis>) {
        if self.state == Some(state) && diagnosis.is_none() {
            return;
        }
        self.state = Some(state);
        self.followed.channel_stands(state, diagnosis);
    }

    /// Let each connection send what it still has to acknowledge.
    async fn finish(mut self) {
        let all_ended = async { while self.lines.join_next().await.is_some() {} };
        if timeout(CHANNEL_FINISH_TIMEOUT, all_ended).await.is_err() {
            tracing::warn!("a channel could not be closed in good order");
        }
        self.lines.shutdown().await;
        if let Some(until) = self.heard.get() {
            self.followed.heard(until);
        }
        self.stands(ChannelState::Closed, None);
    }
}

fn between(earlier: Timestamp, later: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(later.unix_ms().saturating_sub(earlier.unix_ms())).unwrap_or(0))
}
