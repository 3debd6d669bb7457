//! What is to become of one object: a write, or why there is none.
//!
//! Not here: how that is decided (`plan`, `identity`, `scope`, `hold`, `decline`).

use crate::directory::{Action, Write};
use crate::history::ChangeRecord;
use crate::model::{Diagnosis, Entry, Key, Severity};

/// Who left and who came, under one key: written in this order, in one store.
#[derive(Debug)]
pub(crate) struct Replacement<W> {
    pub(crate) leave: W,
    pub(crate) join: W,
    /// Whether who was there had left the source before, and only makes room.
    pub(crate) had_left: bool,
}

impl Replacement<Write> {
    /// The same without the documents.
    pub(super) fn actions(&self) -> Replacement<Action> {
        Replacement { leave: self.leave.action, join: self.join.action, had_left: self.had_left }
    }
}

/// Whether something came or went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StepKind {
    Put,
    Departure,
}

impl StepKind {
    pub(crate) fn of(action: Action) -> Self {
        match action {
            Action::Created | Action::Updated | Action::Restored | Action::Unchanged => Self::Put,
            Action::Deactivated | Action::Deleted => Self::Departure,
        }
    }
}

pub(super) struct Planned {
    pub(super) key: Key,
    pub(super) step: PlannedStep<Write>,
}

/// The same without the documents, which are on their way to the platform.
pub(super) struct Tally {
    pub(super) key: Key,
    pub(super) step: PlannedStep<Action>,
}

pub(super) enum PlannedStep<W> {
    Write(W),
    /// The platform holds it like that already.
    Nothing(StepKind),
    Refuse(StepKind, Diagnosis),
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
    Decline(StepKind),
    /// That waits for the end of the reading, or for what becomes of an earlier one of the same key.
    Wait,
}

impl Planned {
    pub(super) fn write(&self) -> Option<&Write> {
        match &self.step {
            PlannedStep::Write(write) => Some(write),
            PlannedStep::Nothing(_)
            | PlannedStep::Refuse(..)
            | PlannedStep::Hold(..)
            | PlannedStep::HoldUnseen { .. }
            | PlannedStep::Replace(_)
            | PlannedStep::HoldReplacement { .. }
            | PlannedStep::Decline(_)
            | PlannedStep::Wait => None,
        }
    }
}

/// What is to be counted, what is to be stored, and what is only to be recorded.
pub(super) struct Split {
    pub(super) tallies: Vec<Tally>,
    pub(super) writes: Vec<Write>,
    pub(super) held: Vec<ChangeRecord>,
}

pub(super) fn split(planned: Vec<Planned>) -> Split {
    let (mut tallies, mut writes) = (Vec::with_capacity(planned.len()), Vec::with_capacity(planned.len()));
    let mut held = Vec::new();
    for Planned { key, step } in planned {
        let step = match step {
            PlannedStep::Nothing(kind) => PlannedStep::Nothing(kind),
            PlannedStep::Refuse(kind, why) => PlannedStep::Refuse(kind, why),
            PlannedStep::Hold(write, why) => {
                held.push(ChangeRecord { refusal: Some((*why).clone()), ..(&write).into() });
                PlannedStep::Hold(write.action, why)
            }
            PlannedStep::HoldUnseen { write, why, is_recorded } => {
                if is_recorded {
                    held.push(ChangeRecord { refusal: Some((*why).clone()), ..(&write).into() });
                }
                PlannedStep::HoldUnseen { write: write.action, why, is_recorded }
            }
            PlannedStep::Write(write) => {
                let action = write.action;
                writes.push(write);
                PlannedStep::Write(action)
            }
            PlannedStep::Replace(replacement) => {
                let actions = replacement.actions();
                writes.extend([replacement.leave, replacement.join]);
                PlannedStep::Replace(Box::new(actions))
            }
            PlannedStep::HoldReplacement { replacement, why, is_recorded } => {
                let record = |write| ChangeRecord { refusal: Some((*why).clone()), ..write };
                if is_recorded {
                    held.extend([&replacement.leave, &replacement.join].map(|write| record(write.into())));
                }
                PlannedStep::HoldReplacement {
                    replacement: Box::new(replacement.actions()),
                    why,
                    is_recorded,
                }
            }
            PlannedStep::Decline(kind) => PlannedStep::Decline(kind),
            PlannedStep::Wait => PlannedStep::Wait,
        };
        tallies.push(Tally { key, step });
    }
    Split { tallies, writes, held }
}

pub(super) fn refusal_entry(subject: Option<Key>, diagnosis: Diagnosis) -> Entry {
    Entry { severity: Severity::Error, subject, subject_name: None, diagnosis }
}
