//! A source that does as it is told, and everything a follower needs around it, in virtual time.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep};

use super::super::connection::{ChannelConnection, Incoming};
use super::super::followed::Followed;
use super::super::upstream::{OpenedConnection as OpenedChannel, Unopened, Upstream};
use super::super::{Delivery, FollowObserver, FollowOptions, Follower, Receipt, RunEnded};
use crate::approval::Stand;
use crate::cancel::Cancel;
use crate::clock::Clock;
use crate::connector::{Fetched, FrameReaction, Notice, Received, Rhythm, Unfinished};
use crate::error::RunError;
use crate::figures::Meter;
use crate::history::{
    ConnectorIdentity, Counters, History, NewRun, Opened, RunEnd, RunKind, RunState, Trigger,
};
use crate::inbox::{
    ChannelNote, EventFilter, EventState, Fate, Following, Inbox, InboxEvent, NewEvent, Refused, Settlement,
    Stopped,
};
use crate::model::{
    Body, Diagnosis, Entry, EventDelivery, Failure, FailureKind, Plan, Progress, RunId, Severity, SourceName,
    Timestamp,
};
use crate::run::{Finished, RunOptions, RunReport, RunWork};
use crate::testing::MemoryStore;

/// The moment at which every test begins.
pub(super) const START: Timestamp = Timestamp::from_unix_ms(1_800_000_000_000);

/// Tells tokio's time, which a test may have paused.
#[derive(Debug)]
struct VirtualClock(Instant);

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        let elapsed_ms = i64::try_from(self.0.elapsed().as_millis()).unwrap();
        Timestamp::from_unix_ms(START.unix_ms() + elapsed_ms)
    }
}

/// A source that does as it is told.
pub(super) struct Fake {
    store: Arc<MemoryStore>,
    clock: Arc<dyn Clock>,
    told: Mutex<Told>,
}

/// What it was told, and what it did.
#[derive(Default)]
pub(super) struct Told {
    /// How the next runs end; those after them succeed.
    pub(super) endings: VecDeque<Ending>,
    /// How long each run takes.
    pub(super) run_takes: Duration,
    /// How long each attempt to open a channel takes.
    pub(super) opening_takes: Duration,
    /// What comes of the next attempts to open a channel; there is none after them.
    pub(super) openings: VecDeque<Result<FakeLine, Unopened>>,
    /// What is fetched next; nothing after that.
    pub(super) missed: VecDeque<Result<Fetched, Failure>>,
    /// How often it wants to be asked what has changed.
    pub(super) poll_interval_ms: Option<u32>,
    /// Why nothing may be asked of it.
    pub(super) barred: Option<Failure>,
    /// What the heartbeat of the next channels is; a ping if none.
    pub(super) beat: Option<Body>,
    /// Seconds since the beginning, and what was called.
    pub(super) calls: Vec<(u64, String)>,
}

/// How a run ends.
#[derive(Clone)]
pub(super) enum Ending {
    Incomplete,
    Held,
    Unfinished(Vec<Unfinished>),
    Failed(Failure),
}

impl Fake {
    pub(super) fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap()
    }

    fn called(&self, what: String) {
        let elapsed_ms = self.clock.now().unix_ms() - START.unix_ms();
        self.told().calls.push((u64::try_from(elapsed_ms).unwrap() / 1000, what));
    }

    async fn open_run(&self, kind: RunKind, options: &RunOptions) -> Result<(RunId, Timestamp), RunError> {
        let started_at = self.clock.now();
        let new = new_run(kind, options.trigger, options.dry_run, started_at);
        match self.store.open_run(&new).await.unwrap() {
            Opened::Busy(run) => Err(RunError::Busy { run }),
            Opened::Run(run) => {
                options.observer.opened(&run);
                Ok((run, started_at))
            }
        }
    }
}

#[async_trait]
impl Upstream for Fake {
    async fn run(&self, work: RunWork, options: RunOptions) -> Result<Finished, RunError> {
        let (run, started_at) = self.open_run(work.kind(), &options).await?;
        let what = match work {
            RunWork::Sync => "sync".to_owned(),
            RunWork::Refresh(keys) => format!("refresh {}", keys[0]),
            RunWork::Approve(approval) => format!("approve {}", approval.held),
            RunWork::Undo(_) => "undo".to_owned(),
            RunWork::Handle(events) => {
                format!(
                    "handle {}",
                    events.iter().map(|event| event.event.id.as_str()).collect::<Vec<_>>().join(" ")
                )
            }
        };
        self.called(format!("{what} ({})", options.trigger.as_str()));
        let so_far = Counters { read: 1, created: 1, ..Counters::default() };
        options.observer.progress(None, &so_far);
        options.observer.entry(&entry());
        let takes = self.told().run_takes;
        tokio::select! {
            () = sleep(takes) => {}
            () = options.cancel.cancelled() => {}
        }
        let ending = self.told().endings.pop_front();
        let (state, failure) = match &ending {
            _ if options.cancel.is_cancelled() => (RunState::Cancelled, None),
            None | Some(Ending::Unfinished(_)) => (RunState::Succeeded, None),
            Some(Ending::Incomplete) => (RunState::Partial, None),
            Some(Ending::Held) => (RunState::Held, None),
            Some(Ending::Failed(failure)) => (RunState::Failed, Some(failure.clone())),
        };
        let finished_at = self.clock.now();
        let (counters, n_entries_dropped) = (Counters::default(), 0);
        let end = RunEnd {
            state,
            counters,
            failure: failure.clone(),
            n_entries_dropped,
            finished_at,
            scope: None,
            proof: None,
        };
        self.store.close_run(&run, &end).await.unwrap();
        let is_incomplete = matches!(ending, Some(Ending::Incomplete));
        let report = RunReport { run, state, counters, failure, n_entries_dropped, started_at, finished_at };
        let unfinished = match ending {
            Some(Ending::Unfinished(unfinished)) => unfinished,
            Some(Ending::Incomplete | Ending::Held | Ending::Failed(_)) | None => Vec::new(),
        };
        Ok(Finished { report, is_incomplete, unfinished, store_failure: None })
    }

    async fn receive(&self, delivery: Delivery) -> Result<Received, Diagnosis> {
        match String::from_utf8(delivery.body).unwrap().as_str() {
            "forged" => Err(Diagnosis::new("signature-mismatch", "the signature is wrong")),
            "slow" => {
                sleep(Duration::from_secs(60)).await;
                Err(Diagnosis::new("late", "too late"))
            }
            id => Ok(Received {
                status: 200,
                content_type: "text/plain; charset=utf-8",
                body: "success".to_owned(),
                notices: vec![notice(id)],
            }),
        }
    }

    async fn understand(&self, state: String, frames: Vec<Body>) -> Vec<Result<FrameReaction, Failure>> {
        let frames: Vec<String> = frames.iter().map(text).collect();
        let state = if state.is_empty() { state } else { format!(" after {state}") };
        self.called(format!("understand {}{state}", frames.join(" ")));
        let reaction = |frame: &String| match frame.as_str() {
            "ping" => Ok(FrameReaction { replies: vec![body("pong")], ..FrameReaction::default() }),
            "slower" => Ok(FrameReaction { heartbeat: Some(HEARTBEAT * 2), ..FrameReaction::default() }),
            part if part.starts_with("part") => {
                Ok(FrameReaction { state: Some(part.to_owned()), ..FrameReaction::default() })
            }
            "move" => Ok(FrameReaction { reconnect: true, ..FrameReaction::default() }),
            "odd" => Err(failure(FailureKind::Protocol, "frame-odd")),
            id => Ok(FrameReaction {
                replies: vec![body(&format!("ack {id}"))],
                refusals: vec![body(&format!("later {id}"))],
                notices: vec![notice(id)],
                ..FrameReaction::default()
            }),
        };
        frames.iter().map(reaction).collect()
    }

    async fn open(&self) -> Result<Option<OpenedChannel>, Unopened> {
        self.called("open".to_owned());
        let takes = self.told().opening_takes;
        sleep(takes).await;
        let opening = self.told().openings.pop_front();
        match opening {
            None => Ok(None),
            Some(Ok(line)) => {
                let rhythm = Rhythm { every: HEARTBEAT, message: self.told().beat.clone() };
                Ok(Some(OpenedChannel { line: Box::new(line), rhythm, state: String::new() }))
            }
            Some(Err(unopened)) => Err(unopened),
        }
    }

    fn let_go(&self) {
        self.called("let go".to_owned());
    }

    fn barred(&self) -> Option<Failure> {
        self.told().barred.clone()
    }

    fn unbar(&self) {
        self.told().barred = None;
    }

    async fn plan(&self) -> Result<Plan, Failure> {
        Ok(Plan {
            origins: Vec::new(),
            limits: Vec::new(),
            secrets: Vec::new(),
            event_delivery: EventDelivery::Callbacks,
            poll_interval_ms: self.told().poll_interval_ms,
            exclusive: Vec::new(),
        })
    }

    async fn fetch(&self, cursor: Option<String>) -> Result<Fetched, Failure> {
        self.called(cursor.map_or_else(|| "missed".to_owned(), |cursor| format!("missed since {cursor}")));
        self.told().missed.pop_front().unwrap_or_else(|| Ok(missed(&[], false)))
    }
}

/// Time between pings of a fake channel.
pub(super) const HEARTBEAT: Duration = Duration::from_secs(20);

/// One end of a connection; a [`Peer`] has the other.
pub(super) struct FakeLine {
    incoming: mpsc::UnboundedReceiver<Incoming>,
    outgoing: mpsc::UnboundedSender<String>,
}

/// The source's end of a connection.
pub(super) struct Peer {
    incoming: mpsc::UnboundedSender<Incoming>,
    outgoing: mpsc::UnboundedReceiver<String>,
}

/// A connection.
pub(super) fn connection() -> (FakeLine, Peer) {
    let (send_in, incoming) = mpsc::unbounded_channel();
    let (outgoing, receive_out) = mpsc::unbounded_channel();
    (FakeLine { incoming, outgoing }, Peer { incoming: send_in, outgoing: receive_out })
}

impl Peer {
    pub(super) fn push(&self, frame: &str) {
        self.incoming.send(Incoming::Message(body(frame))).unwrap();
    }

    pub(super) fn is_alive(&self) {
        self.incoming.send(Incoming::Alive).unwrap();
    }

    /// The connection is gone.
    pub(super) fn breaks(self) {}

    /// The next thing that the host sends.
    pub(super) async fn hears(&mut self) -> String {
        self.outgoing.recv().await.unwrap_or_else(|| "nothing any more".to_owned())
    }
}

#[async_trait]
impl ChannelConnection for FakeLine {
    async fn next(&mut self) -> Incoming {
        self.incoming.recv().await.unwrap_or(Incoming::Closed(None))
    }

    async fn send(&mut self, frame: Body) -> Result<(), Diagnosis> {
        self.outgoing.send(text(&frame)).map_err(|_| Diagnosis::new("channel-lost", "the channel broke"))
    }

    async fn ping(&mut self) -> Result<(), Diagnosis> {
        self.send(body("PING")).await
    }

    async fn close(self: Box<Self>) {
        // The peer may be gone already.
        let _sent = self.outgoing.send("CLOSE".to_owned());
    }
}

/// Everything around one follower.
pub(super) struct Bench {
    pub(super) store: Arc<MemoryStore>,
    pub(super) fake: Arc<Fake>,
    pub(super) seen: Arc<Seen>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) meter: Arc<Meter>,
}

/// What an observer was told.
#[derive(Default)]
pub(super) struct Seen {
    pub(super) channels: Mutex<Vec<String>>,
    pub(super) stops: Mutex<Vec<Option<String>>>,
    pub(super) refusals: Mutex<Vec<u64>>,
    pub(super) ended: Mutex<Vec<(usize, u64)>>,
    /// Run, and what it was told of it.
    pub(super) under_way: Mutex<Vec<String>>,
}

impl FollowObserver for Seen {
    fn run_progress(&self, run: &RunId, _progress: Option<&Progress>, counters: &Counters) {
        self.under_way.lock().unwrap().push(format!("{run}: {} read", counters.read));
    }

    fn run_entry(&self, run: &RunId, entry: &Entry) {
        self.under_way.lock().unwrap().push(format!("{run}: {}", entry.diagnosis.code));
    }

    fn run_ended(&self, ended: &RunEnded) {
        self.ended.lock().unwrap().push((ended.settlements.len(), ended.n_covered));
    }

    fn channel(&self, note: &ChannelNote) {
        let code = note.diagnosis.as_ref().map(|known| format!(" {}", known.code)).unwrap_or_default();
        self.channels.lock().unwrap().push(format!("{:?}{code}", note.state));
    }

    fn stopped(&self, stopped: Option<&Stopped>) {
        let code = stopped.map(|stopped| stopped.failure.diagnosis.code.clone());
        self.stops.lock().unwrap().push(code);
    }

    fn refused(&self, n: u64, _last: &Refused) {
        self.refusals.lock().unwrap().push(n);
    }
}

impl Bench {
    /// A source that was imported before.
    pub(super) async fn imported() -> Self {
        let bench = Self::never_imported();
        let run = bench.someone_runs(Trigger::Manual).await;
        bench.someone_is_done(&run, RunState::Succeeded).await;
        bench
    }

    pub(super) fn never_imported() -> Self {
        let store = Arc::<MemoryStore>::default();
        let clock: Arc<dyn Clock> = Arc::new(VirtualClock(Instant::now()));
        let told = Mutex::default();
        let fake = Arc::new(Fake { store: Arc::clone(&store), clock: Arc::clone(&clock), told });
        Self { store, fake, seen: Arc::default(), clock, meter: Arc::default() }
    }

    /// Another process runs the source.
    pub(super) async fn someone_runs(&self, trigger: Trigger) -> RunId {
        match self.store.open_run(&new_run(RunKind::Full, trigger, false, self.clock.now())).await.unwrap() {
            Opened::Run(run) => run,
            Opened::Busy(run) => panic!("run {run} is under way"),
        }
    }

    pub(super) async fn someone_is_done(&self, run: &RunId, state: RunState) {
        let end = RunEnd {
            state,
            counters: Counters::default(),
            failure: None,
            n_entries_dropped: 0,
            finished_at: self.clock.now(),
            scope: None,
            proof: None,
        };
        self.store.close_run(run, &end).await.unwrap();
    }

    pub(super) async fn follow(&self) -> Follower {
        self.follow_with(FollowOptions::default()).await
    }

    pub(super) async fn follow_with(&self, options: FollowOptions) -> Follower {
        let options = FollowOptions { observer: self.seen.clone(), ..options };
        let (directory, history) = (self.store.clone(), self.store.clone());
        let stand = Stand { directory, history, clock: Arc::clone(&self.clock) };
        let followed = Followed::new(
            source(),
            self.fake.clone(),
            self.store.clone(),
            stand,
            options,
            self.meter.clone(),
        );
        Follower::begin(Arc::new(followed), self.following().await, None, true)
    }

    pub(super) async fn following(&self) -> Following {
        self.store.following(&source()).await.unwrap()
    }

    /// What was called so far, and when.
    pub(super) fn calls(&self) -> Vec<String> {
        self.fake.told().calls.iter().map(|(second, what)| format!("{second} s: {what}")).collect()
    }

    /// The runs so far, without the times.
    pub(super) fn runs(&self) -> Vec<String> {
        let is_run =
            |what: &&String| ["sync", "handle", "refresh", "approve"].iter().any(|run| what.starts_with(run));
        self.fake.told().calls.iter().map(|(_, what)| what).filter(is_run).cloned().collect()
    }

    /// Every event and how it stands, oldest first.
    pub(super) async fn events(&self) -> Vec<(String, EventState)> {
        let mut events = self.all_events().await;
        events.reverse();
        events.into_iter().map(|event| (event.event.id, event.state)).collect()
    }

    pub(super) async fn all_events(&self) -> Vec<InboxEvent> {
        self.store.events(&source(), &EventFilter::default(), None, 1000).await.unwrap()
    }

    /// Keep events as if an earlier host had.
    pub(super) async fn already_kept(&self, ids: &[&str]) {
        let event = |id: &&str| -> NewEvent {
            notice(id).arrived(self.clock.now(), crate::inbox::EventWay::Callback)
        };
        let events: Vec<_> = ids.iter().map(event).collect();
        self.store.store(&source(), &events).await.unwrap();
    }
}

impl Bench {
    /// Events that were done so many days ago.
    pub(super) async fn already_done(&self, events: &[(&str, i64)]) {
        for (id, days) in events {
            self.already_kept(&[id]).await;
            let at = Timestamp::from_unix_ms(START.unix_ms() - days * 24 * 3_600_000);
            let number = self.all_events().await[0].number;
            let settlement = Settlement { number, run: None, at, fate: Fate::Done };
            self.store.settle(&source(), &[settlement]).await.unwrap();
        }
    }
}

/// Deliver a body, and wait for the receipt.
pub(super) async fn deliver(follower: &Follower, body: &str) -> Receipt {
    let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
    let (method, query) = ("POST".to_owned(), String::new());
    follower.receive(Delivery { method, query, headers, body: body.as_bytes().to_vec() }).await
}

pub(super) fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

pub(super) fn failure(kind: FailureKind, code: &str) -> Failure {
    Failure::new(kind, Diagnosis::new(code, "it failed"))
}

pub(super) fn failed(kind: FailureKind, code: &str) -> Ending {
    Ending::Failed(failure(kind, code))
}

pub(super) fn missed(ids: &[&str], more: bool) -> Fetched {
    Fetched { notices: ids.iter().map(|id| notice(id)).collect(), cursor: None, more }
}

pub(super) fn body(text: &str) -> Body {
    Body::Text(text.to_owned())
}

fn text(body: &Body) -> String {
    match body {
        Body::Text(text) => text.clone(),
        Body::Bytes(bytes) => format!("{bytes:?}"),
    }
}

/// Wait, in virtual time.
pub(super) async fn seconds(n: u64) {
    sleep(Duration::from_secs(n)).await;
}

/// A handle that stops a run, in its options.
pub(super) fn cancelled_by(cancel: &Cancel) -> RunOptions {
    RunOptions { cancel: cancel.clone(), ..RunOptions::default() }
}

fn entry() -> Entry {
    let diagnosis = Diagnosis::new("name-short", "a name has one letter");
    Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
}

fn notice(id: &str) -> Notice {
    Notice {
        id: id.to_owned(),
        kind: "changed".to_owned(),
        payload: String::new(),
        born_at: None,
        subjects: Vec::new(),
    }
}

fn new_run(kind: RunKind, trigger: Trigger, dry_run: bool, started_at: Timestamp) -> NewRun {
    let connector =
        ConnectorIdentity { id: "fake".to_owned(), version: "1".to_owned(), digest: String::new() };
    NewRun { source: source(), kind, trigger, dry_run, attended: false, connector, started_at }
}
