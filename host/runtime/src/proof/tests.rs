//! What a proof says, and what the newest of them tell of a view.

use std::sync::Arc;

use expect_test::{Expect, expect};

use super::*;
use crate::history::{ConnectorIdentity, Counters, NewRun, Opened, RunEnd, Trigger};
use crate::limits::MAX_NAMED_IN_PROOF;
use crate::model::proof::Fates;
use crate::model::{Container, Counts, Coverage, Key, Scope, Timestamp};
use crate::testing::MemoryStore;

const AT: Timestamp = Timestamp::from_unix_ms(1_767_225_600_000);

fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

fn people(n: u64) -> Counts {
    [("User".to_owned(), n)].into()
}

fn whole() -> Proof {
    Proof { is_complete: true, view: View { whole: true, ..View::default() }, ..Proof::default() }
}

/// A view of one department, beside which so many people are held.
fn narrow(narrowing: Option<Narrowing>, n_people: u64) -> Proof {
    let scope = Scope { whole: false, parts: vec![Key::new("Department", "5001")] };
    let unfollowed = if n_people == 0 { Counts::new() } else { people(n_people) };
    Proof { is_complete: true, view: View::from(&scope), narrowing, unfollowed, ..Proof::default() }
}

#[track_caller]
fn check(proof: &Proof, expected: &Expect) {
    let line = |Line { name, value }: Line| {
        format!("{}: {} / {}：{}\n", name.english, value.english, name.chinese, value.chinese)
    };
    expected.assert_eq(&proof.told().into_iter().map(line).collect::<String>());
}

fn open(resource_type: &str, id: &str) -> OpenList {
    OpenList { resource_type: resource_type.to_owned(), of: Key::new("Department", id) }
}

#[test]
fn a_quiet_run_shows_what_was_read_and_from_what_though_it_removed_nothing() {
    let list =
        |id: &str| Container { key: Key::new("Department", id), closed: true, listed: 1, expected: None };
    let covered = |resource_type: &str, read, expected| Coverage {
        resource_type: resource_type.to_owned(),
        read,
        expected,
        containers: vec![list("1")],
    };
    let proof = whole().with_coverage(&[covered("Department", 20, None), covered("User", 283, Some(283))]);
    check(
        &proof,
        &expect![[r#"
            read: 20 departments and 283 of 283 people / 已读取：20 个部门、283 人（共 283 人）
            lists: 2 lists, read to the end / 列表：2 个，全部读取完整
            view: everything / 可见范围：全部
            removed: nothing / 已移除：无
        "#]],
    );
}

#[test]
fn a_run_that_held_and_left_out_something_shows_how_much_and_why() {
    let mut fates = Fates::default();
    (0..3).for_each(|n| fates.removed(&Key::new("User", n.to_string())));
    fates.kept(&Key::new("Department", "7"), "departures-held");
    fates.kept_some("removals-stopped", people(2));
    fates.kept_some("scope-held", Counts::new());
    let proof = Proof {
        is_complete: false,
        view_before: Some(View { whole: true, ..View::default() }),
        since: Some(Since { run: RunId::new("12"), at: AT }),
        read: vec![Read { resource_type: "User".to_owned(), read: 1, expected: None }],
        lists: Lists { n: 30, n_closed: 5, open: vec![open("User", "8"), open("Department", "8")] },
        ..narrow(Some(Narrowing::Held), 303)
    };
    check(
        &proof.with_fates(fates),
        &expect![[r#"
            read: 1 person; not everything could be read / 已读取：1 人；未能全部读取
            lists: 30 lists, 5 read to the end; not: people of Department "8", departments of Department "8", … / 列表：30 个，其中 5 个读取完整；未读取完整：Department "8" 的人员、Department "8" 的部门、…
            view: 1 department (5001) / 可见范围：1 个部门（5001）
            view before: everything / 此前的可见范围：全部
            removed: 3 people / 已移除：3 人
            not removed: 1 department: too many at once, waits for a person / 未移除：1 个部门：一次过多，等待人工确认
            not removed: 2 people: not found, and not everything could be read / 未移除：2 人：没有读到，但读取不完整
            not followed: 303 people, out of sight of the application, since run 12 / 不再跟随：303 人，应用看不到（自第 12 次运行起）
        "#]],
    );
}

#[test]
fn a_reading_that_came_to_no_end_says_so() {
    check(
        &Proof { is_complete: false, ..whole() },
        &expect![[r#"
            read: the reading came to no end / 已读取：读取未进行到底
            lists: 0 lists / 列表：0 个
            view: everything / 可见范围：全部
            removed: nothing / 已移除：无
        "#]],
    );
}

#[test]
fn some_lists_and_parts_are_named_of_however_many() {
    let parts: Vec<Key> = (0..1000).map(|n| Key::new("User", n.to_string())).collect();
    let containers: Vec<_> = parts
        .iter()
        .map(|key| Container { key: key.clone(), closed: false, listed: 0, expected: None })
        .collect();
    let coverage = Coverage { resource_type: "User".to_owned(), read: 0, expected: None, containers };
    let view = View::from(&Scope { whole: false, parts });
    let proof = Proof { view, ..Proof::default() }.with_coverage(&[coverage]);
    assert_eq!((proof.lists.n, proof.lists.n_closed, proof.lists.open.len()), (1000, 0, MAX_NAMED_IN_PROOF));
    assert_eq!((proof.view.n_parts, proof.view.parts.len()), (people(1000), MAX_NAMED_IN_PROOF));
}

#[test]
fn what_a_view_leaves_out_is_one_sentence_louder_until_a_person_has_approved() {
    let told = |narrowing, n| {
        let left_out = LeftOut::of(&Proof {
            since: Some(Since { run: RunId::new("12"), at: AT }),
            ..narrow(narrowing, n)
        });
        left_out.map(|left_out| left_out.told()).map(|told| format!("{} / {}", told.english, told.chinese))
    };
    expect![[r#"
        the application sees less than before: 303 objects are no longer followed, since run 12 / 应用可见范围比之前小：不再跟随 303 个对象（自第 12 次运行起）
        the application sees less than before: 1 object is no longer followed, since run 12 / 应用可见范围比之前小：不再跟随 1 个对象（自第 12 次运行起）
        the application sees less than before, since run 12 / 应用可见范围比之前小（自第 12 次运行起）
        not followed: 303 objects out of sight of the application, since run 12 / 未跟随：303 个对象不在应用可见范围内（自第 12 次运行起）"#]]
    .assert_eq(
        &[
            told(Some(Narrowing::Held), 303),
            told(Some(Narrowing::Held), 1),
            told(Some(Narrowing::Held), 0),
            told(Some(Narrowing::Approved), 303),
        ]
        .map(Option::unwrap)
        .join("\n"),
    );
    assert_eq!((told(Some(Narrowing::Approved), 0), told(None, 0)), (None, None));
}

/// One import that ended with this proof, as the run knows it.
async fn imported(store: &MemoryStore, kind: RunKind, dry_run: bool, mut proof: Option<Proof>) -> RunId {
    let connector = ConnectorIdentity { id: String::new(), version: String::new(), digest: String::new() };
    let new = NewRun {
        source: source(),
        kind,
        trigger: Trigger::Manual,
        dry_run,
        attended: false,
        connector,
        started_at: AT,
    };
    let Opened::Run(run) = store.open_run(&new).await.unwrap() else { panic!("the source is free") };
    if let Some(proof) = &mut proof {
        say_since(store, &source(), &run, AT, proof).await.unwrap();
    }
    let (state, counters) = (RunState::Succeeded, Counters::default());
    let end =
        RunEnd { state, counters, failure: None, n_entries_dropped: 0, finished_at: AT, scope: None, proof };
    store.close_run(&run, &end).await.unwrap();
    run
}

async fn since(store: &MemoryStore) -> Option<(bool, String)> {
    let left_out = left_out(store, &source()).await.unwrap()?;
    Some((left_out.waits, left_out.since.unwrap().run.to_string()))
}

#[tokio::test]
async fn a_view_leaves_something_out_since_the_first_run_that_said_so_until_one_says_otherwise() {
    let store = Arc::<MemoryStore>::default();
    let import = |proof| imported(&store, RunKind::Full, false, proof);
    import(Some(whole())).await;
    assert_eq!(since(&store).await, None);
    let first = import(Some(narrow(Some(Narrowing::Held), 2))).await.to_string();
    assert_eq!(since(&store).await, Some((true, first.clone())));
    // Neither what came to no end, nor a rehearsal, nor a batch of events, nor a reading with holes says anything else.
    import(None).await;
    imported(&store, RunKind::Full, true, Some(whole())).await;
    imported(&store, RunKind::Events, false, None).await;
    import(Some(Proof { is_complete: false, ..whole() })).await;
    assert_eq!(since(&store).await, Some((true, first.clone())));
    import(Some(narrow(Some(Narrowing::Approved), 2))).await;
    import(Some(narrow(None, 3))).await;
    assert_eq!(since(&store).await, Some((false, first)));
    import(Some(whole())).await;
    assert_eq!(since(&store).await, None);
    let again = import(Some(narrow(None, 1))).await.to_string();
    assert_eq!(since(&store).await, Some((false, again)));
    let runs = store.runs(&source(), None, 100).await.unwrap();
    assert_eq!(LeftOut::by(&runs), left_out(&*store, &source()).await.unwrap());
}

#[test]
fn a_proof_that_was_kept_is_the_same_and_one_of_another_version_is_read_as_far_as_it_goes() {
    let proof = narrow(Some(Narrowing::Approved), 3);
    let text = serde_json::to_string(&proof).unwrap();
    assert_eq!(serde_json::from_str::<Proof>(&text).unwrap(), proof);
    assert_eq!(serde_json::from_str::<Proof>(r#"{"later": 1}"#).unwrap(), Proof::default());
}
