//! Which source an address names, for those who may look at it or change it.

use axum::extract::{FromRef, FromRequestParts, Path};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use rollcall_host::model::SourceName;

use crate::paths::segment;
use crate::problem::Problem;
use crate::sources::{SourceEntry, Sources};
use crate::visitor::Visitor;

/// The source that an address names, for whoever looks at it.
pub(super) struct Seen {
    pub(super) visitor: Visitor,
    pub(super) entry: SourceEntry,
}

/// The source that an address names, for whoever may change it.
pub(super) struct Managed {
    pub(super) visitor: Visitor,
    pub(super) entry: SourceEntry,
}

/// Somebody who may change what is configured.
pub(super) struct Manager(pub(super) Visitor);

impl Seen {
    pub(super) fn name(&self) -> &SourceName {
        self.entry.name()
    }
}

impl Managed {
    pub(super) fn name(&self) -> &SourceName {
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
pub(super) fn base(name: &SourceName) -> String {
    format!("/sources/{}", segment(name.as_str()))
}
