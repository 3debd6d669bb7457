//! The address that a program was given, and the sources that it may read there.
//!
//! The service is at one address for all sources, and at one more for each. What is below the address of a source is of that
//! source alone, and every location that is told there stays below it.

use std::collections::BTreeMap;

use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use rollcall_browse::Within;
use rollcall_host::model::SourceName;

use super::PATH;
use super::reply::Refusal;
use crate::console::Console;
use crate::listener::PublicUrl;
use crate::visitor::Visitor;

/// Below the address of the service: that of one source.
pub(crate) const OF_SOURCE: &str = "/sources/{source}";

/// The variable in [`OF_SOURCE`].
const SOURCE: &str = "source";

/// Where the service of one source is.
pub(crate) fn address_of(public_url: &PublicUrl, source: &SourceName) -> String {
    format!("{public_url}{PATH}{}", OF_SOURCE.replace("{source}", source.as_str()))
}

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

impl FromRequestParts<Console> for Sight {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refusal> {
        let visitor = Visitor::from_request_parts(parts, console).await.map_err(|_| Refusal::unknown())?;
        let allowed = visitor.who.within();
        let Some(name) = asked_source(parts, console).await? else {
            let base = Base(format!("{}{PATH}", console.options().public_url));
            return Ok(Self { base, within: allowed });
        };
        let source = SourceName::new(name).map_err(|_| Refusal::not_found())?;
        if !allowed.has(&source) || !is_known(console, &source).await? {
            return Err(Refusal::not_found());
        }
        let base = Base(address_of(&console.options().public_url, &source));
        Ok(Self { base, within: Within::one(source) })
    }
}

/// For what describes the service: at the address of a source that is not there, there is nothing.
impl FromRequestParts<Console> for Base {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Refusal> {
        Sight::from_request_parts(parts, console).await.map(|sight| sight.base)
    }
}

/// The source that stands in the address, if one does. A name or an id that is no text is nobody's.
async fn asked_source(parts: &mut Parts, console: &Console) -> Result<Option<String>, Refusal> {
    match RawPathParams::from_request_parts(parts, console).await {
        Ok(variables) => {
            let variables: BTreeMap<&str, &str> = variables.iter().collect();
            Ok(variables.get(SOURCE).map(|name| (*name).to_owned()))
        }
        Err(RawPathParamsRejection::InvalidUtf8InPathParam(_)) => Err(Refusal::not_found()),
        // Nothing of this address varies.
        Err(_) => Ok(None),
    }
}

/// Whether there is such a source, or was one of which something is held.
async fn is_known(console: &Console, source: &SourceName) -> Result<bool, Refusal> {
    Ok(console.sources().entry(source).is_some() || console.store().is_held(source).await?)
}
