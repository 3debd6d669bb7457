//! The one door out: what a complete reading no longer found, weighed and written as a whole.
//!
//! Not here: how much is too much (`guard`).

mod depth;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use rollcall_rules::object;
use serde_json::Value;

use self::depth::depths;
use super::{Apply, Departure, Kind, Outcome, Planned, Step, check};
use crate::directory::{Action, Held, Write};
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
    ) -> Result<Vec<Outcome>, Diagnosis> {
        self.may_remove(&missing)?;
        self.tell_coverage().await?;
        self.remove_checked(missing).await.map_err(|error| self.failed(&error))
    }

    fn may_remove(&mut self, missing: &[Departure]) -> Result<(), Diagnosis> {
        self.must_be_full("remove-missing")?;
        Ok(self.reading.stage.remove(missing.len())?)
    }

    async fn remove_checked(&mut self, absent: Vec<Departure>) -> Result<Vec<Outcome>, StoreError> {
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
            return Err(Planned { key, step: Step::Nothing(Kind::Departure) });
        }
        let checked = if self.ledger.has_put(&key) {
            Err(object::removed_and_read((&key).into()).into())
        } else {
            check::departure(departure, &self.destination.resource_types)
        };
        checked.map_err(|why| Planned { key, step: Step::Refuse(Kind::Departure, why) })
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

    /// Carry out in this order, so many at once; the outcomes in the order of `planned`.
    pub(super) async fn carry_out_in(
        &mut self,
        order: Vec<usize>,
        planned: Vec<Planned>,
        n_at_once: usize,
    ) -> Result<Vec<Outcome>, StoreError> {
        let mut planned: Vec<Option<Planned>> = planned.into_iter().map(Some).collect();
        let mut outcomes = Vec::with_capacity(planned.len());
        for places in order.chunks(n_at_once) {
            let ordered =
                places.iter().filter_map(|place| planned.get_mut(*place).and_then(Option::take)).collect();
            outcomes.extend(self.carry_out(ordered).await?);
        }
        let mut placed: Vec<_> = order.into_iter().zip(outcomes).collect();
        placed.sort_unstable_by_key(|(place, _)| *place);
        Ok(placed.into_iter().map(|(_, outcome)| outcome).collect())
    }
}

/// The places of changes of which some are departures: what comes as it was given, then what leaves.
pub(super) fn departures_last(planned: &[Planned], resource_types: &[String]) -> Vec<usize> {
    let leaves = |place: &usize| {
        let write = planned.get(*place).and_then(Planned::write);
        write.is_some_and(|write| Kind::of(write.action) == Kind::Departure)
    };
    let (departures, mut places): (Vec<usize>, Vec<usize>) = (0..planned.len()).partition(leaves);
    places.extend(order(planned, &departures, resource_types));
    places
}

/// These places of `planned`, departures all, in the order in which they are carried out: later resource types first, and
/// within one, whoever has more parents that leave as well first.
fn order(planned: &[Planned], places: &[usize], resource_types: &[String]) -> Vec<usize> {
    let at = |place: &usize| planned.get(*place);
    let leaving: BTreeMap<&Key, usize> =
        places.iter().enumerate().filter_map(|(n, place)| Some((&at(place)?.key, n))).collect();
    let parents: Vec<Option<usize>> = places
        .iter()
        .map(|place| leaving.get(&parent(at(place)?.write()?)?).copied())
        .zip(0..)
        .map(|(parent, n)| parent.filter(|parent| *parent != n))
        .collect();
    let depths = depths(places.len(), |n| parents.get(n).copied().flatten());
    let rank = |key: &Key| resource_types.iter().position(|known| *known == key.resource_type);
    let mut ranked: Vec<_> = places
        .iter()
        .zip(depths)
        .map(|(place, depth)| (Reverse((at(place).map(|planned| rank(&planned.key)), depth)), *place))
        .collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, place)| place).collect()
}

/// Source: the contract, `model.directory-object`: a Department's `parent`.
fn parent(write: &Write) -> Option<Key> {
    let id = write.before.as_ref()?.get("parent")?.get("value").and_then(Value::as_str)?;
    debug_assert!(matches!(write.action, Action::Deactivated | Action::Deleted));
    Some(Key::new(write.key.resource_type.clone(), id))
}
