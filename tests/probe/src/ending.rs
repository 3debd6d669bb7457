//! What must end the call of the connector, one call each: whoever runs the probe looks that the call failed, and that the
//! host goes on.

use crate::Stand;
use crate::limits::{ENDLESS_STEPS, GREEDY_BYTES};
use crate::reading::{covered_nothing, put_large};
use rollcall_kit::model::{CheckStatus, Diagnosis, Failure, Finding, Progress, Scope};
use rollcall_kit::ports::Area;
use rollcall_rules::bounds::{MAX_CROSSING_BYTES, MAX_UNTAKEN};
use rollcall_rules::reach::Export;
use std::hint::black_box;

/// The last words of the one that dies with some: the failure of its call must quote them.
pub const WORDS: &str = "the probe ends itself on purpose";

/// The code of whatever a host lets go on.
const WENT_ON: &str = "probe-went-on";

/// What must end the call.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    /// A stable name in kebab-case: the setting `probe`.
    pub name: &'static str,
    /// In which function of the connector.
    pub within: Export,
    /// Where that stands: a file of the contract, and what in it.
    pub stands_at: &'static str,
    /// What the contract says, as a sentence without a full stop.
    pub says: &'static str,
    attempt: fn(&Stand<'_>),
}

impl Ending {
    /// Do it in `check` or `validate`; what a host that goes on is told.
    #[must_use]
    pub fn went_on(&self, stand: &Stand<'_>) -> Diagnosis {
        (self.attempt)(stand);
        let what = format!("{}; but the host went on", self.says);
        Diagnosis::new(WENT_ON, what.clone(), what).fact("stands-at", self.stands_at)
    }

    pub(crate) fn go(&self, stand: &Stand<'_>) -> Finding {
        Finding { check: self.name.to_owned(), status: CheckStatus::Failed, diagnosis: self.went_on(stand) }
    }

    pub(crate) fn fail(&self, stand: &Stand<'_>) -> Failure {
        Failure::Other(self.went_on(stand))
    }
}

/// Everything that must end a call.
#[must_use]
pub fn endings() -> Vec<Ending> {
    ENDINGS.to_vec()
}

/// The one of this name.
pub(crate) fn named(name: &str) -> Option<Ending> {
    ENDINGS.into_iter().find(|ending| ending.name == name)
}

/// An ending by what the table of reach says.
const fn out_of_reach(name: &'static str, within: Export, attempt: fn(&Stand<'_>)) -> Ending {
    Ending {
        name,
        within,
        stands_at: "README.md, Which function may use what",
        says: "a call that uses what its function may not is ended",
        attempt,
    }
}

const ENDINGS: [Ending; 18] = [
    out_of_reach("timer-in-validate", Export::Validate, |stand| {
        stand.host.begin_timer(0);
    }),
    out_of_reach("request-in-validate", Export::Validate, |stand| drop(stand.host.begin_http(Vec::new()))),
    out_of_reach("storage-in-validate", Export::Validate, |stand| {
        drop(stand.host.storage_get(Area::Memory, &[]));
    }),
    out_of_reach("inventory-in-check", Export::Check, |stand| {
        drop(stand.host.list_inventory("User", None, 1));
    }),
    out_of_reach("apply-in-check", Export::Check, |stand| {
        stand.host.begin_apply(Vec::new());
    }),
    out_of_reach("entries-in-check", Export::Check, |stand| drop(stand.host.record_entries(Vec::new()))),
    out_of_reach("progress-in-check", Export::Check, |stand| {
        stand.host.report(Progress { phase: "checking".to_owned(), done: 0, total: None });
    }),
    out_of_reach("close-in-refresh", Export::Refresh, |stand| {
        drop(stand.host.open_reading(&Scope::whole()));
        drop(stand.host.close_reading(covered_nothing()));
    }),
    out_of_reach("checkpoint-in-refresh", Export::Refresh, |stand| {
        drop(stand.host.save_checkpoint("", Vec::new()));
    }),
    out_of_reach("removals-in-refresh", Export::Refresh, |stand| drop(stand.host.remove_missing(Vec::new()))),
    Ending {
        name: "large-crossing",
        within: Export::Sync,
        stands_at: "directory.wit, begin-apply; README.md, Bounds",
        says: "a call that hands over more than 64 MiB at once is ended",
        attempt: |stand| {
            stand.host.begin_apply(vec![put_large(MAX_CROSSING_BYTES)]);
        },
    },
    Ending {
        name: "untaken-tickets",
        within: Export::Sync,
        stands_at: "http-client.wit, take",
        says: "a call with more than 4096 tickets untaken or outstanding is ended",
        attempt: |stand| {
            for _ in 0..=MAX_UNTAKEN {
                stand.host.begin_timer(3_600_000);
            }
        },
    },
    Ending {
        name: "endless-loop",
        within: Export::Sync,
        stands_at: "docs/embedding.md, Run code of a stranger",
        says: "a connector that computes for ever is ended",
        attempt: endless_loop,
    },
    Ending {
        name: "memory",
        within: Export::Sync,
        stands_at: "docs/embedding.md, Run code of a stranger",
        says: "a connector that takes memory without end is ended",
        attempt: |_| {
            let mut hoard: Vec<Vec<u8>> = Vec::new();
            (0..GREEDY_BYTES >> 20).for_each(|_| hoard.push(black_box(vec![1; 1 << 20])));
            black_box(hoard);
        },
    },
    Ending {
        name: "recursion",
        within: Export::Sync,
        stands_at: "docs/embedding.md, Run code of a stranger",
        says: "a connector that calls itself without end is ended",
        attempt: |_| {
            black_box(recurse(0));
        },
    },
    Ending {
        name: "last-words",
        within: Export::Sync,
        stands_at: "host.wit, log",
        says: "where a call ends in a trap the failure quotes its last words",
        attempt: dies,
    },
    Ending {
        name: "last-words-in-check",
        within: Export::Check,
        stands_at: "host.wit, log",
        says: "where a call ends in a trap the failure quotes its last words",
        attempt: dies,
    },
    Ending {
        name: "exit",
        within: Export::Sync,
        stands_at: "docs/embedding.md, Defaults that break a promise in silence",
        says: "a connector that ends its process ends its call and nothing else",
        attempt: |_| std::process::exit(3),
    },
];

/// Without a call of the host, which some take for a pause.
fn endless_loop(_stand: &Stand<'_>) {
    let mut n = 0_u64;
    while n < ENDLESS_STEPS {
        n = black_box(n + 1);
    }
}

#[expect(clippy::panic, reason = "a panic is one of the things a host must survive")]
fn dies(_stand: &Stand<'_>) {
    panic!("{WORDS}")
}

#[expect(unconditional_recursion, reason = "this is what it is for")]
fn recurse(depth: u64) -> u64 {
    let frame = black_box([depth; 64]);
    recurse(depth + 1) + frame.iter().sum::<u64>()
}
