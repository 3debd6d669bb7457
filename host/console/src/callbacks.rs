//! `/callbacks/{source}`: where a source delivers its events, by whatever method. The answer's status and body are the
//! connector's, and its headers the host's; whoever sends something else learns nothing but that it was refused.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::any;
use rollcall_host::follow::{Delivery, Receipt};
use rollcall_host::limits::MAX_DELIVERY_BYTES;
use rollcall_host::model::SourceName;
use tokio::time::timeout;

use crate::console::Console;

/// How long the body of a delivery may take to arrive.
///
/// 2 s. Why: sources give up after some seconds, and nobody else has a reason to send slowly.
const BODY_TIMEOUT: Duration = Duration::from_secs(2);

/// Where sources deliver.
pub(crate) fn routes() -> Router<Console> {
    Router::new().route("/callbacks/{source}", any(deliver))
}

async fn deliver(State(console): State<Console>, Path(source): Path<String>, request: Request) -> Response {
    let named = SourceName::new(source).ok().and_then(|name| console.sources().named(&name));
    let Some(known) = named else { return empty(StatusCode::NOT_FOUND) };
    let (head, body) = request.into_parts();
    let body = match timeout(BODY_TIMEOUT, to_bytes(body, MAX_DELIVERY_BYTES)).await {
        Ok(Ok(body)) => body,
        // Too large, or the connection broke, which nobody is there to be told.
        Ok(Err(_)) => return empty(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => return empty(StatusCode::REQUEST_TIMEOUT),
    };
    let delivery = Delivery {
        method: head.method.as_str().to_owned(),
        query: head.uri.query().unwrap_or_default().to_owned(),
        headers: readable(&head.headers),
        body: body.into(),
    };
    answer(known.follower.receive(delivery).await)
}

/// Headers that are text. A source that signs its deliveries signs text.
fn readable(headers: &HeaderMap) -> Vec<(String, String)> {
    let text = |(name, value): (&HeaderName, &HeaderValue)| {
        value.to_str().ok().map(|value| (name.as_str().to_owned(), value.to_owned()))
    };
    headers.iter().filter_map(text).collect()
}

fn answer(receipt: Receipt) -> Response {
    let Receipt { status, headers, body } = receipt;
    let Ok(status) = StatusCode::from_u16(status) else { return empty(StatusCode::INTERNAL_SERVER_ERROR) };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use axum::http::header::CONTENT_TYPE;
    use axum::http::{Method, Request};
    use tower_service::Service as _;

    use super::*;
    use crate::testing::Bench;

    #[tokio::test]
    async fn a_source_that_is_not_followed_is_not_found_by_any_method() {
        let bench = Bench::new().await;
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let request =
                Request::builder().method(&method).uri("/callbacks/unknown").body(Body::empty()).unwrap();
            let response = routes().with_state(bench.console.clone()).call(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::NOT_FOUND, "{method}");
        }
    }

    #[test]
    fn a_receipt_is_answered_as_it_is_with_each_of_its_headers_once() {
        let headers = [("content-type", "text/plain; charset=utf-8"), ("content-type", "application/json")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec();
        let response = answer(Receipt { status: 202, headers, body: b"{}".to_vec() });
        assert_eq!(response.status(), StatusCode::ACCEPTED);
        let kinds: Vec<_> = response.headers().get_all(CONTENT_TYPE).iter().collect();
        assert_eq!(kinds, ["application/json"]);
    }
}
