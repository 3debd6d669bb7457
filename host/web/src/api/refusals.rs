//! What operations may answer beside what they are for, as the document says it.

use std::collections::BTreeMap;

use utoipa::IntoResponses;
use utoipa::openapi::{ContentBuilder, Ref, RefOr, Response, ResponseBuilder};

use super::details::MEDIA_TYPE;

/// Of an operation that reads.
pub(crate) struct ReadOperation;

/// Of an operation that reads what is for those alone who may change things.
pub(crate) struct ReadingAsManager;

/// Of an operation that changes something.
pub(crate) struct Changing;

/// Of an operation that changes something and has a body.
pub(crate) struct Writing;

const READING: [(u16, &str); 6] = [
    (400, "The query cannot be read."),
    (401, "Nobody is known: there is no valid token and no session."),
    (404, "There is no such thing."),
    (405, "This address does not have this method."),
    (500, "The server's own store failed."),
    (503, "More is asked of the server at once than it can answer; `Retry-After` says when to come back."),
];

const CHANGING: [(u16, &str); 4] = [
    (403, "The token may only read, or the page that asks is outdated."),
    (409, "It cannot be done as things stand."),
    (422, "What was sent is wrong, or its idempotency key was used for another request."),
    (429, "Too much is asked for at once."),
];

const WRITING: [(u16, &str); 3] = [
    (408, "The body did not arrive in time."),
    (413, "The body is too large."),
    (415, "The body is not called JSON."),
];

impl IntoResponses for ReadOperation {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        READING.into_iter().map(refusal).collect()
    }
}

impl IntoResponses for ReadingAsManager {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        READING.into_iter().chain([(403, "The token may only read, and not this.")]).map(refusal).collect()
    }
}

impl IntoResponses for Changing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        READING.into_iter().chain(CHANGING).map(refusal).collect()
    }
}

impl IntoResponses for Writing {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        READING.into_iter().chain(CHANGING).chain(WRITING).map(refusal).collect()
    }
}

fn refusal((status, description): (u16, &str)) -> (String, RefOr<Response>) {
    let details = ContentBuilder::new().schema(Some(Ref::from_schema_name("ProblemDetails"))).build();
    let response = ResponseBuilder::new().description(description).content(MEDIA_TYPE, details);
    (status.to_string(), response.build().into())
}
