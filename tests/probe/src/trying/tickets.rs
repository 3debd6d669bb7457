//! Tickets of requests: each a piece of work of its own, taken once, in the order asked.

use crate::promise::{Attempt, Trouble, ensure, same};
use crate::stand::{Answer, must_fail, outcome_of, responded};
use crate::{Promise, Stand};
use rollcall_kit::ports::{FaultKind, Ticket};
use rollcall_rules::bounds::MAX_OUTSTANDING;
use std::collections::BTreeSet;

pub(crate) const PROMISES: [Promise; 8] = [
    Promise {
        name: "tickets-are-new",
        stands_at: "tasks.wit, ticket",
        says: "a ticket is never used again within a call, whatever it is of",
        attempt: tickets_are_new,
    },
    Promise {
        name: "forged-tickets",
        stands_at: "http-client.wit, take",
        says: "a ticket that was never given gives the fault `other`",
        attempt: forged_tickets,
    },
    Promise {
        name: "taken-once",
        stands_at: "http-client.wit, take",
        says: "a response is taken once, and the second time is the fault `other`",
        attempt: taken_once,
    },
    Promise {
        name: "taken-when-ready",
        stands_at: "http-client.wit, take",
        says: "a ticket that `wait` has not named gives the fault `other`, and its response later all the same",
        attempt: taken_when_ready,
    },
    Promise {
        name: "a-timer-is-no-response",
        stands_at: "http-client.wit, take; tasks.wit, begin-timer",
        says: "the ticket of a timer gives the fault `other`",
        attempt: a_timer_is_no_response,
    },
    Promise {
        name: "taken-in-order",
        stands_at: "http-client.wit, take",
        says: "results come in the order asked, whichever was ready first",
        attempt: taken_in_order,
    },
    Promise {
        name: "begin-bound",
        stands_at: "http-client.wit, begin",
        says: "of more than 256 requests in a call each beyond gets the fault `other`, and the others are sent",
        attempt: begin_bound,
    },
    Promise {
        name: "outstanding-bound",
        stands_at: "http-client.wit, begin",
        says: "a request beyond 256 outstanding gets the fault `other`, and one is sent again once they are over",
        attempt: outstanding_bound,
    },
];

fn tickets_are_new(stand: &Stand<'_>) -> Attempt {
    let mut seen = BTreeSet::new();
    for round in 0..3 {
        let mut tickets: Vec<Ticket> = (0..100).map(|_| stand.host.begin_timer(0)).collect();
        if let Ok(request) = stand.get("/echo") {
            tickets.extend(stand.begin_all(vec![request])?);
        }
        for ticket in &tickets {
            ensure(seen.insert(*ticket), || {
                format!("ticket {ticket} was given again in round {}", round + 1)
            })?;
        }
        stand.wait_for(&tickets)?;
        // The timers' tickets are over by now; the response's is not.
        stand.host.take_http(tickets.last().map_or(&[], std::slice::from_ref));
    }
    Ok(())
}

fn forged_tickets(stand: &Stand<'_>) -> Attempt {
    let answers = stand.take_all(&[u32::MAX, u32::MAX - 1, 1 << 31])?;
    answers.iter().try_for_each(|answer| must_fail("one", answer, FaultKind::Other))
}

fn taken_once(stand: &Stand<'_>) -> Attempt {
    let tickets = stand.begin_all(vec![stand.get("/echo")?])?;
    stand.wait_for(&tickets)?;
    let first = only(stand.take_all(&tickets)?)?;
    responded(first)?;
    must_fail("the second time", &only(stand.take_all(&tickets)?)?, FaultKind::Other)?;
    // The same ticket twice in one call.
    let tickets = stand.begin_all(vec![stand.get("/echo")?])?;
    stand.wait_for(&tickets)?;
    let twice = stand.take_all(&tickets.repeat(2))?;
    let n_responses = twice.iter().filter(|answer| answer.is_ok()).count();
    same("how many responses one ticket gave when it was asked for twice at once", &n_responses, &1)
}

fn taken_when_ready(stand: &Stand<'_>) -> Attempt {
    let tickets = stand.begin_all(vec![stand.get("/slow?ms=500")?])?;
    must_fail("one", &only(stand.take_all(&tickets)?)?, FaultKind::Other)?;
    stand.wait_for(&tickets)?;
    responded(only(stand.take_all(&tickets)?)?).map(drop)
}

fn a_timer_is_no_response(stand: &Stand<'_>) -> Attempt {
    let timer = stand.host.begin_timer(0);
    stand.wait_for(&[timer])?;
    must_fail("one", &only(stand.take_all(&[timer])?)?, FaultKind::Other)
}

fn taken_in_order(stand: &Stand<'_>) -> Attempt {
    let slow = |ms: u32| stand.get(&format!("/slow?ms={ms}&as={ms}"));
    let tickets = stand.begin_all(vec![slow(400)?, slow(0)?, slow(200)?])?;
    stand.wait_for(&tickets)?;
    let mut asked = tickets;
    asked.rotate_left(1);
    let answers = stand.take_all(&asked)?;
    let bodies: Vec<String> = answers
        .into_iter()
        .map(|answer| {
            responded(answer).map(|response| String::from_utf8_lossy(response.body.as_bytes()).into_owned())
        })
        .collect::<Result<_, _>>()?;
    same(
        "what came for the second, the third and the first",
        &bodies,
        &["0", "200", "400"].map(str::to_owned).to_vec(),
    )
}

fn begin_bound(stand: &Stand<'_>) -> Attempt {
    let answers = stand.ask_all(vec![stand.get("/echo")?; MAX_OUTSTANDING + 2])?;
    let (within, beyond) = answers.split_at(MAX_OUTSTANDING);
    all_sent("of 258 in one call", within)?;
    beyond.iter().try_for_each(|answer| must_fail("one beyond 256 in a call", answer, FaultKind::Other))
}

fn outstanding_bound(stand: &Stand<'_>) -> Attempt {
    let slow = stand.get("/slow?ms=1500")?;
    let first = stand.begin_all(vec![slow.clone(); MAX_OUTSTANDING / 2])?;
    let second = stand.begin_all(vec![slow; MAX_OUTSTANDING / 2])?;
    let beyond = stand.begin_all(vec![stand.get("/echo")?])?;
    let tickets = [first, second, beyond].concat();
    stand.wait_for(&tickets)?;
    let answers = stand.take_all(&tickets)?;
    let (within, beyond) = answers.split_at(MAX_OUTSTANDING);
    beyond.iter().try_for_each(|answer| must_fail("the 257th outstanding", answer, FaultKind::Other))?;
    all_sent("of 256 outstanding", within)?;
    responded(stand.ask(stand.get("/echo")?)?).map(drop)
}

fn all_sent(which: &str, answers: &[Answer]) -> Attempt {
    let failed = answers.iter().find(|answer| answer.is_err());
    ensure(failed.is_none(), || {
        format!("one {which} came to {}", failed.map_or_else(String::new, outcome_of))
    })
}

fn only(mut answers: Vec<Answer>) -> Result<Answer, Trouble> {
    answers.pop().ok_or_else(|| Trouble::Broken("a ticket has no result".to_owned()))
}
