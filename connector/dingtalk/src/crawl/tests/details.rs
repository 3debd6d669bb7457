//! What only asking about each department and each person tells.

use super::feihua;
use crate::testing::{World, directory, ending, log, page, run, run_with_details};
use expect_test::expect;
use serde_json::json;

#[test]
fn details_are_asked_for_when_they_are_wanted() {
    let world = World::new()
        .department_with(2, 1, "R&D", &json!({"order": 176_220_178_909_140_512_i64, "dept_manager_userid_list": ["a"], "brief": "x"}))
        .user_with("a", &[1, 2], &json!({"manager_userid": "b", "role_list": [{"id": 3_935_025_514_i64, "name": "主管理员", "group_name": "默认"}],
            "dept_position_list": [{"dept_id": 2, "title": "Lead", "is_main": true}]}))
        .user("b", &[1]);
    let host = world.into_host();
    assert_eq!(ending(&run_with_details(&host)), "complete");
    let documents: Vec<_> = host.objects().values().map(|stored| stored.document.clone()).collect();
    expect![[r#"
        [
          {
            "displayName": "Feihua",
            "externalId": "1",
            "managers": [],
            "schemas": [
              "urn:rollcall:scim:schemas:2.0:Department",
              "urn:rollcall:dingtalk:2.0:Department"
            ],
            "urn:rollcall:dingtalk:2.0:Department": {
              "deptPermits": [],
              "outerPermitDepts": [],
              "outerPermitUsers": [],
              "userPermits": []
            }
          },
          {
            "displayName": "R&D",
            "externalId": "2",
            "managers": [
              {
                "value": "a"
              }
            ],
            "order": "176220178909140512",
            "parent": {
              "value": "1"
            },
            "schemas": [
              "urn:rollcall:scim:schemas:2.0:Department",
              "urn:rollcall:dingtalk:2.0:Department"
            ],
            "urn:rollcall:dingtalk:2.0:Department": {
              "brief": "x",
              "deptPermits": [],
              "outerPermitDepts": [],
              "outerPermitUsers": [],
              "userPermits": []
            }
          },
          {
            "active": true,
            "displayName": "A",
            "externalId": "a",
            "name": {
              "formatted": "A"
            },
            "schemas": [
              "urn:ietf:params:scim:schemas:core:2.0:User",
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
              "urn:rollcall:scim:schemas:extension:2.0:User",
              "urn:rollcall:dingtalk:2.0:User"
            ],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
              "manager": {
                "value": "b"
              }
            },
            "urn:rollcall:dingtalk:2.0:User": {
              "activated": true,
              "roles": [
                {
                  "group": "默认",
                  "id": "3935025514",
                  "name": "主管理员"
                }
              ]
            },
            "urn:rollcall:scim:schemas:extension:2.0:User": {
              "departments": [
                {
                  "leader": false,
                  "order": "10",
                  "value": "1"
                },
                {
                  "leader": false,
                  "order": "20",
                  "primary": true,
                  "title": "Lead",
                  "value": "2"
                }
              ]
            },
            "userName": "a"
          },
          {
            "active": true,
            "displayName": "B",
            "externalId": "b",
            "name": {
              "formatted": "B"
            },
            "schemas": [
              "urn:ietf:params:scim:schemas:core:2.0:User",
              "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
              "urn:rollcall:scim:schemas:extension:2.0:User",
              "urn:rollcall:dingtalk:2.0:User"
            ],
            "urn:rollcall:dingtalk:2.0:User": {
              "activated": true,
              "roles": []
            },
            "urn:rollcall:scim:schemas:extension:2.0:User": {
              "departments": [
                {
                  "leader": false,
                  "order": "10",
                  "value": "1"
                }
              ]
            },
            "userName": "b"
          }
        ]"#]]
    .assert_eq(&serde_json::to_string_pretty(&documents).unwrap());
}

#[test]
fn details_that_cannot_be_had_make_the_run_partial_and_the_rest_is_put() {
    let host =
        feihua().fault(|question, _| question.is("department/get", "2").then(|| page(502, ""))).into_host();
    let ran = run_with_details(&host);
    expect![[r#"
        partial
        Department 1 Feihua
        Department 2 R&D < 1
        Department 3 Operations < 1
        Department 4 Kernel < 2
        User a A in 1:10
        User b B in 2:20 3:30
        User c C in 4:40
        error source-not-answering Department 2
    "#]]
    .assert_eq(&format!("{}\n{}{}", ending(&ran), directory(&host), log(&host)));
}

#[test]
fn with_details_or_without_the_same_people_are_there() {
    let (plain, detailed) = (feihua().into_host(), feihua().into_host());
    run(&plain).unwrap();
    run_with_details(&detailed).unwrap();
    assert_eq!(directory(&plain), directory(&detailed));
}
