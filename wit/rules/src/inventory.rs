//! What a connector asks of the inventory.

use crate::bounds::{MAX_FIND_KEYS, MAX_INVENTORY_PAGE};
use crate::refusal::{Refusal, at_most};

/// # Errors
///
/// When a page would have nothing, or more than a page may.
pub fn check_page(limit: u32) -> Result<(), Refusal> {
    if (1..=MAX_INVENTORY_PAGE).contains(&limit) {
        return Ok(());
    }
    Err(Refusal::of_request(&format!("limit {limit} must be 1 to {MAX_INVENTORY_PAGE}")))
}

/// # Errors
///
/// When more is looked up than may be at once.
pub fn check_find(n_keys: usize) -> Result<(), Refusal> {
    at_most(n_keys, MAX_FIND_KEYS, "keys", "one call")
}
