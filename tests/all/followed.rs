//! A company that a process of its own follows, and what can be said about both when everything has come to rest.
//!
//! The process is `follow-until`; the simulator and the questions to the database are in the test.

pub(crate) mod protocol;

use crate::companies::APP_KEY;
use crate::expectation::{Documents, View, assert_same};
use crate::harness::built;
use crate::harness::real::{Real, SOURCE};
use crate::harness::{PROXY_PASSWORD, PROXY_USER};
use protocol::{Order, Point, Said, Stop, Wish};
use rollcall_dingtalk_simulator::{
    AppEvents, AppKey, Company, Delivery, Event, EventIds, Fate, Loss, Mutation, Simulator,
};
use rollcall_host::clock::{Clock, SystemClock};
use rollcall_host::history::{ChangeRecord, History, Run, RunState, Trigger};
use rollcall_host::inbox::{EventFilter, EventState, Inbox, InboxEvent, Note};
use rollcall_host::model::{Key, SourceName};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

const CALLBACK_TOKEN: &str = "canaryCallbackToken19c4";
const CALLBACK_AES_KEY: &str = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG";

/// Longest wait for something that always happens within seconds.
const PATIENCE: Duration = Duration::from_secs(60);

/// How events come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Callback,
    Stream,
}

/// Documents by key, departed ones included.
pub(crate) type Held = BTreeMap<Key, Value>;

/// A company, imported once; nobody follows it yet, and it pushes nothing.
pub(crate) struct Followed {
    pub(crate) real: Real,
    pub(crate) way: Way,
    /// What the import left.
    pub(crate) imported: Held,
}

impl Followed {
    pub(crate) fn new(company: Company, way: Way) -> Self {
        let mut real = Real::new(company);
        real.settings["requests_per_second"] = 60.into();
        match way {
            Way::Stream => real.settings["events"] = "stream".into(),
            Way::Callback => {
                real.settings["events"] = "http".into();
                real.settings["callback_token"] = CALLBACK_TOKEN.into();
                real.settings["callback_aes_key"] = CALLBACK_AES_KEY.into();
            }
        }
        assert_eq!(real.sync().state, RunState::Succeeded);
        real.server.with(|simulator| {
            let events = &mut simulator.switches_mut().events;
            // Short waits, and by Stream tries without end: what is lost here is lost on purpose.
            events.time_permille = 50;
            events.stream_retry_delays_s = vec![2; 10_000];
            events.stream_unconnected_life_s = 1_000_000;
        });
        // As if a channel had been open until now: a first one would begin with a full run of its own.
        let heard = Note::HeardUntil(SystemClock.now());
        real.platform.wait(real.platform.store.note(&source(), &heard)).expect("the store answers");
        let mut followed = Self { real, way, imported: Held::new() };
        followed.imported = followed.held();
        followed
    }

    /// Start a process that follows it. Nothing is pushed before it is there.
    pub(crate) fn start(&self, stop_at: Option<Stop>, holds_full_runs: bool) -> Process {
        let proxy = self.real.server.proxy_addr().expect("the simulator has a proxy");
        let process = Process::start(&Order {
            source: SOURCE.to_owned(),
            database: self.real.platform.database(),
            component: built::component("dingtalk"),
            compiled: built::compiled(),
            settings: self.real.settings.clone(),
            proxy: format!("http://{proxy}"),
            proxy_user: PROXY_USER.to_owned(),
            proxy_password: PROXY_PASSWORD.to_owned(),
            ca_pem: self.real.server.ca_pem().to_owned(),
            stop_at,
            holds_full_runs,
        });
        let Said::Following { callbacks } = process.hear("it follows") else {
            panic!("the first that it says is that it follows")
        };
        let events = match self.way {
            Way::Stream => AppEvents::Stream,
            Way::Callback => AppEvents::http(callbacks, CALLBACK_TOKEN, CALLBACK_AES_KEY),
        };
        self.real.mutate(&Mutation::SetEvents { app_key: AppKey::from(APP_KEY), events });
        if self.way == Way::Stream {
            self.until("its channel is open", |simulator| simulator.events().n_connected() == 1);
        }
        process
    }

    /// Wait until this is so at DingTalk.
    #[track_caller]
    pub(crate) fn until(&self, what: &str, mut is_so: impl FnMut(&Simulator) -> bool) {
        until(what, PATIENCE, || self.real.server.with(|simulator| is_so(simulator)));
    }

    /// Wait until nothing is on its way any more: no push, no event that waits, no run.
    #[track_caller]
    pub(crate) fn settle(&self, patience: Duration) {
        let rests = || {
            let is_pushing = self.real.server.with(|simulator| {
                let mut deliveries = simulator.events().deliveries();
                deliveries.any(|delivery| delivery.fate.is_pending() || is_to_be_fetched(delivery.fate))
            });
            !is_pushing
                && self.n_waiting() == 0
                && self.runs().iter().all(|run| run.state != RunState::Running)
        };
        let began = Instant::now();
        while !rests() {
            assert!(began.elapsed() < patience, "it has not settled:\n{}", self.unsettled());
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// What is on its way still, for whoever looks for the reason.
    fn unsettled(&self) -> String {
        let is_done = |fate| matches!(fate, Fate::Acknowledged | Fate::Lost(_));
        let deliveries: Vec<Delivery> = self.real.server.with(|simulator| {
            let deliveries = simulator.events().deliveries();
            deliveries.filter(|delivery| !is_done(delivery.fate)).take(10).cloned().collect()
        });
        let waiting = self.inbox().into_iter().filter(|event| event.state != EventState::Done);
        let waiting: Vec<InboxEvent> = waiting.take(10).collect();
        format!("{deliveries:#?}\n{waiting:#?}")
    }

    /// Wait until the `n`th full run after the import has begun.
    #[track_caller]
    pub(crate) fn until_full_run(&self, n: usize) {
        let n_begun = || self.runs().iter().filter(|run| run.trigger == Trigger::Manual).count() - 1;
        until("a full run is under way", PATIENCE, || n_begun() == n);
    }

    /// Events in the inbox that are to be acted on.
    pub(crate) fn n_waiting(&self) -> u64 {
        let platform = &self.real.platform;
        platform.wait(platform.store.counts(&source())).expect("the store answers").waiting
    }

    /// The rows of all runs, oldest first.
    pub(crate) fn runs(&self) -> Vec<Run> {
        let platform = &self.real.platform;
        let mut runs =
            platform.wait(platform.store.runs(&source(), None, u32::MAX)).expect("the store answers");
        runs.reverse();
        runs
    }

    /// The inbox.
    pub(crate) fn inbox(&self) -> Vec<InboxEvent> {
        let platform = &self.real.platform;
        let all = EventFilter::default();
        platform.wait(platform.store.events(&source(), &all, None, u32::MAX)).expect("the store answers")
    }

    /// Everything that is held.
    pub(crate) fn held(&self) -> Held {
        let objects = self.real.platform.objects(&source());
        objects.into_iter().map(|object| (object.key, object.held.document.into_value())).collect()
    }

    /// What the application is thought to know: acknowledged, or fetched from the failed list.
    pub(crate) fn acknowledged(&self) -> BTreeSet<Notice> {
        let is_handed_over = |fate| matches!(fate, Fate::Acknowledged | Fate::Listed | Fate::Collected);
        self.real.server.with(|simulator| {
            let events = simulator.events();
            let handed_over = events.deliveries().filter(|delivery| is_handed_over(delivery.fate));
            handed_over.filter_map(|delivery| events.event(&delivery.event_id)).map(Notice::from).collect()
        })
    }

    /// Whatever DingTalk takes for acknowledged is in the inbox, and everything in it has been acted on.
    #[track_caller]
    pub(crate) fn assert_accounted_for(&self) {
        assert_eq!(self.not_kept(), BTreeSet::new(), "acknowledged and not in the inbox");
        let inbox = self.inbox();
        let undone: Vec<_> = inbox.iter().filter(|event| event.state != EventState::Done).collect();
        assert_eq!(undone, Vec::<&InboxEvent>::new());
        let other: Vec<_> = self.real.server.with(|simulator| {
            let is_accounted_for = |fate| {
                matches!(
                    fate,
                    Fate::Acknowledged | Fate::Listed | Fate::Collected | Fate::Lost(Loss::Dropped)
                )
            };
            let deliveries = simulator.events().deliveries();
            deliveries.filter(|delivery| !is_accounted_for(delivery.fate)).cloned().collect()
        });
        assert_eq!(other, [], "DingTalk lost an event, and not on purpose");
    }

    /// What DingTalk takes for acknowledged and the inbox does not know.
    pub(crate) fn not_kept(&self) -> BTreeSet<Notice> {
        // DingTalk first: an event is in the inbox before it is acknowledged.
        let acknowledged = self.acknowledged();
        let kept: BTreeSet<Notice> = self.inbox().iter().map(Notice::from).collect();
        acknowledged.difference(&kept).cloned().collect()
    }

    /// What is held is what the company is now, byte for byte.
    #[track_caller]
    pub(crate) fn assert_in_line(&self) {
        assert_same(&self.real.documents(), &self.expected());
    }

    /// The documents of the company as it is now.
    pub(crate) fn expected(&self) -> Documents {
        self.real.server.with(|simulator| View::of(simulator.company()).documents())
    }

    /// The change records since the import lead, one after the other, from what it left to what is held now, and none of
    /// them changes nothing.
    #[track_caller]
    pub(crate) fn assert_records_add_up(&self) -> Vec<ChangeRecord> {
        let mut replayed = self.imported.clone();
        let runs = self.runs();
        let changes = runs.iter().skip(1).flat_map(|run| self.real.platform.changes(&run.id));
        // A departure that was held is on record, and did not happen.
        let changes: Vec<ChangeRecord> = changes.filter(|change| change.refusal.is_none()).collect();
        for change in &changes {
            let before = replayed.get(&change.key);
            assert_eq!(before, change.before.as_deref(), "a record starts from something else: {change:?}");
            assert_ne!(change.before, change.after, "a record of no change");
            match &change.after {
                Some(after) => replayed.insert(change.key.clone(), after.value().clone()),
                None => replayed.remove(&change.key),
            };
        }
        assert_eq!(replayed, self.held());
        changes
    }
}

/// Whether the failed list has it, or will.
const fn is_to_be_fetched(fate: Fate) -> bool {
    matches!(fate, Fate::Failed { .. })
}

/// An event as both sides can name it; DingTalk's own id is not in every shape of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Notice {
    kind: String,
    born_at_ms: i64,
    ids: BTreeSet<String>,
}

impl From<&Event> for Notice {
    fn from(event: &Event) -> Self {
        let ids = match &event.ids {
            EventIds::Users(users) | EventIds::Labels { users, .. } => {
                users.iter().map(ToString::to_string).collect()
            }
            EventIds::Departments(departments) => departments.iter().map(ToString::to_string).collect(),
            EventIds::Company => BTreeSet::new(),
        };
        let born_at_ms = i64::try_from(event.born_at_ms).expect("it is before the year 292 million");
        Self { kind: event.kind.as_str().to_owned(), born_at_ms, ids }
    }
}

impl From<&InboxEvent> for Notice {
    fn from(event: &InboxEvent) -> Self {
        let event = &event.event;
        Self {
            kind: event.kind.clone(),
            born_at_ms: event.born_at.expect("DingTalk says when it happened").unix_ms(),
            ids: event.subjects.iter().map(|key| key.external_id.clone()).collect(),
        }
    }
}

/// A process that follows. Dropped, it is killed.
pub(crate) struct Process {
    child: Child,
    wishes: ChildStdin,
    said: Receiver<Said>,
}

impl Process {
    fn start(order: &Order) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_follow-until"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let lines = BufReader::new(child.stdout.take().expect("it is piped")).lines();
        let (say, said) = channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                // The test may have heard enough.
                let _ = say.send(serde_json::from_str(&line).expect("it says what the protocol has"));
            }
        });
        let mut wishes = child.stdin.take().expect("it is piped");
        let order = serde_json::to_string(order).expect("it can be written as JSON");
        writeln!(wishes, "{order}").expect("the program listens");
        Self { child, wishes, said }
    }

    /// Ask for a full run.
    pub(crate) fn sync(&mut self) {
        let wish = serde_json::to_string(&Wish::Sync).expect("it can be written as JSON");
        writeln!(self.wishes, "{wish}").expect("the program listens");
    }

    /// The next that it says.
    #[track_caller]
    pub(crate) fn hear(&self, what: &str) -> Said {
        self.hear_within(what, PATIENCE)
    }

    /// The next that it says, which may take longer.
    #[track_caller]
    pub(crate) fn hear_within(&self, what: &str, patience: Duration) -> Said {
        match self.said.recv_timeout(patience) {
            Ok(said) => said,
            Err(RecvTimeoutError::Timeout) => panic!("it did not happen: {what}"),
            Err(RecvTimeoutError::Disconnected) => panic!("the program ended before {what}"),
        }
    }

    /// Wait until it stands at this point.
    #[track_caller]
    pub(crate) fn stands_at(&self, point: Point) {
        let what = format!("{point:?} is reached");
        let mut said = self.hear(&what);
        // Whoever asked for a full run may be told of its end first.
        while matches!(said, Said::Synced { .. }) {
            said = self.hear(&what);
        }
        assert_eq!(said, Said::At(point));
    }

    /// Kill it as an empty battery would.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it is still running");
        self.child.wait().expect("it has ended");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself, which is what the errors say.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Wait until this is so.
#[track_caller]
fn until(what: &str, patience: Duration, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < patience, "it did not happen: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}

pub(crate) fn source() -> SourceName {
    SourceName::new(SOURCE).expect("the name is one")
}
