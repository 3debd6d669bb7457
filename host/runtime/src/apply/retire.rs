//! The one door out: what a complete reading no longer found, weighed and written as a whole.
//!
//! Not here: how much is too much (`guard`).

use std::collections::BTreeSet;

use rollcall_rules::object;

use super::order::order;
use super::{Apply, ApplyOutcome, Departure, Planned, PlannedStep, StepKind, check};
use crate::directory::Held;
use crate::error::StoreError;
use crate::limits::{MAX_CHANGES, MAX_DEPARTURES};
use crate::model::{Diagnosis, Key};

impl Apply {
    /// Remove these. They are written users before departments and children before parents, all in one store, or none of
    /// them when they wait for a person: one outcome each, in the order given.
    ///
    /// An error means that nothing was applied.
    pub(crate) async fn remove_missing(
        &mut self,
        missing: Vec<Departure>,
    ) -> Result<Vec<ApplyOutcome>, Diagnosis> {
        self.may_remove(&missing)?;
        self.tell_coverage().await?;
        self.remove_checked(missing).await.map_err(|error| self.failed(&error))
    }

    fn may_remove(&mut self, missing: &[Departure]) -> Result<(), Diagnosis> {
        self.must_be_full("remove-missing")?;
        Ok(self.reading.stage.remove(missing.len())?)
    }

    async fn remove_checked(&mut self, absent: Vec<Departure>) -> Result<Vec<ApplyOutcome>, StoreError> {
        let mut seen = BTreeSet::new();
        let checked: Vec<_> =
            absent.into_iter().map(|departure| self.check_absent(departure, &mut seen)).collect();
        let keys: Vec<Key> =
            checked.iter().filter_map(|check| Some(check.as_ref().ok()?.key.clone())).collect();
        let mut held = self.load_all(&keys).await?.into_iter();
        let mut planned: Vec<Planned> = checked
            .into_iter()
            .map(|check| match check {
                Ok(departure) => self.plan_absent(held.next().flatten(), departure),
                Err(planned) => planned,
            })
            .collect();
        self.hold_unseen(&mut planned).await?;
        self.keep_declined(&mut planned);
        if let Some(why) = self.weigh(&planned).await? {
            return Ok(self.hold_all(planned, &why).await);
        }
        let all: Vec<usize> = (0..planned.len()).collect();
        let order = order(&planned, &all, &self.destination.resource_types);
        // All or none: a person weighed the whole.
        self.carry_out_in(order, planned, MAX_DEPARTURES).await
    }

    fn check_absent(&self, departure: Departure, seen: &mut BTreeSet<Key>) -> Result<Departure, Planned> {
        let key = departure.key.clone();
        if !seen.insert(key.clone()) {
            return Err(Planned { key, step: PlannedStep::Nothing(StepKind::Departure) });
        }
        let checked = if self.ledger.has_put(&key) {
            Err(object::removed_and_read((&key).into()).into())
        } else {
            check::departure(departure, &self.destination.resource_types)
        };
        checked.map_err(|why| Planned { key, step: PlannedStep::Refuse(StepKind::Departure, why) })
    }

    fn plan_absent(&self, held: Option<Held>, departure: Departure) -> Planned {
        let key = departure.key.clone();
        Planned { key, step: self.departure(held, departure) }
    }

    pub(super) async fn load_all(&self, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError> {
        let mut held = Vec::with_capacity(keys.len());
        for keys in keys.chunks(MAX_CHANGES) {
            held.extend(self.load(keys).await?);
        }
        Ok(held)
    }
}
