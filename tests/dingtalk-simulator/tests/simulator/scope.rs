//! What an application sees when it may see a part of the company only.

use expect_test::expect;
use rollcall_dingtalk_simulator::{
    ApiRequest, App, AppKey, Company, Department, DepartmentId, FEIHUA_APP_KEY, Mutation, Scope, User,
};
use serde_json::{Value, json};

use crate::support::{COMMERCIALIZATION, OPERATIONS, RESEARCH, World};

const LIST: &str = "/topapi/v2/user/list";

fn scoped(scope: Scope) -> World {
    World::feihua().with(&Mutation::SetScope { app_key: AppKey::from(FEIHUA_APP_KEY), scope })
}

fn page(dept_id: i64) -> Value {
    json!({ "dept_id": dept_id, "cursor": 0, "size": 100 })
}

fn scopes(world: &mut World) -> String {
    let request = ApiRequest::get("/auth/scopes").token(&world.token);
    world.ask(&request).text().into_owned()
}

#[test]
fn the_whole_company_is_department_1() {
    expect![[r#"{"auth_org_scopes":{"authed_dept":[1],"authed_user":[]},"auth_user_field":["jobnumber","isLeader","name","position","isAdmin","avatar","department","userid","deviceId","isHide","mobile","stateCode","email","orgEmail","workPlace","remark","extattr"],"condition_field":[],"errcode":0,"errmsg":"ok"}"#]].assert_eq(&scopes(&mut World::feihua()));
}

#[test]
fn a_part_is_named_by_departments_and_people() {
    let scope = Scope { authed_dept: vec![DepartmentId::new(RESEARCH)], authed_user: vec!["xiaoli".into()] };
    let answer: Value = serde_json::from_str(&scopes(&mut scoped(scope))).unwrap();
    assert_eq!(answer["auth_org_scopes"], json!({ "authed_dept": [RESEARCH], "authed_user": ["xiaoli"] }));
}

#[test]
fn the_root_is_out_of_a_partial_scope() {
    let mut world = scoped(Scope::departments([RESEARCH]));
    expect![[r#"{"errcode":50004,"errmsg":"请求的部门id不在授权范围内","request_id":"mj3kjtezcyhd"}"#]]
        .assert_eq(&world.post_text("/topapi/v2/department/get", json!({ "dept_id": 1 })));
    assert_eq!(world.code("/topapi/v2/department/listsub", json!({ "dept_id": 1 })), 50004);
    assert_eq!(world.code("/topapi/v2/department/listsub", json!({})), 50004);
    assert_eq!(world.code(LIST, page(1)), 50004);
}

#[test]
fn a_department_below_an_authorised_one_is_seen() {
    let company = Company::builder("ding1", "Deep")
        .app(App { scope: Scope::departments([100_000_002]), ..App::new("dingdeep", "secret") })
        .department(Department::new(100_000_003, "Third", 100_000_002))
        .department(Department::new(100_000_002, "Second", 100_000_001))
        .department(Department::new(100_000_001, "First", 1));
    let mut world = World::of(company.build().unwrap());
    let mut code = |dept_id: i64| world.code("/topapi/v2/department/get", json!({ "dept_id": dept_id }));
    assert_eq!([100_000_001, 100_000_002, 100_000_003].map(&mut code), [50004, 0, 0]);
}

#[test]
fn a_person_outside_is_refused_by_code() {
    let mut world = scoped(Scope::departments([RESEARCH]));
    expect![[r#"{"errcode":50002,"errmsg":"请求的员工userid不在授权范围内","request_id":"mj3kjtezcyhd"}"#]]
        .assert_eq(&world.post_text("/topapi/v2/user/get", json!({ "userid": "xiaoli" })));
}

#[test]
fn a_person_of_a_department_outside_is_seen_through_another_inside() {
    let mut world = scoped(Scope::departments([COMMERCIALIZATION]));
    let answer = world.post("/topapi/v2/user/get", json!({ "userid": "manager4220" }));
    assert_eq!(answer["result"]["dept_id_list"], json!([RESEARCH, COMMERCIALIZATION]));
}

#[test]
fn a_single_person_is_seen_without_their_department() {
    let mut world = scoped(Scope { authed_dept: Vec::new(), authed_user: vec!["xiaoli".into()] });
    assert_eq!(world.code("/topapi/v2/user/get", json!({ "userid": "xiaoli" })), 0);
    assert_eq!(world.code(LIST, page(OPERATIONS)), 50004);
}

#[test]
fn an_empty_scope_sees_nothing() {
    let mut world = scoped(Scope::empty());
    assert_eq!(world.code(LIST, page(RESEARCH)), 50004);
    assert_eq!(world.code("/topapi/v2/user/get", json!({ "userid": "xiaoli" })), 50002);
}

#[test]
fn four_interfaces_and_the_count_ignore_the_scope() {
    let mut world = scoped(Scope::empty());
    let of_department = || json!({ "dept_id": RESEARCH });
    for (path, body) in [
        ("/topapi/v2/department/listsubid", of_department()),
        ("/topapi/user/listid", of_department()),
        ("/topapi/v2/department/listparentbydept", of_department()),
        ("/topapi/v2/department/listparentbyuser", json!({ "userid": "xiaoli" })),
        ("/topapi/user/count", json!({ "only_active": false })),
    ] {
        assert_eq!(world.code(path, body), 0, "{path}");
    }
}

#[test]
fn a_person_who_does_not_exist_is_not_found_rather_than_out_of_scope() {
    let mut world = scoped(Scope::departments([RESEARCH]));
    assert_eq!(world.code("/topapi/v2/user/get", json!({ "userid": "nobody" })), 60121);
}

#[test]
fn somebody_who_moves_out_of_the_scope_is_refused_from_then_on() {
    let mut world = scoped(Scope::departments([OPERATIONS]));
    let body = || json!({ "userid": "xiaoli" });
    assert_eq!(world.code("/topapi/v2/user/get", body()), 0);
    let dept_ids = vec![DepartmentId::new(RESEARCH)];
    world.simulator.mutate(&Mutation::MoveUser { userid: "xiaoli".into(), dept_ids }).unwrap();
    assert_eq!(world.code("/topapi/v2/user/get", body()), 50002);
}

#[test]
fn several_companies_are_kept_apart() {
    let mut world = World::feihua();
    let other =
        Company::builder("dingother", "Other").app(App::new("dingother", "s")).user(User::new("o", "Other"));
    world.simulator.put_company(other.build().unwrap());
    world.token =
        world.get("/gettoken?appkey=dingother&appsecret=s")["access_token"].as_str().unwrap().to_owned();
    assert_eq!(world.code("/topapi/v2/user/get", json!({ "userid": "o" })), 0);
    assert_eq!(world.code("/topapi/v2/user/get", json!({ "userid": "xiaoli" })), 60121);
}
