//! One definition of a case, two ways to run it: a connector and a host that were made for each other.
//!
//! [`Native`](super::native::Native) is the connector as it is over the kit's host in memory; [`Whole`](super::whole::Whole)
//! is the component, the runtime and SQLite. Both are answered by the simulator's core, in virtual time.

use super::live::{CALLBACK_AES_KEY, CALLBACK_TOKEN};
use super::world::World;
use crate::companies::APP_KEY;
use crate::expectation::{Documents, View, assert_same};
use crate::faults::Answer;
use rollcall_dingtalk_simulator::{
    AppEvents, AppKey, Company, DeliveryId, Mutation, Push, PushAnswer, Simulator,
};
use rollcall_kit::testing::Reply;
use rollcall_kit::{Key, Removal, Severity};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Tests of these cases over both pairs: `native::case` and `whole::case`.
macro_rules! both {
    ($($case:ident),+ $(,)?) => {
        mod native {
            $(
                #[test]
                fn $case() {
                    super::$case::<$crate::harness::native::Native>();
                }
            )+
        }

        mod whole {
            $(
                #[test]
                fn $case() {
                    super::$case::<$crate::harness::whole::Whole>();
                }
            )+
        }
    };
}
pub(crate) use both;

/// How a call of the connector ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Whether it read all that it should have, and all of it could be acted on.
    pub(crate) complete: bool,
    pub(crate) read: u64,
    pub(crate) unchanged: u64,
    pub(crate) skipped: u64,
    /// The code of why it could not go on.
    pub(crate) failure: Option<String>,
}

/// Why a call of the connector could not go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failed {
    /// Who must act: "settings", "permission", "unavailable", "protocol", "host" or "other".
    pub(crate) kind: &'static str,
    pub(crate) code: String,
    /// In English and in Chinese.
    pub(crate) message: [String; 2],
    /// In English and in Chinese.
    pub(crate) remedy: Option<[String; 2]>,
    pub(crate) facts: Vec<(String, String)>,
}

/// An attribute that objects may have lost, the code of why that is not proven, and how many they are.
pub(crate) type Proposed = (String, String, usize);

/// Versions and documents by resource type and external id.
pub(crate) type Held = BTreeMap<(String, String), (String, Value)>;

/// A connector and a host, with a DingTalk.
pub(crate) trait Pair: Sized {
    /// Whether a case takes a few milliseconds, so that a sweep can take every case in every test run.
    const IS_QUICK: bool;

    /// All that outlives a process.
    type Kept: Sync;

    /// Nothing imported yet.
    fn over(simulator: Simulator) -> Self;

    /// End, and leave what outlives a process.
    fn keep(self) -> Self::Kept;

    /// Begin with what another one left, which stays as it is.
    fn resume(kept: &Self::Kept, simulator: Simulator) -> Self;

    /// Change a setting; `null` takes it away.
    fn set(&self, name: &str, value: Value);

    /// Import.
    fn sync(&self) -> Ended;

    /// Bring single objects in line.
    fn refresh(&self, keys: &[Key]) -> Ended;

    /// Receive what the source has to push, and act on it until nothing of it waits any more. It is complete when nothing
    /// was given up.
    fn follow(&self) -> Ended;

    /// What answers the connector.
    fn world(&self) -> &World;

    /// Let time pass.
    fn advance(&self, ms: u64);

    /// Why the last import or look at single objects could not go on.
    fn failure(&self) -> Option<Failed>;

    /// The time, in milliseconds since 1970.
    fn now_ms(&self) -> u64;

    /// What the platform holds and has not departed, each with its version.
    fn held(&self) -> Held;

    /// What the connector keeps for itself on the disk.
    fn storage(&self) -> BTreeMap<String, String>;

    /// What was written or removed since this was last asked.
    fn take_written(&self) -> Vec<Key>;

    /// What was removed since this was last asked, in order of keys.
    fn take_removed(&self) -> Vec<Removal>;

    /// What was left to a person of what may be gone, since this was last asked, in order of attributes.
    fn take_proposed(&self) -> Vec<Proposed>;

    /// The entries since this was last asked: how much each matters, about what, and which code.
    fn take_told(&self) -> Vec<(Severity, Option<Key>, String)>;

    /// Look at the simulator, or change it.
    fn with<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        self.world().with(look)
    }

    /// Let something else come instead of answers from now on: given the number of the request in its call, from 1.
    fn instead(&self, instead: impl FnMut(u64, &Answer) -> Option<Reply> + Send + 'static) {
        self.world().instead(instead);
    }

    /// Let every answer be true again.
    fn honest(&self) {
        self.world().honest();
    }

    /// Requests of the last call.
    fn n_requests(&self) -> u64 {
        self.world().n_requests()
    }

    /// What the platform holds and has not departed.
    fn documents(&self) -> Documents {
        self.held().into_iter().map(|(key, (_, document))| (key, document)).collect()
    }

    /// Nothing imported yet.
    fn new(company: Company) -> Self {
        Self::over(Simulator::new(company))
    }

    /// Everything imported, and nothing of that left to be asked for.
    #[track_caller]
    fn imported(company: Company) -> Self {
        let pair = Self::new(company);
        pair.import();
        pair.forget();
        pair
    }

    /// Everything imported, and a host that was started anew since: no token is remembered, nor a scope.
    #[track_caller]
    fn imported_before(company: Company) -> Self {
        let pair = Self::imported(company);
        let simulator = pair.with(|simulator| simulator.clone());
        let pair = Self::resume(&pair.keep(), simulator);
        pair.with(|simulator| simulator.trace_mut().clear());
        pair
    }

    /// Let nothing of before be answered to what asks for it "since last asked".
    fn forget(&self) {
        self.take_written();
        self.take_removed();
        self.take_proposed();
        self.take_told();
    }

    /// Ask for the details of departments and people, or for neither.
    fn set_details(&self, details: bool) {
        self.set("details", details.into());
        self.set("person_details", details.into());
    }

    /// Take pushes, which come after [`subscribed`].
    fn set_events(&self) {
        self.set("events", "http".into());
        self.set("callback_token", CALLBACK_TOKEN.into());
        self.set("callback_aes_key", CALLBACK_AES_KEY.into());
    }

    /// Import, as it must succeed and read everything.
    #[track_caller]
    fn import(&self) -> Ended {
        let ended = self.sync();
        assert!(ended.complete, "{ended:?}: {:#?}", self.take_told());
        ended
    }

    /// Change the company.
    #[track_caller]
    fn mutate(&self, mutation: &Mutation) {
        self.with(|simulator| simulator.mutate(mutation)).expect("the mutation is possible");
    }

    /// The company as it is now.
    fn company(&self) -> Company {
        self.with(|simulator| simulator.company().clone())
    }

    /// Codes of the warnings and errors since this was last asked, each with how often it came.
    fn take_complaints(&self) -> Vec<(String, usize)> {
        let mut complaints = BTreeMap::<String, usize>::new();
        let told = self.take_told().into_iter();
        for (_, _, code) in told.filter(|(severity, ..)| *severity != Severity::Info) {
            *complaints.entry(code).or_default() += 1;
        }
        complaints.into_iter().collect()
    }

    /// What the entries since this was last asked were about.
    fn take_told_about(&self) -> BTreeSet<Key> {
        self.take_told().into_iter().filter_map(|(_, subject, _)| subject).collect()
    }

    /// The platform holds what the simulator has, byte for byte.
    #[track_caller]
    fn assert_as_the_company_is(&self) {
        assert_same(&self.documents(), &View::of(&self.company()).documents());
    }
}

/// Of the tests' own application.
pub(crate) fn app_key() -> AppKey {
    AppKey::from(APP_KEY)
}

/// From now on the source pushes what changes.
pub(crate) fn subscribed() -> Mutation {
    // Pushes are handed over; nobody dials this address.
    let events = AppEvents::http("http://127.0.0.1:9/callbacks", CALLBACK_TOKEN, CALLBACK_AES_KEY);
    Mutation::SetEvents { app_key: app_key(), events }
}

/// A push under way.
pub(crate) struct Pushed {
    delivery_id: DeliveryId,
    pub(crate) query: String,
    pub(crate) body: Vec<u8>,
}

/// Everything that the source has to push at this time.
pub(crate) fn pushes(pair: &impl Pair, now_ms: u64) -> Vec<Pushed> {
    let pushed = |push| match push {
        Push::Http { delivery_id, request } => {
            let query = request.url.split_once('?').map(|(_, query)| query.to_owned()).unwrap_or_default();
            Pushed { delivery_id, query, body: request.body }
        }
        Push::Stream { .. } => panic!("pushes come by HTTP: {push:?}"),
    };
    pair.with(|simulator| {
        simulator.push_all_now(now_ms);
        std::iter::from_fn(|| simulator.next_push(now_ms)).map(pushed).collect()
    })
}

/// What came back for a push.
pub(crate) fn conclude(pair: &impl Pair, pushed: &Pushed, now_ms: u64, status: u16, body: Vec<u8>) {
    let answer = PushAnswer::Response { status, body };
    pair.with(|simulator| simulator.conclude_push(pushed.delivery_id, now_ms, &answer));
}
