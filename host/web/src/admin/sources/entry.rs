//! A source as this program knows it: followed, waiting for an administrator, or broken.

use std::sync::Arc;

use rollcall_host::follow::{Follower, Schedule};
use rollcall_host::grant::Origin as WebOrigin;
use rollcall_host::model::{Diagnosis, SourceName};
use rollcall_host::source::Source;
use serde::Serialize;

use super::configured::Outline;
use super::trust::Cleared;
use crate::face::ScimFace;

/// A source, however it stands.
#[derive(Clone, Debug)]
pub(crate) enum SourceEntry {
    /// It is followed.
    Followed(Arc<KnownSource>),
    /// It could be, and an administrator has still to say so.
    Idle(Arc<Idle>),
    /// It cannot be.
    Broken(Arc<Broken>),
}

/// A source that is followed.
#[derive(Debug)]
pub(crate) struct KnownSource {
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
pub(crate) enum ConfiguredIn {
    /// In a file that was named when the program began; it is changed there.
    File,
    /// In the console.
    Console,
}

impl KnownSource {
    pub(crate) fn name(&self) -> &SourceName {
        self.source.name()
    }
}

impl SourceEntry {
    pub(crate) fn name(&self) -> &SourceName {
        match self {
            Self::Followed(known) => known.name(),
            Self::Idle(idle) => idle.source.name(),
            Self::Broken(broken) => &broken.name,
        }
    }

    /// Where it is configured.
    pub(crate) fn origin(&self) -> ConfiguredIn {
        match self {
            Self::Followed(known) if known.outline.is_none() => ConfiguredIn::File,
            Self::Followed(_) | Self::Idle(_) | Self::Broken(_) => ConfiguredIn::Console,
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
