//! Set-up, log-in, sessions.

use std::time::Duration;

use axum::http::Method;
use http_body_util::BodyExt as _;
use tokio::time::{sleep, timeout};

use super::{Browser, PASSWORD};
use crate::testing::Bench;

const HOUR: Duration = Duration::from_secs(60 * 60);

#[tokio::test]
async fn the_first_account_is_created_with_the_link_and_is_logged_in() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    assert_eq!(browser.get("/settings/account").await.status, 200);
    assert_eq!(Browser::logged_in(&bench).await.get("/settings/account").await.status, 200);
}

#[tokio::test]
async fn a_set_up_link_is_good_once_and_the_newest_one_alone() {
    let bench = Bench::new().await;
    let first = bench.console.setup_path().await.unwrap().unwrap();
    let second = bench.console.setup_path().await.unwrap().unwrap();
    let mut browser = Browser::new(&bench);
    assert_eq!(browser.get(&first).await.status, 403);
    assert_eq!(browser.get("/setup").await.status, 403);
    assert_eq!(browser.get("/setup?token=").await.status, 403);
    let form = browser.get(&second).await;
    let (csrf, token) = (form.hidden("csrf"), form.hidden("token"));
    let fields = |name| {
        [
            ("csrf", csrf.clone()),
            ("token", token.clone()),
            ("name", name),
            ("password", PASSWORD.to_owned()),
            ("again", PASSWORD.to_owned()),
        ]
    };
    let mut send = async |name: &str| {
        let fields = fields(name.to_owned());
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.post("/setup", &fields).await.leads().0
    };
    assert_eq!([send("wang").await, send("li").await], [303, 403]);
    assert_eq!(browser.get(&second).await.leads(), (303, Some("/login")));
    assert_eq!(bench.console.setup_path().await.unwrap(), None);
}

#[tokio::test]
async fn what_is_wrong_with_a_first_account_is_said_at_its_field_and_the_link_stays_good() {
    let bench = Bench::new().await;
    let mut browser = Browser::new(&bench);
    let link = bench.console.setup_path().await.unwrap().unwrap();
    let form = browser.get(&link).await;
    let (csrf, token) = (form.hidden("csrf"), form.hidden("token"));
    for (name, password, again, said) in [
        (" ", PASSWORD, PASSWORD, "id=\"name-wrong\""),
        ("wang", "too short", "too short", "at least 12 characters"),
        ("wang", PASSWORD, "something else", "The two passwords differ"),
        ("administrator", "administrator!", "administrator!", "little more than a name"),
    ] {
        let fields =
            [("csrf", &*csrf), ("token", &token), ("name", name), ("password", password), ("again", again)];
        let answer = browser.post("/setup", &fields).await;
        assert_eq!(answer.status, 422);
        assert!(answer.body.contains(said), "{}", answer.body);
        assert!(!answer.body.contains(password), "{password} is in the page");
    }
    assert_eq!(browser.get(&link).await.status, 200);
}

#[tokio::test]
async fn log_in_leads_to_where_the_reader_wanted_to_go_and_never_elsewhere() {
    let bench = Bench::new().await;
    Browser::set_up(&bench).await;
    for (next, to) in [
        ("/settings/audit?who=a%26b", "/settings/audit?who=a%26b"),
        ("//evil.example.com", "/"),
        ("https://evil.example.com", "/"),
    ] {
        let mut browser = Browser::new(&bench);
        let csrf = browser.get("/login").await.hidden("csrf");
        let fields = [("csrf", &*csrf), ("name", "admin"), ("password", PASSWORD), ("next", next)];
        assert_eq!(browser.post("/login", &fields).await.leads(), (303, Some(to)), "{next}");
    }
    let wanted = Browser::new(&bench).get("/settings/audit?who=a%26b").await;
    assert_eq!(wanted.leads(), (303, Some("/login?next=%2Fsettings%2Faudit%3Fwho%3Da%2526b")));
}

#[tokio::test]
async fn an_unknown_name_and_a_wrong_password_read_the_same() {
    let bench = Bench::new().await;
    Browser::set_up(&bench).await;
    let page = async |name: &str| {
        let mut browser = Browser::new(&bench);
        let answer = browser.log_in(name, "wrong horse battery").await;
        let csrf = answer.hidden("csrf");
        (answer.status, answer.body.replace(&csrf, "").replace(name, ""))
    };
    let (known, unknown) = (page("admin").await, page("nobody").await);
    assert_eq!(known.0, 422);
    assert_eq!(known, unknown);
}

#[tokio::test(start_paused = true)]
async fn after_five_wrong_passwords_even_the_right_one_must_wait() {
    let bench = Bench::new().await;
    Browser::set_up(&bench).await;
    let mut browser = Browser::new(&bench);
    for _ in 0..5 {
        assert_eq!(browser.log_in("admin", "wrong horse battery").await.status, 422);
    }
    let refused = browser.log_in("admin", PASSWORD).await;
    assert_eq!((refused.status.as_u16(), refused.header("retry-after")), (429, Some("1")));
    // What the clock of the day says is nothing to it.
    bench.pass(24 * HOUR);
    assert_eq!(browser.log_in("admin", PASSWORD).await.status, 429);
    sleep(Duration::from_secs(1)).await;
    assert_eq!(browser.log_in("admin", PASSWORD).await.status, 303);
}

#[tokio::test(start_paused = true)]
async fn a_browser_that_has_logged_in_before_is_not_slowed_by_strangers_who_guess() {
    let bench = Bench::new().await;
    let mut known = Browser::set_up(&bench).await;
    let csrf = known.csrf().await;
    known.post("/logout", &[("csrf", &csrf)]).await;
    for n in 0..9 {
        let mut stranger = Browser::new(&bench);
        stranger.address = format!("10.0.0.{n}").parse().unwrap();
        stranger.log_in("admin", "wrong horse battery").await;
    }
    let mut unknown = Browser::new(&bench);
    unknown.address = "10.0.0.10".parse().unwrap();
    assert_eq!(unknown.log_in("admin", PASSWORD).await.status, 429);
    assert_eq!(known.log_in("admin", PASSWORD).await.status, 303);
}

#[tokio::test(start_paused = true)]
async fn a_stolen_cookie_of_a_known_browser_lets_nobody_in_and_gains_no_more_guesses_than_anybody_has() {
    let bench = Bench::new().await;
    let known = Browser::set_up(&bench).await.cookies.remove("rollcall-browser").unwrap();
    let mut thief = Browser::new(&bench);
    thief.cookies.insert("rollcall-browser".to_owned(), known);
    assert_eq!(thief.get("/settings/account").await.status, 303);
    for n in 0..5 {
        thief.address = format!("10.0.0.{n}").parse().unwrap();
        assert_eq!(thief.log_in("admin", "wrong horse battery").await.status, 422);
    }
    assert_eq!(thief.log_in("admin", "wrong horse battery").await.status, 429);
}

#[tokio::test]
async fn a_session_ends_after_twelve_hours_without_use_and_after_a_week_in_any_case() {
    let bench = Bench::new().await;
    let mut used = Browser::set_up(&bench).await;
    let mut unused = Browser::logged_in(&bench).await;
    bench.pass(11 * HOUR);
    assert_eq!(used.get("/settings/account").await.status, 200);
    bench.pass(HOUR);
    assert_eq!(used.get("/settings/account").await.status, 200);
    assert_eq!(unused.get("/settings/account").await.status, 303);
    for _ in 0..15 {
        bench.pass(10 * HOUR);
        assert_eq!(used.get("/settings/account").await.status, 200);
    }
    bench.pass(6 * HOUR);
    assert_eq!(used.get("/settings/account").await.status, 303);
}

#[tokio::test]
async fn after_log_out_the_cookie_is_worth_nothing() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let (csrf, cookies) = (browser.csrf().await, browser.cookies.clone());
    assert_eq!(browser.post("/logout", &[("csrf", &csrf)]).await.leads(), (303, Some("/login")));
    assert!(!browser.cookies.contains_key("rollcall-session"));
    browser.cookies = cookies;
    assert_eq!(browser.get("/settings/account").await.status, 303);
}

#[tokio::test]
async fn a_page_that_is_watched_says_nothing_more_but_that_its_session_is_over() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    let watched = browser.send(Method::GET, "/live/sources", &[], String::new()).await;
    assert_eq!(watched.status(), 200);
    let mut watched = watched.into_body();
    let first = watched.frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(first.starts_with(b"event: parts"), "{first:?}");
    let csrf = browser.csrf().await;
    browser.post("/logout", &[("csrf", &csrf)]).await;
    let rest = timeout(Duration::from_secs(30), watched.collect()).await.expect("it ends").unwrap();
    assert_eq!(rest.to_bytes(), "event: over\ndata: over\n\n");
}

#[tokio::test]
async fn a_form_of_log_in_needs_the_cookie_that_it_was_loaded_with() {
    let bench = Bench::new().await;
    Browser::set_up(&bench).await;
    let mut browser = Browser::new(&bench);
    let csrf = browser.get("/login").await.hidden("csrf");
    let fields = [("csrf", &*csrf), ("name", "admin"), ("password", PASSWORD)];
    assert_eq!(Browser::new(&bench).post("/login", &fields).await.status, 403);
    assert_eq!(browser.post("/login", &fields[1..]).await.status, 403);
    assert_eq!(browser.post("/login", &fields).await.status, 303);
}

#[tokio::test]
async fn by_tls_cookies_are_for_tls_alone_and_for_this_host_alone() {
    let bench = Bench::new().await;
    let mut browser = Browser::new(&bench);
    browser.is_tls = true;
    let answer = browser.get("/login").await;
    let cookie = answer.header("set-cookie").unwrap();
    assert!(cookie.starts_with("__Host-rollcall-form=") && cookie.ends_with("; Secure"), "{cookie}");
}

#[tokio::test]
async fn a_name_that_is_not_the_consoles_is_refused_before_anything_is_read() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    browser.host = "evil.example.com";
    for path in ["/login", "/settings/account", "/nowhere"] {
        let answer = browser.get(path).await;
        assert_eq!(answer.status, 421, "{path}");
        assert!(answer.body.contains("--public-url"), "{}", answer.body);
    }
    assert_eq!(browser.get("/healthz").await.status, 204);
}

#[tokio::test]
async fn a_reader_chooses_language_and_theme_without_being_known() {
    let bench = Bench::new().await;
    let mut browser = Browser::new(&bench);
    let referer = ("referer", "http://127.0.0.1:8630/login?next=%2Fhistory");
    let chosen = "/preferences?language=zh-CN&theme=dark";
    let answer = browser.ask(Method::GET, chosen, &[referer], String::new()).await;
    assert_eq!(answer.leads(), (303, Some("/login?next=%2Fhistory")));
    let page = browser.get("/login").await.body;
    assert!(page.contains("lang=\"zh-CN\" data-theme=\"dark\"") && page.contains("登录"), "{page}");
}

#[tokio::test]
async fn nothing_below_the_callbacks_leads_to_the_log_in_or_is_answered_without_a_word() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    for path in ["/callbacks", "/callbacks/", "/callbacks/hr/more"] {
        for method in [Method::GET, Method::POST, Method::PUT] {
            let answer = browser.ask(method.clone(), path, &[], String::new()).await;
            assert_eq!(answer.status, 404, "{method} {path}");
            assert!(
                answer.body.contains("No source takes calls at this address"),
                "{method} {path}: {}",
                answer.body
            );
        }
    }
    // Whether there is a source of this name is not told.
    for path in ["/callbacks/hr", "//callbacks/hr", "/callbacks/hr/", "/callbacks//hr"] {
        let looked_at = browser.get(path).await;
        assert_eq!(looked_at.status, 403, "{path}");
        assert!(looked_at.body.contains("a source tells of its changes"), "{path}: {}", looked_at.body);
        for method in [Method::POST, Method::PUT] {
            let answer = browser.ask(method.clone(), path, &[], String::new()).await;
            assert_eq!((answer.status.as_u16(), answer.body.as_str()), (403, ""), "{method} {path}");
        }
    }
}

#[tokio::test]
async fn every_answer_says_what_a_browser_may_do_with_it() {
    let bench = Bench::new().await;
    let mut browser = Browser::set_up(&bench).await;
    for path in ["/login", "/settings/account", "/healthz", "/nowhere", "/callbacks/none"] {
        let answer = browser.get(path).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cache-control", "no-store"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), Some(value), "{path} {name}");
        }
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"),
            "{policy}"
        );
    }
}
