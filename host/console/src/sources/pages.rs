//! The pages of identity sources.
//!
//! Not here: what they show and do, which the modules beside this one have; nothing is decided in a page.

use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use rollcall_host::limits::MAX_COMPONENT_BYTES;
use rollcall_host::model::SourceName;

use crate::console::Console;
use crate::paths::segment;
use crate::problem::Problem;
use crate::sources::{Entry, Sources};
use crate::visitor::Visitor;

mod act;
mod add;
mod checklist;
mod edit;
mod list;
mod origins;
mod overview;
mod remove;

#[cfg(test)]
mod tests;

/// What a form with a file has beside it: its boundaries, headers and token.
///
/// 16 KiB. Why: they have some hundred bytes each.
const FORM_BYTES: u64 = 16 << 10;

pub(crate) fn routes() -> Router<Console> {
    let most_upload = usize::try_from(MAX_COMPONENT_BYTES.saturating_add(FORM_BYTES)).unwrap_or(usize::MAX);
    let upload = Router::new()
        .route("/sources/new/connector", post(add::upload))
        .layer(DefaultBodyLimit::max(most_upload));
    Router::new()
        .route("/sources", get(list::page))
        .route("/live/sources", get(list::live))
        .route("/sources/new", get(add::page).post(add::save))
        .merge(upload)
        .route("/sources/{source}", get(overview::page))
        .route("/sources/{source}/live", get(overview::live))
        .route("/sources/{source}/edit", get(edit::page).post(edit::save))
        .route("/sources/{source}/origins", get(origins::page).post(origins::confirm))
        .route("/sources/{source}/check", get(checklist::page).post(checklist::begin))
        .route("/sources/{source}/check/live", get(checklist::live))
        .route("/sources/{source}/import", post(act::import))
        .route("/sources/{source}/unfollow", post(act::unfollow))
        .route("/sources/{source}/pause", post(act::pause))
        .route("/sources/{source}/resume-schedule", post(act::resume_schedule))
        .route("/sources/{source}/resume", post(act::resume))
        .route("/sources/{source}/remove", get(remove::page).post(remove::remove))
}

/// The source that an address names, for whoever looks at it.
struct Seen {
    visitor: Visitor,
    entry: Entry,
}

/// The source that an address names, for whoever may change it.
struct Managed {
    visitor: Visitor,
    entry: Entry,
}

/// Somebody who may change what is configured.
struct Manager(Visitor);

impl Seen {
    fn name(&self) -> &SourceName {
        self.entry.name()
    }
}

impl Managed {
    fn name(&self) -> &SourceName {
        self.entry.name()
    }
}

impl<S> FromRequestParts<S> for Seen
where
    S: Send + Sync,
    Sources: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let refused = IntoResponse::into_response;
        let visitor = Visitor::from_request_parts(parts, state).await.map_err(refused)?;
        let Path(name) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|_| Problem::not_found().into_response())?;
        let entry = SourceName::new(name).ok().and_then(|name| Sources::from_ref(state).entry(&name));
        let entry = entry.ok_or_else(|| Problem::not_found().into_response())?;
        Ok(Self { visitor, entry })
    }
}

impl<S> FromRequestParts<S> for Managed
where
    S: Send + Sync,
    Sources: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let Manager(visitor) = Manager::from_request_parts(parts, state).await?;
        let Seen { entry, .. } = Seen::from_request_parts(parts, state).await?;
        Ok(Self { visitor, entry })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Manager {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let visitor = Visitor::from_request_parts(parts, state).await.map_err(IntoResponse::into_response)?;
        if visitor.who.may_manage() { Ok(Self(visitor)) } else { Err(Problem::forbidden().into_response()) }
    }
}

/// Where a source's pages are.
fn base(name: &SourceName) -> String {
    format!("/sources/{}", segment(name.as_str()))
}
