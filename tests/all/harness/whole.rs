//! The component, the runtime and SQLite, answered by the simulator's core, in virtual time: whatever waits, the clock jumps
//! to its end, and stands still while SQLite works. So a case is the same every time.
//!
//! Not here: sockets, TLS, proxies (`real`).

use super::pair::{Ended, Failed, Held, Pair, Proposed, conclude, pushes};
use super::world::World;
use super::{built, real, settings};
use async_trait::async_trait;
use bytes::Bytes;
use hyper::StatusCode;
use hyper::http::{self, HeaderMap, HeaderName, HeaderValue};
use rollcall_browse::Browse as _;
use rollcall_dingtalk_simulator::{ApiRequest, Simulator};
use rollcall_host::clock::Clock;
use rollcall_host::directory::Action;
use rollcall_host::egress::testing::Responder;
use rollcall_host::egress::{Egress, Fault, FaultKind, Response};
use rollcall_host::follow::{Delivery, Status};
use rollcall_host::history::{ChangeRecord, Counters, History as _, Run, RunState};
use rollcall_host::model::{Diagnosis, Entry, Failure, FailureKind, RunId, Severity, SourceName, Timestamp};
use rollcall_host::storage::Storage as _;
use rollcall_host::{
    Connector, Engine, EngineOptions, FollowOptions, Follower, Host, RunOptions, RunReport, Source,
};
use rollcall_kit::testing::Reply;
use rollcall_kit::{Key, Removal};
use rollcall_sqlite::SqliteStore;
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep};

/// When every case begins, in milliseconds since 1970: 2026-01-01 00:00 UTC, as for the host in memory.
const BEGINNING_MS: u64 = 1_767_225_600_000;

/// Virtual time after which events wait for ever, in milliseconds.
///
/// Why: what passes has passed by then; a follower asks a source that is away again every few minutes.
const MAX_FOLLOWING_MS: u64 = 15 * 60_000;

/// Virtual time between two looks at whether events still wait.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// What the database is called in its folder.
const DATABASE: &str = "rollcall.db";

/// A host with one source, and a DingTalk.
pub(crate) struct Whole {
    host: Host,
    store: Arc<SqliteStore>,
    world: Arc<World>,
    settings: RefCell<Value>,
    /// Runs that were not yet asked about: what they wrote, what they removed, what they told, what they left to a person.
    unasked: [RefCell<Vec<RunId>>; 4],
    failure: RefCell<Option<Failed>>,
    clock: Virtual,
    runtime: Runtime,
    // Last, because the store is in it.
    folder: TempDir,
}

/// What a [`Whole`] leaves: its database, closed.
pub(crate) struct Kept {
    folder: TempDir,
    /// When it ended.
    at_ms: u64,
}

impl Whole {
    fn in_folder(folder: TempDir, simulator: Simulator, at_ms: u64) -> Self {
        let store = SqliteStore::open(&folder.path().join(DATABASE)).expect("the database opens");
        let store = Arc::new(store);
        let host = Host::new(engine().clone(), store.clone(), store.clone(), store.clone());
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build();
        let runtime = runtime.expect("a runtime can be had");
        let clock = Virtual { zero: runtime.block_on(async { Instant::now() }), zero_ms: at_ms };
        let (world, settings) = (Arc::new(World::new(simulator)), RefCell::new(settings()));
        let whole = Self {
            host,
            store,
            world,
            settings,
            unasked: Default::default(),
            failure: RefCell::default(),
            clock,
            runtime,
            folder,
        };
        let answered = whole.host.answer(&whole.source(), whole.world.clone());
        answered.expect("there is no certificate to refuse");
        whole
    }

    fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        CLOCK.set(Some(self.clock));
        self.runtime.block_on(future)
    }

    fn source(&self) -> Source {
        let mut settings = self.settings.borrow().clone();
        settings.as_object_mut().expect("settings are an object").retain(|_, value| !value.is_null());
        Source::new(name(), connector().clone(), settings, Egress::default())
    }

    /// Every run, oldest first.
    async fn runs(&self) -> Vec<Run> {
        let runs = self.store.runs(&name(), None, u32::MAX).await;
        let mut runs = runs.expect("the store answers");
        runs.reverse();
        runs
    }

    /// Everything that is pushed is in the inbox.
    async fn receive(&self, follower: &Follower) {
        let now_ms = self.clock.now_ms();
        for pushed in pushes(self, now_ms) {
            let (query, body) = (pushed.query.clone(), pushed.body.clone());
            let delivery = Delivery { method: "POST".to_owned(), query, headers: Vec::new(), body };
            let receipt = follower.receive(delivery).await;
            conclude(self, &pushed, now_ms, receipt.status, receipt.body);
        }
    }

    /// How it stands once nothing waits, or nothing is acted on any more.
    async fn settled(&self, follower: &Follower) -> Status {
        let until_ms = self.clock.now_ms() + MAX_FOLLOWING_MS;
        loop {
            let status = follower.status().await.expect("the inbox answers");
            let is_settled = status.counts.waiting == 0 || status.following.stopped.is_some();
            if is_settled && status.running.is_none() || until_ms < self.clock.now_ms() {
                return status;
            }
            sleep(LOOK_AGAIN).await;
        }
    }

    fn ended(&self, report: RunReport) -> Ended {
        for unasked in &self.unasked {
            unasked.borrow_mut().push(report.run.clone());
        }
        let Counters { read, unchanged, skipped, .. } = report.counters;
        let complete = matches!(report.state, RunState::Succeeded | RunState::Held);
        let failure = report.failure.as_ref().map(|failure| failure.diagnosis.code.clone());
        *self.failure.borrow_mut() = report.failure.as_ref().map(failed);
        Ended { complete, read, unchanged, skipped, failure }
    }

    /// What the runs told that were not asked about for this reason.
    fn entries(&self, unasked: &RefCell<Vec<RunId>>) -> Vec<Entry> {
        let of_run = |run| {
            let entries = self.wait(self.store.entries(&run, Severity::Info, None, u32::MAX));
            entries.expect("the store answers")
        };
        unasked.take().into_iter().flat_map(of_run).map(|entry| entry.item).collect()
    }

    /// What the runs changed that were not asked about for this reason.
    fn changes(&self, unasked: &RefCell<Vec<RunId>>) -> Vec<ChangeRecord> {
        let of_run = |run| {
            let changes = self.wait(self.store.changes(&run, None, u32::MAX)).expect("the store answers");
            changes.into_iter().map(|change| change.item).filter(|change| change.refusal.is_none())
        };
        unasked.take().into_iter().flat_map(of_run).collect()
    }
}

impl Pair for Whole {
    const IS_QUICK: bool = false;

    type Kept = Kept;

    fn over(simulator: Simulator) -> Self {
        Self::in_folder(folder(), simulator, BEGINNING_MS)
    }

    fn keep(self) -> Kept {
        let at_ms = self.now_ms();
        let Self { folder, runtime, host, store, .. } = self;
        drop((host, store));
        // With it end the threads that may still have the database.
        drop(runtime);
        Kept { folder, at_ms }
    }

    fn resume(kept: &Kept, simulator: Simulator) -> Self {
        let folder = folder();
        let from = kept.folder.path().join(DATABASE);
        std::fs::copy(from, folder.path().join(DATABASE)).expect("the database is closed and can be copied");
        Self::in_folder(folder, simulator, kept.at_ms)
    }

    fn set(&self, name: &str, value: Value) {
        self.settings.borrow_mut()[name] = value;
    }

    fn sync(&self) -> Ended {
        self.world.begin_call();
        let report = self.wait(self.host.sync(&self.source(), RunOptions::default()));
        self.ended(report.expect("there is a run"))
    }

    fn refresh(&self, keys: &[Key]) -> Ended {
        self.world.begin_call();
        let keys = keys
            .iter()
            .map(|key| rollcall_host::model::Key::new(key.resource_type.as_str(), key.external_id.as_str()));
        let source = self.source();
        let report = self.wait(self.host.refresh(&source, keys.collect(), RunOptions::default()));
        self.ended(report.expect("there is a run"))
    }

    fn follow(&self) -> Ended {
        self.world.begin_call();
        let source = self.source();
        let (status, runs) = self.wait(async {
            let n_before = self.runs().await.len();
            let options = FollowOptions::default();
            let follower = Follower::start(self.host.clone(), self.store.clone(), source, options).await;
            let follower = follower.expect("the inbox answers");
            // Until it has looked at what was there before: who comes first would be another one every time.
            sleep(LOOK_AGAIN).await;
            self.receive(&follower).await;
            let status = self.settled(&follower).await;
            follower.stop().await;
            (status, self.runs().await.split_off(n_before))
        });
        for unasked in &self.unasked {
            unasked.borrow_mut().extend(runs.iter().map(|run| run.id.clone()));
        }
        let Counters { read, unchanged, skipped, .. } = runs.last().expect("there was a run").counters;
        let failure = status.following.stopped.map(|stopped| stopped.failure.diagnosis.code);
        let complete = failure.is_none() && status.counts.waiting == 0 && status.counts.failed == 0;
        Ended { complete, read, unchanged, skipped, failure }
    }

    fn world(&self) -> &World {
        &self.world
    }

    fn advance(&self, ms: u64) {
        // Within the runtime, whose clock it is.
        self.wait(async { sleep(Duration::from_millis(ms)).await });
    }

    fn failure(&self) -> Option<Failed> {
        self.failure.borrow().clone()
    }

    fn now_ms(&self) -> u64 {
        self.wait(async { self.clock.now_ms() })
    }

    fn held(&self) -> Held {
        // Within the runtime, as it begins to read at once.
        let snapshot =
            self.wait(async { self.store.snapshot(&name(), &["Department", "User"], 1000).rest().await });
        let present = snapshot.expect("the store answers").into_iter().filter(|object| !object.held.departed);
        present
            .map(|object| {
                let key = (object.key.resource_type, object.key.external_id);
                (key, (object.held.version, object.held.document.into_value()))
            })
            .collect()
    }

    fn storage(&self) -> BTreeMap<String, String> {
        let entries = self.wait(self.store.scan(&name(), "", None, u32::MAX));
        entries.expect("the store answers").into_iter().collect()
    }

    fn take_written(&self) -> Vec<Key> {
        let [written, ..] = &self.unasked;
        self.changes(written).into_iter().map(|change| kit_key(change.key)).collect()
    }

    fn take_removed(&self) -> Vec<Removal> {
        let [_, removed, ..] = &self.unasked;
        let changes = self.changes(removed).into_iter();
        let gone = changes.filter(|change| matches!(change.action, Action::Deactivated | Action::Deleted));
        let removal = |change: ChangeRecord| Removal {
            key: kit_key(change.key),
            evidence: change.witness.expect("nothing is removed without evidence"),
        };
        let mut removed: Vec<_> = gone.map(removal).collect();
        removed.sort_by(|one, other| one.key.cmp(&other.key));
        removed
    }

    fn take_proposed(&self) -> Vec<Proposed> {
        let [.., proposed] = &self.unasked;
        let mut all: Vec<_> =
            self.entries(proposed).iter().filter_map(|entry| left(&entry.diagnosis)).collect();
        all.sort();
        all
    }

    fn take_told(&self) -> Vec<(rollcall_kit::Severity, Option<Key>, String)> {
        let [_, _, unasked_told, _] = &self.unasked;
        let told = |entry: Entry| {
            let severity = match entry.severity {
                Severity::Info => rollcall_kit::Severity::Info,
                Severity::Warning => rollcall_kit::Severity::Warning,
                Severity::Error => rollcall_kit::Severity::Error,
            };
            (severity, entry.subject.map(kit_key), entry.diagnosis.code)
        };
        self.entries(unasked_told).into_iter().map(told).collect()
    }
}

#[async_trait]
impl Responder for World {
    async fn respond(&self, request: http::Request<Bytes>) -> Result<Response, Fault> {
        match self.answer(here().now_ms(), &api_request(request)) {
            Reply::After(delay_ms, response) => {
                sleep(Duration::from_millis(delay_ms)).await;
                Ok(host_response(response))
            }
            Reply::Fail(kind) => Err(fault(kind, "test-fault")),
            Reply::FailAs(kind, code) => Err(fault(kind, code)),
            Reply::Hang => std::future::pending().await,
        }
    }
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World").finish_non_exhaustive()
    }
}

thread_local! {
    /// The clock of the case that runs on this thread: one engine serves them all.
    static CLOCK: Cell<Option<Virtual>> = const { Cell::new(None) };
}

/// Tokio's clock as a time of day.
#[derive(Debug, Clone, Copy)]
struct Virtual {
    zero: Instant,
    zero_ms: u64,
}

impl Virtual {
    /// Milliseconds since 1970, within its runtime.
    fn now_ms(self) -> u64 {
        let elapsed_ms = self.zero.elapsed().as_millis();
        self.zero_ms + u64::try_from(elapsed_ms).expect("no case lasts for ever")
    }
}

fn here() -> Virtual {
    CLOCK.get().expect("the time is asked for on the thread of a case")
}

/// The clock of whichever case asks.
#[derive(Debug)]
struct EachItsOwn;

impl Clock for EachItsOwn {
    fn now(&self) -> Timestamp {
        let now_ms = here().now_ms();
        Timestamp::from_unix_ms(i64::try_from(now_ms).expect("it is before the year 292 million"))
    }
}

fn engine() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| {
        real::engine_with(EngineOptions { clock: Arc::new(EachItsOwn), ..EngineOptions::default() })
    })
}

fn connector() -> &'static Connector {
    static CONNECTOR: OnceLock<Connector> = OnceLock::new();
    CONNECTOR.get_or_init(|| load(&built::component("dingtalk")))
}

fn load(path: &Path) -> Connector {
    let runtime = Builder::new_current_thread().enable_time().build().expect("a runtime can be had");
    runtime.block_on(engine().load(path)).expect("the component loads")
}

/// In memory where the machine has such a place, as thousands of cases are no test of a disk.
fn folder() -> TempDir {
    let in_memory = Path::new("/dev/shm");
    let made = if in_memory.is_dir() { tempfile::tempdir_in(in_memory) } else { tempfile::tempdir() };
    made.expect("a folder can be made")
}

fn failed(Failure { kind, diagnosis, .. }: &Failure) -> Failed {
    let kind = match kind {
        FailureKind::Settings => "settings",
        FailureKind::Permission => "permission",
        FailureKind::Unavailable => "unavailable",
        FailureKind::Protocol => "protocol",
        FailureKind::Host => "host",
        FailureKind::Other => "other",
    };
    let in_both = ["en", "zh-CN"].map(|language| diagnosis.localized(language));
    let [en, zh] = in_both.map(|text| text.remedy.map(str::to_owned));
    Failed {
        kind,
        code: diagnosis.code.clone(),
        message: in_both.map(|text| text.message.to_owned()),
        remedy: en.zip(zh).map(|(en, zh)| [en, zh]),
        facts: diagnosis.facts.clone(),
    }
}

/// What an entry says was left to a person, or to the next full reading.
fn left(diagnosis: &Diagnosis) -> Option<Proposed> {
    if !["clearing-held", "clearing-undecided"].contains(&diagnosis.code.as_str()) {
        return None;
    }
    let of_type = |name| diagnosis.fact(name).and_then(|n| n.parse::<usize>().ok());
    let n = ["Department", "User"].into_iter().filter_map(of_type).sum();
    let fact = |name| diagnosis.fact(name).expect("it is told with this").to_owned();
    Some((fact("attribute"), fact("reason"), n))
}

fn name() -> SourceName {
    SourceName::new(real::SOURCE).expect("the name is one")
}

fn kit_key(key: rollcall_host::model::Key) -> Key {
    Key::new(&key.resource_type, key.external_id)
}

fn api_request(request: http::Request<Bytes>) -> ApiRequest {
    let (head, body) = request.into_parts();
    let mut api = ApiRequest::new(head.method, &head.uri.to_string());
    api.headers = head.headers;
    api.body = body;
    api
}

fn host_response(response: rollcall_kit::Response) -> Response {
    let header = |(name, value): (String, String)| {
        let name: HeaderName = name.parse().expect("it is a header's name");
        (name, HeaderValue::from_str(&value).expect("it is a header's value"))
    };
    Response {
        status: StatusCode::from_u16(response.status).expect("it is a status"),
        headers: response.headers.into_iter().map(header).collect::<HeaderMap>(),
        body: response.body.as_bytes().to_vec().into(),
    }
}

fn fault(kind: rollcall_kit::FaultKind, code: &str) -> Fault {
    let kind = match kind {
        rollcall_kit::FaultKind::Denied => FaultKind::Denied,
        rollcall_kit::FaultKind::ProxyUnreachable => FaultKind::ProxyUnreachable,
        rollcall_kit::FaultKind::ProxyRefused => FaultKind::ProxyRefused,
        rollcall_kit::FaultKind::Untrusted => FaultKind::Untrusted,
        rollcall_kit::FaultKind::NotSent => FaultKind::NotSent,
        rollcall_kit::FaultKind::TimedOut => FaultKind::TimedOut,
        rollcall_kit::FaultKind::TooLarge => FaultKind::TooLarge,
        rollcall_kit::FaultKind::Interrupted => FaultKind::Interrupted,
        rollcall_kit::FaultKind::Cancelled => FaultKind::Cancelled,
        rollcall_kit::FaultKind::Other => FaultKind::Other,
    };
    let diagnosis = Diagnosis::new(code, format!("the test says {kind:?}")).in_chinese("测试注入的故障", "");
    Fault { kind, diagnosis }
}
