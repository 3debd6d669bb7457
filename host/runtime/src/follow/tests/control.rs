//! What a person does to a source that is followed, and what they see of it.

use std::time::Duration;

use super::bench::{Bench, deliver, seconds};
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
