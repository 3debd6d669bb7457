//! Batches, refreshes and full runs take turns.

use std::time::Duration;

use super::bench::{Bench, Ending, cancelled_by, connection, deliver, failed, failure, seconds, source};
use crate::cancel::Cancel;
use crate::connector::Unfinished;
use crate::error::RunError;
use crate::follow::{FollowOptions, Schedule};
use crate::history::{RunState, Trigger};
use crate::inbox::EventState::{Done, Failed, Waiting};
use crate::inbox::{Inbox, Note};
use crate::model::{FailureKind, Key};
use crate::run::RunOptions;

fn by_schedule() -> RunOptions {
    RunOptions { trigger: Trigger::Schedule, ..RunOptions::default() }
}

/// Full runs at the beginning of each hour. Every test begins 2027-01-15T08:00:00Z.
fn hourly() -> FollowOptions {
    let schedule = Schedule::parse("0 * * * *", None, Duration::ZERO).unwrap();
    FollowOptions { schedule: Some(schedule), ..FollowOptions::default() }
}

#[tokio::test(start_paused = true)]
async fn notices_that_come_together_are_acted_on_together() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    seconds(3).await;
    for id in ["e1", "e2", "e3"] {
        deliver(&follower, id).await;
    }
    seconds(2).await;
    assert_eq!(bench.runs(), ["handle e1 e2 e3 (event)"]);
    assert_eq!(bench.store.counts(&source()).await.unwrap().done, 3);
}

#[tokio::test(start_paused = true)]
async fn what_comes_while_a_batch_is_under_way_is_the_next_batch() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(5);
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(1).await;
    deliver(&follower, "e2").await;
    deliver(&follower, "e3").await;
    seconds(30).await;
    assert_eq!(bench.runs(), ["handle e1 (event)", "handle e2 e3 (event)"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_comes_during_a_full_run_is_acted_on_after_it() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(60);
    let follower = bench.follow().await;
    let full = follower.sync(RunOptions::default());
    let event = async {
        seconds(10).await;
        assert_eq!(deliver(&follower, "e1").await.status, 200);
    };
    let (asked, ()) = tokio::join!(full, event);
    assert_eq!(asked.unwrap().report.state, RunState::Succeeded);
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
    seconds(70).await;
    assert_eq!(bench.runs(), ["sync (manual)", "handle e1 (event)"]);
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn an_event_waits_for_a_run_of_another_process() {
    let bench = Bench::imported().await;
    let other = bench.someone_runs(Trigger::Manual).await;
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(30).await;
    assert_eq!(bench.runs(), [""; 0]);
    bench.someone_is_done(&other, RunState::Succeeded).await;
    seconds(2).await;
    assert_eq!(bench.runs(), ["handle e1 (event)"]);
}

#[tokio::test(start_paused = true)]
async fn what_an_earlier_host_kept_is_acted_on() {
    let bench = Bench::imported().await;
    bench.already_kept(&["e1", "e2"]).await;
    let _follower = bench.follow().await;
    seconds(1).await;
    assert_eq!(bench.runs(), ["handle e1 e2 (event)"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_asks_for_a_full_run_joins_the_one_that_waits() {
    let bench = Bench::imported().await;
    let other = bench.someone_runs(Trigger::Manual).await;
    let follower = bench.follow().await;
    let free = async {
        seconds(5).await;
        bench.someone_is_done(&other, RunState::Succeeded).await;
    };
    let first = follower.sync(RunOptions::default());
    let (first, second, ()) = tokio::join!(first, follower.sync(by_schedule()), free);
    let (first, second) = (first.unwrap(), second.unwrap());
    assert_eq!((first.joined, second.joined), (false, true));
    assert_eq!(first.report, second.report);
    assert_eq!(bench.runs(), ["sync (manual)"]);
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_and_a_real_one_do_not_join() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    let dry = RunOptions { dry_run: true, ..RunOptions::default() };
    let (real, dry) = tokio::join!(follower.sync(RunOptions::default()), follower.sync(dry));
    assert!(!dry.unwrap().joined && !real.unwrap().joined);
    assert_eq!(bench.runs().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_refresh_does_not_wait_for_events() {
    let bench = Bench::imported().await;
    bench.already_kept(&["e1"]).await;
    let follower = bench.follow().await;
    let report = follower.refresh(vec![Key::new("User", "zhangsan")], RunOptions::default()).await;
    assert_eq!(report.unwrap().state, RunState::Succeeded);
    seconds(1).await;
    assert_eq!(bench.runs(), ["refresh User \"zhangsan\" (manual)", "handle e1 (event)"]);
}

#[tokio::test(start_paused = true)]
async fn events_and_full_runs_take_turns() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_millis(10_500);
    let follower = bench.follow().await;
    let flood = async {
        for n in 0..8 {
            deliver(&follower, &format!("e{n}")).await;
            seconds(5).await;
        }
    };
    let wishes = async {
        seconds(1).await;
        follower.sync(RunOptions::default()).await.unwrap();
        follower.sync(RunOptions::default()).await.unwrap();
    };
    tokio::join!(flood, wishes);
    seconds(60).await;
    // What had arrived before a full run began is covered by it: e1 and e2 by the first, e5 and e6 by the second.
    assert_eq!(
        bench.runs(),
        ["handle e0 (event)", "sync (manual)", "handle e3 e4 (event)", "sync (manual)", "handle e7 (event)"]
    );
    assert_eq!(bench.store.counts(&source()).await.unwrap().done, 8);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_nobody_waits_for_is_cancelled() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(600);
    let follower = bench.follow().await;
    let impatient = tokio::time::timeout(Duration::from_secs(5), follower.sync(RunOptions::default()));
    assert!(impatient.await.is_err());
    seconds(1).await;
    assert_eq!(bench.store.state().runs.last().unwrap().state, RunState::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn whoever_asked_can_cancel_the_run() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(600);
    let follower = bench.follow().await;
    let cancel = Cancel::new();
    let cancelled = async {
        seconds(5).await;
        cancel.cancel();
    };
    let (asked, ()) = tokio::join!(follower.sync(cancelled_by(&cancel)), cancelled);
    assert_eq!(asked.unwrap().report.state, RunState::Cancelled);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_was_never_imported_is() {
    let bench = Bench::never_imported();
    let _follower = bench.follow().await;
    seconds(20).await;
    assert_eq!(bench.runs(), ["sync (schedule)"]);
}

#[tokio::test(start_paused = true)]
async fn a_first_import_that_a_person_asks_for_a_moment_later_is_the_only_one() {
    let bench = Bench::never_imported();
    let follower = bench.follow().await;
    seconds(1).await;
    follower.sync(RunOptions::default()).await.unwrap();
    seconds(300).await;
    assert_eq!(bench.runs(), ["sync (manual)"]);
}

#[tokio::test(start_paused = true)]
async fn a_first_import_that_fails_is_tried_again() {
    let bench = Bench::never_imported();
    bench.fake.told().endings = [failed(FailureKind::Unavailable, "busy")].into();
    let _follower = bench.follow().await;
    seconds(120).await;
    assert_eq!(bench.runs(), ["sync (schedule)"; 2]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_was_imported_is_not_imported_again() {
    let bench = Bench::imported().await;
    let _follower = bench.follow().await;
    seconds(7200).await;
    assert_eq!(bench.runs(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_incomplete_batch_leads_to_a_full_run_and_many_to_one_a_minute() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    for n in 0..5 {
        bench.fake.told().endings = [Ending::Incomplete].into();
        deliver(&follower, &format!("e{n}")).await;
        seconds(5).await;
    }
    seconds(600).await;
    let full: Vec<String> = bench.calls().into_iter().filter(|call| call.contains("sync")).collect();
    assert_eq!(full.len(), 2, "{full:?}");
    assert!(full[0].starts_with("0 s:") && full[1].starts_with("60 s:"), "{full:?}");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_is_busy_is_tried_again_until_it_is_not() {
    let bench = Bench::imported().await;
    let busy = || failed(FailureKind::Unavailable, "busy");
    bench.fake.told().endings = [busy(), busy(), busy()].into();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(60).await;
    let calls: Vec<String> = bench.calls().into_iter().filter(|call| call.contains("handle")).collect();
    assert_eq!(
        calls,
        [
            "0 s: handle e1 (event)",
            "1 s: handle e1 (event)",
            "3 s: handle e1 (event)",
            "7 s: handle e1 (event)"
        ]
    );
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn one_poisonous_event_holds_no_other() {
    let bench = Bench::imported().await;
    let poison = || failed(FailureKind::Other, "connector-panicked");
    bench.fake.told().endings = [poison(), poison()].into();
    bench.already_kept(&["poison", "e2", "e3"]).await;
    let _follower = bench.follow().await;
    seconds(30).await;
    assert_eq!(
        bench.runs(),
        [
            "handle poison e2 e3 (event)",
            "handle poison (event)",
            "handle e2 (event)",
            "handle e3 (event)",
            "handle poison (event)"
        ]
    );
}

#[tokio::test(start_paused = true)]
async fn an_event_that_is_given_up_is_kept_and_a_full_run_makes_up_for_it() {
    let bench = Bench::imported().await;
    let busy = || failed(FailureKind::Unavailable, "busy");
    bench.fake.told().endings = std::iter::repeat_with(busy).take(12).collect();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(1800).await;
    assert_eq!(bench.events().await, [("e1".to_owned(), Failed)]);
    assert_eq!(bench.runs().last().map(String::as_str), Some("sync (event)"));
    assert_eq!(bench.runs().len(), 13);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_someone_lets_be_tried_again_is() {
    let bench = Bench::imported().await;
    let busy = || failed(FailureKind::Unavailable, "busy");
    bench.fake.told().endings = std::iter::repeat_with(busy).take(12).collect();
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(1800).await;
    bench.store.retry(&source(), None, bench.clock.now()).await.unwrap();
    seconds(2).await;
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn a_full_run_starts_when_it_is_due_and_the_next_one_is_known() {
    let bench = Bench::imported().await;
    let _follower = bench.follow_with(hourly()).await;
    seconds(2 * 3600 + 60).await;
    assert_eq!(bench.runs(), ["sync (schedule)"; 2]);
    let next = bench.following().await.next_run_at.map(|at| at.to_string());
    assert_eq!(next.as_deref(), Some("2027-01-15T11:00:00Z"));
}

#[tokio::test(start_paused = true)]
async fn a_paused_schedule_starts_nothing_until_it_goes_on() {
    let bench = Bench::imported().await;
    bench.store.note(&source(), &Note::Paused(true)).await.unwrap();
    let _follower = bench.follow_with(hourly()).await;
    seconds(5 * 3600 + 60).await;
    assert_eq!(bench.runs(), [""; 0]);
    bench.store.note(&source(), &Note::Paused(false)).await.unwrap();
    seconds(3600).await;
    assert_eq!(bench.runs(), ["sync (schedule)"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_came_due_while_nobody_followed_starts_at_once() {
    let bench = Bench::imported().await;
    bench.store.note(&source(), &Note::NextRun(Some(bench.clock.now()))).await.unwrap();
    seconds(60).await;
    let _follower = bench.follow_with(hourly()).await;
    seconds(60).await;
    assert_eq!(bench.runs(), ["sync (schedule)"]);
}

#[tokio::test(start_paused = true)]
async fn a_scheduled_run_goes_after_the_events_that_are_due() {
    let bench = Bench::imported().await;
    let other = bench.someone_runs(Trigger::Manual).await;
    let _follower = bench.follow_with(hourly()).await;
    seconds(3605).await;
    bench.already_kept(&["e1", "e2"]).await;
    seconds(5).await;
    bench.someone_is_done(&other, RunState::Succeeded).await;
    seconds(5).await;
    assert_eq!(bench.runs(), ["handle e1 e2 (event)", "sync (schedule)"]);
}

#[tokio::test(start_paused = true)]
async fn a_store_that_fails_for_a_while_loses_nothing() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    bench.store.state().inbox_is_down = true;
    seconds(120).await;
    bench.store.state().inbox_is_down = false;
    seconds(60).await;
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn what_a_batch_did_is_written_down_as_soon_as_the_store_is_back() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(10);
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    bench.store.state().inbox_is_down = true;
    seconds(120).await;
    bench.store.state().inbox_is_down = false;
    seconds(60).await;
    assert_eq!(bench.runs(), ["handle e1 (event)"]);
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn what_was_settled_long_ago_is_forgotten() {
    let bench = Bench::imported().await;
    bench.already_done(&[("e1", 31), ("e2", 29)]).await;
    let _follower = bench.follow().await;
    seconds(5).await;
    assert_eq!(bench.events().await, [("e2".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn a_follower_that_stops_lets_a_short_batch_finish() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(1);
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    follower.stop().await;
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn a_follower_that_stops_cancels_a_long_batch_whose_events_then_wait() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(3600);
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(5).await;
    follower.stop().await;
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
    assert_eq!(bench.all_events().await[0].n_attempts, 0);
    assert_eq!(bench.store.state().runs.last().unwrap().state, RunState::Cancelled);
}

/// With or without a schedule.
async fn a_follower_stops_in_the_middle_of_an_import(options: impl Fn() -> FollowOptions) {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(600);
    let follower = bench.follow_with(options()).await;
    let stop = async {
        seconds(5).await;
        follower.stop().await;
    };
    let (asked, ()) = tokio::join!(follower.sync(RunOptions::default()), stop);
    assert_eq!(asked.unwrap().report.state, RunState::Cancelled);
    seconds(60).await;
    bench.fake.told().run_takes = Duration::from_secs(1);
    let follower = bench.follow_with(options()).await;
    seconds(60).await;
    follower.stop().await;
    assert_eq!(bench.runs(), ["sync (manual)", "sync (schedule)"]);
    let _follower = bench.follow_with(options()).await;
    seconds(60).await;
    assert_eq!(bench.runs(), ["sync (manual)", "sync (schedule)"]);
}

#[tokio::test(start_paused = true)]
async fn an_import_that_a_follower_cut_short_when_it_stopped_is_made_up_for_by_the_next_one_once() {
    a_follower_stops_in_the_middle_of_an_import(FollowOptions::default).await;
    a_follower_stops_in_the_middle_of_an_import(hourly).await;
}

#[tokio::test(start_paused = true)]
async fn an_import_that_died_with_its_program_is_made_up_for() {
    let bench = Bench::imported().await;
    let died = bench.someone_runs(Trigger::Manual).await;
    bench.someone_is_done(&died, RunState::Interrupted).await;
    let _follower = bench.follow().await;
    seconds(60).await;
    assert_eq!(bench.runs(), ["sync (schedule)"]);
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_when_a_follower_stops_is_told() {
    let bench = Bench::imported().await;
    let _other = bench.someone_runs(Trigger::Manual).await;
    let follower = bench.follow().await;
    let stop = async {
        seconds(5).await;
        follower.stop().await;
    };
    let (asked, ()) = tokio::join!(follower.sync(RunOptions::default()), stop);
    assert!(matches!(asked, Err(RunError::NotFollowed)), "{asked:?}");
    assert!(matches!(follower.sync(RunOptions::default()).await, Err(RunError::NotFollowed)));
}

#[tokio::test(start_paused = true)]
async fn a_follower_that_nobody_has_any_more_ends() {
    let bench = Bench::imported().await;
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let follower = bench.follow().await;
    seconds(1).await;
    drop(follower);
    assert_eq!(peer.hears().await, "CLOSE");
    seconds(60).await;
    bench.already_kept(&["e1"]).await;
    seconds(60).await;
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_cannot_be_made_says_why_to_everyone_who_waits() {
    let bench = Bench::imported().await;
    bench.fake.told().endings = [Ending::Failed(failure(FailureKind::Protocol, "odd"))].into();
    let follower = bench.follow().await;
    let (first, second) =
        tokio::join!(follower.sync(RunOptions::default()), follower.sync(RunOptions::default()));
    let codes = [first, second].map(|asked| asked.unwrap().report.failure.unwrap().diagnosis.code);
    assert_eq!(codes, ["odd", "odd"]);
}

#[tokio::test(start_paused = true)]
async fn a_full_run_that_nobody_wants_any_more_does_not_start() {
    let bench = Bench::imported().await;
    let other = bench.someone_runs(Trigger::Manual).await;
    let follower = bench.follow().await;
    let impatient = tokio::time::timeout(Duration::from_secs(5), follower.sync(RunOptions::default()));
    assert!(impatient.await.is_err());
    bench.someone_is_done(&other, RunState::Succeeded).await;
    seconds(60).await;
    assert_eq!(bench.runs(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_was_left_unfinished_is_tried_again_and_the_others_of_its_batch_are_done() {
    let bench = Bench::imported().await;
    let left = Unfinished { id: "e2".to_owned(), failure: failure(FailureKind::Unavailable, "busy") };
    bench.fake.told().endings = [Ending::Unfinished(vec![left])].into();
    bench.already_kept(&["e1", "e2", "e3"]).await;
    let _follower = bench.follow().await;
    seconds(5).await;
    assert_eq!(bench.runs(), ["handle e1 e2 e3 (event)", "handle e2 (event)"]);
    assert_eq!(bench.events().await, ["e1", "e2", "e3"].map(|id| (id.to_owned(), Done)));
}
