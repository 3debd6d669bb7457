//! Listens to one connection: keeps what comes before it is acknowledged, many frames at a time, and notices when the other
//! side is gone.

use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::oneshot;
use tokio::task::unconstrained;
use tokio::time::{Instant, interval, sleep_until, timeout};

use super::heard::LastHeard;
use crate::connector::{FrameReaction, Notice};
use crate::follow::connection::{ChannelConnection, Incoming};
use crate::follow::followed::Followed;
use crate::follow::upstream::next_state;
use crate::inbox::EventWay;
use crate::limits::{
    CHANNEL_DRAIN, FRAME_STORE_TIMEOUT, HEARD_INTERVAL, HEARTBEATS, MAX_FRAMES_AT_ONCE, MAX_UNANSWERED_PINGS,
};
use crate::model::{Body, Diagnosis};

/// One connection that is listened to.
pub(super) struct Listener {
    pub(super) followed: Arc<Followed>,
    pub(super) line: Box<dyn ChannelConnection>,
    pub(super) heartbeat: Duration,
    /// The message that is a heartbeat; none for a ping.
    pub(super) beat: Option<Body>,
    /// What the next frame gets.
    pub(super) state: String,
    pub(super) heard: Arc<LastHeard>,
    /// Whom to tell that another connection is needed; none once it was told.
    pub(super) changed: Option<oneshot::Sender<Reconnection>>,
}

/// Why another connection is needed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Reconnection {
    /// The source is about to close this one, which goes on until then.
    Moving,
    /// This one has ended.
    Ended(ConnectionEnd),
}

/// How a connection ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum ConnectionEnd {
    /// The host closed it: it is not needed any more.
    Stopped,
    /// The other side closed it, or is gone.
    Broken(Option<Diagnosis>),
}

/// Something that ends the listening at once.
type Ended = Result<(), ConnectionEnd>;

impl Listener {
    /// Listen until the connection ends.
    pub(super) async fn listen(mut self) {
        let Err(ending) = self.turns().await else { return };
        if ending == ConnectionEnd::Stopped {
            self.line.close().await;
        }
        tell(&mut self.changed, Reconnection::Ended(ending));
    }

    async fn turns(&mut self) -> Ended {
        let mut next_ping = Instant::now() + self.heartbeat;
        let mut heard = interval(HEARD_INTERVAL);
        let (mut n_unanswered, mut drained_at) = (0, None);
        loop {
            tokio::select! {
                biased;
                () = self.followed.stop.cancelled() => return Err(ConnectionEnd::Stopped),
                () = at(drained_at) => return Err(ConnectionEnd::Stopped),
                () = sleep_until(next_ping) => {
                    if MAX_UNANSWERED_PINGS <= n_unanswered {
                        return Err(ConnectionEnd::Broken(Some(silent(self.heartbeat))));
                    }
                    n_unanswered += 1;
                    next_ping = Instant::now() + self.heartbeat;
                    self.beat().await?;
                }
                _tick = heard.tick() => {
                    if let Some(until) = self.heard.get() {
                        self.followed.heard(until);
                    }
                }
                incoming = self.line.next() => {
                    self.heard.set(self.followed.now());
                    n_unanswered = 0;
                    let rhythm = self.heartbeat;
                    let is_moving = self.incoming(incoming).await?;
                    if rhythm != self.heartbeat {
                        next_ping = Instant::now() + self.heartbeat;
                    }
                    if is_moving && drained_at.is_none() {
                        drained_at = Some(Instant::now() + CHANNEL_DRAIN);
                        tell(&mut self.changed, Reconnection::Moving);
                    }
                }
            }
        }
    }

    /// Ask the other side for a sign of life.
    async fn beat(&mut self) -> Ended {
        let asked = match &self.beat {
            Some(message) => self.line.send(message.clone()).await,
            None => self.line.ping().await,
        };
        asked.map_err(broken)
    }

    /// Take what came. Whether the source wants another connection.
    async fn incoming(&mut self, incoming: Incoming) -> Result<bool, ConnectionEnd> {
        let frame = match incoming {
            Incoming::Alive => return Ok(false),
            Incoming::Closed(diagnosis) => return Err(ConnectionEnd::Broken(diagnosis)),
            Incoming::Message(frame) => frame,
        };
        let (frames, end) = self.and_what_is_there(frame);
        let is_moving = self.react(frames).await?;
        match end {
            Some(Incoming::Closed(diagnosis)) => Err(ConnectionEnd::Broken(diagnosis)),
            Some(Incoming::Alive | Incoming::Message(_)) | None => Ok(is_moving),
        }
    }

    /// This frame and those that need not be waited for, and the end if that came with them.
    fn and_what_is_there(&mut self, first: Body) -> (Vec<Body>, Option<Incoming>) {
        let mut frames = vec![first];
        while frames.len() < MAX_FRAMES_AT_ONCE {
            // Without this, tokio would say after some frames that there is nothing, so that others get their turn.
            match unconstrained(self.line.next()).now_or_never() {
                Some(Incoming::Message(frame)) => frames.push(frame),
                Some(Incoming::Alive) => {}
                Some(end @ Incoming::Closed(_)) => return (frames, Some(end)),
                None => break,
            }
        }
        (frames, None)
    }

    /// Keep what these frames say, then acknowledge them, or refuse them if it cannot be kept.
    async fn react(&mut self, frames: Vec<Body>) -> Result<bool, ConnectionEnd> {
        let mut reactions: Vec<FrameReaction> = Vec::with_capacity(frames.len());
        let understood = self.followed.upstream.understand(self.state.clone(), frames).await;
        if let Some(next) = next_state(&understood) {
            self.state = next;
        }
        for understood in understood {
            match understood {
                Ok(reaction) => reactions.push(reaction),
                // Without an answer the source pushes it again, in vain: it is written down instead.
                Err(failure) => self.followed.refuse(failure.diagnosis),
            }
        }
        if let Some(heartbeat) = reactions.iter().rev().find_map(|reaction| reaction.heartbeat) {
            self.heartbeat = within_bounds(heartbeat);
        }
        let notices: Vec<_> =
            reactions.iter_mut().map(|reaction| reaction.notices.clone()).collect::<Vec<_>>().concat();
        let is_kept = notices.is_empty() || is_kept(self.followed.as_ref(), notices).await;
        for reaction in &mut reactions {
            let can_answer = is_kept || reaction.notices.is_empty();
            let answers = if can_answer { &mut reaction.replies } else { &mut reaction.refusals };
            for frame in std::mem::take(answers) {
                self.line.send(frame).await.map_err(broken)?;
            }
        }
        Ok(reactions.iter().any(|reaction| reaction.reconnect))
    }
}

/// The time between heartbeats, whatever a connector says.
pub(super) fn within_bounds(heartbeat: Duration) -> Duration {
    let (shortest, longest) = HEARTBEATS;
    heartbeat.clamp(shortest, longest)
}

fn tell(whom: &mut Option<oneshot::Sender<Reconnection>>, change: Reconnection) {
    if let Some(whom) = whom.take() {
        // Whoever is gone needs no other connection.
        let _gone = whom.send(change);
    }
}

async fn is_kept(followed: &Followed, notices: Vec<Notice>) -> bool {
    match timeout(FRAME_STORE_TIMEOUT, followed.keep(notices, EventWay::Stream)).await {
        Ok(Ok(())) => true,
        Ok(Err(error)) => {
            tracing::error!(%error, "events of a channel could not be kept; the source pushes them again");
            false
        }
        Err(_late) => {
            tracing::error!("events of a channel were not kept in time; the source pushes them again");
            false
        }
    }
}

async fn at(moment: Option<Instant>) {
    match moment {
        Some(moment) => sleep_until(moment).await,
        None => std::future::pending().await,
    }
}

fn broken(diagnosis: Diagnosis) -> ConnectionEnd {
    ConnectionEnd::Broken(Some(diagnosis))
}

fn silent(waited: Duration) -> Diagnosis {
    let seconds = waited.as_secs();
    Diagnosis::new("channel-silent", "the channel was open and the other side did not answer any more")
        .with_remedy(
            "Nothing: it is opened again. If it happens often, look at the proxy's limits for idle tunnels.",
        )
        .in_chinese(
            "推送通道处于打开状态，但对方不再应答",
            "无需操作，通道会自动重新建立。如果频繁发生，请检查代理对空闲连接的限制。",
        )
        .with_fact("waited_s", seconds.to_string())
}
