//! `tasks`, `history` and `host`, where a host does less than it is asked for instead of refusing.

use crate::{Case, said};
use rollcall_kit::model::{Diagnosis, Entry, Severity};
use rollcall_kit::ports::LogLevel;

pub(crate) fn cases() -> Vec<Case> {
    let wait = |max: u32, expected: &str| {
        Case::new(format!("wait for {max} of 1100 tickets"), expected, move |host| {
            let _tickets: Vec<_> = (0..1100).map(|_| host.begin_timer(0)).collect();
            // So that all of them are ready, however a host counts time.
            host.begin_timer(50);
            let mut named = Vec::new();
            loop {
                match host.wait(max).len() {
                    0 => break,
                    n => named.push(n),
                }
            }
            format!(
                "{} at most, {} in all",
                named.iter().max().copied().unwrap_or_default(),
                named.iter().sum::<usize>()
            )
        })
    };
    let random = |length: u32, expected: &str| {
        Case::new(format!("ask for {length} random bytes"), expected, move |host| {
            format!("{} bytes", host.random(length).len())
        })
    };
    let record = |n: usize| {
        Case::new(format!("record {n} entries"), "accepted", move |host| {
            said(host.record_entries(vec![entry(); n]))
        })
    };
    vec![
        wait(0, "1 at most, 1101 in all"),
        wait(1, "1 at most, 1101 in all"),
        random(0, "0 bytes"),
        random(1024, "1024 bytes"),
        random(1025, "1024 bytes"),
        random(u32::MAX, "1024 bytes"),
        record(0),
        record(1000),
        record(1001),
        Case::new("wait for nothing", "0 named", |host| format!("{} named", host.wait(1).len())),
        Case::new("log a line of more than 4 KiB", "logged", |host| {
            host.log(LogLevel::Info, &"l".repeat(5000));
            "logged".to_owned()
        }),
    ]
}

fn entry() -> Entry {
    Entry::new(Severity::Info, Diagnosis::new("noted", "noted", "已记录"))
}
