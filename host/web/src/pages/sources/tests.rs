//! The pages of identity sources, asked through their routes.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use rollcall_admin::SourceRecord;
use rollcall_browse::Within;
use rollcall_host::DepartedUsers;
use rollcall_host::grant::Origin as WebOrigin;
use rollcall_host::history::RunState;
use rollcall_host::model::{Diagnosis, RunId, SourceName};
use rollcall_host::proof::{Narrowing, Proof, Since};
use rollcall_words::Language;
use serde_json::{Map, Value, json};

use super::routes;
use crate::face::ScimFace;
use crate::pages::organisation::seed::Seed;
use crate::sources::configured::Configured;
use crate::sources::trust::{Cleared, Trust, Why};
use crate::sources::way_out::{ServerProxy, Timing};
use crate::sources::{Unheard, kept};
use crate::testing::{Answer, Bench, NOW, administrator, ask, get};
use crate::visitor::{Preferences, TokenScope, Visitor, Who};

const WAITS: &str = "changes wait for approval";

fn name(text: &str) -> SourceName {
    SourceName::new(text).unwrap()
}

/// A source whose connector nobody has.
fn configured(source: &str) -> Configured {
    Configured {
        name: name(source),
        connector: "blake3:0123".to_owned(),
        settings: Map::from_iter([
            ("key".to_owned(), Value::from("k<1>")),
            ("secret".to_owned(), Value::from("hunter2")),
        ]),
        proxy: Some(ServerProxy {
            url: "http://proxy:3128".to_owned(),
            user: Some("me".to_owned()),
            password: Some("hunter3".to_owned()),
        }),
        ca_pem: None,
        allow: vec!["https://api.example.com".parse::<WebOrigin>().unwrap()],
        timing: Some(Timing { cron: "30 3 * * *".to_owned(), time_zone: None, jitter_s: 600 }),
        departed: DepartedUsers::Delete,
        face: ScimFace::default(),
        is_followed: true,
        secret: BTreeSet::from(["secret".to_owned()]),
        trust: None,
    }
}

/// A console that has this source in its database.
async fn with(configured: &Configured) -> Bench {
    let bench = Bench::new().await;
    let console = &bench.console;
    kept::keep(console.services().database(), console.services().key(), configured, NOW).await.unwrap();
    console.take_up().await.unwrap();
    bench
}

async fn api(bench: &Bench, path: &str) -> Value {
    let (routes, visitor) = (crate::api::routes(), administrator(Language::English));
    let path = format!("/api/v1{path}");
    let answer = ask(routes.with_state(bench.console.clone()), &visitor, Method::GET, &path, "").await;
    serde_json::from_str(&answer.body).unwrap()
}

async fn page(bench: &Bench, path: &str) -> Answer {
    get(crate::pages::routes().with_state(bench.console.clone()), path).await
}

async fn post(bench: &Bench, path: &str, body: &str) -> Answer {
    let routes = crate::pages::routes().with_state(bench.console.clone());
    ask(routes, &administrator(Language::English), Method::POST, path, body).await
}

#[tokio::test]
async fn without_a_source_the_list_leads_to_adding_one() {
    let bench = Bench::new().await;
    let answer = page(&bench, "/sources").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("No identity source is connected yet"));
    assert!(answer.body.contains(r#"href="/sources/new""#));
}

#[tokio::test]
async fn what_is_kept_of_a_source_comes_back_whole_and_its_secrets_are_sealed() {
    let configured = configured("head-office");
    let bench = with(&configured).await;
    let console = &bench.console;
    let read =
        kept::named(console.services().database(), console.services().key(), &configured.name).await.unwrap();
    assert_eq!(read, Some(Ok(configured)));
    assert!(bench.has_on_disk(b"https://api.example.com") && !bench.has_on_disk(b"hunter"));
}

#[tokio::test]
async fn a_source_that_cannot_be_loaded_is_listed_with_the_reason_and_can_be_removed() {
    let bench = with(&configured("head-office")).await;
    for path in ["/sources", "/sources/head-office"] {
        let answer = page(&bench, path).await;
        assert_eq!(answer.status, StatusCode::OK, "{path}");
        assert!(answer.body.contains("file is not among the connectors any more"), "{path}");
        assert!(!answer.body.contains("hunter"), "{path}");
    }
    let refused = post(&bench, "/sources/head-office/remove", "name=head").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let removed = post(&bench, "/sources/head-office/remove", "name=head-office").await;
    assert_eq!(removed.location.as_deref(), Some("/sources?removed=head-office"));
    assert_eq!(page(&bench, "/sources/head-office").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_source_that_cannot_be_loaded_is_neither_checked_nor_imported() {
    let bench = with(&configured("head-office")).await;
    for path in ["/sources/head-office/check", "/sources/head-office/import"] {
        let answer = post(&bench, path, "x=1").await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
        assert!(answer.body.contains("connector-missing"), "{path}");
    }
}

#[tokio::test]
async fn a_source_that_waits_for_a_secret_says_so_everywhere_and_does_nothing() {
    let cleared = Cleared {
        pointer: "/settings/secret".to_owned(),
        why: Why::Proxy,
        was: vec!["http://proxy:3128 (me)".to_owned()],
        would: Vec::new(),
    };
    let mut waiting = configured("hq");
    waiting.settings.remove("secret");
    waiting.trust = Some(Trust { held: Vec::new(), cleared: vec![cleared] });
    let bench = with(&waiting).await;
    for path in ["/sources", "/sources/hq"] {
        let body = page(&bench, path).await.body;
        for wanted in ["secret to be entered again", "sent through http://proxy:3128 (me) until now"] {
            assert!(body.contains(wanted), "{path}: {wanted}");
        }
    }
    assert!(page(&bench, "/sources/hq").await.body.contains(r#"href="/sources/hq/edit""#));
    for path in ["check", "import", "origins"] {
        let answer = post(&bench, &format!("/sources/hq/{path}"), "origin=https%3A%2F%2Fa.example.com").await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
        assert!(answer.body.contains("secret-cleared"), "{path}");
    }
    assert_eq!(page(&bench, "/sources/hq/origins").await.status, StatusCode::CONFLICT);
}

#[tokio::test]
async fn the_pages_speak_the_readers_language() {
    let bench = with(&configured("head-office")).await;
    let routes = crate::pages::routes().with_state(bench.console.clone());
    let visitor = administrator(Language::Chinese);
    let answer = ask(routes, &visitor, Method::GET, "/sources/head-office", "").await;
    assert!(answer.body.contains("连接器文件夹中已没有该连接器的文件"));
    assert!(answer.body.contains("无法使用"));
}

#[tokio::test]
async fn whoever_may_only_look_changes_nothing() {
    let bench = with(&configured("head-office")).await;
    let who = Who::Token { id: 1, name: "reader".to_owned(), scope: TokenScope::Read, within: Within::All };
    let visitor = Visitor { who, reader: Preferences::default(), csrf: String::new(), address: None };
    for path in ["remove", "pause", "import", "check", "edit", "origins", "unfollow", "resume"] {
        let routes = crate::pages::routes().with_state(bench.console.clone());
        let path = format!("/sources/head-office/{path}");
        let answer = ask(routes, &visitor, Method::POST, &path, "name=head-office").await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{path}");
    }
    assert_eq!(page(&bench, "/sources/head-office").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_is_no_source_is_not_found() {
    let bench = Bench::new().await;
    for path in ["/sources/head-office", "/sources/%2e%2e", "/sources/a%2Fb", "/sources/head-office/check"] {
        assert_eq!(page(&bench, path).await.status, StatusCode::NOT_FOUND, "{path}");
    }
    assert_eq!(page(&bench, "/sources/new?connector=blake3%3A00").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_events_would_remove_waits_on_the_page_of_its_source_until_a_full_run_asked_about_everything() {
    let bench = with(&configured("hq")).await;
    Seed::full(&bench, 0).await.end(RunState::Succeeded).await;
    let held = Seed::refresh(&bench, 10).await.end(RunState::Held).await;
    let link = format!("Look at run {held}");
    for path in ["/sources", "/sources/hq"] {
        let body = page(&bench, path).await.body;
        let is_shown = [WAITS, &link].map(|text| body.contains(text));
        assert_eq!(is_shown, [true, true], "{path}");
    }
    Seed::full(&bench, 20).await.end(RunState::Succeeded).await;
    for path in ["/sources", "/sources/hq"] {
        let body = page(&bench, path).await.body;
        assert!(!body.contains("Look at run") && !body.contains(WAITS), "{path}");
    }
}

/// The proof of a run whose view leaves out 303 people since run 1.
fn narrow(narrowing: Option<Narrowing>) -> Proof {
    let since = Some(Since { run: RunId::new("1"), at: NOW });
    let unfollowed = [("User".to_owned(), 303)].into();
    Proof { is_complete: true, narrowing, unfollowed, since, ..Proof::default() }
}

#[tokio::test]
async fn what_the_view_of_a_source_leaves_out_is_shown_wherever_it_is_and_more_quietly_once_approved() {
    let bench = with(&configured("hq")).await;
    let loud = "the application sees less than before: 303 objects are no longer followed, since run 1";
    let quiet = "not followed: 303 objects out of sight of the application, since run 1";
    let everywhere = ["/sources", "/sources/hq", "/sources/hq/organisation"];
    for (minute, narrowing, shown) in [(0, Some(Narrowing::Held), loud), (10, None, quiet)] {
        let run = Seed::full(&bench, minute).await.end_with(RunState::Held, Some(narrow(narrowing))).await;
        for path in everywhere {
            let body = page(&bench, path).await.body.to_lowercase();
            assert!(body.contains(shown), "{path}: {body}");
        }
        let body = page(&bench, &format!("/runs/{run}")).await.body;
        assert!(body.contains("303 people, out of sight of the application"), "{body}");
        let told = api(&bench, "/sources").await;
        let left_out = &told["items"][0]["left_out"];
        assert_eq!(left_out["message"].as_str().unwrap(), shown);
        assert_eq!((&left_out["n_unfollowed"], &left_out["since"]["run"]), (&json!(303), &json!("1")));
        let told = api(&bench, &format!("/runs/{run}")).await;
        assert_eq!(told["proof"]["unfollowed"], json!([{"resource_type": "User", "n": 303}]));
    }
    let whole = Proof { is_complete: true, ..Proof::default() };
    Seed::full(&bench, 20).await.end_with(RunState::Succeeded, Some(whole)).await;
    for path in everywhere {
        let body = page(&bench, path).await.body;
        assert!(!body.contains("followed: 303") && !body.contains("less than before"), "{path}");
    }
}

#[tokio::test]
async fn the_page_of_a_source_opens_nothing_that_is_sealed() {
    let bench = with(&configured("head-office")).await;
    let database = bench.console.services().database();
    let record = database.source_record(&name("head-office")).await.unwrap().unwrap();
    let spoiled = SourceRecord { secrets: vec![0], ..record };
    database.keep_source(&spoiled, NOW).await.unwrap();
    let body = page(&bench, "/sources/head-office").await.body;
    for shown in ["http://proxy:3128", "https://api.example.com", "30 3 * * *"] {
        assert!(body.contains(shown), "{shown}");
    }
}

#[tokio::test]
async fn what_was_asked_for_in_vain_is_said_when_nobody_waited_for_the_answer() {
    let bench = with(&configured("hq")).await;
    assert!(!page(&bench, "/sources/hq").await.body.contains("could not be done"));
    let diagnosis = Diagnosis::new("nothing-to-undo", "run 7 was a preview and changed nothing");
    let unheard = Unheard { at: NOW, diagnosis };
    bench.console.sources().leave_unheard(name("hq"), unheard);
    let body = page(&bench, "/sources/hq").await.body;
    assert!(body.contains("could not be done") && body.contains("Run 7 was a preview"), "{body}");
}

#[tokio::test]
async fn a_source_that_cannot_be_loaded_neither_goes_on_nor_is_asked_and_why_is_said() {
    let bench = with(&configured("hq")).await;
    for (path, body) in [("/sources/hq/resume", "x=1"), ("/sources/hq/why/ask", "type=User&id=zhang")] {
        let answer = post(&bench, path, body).await;
        assert_eq!(answer.status, StatusCode::CONFLICT, "{path}");
        assert!(answer.body.contains("connector-missing"), "{path}: {}", answer.body);
    }
}

#[tokio::test]
async fn without_a_connector_it_is_said_where_one_would_be() {
    let bench = Bench::new().await;
    let answer = page(&bench, "/sources/new").await;
    let folder = bench.console.services().options().connectors.display().to_string();
    assert!(answer.body.contains("There is no connector yet"));
    assert!(answer.body.contains(&folder));
}

#[tokio::test]
async fn a_paused_schedule_is_shown_until_it_goes_on() {
    let bench = with(&configured("head-office")).await;
    let is_paused = async || page(&bench, "/sources").await.body.contains("schedule paused");
    assert!(!is_paused().await);
    assert_eq!(post(&bench, "/sources/head-office/pause", "x=1").await.status, StatusCode::SEE_OTHER);
    assert!(is_paused().await);
    post(&bench, "/sources/head-office/resume-schedule", "x=1").await;
    assert!(!is_paused().await);
}

#[test]
fn every_route_is_merged_without_a_conflict() {
    let _router = routes();
}

#[test]
fn a_diagnosis_of_several_complaints_has_all_of_them() {
    let complaint = |message: &str| crate::sources::complaint::Complaint {
        pointer: "/settings/x".to_owned(),
        diagnosis: Diagnosis::new("x", message).in_chinese("错", ""),
    };
    let all = crate::sources::complaints::all_of(vec![complaint("one"), complaint("two")]);
    assert_eq!(all.message, "2 settings are wrong: one; two");
}
