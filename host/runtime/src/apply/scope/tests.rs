//! What is held when a source is read with a smaller scope than before, and what is not.

use std::sync::Arc;

use expect_test::{Expect, expect};
use rollcall_rules::placement::departments;
use rollcall_rules::vocabulary::schema::ORGANISATION_USER;
use serde_json::{Value, json};

use super::*;
use crate::apply::tests::{destination, gone, hold, put, scales};
use crate::apply::{Destination, DirectoryChange, Ledger, Statement};
use crate::guard::Permitted;
use crate::history::Counters;
use crate::limits::MAX_LOST_PARTS_ASKED;
use crate::model::Diagnosis;
use crate::testing::MemoryStore;

fn department(id: &str) -> Key {
    Key::new(DEPARTMENT, id)
}

fn user(id: &str) -> Key {
    Key::new("User", id)
}

fn whole() -> Scope {
    Scope { whole: true, parts: Vec::new() }
}

fn parts(parts: &[Key]) -> Scope {
    Scope { whole: false, parts: parts.to_vec() }
}

fn below(parent: Option<&str>) -> Value {
    json!({"parent": parent.map(|id| json!({"value": id}))})
}

fn member_of(departments: &[&str]) -> Value {
    let departments: Vec<_> = departments.iter().map(|id| json!({"value": id})).collect();
    json!({(ORGANISATION_USER): {"departments": departments}})
}

fn held(id: &str, more: &Value) -> Value {
    let mut document = json!({"schemas": ["urn:x"], "externalId": id});
    let members = more.as_object().unwrap().iter().filter(|(_, value)| !value.is_null());
    document.as_object_mut().unwrap().extend(members.map(|(name, value)| (name.clone(), value.clone())));
    document
}

/// 1 is the root; 2 and 3 are below it, 21 is below 2. Li is in 21 and 3, Wu in 3, Xu in 2 and 21.
fn company() -> Arc<MemoryStore> {
    let store = Arc::<MemoryStore>::default();
    for (id, parent) in [("1", None), ("2", Some("1")), ("3", Some("1")), ("21", Some("2"))] {
        hold(&store, DEPARTMENT, id, held(id, &below(parent)));
    }
    for (id, departments) in [("li", &["21", "3"][..]), ("wu", &["3"]), ("xu", &["2", "21"])] {
        hold(&store, "User", id, held(id, &member_of(departments)));
    }
    store
}

fn in_departments(id: &str, departments: &[&str]) -> DirectoryChange {
    put("User", id, &member_of(departments))
}

fn apply(store: &Arc<MemoryStore>, extent: RunExtent, last: &Scope, approved: Option<&Scope>) -> Apply {
    let known_scopes = EarlierScopes { last: Some(last.clone()), approved: approved.map(Scope::digest) };
    Apply::new(Destination { known_scopes, ..destination(store, extent) })
}

async fn opened(store: &Arc<MemoryStore>, last: &Scope, scope: &Scope) -> Apply {
    let mut apply = apply(store, RunExtent::Full, last, None);
    apply.take(Statement::Opened(scope.clone())).await.unwrap();
    apply
}

/// The departments that the platform holds someone in.
fn departments_of(store: &MemoryStore, id: &str) -> Vec<String> {
    let state = store.state();
    let document = &state.objects[&(crate::apply::tests::source(), user(id))].document;
    departments(document).into_iter().map(str::to_owned).collect()
}

fn told(store: &MemoryStore) -> String {
    let line = |diagnosis: &Diagnosis| {
        let Diagnosis { code, message, translations, .. } = diagnosis;
        format!("{code}: {message} / {}\n", translations[0].message)
    };
    store.state().entries.iter().map(|(_, entry)| line(&entry.diagnosis)).collect()
}

fn changes(store: &MemoryStore) -> Vec<String> {
    let line = |change: &crate::history::ChangeRecord| {
        let refusal = change.refusal.as_ref().map_or("", |why| why.code.as_str());
        format!("{} {} {refusal}", change.action, change.key)
    };
    store.state().changes.iter().map(|(_, change)| line(change)).collect()
}

#[track_caller]
fn check(store: &MemoryStore, ledger: &Ledger, counters: Counters, expected: &Expect) {
    expected.assert_eq(&told(store));
    assert_eq!(*ledger.counters(), counters);
}

#[tokio::test]
async fn who_would_lose_a_department_out_of_sight_stays_as_they_are_and_all_others_go_on() {
    let store = company();
    let mut run = opened(&store, &whole(), &parts(&[department("2")])).await;
    let changes = vec![
        put(DEPARTMENT, "2", &below(None)),
        put(DEPARTMENT, "21", &json!({"displayName": "renamed"})),
        in_departments("li", &["21"]),
        in_departments("xu", &["21"]),
        in_departments("new", &["2"]),
    ];
    let outcomes = run.changes(changes).await.unwrap();
    let is_held =
        |outcome: &crate::apply::ApplyOutcome| matches!(outcome, crate::apply::ApplyOutcome::Held(None));
    assert_eq!(outcomes.iter().map(is_held).collect::<Vec<_>>(), [true, false, true, false, false]);
    let mut ledger = run.finish(true).await;
    assert_eq!(departments_of(&store, "li"), ["21", "3"]);
    // She left a department that the application still sees.
    assert_eq!(departments_of(&store, "xu"), ["21"]);
    assert_eq!(departments_of(&store, "new"), ["2"]);
    let held: Vec<_> =
        super::tests::changes(&store).into_iter().filter(|line| line.contains("held")).collect();
    assert_eq!(held, [r#"updated Department "2" scope-held"#, r#"updated User "li" scope-held"#]);
    assert!(ledger.holds());
    assert_eq!(ledger.take_scope(), None, "the next run is compared with the larger scope");
    let counters = Counters { read: 5, created: 1, updated: 2, skipped: 2, held: 2, ..Counters::default() };
    check(
        &store,
        &ledger,
        counters,
        &expect![[r#"
            scope-held: the application sees less than before: 1 department (2) instead of everything; 1 department and 1 person would be taken out of departments that it no longer sees, which waits for a person / 应用可见范围比之前小：之前为全部，现在只有 1 个部门（2）；1 个部门和 1 人将移出不再可见的部门，等待人工确认
        "#]],
    );
}

#[tokio::test]
async fn a_view_that_is_smaller_waits_for_a_person_even_if_nobody_would_lose_anything() {
    let store = company();
    let ledger = opened(&store, &whole(), &parts(&[department("3")])).await.finish(true).await;
    assert!(ledger.holds());
    check(
        &store,
        &ledger,
        Counters::default(),
        &expect![[r#"
            scope-held: the application sees less than before: 1 department (3) instead of everything; what it no longer shows stays as it is / 应用可见范围比之前小：之前为全部，现在只有 1 个部门（3）；不再可见的内容保持不变
        "#]],
    );
}

#[tokio::test]
async fn a_part_that_is_no_longer_named_is_missed_unless_another_holds_it() {
    let last = parts(&[department("2"), department("3"), user("li")]);
    for (scope, is_smaller) in [
        (parts(&[department("3"), user("li"), department("2")]), false),
        (parts(&[department("1")]), false),
        (parts(&[department("2"), department("3")]), false),
        (parts(&[department("2"), department("3"), department("21"), user("wu")]), false),
        (whole(), false),
        (parts(&[department("21"), department("3"), user("li")]), true),
        (parts(&[department("2"), user("li")]), true),
        (parts(&[user("li")]), true),
    ] {
        let store = company();
        let mut ledger = opened(&store, &last, &scope).await.finish(true).await;
        assert_eq!(ledger.holds(), is_smaller, "{scope:?}");
        assert_eq!(ledger.take_scope(), (!is_smaller).then_some(scope), "what the next run is compared with");
    }
}

#[tokio::test]
async fn of_many_parts_the_first_are_named() {
    let store = company();
    let lost: Vec<Key> = ["5", "6", "7", "8"].map(department).into();
    lost.iter()
        .for_each(|key| hold(&store, DEPARTMENT, &key.external_id, held(&key.external_id, &json!({}))));
    opened(&store, &parts(&[&lost[..], &[department("3")]].concat()), &parts(&[department("3")]))
        .await
        .finish(true)
        .await;
    expect![[r#"
        scope-held: the application sees less than before: no longer 4 departments (5, 6, 7, …); what it no longer shows stays as it is / 应用可见范围比之前小：不再包括 4 个部门（5、6、7、…）；不再可见的内容保持不变
    "#]]
    .assert_eq(&told(&store));
}

#[tokio::test]
async fn what_leaves_out_of_sight_stays_and_what_leaves_in_sight_leaves() {
    let store = company();
    let mut run = opened(&store, &whole(), &parts(&[department("2")])).await;
    run.take(Statement::Closed(Vec::new())).await.unwrap();
    run.remove_missing(vec![gone("User", "wu"), gone("User", "xu"), gone(DEPARTMENT, "3")]).await.unwrap();
    let ledger = run.finish(true).await;
    let state = store.state();
    let is_there = |key: Key| {
        let held = state.objects.get(&(crate::apply::tests::source(), key));
        held.is_some_and(|held| !held.departed)
    };
    assert_eq!([user("wu"), user("xu"), department("3")].map(is_there), [true, false, true]);
    drop(state);
    let counters = Counters { deactivated: 1, kept: 2, held: 2, ..Counters::default() };
    check(
        &store,
        &ledger,
        counters,
        &expect![[r#"
            reading-covered: read nothing / 已读取 0 个对象
            scope-held: the application sees less than before: 1 department (2) instead of everything; 1 department and 1 person that it no longer sees would leave, which waits for a person / 应用可见范围比之前小：之前为全部，现在只有 1 个部门（2）；不再可见的 1 个部门和 1 人将离开，等待人工确认
        "#]],
    );
}

/// Which of the company are out of view, as a connector is answered.
async fn out_of_view(run: &mut Apply, keys: &[Key]) -> Vec<String> {
    let are_out = run.out_of_view(keys).await.unwrap();
    let out = keys.iter().zip(are_out).filter(|(_, is_out)| *is_out);
    out.map(|(key, _)| key.external_id.clone()).collect()
}

fn everybody() -> Vec<Key> {
    let departments = ["1", "2", "3", "21"].map(department);
    departments.into_iter().chain(["li", "wu", "xu", "nobody"].map(user)).collect()
}

#[tokio::test]
async fn what_hangs_out_of_the_scope_is_not_followed_and_one_sentence_says_how_much_of_what() {
    let store = company();
    let mut run = opened(&store, &whole(), &parts(&[department("2")])).await;
    for _ in 0..2 {
        assert_eq!(out_of_view(&mut run, &everybody()).await, ["1", "3", "wu"], "each counts once");
    }
    let mut ledger = run.finish(true).await;
    expect![[r#"
        scope-held: the application sees less than before: 1 department (2) instead of everything; 3 objects (2 departments and 1 person) are no longer followed; what it no longer shows stays as it is / 应用可见范围比之前小：之前为全部，现在只有 1 个部门（2）；不再跟随 3 个对象（2 个部门和 1 人）；不再可见的内容保持不变
    "#]]
    .assert_eq(&told(&store));
    let proof = ledger.take_proof().unwrap();
    assert_eq!((proof.narrowing, proof.is_complete), (Some(Narrowing::Held), true));
    assert_eq!(proof.unfollowed, [(DEPARTMENT.to_owned(), 2), ("User".to_owned(), 1)].into());
    assert!(proof.view_before.unwrap().whole && !proof.view.whole);
}

#[tokio::test]
async fn a_scope_that_was_as_small_before_says_it_without_a_warning() {
    let (store, scope) = (company(), parts(&[department("2")]));
    let mut run = opened(&store, &scope, &scope).await;
    out_of_view(&mut run, &everybody()).await;
    let mut ledger = run.finish(true).await;
    assert!(!ledger.holds());
    expect![[r#"
        objects-not-followed: 3 objects (2 departments and 1 person) are out of sight of the application, and not followed / 应用看不到 3 个对象（2 个部门和 1 人），不跟随其变化
    "#]]
    .assert_eq(&told(&store));
    assert!(ledger.take_proof().unwrap().leaves_out());
}

#[tokio::test]
async fn where_something_hangs_is_told_by_what_was_put_before() {
    let (store, scope) = (company(), parts(&[department("2")]));
    let mut run = opened(&store, &scope, &scope).await;
    run.changes(vec![put(DEPARTMENT, "3", &below(Some("2")))]).await.unwrap();
    assert_eq!(out_of_view(&mut run, &everybody()).await, ["1"]);
}

#[tokio::test]
async fn of_everything_of_some_objects_and_before_it_is_said_nothing_is_out_of_view() {
    let store = company();
    let scope = parts(&[department("2")]);
    let mut whole_run = opened(&store, &scope, &whole()).await;
    let mut unsaid = apply(&store, RunExtent::Full, &whole(), None);
    let mut some = apply(&store, RunExtent::Some, &whole(), None);
    some.take(Statement::Opened(scope)).await.unwrap();
    for run in [&mut whole_run, &mut unsaid, &mut some] {
        assert_eq!(out_of_view(run, &everybody()).await, [""; 0]);
    }
    assert_eq!(some.finish(true).await.take_proof(), None);
    assert_eq!(unsaid.finish(true).await.take_proof(), None);
    assert!(!whole_run.finish(true).await.take_proof().unwrap().leaves_out());
}

#[tokio::test]
async fn parts_that_are_missing_from_the_scope_are_asked_about_up_to_a_bound() {
    let store = company();
    let lost: Vec<Key> = (0..MAX_LOST_PARTS_ASKED + 5).map(|n| department(&n.to_string())).collect();
    lost.iter().for_each(|key| {
        hold(&store, DEPARTMENT, &key.external_id, held(&key.external_id, &json!({})));
    });
    let mut run = opened(&store, &parts(&lost), &parts(&[user("xu")])).await;
    assert_eq!(out_of_view(&mut run, &lost).await.len(), 5);
}

#[tokio::test]
async fn a_company_out_of_view_takes_as_many_loads_as_it_has_levels_and_not_one_for_each() {
    let store = company();
    let ids: Vec<String> = (100..600).map(|n| n.to_string()).collect();
    ids.iter().for_each(|id| hold(&store, DEPARTMENT, id, held(id, &below(Some("3")))));
    let people: Vec<Key> = (0..1000).map(|n| user(&n.to_string())).collect();
    for (key, id) in people.iter().zip(ids.iter().cycle()) {
        hold(&store, "User", &key.external_id, held(&key.external_id, &member_of(&[id.as_str()])));
    }
    let mut run = opened(&store, &whole(), &parts(&[department("2")])).await;
    let n_before = store.state().n_loads;
    assert_eq!(out_of_view(&mut run, &people).await.len(), 1000);
    // The people, their departments, what is above those, and what is above that.
    assert_eq!(store.state().n_loads - n_before, 4);
}

#[tokio::test]
async fn what_a_person_approved_is_done_and_is_what_the_next_run_is_compared_with() {
    let store = company();
    let scope = parts(&[department("2"), user("wu")]);
    let turned = parts(&[user("wu"), department("2")]);
    let mut run = apply(&store, RunExtent::Full, &whole(), Some(&turned));
    run.take(Statement::Opened(scope.clone())).await.unwrap();
    run.changes(vec![in_departments("li", &["21"])]).await.unwrap();
    let mut ledger = run.finish(true).await;
    assert_eq!(departments_of(&store, "li"), ["21"]);
    assert!(!ledger.holds());
    assert_eq!(ledger.take_scope(), Some(scope));
    expect![[r#"
        scope-narrowed: the application sees less than before: 1 department and 1 person (2, wu) instead of everything, as someone approved / 应用可见范围比之前小：之前为全部，现在只有 1 个部门和 1 人（2、wu）（已批准）
    "#]]
    .assert_eq(&told(&store));
}

#[tokio::test]
async fn what_a_person_approved_is_one_view_and_no_smaller_one() {
    let store = company();
    let mut run = apply(&store, RunExtent::Full, &whole(), Some(&parts(&[department("2"), department("3")])));
    run.take(Statement::Opened(parts(&[department("2")]))).await.unwrap();
    run.changes(vec![in_departments("li", &["21"])]).await.unwrap();
    assert!(run.finish(true).await.holds());
    assert_eq!(departments_of(&store, "li"), ["21", "3"]);
}

#[tokio::test]
async fn what_could_not_be_read_to_its_end_is_compared_with_all_the_same() {
    let store = company();
    let mut ledger = opened(&store, &parts(&[department("2")]), &whole()).await.finish(false).await;
    assert_eq!(ledger.take_scope(), Some(whole()));
}

#[tokio::test]
async fn a_few_objects_are_held_like_all_and_say_nothing_of_the_view_otherwise() {
    let store = company();
    for (departments, is_held) in [(&["3", "21"][..], false), (&["21"], true)] {
        let mut run = apply(&store, RunExtent::Some, &whole(), None);
        run.take(Statement::Opened(parts(&[department("2")]))).await.unwrap();
        run.changes(vec![in_departments("li", departments)]).await.unwrap();
        let mut ledger = run.finish(true).await;
        assert_eq!((ledger.holds(), told(&store).is_empty()), (is_held, !is_held), "{departments:?}");
        assert_eq!(ledger.take_scope(), None);
    }
    assert_eq!(departments_of(&store, "li"), ["21", "3"]);
}

#[tokio::test]
async fn a_view_that_turns_out_smaller_while_a_few_objects_are_read_is_that_of_the_puts_that_follow() {
    let store = company();
    let mut run = apply(&store, RunExtent::Some, &whole(), None);
    run.take(Statement::Opened(whole())).await.unwrap();
    run.changes(vec![in_departments("xu", &["2"])]).await.unwrap();
    run.take(Statement::Opened(parts(&[department("2")]))).await.unwrap();
    run.changes(vec![in_departments("li", &["21"])]).await.unwrap();
    assert!(run.finish(true).await.holds());
    assert_eq!((departments_of(&store, "xu"), departments_of(&store, "li").len()), (vec!["2".to_owned()], 2));
}

#[tokio::test]
async fn a_department_that_the_platform_does_not_hold_is_no_loss() {
    let store = company();
    hold(&store, "User", "li", held("li", &member_of(&["21", "99"])));
    let mut run = opened(&store, &whole(), &parts(&[department("2")])).await;
    run.changes(vec![in_departments("li", &["21"])]).await.unwrap();
    assert_eq!(departments_of(&store, "li"), ["21"]);
}

#[tokio::test]
async fn of_a_tree_that_bites_its_own_tail_nothing_is_in_sight() {
    let store = company();
    hold(&store, DEPARTMENT, "8", held("8", &below(Some("9"))));
    hold(&store, DEPARTMENT, "9", held("9", &below(Some("8"))));
    hold(&store, "User", "li", held("li", &member_of(&["8", "21"])));
    let mut run = opened(&store, &whole(), &parts(&[department("2")])).await;
    run.changes(vec![in_departments("li", &["21"])]).await.unwrap();
    assert_eq!(departments_of(&store, "li"), ["21", "8"]);
}

#[tokio::test]
async fn more_than_is_recorded_one_by_one_is_counted() {
    let store = company();
    let ids: Vec<String> = (0..=MAX_HELD_RECORDS).map(|n| n.to_string()).collect();
    ids.iter().for_each(|id| hold(&store, "User", id, held(id, &member_of(&["2", "3"]))));
    let mut run = opened(&store, &whole(), &parts(&[department("2")])).await;
    for ids in ids.chunks(1000) {
        run.changes(ids.iter().map(|id| in_departments(id, &["2"])).collect()).await.unwrap();
    }
    let ledger = run.finish(true).await;
    assert_eq!(ledger.counters().held, u64::try_from(ids.len()).unwrap());
    assert_eq!((changes(&store).len(), store.state().entries.len()), (MAX_HELD_RECORDS, 1));
}

#[tokio::test]
async fn it_is_held_however_much_may_leave() {
    for permitted in [Permitted::Nothing, Permitted::AtMost(u64::MAX)] {
        let store = company();
        let known_scopes = EarlierScopes { last: Some(whole()), approved: None };
        let scales = Some(scales(&store, permitted));
        let mut run =
            Apply::new(Destination { known_scopes, scales, ..destination(&store, RunExtent::Full) });
        run.take(Statement::Opened(parts(&[department("2")]))).await.unwrap();
        run.changes(vec![in_departments("li", &["21"])]).await.unwrap();
        assert!(run.finish(true).await.holds());
        assert_eq!(departments_of(&store, "li"), ["21", "3"]);
    }
}

#[tokio::test]
async fn a_scope_is_not_smaller_whose_new_part_is_found_above_the_old_ones() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, DEPARTMENT, "2", held("2", &below(None)));
    hold(&store, DEPARTMENT, "3", held("3", &below(None)));
    hold(&store, "User", "wu", held("wu", &member_of(&[])));
    let last = parts(&[department("2"), department("3"), user("wu")]);
    let mut run = opened(&store, &last, &parts(&[department("1")])).await;
    let tree = [("1", None), ("2", Some("1")), ("3", Some("1"))];
    run.changes(tree.map(|(id, above)| put(DEPARTMENT, id, &below(above))).into()).await.unwrap();
    run.changes(vec![in_departments("wu", &["3"])]).await.unwrap();
    let mut ledger = run.finish(true).await;
    assert_eq!((ledger.holds(), told(&store)), (false, String::new()));
    assert_eq!(ledger.take_scope(), Some(parts(&[department("1")])));
}

#[tokio::test]
async fn a_part_that_leaves_by_its_own_evidence_is_not_missed() {
    let store = company();
    let last = parts(&[department("2"), user("wu")]);
    let mut run = opened(&store, &last, &parts(&[department("2")])).await;
    run.take(Statement::Closed(Vec::new())).await.unwrap();
    run.remove_missing(vec![gone("User", "wu")]).await.unwrap();
    let mut ledger = run.finish(true).await;
    assert_eq!((ledger.holds(), ledger.counters().deactivated), (false, 1));
    assert_eq!(ledger.take_scope(), Some(parts(&[department("2")])));
}
