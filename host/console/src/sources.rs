//! The sources that this program follows.
//!
//! Not here: how one is followed; the host knows.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use rollcall_host::follow::{FollowOptions, Follower, Schedule};
use rollcall_host::model::SourceName;
use rollcall_host::source::Source;

use crate::console::{Console, ConsoleError};
use crate::pulse::Told;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}

/// Sources by name.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    known: RwLock<BTreeMap<SourceName, Arc<Known>>>,
}

/// A source that is followed.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) source: Source,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) follower: Follower,
    pub(crate) origin: Origin,
}

/// Where a source is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In a file that was named when the program began; it is changed there.
    File,
    /// In the console.
    Console,
}

impl Known {
    pub(crate) fn name(&self) -> &SourceName {
        self.source.name()
    }
}

impl Sources {
    /// All of them, in order of name.
    pub(crate) fn all(&self) -> Vec<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// The one with this name.
    pub(crate) fn named(&self, name: &SourceName) -> Option<Arc<Known>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// Begin to follow a source.
    pub(crate) async fn follow(
        &self,
        console: &Console,
        source: Source,
        schedule: Option<Schedule>,
        origin: Origin,
    ) -> Result<(), ConsoleError> {
        let name = source.name().clone();
        if self.named(&name).is_some() {
            return Err(ConsoleError::NamedTwice { name });
        }
        let other = (console.options().observe)(&name);
        let observer = Arc::new(Told { pulse: console.pulse().clone(), other });
        let options = FollowOptions { schedule: schedule.clone(), observer, ..FollowOptions::default() };
        let (host, inbox) = (console.host().clone(), Arc::clone(console.store()));
        let follower = Follower::start(host, inbox, source.clone(), options).await?;
        let known = Arc::new(Known { source, schedule, follower, origin });
        self.known.write().unwrap_or_else(PoisonError::into_inner).insert(name, known);
        Ok(())
    }
}
