//! The address that a program was given, and the sources that it may read there.
//!
//! The service is at one address for all sources, and at one more for each. What is below the address of a source is of that
//! source alone, and every location that is told there stays below it.

use std::collections::BTreeMap;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRef, FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use rollcall_browse::Within;
use rollcall_host::model::SourceName;

use super::locations::{PATH, SOURCE, address_of};
use super::reply::ScimRefusal;
use crate::sources::Sources;
use crate::visitor::Visitor;

/// Where the service is, as it was asked: what locations begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base(pub(crate) String);

/// What whoever asks may read at the address that they asked. Whatever reads the directory for SCIM takes it, and there is no
/// other way to have it than from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Sight {
    pub(crate) base: Base,
    pub(crate) within: Within,
}

impl<S> FromRequestParts<S> for Sight
where
    S: Send + Sync,
    Sources: FromRef<S>,
{
    type Rejection = ScimRefusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ScimRefusal> {
        let sources = Sources::from_ref(state);
        let public_url = &sources.services().options().public_url;
        let visitor = Visitor::from_request_parts(parts, state).await.map_err(|_| ScimRefusal::unknown())?;
        let allowed = visitor.who.within();
        let Some(name) = asked_source(parts, state).await? else {
            let base = Base(format!("{}{PATH}", public_url));
            return Ok(Self { base, within: allowed });
        };
        let source = SourceName::new(name).map_err(|_| ScimRefusal::not_found())?;
        if !allowed.has(&source) || !is_known(&sources, &source).await? {
            return Err(ScimRefusal::not_found());
        }
        let base = Base(address_of(public_url, &source));
        Ok(Self { base, within: Within::one(source) })
    }
}

/// For what describes the service: at the address of a source that is not there, there is nothing.
impl<S> FromRequestParts<S> for Base
where
    S: Send + Sync,
    Sources: FromRef<S>,
{
    type Rejection = ScimRefusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ScimRefusal> {
        Sight::from_request_parts(parts, state).await.map(|sight| sight.base)
    }
}

/// The source that stands in the address, if one does. A name or an id that is no text is nobody's.
async fn asked_source<S: Send + Sync>(parts: &mut Parts, state: &S) -> Result<Option<String>, ScimRefusal> {
    match RawPathParams::from_request_parts(parts, state).await {
        Ok(variables) => {
            let variables: BTreeMap<&str, &str> = variables.iter().collect();
            Ok(variables.get(SOURCE).map(|name| (*name).to_owned()))
        }
        Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => Err(ScimRefusal::not_found()),
        // Nothing of this address varies.
        Err(_) => Ok(None),
    }
}

/// Whether there is such a source, or was one of which something is held.
async fn is_known(sources: &Sources, source: &SourceName) -> Result<bool, ScimRefusal> {
    Ok(sources.entry(source).is_some() || sources.services().store().is_held(source).await?)
}
