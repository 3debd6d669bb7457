//! The one queue in which everything that takes time waits: requests, changes, timers.
//!
//! Not here: what the work is; it arrives as a future and leaves as a result that its own capability hands over.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::future::Future;
use std::time::Duration;

use rollcall_rules::reach::Capability;
use tokio::task::{Id, JoinError, JoinSet};
use tracing::Instrument as _;

use super::guest::Guest;
use crate::apply::ApplyOutcome;
use crate::bindings::rollcall::connector::tasks as wit;
use crate::cancel::Cancel;
use crate::egress::{Fault, Response};
use crate::error::GuestError;
use crate::limits::{MAX_OUTSTANDING, MAX_TIMER, MAX_UNTAKEN, MAX_UNTAKEN_BYTES, MAX_WAIT};
use crate::model::Diagnosis;

pub(crate) use wit::Ticket;

/// The queue of one call.
pub(crate) struct Tasks {
    cancel: Cancel,
    next: Ticket,
    running: JoinSet<Done>,
    /// Which ticket a running task has, and what it is.
    tickets: HashMap<Id, (Ticket, TaskKind)>,
    /// Done and not yet named, in order of completion.
    done: VecDeque<(Ticket, Done)>,
    /// Named and not yet taken.
    named: BTreeMap<Ticket, Done>,
    n_untaken_bytes: usize,
    /// Requests under way.
    n_requests: usize,
}

/// What kind of work a ticket stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TaskKind {
    Http,
    Apply,
    Timer,
}

/// The result of some work.
#[derive(Debug)]
pub(crate) enum Done {
    Http(Result<Response, Fault>),
    Applied(Result<Vec<ApplyOutcome>, Diagnosis>),
    Timer,
}

impl Tasks {
    pub(crate) fn new(cancel: Cancel) -> Self {
        Self {
            cancel,
            next: 1,
            running: JoinSet::new(),
            tickets: HashMap::new(),
            done: VecDeque::new(),
            named: BTreeMap::new(),
            n_untaken_bytes: 0,
            n_requests: 0,
        }
    }

    /// Begin some work. After a cancellation nothing begins; the ticket is ready at once.
    pub(crate) fn begin(
        &mut self,
        kind: TaskKind,
        work: impl Future<Output = Done> + Send + 'static,
    ) -> Result<Ticket, GuestError> {
        if self.cancel.is_cancelled() {
            return self.begin_done(Done::cancelled(kind));
        }
        let ticket = self.ticket()?;
        let id = self.running.spawn(work.in_current_span()).id();
        self.tickets.insert(id, (ticket, kind));
        if kind == TaskKind::Http {
            self.n_requests += 1;
        }
        Ok(ticket)
    }

    /// A ticket for something that needs no work.
    pub(crate) fn begin_done(&mut self, done: Done) -> Result<Ticket, GuestError> {
        let ticket = self.ticket()?;
        self.finish(ticket, done);
        Ok(ticket)
    }

    /// Whether no more requests may begin now. Timers and changes are not counted.
    pub(crate) fn is_full(&self) -> bool {
        MAX_OUTSTANDING <= self.n_requests
    }

    /// Wait until something is done, and name it. Empty only when nothing is outstanding.
    pub(crate) async fn wait(&mut self, max: u32) -> Result<Vec<Ticket>, GuestError> {
        self.collect()?;
        let cancel = self.cancel.clone();
        while self.done.is_empty() && !self.running.is_empty() {
            tokio::select! {
                biased;
                () = cancel.cancelled() => self.give_up(),
                joined = self.running.join_next_with_id() => self.joined(joined)?,
            }
            self.collect()?;
        }
        if cancel.is_cancelled() {
            self.give_up();
        }
        Ok(self.name(max))
    }

    /// The result of a request that was named, once.
    pub(crate) fn take_http(&mut self, ticket: Ticket) -> Option<Result<Response, Fault>> {
        match self.named.remove(&ticket)? {
            Done::Http(result) => {
                self.n_untaken_bytes = self.n_untaken_bytes.saturating_sub(n_bytes(&result));
                Some(result)
            }
            other @ (Done::Applied(_) | Done::Timer) => self.put_back(ticket, other),
        }
    }

    /// The result of changes that were named, once.
    pub(crate) fn take_applied(&mut self, ticket: Ticket) -> Option<Result<Vec<ApplyOutcome>, Diagnosis>> {
        match self.named.remove(&ticket)? {
            Done::Applied(result) => Some(result),
            other @ (Done::Http(_) | Done::Timer) => self.put_back(ticket, other),
        }
    }

    fn put_back<T>(&mut self, ticket: Ticket, done: Done) -> Option<T> {
        self.named.insert(ticket, done);
        None
    }

    fn ticket(&mut self) -> Result<Ticket, GuestError> {
        let n_untaken = self.running.len() + self.done.len() + self.named.len();
        if MAX_UNTAKEN <= n_untaken {
            let what = format!("it left more than {MAX_UNTAKEN} results untaken");
            return Err(GuestError::BrokeContract { what });
        }
        let ticket = self.next;
        self.next += 1;
        Ok(ticket)
    }

    fn finish(&mut self, ticket: Ticket, done: Done) {
        let done = match done {
            Done::Http(result) => Done::Http(self.keep(result)),
            Done::Applied(_) | Done::Timer => done,
        };
        self.done.push_back((ticket, done));
    }

    fn keep(&mut self, result: Result<Response, Fault>) -> Result<Response, Fault> {
        let n_bytes = self.n_untaken_bytes.saturating_add(n_bytes(&result));
        if MAX_UNTAKEN_BYTES < n_bytes {
            return Err(Fault::untaken(MAX_UNTAKEN_BYTES));
        }
        self.n_untaken_bytes = n_bytes;
        result
    }

    fn collect(&mut self) -> Result<(), GuestError> {
        while let Some(joined) = self.running.try_join_next_with_id() {
            self.joined(Some(joined))?;
        }
        Ok(())
    }

    fn joined(&mut self, joined: Option<Result<(Id, Done), JoinError>>) -> Result<(), GuestError> {
        match joined {
            None => Ok(()),
            Some(Ok((id, done))) => {
                if let Some((ticket, kind)) = self.tickets.remove(&id) {
                    if kind == TaskKind::Http {
                        self.n_requests = self.n_requests.saturating_sub(1);
                    }
                    self.finish(ticket, done);
                }
                Ok(())
            }
            // Given up, and answered then.
            Some(Err(error)) if error.is_cancelled() => Ok(()),
            Some(Err(error)) => Err(GuestError::Host { what: error.to_string() }),
        }
    }

    /// Answer everything that still runs with "cancelled".
    fn give_up(&mut self) {
        self.running.abort_all();
        self.running.detach_all();
        self.n_requests = 0;
        let mut tickets: Vec<_> = self.tickets.drain().map(|(_, ticket)| ticket).collect();
        tickets.sort_unstable_by_key(|(ticket, _)| *ticket);
        for (ticket, kind) in tickets {
            self.finish(ticket, Done::cancelled(kind));
        }
    }

    fn name(&mut self, max: u32) -> Vec<Ticket> {
        let max = usize::try_from(max.clamp(1, MAX_WAIT)).unwrap_or(1);
        let mut named = Vec::new();
        for (ticket, done) in self.done.drain(..max.min(self.done.len())) {
            named.push(ticket);
            match done {
                Done::Timer => {}
                Done::Http(_) | Done::Applied(_) => {
                    self.named.insert(ticket, done);
                }
            }
        }
        named
    }
}

impl Done {
    fn cancelled(kind: TaskKind) -> Self {
        match kind {
            TaskKind::Http => Self::Http(Err(Fault::cancelled())),
            TaskKind::Apply => Self::Applied(Err(Fault::cancelled().diagnosis)),
            TaskKind::Timer => Self::Timer,
        }
    }
}

impl wit::Host for Guest {
    async fn wait(&mut self, max: u32) -> wasmtime::Result<Vec<Ticket>> {
        let named = self.session(Capability::Tasks, "tasks.wait")?.tasks.wait(max).await;
        self.resumed();
        Ok(named?)
    }

    fn begin_timer(&mut self, delay_ms: u32) -> wasmtime::Result<Ticket> {
        let session = self.session(Capability::Tasks, "tasks.begin-timer")?;
        let delay = Duration::from_millis(u64::from(delay_ms)).min(MAX_TIMER);
        session.meter.pause(delay);
        Ok(session.tasks.begin(TaskKind::Timer, async move {
            tokio::time::sleep(delay).await;
            Done::Timer
        })?)
    }
}

fn n_bytes(result: &Result<Response, Fault>) -> usize {
    result.as_ref().map_or(0, |response| response.body.len())
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::{HeaderMap, StatusCode};

    use super::*;

    fn response(n_bytes: usize) -> Result<Response, Fault> {
        Ok(Response {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from(vec![0; n_bytes]),
        })
    }

    fn timer(tasks: &mut Tasks, delay_ms: u64) -> Ticket {
        tasks
            .begin(TaskKind::Timer, async move {
                tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                Done::Timer
            })
            .unwrap()
    }

    fn request(tasks: &mut Tasks, delay_ms: u64) -> Ticket {
        tasks
            .begin(TaskKind::Http, async move {
                tokio::time::sleep(Duration::from_millis(delay_ms)).await;
                Done::Http(response(1))
            })
            .unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_named_in_order_of_completion_each_ticket_once() {
        let mut tasks = Tasks::new(Cancel::new());
        let (slow, fast) = (timer(&mut tasks, 50), timer(&mut tasks, 10));
        assert_eq!(tasks.wait(10).await, Ok(vec![fast]));
        assert_eq!(tasks.wait(10).await, Ok(vec![slow]));
        assert_eq!(tasks.wait(10).await, Ok(vec![]));
    }

    #[tokio::test]
    async fn waiting_for_nothing_returns_at_once() {
        assert_eq!(Tasks::new(Cancel::new()).wait(1).await, Ok(vec![]));
    }

    #[tokio::test(start_paused = true)]
    async fn no_more_tickets_are_named_than_asked_for_and_zero_asks_for_one() {
        let mut tasks = Tasks::new(Cancel::new());
        let tickets: Vec<_> = (0..3).map(|_| tasks.begin_done(Done::Timer).unwrap()).collect();
        assert_eq!(tasks.wait(0).await, Ok(tickets[..1].to_vec()));
        assert_eq!(tasks.wait(5).await, Ok(tickets[1..].to_vec()));
    }

    #[tokio::test(start_paused = true)]
    async fn a_result_is_taken_once_and_only_after_it_was_named() {
        let mut tasks = Tasks::new(Cancel::new());
        let ticket = tasks.begin_done(Done::Http(response(1))).unwrap();
        assert!(tasks.take_http(ticket).is_none());
        tasks.wait(1).await.unwrap();
        assert!(tasks.take_applied(ticket).is_none());
        assert!(tasks.take_http(ticket).is_some());
        assert!(tasks.take_http(ticket).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_cancellation_makes_everything_ready_at_once() {
        let cancel = Cancel::new();
        let mut tasks = Tasks::new(cancel.clone());
        let begun = vec![request(&mut tasks, 3_600_000), timer(&mut tasks, 3_600_000)];
        let (waited, ()) = tokio::join!(tasks.wait(10), async {
            tokio::time::sleep(Duration::from_millis(5)).await;
            cancel.cancel();
        });
        assert_eq!(waited, Ok(begun.clone()));
        assert_eq!(tasks.take_http(begun[0]).unwrap().unwrap_err(), Fault::cancelled());
        let late = request(&mut tasks, 1);
        assert_eq!(tasks.wait(10).await, Ok(vec![late]));
        assert_eq!(tasks.take_http(late).unwrap().unwrap_err(), Fault::cancelled());
    }

    #[tokio::test(start_paused = true)]
    async fn responses_that_nobody_takes_are_dropped_beyond_their_limit() {
        let mut tasks = Tasks::new(Cancel::new());
        let tickets: Vec<_> =
            (0..5).map(|_| tasks.begin_done(Done::Http(response(MAX_UNTAKEN_BYTES / 4))).unwrap()).collect();
        tasks.wait(10).await.unwrap();
        let kept = tickets.iter().filter(|ticket| tasks.take_http(**ticket).unwrap().is_ok()).count();
        assert_eq!((kept, tasks.n_untaken_bytes), (4, 0));
    }

    #[tokio::test(start_paused = true)]
    async fn only_requests_count_towards_what_may_be_outstanding() {
        let cancel = Cancel::new();
        let mut tasks = Tasks::new(cancel.clone());
        for delay_ms in 1..MAX_OUTSTANDING {
            timer(&mut tasks, 3_600_000);
            request(&mut tasks, u64::try_from(delay_ms).unwrap());
        }
        timer(&mut tasks, 3_600_000);
        assert!(!tasks.is_full());
        request(&mut tasks, 3_600_000);
        assert!(tasks.is_full());
        tasks.wait(1).await.unwrap();
        assert!(!tasks.is_full());
        cancel.cancel();
        tasks.wait(1).await.unwrap();
        assert_eq!(tasks.n_requests, 0);
    }

    #[tokio::test(start_paused = true)]
    async fn a_guest_that_takes_nothing_is_stopped() {
        let mut tasks = Tasks::new(Cancel::new());
        for _ in 0..MAX_UNTAKEN {
            tasks.begin_done(Done::Http(response(0))).unwrap();
        }
        let error = tasks.begin_done(Done::Timer).unwrap_err();
        assert!(matches!(error, GuestError::BrokeContract { .. }), "{error}");
    }
}
