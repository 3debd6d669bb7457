//! Every bound of the kit, with its unit and its reason.

use rollcall_rules::bounds;

/// What the contract states.
pub use rollcall_rules::bounds::{MAX_EVENT_SUBJECTS, MAX_SUBJECT_NAME_BYTES, MAX_TIMER_MS};

/// How many clearings pass by themselves.
pub use rollcall_rules::emptied::{CLEARING_FLOOR, CLEARING_SHARE_PERCENT};

/// Requests that a connector keeps outstanding at most.
///
/// Why: where a source takes 60 requests a second and half a second for an answer, 30 are in flight; the host allows 256.
pub const MAX_REQUESTS_IN_FLIGHT: usize = 32;

/// Changes in one `begin-apply`.
///
/// Why: the contract allows 1000; half of that keeps a transaction and its copy across the boundary small.
pub const APPLY_BATCH: usize = 500;

/// Batches that may be on their way to the platform before the reading waits for the oldest.
///
/// Why: enough to keep the store busy, few enough that a slow store slows the reading instead of filling memory.
pub const MAX_BATCHES_IN_FLIGHT: usize = 4;

/// Milliseconds that a change waits for others before its batch is sent all the same.
///
/// Why: someone is watching; a second is what "arrives as it is read" means to them.
pub const APPLY_DELAY_MS: u64 = 1_000;

/// Items of the inventory asked for at once.
///
/// Source: the contract's maximum.
pub const INVENTORY_PAGE: u32 = bounds::MAX_INVENTORY_PAGE;

/// Keys whose items of the inventory are asked for at once.
///
/// Source: the contract's maximum, `directory.find`.
pub const FIND_BATCH: usize = bounds::MAX_FIND_KEYS;

/// Entries gathered before they are recorded.
///
/// Why: a call for each would make a run with thousands of them slow.
pub const ENTRY_BATCH: usize = 100;

/// Absent objects that are asked about at the same time.
///
/// Why: as many as requests in flight.
pub const MAX_LOOKUPS_IN_FLIGHT: usize = MAX_REQUESTS_IN_FLIGHT;

/// Objects that are held and cannot be seen, or are not understood, of which each gets an entry of its own.
///
/// Why: a page of a log; of a whole company out of sight, each run would write a line for everybody.
pub const MAX_HIDDEN_TOLD: usize = 20;

/// Objects at most that one reading asks about because others name them and nothing has brought them.
///
/// Why: half a minute at 32 a second. A source of which more is named than read is wrong as a whole, and says so without them.
pub const MAX_REFERENCES_ASKED: usize = 1_000;

/// Objects at most that wait for one that they name.
///
/// Why: 2 KiB each make 100 MB, which a component has. Whoever comes after that is put at once: without
/// what it hangs in, and naming whom it names.
pub const MAX_WAITING: usize = 50_000;

/// References that lead nowhere of which each gets an entry of its own.
///
/// Why: a page of a log; a department that is gone may be named by everybody who was in it.
pub const MAX_REFERENCES_TOLD: usize = 20;

/// Attempts at one request, the first included, where the source does not say how long to wait.
///
/// Why: sources advise 3 to 5; with 1-2-4-8 s between them the last is 15 s after the first.
pub const MAX_ATTEMPTS: u32 = 5;

/// Milliseconds before the second attempt; it doubles from there.
///
/// Why: sources count their limits by the second.
pub const FIRST_BACKOFF_MS: u64 = 1_000;

/// Milliseconds between two attempts at most, unless the source asked for more.
///
/// Why: longer than that and a person is better served by a clear failure.
pub const MAX_BACKOFF_MS: u64 = 60_000;

/// Milliseconds that one request may wait in all because the source says how long, whatever the number of attempts.
///
/// 5 min. Why: a limit that is counted by the minute passes within it, and a source that blocks for longer is better asked by
/// the next run: this one holds its source.
pub const MAX_TOLD_WAIT_MS: u64 = 300_000;

/// Optional attributes of one resource type at most.
///
/// Why: they are the bits of a `u32`.
pub const MAX_OPTIONAL: usize = 32;

/// Bytes of the evidence of a removal at most.
///
/// Source: the contract, `model.removal.evidence`.
pub const MAX_EVIDENCE_BYTES: usize = bounds::MAX_EVIDENCE_BYTES;

/// Roots and single objects of a scope at most.
///
/// Source: the contract, `directory.scope.parts`.
pub const MAX_SCOPE_PARTS: usize = bounds::MAX_SCOPE_PARTS;

/// Lists of which a reading says whether they were read to their end, at most.
///
/// Source: the contract, `directory.coverage.containers`.
pub const MAX_CONTAINERS: usize = bounds::MAX_CONTAINERS;

/// Objects of one call of `directory.propose-clearings` at most.
///
/// Source: the contract, `directory.clearing.keys`.
pub const CLEARING_BATCH: usize = bounds::MAX_CLEARING_KEYS;

/// Random bytes that a host gives at once, at most.
///
/// Source: the contract, `host.random`.
pub const MAX_RANDOM_BYTES: u32 = bounds::MAX_RANDOM_BYTES;
