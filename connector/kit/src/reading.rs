//! One reading of a source: what differs from what the platform holds is put as it is read. At the end a complete reading
//! says what is gone and what was cleared; the own readings of single objects say it of those alone. It never asks the
//! source itself; the connector does.

mod clearing;
mod outbox;
mod references;
mod refresh;
mod removals;

use crate::codes;
use crate::context::Context;
use crate::document::{Draft, OptionalSet, Schema, Version, canonical};
use crate::limits::{FIND_BATCH, INVENTORY_PAGE, MAX_CONTAINERS, MAX_OPTIONAL};
use crate::lookup::{Lookup, unknown_resource_type};
use crate::model::{
    Change, Container, Diagnosis, DirectoryObject, Entry, Failure, InventoryItem, Key, Scope, Severity,
    Summary,
};
use outbox::Outbox;
use references::{Extent, References};
pub use refresh::{Refreshed, refresh_objects};
use std::cell::{Cell, RefCell};
use std::collections::btree_map;
use std::collections::{BTreeMap, BTreeSet};

/// One reading, from the first request to the last removal.
#[derive(Debug)]
pub struct Reading {
    context: Context,
    kinds: RefCell<Vec<KnownType>>,
    skipped: RefCell<BTreeSet<Key>>,
    is_open: Cell<bool>,
    /// Whether the view is of everything there is.
    is_whole: Cell<bool>,
    containers: RefCell<BTreeMap<(&'static str, Key), Container>>,
    /// Why something was not read: the first reason that came up.
    incomplete: RefCell<Option<Diagnosis>>,
    references: References,
    outbox: Outbox,
}

/// What is known of one resource type.
#[derive(Debug)]
struct KnownType {
    schema: &'static Schema,
    objects: BTreeMap<String, KnownObject>,
    /// How many the source itself says there are.
    expected: Option<u64>,
    /// For each optional attribute, how many objects were seen with it.
    n_with: [u64; MAX_OPTIONAL],
}

#[derive(Debug, Default)]
struct KnownObject {
    held: PlatformObject,
    seen: Option<SeenObject>,
}

/// What the platform holds of an object.
#[derive(Debug, Clone, Copy, Default)]
enum PlatformObject {
    #[default]
    Nothing,
    /// In a state that no version of ours describes.
    Something,
    Version(Version),
}

#[derive(Debug)]
struct SeenObject {
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
        let reading = Self::empty(context, schemas, Extent::Everything);
        for kind in reading.kinds.borrow_mut().iter_mut() {
            kind.load_all(context).map_err(Failure::Host)?;
        }
        Ok(reading)
    }

    /// Say with what view this reading is made, before the first [`Reading::put`]: [`Context::tell_scope`].
    ///
    /// # Errors
    /// [`Failure::Host`] when the host refuses it, as it does the second time.
    pub fn open(&self, scope: Scope) -> Result<(), Failure> {
        self.is_whole.set(scope.whole);
        self.context.tell_scope(scope)?;
        self.is_open.set(true);
        Ok(())
    }

    /// Begin to read just these objects.
    fn of(context: &Context, schemas: &'static [Schema], keys: &[Key]) -> Result<Self, Failure> {
        let reading = Self::empty(context, schemas, Extent::Single);
        // A few objects are no view of the source.
        reading.is_open.set(true);
        for key in keys {
            reading.with_kind(&key.resource_type, |_| ())?;
        }
        reading.find(keys)?;
        Ok(reading)
    }

    /// Learn which of these the platform holds.
    fn find(&self, keys: &[Key]) -> Result<(), Failure> {
        for keys in keys.chunks(FIND_BATCH) {
            let held = self.context.host().find_inventory(keys).map_err(Failure::Host)?;
            for (key, holding) in keys.iter().zip(held) {
                let Some(InventoryItem { external_id, version, .. }) = holding else { continue };
                self.with_kind(&key.resource_type, |kind| kind.hold(external_id, &version))?;
            }
        }
        Ok(())
    }

    fn empty(context: &Context, schemas: &'static [Schema], extent: Extent) -> Self {
        let kinds = schemas.iter().map(KnownType::new).collect();
        Self {
            context: context.clone(),
            kinds: RefCell::new(kinds),
            skipped: RefCell::default(),
            is_open: Cell::new(false),
            is_whole: Cell::new(true),
            containers: RefCell::default(),
            incomplete: RefCell::default(),
            references: References::new(extent),
            outbox: Outbox::new(context),
        }
    }

    /// An object, as it was read. It is put if it differs from what the platform holds. Give parents before children: one that
    /// names what was not given yet ([`Schema::references`]) waits for it, at the longest until everything was read.
    ///
    /// # Errors
    /// [`Failure::Host`] when the platform's store fails; [`Failure::Other`] for a resource type without a schema, or before
    /// [`Reading::open`].
    pub async fn put(&self, draft: Draft) -> Result<(), Failure> {
        if !self.is_open.get() {
            return Err(Failure::Other(not_open()));
        }
        self.put_or_wait(draft).await
    }

    /// Put an object that waits for nothing.
    async fn put_now(&self, draft: Draft) -> Result<(), Failure> {
        let text = canonical(&draft.document);
        let put = self.with_kind(&draft.key.resource_type, |kind| kind.see(&draft, &text))?;
        let Some(version) = put else { return Ok(()) };
        let object = DirectoryObject { key: draft.key, version: version.to_string(), document: text };
        self.outbox.push(Change::Put(object)).await
    }

    /// An object that was seen and is left out on purpose. It is never taken for gone.
    pub fn skip(&self, key: &Key, name: Option<&str>, severity: Severity, why: Diagnosis) {
        if self.skipped.borrow_mut().insert(key.clone()) {
            self.context.record(Entry::about(severity, key, name, why));
        }
    }

    /// Something could not be read: nothing will be cleared or removed.
    pub fn incomplete(&self, entry: Entry) {
        self.incomplete.borrow_mut().get_or_insert_with(|| entry.diagnosis.clone());
        self.context.record(entry);
    }

    /// Whether everything so far was read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.incomplete.borrow().is_none()
    }

    /// How many objects of this type the source itself says there are.
    ///
    /// # Errors
    /// [`Failure::Other`] for a resource type without a schema.
    pub fn expect(&self, resource_type: &str, n: u64) -> Result<(), Failure> {
        self.with_kind(resource_type, |kind| kind.expected = Some(n))
    }

    /// A list of objects of this type, or a page of it, and whether it was read to its end: what the proof of a removal
    /// shows. What pages listed adds up; the last one says whether it was the end. Beyond [`MAX_CONTAINERS`] none is told.
    ///
    /// # Errors
    /// [`Failure::Other`] for a resource type without a schema.
    pub fn listed(&self, resource_type: &str, container: Container) -> Result<(), Failure> {
        let resource_type = self.with_kind(resource_type, |kind| kind.schema.resource_type)?;
        let mut containers = self.containers.borrow_mut();
        let n_containers = containers.len();
        match containers.entry((resource_type, container.key.clone())) {
            btree_map::Entry::Occupied(mut before) => {
                let listed = before.get().listed.saturating_add(container.listed);
                before.insert(Container { listed, ..container });
            }
            btree_map::Entry::Vacant(place) if n_containers < MAX_CONTAINERS => drop(place.insert(container)),
            btree_map::Entry::Vacant(_) => {}
        }
        Ok(())
    }

    /// Whether this object was given to [`Reading::put`].
    #[must_use]
    pub fn has_seen(&self, key: &Key) -> bool {
        let kinds = self.kinds.borrow();
        let kind = kinds.iter().find(|kind| kind.schema.resource_type == key.resource_type);
        kind.and_then(|kind| kind.objects.get(&key.external_id)).is_some_and(|known| known.seen.is_some())
    }

    /// Whether the platform holds this object.
    #[must_use]
    pub fn holds(&self, key: &Key) -> bool {
        let kinds = self.kinds.borrow();
        let kind = kinds.iter().find(|kind| kind.schema.resource_type == key.resource_type);
        let known = kind.and_then(|kind| kind.objects.get(&key.external_id));
        known.is_some_and(|known| !matches!(known.held, PlatformObject::Nothing))
    }

    /// How many objects of this type the platform holds: about as many as a full reading finds.
    #[must_use]
    pub fn n_held(&self, resource_type: &str) -> u64 {
        let kinds = self.kinds.borrow();
        let of_type = kinds.iter().filter(|kind| kind.schema.resource_type == resource_type);
        of_type.map(KnownType::n_held).sum()
    }

    /// Show how far the reading has come, in whatever it counts.
    pub fn progress(&self, done: u64, total: u64) {
        self.context.report("reading", done, Some(total));
        self.outbox.send_if_due();
    }

    /// End a full reading: ask about what was not seen, clear, say what was covered, remove. `look_up` asks the source about
    /// one object. What is out of the view by where the platform has it is not asked about, and stays.
    ///
    /// # Errors
    /// [`Failure::Host`] when the platform's store fails.
    pub async fn finish(self, look_up: impl AsyncFn(&Key) -> Lookup) -> Result<Summary, Failure> {
        if !self.is_open.get() {
            return Err(Failure::Other(not_open()));
        }
        self.settle_references(&look_up).await?;
        let mut removals = Vec::new();
        if self.is_complete() {
            removals = self.confirm_absences(&look_up).await?;
            // What turned out to be there may name something in turn.
            self.settle_references(&look_up).await?;
        }
        let mut unproven = Vec::new();
        if self.is_complete() {
            unproven = self.clear().await?;
        }
        self.outbox.drain().await?;
        self.propose(unproven)?;
        self.tell_further_references();
        self.tell_kept_absences().await?;
        self.context.host().close_reading(self.coverage()).map_err(Failure::Host)?;
        if self.is_complete() && !removals.is_empty() {
            self.remove(removals)?;
        }
        Ok(self.summary())
    }

    /// End a reading that could not go on: what was put until then is right, so it is sent all the same.
    pub(crate) async fn abandon(self) {
        let ended = match self.put_waiting_unasked().await {
            Ok(()) => {
                self.tell_further_references();
                self.outbox.drain().await
            }
            Err(failure) => Err(failure),
        };
        if let Err(failure) = ended {
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
            complete: self.is_complete(),
            incomplete_reason: self.incomplete.borrow().clone(),
        }
    }

    fn with_kind<T>(
        &self,
        resource_type: &str,
        with: impl FnOnce(&mut KnownType) -> T,
    ) -> Result<T, Failure> {
        let mut kinds = self.kinds.borrow_mut();
        match kinds.iter_mut().find(|kind| kind.schema.resource_type == resource_type) {
            Some(kind) => Ok(with(kind)),
            None => Err(unknown_resource_type(resource_type)),
        }
    }
}

impl KnownType {
    fn new(schema: &'static Schema) -> Self {
        Self { schema, objects: BTreeMap::new(), expected: None, n_with: [0; MAX_OPTIONAL] }
    }

    fn load_all(&mut self, context: &Context) -> Result<(), Diagnosis> {
        let mut after: Option<String> = None;
        loop {
            let page =
                context.host().list_inventory(self.schema.resource_type, after.as_deref(), INVENTORY_PAGE)?;
            let last = page.last().map(|holding| holding.external_id.clone());
            let full = count(page.iter()) == u64::from(INVENTORY_PAGE);
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
        let held = Version::parse(version).map_or(PlatformObject::Something, PlatformObject::Version);
        self.objects.insert(external_id, KnownObject { held, seen: None });
    }

    fn n_held(&self) -> u64 {
        count(self.objects.values().filter(|known| !matches!(known.held, PlatformObject::Nothing)))
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
        let before = known.seen.as_ref().map_or(known.held, |seen| PlatformObject::Version(seen.version));
        let before = match before {
            PlatformObject::Nothing | PlatformObject::Something => None,
            PlatformObject::Version(version) => Some(version),
        };
        let given = before.map_or(present, |before| before.given.or(present)).without(draft.unassigned);
        let version = Version::of(text, given);
        let changed = before != Some(version);
        let was_put = known.seen.as_ref().is_some_and(|seen| seen.fate == Fate::Put);
        let fate = if changed || was_put { Fate::Put } else { Fate::Unchanged };
        known.seen = Some(SeenObject { lacking: draft.lacking, version, fate });
        changed.then_some(version)
    }
}

fn not_open() -> Diagnosis {
    codes::reading_not_opened()
}

fn count<T>(items: impl Iterator<Item = T>) -> u64 {
    u64::try_from(items.count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
