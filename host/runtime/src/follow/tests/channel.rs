//! Channels: open, listened to, broken, opened again.

use std::time::Duration;

use tokio::time::Instant;

use super::bench::{Bench, HEARTBEAT, START, body, connection, failure, seconds, source};
use crate::exclusive::Claims;
use crate::follow::upstream::Unopened;
use crate::follow::{FollowOptions, Schedule};
use crate::inbox::EventState::{Done, Waiting};
use crate::inbox::{ChannelState, Inbox, Note};
use crate::limits::{FULL_RUN_PATIENCE, MAX_FRAMES_AT_ONCE, MAX_UNANSWERED_PINGS};
use crate::model::{FailureKind, SourceName};
use crate::run::RunOptions;

/// A source that was listened to until now.
async fn listened_to() -> Bench {
    let bench = Bench::imported().await;
    bench.store.note(&source(), &Note::HeardUntil(bench.clock.now())).await.unwrap();
    bench
}

fn states(bench: &Bench) -> Vec<String> {
    bench.seen.channels.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn an_event_is_kept_before_it_is_acknowledged() {
    let bench = listened_to().await;
    bench.fake.told().run_takes = Duration::from_secs(60);
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let _follower = bench.follow().await;
    peer.push("e1");
    assert_eq!(peer.hears().await, "ack e1");
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
    seconds(100).await;
    assert_eq!(bench.runs(), ["handle e1 (stream)"]);
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_cannot_be_kept_is_to_come_again() {
    let bench = listened_to().await;
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let _follower = bench.follow().await;
    seconds(1).await;
    bench.store.state().inbox_is_down = true;
    peer.push("e1");
    peer.push("ping");
    assert_eq!([peer.hears().await, peer.hears().await], ["later e1", "pong"]);
    bench.store.state().inbox_is_down = false;
    peer.push("e1");
    assert_eq!(peer.hears().await, "ack e1");
}

#[tokio::test(start_paused = true)]
async fn a_burst_is_kept_in_a_few_writes_and_acknowledged_whole() {
    let bench = listened_to().await;
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    for n in 0..2000 {
        peer.push(&format!("e{n}"));
    }
    let _follower = bench.follow().await;
    for n in 0..2000 {
        assert_eq!(peer.hears().await, format!("ack e{n}"));
    }
    let n_writes = bench.calls().iter().filter(|call| call.contains("understand")).count();
    assert_eq!(n_writes, 2000_usize.div_ceil(MAX_FRAMES_AT_ONCE));
}

#[tokio::test(start_paused = true)]
async fn a_frame_that_nobody_understands_is_counted_and_harms_no_other() {
    let bench = listened_to().await;
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let _follower = bench.follow().await;
    peer.push("odd");
    peer.push("e1");
    assert_eq!(peer.hears().await, "ack e1");
    seconds(2).await;
    assert_eq!(bench.following().await.n_refused, 1);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_answers_pings_stays_open() {
    let bench = listened_to().await;
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let _follower = bench.follow().await;
    for _ in 0..50 {
        assert_eq!(peer.hears().await, "PING");
        peer.is_alive();
    }
    assert_eq!(states(&bench), ["Connecting", "Connected"]);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_falls_silent_is_opened_again() {
    let bench = listened_to().await;
    let ((line, mut peer), (second, mut second_peer)) = (connection(), connection());
    bench.fake.told().openings = [Ok(line), Ok(second)].into();
    let _follower = bench.follow().await;
    for _ in 0..MAX_UNANSWERED_PINGS {
        assert_eq!(peer.hears().await, "PING");
    }
    second_peer.push("e1");
    assert_eq!(second_peer.hears().await, "ack e1");
    assert_eq!(
        states(&bench),
        ["Connecting", "Connected", "Waiting channel-silent", "Connecting", "Connected"]
    );
    let silent_for = HEARTBEAT * (MAX_UNANSWERED_PINGS + 1);
    let opened: Vec<String> = bench.calls().into_iter().filter(|call| call.ends_with("open")).collect();
    assert!(opened[1].starts_with(&format!("{} s", silent_for.as_secs())), "{opened:?}");
}

#[tokio::test(start_paused = true)]
async fn a_source_that_wants_another_connection_gets_it_at_once_and_the_old_one_still_acknowledges() {
    let bench = listened_to().await;
    let ((line, mut peer), (second, mut second_peer)) = (connection(), connection());
    bench.fake.told().openings = [Ok(line), Ok(second)].into();
    let _follower = bench.follow().await;
    seconds(15).await;
    peer.push("move");
    seconds(1).await;
    peer.push("e1");
    second_peer.push("e2");
    assert_eq!([peer.hears().await, second_peer.hears().await], ["ack e1", "ack e2"]);
    assert_eq!([peer.hears().await, peer.hears().await], ["PING", "CLOSE"]);
    let opened: Vec<String> = bench.calls().into_iter().filter(|call| call.ends_with("open")).collect();
    assert_eq!(opened, ["0 s: open", "15 s: open"]);
    assert_eq!(states(&bench), ["Connecting", "Connected"]);
}

#[tokio::test(start_paused = true)]
async fn a_source_that_always_wants_another_connection_is_not_given_one_for_ever() {
    let bench = listened_to().await;
    let openings: Vec<_> = (0..100)
        .map(|_| {
            let (line, peer) = connection();
            peer.push("move");
            (line, peer)
        })
        .collect();
    let (lines, _peers): (Vec<_>, Vec<_>) = openings.into_iter().unzip();
    bench.fake.told().openings = lines.into_iter().map(Ok).collect();
    let _follower = bench.follow().await;
    seconds(30).await;
    let n_opened = bench.calls().iter().filter(|call| call.ends_with("open")).count();
    assert!((3..10).contains(&n_opened), "{n_opened}");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_cannot_be_opened_is_tried_ever_more_rarely() {
    let bench = listened_to().await;
    let down = || Err(failure(FailureKind::Unavailable, "proxy-unreachable").into());
    bench.fake.told().openings = (0..100).map(|_| down()).collect();
    let _follower = bench.follow().await;
    seconds(600).await;
    let n_opened = bench.calls().iter().filter(|call| call.ends_with("open")).count();
    // Between all pauses in full and all of them halved.
    assert!((14..=32).contains(&n_opened), "{n_opened}");
    let note = bench.following().await.channel.unwrap();
    assert_eq!(
        (note.state, note.diagnosis.unwrap().code.as_str()),
        (ChannelState::Waiting, "proxy-unreachable")
    );
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_refused_is_hardly_tried_until_a_person_has_acted() {
    let bench = listened_to().await;
    let refused = || Err(failure(FailureKind::Settings, "secret-wrong").into());
    bench.fake.told().openings = [refused(), refused(), refused(), refused()].into();
    let follower = bench.follow().await;
    seconds(700).await;
    let opened = || bench.calls().into_iter().filter(|call| call.ends_with("open")).collect::<Vec<_>>();
    assert_eq!(opened(), ["0 s: open", "600 s: open"]);
    assert_eq!(bench.following().await.channel.unwrap().state, ChannelState::Refused);
    follower.sync(RunOptions::default()).await.unwrap();
    seconds(1).await;
    assert_eq!(opened().last().unwrap(), "700 s: open");
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_waits_or_is_refused_is_opened_at_once_when_a_person_lets_the_source_go_on() {
    for kind in [FailureKind::Unavailable, FailureKind::Settings] {
        let bench = listened_to().await;
        let down = || Err(failure(kind, "origin-not-granted").into());
        bench.fake.told().openings = (0..100).map(|_| down()).collect();
        let _follower = bench.follow().await;
        seconds(500).await;
        let (line, _peer) = connection();
        bench.fake.told().openings = [Ok(line)].into();
        let now = bench.clock.now();
        bench.store.note(&source(), &Note::Resumed(now)).await.unwrap();
        seconds(2).await;
        assert_eq!(bench.following().await.channel.unwrap().state, ChannelState::Connected, "{kind:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_another_source_has_is_opened_once_that_one_is_let_go() {
    let bench = listened_to().await;
    let (claims, other) = (Claims::default(), SourceName::new("branch").unwrap());
    claims.claim(&other, &["app".to_owned()]).unwrap();
    let taken = claims.claim(&source(), &["app".to_owned()]).unwrap_err();
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Err(Unopened::Taken(taken)), Ok(line)].into();
    let follower = bench.follow().await;
    seconds(3600).await;
    assert_eq!(states(&bench), ["Connecting", "Taken channel-taken"]);
    assert_eq!(bench.following().await.channel.unwrap().state, ChannelState::Taken);
    claims.release(&other);
    peer.push("e1");
    assert_eq!(peer.hears().await, "ack e1");
    seconds(1).await;
    assert_eq!(states(&bench)[2..], ["Connecting", "Connected"]);
    // What the other one heard meanwhile was none of its business.
    assert_eq!(bench.runs()[0], "sync (stream)");
    assert!(!bench.calls().iter().any(|call| call.ends_with("let go")));
    follower.stop().await;
    assert!(bench.calls().last().unwrap().ends_with("let go"), "{:?}", bench.calls());
}

#[tokio::test(start_paused = true)]
async fn a_source_without_a_channel_is_asked_once() {
    let bench = listened_to().await;
    let _follower = bench.follow().await;
    seconds(3600).await;
    assert_eq!(bench.calls().iter().filter(|call| call.ends_with("open")).count(), 1);
    assert_eq!(bench.following().await.channel.unwrap().state, ChannelState::Off);
}

#[tokio::test(start_paused = true)]
async fn a_source_with_a_channel_is_not_asked_for_missed_deliveries() {
    let bench = listened_to().await;
    let (line, _peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let _follower = bench.follow().await;
    seconds(7200).await;
    assert!(!bench.calls().iter().any(|call| call.ends_with("missed")));
}

#[tokio::test(start_paused = true)]
async fn a_short_break_leads_to_no_full_run() {
    let bench = listened_to().await;
    let ((line, peer), (second, _second_peer)) = (connection(), connection());
    bench.fake.told().openings = [Ok(line), Ok(second)].into();
    let _follower = bench.follow().await;
    seconds(5).await;
    peer.breaks();
    seconds(3).await;
    assert_eq!(states(&bench), ["Connecting", "Connected", "Waiting", "Connecting", "Connected"]);
    assert_eq!(bench.runs(), [""; 0]);
}

#[tokio::test(start_paused = true)]
async fn a_long_break_leads_to_a_full_run() {
    let bench = listened_to().await;
    let ((line, peer), (second, _second_peer)) = (connection(), connection());
    let down = || Err(failure(FailureKind::Unavailable, "proxy-unreachable").into());
    let mut openings: std::collections::VecDeque<_> = (0..12).map(|_| down()).collect();
    openings.push_front(Ok(line));
    openings.push_back(Ok(second));
    bench.fake.told().openings = openings;
    let _follower = bench.follow().await;
    seconds(5).await;
    peer.breaks();
    seconds(600).await;
    assert_eq!(bench.runs(), ["sync (stream)"]);
}

/// A channel that breaks and cannot be opened for a while, so many times within five minutes.
async fn broken(n_breaks: usize) -> Bench {
    let bench = listened_to().await;
    let down = || Err(failure(FailureKind::Unavailable, "proxy-unreachable").into());
    let mut peers = Vec::new();
    let mut openings = std::collections::VecDeque::new();
    for n in 0..=n_breaks {
        // Opened again after 15 to 31 s.
        openings.extend((0..4).filter(|_| 0 < n).map(|_| down()));
        let (line, peer) = connection();
        openings.push_back(Ok(line));
        peers.push(peer);
    }
    bench.fake.told().openings = openings;
    let _follower = bench.follow().await;
    let last = peers.pop();
    for mut peer in peers {
        // It is open, and was for long enough that its next failure is the first.
        for _ in 0..2 {
            assert_eq!(peer.hears().await, "PING");
            peer.is_alive();
        }
        peer.breaks();
    }
    seconds(40).await;
    assert_eq!(states(&bench).last().map(String::as_str), Some("Connected"));
    let _open = last;
    seconds(600).await;
    bench
}

#[tokio::test(start_paused = true)]
async fn a_break_that_may_have_cost_an_event_leads_to_a_full_run_without_a_schedule() {
    assert_eq!(broken(1).await.runs(), ["sync (stream)"]);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_breaks_all_the_time_does_not_have_everything_read_each_time() {
    let bench = broken(4).await;
    let runs: Vec<_> = bench.calls().into_iter().filter(|call| call.contains("sync")).collect();
    assert_eq!(runs.len(), 2, "{runs:?}");
}

#[tokio::test(start_paused = true)]
async fn a_host_that_was_gone_for_long_starts_with_a_full_run() {
    let bench = listened_to().await;
    seconds(61).await;
    let (line, _peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let _follower = bench.follow().await;
    seconds(1).await;
    assert_eq!(bench.runs(), ["sync (stream)"]);
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_remembered_until_a_full_run_has_made_up_for_it() {
    let bench = listened_to().await;
    let heard_until = bench.following().await.heard_until;
    seconds(61).await;
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    bench.fake.told().endings = [super::bench::failed(FailureKind::Unavailable, "busy")].into();
    let _follower = bench.follow().await;
    assert_eq!(peer.hears().await, "PING");
    peer.is_alive();
    assert_eq!(bench.following().await.heard_until, heard_until);
    for _ in 0..6 {
        assert_eq!(peer.hears().await, "PING");
        peer.is_alive();
    }
    assert_eq!(bench.runs(), ["sync (stream)"; 2]);
    assert!(heard_until < bench.following().await.heard_until);
}

#[tokio::test(start_paused = true)]
async fn the_first_import_and_the_gap_before_the_first_channel_are_one_run() {
    let bench = Bench::never_imported();
    let (line, _peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let _follower = bench.follow().await;
    seconds(300).await;
    assert_eq!(bench.runs(), ["sync (schedule)"]);
}

#[tokio::test(start_paused = true)]
async fn an_import_that_a_person_asks_for_at_once_begins_when_the_channel_is_open_and_is_the_only_one() {
    let bench = Bench::never_imported();
    let (line, _peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    bench.fake.told().opening_takes = Duration::from_secs(2);
    let follower = bench.follow().await;
    let asked = follower.sync(RunOptions::default()).await.unwrap();
    assert_eq!(asked.report.started_at.unix_ms() - START.unix_ms(), 2000);
    seconds(300).await;
    assert_eq!(bench.runs(), ["sync (manual)"]);
}

#[tokio::test(start_paused = true)]
async fn a_run_that_is_due_when_a_host_comes_back_makes_up_for_the_time_it_was_gone() {
    let bench = listened_to().await;
    seconds(61).await;
    let (line, _peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    bench.fake.told().opening_takes = Duration::from_secs(2);
    bench.store.note(&source(), &Note::NextRun(Some(bench.clock.now()))).await.unwrap();
    let schedule = Schedule::parse("0 3 * * *", None, Duration::ZERO).unwrap();
    let options = FollowOptions { schedule: Some(schedule), ..FollowOptions::default() };
    let _follower = bench.follow_with(options).await;
    seconds(300).await;
    assert_eq!(bench.runs(), ["sync (schedule)"]);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_opens_after_an_import_had_begun_leads_to_another_that_finds_what_fell_between() {
    let bench = Bench::never_imported();
    let (line, _peer) = connection();
    bench.fake.told().openings =
        [Err(failure(FailureKind::Unavailable, "proxy-unreachable").into()), Ok(line)].into();
    let follower = bench.follow().await;
    follower.sync(RunOptions::default()).await.unwrap();
    seconds(300).await;
    assert_eq!(bench.runs(), ["sync (manual)", "sync (stream)"]);
}

#[tokio::test(start_paused = true)]
async fn an_import_does_not_wait_for_ever_for_a_channel_that_says_nothing() {
    let bench = Bench::never_imported();
    bench.fake.told().opening_takes = Duration::from_secs(3600);
    let follower = bench.follow().await;
    let asked = follower.sync(RunOptions::default()).await.unwrap();
    let waited_ms = asked.report.started_at.unix_ms() - START.unix_ms();
    assert_eq!(waited_ms, i64::try_from(FULL_RUN_PATIENCE.as_millis()).unwrap());
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_not_needed_any_more_is_closed_and_that_is_known() {
    let bench = listened_to().await;
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    let follower = bench.follow().await;
    seconds(1).await;
    follower.stop().await;
    assert_eq!(peer.hears().await, "CLOSE");
    assert_eq!(bench.following().await.channel.unwrap().state, ChannelState::Closed);
}

#[tokio::test(start_paused = true)]
async fn a_gap_is_remembered_by_a_follower_that_stops_before_it_made_up_for_it() {
    let bench = listened_to().await;
    let heard_until = bench.following().await.heard_until;
    seconds(61).await;
    let (line, _peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    bench.fake.told().run_takes = Duration::from_secs(600);
    let follower = bench.follow().await;
    seconds(15).await;
    follower.stop().await;
    assert_eq!(bench.runs(), ["sync (stream)"]);
    assert_eq!(bench.following().await.heard_until, heard_until);
}

#[tokio::test(start_paused = true)]
async fn what_a_frame_leaves_is_there_for_the_next_one_of_its_connection_and_for_no_other() {
    let bench = listened_to().await;
    let ((line, mut peer), (another, mut other)) = (connection(), connection());
    bench.fake.told().openings = [Ok(line), Ok(another)].into();
    let _follower = bench.follow().await;
    peer.push("part 1");
    peer.push("ping");
    assert_eq!(peer.hears().await, "pong");
    peer.push("odd");
    peer.push("ping");
    assert_eq!(peer.hears().await, "pong");
    peer.push("move");
    other.push("ping");
    assert_eq!(other.hears().await, "pong");
    let understood: Vec<_> = bench.calls().into_iter().filter(|call| call.contains("understand")).collect();
    assert_eq!(understood[0], "0 s: understand part 1 ping");
    assert_eq!(understood[1], "0 s: understand odd ping after part 1");
    assert!(understood.contains(&"0 s: understand ping".to_owned()), "{understood:?}");
}

#[tokio::test(start_paused = true)]
async fn a_heartbeat_is_the_message_that_the_connector_named_and_as_often_as_it_says() {
    let bench = listened_to().await;
    let (line, mut peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    bench.fake.told().beat = Some(body("BEAT"));
    let _follower = bench.follow().await;
    let began = Instant::now();
    assert_eq!((peer.hears().await.as_str(), began.elapsed().as_secs()), ("BEAT", HEARTBEAT.as_secs()));
    peer.push("slower");
    let asked = Instant::now();
    assert_eq!((peer.hears().await.as_str(), asked.elapsed()), ("BEAT", HEARTBEAT * 2));
}
