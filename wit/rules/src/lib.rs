//! What both halves of the contract must say alike: connectors, hosts and the tests between them.
//!
//! Each rule that stands in `wit/*.wit` and can be decided without a source or a platform is decided here, once. Other
//! languages pass `wit/vectors`, the same cases as JSON.
//!
//! Pure, and not here: what only one half decides. How a source is read is a connector's; how many people may leave
//! while nobody looks is a host's.

pub mod bounds;
pub mod clearing;
pub mod counters;
pub mod document;
pub mod emptied;
pub mod identity;
pub mod inventory;
pub mod key;
pub mod nesting;
pub mod object;
pub mod placement;
pub mod reach;
pub mod reading;
pub mod refusal;
pub mod register;
pub mod request;
pub mod sealed;
pub mod storage;
pub mod vocabulary;

mod codes;

#[cfg(test)]
mod vectors;
