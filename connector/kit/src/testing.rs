//! A host in memory, with a clock that jumps from one event to the next: whole runs of a connector in microseconds, the
//! same every time. It refuses what a real host refuses: whatever the contract's rules say of a call, an object, an order
//! of calls, and which function of a connector may make them. Where a real host ends the call, it panics.
//!
//! Not here: the limits of rates, and what a platform or a person decides.

mod platform;
mod requests;
mod sealed;
mod storing;
mod under_way;

use crate::model::{
    Change, Clearing, Coverage, Diagnosis, Entry, InventoryItem, Key, Outcome, Progress, Removal, Scope,
};
use crate::ports::{
    Area, Body, Call, EntryWrite, Fault, FaultKind, Host, LogLevel, Request, Response, Ticket,
};
use rollcall_rules::bounds::{
    MAX_ENTRIES_PER_CALL, MAX_ENTRIES_PER_RUN, MAX_RANDOM_BYTES, MAX_THROTTLE_MS, MAX_TIMER_MS,
};
use rollcall_rules::reach::Capability;
use rollcall_rules::sealed::Seals;
use serde_json::Value;
use std::cell::{Cell, Ref, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::rc::Rc;
use under_way::{Done, UnderWay, crossing};

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

/// A host in memory.
pub struct TestHost {
    world: RefCell<World>,
    now_ms: Cell<u64>,
    under_way: RefCell<UnderWay>,
    objects: RefCell<BTreeMap<Key, Stored>>,
    storage: RefCell<BTreeMap<(Area, String), String>>,
    changes: RefCell<Vec<Change>>,
    removed: RefCell<Vec<Removal>>,
    scope: RefCell<Option<Scope>>,
    /// The parts of the scope before.
    last_parts: RefCell<BTreeSet<Key>>,
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
            under_way: RefCell::default(),
            objects: RefCell::default(),
            storage: RefCell::default(),
            changes: RefCell::default(),
            removed: RefCell::default(),
            scope: RefCell::default(),
            last_parts: RefCell::default(),
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

    /// Nothing of what may be used here, if the function of the connector that is under way may not use it.
    ///
    /// # Panics
    /// Then, as a real host ends the call.
    fn may(&self, capability: Capability, function: &'static str) {
        if let Err(refused) = self.under_way.borrow().export().check(capability, function) {
            under_way::end("connector-broke-contract", &refused.to_string());
        }
    }

    /// A ticket for what is ready so much later.
    fn begin(&self, delay_ms: u64, done: Done) -> Ticket {
        let mut under_way = self.under_way.borrow_mut();
        let ticket = under_way.begin(self.now_ms.get() + delay_ms, done);
        self.max_in_flight.set(self.max_in_flight.get().max(under_way.n_outstanding()));
        ticket
    }
}

impl Host for TestHost {
    fn entered(&self, call: Call) {
        self.under_way.borrow_mut().enter(call);
    }

    fn wait(&self, max: u32) -> Vec<Ticket> {
        self.may(Capability::Tasks, "tasks.wait");
        let (now_ms, named) = self.under_way.borrow_mut().wait(self.now_ms.get(), max);
        self.now_ms.set(now_ms);
        named
    }

    fn begin_timer(&self, delay_ms: u32) -> Ticket {
        self.may(Capability::Tasks, "tasks.begin-timer");
        self.begin(u64::from(delay_ms).min(MAX_TIMER_MS), Done::Timer)
    }

    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket> {
        self.may(Capability::HttpClient, "http-client.begin");
        self.begin_requests(&requests)
    }

    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, Fault>> {
        self.may(Capability::HttpClient, "http-client.take");
        let mut under_way = self.under_way.borrow_mut();
        tickets.iter().map(|ticket| under_way.take_response(*ticket)).collect()
    }

    fn throttled(&self, bucket: Option<&str>, wait_ms: u32) {
        self.may(Capability::HttpClient, "http-client.throttled");
        let most = u32::try_from(MAX_THROTTLE_MS).unwrap_or(u32::MAX);
        self.throttles.borrow_mut().push((bucket.map(str::to_owned), wait_ms.min(most)));
    }

    fn list_inventory(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InventoryItem>, Diagnosis> {
        self.may(Capability::Directory, "directory.list-inventory");
        self.page(resource_type, after, limit)
    }

    fn find_inventory(&self, keys: &[Key]) -> Result<Vec<Option<InventoryItem>>, Diagnosis> {
        self.may(Capability::Directory, "directory.find-inventory");
        self.find(keys)
    }

    fn begin_apply(&self, changes: Vec<Change>) -> Ticket {
        self.may(Capability::Directory, "directory.begin-apply");
        let outcomes = self.apply(changes);
        self.begin(1, Done::Applied(outcomes))
    }

    fn take_applied(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis> {
        self.may(Capability::Directory, "directory.take-applied");
        self.under_way.borrow_mut().take_outcomes(ticket)
    }

    fn open_reading(&self, scope: &Scope) -> Result<(), Diagnosis> {
        self.may(Capability::Directory, "directory.open-reading");
        self.under_way.borrow_mut().open(scope)?;
        let last = self.scope.replace(Some(scope.clone()));
        *self.last_parts.borrow_mut() = last.into_iter().flat_map(|last| last.parts).collect();
        Ok(())
    }

    fn close_reading(&self, coverage: Vec<Coverage>) -> Result<(), Diagnosis> {
        self.may(Capability::Reading, "directory.close-reading");
        self.under_way.borrow_mut().close(&coverage)?;
        *self.coverage.borrow_mut() = coverage;
        Ok(())
    }

    fn remove_missing(&self, removals: Vec<Removal>) -> Result<Vec<Outcome>, Diagnosis> {
        self.may(Capability::Reading, "directory.remove-missing");
        self.under_way.borrow_mut().remove_missing(removals.len())?;
        Ok(self.remove_all(removals))
    }

    fn propose_clearings(&self, clearings: Vec<Clearing>) -> Result<(), Diagnosis> {
        self.may(Capability::Directory, "directory.propose-clearings");
        self.propose(clearings)
    }

    fn save_checkpoint(&self, state: &str, unchanged: Vec<Key>) -> Result<(), Diagnosis> {
        self.may(Capability::Reading, "directory.save-checkpoint");
        self.under_way.borrow().check_checkpoint(state, &unchanged)
    }

    fn storage_get(&self, area: Area, keys: &[String]) -> Result<Vec<Option<String>>, Diagnosis> {
        self.may(Capability::Storage, "storage.get");
        self.get(area, keys)
    }

    fn storage_write(&self, area: Area, entries: Vec<EntryWrite>) -> Result<(), Diagnosis> {
        self.may(Capability::Storage, "storage.write");
        self.write(area, entries)
    }

    fn storage_scan(
        &self,
        area: Area,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Diagnosis> {
        self.may(Capability::Storage, "storage.scan");
        self.scan(area, prefix, after, limit)
    }

    fn report(&self, progress: Progress) {
        self.may(Capability::History, "history.report");
        self.progress.borrow_mut().push(progress);
    }

    /// What is beyond the bounds is dropped, as the reference host does.
    fn record_entries(&self, entries: Vec<Entry>) -> Result<(), Diagnosis> {
        self.may(Capability::History, "history.record-entries");
        crossing(entries.iter().map(|entry| entry.diagnosis.message.en.len()));
        let room = MAX_ENTRIES_PER_RUN.saturating_sub(self.under_way.borrow_mut().record(entries.len()));
        self.entries.borrow_mut().extend(entries.into_iter().take(room.min(MAX_ENTRIES_PER_CALL)));
        Ok(())
    }

    fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    fn random(&self, length: u32) -> Vec<u8> {
        vec![0; usize::try_from(length.min(MAX_RANDOM_BYTES)).unwrap_or_default()]
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.log.borrow_mut().push(format!("{level:?}: {message}"));
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
        let outcome = host.apply(vec![Change::Put(object)]).expect("there is one change").remove(0);
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
