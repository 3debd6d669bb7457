//! How a source is followed, as an embedder chooses.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::observe::{FollowObserver, Unfollowed};
use super::schedule::Schedule;
use crate::limits::COALESCE;

/// How a source is followed.
#[derive(Clone)]
pub struct FollowOptions {
    /// When full runs are due; none for no schedule.
    pub schedule: Option<Schedule>,
    /// Who watches.
    pub observer: Arc<dyn FollowObserver>,
    /// How long an event waits for others about the same objects.
    pub coalesce: Duration,
}

impl Default for FollowOptions {
    fn default() -> Self {
        Self { schedule: None, observer: Arc::new(Unfollowed), coalesce: COALESCE }
    }
}

impl fmt::Debug for FollowOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FollowOptions")
            .field("schedule", &self.schedule)
            .field("coalesce", &self.coalesce)
            .finish_non_exhaustive()
    }
}
