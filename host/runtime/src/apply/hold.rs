//! Holds departures back for a person: those of single objects above what may leave in an hour, and all of a suspicious full
//! run.
//!
//! Not here: how much is too much (`guard`).

use super::step::refusal_entry;
use super::{Apply, ApplyOutcome, Planned, PlannedStep, RunExtent, StepKind};
use crate::clearing::Approved;
use crate::error::StoreError;
use crate::guard::{self, Permitted, Uncovered};
use crate::history::ChangeRecord;
use crate::leaving::WouldLeave;
use crate::limits::MAX_HELD_RECORDS;
use crate::model::{Counts, Diagnosis, Key};

impl Apply {
    /// Hold the departures of single objects that are above what may leave in an hour.
    pub(super) async fn hold_excess(&mut self, planned: &mut [Planned]) -> Result<(), StoreError> {
        if self.destination.extent != RunExtent::Some || self.destination.scales.is_none() {
            return Ok(());
        }
        for planned in planned {
            let is_departure =
                planned.write().is_some_and(|write| StepKind::of(write.action) == StepKind::Departure);
            if is_departure && let Some(allowance) = self.exceeded(&planned.key).await? {
                planned.hold(|key| guard::one_held(key, allowance));
            }
        }
        Ok(())
    }

    /// Count one more departure; what is allowed, if it is one too many.
    pub(super) async fn exceeded(&mut self, key: &Key) -> Result<Option<u64>, StoreError> {
        if self.is_approved(key) {
            return Ok(None);
        }
        let resource_type = &key.resource_type;
        let n_departed = self.departed(resource_type).await?;
        if !self.permits(1) {
            let allowance = self.allowance(resource_type, n_departed).await?;
            if allowance <= n_departed {
                return Ok(Some(allowance));
            }
        }
        self.allowances.departed.insert(resource_type.clone(), n_departed.saturating_add(1));
        Ok(None)
    }

    /// Whether a person approved this very removal.
    pub(super) fn is_approved(&self, key: &Key) -> bool {
        let permitted = self.destination.scales.as_ref().map(|scales| &scales.permitted);
        matches!(permitted, Some(Permitted::These(keys)) if keys.contains(key))
    }

    /// Whether so many more may leave because whoever started the run said so. Then they are counted.
    pub(super) fn permits(&mut self, n: u64) -> bool {
        let permitted = self.destination.scales.as_ref().map(|scales| &scales.permitted);
        let Some(Permitted::AtMost(most)) = permitted else { return false };
        let n_permitted = self.allowances.n_permitted.saturating_add(n);
        let is_permitted = n_permitted <= *most;
        if is_permitted {
            self.allowances.n_permitted = n_permitted;
        }
        is_permitted
    }

    /// How many may leave at most because whoever started the run said so.
    pub(super) fn most_permitted(&self) -> u64 {
        match self.destination.scales.as_ref().map(|scales| &scales.permitted) {
            Some(Permitted::AtMost(most)) => *most,
            Some(Permitted::Nothing | Permitted::These(_)) | None => 0,
        }
    }

    async fn departed(&mut self, resource_type: &str) -> Result<u64, StoreError> {
        self.lately().await?;
        Ok(self.allowances.departed.get(resource_type).copied().unwrap_or_default())
    }

    /// What left within the hour before this run.
    pub(super) async fn lately(&mut self) -> Result<Counts, StoreError> {
        if let Some(lately) = &self.allowances.lately {
            return Ok(lately.clone());
        }
        let Some(scales) = &self.destination.scales else { return Ok(Counts::new()) };
        let (directory, source) = (&*self.destination.directory, &self.destination.source);
        let lately = guard::departed_lately(&*scales.history, directory, source, scales.now).await?;
        self.allowances.departed.clone_from(&lately);
        self.allowances.lately = Some(lately.clone());
        Ok(lately)
    }

    /// What may leave of a resource type. What is known of it is counted only once that matters: one may always leave.
    async fn allowance(&mut self, resource_type: &str, n_departed: u64) -> Result<u64, StoreError> {
        if n_departed == 0 {
            return Ok(1);
        }
        if let Some(allowed) = self.allowances.allowed.get(resource_type) {
            return Ok(*allowed);
        }
        let n_known = self.known(resource_type).await?;
        let lately = self.allowances.lately.as_ref().and_then(|lately| lately.get(resource_type));
        let allowed = crate::leaving::allowance(n_known.saturating_add(lately.copied().unwrap_or_default()));
        self.allowances.allowed.insert(resource_type.to_owned(), allowed);
        Ok(allowed)
    }

    pub(super) async fn known(&self, resource_type: &str) -> Result<u64, StoreError> {
        guard::known(&*self.destination.directory, &self.destination.source, resource_type).await
    }

    /// Why nothing of this may be removed: the reading did not cover what it should have, and no person has said that this is
    /// right; or it is too much, and nobody has said that so much may leave.
    pub(super) async fn weigh(&mut self, planned: &[Planned]) -> Result<Option<Diagnosis>, StoreError> {
        let counts = crate::model::counted(planned.iter().filter_map(Planned::write).map(|write| &write.key));
        let is_approval = self.destination.approved != Approved::Nothing;
        let leaving = self.would_leave(&counts).await?;
        if !is_approval
            && !counts.is_empty()
            && let Some(why) = Uncovered::of(self.reading.coverage(), &counts).held(&leaving)
        {
            return Ok(Some(why));
        }
        if counts.is_empty() || self.destination.scales.is_none() || self.permits(leaving.n()) {
            return Ok(None);
        }
        let lately = self.lately().await?;
        Ok(leaving.is_suspicious_after(&lately).then(|| guard::all_held(&leaving, &lately)))
    }

    pub(super) async fn would_leave(&self, counts: &Counts) -> Result<WouldLeave, StoreError> {
        WouldLeave::of(&*self.destination.directory, &self.destination.source, counts).await
    }

    /// Record and count what would have left, and apply nothing: one outcome each, in their order.
    pub(super) async fn hold_all(&mut self, planned: Vec<Planned>, why: &Diagnosis) -> Vec<ApplyOutcome> {
        let (mut records, mut outcomes, mut n_held) =
            (Vec::new(), Vec::with_capacity(planned.len()), 0_usize);
        let mut entries = vec![refusal_entry(None, why.clone())];
        for Planned { key, step } in planned {
            outcomes.push(match step {
                // Nothing is to be done; and no put is among what a complete reading no longer found.
                PlannedStep::Nothing(_)
                | PlannedStep::Replace(_)
                | PlannedStep::HoldReplacement { .. }
                | PlannedStep::Wait => ApplyOutcome::Applied,
                PlannedStep::Decline(kind) => self.declined(kind, &key),
                PlannedStep::Refuse(kind, refused) => {
                    self.refused(kind, &key, &refused);
                    entries.push(refusal_entry(Some(key), refused.clone()));
                    ApplyOutcome::Rejected(refused)
                }
                // Held for another reason, which its record says.
                PlannedStep::HoldUnseen { write, why, is_recorded } => {
                    n_held = n_held.saturating_add(1);
                    self.fates.kept(&key, &why.code);
                    if is_recorded {
                        records.push(ChangeRecord { refusal: Some(*why), ..(&write).into() });
                    }
                    ApplyOutcome::Held(None)
                }
                PlannedStep::Write(write) | PlannedStep::Hold(write, _) => {
                    n_held = n_held.saturating_add(1);
                    self.fates.kept(&key, &why.code);
                    let is_told = n_held <= MAX_HELD_RECORDS;
                    if is_told {
                        records.push(ChangeRecord { refusal: Some(why.clone()), ..(&write).into() });
                    }
                    ApplyOutcome::Held(is_told.then(|| why.clone()))
                }
            });
        }
        self.ledger.held(u64::try_from(n_held).unwrap_or(u64::MAX));
        self.record(records, entries).await;
        outcomes
    }
}

impl Planned {
    /// Hold what would be written, for this reason.
    fn hold(&mut self, why: impl FnOnce(&Key) -> Diagnosis) {
        let step = std::mem::replace(&mut self.step, PlannedStep::Nothing(StepKind::Departure));
        self.step = match step {
            PlannedStep::Write(write) => PlannedStep::Hold(write, Box::new(why(&self.key))),
            step @ (PlannedStep::Nothing(_)
            | PlannedStep::Refuse(..)
            | PlannedStep::Hold(..)
            | PlannedStep::HoldUnseen { .. }
            | PlannedStep::Replace(_)
            | PlannedStep::HoldReplacement { .. }
            | PlannedStep::Decline(_)
            | PlannedStep::Wait) => step,
        };
    }
}
