//! Events: what a source pushed and what became of it, and trying again.

use std::num::NonZeroU64;

use axum::Json;
use axum::extract::State;
use rollcall_host::inbox::{EventFilter, EventState};
use rollcall_host::model::RunId;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{JsonBody, Manager, Parameters, Segments};
use super::page::{self, Listed};
use super::refusals::{ReadOperation, Writing};
use super::shape;
use super::sources::OfSource;
use super::types::Event;
use crate::console::Console;
use crate::identity::audit;
use crate::problem::Problem;
use crate::sources::Sources;
use crate::visitor::Visitor;

pub(super) fn routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(retry))
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
struct WhichEvents {
    /// Those that stand like this.
    #[param(required = false, value_type = shape::EventState, inline)]
    state: Option<EventState>,
    /// Those that this run tried last, or covered.
    #[param(required = false, value_type = shape::RunId, inline)]
    run: Option<String>,
    /// The `next` of the page before.
    #[param(required = false, value_type = shape::Cursor, inline)]
    cursor: Option<String>,
    /// How many, at most.
    #[param(required = false, value_type = shape::Limit, inline)]
    limit: Option<u32>,
}

/// List events of a source
///
/// Newest first.
#[utoipa::path(get, path = "/sources/{source}/events", operation_id = "listEvents", tag = "Events",
    params(OfSource, WhichEvents),
    responses((status = 200, description = "A page of events.", body = Listed<Event>), ReadOperation))]
async fn list(
    _visitor: Visitor,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
    Parameters(which): Parameters<WhichEvents>,
) -> Result<Json<Listed<Event>>, Problem> {
    const LIST: &str = "events";
    let WhichEvents { state, run, cursor, limit } = which;
    let name = path.known(&sources)?;
    let run = page::exact("run", run, shape::MAX_RUN_ID_CHARS)?;
    let filter = EventFilter { state, run: run.map(RunId::new) };
    let (limit, before) = (page::limit(limit)?, page::place(LIST, cursor.as_deref())?);
    let found = sources.services().store().events(&name, &filter, before, limit.saturating_add(1)).await?;
    let events = found.into_iter().map(Event::from).collect();
    Ok(Json(Listed::cut(events, limit, LIST, |event| event.number)))
}

/// Which failed events are tried again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Retry {
    /// Their numbers; all that failed if left out.
    #[serde(default, deserialize_with = "numbers")]
    #[schema(value_type = shape::Numbers, required = false)]
    numbers: Option<Vec<u64>>,
}

/// What is there is a list of numbers that events can have: `null` is somebody's mistake, and would stand for all.
fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Vec<u64>>, D::Error> {
    let numbers = Vec::<NonZeroU64>::deserialize(deserializer)?;
    Ok(Some(numbers.into_iter().map(NonZeroU64::get).collect()))
}

/// How many events wait again.
#[derive(Debug, Serialize, ToSchema)]
struct Retried {
    /// How many.
    n: u64,
}

/// Try failed events again
#[utoipa::path(post, path = "/sources/{source}/events/retry", operation_id = "retryEvents", tag = "Events",
    params(OfSource), request_body = Retry,
    responses((status = 200, description = "How many wait again.", body = Retried), Writing))]
async fn retry(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
    JsonBody(retry): JsonBody<Retry>,
) -> Result<Json<Retried>, Problem> {
    let name = path.known(&sources)?;
    let n =
        sources.services().store().retry(&name, retry.numbers.as_deref(), sources.services().now()).await?;
    audit::record(sources.services(), &visitor, "events-retried", name.as_str(), json!({"n": n})).await?;
    sources.services().pulse().beat();
    Ok(Json(Retried { n }))
}
