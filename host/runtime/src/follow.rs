//! Following a source: what it pushes is kept before it is acknowledged and acted on a moment later, and a full run finds
//! what nobody pushed.
//!
//! Not here: a web server for the callbacks, and the place where a schedule is configured; both are an embedder's.

mod asks;
mod backoff;
mod batch;
mod channel;
mod connection;
mod delivery;
mod followed;
mod missed;
mod notes;
mod observe;
mod options;
mod receive;
mod schedule;
#[cfg(test)]
mod tests;
mod timetable;
mod together;
mod turns;
mod upstream;
mod wire;

use std::fmt;
use std::sync::Arc;

use serde::Serialize;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use tracing::Instrument as _;

use self::asks::TakenAsk;
use self::channel::SourceChannel;
pub use self::delivery::{Delivery, Receipt};
use self::followed::Followed;
pub use self::observe::{FollowObserver, RunEnded, Unfollowed};
pub use self::options::FollowOptions;
use self::receive::Receiver;
pub use self::schedule::{InvalidSchedule, Schedule};
use self::turns::Turns;
use self::upstream::Live;
use crate::approval::{Approval, Approving};
use crate::cancel::CancelOnDrop;
use crate::error::{RunError, StoreError};
use crate::history::Trigger;
use crate::host::Host;
use crate::inbox::{ChannelState, Following, Inbox, InboxCounts, Note};
use crate::limits::{MAX_CHANGES, STORE_BACKOFF};
use crate::model::{EventDelivery, Key, Plan, RunId, SourceName};
use crate::options::RunOptions;
use crate::run::{RunReport, RunWork};
use crate::source::Source;
use crate::undo::Undo;

/// How a full run that was asked for went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestedRun {
    /// Whether someone else had asked before and was waiting for the same run, which had their options.
    pub joined: bool,
    /// How it ended.
    pub report: RunReport,
}

/// How a followed source stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// What is known about following it.
    pub following: Following,
    /// Its events.
    pub counts: InboxCounts,
    /// The run that this follower has under way.
    pub running: Option<RunId>,
}

/// A source that is followed. Clones are the same one; it ends with [`Follower::stop`], or when the last clone is dropped.
///
/// One follower a source at a time, whatever the number of hosts. Others may write to its inbox meanwhile: let events
/// be tried again, pause the schedule, clear what stopped it, after which a full run goes before the events that wait. The
/// follower notices within a second or two.
///
/// # Examples
///
/// Follow a source, with a full run every night, and hand a request to its callback address over.
///
/// ```
/// # include!(concat!(env!("CARGO_MANIFEST_DIR"), "/doc/company.in"));
/// use std::time::Duration;
///
/// use rollcall_host::follow::{Delivery, Schedule};
/// use rollcall_host::history::RunState;
/// use rollcall_host::{FollowOptions, Follower, RunOptions};
///
/// # fn main() -> Result<(), Failed> { run(async {
/// # let company = Company::new()?;
/// # let (host, source) = company.host().await?;
/// # let inbox = company.store.clone();
/// let schedule = Schedule::parse("0 3 * * *", None, Duration::from_secs(600))?;
/// let options = FollowOptions { schedule: Some(schedule), ..FollowOptions::default() };
/// let follower = Follower::start(host, inbox, source, options).await?;
///
/// // Now rather than tonight: joins the run that is under way, if one is.
/// let asked = follower.sync(RunOptions::default()).await?;
/// assert_eq!(asked.report.state, RunState::Succeeded);
///
/// // What your web server got at the address for callbacks. This one is nobody's.
/// let (method, query) = ("POST".to_owned(), String::new());
/// let delivery = Delivery { method, query, headers: Vec::new(), body: b"{}".to_vec() };
/// let receipt = follower.receive(delivery).await;
/// assert!((400..500).contains(&receipt.status));
///
/// follower.stop().await;
/// # Ok(()) }) }
/// ```
#[derive(Clone)]
pub struct Follower {
    inner: Arc<FollowerParts>,
}

struct FollowerParts {
    followed: Arc<Followed>,
    receiver: Receiver,
    /// None while the settings are wrong.
    event_delivery: Option<EventDelivery>,
    has_ended: watch::Receiver<bool>,
    _stop_if_dropped: CancelOnDrop,
}

impl Follower {
    /// Begin to follow. Needs a tokio runtime.
    ///
    /// A first full run starts by itself if the source never had one that succeeded, and nobody asked for it within
    /// [`FIRST_IMPORT_PATIENCE`](crate::limits::FIRST_IMPORT_PATIENCE). A connector without `events` is followed by its
    /// schedule alone. Of sources that may not share something, the one that was started first has it, and the
    /// channel of any other is opened once that one has ended.
    ///
    /// # Errors
    ///
    /// When the inbox cannot be read or written.
    pub async fn start(
        host: Host,
        inbox: Arc<dyn Inbox>,
        source: Source,
        options: FollowOptions,
    ) -> Result<Self, StoreError> {
        // Whoever sets a source up anew has acted.
        let services = host.services().clone();
        services.unbar(&source);
        let following = inbox.following(source.name()).await?;
        let is_live = source.connector().is_live();
        let plan = source.plan().await.ok().and_then(Result::ok);
        let event_delivery = plan.as_ref().map(|plan| event_delivery(plan, is_live));
        if event_delivery.is_some() && event_delivery != following.event_delivery {
            inbox.note(source.name(), &Note::EventDelivery(event_delivery)).await?;
        }
        let name = source.name().clone();
        // Now, so that of two sources the one that was started first has it. The other says so when it opens its channel.
        drop(plan.map(|plan| services.claims().claim(&name, &plan.exclusive)));
        let stand = host.stand();
        let meter = services.meter(&name);
        let upstream = Arc::new(Live { services, source });
        let followed = Arc::new(Followed::new(name, upstream, inbox, stand, options, meter));
        Ok(Self::begin(followed, following, event_delivery, is_live))
    }

    fn begin(
        followed: Arc<Followed>,
        following: Following,
        event_delivery: Option<EventDelivery>,
        is_live: bool,
    ) -> Self {
        let (ended, has_ended) = watch::channel(false);
        tokio::spawn(follow(Arc::clone(&followed), following, is_live, ended));
        let stop_if_dropped = followed.stop.on_drop();
        let receiver = Receiver::new();
        let inner = FollowerParts {
            followed,
            receiver,
            event_delivery,
            has_ended,
            _stop_if_dropped: stop_if_dropped,
        };
        Self { inner: Arc::new(inner) }
    }

    /// The name of the source.
    #[must_use]
    pub fn name(&self) -> &SourceName {
        &self.inner.followed.name
    }

    /// How the source tells of its changes; none while its settings are wrong.
    #[must_use]
    pub fn event_delivery(&self) -> Option<EventDelivery> {
        self.inner.event_delivery
    }

    /// Answer one delivery to the source's callback address: verified, its events kept, within 2.5 s.
    ///
    /// Whatever is wrong with a delivery, whoever sent it gets the same bare 403, and it changes nothing but a count.
    /// 413 is one that is too large; 503 means that the source should send it again.
    pub async fn receive(&self, delivery: Delivery) -> Receipt {
        self.inner.receiver.receive(&self.inner.followed, delivery).await
    }

    /// Import everything as soon as the source is free, and at the beginning once its channel is open or cannot be opened,
    /// for which it waits [`FULL_RUN_PATIENCE`](crate::limits::FULL_RUN_PATIENCE). Joins a full run that waits already. When
    /// everyone who asked has dropped the future, the run is cancelled.
    ///
    /// # Errors
    ///
    /// As [`Host::sync`], and when the source is not followed any more or too much was asked of it.
    pub async fn sync(&self, options: RunOptions) -> Result<RequestedRun, RunError> {
        let TakenAsk { answer, is_joined } = self.inner.followed.asks.ask(RunWork::Sync, options)?;
        let report = answer.await.unwrap_or(Err(RunError::NotFollowed))?;
        Ok(RequestedRun { joined: is_joined, report })
    }

    /// Bring these objects in line as soon as the source is free. At most 1000 keys.
    ///
    /// # Errors
    ///
    /// As [`Host::refresh`], and when the source is not followed any more or too much was asked of it.
    pub async fn refresh(&self, keys: Vec<Key>, options: RunOptions) -> Result<RunReport, RunError> {
        if MAX_CHANGES < keys.len() {
            return Err(RunError::TooManyKeys { n: keys.len(), limit: MAX_CHANGES });
        }
        let waiting = self.inner.followed.asks.ask(RunWork::Refresh(keys), options)?;
        waiting.answer.await.unwrap_or(Err(RunError::NotFollowed))
    }

    /// Approve what a run held, as [`Host::approve`] does, as soon as the source is free.
    ///
    /// # Errors
    ///
    /// As [`Host::approve`], and when the source is not followed any more or too much was asked of it.
    pub async fn approve(
        &self,
        run: &RunId,
        approving: Approving,
        options: RunOptions,
    ) -> Result<RunReport, RunError> {
        let Followed { stand, name, asks, .. } = self.inner.followed.as_ref();
        let approval = Approval::of(stand, name, run, approving).await?;
        let options = RunOptions { trigger: Trigger::Approval, ..options };
        asks.ask(RunWork::Approve(approval), options)?.answer.await.unwrap_or(Err(RunError::NotFollowed))
    }

    /// Undo a run, as [`Host::undo`] does, as soon as the source is free.
    ///
    /// # Errors
    ///
    /// As [`Host::undo`], and when the source is not followed any more or too much was asked of it.
    pub async fn undo(&self, run: &RunId, options: RunOptions) -> Result<RunReport, RunError> {
        let Followed { stand, name, asks, .. } = self.inner.followed.as_ref();
        let undo = Undo::of(stand, name, run, &options).await?;
        asks.ask(RunWork::Undo(undo), options)?.answer.await.unwrap_or(Err(RunError::NotFollowed))
    }

    /// Stop the run that is under way, whoever started it: it ends as `cancelled`, with its row closed and what was applied
    /// until then. False when this run is not under way here: it has ended, or another process runs it.
    ///
    /// The same is not started again at once: events that it acted on, and a full run that was owed, wait for
    /// [`CANCELLED_EVENTS_PAUSE`](crate::limits::CANCELLED_EVENTS_PAUSE) and
    /// [`CANCELLED_RUN_PAUSE`](crate::limits::CANCELLED_RUN_PAUSE), and a schedule for its next moment. Whoever asked for
    /// something that has not begun stops it by the [`Cancel`](crate::Cancel) of their own options.
    pub fn cancel(&self, run: &RunId) -> bool {
        let is_under_way = self.inner.followed.cancel(run);
        tracing::info!(source = %self.name(), %run, is_under_way, "a person stops a run");
        is_under_way
    }

    /// How it stands.
    ///
    /// # Errors
    ///
    /// When the inbox cannot be read.
    pub async fn status(&self) -> Result<Status, StoreError> {
        let Followed { inbox, name, .. } = self.inner.followed.as_ref();
        let following = inbox.following(name).await?;
        let counts = inbox.counts(name).await?;
        Ok(Status { following, counts, running: self.inner.followed.running() })
    }

    /// End in good order: what was acknowledged is kept, what is under way is given
    /// [`BATCH_GRACE`](crate::limits::BATCH_GRACE) to finish and [`CANCEL_GRACE`](crate::limits::CANCEL_GRACE) to be
    /// cancelled. Returns when everything has ended.
    pub async fn stop(&self) {
        self.inner.followed.stop.cancel();
        let mut has_ended = self.inner.has_ended.clone();
        // Without a sender it has ended, too.
        let _ended = has_ended.wait_for(|has_ended| *has_ended).await;
    }
}

impl fmt::Debug for Follower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Follower").field("source", self.inner.followed.name()).finish_non_exhaustive()
    }
}

/// How a source tells of its changes.
fn event_delivery(plan: &Plan, is_live: bool) -> EventDelivery {
    if is_live { plan.event_delivery } else { EventDelivery::None }
}

/// Everything that goes on while a source is followed.
async fn follow(followed: Arc<Followed>, following: Following, is_live: bool, ended: watch::Sender<bool>) {
    let notes = tokio::spawn(keep_notes(Arc::clone(&followed)));
    let mut tasks = JoinSet::new();
    tasks.spawn(keep_alive(Arc::clone(&followed), "turns", {
        let following = following.clone();
        move |followed| Turns::new(followed, following.clone()).take()
    }));
    if is_live {
        tasks.spawn(keep_alive(Arc::clone(&followed), "channel", move |followed| {
            SourceChannel::new(followed, following.heard_until).listen()
        }));
        tasks.spawn(keep_alive(Arc::clone(&followed), "missed events", move |followed| {
            missed::keep_asking(followed, following.cursor.clone())
        }));
    } else {
        no_channel(&followed, &following);
    }
    while tasks.join_next().await.is_some() {}
    notes.abort();
    let Followed { inbox, name, options, .. } = followed.as_ref();
    followed.notes.finish(inbox.as_ref(), name, options.observer.as_ref()).await;
    followed.upstream.let_go();
    ended.send_replace(true);
}

async fn keep_notes(followed: Arc<Followed>) {
    let Followed { inbox, name, options, .. } = followed.as_ref();
    followed.notes.keep(inbox.as_ref(), name, options.observer.as_ref()).await;
}

/// Run a task, and run it again should it die of a defect: nobody would notice that a source is not followed.
async fn keep_alive<F: Future<Output = ()> + Send + 'static>(
    followed: Arc<Followed>,
    what: &'static str,
    task: impl Fn(Arc<Followed>) -> F + Send + 'static,
) {
    let span = tracing::error_span!("following", source = %followed.name());
    while let Err(error) = tokio::spawn(task(Arc::clone(&followed)).instrument(span.clone())).await {
        tracing::error!(source = %followed.name(), what, %error, "a part of following died and is started again");
        tokio::select! {
            () = followed.stop.cancelled() => return,
            () = sleep(STORE_BACKOFF) => {}
        }
    }
}

fn no_channel(followed: &Followed, following: &Following) {
    let is_known = following.channel.as_ref().is_none_or(|note| note.state == ChannelState::Off);
    if is_known {
        followed.channel.send_replace(Some(ChannelState::Off));
        followed.asks.look_again();
    } else {
        followed.channel_stands(ChannelState::Off, None);
    }
}
