//! `host`, and what is around a program elsewhere.

use super::secrets::shown_first;
use crate::limits::{CLOCK_SLACK_MS, SLACK_MS};
use crate::promise::{Attempt, Trouble, ensure, same, untried};
use crate::{Promise, Reached, Stand, Surroundings};
use rollcall_kit::ports::LogLevel;
use rollcall_rules::bounds::MAX_RANDOM_BYTES;

pub(crate) const PROMISES: [Promise; 12] = [
    Promise {
        name: "random-bytes",
        stands_at: "host.wit, random",
        says: "random bytes differ each time",
        attempt: random_bytes,
    },
    Promise {
        name: "random-over-calls",
        stands_at: "host.wit, random",
        says: "random bytes of one call of the connector are not those of another",
        attempt: |stand| {
            let bytes = stand.host.random(16);
            shown_first(stand, "random", &bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
        },
    },
    Promise {
        name: "random-bound",
        stands_at: "host.wit, random",
        says: "a call has as many random bytes as it asks for, and at most 1024",
        attempt: |stand| {
            [(0, 0), (1, 1), (1024, 1024), (1025, 1024), (u32::MAX, 1024)].into_iter().try_for_each(
                |(asked, right)| {
                    same(
                        &format!("the number of random bytes for {asked}"),
                        &stand.host.random(asked).len(),
                        &right,
                    )
                },
            )
        },
    },
    Promise {
        name: "clock",
        stands_at: "host.wit, now-ms",
        says: "the clock tells the time, in milliseconds since 1970 UTC",
        attempt: clock,
    },
    Promise {
        name: "clock-goes-on",
        stands_at: "host.wit, now-ms",
        says: "the clock goes on within a call",
        attempt: clock_goes_on,
    },
    Promise {
        name: "long-log-lines",
        stands_at: "host.wit, log",
        says: "a line of more than 4 KiB is cut, and no failure",
        attempt: |stand| {
            stand.host.log(LogLevel::Debug, &"飞".repeat(2000));
            Ok(())
        },
    },
    Promise {
        name: "no-environment",
        stands_at: "world.wit, capabilities",
        says: "there are no variables of the environment and no arguments",
        attempt: |stand| nothing_of(stand, &[Reached::Environment, Reached::Arguments]),
    },
    Promise {
        name: "no-files",
        stands_at: "world.wit, capabilities",
        says: "there are no files and no folders",
        attempt: |stand| nothing_of(stand, &[Reached::Files]),
    },
    Promise {
        name: "no-sockets",
        stands_at: "world.wit, capabilities",
        says: "there are no sockets, and no name has an address",
        attempt: |stand| nothing_of(stand, &[Reached::Sockets]),
    },
    Promise {
        name: "no-input",
        stands_at: "world.wit, capabilities",
        says: "standard input is at its end",
        attempt: |stand| nothing_of(stand, &[Reached::Input]),
    },
    Promise {
        name: "clock-of-the-language",
        stands_at: "README.md, What it is",
        says: "the clock of a language's own library is the host's, and goes on",
        attempt: clock_of_the_language,
    },
    Promise {
        name: "seed-of-the-language",
        stands_at: "README.md, What it is",
        says: "a hash map's seed differs from call to call",
        attempt: |stand| {
            let seed = surroundings(stand)?.seed();
            shown_first(stand, "seed", &format!("{seed:016x}"))
        },
    },
];

fn random_bytes(stand: &Stand<'_>) -> Attempt {
    let (first, second) = (stand.host.random(32), stand.host.random(32));
    ensure(first != second, || "two calls gave the same 32 bytes".to_owned())?;
    let one = first.first();
    ensure(!first.iter().all(|byte| Some(byte) == one), || format!("32 bytes are all {one:?}"))?;
    let many = stand.host.random(MAX_RANDOM_BYTES);
    // Of 1024 fair bytes about 250 values occur.
    let n_values = (0..=u8::MAX).filter(|value| many.contains(value)).count();
    ensure(200 < n_values, || format!("1024 bytes have only {n_values} different values"))
}

fn clock(stand: &Stand<'_>) -> Attempt {
    let Ok(told) = stand.json("/now") else { return untried("it needs the setting `peer`") };
    let off_ms = told.as_u64().unwrap_or_default().abs_diff(stand.host.now_ms());
    ensure(off_ms <= CLOCK_SLACK_MS, || format!("it is {off_ms} ms off the peer's"))
}

fn clock_goes_on(stand: &Stand<'_>) -> Attempt {
    let before_ms = stand.host.now_ms();
    let timer = stand.host.begin_timer(500);
    stand.wait_for(&[timer])?;
    let later_ms = stand.host.now_ms();
    ensure(before_ms + 500 <= later_ms + SLACK_MS, || {
        format!("it read {before_ms} before a timer of 500 ms, and {later_ms} after it")
    })
}

fn surroundings<'s>(stand: &Stand<'s>) -> Result<&'s dyn Surroundings, Trouble> {
    stand.surroundings.map_or_else(|| untried("nobody can look around"), Ok)
}

fn nothing_of(stand: &Stand<'_>, kinds: &[Reached]) -> Attempt {
    let around = surroundings(stand)?;
    let reached: Vec<String> = kinds.iter().flat_map(|kind| around.reached(*kind)).collect();
    ensure(reached.is_empty(), || format!("the connector could {}", reached.join(", and ")))
}

fn clock_of_the_language(stand: &Stand<'_>) -> Attempt {
    let found = surroundings(stand)?;
    let off_ms = found.clock_ms().abs_diff(stand.host.now_ms());
    ensure(off_ms <= CLOCK_SLACK_MS, || format!("it is {off_ms} ms off the host's"))?;
    ensure(found.goes_on(), || "it goes back".to_owned())
}
