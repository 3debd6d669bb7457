//! The directory as a read-only SCIM 2.0 service (RFC 7643, RFC 7644).
//!
//! Not here: writing; the source is the truth.

use axum::Router;

use crate::console::Console;

pub(crate) fn routes() -> Router<Console> {
    Router::new()
}
