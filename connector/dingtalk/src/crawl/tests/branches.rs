//! Departments of branch organisations: left out or imported, and what comes of it when that changes.

use crate::DingTalk;
use crate::testing::{World, directory, ending, log, settings};
use rollcall_kit::connector::{refresh, sync};
use rollcall_kit::live::{self, Event};
use rollcall_kit::testing::TestHost;
use rollcall_kit::{Coverage, Key};
use serde_json::{Value, json};
use std::rc::Rc;

fn linked() -> Value {
    json!({"from_union_org": true})
}

/// Departments 20 and 21 are a branch's. "b" is there alone, "c" there and here.
fn feihua() -> World {
    unlinked()
        .department_with(20, 2, "Branch", &linked())
        .department_with(21, 20, "Shop", &json!({}))
        .user("b", &[21])
        .user("c", &[2, 21])
}

fn unlinked() -> World {
    World::new().department(2, 1, "R&D").user("a", &[2]).user("c", &[2])
}

fn leaving_out() -> Value {
    let mut settings = settings();
    settings["leave_out_branches"] = json!(true);
    settings
}

fn read(host: &Rc<TestHost>, settings: &Value) -> String {
    let ran = sync::<DingTalk>(host.clone(), &host.seal::<DingTalk>(settings));
    format!("{}\n{}{}", ending(&ran), directory(host), log(host))
}

/// What events about all of the branch and its people make of it.
fn hear_of_all(host: &Rc<TestHost>) {
    let event = |(n, kind, payload): (u8, &str, Value)| Event {
        id: n.to_string(),
        kind: kind.to_owned(),
        payload: payload.to_string(),
        occurred_at_ms: None,
        subjects: Vec::new(),
    };
    let events = [
        (1, "org_dept_modify", json!({"departments": [20, 21]})),
        (2, "user_modify_org", json!({"users": ["b", "c"]})),
    ];
    let sealed = host.seal::<DingTalk>(&leaving_out());
    let handled = live::handle::<DingTalk>(host.clone(), &sealed, &events.map(event)).unwrap();
    assert_eq!(handled.unfinished.len(), 0);
}

/// The lists that the last reading did not read to their end.
fn open_lists(host: &TestHost) -> Vec<String> {
    let of = |coverage: &Coverage| {
        let open = coverage.containers.iter().filter(|list| !list.closed);
        open.map(|list| list.key.external_id.clone()).collect::<Vec<_>>()
    };
    host.coverage().iter().flat_map(of).collect()
}

const WITHOUT: &str = "Department 1 Feihua\nDepartment 2 R&D < 1\nUser a A in 2:20\nUser c C in 2:20\n";

#[test]
fn a_branch_is_imported_unless_the_settings_leave_it_out() {
    let host = feihua().into_host();
    let told = read(&host, &settings());
    assert!(told.contains("Department 20 Branch < 2\nDepartment 21 Shop < 20\n"), "{told}");
    assert!(told.contains("User b B in 21:210\nUser c C in 2:20 21:210\n"), "{told}");
    let host = feihua().into_host();
    assert_eq!(read(&host, &leaving_out()), format!("complete\n{WITHOUT}info branches-left-out\n"));
    assert_eq!(open_lists(&host), [""; 0]);
}

#[test]
fn whatever_cannot_be_told_from_a_branch_stays_in_or_out_as_it_was() {
    for flag in [json!({}), json!("yes"), json!(2)] {
        let unclear = || {
            let more = json!({ "from_union_org": flag });
            let world = unlinked().department_with(20, 2, "Branch", &more);
            world.department(21, 20, "Shop").user("b", &[21]).user("c", &[2, 21]).into_host()
        };
        let host = unclear();
        let told =
            format!("complete\n{WITHOUT}warning branch-unclear Department 20\ninfo branches-left-out\n");
        assert_eq!(read(&host, &leaving_out()), told);
        let host = unclear();
        for settings in [settings(), leaving_out()] {
            let told = read(&host, &settings);
            assert!(told.contains("Department 20 Branch < 2\nDepartment 21 Shop < 20\n"), "{told}");
        }
    }
}

#[test]
fn what_was_imported_of_a_branch_is_for_a_person_to_let_go() {
    let host = feihua().into_host();
    read(&host, &settings());
    assert_eq!(open_lists(&host), [""; 0]);
    let told = read(&host, &leaving_out());
    assert!(told.contains("warning branch-left-out Department 20\n"), "{told}");
    assert_eq!(open_lists(&host), ["20"]);
    // This host holds nothing, so it is as if a person had approved.
    assert_eq!(directory(&host), WITHOUT);
    assert_eq!(read(&host, &leaving_out()), format!("complete\n{WITHOUT}info branches-left-out\n"));
    assert_eq!(open_lists(&host), [""; 0]);
}

#[test]
fn a_link_that_has_ended_is_for_a_person_to_let_go() {
    let host = feihua().into_host();
    read(&host, &settings());
    host.set_world(unlinked().into_answers());
    let told = read(&host, &settings());
    assert!(told.contains("warning branch-ended Department 20\n"), "{told}");
    assert_eq!(open_lists(&host), ["20"]);
    assert_eq!(read(&host, &settings()), format!("complete\n{WITHOUT}"));
    assert_eq!(open_lists(&host), [""; 0]);
}

#[test]
fn a_department_of_a_branch_that_goes_alone_is_an_ordinary_one() {
    let host = feihua().into_host();
    read(&host, &settings());
    host.set_world(feihua().without_department(21).without_user("b").user("c", &[2]).into_answers());
    read(&host, &settings());
    assert_eq!(open_lists(&host), [""; 0]);
}

#[test]
fn an_event_of_a_branch_that_is_left_out_brings_nothing_in() {
    let host = unlinked().into_host();
    read(&host, &leaving_out());
    host.set_world(feihua().into_answers());
    hear_of_all(&host);
    assert_eq!(directory(&host), WITHOUT);
}

#[test]
fn an_event_takes_nothing_out_of_a_branch_that_waits_for_a_person() {
    let host = feihua().into_host();
    read(&host, &settings());
    let before = directory(&host);
    hear_of_all(&host);
    assert_eq!(directory(&host), before);
}

#[test]
fn whom_a_person_asks_about_of_a_branch_that_is_left_out_leaves() {
    let host = feihua().into_host();
    read(&host, &settings());
    let keys = [Key::new("User", "b"), Key::new("Department", "21"), Key::new("Department", "20")];
    refresh::<DingTalk>(host.clone(), &host.seal::<DingTalk>(&leaving_out()), &keys).unwrap();
    assert_eq!(directory(&host), WITHOUT.replace("User c C in 2:20", "User c C in 2:20 21:210"));
}
