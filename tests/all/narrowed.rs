//! An application that sees less than before, through everything real: what is only out of its sight waits for a person.

use crate::companies::{APP_KEY, CORP_ID, app};
use crate::expectation::{Documents, View, assert_same};
use crate::harness::pair::{Pair, subscribed};
use crate::harness::program::Office;
use crate::harness::real::Real;
use crate::harness::whole::Whole;
use expect_test::expect;
use rollcall_dingtalk_simulator::{AppKey, Company, Department, Mutation, Scope, Simulator, User};
use rollcall_host::history::{Run, RunState, Trigger};
use rollcall_host::model::{RunId, Severity};
use rollcall_host::{Identities, RunOptions, RunReport};
use serde_json::json;

/// Two branches, each with a team. Li is in a team of both, Wu in the second branch alone, Xu at the root.
fn company() -> Company {
    let builder = Company::builder(CORP_ID, "飞花").app(app());
    let builder = [(5001, 1), (5002, 1), (5011, 5001), (5021, 5002)]
        .into_iter()
        .fold(builder, |builder, (id, above)| {
            builder.department(Department::new(id, format!("D{id}"), above))
        });
    let people = [("li", &[5011, 5021][..]), ("wu", &[5002]), ("xu", &[1])];
    let builder = people.into_iter().fold(builder, |builder, (id, departments)| {
        builder.user(User::new(id, format!("Name {id}")).in_departments(departments.iter().copied()))
    });
    builder.build().expect("the company is consistent")
}

fn scope(scope: Scope) -> Mutation {
    Mutation::SetScope { app_key: AppKey::from(APP_KEY), scope }
}

/// The first branch and nothing else.
fn one_branch() -> Mutation {
    scope(Scope::departments([5001]))
}

fn imported() -> Real {
    let real = Real::new(company());
    assert_eq!(real.sync().state, RunState::Succeeded);
    real
}

fn approve(real: &Real, run: &RunId) -> RunReport {
    let source = real.source();
    let approving = real.platform.confirming(source.name(), run, Identities::Weigh);
    let approved = real.platform.host.approve(&source, run, approving, RunOptions::default());
    real.platform.wait(approved).expect("there is a run")
}

fn waiting(real: &Real) -> Vec<RunId> {
    let waiting = real.platform.wait(real.platform.host.held_runs(real.source().name()));
    waiting.expect("the stores answer").into_iter().map(|Run { id, .. }| id).collect()
}

/// The ids of the departments that the platform holds somebody in.
fn departments(documents: &Documents, user: &str) -> Vec<String> {
    let document = &documents[&("User".to_owned(), user.to_owned())];
    let departments = &document["urn:rollcall:scim:schemas:extension:2.0:User"]["departments"];
    let departments = departments.as_array().into_iter().flatten();
    departments.map(|department| department["value"].as_str().unwrap_or_default().to_owned()).collect()
}

fn title(documents: &Documents, user: &str) -> Option<String> {
    documents[&("User".to_owned(), user.to_owned())]["title"].as_str().map(str::to_owned)
}

#[test]
fn one_command_tells_it_and_one_approves_it() {
    let office = Office::new(company());
    office.run("sync SOURCE DATA").with_code(0);
    let before = office.run("directory export NAME DATA").with_code(0).stdout;
    office.server.with(|simulator| simulator.mutate(&one_branch())).expect("the scope is possible");
    let held = office.run("sync --format json SOURCE DATA").with_code(4).json();
    let counters = &held["run"]["counters"];
    assert_eq!(
        (&held["run"]["state"], &counters["held"], &counters["updated"]),
        (&json!("held"), &json!(2), &json!(0))
    );
    assert_eq!(office.run("directory export NAME DATA").with_code(0).stdout, before);
    let run = held["run"]["id"].as_str().expect("a run has an id");
    let log = office.run(&format!("history {run} NAME DATA")).with_code(0).stdout;
    let told: Vec<_> = log
        .lines()
        .filter(|line| line.contains("less than before") || line.contains("held: would"))
        .collect();
    expect![[r#"
        ✗ the application sees less than before: 1 department (5001) instead of everything; 5 objects (3 departments and 2 people) are no longer followed; 1 department and 1 person would be taken out of departments that it no longer sees, which waits for a person (scope-held)
        held: would be updated Department "5001" D5001
        held: would be updated User "li" Name li"#]].assert_eq(&told.join("\n"));
    let approved = office.run(&format!("approve {run} SOURCE DATA")).with_code(0).stdout;
    assert!(approved.contains("the application sees less than before"), "{approved}");
    let next = office.run("sync --format json SOURCE DATA").with_code(0).json();
    assert_eq!(
        (&next["run"]["state"], &next["run"]["counters"]["updated"]),
        (&json!("succeeded"), &json!(0))
    );
}

#[test]
fn it_waits_whoever_started_the_run_and_as_long_as_nobody_answers() {
    let real = imported();
    let before = real.documents();
    real.mutate(&one_branch());
    for trigger in [Trigger::Manual, Trigger::Schedule, Trigger::Manual] {
        let report = real.run(RunOptions { trigger, ..RunOptions::default() });
        assert_eq!((report.state, report.counters.held), (RunState::Held, 2), "{trigger:?}");
        assert_same(&real.documents(), &before);
        assert_eq!(waiting(&real), [report.run]);
    }
}

#[test]
fn what_is_in_sight_goes_on_meanwhile() {
    let real = imported();
    real.mutate(&one_branch());
    real.mutate(&Mutation::modify_user("li", &json!({"name": "Li the Second"})));
    real.mutate(&Mutation::AddUser(Box::new(User::new("new", "New").in_departments([5011]))));
    let report = real.sync();
    // Li hangs in a department out of sight: all that is new of them waits with it.
    assert_eq!((report.state, report.counters.created, report.counters.held), (RunState::Held, 1, 2));
    let documents = real.documents();
    assert_eq!(
        (departments(&documents, "li"), departments(&documents, "new")),
        (vec!["5011".to_owned(), "5021".to_owned()], vec!["5011".to_owned()])
    );
}

#[test]
fn an_approval_takes_out_of_departments_whom_the_view_no_longer_shows_there_and_is_asked_for_once() {
    let real = imported();
    real.mutate(&one_branch());
    let held = real.sync();
    let approved = approve(&real, &held.run);
    assert_eq!((approved.state, approved.counters.updated), (RunState::Succeeded, 2));
    assert_eq!(departments(&real.documents(), "li"), ["5011"]);
    assert!(real.documents().contains_key(&("User".to_owned(), "wu".to_owned())), "nobody left");
    assert_eq!(waiting(&real), Vec::<RunId>::new());
    let next = real.sync();
    assert_eq!((next.state, next.counters.updated), (RunState::Succeeded, 0));
}

#[test]
fn an_approval_of_one_view_approves_no_smaller_one() {
    let real = imported();
    let before = real.documents();
    real.mutate(&scope(Scope::departments([5001, 5002])));
    let held = real.sync();
    assert_eq!(held.state, RunState::Held);
    real.mutate(&one_branch());
    let approved = approve(&real, &held.run);
    assert_eq!(approved.state, RunState::Held);
    assert_same(&real.documents(), &before);
    assert_eq!(waiting(&real), [approved.run]);
}

#[test]
fn an_authorised_person_who_resigns_leaves_as_anybody_does() {
    let mut company = company();
    let mut first = Scope::departments([5001]);
    first.authed_user.push("wu".into());
    company.apply(&scope(first)).expect("the scope is possible");
    let real = Real::new(company);
    assert_eq!(real.sync().state, RunState::Succeeded);
    real.mutate(&Mutation::RemoveUser { userid: "wu".into() });
    real.mutate(&one_branch());
    let report = real.sync();
    assert_eq!((report.state, report.counters.deactivated), (RunState::Succeeded, 1));
    assert_eq!(real.sync().state, RunState::Succeeded);
}

#[test]
fn departments_that_are_replaced_by_the_one_above_them_are_no_smaller_scope() {
    let mut company = company();
    company.apply(&scope(Scope::departments([5011, 5021]))).expect("the scope is possible");
    let real = Real::new(company);
    assert_eq!(real.sync().state, RunState::Succeeded);
    real.mutate(&scope(Scope::departments([5001, 5002])));
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_eq!(departments(&real.documents(), "li"), ["5011", "5021"]);
}

#[test]
fn a_view_that_is_as_before_again_needs_no_answer() {
    let real = imported();
    let before = real.documents();
    real.mutate(&one_branch());
    assert_eq!(real.sync().state, RunState::Held);
    real.mutate(&scope(Scope::default()));
    let report = real.sync();
    assert_eq!((report.state, report.counters.unchanged), (RunState::Succeeded, report.counters.read));
    assert_same(&real.documents(), &before);
    assert_eq!(waiting(&real), Vec::<RunId>::new());
}

#[test]
fn a_larger_view_is_the_one_to_compare_with_from_then_on() {
    let mut company = company();
    company.apply(&one_branch()).expect("the scope is possible");
    let real = Real::new(company);
    assert_eq!(real.sync().state, RunState::Succeeded);
    real.mutate(&scope(Scope::default()));
    assert_eq!(real.sync().state, RunState::Succeeded);
    let company = real.server.with(|simulator| simulator.company().clone());
    assert_same(&real.documents(), &View::of(&company).documents());
    real.mutate(&one_branch());
    assert_eq!(real.sync().state, RunState::Held);
}

#[test]
fn a_dry_run_tells_it_and_is_nothing_to_compare_with() {
    let real = imported();
    real.mutate(&one_branch());
    let dry = RunOptions { dry_run: true, ..RunOptions::default() };
    assert_eq!(real.run(dry.clone()).state, RunState::Held);
    assert_eq!(waiting(&real), Vec::<RunId>::new());
    assert_eq!(real.run(dry).state, RunState::Held);
    assert_eq!(real.sync().state, RunState::Held);
}

/// After an import, a restart with this scope, and an event about Li.
fn event_about_li(now: &Mutation) -> Whole {
    let whole = Whole::imported(company());
    // Whoever remembers the larger view takes nobody out of anything: a restart forgets it.
    let whole = Whole::resume(&whole.keep(), Simulator::new(company()));
    whole.set_events();
    whole.mutate(&subscribed());
    whole.mutate(now);
    whole.mutate(&Mutation::modify_user("li", &json!({"title": "Head"})));
    let ended = whole.follow();
    assert!(ended.complete, "{ended:?}");
    whole
}

#[test]
fn an_event_takes_nobody_out_of_a_department_that_is_only_out_of_sight() {
    let whole = event_about_li(&one_branch());
    assert_eq!(departments(&whole.documents(), "li"), ["5011", "5021"]);
    assert_eq!(title(&whole.documents(), "li"), None);
    let told = whole.take_told().into_iter().map(|(_, _, code)| code).collect::<Vec<_>>();
    assert!(told.contains(&"scope-held".to_owned()), "{told:?}");
}

#[test]
fn an_event_about_somebody_in_sight_is_acted_on_with_a_smaller_view_as_ever() {
    let whole = event_about_li(&scope(Scope::departments([5011, 5021])));
    assert_eq!(title(&whole.documents(), "li"), Some("Head".to_owned()));
    assert_eq!(departments(&whole.documents(), "li"), ["5011", "5021"]);
}

#[test]
fn a_smaller_view_that_is_only_remembered_takes_nobody_out_of_a_department() {
    let whole = Whole::imported(company());
    whole.set_events();
    whole.mutate(&subscribed());
    whole.mutate(&one_branch());
    whole.sync();
    whole.mutate(&scope(Scope::default()));
    whole.mutate(&Mutation::modify_user("li", &json!({"title": "Head"})));
    // Nobody leaves on a remembered view, so the same batch asks for the larger one.
    whole.mutate(&Mutation::RemoveUser { userid: "wu".into() });
    let ended = whole.follow();
    assert!(ended.complete, "{ended:?}");
    assert_eq!(departments(&whole.documents(), "li"), ["5011", "5021"]);
    assert_eq!(title(&whole.documents(), "li"), Some("Head".to_owned()));
}

#[test]
fn everybody_out_of_sight_is_one_sentence() {
    let builder = Company::builder(CORP_ID, "飞花").app(app());
    let builder =
        builder.department(Department::new(5001, "R&D", 1)).department(Department::new(5002, "Sales", 1));
    let builder = (0..50).fold(builder, |builder, n| {
        builder.user(User::new(format!("u{n}").as_str(), format!("U {n}")).in_departments([5002]))
    });
    let real = Real::new(builder.build().expect("the company is consistent"));
    assert_eq!(real.sync().state, RunState::Succeeded);
    real.mutate(&one_branch());
    let report = real.sync();
    // Only the branch, whose own parent is out of sight now.
    assert_eq!((report.state, report.counters.held), (RunState::Held, 1));
    let told = real.platform.entries(&report.run, Severity::Warning);
    let told: Vec<_> = told.into_iter().map(|entry| entry.diagnosis.code).collect();
    assert_eq!(told, ["scope-held"]);
    assert_eq!(approve(&real, &report.run).state, RunState::Succeeded);
    assert_eq!(real.sync().state, RunState::Succeeded);
}
