//! Who is connected, what each connection waits for, and which one gives way when there are too many.
//!
//! A connection waits for its other end (for a request, for the rest of one, for an answer to be taken) or for us. Only the
//! first kind gives way, so that nobody holds a place by doing nothing, and nobody loses one while they are being served.
//!
//! Not here: sockets, and time; both come in.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::net::IpAddr;

use rollcall_host::cancel::Cancel;
use tokio::time::Instant;

use super::class::Class;
use crate::limits::{GIVING_WAY, MAX_CONNECTIONS, MAX_WAITING_OF_ONE_ADDRESS};

/// Which connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(u64);

/// What a connection waits for its other end to do. Those that come first give way first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Wait {
    /// To ask again. Whoever did not ask when it is closed loses nothing.
    Next,
    /// To ask for the first time.
    First,
    /// To take the answer.
    Reading,
    /// To send the rest of its request.
    Body,
}

/// A request that has a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct RegisteredRequest {
    class: Class,
    /// Who asks, which a trusted proxy may have told.
    asker: IpAddr,
    since: Instant,
}

/// One that is open.
#[derive(Debug)]
struct Connection {
    /// The other end; none if that is a trusted proxy, which stands for many.
    peer: Option<IpAddr>,
    request: Option<RegisteredRequest>,
    /// What it waits for, and since when; none while it is for us to act.
    wait: Option<(Wait, Instant)>,
    end: Cancel,
}

impl Connection {
    /// Who is behind it, as far as that is known.
    fn address(&self) -> Option<IpAddr> {
        self.request.map_or(self.peer, |request| Some(request.asker))
    }

    fn is_of(&self, class: Class) -> bool {
        self.request.is_some_and(|request| request.class == class)
    }

    fn is_asked_by(&self, asker: IpAddr) -> bool {
        self.request.is_some_and(|request| request.asker == asker)
    }
}

/// All that are open.
#[derive(Debug, Default)]
pub(super) struct Register {
    open: BTreeMap<Id, Connection>,
    n_ever: u64,
}

impl Register {
    /// Let a connection in, for which another one may have to go. The handle is used when it is this one's turn to go. None if
    /// all that are open are being served.
    pub(super) fn enter(&mut self, peer: Option<IpAddr>) -> Option<(Id, Cancel)> {
        let waits_there = |connection: &Connection| connection.wait.is_some() && connection.peer == peer;
        if peer.is_some() && MAX_WAITING_OF_ONE_ADDRESS <= self.n(waits_there) {
            self.one_gives_way(|connection| connection.peer == peer);
        }
        if MAX_CONNECTIONS <= self.open.len() && !self.one_gives_way(|_| true) {
            return None;
        }
        let (id, end) = (Id(self.n_ever), Cancel::new());
        self.n_ever = self.n_ever.saturating_add(1);
        // Its first request may have come with it, which nobody has looked at yet.
        self.open.insert(id, Connection { peer, request: None, wait: None, end: end.clone() });
        Some((id, end))
    }

    /// Nothing has come on it so far.
    pub(super) fn waits_for_first(&mut self, id: Id, now: Instant) {
        if let Some(connection) = self.open.get_mut(&id)
            && connection.request.is_none()
            && connection.wait.is_none()
        {
            connection.wait = Some((Wait::First, now));
        }
    }

    /// It is closed.
    pub(super) fn leave(&mut self, id: Id) {
        self.open.remove(&id);
    }

    /// Give a request its place, which another one may have to give up. False if there is none.
    pub(super) fn admit(&mut self, id: Id, class: Class, asker: IpAddr, now: Instant) -> bool {
        let is_theirs = |connection: &Connection| connection.is_of(class) && connection.is_asked_by(asker);
        if class.places_of_one_address() <= self.n(is_theirs) && !self.one_gives_way(is_theirs) {
            return false;
        }
        let is_alike = |connection: &Connection| connection.is_of(class);
        if class.places() <= self.n(is_alike) && !self.one_gives_way(is_alike) {
            return false;
        }
        // One that has just given way itself is about to be closed.
        let Some(connection) = self.open.get_mut(&id) else { return false };
        connection.request = Some(RegisteredRequest { class, asker, since: now });
        connection.wait = None;
        true
    }

    /// The answer goes on for as long as somebody watches: it is counted where it is made, and its place is free for others.
    pub(super) fn streams(&mut self, id: Id) {
        if let Some(request) = self.open.get_mut(&id).and_then(|connection| connection.request.as_mut()) {
            request.class = Class::Streams;
        }
    }

    /// The answer is on its way, and the place is free.
    pub(super) fn answered(&mut self, id: Id, now: Instant) {
        let Some(connection) = self.open.get_mut(&id) else { return };
        connection.request = None;
        if !matches!(connection.wait, Some((Wait::Reading, _))) {
            connection.wait = Some((Wait::Next, now));
        }
    }

    /// The rest of the request does not come. What counts is when it began: whoever sends a byte now and then is no younger.
    pub(super) fn waits_for_body(&mut self, id: Id) {
        if let Some(connection) = self.open.get_mut(&id) {
            connection.wait = connection.request.map(|request| (Wait::Body, request.since));
        }
    }

    /// The answer is not taken.
    pub(super) fn waits_for_reader(&mut self, id: Id, now: Instant) {
        if let Some(connection) = self.open.get_mut(&id) {
            connection.wait = Some((Wait::Reading, now));
        }
    }

    /// The other end did what this waited for.
    pub(super) fn goes_on(&mut self, id: Id, waited_for: Wait, now: Instant) {
        let Some(connection) = self.open.get_mut(&id) else { return };
        if connection.wait.is_some_and(|(wait, _)| wait == waited_for) {
            connection.wait = connection.request.is_none().then_some((Wait::Next, now));
        }
    }

    /// Have some of those that wait go, because nothing can be opened any more. How many went.
    pub(super) fn make_room(&mut self) -> usize {
        let n_waiting = self.n(|connection| connection.wait.is_some());
        (0..n_waiting.div_ceil(GIVING_WAY)).take_while(|_| self.one_gives_way(|_| true)).count()
    }

    fn n(&self, is_it: impl Fn(&Connection) -> bool) -> usize {
        self.open.values().filter(|connection| is_it(connection)).count()
    }

    /// Have one of these go that waits for its other end: first by what it waits for, then of whoever has most of them, then
    /// the one that has waited longest. False if none of them waits.
    fn one_gives_way(&mut self, is_one: impl Fn(&Connection) -> bool) -> bool {
        let waiting = || {
            self.open.iter().filter_map(|(id, connection)| {
                let wait = connection.wait.filter(|_| is_one(connection))?;
                Some((*id, connection.address(), wait))
            })
        };
        let mut n_of = BTreeMap::<_, usize>::new();
        for address in waiting().filter_map(|(_, address, _)| address) {
            n_of.entry(address).and_modify(|n| *n = n.saturating_add(1)).or_insert(1);
        }
        let n_of = |address: Option<IpAddr>| address.and_then(|address| n_of.get(&address)).copied();
        let first = waiting().min_by_key(|(id, address, (wait, since))| {
            // Whoever is behind a proxy that tells no address is nobody's second.
            (*wait, Reverse(n_of(*address).unwrap_or(1)), *since, *id)
        });
        let Some((id, ..)) = first else { return false };
        if let Some(gone) = self.open.remove(&id) {
            gone.end.cancel();
        }
        true
    }
}

#[cfg(test)]
mod tests;
