//! What is read from outside, as plain functions over bytes: settings, deliveries, frames, what sources answer.
//!
//! Each panics when something does not hold that must hold for every input. On a stable compiler they run on their seeds and
//! on what `mutate` makes of them (`cargo test --package rollcall-fuzz`); a coverage-guided fuzzer calls the
//! same functions. Not here: parsers of the host, which cannot be built without its engine; they have property tests.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "these are tests: what does not hold must stop them"
)]

pub mod mutate;
mod sealed;
mod targets;

pub use targets::{TARGETS, Target};
