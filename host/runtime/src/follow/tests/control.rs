//! What a person does to a source that is followed, and what they see of it.

use std::time::Duration;

use super::bench::{Bench, Peer, connection, deliver, failed, seconds, source};
use crate::approval::Approving;
use crate::history::{RunState, Trigger};
use crate::inbox::EventState::{Done, Waiting};
use crate::inbox::{Inbox, Note};
use crate::model::{FailureKind, RunId};
use crate::run::RunOptions;

#[tokio::test(start_paused = true)]
async fn every_run_is_seen_while_it_is_under_way_whoever_started_it() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(600);
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    let seen = || std::mem::take(&mut *bench.seen.under_way.lock().unwrap());
    assert_eq!(seen(), ["2: 1 read", "2: name-short"]);
    seconds(600).await;
    let asked = tokio::time::timeout(Duration::from_secs(5), follower.sync(RunOptions::default()));
    assert!(asked.await.is_err());
    assert_eq!(seen(), ["3: 1 read", "3: name-short"]);
}

/// A source whose next run takes ten minutes.
async fn slow() -> Bench {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(600);
    bench
}

async fn answer_pings(mut peer: Peer) {
    while peer.hears().await == "PING" {
        peer.is_alive();
    }
}

fn last_state(bench: &Bench) -> RunState {
    bench.store.state().runs.last().unwrap().state
}

#[tokio::test(start_paused = true)]
async fn an_import_that_someone_asked_for_is_stopped_by_anyone_and_whoever_asked_is_told() {
    let bench = slow().await;
    let follower = bench.follow().await;
    let stopped = async {
        seconds(5).await;
        let run = follower.status().await.unwrap().running.unwrap();
        follower.cancel(&run)
    };
    let (asked, was_under_way) = tokio::join!(follower.sync(RunOptions::default()), stopped);
    assert!(was_under_way);
    assert_eq!(asked.unwrap().report.state, RunState::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn only_the_run_that_is_under_way_is_stopped() {
    let bench = slow().await;
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    assert!(!follower.cancel(&RunId::new("1")));
    seconds(600).await;
    assert!(!follower.cancel(&RunId::new("2")));
    assert_eq!(last_state(&bench), RunState::Succeeded);
}

#[tokio::test(start_paused = true)]
async fn a_batch_that_a_person_stopped_is_not_started_again_at_once() {
    let bench = slow().await;
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    assert!(follower.cancel(&RunId::new("2")));
    seconds(290).await;
    assert_eq!(last_state(&bench), RunState::Cancelled);
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
    bench.fake.told().run_takes = Duration::ZERO;
    seconds(20).await;
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn a_full_run_that_was_owed_and_a_person_stopped_is_owed_an_hour_later() {
    let bench = slow().await;
    bench.store.note(&source(), &Note::HeardUntil(bench.clock.now())).await.unwrap();
    seconds(61).await;
    let (line, peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let follower = bench.follow().await;
    tokio::spawn(answer_pings(peer));
    seconds(5).await;
    assert_eq!(bench.runs(), ["sync (stream)"]);
    let run = follower.status().await.unwrap().running.unwrap();
    assert!(follower.cancel(&run));
    seconds(3590).await;
    assert_eq!(bench.runs(), ["sync (stream)"]);
    seconds(20).await;
    assert_eq!(bench.runs(), ["sync (stream)"; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_first_import_that_a_person_stopped_is_not_started_again_at_once() {
    let bench = Bench::never_imported();
    bench.fake.told().run_takes = Duration::from_secs(600);
    let follower = bench.follow().await;
    seconds(20).await;
    let run = follower.status().await.unwrap().running.unwrap();
    assert!(follower.cancel(&run));
    seconds(3500).await;
    assert_eq!(bench.runs(), ["sync (schedule)"]);
    assert_eq!(bench.store.state().runs.last().unwrap().trigger, Trigger::Schedule);
}

#[tokio::test(start_paused = true)]
async fn what_is_approved_has_a_run_of_its_own_beside_the_import_that_someone_waits_for() {
    let bench = Bench::imported().await;
    let run = bench.someone_runs(Trigger::Event).await;
    bench.someone_is_done(&run, RunState::Held).await;
    let other = bench.someone_runs(Trigger::Manual).await;
    let follower = bench.follow().await;
    let free = async {
        seconds(5).await;
        bench.someone_is_done(&other, RunState::Partial).await;
    };
    let options = RunOptions::default;
    // Nothing of it is recorded, so everything is asked about.
    let (asked, approved, ()) =
        tokio::join!(follower.sync(options()), follower.approve(&run, Approving::default(), options()), free);
    assert_ne!(asked.unwrap().report.run, approved.unwrap().run);
    assert_eq!(bench.runs(), ["sync (manual)", "approve 2 (approval)"]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_someone_let_go_on_while_nobody_followed_it_is_not_stopped_by_the_same_event() {
    let bench = Bench::imported().await;
    bench.fake.told().endings = [failed(FailureKind::Settings, "secret-wrong")].into();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    follower.stop().await;
    bench.store.note(&source(), &Note::Stopped(None)).await.unwrap();
    let _follower = bench.follow().await;
    seconds(20).await;
    assert_eq!(bench.runs(), ["handle e1 (event)", "sync (schedule)"]);
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_nobody_let_go_on_stays_stopped_when_it_is_followed_again() {
    let bench = Bench::imported().await;
    bench.fake.told().endings = [failed(FailureKind::Settings, "secret-wrong")].into();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    follower.stop().await;
    let _follower = bench.follow().await;
    seconds(20).await;
    assert_eq!(bench.runs(), ["handle e1 (event)"]);
}
