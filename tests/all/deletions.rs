//! Who is gone: only after a complete reading, only with the source's own word about each, people before departments and
//! children before parents; and who comes back is there again.

use crate::companies::{self, branch};
use crate::expectation::{View, assert_same};
use crate::harness::pair::{Pair, app_key, both};
use crate::harness::real::Real;
use expect_test::{Expect, expect};
use rollcall_dingtalk_simulator::{
    Company, Department, DepartmentId, Fault, Mutation, Rule, Scope, User, UserId,
};
use rollcall_host::directory::Action;
use rollcall_host::history::RunState;
use rollcall_host::{DepartedUsers, RunOptions};
use rollcall_kit::{Key, Removal};
use serde_json::{Value, json};

const LIST_MEMBERS: &str = "/topapi/v2/user/list";
const LIST_DEPARTMENTS: &str = "/topapi/v2/department/listsub";
const PERSON: &str = "/topapi/v2/user/get";

both! {
    who_has_left_is_asked_about_and_gone_with_dingtalks_own_word,
    a_department_that_cannot_be_listed_keeps_everyone,
    who_cannot_be_asked_about_is_kept_and_so_is_everyone_else,
    a_mass_absence_that_nobody_confirms_ends_early_and_keeps_all,
    who_is_only_out_of_sight_is_kept,
    an_empty_scope_is_a_missing_permission_and_no_mass_departure,
    who_moves_while_the_reading_goes_on_is_not_lost,
    a_department_that_moves_while_the_reading_goes_on_keeps_its_people,
    a_department_that_is_deleted_while_the_reading_goes_on_is_gone_and_nothing_else,
    a_second_run_has_nothing_to_write,
}

fn who_has_left_is_asked_about_and_gone_with_dingtalks_own_word<P: Pair>() {
    let pair = P::imported(companies::branches(20));
    pair.mutate(&leaves("b003p0"));
    pair.mutate(&Mutation::RemoveDepartment { dept_id: branch(17) });
    pair.import();
    check_removed(
        &pair,
        expect![[r#"
            Department 700000017: 60003: 部门不存在
            User b003p0: 60121: 找不到该用户
        "#]],
    );
    pair.assert_as_the_company_is();
}

fn a_department_that_cannot_be_listed_keeps_everyone<P: Pair>() {
    for path in [LIST_MEMBERS, LIST_DEPARTMENTS] {
        let pair = P::imported(companies::branches(20));
        pair.mutate(&leaves("b003p0"));
        let broken =
            Rule::new(Fault::HttpStatus { status: 502 }).on_path(path).with_param("dept_id", 700_000_009);
        pair.with(|simulator| simulator.inject(broken.always()));
        assert!(!pair.sync().complete);
        check_removed(&pair, expect![""]);
    }
}

fn who_cannot_be_asked_about_is_kept_and_so_is_everyone_else<P: Pair>() {
    let pair = P::imported(companies::branches(20));
    for n in 0..20 {
        pair.mutate(&leaves(&format!("b{n:03}p0")));
    }
    let broken = Rule::new(Fault::Html).on_path(PERSON).with_param("userid", "b011p0").always();
    pair.with(|simulator| simulator.inject(broken));
    assert!(!pair.sync().complete);
    check_removed(&pair, expect![""]);
}

fn a_mass_absence_that_nobody_confirms_ends_early_and_keeps_all<P: Pair>() {
    let pair = P::imported(companies::branches(20));
    let n_held = pair.documents().len();
    // Every listing of people is empty, and no question about anyone is answered.
    pair.instead(|_, answer| match answer.path.as_str() {
        LIST_MEMBERS => Some(rollcall_kit::testing::Reply::json(
            r#"{"errcode":0,"errmsg":"ok","result":{"has_more":false,"list":[]}}"#,
        )),
        PERSON => Some(rollcall_kit::testing::Reply::Fail(rollcall_kit::FaultKind::Interrupted)),
        _ => None,
    });
    assert!(!pair.sync().complete);
    assert_eq!(pair.documents().len(), n_held);
    check_removed(&pair, expect![""]);
}

fn who_is_only_out_of_sight_is_kept<P: Pair>() {
    let pair = P::imported(companies::branches(20));
    let before = pair.documents();
    let scope = Scope::departments([700_000_000, 700_000_001]);
    pair.mutate(&Mutation::SetScope { app_key: app_key(), scope });
    pair.import();
    check_removed(&pair, expect![""]);
    let after = pair.documents();
    assert_eq!(after.keys().collect::<Vec<_>>(), before.keys().collect::<Vec<_>>());
    // Nobody is asked about one by one, so there is nothing to say of each.
    let complaints = pair.take_complaints();
    assert!(complaints.iter().all(|(code, _)| code != "not-visible"), "{complaints:?}");
}

fn an_empty_scope_is_a_missing_permission_and_no_mass_departure<P: Pair>() {
    let pair = P::imported(companies::branches(20));
    let before = pair.documents();
    pair.mutate(&Mutation::SetScope { app_key: app_key(), scope: Scope::empty() });
    assert_eq!(pair.sync().failure.as_deref(), Some("scope-empty"));
    assert_same(&pair.documents(), &before);
}

fn who_moves_while_the_reading_goes_on_is_not_lost<P: Pair>() {
    let pair = P::imported(companies::branches(20));
    // From the department that is listed last to the one that was listed first, just before its turn.
    let moves = Mutation::MoveUser { userid: UserId::from("b019p0"), dept_ids: vec![branch(0)] };
    let rule =
        Rule::new(Fault::Mutate(Box::new(moves))).on_path(LIST_MEMBERS).with_param("dept_id", 700_000_019);
    pair.with(|simulator| simulator.inject(rule));
    let before = pair.documents();
    pair.import();
    check_removed(&pair, expect![""]);
    pair.assert_as_the_company_is();
    assert_ne!(pair.documents(), before, "it happened meanwhile");
}

fn a_department_that_moves_while_the_reading_goes_on_keeps_its_people<P: Pair>() {
    let company = Company::builder(companies::CORP_ID, "Moving").app(companies::app());
    let departments = [(1001, 1), (1002, 1), (1003, 1002)];
    let company = departments.into_iter().fold(company, |company, (id, parent)| {
        company.department(Department::new(id, format!("Department {id}"), parent))
    });
    let company = company.user(User::new("both", "Both").in_departments([1001, 1003]));
    let company = company.user(User::new("one", "One").in_departments([1003]));
    let pair = P::imported(company.build().expect("the company is consistent"));
    let before = pair.documents();
    // From below one that is not listed yet to below one that was.
    let moves =
        Mutation::MoveDepartment { dept_id: DepartmentId::new(1003), parent_id: DepartmentId::new(1001) };
    let rule =
        Rule::new(Fault::Mutate(Box::new(moves))).on_path(LIST_DEPARTMENTS).with_param("dept_id", 1002);
    pair.with(|simulator| simulator.inject(rule));
    let ended = pair.sync();
    assert_eq!(ended.failure, None);
    check_removed(&pair, expect![""]);
    for userid in ["both", "one"] {
        assert_eq!(pair.documents()[&user(userid)], before[&user(userid)], "{ended:?}");
    }
    pair.import();
    pair.assert_as_the_company_is();
    assert_ne!(pair.documents(), before, "it happened meanwhile");
}

fn a_department_that_is_deleted_while_the_reading_goes_on_is_gone_and_nothing_else<P: Pair>() {
    for path in [LIST_MEMBERS, LIST_DEPARTMENTS] {
        let pair = P::imported(companies::branches(20));
        let removed = Mutation::RemoveDepartment { dept_id: branch(17) };
        let rule =
            Rule::new(Fault::Mutate(Box::new(removed))).on_path(path).with_param("dept_id", 700_000_017);
        pair.with(|simulator| simulator.inject(rule));
        assert_eq!(pair.sync().failure, None);
        let removed = pair.take_removed();
        assert!(
            removed.iter().all(|departure| departure.key == Key::new("Department", "700000017")),
            "{removed:?}"
        );
        // Its people have moved to the root, which may have been listed before.
        pair.import();
        pair.assert_as_the_company_is();
        let departed = ("Department".to_owned(), "700000017".to_owned());
        assert_eq!(pair.documents().get(&departed), None, "it happened meanwhile");
    }
}

fn a_second_run_has_nothing_to_write<P: Pair>() {
    let pair = P::imported(companies::shapes());
    pair.import();
    assert_eq!(pair.take_written(), []);
}

#[test]
fn people_go_before_departments_and_children_before_parents() {
    let real = Real::new(companies::branches(20));
    assert_eq!(real.sync().state, RunState::Succeeded);
    // The second department, and with it those below; their people would move to the root.
    for userid in ["b001p0", "b001p1", "b016p0", "b017p1"] {
        real.mutate(&leaves(userid));
    }
    real.mutate(&Mutation::RemoveDepartment { dept_id: branch(1) });
    let report = real.sync();
    let changes = real.platform.changes(&report.run);
    let gone = changes.iter().filter(|change| matches!(change.action, Action::Deactivated | Action::Deleted));
    let lines: String = gone
        .map(|change| {
            let witness = change.witness.as_deref().unwrap_or("no witness");
            format!("{} {}: {witness}\n", change.action, change.key.external_id)
        })
        .collect();
    expect![[r#"
        deactivated b001p0: 60121: 找不到该用户
        deactivated b001p1: 60121: 找不到该用户
        deactivated b016p0: 60121: 找不到该用户
        deactivated b017p1: 60121: 找不到该用户
        deleted 700000016: 60003: 部门不存在
        deleted 700000017: 60003: 部门不存在
        deleted 700000018: 60003: 部门不存在
        deleted 700000019: 60003: 部门不存在
        deleted 700000001: 60003: 部门不存在
    "#]]
    .assert_eq(&lines);
    assert_eq!((report.counters.deactivated, report.counters.deleted), (4, 5));
}

#[test]
fn who_comes_back_is_restored_with_nothing_left_of_before() {
    let real = Real::new(companies::branches(8));
    let company = real.server.with(|simulator| simulator.company().clone());
    real.sync();
    real.mutate(&leaves("b003p0"));
    assert_eq!(real.sync().counters.deactivated, 1);
    assert_eq!(real.documents().get(&user("b003p0")), None);
    let again = User::new("b003p0", "Back Again").in_departments([700_000_002]);
    real.mutate(&Mutation::AddUser(Box::new(again)));
    let report = real.sync();
    let changes = real.platform.changes(&report.run);
    let actions: Vec<_> =
        changes.iter().map(|change| (change.action, change.key.external_id.as_str())).collect();
    assert_eq!(actions, [(Action::Restored, "b003p0")]);
    let company_now = real.server.with(|simulator| simulator.company().clone());
    assert_same(&real.documents(), &View::of(&company_now).documents());
    assert_ne!(View::of(&company).documents(), View::of(&company_now).documents());
}

#[test]
fn deleting_instead_of_deactivating_is_a_choice_of_the_source() {
    let real = Real::new(companies::branches(8));
    real.sync();
    real.mutate(&leaves("b003p0"));
    let source = real.source().with_departed_users(DepartedUsers::Delete);
    let report = real.platform.sync(&source, RunOptions::default());
    assert_eq!((report.counters.deactivated, report.counters.deleted), (0, 1));
}

#[test]
fn a_departed_person_is_kept_as_inactive() {
    let real = Real::new(companies::branches(8));
    real.sync();
    real.mutate(&leaves("b003p0"));
    let report = real.sync();
    let changes = real.platform.changes(&report.run);
    let after = changes[0].after.clone().expect("the person is kept");
    assert_eq!(after["active"], Value::Bool(false));
    assert_eq!(after["externalId"], json!("b003p0"));
}

#[track_caller]
fn check_removed(pair: &impl Pair, expected: Expect) {
    let removed = pair.take_removed();
    let line = |Removal { key, evidence }: &Removal| {
        format!("{} {}: {evidence}\n", key.resource_type, key.external_id)
    };
    expected.assert_eq(&removed.iter().map(line).collect::<String>());
}

fn leaves(userid: &str) -> Mutation {
    Mutation::RemoveUser { userid: UserId::from(userid) }
}

fn user(userid: &str) -> (String, String) {
    ("User".to_owned(), userid.to_owned())
}
