//! Sources: how they stand, checking, pausing, letting them go on.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rollcall_host::model::SourceName;
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::extract::{Manager, Segments};
use super::page::Listed;
use super::refusals::{Changing, ReadOperation};
use super::shape;
use super::types::{Check, Source};
use crate::console::Console;
use crate::identity::audit;
use crate::problem::Problem;
use crate::sources::{Sources, standing};
use crate::visitor::Visitor;

pub(super) fn routes() -> OpenApiRouter<Console> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(one))
        .routes(routes!(check, checked))
        .routes(routes!(pause))
        .routes(routes!(resume))
}

/// Of which source.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub(super) struct OfSource {
    /// The name of the source.
    #[param(value_type = shape::SourceName, inline)]
    pub(super) source: String,
}

impl OfSource {
    /// The name, if a source can have it.
    pub(super) fn name(self) -> Result<SourceName, Problem> {
        SourceName::new(self.source).map_err(|_| Problem::not_found())
    }

    /// The name, if a source of this program has it.
    pub(super) fn known(self, sources: &Sources) -> Result<SourceName, Problem> {
        let name = self.name()?;
        sources.entry(&name).map(|_| name).ok_or_else(Problem::not_found)
    }
}

/// List sources
///
/// All of them, in order of name, and how each stands.
#[utoipa::path(get, path = "/sources", operation_id = "listSources", tag = "Sources",
    responses((status = 200, description = "All sources.", body = Listed<Source>), ReadOperation))]
async fn list(_visitor: Visitor, State(sources): State<Sources>) -> Result<Json<Listed<Source>>, Problem> {
    let items: Vec<_> = standing::of_all(&sources).await?.into_iter().map(Source::from).collect();
    Ok(Json(Listed { items, next: None, total: None }))
}

/// Read a source
#[utoipa::path(get, path = "/sources/{source}", operation_id = "readSource", tag = "Sources", params(OfSource),
    responses((status = 200, description = "The source.", body = Source), ReadOperation))]
async fn one(
    _visitor: Visitor,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
) -> Result<Json<Source>, Problem> {
    Ok(Json(standing::of(&sources, &path.name()?).await?.into()))
}

/// Check a source
///
/// Begins its checklist in the background, unless it is being made already. Read it with `readCheck`.
#[utoipa::path(post, path = "/sources/{source}/check", operation_id = "checkSource", tag = "Sources", params(OfSource),
    responses((status = 202, description = "The checklist as it is now.", body = Check), Changing))]
async fn check(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
) -> Result<(StatusCode, Json<Check>), Problem> {
    let name = path.known(&sources)?;
    sources.check(&name)?;
    audit::record(sources.services(), &visitor, "source-checked", name.as_str(), json!({})).await?;
    let check = sources.checked(&name).ok_or_else(Problem::not_found)?;
    Ok((StatusCode::ACCEPTED, Json(check.into())))
}

/// Read the last checklist of a source
///
/// 404 when it was not checked since the server began.
#[utoipa::path(get, path = "/sources/{source}/check", operation_id = "readCheck", tag = "Sources", params(OfSource),
    responses((status = 200, description = "The checklist.", body = Check), ReadOperation))]
async fn checked(
    _visitor: Visitor,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
) -> Result<Json<Check>, Problem> {
    let check = sources.checked(&path.name()?).ok_or_else(Problem::not_found)?;
    Ok(Json(check.into()))
}

/// Hold the schedule of a source back
///
/// What it pushes is followed all the same.
#[utoipa::path(post, path = "/sources/{source}/pause", operation_id = "pauseSource", tag = "Sources", params(OfSource),
    responses((status = 204, description = "It is held back."), Changing))]
async fn pause(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
) -> Result<StatusCode, Problem> {
    let name = path.known(&sources)?;
    sources.pause(&name).await?;
    audit::record(sources.services(), &visitor, "source-paused", name.as_str(), json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Let a source go on
///
/// Its schedule, and whatever it pushed, if it had been stopped: then a full run goes before the events that wait.
#[utoipa::path(post, path = "/sources/{source}/resume", operation_id = "resumeSource", tag = "Sources",
    params(OfSource), responses((status = 204, description = "It goes on."), Changing))]
async fn resume(
    Manager(visitor): Manager,
    State(sources): State<Sources>,
    Segments(path): Segments<OfSource>,
) -> Result<StatusCode, Problem> {
    let name = path.known(&sources)?;
    sources.resume(&name).await?;
    audit::record(sources.services(), &visitor, "source-resumed", name.as_str(), json!({})).await?;
    Ok(StatusCode::NO_CONTENT)
}
