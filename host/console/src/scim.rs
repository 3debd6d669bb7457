//! The directory as a read-only SCIM 2.0 service (RFC 7643, RFC 7644): people of all sources are Users, departments are
//! Groups.
//!
//! Not here: writing; the sources are the truth. Nor sorting.

mod base;
mod conditions;
mod filter;
mod id;
mod path;
mod projection;
mod query;
mod reading;
mod reply;
mod resource;
mod schemas;

use axum::extract::rejection::{JsonRejection, QueryRejection};
use axum::extract::{DefaultBodyLimit, Path, Query, State};
use axum::http::HeaderMap;
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Json, Router};
use serde_json::Value;

use self::base::Base;
use self::query::{Parameters, SearchRequest};
use self::reading::Reading;
pub(crate) use self::reply::errors;
use self::reply::{Refusal, Reply};
use self::schemas::ResourceType;
use crate::console::Console;
use crate::visitor::Visitor;

/// The largest body of a search.
///
/// 64 KiB. Why: it holds a filter and names of attributes.
const MAX_SEARCH_BYTES: usize = 64 << 10;

/// Where the service is.
pub(crate) const PATH: &str = "/scim/v2";

pub(crate) fn routes() -> Router<Console> {
    let service = Router::new()
        .route("/ServiceProviderConfig", get(service_provider_config))
        .route("/ResourceTypes", get(resource_types))
        .route("/ResourceTypes/{id}", get(resource_type))
        .route("/Schemas", get(all_schemas))
        .route("/Schemas/{id}", get(schema))
        .route("/", read_only(get(list_everything)))
        .route("/.search", post(search_everything))
        .route("/Bulk", post(not_implemented))
        .route("/Me", read_only(get(not_implemented)))
        .merge(resources(ResourceType::User))
        .merge(resources(ResourceType::Group))
        .fallback(not_found)
        .layer(DefaultBodyLimit::max(MAX_SEARCH_BYTES));
    Router::new().nest(PATH, service).layer(from_fn(errors))
}

fn resources(kind: ResourceType) -> Router<Console> {
    let all = move |visitor, console, base, parameters| list(visitor, console, base, parameters, kind);
    let found = move |visitor, console, base, request| search(visitor, console, base, request, kind);
    let single = move |visitor, console, base, id, parameters, headers| {
        one(visitor, console, base, id, parameters, headers, kind)
    };
    Router::new()
        .route(kind.endpoint(), read_only(get(all)))
        .route(&format!("{}/.search", kind.endpoint()), post(found))
        .route(&format!("{}/{{id}}", kind.endpoint()), read_only(get(single)))
}

/// Source: RFC 7644, section 3.12: 501 is an operation that the service does not support.
fn read_only(reading: MethodRouter<Console>) -> MethodRouter<Console> {
    reading.post(not_implemented).put(not_implemented).patch(not_implemented).delete(not_implemented)
}

async fn not_implemented(_visitor: Visitor) -> Refusal {
    Refusal::not_implemented()
}

async fn not_found(_visitor: Visitor) -> Refusal {
    Refusal::not_found()
}

async fn service_provider_config(_visitor: Visitor, Base(base): Base) -> Reply {
    Reply::new(schemas::service_provider_config(&base))
}

async fn resource_types(
    _visitor: Visitor,
    Base(base): Base,
    query: Query<Parameters>,
) -> Result<Reply, Refusal> {
    described(&query, &schemas::resource_types(&base))
}

async fn all_schemas(
    _visitor: Visitor,
    Base(base): Base,
    query: Query<Parameters>,
) -> Result<Reply, Refusal> {
    described(&query, &schemas::schemas(&base))
}

/// Source: RFC 7644, section 4: a filter here is refused with 403, so that nobody takes part for the whole.
fn described(query: &Parameters, all: &[Value]) -> Result<Reply, Refusal> {
    if query.has_filter() {
        return Err(Refusal::not_filtered());
    }
    let total = u64::try_from(all.len()).unwrap_or(u64::MAX);
    Ok(Reply::list(total, 1, all))
}

async fn resource_type(
    _visitor: Visitor,
    Base(base): Base,
    Path(id): Path<String>,
) -> Result<Reply, Refusal> {
    with_id(schemas::resource_types(&base), &id)
}

async fn schema(_visitor: Visitor, Base(base): Base, Path(id): Path<String>) -> Result<Reply, Refusal> {
    with_id(schemas::schemas(&base), &id)
}

fn with_id(all: Vec<Value>, id: &str) -> Result<Reply, Refusal> {
    let found = all.into_iter().find(|one| one.get("id").and_then(Value::as_str) == Some(id));
    found.map(Reply::new).ok_or_else(Refusal::not_found)
}

type Asked = Result<Query<Parameters>, QueryRejection>;
type Searched = Result<Json<SearchRequest>, JsonRejection>;

async fn list_everything(
    _visitor: Visitor,
    State(console): State<Console>,
    Base(base): Base,
    parameters: Asked,
) -> Result<Reply, Refusal> {
    let Query(parameters) = parameters.map_err(|error| Refusal::syntax(&error))?;
    Reading::new(&console, &base).list(&ResourceType::ALL, &parameters.query()?).await
}

async fn search_everything(
    _visitor: Visitor,
    State(console): State<Console>,
    Base(base): Base,
    request: Searched,
) -> Result<Reply, Refusal> {
    let Json(request) = request.map_err(|error| Refusal::syntax(&error))?;
    Reading::new(&console, &base).list(&ResourceType::ALL, &request.query()?).await
}

async fn list(
    _visitor: Visitor,
    State(console): State<Console>,
    Base(base): Base,
    parameters: Asked,
    kind: ResourceType,
) -> Result<Reply, Refusal> {
    let Query(parameters) = parameters.map_err(|error| Refusal::syntax(&error))?;
    Reading::new(&console, &base).list(&[kind], &parameters.query()?).await
}

async fn search(
    _visitor: Visitor,
    State(console): State<Console>,
    Base(base): Base,
    request: Searched,
    kind: ResourceType,
) -> Result<Reply, Refusal> {
    let Json(request) = request.map_err(|error| Refusal::syntax(&error))?;
    Reading::new(&console, &base).list(&[kind], &request.query()?).await
}

async fn one(
    _visitor: Visitor,
    State(console): State<Console>,
    Base(base): Base,
    Path(id): Path<String>,
    parameters: Asked,
    headers: HeaderMap,
    kind: ResourceType,
) -> Result<Response, Refusal> {
    let Query(parameters) = parameters.map_err(|error| Refusal::syntax(&error))?;
    let projection = parameters.projection()?;
    let resource = Reading::new(&console, &base).one(kind, &id, &projection).await?;
    let body = projection.apply(kind, resource.members);
    Ok(Reply::versioned(&headers, Value::Object(body), resource.version))
}

#[cfg(test)]
pub(crate) mod tests;
