//! How changes travel: in order, in batches, a bounded number at a time, and what is refused is told.

use super::wayward::Wayward;
use super::{SCHEMAS, Source, called, host, run, try_read, user, user_key};
use crate::Scope;
use crate::limits::{APPLY_BATCH, APPLY_DELAY_MS, MAX_BATCHES_IN_FLIGHT, MAX_SUBJECT_NAME_BYTES};
use crate::model::Change;
use crate::{Diagnosis, Entry, Key, Lookup, Reading, Severity};
use expect_test::expect;
use futures_util::future::{Either, select};
use rollcall_rules::reach::Export;
use serde_json::json;
use std::pin::pin;

fn ids(n: usize) -> Vec<String> {
    (0..n).rev().map(|id| format!("{id:06}")).collect()
}

fn people(n: usize) -> Source {
    Source::of(ids(n).iter().map(|id| user(id, json!({}))))
}

#[test]
fn changes_arrive_in_the_order_in_which_they_were_read() {
    let host = host();
    super::read(&host, &people(3 * APPLY_BATCH));
    let arrived: Vec<String> =
        host.take_changes().iter().map(|change| change.key().external_id.clone()).collect();
    assert_eq!(arrived, ids(3 * APPLY_BATCH));
}

#[test]
fn changes_travel_in_whole_batches_and_the_rest_at_the_end() {
    let wayward = Wayward::over(&host());
    try_read(wayward.clone(), &people(2 * APPLY_BATCH + 1)).expect("nothing stops it");
    assert_eq!(wayward.batches(), [APPLY_BATCH, APPLY_BATCH, 1]);
}

#[test]
fn no_more_batches_are_on_their_way_than_the_bound() {
    let host = host();
    super::read(&host, &people(20 * APPLY_BATCH));
    assert_eq!(host.max_in_flight(), MAX_BATCHES_IN_FLIGHT + 1, "the bound, and the one that made it wait");
}

#[test]
fn a_change_does_not_wait_long_for_others() {
    let host = host();
    let context = called(Export::Sync, host.clone());
    let done = context.block_on(async {
        let reading = Reading::begin(&context, SCHEMAS)?;
        reading.open(Scope::whole())?;
        reading.put(user("a", json!({}))).await?;
        reading.progress(1, 2);
        let before = host.take_changes().len();
        host.advance(APPLY_DELAY_MS);
        reading.progress(1, 2);
        Ok::<_, crate::Failure>((before, host.take_changes().len()))
    });
    assert_eq!(done.expect("it ends"), Ok((0, 1)));
}

#[test]
fn a_change_that_is_refused_stops_nothing_and_is_the_hosts_to_log() {
    let host = host();
    host.reject(user_key("b"));
    let source = Source::of([user("a", json!({})), user("b", json!({})), user("c", json!({}))]);
    expect![[r#"
        put a {"externalId":"a","schemas":["urn:u"]}
        put b {"externalId":"b","schemas":["urn:u"]}
        put c {"externalId":"c","schemas":["urn:u"]}
        error b: the test rejects it
        complete: 3 read, 0 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host, &source));
}

#[test]
fn a_name_is_no_longer_in_the_log_than_the_contract_allows() {
    let host = host();
    let long = "名".repeat(MAX_SUBJECT_NAME_BYTES);
    let context = called(Export::Sync, host.clone());
    let why = Diagnosis::new("odd", "it is odd", "它很奇怪");
    let entry = Entry::about(Severity::Info, &user_key("a"), Some(&long), why);
    context.block_on(async { context.record(entry) }).expect("it ends");
    let name = host.take_entries().pop().and_then(|entry| entry.subject_name).expect("it was recorded");
    assert_eq!((name.len() <= MAX_SUBJECT_NAME_BYTES, name.ends_with("名…")), (true, true));
}

#[test]
fn a_store_that_fails_is_the_hosts_failure() {
    let wayward = Wayward::over(&host());
    wayward.fail_apply();
    let failure = try_read(wayward, &people(1)).expect_err("the store fails");
    assert_eq!(failure.diagnosis().code, "store-failed");
}

#[test]
fn a_host_with_too_few_outcomes_is_told_so() {
    let wayward = Wayward::over(&host());
    wayward.lose_an_outcome();
    let failure = try_read(wayward, &people(3)).expect_err("one outcome is missing");
    assert_eq!(failure.diagnosis().message.en, "the host answered 2 outcomes for 3 changes");
}

#[test]
fn a_batch_whose_wait_was_given_up_is_settled_all_the_same() {
    let host = host();
    let first = ids((MAX_BATCHES_IN_FLIGHT + 1) * APPLY_BATCH);
    host.reject(user_key(&first[0]));
    let context = called(Export::Sync, host.clone());
    let done = context.block_on(async {
        let reading = Reading::begin(&context, SCHEMAS)?;
        reading.open(Scope::whole())?;
        let put_all = async {
            for id in &first {
                reading.put(user(id, json!({}))).await?;
            }
            Ok::<_, crate::Failure>(())
        };
        // The last put waits for the first batch, which takes longer than no time at all.
        let gave_up = matches!(select(pin!(put_all), pin!(context.sleep(0))).await, Either::Right(_));
        reading.finish(async |_: &Key| Lookup::Gone(String::new())).await?;
        Ok::<_, crate::Failure>(gave_up)
    });
    assert_eq!((done.expect("it ends"), host.objects().len()), (Ok(true), first.len() - 1));
}

#[test]
fn a_clearing_is_sent_only_when_every_document_before_it_is_settled() {
    let host = host();
    let with = |title: bool| {
        let members = if title { json!({"title": "x"}) } else { json!({}) };
        Source::of([user("a", members), user("b", json!({"title": "x"}))])
    };
    super::read(&host, &with(true));
    let wayward = Wayward::over(&host);
    wayward.fail_apply();
    host.take_changes();
    try_read(wayward, &with(false)).expect_err("the store fails");
    let sparse = |change: &Change| matches!(change, Change::Put(object) if object.document.contains("null"));
    assert!(!host.take_changes().iter().any(sparse));
}
