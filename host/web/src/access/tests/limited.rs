//! Tokens for some sources: how they are made, what they open, and what stays closed to them.

use axum::http::Method;
use rollcall_host::directory::Action;
use serde_json::json;

use super::{Browser, every_route};
use crate::identity::audit::{self, Wanted};
use crate::scim::tests::Directories;

/// A console in whose store are people of `hq` and of `branch`, and a browser that is logged in there.
async fn set_up(directories: &Directories) -> Browser<'_> {
    Browser::set_up(&directories.bench).await
}

/// Create a token through the page: what was answered.
async fn create(browser: &mut Browser<'_>, scope: &str, sources: &[&str]) -> super::browser::Answer {
    let csrf = browser.csrf().await;
    let mut fields = vec![("csrf", &*csrf), ("name", "HR portal"), ("scope", scope), ("days", "90")];
    fields.extend(sources.iter().map(|source| ("source", *source)));
    browser.post("/settings/tokens", &fields).await
}

/// The header that shows the token of a page.
fn bearer(page: &str) -> String {
    let (_, rest) = page.split_once("<code>rct_").unwrap();
    format!("Bearer rct_{}", rest.split('<').next().unwrap())
}

async fn ask(directories: &Directories, method: Method, path: &str, bearer: &str) -> (u16, String) {
    let mut program = Browser::new(&directories.bench);
    let answer = program.ask(method, path, &[("authorization", bearer)], String::new()).await;
    (answer.status.as_u16(), answer.body)
}

async fn total(directories: &Directories, path: &str, bearer: &str) -> serde_json::Value {
    let (status, body) = ask(directories, Method::GET, path, bearer).await;
    assert_eq!(status, 200, "{path}: {body}");
    let body: serde_json::Value = serde_json::from_str(&body).unwrap();
    body["totalResults"].clone()
}

#[tokio::test]
async fn a_token_for_some_sources_reads_them_by_scim_and_nothing_else() {
    let directories = Directories::new().await;
    let mut browser = set_up(&directories).await;
    let some = bearer(&create(&mut browser, "read", &["branch"]).await.body);
    let all = bearer(&create(&mut browser, "read", &[]).await.body);
    assert_eq!(total(&directories, "/scim/v2/Users", &some).await, json!(1));
    assert_eq!(total(&directories, "/scim/v2/Users", &all).await, json!(4));
    assert_eq!(total(&directories, "/scim/v2/sources/branch/Users", &some).await, json!(1));
    assert_eq!(ask(&directories, Method::GET, "/scim/v2/sources/hq/Users", &some).await.0, 404);
    // Nobody finds by it what there is, be it an address that does not exist.
    for (path, methods) in every_route::closed() {
        for method in methods.into_iter().filter(|_| path.starts_with("/api/v1") || path == "/metrics") {
            let (status, body) = ask(&directories, method.clone(), &path, &some).await;
            assert_eq!(status, 403, "{method} {path}");
            assert!(body.contains("limited to some sources"), "{method} {path}: {body}");
        }
    }
    assert_eq!(ask(&directories, Method::GET, "/api/v1/sources", &all).await.0, 200);
}

#[tokio::test]
async fn a_source_that_comes_later_is_not_for_a_token_that_was_made_before() {
    let directories = Directories::new().await;
    let mut browser = set_up(&directories).await;
    let some = bearer(&create(&mut browser, "read", &["branch", "hq"]).await.body);
    let all = bearer(&create(&mut browser, "read", &[]).await.body);
    directories.put("annex", Action::Created, &[("User", "li", json!({"userName": "li"}))]).await;
    assert_eq!(total(&directories, "/scim/v2/Users", &some).await, json!(4));
    assert_eq!(total(&directories, "/scim/v2/Users", &all).await, json!(5));
}

#[tokio::test]
async fn the_page_and_the_audit_log_say_which_sources_a_token_is_for() {
    let directories = Directories::new().await;
    let mut browser = set_up(&directories).await;
    let form = browser.get("/settings/tokens").await.body;
    for source in ["branch", "hq"] {
        assert!(form.contains(&format!("name=\"source\" value=\"{source}\"")), "{form}");
    }
    create(&mut browser, "read", &["branch"]).await;
    create(&mut browser, "manage", &[]).await;
    let page = browser.get("/settings/tokens").await.body;
    assert!(page.contains("<li>branch</li>") && !page.contains("<li>hq</li>"), "{page}");
    let entries = audit::entries(directories.bench.console.services(), Wanted::default(), 2).await.unwrap();
    let details: Vec<serde_json::Value> =
        entries.iter().map(|entry| serde_json::from_str(&entry.detail).unwrap()).collect();
    assert_eq!(details[0], json!({"id": 2, "scope": "manage", "days": 90}));
    assert_eq!(details[1], json!({"id": 1, "scope": "read", "days": 90, "sources": ["branch"]}));
}

#[tokio::test]
async fn a_token_for_some_sources_is_never_one_to_manage_nor_for_a_source_that_nobody_knows() {
    let directories = Directories::new().await;
    let mut browser = set_up(&directories).await;
    let refused = create(&mut browser, "manage", &["branch"]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("A token for some sources can only read."), "{}", refused.body);
    // Whoever corrects it does not make a token for all by mistake.
    assert!(refused.body.contains("value=\"branch\" checked"), "{}", refused.body);
    assert_eq!(create(&mut browser, "read", &["branch", "nobody"]).await.status, 404);
    let csrf = browser.csrf().await;
    let fields = [("csrf", &*csrf), ("name", " "), ("scope", "read"), ("days", "30"), ("source", "hq")];
    let refused = browser.post("/settings/tokens", &fields).await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.contains("value=\"hq\" checked") && refused.body.contains("value=\"30\" selected"));
    assert!(browser.get("/settings/tokens").await.body.contains("There are no tokens."));
}
