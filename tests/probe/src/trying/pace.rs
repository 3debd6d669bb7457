//! Requests beside each other, and how often they may leave.

use crate::limits::{PATIENCE_MS, SLACK_MS};
use crate::promise::{Attempt, Trouble, broken, ensure, same};
use crate::settings::{HELD_BACK, PACED, PACED_REQUESTS, PACED_WINDOW_MS, SINGLE};
use crate::stand::{Answer, responded};
use crate::{Promise, Stand};
use rollcall_kit::ports::{Request, Ticket};
use serde_json::Value;

pub(crate) const PROMISES: [Promise; 8] = [
    Promise {
        name: "begin-does-not-wait",
        stands_at: "http-client.wit, begin; tasks.wit, wait",
        says: "`begin` gives its tickets at once: what takes longer is named later",
        attempt: begin_does_not_wait,
    },
    Promise {
        name: "requests-run-together",
        stands_at: "README.md, One call of sync",
        says: "requests are under way beside each other",
        attempt: requests_run_together,
    },
    Promise {
        name: "rate-limit",
        stands_at: "identity-source.wit, rate-limit",
        says: "no more requests of a bucket leave in a window than the plan says, over all calls of a source",
        attempt: rate_limit,
    },
    Promise {
        name: "bucket-waits-alone",
        stands_at: "http-client.wit, http-request.bucket",
        says: "a request waits for its own bucket and for no other",
        attempt: bucket_waits_alone,
    },
    Promise {
        name: "unknown-bucket",
        stands_at: "http-client.wit, http-request.bucket",
        says: "a request of a bucket that the plan does not limit is sent",
        attempt: |stand| {
            let request = stand.get("/echo")?.bucket("unknown");
            same("its status", &responded(in_time(stand, request)?)?.status, &200)
        },
    },
    Promise {
        name: "throttled-holds",
        stands_at: "http-client.wit, throttled",
        says: "no request of a bucket leaves for as long as `throttled` says",
        attempt: throttled_holds,
    },
    Promise {
        name: "throttled-holds-what-was-begun",
        stands_at: "http-client.wit, throttled",
        says: "what was begun and waits for its turn is held back, too",
        attempt: throttled_holds_what_was_begun,
    },
    Promise {
        name: "throttled-without-a-limit",
        stands_at: "http-client.wit, throttled",
        says: "without a bucket, or with one that the plan does not limit, nothing is held back",
        attempt: throttled_without_a_limit,
    },
];

fn begin_does_not_wait(stand: &Stand<'_>) -> Attempt {
    let slow = stand.begin_all(vec![stand.get("/slow?ms=3000")?])?;
    let timer = stand.host.begin_timer(50);
    let named = stand.wait_for(&slow)?;
    stand.take_all(&slow)?;
    same("what was named first beside an answer after 3 s", &named.first(), &Some(&timer))
}

fn requests_run_together(stand: &Stand<'_>) -> Attempt {
    // One after the other they take half as long again as anybody waits.
    let slow = stand.get(&format!("/slow?ms={}", PATIENCE_MS / 8))?;
    let late = stand.host.begin_timer(PATIENCE_MS);
    let tickets = stand.begin_all(vec![slow; 12])?;
    let named = stand.wait_for(&tickets)?;
    for answer in stand.take_all(&tickets)? {
        responded(answer)?;
    }
    ensure(!named.contains(&late), || {
        format!("12 answers of {} ms each took {PATIENCE_MS} ms", PATIENCE_MS / 8)
    })
}

/// By what arrived, of this call and of all before it.
fn rate_limit(stand: &Stand<'_>) -> Attempt {
    let request = arriving(stand, PACED)?;
    for answer in stand.ask_all(vec![request; 5])? {
        responded(answer)?;
    }
    let arrived = arrivals(stand, PACED)?;
    ensure(5 <= arrived.len(), || format!("of 5 requests {} arrived", arrived.len()))?;
    let window_ms = u64::from(PACED_WINDOW_MS) - SLACK_MS;
    let n_within = usize::try_from(PACED_REQUESTS).unwrap_or(usize::MAX);
    let closest_ms =
        arrived.windows(n_within + 1).filter_map(|some| Some(some.last()?.abs_diff(*some.first()?))).min();
    ensure(closest_ms.is_some_and(|closest_ms| window_ms <= closest_ms), || {
        format!("{} arrived within {} ms", n_within + 1, closest_ms.unwrap_or_default())
    })
}

fn bucket_waits_alone(stand: &Stand<'_>) -> Attempt {
    // The first fills the bucket for a second; the others wait.
    let waiting = stand.begin_all(vec![arriving(stand, SINGLE)?; 3])?;
    let free = stand.begin_all(vec![stand.get("/echo")?])?;
    let named = stand.wait_for(&[waiting.clone(), free.clone()].concat())?;
    stand.take_all(&[waiting.clone(), free.clone()].concat())?;
    let place = |tickets: &[Ticket]| named.iter().position(|ticket| tickets.last() == Some(ticket));
    ensure(place(&free) < place(&waiting), || "a request without a bucket waited for those of one".to_owned())
}

fn throttled_holds(stand: &Stand<'_>) -> Attempt {
    let held = hold(stand, HELD_BACK, 1500)?;
    responded(stand.ask(arriving(stand, HELD_BACK)?)?)?;
    held.look(stand)
}

fn throttled_holds_what_was_begun(stand: &Stand<'_>) -> Attempt {
    let tickets = stand.begin_all(vec![arriving(stand, SINGLE)?; 3])?;
    // One of them has left, and the others wait for their turn.
    let mut named = stand.host.wait(1);
    let held = hold(stand, SINGLE, 2500)?;
    named.retain(|ticket| tickets.contains(ticket));
    let waiting: Vec<Ticket> = tickets.iter().copied().filter(|ticket| !named.contains(ticket)).collect();
    stand.wait_for(&waiting)?;
    for answer in stand.take_all(&tickets)? {
        responded(answer)?;
    }
    held.look(stand)
}

fn throttled_without_a_limit(stand: &Stand<'_>) -> Attempt {
    stand.host.throttled(None, 3_600_000);
    stand.host.throttled(Some("unknown"), 3_600_000);
    for request in [stand.get("/echo")?, stand.get("/echo")?.bucket("unknown")] {
        responded(in_time(stand, request)?)?;
    }
    Ok(())
}

/// A request of a bucket whose arrival the peer writes down, for this source alone.
fn arriving(stand: &Stand<'_>, bucket: &str) -> Result<Request, Trouble> {
    Ok(stand.get(&format!("/arrive?key={bucket}"))?.bucket(bucket))
}

/// When requests of a bucket arrived, in milliseconds.
fn arrivals(stand: &Stand<'_>, bucket: &str) -> Result<Vec<u64>, Trouble> {
    let told = stand.json(&format!("/arrivals?key={bucket}"))?;
    Ok(told.as_array().into_iter().flatten().filter_map(Value::as_u64).collect())
}

/// A bucket that is held back, by the peer's clock.
struct HeldBack {
    bucket: &'static str,
    /// Before the host was told.
    before_ms: u64,
    /// After it was.
    after_ms: u64,
    hold_ms: u32,
}

fn hold(stand: &Stand<'_>, bucket: &'static str, hold_ms: u32) -> Result<HeldBack, Trouble> {
    let before_ms = peer_now(stand)?;
    stand.host.throttled(Some(bucket), hold_ms);
    Ok(HeldBack { bucket, before_ms, after_ms: peer_now(stand)?, hold_ms })
}

impl HeldBack {
    /// Nothing of it may have arrived too early. What was on its way when the host was told does not count.
    fn look(&self, stand: &Stand<'_>) -> Attempt {
        let until_ms = self.before_ms + u64::from(self.hold_ms);
        let arrived = arrivals(stand, self.bucket)?;
        let mut later = arrived.into_iter().filter(|at_ms| self.after_ms + SLACK_MS < *at_ms);
        match later.next() {
            Some(first_ms) => ensure(until_ms <= first_ms + SLACK_MS, || {
                format!("a request of the bucket arrived {} ms too early", until_ms - first_ms)
            }),
            None => broken("all requests of the bucket had arrived at once"),
        }
    }
}

fn peer_now(stand: &Stand<'_>) -> Result<u64, Trouble> {
    Ok(stand.json("/now")?.as_u64().unwrap_or_default())
}

/// What becomes of a request that nothing holds back.
fn in_time(stand: &Stand<'_>, request: Request) -> Result<Answer, Trouble> {
    let late = stand.host.begin_timer(PATIENCE_MS);
    let tickets = stand.begin_all(vec![request])?;
    let mut named = Vec::new();
    while !named.contains(&late) && !tickets.iter().all(|ticket| named.contains(ticket)) {
        let ready = stand.host.wait(1);
        ensure(!ready.is_empty(), || "`wait` named nothing while something was outstanding".to_owned())?;
        named.extend(ready);
    }
    ensure(tickets.iter().all(|ticket| named.contains(ticket)), || {
        format!("a request was held back for more than {PATIENCE_MS} ms")
    })?;
    stand.take_all(&tickets)?.pop().ok_or_else(|| Trouble::Broken("a ticket has no result".to_owned()))
}
