//! How long attempts wait, and how far they go.

/// Beyond this nobody takes an answer for prompt.
///
/// 20 s, in milliseconds. Why: a busy machine that runs an interpreter takes seconds, and hosts that work one after the other
/// take longer than this for what is tried.
pub const PATIENCE_MS: u32 = 20_000;

/// By how much two clocks, or one that is rounded, may differ.
///
/// 100 ms. Why: a request that left in time may arrive so much sooner or later than the one before it.
pub const SLACK_MS: u64 = 100;

/// By how much the clocks of two programs on one machine may differ.
///
/// 60 s, in milliseconds. Why: enough for a host in a container, and far less than a clock that stands still is off.
pub const CLOCK_SLACK_MS: u64 = 60_000;

/// How much memory a greedy connector takes before it says that nobody stopped it.
///
/// 3 GiB. Why: below what 32 bits address, and beyond what any host would give a connector.
pub const GREEDY_BYTES: usize = 3 << 30;

/// How many steps a connector that never pauses takes before it says that nobody stopped it.
///
/// 2^40. Why: a quarter of an hour and more, where hosts bound it by seconds; one that does not must still come to an end.
pub const ENDLESS_STEPS: u64 = 1 << 40;

/// Most tickets that are waited for at once.
///
/// 20,000 tickets. Why: a call has 4096 at most.
pub const MAX_NAMED: usize = 20_000;
