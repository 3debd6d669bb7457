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

/// Read just these objects and bring the platform in line with each: departments before the people in them, and what is
/// gone last, people first.
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
        for (key, sighting) in ask(of_kind, &look).await? {
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

impl Reading {
    async fn settle(&self, key: &Key, sighting: Sighting) -> Result<Option<Departure>, Failure> {
        match sighting {
            Sighting::Present(draft) => self.put(*draft).await?,
            Sighting::Gone(witness) => {
                let is_held =
                    self.with_kind(&key.resource_type, |kind| kind.objects.contains_key(&key.external_id))?;
                return Ok(is_held.then(|| Departure::new(key.clone(), witness)));
            }
            Sighting::Hidden(why) => self.skip(key, None, Severity::Warning, why),
            Sighting::Unknown(failure) => {
                self.incomplete(Entry::about(Severity::Error, key, None, failure.diagnosis().clone()));
            }
        }
        Ok(None)
    }
}
