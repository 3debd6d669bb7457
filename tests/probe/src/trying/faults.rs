//! Which fault stands for what: a connector decides by it whether to try again.

use crate::limits::PATIENCE_MS;
use crate::promise::{Attempt, broken, ensure, same, untried};
use crate::stand::{must_fail, outcome_of};
use crate::{Promise, Stand};
use rollcall_kit::ports::{FaultKind, Request};

pub(crate) const PROMISES: [Promise; 5] = [
    Promise {
        name: "nobody-listens",
        stands_at: "http-client.wit, fault-kind.not-sent",
        says: "a request to an origin where nobody listens gets the fault `not-sent`",
        attempt: nobody_listens,
    },
    Promise {
        name: "timeout",
        stands_at: "http-client.wit, http-request.timeout-ms, fault-kind.timed-out",
        says: "a request whose time is over before the response is there gets the fault `timed-out`, then and not later",
        attempt: timeout,
    },
    Promise {
        name: "cut-response",
        stands_at: "http-client.wit, fault-kind.interrupted",
        says: "a response that ends before its end is the fault `interrupted`",
        attempt: |stand| must_fail("one", &stand.ask(stand.get("/cut")?)?, FaultKind::Interrupted),
    },
    Promise {
        name: "no-response",
        stands_at: "http-client.wit, fault-kind.interrupted",
        says: "a request that was sent and has no response gets the fault `interrupted`",
        attempt: |stand| must_fail("one", &stand.ask(stand.get("/hang-up")?)?, FaultKind::Interrupted),
    },
    Promise {
        name: "sent-once",
        stands_at: "http-client.wit, begin, fault-kind.interrupted",
        says: "a request is sent once: to try again is the connector's decision",
        attempt: sent_once,
    },
];

fn nobody_listens(stand: &Stand<'_>) -> Attempt {
    let Some(dead) = &stand.settings.dead else { return untried("it needs the setting `dead`") };
    must_fail("one", &stand.ask(Request::get(format!("{dead}/")))?, FaultKind::NotSent)
}

/// A timer beside it says whether it ended in time.
fn timeout(stand: &Stand<'_>) -> Attempt {
    let slow = stand.get(&format!("/slow?ms={}", 2 * PATIENCE_MS))?.timeout_ms(300);
    let late = stand.host.begin_timer(PATIENCE_MS);
    let tickets = stand.begin_all(vec![slow])?;
    let named = stand.wait_for(&tickets)?;
    let answers = stand.take_all(&tickets)?;
    if named.contains(&late) {
        let came_to = answers.first().map_or_else(String::new, outcome_of);
        return broken(format!("a request with 300 ms came to {came_to} after more than {PATIENCE_MS} ms"));
    }
    answers.first().map_or(Ok(()), |answer| must_fail("one", answer, FaultKind::TimedOut))
}

fn sent_once(stand: &Stand<'_>) -> Attempt {
    let n_before = stand.n_arrived("/hang-up")?;
    for method in ["GET", "POST"] {
        let request = Request { method: method.to_owned(), ..stand.get("/hang-up")? };
        let answer = stand.ask(request)?;
        ensure(answer.is_err(), || {
            format!("a {method} that nobody answers came to {}", outcome_of(&answer))
        })?;
    }
    same(
        "how many of two requests that got no response arrived",
        &(stand.n_arrived("/hang-up")? - n_before),
        &2,
    )
}
