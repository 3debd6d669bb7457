//! `tasks`: timers, and the one place to wait.

use crate::limits::SLACK_MS;
use crate::promise::{Attempt, Trouble, ensure, same};
use crate::{Promise, Stand};
use rollcall_kit::ports::Ticket;
use std::collections::BTreeSet;

pub(crate) const PROMISES: [Promise; 6] = [
    Promise {
        name: "nothing-outstanding",
        stands_at: "tasks.wit, wait",
        says: "`wait` returns an empty list at once when nothing is outstanding, and only then",
        attempt: nothing_outstanding,
    },
    Promise {
        name: "timers-in-order",
        stands_at: "tasks.wit, wait",
        says: "tickets are named in the order in which their work was done, not in that in which it was begun",
        attempt: timers_in_order,
    },
    Promise {
        name: "timers-wait",
        stands_at: "tasks.wit, begin-timer",
        says: "a timer is ready after its time and not before",
        attempt: timers_wait,
    },
    Promise {
        name: "timer-of-nothing",
        stands_at: "tasks.wit, begin-timer",
        says: "a timer of 0 milliseconds is ready, and is named like any other",
        attempt: |stand| {
            let timer = stand.host.begin_timer(0);
            same("the tickets named", &stand.wait_for(&[timer])?, &vec![timer])
        },
    },
    Promise {
        name: "wait-bound",
        stands_at: "tasks.wit, wait",
        says: "`wait` names at least one ticket and at most `max` of them: 0 counts as 1, and 1024 is the most",
        attempt: wait_bound,
    },
    Promise {
        name: "named-once",
        stands_at: "tasks.wit, wait",
        says: "each ticket is named once",
        attempt: named_once,
    },
];

fn nothing_outstanding(stand: &Stand<'_>) -> Attempt {
    stand.finish()?;
    same("what `wait` named", &stand.host.wait(1), &Vec::new())
}

fn timers_in_order(stand: &Stand<'_>) -> Attempt {
    let late = stand.host.begin_timer(900);
    let early = stand.host.begin_timer(100);
    let middle = stand.host.begin_timer(500);
    let named = stand.wait_for(&[late, early, middle])?;
    same("the order of timers of 100, 500 and 900 ms", &named, &vec![early, middle, late])
}

fn timers_wait(stand: &Stand<'_>) -> Attempt {
    for delay_ms in [50_u32, 700] {
        let before_ms = stand.host.now_ms();
        let timer = stand.host.begin_timer(delay_ms);
        stand.wait_for(&[timer])?;
        let took_ms = stand.host.now_ms().saturating_sub(before_ms);
        ensure(u64::from(delay_ms) <= took_ms + SLACK_MS, || {
            format!("a timer of {delay_ms} ms was ready after {took_ms} ms")
        })?;
    }
    Ok(())
}

/// More timers than one `wait` names, all of them ready.
fn ready_timers(stand: &Stand<'_>) -> Result<Vec<Ticket>, Trouble> {
    stand.finish()?;
    let timers: Vec<Ticket> = (0..1100).map(|_| stand.host.begin_timer(0)).collect();
    // So that all of them are ready, however a host counts time.
    let last = stand.host.begin_timer(300);
    let first = stand.host.wait(1);
    same("how many `wait` with 1 named", &first.len(), &1)?;
    let pause = stand.host.begin_timer(600);
    Ok([timers, vec![last, pause]].concat().into_iter().filter(|ticket| !first.contains(ticket)).collect())
}

fn wait_bound(stand: &Stand<'_>) -> Attempt {
    ready_timers(stand)?;
    for (max, most) in [(0, 1), (1, 1), (3, 3), (5000, 1024), (u32::MAX, 1024)] {
        let named = stand.host.wait(max);
        ensure((1..=most).contains(&named.len()), || {
            format!("`wait` with {max} named {} tickets", named.len())
        })?;
    }
    stand.finish()
}

fn named_once(stand: &Stand<'_>) -> Attempt {
    let timers = ready_timers(stand)?;
    let named = stand.wait_for(&timers)?;
    let distinct: BTreeSet<&Ticket> = named.iter().collect();
    same("how often tickets were named", &named.len(), &distinct.len())?;
    same("how many were named", &distinct.len(), &timers.len())
}
