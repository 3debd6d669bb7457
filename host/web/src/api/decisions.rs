//! What a run held, and what is decided about it.

use std::collections::BTreeSet;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use rollcall_host::error::RunError;
use rollcall_host::{Identities, Which, model};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{BodyIfAny, JsonBody, Manager, Segments, objects_if_any};
use super::idempotency::{IdempotentRequest, OnceKey, once};
use super::refusals::{Changing, ReadOperation, Writing};
use super::runs::OfRun;
use super::shape;
use super::types::{Begun, Decision, HeldBack, ObjectKey};
use crate::console::Console;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::sources::deciding;
use crate::visitor::Visitor;

pub(super) fn routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new().routes(routes!(held)).routes(routes!(approve)).routes(routes!(decline))
}

/// Read what a run holds
///
/// How many objects would be removed if it is approved, out of how many, and what was decided so far. What is held one by one
/// is in `listChanges` with `outcome=held`.
#[utoipa::path(get, path = "/runs/{run}/held", operation_id = "readHeld", tag = "Runs", params(OfRun),
    responses((status = 200, description = "What it holds. A run that holds nothing that waits has none of it.", body = HeldBack),
        ReadOperation))]
async fn held(
    _visitor: Visitor,
    State(services): State<Services>,
    Segments(path): Segments<OfRun>,
) -> Result<Json<HeldBack>, Problem> {
    let run = path.find(&services).await?;
    let (host, source) = (services.host(), &run.source);
    let held_back = match host.held_back(source, &run.id, Which::Waiting).await {
        Err(RunError::NothingHeld { .. }) => return Err(Problem::not_found()),
        held_back => held_back?,
    };
    let would_leave = host.would_leave(source, &held_back, Identities::OtherPeople).await?;
    let if_same_people = host.would_leave(source, &held_back, Identities::SamePeople).await?;
    let decisions = host.decisions(source, &run.id).await?.into_iter().map(Decision::from).collect();
    Ok(Json(HeldBack::new(&held_back, &would_leave, &if_same_people, decisions)))
}

/// How what a run held is to be approved.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Approve {
    /// How many objects would be removed: `removals` of `readHeld`; of `keys`, those of them that would leave. Needed where any
    /// would be.
    #[serde(default)]
    #[schema(required = false)]
    removals: Option<u64>,
    /// These objects alone; the rest waits on. Without it, everything that waits.
    #[serde(default, deserialize_with = "objects_if_any")]
    #[schema(required = false, value_type = Option<Vec<ObjectKey>>)]
    keys: Option<Vec<ObjectKey>>,
    /// Where ids belong to somebody else now (an entry `identities-held`): `same-people` under new ids, who go on with all
    /// they have, or `other-people`: who was there leaves, and nothing of them is inherited. Without it such a run is not
    /// approved.
    #[serde(default)]
    #[schema(required = false, value_type = shape::Identities)]
    identities: Identities,
}

/// Approve what a run held
///
/// Each departure and each lost value that it held is asked about again at the source, and applied where that confirms it.
/// It needs the number of objects that would be removed, so that whoever approves has read it. With an `Idempotency-Key`,
/// asking twice starts once.
#[utoipa::path(post, path = "/runs/{run}/approve", operation_id = "approveRun", tag = "Runs", params(OfRun, OnceKey),
    request_body = Option<Approve>,
    responses((status = 202, description = "The run that does it has begun, or waits.", body = Begun), Changing))]
async fn approve(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfRun>,
    headers: HeaderMap,
    BodyIfAny(approve): BodyIfAny<Approve>,
) -> Result<Response, Problem> {
    let run = path.find(sources.services()).await?;
    let Approve { removals, keys, identities } = approve;
    let what = json!({
        "operation": "approveRun", "run": run.id, "removals": removals, "keys": keys, "identities": identities,
    });
    let which = which(keys);
    let asked = IdempotentRequest::new(&visitor, &headers, &what)?;
    once(&sources.services().clone(), asked, async move {
        let begun =
            deciding::approved(&sources, (&visitor).into(), &run, which, removals, identities).await?;
        Ok(Begun { run: begun.run })
    })
    .await
}

/// What a run held is not to be done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct Decline {
    /// Why, for whoever looks later.
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
    /// These objects alone; the rest waits on. Without it, everything that waits.
    #[serde(default, deserialize_with = "objects_if_any")]
    #[schema(required = false, value_type = Option<Vec<ObjectKey>>)]
    keys: Option<Vec<ObjectKey>>,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
struct Declined {
    decision: Decision,
}

/// Decline what a run held
///
/// It stops waiting and stays as it is, and as long as the source says the same no import holds it anew, for 90 days at most.
/// Of a run that held more than is recorded one by one, the next import holds anew.
#[utoipa::path(post, path = "/runs/{run}/decline", operation_id = "declineRun", tag = "Runs", params(OfRun),
    request_body = Decline,
    responses((status = 200, description = "It is written down.", body = Declined), Writing))]
async fn decline(
    Manager(visitor): Manager,
    State(services): State<Services>,
    Segments(path): Segments<OfRun>,
    JsonBody(Decline { reason, keys }): JsonBody<Decline>,
) -> Result<(StatusCode, Json<Declined>), Problem> {
    let run = path.find(&services).await?;
    let decision = deciding::declined(&services, (&visitor).into(), &run, which(keys), &reason).await?;
    Ok((StatusCode::OK, Json(Declined { decision: decision.into() })))
}

fn which(keys: Option<Vec<ObjectKey>>) -> Which {
    let Some(keys) = keys else { return Which::Waiting };
    let keys: BTreeSet<_> =
        keys.into_iter().map(|key| model::Key::new(key.resource_type, key.external_id)).collect();
    Which::These(keys)
}
