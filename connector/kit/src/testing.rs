//! A host in memory, with a clock that jumps from one event to the next: whole runs of a connector in microseconds, the
//! same every time. It refuses what the contract's rules refuse, keeps no limits and grants everything; the real host's
//! tests are elsewhere.

mod sealed;

use crate::limits::FIND_BATCH;
use crate::model::{
    Change, Clearing, Coverage, Diagnosis, DirectoryObject, Entry, InventoryItem, Key, Outcome, Progress,
    Removal, Scope, Severity,
};
use crate::ports::{Area, Body, EntryWrite, Fault, FaultKind, Host, LogLevel, Request, Response, Ticket};
use rollcall_rules::sealed::Seals;
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
    Fail(FaultKind),
    /// No response, at once, for a reason that has this code.
    FailAs(FaultKind, &'static str),
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

/// How far a full reading has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Unopened,
    Open,
    Closed,
    Removed,
}

/// A host in memory.
pub struct TestHost {
    world: RefCell<World>,
    now_ms: Cell<u64>,
    next_ticket: Cell<Ticket>,
    /// By the time at which it is ready.
    outstanding: RefCell<BTreeMap<(u64, Ticket), ()>>,
    responses: RefCell<BTreeMap<Ticket, Result<Response, Fault>>>,
    outcomes: RefCell<BTreeMap<Ticket, Vec<Outcome>>>,
    objects: RefCell<BTreeMap<Key, Stored>>,
    storage: RefCell<BTreeMap<(Area, String), String>>,
    changes: RefCell<Vec<Change>>,
    removed: RefCell<Vec<Removal>>,
    reading: RefCell<Stage>,
    scope: RefCell<Option<Scope>>,
    coverage: RefCell<Vec<Coverage>>,
    proposed: RefCell<Vec<Clearing>>,
    log: RefCell<Vec<String>>,
    entries: RefCell<Vec<Entry>>,
    progress: RefCell<Vec<Progress>>,
    throttles: RefCell<Vec<(Option<String>, u32)>>,
    max_in_flight: Cell<usize>,
    n_requests: Cell<u64>,
    reject: RefCell<Vec<Key>>,
    /// The secrets of the call that is under way.
    seals: RefCell<Seals>,
    n_tokens: Cell<u64>,
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
            removed: RefCell::default(),
            reading: RefCell::default(),
            scope: RefCell::default(),
            coverage: RefCell::default(),
            proposed: RefCell::default(),
            log: RefCell::default(),
            entries: RefCell::default(),
            progress: RefCell::default(),
            throttles: RefCell::default(),
            max_in_flight: Cell::new(0),
            n_requests: Cell::new(0),
            reject: RefCell::default(),
            seals: RefCell::default(),
            n_tokens: Cell::default(),
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

    /// What the connector keeps for itself in one area.
    #[must_use]
    pub fn storage(&self, area: Area) -> BTreeMap<String, String> {
        let storage = self.storage.borrow();
        let of_area = storage.iter().filter(|((kept_in, _), _)| *kept_in == area);
        of_area.map(|((_, key), value)| (key.clone(), value.clone())).collect()
    }

    /// Forget what is kept in memory, as a host does that was started anew.
    pub fn restart(&self) {
        self.storage.borrow_mut().retain(|(area, _), _| *area == Area::Durable);
    }

    /// The call of the connector is over, however far its reading came; one that came to its end needs no such word.
    pub fn end_call(&self) {
        *self.reading.borrow_mut() = Stage::Unopened;
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

    /// Everything that was removed since this was last called.
    pub fn take_removed(&self) -> Vec<Removal> {
        std::mem::take(&mut self.removed.borrow_mut())
    }

    /// With what view the last full reading was made.
    #[must_use]
    pub fn scope(&self) -> Option<Scope> {
        self.scope.borrow().clone()
    }

    /// What the last full reading covered.
    #[must_use]
    pub fn coverage(&self) -> Vec<Coverage> {
        self.coverage.borrow().clone()
    }

    /// Every clearing that was handed over for a person to decide, since this was last called.
    pub fn take_proposed(&self) -> Vec<Clearing> {
        std::mem::take(&mut self.proposed.borrow_mut())
    }

    /// The lines of the host's own log since this was last called.
    pub fn take_log(&self) -> Vec<String> {
        std::mem::take(&mut self.log.borrow_mut())
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

    /// Go on to the next stage of a full reading; it happens once and in order.
    fn advance_reading(&self, from: Stage, to: Stage) -> Result<(), Diagnosis> {
        let mut stage = self.reading.borrow_mut();
        if *stage != from {
            let message = format!("a reading that is {:?} cannot become {to:?}", *stage);
            return Err(Diagnosis::new("request-invalid", message.clone(), message));
        }
        *stage = to;
        Ok(())
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
            Change::Remove(departure) => self.remove(departure),
        };
        let Err(why) = applied else { return Outcome::Applied };
        let entry = Entry::about(Severity::Error, change.key(), None, why.clone());
        self.entries.borrow_mut().push(entry);
        Outcome::Rejected(why)
    }

    /// Merge an object that keeps the contract.
    fn put(&self, object: &DirectoryObject) -> Result<(), Diagnosis> {
        let DirectoryObject { key, version, document } = object;
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
    fn remove(&self, removal: &Removal) -> Result<(), Diagnosis> {
        key::check_evidence(&removal.evidence).map_err(|violation| invalid(&violation))?;
        self.objects.borrow_mut().remove(&removal.key);
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
            let (delay_ms, result) = match self.ask_world(request) {
                Reply::After(delay_ms, response) if delay_ms < timeout_ms => (delay_ms, Ok(response)),
                Reply::After(..) | Reply::Hang => (timeout_ms, Err(http_error(FaultKind::TimedOut))),
                Reply::Fail(kind) => (0, Err(http_error(kind))),
                Reply::FailAs(kind, code) => (0, Err(http_error_as(kind, code))),
            };
            let ticket = self.begin(delay_ms);
            self.responses.borrow_mut().insert(ticket, result);
            ticket
        };
        requests.iter().map(begin_one).collect()
    }

    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, Fault>> {
        let mut responses = self.responses.borrow_mut();
        let take = |ticket| responses.remove(ticket).unwrap_or_else(|| Err(http_error(FaultKind::Other)));
        tickets.iter().map(take).collect()
    }

    fn throttled(&self, bucket: Option<&str>, wait_ms: u32) {
        self.throttles.borrow_mut().push((bucket.map(str::to_owned), wait_ms));
    }

    fn list_inventory(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InventoryItem>, Diagnosis> {
        let objects = self.objects.borrow();
        let of_type = objects.iter().filter(|(key, _)| key.resource_type == resource_type);
        let rest = of_type.filter(|(key, _)| after.is_none_or(|after| after < key.external_id.as_str()));
        let page = rest.take(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(page.map(|(key, stored)| inventory_item(key, stored)).collect())
    }

    fn find_inventory(&self, keys: &[Key]) -> Result<Vec<Option<InventoryItem>>, Diagnosis> {
        if FIND_BATCH < keys.len() {
            return Err(Diagnosis::new(
                "too-many-keys",
                "more keys than the contract allows",
                "键的数量超过约定",
            ));
        }
        let objects = self.objects.borrow();
        Ok(keys.iter().map(|key| objects.get(key).map(|stored| inventory_item(key, stored))).collect())
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

    fn open_reading(&self, scope: &Scope) -> Result<(), Diagnosis> {
        *self.reading.borrow_mut() = Stage::Open;
        *self.scope.borrow_mut() = Some(scope.clone());
        Ok(())
    }

    fn close_reading(&self, coverage: Vec<Coverage>) -> Result<(), Diagnosis> {
        self.advance_reading(Stage::Open, Stage::Closed)?;
        *self.coverage.borrow_mut() = coverage;
        Ok(())
    }

    fn remove_missing(&self, removals: Vec<Removal>) -> Result<Vec<Outcome>, Diagnosis> {
        self.advance_reading(Stage::Closed, Stage::Removed)?;
        let apply = |removal: &Removal| self.apply_one(&Change::Remove(removal.clone()));
        let outcomes = removals.iter().map(apply).collect();
        self.removed.borrow_mut().extend(removals);
        Ok(outcomes)
    }

    fn propose_clearings(&self, clearings: Vec<Clearing>) -> Result<(), Diagnosis> {
        self.proposed.borrow_mut().extend(clearings);
        Ok(())
    }

    fn save_checkpoint(&self, _state: &str, _unchanged: Vec<Key>) -> Result<(), Diagnosis> {
        Ok(())
    }

    fn storage_get(&self, area: Area, keys: &[String]) -> Result<Vec<Option<String>>, Diagnosis> {
        let storage = self.storage.borrow();
        Ok(keys.iter().map(|key| storage.get(&(area, key.clone())).cloned()).collect())
    }

    fn storage_write(&self, area: Area, entries: Vec<EntryWrite>) -> Result<(), Diagnosis> {
        let mut storage = self.storage.borrow_mut();
        for (key, value) in entries {
            match value {
                Some(value) => storage.insert((area, key), value),
                None => storage.remove(&(area, key)),
            };
        }
        Ok(())
    }

    fn storage_scan(
        &self,
        area: Area,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Diagnosis> {
        let storage = self.storage.borrow();
        let with_prefix =
            storage.iter().filter(|((kept_in, key), _)| *kept_in == area && key.starts_with(prefix));
        let rest = with_prefix.filter(|((_, key), _)| after.is_none_or(|after| after < key.as_str()));
        let page = rest.take(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(page.map(|((_, key), value)| (key.clone(), value.clone())).collect())
    }

    fn report(&self, progress: Progress) {
        self.progress.borrow_mut().push(progress);
    }

    fn record_entries(&self, entries: Vec<Entry>) -> Result<(), Diagnosis> {
        self.entries.borrow_mut().extend(entries);
        Ok(())
    }

    fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    fn random(&self, length: u32) -> Vec<u8> {
        vec![0; usize::try_from(length).unwrap_or_default()]
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.log.borrow_mut().push(format!("{level:?}: {message}"));
    }
}

fn invalid(violation: &dyn Error) -> Diagnosis {
    Diagnosis::new("object-invalid", violation.to_string(), "连接器给出的对象违反约定")
}

fn inventory_item(key: &Key, stored: &Stored) -> InventoryItem {
    InventoryItem {
        external_id: key.external_id.clone(),
        version: stored.version.clone(),
        already_read: false,
    }
}

fn http_error(kind: FaultKind) -> Fault {
    http_error_as(kind, "test-fault")
}

fn http_error_as(kind: FaultKind, code: &str) -> Fault {
    Fault {
        kind, diagnosis: Diagnosis::new(code, format!("the test says {kind:?}"), "测试注入的故障")
    }
}

#[cfg(test)]
mod tests {
    use super::{Reply, TestHost};
    use crate::model::{Change, DirectoryObject, Key, Outcome};
    use serde_json::json;

    #[track_caller]
    fn check(host: &TestHost, document: &serde_json::Value, refusal: Option<&str>) {
        let object = DirectoryObject {
            key: Key::new("User", "a"),
            version: "1".to_owned(),
            document: document.to_string(),
        };
        let outcome = host.apply_one(&Change::Put(object));
        let code = match &outcome {
            Outcome::Applied | Outcome::Held => None,
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
