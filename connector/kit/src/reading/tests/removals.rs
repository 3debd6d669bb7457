//! Who is removed, and who is not.

use super::wayward::Wayward;
use super::{SCHEMAS, Source, called, department, host, read, run, shown_coverage, try_read, user, user_key};
use crate::limits::{MAX_EVIDENCE_BYTES, MAX_HIDDEN_TOLD, MAX_LOOKUPS_IN_FLIGHT};
use crate::lookup::Lookup;
use crate::model::{Container, Diagnosis, Entry, Failure, Outcome, Scope, Severity, Summary};
use crate::testing::TestHost;
use crate::{Key, Reading};
use expect_test::{Expect, expect};
use rollcall_rules::reach::Export;
use rollcall_rules::vocabulary::schema::ORGANISATION_USER;
use serde_json::json;
use std::cell::{Cell, RefCell};
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
        remove b: 404: gone
        remove c: 404: gone
        complete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn whoever_turns_out_to_be_there_is_put_and_stays() {
    let there = Lookup::Present(Box::new(user("b", json!({"title": "moved"}))));
    check(
        &a_alone().saying(user_key("b"), there),
        &expect![[r#"
            put b {"externalId":"b","schemas":["urn:u"],"title":"moved"}
            remove c: 404: gone
            complete: 3 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn whoever_turns_out_to_be_there_unchanged_is_not_even_put() {
    let there = Lookup::Present(Box::new(user("b", json!({}))));
    check(
        &a_alone().saying(user_key("b"), there),
        &expect![[r#"
        remove c: 404: gone
        complete: 3 read, 3 unchanged, 0 skipped"#]],
    );
}

#[test]
fn whoever_is_not_understood_is_kept_and_keeps_nobody_else() {
    let odd = Lookup::NotUnderstood(Diagnosis::new("odd", "not in a known form", "格式无法识别"));
    check(
        &a_alone().saying(user_key("b"), odd),
        &expect![[r#"
        remove c: 404: gone
        warning b: not in a known form
        complete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn whoever_is_hidden_is_kept_with_a_warning() {
    let hidden = Lookup::Hidden(Diagnosis::new("hidden", "outside the scope", "不在可见范围内"));
    check(
        &a_alone().saying(user_key("b"), hidden),
        &expect![[r#"
        remove c: 404: gone
        warning b: outside the scope
        complete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

/// A host that holds departments 1, 2 below it and 3 beside it, and people a in 2, b in 3, c in both and d in none.
fn two_branches() -> Rc<TestHost> {
    let host = host();
    let department = |id: &str, above: Option<&str>| {
        let mut draft = department(id);
        if let Some(above) = above {
            draft.document.insert("parent".to_owned(), json!({ "value": above }));
        }
        draft
    };
    let user = |id: &str, departments: &[&str]| {
        let departments: Vec<_> = departments.iter().map(|id| json!({ "value": id })).collect();
        user(id, json!({ (ORGANISATION_USER): { "departments": departments } }))
    };
    let departments = [department("1", None), department("2", Some("1")), department("3", None)];
    let people = [user("a", &["2"]), user("b", &["3"]), user("c", &["2", "3"]), user("d", &[])];
    read(&host, &Source::of(departments.into_iter().chain(people)));
    host.take_changes();
    host
}

/// Read nothing but department 1, with this view; who was asked about.
fn asked_with(host: &Rc<TestHost>, scope: Scope, is_complete: bool) -> (Summary, Vec<String>) {
    let asked = RefCell::new(Vec::new());
    let context = called(Export::Sync, host.clone());
    let summary = context.block_on(async {
        let reading = Reading::begin(&context, SCHEMAS)?;
        reading.open(scope)?;
        reading.put(department("1")).await?;
        if !is_complete {
            let lost = Diagnosis::new("page-lost", "a page was lost", "丢失一页");
            reading.incomplete(Entry::new(Severity::Error, lost));
        }
        let look_up = async |key: &Key| {
            asked.borrow_mut().push(key.external_id.clone());
            Lookup::Gone("404: gone".to_owned())
        };
        reading.finish(look_up).await
    });
    (summary.expect("it goes on").expect("nothing fails"), asked.into_inner())
}

fn parts(ids: &[&str]) -> Scope {
    Scope { whole: false, parts: ids.iter().map(|id| Key::new("Department", *id)).collect() }
}

#[test]
fn nobody_is_asked_about_who_is_out_of_view_by_where_the_platform_has_them() {
    let host = two_branches();
    let (summary, asked) = asked_with(&host, parts(&["1"]), true);
    assert!(summary.complete);
    assert_eq!(asked, ["2", "a", "c", "d"]);
    assert_eq!(host.take_entries(), []);
    let kept: Vec<_> = host.objects().keys().map(|key| key.external_id.clone()).collect();
    assert_eq!(kept, ["1", "3", "b"]);
}

#[test]
fn of_a_view_of_everything_everybody_who_is_missing_is_asked_about() {
    let (_, asked) = asked_with(&two_branches(), Scope::whole(), true);
    assert_eq!(asked.len(), 6, "{asked:?}");
}

#[test]
fn a_part_that_is_missing_from_the_view_is_asked_about_because_it_may_be_gone() {
    let host = two_branches();
    asked_with(&host, parts(&["1", "3"]), false);
    let (_, asked) = asked_with(&host, parts(&["1"]), true);
    assert_eq!(asked, ["2", "3", "a", "c", "d"]);
}

#[test]
fn what_was_not_found_by_a_reading_with_holes_is_only_what_was_in_view() {
    let host = two_branches();
    let (_, asked) = asked_with(&host, parts(&["1"]), false);
    assert_eq!(asked, [""; 0]);
    let told = host.take_entries().remove(1).diagnosis.message.en;
    assert!(told.contains("4 objects were not found"), "{told}");
}

#[test]
fn of_many_who_are_hidden_or_not_understood_the_log_says_how_many() {
    for kept in [Lookup::Hidden, Lookup::NotUnderstood] {
        of_many_the_log_says_how_many(kept);
    }
}

#[track_caller]
fn of_many_the_log_says_how_many(kept: fn(Diagnosis) -> Lookup) {
    for (n, n_entries) in [(MAX_HIDDEN_TOLD, MAX_HIDDEN_TOLD), (MAX_HIDDEN_TOLD + 1, 1)] {
        let host = host();
        let ids: Vec<String> = (0..n).map(|n| n.to_string()).collect();
        read(&host, &Source::of(ids.iter().map(|id| user(id, json!({}))).chain([department("1")])));
        let mut source = Source::of([department("1")]);
        for id in &ids {
            let why = Diagnosis::new("hidden", "outside the scope", "不在可见范围内");
            source = source.saying(user_key(id), kept(why));
        }
        assert!(read(&host, &source).complete);
        let entries = host.take_entries();
        assert_eq!(entries.len(), n_entries);
        let told = entries[0].diagnosis.facts.contains(&("User".to_owned(), n.to_string()));
        assert_eq!(told, n_entries == 1, "{:?}", entries[0]);
        assert_eq!(host.objects().len(), n + 1);
    }
}

#[test]
fn one_who_cannot_be_asked_about_keeps_everyone() {
    check(
        &a_alone().saying(user_key("b"), Lookup::Unknown(unavailable())),
        &expect![[r#"
            error b: the source is busy
            warning: nobody and nothing is removed by this run: of what the platform holds, 2 objects were not found, and the reading is not complete, because the source is busy
            incomplete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn an_incomplete_reading_retires_nobody() {
    check(
        &a_alone().broken(),
        &expect![[r#"
            error: a page was lost
            warning: nobody and nothing is removed by this run: of what the platform holds, 2 objects were not found, and the reading is not complete, because a page was lost
            incomplete: 2 read, 2 unchanged, 0 skipped"#]],
    );
}

#[test]
fn a_reading_that_saw_nothing_at_all_retires_nobody() {
    check(
        &Source::of([]),
        &expect![[r#"
        error: the source showed nothing at all, while the platform holds 4 objects; nothing is removed
        incomplete: 0 read, 0 unchanged, 0 skipped"#]],
    );
}

#[test]
fn nothing_seen_where_nothing_is_held_is_a_complete_reading() {
    expect!["complete: 0 read, 0 unchanged, 0 skipped"].assert_eq(&run(&host(), &Source::of([])));
}

#[test]
fn the_coverage_says_what_was_read_of_each_type_and_from_which_lists() {
    let host = populated();
    let context = called(Export::Sync, host.clone());
    let summary = context.block_on(async {
        let reading = Reading::begin(&context, super::SCHEMAS)?;
        reading.open(Scope { whole: false, parts: vec![Key::new("Department", "1"); 2] })?;
        reading.put(department("1")).await?;
        reading.expect("User", 3)?;
        let key = Key::new("Department", "1");
        reading.listed("User", Container { key, closed: true, listed: 0, expected: Some(3) })?;
        reading.finish(async |_: &Key| Lookup::Gone("404: gone".to_owned())).await
    });
    summary.expect("it ends").expect("nothing stops it");
    assert_eq!(host.scope().expect("it was said").parts, [Key::new("Department", "1")]);
    expect![[r#"
        Department: 1 read of None
        User: 0 read of Some(3); 1: 0 of Some(3), closed"#]]
    .assert_eq(&shown_coverage(&host.coverage()));
}

#[test]
fn an_incomplete_reading_says_what_it_covered_and_why_it_is_not_complete() {
    let host = populated();
    let summary = read(&host, &a_alone().broken());
    let reason = summary.incomplete_reason.expect("a page was lost");
    assert_eq!((reason.code.as_str(), host.coverage().len()), ("page-lost", 2));
}

#[test]
fn a_connector_that_forgets_to_say_what_it_may_see_gives_nothing() {
    let context = called(Export::Sync, host());
    let failure = context.block_on(async {
        let reading = Reading::begin(&context, super::SCHEMAS)?;
        reading.put(user("a", json!({}))).await
    });
    let failure = failure.expect("it ends").expect_err("it was not opened");
    assert_eq!(failure.diagnosis().code, "reading-not-opened");
}

#[test]
fn a_run_whose_log_cannot_be_written_ends() {
    let wayward = Wayward::over(&populated());
    wayward.lose_its_log();
    let failure = try_read(wayward, &a_alone().broken()).expect_err("the log is lost");
    assert_eq!(failure.diagnosis().code, "store-failed");
}

#[test]
fn a_removal_that_the_platform_refuses_is_an_entry() {
    let host = populated();
    host.reject(user_key("b"));
    expect![[r#"
        remove b: 404: gone
        remove c: 404: gone
        error b: the test rejects it
        complete: 2 read, 2 unchanged, 0 skipped"#]]
    .assert_eq(&run(&host, &a_alone()));
}

#[test]
fn removals_that_wait_for_a_person_are_the_hosts_to_tell() {
    let host = populated();
    let wayward = Wayward::over(&host);
    wayward.set_outcomes(vec![Outcome::Held, Outcome::Held]);
    let summary = try_read(wayward, &a_alone()).expect("nothing stops it");
    expect![[r#"
        complete: 2 read, 2 unchanged, 0 skipped"#]]
    .assert_eq(&super::report(&host, &summary));
}

#[test]
fn removals_with_too_few_outcomes_are_the_hosts_failure() {
    let wayward = Wayward::over(&populated());
    wayward.set_outcomes(vec![Outcome::Applied]);
    let failure = try_read(wayward, &a_alone()).expect_err("one outcome is missing");
    assert_eq!(failure.diagnosis().message.en, "the host answered 1 outcomes for 2 changes");
}

#[test]
fn a_witness_is_no_longer_than_the_contract_allows() {
    let host = populated();
    let gone = Lookup::Gone("离".repeat(MAX_EVIDENCE_BYTES));
    read(
        &host,
        &Source::of([department("1"), user("a", json!({})), user("b", json!({}))])
            .saying(user_key("c"), gone),
    );
    let evidence = host.take_removed().pop().expect("c is gone").evidence;
    assert_eq!((evidence.len() <= MAX_EVIDENCE_BYTES, evidence.ends_with("离…")), (true, true));
}

#[test]
fn no_more_are_asked_about_at_once_than_requests_may_be_in_flight() {
    let ids: Vec<String> = (0..200).map(|n| format!("u{n:03}")).collect();
    let host = host();
    read(&host, &Source::of(ids.iter().map(|id| user(id, json!({})))));
    let (now, most) = (Cell::new(0_usize), Cell::new(0));
    let context = called(Export::Sync, host);
    let look_up = async |_: &Key| {
        now.set(now.get() + 1);
        most.set(most.get().max(now.get()));
        context.sleep(5).await;
        now.set(now.get() - 1);
        Lookup::Gone("404: gone".to_owned())
    };
    let summary = context.block_on(async {
        let reading = Reading::begin(&context, super::SCHEMAS)?;
        reading.open(Scope::whole())?;
        reading.put(user("u000", json!({}))).await?;
        reading.finish(look_up).await
    });
    summary.expect("it ends").expect("nothing stops it");
    assert_eq!(most.get(), MAX_LOOKUPS_IN_FLIGHT);
}
