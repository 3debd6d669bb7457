//! Brings the platform in line: checks, loads, merges, compares, writes and counts, one batch after the other.
//!
//! The only door to the directory's writing side. Not here: how documents merge (`merge`), where they are kept
//! (`directory`), how a connector gets here (`capabilities::directory`).

mod check;
mod clear;
mod decline;
mod hold;
mod identity;
mod ledger;
mod parts;
mod plan;
mod prove;
mod reading;
mod retire;
pub(crate) mod scope;
mod undo;
mod volume;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use rollcall_rules::object;
use rollcall_rules::vocabulary::resource_type::DEPARTMENT;
use serde::{Deserialize, Serialize};

pub(crate) use self::clear::Clearing;
use self::clear::Waiting;
use self::hold::Allowances;
pub use self::identity::Identities;
pub(crate) use self::identity::{Attributes, Replacement};
pub(crate) use self::ledger::Ledger;
use self::parts::in_parts;
use self::reading::Reading;
pub(crate) use self::reading::{Checkpoint, Statement};
use self::volume::Volume;
pub(crate) use self::volume::refused;
pub(crate) use self::worker::{Worker, WorkerHandle};
use crate::cancel::Cancel;
use crate::clearing::Approved;
use crate::decision::Declined;
use crate::directory::{Action, Directory, Held, Stored, Write};
use crate::error::StoreError;
use crate::guard::Scales;
use crate::history::ChangeRecord;
use crate::limits::MAX_STORED_AT_ONCE;
use crate::model::proof::Fates;
use crate::model::{Diagnosis, Entry, Key, RunId, Severity, SourceName};
use crate::recorder::Recorder;
use crate::refusal;

/// An object as a connector hands it over, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Object {
    pub(crate) key: Key,
    pub(crate) version: String,
    /// JSON, not parsed yet.
    pub(crate) document: String,
}

/// An object that left the source, as a connector hands it over, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Departure {
    pub(crate) key: Key,
    pub(crate) witness: String,
}

/// One difference between source and platform.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Put(Object),
    Delete(Departure),
}

/// What became of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Outcome {
    Applied,
    Rejected(Diagnosis),
    /// It waits for a person. Where many wait for one reason, only the first of them repeat it.
    Held(Option<Diagnosis>),
}

/// What becomes of a person who left. Anything else that left is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DepartedUsers {
    /// Kept, with `active` false.
    #[default]
    Deactivate,
    /// Removed.
    Delete,
}

/// Which way something may leave the platform.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// A full run: only by `remove_missing`, after everything was read.
    Full,
    /// Some objects, each of which was asked about.
    Some,
}

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
    pub(crate) extent: Extent,
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
    pub(crate) known_scopes: scope::Known,
    /// Used once the run has written as much as it may: its connector is ended then.
    pub(crate) overrun: Cancel,
}

/// The directory's writing side, for one run.
pub(crate) struct Apply {
    destination: Destination,
    ledger: Ledger,
    allowances: Allowances,
    reading: Reading,
    waiting: Waiting,
    changed: identity::Changed,
    compared: scope::Compared,
    fates: Fates,
    volume: Volume,
    answered: decline::Answered,
}

impl Apply {
    pub(crate) fn new(destination: Destination) -> Self {
        Self {
            destination,
            ledger: Ledger::default(),
            allowances: Allowances::default(),
            reading: Reading::default(),
            waiting: Waiting::default(),
            changed: identity::Changed::default(),
            compared: scope::Compared::default(),
            fates: Fates::default(),
            volume: Volume::default(),
            answered: decline::Answered::default(),
        }
    }

    pub(crate) fn into_ledger(self) -> Ledger {
        self.ledger
    }

    /// Decide about what waited for the end, and tell what waits for a person, now that nothing more comes. `is_whole` says
    /// that everything was read.
    pub(crate) async fn finish(mut self, is_whole: bool) -> Ledger {
        self.conclude_identities(is_whole).await;
        self.conclude_scope().await;
        self.conclude_declined(is_whole).await;
        self.prove(is_whole).await;
        if !is_whole {
            // Where it cannot be recorded, the ledger says so already.
            let _recorded = self.tell_coverage().await;
        }
        if let Err(error) =
            self.destination.recorder.entries_always(&self.waiting.entries(self.destination.extent)).await
        {
            self.failed(&error);
        }
        self.ledger
    }

    /// Objects that came or were there, each once.
    pub(crate) fn counted(&self) -> u64 {
        self.ledger.counters().read
    }

    /// Apply changes: one outcome a change. Those of one object are applied in order; of different objects, those that
    /// leave come last, people before departments and children before parents.
    ///
    /// An error means that the platform's store failed and it is unknown which were applied, or that the run has written as much
    /// as it may.
    pub(crate) async fn changes(&mut self, changes: Vec<Change>) -> Result<Vec<Outcome>, Diagnosis> {
        object::check_changes(changes.len())?;
        let mut outcomes = Vec::with_capacity(changes.len());
        for part in in_parts(changes) {
            if let Some(failure) = self.ledger.overrun() {
                return Err(failure.diagnosis.clone());
            }
            let (places, part): (Vec<usize>, Vec<Change>) = part.into_iter().unzip();
            outcomes
                .extend(places.into_iter().zip(self.group(part).await.map_err(|error| self.failed(&error))?));
        }
        if let Some(failure) = self.ledger.overrun() {
            return Err(failure.diagnosis.clone());
        }
        outcomes.sort_unstable_by_key(|(place, _)| *place);
        Ok(outcomes.into_iter().map(|(_, outcome)| outcome).collect())
    }

    /// Changes of different objects, which can be loaded and stored together. Nothing comes of them where the run would write
    /// more than it may.
    async fn group(&mut self, changes: Vec<Change>) -> Result<Vec<Outcome>, StoreError> {
        let checked: Vec<_> = changes.into_iter().map(|change| self.check(change)).collect();
        let keys: Vec<Key> = checked.iter().filter_map(|check| check.as_ref().ok()).map(key_of).collect();
        let mut held = self.load(&keys).await?.into_iter();
        let mut planned = Vec::with_capacity(checked.len());
        for check in checked {
            planned.push(match check {
                Ok(change) => {
                    Planned { key: key_of(&change), step: self.step(held.next().flatten(), change) }
                }
                Err(refused) => refused,
            });
        }
        self.hold_unseen(&mut planned).await?;
        self.keep_declined(&mut planned);
        self.hold_excess(&mut planned).await?;
        self.hold_replacements(&mut planned).await?;
        if let Some(failure) = self.overrun(&planned).await? {
            self.ledger.overran(failure);
            self.destination.overrun.cancel();
            return Ok(Vec::new());
        }
        let keys: Vec<Key> = planned.iter().map(|planned| planned.key.clone()).collect();
        let order = retire::departures_last(&planned, &self.destination.resource_types);
        // A replacement is two writes.
        let has_replacements = planned.iter().any(|planned| matches!(planned.step, Step::Replace(_)));
        let n_at_once = if has_replacements { MAX_STORED_AT_ONCE / 2 } else { MAX_STORED_AT_ONCE };
        let outcomes = self.carry_out_in(order, planned, n_at_once).await?;
        if keys.iter().any(|key| key.resource_type == DEPARTMENT) {
            self.departments_changed();
        }
        self.applied(&keys, &outcomes);
        Ok(outcomes)
    }

    fn check(&self, change: Change) -> Result<check::Checked, Planned> {
        let types = &self.destination.resource_types;
        match change {
            Change::Put(object) => {
                let key = object.key.clone();
                let room = self.ledger.check_room(&key);
                let checked = room.and_then(|()| check::object(object, types)).map(check::Checked::Put);
                checked.map_err(|why| Planned { key, step: Step::Refuse(Kind::Put, why) })
            }
            Change::Delete(departure) => {
                let key = departure.key.clone();
                let checked = match self.destination.extent {
                    Extent::Full => Err(object::removed_while_reading((&key).into()).into()),
                    Extent::Some => check::departure(departure, types).map(check::Checked::Delete),
                };
                checked.map_err(|why| Planned { key, step: Step::Refuse(Kind::Departure, why) })
            }
        }
    }

    fn step(&mut self, held: Option<Held>, change: check::Checked) -> Step<Write> {
        match change {
            check::Checked::Put(incoming) => self.put(held, incoming),
            check::Checked::Delete(departure) => self.departure(held, departure),
        }
    }

    fn departure(&self, held: Option<Held>, departure: Departure) -> Step<Write> {
        let write = plan::departure(held, departure, self.destination.departed_users);
        write.map_or(Step::Nothing(Kind::Departure), Step::Write)
    }

    /// Store what is to be stored, count everything, record what is to be recorded.
    ///
    /// An error means that nothing was stored. What was stored and cannot be recorded stays stored, so it is counted
    /// and the run is told apart.
    async fn carry_out(&mut self, planned: Vec<Planned>) -> Result<Vec<Outcome>, StoreError> {
        let Split { tallies, writes, held } = split(planned);
        let stored = self.store(&writes).await?;
        let mut records = self.records(&writes, &stored);
        records.extend(held);
        let (outcomes, entries) = self.tally(tallies, stored);
        self.record(records, entries).await;
        Ok(outcomes)
    }

    async fn record(&mut self, records: Vec<ChangeRecord>, entries: Vec<Entry>) {
        let recorder = Arc::clone(&self.destination.recorder);
        recorder.count(*self.ledger.counters());
        for recorded in [recorder.changes(records).await, recorder.entries(entries).await] {
            if let Err(error) = recorded {
                self.failed(&error);
            }
        }
    }

    fn tally(&mut self, tallies: Vec<Tally>, stored: Vec<Stored>) -> (Vec<Outcome>, Vec<Entry>) {
        let mut stored = stored.into_iter();
        let (mut outcomes, mut entries) = (Vec::with_capacity(tallies.len()), Vec::new());
        for Tally { key, step } in tallies {
            let outcome = self.outcome(&key, step, &mut stored);
            if let Outcome::Rejected(why) | Outcome::Held(Some(why)) = &outcome {
                entries.push(refusal_entry(Some(key), why.clone()));
            }
            outcomes.push(outcome);
        }
        (outcomes, entries)
    }

    fn outcome(
        &mut self,
        key: &Key,
        step: Step<Action>,
        stored: &mut impl Iterator<Item = Stored>,
    ) -> Outcome {
        match step {
            Step::Nothing(kind) => {
                self.ledger.nothing_to_do(kind, key);
                Outcome::Applied
            }
            Step::Refuse(kind, why) => {
                self.refused(kind, key, &why);
                Outcome::Rejected(why)
            }
            Step::Hold(_, why) => {
                self.ledger.held(1);
                self.fates.kept(key, &why.code);
                Outcome::Held(Some(*why))
            }
            Step::HoldUnseen { write: action, why, .. } => {
                match Kind::of(action) {
                    Kind::Departure => {
                        self.ledger.held(1);
                        self.fates.kept(key, &why.code);
                    }
                    Kind::Put => {
                        self.ledger.held_updates(1);
                        self.ledger.left_waiting(key);
                    }
                }
                Outcome::Held(None)
            }
            Step::HoldReplacement { .. } => {
                self.ledger.held(1);
                self.ledger.left_waiting(key);
                Outcome::Held(None)
            }
            Step::Wait => {
                self.ledger.left_waiting(key);
                Outcome::Held(None)
            }
            Step::Decline(kind) => self.declined(kind, key),
            Step::Replace(replacement) => self.replaced(key, &replacement, [stored.next(), stored.next()]),
            Step::Write(action) => match stored.next() {
                Some(Stored::Refused(why)) => {
                    self.refused(Kind::of(action), key, &why);
                    Outcome::Rejected(why)
                }
                Some(Stored::Written) | None => {
                    self.ledger.written(key, action);
                    if Kind::of(action) == Kind::Departure {
                        self.fates.removed(key);
                    }
                    Outcome::Applied
                }
            },
        }
    }

    pub(super) fn refused(&mut self, kind: Kind, key: &Key, why: &Diagnosis) {
        self.ledger.refused(kind, key);
        if kind == Kind::Departure {
            self.fates.kept(key, &why.code);
        }
    }

    /// What became of a replacement. A platform refuses both of its writes or neither; one that does otherwise is counted by
    /// what it did.
    fn replaced(
        &mut self,
        key: &Key,
        replacement: &Replacement<Action>,
        [left, joined]: [Option<Stored>; 2],
    ) -> Outcome {
        let Replacement { leave, join, had_left } = replacement;
        match left {
            Some(Stored::Refused(why)) => self.refused(Kind::Departure, key, &why),
            Some(Stored::Written) | None if *had_left => {}
            Some(Stored::Written) | None => {
                self.ledger.written_as_replaced(key, *leave);
                self.fates.removed(key);
            }
        }
        match joined {
            Some(Stored::Refused(why)) => {
                self.ledger.refused(Kind::Put, key);
                Outcome::Rejected(why)
            }
            Some(Stored::Written) | None => {
                self.ledger.written(key, *join);
                Outcome::Applied
            }
        }
    }

    /// The change records that the directory does not keep itself.
    fn records(&self, writes: &[Write], stored: &[Stored]) -> Vec<ChangeRecord> {
        let is_kept = self.destination.directory.records_changes();
        let record = |(write, stored): (&Write, &Stored)| match stored {
            Stored::Refused(why) => Some(ChangeRecord { refusal: Some(why.clone()), ..write.into() }),
            Stored::Written if is_kept || write.action == Action::Unchanged => None,
            Stored::Written => Some(write.into()),
        };
        writes.iter().zip(stored).filter_map(record).collect()
    }

    async fn load(&self, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let held = self.destination.directory.load(&self.destination.source, keys).await?;
        if held.len() == keys.len() { Ok(held) } else { Err(short_answer()) }
    }

    async fn store(&self, writes: &[Write]) -> Result<Vec<Stored>, StoreError> {
        if writes.is_empty() {
            return Ok(Vec::new());
        }
        let Destination { directory, source, run, .. } = &self.destination;
        let stored = directory.store(source, run, writes).await?;
        if stored.len() == writes.len() { Ok(stored) } else { Err(short_answer()) }
    }

    fn failed(&mut self, error: &StoreError) -> Diagnosis {
        let diagnosis = refusal::store(error);
        self.ledger.store_failed(diagnosis.clone());
        diagnosis
    }
}

/// Whether something came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Put,
    Departure,
}

impl Kind {
    pub(crate) fn of(action: Action) -> Self {
        match action {
            Action::Created | Action::Updated | Action::Restored | Action::Unchanged => Self::Put,
            Action::Deactivated | Action::Deleted => Self::Departure,
        }
    }
}

struct Planned {
    key: Key,
    step: Step<Write>,
}

/// The same without the documents, which are on their way to the platform.
struct Tally {
    key: Key,
    step: Step<Action>,
}

enum Step<W> {
    Write(W),
    /// The platform holds it like that already.
    Nothing(Kind),
    Refuse(Kind, Diagnosis),
    /// A departure that waits for a person.
    Hold(W, Box<Diagnosis>),
    /// What the source may only not show any more, which waits for a person.
    HoldUnseen {
        write: W,
        why: Box<Diagnosis>,
        /// Whether it gets a change record of its own.
        is_recorded: bool,
    },
    /// Who was there leaves, and somebody else comes under the same key.
    Replace(Box<Replacement<W>>),
    /// That waits for a person.
    HoldReplacement {
        replacement: Box<Replacement<W>>,
        why: Box<Diagnosis>,
        /// Whether it gets change records of its own.
        is_recorded: bool,
    },
    /// A person said that it stays as it is.
    Decline(Kind),
    /// That waits for the end of the reading, or for what becomes of an earlier one of the same key.
    Wait,
}

impl Planned {
    fn write(&self) -> Option<&Write> {
        match &self.step {
            Step::Write(write) => Some(write),
            Step::Nothing(_)
            | Step::Refuse(..)
            | Step::Hold(..)
            | Step::HoldUnseen { .. }
            | Step::Replace(_)
            | Step::HoldReplacement { .. }
            | Step::Decline(_)
            | Step::Wait => None,
        }
    }
}

/// What is to be counted, what is to be stored, and what is only to be recorded.
struct Split {
    tallies: Vec<Tally>,
    writes: Vec<Write>,
    held: Vec<ChangeRecord>,
}

fn split(planned: Vec<Planned>) -> Split {
    let (mut tallies, mut writes) = (Vec::with_capacity(planned.len()), Vec::with_capacity(planned.len()));
    let mut held = Vec::new();
    for Planned { key, step } in planned {
        let step = match step {
            Step::Nothing(kind) => Step::Nothing(kind),
            Step::Refuse(kind, why) => Step::Refuse(kind, why),
            Step::Hold(write, why) => {
                held.push(ChangeRecord { refusal: Some((*why).clone()), ..(&write).into() });
                Step::Hold(write.action, why)
            }
            Step::HoldUnseen { write, why, is_recorded } => {
                if is_recorded {
                    held.push(ChangeRecord { refusal: Some((*why).clone()), ..(&write).into() });
                }
                Step::HoldUnseen { write: write.action, why, is_recorded }
            }
            Step::Write(write) => {
                let action = write.action;
                writes.push(write);
                Step::Write(action)
            }
            Step::Replace(replacement) => {
                let actions = replacement.actions();
                writes.extend([replacement.leave, replacement.join]);
                Step::Replace(Box::new(actions))
            }
            Step::HoldReplacement { replacement, why, is_recorded } => {
                let record = |write| ChangeRecord { refusal: Some((*why).clone()), ..write };
                if is_recorded {
                    held.extend([&replacement.leave, &replacement.join].map(|write| record(write.into())));
                }
                Step::HoldReplacement { replacement: Box::new(replacement.actions()), why, is_recorded }
            }
            Step::Decline(kind) => Step::Decline(kind),
            Step::Wait => Step::Wait,
        };
        tallies.push(Tally { key, step });
    }
    Split { tallies, writes, held }
}

fn key_of(change: &check::Checked) -> Key {
    match change {
        check::Checked::Put(incoming) => incoming.key.clone(),
        check::Checked::Delete(departure) => departure.key.clone(),
    }
}

fn refusal_entry(subject: Option<Key>, diagnosis: Diagnosis) -> Entry {
    Entry { severity: Severity::Error, subject, subject_name: None, diagnosis }
}

fn short_answer() -> StoreError {
    StoreError::message("directory did not answer for each object")
}
