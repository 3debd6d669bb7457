//! Events about departments whose parents lead back to them.

use super::{changed, check, feihua, handled, stream};
use crate::testing::{World, directory};
use expect_test::expect;
use serde_json::json;

/// The company in which `R&D` and `Kernel` name each other as parents.
fn ring_of_two() -> World {
    feihua().department(2, 3, "Research").department(3, 2, "Kernel")
}

/// Four departments in a row, of which the first is then said to be below the last.
fn row() -> World {
    World::new()
        .department(2, 1, "A")
        .department(3, 2, "B")
        .department(4, 3, "C")
        .department(5, 4, "D")
        .user("e", &[5])
}

#[test]
fn departments_that_name_each_other_as_parents_stay_where_they_are_held() {
    let host = changed(feihua(), ring_of_two());
    check(
        &host,
        &[("org_dept_modify", json!({"departments": [2, 3]}))],
        &expect![[r#"
            put Department 2
            put Department 3
            warning departments-in-a-ring Department 3
            warning departments-in-a-ring Department 2
            complete: 2 read, 0 unchanged, 0 skipped
        "#]],
    );
    // What else is said of them is believed.
    expect![[r#"
        Department 1 Feihua
        Department 2 Research < 1
        Department 3 Kernel < 2
        User a A in 1:10 2:20
        User b B in 3:30
    "#]]
    .assert_eq(&directory(&host));
}

#[test]
fn events_one_after_another_close_no_ring_either() {
    let host = changed(feihua(), ring_of_two());
    for id in [3, 2, 3] {
        handled(&host, &stream(), &[("org_dept_modify", json!({"departments": [id]}))]);
    }
    expect![[r#"
        Department 1 Feihua
        Department 2 Research < 1
        Department 3 Kernel < 2
        User a A in 1:10 2:20
        User b B in 3:30
    "#]]
    .assert_eq(&directory(&host));
}

#[test]
fn a_ring_of_four_is_named_by_all_who_are_in_it_and_what_hangs_in_it_is_put() {
    let host = changed(row(), row().department(2, 5, "A").department(6, 4, "New"));
    check(
        &host,
        &[("org_dept_modify", json!({"departments": [2]})), ("org_dept_create", json!({"departments": [6]}))],
        &expect![[r#"
            put Department 2
            put Department 6
            warning departments-in-a-ring Department 2
            complete: 2 read, 0 unchanged, 0 skipped
        "#]],
    );
    expect![[r#"
        Department 1 Feihua
        Department 2 A < 1
        Department 3 B < 2
        Department 4 C < 3
        Department 5 D < 4
        Department 6 New < 4
        User e E in 5:50
    "#]]
    .assert_eq(&directory(&host));
}

#[test]
fn a_new_department_in_a_ring_is_not_brought_in_and_the_event_is_done() {
    let host = changed(feihua(), feihua().department(8, 9, "X").department(9, 8, "Y"));
    check(
        &host,
        &[("org_dept_create", json!({"departments": [8, 9]}))],
        &expect![[r#"
            warning departments-in-a-ring Department 8
            warning departments-in-a-ring Department 9
            complete: 2 read, 0 unchanged, 2 skipped
        "#]],
    );
}

#[test]
fn a_ring_that_was_opened_again_is_followed() {
    let host = changed(feihua(), ring_of_two());
    handled(&host, &stream(), &[("org_dept_modify", json!({"departments": [2, 3]}))]);
    host.set_world(feihua().department(2, 3, "R&D").department(3, 1, "Kernel").into_answers());
    handled(&host, &stream(), &[("org_dept_modify", json!({"departments": [2, 3]}))]);
    expect![[r#"
        Department 1 Feihua
        Department 2 R&D < 3
        Department 3 Kernel < 1
        User a A in 1:10 2:20
        User b B in 3:30
    "#]]
    .assert_eq(&directory(&host));
}
