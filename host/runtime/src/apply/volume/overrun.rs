//! Counts what a run writes, and ends it once that is too much.

use super::{changed_too_often, held, too_many, too_much, too_much_lately};
use crate::apply::state::{Apply, Destination};
use crate::apply::step::{Planned, PlannedStep};
use crate::directory::{Action, Write};
use crate::error::StoreError;
use crate::limits::REWRITE_BYTES;
use crate::model::Failure;

impl Apply {
    /// Count what these would write. Why the run ends, if it may not write that.
    pub(in crate::apply) async fn overrun(
        &mut self,
        planned: &[Planned],
    ) -> Result<Option<Failure>, StoreError> {
        let (mut n_created, mut n_first) = (0_u64, 0_usize);
        for Planned { key, step } in planned {
            let Some(StepBytes { n_bytes, leaves, creates }) = StepBytes::of(step) else { continue };
            self.volume.add(n_bytes);
            n_created = n_created.saturating_add(u64::from(creates));
            let is_first = !self.ledger.has_put(key);
            n_first = n_first.saturating_add(usize::from(is_first));
            if leaves || !is_first {
                self.volume.add(REWRITE_BYTES);
                if self.volume.again(key) {
                    return Ok(Some(changed_too_often(key, self.volume.bounds.changes_per_object)));
                }
            }
        }
        let n_objects = u64::try_from(self.ledger.n_puts().saturating_add(n_first)).unwrap_or(u64::MAX);
        let limit_bytes = self.volume.bounds.bytes_for(n_objects);
        if limit_bytes < self.volume.n_bytes {
            return Ok(Some(too_much(limit_bytes, n_objects)));
        }
        if let Some(why) = self.too_much_lately().await? {
            return Ok(Some(why));
        }
        self.too_many_new(self.ledger.counters().created, n_created).await
    }

    /// Why the run ends, with what was written before it. Of a run that nothing weighs, what the person said is the bound.
    async fn too_much_lately(&mut self) -> Result<Option<Failure>, StoreError> {
        let before = self.destination.scales.as_ref().map_or(0, |scales| scales.written_before);
        let lately = before.saturating_add(self.volume.n_bytes);
        if lately <= self.volume.bounds.source_bytes.max(self.volume.allowed_lately) {
            return Ok(None);
        }
        // Anew each time that it is reached, because the run may have brought objects since.
        let allowed = self.volume.bounds.lately_for(self.n_held().await?);
        self.volume.allowed_lately = allowed;
        Ok((allowed < lately).then(|| too_much_lately(allowed)))
    }

    /// How many objects are held.
    async fn n_held(&self) -> Result<u64, StoreError> {
        let Destination { directory, source, resource_types, .. } = &self.destination;
        held(&**directory, source, resource_types).await
    }

    /// What is held is counted only once that matters.
    async fn too_many_new(&mut self, n_before: u64, n_more: u64) -> Result<Option<Failure>, StoreError> {
        let n_new = n_before.saturating_add(n_more);
        if n_more == 0 || n_new <= self.volume.bounds.new_objects {
            return Ok(None);
        }
        let allowed = match self.volume.allowed_new {
            Some(allowed) => allowed,
            None => self.volume.bounds.new_for(self.n_held().await?.saturating_sub(n_before)),
        };
        self.volume.allowed_new = Some(allowed);
        Ok((allowed < n_new).then(|| too_many(allowed)))
    }
}

/// What one step would write.
struct StepBytes {
    n_bytes: u64,
    leaves: bool,
    creates: bool,
}

impl StepBytes {
    /// None where nothing is written, nor recorded.
    fn of(step: &PlannedStep<Write>) -> Option<Self> {
        let (writes, is_recorded): (&[&Write], bool) = match step {
            PlannedStep::Nothing(_)
            | PlannedStep::Refuse(..)
            | PlannedStep::Decline(_)
            | PlannedStep::Wait => return None,
            PlannedStep::Write(write) => (&[write], true),
            PlannedStep::Hold(write, _) => (&[write], true),
            PlannedStep::HoldUnseen { write, is_recorded, .. } => (&[write], *is_recorded),
            PlannedStep::Replace(replacement) => (&[&replacement.leave, &replacement.join], true),
            PlannedStep::HoldReplacement { replacement, is_recorded, .. } => {
                (&[&replacement.leave, &replacement.join], *is_recorded)
            }
        };
        let leaves = |write: &&Write| matches!(write.action, Action::Deactivated | Action::Deleted);
        Some(Self {
            n_bytes: if is_recorded { writes.iter().map(|write| n_bytes(write)).sum() } else { 0 },
            leaves: writes.iter().any(leaves),
            creates: matches!(step, PlannedStep::Write(write) if write.action == Action::Created),
        })
    }
}

/// The documents before and after: what is stored of the object, and what is recorded of the change.
pub(super) fn n_bytes(write: &Write) -> u64 {
    let documents = match write.action {
        // Only its version is stored, and nothing recorded.
        Action::Unchanged => [None, None],
        Action::Created | Action::Updated | Action::Restored | Action::Deactivated | Action::Deleted => {
            [write.before.as_ref(), write.after.as_ref()]
        }
    };
    let n_bytes =
        documents.into_iter().flatten().map(|document| document.text().len()).fold(0, usize::saturating_add);
    u64::try_from(n_bytes).unwrap_or(u64::MAX)
}
