//! The memory that all calls of one host may have together, and what each of them has of it.
//!
//! Not here: what one call may have (`meter`). What is counted is what a connector can make grow at will: its own memories, the
//! changes that wait for the platform, and what a preview remembers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::error::{GuestError, StoreError};

/// The memory that all calls share. Clones are the same one.
#[derive(Debug, Clone)]
pub(crate) struct Budget {
    shared: Arc<BudgetState>,
}

#[derive(Debug)]
struct BudgetState {
    limit_bytes: usize,
    used_bytes: AtomicUsize,
}

/// What one user has of a budget. Whatever it has goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Share {
    budget: Budget,
    used_bytes: AtomicUsize,
}

/// There is not so much left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Spent {
    /// What all may have together.
    limit_bytes: usize,
}

impl Budget {
    pub(crate) fn new(limit_bytes: usize) -> Self {
        Self { shared: Arc::new(BudgetState { limit_bytes, used_bytes: AtomicUsize::new(0) }) }
    }

    /// Nothing of it yet.
    pub(crate) fn share(&self) -> Share {
        Share { budget: self.clone(), used_bytes: AtomicUsize::new(0) }
    }

    fn take(&self, n_bytes: usize) -> Result<(), Spent> {
        let BudgetState { limit_bytes, used_bytes } = &*self.shared;
        let more = |used: usize| used.checked_add(n_bytes).filter(|used| used <= limit_bytes);
        let taken = used_bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        taken.map(drop).map_err(|_| Spent { limit_bytes: *limit_bytes })
    }

    fn give_back(&self, n_bytes: usize) {
        self.shared.used_bytes.fetch_sub(n_bytes, Ordering::AcqRel);
    }
}

impl Share {
    /// # Errors
    ///
    /// When less than this is left; then nothing was taken.
    pub(crate) fn grow(&self, n_bytes: usize) -> Result<(), Spent> {
        self.budget.take(n_bytes)?;
        self.used_bytes.fetch_add(n_bytes, Ordering::AcqRel);
        Ok(())
    }

    /// Give back some, at most what it has.
    pub(crate) fn shrink(&self, n_bytes: usize) {
        let less = |used: usize| Some(used.saturating_sub(n_bytes));
        let before = self.used_bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, less);
        self.budget.give_back(before.unwrap_or_default().min(n_bytes));
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.budget.give_back(*self.used_bytes.get_mut());
    }
}

impl Spent {
    /// For a guest that would have grown.
    pub(crate) fn for_guest(self) -> GuestError {
        GuestError::OutOfSharedMemory { limit_bytes: self.limit_bytes }
    }

    /// For a preview that would have remembered more.
    pub(crate) fn for_preview(self) -> StoreError {
        let limit_mib = self.limit_bytes >> 20;
        StoreError::message(format!(
            "a preview keeps what it would write in memory, and all that goes on at the same time has no more than {limit_mib} MiB"
        ))
    }

    /// What all may have together, in MiB.
    pub(crate) fn limit_mib(self) -> usize {
        self.limit_bytes >> 20
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_grow_together_up_to_the_limit_and_no_further() {
        let budget = Budget::new(100);
        let (one, other) = (budget.share(), budget.share());
        assert_eq!(one.grow(60), Ok(()));
        assert_eq!(other.grow(41), Err(Spent { limit_bytes: 100 }));
        assert_eq!(other.grow(40), Ok(()));
        assert_eq!(one.grow(1), Err(Spent { limit_bytes: 100 }));
        assert_eq!(one.grow(usize::MAX), Err(Spent { limit_bytes: 100 }));
    }

    #[test]
    fn what_is_given_back_or_dropped_is_there_for_others() {
        let budget = Budget::new(100);
        let (one, other) = (budget.share(), budget.share());
        one.grow(100).unwrap();
        one.shrink(30);
        other.grow(30).unwrap();
        drop(one);
        assert_eq!(other.grow(70), Ok(()));
    }

    #[test]
    fn nobody_gives_back_what_another_has() {
        let budget = Budget::new(100);
        let (one, other) = (budget.share(), budget.share());
        one.grow(10).unwrap();
        other.grow(80).unwrap();
        one.shrink(50);
        assert_eq!(one.grow(21), Err(Spent { limit_bytes: 100 }));
        assert_eq!(one.grow(20), Ok(()));
    }
}
