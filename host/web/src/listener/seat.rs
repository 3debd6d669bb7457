//! A connection's seat in the register: whatever serves the connection says here what it waits for, and the seat is given up
//! when the last of that is dropped.

use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rollcall_host::cancel::Cancel;
use tokio::time::Instant;

use super::class::Class;
use super::register::{Id, Register, Wait};

/// The register, as connections share it.
#[derive(Debug, Default)]
pub(super) struct Seats {
    register: Mutex<Register>,
}

/// One connection's. Dropped, the connection is closed as far as the register knows.
#[derive(Debug)]
pub(super) struct Seat {
    seats: Arc<Seats>,
    id: Id,
    end: Cancel,
}

/// A request's place among those that are answered at once. Dropped, it is free.
#[derive(Debug)]
pub(super) struct TakenSeat {
    seat: Arc<Seat>,
}

impl Seats {
    /// A seat for a new connection, for which another one may have to go. None if all are being served.
    pub(super) fn take(self: &Arc<Self>, peer: Option<IpAddr>) -> Option<Arc<Seat>> {
        let (id, end) = self.register().enter(peer)?;
        Some(Arc::new(Seat { seats: Arc::clone(self), id, end }))
    }

    /// Have some of those that wait go. How many went.
    pub(super) fn make_room(&self) -> usize {
        self.register().make_room()
    }

    fn register(&self) -> MutexGuard<'_, Register> {
        self.register.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// Waits until it is this connection's turn to go.
    pub(super) async fn has_to_go(&self) {
        self.end.cancelled().await;
    }

    /// A place for a request. None if there is none, or not for this one.
    pub(super) fn place(self: &Arc<Self>, class: Class, asker: IpAddr) -> Option<TakenSeat> {
        let is_admitted = self.seats.register().admit(self.id, class, asker, Instant::now());
        is_admitted.then(|| TakenSeat { seat: Arc::clone(self) })
    }

    /// Nothing has come on it so far.
    pub(super) fn waits_for_first(&self) {
        self.seats.register().waits_for_first(self.id, Instant::now());
    }

    /// The rest of its request does not come.
    pub(super) fn waits_for_body(&self) {
        self.seats.register().waits_for_body(self.id);
    }

    /// Its answer is not taken.
    pub(super) fn waits_for_reader(&self) {
        self.seats.register().waits_for_reader(self.id, Instant::now());
    }

    /// The other end did what this waited for.
    pub(super) fn goes_on(&self, waited_for: Wait) {
        self.seats.register().goes_on(self.id, waited_for, Instant::now());
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.register().leave(self.id);
    }
}

impl TakenSeat {
    /// The answer goes on for as long as somebody watches.
    pub(super) fn streams(&self) {
        self.seat.seats.register().streams(self.seat.id);
    }
}

impl Drop for TakenSeat {
    fn drop(&mut self) {
        self.seat.seats.register().answered(self.seat.id, Instant::now());
    }
}
