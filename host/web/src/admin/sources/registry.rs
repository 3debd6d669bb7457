//! The sources that this program knows, by name.
//!
//! Not here: how one is changed (`changing`), what is asked of it (`asking`) and checked (`checking`).

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use rollcall_host::follow::Schedule;
use rollcall_host::model::SourceName;
use rollcall_host::source::Source;

use super::checks::Checks;
use super::entry::{KnownSource, SourceEntry};
use super::following::begin;
use super::shelf::Shelf;
use super::under_way::UnderWay;
use crate::error::ConsoleError;
use crate::face::ScimFace;
use crate::services::Services;

/// Sources by name, and what is under way with them. Clones are the same ones.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    services: Services,
    pub(super) state: Arc<RegistryState>,
}

/// What is known of sources in memory.
#[derive(Debug)]
pub(super) struct RegistryState {
    entries: RwLock<BTreeMap<SourceName, SourceEntry>>,
    pub(super) shelf: Shelf,
    pub(super) checks: Checks,
    pub(super) under_way: UnderWay,
    /// Held by whoever adds, changes or removes a source.
    pub(super) changing: tokio::sync::Mutex<()>,
}

impl Sources {
    pub(crate) fn new(services: Services, shelf: Shelf) -> Self {
        let (entries, changing) = (RwLock::default(), tokio::sync::Mutex::default());
        let (checks, under_way) = (Checks::default(), UnderWay::default());
        Self { services, state: Arc::new(RegistryState { entries, shelf, checks, under_way, changing }) }
    }

    /// What they work with.
    pub(crate) fn services(&self) -> &Services {
        &self.services
    }

    /// Those that are followed, in order of name.
    pub(crate) fn all(&self) -> Vec<Arc<KnownSource>> {
        let followed = |entry: SourceEntry| match entry {
            SourceEntry::Followed(known) => Some(known),
            SourceEntry::Idle(_) | SourceEntry::Broken(_) => None,
        };
        self.entries().into_iter().filter_map(followed).collect()
    }

    /// The one with this name, if it is followed.
    pub(crate) fn named(&self, name: &SourceName) -> Option<Arc<KnownSource>> {
        match self.entry(name)? {
            SourceEntry::Followed(known) => Some(known),
            SourceEntry::Idle(_) | SourceEntry::Broken(_) => None,
        }
    }

    /// All of them, however they stand, in order of name.
    pub(crate) fn entries(&self) -> Vec<SourceEntry> {
        self.state.entries.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// How the people of each are told over SCIM. Those of a source that is not there any more are told in the usual way.
    pub(crate) fn faces(&self) -> BTreeMap<SourceName, ScimFace> {
        self.entries().into_iter().map(|entry| (entry.name().clone(), entry.face())).collect()
    }

    /// The one with this name, however it stands.
    pub(crate) fn entry(&self, name: &SourceName) -> Option<SourceEntry> {
        self.state.entries.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The connectors that a source can be made of.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.state.shelf
    }

    /// Begin to follow a source of a file.
    pub(crate) async fn follow(
        &self,
        source: Source,
        schedule: Option<Schedule>,
        face: ScimFace,
    ) -> Result<(), ConsoleError> {
        let name = source.name().clone();
        if self.entry(&name).is_some() {
            return Err(ConsoleError::NamedTwice { name });
        }
        let known = begin(&self.services, source, schedule, face, None).await?;
        self.put(SourceEntry::Followed(known));
        Ok(())
    }

    pub(super) fn put(&self, entry: SourceEntry) {
        let mut entries = self.state.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.insert(entry.name().clone(), entry);
    }

    pub(super) fn drop_entry(&self, name: &SourceName) {
        self.state.entries.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}
