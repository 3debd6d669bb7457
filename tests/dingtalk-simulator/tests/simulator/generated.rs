//! Generated companies: large, deep, uneven, and the same every time.

use rollcall_dingtalk_simulator::{Company, DepartmentId, GenerateOptions, User};
use serde_json::json;

use crate::support::World;

fn generate(seed: u64) -> Company {
    Company::generate(&GenerateOptions {
        seed,
        n_departments: 60,
        n_users: 400,
        max_depth: 15,
        ..Default::default()
    })
}

fn depth(company: &Company, id: DepartmentId) -> usize {
    company.chain_to_root(id).len() - 1
}

#[test]
fn the_same_seed_is_the_same_company() {
    assert_eq!(json!(generate(7)), json!(generate(7)));
}

#[test]
fn another_seed_is_another_company() {
    assert_ne!(json!(generate(7)), json!(generate(8)));
}

#[test]
fn counts_and_depth_are_as_asked() {
    let company = generate(7);
    let deepest = company.departments().map(|department| depth(&company, department.dept_id)).max();
    assert_eq!((company.departments().len(), company.users().len(), deepest), (61, 400, Some(15)));
}

#[test]
fn a_generated_company_passes_the_checks_of_a_built_one() {
    let written = serde_json::to_string(&generate(7)).unwrap();
    let read: Company = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), written);
}

#[test]
fn some_people_are_in_several_departments() {
    assert!(generate(7).users().any(|user| 1 < user.memberships.len()));
}

#[test]
fn a_field_is_absent_for_some_empty_for_some_and_set_for_some() {
    let company = generate(7);
    let has = |matches: fn(&Option<String>) -> bool| company.users().any(|user: &User| matches(&user.email));
    let is_set = |email: &Option<String>| email.as_deref().is_some_and(|text| !text.is_empty());
    assert!(has(Option::is_none) && has(|email| email.as_deref() == Some("")) && has(is_set));
}

#[test]
fn orders_exceed_what_floating_point_holds() {
    let smallest = generate(7).users().flat_map(|user| user.memberships.clone()).map(|m| m.order).min();
    assert!(Some(1_i64 << 53) < smallest);
}

#[test]
fn siblings_are_not_in_the_order_of_their_numbers() {
    let company = generate(7);
    let unordered = company.departments().any(|parent| {
        let ids: Vec<DepartmentId> = company.children(parent.dept_id).map(|child| child.dept_id).collect();
        !ids.is_sorted()
    });
    assert!(unordered);
}

#[test]
fn every_person_is_reached_by_a_crawl() {
    let mut world = World::of(generate(7));
    let mut open = vec![1];
    let mut seen = std::collections::BTreeSet::new();
    while let Some(dept_id) = open.pop() {
        world.now_ms += 1000;
        let children = world.post("/topapi/v2/department/listsub", json!({ "dept_id": dept_id }));
        open.extend(
            children["result"].as_array().unwrap().iter().map(|child| child["dept_id"].as_i64().unwrap()),
        );
        let page =
            world.post("/topapi/v2/user/list", json!({ "dept_id": dept_id, "cursor": 0, "size": 100 }));
        seen.extend(page["result"]["list"].as_array().unwrap().iter().map(|user| user["userid"].to_string()));
    }
    assert_eq!(seen.len(), 400);
}
