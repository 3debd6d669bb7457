//! The executor: ordinary `async fn` over the one place where a connector waits. It has no threads and no clock of its
//! own; tasks are what `futures-util` makes of them inside one future.

use crate::codes;
use crate::limits::{ENTRY_BATCH, MAX_SCOPE_PARTS, MAX_SUBJECT_NAME_BYTES, MAX_TIMER_MS};
use crate::model::{Change, Diagnosis, Entry, Failure, Outcome, Progress, Scope, clipped};
use crate::ports::{Fault, FaultKind, Host, LogLevel, Request, Response, Ticket};
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context as TaskContext, Poll, Wake, Waker};

/// How many tickets one `wait` may name.
///
/// Why: as many as may be outstanding; more would never be used.
const WAIT_MAX: u32 = 256;

/// A connector's access to its host for one call: cheap to clone, single-threaded.
#[derive(Clone)]
pub struct Context {
    inner: Rc<Inner>,
}

struct Inner {
    host: Rc<dyn Host>,
    waiting: RefCell<BTreeMap<Ticket, PendingCalls>>,
    entries: RefCell<Vec<Entry>>,
    n_requests: Cell<u64>,
    was_answered: Cell<bool>,
    /// Why the run's log could not be written.
    unrecorded: RefCell<Option<Diagnosis>>,
}

enum PendingCalls {
    For(Option<Waker>),
    Ready,
}

impl fmt::Debug for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("outstanding", &self.inner.waiting.borrow().len())
            .finish_non_exhaustive()
    }
}

impl Context {
    /// A context over a host's capabilities.
    #[must_use]
    pub fn new(host: Rc<dyn Host>) -> Self {
        let inner = Inner {
            host,
            waiting: RefCell::default(),
            entries: RefCell::default(),
            n_requests: Cell::new(0),
            was_answered: Cell::new(false),
            unrecorded: RefCell::default(),
        };
        Self { inner: Rc::new(inner) }
    }

    /// The capabilities that do not wait.
    #[must_use]
    pub fn host(&self) -> &dyn Host {
        &*self.inner.host
    }

    /// Now, in milliseconds since 1970 UTC.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.inner.host.now_ms()
    }

    /// How many requests have been begun.
    #[must_use]
    pub fn n_requests(&self) -> u64 {
        self.inner.n_requests.get()
    }

    /// Whether any request of this call was ever answered, whatever was said.
    #[must_use]
    pub fn was_answered(&self) -> bool {
        self.inner.was_answered.get()
    }

    /// Run a future to its end, waiting where it waits.
    ///
    /// # Errors
    /// [`Failure::Other`] when the future waits for something that nobody has begun: a mistake in the connector.
    /// [`Failure::Host`] when the run's log could not be written: a run that cannot be told of ends.
    pub fn block_on<F: Future>(&self, future: F) -> Result<F::Output, Failure> {
        let flag = Arc::new(Flag(AtomicBool::new(true)));
        let waker = Waker::from(Arc::clone(&flag));
        let mut task = TaskContext::from_waker(&waker);
        let mut future = pin!(future);
        loop {
            if flag.0.swap(false, Ordering::Relaxed)
                && let Poll::Ready(output) = future.as_mut().poll(&mut task)
            {
                self.flush_entries();
                return self.recorded().map(|()| output);
            }
            self.recorded()?;
            if flag.0.load(Ordering::Relaxed) {
                continue;
            }
            let ready = self.inner.host.wait(WAIT_MAX);
            if ready.is_empty() {
                self.flush_entries();
                return Err(Failure::Other(stalled()));
            }
            for ticket in ready {
                self.wake(ticket);
            }
        }
    }

    /// Send a request and wait for its response.
    ///
    /// # Errors
    /// When no response came back.
    pub async fn http(&self, request: Request) -> Result<Response, Fault> {
        self.inner.n_requests.set(self.inner.n_requests.get().saturating_add(1));
        let tickets = self.inner.host.begin_http(vec![request]);
        let Some(&ticket) = tickets.first() else { return Err(no_result()) };
        self.ready(ticket).await;
        let answer = self.inner.host.take_http(&[ticket]).pop().unwrap_or_else(|| Err(no_result()));
        self.inner.was_answered.set(self.inner.was_answered.get() || answer.is_ok());
        answer
    }

    /// The source asked for fewer requests: the host counts it, and lets none of this bucket leave for so many milliseconds,
    /// whoever begins it. Whether the one that was refused is tried again is said by `Attempt` as ever.
    pub fn throttled(&self, bucket: Option<&str>, wait_ms: u64) {
        self.inner.host.throttled(bucket, u32::try_from(wait_ms).unwrap_or(u32::MAX));
    }

    /// Say with what view the source is read from here on: the host holds what is only out of its sight. A full reading says it
    /// by [`Reading::open`](crate::Reading::open); where single objects are looked up, say it before the first answer that
    /// depends on it, and again when it turns out to be another. Of a longer list of parts as many are told as the contract
    /// carries.
    ///
    /// # Errors
    /// [`Failure::Host`] when the host refuses it.
    pub fn tell_scope(&self, mut scope: Scope) -> Result<(), Failure> {
        scope.parts.sort();
        scope.parts.dedup();
        scope.parts.truncate(MAX_SCOPE_PARTS);
        self.inner.host.open_reading(&scope).map_err(Failure::Host)
    }

    /// Wait for this many milliseconds.
    pub async fn sleep(&self, delay_ms: u64) {
        let mut left_ms = delay_ms;
        loop {
            let timer_ms = left_ms.min(MAX_TIMER_MS);
            let ticket = self.inner.host.begin_timer(u32::try_from(timer_ms).unwrap_or(u32::MAX));
            self.ready(ticket).await;
            left_ms -= timer_ms;
            if left_ms == 0 {
                return;
            }
        }
    }

    /// Apply changes; they are on their way before this returns, and the future yields an outcome for each.
    ///
    /// # Errors
    /// When the platform's store fails: then it is unknown which were applied.
    pub fn apply(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<Vec<Outcome>, Diagnosis>> + use<> {
        let ticket = self.inner.host.begin_apply(changes);
        let ready = self.ready(ticket);
        let host = Rc::clone(&self.inner.host);
        async move {
            ready.await;
            host.take_applied(ticket)
        }
    }

    /// Add to the run's log.
    pub fn record(&self, mut entry: Entry) {
        entry.subject_name = entry.subject_name.map(|name| clipped(name, MAX_SUBJECT_NAME_BYTES));
        self.inner.entries.borrow_mut().push(entry);
        if ENTRY_BATCH <= self.inner.entries.borrow().len() {
            self.flush_entries();
        }
    }

    /// Show progress.
    pub fn report(&self, phase: &str, done: u64, total: Option<u64>) {
        self.inner.host.report(Progress { phase: phase.to_owned(), done, total });
    }

    /// A line for whoever runs the host; an administrator reads what was [recorded](Self::record).
    pub fn log(&self, level: LogLevel, message: &str) {
        self.inner.host.log(level, message);
    }

    /// A random number.
    #[must_use]
    pub fn random(&self) -> u64 {
        let bytes = self.inner.host.random(8);
        bytes.iter().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn flush_entries(&self) {
        let entries = std::mem::take(&mut *self.inner.entries.borrow_mut());
        if !entries.is_empty()
            && let Err(why) = self.inner.host.record_entries(entries)
        {
            self.inner.unrecorded.borrow_mut().get_or_insert(why);
        }
    }

    fn recorded(&self) -> Result<(), Failure> {
        self.inner.unrecorded.borrow().clone().map_or(Ok(()), |why| Err(Failure::Host(why)))
    }

    fn ready(&self, ticket: Ticket) -> Ready {
        self.inner.waiting.borrow_mut().insert(ticket, PendingCalls::For(None));
        Ready { ticket, inner: Rc::clone(&self.inner) }
    }

    fn wake(&self, ticket: Ticket) {
        // A ticket that nobody waits for belongs to a future that was dropped.
        if let Some(waiting) = self.inner.waiting.borrow_mut().get_mut(&ticket)
            && let PendingCalls::For(Some(waker)) = std::mem::replace(waiting, PendingCalls::Ready)
        {
            waker.wake();
        }
    }
}

struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

struct Ready {
    ticket: Ticket,
    inner: Rc<Inner>,
}

impl Future for Ready {
    type Output = ();

    fn poll(self: Pin<&mut Self>, task: &mut TaskContext<'_>) -> Poll<()> {
        let mut waiting = self.inner.waiting.borrow_mut();
        match waiting.get_mut(&self.ticket) {
            Some(PendingCalls::For(waker)) => {
                *waker = Some(task.waker().clone());
                Poll::Pending
            }
            Some(PendingCalls::Ready) | None => {
                waiting.remove(&self.ticket);
                Poll::Ready(())
            }
        }
    }
}

impl Drop for Ready {
    fn drop(&mut self) {
        self.inner.waiting.borrow_mut().remove(&self.ticket);
    }
}

fn stalled() -> Diagnosis {
    codes::connector_stalled()
}

fn no_result() -> Fault {
    let diagnosis = codes::host_answered_nothing();
    Fault { kind: FaultKind::Other, diagnosis }
}

#[cfg(test)]
mod tests;
