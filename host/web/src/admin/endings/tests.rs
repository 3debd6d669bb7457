//! Which endings are heard of, and how often.

use rollcall_host::directory::Action;
use rollcall_host::history::{Counters, RunEnd};

use super::*;
use crate::scim::tests::Directories;
use crate::testing::NOW;

async fn end(directories: &Directories, run: &RunId) {
    let end = RunEnd {
        state: RunState::Succeeded,
        counters: Counters::default(),
        failure: None,
        n_entries_dropped: 0,
        finished_at: NOW,
        scope: None,
        proof: None,
    };
    directories.bench.store.close_run(run, &end).await.unwrap();
}

fn n_counted(directories: &Directories) -> u64 {
    directories.bench.console.tally().counts().ended.values().sum()
}

#[tokio::test]
async fn a_run_that_was_under_way_when_the_watch_began_is_counted_when_it_ends_and_once() {
    let directories = Directories::new().await;
    let run = directories.put("hq", Action::Created, &[]).await;
    let mut watch =
        Watch::begin(directories.bench.console.sources(), directories.bench.console.tally()).await.unwrap();
    watch.look().await.unwrap();
    assert_eq!(n_counted(&directories), 0);
    end(&directories, &run).await;
    for _ in 0..2 {
        watch.look().await.unwrap();
        assert_eq!(n_counted(&directories), 1);
    }
}

#[tokio::test]
async fn a_run_that_goes_on_holds_back_what_is_written_down_as_told() {
    let directories = Directories::new().await;
    let console = &directories.bench.console;
    let first = directories.put("hq", Action::Created, &[]).await;
    let second = directories.put("branch", Action::Created, &[]).await;
    assert!(number(&first) < number(&second));
    end(&directories, &second).await;
    Watch::begin(console.sources(), console.tally()).await.unwrap().look().await.unwrap();
    assert_eq!(outbox::told_until(console.services()).await.unwrap(), Some(number(&first) - 1));
    end(&directories, &first).await;
    Watch::begin(console.sources(), console.tally()).await.unwrap().look().await.unwrap();
    assert_eq!(outbox::told_until(console.services()).await.unwrap(), Some(number(&second)));
}

#[tokio::test]
async fn runs_of_before_anybody_ever_watched_are_no_news() {
    let directories = Directories::new().await;
    let run = directories.put("hq", Action::Created, &[]).await;
    end(&directories, &run).await;
    let row = directories.bench.store.run(&run).await.unwrap().unwrap();
    let later = Timestamp::from_unix_ms(row.started_at.unix_ms() + 1);
    assert_eq!(
        (before(std::slice::from_ref(&row), later), before(std::slice::from_ref(&row), NOW)),
        (number(&run), number(&run) - 1)
    );
    assert_eq!(before(&[], NOW), 0);
}
