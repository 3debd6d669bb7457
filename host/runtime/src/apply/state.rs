//! What one run knows while its changes are applied: where they go, and what was found of them so far.
//!
//! Not here: what is done with it; each step beside this file has its part of [`Apply`].

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rollcall_rules::clearing;
use rollcall_rules::reading::Stage;

use super::change::RunExtent;
use super::identity::Changed;
use super::ledger::Ledger;
use super::policy::{Attributes, DepartedUsers, Identities};
use super::scope::{Compared, EarlierScopes};
use super::volume::Volume;
use crate::cancel::Cancel;
use crate::clearing::{Approved, ClearedAttribute};
use crate::decision::{Declined, Matter};
use crate::directory::Directory;
use crate::guard::Scales;
use crate::model::proof::Fates;
use crate::model::{Counts, Coverage, Diagnosis, Entry, RunId, SourceName};
use crate::recorder::Recorder;

/// Where the changes of one run go.
#[derive(Clone)]
pub(crate) struct Destination {
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) recorder: Arc<Recorder>,
    pub(crate) source: SourceName,
    pub(crate) run: RunId,
    /// Parents first.
    pub(crate) resource_types: Vec<String>,
    pub(crate) departed_users: DepartedUsers,
    pub(crate) extent: RunExtent,
    /// What weighs departures; none where nothing leaves by itself: in a call that is no run, and where a run is undone, which
    /// was weighed before.
    pub(crate) scales: Option<Scales>,
    /// What people declined.
    pub(crate) declined: Arc<Declined>,
    /// The clearings that a person started the run to approve.
    pub(crate) approved: Approved,
    /// By which attributes it is told who stands behind a key, where that is known.
    pub(crate) identity_attributes: Attributes,
    /// What a person has answered about keys that belong to somebody else now.
    pub(crate) identities: Identities,
    /// With what views the run's own is compared.
    pub(crate) known_scopes: EarlierScopes,
    /// Used once the run has written as much as it may: its connector is ended then.
    pub(crate) overrun: Cancel,
}

/// The directory's writing side, for one run.
pub(crate) struct Apply {
    pub(super) destination: Destination,
    pub(super) ledger: Ledger,
    pub(super) allowances: Allowances,
    pub(super) reading: ReadingState,
    pub(super) waiting: HeldClearings,
    pub(super) changed: Changed,
    pub(super) compared: Compared,
    pub(super) fates: Fates,
    pub(super) volume: Volume,
    pub(super) answered: Answered,
}

impl Apply {
    pub(crate) fn new(destination: Destination) -> Self {
        Self {
            destination,
            ledger: Ledger::default(),
            allowances: Allowances::default(),
            reading: ReadingState::default(),
            waiting: HeldClearings::default(),
            changed: Changed::default(),
            compared: Compared::default(),
            fates: Fates::default(),
            volume: Volume::default(),
            answered: Answered::default(),
        }
    }
}

/// How much more may leave, as far as it had to be found out.
#[derive(Debug, Default)]
pub(super) struct Allowances {
    /// What left within the hour before this run. None before the first departure.
    pub(super) lately: Option<Counts>,
    /// What left within the hour, and in this run.
    pub(super) departed: Counts,
    /// Of each resource type of which more left than may always leave.
    pub(super) allowed: BTreeMap<String, u64>,
    /// How many left because whoever started the run said that so many may.
    pub(super) n_permitted: u64,
}

/// What was said of the reading of one run so far.
#[derive(Debug, Default)]
pub(super) struct ReadingState {
    pub(super) stage: Stage,
    /// What was covered, once it was closed.
    pub(super) coverage: Vec<Coverage>,
    /// What was covered, in words, until it is recorded.
    pub(super) proof: Option<Entry>,
    /// Objects that checkpoints named as read and not put.
    pub(super) n_unchanged: usize,
}

impl ReadingState {
    /// What it covered, once it was closed.
    pub(super) fn coverage(&self) -> &[Coverage] {
        &self.coverage
    }
}

/// What waits for a person of the clearings of one run.
#[derive(Debug, Default)]
pub(super) struct HeldClearings {
    pub(super) known: clearing::Attributes,
    /// Of each attribute: how many objects may have lost it, and why that is not proven.
    pub(super) attributes: BTreeMap<ClearedAttribute, (Counts, Diagnosis)>,
    pub(super) n_recorded: usize,
}

impl HeldClearings {
    /// One entry an attribute.
    pub(super) fn entries(&self, extent: RunExtent) -> Vec<Entry> {
        let entry = |(attribute, (counts, reason)): (&ClearedAttribute, &(Counts, Diagnosis))| match extent {
            RunExtent::Full => attribute.entry(counts, reason),
            RunExtent::Some => attribute.note(counts, reason),
        };
        self.attributes.iter().map(entry).collect()
    }
}

/// What this run found of what was declined.
#[derive(Debug, Default)]
pub(super) struct Answered {
    /// What the source still says.
    pub(super) met: BTreeSet<Matter>,
    /// Departures of objects that the source has again.
    pub(super) back: BTreeSet<Matter>,
}
