//! When something was last heard over a channel.

use std::sync::{Mutex, PoisonError};

use crate::model::Timestamp;

/// When something was last heard over the channel.
#[derive(Debug)]
pub(super) struct LastHeard(Mutex<Option<Timestamp>>);

impl LastHeard {
    pub(super) fn new(at: Option<Timestamp>) -> Self {
        Self(Mutex::new(at))
    }

    pub(super) fn get(&self) -> Option<Timestamp> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn set(&self, at: Timestamp) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(at);
    }
}
