//! A source whose proxy refused the name and the password asks nothing of it until a person has acted.

use super::bench::{Bench, connection, deliver, failure, seconds, source};
use crate::history::Trigger;
use crate::inbox::EventState::Done;
use crate::inbox::{ChannelState, Inbox, Note};
use crate::model::{Failure, FailureKind};
use crate::run::RunOptions;

fn refusal() -> Failure {
    failure(FailureKind::Settings, "proxy-auth-failed")
}

/// A source with a channel that was never imported, and whose proxy refuses the password.
async fn barred() -> Bench {
    let bench = Bench::never_imported();
    bench.store.note(&source(), &Note::HeardUntil(bench.clock.now())).await.unwrap();
    bar(&bench, 100);
    bench
}

/// The next attempts to open a channel end at the proxy.
fn bar(bench: &Bench, n: usize) {
    let mut told = bench.fake.told();
    told.barred = Some(refusal());
    told.openings = (0..n).map(|_| Err(failure(FailureKind::Host, "proxy-auth-failed").into())).collect();
}

fn stops(bench: &Bench) -> Vec<Option<String>> {
    bench.seen.stops.lock().unwrap().clone()
}

#[tokio::test(start_paused = true)]
async fn it_stands_as_stopped_with_the_reason_and_no_run_begins_by_itself() {
    let bench = barred().await;
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(7200).await;
    assert_eq!(bench.runs(), [""; 0]);
    assert_eq!(stops(&bench), [Some("proxy-auth-failed".to_owned())]);
    let following = bench.following().await;
    assert_eq!(following.stopped.unwrap().failure, refusal());
    let channel = following.channel.unwrap();
    assert_eq!(
        (channel.state, channel.diagnosis.unwrap().code.as_str()),
        (ChannelState::Refused, "proxy-auth-failed")
    );
}

#[tokio::test(start_paused = true)]
async fn once_a_person_lets_it_go_on_everything_is_tried_again() {
    let bench = barred().await;
    let follower = bench.follow().await;
    deliver(&follower, "e1").await;
    seconds(60).await;
    let (line, _peer) = connection();
    bench.fake.told().openings = [Ok(line)].into();
    bench.store.note(&source(), &Note::Stopped(None)).await.unwrap();
    seconds(20).await;
    assert_eq!(stops(&bench), [Some("proxy-auth-failed".to_owned()), None]);
    assert_eq!(bench.following().await.channel.unwrap().state, ChannelState::Connected);
    assert_eq!(bench.runs()[0], "sync (schedule)");
    assert_eq!(bench.events().await, [("e1".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn a_password_that_is_still_wrong_stops_it_again() {
    let bench = barred().await;
    let _follower = bench.follow().await;
    seconds(60).await;
    bench.store.note(&source(), &Note::Stopped(None)).await.unwrap();
    while bench.fake.told().barred.is_some() {
        seconds(1).await;
    }
    bar(&bench, 100);
    seconds(60).await;
    let reason = Some("proxy-auth-failed".to_owned());
    assert_eq!(stops(&bench), [reason.clone(), None, reason]);
}

#[tokio::test(start_paused = true)]
async fn an_import_that_a_person_starts_is_tried_and_lets_it_go_on_if_it_succeeds() {
    let bench = barred().await;
    let follower = bench.follow().await;
    seconds(60).await;
    // As the run does that a person starts.
    bench.fake.told().barred = None;
    let report = follower.sync(RunOptions::default()).await.unwrap().report;
    assert_eq!(report.failure, None);
    assert_eq!(bench.runs(), [format!("sync ({})", Trigger::Manual.as_str())]);
    seconds(5).await;
    assert_eq!(stops(&bench).last(), Some(&None));
}
