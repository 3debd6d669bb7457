//! The executor: what completes, what is dropped, what stalls.

use crate::limits::ENTRY_BATCH;
use crate::model::{Diagnosis, Entry, Severity};
use crate::ports::{Body, FaultKind, Request, Response};
use crate::testing::{Reply, TestHost};
use crate::{Change, Context, Failure, Key};
use futures_util::future::{Either, join3, select};
use std::cell::RefCell;
use std::future::pending;
use std::pin::pin;
use std::rc::Rc;

/// A world where a request to `/20` is answered after 20 ms with the body "20".
fn host() -> Rc<TestHost> {
    TestHost::new(|_, request| {
        let delay = request.url.rsplit('/').next().unwrap_or_default().to_owned();
        let delay_ms = delay.parse().expect("the last part is a number");
        Reply::After(delay_ms, Response { status: 200, headers: Vec::new(), body: Body::Text(delay) })
    })
}

fn request(delay_ms: u64) -> Request {
    Request::get(format!("https://a.example/{delay_ms}"))
}

async fn body(context: &Context, delay_ms: u64) -> String {
    let response = context.http(request(delay_ms)).await.expect("the world answers");
    String::from_utf8(response.body.as_bytes().to_vec()).expect("it is a number")
}

fn entry(code: &str) -> Entry {
    Entry::new(Severity::Info, Diagnosis::new(code, "x", "x"))
}

#[test]
fn answers_reach_their_own_requests_whatever_order_they_come_in() {
    let context = Context::new(host());
    let order = RefCell::new(Vec::new());
    let ask = async |delay_ms| {
        let body = body(&context, delay_ms).await;
        order.borrow_mut().push(delay_ms);
        body
    };
    let bodies = context.block_on(join3(ask(30), ask(10), ask(20)));
    let expected = ("30".to_owned(), "10".to_owned(), "20".to_owned());
    assert_eq!((bodies, order.into_inner()), (Ok(expected), vec![10, 20, 30]));
}

#[test]
fn requests_that_are_under_way_together_take_as_long_as_the_slowest() {
    let host = host();
    let (context, begun_ms) = (Context::new(host.clone()), Context::new(host).now_ms());
    context.block_on(join3(body(&context, 30), body(&context, 10), body(&context, 20))).expect("it ends");
    assert_eq!((context.now_ms() - begun_ms, context.n_requests()), (30, 3));
}

#[test]
fn a_future_that_waits_for_nothing_that_was_begun_is_an_error() {
    let context = Context::new(host());
    let done = context.block_on(pending::<()>());
    assert!(matches!(&done, Err(Failure::Other(why)) if why.code == "connector-stalled"), "{done:?}");
}

#[test]
fn a_future_that_stalls_beside_one_that_waits_is_an_error_when_that_is_over() {
    let context = Context::new(host());
    let done = context.block_on(join3(body(&context, 5), body(&context, 6), pending::<()>()));
    assert!(matches!(&done, Err(Failure::Other(why)) if why.code == "connector-stalled"), "{done:?}");
}

#[test]
fn a_request_whose_future_was_dropped_disturbs_nobody() {
    let context = Context::new(host());
    let done = context.block_on(async {
        let slow = matches!(
            select(pin!(context.http(request(20))), pin!(context.sleep(10))).await,
            Either::Right(_)
        );
        // The dropped one is ready while this one waits.
        (slow, body(&context, 30).await)
    });
    assert_eq!(done, Ok((true, "30".to_owned())));
}

#[test]
fn a_future_that_was_never_polled_waits_for_nothing() {
    let context = Context::new(host());
    drop(context.http(request(1)));
    assert_eq!((context.block_on(async { 7 }), context.n_requests()), (Ok(7), 0));
}

#[test]
fn changes_are_on_their_way_before_anyone_waits_for_them() {
    let host = host();
    let context = Context::new(host.clone());
    let gone = Change::Remove(crate::Removal::new(Key::new("User", "a"), "404: gone".to_owned()));
    let applied = context.apply(vec![gone.clone()]);
    assert_eq!(host.take_changes(), [gone]);
    assert_eq!(context.block_on(applied).expect("it ends").map(|outcomes| outcomes.len()), Ok(1));
}

#[test]
fn a_wait_takes_its_time_however_long() {
    const DAY_MS: u64 = 86_400_000;
    let context = Context::new(host());
    let begun_ms = context.now_ms();
    context.block_on(context.sleep(60 * DAY_MS)).expect("it ends");
    assert_eq!(context.now_ms() - begun_ms, 60 * DAY_MS);
}

#[test]
fn a_request_without_an_answer_ends_with_its_time_limit() {
    let host = TestHost::new(|_, _| Reply::Hang);
    let context = Context::new(host);
    let begun_ms = context.now_ms();
    let done = context.block_on(context.http(request(0).timeout_ms(1_500))).expect("it ends");
    let kind = done.map_err(|error| error.kind);
    assert_eq!((kind, context.now_ms() - begun_ms), (Err(FaultKind::TimedOut), 1_500));
}

#[test]
fn entries_are_recorded_in_order_and_none_is_left_behind() {
    let host = host();
    let context = Context::new(host.clone());
    let codes: Vec<String> = (0..2 * ENTRY_BATCH + 1).map(|n| n.to_string()).collect();
    context.block_on(async { codes.iter().for_each(|code| context.record(entry(code))) }).expect("it ends");
    let recorded: Vec<String> = host.take_entries().into_iter().map(|entry| entry.diagnosis.code).collect();
    assert_eq!(recorded, codes);
}

#[test]
fn entries_of_a_future_that_stalls_are_recorded() {
    let host = host();
    let context = Context::new(host.clone());
    let done = context.block_on(async {
        context.record(entry("last-words"));
        pending::<()>().await;
    });
    assert!(done.is_err());
    assert_eq!(host.take_entries(), [entry("last-words")]);
}
