//! The buttons of a source: each does one thing and leads to the page that shows it.

use axum::extract::{Form, State};
use axum::response::Redirect;
use serde::Deserialize;
use serde_json::json;

use super::named::{Managed, base};
use crate::identity::audit;
use crate::paths::segment;
use crate::problem::Problem;
use crate::services::Services;
use crate::sources::Sources;
use crate::sources::asking::How;
use crate::sources::changing::RefusedChange;

/// What a button for an import says.
#[derive(Deserialize)]
pub(super) struct ImportRequest {
    #[serde(default)]
    dry_run: bool,
}

/// Import everything, or preview that: to the page of the run.
pub(super) async fn import(
    State(sources): State<Sources>,
    source: Managed,
    Form(asked): Form<ImportRequest>,
) -> Result<Redirect, Problem> {
    let name = source.name().clone();
    let how = How { is_dry: asked.dry_run, attended: true, ..How::default() };
    let begun = sources.import(&name, how).await?;
    let action = if asked.dry_run { "preview-started" } else { "import-started" };
    audit::record(sources.services(), &source.visitor, action, name.as_str(), json!({"run": begun.run}))
        .await?;
    Ok(match &begun.run {
        Some(run) => Redirect::to(&format!("/runs/{}", segment(run.as_str()))),
        None => Redirect::to(&format!("{}?asked=1", base(&name))),
    })
}

/// Follow a source no more.
pub(super) async fn unfollow(State(sources): State<Sources>, source: Managed) -> Result<Redirect, Problem> {
    sources.set_followed(source.name(), false).await.map_err(RefusedChange::into_error)?;
    done(sources.services(), &source, "source-unfollowed").await
}

/// Hold the schedule back.
pub(super) async fn pause(State(sources): State<Sources>, source: Managed) -> Result<Redirect, Problem> {
    sources.pause(source.name()).await?;
    done(sources.services(), &source, "schedule-paused").await
}

/// Let the schedule go on.
pub(super) async fn resume_schedule(
    State(sources): State<Sources>,
    source: Managed,
) -> Result<Redirect, Problem> {
    sources.resume_schedule(source.name()).await?;
    done(sources.services(), &source, "schedule-resumed").await
}

/// Follow a source again that was stopped.
pub(super) async fn resume(State(sources): State<Sources>, source: Managed) -> Result<Redirect, Problem> {
    sources.resume(source.name()).await?;
    done(sources.services(), &source, "source-resumed").await
}

async fn done(services: &Services, source: &Managed, action: &'static str) -> Result<Redirect, Problem> {
    audit::record(services, &source.visitor, action, source.name().as_str(), json!({})).await?;
    Ok(Redirect::to(&base(source.name())))
}
