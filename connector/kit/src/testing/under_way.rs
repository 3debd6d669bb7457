//! What belongs to the call of a connector that is under way: what it may use, how far its reading has come, and its
//! tickets.

use crate::model::{Coverage, Diagnosis, Key, Outcome, Scope};
use crate::ports::{Call, Fault, FaultKind, Response, Ticket};
use rollcall_rules::bounds::{
    MAX_CROSSING_BYTES, MAX_OBJECTS, MAX_OUTSTANDING, MAX_UNTAKEN, MAX_UNTAKEN_BYTES, MAX_WAIT,
};
use rollcall_rules::clearing::Attributes;
use rollcall_rules::key::KeyRef;
use rollcall_rules::object;
use rollcall_rules::placement::Tree;
use rollcall_rules::reach::Export;
use rollcall_rules::reading::{Covered, Reads, Stage, check_checkpoint};
use rollcall_rules::refusal::Refusal;
use rollcall_rules::vocabulary::resource_type;
use std::collections::{BTreeMap, BTreeSet};

/// The result of what a ticket stands for.
#[derive(Debug)]
pub(super) enum Done {
    Response(Result<Response, Fault>),
    Applied(Result<Vec<Outcome>, Diagnosis>),
    Timer,
}

/// One call of a connector.
#[derive(Debug)]
pub(super) struct UnderWay {
    export: Export,
    resource_types: Vec<String>,
    /// The origins of the plan; none where nobody said.
    origins: Option<Vec<String>>,
    stage: Stage,
    /// The parts of the scope of a full reading that is not whole.
    parts: Option<BTreeSet<Key>>,
    /// What was put, whether it was taken or not.
    put: BTreeSet<Key>,
    pub(super) clearings: Attributes,
    n_entries: usize,
    last_ticket: Ticket,
    /// By the time at which it is ready.
    outstanding: BTreeMap<(u64, Ticket), Done>,
    /// Requests that are not known to be over.
    n_requests: BTreeSet<(u64, Ticket)>,
    named: BTreeMap<Ticket, Done>,
    n_untaken_bytes: usize,
}

/// Before a connector is called through the kit: a full reading of departments and people that may go anywhere.
impl Default for UnderWay {
    fn default() -> Self {
        let resource_types = [resource_type::DEPARTMENT, resource_type::USER].map(str::to_owned).into();
        Self {
            export: Export::Sync,
            resource_types,
            origins: None,
            stage: Stage::default(),
            parts: None,
            put: BTreeSet::new(),
            clearings: Attributes::default(),
            n_entries: 0,
            last_ticket: 0,
            outstanding: BTreeMap::new(),
            n_requests: BTreeSet::new(),
            named: BTreeMap::new(),
            n_untaken_bytes: 0,
        }
    }
}

impl UnderWay {
    /// Another call begins, and nothing of the last one is left.
    pub(super) fn enter(&mut self, Call { export, resource_types, origins }: Call) {
        let last_ticket = self.last_ticket;
        *self = Self { export, resource_types, origins: Some(origins), last_ticket, ..Self::default() };
    }

    pub(super) fn export(&self) -> Export {
        self.export
    }

    pub(super) fn resource_types(&self) -> &[String] {
        &self.resource_types
    }

    pub(super) fn origins(&self) -> Option<&[String]> {
        self.origins.as_deref()
    }

    /// Take note of so many entries; how many there were.
    pub(super) fn record(&mut self, n: usize) -> usize {
        let n_before = self.n_entries;
        self.n_entries += n;
        n_before
    }

    /// Take note that an object is put, whatever becomes of it.
    pub(super) fn note_put(&mut self, key: &Key) -> Result<(), Refusal> {
        if MAX_OBJECTS <= self.put.len() && !self.put.contains(key) {
            return Err(object::too_many());
        }
        self.put.insert(key.clone());
        Ok(())
    }

    pub(super) fn has_put(&self, key: &Key) -> bool {
        self.put.contains(key)
    }

    pub(super) fn open(&mut self, scope: &Scope) -> Result<(), Refusal> {
        let reads = match self.export {
            Export::Refresh | Export::Handle => Reads::Some,
            Export::Describe
            | Export::Validate
            | Export::Check
            | Export::Sync
            | Export::Receive
            | Export::FetchEvents
            | Export::OpenChannel
            | Export::Frame => Reads::All { has_puts: !self.put.is_empty() },
        };
        self.stage.open(reads, &borrowed(&scope.parts), &self.resource_types)?;
        let is_of_parts = matches!(reads, Reads::All { .. }) && !scope.whole;
        self.parts = is_of_parts.then(|| scope.parts.iter().cloned().collect());
        Ok(())
    }

    /// The parts of the scope of a full reading that is not whole, and the departments among them as the roots of a tree.
    pub(super) fn parts(&self) -> Option<(&BTreeSet<Key>, Tree)> {
        let parts = self.parts.as_ref()?;
        let roots = parts.iter().filter(|part| part.resource_type == resource_type::DEPARTMENT);
        Some((parts, Tree::new(roots.map(|root| root.external_id.clone()))))
    }

    pub(super) fn close(&mut self, coverage: &[Coverage]) -> Result<(), Refusal> {
        let by_type: Vec<_> = coverage.iter().map(covered).collect();
        self.stage.close(&by_type, &self.resource_types)
    }

    pub(super) fn remove_missing(&mut self, n: usize) -> Result<(), Refusal> {
        self.stage.remove(n)
    }

    pub(super) fn check_checkpoint(&self, state: &str, unchanged: &[Key]) -> Result<(), Diagnosis> {
        Ok(check_checkpoint(state, &borrowed(unchanged), &self.resource_types)?)
    }

    /// A ticket for what is ready at this time.
    pub(super) fn begin(&mut self, at_ms: u64, done: Done) -> Ticket {
        if MAX_UNTAKEN <= self.outstanding.len() + self.named.len() {
            end("connector-broke-contract", &format!("it left more than {MAX_UNTAKEN} results untaken"));
        }
        self.last_ticket += 1;
        if matches!(done, Done::Response(_)) {
            self.n_requests.insert((at_ms, self.last_ticket));
        }
        self.outstanding.insert((at_ms, self.last_ticket), done);
        self.last_ticket
    }

    pub(super) fn n_outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Whether no more requests may begin.
    pub(super) fn is_full(&self) -> bool {
        MAX_OUTSTANDING <= self.n_requests.len()
    }

    /// Wait from this time on; until when, and what is ready then.
    pub(super) fn wait(&mut self, now_ms: u64, max: u32) -> (u64, Vec<Ticket>) {
        let Some(&(first_ms, _)) = self.outstanding.keys().next() else { return (now_ms, Vec::new()) };
        let now_ms = now_ms.max(first_ms);
        self.n_requests.retain(|(at_ms, _)| now_ms < *at_ms);
        let max = usize::try_from(max.clamp(1, MAX_WAIT)).unwrap_or(1);
        let mut ready = Vec::new();
        while let Some(entry) = self.outstanding.first_entry()
            && entry.key().0 <= now_ms
            && ready.len() < max
        {
            let ((_, ticket), done) = entry.remove_entry();
            ready.push(ticket);
            self.name(ticket, done);
        }
        (now_ms, ready)
    }

    fn name(&mut self, ticket: Ticket, done: Done) {
        let done = match done {
            Done::Timer => return,
            Done::Applied(outcomes) => Done::Applied(outcomes),
            Done::Response(response) => {
                let n_bytes = self.n_untaken_bytes + n_bytes(&response);
                if MAX_UNTAKEN_BYTES < n_bytes {
                    Done::Response(Err(too_large("too many responses are untaken")))
                } else {
                    self.n_untaken_bytes = n_bytes;
                    Done::Response(response)
                }
            }
        };
        self.named.insert(ticket, done);
    }

    /// The response of a request that was named, once.
    pub(super) fn take_response(&mut self, ticket: Ticket) -> Result<Response, Fault> {
        match self.named.remove(&ticket) {
            Some(Done::Response(response)) => {
                self.n_untaken_bytes -= n_bytes(&response);
                response
            }
            other => {
                self.put_back(ticket, other);
                let what = format!("ticket {ticket} is not a request that is ready");
                Err(Fault { kind: FaultKind::Other, diagnosis: Refusal::of_request(&what).into() })
            }
        }
    }

    /// The outcomes of changes that were named, once.
    pub(super) fn take_outcomes(&mut self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis> {
        match self.named.remove(&ticket) {
            Some(Done::Applied(outcomes)) => outcomes,
            other => {
                self.put_back(ticket, other);
                let what = format!("ticket {ticket} does not stand for changes that are ready");
                Err(Refusal::of_request(&what).into())
            }
        }
    }

    fn put_back(&mut self, ticket: Ticket, done: Option<Done>) {
        self.named.extend(done.map(|done| (ticket, done)));
    }
}

/// End the call, as a real host does where it cannot answer.
///
/// # Panics
/// Always.
#[expect(clippy::panic, reason = "a connector that a host would end has failed its test")]
pub(super) fn end(code: &str, why: &str) -> ! {
    panic!("the host ends this call ({code}): {why}")
}

/// End the call if so much text crosses between connector and host at once.
///
/// # Panics
/// Then.
pub(super) fn crossing(n_bytes: impl Iterator<Item = usize>) {
    if MAX_CROSSING_BYTES < n_bytes.sum() {
        let limit_mib = MAX_CROSSING_BYTES >> 20;
        end("connector-too-much-data", &format!("it exchanged more than {limit_mib} MiB in one call"));
    }
}

/// A response is there, and may not be handed over.
pub(super) fn too_large(why: &str) -> Fault {
    let diagnosis = Diagnosis::new("response-too-large", why, "响应过大");
    Fault { kind: FaultKind::TooLarge, diagnosis }
}

/// These keys as rules ask for them.
pub(super) fn borrowed(keys: &[Key]) -> Vec<KeyRef<'_>> {
    keys.iter().map(KeyRef::from).collect()
}

fn covered(Coverage { resource_type, containers, .. }: &Coverage) -> Covered<'_> {
    Covered { resource_type, lists: containers.iter().map(|list| (&list.key).into()).collect() }
}

fn n_bytes(response: &Result<Response, Fault>) -> usize {
    response.as_ref().map_or(0, |response| response.body.as_bytes().len())
}
