//! The interfaces about people, byte for byte.

use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{
    AccessLimited, Company, EnglishNames, ExclusiveAccount, FEIHUA_APP_KEY, FieldPermissions, Mutation,
    UnknownUser, User,
};
use serde_json::{Value, json};

use crate::support::{OPERATIONS, RESEARCH, World};

const LIST: &str = "/topapi/v2/user/list";
const GET: &str = "/topapi/v2/user/get";
const NAMES: &str = "/topapi/user/listsimple";
const BY_MOBILE: &str = "/topapi/v2/user/getbymobile";

#[track_caller]
fn check(path: &str, body: Value, expected: Expect) {
    expected.assert_eq(&World::feihua().post_text(path, body));
}

fn page(dept_id: i64) -> Value {
    json!({ "dept_id": dept_id, "cursor": 0, "size": 100 })
}

#[test]
fn a_list_shows_each_person_with_all_their_departments() {
    check(
        LIST,
        page(RESEARCH),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[{"active":true,"admin":true,"boss":true,"dept_id_list":[611840273,640073915],"email":"xiaoming@feihua.example","exclusive_account":false,"hide_mobile":false,"job_number":"FH0002","mobile":"13800000002","name":"Xiaoming","org_email":"xiaoming@corp.feihua.example","state_code":"86","telephone":"0571-88880000-8002","title":"Head of R&D","unionid":"manager4220iE","userid":"manager4220","dept_order":176220178909140600,"leader":true},{"active":true,"admin":false,"boss":false,"dept_id_list":[611840273],"email":"xiaohong@feihua.example","exclusive_account":false,"hide_mobile":false,"hired_date":1597573616828,"job_number":"FH0001","mobile":"13800000001","name":"Xiaohong","state_code":"86","title":"Software Engineer","unionid":"18293148161178525iE","userid":"18293148161178525","work_place":"Hangzhou","dept_order":176220178909140512,"leader":false}]},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn empty_strings_stand_beside_absent_fields() {
    check(
        GET,
        json!({ "userid": "16403377132689900" }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"active":false,"admin":false,"boss":false,"dept_id_list":[640073915],"email":"","exclusive_account":false,"hide_mobile":false,"job_number":"FH0004","mobile":"13800000004","name":"Xiaogang","remark":"","state_code":"86","telephone":"","unionid":"16403377132689900iE","userid":"16403377132689900","dept_order_list":[{"dept_id":640073915,"order":176220178909140003}],"leader_in_dept":[{"dept_id":640073915,"leader":false}],"real_authed":false,"senior":false},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn one_person_shows_what_a_list_does_not() {
    check(
        GET,
        json!({ "userid": "manager4220" }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"active":true,"admin":true,"boss":true,"dept_id_list":[611840273,640073915],"email":"xiaoming@feihua.example","exclusive_account":false,"hide_mobile":false,"job_number":"FH0002","mobile":"13800000002","name":"Xiaoming","org_email":"xiaoming@corp.feihua.example","state_code":"86","telephone":"0571-88880000-8002","title":"Head of R&D","unionid":"manager4220iE","userid":"manager4220","dept_order_list":[{"dept_id":611840273,"order":176220178909140600},{"dept_id":640073915,"order":176220178909139001}],"dept_position_list":[{"dept_id":611840273,"is_main":true}],"leader_in_dept":[{"dept_id":611840273,"leader":true},{"dept_id":640073915,"leader":false}],"real_authed":true,"role_list":[{"id":3935025514,"name":"主管理员","group_name":"默认"}],"senior":false},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn without_the_mobile_permission_number_and_country_vanish() {
    let field_permissions = FieldPermissions { mobile: false, personal: true };
    let granted = Mutation::SetFieldPermissions { app_key: FEIHUA_APP_KEY.into(), field_permissions };
    expect![[r#"{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[{"active":true,"admin":false,"boss":false,"dept_id_list":[598217364],"email":"xiaoli@feihua.example","exclusive_account":false,"extension":"{\"爱好\":\"旅游\"}","hide_mobile":false,"job_number":"FH0003","name":"Xiaoli","remark":"备注","title":"Operations Manager","unionid":"xiaoliiE","userid":"xiaoli","dept_order":176220178909141777,"leader":true}]},"request_id":"mj3kjtezcyhd"}"#]].assert_eq(&World::feihua().with(&granted).post_text(LIST, page(OPERATIONS)));
}

#[test]
fn without_the_personal_permission_the_address_and_four_more_vanish() {
    let field_permissions = FieldPermissions { mobile: true, personal: false };
    let granted = Mutation::SetFieldPermissions { app_key: FEIHUA_APP_KEY.into(), field_permissions };
    expect![[r#"{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[{"active":true,"admin":false,"boss":false,"dept_id_list":[598217364],"exclusive_account":false,"hide_mobile":false,"job_number":"FH0003","mobile":"13800000003","name":"Xiaoli","state_code":"86","title":"Operations Manager","unionid":"xiaoliiE","userid":"xiaoli","dept_order":176220178909141777,"leader":true}]},"request_id":"mj3kjtezcyhd"}"#]].assert_eq(&World::feihua().with(&granted).post_text(LIST, page(OPERATIONS)));
}

#[test]
fn a_company_account_says_so_and_has_no_mobile() {
    let account = ExclusiveAccount {
        exclusive_account_type: "sso".to_owned(),
        login_id: Some("lab".to_owned()),
        nickname: None,
        exclusive_account_corp_id: None,
        exclusive_account_corp_name: None,
    };
    let user = User { exclusive_account: Some(account), ..User::new("lab", "Lab") };
    let world = World::feihua().with(&Mutation::AddUser(Box::new(user)));
    expect![[r#"{"errcode":0,"errmsg":"ok","result":{"active":true,"admin":false,"boss":false,"dept_id_list":[1],"exclusive_account":true,"exclusive_account_type":"sso","login_id":"lab","hide_mobile":false,"name":"Lab","unionid":"labiE","userid":"lab","dept_order_list":[{"dept_id":1,"order":176220178909140512}],"leader_in_dept":[{"dept_id":1,"leader":false}],"real_authed":false,"senior":false},"request_id":"mj3kjtezcyhd"}"#]].assert_eq(&{ world }.post_text(GET, json!({ "userid": "lab" })));
}

#[test]
fn an_unknown_person_is_not_found() {
    check(
        GET,
        json!({ "userid": "nobody" }),
        expect![[r#"{"errcode":60121,"errmsg":"找不到该用户","request_id":"mj3kjtezcyhd"}"#]],
    );
}

#[test]
fn an_unknown_person_may_be_an_invalid_userid() {
    let mut world = World::feihua().with_switches(|switches| switches.unknown_user = UnknownUser::Code33012);
    expect![[r#"{"errcode":33012,"errmsg":"无效的USERID","request_id":"mj3kjtezcyhd"}"#]]
        .assert_eq(&world.post_text(GET, json!({ "userid": "nobody" })));
}

#[test]
fn a_userid_of_65_characters_is_invalid() {
    let mut world = World::feihua();
    assert_eq!(world.code(GET, json!({ "userid": "x".repeat(65) })), 33012);
    assert_eq!(world.code(GET, json!({ "userid": "x".repeat(64) })), 60121);
}

#[test]
fn a_userid_of_digits_may_be_a_number() {
    let company = Company::builder("ding1", "One").app(feihua_app()).user(User::new("159", "Number"));
    let mut world = World::of(company.build().unwrap());
    assert_eq!(world.post(GET, json!({ "userid": 159 }))["result"]["name"], "Number");
}

#[test]
fn english_answers_may_lack_names() {
    let body = json!({ "userid": "xiaoli", "language": "en_US" });
    let mut world = World::feihua().with_switches(|switches| switches.english_names = EnglishNames::Missing);
    assert_eq!(world.post(GET, body)["result"].get("name"), None);
    assert_eq!(world.post(GET, json!({ "userid": "xiaoli" }))["result"]["name"], "Xiaoli");
}

#[test]
fn access_restricted_people_are_listed_on_demand() {
    let restricted = Mutation::modify_user("xiaoli", &json!({ "access_limited": true }));
    let mut world = World::feihua().with(&restricted);
    let mut count = |asked: Value| {
        let body = json!({ "dept_id": OPERATIONS, "cursor": 0, "size": 100, "contain_access_limit": asked });
        world.post(LIST, body)["result"]["list"].as_array().unwrap().len()
    };
    assert_eq!([json!(true), json!(false), Value::Null].map(&mut count), [1, 0, 0]);
}

#[test]
fn access_restricted_people_may_be_listed_always() {
    let restricted = Mutation::modify_user("xiaoli", &json!({ "access_limited": true }));
    let mut world = World::feihua()
        .with(&restricted)
        .with_switches(|switches| switches.access_limited = AccessLimited::Listed);
    assert_eq!(world.post(LIST, page(OPERATIONS))["result"]["list"][0]["userid"], "xiaoli");
}

#[test]
fn a_list_is_ordered_by_dept_order_from_big_to_small() {
    let company = Company::builder("ding1", "One").app(feihua_app());
    let company = [("a", 5), ("b", 176_220_178_909_140_513), ("c", 176_220_178_909_140_512)]
        .into_iter()
        .fold(company, |company, (userid, order)| {
            let mut user = User::new(userid, userid);
            user.memberships[0].order = order;
            company.user(user)
        });
    let answer = World::of(company.build().unwrap()).post(NAMES, page(1));
    let userids: Vec<&str> = answer["result"]["list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["userid"].as_str().unwrap())
        .collect();
    assert_eq!(userids, ["b", "c", "a"]);
}

#[test]
fn a_list_may_be_ordered_by_entry() {
    let company = Company::builder("ding1", "One").app(feihua_app());
    let company = ["z", "a", "m"].into_iter().fold(company, |company, id| company.user(User::new(id, id)));
    let mut world = World::of(company.build().unwrap());
    let mut order = |field: &str| {
        let body = json!({ "dept_id": 1, "cursor": 0, "size": 9, "order_field": field });
        let answer = world.post(NAMES, body);
        let list = answer["result"]["list"].as_array().unwrap().clone();
        list.iter().map(|user| user["userid"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!(["entry_asc", "entry_desc", "custom"].map(&mut order), ["zam", "maz", "amz"]);
}

#[test]
fn the_userids_of_a_department_come_without_pages() {
    check(
        "/topapi/user/listid",
        json!({ "dept_id": RESEARCH }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"userid_list":["manager4220","18293148161178525"]},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn a_simple_list_has_names_only() {
    check(
        NAMES,
        page(OPERATIONS),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[{"name":"Xiaoli","userid":"xiaoli"}]},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn a_person_is_found_by_mobile() {
    check(
        BY_MOBILE,
        json!({ "mobile": "13800000003" }),
        expect![[r#"{"errcode":0,"errmsg":"ok","result":{"userid":"xiaoli"},"request_id":"mj3kjtezcyhd"}"#]],
    );
}

#[test]
fn a_person_is_found_by_mobile_with_country() {
    let mut world = World::feihua();
    assert_eq!(world.post(BY_MOBILE, json!({ "mobile": "+86-13800000003" }))["result"]["userid"], "xiaoli");
    assert_eq!(world.code(BY_MOBILE, json!({ "mobile": "+1-13800000003" })), 60121);
}

#[test]
fn a_word_for_a_mobile_is_bad() {
    let mut world = World::feihua();
    assert_eq!(world.code(BY_MOBILE, json!({ "mobile": "call me" })), 40104);
}

#[test]
fn a_person_is_found_by_unionid() {
    check(
        "/topapi/user/getbyunionid",
        json!({ "unionid": "xiaoliiE" }),
        expect![[
            r#"{"errcode":0,"errmsg":"ok","result":{"contact_type":0,"userid":"xiaoli"},"request_id":"mj3kjtezcyhd"}"#
        ]],
    );
}

#[test]
fn everybody_is_counted_or_only_the_active() {
    let mut world = World::feihua();
    let mut count = |only_active: bool| {
        let answer = world.post("/topapi/user/count", json!({ "only_active": only_active }));
        answer["result"]["count"].as_i64().unwrap()
    };
    assert_eq!([false, true].map(&mut count), [4, 3]);
}

#[test]
fn whom_to_count_must_be_said() {
    let mut world = World::feihua();
    assert_eq!(world.code("/topapi/user/count", json!({})), 400_002);
}

fn feihua_app() -> rollcall_dingtalk_simulator::App {
    Company::feihua().apps()[0].clone()
}
