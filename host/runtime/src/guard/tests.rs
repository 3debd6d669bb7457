//! Where the lines are, and what counts as having left lately.

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};

use super::*;
use crate::history::{ConnectorIdentity, Counters, NewRun, Opened, RunEnd, RunKind};
use crate::leaving::{Leaving, allowance};
use crate::model::Container;
use crate::testing::MemoryStore;

const NOW: Timestamp = Timestamp::from_unix_ms(10_000_000);

fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

fn leaving(resource_type: &str, n_leaving: u64, n_known: u64) -> Leaving {
    Leaving { resource_type: resource_type.to_owned(), n_leaving, n_known }
}

#[test]
fn a_twentieth_may_leave_at_least_five_and_at_most_fifty() {
    let allowances = [9, 10, 40, 119, 120, 500, 1000, 100_000, u64::MAX].map(allowance);
    assert_eq!(allowances, [5, 5, 5, 5, 6, 25, 50, 50, 50]);
}

#[test]
fn of_few_half_may_leave_and_always_one() {
    assert_eq!([0, 1, 2, 3, 4, 5, 6, 7, 8].map(allowance), [1, 1, 1, 2, 2, 3, 3, 4, 4]);
}

#[test]
fn more_than_that_is_suspicious_and_so_is_more_than_half() {
    for (leaving, expected) in [
        (leaving("User", 3, 6), false),
        (leaving("User", 4, 6), true),
        (leaving("User", 6, 100), true),
        (leaving("User", 25, 500), false),
        (leaving("User", 26, 500), true),
        (leaving("User", 50, 100_000), false),
        (leaving("User", 51, 100_000), true),
        (leaving("User", 1, 1), false),
        (leaving("User", 2, 2), true),
        (leaving("Department", 6, 11), false),
        (leaving("Department", 7, 11), true),
        (leaving("Department", 10, 20), false),
        (leaving("Department", 11, 10_000), true),
        (leaving("Department", 0, 0), false),
    ] {
        assert_eq!(leaving.is_suspicious(), expected, "{leaving:?}");
    }
}

#[test]
fn what_is_held_names_the_numbers_and_what_to_do() {
    let why = all_held(
        &WouldLeave::from(vec![leaving("Department", 2, 30), leaving("User", 60, 400)]),
        &Counts::new(),
    );
    assert_eq!(
        why.message,
        "60 of 400 people (15.0 %) and 2 of 30 departments are gone from the source, which is too many to remove unseen; all \
         of them stay"
    );
    assert!(why.localized("zh-CN").message.contains("60 人（共 400 人，占 15.0%）"));
    assert_eq!(why.fact("User"), Some("60/400"));
    assert!(why.remedy.unwrap().contains("confirm how many they are"));
}

#[test]
fn what_left_lately_is_weighed_with_what_would_leave_and_told() {
    let leaving = WouldLeave::from(vec![leaving("User", 40, 960)]);
    let lately = Counts::from([("User".to_owned(), 40)]);
    assert!(!leaving.is_suspicious_after(&Counts::new()));
    assert!(!leaving.is_suspicious_after(&Counts::from([("User".to_owned(), 8)])));
    assert!(!leaving.is_suspicious_after(&Counts::from([("Department".to_owned(), 40)])));
    assert!(leaving.is_suspicious_after(&lately));
    let why = all_held(&leaving, &lately);
    assert_eq!(
        why.message,
        "40 of 960 people (4.2 %) are gone from the source, and 40 people left within the last hour, which together is too many \
         to remove unseen; all that are still here stay"
    );
    assert!(why.localized("zh-CN").message.contains("最近一小时内已移除 40 人"));
    assert_eq!(why.fact("User"), Some("40/960"));
}

#[test]
fn what_would_be_removed_is_one_sentence_and_one_number() {
    let leaving = WouldLeave::from(vec![leaving("Department", 3, 120), leaving("User", 796, 4296)]);
    assert_eq!(leaving.n(), 799);
    let told = leaving.told();
    assert_eq!(told.message, "796 of 4,296 people (18.5 %) and 3 of 120 departments would be removed");
    assert_eq!(
        told.localized("zh-CN").message,
        "将移除 796 人（共 4,296 人，占 18.5%）、3 个部门（共 120 个部门）"
    );
    assert_eq!(WouldLeave::default().told().message, "nothing would be removed");
}

fn read(
    resource_type: &str,
    read: u64,
    expected: Option<u64>,
    lists: &[(bool, u64, Option<u64>)],
) -> Coverage {
    let list = |(n, &(closed, listed, expected)): (usize, &(bool, u64, Option<u64>))| Container {
        key: Key::new(DEPARTMENT, n.to_string()),
        closed,
        listed,
        expected,
    };
    let containers = lists.iter().enumerate().map(list).collect();
    Coverage { resource_type: resource_type.to_owned(), read, expected, containers }
}

#[test]
fn a_reading_covers_what_the_source_says_there_is_but_for_who_left_meanwhile() {
    let leaving = Counts::from([(USER.to_owned(), 2)]);
    for (coverage, n_open, n_missing) in [
        (vec![], 0, 0),
        (vec![read(USER, 9, None, &[(true, 9, None)])], 0, 0),
        (vec![read(USER, 9, Some(9), &[(true, 9, Some(9))])], 0, 0),
        (vec![read(USER, 10, Some(9), &[])], 0, 0),
        (vec![read(USER, 8, Some(10), &[])], 0, 0),
        (vec![read(USER, 7, Some(10), &[])], 0, 1),
        (vec![read(USER, 9, None, &[(true, 1, Some(2)), (true, 3, Some(5))])], 0, 1),
        (vec![read(USER, 9, None, &[(true, 9, None), (false, 0, None)])], 1, 0),
        (vec![read(DEPARTMENT, 2, Some(3), &[]), read(USER, 9, None, &[])], 0, 1),
        (
            vec![read(DEPARTMENT, 2, Some(3), &[(false, 0, None)]), read(USER, 0, Some(u64::MAX), &[])],
            1,
            u64::MAX - 1,
        ),
    ] {
        assert_eq!(Uncovered::of(&coverage, &leaving), Uncovered { n_open, n_missing }, "{coverage:?}");
    }
}

#[test]
fn what_a_reading_did_not_cover_is_said_with_numbers_and_what_to_do() {
    let leaving = WouldLeave::from(vec![leaving("User", 2, 9)]);
    assert_eq!(Uncovered::default().held(&leaving), None);
    let open = Uncovered { n_open: 2, n_missing: 7 }.held(&leaving).unwrap();
    assert_eq!(open.fact("User"), Some("2/9"));
    assert_eq!(
        open.message,
        "2 lists of the source were not read to their end, so that what was not seen may still be there; all of it stays"
    );
    let missing = Uncovered { n_open: 0, n_missing: 7 }.held(&leaving).unwrap();
    assert!(missing.message.starts_with("by its own words the source has 7 objects more than were read"));
    assert!(missing.localized("zh-CN").message.contains("还有 7 个对象"));
    assert!(missing.remedy.unwrap().starts_with("Import again."));
}

/// A run that ended at this time, after these departures.
async fn ended(store: &MemoryStore, trigger: Trigger, dry_run: bool, state: RunState, at: i64, left: &[Key]) {
    let kind = match trigger {
        Trigger::Event | Trigger::Stream => RunKind::Events,
        Trigger::Manual | Trigger::Approval => RunKind::Refresh,
        Trigger::Schedule => RunKind::Full,
    };
    let new = NewRun {
        source: source(),
        kind,
        trigger,
        dry_run,
        attended: false,
        connector: ConnectorIdentity {
            id: "example".into(),
            version: "1".into(),
            digest: "blake3:00".into(),
        },
        started_at: Timestamp::from_unix_ms(at - 10),
    };
    let Opened::Run(run) = store.open_run(&new).await.unwrap() else { panic!("busy") };
    let change = |key: &Key| ChangeRecord {
        key: key.clone(),
        action: if key.resource_type == "User" { Action::Deactivated } else { Action::Deleted },
        before: None,
        after: None,
        witness: None,
        refusal: None,
    };
    let mut changes: Vec<_> = left.iter().map(change).collect();
    let refused = ChangeRecord {
        refusal: Some(Diagnosis::new("departure-held", "it stays")),
        ..change(&Key::new("User", "held"))
    };
    changes.extend([refused, ChangeRecord { action: Action::Updated, ..change(&Key::new("User", "same")) }]);
    store.record_changes(&run, &changes).await.unwrap();
    let counters = if state == RunState::Interrupted {
        Counters::default()
    } else {
        Counters { deactivated: u64::try_from(left.len()).unwrap(), ..Counters::default() }
    };
    let finished_at = Timestamp::from_unix_ms(at);
    let end = RunEnd {
        state,
        counters,
        failure: None,
        n_entries_dropped: 0,
        finished_at,
        scope: None,
        proof: None,
    };
    store.close_run(&run, &end).await.unwrap();
}

#[tokio::test]
async fn what_left_within_the_hour_is_counted_by_kind_but_for_what_a_person_confirmed() {
    let store = MemoryStore::default();
    let user = |id: &str| Key::new("User", id);
    let now = NOW.unix_ms();
    ended(&store, Trigger::Event, false, RunState::Succeeded, now - 3_600_001, &[user("long ago")]).await;
    ended(&store, Trigger::Event, false, RunState::Succeeded, now - 3_600_000, &[user("a")]).await;
    ended(
        &store,
        Trigger::Stream,
        false,
        RunState::Partial,
        now - 9,
        &[user("b"), Key::new("Department", "1")],
    )
    .await;
    ended(&store, Trigger::Manual, false, RunState::Succeeded, now - 8, &[user("by hand")]).await;
    ended(&store, Trigger::Approval, false, RunState::Succeeded, now - 8, &[user("approved")]).await;
    ended(&store, Trigger::Schedule, false, RunState::Succeeded, now - 8, &[user("by a full run")]).await;
    // More than a full run removes without a number.
    let confirmed = ["1", "2", "3", "4", "5", "6"].map(user);
    ended(&store, Trigger::Schedule, false, RunState::Succeeded, now - 8, &confirmed).await;
    ended(&store, Trigger::Event, true, RunState::Succeeded, now - 7, &[user("dry")]).await;
    ended(&store, Trigger::Event, false, RunState::Interrupted, now - 6, &[user("c")]).await;
    let counts = departed_lately(&store, &store, &source(), NOW).await.unwrap();
    assert_eq!(counts, Counts::from([("Department".to_owned(), 1), ("User".to_owned(), 5)]));
}

#[tokio::test]
async fn an_old_run_ends_the_search() {
    let store = MemoryStore::default();
    let now = NOW.unix_ms();
    ended(&store, Trigger::Event, false, RunState::Succeeded, now - 5, &[Key::new("User", "hidden")]).await;
    ended(&store, Trigger::Event, false, RunState::Succeeded, now - 9_000_000, &[]).await;
    assert_eq!(departed_lately(&store, &store, &source(), NOW).await.unwrap(), Counts::new());
}
