//! Randomness that keeps no secret: to spread what would come together, and to tell one thing from another.

use std::hash::{BuildHasher, RandomState};

/// Any number.
pub(crate) fn random() -> u64 {
    // Each of them has keys of its own.
    RandomState::new().hash_one(0_u8)
}
