//! The buttons of a source: each does one thing and leads to the page that shows it.

use axum::extract::{Form, State};
use axum::response::Redirect;
use serde::Deserialize;
use serde_json::json;

use super::{Managed, base};
use crate::console::Console;
use crate::identity::audit;
use crate::problem::Problem;
use crate::routes::segment;
use crate::sources::asking::How;
use crate::sources::registry::Refused;

/// What a button for an import says.
#[derive(Deserialize)]
pub(super) struct Asked {
    #[serde(default)]
    dry_run: bool,
}

/// Import everything, or preview that: to the page of the run.
pub(super) async fn import(
    State(console): State<Console>,
    source: Managed,
    Form(asked): Form<Asked>,
) -> Result<Redirect, Problem> {
    let name = source.name().clone();
    let how = How { is_dry: asked.dry_run, attended: true, ..How::default() };
    let begun = console.sources().import(&console, &name, how).await?;
    let action = if asked.dry_run { "preview-started" } else { "import-started" };
    audit::record(&console, &source.visitor, action, name.as_str(), json!({"run": begun.run})).await?;
    Ok(match &begun.run {
        Some(run) => Redirect::to(&format!("/runs/{}", segment(run.as_str()))),
        None => Redirect::to(&format!("{}?asked=1", base(&name))),
    })
}

/// Follow a source no more.
pub(super) async fn unfollow(State(console): State<Console>, source: Managed) -> Result<Redirect, Problem> {
    console.sources().set_followed(&console, source.name(), false).await.map_err(Refused::into_problem)?;
    done(&console, &source, "source-unfollowed").await
}

/// Hold the schedule back.
pub(super) async fn pause(State(console): State<Console>, source: Managed) -> Result<Redirect, Problem> {
    console.sources().pause(&console, source.name()).await?;
    done(&console, &source, "schedule-paused").await
}

/// Let the schedule go on.
pub(super) async fn resume_schedule(
    State(console): State<Console>,
    source: Managed,
) -> Result<Redirect, Problem> {
    console.sources().resume_schedule(&console, source.name()).await?;
    done(&console, &source, "schedule-resumed").await
}

/// Follow a source again that was stopped.
pub(super) async fn resume(State(console): State<Console>, source: Managed) -> Result<Redirect, Problem> {
    console.sources().resume(&console, source.name()).await?;
    done(&console, &source, "source-resumed").await
}

async fn done(console: &Console, source: &Managed, action: &'static str) -> Result<Redirect, Problem> {
    audit::record(console, &source.visitor, action, source.name().as_str(), json!({})).await?;
    Ok(Redirect::to(&base(source.name())))
}
