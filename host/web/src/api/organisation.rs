//! Departments level by level, people by what they are called, one of them with its trail, and why somebody is here or not.

use axum::Json;
use axum::extract::State;
use rollcall_browse::{ObjectQuery, Page};
use rollcall_host::model::{self, SourceName};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Parameters, Segments};
use super::page::{self, Listed};
use super::refusals::ReadOperation;
use super::shape;
use super::sources::OfSource;
use super::types::{Department, Event, Imported, Listing, Why};
use crate::console::Console;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::visitor::Visitor;

/// Steps, entries and events of one object, each at most.
///
/// 50. Why: it is what a person reads; more of the past is in the runs.
const MAX_STEPS: u32 = 50;

/// How far into a list a page may begin.
///
/// 1,000,000. Why: ten times the largest organisation this is made for; a list is counted from its beginning.
const MAX_OFFSET: u64 = 1_000_000;

pub(super) fn routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new()
        .routes(routes!(departments))
        .routes(routes!(people))
        .routes(routes!(search))
        .routes(routes!(object))
        .routes(routes!(why))
}

/// Which departments.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichDepartments {
    /// Those right below this one; those at the top if left out.
    #[param(required = false, value_type = shape::ExternalId, inline)]
    parent: Option<String>,
    /// The `next` of the page before.
    #[param(required = false, value_type = shape::Cursor, inline)]
    cursor: Option<String>,
    /// How many, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// List departments
///
/// One level of the tree of a source, with counts.
#[utoipa::path(get, path = "/sources/{source}/departments", operation_id = "listDepartments", tag = "Organisation",
    params(OfSource, WhichDepartments),
    responses((status = 200, description = "A page of departments.", body = Listed<Department>), ReadOperation))]
async fn departments(
    _visitor: Visitor,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
    Parameters(which): Parameters<WhichDepartments>,
) -> Result<Json<Listed<Department>>, Problem> {
    const LIST: &str = "departments";
    let (limit, offset) = (page::limit(which.limit)?, offset(LIST, which.cursor.as_deref())?);
    let parent = page::exact("parent", which.parent, shape::MAX_EXTERNAL_ID_CHARS)?;
    let outline = sources.services().store().outline(&path.known(&sources)?).await?;
    let level: Vec<_> = match parent.as_deref() {
        Some(parent) => {
            outline.department(parent).ok_or_else(Problem::not_found)?;
            outline.children(parent).collect()
        }
        None => outline.top().collect(),
    };
    let skipped = usize::try_from(offset).unwrap_or(usize::MAX);
    let taken = usize::try_from(limit).unwrap_or(usize::MAX);
    let items =
        level.iter().skip(skipped).take(taken).map(|department| Department::from(*department)).collect();
    let total = u64::try_from(level.len()).unwrap_or(u64::MAX);
    Ok(Json(Listed::counted(items, offset, total, LIST)))
}

/// Who.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichPeople {
    /// Those in this department itself; those who are in none if left out.
    #[param(required = false, value_type = shape::ExternalId, inline)]
    department: Option<String>,
    /// The `next` of the page before.
    #[param(required = false, value_type = shape::Cursor, inline)]
    cursor: Option<String>,
    /// How many, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// List the people of a department
///
/// In their order there; without a department, people who are in none, by name.
#[utoipa::path(get, path = "/sources/{source}/people", operation_id = "listPeople", tag = "Organisation",
    params(OfSource, WhichPeople),
    responses((status = 200, description = "A page of people.", body = Listed<Listing>), ReadOperation))]
async fn people(
    _visitor: Visitor,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
    Parameters(which): Parameters<WhichPeople>,
) -> Result<Json<Listed<Listing>>, Problem> {
    const LIST: &str = "people";
    let WhichPeople { department, cursor, limit } = which;
    let page = Page { offset: offset(LIST, cursor.as_deref())?, limit: page::limit(limit)? };
    let department = page::exact("department", department, shape::MAX_EXTERNAL_ID_CHARS)?;
    let found =
        sources.services().store().people_of(&path.known(&sources)?, department.as_deref(), page).await?;
    let items = found.items.into_iter().map(Listing::from).collect();
    Ok(Json(Listed::counted(items, page.offset, found.total, LIST)))
}

/// What is looked for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct Looked {
    /// Each of these words is part of a name, user name, title, id, e-mail address or phone number.
    #[param(required = false, value_type = shape::Words, inline)]
    q: Option<String>,
    /// Of this source.
    #[param(required = false, value_type = shape::SourceName, inline)]
    source: Option<SourceName>,
    /// Of this resource type: `User` or `Department`.
    #[param(required = false, value_type = shape::ResourceType, inline)]
    resource_type: Option<String>,
    /// Those that left their source and were kept, or those that did not.
    departed: Option<bool>,
    /// The `next` of the page before.
    #[param(required = false, value_type = shape::Cursor, inline)]
    cursor: Option<String>,
    /// How many, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// Search people and departments
///
/// Of one source or all, by name.
#[utoipa::path(get, path = "/objects", operation_id = "searchObjects", tag = "Organisation", params(Looked),
    responses((status = 200, description = "A page of what was found.", body = Listed<Listing>), ReadOperation))]
async fn search(
    _visitor: Visitor,
    State(services): State<Services>,
    Parameters(looked): Parameters<Looked>,
) -> Result<Json<Listed<Listing>>, Problem> {
    const LIST: &str = "objects";
    let Looked { q, source, resource_type, departed, cursor, limit } = looked;
    let page = Page { offset: offset(LIST, cursor.as_deref())?, limit: page::limit(limit)? };
    let resource_type = page::exact("resource_type", resource_type, shape::MAX_RESOURCE_TYPE_CHARS)?;
    let query = ObjectQuery { resource_type, departed, text: page::text(q)? };
    let found = services.store().search(source.as_ref(), &query, page).await?;
    let items = found.items.into_iter().map(Listing::from).collect();
    Ok(Json(Listed::counted(items, page.offset, found.total, LIST)))
}

/// Which object.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
struct OfObject {
    /// The name of the source.
    #[param(value_type = shape::SourceName, inline)]
    source: String,
    /// `User` or `Department`.
    #[param(value_type = shape::ResourceType, inline)]
    resource_type: String,
    /// The id that the source gave it.
    #[param(value_type = shape::ExternalId, inline)]
    external_id: String,
}

/// Read a person or department
///
/// With its document, what happened to it and in which runs, what logs say about it, and which events name it. Also of one
/// that is not held any more, if the history knows it.
#[utoipa::path(get, path = "/sources/{source}/objects/{resource_type}/{external_id}", operation_id = "readObject",
    tag = "Organisation", params(OfObject),
    responses((status = 200, description = "All that is known of it.", body = Imported), ReadOperation))]
async fn object(
    _visitor: Visitor,
    State(services): State<Services>,
    Segments(path): Segments<OfObject>,
) -> Result<Json<Imported>, Problem> {
    let OfObject { source, resource_type, external_id } = path;
    let name = OfSource { source }.name()?;
    let (key, store) = (model::Key::new(resource_type, external_id), services.store());
    let held = store.object(&name, &key).await?;
    let trail = store.trail(&name, &key, None, MAX_STEPS).await?;
    let entries = store.entries_about(&name, &key, MAX_STEPS).await?;
    let events = store.events_about(&name, &key, MAX_STEPS).await?.into_iter().map(Event::from).collect();
    let object = Imported::of(name, key.into(), held, trail, entries, events);
    Ok(Json(object.ok_or_else(Problem::not_found)?))
}

/// About whom.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct About {
    /// Each of these words is part of a name, user name, title, id, e-mail address or phone number.
    #[param(value_type = shape::Words, inline)]
    q: String,
    /// Of this source.
    #[param(required = false, value_type = shape::SourceName, inline)]
    source: Option<SourceName>,
    /// How many of each, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// Find out why somebody is here, or not
///
/// Who answers to a text, and who once did and is not held: deleted, refused, or left out. Read one of them with
/// `readObject` for the reason.
#[utoipa::path(get, path = "/why", operation_id = "askWhy", tag = "Organisation", params(About),
    responses((status = 200, description = "Who there is, and who there was.", body = Why), ReadOperation))]
async fn why(
    _visitor: Visitor,
    State(services): State<Services>,
    Parameters(about): Parameters<About>,
) -> Result<Json<Why>, Problem> {
    let About { q, source, limit } = about;
    let (text, limit) = (page::text(Some(q))?, page::limit(limit)?);
    let query = ObjectQuery { text: text.clone(), ..ObjectQuery::default() };
    let held = services.store().search(source.as_ref(), &query, Page { offset: 0, limit }).await?;
    let once = services.store().once_known(source.as_ref(), &text, limit).await?;
    Ok(Json(Why {
        n_held: held.total,
        held: held.items.into_iter().map(Listing::from).collect(),
        once_known: once.into_iter().map(Into::into).collect(),
    }))
}

fn offset(list: &'static str, cursor: Option<&str>) -> Result<u64, Problem> {
    let offset: Option<u64> = page::place(list, cursor)?;
    Ok(offset.unwrap_or(0).min(MAX_OFFSET))
}
