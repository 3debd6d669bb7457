//! A lock that outlives a panic.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic while the lock was held has rolled its transaction back, so what is behind the lock is whole.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
