//! Merging and comparing documents: what merging means is the contract's, and how differences are shown the host's.

pub mod compare;

pub use compare::{AttributeChange, attribute_changes};
pub use rollcall_rules::document::{canonical, merge};
pub use rollcall_rules::vocabulary::attribute::TYPED as TYPED_ATTRIBUTES;

#[cfg(test)]
mod tests;
