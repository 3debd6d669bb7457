//! The connector as it is, against the simulator's core, in a clock that jumps: a whole company in milliseconds.
//!
//! Not here: sockets, TLS, the component, the real host (`real`); nor any rate limit, which is the host's.

use super::settings;
use crate::expectation::Documents;
use crate::faults::Answer;
use rollcall_dingtalk::DingTalk;
use rollcall_dingtalk_simulator::{ApiRequest, Company, Mutation, Outcome, PeerAddress, Simulator};
use rollcall_kit::testing::{Reply, Stored, TestHost};
use rollcall_kit::{
    Body, Entry, Failure, FaultKind, Finding, Key, Request, Response, Severity, Summary, connector,
};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

/// Requests after which a run is taken for endless.
///
/// Why: the largest company here needs some 1500, each tried five times at most.
const MAX_REQUESTS: u64 = 20_000;

/// What may come instead of an answer: given the number of the request, from 1, and the true answer.
type Instead = Box<dyn FnMut(u64, &Answer) -> Option<Reply>>;

/// A connector, a host in memory and a DingTalk.
pub(crate) struct Native {
    pub(crate) host: Rc<TestHost>,
    world: Rc<World>,
    settings: RefCell<Value>,
}

struct World {
    simulator: RefCell<Simulator>,
    instead: RefCell<Option<Instead>>,
    n_requests: Cell<u64>,
}

impl Native {
    /// Nothing imported yet.
    pub(crate) fn new(company: Company) -> Self {
        Self::over(Simulator::new(company))
    }

    /// The same over a simulator with switches or faults.
    pub(crate) fn over(simulator: Simulator) -> Self {
        let world = Rc::new(World {
            simulator: RefCell::new(simulator),
            instead: RefCell::default(),
            n_requests: Cell::new(0),
        });
        let answering = Rc::clone(&world);
        let host = TestHost::new(move |now_ms, request| answering.answer(now_ms, request));
        Self { host, world, settings: RefCell::new(settings()) }
    }

    /// Change a setting; `null` takes it away.
    pub(crate) fn set(&self, name: &str, value: Value) {
        self.settings.borrow_mut()[name] = value;
    }

    /// Ask for the details of departments and people, or for neither.
    pub(crate) fn set_details(&self, details: bool) {
        self.set("details", details.into());
        self.set("person_details", details.into());
    }

    /// Import.
    pub(crate) fn sync(&self) -> Result<Summary, Failure> {
        self.world.n_requests.set(0);
        let summary = connector::sync::<DingTalk>(self.host.clone(), &self.settings_json());
        self.host.end_call();
        summary
    }

    /// Bring single objects in line.
    pub(crate) fn refresh(&self, keys: &[Key]) -> Result<Summary, Failure> {
        self.world.n_requests.set(0);
        connector::refresh::<DingTalk>(self.host.clone(), &self.settings_json(), keys)
    }

    /// Check the connection.
    pub(crate) fn check(&self) -> Vec<Finding> {
        connector::check::<DingTalk>(self.host.clone(), &self.settings_json())
    }

    /// Import, as it must succeed and read everything.
    #[track_caller]
    pub(crate) fn import(&self) -> Summary {
        let summary = self.sync().expect("the import succeeds");
        assert!(summary.complete, "the import is complete: {:#?}", self.host.take_entries());
        summary
    }

    /// Change the company.
    #[track_caller]
    pub(crate) fn mutate(&self, mutation: &Mutation) {
        self.world.simulator.borrow_mut().mutate(mutation).expect("the mutation is possible");
    }

    /// Look at the simulator, or change it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut self.world.simulator.borrow_mut())
    }

    /// The company as it is now.
    pub(crate) fn company(&self) -> Company {
        self.with(|simulator| simulator.company().clone())
    }

    /// Let something else come instead of answers from now on.
    pub(crate) fn instead(&self, instead: impl FnMut(u64, &Answer) -> Option<Reply> + 'static) {
        *self.world.instead.borrow_mut() = Some(Box::new(instead));
    }

    /// Let every answer be true again.
    pub(crate) fn honest(&self) {
        *self.world.instead.borrow_mut() = None;
    }

    /// Requests of the last run.
    pub(crate) fn n_requests(&self) -> u64 {
        self.world.n_requests.get()
    }

    /// What the platform holds.
    pub(crate) fn documents(&self) -> Documents {
        let objects = self.host.objects();
        let one = |(key, stored): (&Key, &Stored)| {
            ((key.resource_type.clone(), key.external_id.clone()), stored.document.clone())
        };
        objects.iter().map(one).collect()
    }

    /// Codes of the entries since this was last asked, warnings and errors alone, each with how often it came.
    pub(crate) fn take_complaints(&self) -> BTreeMap<String, usize> {
        let mut complaints = BTreeMap::new();
        for Entry { diagnosis, .. } in
            self.host.take_entries().into_iter().filter(|e| e.severity != Severity::Info)
        {
            *complaints.entry(diagnosis.code).or_default() += 1;
        }
        complaints
    }

    fn settings_json(&self) -> String {
        let mut settings = self.settings.borrow().clone();
        settings.as_object_mut().expect("settings are an object").retain(|_, value| !value.is_null());
        settings.to_string()
    }
}

impl World {
    fn answer(&self, now_ms: u64, request: &Request) -> Reply {
        let nth = self.n_requests.get() + 1;
        self.n_requests.set(nth);
        assert!(nth <= MAX_REQUESTS, "a run of {nth} requests does not end");
        let request = api_request(request);
        let path = request.path.clone();
        let reply = self.simulator.borrow_mut().respond(now_ms, PeerAddress::PROXIED, &request);
        let wrong = self.instead.borrow_mut().as_mut().and_then(|instead| {
            let text = reply.response().map(|response| response.text().into_owned()).unwrap_or_default();
            instead(nth, &Answer { path, text })
        });
        wrong.unwrap_or_else(|| kit_reply(reply))
    }
}

fn api_request(request: &Request) -> ApiRequest {
    let method = request.method.parse().expect("the method is one of HTTP's");
    let mut api = ApiRequest::new(method, &request.url);
    for (name, value) in &request.headers {
        api = api.header(name, value);
    }
    api.body = request.body.as_bytes().to_vec().into();
    api
}

fn kit_reply(reply: rollcall_dingtalk_simulator::Reply) -> Reply {
    match reply.outcome {
        Outcome::Response(response) => {
            let headers = response.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            let body = String::from_utf8(response.body.to_vec())
                .map_or_else(|error| Body::Bytes(error.into_bytes()), Body::Text);
            let response = Response { status: response.status, headers: headers.collect(), body };
            Reply::After(reply.delay_ms + 1, response)
        }
        Outcome::Truncated { .. } | Outcome::Reset => Reply::Fail(FaultKind::Interrupted),
        Outcome::Hang { .. } => Reply::Hang,
    }
}
