//! Where departments and people stand, whatever their documents say.

use expect_test::{Expect, expect};
use rollcall_host::directory::Held;
use rollcall_host::model::Key;
use serde_json::json;

use super::*;

fn object(resource_type: &str, id: &str, document: Value) -> HeldObject {
    let held = Held { version: "v".to_owned(), document: document.into(), departed: false };
    HeldObject { key: Key::new(resource_type, id), held }
}

fn department(id: &str, parent: Option<&str>, order: Option<&str>) -> HeldObject {
    let parent = parent.map_or(Value::Null, |parent| json!({"value": parent}));
    object("Department", id, json!({"displayName": format!("name {id}"), "parent": parent, "order": order}))
}

fn user(id: &str, departments: &[&str]) -> HeldObject {
    let departments: Vec<_> = departments.iter().map(|id| json!({"value": id})).collect();
    object(
        "User",
        id,
        json!({"displayName": format!("name {id}"), (schema::ORGANISATION_USER): {"departments": departments}}),
    )
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
fn check(departments: &[HeldObject], users: &[HeldObject], expected: Expect) {
    let organisation = Organisation::new(departments, users);
    let ids = |people: &[PersonLine]| {
        people.iter().map(|person| person.external_id.clone()).collect::<Vec<_>>().join(" ")
    };
    let mut lines: Vec<_> = organisation
        .departments
        .iter()
        .map(|department| {
            let indent = "  ".repeat(department.depth);
            let stray = department.stray.map(|stray| format!(" {stray:?}")).unwrap_or_default();
            let (id, n) = (&department.external_id, department.n_people_in_all);
            format!("{indent}{id}{stray}: {}. {n} in all\n", ids(&department.people))
        })
        .collect();
    lines.push(format!("without: {}.\n", ids(&organisation.people_without_department)));
    expected.assert_eq(&lines.concat());
}

#[test]
fn siblings_are_sorted_by_order_then_name() {
    let departments = [
        department("1", None, None),
        department("a", Some("1"), Some("9223372036854775808")),
        department("b", Some("1"), Some("-5")),
        department("c", Some("1"), None),
        department("d", Some("1"), Some("10")),
        department("e", Some("1"), Some("9")),
        department("f", Some("1"), Some("9")),
    ];
    check(
        &departments,
        &[],
        expect![[r#"
        1: . 0 in all
          b: . 0 in all
          e: . 0 in all
          f: . 0 in all
          d: . 0 in all
          a: . 0 in all
          c: . 0 in all
        without: .
    "#]],
    );
}

#[test]
fn children_stand_below_their_parent_whatever_order_they_come_in() {
    let departments =
        [department("3", Some("2"), None), department("2", Some("1"), None), department("1", None, None)];
    check(
        &departments,
        &[],
        expect![[r#"
        1: . 0 in all
          2: . 0 in all
            3: . 0 in all
        without: .
    "#]],
    );
}

#[test]
fn a_person_in_two_departments_appears_in_both_and_is_counted_once() {
    let departments =
        [department("1", None, None), department("2", Some("1"), None), department("3", Some("1"), None)];
    check(
        &departments,
        &[user("u", &["2", "3"]), user("v", &["1"])],
        expect![[r#"
        1: v. 2 in all
          2: u. 1 in all
          3: u. 1 in all
        without: .
    "#]],
    );
}

#[test]
fn a_person_whose_departments_are_not_held_is_not_lost() {
    check(
        &[department("1", None, None)],
        &[user("u", &["9"]), user("v", &[])],
        expect![[r#"
        1: . 0 in all
        without: u v.
    "#]],
    );
}

#[test]
fn a_department_whose_parent_is_not_held_stands_at_the_top() {
    check(
        &[department("2", Some("9"), None), department("3", Some("2"), None)],
        &[user("u", &["3"])],
        expect![[r#"
        2 ParentNotHeld: . 1 in all
          3: u. 1 in all
        without: .
    "#]],
    );
}

#[test]
fn departments_in_a_circle_are_all_listed_once() {
    let departments = [
        department("1", None, None),
        department("a", Some("c"), None),
        department("b", Some("a"), None),
        department("c", Some("b"), None),
        department("d", Some("b"), None),
        department("self", Some("self"), None),
    ];
    check(
        &departments,
        &[user("u", &["c", "d"])],
        expect![[r#"
        1: . 0 in all
        a Circular: . 1 in all
          b: . 1 in all
            c: u. 1 in all
            d: u. 1 in all
        self Circular: . 0 in all
        without: .
    "#]],
    );
}

#[test]
fn ten_thousand_levels_are_no_more_than_a_long_list() {
    let departments: Vec<_> = (0..10_000_u32)
        .map(|n| department(&n.to_string(), n.checked_sub(1).map(|up| up.to_string()).as_deref(), None))
        .collect();
    let organisation = Organisation::new(&departments, &[user("u", &["9999"])]);
    assert_eq!(organisation.departments.last().map(|department| department.depth), Some(9_999));
    assert_eq!(organisation.departments.first().map(|department| department.n_people_in_all), Some(1));
}
