//! Reads resources from the store: a page of one type or of several, or one.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_host::model::{Key, SourceName};
use rollcall_host::sqlite::{Member, Named, Outline, Page, SqliteStore, WholeObject};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::yield_now;

use super::base::Sight;
use super::conditions::{Among, Conditions, conditions};
use super::face::ScimFace;
use super::id::{Meant, parse_id};
use super::projection::Projection;
use super::query::{Asked, Query};
use super::reply::{Refusal, ScimType};
use super::resource::{Resource, Subject, group, people_named_by, user};
use super::schemas::ResourceType;
use crate::console::Console;

/// Resources of one part of a list.
///
/// At most 500. Why: their documents are in memory together, some MiB of them; each part looks for its place in the list anew,
/// which is quick but not for nothing.
const PART_RESOURCES: u64 = 500;

/// How long what is written of a part may become before the part ends.
///
/// 1 MiB. Why: groups with all their members are long; a few of them are as much as hundreds of people.
const PART_BYTES: usize = 1 << 20;

/// Groups in lists that are put together at once.
///
/// At most 4. Why: one with everybody in it takes some 100 MiB for 100,000 people until it is written, and many programs may
/// ask at once; they wait for each other for some milliseconds.
static GROUPS_AT_ONCE: Semaphore = Semaphore::const_new(4);

/// A part of a list: whoever asked for more than it has asks for another one after it.
#[derive(Debug)]
pub(crate) struct Part {
    /// How many are found in all.
    pub(crate) total: u64,
    /// What is told of those in this part, as JSON.
    pub(crate) resources: Vec<String>,
    n_bytes: usize,
}

/// What one request reads.
pub(crate) struct Reading<'a> {
    store: &'a SqliteStore,
    sight: &'a Sight,
    faces: BTreeMap<SourceName, ScimFace>,
    outlines: BTreeMap<SourceName, Arc<Outline>>,
    tenures: BTreeMap<SourceName, Arc<BTreeMap<Key, u64>>>,
    people: BTreeMap<SourceName, BTreeMap<String, Named>>,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(console: &'a Console, sight: &'a Sight) -> Self {
        Self {
            store: console.store(),
            sight,
            faces: console.sources().faces(),
            outlines: BTreeMap::new(),
            tenures: BTreeMap::new(),
            people: BTreeMap::new(),
        }
    }

    /// The first part of what is asked for of the resources of these types, one type after the other. It has at least one
    /// resource, if there is one.
    pub(crate) async fn part(mut self, kinds: &[ResourceType], query: &Query) -> Result<Part, Refusal> {
        let among = if kinds.len() == 1 { Among::One } else { Among::Several };
        let mut part = Part { total: 0, resources: Vec::new(), n_bytes: 0 };
        for kind in kinds {
            let asked = match &query.filter {
                Some(filter) => conditions(filter, *kind, among),
                None => Ok(Conditions::All(Vec::new())),
            };
            match asked.map_err(|error| Refusal::new(ScimType::InvalidFilter, error.into()))? {
                Conditions::Never => {}
                Conditions::All(conditions) => {
                    let page = part.rest_of(query.page);
                    let within = &self.sight.within;
                    let found = self.store.objects_where(kind.stored(), within, &conditions, page).await?;
                    part.total = part.total.saturating_add(found.total);
                    self.meet(&found.items).await?;
                    for object in &found.items {
                        if part.is_full() {
                            break;
                        }
                        part.add(self.told(*kind, object, &query.projection).await?);
                    }
                }
            }
        }
        Ok(part)
    }

    /// What is told of one in a list.
    async fn told(
        &mut self,
        kind: ResourceType,
        object: &WholeObject,
        projection: &Projection,
    ) -> Result<String, Refusal> {
        // There is a turn for everybody: the semaphore is never closed.
        let _turn = match kind {
            ResourceType::User => None,
            ResourceType::Group => GROUPS_AT_ONCE.acquire().await.ok(),
        };
        let resource = self.resource(kind, object, projection).await?;
        let told = Value::Object(projection.apply(kind, resource.members)).to_string();
        // Long lists of members are put together here: let others go on in between.
        yield_now().await;
        Ok(told)
    }

    /// One resource, whole.
    pub(crate) async fn one(
        mut self,
        kind: ResourceType,
        id: &str,
        projection: &Projection,
    ) -> Result<Resource, Refusal> {
        let meant = parse_id(id).filter(|meant| self.sight.within.has(&meant.source));
        let Meant { source, external_id, tenure } = meant.ok_or_else(Refusal::not_found)?;
        let key = Key::new(kind.stored(), external_id);
        let object = self.store.object(&source, &key).await?;
        let object = object.filter(|object| object.tenure == tenure).ok_or_else(Refusal::not_found)?;
        self.meet(std::slice::from_ref(&object)).await?;
        self.resource(kind, &object, projection).await
    }

    async fn resource(
        &mut self,
        kind: ResourceType,
        object: &WholeObject,
        projection: &Projection,
    ) -> Result<Resource, Refusal> {
        let outline = self.outline(&object.source).await?;
        let tenures = self.tenures(&object.source).await?;
        let members = match kind {
            ResourceType::Group if projection.wants(kind, "members") => Some(self.members(object).await?),
            ResourceType::Group | ResourceType::User => None,
        };
        let nobody = BTreeMap::new();
        let subject = Subject {
            base: &self.sight.base.0,
            object,
            outline: &outline,
            tenures: &tenures,
            people: self.people.get(&object.source).unwrap_or(&nobody),
            face: self.faces.get(&object.source).copied().unwrap_or_default(),
        };
        match kind {
            ResourceType::User => Ok(user(subject)),
            ResourceType::Group => Ok(group(subject, members.as_deref())),
        }
    }

    /// Look up whom these objects name, in the place of those that others named before.
    async fn meet(&mut self, objects: &[WholeObject]) -> Result<(), Refusal> {
        self.people.clear();
        let mut ids: BTreeMap<&SourceName, Vec<String>> = BTreeMap::new();
        for object in objects {
            ids.entry(&object.source).or_default().extend(people_named_by(object));
        }
        for (source, mut ids) in ids {
            ids.sort();
            ids.dedup();
            let known = self.store.people_named(source, ids).await?;
            self.people.insert(source.clone(), known);
        }
        Ok(())
    }

    async fn outline(&mut self, source: &SourceName) -> Result<Arc<Outline>, Refusal> {
        if let Some(known) = self.outlines.get(source) {
            return Ok(Arc::clone(known));
        }
        let outline = self.store.outline(source).await?;
        self.outlines.insert(source.clone(), Arc::clone(&outline));
        Ok(outline)
    }

    async fn tenures(&mut self, source: &SourceName) -> Result<Arc<BTreeMap<Key, u64>>, Refusal> {
        if let Some(known) = self.tenures.get(source) {
            return Ok(Arc::clone(known));
        }
        let tenures = Arc::new(self.store.tenures(source).await?);
        self.tenures.insert(source.clone(), Arc::clone(&tenures));
        Ok(tenures)
    }

    /// In one piece, so that nobody is missing because somebody else moved meanwhile.
    async fn members(&self, group: &WholeObject) -> Result<Vec<Member>, Refusal> {
        let page = Page { offset: 0, limit: u32::MAX };
        Ok(self.store.members_of(&group.source, &group.key.external_id, page).await?.items)
    }
}

impl Part {
    fn add(&mut self, resource: String) {
        self.n_bytes = self.n_bytes.saturating_add(resource.len());
        self.resources.push(resource);
    }

    const fn is_full(&self) -> bool {
        PART_BYTES <= self.n_bytes
    }

    /// The page of the next type, of which this part may still have some.
    fn rest_of(&self, asked: Asked) -> Page {
        let n_told = u64::try_from(self.resources.len()).unwrap_or(u64::MAX);
        let room = std::cmp::min(asked.limit, PART_RESOURCES).saturating_sub(n_told);
        let room = if self.is_full() { 0 } else { room };
        Page {
            offset: asked.offset.saturating_sub(self.total),
            limit: u32::try_from(room).unwrap_or(u32::MAX),
        }
    }
}
