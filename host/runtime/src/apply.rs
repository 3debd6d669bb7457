//! Brings the platform in line: checks, loads, merges, compares, writes and counts, one batch after the other.
//!
//! The only door to the directory's writing side. Not here: how documents merge (`merge`), where they are kept
//! (`directory`), how a connector gets here (`capabilities::directory`).

mod change;
mod check;
mod clear;
mod decline;
mod hold;
mod identity;
mod ledger;
mod order;
mod parts;
mod plan;
mod policy;
mod prove;
mod reading;
mod retire;
pub(crate) mod scope;
mod state;
mod step;
mod undo;
mod volume;
mod worker;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use rollcall_rules::object;
use rollcall_rules::vocabulary::resource_type::DEPARTMENT;

pub(crate) use self::change::{ApplyOutcome, Departure, DirectoryChange, Object, RunExtent};
pub(crate) use self::clear::Clearing;
pub(crate) use self::ledger::Ledger;
use self::parts::in_parts;
pub(crate) use self::policy::Attributes;
pub use self::policy::{DepartedUsers, Identities};
pub(crate) use self::reading::{Checkpoint, Statement};
pub(crate) use self::state::{Apply, Destination};
use self::step::{Planned, PlannedStep, Split, Tally, refusal_entry, split};
pub(crate) use self::step::{Replacement, StepKind};
pub(crate) use self::volume::refused;
pub(crate) use self::worker::{Worker, WorkerHandle};
use crate::directory::{Action, Held, Stored, Write};
use crate::error::StoreError;
use crate::history::ChangeRecord;
use crate::limits::MAX_STORED_AT_ONCE;
use crate::model::{Diagnosis, Entry, Key};
use crate::refusal;

impl Apply {
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
    pub(crate) async fn changes(
        &mut self,
        changes: Vec<DirectoryChange>,
    ) -> Result<Vec<ApplyOutcome>, Diagnosis> {
        object::check_changes(changes.len())?;
        let mut outcomes = Vec::with_capacity(changes.len());
        for part in in_parts(changes) {
            if let Some(failure) = self.ledger.overrun() {
                return Err(failure.diagnosis.clone());
            }
            let (places, part): (Vec<usize>, Vec<DirectoryChange>) = part.into_iter().unzip();
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
    async fn group(&mut self, changes: Vec<DirectoryChange>) -> Result<Vec<ApplyOutcome>, StoreError> {
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
        let order = order::departures_last(&planned, &self.destination.resource_types);
        // A replacement is two writes.
        let has_replacements = planned.iter().any(|planned| matches!(planned.step, PlannedStep::Replace(_)));
        let n_at_once = if has_replacements { MAX_STORED_AT_ONCE / 2 } else { MAX_STORED_AT_ONCE };
        let outcomes = self.carry_out_in(order, planned, n_at_once).await?;
        if keys.iter().any(|key| key.resource_type == DEPARTMENT) {
            self.departments_changed();
        }
        self.applied(&keys, &outcomes);
        Ok(outcomes)
    }

    fn check(&self, change: DirectoryChange) -> Result<check::Checked, Planned> {
        let types = &self.destination.resource_types;
        match change {
            DirectoryChange::Put(object) => {
                let key = object.key.clone();
                let room = self.ledger.check_room(&key);
                let checked = room.and_then(|()| check::object(object, types)).map(check::Checked::Put);
                checked.map_err(|why| Planned { key, step: PlannedStep::Refuse(StepKind::Put, why) })
            }
            DirectoryChange::Delete(departure) => {
                let key = departure.key.clone();
                let checked = match self.destination.extent {
                    RunExtent::Full => Err(object::removed_while_reading((&key).into()).into()),
                    RunExtent::Some => check::departure(departure, types).map(check::Checked::Delete),
                };
                checked.map_err(|why| Planned { key, step: PlannedStep::Refuse(StepKind::Departure, why) })
            }
        }
    }

    fn step(&mut self, held: Option<Held>, change: check::Checked) -> PlannedStep<Write> {
        match change {
            check::Checked::Put(incoming) => self.put(held, incoming),
            check::Checked::Delete(departure) => self.departure(held, departure),
        }
    }

    fn departure(&self, held: Option<Held>, departure: Departure) -> PlannedStep<Write> {
        let write = plan::departure(held, departure, self.destination.departed_users);
        write.map_or(PlannedStep::Nothing(StepKind::Departure), PlannedStep::Write)
    }

    /// Store what is to be stored, count everything, record what is to be recorded.
    ///
    /// An error means that nothing was stored. What was stored and cannot be recorded stays stored, so it is counted
    /// and the run is told apart.
    async fn carry_out(&mut self, planned: Vec<Planned>) -> Result<Vec<ApplyOutcome>, StoreError> {
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

    fn tally(&mut self, tallies: Vec<Tally>, stored: Vec<Stored>) -> (Vec<ApplyOutcome>, Vec<Entry>) {
        let mut stored = stored.into_iter();
        let (mut outcomes, mut entries) = (Vec::with_capacity(tallies.len()), Vec::new());
        for Tally { key, step } in tallies {
            let outcome = self.outcome(&key, step, &mut stored);
            if let ApplyOutcome::Rejected(why) | ApplyOutcome::Held(Some(why)) = &outcome {
                entries.push(refusal_entry(Some(key), why.clone()));
            }
            outcomes.push(outcome);
        }
        (outcomes, entries)
    }

    fn outcome(
        &mut self,
        key: &Key,
        step: PlannedStep<Action>,
        stored: &mut impl Iterator<Item = Stored>,
    ) -> ApplyOutcome {
        match step {
            PlannedStep::Nothing(kind) => {
                self.ledger.nothing_to_do(kind, key);
                ApplyOutcome::Applied
            }
            PlannedStep::Refuse(kind, why) => {
                self.refused(kind, key, &why);
                ApplyOutcome::Rejected(why)
            }
            PlannedStep::Hold(_, why) => {
                self.ledger.held(1);
                self.fates.kept(key, &why.code);
                ApplyOutcome::Held(Some(*why))
            }
            PlannedStep::HoldUnseen { write: action, why, .. } => {
                match StepKind::of(action) {
                    StepKind::Departure => {
                        self.ledger.held(1);
                        self.fates.kept(key, &why.code);
                    }
                    StepKind::Put => {
                        self.ledger.held_updates(1);
                        self.ledger.left_waiting(key);
                    }
                }
                ApplyOutcome::Held(None)
            }
            PlannedStep::HoldReplacement { .. } => {
                self.ledger.held(1);
                self.ledger.left_waiting(key);
                ApplyOutcome::Held(None)
            }
            PlannedStep::Wait => {
                self.ledger.left_waiting(key);
                ApplyOutcome::Held(None)
            }
            PlannedStep::Decline(kind) => self.declined(kind, key),
            PlannedStep::Replace(replacement) => {
                self.replaced(key, &replacement, [stored.next(), stored.next()])
            }
            PlannedStep::Write(action) => match stored.next() {
                Some(Stored::Refused(why)) => {
                    self.refused(StepKind::of(action), key, &why);
                    ApplyOutcome::Rejected(why)
                }
                Some(Stored::Written) | None => {
                    self.ledger.written(key, action);
                    if StepKind::of(action) == StepKind::Departure {
                        self.fates.removed(key);
                    }
                    ApplyOutcome::Applied
                }
            },
        }
    }

    pub(super) fn refused(&mut self, kind: StepKind, key: &Key, why: &Diagnosis) {
        self.ledger.refused(kind, key);
        if kind == StepKind::Departure {
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
    ) -> ApplyOutcome {
        let Replacement { leave, join, had_left } = replacement;
        match left {
            Some(Stored::Refused(why)) => self.refused(StepKind::Departure, key, &why),
            Some(Stored::Written) | None if *had_left => {}
            Some(Stored::Written) | None => {
                self.ledger.written_as_replaced(key, *leave);
                self.fates.removed(key);
            }
        }
        match joined {
            Some(Stored::Refused(why)) => {
                self.ledger.refused(StepKind::Put, key);
                ApplyOutcome::Rejected(why)
            }
            Some(Stored::Written) | None => {
                self.ledger.written(key, *join);
                ApplyOutcome::Applied
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

fn key_of(change: &check::Checked) -> Key {
    match change {
        check::Checked::Put(incoming) => incoming.key.clone(),
        check::Checked::Delete(departure) => departure.key.clone(),
    }
}

fn short_answer() -> StoreError {
    StoreError::message("directory did not answer for each object")
}
