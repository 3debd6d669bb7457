//! What answers a connector in process: the simulator's core, or something else instead of single answers.

use crate::faults::Answer;
use rollcall_dingtalk_simulator::{ApiRequest, Outcome, PeerAddress, Simulator};
use rollcall_kit::testing::Reply;
use rollcall_kit::{Body, FaultKind, Response};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Requests after which a run is taken for endless.
///
/// Why: the largest company here needs some 1500, each tried five times at most.
const MAX_REQUESTS: u64 = 20_000;

/// What may come instead of an answer: given the number of the request, from 1, and the true answer.
type Instead = Box<dyn FnMut(u64, &Answer) -> Option<Reply> + Send>;

/// A DingTalk, and what is wrong with its answers.
pub(crate) struct World {
    simulator: Mutex<Simulator>,
    instead: Mutex<Option<Instead>>,
    n_requests: AtomicU64,
}

impl World {
    pub(crate) fn new(simulator: Simulator) -> Self {
        Self { simulator: Mutex::new(simulator), instead: Mutex::default(), n_requests: AtomicU64::default() }
    }

    /// Look at the simulator, or change it.
    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Simulator) -> T) -> T {
        look(&mut lock(&self.simulator))
    }

    /// Let something else come instead of answers from now on.
    pub(crate) fn instead(&self, instead: impl FnMut(u64, &Answer) -> Option<Reply> + Send + 'static) {
        *lock(&self.instead) = Some(Box::new(instead));
    }

    /// Let every answer be true again.
    pub(crate) fn honest(&self) {
        *lock(&self.instead) = None;
    }

    /// Requests since the last call of a connector began.
    pub(crate) fn n_requests(&self) -> u64 {
        self.n_requests.load(Ordering::Relaxed)
    }

    /// Another call of a connector begins.
    pub(crate) fn begin_call(&self) {
        self.n_requests.store(0, Ordering::Relaxed);
    }

    /// What comes back for a request at this time, in milliseconds since 1970.
    pub(crate) fn answer(&self, now_ms: u64, request: &ApiRequest) -> Reply {
        let nth = self.n_requests.fetch_add(1, Ordering::Relaxed) + 1;
        assert!(nth <= MAX_REQUESTS, "a run of {nth} requests does not end");
        let reply = self.with(|simulator| simulator.respond(now_ms, PeerAddress::PROXIED, request));
        let wrong = lock(&self.instead).as_mut().and_then(|instead| {
            let text = reply.response().map(|response| response.text().into_owned()).unwrap_or_default();
            instead(nth, &Answer { path: request.path.clone(), text })
        });
        wrong.unwrap_or_else(|| kit_reply(reply))
    }
}

fn kit_reply(reply: rollcall_dingtalk_simulator::Reply) -> Reply {
    match reply.outcome {
        Outcome::Response(response) => {
            let headers = response.headers.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
            let body = String::from_utf8(response.body.to_vec())
                .map_or_else(|error| Body::Bytes(error.into_bytes()), Body::Text);
            let response = Response { status: response.status, headers: headers.collect(), body };
            Reply::After(reply.delay_ms + 1, response)
        }
        Outcome::Truncated { .. } | Outcome::Reset => Reply::Fail(FaultKind::Interrupted),
        Outcome::Hang { .. } => Reply::Hang,
    }
}

/// A panic while it was locked has failed its test already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
