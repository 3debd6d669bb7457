//! Departments and people of a source, and pages about one of them.
//!
//! Not here: why somebody is missing (`why`); what an import does (`sources`).

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::html;
use rollcall_host::model::{Key, SourceName};

use crate::console::Console;
use crate::page::{Page, Tab};
use crate::paths::segment;
use crate::problem::Problem;
use crate::sources::Sources;
use crate::visitor::Visitor;

mod address;
mod attributes;
mod department;
mod list;
pub(crate) mod object;
mod overview;
mod person;
mod since;
pub(crate) mod trail;
mod tree;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod seed;

pub(crate) use address::{Place, address};
pub(crate) use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

use address::Asked;
use object::Found;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/sources/{source}/organisation", get(overview))
        .route("/sources/{source}/people/{id}", get(person))
        .route("/sources/{source}/departments/{id}", get(department))
}

/// The source with this name, if it is configured or something was ever imported from it: what was imported stays when a
/// source is removed.
pub(crate) async fn known_source(sources: &Sources, name: String) -> Result<SourceName, Problem> {
    let name = SourceName::new(name).map_err(|_| Problem::not_found())?;
    let is_known =
        sources.entry(&name).is_some() || !sources.services().store().runs(&name, None, 1).await?.is_empty();
    if is_known { Ok(name) } else { Err(Problem::not_found()) }
}

async fn overview(
    visitor: Visitor,
    State(sources): State<Sources>,
    Path(source): Path<String>,
    asked: Asked,
) -> Result<Page, Problem> {
    let source = known_source(&sources, source).await?;
    let body = overview::draw(&sources, &visitor, &source, &asked).await?;
    Ok(Page::of_source(&visitor, &source, Tab::Organisation, visitor.say(words::organisation()), body))
}

async fn person(
    visitor: Visitor,
    State(sources): State<Sources>,
    Path((source, id)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    about(&sources, &visitor, source, Key::new(USER, id), &asked).await
}

async fn department(
    visitor: Visitor,
    State(sources): State<Sources>,
    Path((source, id)): Path<(String, String)>,
    asked: Asked,
) -> Result<Response, Problem> {
    about(&sources, &visitor, source, Key::new(DEPARTMENT, id), &asked).await
}

async fn about(
    sources: &Sources,
    visitor: &Visitor,
    source: String,
    key: Key,
    asked: &Asked,
) -> Result<Response, Problem> {
    let source = known_source(sources, source).await?;
    let found = Found::read(sources.services(), &source, key, asked).await?.ok_or_else(Problem::not_found)?;
    let place = Place { sources, visitor, source: &source };
    let own = match &found.whole {
        Some(whole) if whole.key.resource_type == DEPARTMENT => {
            department::draw(found.since(place), whole).await?
        }
        Some(whole) => person::draw(found.since(place), whole).await?,
        None => html! {},
    };
    let body = object::draw(place, &found, &own);
    Ok(Page::of_source(visitor, &source, Tab::Organisation, found.name(), body).into_response())
}

/// The address of a source's page below it, such as "/history".
pub(crate) fn of_source(source: &SourceName, page: &str) -> String {
    format!("/sources/{}{page}", segment(source.as_str()))
}

#[cfg(test)]
mod tests;
