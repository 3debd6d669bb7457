//! Changing a company: what each change says it changed, and what is refused.

use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{Change, Company, Department, DepartmentId, Mutation, User, UserId};
use serde_json::{Value, json};

use crate::support::{COMMERCIALIZATION, OPERATIONS, RESEARCH, World};

/// Applies a mutation written as JSON to Feihua.
fn apply(mutation: Value) -> (Company, Result<Change, String>) {
    let mut company = Company::feihua();
    let mutation: Mutation = serde_json::from_value(mutation).unwrap();
    let change = company.apply(&mutation).map_err(|error| error.to_string());
    (company, change)
}

#[track_caller]
fn check_refused(mutation: Value, expected: Expect) {
    let (company, change) = apply(mutation);
    expected.assert_eq(&change.unwrap_err());
    assert_eq!(json!(company), json!(Company::feihua()), "a refused change changes nothing");
}

/// The tree as lines.
fn tree(company: &Company) -> String {
    fn write(company: &Company, id: DepartmentId, depth: usize, lines: &mut String) {
        let name = &company.department(id).unwrap().name;
        let members: Vec<&str> = company.members(id).map(|user| user.name.as_str()).collect();
        lines.push_str(&format!("{}{name} {members:?}\n", "  ".repeat(depth)));
        let children: Vec<DepartmentId> = company.children(id).map(|child| child.dept_id).collect();
        children.into_iter().for_each(|child| write(company, child, depth + 1, lines));
    }
    let mut lines = String::new();
    write(company, DepartmentId::ROOT, 0, &mut lines);
    lines
}

#[track_caller]
fn check_tree(mutation: Value, expected: Expect) {
    let (company, change) = apply(mutation);
    change.unwrap();
    expected.assert_eq(&tree(&company));
}

#[test]
fn feihua_is_the_company_of_the_product_documents() {
    expect![[r#"
        Feihua []
          R&D ["Xiaoming", "Xiaohong"]
          Operations ["Xiaoli"]
          Commercialization ["Xiaogang", "Xiaoming"]
    "#]]
    .assert_eq(&tree(&Company::feihua()));
}

#[test]
fn a_new_department_gets_a_number_and_hangs_under_the_root() {
    check_tree(
        json!({ "add_department": { "name": "Legal" } }),
        expect![[r#"
        Feihua []
          R&D ["Xiaoming", "Xiaohong"]
          Operations ["Xiaoli"]
          Commercialization ["Xiaogang", "Xiaoming"]
          Legal []
    "#]],
    );
}

#[test]
fn a_new_department_says_its_number() {
    let (company, change) =
        apply(json!({ "add_department": { "name": "Greater China", "parent_id": COMMERCIALIZATION } }));
    let Ok(Change::DepartmentAdded { dept_id }) = change else { panic!("{change:?}") };
    assert_eq!(company.chain_to_root(dept_id), [dept_id, COMMERCIALIZATION.into(), DepartmentId::ROOT]);
    assert!((100_000_000..1_000_000_000).contains(&dept_id.number()));
}

#[test]
fn a_renamed_department_keeps_its_place() {
    check_tree(
        json!({ "rename_department": { "dept_id": RESEARCH, "name": "Production Research" } }),
        expect![[r#"
            Feihua []
              Production Research ["Xiaoming", "Xiaohong"]
              Operations ["Xiaoli"]
              Commercialization ["Xiaogang", "Xiaoming"]
        "#]],
    );
}

#[test]
fn a_moved_department_takes_its_people_along() {
    check_tree(
        json!({ "move_department": { "dept_id": RESEARCH, "parent_id": OPERATIONS } }),
        expect![[r#"
        Feihua []
          Operations ["Xiaoli"]
            R&D ["Xiaoming", "Xiaohong"]
          Commercialization ["Xiaogang", "Xiaoming"]
    "#]],
    );
}

#[test]
fn a_department_can_be_put_elsewhere_among_its_siblings() {
    check_tree(
        json!({ "set_department_order": { "dept_id": RESEARCH, "order": 9 } }),
        expect![[r#"
        Feihua []
          Operations ["Xiaoli"]
          Commercialization ["Xiaogang", "Xiaoming"]
          R&D ["Xiaoming", "Xiaohong"]
    "#]],
    );
}

#[test]
fn people_of_a_removed_department_stay_in_their_others_or_go_to_the_root() {
    check_tree(
        json!({ "remove_department": { "dept_id": COMMERCIALIZATION } }),
        expect![[r#"
        Feihua ["Xiaogang"]
          R&D ["Xiaoming", "Xiaohong"]
          Operations ["Xiaoli"]
    "#]],
    );
}

#[test]
fn a_removal_names_all_that_goes_children_first() {
    let company = Company::builder("ding1", "Deep")
        .department(Department::new(11, "A", 1))
        .department(Department::new(12, "B", 11))
        .department(Department::new(13, "C", 12))
        .department(Department::new(14, "D", 11));
    let mut company = company.build().unwrap();
    let change = company.apply(&Mutation::RemoveDepartment { dept_id: 11.into() }).unwrap();
    let dept_ids = [13, 12, 14, 11].map(DepartmentId::new).to_vec();
    assert_eq!(change, Change::DepartmentsRemoved { dept_ids, moved_users: Vec::new() });
}

#[test]
fn a_renamed_company_is_a_renamed_root() {
    let (company, change) = apply(json!({ "rename_company": { "name": "Feihua-Group" } }));
    let expected = Change::CompanyRenamed { before: "Feihua".to_owned(), after: "Feihua-Group".to_owned() };
    assert_eq!((change, company.name()), (Ok(expected), "Feihua-Group"));
}

#[test]
fn a_person_comes_and_goes() {
    let mut company = Company::feihua();
    let user = User::new("new", "New").in_departments([OPERATIONS]);
    let userid = UserId::from("new");
    let added = company.apply(&Mutation::AddUser(Box::new(user.clone()))).unwrap();
    assert_eq!(added, Change::UserAdded { userid: userid.clone() });
    let removed = company.apply(&Mutation::RemoveUser { userid }).unwrap();
    assert_eq!(removed, Change::UserRemoved { user: Box::new(user) });
    assert_eq!(json!(company), json!(Company::feihua()));
}

#[test]
fn a_patch_sets_and_removes_fields() {
    let patch = json!({ "name": "Xiaohonghong", "email": null, "remark": "" });
    let (company, change) =
        apply(json!({ "modify_user": { "userid": "18293148161178525", "patch": patch } }));
    let Ok(Change::UserModified { before, after }) = change else { panic!("{change:?}") };
    assert_eq!(company.user(&before.userid), Some(&*after));
    let expected = User {
        name: "Xiaohonghong".to_owned(),
        email: None,
        remark: Some(String::new()),
        ..(*before).clone()
    };
    assert_eq!(*after, expected);
}

#[test]
fn a_department_kept_in_a_move_keeps_its_order() {
    let before = Company::feihua().user(&"manager4220".into()).unwrap().memberships[0].clone();
    let (company, _) =
        apply(json!({ "move_user": { "userid": "manager4220", "dept_ids": [OPERATIONS, RESEARCH] } }));
    let after = &company.user(&"manager4220".into()).unwrap().memberships;
    assert_eq!((after[0].dept_id.number(), &after[1]), (OPERATIONS, &before));
}

#[test]
fn a_changed_secret_refuses_the_old_one_and_leaves_tokens_alone() {
    let app_key = Company::feihua().apps()[0].app_key.clone();
    let mutation = Mutation::SetSecret { app_key, app_secret: "another".into() };
    let mut world = World::feihua().with(&mutation);
    assert_eq!(world.get(&crate::support::feihua_token_url())["errcode"], 40096);
    assert_eq!(world.code("/topapi/v2/department/listsub", json!({})), 0);
}

#[test]
fn siblings_have_distinct_names() {
    check_refused(
        json!({ "add_department": { "name": "Operations" } }),
        expect![[r#"department 1 already has a child named "Operations" (60021)"#]],
    );
    check_refused(
        json!({ "rename_department": { "dept_id": RESEARCH, "name": "Operations" } }),
        expect![[r#"department 1 already has a child named "Operations" (60021)"#]],
    );
}

#[test]
fn names_have_no_dash_and_no_comma() {
    check_refused(
        json!({ "add_department": { "name": "A-B" } }),
        expect![[r#"department name "A-B" must be 1 to 64 characters without `-`, `,` and `，`"#]],
    );
}

#[test]
fn a_parent_must_exist() {
    check_refused(
        json!({ "add_department": { "name": "X", "parent_id": 5 } }),
        expect!["department 5 does not exist (60003)"],
    );
}

#[test]
fn a_department_cannot_move_into_itself() {
    check_refused(
        json!({ "move_department": { "dept_id": RESEARCH, "parent_id": RESEARCH } }),
        expect!["department 611840273 cannot move under 611840273, which lies inside it"],
    );
}

#[test]
fn the_root_stays() {
    check_refused(
        json!({ "remove_department": { "dept_id": 1 } }),
        expect![
            "the root department cannot be renamed, moved or removed; rename the company instead (60018, 60007)"
        ],
    );
    check_refused(
        json!({ "rename_department": { "dept_id": 1, "name": "X" } }),
        expect![
            "the root department cannot be renamed, moved or removed; rename the company instead (60018, 60007)"
        ],
    );
}

#[test]
fn a_person_must_be_known_to_be_changed() {
    check_refused(
        json!({ "remove_user": { "userid": "nobody" } }),
        expect![[r#"user "nobody" does not exist (60121)"#]],
    );
    check_refused(
        json!({ "set_department_managers": { "dept_id": RESEARCH, "userids": ["nobody"] } }),
        expect![[r#"user "nobody" does not exist (60121)"#]],
    );
}

#[test]
fn a_person_is_somewhere_and_nowhere_twice() {
    check_refused(
        json!({ "move_user": { "userid": "xiaoli", "dept_ids": [] } }),
        expect![[r#"user "xiaoli" must be in at least one department"#]],
    );
    check_refused(
        json!({ "move_user": { "userid": "xiaoli", "dept_ids": [1, 1] } }),
        expect![[r#"user "xiaoli" is put into department 1 twice"#]],
    );
    check_refused(
        json!({ "move_user": { "userid": "xiaoli", "dept_ids": [7] } }),
        expect!["department 7 does not exist (60003)"],
    );
}

#[test]
fn a_mobile_belongs_to_one_person() {
    let patch = json!({ "mobile": "13800000001" });
    check_refused(
        json!({ "modify_user": { "userid": "xiaoli", "patch": patch } }),
        expect![[r#"mobile of user "xiaoli" belongs to user "18293148161178525" already"#]],
    );
}

#[test]
fn a_patch_of_an_unknown_field_is_refused() {
    let patch = json!({ "phone": "1" });
    let (_, change) = apply(json!({ "modify_user": { "userid": "xiaoli", "patch": patch } }));
    assert!(change.unwrap_err().starts_with(r#"patch of "user xiaoli" does not fit: unknown field `phone`"#));
}

#[test]
fn what_has_a_mutation_of_its_own_is_not_patched() {
    let patch = json!({ "name": "X" });
    check_refused(
        json!({ "modify_department": { "dept_id": RESEARCH, "patch": patch } }),
        expect![[
            r#"patch of "department 611840273" must leave `name` as it is; there is a mutation of its own for it"#
        ]],
    );
    let patch = json!({ "userid": "X" });
    check_refused(
        json!({ "modify_user": { "userid": "xiaoli", "patch": patch } }),
        expect![[
            r#"patch of "user xiaoli" must leave `userid` as it is; there is a mutation of its own for it"#
        ]],
    );
}

#[test]
fn an_application_must_be_known() {
    check_refused(
        json!({ "set_qps": { "app_key": "ding0", "qps": 1 } }),
        expect![[r#"application "ding0" does not exist in this company"#]],
    );
}

#[test]
fn a_company_with_a_cycle_cannot_be_built() {
    let company = Company::builder("ding1", "Ring")
        .department(Department::new(11, "A", 12))
        .department(Department::new(12, "B", 11));
    expect!["department 12 does not exist (60003)"].assert_eq(&company.build().unwrap_err().to_string());
}

#[test]
fn a_secret_is_not_shown_by_debug() {
    let company = Company::feihua();
    let secret = company.apps()[0].app_secret.reveal().to_owned();
    assert!(!format!("{company:?}").contains(&secret));
}
