//! What the document says beside the operations: what this is, and how to be known.

use serde_json::Value;
use utoipa::OpenApi;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};

use super::details::{Complaint, ProblemDetails};

/// The name of the one security scheme.
const BEARER: &str = "bearer";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Rollcall",
        description = "Sources, runs, events, people and departments of this server, and what can be done about them. \
                       Lists are paged by an opaque cursor. Whatever goes wrong is told as problem details (RFC 9457). \
                       A token with read scope may use every operation that only reads, one with manage scope all.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    servers((url = "/api/v1", description = "This server")),
    tags(
        (name = "Sources", description = "What is imported from, how it stands, and letting it go on."),
        (name = "Configuration", description = "Sources that are configured here, and the connectors they are made of."),
        (name = "Runs", description = "Attempts to bring the directory in line, what they changed and what they logged."),
        (name = "Events", description = "What sources pushed."),
        (name = "Organisation", description = "Departments and people, and why they are here or not."),
        (name = "Audit", description = "Who did what.")
    ),
    components(schemas(ProblemDetails, Complaint))
)]
struct Frame;

/// The document without operations.
pub(super) fn frame() -> Document {
    let mut document = Frame::openapi();
    let scheme = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("A token, made in the console under settings."))
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(BEARER, SecurityScheme::Http(scheme));
    document.security = Some(vec![SecurityRequirement::new(BEARER, Vec::<String>::new())]);
    document
}

/// The document as it is served.
pub(super) fn finished(document: Document) -> Value {
    // Maps with texts as keys: nothing that JSON could not say.
    serde_json::to_value(document).unwrap_or_default()
}
