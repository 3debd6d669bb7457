//! Each field of a person in its place, and what becomes of those that cannot be mapped.

use super::{draft, memberships};
use crate::mapping::Account;
use crate::mapping::USER;
use crate::testing::user_of;
use crate::wire::users::User;
use expect_test::{Expect, expect};
use proptest::prelude::{any, prop_assert_eq, proptest};
use rollcall_kit::document::canonical;
use serde_json::{Value, json};

fn user(mut fields: Value) -> User {
    if fields.get("dept_id_list").is_none() {
        fields["dept_id_list"] = json!([]);
    }
    user_of(&fields)
}

/// The document of a person as `user/get` knows them.
#[track_caller]
fn check(fields: Value, details: bool, expected: &Expect) {
    let user = user(fields);
    let (draft, doubts) = draft(&user, memberships(&user, details).as_ref(), Account::Enabled, details);
    let doubts: String = doubts.iter().map(|doubt| format!("\n{}", doubt.code)).collect();
    expected.assert_eq(&(serde_json::to_string_pretty(&draft.document).unwrap() + &doubts));
}

const EVERYTHING: &str = r#"{
    "userid": "zhangsan", "unionid": "z21H", "name": "张三", "avatar": "https://static.example/a.png",
    "state_code": "86", "mobile": "18513027676", "hide_mobile": true, "telephone": "010-86123456-2345",
    "job_number": "4", "title": "技术总监", "email": "z@example.com", "org_email": "z@corp.example",
    "work_place": "未来park", "remark": "备注", "extension": "{\"爱好\":\"旅游\",\"年龄\":\"24\"}",
    "dept_id_list": [4, 2], "hired_date": 1597573616828, "active": false, "admin": true, "boss": false,
    "exclusive_account": true, "exclusive_account_type": "sso", "login_id": "zs", "nickname": "三",
    "exclusive_account_corp_id": "ding9", "exclusive_account_corp_name": "外部",
    "dept_order_list": [{"dept_id": 2, "order": 176220178909140513}, {"dept_id": 4, "order": 1}],
    "leader_in_dept": [{"dept_id": 2, "leader": true}, {"dept_id": 4, "leader": false}],
    "dept_position_list": [{"dept_id": 2, "title": "负责人", "work_place": "A1", "is_main": true},
        {"dept_id": 4, "title": "", "is_main": false}],
    "manager_userid": "lisi", "real_authed": true, "senior": false, "org_email_type": "base",
    "role_list": [{"id": 9, "name": "子管理员", "group_name": "默认"}, {"id": 3, "name": "主管理员", "group_name": "默认"}],
    "union_emp_ext": {"userid": "u", "corp_id": "ding8", "union_emp_map_list": [{"userid": "v", "corp_id": "ding7"}]},
    "extension_i18n": {"zh": {"a": 1}}, "create_time": "2024-07-15T07:05:43.000Z"
}"#;

fn everything() -> Value {
    serde_json::from_str(EVERYTHING).unwrap()
}

#[test]
fn every_field_has_its_place() {
    check(
        everything(),
        true,
        &expect![[r#"
        {
          "active": true,
          "displayName": "张三",
          "emails": [
            {
              "type": "work",
              "value": "z@corp.example"
            },
            {
              "type": "other",
              "value": "z@example.com"
            }
          ],
          "externalId": "zhangsan",
          "name": {
            "formatted": "张三"
          },
          "phoneNumbers": [
            {
              "type": "mobile",
              "value": "+8618513027676"
            },
            {
              "type": "work",
              "value": "010-86123456-2345"
            }
          ],
          "photos": [
            {
              "type": "photo",
              "value": "https://static.example/a.png"
            }
          ],
          "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "urn:rollcall:scim:schemas:extension:2.0:User",
            "urn:rollcall:dingtalk:2.0:User"
          ],
          "title": "技术总监",
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "4",
            "manager": {
              "value": "lisi"
            }
          },
          "urn:rollcall:dingtalk:2.0:User": {
            "activated": false,
            "admin": true,
            "boss": false,
            "createTime": "2024-07-15T07:05:43.000Z",
            "exclusiveAccount": true,
            "exclusiveAccountCorpId": "ding9",
            "exclusiveAccountCorpName": "外部",
            "exclusiveAccountType": "sso",
            "extension": [
              {
                "name": "年龄",
                "value": "24"
              },
              {
                "name": "爱好",
                "value": "旅游"
              }
            ],
            "extensionI18n": "{\"zh\":{\"a\":1}}",
            "hideMobile": true,
            "hiredDate": "2020-08-16",
            "loginId": "zs",
            "nickname": "三",
            "orgEmailType": "base",
            "realAuthed": true,
            "remark": "备注",
            "roles": [
              {
                "group": "默认",
                "id": "3",
                "name": "主管理员"
              },
              {
                "group": "默认",
                "id": "9",
                "name": "子管理员"
              }
            ],
            "senior": false,
            "unionEmpExt": {
              "corpId": "ding8",
              "unionEmpMapList": [
                {
                  "corpId": "ding7",
                  "userid": "v"
                }
              ],
              "userid": "u"
            },
            "unionid": "z21H",
            "workPlace": "未来park"
          },
          "urn:rollcall:scim:schemas:extension:2.0:User": {
            "departments": [
              {
                "leader": true,
                "order": "176220178909140513",
                "primary": true,
                "title": "负责人",
                "value": "2",
                "workPlace": "A1"
              },
              {
                "leader": false,
                "order": "1",
                "value": "4"
              }
            ]
          },
          "userName": "zhangsan"
        }"#]],
    );
}

#[test]
fn without_details_what_a_listing_cannot_know_is_left_out() {
    check(
        everything(),
        false,
        &expect![[r#"
        {
          "active": true,
          "displayName": "张三",
          "emails": [
            {
              "type": "work",
              "value": "z@corp.example"
            },
            {
              "type": "other",
              "value": "z@example.com"
            }
          ],
          "externalId": "zhangsan",
          "name": {
            "formatted": "张三"
          },
          "phoneNumbers": [
            {
              "type": "mobile",
              "value": "+8618513027676"
            },
            {
              "type": "work",
              "value": "010-86123456-2345"
            }
          ],
          "photos": [
            {
              "type": "photo",
              "value": "https://static.example/a.png"
            }
          ],
          "schemas": [
            "urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
            "urn:rollcall:scim:schemas:extension:2.0:User",
            "urn:rollcall:dingtalk:2.0:User"
          ],
          "title": "技术总监",
          "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": "4"
          },
          "urn:rollcall:dingtalk:2.0:User": {
            "activated": false,
            "admin": true,
            "boss": false,
            "exclusiveAccount": true,
            "exclusiveAccountCorpId": "ding9",
            "exclusiveAccountCorpName": "外部",
            "exclusiveAccountType": "sso",
            "extension": [
              {
                "name": "年龄",
                "value": "24"
              },
              {
                "name": "爱好",
                "value": "旅游"
              }
            ],
            "hideMobile": true,
            "hiredDate": "2020-08-16",
            "loginId": "zs",
            "nickname": "三",
            "remark": "备注",
            "unionid": "z21H",
            "workPlace": "未来park"
          },
          "urn:rollcall:scim:schemas:extension:2.0:User": {
            "departments": [
              {
                "leader": true,
                "order": "176220178909140513",
                "value": "2"
              },
              {
                "leader": false,
                "order": "1",
                "value": "4"
              }
            ]
          },
          "userName": "zhangsan"
        }"#]],
    );
}

#[test]
fn what_is_absent_is_left_out() {
    check(
        json!({"userid": "u", "name": "U", "title": "", "mobile": null, "dept_id_list": [1]}),
        false,
        &expect![[r#"
            {
              "active": true,
              "displayName": "U",
              "externalId": "u",
              "name": {
                "formatted": "U"
              },
              "schemas": [
                "urn:ietf:params:scim:schemas:core:2.0:User",
                "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User",
                "urn:rollcall:scim:schemas:extension:2.0:User",
                "urn:rollcall:dingtalk:2.0:User"
              ],
              "urn:rollcall:scim:schemas:extension:2.0:User": {
                "departments": [
                  {
                    "value": "1"
                  }
                ]
              },
              "userName": "u"
            }"#]],
    );
}

#[test]
fn translated_fields_are_text_however_they_are_sent() {
    let texts = [r#"{"a":1}"#, r#""{\"a\":1}""#, r#""""#, "null"].map(|json| {
        let fields = format!(r#"{{"userid":"u","dept_id_list":[],"extension_i18n":{json}}}"#);
        let user = user_of(&serde_json::from_str(&fields).unwrap());
        let own = draft(&user, memberships(&user, true).as_ref(), Account::Enabled, true).0.document["urn:rollcall:dingtalk:2.0:User"]
            .clone();
        own["extensionI18n"].as_str().map(str::to_owned)
    });
    assert_eq!(texts, [Some(r#"{"a":1}"#.to_owned()), Some(r#"{"a":1}"#.to_owned()), None, None]);
}

#[test]
fn what_cannot_be_mapped_is_left_out_and_is_not_lacking() {
    let user =
        user(json!({"userid": "u", "state_code": "86", "mobile": "185****7676", "hired_date": i64::MAX}));
    let (draft, doubts) = draft(&user, memberships(&user, false).as_ref(), Account::Enabled, false);
    let codes: Vec<&str> = doubts.iter().map(|doubt| doubt.code.as_str()).collect();
    let lacking = |name: &str| {
        let index = USER.optional.iter().position(|optional| optional.name == name).unwrap();
        draft.lacking.contains(index)
    };
    assert_eq!(codes, ["member-not-understood", "person-without-name", "phone-not-understood"]);
    assert_eq!(["mobile", "hired_date", "title"].map(lacking), [false, false, true]);
}

#[test]
fn a_doubt_never_repeats_the_person_s_data() {
    let user = user(json!({"userid": "u", "mobile": "canary 185"}));
    let (_, doubts) = draft(&user, memberships(&user, false).as_ref(), Account::Enabled, false);
    assert!(!doubts.is_empty() && !format!("{doubts:?}").contains("canary"), "{doubts:?}");
}

proptest! {
    /// The platform compares digests, so the same person must always be the same text.
    #[test]
    fn another_order_of_departments_and_roles_is_no_change(rotation in 0_usize..6, order in any::<i64>()) {
        let mut fields = everything();
        fields["dept_order_list"][0]["order"] = json!(order);
        let whole = |fields: &Value| {
            let user = user(fields.clone());
            canonical(&draft(&user, memberships(&user, true).as_ref(), Account::Enabled, true).0.document)
        };
        let before = whole(&fields);
        for list in ["dept_id_list", "dept_order_list", "leader_in_dept", "dept_position_list", "role_list"] {
            let list = fields[list].as_array_mut().unwrap();
            let by = rotation % list.len();
            list.rotate_left(by);
        }
        prop_assert_eq!(whole(&fields), before);
    }
}
