//! What becomes of the runs of a process that died, and which runs are of this file. What any history promises is in the suite
//! of stores.

use super::super::testing::{TemporaryStore, new_run, open_run, source};
use super::*;
use rollcall_host::model::Diagnosis;

fn end(state: RunState) -> RunEnd {
    RunEnd {
        state,
        counters: Counters { read: 3, created: 2, unchanged: 1, ..Counters::default() },
        failure: None,
        n_entries_dropped: 0,
        finished_at: Timestamp::from_unix_ms(1_700_000_060_000),
        scope: None,
        proof: None,
    }
}

fn entry(severity: Severity, code: &str) -> Entry {
    Entry {
        severity,
        subject: None,
        subject_name: None,
        diagnosis: Diagnosis::new(code, "something happened"),
    }
}

async fn state(store: &SqliteStore, run: &RunId) -> RunState {
    store.run(run).await.unwrap().unwrap().state
}

#[tokio::test]
async fn a_run_that_is_under_way_tells_what_it_did_so_far_and_keeps_it_when_it_dies() {
    let store = TemporaryStore::new();
    let so_far = Counters { read: 2, created: 2, ..Counters::default() };
    let run = {
        let dying = store.another();
        let run = open_run(&dying, "a").await;
        dying.beat(&run, None, &so_far).await.unwrap();
        assert_eq!(store.run(&run).await.unwrap().unwrap().counters, so_far);
        run
    };
    let Run { state, counters, .. } = store.run(&run).await.unwrap().unwrap();
    assert_eq!((state, counters), (RunState::Interrupted, so_far));
}

#[tokio::test]
async fn a_source_has_one_run_at_a_time_across_processes() {
    let store = TemporaryStore::new();
    let run = open_run(&store, "a").await;
    let another = store.another();
    assert_eq!(another.open_run(&new_run("a")).await.unwrap(), Opened::Busy(run.clone()));
    assert_eq!(state(&another, &run).await, RunState::Running);
}

#[tokio::test]
async fn the_run_of_a_dead_process_reads_interrupted() {
    let store = TemporaryStore::new();
    let run = {
        let dying = store.another();
        open_run(&dying, "a").await
    };
    let runs = store.runs(&source("a"), None, 10).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.state).collect::<Vec<_>>(), [RunState::Interrupted]);
    assert_eq!(state(&store, &run).await, RunState::Interrupted);
}

#[tokio::test]
async fn a_dead_process_leaves_its_source_to_the_next_run() {
    let store = TemporaryStore::new();
    let dead = {
        let dying = store.another();
        open_run(&dying, "a").await
    };
    let next = open_run(&store, "a").await;
    assert_eq!(
        [state(&store, &dead).await, state(&store, &next).await],
        [RunState::Interrupted, RunState::Running]
    );
}

#[tokio::test]
async fn an_abandoned_run_of_this_process_leaves_its_source_to_the_next() {
    let store = TemporaryStore::new();
    let impatient = SqliteStore {
        connections: Arc::clone(&store.connections),
        claims: Claims::impatient(&store.path()).into(),
        outlines: Arc::default(),
    };
    let abandoned = open_run(&impatient, "a").await;
    let next = open_run(&impatient, "a").await;
    assert_eq!(impatient.beat(&abandoned, None, &Counters::default()).await.unwrap(), Beat::Lost);
    assert_ne!(abandoned, next);
}

#[tokio::test]
async fn a_run_that_was_taken_for_dead_and_ends_after_all_says_how() {
    let store = TemporaryStore::new();
    let run = {
        let dying = store.another();
        open_run(&dying, "a").await
    };
    assert_eq!(state(&store, &run).await, RunState::Interrupted);
    store.close_run(&run, &end(RunState::Partial)).await.unwrap();
    assert_eq!(state(&store, &run).await, RunState::Partial);
}

#[tokio::test]
async fn a_closed_run_cannot_be_closed_again() {
    let store = TemporaryStore::new();
    let run = open_run(&store, "a").await;
    store.close_run(&run, &end(RunState::Succeeded)).await.unwrap();
    let result = store.close_run(&run, &end(RunState::Failed)).await;
    assert_eq!(result.unwrap_err().to_string(), "store failed: run 1 is not open");
}

#[tokio::test]
async fn an_unknown_run_is_no_run() {
    let store = TemporaryStore::new();
    for id in ["7", "x", "", "-1", "99999999999999999999"] {
        assert_eq!(store.run(&RunId::new(id)).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_run_of_another_history_is_refused() {
    let store = TemporaryStore::new();
    let result = store.record_entries(&RunId::new("x"), &[entry(Severity::Info, "a")]).await;
    assert_eq!(result.unwrap_err().to_string(), "store failed: run \"x\" is not of this history");
}
