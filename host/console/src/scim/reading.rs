//! Reads resources from the store: a page of one type or of several, or one.

use std::collections::BTreeMap;
use std::sync::Arc;

use rollcall_host::model::{Diagnosis, Key, SourceName};
use rollcall_host::sqlite::{
    Condition, Member, ObjectNumber, Outline, Page, Sifted, SqliteStore, WholeObject,
};
use serde_json::Value;

use super::conditions::condition;
use super::filter::{Among, Effort, Question, question};
use super::id::{Meant, parse_id};
use super::projection::Projection;
use super::query::Query;
use super::reply::{Refusal, Reply, ScimType};
use super::resource::{Resource, Subject, group, user};
use super::schemas::ResourceType;
use crate::console::Console;

/// Members of all groups of one answer together.
///
/// 100,000. Why: everybody in one department, some 20 MiB of JSON; more at once is memory for nothing, because the same is
/// in the people's `groups`.
const MAX_MEMBERS: u32 = 100_000;

/// Documents that are read at once.
///
/// 64. Why: some hundred KiB, and other requests are looked after between two times.
const N_AT_ONCE: usize = 64;

/// What one request reads.
pub(crate) struct Reading<'a> {
    store: &'a SqliteStore,
    base: &'a str,
    outlines: BTreeMap<SourceName, Arc<Outline>>,
    tenures: BTreeMap<SourceName, Arc<BTreeMap<Key, u64>>>,
    n_members: u32,
}

impl<'a> Reading<'a> {
    pub(crate) fn new(console: &'a Console, base: &'a str) -> Self {
        Self {
            store: console.store(),
            base,
            outlines: BTreeMap::new(),
            tenures: BTreeMap::new(),
            n_members: 0,
        }
    }

    /// A page of the resources of these types, one type after the other.
    pub(crate) async fn list(mut self, kinds: &[ResourceType], query: &Query) -> Result<Reply, Refusal> {
        let among = if kinds.len() == 1 { Among::One } else { Among::Several };
        let asked = |kind: &ResourceType| {
            let asked = query.filter.as_ref().map(|filter| question(filter, *kind, among)).transpose();
            asked.map_err(|error| Refusal::new(ScimType::InvalidFilter, error.into()))
        };
        // All of it is read before anything is looked for.
        let questions = kinds.iter().map(asked).collect::<Result<Vec<_>, _>>()?;
        let (mut total, mut resources) = (0_u64, Vec::new());
        for (kind, question) in kinds.iter().zip(&questions) {
            let room = u64::from(query.page.limit)
                .saturating_sub(u64::try_from(resources.len()).unwrap_or(u64::MAX));
            let page = Page {
                offset: query.page.offset.saturating_sub(total),
                limit: u32::try_from(room).unwrap_or(u32::MAX),
            };
            let found = self.find(*kind, question.as_ref(), page).await?;
            total = total.saturating_add(found.total);
            for numbers in found.objects.chunks(N_AT_ONCE) {
                for object in self.store.objects_numbered(numbers.to_vec()).await?.iter().flatten() {
                    let resource = self.resource(*kind, object, &query.projection).await?;
                    resources.push(Value::Object(query.projection.apply(*kind, resource.members)));
                }
            }
        }
        Ok(Reply::list(total, query.page.offset.saturating_add(1), &resources))
    }

    /// The resources of a type of which a question holds: all of them counted, and those on a page.
    async fn find(
        &mut self,
        kind: ResourceType,
        question: Option<&Question>,
        page: Page,
    ) -> Result<Found, Refusal> {
        let condition = question.map_or(Condition::always(), |question| condition(question, kind));
        match (self.store.sift(kind.stored(), &condition, page).await?, question) {
            (Sifted::Page { total, objects }, _) => Ok(Found { total, objects }),
            (Sifted::All(sifted), Some(question)) => self.decide(kind, question, &sifted, page).await,
            (Sifted::All(sifted), None) => Ok(Found::cut(sifted.iter().map(|(number, _)| *number), page)),
        }
    }

    /// Look at each resource of which the store cannot tell whether a question holds.
    async fn decide(
        &mut self,
        kind: ResourceType,
        question: &Question,
        sifted: &[(ObjectNumber, bool)],
        page: Page,
    ) -> Result<Found, Refusal> {
        let projection = whatever_is_looked_at(question);
        let (mut effort, mut found) = (Effort::default(), Vec::new());
        for part in sifted.chunks(N_AT_ONCE) {
            let unclear = part.iter().filter(|(_, is_certain)| !is_certain).map(|(number, _)| *number);
            let objects = self.store.objects_numbered(unclear.collect()).await?;
            let mut objects = objects.into_iter();
            for (number, is_certain) in part {
                let object = if *is_certain { None } else { objects.next().flatten() };
                let holds = match object {
                    Some(object) => {
                        let resource = self.resource(kind, &object, &projection).await?;
                        self.n_members = 0;
                        question.holds(&resource.members, &mut effort)
                    }
                    None => *is_certain,
                };
                if holds {
                    found.push(*number);
                }
                if effort.is_too_much() {
                    return Err(Refusal::new(ScimType::TooMany, too_much_effort()));
                }
            }
        }
        Ok(Found::cut(found.into_iter(), page))
    }

    /// One resource, whole.
    pub(crate) async fn one(
        mut self,
        kind: ResourceType,
        id: &str,
        projection: &Projection,
    ) -> Result<Resource, Refusal> {
        let Meant { source, external_id, tenure } = parse_id(id).ok_or_else(Refusal::not_found)?;
        let key = Key::new(kind.stored(), external_id);
        let object = self.store.object(&source, &key).await?;
        let object = object.filter(|object| object.tenure == tenure).ok_or_else(Refusal::not_found)?;
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
        let subject = Subject { base: self.base, object, outline: &outline, tenures: &tenures };
        match kind {
            ResourceType::User => Ok(user(subject)),
            ResourceType::Group if projection.wants(kind, "members") => {
                let people = self.members(object).await?;
                Ok(group(subject, Some(&people)))
            }
            ResourceType::Group => Ok(group(subject, None)),
        }
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

/// Members are read only where it takes them to answer: they may be many, and a version covers them.
fn whatever_is_looked_at(question: &Question) -> Projection {
    let takes_members = question.looks_at("members", None) || question.looks_at("meta", Some("version"));
    if takes_members { Projection::All } else { Projection::of(&[], &["members".to_owned()]) }
}

/// What a question holds of.
struct Found {
    /// How many there are on all pages.
    total: u64,
    /// Those on the page.
    objects: Vec<ObjectNumber>,
}

impl Found {
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
