//! A host in memory, with a clock that jumps from one event to the next: whole runs of a connector in microseconds, the
//! same every time. It refuses what the contract's rules refuse, keeps no limits and grants everything; the real host's
//! tests are elsewhere.

use crate::limits::FIND_BATCH;
use crate::model::{
    Census, Change, Departure, Diagnosis, Entry, Holding, Key, Object, Outcome, Progress, Severity, Verdict,
};
use crate::ports::{Body, Host, HttpError, HttpErrorKind, Request, Response, StorageEntry, Ticket};
use rollcall_rules::{document, key};
use serde_json::Value;
use std::cell::{Cell, Ref, RefCell};
use std::collections::BTreeMap;
use std::error::Error;
use std::fmt;
use std::rc::Rc;

/// When a request without a time limit of its own is given up, in milliseconds.
///
/// Why: what the reference host does; a connector under test should set its own.
const DEFAULT_TIMEOUT_MS: u64 = 30_000;

/// What the world answers to a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// A response after so many milliseconds.
    After(u64, Response),
    /// No response, at once.
    Fail(HttpErrorKind),
    /// No response, at once, for a reason that has this code.
    FailAs(HttpErrorKind, &'static str),
    /// No response, ever: it ends with the request's time limit.
    Hang,
}

impl Reply {
    /// A response of status 200 with a JSON text, after a millisecond.
    #[must_use]
    pub fn json(text: impl Into<String>) -> Self {
        let headers = vec![("content-type".to_owned(), "application/json;charset=UTF-8".to_owned())];
        Self::After(1, Response { status: 200, headers, body: Body::Text(text.into()) })
    }
}

type World = Box<dyn FnMut(u64, &Request) -> Reply>;

/// What the platform holds of one object.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The version of its last put.
    pub version: String,
    /// The merged document.
    pub document: Value,
}

/// A host in memory.
pub struct TestHost {
    world: RefCell<World>,
    now_ms: Cell<u64>,
    next_ticket: Cell<Ticket>,
    /// By the time at which it is ready.
    outstanding: RefCell<BTreeMap<(u64, Ticket), ()>>,
    responses: RefCell<BTreeMap<Ticket, Result<Response, HttpError>>>,
    outcomes: RefCell<BTreeMap<Ticket, Vec<Outcome>>>,
    objects: RefCell<BTreeMap<Key, Stored>>,
    storage: RefCell<BTreeMap<String, Vec<u8>>>,
    changes: RefCell<Vec<Change>>,
    retired: RefCell<Vec<Departure>>,
    census: RefCell<Vec<Census>>,
    entries: RefCell<Vec<Entry>>,
    progress: RefCell<Vec<Progress>>,
    throttles: RefCell<Vec<(Option<String>, u32)>>,
    max_in_flight: Cell<usize>,
    n_requests: Cell<u64>,
    reject: RefCell<Vec<Key>>,
}

impl fmt::Debug for TestHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TestHost").field("now_ms", &self.now_ms).finish_non_exhaustive()
    }
}

impl TestHost {
    /// A host with nothing in it; `world` answers requests, given the time in milliseconds since 1970.
    pub fn new(world: impl FnMut(u64, &Request) -> Reply + 'static) -> Rc<Self> {
        Rc::new(Self {
            world: RefCell::new(Box::new(world)),
            // 2026-01-01 00:00 UTC.
            now_ms: Cell::new(1_767_225_600_000),
            next_ticket: Cell::new(1),
            outstanding: RefCell::default(),
            responses: RefCell::default(),
            outcomes: RefCell::default(),
            objects: RefCell::default(),
            storage: RefCell::default(),
            changes: RefCell::default(),
            retired: RefCell::default(),
            census: RefCell::default(),
            entries: RefCell::default(),
            progress: RefCell::default(),
            throttles: RefCell::default(),
            max_in_flight: Cell::new(0),
            n_requests: Cell::new(0),
            reject: RefCell::default(),
        })
    }

    /// Another world from now on.
    pub fn set_world(&self, world: impl FnMut(u64, &Request) -> Reply + 'static) {
        *self.world.borrow_mut() = Box::new(world);
    }

    /// What the platform holds.
    #[must_use]
    pub fn objects(&self) -> Ref<'_, BTreeMap<Key, Stored>> {
        self.objects.borrow()
    }

    /// What the connector keeps for itself.
    #[must_use]
    pub fn storage(&self) -> Ref<'_, BTreeMap<String, Vec<u8>>> {
        self.storage.borrow()
    }

    /// Let the platform hold exactly this.
    pub fn set_objects(&self, objects: BTreeMap<Key, Stored>) {
        *self.objects.borrow_mut() = objects;
    }

    /// Reject every change of this object from now on.
    pub fn reject(&self, key: Key) {
        self.reject.borrow_mut().push(key);
    }

    /// Every change that was begun, in order, since this was last called.
    pub fn take_changes(&self) -> Vec<Change> {
        std::mem::take(&mut self.changes.borrow_mut())
    }

    /// Everything that was retired since this was last called.
    pub fn take_retired(&self) -> Vec<Departure> {
        std::mem::take(&mut self.retired.borrow_mut())
    }

    /// The census of the last retirement.
    #[must_use]
    pub fn census(&self) -> Vec<Census> {
        self.census.borrow().clone()
    }

    /// The run's log since this was last called.
    pub fn take_entries(&self) -> Vec<Entry> {
        std::mem::take(&mut self.entries.borrow_mut())
    }

    /// Every report of progress.
    #[must_use]
    pub fn progress(&self) -> Vec<Progress> {
        self.progress.borrow().clone()
    }

    /// Of which buckets fewer requests were asked for, and for how many milliseconds none, since this was last called.
    pub fn take_throttles(&self) -> Vec<(Option<String>, u32)> {
        std::mem::take(&mut self.throttles.borrow_mut())
    }

    /// How many requests were begun.
    #[must_use]
    pub fn n_requests(&self) -> u64 {
        self.n_requests.get()
    }

    /// How many tickets were outstanding at the same time at most.
    #[must_use]
    pub fn max_in_flight(&self) -> usize {
        self.max_in_flight.get()
    }

    /// Let time pass.
    pub fn advance(&self, ms: u64) {
        self.now_ms.set(self.now_ms.get() + ms);
    }

    fn begin(&self, delay_ms: u64) -> Ticket {
        let ticket = self.next_ticket.get();
        self.next_ticket.set(ticket + 1);
        let mut outstanding = self.outstanding.borrow_mut();
        outstanding.insert((self.now_ms.get() + delay_ms, ticket), ());
        self.max_in_flight.set(self.max_in_flight.get().max(outstanding.len()));
        ticket
    }

    fn apply_one(&self, change: &Change) -> Outcome {
        let applied = match change {
            _ if self.reject.borrow().contains(change.key()) => {
                Err(Diagnosis::new("rejected-by-test", "the test rejects it", "测试拒绝了它"))
            }
            Change::Put(object) => self.put(object),
            Change::Delete(departure) => self.remove(departure),
        };
        let Err(why) = applied else { return Outcome::Applied };
        let entry = Entry::about(Severity::Error, change.key(), None, why.clone());
        self.entries.borrow_mut().push(entry);
        Outcome::Rejected(why)
    }

    /// Merge an object that keeps the contract.
    fn put(&self, object: &Object) -> Result<(), Diagnosis> {
        let Object { key, version, document } = object;
        key::check(&key.resource_type, &key.external_id).map_err(|violation| invalid(&violation))?;
        key::check_version(version).map_err(|violation| invalid(&violation))?;
        let incoming = document::read(document, &key.external_id).map_err(|violation| invalid(&violation))?;
        let mut objects = self.objects.borrow_mut();
        let merged = document::merge(objects.get(key).map(|held| &held.document), &incoming);
        document::check_held(&merged).map_err(|violation| invalid(&violation))?;
        objects.insert(key.clone(), Stored { version: version.clone(), document: merged });
        Ok(())
    }

    /// Forget an object that the source was asked about.
    fn remove(&self, departure: &Departure) -> Result<(), Diagnosis> {
        key::check_evidence(&departure.witness).map_err(|violation| invalid(&violation))?;
        self.objects.borrow_mut().remove(&departure.key);
        Ok(())
    }
}

impl Host for TestHost {
    fn wait(&self, max: u32) -> Vec<Ticket> {
        let mut outstanding = self.outstanding.borrow_mut();
        let Some(&(first_ms, _)) = outstanding.keys().next() else { return Vec::new() };
        self.now_ms.set(self.now_ms.get().max(first_ms));
        let mut ready = Vec::new();
        while let Some(entry) = outstanding.first_entry() {
            let (at_ms, ticket) = *entry.key();
            if self.now_ms.get() < at_ms || usize::try_from(max.max(1)).unwrap_or(1) <= ready.len() {
                break;
            }
            entry.remove();
            ready.push(ticket);
        }
        ready
    }

    fn begin_timer(&self, delay_ms: u32) -> Ticket {
        self.begin(u64::from(delay_ms))
    }

    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket> {
        let begin_one = |request: &Request| {
            self.n_requests.set(self.n_requests.get() + 1);
            let timeout_ms = request.timeout_ms.map_or(DEFAULT_TIMEOUT_MS, u64::from);
            let reply = (self.world.borrow_mut())(self.now_ms.get(), request);
            let (delay_ms, result) = match reply {
                Reply::After(delay_ms, response) if delay_ms < timeout_ms => (delay_ms, Ok(response)),
                Reply::After(..) | Reply::Hang => (timeout_ms, Err(http_error(HttpErrorKind::TimedOut))),
                Reply::Fail(kind) => (0, Err(http_error(kind))),
                Reply::FailAs(kind, code) => (0, Err(http_error_as(kind, code))),
            };
            let ticket = self.begin(delay_ms);
            self.responses.borrow_mut().insert(ticket, result);
            ticket
        };
        requests.iter().map(begin_one).collect()
    }

    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, HttpError>> {
        let mut responses = self.responses.borrow_mut();
        let take = |ticket| responses.remove(ticket).unwrap_or_else(|| Err(http_error(HttpErrorKind::Other)));
        tickets.iter().map(take).collect()
    }

    fn throttled(&self, bucket: Option<&str>, wait_ms: u32) {
        self.throttles.borrow_mut().push((bucket.map(str::to_owned), wait_ms));
    }

    fn holdings(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, Diagnosis> {
        let objects = self.objects.borrow();
        let of_type = objects.iter().filter(|(key, _)| key.resource_type == resource_type);
        let rest = of_type.filter(|(key, _)| after.is_none_or(|after| after < key.external_id.as_str()));
        let page = rest.take(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(page.map(|(key, stored)| holding(key, stored)).collect())
    }

    fn find(&self, keys: &[Key]) -> Result<Vec<Option<Holding>>, Diagnosis> {
        if FIND_BATCH < keys.len() {
            return Err(Diagnosis::new(
                "too-many-keys",
                "more keys than the contract allows",
                "键的数量超过约定",
            ));
        }
        let objects = self.objects.borrow();
        Ok(keys.iter().map(|key| objects.get(key).map(|stored| holding(key, stored))).collect())
    }

    fn begin_apply(&self, changes: Vec<Change>) -> Ticket {
        let outcomes = changes.iter().map(|change| self.apply_one(change)).collect();
        self.changes.borrow_mut().extend(changes);
        let ticket = self.begin(1);
        self.outcomes.borrow_mut().insert(ticket, outcomes);
        ticket
    }

    fn take_applied(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis> {
        let unknown = || Diagnosis::new("unknown-ticket", "not a ticket of apply", "不是 apply 的票据");
        self.outcomes.borrow_mut().remove(&ticket).ok_or_else(unknown)
    }

    fn retire(&self, census: Vec<Census>, absent: Vec<Departure>) -> Result<Verdict, Diagnosis> {
        *self.census.borrow_mut() = census;
        let apply = |departure: &Departure| self.apply_one(&Change::Delete(departure.clone()));
        let outcomes = absent.iter().map(apply).collect();
        self.retired.borrow_mut().extend(absent);
        Ok(Verdict::Applied(outcomes))
    }

    fn storage_get(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, Diagnosis> {
        let storage = self.storage.borrow();
        Ok(keys.iter().map(|key| storage.get(key).cloned()).collect())
    }

    fn storage_write(&self, entries: Vec<StorageEntry>) -> Result<(), Diagnosis> {
        let mut storage = self.storage.borrow_mut();
        for (key, value) in entries {
            match value {
                Some(value) => storage.insert(key, value),
                None => storage.remove(&key),
            };
        }
        Ok(())
    }

    fn report(&self, progress: Progress) {
        self.progress.borrow_mut().push(progress);
    }

    fn record_entries(&self, entries: Vec<Entry>) {
        self.entries.borrow_mut().extend(entries);
    }

    fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    fn random(&self) -> u64 {
        0
    }
}

fn invalid(violation: &dyn Error) -> Diagnosis {
    Diagnosis::new("object-invalid", violation.to_string(), "连接器给出的对象违反约定")
}

fn holding(key: &Key, stored: &Stored) -> Holding {
    Holding { external_id: key.external_id.clone(), version: stored.version.clone() }
}

fn http_error(kind: HttpErrorKind) -> HttpError {
    http_error_as(kind, "test-fault")
}

fn http_error_as(kind: HttpErrorKind, code: &str) -> HttpError {
    HttpError {
        kind, diagnosis: Diagnosis::new(code, format!("the test says {kind:?}"), "测试注入的故障")
    }
}

#[cfg(test)]
mod tests {
    use super::{Reply, TestHost};
    use crate::model::{Change, Key, Object, Outcome};
    use serde_json::json;

    #[track_caller]
    fn check(host: &TestHost, document: &serde_json::Value, refusal: Option<&str>) {
        let object =
            Object { key: Key::new("User", "a"), version: "1".to_owned(), document: document.to_string() };
        let outcome = host.apply_one(&Change::Put(object));
        let code = match &outcome {
            Outcome::Applied => None,
            Outcome::Rejected(why) => Some(why.code.as_str()),
        };
        assert_eq!(code, refusal, "{document}");
        assert_eq!(host.take_entries().len(), usize::from(refusal.is_some()), "{document}");
    }

    #[test]
    fn what_only_unassigns_is_an_object_where_one_is_held() {
        let host = TestHost::new(|_, _| Reply::Hang);
        let clearing = json!({"externalId": "a", "title": null});
        check(&host, &clearing, Some("object-invalid"));
        check(&host, &json!({"schemas": ["urn:u"], "externalId": "a", "title": "Lead"}), None);
        check(&host, &clearing, None);
        let held = host.objects()[&Key::new("User", "a")].document.clone();
        assert_eq!(held, json!({"schemas": ["urn:u"], "externalId": "a"}));
    }

    #[test]
    fn what_is_no_object_is_refused_and_changes_nothing() {
        let host = TestHost::new(|_, _| Reply::Hang);
        check(&host, &json!({"schemas": ["urn:u"], "externalId": "a"}), None);
        let held = host.objects().clone();
        for wrong in [
            json!("a"),
            json!({"schemas": ["urn:u"]}),
            json!({"schemas": ["urn:u"], "externalId": "b"}),
            json!({"schemas": null, "externalId": "a"}),
        ] {
            check(&host, &wrong, Some("object-invalid"));
        }
        assert_eq!(*host.objects(), held);
    }
}
