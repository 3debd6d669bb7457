//! Reads resources from the store: those on a list, one after the other, or one alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::vec::IntoIter;

use rollcall_browse::{Condition, Member, Named, ObjectNumber, Outline, Page, Sifted, Store, WholeObject};
use rollcall_host::model::{Diagnosis, Key, SourceName, Timestamp};
use serde_json::Value;
use tokio::sync::Semaphore;
use tokio::task::yield_now;

use super::base::Sight;
use super::conditions::{WithSource, condition};
use super::filter::{Among, Effort, ResourceFilter, question};
use super::id::{Meant, parse_id};
use super::projection::Projection;
use super::query::Query;
use super::reply::{ScimRefusal, ScimType};
use super::resource::{Resource, Subject, group, people_named_by, user};
use super::schemas::ScimResourceType;
use crate::face::{ScimFace, ScimUserNames};
use crate::sources::Sources;

/// How long what is written of a part may become before the part ends.
///
/// 1 MiB. Why: some hundred people, or a few groups with all their members; it is in memory until it is sent.
const PART_BYTES: usize = 1 << 20;

/// Groups in lists that are put together at once.
///
/// At most 4. Why: one with everybody in it takes some 100 MiB for 100,000 people until it is written, and many programs may
/// ask at once; they wait for each other for some milliseconds.
static GROUPS_AT_ONCE: Semaphore = Semaphore::const_new(4);

/// Documents that are read at once.
///
/// 64. Why: some hundred KiB, and other requests are looked after between two times.
const N_AT_ONCE: usize = 64;

/// Who is on a list, found all at once.
pub(crate) struct FoundResources {
    /// How many there are on all pages.
    pub(crate) total: u64,
    /// Those on the page.
    pub(crate) listed: Vec<ListedResource>,
    /// Whoever was modified later is on no page yet, or on this one as of this moment.
    pub(crate) as_of: Timestamp,
}

/// One on a list.
pub(crate) type ListedResource = (ScimResourceType, ObjectNumber);

/// What one request reads.
pub(crate) struct ScimReading<'a> {
    store: &'a dyn Store,
    sight: &'a Sight,
    faces: BTreeMap<SourceName, ScimFace>,
    outlines: BTreeMap<SourceName, Arc<Outline>>,
    tenures: BTreeMap<SourceName, Arc<BTreeMap<Key, u64>>>,
    people: BTreeMap<SourceName, BTreeMap<String, Named>>,
}

impl<'a> ScimReading<'a> {
    pub(crate) fn new(sources: &'a Sources, sight: &'a Sight) -> Self {
        Self {
            store: &**sources.services().store(),
            sight,
            faces: sources.faces(),
            outlines: BTreeMap::new(),
            tenures: BTreeMap::new(),
            people: BTreeMap::new(),
        }
    }

    /// Who is on the page of what is asked for, one type after the other.
    pub(crate) async fn find(
        &mut self,
        kinds: &[ScimResourceType],
        query: &Query,
    ) -> Result<FoundResources, ScimRefusal> {
        let among = if kinds.len() == 1 { Among::One } else { Among::Several };
        let asked = |kind: &ScimResourceType| {
            let asked = query.filter.as_ref().map(|filter| question(filter, *kind, among)).transpose();
            asked.map_err(|error| ScimRefusal::new(ScimType::InvalidFilter, error.into()))
        };
        // All of it is read before anything is looked for.
        let questions = kinds.iter().map(asked).collect::<Result<Vec<_>, _>>()?;
        // Before anything is found, so that nothing that is found later is missed by whoever asks for what came after it.
        let as_of = self.store.last_moment().await?;
        let mut found = FoundResources { total: 0, listed: Vec::new(), as_of };
        for (kind, question) in kinds.iter().zip(&questions) {
            let n_found = u64::try_from(found.listed.len()).unwrap_or(u64::MAX);
            let page = Page {
                offset: query.page.offset.saturating_sub(found.total),
                limit: u32::try_from(query.page.limit.saturating_sub(n_found)).unwrap_or(u32::MAX),
            };
            let of_kind = self.find_kind(*kind, question.as_ref(), page).await?;
            found.total = found.total.saturating_add(of_kind.total);
            found.listed.extend(of_kind.objects.into_iter().map(|number| (*kind, number)));
        }
        Ok(found)
    }

    /// What is told of the next ones on a list, as JSON, until it is a part. Who is not held any more is passed over, and who was
    /// modified since the list was found (`as_of`) is told as of then: somebody else who is told already may have been modified
    /// before them, and whoever asks next for what is later than the latest that they saw is told of both.
    ///
    /// They are read as they are by now. A list of one moment to its end would hold the store's log for as long as the slowest
    /// client takes, and in the end whoever writes.
    pub(crate) async fn tell(
        &mut self,
        rest: &mut IntoIter<ListedResource>,
        as_of: Timestamp,
        projection: &Projection,
    ) -> Result<Vec<String>, ScimRefusal> {
        let (mut told, mut n_bytes) = (Vec::new(), 0_usize);
        while n_bytes < PART_BYTES && 0 < rest.len() {
            let next: Vec<ListedResource> = rest.as_slice().iter().take(N_AT_ONCE).copied().collect();
            let objects =
                self.store.objects_numbered(next.iter().map(|(_, number)| *number).collect()).await?;
            self.meet(objects.iter().flatten()).await?;
            for ((kind, _), object) in next.iter().zip(objects) {
                if PART_BYTES <= n_bytes {
                    break;
                }
                rest.next();
                let Some(mut object) = object else { continue };
                object.modified_at = std::cmp::min(object.modified_at, as_of);
                let text = self.told(*kind, &object, projection).await?;
                n_bytes = n_bytes.saturating_add(text.len());
                told.push(text);
            }
        }
        Ok(told)
    }

    /// What is told of one.
    async fn told(
        &mut self,
        kind: ScimResourceType,
        object: &WholeObject,
        projection: &Projection,
    ) -> Result<String, ScimRefusal> {
        // There is a turn for everybody: the semaphore is never closed.
        let _turn = match kind {
            ScimResourceType::User => None,
            ScimResourceType::Group => GROUPS_AT_ONCE.acquire().await.ok(),
        };
        let resource = self.resource(kind, object, projection).await?;
        let told = Value::Object(projection.apply(kind, resource.members)).to_string();
        // Long lists of members are put together here: let others go on in between.
        yield_now().await;
        Ok(told)
    }

    /// The resources of a type of which a question holds: all of them counted, and those on a page.
    async fn find_kind(
        &mut self,
        kind: ScimResourceType,
        question: Option<&ResourceFilter>,
        page: Page,
    ) -> Result<OfKind, ScimRefusal> {
        let with_source = self.with_source().await?;
        let condition = question.map_or(Condition::always(), |question| condition(question, kind));
        let condition = with_source.as_told(condition);
        match (self.store.sift(kind.stored(), &self.sight.within, &condition, page).await?, question) {
            (Sifted::Page { total, objects }, _) => Ok(OfKind { total, objects }),
            (Sifted::All(sifted), Some(question)) => self.decide(kind, question, &sifted, page).await,
            (Sifted::All(sifted), None) => Ok(OfKind::cut(sifted.iter().map(|(number, _)| *number), page)),
        }
    }

    /// The sources that answer here whose user names are told with their own name.
    async fn with_source(&self) -> Result<WithSource, ScimRefusal> {
        let is_told_so = |source: &SourceName| {
            self.faces.get(source).is_some_and(|face| face.user_names == ScimUserNames::WithSource)
        };
        if !self.faces.keys().any(is_told_so) {
            return Ok(WithSource::default());
        }
        // A source that was removed is not configured any more, and its people are held.
        let held = self.store.sources().await?.into_iter().filter_map(|name| SourceName::new(name).ok());
        let all: BTreeSet<SourceName> = held.chain(self.faces.keys().cloned()).collect();
        let seen = all.into_iter().filter(|source| self.sight.within.has(source));
        let (sources, others): (BTreeSet<_>, BTreeSet<_>) = seen.partition(is_told_so);
        Ok(WithSource { sources, has_others: !others.is_empty() })
    }

    /// Look at each resource of which the store cannot tell whether a question holds.
    async fn decide(
        &mut self,
        kind: ScimResourceType,
        question: &ResourceFilter,
        sifted: &[(ObjectNumber, bool)],
        page: Page,
    ) -> Result<OfKind, ScimRefusal> {
        let projection = whatever_is_looked_at(question);
        let (mut effort, mut found) = (Effort::default(), Vec::new());
        for part in sifted.chunks(N_AT_ONCE) {
            let unclear = part.iter().filter(|(_, is_certain)| !is_certain).map(|(number, _)| *number);
            let objects = self.store.objects_numbered(unclear.collect()).await?;
            self.meet(objects.iter().flatten()).await?;
            let mut objects = objects.into_iter();
            for (number, is_certain) in part {
                let object = if *is_certain { None } else { objects.next().flatten() };
                let holds = match object {
                    Some(object) => {
                        let resource = self.resource(kind, &object, &projection).await?;
                        question.holds(&resource.members, &mut effort)
                    }
                    None => *is_certain,
                };
                if holds {
                    found.push(*number);
                }
                if effort.is_too_much() {
                    return Err(ScimRefusal::new(ScimType::TooMany, too_much_effort()));
                }
            }
        }
        Ok(OfKind::cut(found.into_iter(), page))
    }

    /// One resource, whole.
    pub(crate) async fn one(
        mut self,
        kind: ScimResourceType,
        id: &str,
        projection: &Projection,
    ) -> Result<Resource, ScimRefusal> {
        let meant = parse_id(id).filter(|meant| self.sight.within.has(&meant.source));
        let Meant { source, external_id, tenure } = meant.ok_or_else(ScimRefusal::not_found)?;
        let key = Key::new(kind.stored(), external_id);
        let object = self.store.object(&source, &key).await?;
        let object = object.filter(|object| object.tenure == tenure).ok_or_else(ScimRefusal::not_found)?;
        self.meet([&object]).await?;
        self.resource(kind, &object, projection).await
    }

    async fn resource(
        &mut self,
        kind: ScimResourceType,
        object: &WholeObject,
        projection: &Projection,
    ) -> Result<Resource, ScimRefusal> {
        let outline = self.outline(&object.source).await?;
        let tenures = self.tenures(&object.source).await?;
        let members = match kind {
            ScimResourceType::Group if projection.wants(kind, "members") => Some(self.members(object).await?),
            ScimResourceType::Group | ScimResourceType::User => None,
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
            ScimResourceType::User => Ok(user(subject)),
            ScimResourceType::Group => Ok(group(subject, members.as_deref())),
        }
    }

    /// Look up whom these objects name, in the place of those that others named before.
    async fn meet(&mut self, objects: impl IntoIterator<Item = &WholeObject>) -> Result<(), ScimRefusal> {
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

    async fn outline(&mut self, source: &SourceName) -> Result<Arc<Outline>, ScimRefusal> {
        if let Some(known) = self.outlines.get(source) {
            return Ok(Arc::clone(known));
        }
        let outline = self.store.outline(source).await?;
        self.outlines.insert(source.clone(), Arc::clone(&outline));
        Ok(outline)
    }

    async fn tenures(&mut self, source: &SourceName) -> Result<Arc<BTreeMap<Key, u64>>, ScimRefusal> {
        if let Some(known) = self.tenures.get(source) {
            return Ok(Arc::clone(known));
        }
        let tenures = Arc::new(self.store.tenures(source).await?);
        self.tenures.insert(source.clone(), Arc::clone(&tenures));
        Ok(tenures)
    }

    /// In one piece, so that nobody is missing because somebody else moved meanwhile.
    async fn members(&self, group: &WholeObject) -> Result<Vec<Member>, ScimRefusal> {
        let page = Page { offset: 0, limit: u32::MAX };
        Ok(self.store.members_of(&group.source, &group.key.external_id, page).await?.items)
    }
}

/// Members are read only where it takes them to answer: they may be many, and a version covers them.
fn whatever_is_looked_at(question: &ResourceFilter) -> Projection {
    let takes_members = question.looks_at("members", None) || question.looks_at("meta", Some("version"));
    if takes_members { Projection::All } else { Projection::of(&[], &["members"]) }
}

/// The resources of a type of which a question holds.
struct OfKind {
    /// How many there are on all pages.
    total: u64,
    /// Those on the page.
    objects: Vec<ObjectNumber>,
}

impl OfKind {
    fn cut(all: impl ExactSizeIterator<Item = ObjectNumber>, page: Page) -> Self {
        let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
        let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
        let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
        Self { total, objects: all.skip(offset).take(limit).collect() }
    }
}

fn too_much_effort() -> Diagnosis {
    Diagnosis::new("filter-takes-too-long", "filter looks at too many values of too many resources")
        .with_remedy(
            "join a condition by \"and\" that few resources meet, such as one on userName, or ask in several filters",
        )
        .in_chinese(
            "筛选条件需要检查的资源和属性值过多",
            "请用 and 加上能大幅缩小范围的条件（例如 userName），或拆成多个筛选条件",
        )
}
