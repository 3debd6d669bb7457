//! Where the API and its document are.

/// Where the API is.
pub(crate) const PATH: &str = "/api/v1";

/// Where its document is.
pub(crate) const DOCUMENT: &str = "/api/v1/openapi.json";
