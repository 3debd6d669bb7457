//! The sources that this program knows: followed, waiting for an administrator, or broken.
//!
//! Each topic has a module: `configured` is what an administrator wants, `trust` where its secrets may go, `kept` where it is
//! kept, `registry` what is done with it, `differences` what a change is written down as, `asking` what a person asks of a
//! source, `checks` the checklist, `standing` how a source stands, `shelf` the connectors; `form` and `pages` are what is seen.
//! Not here: how a source is followed; the host knows.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::Router;
use rollcall_host::follow::{FollowOptions, Follower, Schedule};
use rollcall_host::grant::Origin as WebOrigin;
use rollcall_host::model::{Diagnosis, SourceName};
use rollcall_host::source::Source;
use serde::Serialize;

use crate::console::{Console, ConsoleError};
use crate::pulse::Told;
use crate::scim::ScimFace;

pub(crate) mod asking;
pub(crate) mod checks;
pub(crate) mod complaints;
pub(crate) mod configured;
pub(crate) mod differences;
pub(crate) mod kept;
pub(crate) mod registry;
pub(crate) mod shelf;
pub(crate) mod standing;
pub(crate) mod trust;

mod form;
pub(crate) mod input;
mod pages;
mod schema;
mod words;

use asking::UnderWay;
use checks::Checks;
use configured::Outline;
use shelf::Shelf;
use trust::Cleared;

pub(crate) fn routes() -> Router<Console> {
    pages::routes()
}

/// Sources by name.
#[derive(Debug)]
pub(crate) struct Sources {
    entries: RwLock<BTreeMap<SourceName, Entry>>,
    shelf: Shelf,
    checks: Checks,
    under_way: UnderWay,
    /// Held by whoever adds, changes or removes a source.
    changing: tokio::sync::Mutex<()>,
}

/// A source, however it stands.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// It is followed.
    Followed(Arc<Known>),
    /// It could be, and an administrator has still to say so.
    Idle(Arc<Idle>),
    /// It cannot be.
    Broken(Arc<Broken>),
}

/// A source that is followed.
#[derive(Debug)]
pub(crate) struct Known {
    pub(crate) source: Source,
    pub(crate) schedule: Option<Schedule>,
    pub(crate) follower: Follower,
    /// How its people are told over SCIM.
    pub(crate) face: ScimFace,
    /// None for a source of a file.
    pub(crate) outline: Option<Outline>,
}

/// A source of the console that nothing is done with by itself.
#[derive(Debug)]
pub(crate) struct Idle {
    pub(crate) source: Source,
    /// What its settings lead to and no administrator has confirmed; where there is something, it can do nothing.
    pub(crate) unconfirmed: Vec<WebOrigin>,
    pub(crate) outline: Outline,
}

/// A source of the console that cannot be used.
#[derive(Clone, Debug)]
pub(crate) struct Broken {
    pub(crate) name: SourceName,
    pub(crate) diagnosis: Diagnosis,
    /// None when what was kept cannot be read.
    pub(crate) outline: Option<Outline>,
    /// The secrets that it waits for.
    pub(crate) cleared: Vec<Cleared>,
}

/// Where a source is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
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

impl Entry {
    pub(crate) fn name(&self) -> &SourceName {
        match self {
            Self::Followed(known) => known.name(),
            Self::Idle(idle) => idle.source.name(),
            Self::Broken(broken) => &broken.name,
        }
    }

    /// Where it is configured.
    pub(crate) fn origin(&self) -> Origin {
        match self {
            Self::Followed(known) if known.outline.is_none() => Origin::File,
            Self::Followed(_) | Self::Idle(_) | Self::Broken(_) => Origin::Console,
        }
    }

    /// What is shown of its configuration, if that is the console's and can be read.
    pub(crate) fn outline(&self) -> Option<&Outline> {
        match self {
            Self::Followed(known) => known.outline.as_ref(),
            Self::Idle(idle) => Some(&idle.outline),
            Self::Broken(broken) => broken.outline.as_ref(),
        }
    }

    /// How its people are told over SCIM; in the usual way if what was kept cannot be read.
    pub(crate) fn face(&self) -> ScimFace {
        match self {
            Self::Followed(known) => known.face,
            Self::Idle(idle) => idle.outline.face,
            Self::Broken(broken) => broken.outline.as_ref().map(|outline| outline.face).unwrap_or_default(),
        }
    }

    /// The source, unless it is broken.
    pub(crate) fn source(&self) -> Option<&Source> {
        match self {
            Self::Followed(known) => Some(&known.source),
            Self::Idle(idle) => Some(&idle.source),
            Self::Broken(_) => None,
        }
    }
}

impl Sources {
    pub(crate) fn new(shelf: Shelf) -> Self {
        let (entries, changing) = (RwLock::default(), tokio::sync::Mutex::default());
        Self { entries, shelf, checks: Checks::default(), under_way: UnderWay::default(), changing }
    }

    /// Those that are followed, in order of name.
    pub(crate) fn all(&self) -> Vec<Arc<Known>> {
        let followed = |entry: Entry| match entry {
            Entry::Followed(known) => Some(known),
            Entry::Idle(_) | Entry::Broken(_) => None,
        };
        self.entries().into_iter().filter_map(followed).collect()
    }

    /// The one with this name, if it is followed.
    pub(crate) fn named(&self, name: &SourceName) -> Option<Arc<Known>> {
        match self.entry(name)? {
            Entry::Followed(known) => Some(known),
            Entry::Idle(_) | Entry::Broken(_) => None,
        }
    }

    /// All of them, however they stand, in order of name.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).values().cloned().collect()
    }

    /// How the people of each are told over SCIM. Those of a source that is not there any more are told in the usual way.
    pub(crate) fn faces(&self) -> BTreeMap<SourceName, ScimFace> {
        self.entries().into_iter().map(|entry| (entry.name().clone(), entry.face())).collect()
    }

    /// The one with this name, however it stands.
    pub(crate) fn entry(&self, name: &SourceName) -> Option<Entry> {
        self.entries.read().unwrap_or_else(PoisonError::into_inner).get(name).cloned()
    }

    /// The connectors that a source can be made of.
    pub(crate) fn shelf(&self) -> &Shelf {
        &self.shelf
    }

    /// Begin to follow a source of a file.
    pub(crate) async fn follow(
        &self,
        console: &Console,
        source: Source,
        schedule: Option<Schedule>,
        face: ScimFace,
    ) -> Result<(), ConsoleError> {
        let name = source.name().clone();
        if self.entry(&name).is_some() {
            return Err(ConsoleError::NamedTwice { name });
        }
        let known = begin(console, source, schedule, face, None).await?;
        self.put(Entry::Followed(known));
        Ok(())
    }

    fn put(&self, entry: Entry) {
        let mut entries = self.entries.write().unwrap_or_else(PoisonError::into_inner);
        entries.insert(entry.name().clone(), entry);
    }

    fn drop_entry(&self, name: &SourceName) {
        self.entries.write().unwrap_or_else(PoisonError::into_inner).remove(name);
    }
}

async fn begin(
    console: &Console,
    source: Source,
    schedule: Option<Schedule>,
    face: ScimFace,
    outline: Option<Outline>,
) -> Result<Arc<Known>, ConsoleError> {
    let other = (console.options().observe)(source.name());
    let observer = Arc::new(Told { pulse: console.pulse().clone(), other });
    let options = FollowOptions { schedule: schedule.clone(), observer, ..FollowOptions::default() };
    let (host, inbox) = (console.host().clone(), Arc::clone(console.store()));
    let follower = Follower::start(host, inbox, source.clone(), options).await?;
    Ok(Arc::new(Known { source, schedule, follower, face, outline }))
}
