//! A host in memory that makes one mistake: the kit's host for tests, with what that leaves out before it.

use crate::mistake::Mistake;
use crate::world::{DEAD, PEER, World};
use rollcall_kit::Host;
use rollcall_kit::model::{
    Change, Clearing, Coverage, Diagnosis, Entry, Finding, InventoryItem, Key, Outcome, Progress, Removal,
    Scope,
};
use rollcall_kit::ports::{
    Area, Body, Call, EntryWrite, Fault, FaultKind, LogLevel, Request, Response, Ticket,
};
use rollcall_kit::testing::TestHost;
use rollcall_probe::{ABSENT, FORBIDDEN, RESOURCE_TYPES, Reached, SECRET, Settings, Surroundings};
use rollcall_rules::reach::Export;
use rollcall_rules::sealed::{Outgoing, Payload, Seal, Seals, Token};
use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::rc::Rc;

pub(crate) struct Double {
    pub(crate) mistake: Mistake,
    pub(crate) inner: Rc<TestHost>,
    world: Rc<RefCell<World>>,
    seals: RefCell<Seals>,
    random: Cell<u64>,
    n_calls: Cell<u64>,
    /// What a host that waits too early has been told.
    stash: RefCell<Vec<Ticket>>,
    /// Timers of no time.
    of_nothing: RefCell<BTreeSet<Ticket>>,
    pub(crate) has_put: RefCell<BTreeSet<Key>>,
    pub(crate) n_opened: Cell<u32>,
    pub(crate) n_closed: Cell<u32>,
    pub(crate) n_syncs: Cell<u32>,
}

impl Double {
    pub(crate) fn new(mistake: Mistake) -> Self {
        let world = Rc::new(RefCell::new(World::new(mistake)));
        let behind = Rc::clone(&world);
        let inner = TestHost::new(move |now_ms, request| {
            let mut world = behind.borrow_mut();
            let reply = world.reply(now_ms, request);
            world.queue(now_ms, reply)
        });
        Self {
            mistake,
            inner,
            world,
            seals: RefCell::default(),
            random: Cell::new(1),
            n_calls: Cell::new(0),
            stash: RefCell::default(),
            of_nothing: RefCell::default(),
            has_put: RefCell::default(),
            n_opened: Cell::new(0),
            n_closed: Cell::new(0),
            n_syncs: Cell::new(0),
        }
    }

    fn is(&self, mistake: Mistake) -> bool {
        self.mistake == mistake
    }

    pub(crate) fn check(&self, probe: &str) -> Vec<Finding> {
        let settings = self.enter(Export::Check, probe);
        rollcall_probe::check(self, &settings, Some(self))
    }

    pub(crate) fn sync(&self, probe: &str) -> Vec<Entry> {
        let settings = self.enter(Export::Sync, probe);
        self.inner.take_entries();
        self.n_syncs.set(self.n_syncs.get() + 1);
        rollcall_probe::sync(self, &settings).expect("the log takes entries");
        let told = self.inner.take_entries();
        // Those of the host's own are about an object.
        told.into_iter().filter(|entry| entry.subject.is_none()).collect()
    }

    fn enter(&self, export: Export, probe: &str) -> Settings {
        self.n_calls.set(self.n_calls.get() + 1);
        let of_call = if self.is(Mistake::SeedsEachCallAlike) { 1 } else { self.n_calls.get() };
        self.random.set(of_call);
        self.has_put.borrow_mut().clear();
        self.n_opened.set(0);
        self.n_closed.set(0);
        let mut origins = vec![PEER, DEAD];
        match self.mistake {
            Mistake::GrantsEverything => origins.push(FORBIDDEN),
            Mistake::GrantsWhatIsOptional => origins.push(ABSENT),
            _ => {}
        }
        let origins = origins.into_iter().map(str::to_owned).collect();
        self.inner.entered(Call {
            export,
            resource_types: RESOURCE_TYPES.map(str::to_owned).into(),
            origins,
        });
        let number = if self.is(Mistake::KeepsItsTokens) { 1 } else { self.n_calls.get() };
        let token = Token::new(u128::from(number).to_be_bytes());
        let seal = Seal {
            setting: "/secret".to_owned(),
            token: token.clone(),
            secret: SECRET.to_owned(),
            origins: BTreeSet::from([PEER.to_owned()]),
        };
        *self.seals.borrow_mut() = Seals::new(vec![seal]);
        let shown = if self.is(Mistake::ShowsTheSecret) { SECRET } else { token.as_str() };
        let settings = serde_json::json!({"probe": probe, "peer": PEER, "dead": DEAD, "secret": shown});
        Settings::read(&settings.to_string()).expect("these are settings")
    }

    /// A request as this host begins it.
    fn begun(&self, mut request: Request) -> Request {
        match self.mistake {
            Mistake::WritesMethodsInCapitals => request.method = request.method.to_uppercase(),
            Mistake::DropsHeadersOfItsOwn => request.headers.retain(|(name, _)| name != "upgrade"),
            Mistake::CutsHeadersAtLineBreaks => request.headers.iter_mut().for_each(|(_, value)| {
                *value = value.split(['\r', '\n']).next().unwrap_or_default().to_owned();
            }),
            Mistake::TakesPasswordsOutOfUrls => request.url = request.url.replacen("name:word@", "", 1),
            Mistake::CutsLongUrls => request.url.truncate(8 << 10),
            Mistake::DropsManyHeaders => request.headers.truncate(64),
            Mistake::CutsLargeBodies => {
                if let Body::Text(text) = &mut request.body {
                    text.truncate(1 << 20);
                }
            }
            Mistake::IgnoresTimeouts => request.timeout_ms = None,
            _ => {}
        }
        self.filled(request)
    }

    fn filled(&self, request: Request) -> Request {
        if self.is(Mistake::SendsTheToken) {
            return request;
        }
        let Request { method, url, headers, body, bucket, timeout_ms } = request;
        if !url.starts_with(PEER) && !url.starts_with(DEAD) {
            return Request { method, url, headers, body, bucket, timeout_ms };
        }
        let origin = if url.starts_with(PEER) { PEER } else { DEAD };
        let payload = match body {
            Body::Text(text) => Payload::Text(text),
            Body::Bytes(bytes) => Payload::Bytes(bytes),
        };
        let filled = self.seals.borrow().fill(Outgoing { method, url, headers, body: payload }, origin);
        match filled {
            Ok(Outgoing { method, url, headers, body }) => {
                let body = match body {
                    Payload::Text(text) => Body::Text(text),
                    Payload::Bytes(bytes) => Body::Bytes(bytes),
                };
                Request { method, url, headers, body, bucket, timeout_ms }
            }
            Err(_) if self.is(Mistake::FillsEverywhere) => Request::get(format!("{PEER}/echo")),
            // What nobody granted is denied.
            Err(_) => Request::get("https://misused.invalid/"),
        }
    }

    /// A result as this host hands it over.
    fn handed(&self, result: Result<Response, Fault>) -> Result<Response, Fault> {
        let forgives = |fault: &Fault| {
            let why = fault.diagnosis.message.en.as_str();
            match self.mistake {
                Mistake::AnswersForgedTickets
                | Mistake::AnswersTwice
                | Mistake::AnswersTooEarly
                | Mistake::AnswersForTimers => why.contains("not a request that is ready"),
                Mistake::BeginsWithoutBound => why.contains("beyond the"),
                Mistake::LetsAnyNumberRun => why.contains("outstanding"),
                _ => false,
            }
        };
        match result {
            Err(fault) if fault.kind == FaultKind::Other && forgives(&fault) => {
                Ok(Response { status: 200, headers: Vec::new(), body: Body::empty() })
            }
            Err(fault) if fault.kind == FaultKind::TooLarge && self.is(Mistake::HandsOverWhatIsTooDeep) => {
                Ok(Response { status: 200, headers: Vec::new(), body: Body::Text("[".repeat(1000)) })
            }
            Ok(response) if !self.is(Mistake::RepeatsTheSecret) => {
                let scrubbed = self.seals.borrow().scrub(response.body.as_bytes());
                Ok(Response { body: scrubbed.map_or(response.body, Body::from_bytes), ..response })
            }
            other => other,
        }
    }

    fn next_random(&self) -> u64 {
        let mut state = self.random.get().wrapping_add(0x9e37_79b9_7f4a_7c15);
        self.random.set(state);
        state = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        state = (state ^ (state >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        state ^ (state >> 31)
    }

    /// An area as this host tells it from the other.
    fn area(&self, area: Area) -> Area {
        if self.is(Mistake::HasOneArea) { Area::Durable } else { area }
    }

    fn shown(&self, ticket: Ticket) -> Ticket {
        if self.is(Mistake::UsesTicketsAgain) { ticket % 97 } else { ticket }
    }
}

impl std::fmt::Debug for Double {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Double").field("mistake", &self.mistake).finish_non_exhaustive()
    }
}

impl Surroundings for Double {
    fn reached(&self, kind: Reached) -> Vec<String> {
        let given = match self.mistake {
            Mistake::GivesItsEnvironment => Some(Reached::Environment),
            Mistake::GivesItsFiles => Some(Reached::Files),
            Mistake::GivesItsSockets => Some(Reached::Sockets),
            Mistake::GivesItsInput => Some(Reached::Input),
            _ => None,
        };
        given.filter(|given| *given == kind).map(|_| "reach it".to_owned()).into_iter().collect()
    }

    fn clock_ms(&self) -> u64 {
        if self.is(Mistake::LetsTheLanguageTellTime) { 0 } else { self.inner.now_ms() }
    }

    fn goes_on(&self) -> bool {
        true
    }

    fn seed(&self) -> u64 {
        if self.is(Mistake::SeedsTheLanguageAlike) { 0 } else { self.n_calls.get() }
    }
}

impl Host for Double {
    fn entered(&self, call: Call) {
        self.inner.entered(call);
    }

    fn wait(&self, max: u32) -> Vec<Ticket> {
        let stashed = std::mem::take(&mut *self.stash.borrow_mut());
        if !stashed.is_empty() {
            return stashed;
        }
        let mut named = self.inner.wait(max);
        if self.is(Mistake::NamesMoreThanAsked) {
            named.extend(self.inner.wait(max));
        }
        if named.is_empty() && self.is(Mistake::NamesNothing) {
            return vec![0];
        }
        if self.is(Mistake::ForgetsTimersOfNothing) {
            named.retain(|ticket| !self.of_nothing.borrow().contains(ticket));
        }
        if self.is(Mistake::NamesTwice) {
            named.extend(named.clone());
        }
        named.into_iter().map(|ticket| self.shown(ticket)).collect()
    }

    fn begin_timer(&self, delay_ms: u32) -> Ticket {
        let does_not_wait = self.is(Mistake::NamesAsBegun) || self.is(Mistake::TimersDoNotWait);
        let ticket = self.inner.begin_timer(if does_not_wait { 0 } else { delay_ms });
        if delay_ms == 0 {
            self.of_nothing.borrow_mut().insert(ticket);
        }
        self.shown(ticket)
    }

    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket> {
        let tickets =
            self.inner.begin_http(requests.into_iter().map(|request| self.begun(request)).collect());
        if self.is(Mistake::BeginsOneByOne) {
            let mut named = Vec::new();
            while !tickets.iter().all(|ticket| named.contains(ticket)) {
                named.extend(self.inner.wait(1024));
            }
            self.stash.borrow_mut().extend(named);
        }
        tickets
    }

    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, Fault>> {
        let mut taken = tickets.to_vec();
        if self.is(Mistake::TakesInAnyOrder) {
            taken.sort_unstable();
        }
        self.inner.take_http(&taken).into_iter().map(|result| self.handed(result)).collect()
    }

    fn throttled(&self, bucket: Option<&str>, wait_ms: u32) {
        self.world.borrow_mut().throttle(bucket, self.inner.now_ms() + u64::from(wait_ms));
    }

    fn list_inventory(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InventoryItem>, Diagnosis> {
        self.listed(resource_type, after, limit)
    }

    fn find_inventory(&self, keys: &[Key]) -> Result<Vec<Option<InventoryItem>>, Diagnosis> {
        self.found(keys)
    }

    fn begin_apply(&self, changes: Vec<Change>) -> Ticket {
        self.begin_changes(changes)
    }

    fn take_applied(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis> {
        self.take_changes(ticket)
    }

    fn open_reading(&self, scope: &Scope) -> Result<(), Diagnosis> {
        self.open(scope)
    }

    fn close_reading(&self, coverage: Vec<Coverage>) -> Result<(), Diagnosis> {
        self.close(coverage)
    }

    fn remove_missing(&self, removals: Vec<Removal>) -> Result<Vec<Outcome>, Diagnosis> {
        self.remove(removals)
    }

    fn propose_clearings(&self, clearings: Vec<Clearing>) -> Result<(), Diagnosis> {
        let answer = self.inner.propose_clearings(clearings);
        if self.is(Mistake::TakesAnyClearing) { Ok(()) } else { answer }
    }

    fn save_checkpoint(&self, state: &str, unchanged: Vec<Key>) -> Result<(), Diagnosis> {
        let answer = self.inner.save_checkpoint(state, unchanged);
        if self.is(Mistake::KeepsAnyCheckpoint) { Ok(()) } else { answer }
    }

    fn storage_get(&self, area: Area, keys: &[String]) -> Result<Vec<Option<String>>, Diagnosis> {
        let mut found = self.inner.storage_get(self.area(area), keys)?;
        if self.is(Mistake::DropsEmptyValues) {
            found.iter_mut().for_each(|value| *value = value.take().filter(|value| !value.is_empty()));
        }
        if self.is(Mistake::ForgetsDurably) && keys == ["kept"] {
            return Ok(vec![None]);
        }
        Ok(found)
    }

    fn storage_write(&self, area: Area, mut entries: Vec<EntryWrite>) -> Result<(), Diagnosis> {
        let cut = |text: &mut String, n_bytes: usize| text.truncate(text.floor_char_boundary(n_bytes));
        for (key, value) in &mut entries {
            match (self.mistake, value) {
                (Mistake::CutsKeys, _) => cut(key, 256),
                (Mistake::CutsValues, Some(value)) => cut(value, 256 << 10),
                _ => {}
            }
        }
        if self.is(Mistake::CannotWriteDurably) && entries.iter().any(|(key, _)| key == "kept") {
            return Err(Diagnosis::new("store-failed", "the disk is full", "the disk is full"));
        }
        let area = self.area(area);
        if self.is(Mistake::WritesOneByOne) {
            return entries.into_iter().try_for_each(|entry| self.inner.storage_write(area, vec![entry]));
        }
        match self.inner.storage_write(area, entries) {
            Err(why) if self.is(Mistake::SaysFullIsFine) && why.code == "store-failed" => Ok(()),
            other => other,
        }
    }

    fn storage_scan(
        &self,
        area: Area,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Diagnosis> {
        let area = self.area(area);
        if self.is(Mistake::IgnoresCase) && !prefix.is_empty() {
            let all = self.inner.storage_scan(area, "", after, 1000)?;
            let is_like = |key: &str| key.to_lowercase().starts_with(&prefix.to_lowercase());
            return Ok(all.into_iter().filter(|(key, _)| is_like(key)).collect());
        }
        let limit = if self.is(Mistake::ScansWithoutBound) { limit.clamp(1, 1000) } else { limit };
        let mut page = self.inner.storage_scan(area, prefix, after, limit)?;
        if self.is(Mistake::SortsAsUtf16) {
            page.sort_by_key(|(key, _)| key.encode_utf16().collect::<Vec<_>>());
        }
        Ok(page)
    }

    fn report(&self, progress: Progress) {
        self.inner.report(progress);
    }

    fn record_entries(&self, entries: Vec<Entry>) -> Result<(), Diagnosis> {
        self.inner.record_entries(entries)
    }

    fn now_ms(&self) -> u64 {
        match self.mistake {
            Mistake::TellsAnotherTime => self.inner.now_ms() / 1000,
            Mistake::StopsTheClock => 1_767_225_600_000,
            _ => self.inner.now_ms(),
        }
    }

    fn random(&self, length: u32) -> Vec<u8> {
        let n_bytes = if self.is(Mistake::GivesAnyRandomBytes) { length.min(4096) } else { length.min(1024) };
        let n_bytes = usize::try_from(n_bytes).unwrap_or_default();
        if self.is(Mistake::RepeatsRandomBytes) {
            return vec![4; n_bytes];
        }
        let words = std::iter::repeat_with(|| self.next_random().to_le_bytes());
        words.flatten().take(n_bytes).collect()
    }

    fn log(&self, level: LogLevel, message: &str) {
        if self.is(Mistake::EndsAtLongLines) && 4 << 10 < message.len() {
            panic!("the line is too long");
        }
        self.inner.log(level, message);
    }
}
