//! One reading of a source: what differs from what the platform holds is put as it is read, and at the end a complete
//! reading, and only that, says what was cleared and what has departed. It never asks the source itself; the connector
//! does.

mod clearing;
mod departures;
mod outbox;
mod refresh;

use crate::connector::Sighting;
use crate::context::Context;
use crate::document::{Draft, OptionalSet, Schema, Version, canonical};
use crate::limits::{FIND_BATCH, HOLDINGS_PAGE, MAX_OPTIONAL};
use crate::model::{Change, Diagnosis, Entry, Failure, Holding, Key, Object, Severity, Summary};
use outbox::Outbox;
pub use refresh::refresh_objects;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

/// One reading, from the first request to the last departure.
#[derive(Debug)]
pub struct Reading {
    context: Context,
    kinds: RefCell<Vec<Kind>>,
    skipped: RefCell<BTreeSet<Key>>,
    complete: Cell<bool>,
    outbox: Outbox,
}

/// What is known of one resource type.
#[derive(Debug)]
struct Kind {
    schema: &'static Schema,
    objects: BTreeMap<String, Known>,
    /// For each optional attribute, how many objects were seen with it.
    n_with: [u64; MAX_OPTIONAL],
}

#[derive(Debug, Default)]
struct Known {
    held: Held,
    seen: Option<Seen>,
}

/// What the platform holds of an object.
#[derive(Debug, Clone, Copy, Default)]
enum Held {
    #[default]
    Nothing,
    /// In a state that no version of ours describes.
    Something,
    Version(Version),
}

#[derive(Debug)]
struct Seen {
    lacking: OptionalSet,
    /// What the platform holds once every put of this reading is applied.
    version: Version,
    fate: Fate,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Put,
    Unchanged,
}

impl Reading {
    /// Begin a full reading: learn what the platform holds.
    ///
    /// # Errors
    /// [`Failure::Host`] when the platform's store fails.
    pub fn begin(context: &Context, schemas: &'static [Schema]) -> Result<Self, Failure> {
        let reading = Self::empty(context, schemas);
        for kind in reading.kinds.borrow_mut().iter_mut() {
            kind.load_all(context).map_err(Failure::Host)?;
        }
        Ok(reading)
    }

    /// Begin to read just these objects.
    fn of(context: &Context, schemas: &'static [Schema], keys: &[Key]) -> Result<Self, Failure> {
        let reading = Self::empty(context, schemas);
        for key in keys {
            reading.with_kind(&key.resource_type, |_| ())?;
        }
        for keys in keys.chunks(FIND_BATCH) {
            let held = context.host().find(keys).map_err(Failure::Host)?;
            for (key, holding) in keys.iter().zip(held) {
                let Some(Holding { external_id, version }) = holding else { continue };
                reading.with_kind(&key.resource_type, |kind| kind.hold(external_id, &version))?;
            }
        }
        Ok(reading)
    }

    fn empty(context: &Context, schemas: &'static [Schema]) -> Self {
        let kinds = schemas.iter().map(Kind::new).collect();
        Self {
            context: context.clone(),
            kinds: RefCell::new(kinds),
            skipped: RefCell::default(),
            complete: Cell::new(true),
            outbox: Outbox::new(context),
        }
    }

    /// An object, as it was read. It is put if it differs from what the platform holds. Give parents before children.
    ///
    /// # Errors
    /// [`Failure::Host`] when the platform's store fails; [`Failure::Other`] for a resource type without a schema.
    pub async fn put(&self, draft: Draft) -> Result<(), Failure> {
        let text = canonical(&draft.document);
        let put = self.with_kind(&draft.key.resource_type, |kind| kind.see(&draft, &text))?;
        let Some(version) = put else { return Ok(()) };
        let object = Object { key: draft.key, version: version.to_string(), document: text };
        self.outbox.push(Change::Put(object)).await
    }

    /// An object that was seen and is left out on purpose. It is never taken for departed.
    pub fn skip(&self, key: &Key, name: Option<&str>, severity: Severity, why: Diagnosis) {
        if self.skipped.borrow_mut().insert(key.clone()) {
            self.context.record(Entry::about(severity, key, name, why));
        }
    }

    /// Something could not be read: nothing will be cleared or retired.
    pub fn incomplete(&self, entry: Entry) {
        self.complete.set(false);
        self.context.record(entry);
    }

    /// Whether everything so far was read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.complete.get()
    }

    /// Whether this object was given to [`Reading::put`].
    #[must_use]
    pub fn has_seen(&self, key: &Key) -> bool {
        let kinds = self.kinds.borrow();
        let kind = kinds.iter().find(|kind| kind.schema.resource_type == key.resource_type);
        kind.and_then(|kind| kind.objects.get(&key.external_id)).is_some_and(|known| known.seen.is_some())
    }

    /// How many objects of this type the platform holds: about as many as a full reading finds.
    #[must_use]
    pub fn n_held(&self, resource_type: &str) -> u64 {
        let kinds = self.kinds.borrow();
        let of_type = kinds.iter().filter(|kind| kind.schema.resource_type == resource_type);
        of_type.map(Kind::n_held).sum()
    }

    /// Show how far the reading has come, in whatever it counts.
    pub fn progress(&self, done: u64, total: u64) {
        self.context.report("reading", done, Some(total));
        self.outbox.send_if_due();
    }

    /// End a full reading: ask about what was not seen, clear, retire. `look` asks the source about one object.
    ///
    /// # Errors
    /// [`Failure::Host`] when the platform's store fails.
    pub async fn finish(
        self,
        scope: String,
        look: impl AsyncFn(&Key) -> Sighting,
    ) -> Result<Summary, Failure> {
        let mut departures = Vec::new();
        if self.complete.get() {
            departures = self.confirm_absences(look).await?;
        }
        if self.complete.get() {
            self.clear().await?;
        }
        self.outbox.drain().await?;
        if self.complete.get() && !departures.is_empty() {
            self.retire(&scope, departures)?;
        }
        Ok(self.summary())
    }

    /// End a reading that could not go on: what was put until then is right, so it is sent all the same.
    pub(crate) async fn abandon(self) {
        if let Err(failure) = self.outbox.drain().await {
            self.context.record(Entry::new(Severity::Error, failure.diagnosis().clone()));
        }
    }

    fn summary(&self) -> Summary {
        let kinds = self.kinds.borrow();
        let fates =
            || kinds.iter().flat_map(|kind| kind.objects.values()).filter_map(|known| known.seen.as_ref());
        let skipped = count(self.skipped.borrow().iter().filter(|key| !self.has_seen(key)));
        Summary {
            read: count(fates()) + skipped,
            unchanged: count(fates().filter(|seen| seen.fate == Fate::Unchanged)),
            skipped,
            complete: self.complete.get(),
        }
    }

    fn with_kind<T>(&self, resource_type: &str, with: impl FnOnce(&mut Kind) -> T) -> Result<T, Failure> {
        let mut kinds = self.kinds.borrow_mut();
        match kinds.iter_mut().find(|kind| kind.schema.resource_type == resource_type) {
            Some(kind) => Ok(with(kind)),
            None => Err(Failure::Other(Diagnosis::new(
                "unknown-resource-type",
                format!("resource type {resource_type:?} is not one of this connector's"),
                format!("资源类型 {resource_type:?} 不属于该连接器"),
            ))),
        }
    }
}

impl Kind {
    fn new(schema: &'static Schema) -> Self {
        Self { schema, objects: BTreeMap::new(), n_with: [0; MAX_OPTIONAL] }
    }

    fn load_all(&mut self, context: &Context) -> Result<(), Diagnosis> {
        let mut after: Option<String> = None;
        loop {
            let page = context.host().holdings(self.schema.resource_type, after.as_deref(), HOLDINGS_PAGE)?;
            let last = page.last().map(|holding| holding.external_id.clone());
            let full = count(page.iter()) == u64::from(HOLDINGS_PAGE);
            for holding in page {
                self.hold(holding.external_id, &holding.version);
            }
            // A host whose last id does not advance would be asked for ever.
            if !full || last <= after {
                return Ok(());
            }
            after = last;
        }
    }

    fn hold(&mut self, external_id: String, version: &str) {
        let held = Version::parse(version).map_or(Held::Something, Held::Version);
        self.objects.insert(external_id, Known { held, seen: None });
    }

    fn n_held(&self) -> u64 {
        count(self.objects.values().filter(|known| !matches!(known.held, Held::Nothing)))
    }

    /// Note an object; the version to put it with, if it must be put.
    fn see(&mut self, draft: &Draft, text: &str) -> Option<Version> {
        let present = draft.given(self.schema);
        let known = self.objects.entry(draft.key.external_id.clone()).or_default();
        if known.seen.is_none() {
            for (index, n_with) in self.n_with.iter_mut().enumerate().take(self.schema.optional.len()) {
                *n_with += u64::from(present.contains(index));
            }
        }
        let before = known.seen.as_ref().map_or(known.held, |seen| Held::Version(seen.version));
        let before = match before {
            Held::Nothing | Held::Something => None,
            Held::Version(version) => Some(version),
        };
        let given = before.map_or(present, |before| before.given.or(present)).without(draft.unassigned);
        let version = Version::of(text, given);
        let changed = before != Some(version);
        let was_put = known.seen.as_ref().is_some_and(|seen| seen.fate == Fate::Put);
        let fate = if changed || was_put { Fate::Put } else { Fate::Unchanged };
        known.seen = Some(Seen { lacking: draft.lacking, version, fate });
        changed.then_some(version)
    }
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
