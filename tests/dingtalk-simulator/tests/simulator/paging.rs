//! Pages of people at their edges, and what a page that does not fit is refused with.

use expect_test::expect;
use rollcall_dingtalk_simulator::{App, Company, GenerateOptions, LastCursor, Mutation, OversizedPage, User};
use serde_json::{Value, json};

use crate::support::World;

const LIST: &str = "/topapi/v2/user/list";
const NAMES: &str = "/topapi/user/listsimple";

/// A company whose root has so many members.
fn crowd(n_members: usize) -> World {
    let app = App { qps: 0, ..App::new("dingcrowd", "secret") };
    let company = Company::builder("dingcrowd", "Crowd").app(app);
    let members = (0..n_members).map(|number| User::new(format!("u{number:04}"), format!("Member {number}")));
    World::of(members.fold(company, rollcall_dingtalk_simulator::CompanyBuilder::user).build().unwrap())
}

/// Reads all pages: how many people each has, and the cursors asked for.
fn read_all(world: &mut World, path: &str, size: i64) -> (Vec<usize>, Vec<i64>) {
    let (mut sizes, mut cursors) = (Vec::new(), vec![0]);
    loop {
        let cursor = cursors.last().unwrap();
        let answer = world.post(path, json!({ "dept_id": 1, "cursor": cursor, "size": size }));
        let page = &answer["result"];
        sizes.push(page["list"].as_array().unwrap().len());
        if page["has_more"] == false {
            return (sizes, cursors);
        }
        cursors.push(page["next_cursor"].as_i64().unwrap());
    }
}

#[track_caller]
fn check(n_members: usize, sizes: &[usize], cursors: &[i64]) {
    for path in [LIST, NAMES] {
        assert_eq!(read_all(&mut crowd(n_members), path, 100), (sizes.to_vec(), cursors.to_vec()));
    }
}

#[test]
fn nobody_is_one_empty_page() {
    check(0, &[0], &[0]);
}

#[test]
fn one_person_is_one_page() {
    check(1, &[1], &[0]);
}

#[test]
fn ninety_nine_people_are_one_page() {
    check(99, &[99], &[0]);
}

#[test]
fn a_hundred_people_are_one_full_page_and_no_more() {
    check(100, &[100], &[0]);
}

#[test]
fn a_hundred_and_one_people_are_two_pages() {
    check(101, &[100, 1], &[0, 100]);
}

#[test]
fn a_smaller_page_is_a_smaller_step() {
    assert_eq!(read_all(&mut crowd(25), LIST, 10), (vec![10, 10, 5], vec![0, 10, 20]));
}

#[test]
fn the_pages_together_are_everybody_once() {
    let mut world = crowd(1000);
    let mut seen = std::collections::BTreeSet::new();
    for cursor in (0..1000).step_by(100) {
        let answer = world.post(LIST, json!({ "dept_id": 1, "cursor": cursor, "size": 100 }));
        for user in answer["result"]["list"].as_array().unwrap() {
            assert!(seen.insert(user["userid"].as_str().unwrap().to_owned()));
        }
    }
    assert_eq!(seen.len(), 1000);
}

#[test]
fn the_last_page_has_no_cursor() {
    let answer = crowd(3).post(LIST, json!({ "dept_id": 1, "cursor": 0, "size": 100 }));
    assert_eq!(answer["result"].get("next_cursor"), None);
}

#[test]
fn the_last_page_may_have_a_cursor() {
    let mut world = crowd(3).with_switches(|switches| switches.last_cursor = LastCursor::Present);
    let answer = world.post(LIST, json!({ "dept_id": 1, "cursor": 0, "size": 100 }));
    assert_eq!(answer["result"]["next_cursor"], 3);
}

#[test]
fn a_cursor_behind_the_end_is_an_empty_page() {
    let answer = crowd(3).post(LIST, json!({ "dept_id": 1, "cursor": 50, "size": 100 }));
    assert_eq!(answer["result"], json!({ "has_more": false, "list": [] }));
}

#[test]
fn a_member_inserted_between_two_pages_pushes_another_onto_both() {
    let mut world = crowd(101);
    let first = world.post(LIST, json!({ "dept_id": 1, "cursor": 0, "size": 100 }));
    world.simulator.mutate(&Mutation::AddUser(Box::new(User::new("a", "In front")))).unwrap();
    let second = world.post(LIST, json!({ "dept_id": 1, "cursor": 100, "size": 100 }));
    assert_eq!(first["result"]["list"][99]["userid"], second["result"]["list"][0]["userid"]);
}

#[track_caller]
fn refused(path: &str, page: Value, code: i64) {
    let mut body = json!({ "dept_id": 1, "cursor": 0, "size": 100 });
    body.as_object_mut().unwrap().extend(page.as_object().unwrap().clone());
    assert_eq!(crowd(1).code(path, body), code);
}

#[test]
fn a_size_of_101_is_refused_by_each_interface_in_its_way() {
    refused(LIST, json!({ "size": 101 }), 400_002);
    refused(NAMES, json!({ "size": 101 }), 40069);
}

#[test]
fn a_size_of_101_may_be_another_code() {
    let mut world = crowd(1).with_switches(|switches| switches.oversized_page = OversizedPage::Code40035);
    assert_eq!(world.code(LIST, json!({ "dept_id": 1, "cursor": 0, "size": 101 })), 40035);
}

#[test]
fn a_size_of_0_is_refused() {
    refused(LIST, json!({ "size": 0 }), 400_002);
    refused(NAMES, json!({ "size": 0 }), 40069);
}

#[test]
fn a_negative_cursor_is_refused() {
    refused(LIST, json!({ "cursor": -1 }), 400_002);
    refused(NAMES, json!({ "cursor": -1 }), 40068);
}

#[test]
fn a_cursor_is_required() {
    refused(LIST, json!({ "cursor": null }), 40035);
    refused(NAMES, json!({ "cursor": "first" }), 40068);
}

#[test]
fn generated_departments_have_the_members_asked_for() {
    let exact_members = vec![0, 1, 99, 100, 101, 1000];
    let options = GenerateOptions { n_users: 1500, exact_members, ..GenerateOptions::default() };
    let company = Company::generate(&options);
    let mut counts: Vec<usize> = company.departments().map(|d| company.members(d.dept_id).count()).collect();
    counts.retain(|count| [0, 1, 99, 100, 101, 1000].contains(count));
    counts.sort_unstable();
    expect!["[0, 1, 99, 100, 101, 1000]"].assert_eq(&format!("{counts:?}"));
}
