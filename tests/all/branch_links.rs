//! Departments of a branch organisation, through everything real: that the link ends, or is not wanted any more, waits for
//! a person, whoever started the run.

use crate::companies::{CORP_ID, app};
use crate::expectation::Documents;
use crate::harness::real::Real;
use rollcall_dingtalk_simulator::{Company, Department, DepartmentId, Mutation, User, UserId};
use rollcall_host::history::{RunState, Trigger};
use rollcall_host::model::{RunId, Severity};
use rollcall_host::{Identities, RunOptions, RunReport};

/// A department of the company's own, and two of a branch. Li is in both, Wu and Xu in the branch alone.
fn company() -> Company {
    let of_a_branch = |id, above| Department {
        from_union_org: Some(true),
        ..Department::new(id, format!("Branch {id}"), above)
    };
    let builder = Company::builder(CORP_ID, "飞花").app(app()).department(Department::new(5001, "R&D", 1));
    let builder = builder.department(of_a_branch(5002, 1)).department(of_a_branch(5021, 5002));
    let people = [("li", &[5001, 5021][..]), ("wu", &[5002]), ("xu", &[5021]), ("me", &[5001])];
    let builder = people.into_iter().fold(builder, |builder, (id, departments)| {
        builder.user(User::new(id, format!("Name {id}")).in_departments(departments.iter().copied()))
    });
    builder.build().expect("the company is consistent")
}

fn imported() -> Real {
    let real = Real::new(company());
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_eq!(ids(&real.documents()), ["1", "5001", "5002", "5021", "li", "me", "wu", "xu"]);
    real
}

fn ids(documents: &Documents) -> Vec<&str> {
    let mut ids: Vec<&str> = documents.keys().map(|(_, id)| id.as_str()).collect();
    ids.sort_unstable();
    ids
}

fn run(real: &Real, trigger: Trigger) -> RunReport {
    real.run(RunOptions { trigger, ..RunOptions::default() })
}

fn codes(real: &Real, run: &RunId) -> Vec<String> {
    let entries = real.platform.entries(run, Severity::Warning);
    entries.into_iter().map(|entry| entry.diagnosis.code).collect()
}

/// Everything waits, is told why, and leaves once a person has approved it.
fn assert_waits(real: &Real, code: &str) {
    for trigger in [Trigger::Manual, Trigger::Schedule, Trigger::Manual] {
        let report = run(real, trigger);
        assert_eq!((report.state, report.counters.held), (RunState::Held, 4), "{trigger:?}");
        assert_eq!(ids(&real.documents()), ["1", "5001", "5002", "5021", "li", "me", "wu", "xu"]);
        let codes = codes(real, &report.run);
        assert!(codes.contains(&code.to_owned()) && codes.contains(&"coverage-held".to_owned()), "{codes:?}");
    }
    let held = real.platform.wait(real.platform.host.held_runs(real.source().name())).expect("stores answer");
    let source = real.source();
    let approving = real.platform.confirming(source.name(), &held[0].id, Identities::Weigh);
    let approved = real.platform.host.approve(&source, &held[0].id, approving, RunOptions::default());
    let report = real.platform.wait(approved).expect("there is a run");
    assert_eq!(report.state, RunState::Succeeded, "{report:#?}");
    assert_eq!(ids(&real.documents()), ["1", "5001", "li", "me"]);
}

#[test]
fn a_link_that_ends_waits_for_a_person() {
    let real = imported();
    for id in ["wu", "xu"] {
        real.mutate(&Mutation::RemoveUser { userid: UserId::from(id) });
    }
    let dept_ids = vec![DepartmentId::new(5001)];
    real.mutate(&Mutation::MoveUser { userid: UserId::from("li"), dept_ids });
    for id in [5021, 5002] {
        real.mutate(&Mutation::RemoveDepartment { dept_id: DepartmentId::new(id) });
    }
    assert_waits(&real, "branch-ended");
    // Whoever leaves the company itself goes as ever.
    real.mutate(&Mutation::RemoveUser { userid: UserId::from("me") });
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_eq!(ids(&real.documents()), ["1", "5001", "li"]);
}

#[test]
fn branches_that_are_not_wanted_any_more_wait_for_a_person() {
    let mut real = imported();
    real.settings["leave_out_branches"] = true.into();
    assert_waits(&real, "branch-left-out");
    real.mutate(&Mutation::RemoveUser { userid: UserId::from("me") });
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_eq!(ids(&real.documents()), ["1", "5001", "li"]);
    // And back.
    real.settings["leave_out_branches"] = false.into();
    assert_eq!(real.sync().state, RunState::Succeeded);
    assert_eq!(ids(&real.documents()), ["1", "5001", "5002", "5021", "li", "wu", "xu"]);
}
