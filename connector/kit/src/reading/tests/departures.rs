//! Who is retired, and who is not.

use super::wayward::Wayward;
use super::{Source, department, host, read, run, shown_census, try_read, user, user_key};
use crate::connector::Sighting;
use crate::limits::{MAX_WITNESS_BYTES, MAX_WITNESSES_IN_FLIGHT};
use crate::model::{Diagnosis, Failure, Outcome, Verdict};
use crate::testing::TestHost;
use crate::{Context, Key, Reading};
use expect_test::{Expect, expect};
use serde_json::json;
use std::cell::Cell;
use std::rc::Rc;

/// A host that holds a department and people a, b and c.
fn populated() -> Rc<TestHost> {
    let host = host();
    read(&host, &everyone());
    host.take_changes();
    host
}

fn everyone() -> Source {
    Source::of([department("1"), user("a", json!({})), user("b", json!({})), user("c", json!({}))])
}

fn a_alone() -> Source {
    Source::of([department("1"), user("a", json!({}))])
}

fn unavailable() -> Failure {
    Failure::Unavailable(Diagnosis::new("busy", "the source is busy", "数据源繁忙"), None)
}

#[track_caller]
fn check(source: &Source, expected: &Expect) {
    expected.assert_eq(&run(&populated(), source));
}

#[test]
fn whoever_the_source_calls_gone_is_retired_with_its_answer() {
    check(
        &a_alone(),
        &expect![[r#"
        retire b: 404: gone
        retire c: 404: gone
        complete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn whoever_turns_out_to_be_there_is_put_and_stays() {
    let there = Sighting::Present(Box::new(user("b", json!({"title": "moved"}))));
    check(
        &a_alone().saying(user_key("b"), there),
        &expect![[r#"
            put b {"externalId":"b","schemas":["urn:u"],"title":"moved"}
            retire c: 404: gone
            complete: 3 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn whoever_turns_out_to_be_there_unchanged_is_not_even_put() {
    let there = Sighting::Present(Box::new(user("b", json!({}))));
    check(
        &a_alone().saying(user_key("b"), there),
        &expect![[r#"
        retire c: 404: gone
        complete: 3 read, 3 unchanged, 0 skipped"#]],
    );
}

#[test]
fn whoever_is_hidden_is_kept_with_a_warning() {
    let hidden = Sighting::Hidden(Diagnosis::new("hidden", "outside the scope", "不在可见范围内"));
    check(
        &a_alone().saying(user_key("b"), hidden),
        &expect![[r#"
        retire c: 404: gone
        warning b: outside the scope
        complete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn one_who_cannot_be_asked_about_keeps_everyone() {
    check(
        &a_alone().saying(user_key("b"), Sighting::Unknown(unavailable())),
        &expect![[r#"
        error b: the source is busy
        incomplete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn an_incomplete_reading_retires_nobody() {
    check(
        &a_alone().broken(),
        &expect![[r#"
        error: a page was lost
        incomplete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_reading_that_saw_nothing_at_all_retires_nobody() {
    check(
        &Source::of([]),
        &expect![[r#"
        error: the source showed nothing at all, while the platform holds 4 objects; nothing is retired
        incomplete: 0 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn nothing_seen_where_nothing_is_held_is_a_complete_reading() {
    expect!["complete: 0 read, 0 unchanged, 0 skipped"].assert_eq(&run(&host(), &Source::of([])));
}

#[test]
fn the_census_counts_what_was_seen_of_each_type() {
    let host = populated();
    read(&host, &a_alone());
    assert_eq!(
        shown_census(&host.census()),
        [r#"Department: 1 read of None in "all""#, r#"User: 1 read of None in "all""#]
    );
}

#[test]
fn a_departure_that_the_platform_refuses_is_an_entry() {
    let host = populated();
    host.reject(user_key("b"));
    expect![[r#"
        retire b: 404: gone
        retire c: 404: gone
        error b: the test rejects it
        complete: 2 read, 2 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host, &a_alone()));
}

#[test]
fn departures_that_wait_for_a_person_are_the_hosts_to_tell() {
    let host = populated();
    let wayward = Wayward::over(&host);
    wayward.set_verdict(Verdict::Held("2 of 3 people; approve them in the console".to_owned()));
    let summary = try_read(wayward, &a_alone()).expect("nothing stops it");
    expect![[r#"
        complete: 2 read, 2 unchanged, 0 skipped"#]]
    .assert_eq(&super::report(&host, &summary));
}

#[test]
fn a_verdict_with_too_few_outcomes_is_the_hosts_failure() {
    let wayward = Wayward::over(&populated());
    wayward.set_verdict(Verdict::Applied(vec![Outcome::Applied]));
    let failure = try_read(wayward, &a_alone()).expect_err("one outcome is missing");
    assert_eq!(failure.diagnosis().message.en, "the host answered 1 outcomes for 2 changes");
}

#[test]
fn a_witness_is_no_longer_than_the_contract_allows() {
    let host = populated();
    let gone = Sighting::Gone("离".repeat(MAX_WITNESS_BYTES));
    read(
        &host,
        &Source::of([department("1"), user("a", json!({})), user("b", json!({}))])
            .saying(user_key("c"), gone),
    );
    let witness = host.take_retired().pop().expect("c is gone").witness;
    assert_eq!((witness.len() <= MAX_WITNESS_BYTES, witness.ends_with("离…")), (true, true));
}

#[test]
fn no_more_are_asked_about_at_once_than_requests_may_be_in_flight() {
    let ids: Vec<String> = (0..200).map(|n| format!("u{n:03}")).collect();
    let host = host();
    read(&host, &Source::of(ids.iter().map(|id| user(id, json!({})))));
    let (now, most) = (Cell::new(0_usize), Cell::new(0));
    let context = Context::new(host);
    let look = async |_: &Key| {
        now.set(now.get() + 1);
        most.set(most.get().max(now.get()));
        context.sleep(5).await;
        now.set(now.get() - 1);
        Sighting::Gone("404: gone".to_owned())
    };
    let summary = context.block_on(async {
        let reading = Reading::begin(&context, super::SCHEMAS)?;
        reading.put(user("u000", json!({}))).await?;
        reading.finish(String::new(), look).await
    });
    summary.expect("it ends").expect("nothing stops it");
    assert_eq!(most.get(), MAX_WITNESSES_IN_FLIGHT);
}
