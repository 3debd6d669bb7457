//! The address of the service, as the client knows it.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::http::uri::Authority;

use super::PATH;

/// Where the service is: what locations begin with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Base(pub(crate) String);

impl<S: Sync> FromRequestParts<S> for Base {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let host = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
        let authority = host.and_then(|host| host.parse::<Authority>().ok());
        // Without a host, which only HTTP/1.0 may leave out, locations are relative to the client's own.
        let origin = authority.map(|authority| format!("http://{authority}")).unwrap_or_default();
        Ok(Self(format!("{origin}{PATH}")))
    }
}
