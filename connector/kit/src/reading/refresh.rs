//! Bringing just some objects in line, as an event asks for: each is asked about, whatever else the source holds. What an
//! object's own reading shows to be empty is cleared; what it does not show is handed over for a person to decide.

use super::Reading;
use super::clearing::Visible;
use crate::context::Context;
use crate::document::Schema;
use crate::limits::MAX_LOOKUPS_IN_FLIGHT;
use crate::lookup::Lookup;
use crate::model::{Change, Entry, Failure, Handled, Key, Removal, Severity, Summary};
use crate::pool::crawl;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::iter::successors;

/// What came of reading just some objects.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Refreshed {
    /// What was read.
    pub summary: Summary,
    /// The objects that could not be asked about, and why: worth another try.
    pub unknown: BTreeMap<Key, Failure>,
}

impl Refreshed {
    /// What became of a batch of events, given each of them with the objects that it names: one that names what could not be
    /// asked about is unfinished. The summary is complete, because an unfinished event is tried again by itself; a full reading
    /// is for what events cannot do.
    #[must_use]
    pub fn handled(self, events: impl IntoIterator<Item = (String, Vec<Key>)>) -> Handled {
        let Self { summary, unknown } = self;
        let why = |keys: &[Key]| keys.iter().find_map(|key| unknown.get(key).cloned());
        let unfinished = events.into_iter().filter_map(|(id, keys)| Some((id, why(&keys)?))).collect();
        Handled { summary: Summary { complete: true, incomplete_reason: None, ..summary }, unfinished }
    }
}

/// Read just these objects and bring the platform in line with each: departments before the people in them, parents
/// before children, and what is gone last, people first.
///
/// # Errors
/// [`Failure::Host`] when the platform's store fails; [`Failure::Other`] for a resource type without a schema.
pub async fn refresh_objects(
    context: &Context,
    schemas: &'static [Schema],
    keys: &[Key],
    look_up: impl AsyncFn(&Key) -> Lookup,
) -> Result<Refreshed, Failure> {
    let reading = Reading::of(context, schemas, keys)?;
    let mut removals = Vec::new();
    let (mut visible, mut unknown) = (Visible::new(), BTreeMap::new());
    for schema in schemas {
        let of_kind = keys.iter().filter(|key| key.resource_type == schema.resource_type).collect();
        let mut gone = Vec::new();
        for (key, lookup) in parents_first(ask(of_kind, &look_up).await?) {
            match &lookup {
                Lookup::Present(draft) => drop(visible.insert(draft.key.clone(), draft.visible(schema))),
                Lookup::Unknown(failure) => drop(unknown.insert(key.clone(), failure.clone())),
                Lookup::Gone(_) | Lookup::Hidden(_) | Lookup::NotUnderstood(_) => {}
            }
            reading.remember(key, &lookup);
            gone.extend(reading.settle(key, lookup).await?);
        }
        reading.settle_references(&look_up).await?;
        removals.push(gone);
    }
    let unproven = reading.clear_visible(&visible).await?;
    for removal in removals.into_iter().rev().flatten() {
        reading.outbox.push(Change::Remove(removal)).await?;
    }
    reading.outbox.drain().await?;
    reading.propose(unproven)?;
    reading.tell_further_references();
    let named = reading.references.take_unfinished().into_iter().filter(|(key, _)| keys.contains(key));
    unknown.extend(named);
    Ok(Refreshed { summary: reading.summary(), unknown })
}

/// What the source says about each, in the order of their keys, whichever answer came first.
async fn ask<'k>(
    keys: BTreeSet<&'k Key>,
    look_up: &impl AsyncFn(&Key) -> Lookup,
) -> Result<BTreeMap<&'k Key, Lookup>, Failure> {
    let lookups = RefCell::new(BTreeMap::new());
    let gathered = &lookups;
    crawl(keys, MAX_LOOKUPS_IN_FLIGHT, |key| async move {
        let lookup = look_up(key).await;
        gathered.borrow_mut().insert(key, lookup);
        Ok::<_, Failure>(Vec::new())
    })
    .await?;
    Ok(lookups.into_inner())
}

/// Parents before children as far as both are among these, else in the order of their keys: a platform may refuse an
/// object whose parent it has not heard of.
fn parents_first(lookups: BTreeMap<&Key, Lookup>) -> Vec<(&Key, Lookup)> {
    let parents: BTreeMap<&str, &str> = lookups
        .iter()
        .filter_map(|(key, lookup)| Some((key.external_id.as_str(), parent(lookup)?)))
        .collect();
    // Who is below itself would never reach a top.
    let above = |id: &str| parents.get(id).copied();
    let depth = |key: &&Key| successors(above(&key.external_id), |id| above(id)).take(parents.len()).count();
    let depths: Vec<usize> = lookups.keys().map(depth).collect();
    let mut by_depth: BTreeMap<usize, Vec<(&Key, Lookup)>> = BTreeMap::new();
    for (depth, lookup) in depths.into_iter().zip(lookups) {
        by_depth.entry(depth).or_default().push(lookup);
    }
    by_depth.into_values().flatten().collect()
}

/// What its document says it is below.
fn parent(lookup: &Lookup) -> Option<&str> {
    match lookup {
        Lookup::Present(draft) => draft.document.get("parent")?.get("value")?.as_str(),
        Lookup::Gone(_) | Lookup::Hidden(_) | Lookup::NotUnderstood(_) | Lookup::Unknown(_) => None,
    }
}

impl Reading {
    async fn settle(&self, key: &Key, lookup: Lookup) -> Result<Option<Removal>, Failure> {
        match lookup {
            Lookup::Present(draft) => self.put(*draft).await?,
            Lookup::Gone(evidence) => {
                return Ok(self.is_held(key)?.then(|| Removal::new(key.clone(), evidence)));
            }
            // What nobody has is not missed.
            Lookup::Hidden(why) => {
                let severity = if self.is_held(key)? { Severity::Warning } else { Severity::Info };
                self.skip(key, None, severity, why);
            }
            Lookup::NotUnderstood(why) => self.skip(key, None, Severity::Warning, why),
            Lookup::Unknown(failure) => {
                self.incomplete(Entry::about(Severity::Error, key, None, failure.diagnosis().clone()));
            }
        }
        Ok(None)
    }

    fn is_held(&self, key: &Key) -> Result<bool, Failure> {
        self.with_kind(&key.resource_type, |kind| kind.objects.contains_key(&key.external_id))
    }
}
