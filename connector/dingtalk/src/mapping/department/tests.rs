//! Each field of a department in its place.

use super::{DepartmentOrigin, draft};
use crate::mapping::DEPARTMENT;
use crate::testing::department_of;
use crate::wire::DepartmentId;
use expect_test::{Expect, expect};
use serde_json::{Value, json};

#[track_caller]
fn check(fields: &Value, details: bool, expected: &Expect) {
    let (department, known) = department_of(fields);
    let (draft, doubts) =
        draft(&department, DepartmentOrigin::Listed, department.parent(), details.then_some(&known));
    assert_eq!(doubts, []);
    expected.assert_eq(&serde_json::to_string_pretty(&draft.document).unwrap());
}

/// A real answer of 2023 with shortened ids, and the members that newer ones have.
fn everything() -> Value {
    json!({
        "auto_add_user": true, "auto_approve_apply": false, "brief": "", "create_dept_group": true,
        "dept_group_chat_id": "chatcd94", "dept_id": 560_935_057, "dept_manager_userid_list": ["16403377132689900"],
        "dept_permits": [3, 2], "group_contain_sub_dept": false, "hide_dept": true, "name": "golang",
        "order": 176_220_178_909_140_513_i64, "org_dept_owner": "16403377132689900", "outer_dept": true,
        "outer_permit_depts": [554_656_655], "outer_permit_users": [], "parent_id": 1,
        "user_permits": ["manager164", "184919295227658120"], "source_identifier": "hr-7", "tags": "grade",
        "extention": "{\"faceCount\":\"47\"}", "telephone": "010", "code": "RD", "member_count": 7,
        "hide_scene_config": {"active": true, "search": false}, "emp_apply_join_dept": true, "from_union_org": false,
        "union_dept_ext": {"corp_id": "ding8", "dept_id": 9}
    })
}

#[test]
fn every_field_has_its_place() {
    check(
        &everything(),
        true,
        &expect![[r#"
        {
          "displayName": "golang",
          "externalId": "560935057",
          "managers": [
            {
              "value": "16403377132689900"
            }
          ],
          "order": "176220178909140513",
          "parent": {
            "value": "1"
          },
          "schemas": [
            "urn:rollcall:scim:schemas:2.0:Department",
            "urn:rollcall:dingtalk:2.0:Department"
          ],
          "urn:rollcall:dingtalk:2.0:Department": {
            "autoAddUser": true,
            "autoApproveApply": false,
            "code": "RD",
            "createDeptGroup": true,
            "deptGroupChatId": "chatcd94",
            "deptPermits": [
              "2",
              "3"
            ],
            "empApplyJoinDept": true,
            "extention": "{\"faceCount\":\"47\"}",
            "fromUnionOrg": false,
            "groupContainSubDept": false,
            "hideDept": true,
            "hideSceneConfig": {
              "active": true,
              "search": false
            },
            "orgDeptOwner": "16403377132689900",
            "outerDept": true,
            "outerPermitDepts": [
              "554656655"
            ],
            "outerPermitUsers": [],
            "sourceIdentifier": "hr-7",
            "tags": "grade",
            "telephone": "010",
            "unionDeptExt": {
              "corpId": "ding8",
              "deptId": "9"
            },
            "userPermits": [
              "184919295227658120",
              "manager164"
            ]
          }
        }"#]],
    );
}

#[test]
fn without_details_what_a_listing_cannot_know_is_left_out() {
    check(
        &everything(),
        false,
        &expect![[r#"
        {
          "displayName": "golang",
          "externalId": "560935057",
          "parent": {
            "value": "1"
          },
          "schemas": [
            "urn:rollcall:scim:schemas:2.0:Department",
            "urn:rollcall:dingtalk:2.0:Department"
          ],
          "urn:rollcall:dingtalk:2.0:Department": {
            "autoAddUser": true,
            "createDeptGroup": true,
            "fromUnionOrg": false,
            "sourceIdentifier": "hr-7",
            "tags": "grade"
          }
        }"#]],
    );
}

#[test]
fn the_root_has_no_parent_however_that_is_said() {
    let parents = [json!({}), json!({"parent_id": null}), json!({"parent_id": 0})].map(|mut fields| {
        fields["dept_id"] = json!(1);
        fields["name"] = json!("Feihua");
        let (root, _) = department_of(&fields);
        draft(&root, DepartmentOrigin::Alone, root.parent(), None).0.document["parent"].clone()
    });
    assert_eq!(parents, [Value::Null, Value::Null, Value::Null]);
}

#[test]
fn another_name_is_another_document() {
    let named = |name: &str| {
        let (department, _) = department_of(&json!({"dept_id": 2, "name": name}));
        draft(&department, DepartmentOrigin::Listed, Some(DepartmentId::ROOT), None).0.document
    };
    assert_ne!(named("a"), named("b"));
}

#[test]
fn what_an_answer_cannot_show_is_not_lacking() {
    let (department, details) = department_of(&json!({"dept_id": 2, "name": "R&D"}));
    let lacking = |found, details| {
        let (draft, _) = draft(&department, found, None, details);
        let names = DEPARTMENT.optional.iter().enumerate();
        let lacking =
            names.filter(|(index, _)| draft.lacking.contains(*index)).map(|(_, optional)| optional.name);
        lacking.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(lacking(DepartmentOrigin::Listed, None), "source_identifier tags ext");
    assert_eq!(lacking(DepartmentOrigin::Alone, None), "source_identifier tags");
    assert_eq!(
        lacking(DepartmentOrigin::Alone, Some(&details)),
        "source_identifier tags dept_group_chat_id org_dept_owner brief extention telephone code"
    );
}
