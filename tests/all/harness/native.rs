//! The connector as it is over the kit's host in memory, in a clock that jumps: a whole company in milliseconds.
//!
//! Not here: sockets, TLS, the component, the real host (`whole`, `real`); nor any rate limit, which is the host's.

use super::pair::{Ended, Failed, Held, Pair, Proposed, conclude, pushes};
use super::settings;
use super::world::World;
use rollcall_dingtalk::DingTalk;
use rollcall_dingtalk_simulator::{ApiRequest, Simulator};
use rollcall_kit::live::{self, Delivery, Event, Handled};
use rollcall_kit::testing::{Stored, TestHost};
use rollcall_kit::{
    Area, Body, Change, Clearing, Diagnosis, Failure, Finding, Host as _, Key, Removal, Request, Severity,
    Summary, connector,
};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

/// How often events are tried that are worth another try, and with which pause, in milliseconds.
///
/// Why: as long as a host would within a quarter of an hour.
const MAX_TRIES: usize = 5;
const PAUSE_MS: u64 = 3 * 60_000;

/// A connector, a host in memory and a DingTalk.
pub(crate) struct Native {
    pub(crate) host: Rc<TestHost>,
    world: Arc<World>,
    settings: RefCell<Value>,
    failure: RefCell<Option<Failed>>,
}

/// What a [`Native`] leaves.
pub(crate) struct Kept {
    /// When it ended.
    at_ms: u64,
    objects: BTreeMap<Key, Stored>,
    storage: BTreeMap<String, String>,
}

impl Native {
    /// Check the connection.
    pub(crate) fn check(&self) -> Vec<Finding> {
        connector::check::<DingTalk>(self.host.clone(), &self.settings_json())
    }

    /// The events of everything that is pushed.
    fn receive(&self) -> Vec<Event> {
        let now_ms = self.host.now_ms();
        let mut events = Vec::new();
        for pushed in pushes(self, now_ms) {
            let delivery = Delivery {
                method: "POST".to_owned(),
                query: pushed.query.clone(),
                headers: Vec::new(),
                body: Body::from_bytes(pushed.body.clone()),
            };
            let receipt = live::receive::<DingTalk>(&*self.host, &self.settings_json(), &delivery);
            let receipt = receipt.expect("what the simulator pushes is understood");
            events.extend(receipt.events);
            conclude(self, &pushed, now_ms, receipt.status, receipt.body.into_bytes());
        }
        events
    }

    fn called(&self, result: Result<Summary, Failure>) -> Ended {
        *self.failure.borrow_mut() = result.as_ref().err().map(failed);
        ended(result)
    }

    fn settings_json(&self) -> String {
        let mut settings = self.settings.borrow().clone();
        settings.as_object_mut().expect("settings are an object").retain(|_, value| !value.is_null());
        settings.to_string()
    }
}

impl Pair for Native {
    const IS_QUICK: bool = true;

    type Kept = Kept;

    fn over(simulator: Simulator) -> Self {
        let world = Arc::new(World::new(simulator));
        let answering = Arc::clone(&world);
        let host = TestHost::new(move |now_ms, request| answering.answer(now_ms, &api_request(request)));
        Self { host, world, settings: RefCell::new(settings()), failure: RefCell::default() }
    }

    fn keep(self) -> Kept {
        Kept { at_ms: self.now_ms(), objects: self.host.objects().clone(), storage: self.storage() }
    }

    fn resume(kept: &Kept, simulator: Simulator) -> Self {
        let native = Self::over(simulator);
        native.host.advance(kept.at_ms - native.now_ms());
        native.host.set_objects(kept.objects.clone());
        let entries = kept.storage.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
        native.host.storage_write(Area::Durable, entries.collect()).expect("the host in memory takes all");
        native
    }

    fn set(&self, name: &str, value: Value) {
        self.settings.borrow_mut()[name] = value;
    }

    fn sync(&self) -> Ended {
        self.world.begin_call();
        self.called(connector::sync::<DingTalk>(self.host.clone(), &self.settings_json()))
    }

    fn refresh(&self, keys: &[Key]) -> Ended {
        self.world.begin_call();
        self.called(connector::refresh::<DingTalk>(self.host.clone(), &self.settings_json(), keys))
    }

    fn follow(&self) -> Ended {
        self.world.begin_call();
        let mut waiting = self.receive();
        let mut last = None;
        for _ in 0..MAX_TRIES {
            match live::handle::<DingTalk>(self.host.clone(), &self.settings_json(), &waiting) {
                Ok(Handled { summary, unfinished }) => {
                    waiting.retain(|event| unfinished.iter().any(|(id, _)| *id == event.id));
                    last = Some(ended(Ok(summary)));
                    if waiting.is_empty() {
                        break;
                    }
                }
                Err(failure @ Failure::Unavailable(..)) => last = Some(ended(Err(failure))),
                Err(failure) => return ended(Err(failure)),
            }
            self.host.advance(PAUSE_MS);
        }
        let last = last.expect("it was tried");
        Ended { complete: waiting.is_empty(), ..last }
    }

    fn world(&self) -> &World {
        &self.world
    }

    fn advance(&self, ms: u64) {
        self.host.advance(ms);
    }

    fn failure(&self) -> Option<Failed> {
        self.failure.borrow().clone()
    }

    fn now_ms(&self) -> u64 {
        self.host.now_ms()
    }

    fn held(&self) -> Held {
        let objects = self.host.objects();
        let one = |(key, stored): (&Key, &Stored)| {
            let key = (key.resource_type.clone(), key.external_id.clone());
            (key, (stored.version.clone(), stored.document.clone()))
        };
        objects.iter().map(one).collect()
    }

    fn storage(&self) -> BTreeMap<String, String> {
        self.host.storage(Area::Durable)
    }

    fn take_written(&self) -> Vec<Key> {
        let put = self.host.take_changes();
        let removed = self.host.take_removed();
        put.iter().map(Change::key).chain(removed.iter().map(|removal| &removal.key)).cloned().collect()
    }

    fn take_removed(&self) -> Vec<Removal> {
        let mut removed = self.host.take_removed();
        removed.sort_by(|one, other| one.key.cmp(&other.key));
        removed
    }

    fn take_proposed(&self) -> Vec<Proposed> {
        let proposed = |clearing: Clearing| (clearing.attribute, clearing.reason.code, clearing.keys.len());
        let mut all: Vec<_> = self.host.take_proposed().into_iter().map(proposed).collect();
        all.sort();
        all
    }

    fn take_told(&self) -> Vec<(Severity, Option<Key>, String)> {
        let entries = self.host.take_entries().into_iter();
        let told = entries.map(|entry| (entry.severity, entry.subject, entry.diagnosis.code));
        // A host tells of these itself.
        let proposed = self.host.take_proposed().into_iter();
        let unproven = proposed.map(|clearing| (Severity::Warning, None, clearing.reason.code));
        told.chain(unproven).collect()
    }
}

fn ended(result: Result<Summary, Failure>) -> Ended {
    match result {
        Ok(Summary { read, unchanged, skipped, complete, .. }) => {
            Ended { complete, read, unchanged, skipped, failure: None }
        }
        Err(failure) => Ended {
            complete: false,
            read: 0,
            unchanged: 0,
            skipped: 0,
            failure: Some(failure.diagnosis().code.clone()),
        },
    }
}

fn failed(failure: &Failure) -> Failed {
    let kind = match failure {
        Failure::Settings(_) => "settings",
        Failure::Permission(_) => "permission",
        Failure::Unavailable(..) => "unavailable",
        Failure::Protocol(_) => "protocol",
        Failure::Host(_) => "host",
        Failure::Other(_) => "other",
    };
    let Diagnosis { code, message, remedy, facts, .. } = failure.diagnosis();
    let in_both = |text: &rollcall_kit::Text| [text.en.clone(), text.zh.clone()];
    let remedy = remedy.as_ref().map(in_both);
    Failed { kind, code: code.clone(), message: in_both(message), remedy, facts: facts.clone() }
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
