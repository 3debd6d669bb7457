//! Runs of a process that died.

use rollcall_browse::{Browse as _, RunFilter};
use rollcall_host::history::RunState;

use crate::testing::{TemporaryStore, open_run};

async fn numbers(store: &TemporaryStore, filter: &RunFilter) -> Vec<String> {
    let runs = store.runs_where(filter, None, 3).await.unwrap();
    runs.into_iter().map(|run| run.id.to_string()).collect()
}

#[tokio::test]
async fn a_run_of_a_dead_process_is_found_as_interrupted() {
    let store = TemporaryStore::new();
    let dying = store.another();
    open_run(&dying, "a").await;
    drop(dying);
    let filter = |state| RunFilter { state: Some(state), ..RunFilter::default() };
    assert_eq!(numbers(&store, &filter(RunState::Running)).await, [""; 0]);
    assert_eq!(numbers(&store, &filter(RunState::Interrupted)).await, ["1"]);
}
