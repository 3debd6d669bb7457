//! A source that a refusal stopped: what comes is kept, and it goes on as soon as what stopped it works again.

use super::bench::{Bench, Ending, deliver, failed, seconds, source};
use crate::follow::Follower;
use crate::history::RunState;
use crate::inbox::EventState::{Done, Waiting};
use crate::inbox::{Fate, Inbox, Note, Settlement};
use crate::model::{FailureKind, Key};
use crate::run::RunOptions;

#[tokio::test(start_paused = true)]
async fn a_stopped_source_keeps_what_comes_and_acts_on_nothing() {
    let bench = Bench::imported().await;
    bench.fake.told().endings = [failed(FailureKind::Permission, "app-disabled")].into();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    assert_eq!(deliver(&follower, "e2").await.status, 200);
    seconds(600).await;
    assert_eq!(bench.runs(), ["handle e1 (event)"]);
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting), ("e2".to_owned(), Waiting)]);
    let stopped = bench.following().await.stopped.map(|stopped| stopped.failure.diagnosis.code);
    assert_eq!(stopped.as_deref(), Some("app-disabled"));
}

#[tokio::test(start_paused = true)]
async fn a_person_who_resumes_elsewhere_is_noticed_and_everything_is_read_before_any_event() {
    let bench = Bench::imported().await;
    bench.fake.told().endings = [failed(FailureKind::Settings, "secret-wrong")].into();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(60).await;
    bench.store.note(&source(), &Note::Stopped(None)).await.unwrap();
    seconds(2).await;
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
    assert_eq!(bench.runs(), ["handle e1 (event)", "sync (schedule)"]);
    assert_eq!(*bench.seen.stops.lock().unwrap(), [Some("secret-wrong".to_owned()), None]);
}

#[tokio::test(start_paused = true)]
async fn a_full_run_that_succeeds_covers_what_had_arrived_and_lets_a_stopped_source_go_on() {
    let bench = Bench::imported().await;
    bench.fake.told().endings = [failed(FailureKind::Permission, "app-disabled")].into();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    deliver(&follower, "e2").await;
    seconds(5).await;
    let asked = follower.sync(RunOptions::default()).await.unwrap();
    let events = bench.all_events().await;
    assert!(events.iter().all(|event| event.state == Done && event.run.as_ref() == Some(&asked.report.run)));
    assert_eq!(bench.following().await.stopped, None);
    assert_eq!(bench.seen.ended.lock().unwrap().last(), Some(&(0, 2)));
    deliver(&follower, "e3").await;
    seconds(1).await;
    assert_eq!(bench.runs(), ["handle e1 (event)", "sync (manual)", "handle e3 (event)"]);
}

/// A source that a refusal stopped, with an event that waits for it, and then runs that end like this.
async fn stopped_and_then(endings: Vec<Ending>) -> (Bench, Follower) {
    let bench = Bench::imported().await;
    bench.fake.told().endings = [failed(FailureKind::Permission, "app-disabled")].into();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    bench.fake.told().endings = endings.into();
    (bench, follower)
}

#[tokio::test(start_paused = true)]
async fn a_full_run_that_left_something_out_has_what_stopped_the_source_tried_and_lets_it_go_on() {
    for ending in [Ending::Incomplete, Ending::Held] {
        let (bench, follower) = stopped_and_then(vec![ending]).await;
        follower.sync(RunOptions::default()).await.unwrap();
        seconds(5).await;
        assert_eq!(bench.runs(), ["handle e1 (event)", "sync (manual)", "handle e1 (event)"]);
        assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
        assert_eq!(bench.following().await.stopped, None);
        deliver(&follower, "e2").await;
        seconds(5).await;
        assert_eq!(bench.events().await.last(), Some(&("e2".to_owned(), Done)));
        assert_eq!(*bench.seen.stops.lock().unwrap(), [Some("app-disabled".to_owned()), None]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_still_refused_stays_stopped_since_it_first_was() {
    let refused = failed(FailureKind::Permission, "app-disabled");
    let (bench, follower) = stopped_and_then(vec![Ending::Incomplete, refused]).await;
    let before = bench.following().await.stopped;
    follower.sync(RunOptions::default()).await.unwrap();
    seconds(3600).await;
    assert_eq!(bench.runs(), ["handle e1 (event)", "sync (manual)", "handle e1 (event)"]);
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
    assert!(before.is_some());
    assert_eq!(bench.following().await.stopped, before);
    assert_eq!(*bench.seen.stops.lock().unwrap(), [Some("app-disabled".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn what_did_not_stop_the_source_is_not_acted_on_while_what_did_is_tried() {
    let refused = failed(FailureKind::Permission, "app-disabled");
    let (bench, follower) = stopped_and_then(vec![Ending::Incomplete, refused, Ending::Incomplete]).await;
    deliver(&follower, "e2").await;
    for _ in 0..2 {
        follower.sync(RunOptions::default()).await.unwrap();
        seconds(5).await;
    }
    let runs = ["handle e1", "sync", "handle e1", "sync", "handle e1", "handle e2"];
    assert_eq!(
        bench.runs(),
        runs.map(|run| format!("{run} ({})", if run == "sync" { "manual" } else { "event" }))
    );
}

#[tokio::test(start_paused = true)]
async fn a_stopped_source_whose_event_nobody_waits_for_any_more_goes_on() {
    let (bench, follower) = stopped_and_then(vec![Ending::Incomplete]).await;
    let number = bench.all_events().await[0].number;
    let settlement = Settlement { number, run: None, at: bench.clock.now(), fate: Fate::Done };
    bench.store.settle(&source(), &[settlement]).await.unwrap();
    follower.sync(RunOptions::default()).await.unwrap();
    seconds(5).await;
    assert_eq!(bench.following().await.stopped, None);
}

#[tokio::test(start_paused = true)]
async fn objects_that_could_be_read_by_hand_have_what_stopped_the_source_tried() {
    let (bench, follower) = stopped_and_then(Vec::new()).await;
    follower.refresh(vec![Key::new("User", "u1")], RunOptions::default()).await.unwrap();
    seconds(5).await;
    assert_eq!(bench.following().await.stopped, None);
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_has_nothing_tried_of_a_stopped_source() {
    let (bench, follower) = stopped_and_then(vec![Ending::Incomplete]).await;
    follower.sync(RunOptions { dry_run: true, ..RunOptions::default() }).await.unwrap();
    seconds(5).await;
    assert!(bench.following().await.stopped.is_some());
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
}

#[tokio::test(start_paused = true)]
async fn a_full_run_that_fails_covers_nothing() {
    let bench = Bench::imported().await;
    let denied = || failed(FailureKind::Permission, "app-disabled");
    bench.fake.told().endings = [denied(), denied()].into();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    let asked = follower.sync(RunOptions::default()).await.unwrap();
    assert_eq!(asked.report.state, RunState::Failed);
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
    assert!(bench.following().await.stopped.is_some());
}

#[tokio::test(start_paused = true)]
async fn after_a_full_run_that_wrote_as_much_as_it_may_none_begins_until_a_person_has_acted() {
    let bench = Bench::imported().await;
    bench.fake.told().endings = [failed(FailureKind::Other, "run-too-large")].into();
    let follower = bench.follow().await;
    follower.sync(RunOptions::default()).await.unwrap();
    deliver(&follower, "e1").await;
    // Owed runs would have begun long ago.
    seconds(48 * 3600).await;
    assert_eq!(bench.runs(), ["sync (manual)"]);
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
    assert_eq!(*bench.seen.stops.lock().unwrap(), [Some("run-too-large".to_owned())]);
    bench.store.note(&source(), &Note::Stopped(None)).await.unwrap();
    seconds(5).await;
    assert_eq!(bench.runs(), ["sync (manual)", "sync (schedule)"]);
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}
