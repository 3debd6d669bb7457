//! The account, its sessions and its tokens, as pages.

use std::time::Duration;

use tokio::time::sleep;

use super::{Browser, PASSWORD};
use crate::testing::Bench;

const OTHER: &str = "quite another sentence";

async fn change(browser: &mut Browser<'_>, current: &str, password: &str) -> u16 {
    let csrf = browser.csrf().await;
    let fields = [("csrf", &*csrf), ("current", current), ("password", password), ("again", password)];
    browser.post("/settings/account/password", &fields).await.status.as_u16()
}

#[tokio::test]
async fn a_new_password_ends_all_other_sessions() {
    let bench = Bench::new().await;
    let mut here = Browser::set_up(&bench).await;
    let mut elsewhere = Browser::logged_in(&bench).await;
    assert_eq!(change(&mut here, PASSWORD, OTHER).await, 303);
    assert_eq!(here.get("/settings/account").await.status, 200);
    assert_eq!(elsewhere.get("/settings/account").await.status, 303);
    assert_eq!(elsewhere.log_in("admin", PASSWORD).await.status, 422);
    assert_eq!(elsewhere.log_in("admin", OTHER).await.status, 303);
}

#[tokio::test(start_paused = true)]
async fn without_the_present_password_there_is_no_new_one_and_guessing_it_must_wait() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    for _ in 0..6 {
        assert_eq!(change(&mut browser, "not the present one", OTHER).await, 422);
    }
    assert_eq!(change(&mut browser, PASSWORD, OTHER).await, 422);
    sleep(Duration::from_secs(2)).await;
    assert_eq!(change(&mut browser, PASSWORD, OTHER).await, 303);
}

#[tokio::test]
async fn one_session_or_all_others_can_be_ended() {
    let bench = Bench::new().await;
    let mut here = Browser::set_up(&bench).await;
    let mut others = Vec::new();
    for _ in 0..3 {
        bench.pass(Duration::from_secs(1));
        others.push(Browser::logged_in(&bench).await);
    }
    let page = here.get("/settings/account").await;
    let (csrf, newest) = (page.hidden("csrf"), page.hidden("session"));
    let end = "/settings/account/sessions/end";
    assert_eq!(here.post(end, &[("csrf", &csrf), ("session", &newest)]).await.status, 303);
    let mut statuses = Vec::new();
    for other in &mut others {
        statuses.push(other.get("/settings/account").await.status.as_u16());
    }
    assert_eq!(statuses, [200, 200, 303]);
    here.post("/settings/account/sessions/end-others", &[("csrf", &csrf)]).await;
    assert_eq!(others[0].get("/settings/account").await.status, 303);
    assert_eq!(here.get("/settings/account").await.status, 200);
}

#[tokio::test]
async fn a_browser_that_calls_itself_markup_is_text() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let csrf = Browser::new(&bench).get("/login").await.hidden("csrf");
    let mut other = Browser::new(&bench);
    other.cookies.insert("rollcall-form".to_owned(), csrf.clone());
    let body = format!("csrf={csrf}&name=admin&password={}", PASSWORD.replace(' ', "+"));
    let headers =
        [("content-type", "application/x-www-form-urlencoded"), ("user-agent", "<script>alert(1)</script>")];
    assert_eq!(other.ask(axum::http::Method::POST, "/login", &headers, body).await.status, 303);
    let page = browser.get("/settings/account").await.body;
    assert!(page.contains("&lt;script&gt;alert(1)") && !page.contains("<script>alert"), "{page}");
}
