//! Departments and people of a source, and pages about one of them.
//!
//! Not here: why somebody is missing (`why`); what an import does (`sources`).

use axum::Router;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use maud::html;
use rollcall_host::model::Key;

use crate::console::Console;
use crate::page::{Page, Tab};
use crate::problem::Problem;
use crate::sources::Sources;
use crate::subject::{PageContext, known_source};
use crate::visitor::Visitor;

mod address;
mod attributes;
mod department;
mod list;
mod object;
mod overview;
mod person;
mod since;
mod tree;
pub(crate) mod words;

#[cfg(test)]
pub(crate) mod seed;

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

use address::OrganisationQuery;
use object::ObjectFacts;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/sources/{source}/organisation", get(overview))
        .route("/sources/{source}/people/{id}", get(person))
        .route("/sources/{source}/departments/{id}", get(department))
}

async fn overview(
    visitor: Visitor,
    State(sources): State<Sources>,
    Path(source): Path<String>,
    asked: OrganisationQuery,
) -> Result<Page, Problem> {
    let source = known_source(&sources, source).await?;
    let body = overview::draw(&sources, &visitor, &source, &asked).await?;
    Ok(Page::of_source(&visitor, &source, Tab::Organisation, visitor.say(words::organisation()), body))
}

async fn person(
    visitor: Visitor,
    State(sources): State<Sources>,
    Path((source, id)): Path<(String, String)>,
    asked: OrganisationQuery,
) -> Result<Response, Problem> {
    about(&sources, &visitor, source, Key::new(USER, id), &asked).await
}

async fn department(
    visitor: Visitor,
    State(sources): State<Sources>,
    Path((source, id)): Path<(String, String)>,
    asked: OrganisationQuery,
) -> Result<Response, Problem> {
    about(&sources, &visitor, source, Key::new(DEPARTMENT, id), &asked).await
}

async fn about(
    sources: &Sources,
    visitor: &Visitor,
    source: String,
    key: Key,
    asked: &OrganisationQuery,
) -> Result<Response, Problem> {
    let source = known_source(sources, source).await?;
    let found =
        ObjectFacts::read(sources.services(), &source, key, asked).await?.ok_or_else(Problem::not_found)?;
    let place = PageContext { sources, visitor, source: &source };
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

#[cfg(test)]
mod tests;
