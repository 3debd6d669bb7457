//! Values that a reading does not prove to be gone, through everything real: they wait for a person, one command clears them,
//! and the next run is quiet.

use crate::companies::{self, APP_KEY};
use crate::expectation::{View, assert_same};
use crate::harness::program::Office;
use crate::harness::real::{Real, SOURCE};
use rollcall_dingtalk_simulator::{AppKey, Company, FieldPermissions, Mutation, ServerHandle};
use rollcall_host::directory::Action;
use rollcall_host::history::{ChangeRecord, Run, RunState};
use rollcall_host::model::{RunId, Severity, SourceName};
use rollcall_host::{Identities, RunOptions, RunReport};
use serde_json::json;

/// 50 people with a place of work, one of them with a remark.
fn company() -> Company {
    let mut company = companies::crowd(50);
    for n in 0..50 {
        change(&mut company, n, "work_place", Some("Room 1"));
    }
    change(&mut company, 7, "remark", Some("Knows everybody"));
    company
}

fn change(company: &mut Company, n: u32, field: &str, value: Option<&str>) {
    company.apply(&of_person(n, field, value)).expect("the mutation is possible");
}

fn of_person(n: u32, field: &str, value: Option<&str>) -> Mutation {
    Mutation::modify_user(format!("c{n:05}"), &json!({ field: value }))
}

/// Six lose their place of work, which is too many at once, and one the only remark.
fn lose(server: &ServerHandle) {
    let places = (0..6).map(|n| of_person(n, "work_place", None));
    for mutation in places.chain([of_person(7, "remark", None)]) {
        server.with(|simulator| simulator.mutate(&mutation)).expect("the mutation is possible");
    }
}

#[test]
fn values_that_may_be_gone_wait_and_one_command_clears_them() {
    let office = Office::new(company());
    office.run("sync SOURCE DATA").with_code(0);
    lose(&office.server);
    let held = office.run("sync --format json SOURCE DATA").with_code(4).json();
    let (run, counters) = (&held["run"], &held["run"]["counters"]);
    assert_eq!((&run["state"], &counters["held"], &counters["kept"]), (&json!("held"), &json!(7), &json!(0)));
    let log = office.run(&format!("history {} NAME DATA", run["id"].as_str().unwrap())).with_code(0).stdout;
    for told in [
        "6 people may have lost `work_place`",
        "1 person may have lost `remark`",
        "held: would be updated User",
    ] {
        assert!(log.contains(told), "{log}");
    }
    // Nobody has decided, so the next run says the same and stands for this one.
    let again = office.run("sync --format json SOURCE DATA").with_code(4).json();
    let id = again["run"]["id"].as_str().expect("a run has an id").to_owned();
    let approved = office.run(&format!("approve {id} SOURCE DATA")).with_code(0).stdout;
    assert!(approved.contains("1 person lost `remark` and 6 people lost `work_place`"), "{approved}");
    let company = office.server.with(|simulator| simulator.company().clone());
    assert_eq!(office.run("directory export NAME DATA").with_code(0).stdout, View::of(&company).export());
    let next = office.run("sync --format json SOURCE DATA").with_code(0).json();
    assert_eq!(next["run"]["counters"]["unchanged"], next["run"]["counters"]["read"], "{next:#}");
}

#[test]
fn a_value_that_came_back_meanwhile_stays() {
    let (real, held) = held();
    real.mutate(&of_person(3, "work_place", Some("Room 2")));
    let report = approve(&real, &held.run);
    assert_eq!((report.state, report.counters.held), (RunState::Succeeded, 0));
    let changes = real.platform.changes(&report.run);
    let changed: Vec<_> =
        changes.iter().map(|change| (change.action, change.key.external_id.as_str())).collect();
    assert_eq!(changed.len(), 7, "{changed:?}");
    assert!(changed.iter().all(|(action, _)| *action == Action::Updated), "{changed:?}");
    assert_as_the_company_is(&real);
    assert_eq!(waiting(&real), []);
    let next = real.sync();
    assert_eq!((next.state, next.counters.unchanged), (RunState::Succeeded, next.counters.read));
    assert_eq!(real.platform.changes(&next.run), []);
}

#[test]
fn what_an_approval_cleared_an_undo_puts_back() {
    let real = imported();
    let before = real.documents();
    lose(&real.server);
    let held = real.sync();
    let approved = approve(&real, &held.run);
    assert_as_the_company_is(&real);
    let source = real.source();
    let undone = real.platform.host.undo(&source, &approved.run, RunOptions::default());
    let undone = real.platform.wait(undone).expect("there is a run");
    assert_eq!((undone.state, undone.counters.updated), (RunState::Succeeded, 7));
    assert_same(&real.documents(), &before);
}

#[test]
fn a_dry_run_says_what_would_wait_and_nothing_waits_for_it() {
    let real = imported();
    let before = real.documents();
    lose(&real.server);
    let report = real.run(RunOptions { dry_run: true, ..RunOptions::default() });
    assert_eq!((report.state, report.counters.held), (RunState::Held, 7));
    let changes = real.platform.changes(&report.run);
    assert_eq!((changes.len(), changes.iter().all(ChangeRecord::is_held)), (7, true), "{changes:#?}");
    assert_same(&real.documents(), &before);
    assert_eq!(waiting(&real), []);
}

#[test]
fn what_a_later_run_no_longer_misses_waits_no_longer() {
    let (real, held) = held();
    assert_eq!(waiting(&real), [held.run]);
    for n in 0..6 {
        real.mutate(&of_person(n, "work_place", Some("Room 1")));
    }
    real.mutate(&of_person(7, "remark", Some("Knows everybody")));
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_eq!(waiting(&real), []);
    assert_as_the_company_is(&real);
}

#[test]
fn a_permission_taken_away_is_one_sentence_an_attribute_and_one_decision() {
    let real = imported();
    let field_permissions = FieldPermissions { mobile: true, personal: false };
    real.mutate(&Mutation::SetFieldPermissions { app_key: AppKey::from(APP_KEY), field_permissions });
    let report = real.sync();
    assert_eq!(report.state, RunState::Held);
    let told = real.platform.entries(&report.run, Severity::Warning);
    let told: Vec<_> = told.into_iter().map(|entry| entry.diagnosis).collect();
    assert!(told.iter().all(|diagnosis| diagnosis.code == "clearing-held"), "{told:#?}");
    let place = told.iter().find(|diagnosis| diagnosis.fact("attribute") == Some("work_place"));
    assert!(place.is_some_and(|place| place.message.starts_with("50 people")), "{told:#?}");
}

fn imported() -> Real {
    let real = Real::new(company());
    assert_eq!(real.sync().state, RunState::Succeeded);
    real
}

/// After a run that held seven values.
fn held() -> (Real, RunReport) {
    let real = imported();
    lose(&real.server);
    let report = real.sync();
    assert_eq!((report.state, report.counters.held), (RunState::Held, 7));
    (real, report)
}

fn approve(real: &Real, run: &RunId) -> RunReport {
    let source = real.source();
    let approving = real.platform.confirming(source.name(), run, Identities::Weigh);
    let approved = real.platform.host.approve(&source, run, approving, RunOptions::default());
    real.platform.wait(approved).expect("there is a run")
}

fn waiting(real: &Real) -> Vec<RunId> {
    let source = SourceName::new(SOURCE).expect("it is a name");
    let waiting = real.platform.wait(real.platform.host.held_runs(&source)).expect("the stores answer");
    waiting.into_iter().map(|Run { id, .. }| id).collect()
}

#[track_caller]
fn assert_as_the_company_is(real: &Real) {
    let company = real.server.with(|simulator| simulator.company().clone());
    assert_same(&real.documents(), &View::of(&company).documents());
}
