//! Deliveries, and what could not be delivered.

use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::sleep;

use super::bench::{Bench, START, deliver, failure, missed, seconds};
use crate::follow::{Delivery, Follower, Receipt};
use crate::inbox::EventState::{Done, Waiting};
use crate::limits::{MAX_CONCURRENT_DELIVERIES, MAX_DELIVERY_BYTES};
use crate::model::FailureKind;

fn bare(status: u16) -> Receipt {
    Receipt { status, headers: Vec::new(), body: Vec::new() }
}

/// Wait so many milliseconds, deliver, and give the status.
async fn deliver_after(follower: &Follower, (body, wait_ms): (&str, u64)) -> u16 {
    sleep(Duration::from_millis(wait_ms)).await;
    deliver(follower, body).await.status
}

fn asked_for_missed(bench: &Bench) -> Vec<String> {
    bench.calls().into_iter().filter(|call| call.ends_with("missed")).collect()
}

#[tokio::test(start_paused = true)]
async fn a_delivery_is_kept_and_then_answered_as_the_connector_says() {
    let bench = Bench::imported().await;
    bench.fake.told().run_takes = Duration::from_secs(5);
    let follower = bench.follow().await;
    let receipt = deliver(&follower, "e1").await;
    assert_eq!((receipt.status, receipt.body.as_slice()), (200, b"success".as_slice()));
    assert_eq!(bench.events().await, [("e1".to_owned(), Waiting)]);
}

#[tokio::test(start_paused = true)]
async fn a_forged_delivery_gets_a_bare_answer_and_leaves_a_count() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    assert_eq!(deliver(&follower, "forged").await, bare(403));
    follower.stop().await;
    let following = bench.following().await;
    let code = following.last_refused.map(|last| last.diagnosis.code);
    assert_eq!((following.n_refused, code.as_deref()), (1, Some("signature-mismatch")));
    assert_eq!(bench.events().await, []);
}

#[tokio::test(start_paused = true)]
async fn a_flood_of_forged_deliveries_is_written_down_once_a_second() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    for _ in 0..500 {
        deliver(&follower, "forged").await;
    }
    seconds(5).await;
    assert_eq!(bench.following().await.n_refused, 500);
    assert!(bench.seen.refusals.lock().unwrap().len() <= 2);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_is_too_large_is_not_looked_at() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    let body = vec![b'x'; MAX_DELIVERY_BYTES + 1];
    let delivery = Delivery { method: "POST".to_owned(), query: String::new(), headers: Vec::new(), body };
    assert_eq!(follower.receive(delivery).await, bare(413));
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_cannot_be_kept_is_to_come_again() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    bench.store.state().inbox_is_down = true;
    assert_eq!(deliver(&follower, "e1").await, bare(503));
    bench.store.state().inbox_is_down = false;
    assert_eq!(deliver(&follower, "e1").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn deliveries_that_come_while_another_is_being_kept_are_kept_in_one_go() {
    let bench = Bench::imported().await;
    bench.store.state().inbox_takes = Duration::from_secs(1);
    let follower = bench.follow().await;
    let statuses = join_all(
        [("e1", 0), ("e2", 100), ("e3", 200), ("e4", 900)].map(|what| deliver_after(&follower, what)),
    )
    .await;
    assert_eq!(statuses, [200; 4]);
    assert_eq!(bench.store.state().kept_at_once, [1, 3]);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_waited_too_long_takes_none_along_that_is_kept_with_it() {
    let bench = Bench::imported().await;
    bench.store.state().inbox_takes = Duration::from_secs(2);
    let follower = bench.follow().await;
    // The second and the third are stored together, from the 2nd second to the 4th; the second is given up before.
    let statuses =
        join_all([("e1", 0), ("e2", 400), ("e3", 1800)].map(|what| deliver_after(&follower, what))).await;
    assert_eq!(statuses, [200, 503, 200]);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_takes_too_long_is_to_come_again() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    assert_eq!(deliver(&follower, "slow").await, bare(503));
}

#[tokio::test(start_paused = true)]
async fn more_deliveries_than_can_be_looked_at_are_to_come_again() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    let slow = (0..MAX_CONCURRENT_DELIVERIES).map(|_| deliver(&follower, "slow"));
    let all_slow = futures_util::future::join_all(slow);
    tokio::pin!(all_slow);
    assert!(futures_util::poll!(&mut all_slow).is_pending());
    assert_eq!(deliver(&follower, "e1").await, bare(503));
    all_slow.await;
    assert_eq!(deliver(&follower, "e1").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_delivery_that_comes_twice_is_acted_on_once() {
    let bench = Bench::imported().await;
    let follower = bench.follow().await;
    let first = deliver(&follower, "e1").await;
    seconds(2).await;
    assert_eq!(deliver(&follower, "e1").await, first);
    seconds(2).await;
    assert_eq!(bench.runs(), ["handle e1 (event)"]);
}

#[tokio::test(start_paused = true)]
async fn missed_events_are_kept_before_the_next_are_asked_for() {
    let bench = Bench::imported().await;
    bench.fake.told().missed = [Ok(missed(&["m1"], true)), Ok(missed(&["m2"], false))].into();
    let _follower = bench.follow().await;
    bench.store.state().inbox_is_down = true;
    seconds(100).await;
    assert_eq!(asked_for_missed(&bench), ["0 s: missed"]);
    bench.store.state().inbox_is_down = false;
    seconds(100).await;
    assert_eq!(asked_for_missed(&bench).len(), 2);
    assert_eq!(bench.events().await, [("m1".to_owned(), Done), ("m2".to_owned(), Done)]);
}

#[tokio::test(start_paused = true)]
async fn why_missed_events_could_not_be_fetched_is_known_until_they_were() {
    let bench = Bench::imported().await;
    bench.fake.told().missed = [Err(failure(FailureKind::Permission, "not-permitted"))].into();
    let _follower = bench.follow().await;
    seconds(10).await;
    let unfetched = bench.following().await.unfetched.unwrap();
    assert_eq!((unfetched.at, unfetched.failure.diagnosis.code.as_str()), (START, "not-permitted"));
    seconds(300).await;
    assert_eq!(bench.following().await.unfetched, None);
}

#[tokio::test(start_paused = true)]
async fn missed_events_are_asked_for_at_once_a_little_later_and_hourly() {
    let bench = Bench::imported().await;
    bench.fake.told().missed = [Err(failure(FailureKind::Unavailable, "busy"))].into();
    let _follower = bench.follow().await;
    seconds(3 * 3600).await;
    assert_eq!(
        asked_for_missed(&bench),
        ["0 s: missed", "300 s: missed", "3900 s: missed", "7500 s: missed"]
    );
}
