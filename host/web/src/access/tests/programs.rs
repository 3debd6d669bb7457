//! Tokens, and what programs reach with them. The API stands for all that programs read: routes of a test's own, behind the
//! same gate.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, Response, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::routing::any;
use tower_service::Service as _;

use super::Browser;
use crate::access::{enter, programs, readers};
use crate::identity::secret::digest;
use crate::testing::Bench;
use crate::visitor::{Visitor, Who};

/// Create a token through the page, and read it there.
async fn token(browser: &mut Browser<'_>, scope: &str, days: &str) -> String {
    let csrf = browser.csrf().await;
    let fields = [("csrf", &*csrf), ("name", "a program"), ("scope", scope), ("days", days)];
    let page = browser.post("/settings/tokens", &fields).await.body;
    let (_, rest) = page.split_once("<code>rct_").unwrap();
    format!("rct_{}", rest.split('<').next().unwrap())
}

/// Ask a route of programs, with these headers.
async fn ask(bench: &Bench, method: Method, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
    let name = async |visitor: Visitor| match visitor.who {
        Who::Administrator { name } | Who::Token { name, .. } => name,
    };
    let console = &bench.console;
    let read_only = Router::new().route("/scim/v2/anything", any(name));
    let mut routes: Router = Router::new()
        .route("/api/v1/anything", any(name))
        .layer(from_fn_with_state(console.services().clone(), programs))
        .merge(read_only.layer(from_fn_with_state(console.services().clone(), readers)))
        .layer(from_fn_with_state(console.services().clone(), enter))
        .with_state(());
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    routes.call(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn status(bench: &Bench, method: Method, token: &str) -> u16 {
    let bearer = format!("Bearer {token}");
    ask(bench, method, "/api/v1/anything", &[("authorization", &bearer)]).await.status().as_u16()
}

#[tokio::test]
async fn a_token_to_read_reads_and_a_token_to_manage_changes() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let (read, manage) = (token(&mut browser, "read", "90").await, token(&mut browser, "manage", "90").await);
    assert_eq!(status(&bench, Method::GET, &read).await, 200);
    assert_eq!(status(&bench, Method::POST, &read).await, 403);
    assert_eq!(status(&bench, Method::DELETE, &read).await, 403);
    assert_eq!(status(&bench, Method::POST, &manage).await, 200);
}

#[tokio::test]
async fn what_can_only_be_read_is_for_every_token_whatever_the_method() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let bearer = format!("bearer {}", token(&mut browser, "read", "90").await);
    for method in [Method::GET, Method::POST, Method::DELETE] {
        let answer = ask(&bench, method, "/scim/v2/anything", &[("authorization", &bearer)]).await;
        assert_eq!(answer.status(), 200);
    }
    let unknown = [("authorization", "Bearer rct_wrong")];
    assert_eq!(ask(&bench, Method::POST, "/scim/v2/anything", &unknown).await.status(), 401);
}

#[tokio::test]
async fn a_token_ends_when_its_time_is_over_or_when_it_is_revoked() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let (short, long) = (token(&mut browser, "read", "30").await, token(&mut browser, "read", "never").await);
    bench.pass(Duration::from_secs(30 * 24 * 60 * 60));
    assert_eq!(status(&bench, Method::GET, &short).await, 401);
    assert_eq!(status(&bench, Method::GET, &long).await, 200);
    let mut browser = Browser::logged_in(&bench).await;
    let csrf = browser.csrf().await;
    browser.post("/settings/tokens/2/revoke", &[("csrf", &csrf)]).await;
    assert_eq!(status(&bench, Method::GET, &long).await, 401);
}

#[tokio::test]
async fn a_token_is_shown_once_and_only_its_digest_is_kept() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let token = token(&mut browser, "read", "90").await;
    assert!(!browser.get("/settings/tokens").await.body.contains(&token));
    assert!(bench.has_on_disk(&digest(&token)) && !bench.has_on_disk(token.as_bytes()));
}

#[tokio::test]
async fn what_is_no_token_is_refused_whatever_cookie_comes_with_it() {
    let bench = Bench::new().await;
    let browser = Browser::set_up(&bench).await;
    let cookie = format!("rollcall-session={}", browser.cookies["rollcall-session"]);
    let host = ("host", "127.0.0.1:8630");
    for authorization in ["Bearer rct_wrong", "Bearer", "Basic YTpi", ""] {
        let headers = [("authorization", authorization), ("cookie", &cookie), host];
        let answer = ask(&bench, Method::GET, "/api/v1/anything", &headers).await;
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{authorization:?}");
        assert_eq!(answer.headers()["www-authenticate"], "Bearer realm=\"rollcall\"");
    }
    let answer = ask(&bench, Method::GET, "/api/v1/anything", &[("cookie", &cookie), host]).await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_session_changes_something_through_the_api_only_with_the_token_of_its_pages() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let csrf = browser.csrf().await;
    let cookie = format!("rollcall-session={}", browser.cookies["rollcall-session"]);
    let host = ("host", "127.0.0.1:8630");
    let without = ask(&bench, Method::POST, "/api/v1/anything", &[("cookie", &cookie), host]).await;
    assert_eq!(without.status(), 403);
    let headers = [("cookie", &*cookie), host, ("x-csrf-token", &csrf)];
    assert_eq!(ask(&bench, Method::POST, "/api/v1/anything", &headers).await.status(), 200);
    let elsewhere = [("cookie", &*cookie), ("host", "evil.example.com")];
    assert_eq!(ask(&bench, Method::GET, "/api/v1/anything", &elsewhere).await.status(), 421);
}

#[tokio::test]
async fn a_page_never_takes_a_token() {
    let bench = Bench::new().await;
    let token = token(&mut Browser::set_up(&bench).await, "manage", "90").await;
    let bearer = format!("Bearer {token}");
    let mut browser = Browser::new(&bench);
    let headers = [("authorization", &*bearer)];
    let answer = browser.ask(Method::GET, "/settings/account", &headers, String::new()).await;
    assert_eq!(answer.leads(), (303, Some("/login?next=%2Fsettings%2Faccount")));
}

#[tokio::test]
async fn the_page_says_when_a_token_was_used_last() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let token = token(&mut browser, "read", "90").await;
    bench.pass(Duration::from_secs(60 * 60));
    status(&bench, Method::GET, &token).await;
    assert!(browser.get("/settings/tokens").await.body.contains("2026-01-01 01:00:00 UTC"));
}

#[tokio::test]
async fn a_scim_client_hears_of_the_gate_in_its_own_words() {
    let bench = Bench::new().await;
    let answer = Browser::new(&bench).get("/scim/v2/Users").await;
    assert_eq!(answer.status, 401);
    assert_eq!(answer.header("content-type"), Some("application/scim+json"));
    let body: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["status"], "401");
    assert!(body["detail"].as_str().unwrap().starts_with("this needs a token"), "{body}");
}
