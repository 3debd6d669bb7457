//! The directory as a read-only SCIM 2.0 service (RFC 7643, RFC 7644): people of all sources are Users, departments are
//! Groups. Each source has the same service at an address of its own.
//!
//! Not here: writing; the sources are the truth. Nor sorting.

mod accept;
mod address;
mod base;
mod conditions;
mod filter;
mod id;
mod limits;
mod list;
mod locations;
mod methods;
mod path;
mod projection;
mod query;
mod reading;
mod reply;
mod resource;
mod schemas;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::{HeaderMap, Uri};
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{self, get, post};
use serde::Deserialize;
use serde_json::Value;

pub(crate) use self::address::{is_of_service, meant};
use self::base::{Base, Sight};
use self::list::ScimListing;
use self::locations::OF_SOURCE;
pub(crate) use self::locations::{PATH, address_of};
use self::methods::{WRITES, of_description, of_nothing, of_resources, of_search};
use self::query::{Parameters, Search};
use self::reading::ScimReading;
use self::reply::{Reply, ScimRefusal};
pub(crate) use self::reply::{drawn, errors};
use self::schemas::ScimResourceType;
use crate::console::Console;
use crate::sources::Sources;
use crate::visitor::Visitor;

/// The largest body of a search.
///
/// 64 KiB. Why: it holds a filter and names of attributes.
const MAX_SEARCH_BYTES: usize = 64 << 10;

/// Addresses as they are written here; [`meant`] finds them.
pub(crate) fn routes() -> Router<Console> {
    let service = service().nest(OF_SOURCE, service());
    Router::new().nest(PATH, service).route("/scim/{*rest}", routing::any(nowhere)).layer(from_fn(errors))
}

fn service() -> Router<Console> {
    Router::new()
        .route("/ServiceProviderConfig", of_description(get(service_provider_config)))
        .route("/ResourceTypes", of_description(get(resource_types)))
        .route("/ResourceTypes/{id}", of_description(get(resource_type)))
        .route("/Schemas", of_description(get(all_schemas)))
        .route("/Schemas/{id}", of_description(get(schema)))
        .route("/", of_resources(get(list_everything)))
        .route("/.search", of_search(post(search_everything)))
        .route("/Bulk", of_nothing(post(not_implemented), &[]))
        .route("/Me", of_nothing(get(not_implemented), &WRITES))
        .merge(resources(ScimResourceType::User))
        .merge(resources(ScimResourceType::Group))
        .layer(DefaultBodyLimit::max(MAX_SEARCH_BYTES))
}

fn resources(kind: ScimResourceType) -> Router<Console> {
    let all = move |sources, sight, asked| list_kind(sources, sight, asked, kind);
    let found = move |sources, sight, asked| search_kind(sources, sight, asked, kind);
    let single = move |sources, sight, id, asked, headers| one(sources, sight, id, asked, headers, kind);
    Router::new()
        .route(kind.endpoint(), of_resources(get(all)))
        .route(&format!("{}/.search", kind.endpoint()), of_search(post(found)))
        .route(&format!("{}/{{id}}", kind.endpoint()), of_resources(get(single)))
}

async fn not_implemented(_visitor: Visitor, _base: Base) -> ScimRefusal {
    ScimRefusal::not_implemented()
}

async fn nowhere(_visitor: Visitor, uri: Uri) -> ScimRefusal {
    let within = uri.path().strip_prefix(PATH);
    let is_spoken = within.is_some_and(|within| within.starts_with('/'));
    if is_spoken { ScimRefusal::not_found() } else { ScimRefusal::other_version() }
}

async fn service_provider_config(_visitor: Visitor, Base(base): Base) -> Reply {
    Reply::new(schemas::service_provider_config(&base))
}

async fn resource_types(
    _visitor: Visitor,
    Base(base): Base,
    asked: Parameters,
) -> Result<Reply, ScimRefusal> {
    described(&asked, &schemas::resource_types(&base))
}

async fn all_schemas(_visitor: Visitor, Base(base): Base, asked: Parameters) -> Result<Reply, ScimRefusal> {
    described(&asked, &schemas::schemas(&base))
}

/// Source: RFC 7644, section 4: a filter here is refused with 403, so that nobody takes part for the whole; and pages there are
/// none.
fn described(asked: &Parameters, all: &[Value]) -> Result<Reply, ScimRefusal> {
    if asked.has_filter() {
        return Err(ScimRefusal::not_filtered());
    }
    Ok(Reply::list(all))
}

async fn resource_type(
    _visitor: Visitor,
    Base(base): Base,
    Path(WithId { id }): Path<WithId>,
) -> Result<Reply, ScimRefusal> {
    with_id(schemas::resource_types(&base), &id)
}

async fn schema(
    _visitor: Visitor,
    Base(base): Base,
    Path(WithId { id }): Path<WithId>,
) -> Result<Reply, ScimRefusal> {
    with_id(schemas::schemas(&base), &id)
}

fn with_id(all: Vec<Value>, id: &str) -> Result<Reply, ScimRefusal> {
    let is_it = |one: &Value| {
        one.get("id").and_then(Value::as_str).is_some_and(|known| known.eq_ignore_ascii_case(id))
    };
    all.into_iter().find(is_it).map(Reply::new).ok_or_else(ScimRefusal::not_found)
}

/// Which one is meant. There may be a source in the address as well.
#[derive(Deserialize)]
struct WithId {
    id: String,
}

async fn list_everything(
    State(sources): State<Sources>,
    sight: Sight,
    asked: Parameters,
) -> Result<Response, ScimRefusal> {
    list(sources, sight, &ScimResourceType::ALL, &asked).await
}

async fn search_everything(
    State(sources): State<Sources>,
    sight: Sight,
    Search(asked): Search,
) -> Result<Response, ScimRefusal> {
    list(sources, sight, &ScimResourceType::ALL, &asked).await
}

async fn list_kind(
    State(sources): State<Sources>,
    sight: Sight,
    asked: Parameters,
    kind: ScimResourceType,
) -> Result<Response, ScimRefusal> {
    list(sources, sight, kind.alone(), &asked).await
}

async fn search_kind(
    State(sources): State<Sources>,
    sight: Sight,
    Search(asked): Search,
    kind: ScimResourceType,
) -> Result<Response, ScimRefusal> {
    list(sources, sight, kind.alone(), &asked).await
}

async fn list(
    sources: Sources,
    sight: Sight,
    kinds: &'static [ScimResourceType],
    asked: &Parameters,
) -> Result<Response, ScimRefusal> {
    ScimListing { sources, sight, kinds, query: asked.query()? }.answer().await
}

async fn one(
    State(sources): State<Sources>,
    sight: Sight,
    Path(WithId { id }): Path<WithId>,
    asked: Parameters,
    headers: HeaderMap,
    kind: ScimResourceType,
) -> Result<Response, ScimRefusal> {
    let projection = asked.projection()?;
    let resource = ScimReading::new(&sources, &sight).one(kind, &id, &projection).await?;
    let body = projection.apply(kind, resource.members);
    Ok(Reply::versioned(&headers, Value::Object(body), resource.version))
}

#[cfg(test)]
pub(crate) mod tests;
