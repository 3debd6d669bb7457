//! How whoever starts a run wants it: whether it is dry, who watches it, what stops it, how much may leave.
//!
//! Not here: what it does (`run`).

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;

use crate::cancel::Cancel;
use crate::history::Trigger;
use crate::observe::{Observer, Unobserved};

/// How a run is made.
#[derive(Clone)]
pub struct RunOptions {
    /// Why it starts.
    pub trigger: Trigger,
    /// Whether it only records what it would do.
    pub dry_run: bool,
    /// Who watches it.
    pub observer: Arc<dyn Observer>,
    /// What stops it.
    pub cancel: Cancel,
    /// How long to wait for the source when another run has it, before that is an error.
    pub wait: Duration,
    /// What may leave beyond what is usual.
    pub removals: Removals,
    /// Whether a person is at it, so that what the source wrote in earlier runs does not end this one. Not for what starts
    /// runs by itself.
    pub attended: bool,
}

/// What may leave beyond what is usual, as whoever starts a run says before anybody has seen it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Removals {
    /// Nothing: what is too much waits for a person.
    #[default]
    Weigh,
    /// Up to so many objects in all. A full run that would remove more is weighed as ever.
    AtMost(u64),
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            trigger: Trigger::Manual,
            dry_run: false,
            observer: Arc::new(Unobserved),
            cancel: Cancel::new(),
            wait: Duration::ZERO,
            removals: Removals::default(),
            attended: false,
        }
    }
}

impl fmt::Debug for RunOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunOptions")
            .field("trigger", &self.trigger)
            .field("dry_run", &self.dry_run)
            .field("wait", &self.wait)
            .field("removals", &self.removals)
            .field("attended", &self.attended)
            .finish_non_exhaustive()
    }
}
