//! What somebody does about events: let failed ones be tried again, let a source that was stopped go on.

use axum::Form;
use axum::extract::{Path, State};
use axum::response::Redirect;
use serde::Deserialize;
use serde_json::json;

use super::page::known;
use crate::identity::audit;
use crate::problem::Problem;
use crate::sources::Sources;
use crate::visitor::Visitor;

/// Which events are tried again: this one, or all that failed.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Retry {
    number: Option<u64>,
}

/// `POST /sources/{source}/events/retry`.
pub(super) async fn retry(
    State(sources): State<Sources>,
    visitor: Visitor,
    Path(source): Path<String>,
    Form(Retry { number }): Form<Retry>,
) -> Result<Redirect, Problem> {
    if !visitor.who.may_manage() {
        return Err(Problem::forbidden());
    }
    let source = known(&sources, source)?;
    let numbers = number.map(|number| [number]);
    let n_events = sources
        .services()
        .store()
        .retry(&source, numbers.as_ref().map(|n| n.as_slice()), sources.services().now())
        .await?;
    sources.services().pulse().beat();
    let detail = json!({"number": number, "n_events": n_events});
    audit::record(sources.services(), &visitor, "events-retried", source.as_str(), detail).await?;
    Ok(Redirect::to(&format!("/sources/{source}/events")))
}

/// `POST /sources/{source}/events/resume`.
pub(super) async fn resume(
    State(sources): State<Sources>,
    visitor: Visitor,
    Path(source): Path<String>,
) -> Result<Redirect, Problem> {
    if !visitor.who.may_manage() {
        return Err(Problem::forbidden());
    }
    let source = known(&sources, source)?;
    sources.resume(&source).await?;
    audit::record(sources.services(), &visitor, "source-resumed", source.as_str(), json!({})).await?;
    Ok(Redirect::to(&format!("/sources/{source}/events")))
}
