//! Bringing just some objects in line, as an event asks for: each is asked about, whatever else the source holds. Nothing
//! is cleared here, because a few objects tell nothing about what the source may show.

use super::Reading;
use crate::connector::Sighting;
use crate::context::Context;
use crate::document::Schema;
use crate::limits::MAX_WITNESSES_IN_FLIGHT;
use crate::model::{Change, Departure, Entry, Failure, Key, Severity, Summary};
use crate::pool::crawl;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;

/// Read just these objects and bring the platform in line with each: departments before the people in them, parents
/// before children, and what is gone last, people first.
///
/// # Errors
/// [`Failure::Host`] when the platform's store fails; [`Failure::Other`] for a resource type without a schema.
pub async fn refresh_objects(
    context: &Context,
    schemas: &'static [Schema],
    keys: &[Key],
    look: impl AsyncFn(&Key) -> Sighting,
) -> Result<Summary, Failure> {
    let reading = Reading::of(context, schemas, keys)?;
    let mut departures = Vec::new();
    for schema in schemas {
        let of_kind = keys.iter().filter(|key| key.resource_type == schema.resource_type).collect();
        let mut gone = Vec::new();
        for (key, sighting) in parents_first(ask(of_kind, &look).await?) {
            gone.extend(reading.settle(key, sighting).await?);
        }
        departures.push(gone);
    }
    for departure in departures.into_iter().rev().flatten() {
        reading.outbox.push(Change::Delete(departure)).await?;
    }
    reading.outbox.drain().await?;
    Ok(reading.summary())
}

/// What the source says about each, in the order of their keys, whichever answer came first.
async fn ask<'k>(
    keys: BTreeSet<&'k Key>,
    look: &impl AsyncFn(&Key) -> Sighting,
) -> Result<BTreeMap<&'k Key, Sighting>, Failure> {
    let sightings = RefCell::new(BTreeMap::new());
    let gathered = &sightings;
    crawl(keys, MAX_WITNESSES_IN_FLIGHT, |key| async move {
        let sighting = look(key).await;
        gathered.borrow_mut().insert(key, sighting);
        Ok::<_, Failure>(Vec::new())
    })
    .await?;
    Ok(sightings.into_inner())
}

/// Parents before children as far as both are among these, else in the order of their keys: a platform may refuse an
/// object whose parent it has not heard of.
fn parents_first(sightings: BTreeMap<&Key, Sighting>) -> Vec<(&Key, Sighting)> {
    let parents: BTreeMap<&str, &str> = sightings
        .iter()
        .filter_map(|(key, sighting)| Some((key.external_id.as_str(), parent(sighting)?)))
        .collect();
    // Who is below itself would never reach a top.
    let above = |id: &str| parents.get(id).copied();
    let depth = |key: &&Key| successors(above(&key.external_id), |id| above(id)).take(parents.len()).count();
    let depths: Vec<usize> = sightings.keys().map(depth).collect();
    let mut by_depth: BTreeMap<usize, Vec<(&Key, Sighting)>> = BTreeMap::new();
    for (depth, sighting) in depths.into_iter().zip(sightings) {
        by_depth.entry(depth).or_default().push(sighting);
    }
    by_depth.into_values().flatten().collect()
}

/// What its document says it is below.
fn parent(sighting: &Sighting) -> Option<&str> {
    match sighting {
        Sighting::Present(draft) => draft.document.get("parent")?.get("value")?.as_str(),
        Sighting::Gone(_) | Sighting::Hidden(_) | Sighting::Unknown(_) => None,
    }
}

impl Reading {
    async fn settle(&self, key: &Key, sighting: Sighting) -> Result<Option<Departure>, Failure> {
        match sighting {
            Sighting::Present(draft) => self.put(*draft).await?,
            Sighting::Gone(witness) => {
                return Ok(self.is_held(key)?.then(|| Departure::new(key.clone(), witness)));
            }
            // What nobody has is not missed.
            Sighting::Hidden(why) => {
                let severity = if self.is_held(key)? { Severity::Warning } else { Severity::Info };
                self.skip(key, None, severity, why);
            }
            Sighting::Unknown(failure) => {
                self.incomplete(Entry::about(Severity::Error, key, None, failure.diagnosis().clone()));
            }
        }
        Ok(None)
    }

    fn is_held(&self, key: &Key) -> Result<bool, Failure> {
        self.with_kind(&key.resource_type, |kind| kind.objects.contains_key(&key.external_id))
    }
}
