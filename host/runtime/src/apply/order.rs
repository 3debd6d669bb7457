//! In which order changes are carried out: what comes as it was given, then what leaves, people before departments and
//! children before parents.

mod depth;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde_json::Value;

use self::depth::depths;
use super::change::ApplyOutcome;
use super::state::Apply;
use super::step::{Planned, StepKind};
use crate::directory::{Action, Write};
use crate::error::StoreError;
use crate::model::Key;

impl Apply {
    /// Carry out in this order, so many at once; the outcomes in the order of `planned`.
    pub(super) async fn carry_out_in(
        &mut self,
        order: Vec<usize>,
        planned: Vec<Planned>,
        n_at_once: usize,
    ) -> Result<Vec<ApplyOutcome>, StoreError> {
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
        write.is_some_and(|write| StepKind::of(write.action) == StepKind::Departure)
    };
    let (departures, mut places): (Vec<usize>, Vec<usize>) = (0..planned.len()).partition(leaves);
    places.extend(order(planned, &departures, resource_types));
    places
}

/// These places of `planned`, departures all, in the order in which they are carried out: later resource types first, and
/// within one, whoever has more parents that leave as well first.
pub(super) fn order(planned: &[Planned], places: &[usize], resource_types: &[String]) -> Vec<usize> {
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
