//! `/callbacks/{source}`: where a source delivers its events, by whatever method and however its address was written down.
//! The answer's status and body are the connector's, and its headers the host's; whoever sends something else learns nothing
//! but that it was refused, and of a name that no source has the same. A person who opens the address in a browser is told what it is for.

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::uri::Uri;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use axum::{Extension, Router};
use rollcall_host::follow::{Delivery, Receipt};
use rollcall_host::limits::{MAX_DELIVERY_BYTES, MAX_DELIVERY_QUERY_BYTES};
use rollcall_host::model::SourceName;
use rollcall_words::Sentence;
use tokio::time::timeout;

use crate::console::Console;
use crate::limits::DELIVERY_BODY_TIMEOUT;
use crate::paths::with_path;
use crate::services::Services;
use crate::sources::Sources;
use crate::visitor::Preferences;

rollcall_words::sentences! {
    fn of_a_source() {
        "This is an address at which a source tells of its changes. It answers that source alone, and there is nothing to see here. \
         Whether it is the right one stands on the page of the source, under Events.",
        "这是身份源推送变更的回调地址，只应答对应的身份源，没有可查看的内容。地址是否正确，请在该身份源的“事件”页面核对。"
    }
    fn of_no_source() {
        "No source takes calls at this address. The one to enter stands on the page of the source, under Events.",
        "此地址不对应任何身份源。应填写的回调地址见该身份源的“事件”页面。"
    }
    fn at_another_address(url) {
        "No source takes calls at this address. They are taken at {url} alone.",
        "此地址不接收回调。回调只在 {url} 接收。"
    }
}

/// What the path of every callback address begins with.
const CALLBACKS: &str = "callbacks";

/// Where sources deliver.
pub(crate) fn routes() -> Router<Console> {
    Router::new()
        .route("/callbacks/{source}", any(deliver))
        .route("/callbacks", any(nobody))
        .route("/callbacks/{source}/{*rest}", any(nobody))
}

/// The same addresses where deliveries are taken elsewhere: whoever calls is told where.
pub(crate) fn elsewhere() -> Router<Console> {
    Router::new()
        .route("/callbacks/{source}", any(moved))
        .route("/callbacks", any(moved))
        .route("/callbacks/{source}/{*rest}", any(moved))
}

/// The request to the address that was meant: whoever enters a callback address into a form of the source's may end it with a
/// slash, or put one too many before it.
pub(crate) async fn meant(mut request: Request) -> Request {
    if let Some(plain) = plain(request.uri()) {
        *request.uri_mut() = plain;
    }
    request
}

/// A callback address without its needless slashes; none where it has none, and for all that is no callback address.
fn plain(uri: &Uri) -> Option<Uri> {
    let segments: Vec<_> = uri.path().split('/').filter(|segment| !segment.is_empty()).collect();
    let path = format!("/{}", segments.join("/"));
    if segments.first() != Some(&CALLBACKS) || path == uri.path() {
        return None;
    }
    with_path(uri, &path)
}

async fn nobody(reader: Option<Extension<Preferences>>) -> Response {
    told(reader, StatusCode::NOT_FOUND, of_no_source())
}

async fn moved(State(services): State<Services>, reader: Option<Extension<Preferences>>) -> Response {
    told(
        reader,
        StatusCode::NOT_FOUND,
        at_another_address(format!("{}/{CALLBACKS}/", services.callbacks_url())),
    )
}

/// Whoever is not the source learns neither what was wrong with a delivery nor whether there is a source of this name.
async fn deliver(
    State(sources): State<Sources>,
    Path(source): Path<String>,
    reader: Option<Extension<Preferences>>,
    request: Request,
) -> Response {
    let (head, body) = request.into_parts();
    let is_looked_at = matches!(head.method, Method::GET | Method::HEAD);
    let body = match timeout(DELIVERY_BODY_TIMEOUT, to_bytes(body, MAX_DELIVERY_BYTES)).await {
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
    let named = SourceName::new(source).ok().and_then(|name| sources.named(&name));
    let receipt = match named {
        Some(known) => known.follower.receive(delivery).await,
        None if MAX_DELIVERY_QUERY_BYTES < delivery.query.len() => Receipt::TOO_LARGE,
        None => Receipt::REFUSED,
    };
    // A source that asks by this method looks at the status.
    if is_looked_at && receipt == Receipt::REFUSED {
        return told(reader, StatusCode::FORBIDDEN, of_a_source());
    }
    answer(receipt)
}

/// A sentence for whoever looks.
fn told(reader: Option<Extension<Preferences>>, status: StatusCode, sentence: Sentence) -> Response {
    let Extension(reader) = reader.unwrap_or_default();
    let text = format!("{}\n", reader.say(sentence));
    (status, [(CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
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
    use rollcall_host::egress::Reach;
    use tower_service::Service as _;

    use super::*;
    use crate::testing::Bench;

    #[tokio::test]
    async fn a_source_that_is_not_followed_is_refused_by_any_method_as_one_is_that_does_not_verify() {
        let bench = Bench::new().await;
        for method in [Method::GET, Method::POST, Method::PUT, Method::DELETE] {
            let request =
                Request::builder().method(&method).uri("/callbacks/unknown").body(Body::empty()).unwrap();
            let response = routes().with_state(bench.console.clone()).call(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::FORBIDDEN, "{method}");
            let has_text = response.headers().contains_key(CONTENT_TYPE);
            assert_eq!(has_text, method == Method::GET, "{method}");
        }
    }

    /// Status, policy and body of what a router answers.
    async fn asked(mut routes: Router, method: &Method, path: &str) -> (u16, String, String) {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        let (head, body) = routes.call(request).await.unwrap().into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap().to_vec();
        let policy = head.headers.get("content-security-policy").map(|policy| policy.to_str().unwrap());
        (head.status.as_u16(), policy.unwrap_or_default().to_owned(), String::from_utf8(body).unwrap())
    }

    #[tokio::test]
    async fn at_an_address_of_their_own_there_is_nothing_but_callbacks_and_health() {
        let url = "https://calls.example.com".parse().unwrap();
        let bench = Bench::with(Reach::Public, |options| options.callbacks_url = Some(url)).await;
        let (apart, console) = (|| bench.console.callback_routes(), || bench.console.routes());
        for method in [Method::GET, Method::POST] {
            // What names a source is refused whether there is one or not.
            for (path, expected) in [
                ("/callbacks/hr", 403),
                ("/callbacks/hr/", 403),
                ("//callbacks/hr", 403),
                ("/callbacks", 404),
                ("/callbacks/hr/more", 404),
            ] {
                let (status, policy, body) = asked(apart(), &method, path).await;
                let is_told = body.contains("No source takes calls at this address. The one");
                assert_eq!(
                    (status, policy.contains("default-src 'none'"), is_told),
                    (expected, true, expected == 404),
                    "{path}: {policy} {body}"
                );
                let (status, _, body) = asked(console(), &method, path).await;
                assert_eq!(status, 404, "{path}");
                assert!(
                    body.contains("taken at https://calls.example.com/callbacks/ alone"),
                    "{path}: {body}"
                );
            }
            for path in [
                "/",
                "/login",
                "/setup",
                "/sources",
                "/api/v1/sources",
                "/scim/v2/Users",
                "/metrics",
                "/readyz",
            ] {
                let (status, policy, body) = asked(apart(), &method, path).await;
                assert_eq!(
                    (status, policy.contains("default-src 'none'"), body.as_str()),
                    (404, true, ""),
                    "{path}"
                );
            }
        }
        assert_eq!(asked(apart(), &Method::GET, "/healthz").await.0, 204);
        assert_eq!(asked(console(), &Method::GET, "/healthz").await.0, 204);
    }

    #[test]
    fn a_callback_address_is_the_same_with_needless_slashes_and_nothing_else_is_touched() {
        let plain = |text: &str| super::plain(&text.parse().unwrap()).map(|uri| uri.to_string());
        for written in ["/callbacks/hr/", "//callbacks/hr", "/callbacks//hr", "///callbacks///hr//"] {
            assert_eq!(plain(written).as_deref(), Some("/callbacks/hr"), "{written}");
        }
        assert_eq!(plain("//callbacks/hr/?a=b//&c=/").as_deref(), Some("/callbacks/hr?a=b//&c=/"));
        assert_eq!(
            plain("http://id.example.com//callbacks/hr").as_deref(),
            Some("http://id.example.com/callbacks/hr")
        );
        for other in ["/callbacks/hr", "/callbacks", "//history", "/history/", "/callbacksx//hr", "/"] {
            assert_eq!(plain(other), None, "{other}");
        }
    }

    #[test]
    fn every_sentence_is_in_both_languages() {
        assert_eq!(rollcall_words::untranslated(ALL, &[]), Vec::<&str>::new());
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
