//! Events in the core: which changes make them, and how they are written.

use rollcall_dingtalk_simulator::{
    AppEvents, Company, CompanyStatus, DiffInfoShape, EventIds, EventShape, EventSwitches, FEIHUA_APP_KEY,
    ModifyAfterAdd, Mutation, OwnerKey, Push, Role, Scope, Seal, SignatureNames, Simulator, TimestampName,
    TimestampUnit, User,
};
use serde_json::{Value, json};

use crate::support::receiver::{AES_KEY, Pushed, TOKEN, seal};
use crate::support::stream::data;
use crate::support::{COMMERCIALIZATION, OPERATIONS, RESEARCH, START_MS};

/// Feihua, whose one application gets its events this way.
fn feihua(events: AppEvents) -> Simulator {
    let mut simulator = Simulator::new(Company::feihua());
    simulator.advance_to(START_MS);
    simulator.mutate(&Mutation::SetEvents { app_key: FEIHUA_APP_KEY.into(), events }).unwrap();
    simulator
}

fn http() -> AppEvents {
    AppEvents::http("http://127.0.0.1:9/hook", TOKEN, AES_KEY)
}

/// The events that a change of Feihua makes: kinds and ids.
#[track_caller]
fn check(mutation: Mutation, expected: Value) {
    check_all(&[], &mutation, expected);
}

/// The same after other changes.
#[track_caller]
fn check_all(before: &[Mutation], mutation: &Mutation, expected: Value) {
    let mut simulator = feihua(AppEvents::Off);
    for mutation in before {
        simulator.mutate(mutation).unwrap();
    }
    let n_before = simulator.events().made().count();
    simulator.mutate(mutation).unwrap();
    let made = simulator.events().made().skip(n_before);
    let made: Vec<Value> = made.map(|event| json!([event.kind.as_str(), event.ids])).collect();
    assert_eq!(Value::Array(made), expected);
}

fn users(userids: &[&str]) -> EventIds {
    EventIds::Users(userids.iter().map(|userid| (*userid).into()).collect())
}

fn departments(dept_ids: &[i64]) -> EventIds {
    EventIds::Departments(dept_ids.iter().map(|dept_id| (*dept_id).into()).collect())
}

/// What is pushed to Feihua's application after a change.
fn pushed(switches: EventSwitches, mutation: &Mutation) -> Pushed {
    let mut simulator = feihua(http());
    simulator.switches_mut().events = switches;
    simulator.mutate(mutation).unwrap();
    let Some(Push::Http { request, .. }) = simulator.next_push(START_MS) else { panic!("no push") };
    Pushed { url: request.url.parse().unwrap(), body: String::from_utf8(request.body).unwrap() }
}

/// What a Stream client of Feihua's application reads after a change.
fn framed(switches: EventSwitches, mutation: &Mutation) -> Value {
    let mut simulator = feihua(AppEvents::Stream);
    simulator.switches_mut().events = switches;
    crate::queue::connect(&mut simulator, START_MS);
    simulator.mutate(mutation).unwrap();
    let Some(Push::Stream { frame, .. }) = simulator.next_push(START_MS) else { panic!("no push") };
    serde_json::from_str(&frame).unwrap()
}

fn rename_xiaoli() -> Mutation {
    Mutation::modify_user("xiaoli", &json!({ "name": "Xiaoli Two", "email": null }))
}

fn switches(change: impl FnOnce(&mut EventSwitches)) -> EventSwitches {
    let mut switches = EventSwitches::default();
    change(&mut switches);
    switches
}

#[test]
fn who_joins_is_added_and_modified() {
    let joins = Mutation::AddUser(Box::new(User::new("laowang", "Laowang")));
    let ids = users(&["laowang"]);
    check(joins, json!([["user_add_org", ids], ["user_modify_org", ids]]));
}

#[test]
fn who_joins_may_be_added_only() {
    let mut simulator = feihua(AppEvents::Off);
    simulator.switches_mut().events.modify_after_add = ModifyAfterAdd::Missing;
    simulator.mutate(&Mutation::AddUser(Box::new(User::new("laowang", "Laowang")))).unwrap();
    assert_eq!(simulator.events().made().count(), 1);
}

#[test]
fn who_joins_as_administrator_is_one() {
    let joins = Mutation::AddUser(Box::new(User { admin: true, ..User::new("laowang", "Laowang") }));
    let ids = users(&["laowang"]);
    check(joins, json!([["user_add_org", ids], ["user_modify_org", ids], ["org_admin_add", ids]]));
}

#[test]
fn a_changed_profile_modifies_the_person() {
    check(rename_xiaoli(), json!([["user_modify_org", users(&["xiaoli"])]]));
}

#[test]
fn another_department_modifies_the_person() {
    let moved = Mutation::MoveUser { userid: "xiaoli".into(), dept_ids: vec![RESEARCH.into()] };
    check(moved, json!([["user_modify_org", users(&["xiaoli"])]]));
}

#[test]
fn a_change_to_what_is_there_makes_nothing() {
    check(Mutation::modify_user("xiaoli", &json!({ "name": "Xiaoli" })), json!([]));
}

#[test]
fn a_private_picture_makes_nothing() {
    check(
        Mutation::modify_user("xiaoli", &json!({ "avatar": "https://example.invalid/new.png" })),
        json!([]),
    );
}

#[test]
fn who_resigns_leaves() {
    let resigns = Mutation::RemoveUser { userid: "xiaoli".into() };
    check(resigns, json!([["user_leave_org", users(&["xiaoli"])]]));
}

#[test]
fn the_first_login_activates() {
    let idle = User { active: false, ..User::new("laowang", "Laowang") };
    let login = Mutation::modify_user("laowang", &json!({ "active": true }));
    let expected = json!([["user_active_org", users(&["laowang"])]]);
    check_all(&[Mutation::AddUser(Box::new(idle))], &login, expected);
}

#[test]
fn an_administrator_comes_and_goes() {
    let patch = |admin| Mutation::modify_user("xiaoli", &json!({ "admin": admin }));
    let ids = users(&["xiaoli"]);
    check_all(&[patch(false)], &patch(true), json!([["org_admin_add", ids]]));
    check_all(&[patch(true)], &patch(false), json!([["org_admin_remove", ids]]));
}

#[test]
fn roles_given_and_taken_are_two_events() {
    let role = |id| Role { id, name: "Role".to_owned(), group_name: "Group".to_owned() };
    let patch = |ids: &[i64]| {
        let roles: Vec<Role> = ids.iter().map(|id| role(*id)).collect();
        Mutation::modify_user("xiaoli", &json!({ "roles": roles }))
    };
    let ids =
        |id: i64, action| json!({ "labels": { "users": ["xiaoli"], "labels": [id], "action": action } });
    let expected = json!([["label_user_change", ids(8, "add")], ["label_user_change", ids(7, "remove")]]);
    check_all(&[patch(&[7])], &patch(&[8]), expected);
}

#[test]
fn a_new_department_is_created() {
    let new =
        Mutation::AddDepartment(Box::new(rollcall_dingtalk_simulator::Department::new(700, "Legal", 1)));
    check(new, json!([["org_dept_create", departments(&[700])]]));
}

#[test]
fn a_moved_department_is_modified_alone() {
    let moved = Mutation::MoveDepartment { dept_id: OPERATIONS.into(), parent_id: RESEARCH.into() };
    check(moved, json!([["org_dept_modify", departments(&[OPERATIONS])]]));
}

#[test]
fn other_managers_modify_a_department() {
    let managers =
        Mutation::SetDepartmentManagers { dept_id: RESEARCH.into(), userids: vec!["xiaoli".into()] };
    check(managers, json!([["org_dept_modify", departments(&[RESEARCH])]]));
}

#[test]
fn a_removed_subtree_is_one_event_and_one_for_each_person_moved() {
    let below = Mutation::MoveDepartment { dept_id: COMMERCIALIZATION.into(), parent_id: OPERATIONS.into() };
    let mut simulator = feihua(AppEvents::Off);
    simulator.mutate(&below).unwrap();
    simulator.mutate(&Mutation::RemoveDepartment { dept_id: OPERATIONS.into() }).unwrap();
    let made: Vec<_> = simulator.events().made().skip(1).collect();
    assert_eq!(
        (made[0].kind.as_str(), &made[0].ids),
        ("org_dept_remove", &departments(&[COMMERCIALIZATION, OPERATIONS]))
    );
    assert!(1 < made.len() && made[1..].iter().all(|event| event.kind.as_str() == "user_modify_org"));
}

#[test]
fn a_renamed_company_changes_and_its_root_is_modified() {
    let renamed = Mutation::RenameCompany { name: "Feihua Group".to_owned() };
    check(renamed, json!([["org_change", "company"], ["org_dept_modify", departments(&[1])]]));
}

#[test]
fn a_dissolved_company_is_removed_once() {
    let gone = Mutation::SetCompanyStatus { status: CompanyStatus::Gone };
    check(gone.clone(), json!([["org_remove", "company"]]));
    check_all(std::slice::from_ref(&gone), &gone, json!([]));
}

#[test]
fn settings_of_an_application_make_nothing() {
    check(Mutation::SetQps { app_key: FEIHUA_APP_KEY.into(), qps: 1 }, json!([]));
}

#[test]
fn what_lies_outside_the_scope_is_told_as_well() {
    let mut simulator = feihua(http());
    simulator.mutate(&Mutation::SetScope { app_key: FEIHUA_APP_KEY.into(), scope: Scope::empty() }).unwrap();
    simulator.mutate(&rename_xiaoli()).unwrap();
    assert_eq!(simulator.events().deliveries().len(), 1);
}

#[test]
fn an_event_of_shape_a_has_capital_keys() {
    let message = pushed(EventSwitches::default(), &rename_xiaoli()).message(&seal());
    let expected = json!({
        "CorpId": "ding5f1c8a20e7b94d36",
        "EventType": "user_modify_org",
        "UserId": ["xiaoli"],
        "OptStaffId": "manager4220",
        "TimeStamp": "1700000000000",
    });
    assert_eq!(message, expected);
}

#[test]
fn an_event_of_shape_b_has_small_keys_and_the_difference() {
    let message = pushed(switches(|all| all.shape = EventShape::B), &rename_xiaoli()).message(&seal());
    let shown: Vec<&String> = message.as_object().unwrap().keys().collect();
    let expected = [
        "BizId",
        "CorpId",
        "EventTime",
        "EventType",
        "diffInfo",
        "eventId",
        "optStaffId",
        "timeStamp",
        "userId",
    ];
    assert_eq!(shown, expected);
    assert_eq!((&message["EventTime"], &message["timeStamp"]), (&json!(START_MS), &json!("1700000000000")));
}

#[test]
fn what_was_cleared_is_missing_in_the_difference() {
    let message = pushed(switches(|all| all.shape = EventShape::B), &rename_xiaoli()).message(&seal());
    let difference = &message["diffInfo"][0];
    assert_eq!(
        (&difference["userid"], &difference["curr"]["name"]),
        (&json!("xiaoli"), &json!("Xiaoli Two"))
    );
    assert_eq!(
        (&difference["prev"]["email"], difference["curr"].get("email")),
        (&json!("xiaoli@feihua.example"), None)
    );
}

#[test]
fn the_difference_may_be_one_object_or_missing() {
    let with = |diff_info| {
        let switches = switches(|all| (all.shape, all.diff_info) = (EventShape::B, diff_info));
        pushed(switches, &rename_xiaoli()).message(&seal())
    };
    assert_eq!(with(DiffInfoShape::Object)["diffInfo"]["userid"], "xiaoli");
    assert_eq!(with(DiffInfoShape::Missing).get("diffInfo"), None);
}

#[test]
fn a_difference_of_departments_only_is_missing() {
    let moved = Mutation::MoveUser { userid: "xiaoli".into(), dept_ids: vec![RESEARCH.into()] };
    let message = pushed(switches(|all| all.shape = EventShape::B), &moved).message(&seal());
    assert_eq!(message.get("diffInfo"), None);
}

#[test]
fn nobody_in_particular_did_it_if_the_switch_is_empty() {
    let message = pushed(switches(|all| all.opt_staff_id.clear()), &rename_xiaoli()).message(&seal());
    assert_eq!(message.get("OptStaffId"), None);
}

#[test]
fn a_department_of_shape_a_is_a_number() {
    let renamed = Mutation::RenameDepartment { dept_id: RESEARCH.into(), name: "Research".to_owned() };
    let message = pushed(EventSwitches::default(), &renamed).message(&seal());
    assert_eq!((&message["DeptId"], message.get("OptStaffId")), (&json!([RESEARCH]), None));
}

#[test]
fn the_signature_may_have_one_name_only() {
    let names = |names| {
        let pushed = pushed(switches(|all| all.signature_names = names), &rename_xiaoli());
        (pushed.query("signature").is_some(), pushed.query("msg_signature").is_some())
    };
    assert_eq!(names(SignatureNames::Both), (true, true));
    assert_eq!(names(SignatureNames::Signature), (true, false));
    assert_eq!(names(SignatureNames::MsgSignature), (false, true));
}

#[test]
fn the_time_may_be_spelt_and_counted_otherwise() {
    let change = |all: &mut EventSwitches| {
        (all.timestamp_name, all.timestamp_unit) = (TimestampName::TimeStamp, TimestampUnit::Seconds);
    };
    let pushed = pushed(switches(change), &rename_xiaoli());
    assert_eq!((pushed.query("timeStamp").as_deref(), pushed.query("timestamp")), (Some("1700000000"), None));
    assert_eq!(pushed.message(&seal())["EventType"], "user_modify_org");
}

#[test]
fn the_company_may_own_a_push() {
    let pushed = pushed(switches(|all| all.owner_key = OwnerKey::CorpId), &rename_xiaoli());
    let company = Seal::new(TOKEN, AES_KEY, "ding5f1c8a20e7b94d36").unwrap();
    assert_eq!(pushed.message(&company)["EventType"], "user_modify_org");
}

#[test]
fn a_frame_says_in_its_headers_what_happened() {
    let frame = framed(EventSwitches::default(), &rename_xiaoli());
    let headers = &frame["headers"];
    assert_eq!(
        (&frame["specVersion"], &frame["type"], &headers["topic"]),
        (&json!("1.0"), &json!("EVENT"), &json!("*"))
    );
    assert_eq!(headers["eventType"], "user_modify_org");
    assert_eq!(headers["eventCorpId"], "ding5f1c8a20e7b94d36");
    assert_eq!(headers["eventBornTime"], "1700000000000");
    assert_eq!(headers["eventId"], data(&frame)["eventId"]);
}

#[test]
fn a_frame_about_a_department_has_its_number_only() {
    let renamed = Mutation::RenameDepartment { dept_id: RESEARCH.into(), name: "Research".to_owned() };
    assert_eq!(data(&framed(EventSwitches::default(), &renamed)), json!({ "deptId": [RESEARCH] }));
}

#[test]
fn a_frame_about_the_company_is_empty() {
    let gone = Mutation::SetCompanyStatus { status: CompanyStatus::Gone };
    assert_eq!(data(&framed(EventSwitches::default(), &gone)), json!({}));
}
