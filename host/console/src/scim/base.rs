//! The address of the service, as people and programs reach it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::PATH;
use crate::console::Console;

/// Where the service is: what locations begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base(pub(crate) String);

impl FromRequestParts<Console> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(_parts: &mut Parts, console: &Console) -> Result<Self, Infallible> {
        Ok(Self(format!("{}{PATH}", console.options().public_url)))
    }
}
