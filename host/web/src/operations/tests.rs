//! What whoever runs the program is told.

use axum::body::Body;
use axum::http::{Method, Request};
use rollcall_host::directory::Action;
use rollcall_host::history::{Counters, RunEnd, RunState};
use rollcall_words::Language;
use tower_service::Service;

use super::*;
use crate::scim::tests::Directories;
use crate::testing::{NOW, administrator, ask};

async fn get(console: &Console, path: &str) -> crate::testing::Answer {
    let routes = routes().merge(guarded()).with_state(console.clone());
    ask(routes, &administrator(Language::English), Method::GET, path, "").await
}

#[tokio::test]
async fn a_program_whose_databases_answer_is_ready() {
    let directories = Directories::new().await;
    let ready = get(&directories.bench.console, "/readyz").await;
    assert_eq!((ready.status, ready.body.as_str()), (StatusCode::OK, r#"{"store":true,"database":true}"#));
}

#[tokio::test]
async fn numbers_name_sources_and_are_for_those_who_are_known() {
    let directories = Directories::new().await;
    let mut routes = guarded().with_state(directories.bench.console.clone());
    let request = Request::builder().uri("/metrics").body(Body::empty()).unwrap();
    assert_eq!(routes.call(request).await.unwrap().status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_run_that_ended_is_counted_by_source_kind_and_state() {
    let directories = Directories::new().await;
    let run = directories.put("hq", Action::Created, &[]).await;
    let console = &directories.bench.console;
    let end = RunEnd {
        state: RunState::Partial,
        counters: Counters::default(),
        failure: None,
        n_entries_dropped: 0,
        finished_at: rollcall_host::model::Timestamp::from_unix_ms(NOW.unix_ms() + 2000),
        scope: None,
        proof: None,
    };
    directories.bench.store.close_run(&run, &end).await.unwrap();
    console.tally().add(&directories.bench.store.run(&run).await.unwrap().unwrap());
    let text = get(console, "/metrics").await.body;
    for line in [
        r#"rollcall_runs_total{source="hq",kind="full",state="partial"} 1"#,
        r#"rollcall_run_duration_seconds_bucket{source="hq",kind="full",le="1"} 0"#,
        r#"rollcall_run_duration_seconds_bucket{source="hq",kind="full",le="5"} 1"#,
        r#"rollcall_run_duration_seconds_sum{source="hq",kind="full"} 2"#,
        "process_start_time_seconds 1767225600",
    ] {
        assert!(text.lines().any(|known| known == line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn every_family_is_written_once_and_every_sample_belongs_to_the_one_above() {
    let directories = Directories::new().await;
    let text = get(&directories.bench.console, "/metrics").await.body;
    let (mut families, mut current) = (std::collections::BTreeSet::new(), "");
    for line in text.lines() {
        if let Some(head) = line.strip_prefix("# TYPE ") {
            current = head.split(' ').next().unwrap();
            assert!(families.insert(current), "{current}");
        } else if !line.starts_with('#') {
            assert!(line.starts_with(current), "{line} below {current}");
        }
    }
    assert!(families.contains("rollcall_build_info"));
}
