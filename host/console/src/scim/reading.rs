//! Reads resources from the store: a page of one type or of several, or one.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_host::model::{Diagnosis, Key, SourceName};
use rollcall_host::sqlite::{Member, Named, Outline, Page, SqliteStore, WholeObject};
use serde_json::Value;

use super::base::Sight;
use super::conditions::{Among, Conditions, conditions};
use super::face::ScimFace;
use super::id::{Meant, parse_id};
use super::projection::Projection;
use super::query::Query;
use super::reply::{Refusal, Reply, ScimType};
use super::resource::{Resource, Subject, group, people_named_by, user};
use super::schemas::ResourceType;
use crate::console::Console;

/// Members of all groups of one answer together.
///
/// 100,000. Why: everybody in one department, some 20 MiB of JSON; more at once is memory for nothing, because the same is
/// in the people's `groups`.
const MAX_MEMBERS: u32 = 100_000;

/// What one request reads.
pub(crate) struct Reading<'a> {
    store: &'a SqliteStore,
    sight: &'a Sight,
    faces: BTreeMap<SourceName, ScimFace>,
    outlines: BTreeMap<SourceName, Arc<Outline>>,
    tenures: BTreeMap<SourceName, Arc<BTreeMap<Key, u64>>>,
    people: BTreeMap<SourceName, BTreeMap<String, Named>>,
    n_members: u32,
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
            n_members: 0,
        }
    }

    /// A page of the resources of these types, one type after the other.
    pub(crate) async fn list(mut self, kinds: &[ResourceType], query: &Query) -> Result<Reply, Refusal> {
        let among = if kinds.len() == 1 { Among::One } else { Among::Several };
        let (mut total, mut resources) = (0_u64, Vec::new());
        for kind in kinds {
            let room = u64::from(query.page.limit)
                .saturating_sub(u64::try_from(resources.len()).unwrap_or(u64::MAX));
            let page = Page {
                offset: query.page.offset.saturating_sub(total),
                limit: u32::try_from(room).unwrap_or(u32::MAX),
            };
            let asked = match &query.filter {
                Some(filter) => conditions(filter, *kind, among),
                None => Ok(Conditions::All(Vec::new())),
            };
            match asked.map_err(|error| Refusal::new(ScimType::InvalidFilter, error.into()))? {
                Conditions::Never => {}
                Conditions::All(conditions) => {
                    let within = &self.sight.within;
                    let found = self.store.objects_where(kind.stored(), within, &conditions, page).await?;
                    total = total.saturating_add(found.total);
                    self.meet(&found.items).await?;
                    for object in &found.items {
                        let resource = self.resource(*kind, object, &query.projection).await?;
                        resources.push(Value::Object(query.projection.apply(*kind, resource.members)));
                    }
                }
            }
        }
        Ok(Reply::list(total, query.page.offset.saturating_add(1), &resources))
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
    async fn members(&mut self, group: &WholeObject) -> Result<Vec<Member>, Refusal> {
        let room = MAX_MEMBERS.saturating_sub(self.n_members);
        let page = Page { offset: 0, limit: room };
        let found = self.store.members_of(&group.source, &group.key.external_id, page).await?;
        let n = u32::try_from(found.total).unwrap_or(u32::MAX);
        if room < n {
            return Err(Refusal::new(ScimType::TooMany, too_many_members()));
        }
        self.n_members = self.n_members.saturating_add(n);
        Ok(found.items)
    }
}

fn too_many_members() -> Diagnosis {
    Diagnosis::new("too-many-members", format!("these groups have more than {MAX_MEMBERS} members together"))
        .with_remedy(
            "ask for fewer groups at once, or with excludedAttributes=members, and read the users' groups",
        )
        .in_chinese(
            format!("这些组的成员总数超过 {MAX_MEMBERS}"),
            "请减少一次请求的组数，或使用 excludedAttributes=members 并改读用户的 groups",
        )
}
