//! A dry run answers as if it had written, and leaves nothing behind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use serde_json::json;

use super::{DryDirectory, DryStorage};
use crate::directory::{Action, Directory, Held, Write};
use crate::engine::{Budget, Share};
use crate::error::StoreError;
use crate::model::{Key, RunId, SourceName};
use crate::storage::Storage;
use crate::testing::MemoryStore;

fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

fn write(id: &str, action: Action) -> Write {
    let after = (action != Action::Deleted).then(|| json!({"id": id}).into());
    let version = if action == Action::Deleted { String::new() } else { "new".to_owned() };
    Write { key: Key::new("User", id), action, version, before: None, after, witness: None }
}

fn hold(store: &MemoryStore, id: &str) {
    let held = Held { version: "old".to_owned(), document: json!({"id": id}).into(), departed: false };
    store.state().objects.insert((source(), Key::new("User", id)), held);
}

async fn all_holdings(directory: &dyn Directory, limit: u32) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut after: Option<String> = None;
    loop {
        let page = directory.holdings(&source(), "User", after.as_deref(), limit).await.unwrap();
        assert!(page.is_sorted_by_key(|holding| &holding.external_id));
        let is_last = page.len() < usize::try_from(limit).unwrap();
        after = page.last().map(|holding| holding.external_id.clone());
        for holding in page {
            assert_eq!(all.insert(holding.external_id, holding.version), None);
        }
        if is_last {
            return all;
        }
    }
}

/// As much memory as a test may want.
fn roomy() -> Share {
    Budget::new(1 << 30).share()
}

#[tokio::test]
async fn what_a_preview_remembers_takes_of_the_memory_of_all_until_it_ends() {
    let store = Arc::<MemoryStore>::default();
    let budget = Budget::new(1000);
    let dry = DryDirectory::over(store.clone(), budget.share());
    for _ in 0..10 {
        // The same object each time.
        dry.store(&source(), &RunId::new("1"), &[write("a", Action::Created)]).await.unwrap();
    }
    let mut refused = Ok(Vec::new());
    for n in 0..100 {
        refused = dry.store(&source(), &RunId::new("1"), &[write(&n.to_string(), Action::Created)]).await;
    }
    let told = refused.unwrap_err().to_string();
    assert!(told.contains("a preview keeps what it would write in memory"), "{told}");
    drop(dry);
    assert_eq!(budget.share().grow(1000), Ok(()));
}

#[tokio::test]
async fn what_a_dry_run_wrote_it_holds_and_the_platform_does_not() {
    let store = Arc::<MemoryStore>::default();
    hold(&store, "a");
    let dry = DryDirectory::over(store.clone(), roomy());
    let writes = [write("b", Action::Created), write("a", Action::Deactivated)];
    dry.store(&source(), &RunId::new("1"), &writes).await.unwrap();
    let keys = [Key::new("User", "a"), Key::new("User", "b"), Key::new("User", "c")];
    let held = dry.load(&source(), &keys).await.unwrap();
    let departed: Vec<_> = held.into_iter().map(|held| held.map(|held| held.departed)).collect();
    assert_eq!(departed, [Some(true), Some(false), None]);
    let real = store.load(&source(), &keys).await.unwrap();
    let departed: Vec<_> = real.into_iter().map(|held| held.map(|held| held.departed)).collect();
    assert_eq!(departed, [Some(false), None, None]);
}

#[tokio::test]
async fn a_dry_run_sees_its_own_storage_and_leaves_none_behind() {
    let store = Arc::<MemoryStore>::default();
    store
        .write(
            &source(),
            &[("a".to_owned(), Some("1".to_owned())), ("b".to_owned(), Some("2".to_owned()))],
            100,
        )
        .await
        .unwrap();
    let dry = DryStorage::over(store.clone());
    dry.write(&source(), &[("a".to_owned(), None), ("c".to_owned(), Some("3".to_owned()))], 100)
        .await
        .unwrap();
    let expected = vec![("b".to_owned(), "2".to_owned()), ("c".to_owned(), "3".to_owned())];
    assert_eq!(dry.scan(&source(), "", None, 10).await.unwrap(), expected);
    assert_eq!(dry.scan(&source(), "", Some("b"), 1).await.unwrap(), expected[1..]);
    let keys = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(dry.get(&source(), &keys).await.unwrap(), [None, Some("2".to_owned()), Some("3".to_owned())]);
    assert_eq!(
        store.get(&source(), &keys).await.unwrap(),
        [Some("1".to_owned()), Some("2".to_owned()), None]
    );
}

#[tokio::test]
async fn a_dry_run_keeps_to_the_size_of_a_bucket() {
    let dry = DryStorage::over(Arc::<MemoryStore>::default());
    let result = dry.write(&source(), &[("a".to_owned(), Some("0".repeat(100)))], 100).await;
    assert!(matches!(result, Err(StoreError::Full { limit_bytes: 100 })));
    assert_eq!(dry.get(&source(), &["a".to_owned()]).await.unwrap(), [None]);
}

fn ids() -> impl Strategy<Value = BTreeSet<String>> {
    prop::collection::btree_set("[a-e]{1,2}", 0..20)
}

proptest! {
    #[test]
    fn holdings_are_the_same_by_pages_of_any_size(
        held in ids(), created in ids(), departed in ids(), deleted in ids(), limit in 1_u32..8,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let store = Arc::<MemoryStore>::default();
            held.iter().for_each(|id| hold(&store, id));
            let dry = DryDirectory::over(store.clone(), roomy());
            let mut expected: BTreeMap<String, String> =
                held.iter().map(|id| (id.clone(), "old".to_owned())).collect();
            for (ids, action) in
                [(created, Action::Created), (departed, Action::Deactivated), (deleted, Action::Deleted)]
            {
                let writes: Vec<_> = ids.iter().map(|id| write(id, action)).collect();
                dry.store(&source(), &RunId::new("1"), &writes).await.unwrap();
                for id in ids {
                    if action == Action::Created {
                        expected.insert(id, "new".to_owned());
                    } else {
                        expected.remove(&id);
                    }
                }
            }
            assert_eq!(all_holdings(&dry, limit).await, expected);
        });
    }
}
