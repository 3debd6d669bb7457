//! Each single response of a run, replaced in turn by each fault: nothing is lost, nothing is blanked, nothing hangs, and
//! a run that could not read everything never says that it did.
//!
//! In a test run the connector alone takes a large sample and the real pair a small one, the same every time;
//! `cargo xtask sweep` lets both take all of it.

mod leaves;
mod scene;

use self::scene::{Scene, Work};
use crate::companies::{self, branch};
use crate::harness::native::Native;
use crate::harness::pair::{Pair, app_key, both};
use rollcall_dingtalk_simulator::{Company, Department, Mutation, Scope, User, UserId};
use serde_json::json;

both! {
    no_single_fault_spoils_a_first_import,
    no_single_fault_spoils_a_run_without_changes,
    no_single_fault_spoils_a_run_with_departures,
    no_single_fault_spoils_a_run_with_clearings,
    no_single_fault_spoils_a_batch_of_events,
}

#[test]
fn no_single_fault_deletes_blanks_hangs_or_pretends() {
    let work = Work { meanwhile: all_at_once(), details: false };
    Scene::<Native>::after_an_import(companies::branches(100), work).sweep();
}

#[test]
fn no_single_fault_does_so_with_details_and_a_part_of_the_company() {
    let mut company = companies::crowded_branches(30, 9);
    let scope = Scope {
        authed_dept: [0, 1, 9].map(branch).to_vec(),
        authed_user: vec![UserId::from("b005p0"), UserId::from("b006p1")],
    };
    company.apply(&Mutation::SetScope { app_key: app_key(), scope }).expect("the scope is possible");
    let work = Work { meanwhile: all_at_once(), details: true };
    Scene::<Native>::after_an_import(company, work).sweep();
}

fn no_single_fault_spoils_a_first_import<P: Pair>() {
    Scene::<P>::first_import(company()).sweep();
}

fn no_single_fault_spoils_a_run_without_changes<P: Pair>() {
    let work = Work { meanwhile: Vec::new(), details: false };
    Scene::<P>::after_an_import(company(), work).sweep();
}

fn no_single_fault_spoils_a_run_with_departures<P: Pair>() {
    let work = Work { meanwhile: departures(), details: false };
    Scene::<P>::after_an_import(company(), work).sweep();
}

fn no_single_fault_spoils_a_run_with_clearings<P: Pair>() {
    let work = Work { meanwhile: clearings(), details: false };
    Scene::<P>::after_an_import(company(), work).sweep();
}

fn no_single_fault_spoils_a_batch_of_events<P: Pair>() {
    Scene::<P>::batch_of_events(company(), five_kinds()).sweep();
}

/// Someone joins, someone changes, someone leaves; a department changes, another is new.
fn five_kinds() -> Vec<Mutation> {
    vec![
        Mutation::AddUser(Box::new(User::new("newcomer", "Newcomer").in_departments([700_000_001]))),
        Mutation::modify_user("b008p0", &json!({ "title": "Director" })),
        leaves("b004p1"),
        Mutation::RenameDepartment { dept_id: branch(9), name: "Renamed".to_owned() },
        Mutation::AddDepartment(Box::new(Department::new(700_000_100, "New", 700_000_002))),
    ]
}

/// 30 departments in three levels with two people each, and some more in the first one.
fn company() -> Company {
    companies::crowded_branches(30, 9)
}

fn leaves(userid: &str) -> Mutation {
    Mutation::RemoveUser { userid: UserId::from(userid) }
}

/// People of several departments, and a department with its people.
fn departures() -> Vec<Mutation> {
    let people = ["b000p0", "b004p1", "crowd007", "b025p0", "b025p1"].map(leaves);
    people.into_iter().chain([Mutation::RemoveDepartment { dept_id: branch(25) }]).collect()
}

/// A field or two each, by every way of having none.
fn clearings() -> Vec<Mutation> {
    vec![
        Mutation::modify_user("b001p0", &json!({ "title": null })),
        Mutation::modify_user("b001p1", &json!({ "mobile": null, "state_code": null })),
        Mutation::modify_user("b002p0", &json!({ "job_number": "", "org_email": "" })),
        Mutation::modify_user("b014p1", &json!({ "title": "", "email": null })),
    ]
}

fn all_at_once() -> Vec<Mutation> {
    let others = [
        Mutation::RenameDepartment { dept_id: branch(9), name: "Renamed".to_owned() },
        Mutation::MoveDepartment { dept_id: branch(16), parent_id: branch(1) },
        Mutation::modify_user("b001p0", &json!({ "title": null })),
        Mutation::modify_user("b001p1", &json!({ "mobile": null, "state_code": null })),
        Mutation::modify_user("b008p0", &json!({ "title": "Director", "org_email": "" })),
        Mutation::MoveUser { userid: UserId::from("b008p1"), dept_ids: vec![branch(8), branch(0)] },
        Mutation::AddUser(Box::new(User::new("newcomer", "Newcomer").in_departments([700_000_001]))),
    ];
    departures().into_iter().chain(others).collect()
}
