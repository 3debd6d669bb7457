//! The interfaces about departments, byte for byte.

use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{ApiRequest, EmptyLists, MemberCounts, Mutation, RootParent, Switches};
use serde_json::{Value, json};

use crate::support::{COMMERCIALIZATION, OPERATIONS, RESEARCH, World};

const GET: &str = "/topapi/v2/department/get";
const LIST_SUB: &str = "/topapi/v2/department/listsub";
const LIST_SUB_ID: &str = "/topapi/v2/department/listsubid";

#[track_caller]
fn check(path: &str, body: Value, expected: Expect) {
    expected.assert_eq(&World::feihua().post_text(path, body));
}

/// One field of the root, under these switches; `Null` and absence are told apart.
fn root_field(field: &str, change: impl FnOnce(&mut Switches)) -> Option<Value> {
    let answer = World::feihua().with_switches(change).post(GET, json!({ "dept_id": 1 }));
    answer["result"].get(field).cloned()
}

#[test]
fn the_root_has_the_first_level_below_it_and_not_itself() {
    check(
        LIST_SUB,
        json!({ "dept_id": 1 }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":[{"auto_add_user":true,"create_dept_group":true,"dept_id":611840273,"name":"R&D","parent_id":1},{"auto_add_user":false,"create_dept_group":false,"dept_id":598217364,"name":"Operations","parent_id":1},{"auto_add_user":false,"create_dept_group":false,"dept_id":640073915,"name":"Commercialization","parent_id":1}],"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn the_root_is_meant_when_no_department_is_named() {
    let mut world = World::feihua();
    let named = world.post(LIST_SUB, json!({ "dept_id": 1 }))["result"].clone();
    assert_eq!(world.post(LIST_SUB, json!({}))["result"], named);
}

#[test]
fn a_leaf_has_an_empty_list_below_it() {
    check(
        LIST_SUB,
        json!({ "dept_id": OPERATIONS }),
        expect![[r#"{"errcode":0,"errmsg":"ok","result":[],"request_id":"mj3kjtezcyhd"}"#]],
    );
}

#[test]
fn a_number_may_be_a_string_in_json() {
    let mut world = World::feihua();
    assert_eq!(world.code(GET, json!({ "dept_id": RESEARCH.to_string() })), 0);
}

#[test]
fn a_number_may_stand_in_a_form() {
    let mut world = World::feihua();
    let request = ApiRequest::post(GET).token(&world.token).form(&[("dept_id", "598217364")]);
    assert_eq!(world.ask(&request).json()["result"]["name"], "Operations");
}

#[test]
fn a_department_shows_all_that_is_set() {
    check(
        GET,
        json!({ "dept_id": RESEARCH }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"auto_add_user":true,"auto_approve_apply":false,"brief":"","create_dept_group":true,"dept_group_chat_id":"chat6f0c2a9d4e1b8375","dept_id":611840273,"dept_manager_userid_list":["manager4220"],"dept_permits":[],"emp_apply_join_dept":false,"group_contain_sub_dept":false,"hide_dept":false,"name":"R&D","order":1,"outer_dept":false,"outer_permit_depts":[],"outer_permit_users":[],"parent_id":1,"user_permits":[]},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn a_department_without_managers_has_no_list_of_them() {
    check(
        GET,
        json!({ "dept_id": COMMERCIALIZATION }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"auto_add_user":false,"auto_approve_apply":false,"brief":"","create_dept_group":false,"dept_id":640073915,"dept_permits":[],"emp_apply_join_dept":false,"group_contain_sub_dept":false,"hide_dept":false,"name":"Commercialization","order":3,"outer_dept":false,"outer_permit_depts":[],"outer_permit_users":[],"parent_id":1,"user_permits":[]},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn lists_without_element_are_a_switch() {
    let managers = |empty_lists| {
        let world = World::feihua().with_switches(|switches| switches.empty_lists = empty_lists);
        let answer = { world }.post(GET, json!({ "dept_id": COMMERCIALIZATION }));
        ["dept_manager_userid_list", "user_permits"].map(|field| answer["result"].get(field).cloned())
    };
    let empty = Some(json!([]));
    assert_eq!(managers(EmptyLists::ManagersMissing), [None, empty.clone()]);
    assert_eq!(managers(EmptyLists::Empty), [empty.clone(), empty]);
    assert_eq!(managers(EmptyLists::Missing), [None, None]);
}

#[test]
fn the_parent_of_the_root_is_a_switch() {
    let parent = |root_parent| root_field("parent_id", |switches| switches.root_parent = root_parent);
    assert_eq!(parent(RootParent::Missing), None);
    assert_eq!(parent(RootParent::Zero), Some(json!(0)));
    assert_eq!(parent(RootParent::Null), Some(Value::Null));
}

#[test]
fn counts_of_members_are_a_switch() {
    let count = |field| root_field(field, |switches| switches.member_counts = MemberCounts::Present);
    assert_eq!(root_field("member_count", |_| {}), None);
    assert_eq!(count("member_count"), Some(json!(4)));
    assert_eq!(count("owning_member_count"), Some(json!(0)));
}

#[test]
fn the_order_of_a_department_is_its_number_unless_set() {
    let mut world = World::feihua();
    let added = json!({ "add_department": { "dept_id": 704_737_013, "name": "Legal" } });
    let mutation: Mutation = serde_json::from_value(added).unwrap();
    world.simulator.mutate(&mutation).unwrap();
    assert_eq!(world.post(GET, json!({ "dept_id": 704_737_013 }))["result"]["order"], 704_737_013);
}

#[test]
fn the_numbers_of_the_children_are_one_level() {
    check(
        LIST_SUB_ID,
        json!({ "dept_id": 1 }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"dept_id_list":[611840273,598217364,640073915]},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn the_chain_begins_with_the_department_and_ends_with_the_root() {
    let path = "/topapi/v2/department/listparentbydept";
    check(
        path,
        json!({ "dept_id": RESEARCH }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"parent_id_list":[611840273,1]},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn a_person_has_a_chain_for_each_department() {
    let path = "/topapi/v2/department/listparentbyuser";
    check(
        path,
        json!({ "userid": "manager4220" }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"parent_list":[{"parent_dept_id_list":[611840273,1]},{"parent_dept_id_list":[640073915,1]}]},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn an_unknown_department_does_not_exist() {
    check(
        GET,
        json!({ "dept_id": 999_999_999 }),
        expect![[r#"{"errcode":60003,"errmsg":"部门不存在","request_id":"mj3kjtezcyhd"}"#]],
    );
}

#[test]
fn a_negative_department_does_not_exist() {
    let mut world = World::feihua();
    assert_eq!(world.code(LIST_SUB, json!({ "dept_id": -7 })), 60003);
}

#[test]
fn a_missing_number_is_a_bad_parameter() {
    let mut world = World::feihua();
    assert_eq!([GET, LIST_SUB_ID].map(|path| world.code(path, json!({}))), [400_002; 2]);
}

#[test]
fn a_word_for_a_number_is_a_bad_parameter() {
    let mut world = World::feihua();
    assert_eq!(world.code(LIST_SUB, json!({ "dept_id": "one" })), 400_002);
}

#[test]
fn an_unknown_person_has_no_chain() {
    check(
        "/topapi/v2/department/listparentbyuser",
        json!({ "userid": "nobody" }),
        expect![[r#"{"errcode":33012,"errmsg":"无效的USERID","request_id":"mj3kjtezcyhd"}"#]],
    );
}

#[test]
fn an_unknown_path_is_named_as_an_interface() {
    check(
        "/topapi/v2/user/notexist",
        json!({}),
        expect![[
            r#"{"errcode":22,"errmsg":"ding talk error[subcode=,submsg=不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist]","request_id":"mj3kjtezcyhd","sub_msg":"不合法ApiName，ApiName = dingtalk.oapi.v2.user.notexist"}"#
        ]],
    );
}

#[test]
fn a_path_of_one_api_is_unknown_on_the_host_of_the_other() {
    let mut world = World::feihua();
    let mut status = |url: &str| world.ask(&ApiRequest::post(url).json(&json!({}))).text().into_owned();
    expect![[r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#]]
        .assert_eq(&status("https://oapi.dingtalk.com/v1.0/oauth2/accessToken"));
    expect![[r#"{"errcode":404,"errmsg":"请求的URI地址不存在"}"#]]
        .assert_eq(&status("https://api.dingtalk.com/topapi/v2/department/get"));
}
