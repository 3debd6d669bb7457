//! Events about whoever names departments that are not there.

use super::{changed, check, feihua};
use crate::testing::{Question, World, accepted};
use expect_test::expect;
use rollcall_kit::testing::Reply;
use serde_json::{Value, json};

/// The company in which this question has another answer.
fn answering(path: &'static str, id: &'static str, result: &Value) -> World {
    let body = accepted(result).to_string();
    feihua()
        .department(4, 1, "New")
        .user("d", &[4])
        .fault(move |question: &Question, _| question.is(path, id).then(|| Reply::json(body.clone())))
}

#[test]
fn a_department_that_is_gone_is_left_out_of_whoever_names_it() {
    let person = json!({"userid": "d", "name": "D", "dept_id_list": [2, 888]});
    let host = changed(feihua(), answering("user/get", "d", &person));
    check(
        &host,
        &[("user_add_org", json!({"users": ["d"]}))],
        &expect![[r#"
        put User d
        complete: 1 read, 0 unchanged, 0 skipped
    "#]],
    );
    assert!(crate::testing::directory(&host).contains("User d D in 2:?\n"));
}

#[test]
fn a_department_that_is_said_to_be_below_itself_is_where_its_chain_says() {
    let itself = json!({"dept_id": 4, "parent_id": 4, "name": "New"});
    let host = changed(feihua(), answering("department/get", "4", &itself));
    check(
        &host,
        &[("org_dept_create", json!({"departments": [4]}))],
        &expect![[r#"
        put Department 4
        complete: 1 read, 0 unchanged, 0 skipped
    "#]],
    );
    assert!(crate::testing::directory(&host).contains("Department 4 New < 1\n"));
}

#[test]
fn a_department_below_one_that_is_gone_is_where_its_chain_says() {
    let dangling = json!({"dept_id": 4, "parent_id": 777, "name": "New"});
    let host = changed(feihua(), answering("department/get", "4", &dangling));
    check(
        &host,
        &[("org_dept_create", json!({"departments": [4]})), ("user_add_org", json!({"users": ["d"]}))],
        &expect![[r#"
            put Department 4
            put User d
            complete: 2 read, 0 unchanged, 0 skipped
        "#]],
    );
    assert!(crate::testing::directory(&host).contains("Department 4 New < 1\n"));
}
