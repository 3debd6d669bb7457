//! What a run may write, and how it ends beyond that.

use std::sync::Arc;

use serde_json::json;

use super::super::tests::{destination, gone, hold, put, scales, user};
use super::super::{Apply, ApplyOutcome, DirectoryChange, Object, RunExtent};
use super::overrun::n_bytes;
use super::*;
use crate::directory::{Action, Write};
use crate::guard::{Permitted, Scales};
use crate::testing::MemoryStore;

/// Small enough to be met.
const SMALL: Bounds = Bounds {
    bytes: 20_000,
    bytes_per_object: 1000,
    most_bytes: 50_000,
    changes_per_object: 3,
    new_objects: 5,
    new_objects_per_held: 2,
    source_bytes: 100_000,
    source_bytes_per_object: 1000,
    most_source_bytes: 200_000,
};

fn apply(store: &Arc<MemoryStore>, extent: RunExtent, bounds: Bounds) -> Apply {
    let mut apply = Apply::new(destination(store, extent));
    apply.volume = Volume::within(bounds);
    apply
}

/// One after the other, until they are refused: how many were applied, and in what words the run ended.
async fn applied(
    apply: &mut Apply,
    changes: impl IntoIterator<Item = DirectoryChange>,
) -> (usize, Option<String>) {
    let mut n_applied = 0;
    for change in changes {
        match apply.changes(vec![change]).await {
            Ok(outcomes) => {
                n_applied += outcomes.iter().filter(|outcome| **outcome == ApplyOutcome::Applied).count()
            }
            Err(why) => {
                assert!(apply.destination.overrun.is_cancelled());
                return (n_applied, Some(why.message));
            }
        }
    }
    (n_applied, None)
}

fn sized(id: &str, n: usize, n_bytes: usize) -> DirectoryChange {
    put("User", id, &json!({"displayName": format!("{n:0n_bytes$}")}))
}

#[tokio::test]
async fn an_object_that_is_changed_again_and_again_ends_the_run() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = apply(&store, RunExtent::Full, SMALL);
    let changes = (0..).map(|n| sized("a", n, 10));
    let (n_applied, why) = applied(&mut apply, changes).await;
    // Once as new, and three times again.
    assert_eq!(n_applied, 4);
    let expected =
        "the run was ended because it changed User \"a\" more than 3 times; what it had written stays";
    assert_eq!(why.as_deref(), Some(expected));
    assert_eq!(store.state().objects.len(), 1);
}

#[tokio::test]
async fn an_object_that_comes_and_goes_ends_the_run() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = apply(&store, RunExtent::Some, SMALL);
    let changes =
        (0..).map(|n| if n % 2 == 0 { user("a") } else { DirectoryChange::Delete(gone("User", "a")) });
    let (n_applied, why) = applied(&mut apply, changes).await;
    assert_eq!(n_applied, 4);
    assert!(why.is_some_and(|why| why.contains("more than 3 times")));
}

#[tokio::test]
async fn what_changes_nothing_may_come_as_often_as_it_likes() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = apply(&store, RunExtent::Full, SMALL);
    assert_eq!(applied(&mut apply, (0..100).map(|_| user("a"))).await, (100, None));
}

#[tokio::test]
async fn another_version_each_time_ends_the_run_too() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = apply(&store, RunExtent::Full, SMALL);
    let changes = (0..).map(|n: usize| match user("a") {
        DirectoryChange::Put(object) => DirectoryChange::Put(Object { version: n.to_string(), ..object }),
        other @ DirectoryChange::Delete(_) => other,
    });
    assert_eq!(applied(&mut apply, changes).await.0, 4);
}

#[tokio::test]
async fn a_run_writes_as_much_as_its_objects_may_take_and_ends_with_what_it_wrote() {
    let store = Arc::<MemoryStore>::default();
    let bounds = Bounds { new_objects: 1000, ..SMALL };
    let mut apply = apply(&store, RunExtent::Full, bounds);
    let (n_applied, why) = applied(&mut apply, (0..).map(|n| sized(&n.to_string(), n, 3000))).await;
    // Each has 3 KB and some, of which 1000 bytes are its own.
    assert_eq!(n_applied, 9);
    let why = why.unwrap();
    assert!(why.starts_with("the run was ended before it wrote more than 0 MiB about 10 objects"), "{why}");
    assert_eq!(store.state().objects.len(), 9);
}

#[tokio::test]
async fn many_objects_of_usual_size_are_written_up_to_the_most_of_any_run() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = apply(&store, RunExtent::Full, Bounds { new_objects: 1000, ..SMALL });
    let (n_applied, why) = applied(&mut apply, (0..).map(|n| sized(&n.to_string(), n, 500))).await;
    assert!((80..100).contains(&n_applied) && why.is_some(), "{n_applied}");
}

#[tokio::test]
async fn a_source_that_never_ends_is_stopped_by_what_was_held_before() {
    for (n_held, expected) in [(0, 5), (10, 25)] {
        let store = Arc::<MemoryStore>::default();
        (0..n_held).for_each(|n| hold(&store, "User", &format!("held-{n}"), json!({})));
        let mut apply = apply(&store, RunExtent::Full, SMALL);
        let (n_applied, why) = applied(&mut apply, (0..).map(|n: usize| user(&format!("new-{n}")))).await;
        assert_eq!(n_applied, expected);
        let told = format!(
            "the run was ended before it brought more than {expected} new objects; what it had brought stays"
        );
        assert_eq!(why, Some(told));
    }
}

#[tokio::test]
async fn the_next_run_goes_on_where_one_was_ended() {
    let store = Arc::<MemoryStore>::default();
    let all = || (0..20).map(|n: usize| user(&n.to_string()));
    let mut n_applied = Vec::new();
    for _ in 0..3 {
        n_applied.push(applied(&mut apply(&store, RunExtent::Full, SMALL), all()).await.0);
    }
    assert_eq!(n_applied, [5, 20, 20]);
}

#[tokio::test]
async fn nothing_of_the_batch_that_ends_a_run_is_written_nor_anything_after_it() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = apply(&store, RunExtent::Full, SMALL);
    let batch = (0..6).map(|n: usize| user(&n.to_string())).collect();
    assert_eq!(apply.changes(batch).await.unwrap_err().code, RUN_TOO_LARGE);
    assert_eq!(apply.changes(vec![user("later")]).await.unwrap_err().code, RUN_TOO_LARGE);
    assert_eq!(store.state().objects.len(), 0);
    let failure = apply.into_ledger().take_overrun().unwrap();
    for language in ["en", "zh-CN"] {
        let told = failure.diagnosis.localized(language);
        assert!(told.message.contains('5') && told.remedy.is_some(), "{told:?}");
    }
}

#[test]
fn an_honest_company_never_meets_the_bounds() {
    let bounds = Bounds::default();
    for (n_people, document_bytes) in [(200_000, 20 << 10), (5_000_000, 1500), (200, 250 << 10)] {
        assert!(n_people * document_bytes <= bounds.bytes_for(n_people), "{n_people} of {document_bytes}");
    }
    assert!(220_000 <= bounds.new_for(0));
    assert!(200_000 <= bounds.new_for(300));
}

#[test]
fn a_change_counts_with_its_documents_as_they_are_written() {
    let [before, after] = [json!({"a": "é\n"}), json!({"a": [1, 2.5, null, true]})];
    let expected = before.to_string().len() + after.to_string().len();
    let write = |action| Write {
        key: Key::new("User", "a"),
        action,
        version: "1".to_owned(),
        before: Some(before.clone().into()),
        after: Some(after.clone().into()),
        witness: None,
    };
    assert_eq!(n_bytes(&write(Action::Updated)), u64::try_from(expected).unwrap());
    assert_eq!(n_bytes(&write(Action::Unchanged)), 0);
}

/// The same after runs that wrote so much.
fn after_runs(store: &Arc<MemoryStore>, written_before: u64) -> Apply {
    let mut apply = apply(store, RunExtent::Some, SMALL);
    apply.destination.scales = Some(Scales { written_before, ..scales(store, Permitted::Nothing) });
    apply
}

#[tokio::test]
async fn runs_that_each_write_little_end_once_they_have_written_too_much_together() {
    let store = Arc::<MemoryStore>::default();
    let mut early = after_runs(&store, 50_000);
    assert_eq!(applied(&mut early, [sized("a", 1, 10_000)]).await, (1, None));
    // One object is held, so that 101,000 bytes are allowed.
    let mut late = after_runs(&store, 90_500);
    let changes = [sized("a", 2, 10), sized("b", 1, 600), sized("c", 1, 600), sized("d", 1, 600)];
    let (n_applied, why) = applied(&mut late, changes).await;
    assert_eq!(n_applied, 1);
    let expected = "the imports of this source wrote more than 0 MiB within 7 days; what was written stays";
    assert_eq!(why.as_deref(), Some(expected));
}

#[tokio::test]
async fn what_a_run_brings_raises_what_it_may_write_with_those_before_it() {
    let store = Arc::<MemoryStore>::default();
    let mut apply = after_runs(&store, 99_800);
    let small = (0..5).map(|n| sized(&format!("new {n}"), n, 100));
    assert_eq!(applied(&mut apply, small).await, (5, None));
}

#[tokio::test]
async fn no_run_of_a_source_begins_whose_runs_wrote_too_much() {
    let n_held = async || Ok(7);
    assert_eq!(SMALL.refuse(100_000, async { panic!("nobody asked") }).await.unwrap(), None);
    assert_eq!(SMALL.refuse(107_000, n_held()).await.unwrap(), None);
    let failure = SMALL.refuse(107_001, n_held()).await.unwrap().unwrap();
    assert_eq!(failure.diagnosis.code, SOURCE_TOO_LARGE);
    assert_eq!(failure.diagnosis.fact("days"), Some("7"));
    assert!(failure.diagnosis.localized("zh-CN").remedy.is_some());
    // However much it holds.
    assert!(SMALL.refuse(200_001, async { Ok(1_000_000) }).await.unwrap().is_some());
}
