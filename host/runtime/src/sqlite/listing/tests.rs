//! What is listed follows every write, and is what a file that is filled at once would have.

use proptest::prelude::*;
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rusqlite::types::Value;

use super::super::testing::{
    TemporaryStore, again, department, department_document, import, open_run, person, person_document,
    source, write,
};
use super::fill;
use crate::directory::{Action, Directory, Write};
use crate::model::Key;
use crate::sqlite::SqliteStore;
use crate::sqlite::connections::Urgency;

/// Every row of what is derived, in an order that says nothing of how it was written.
async fn derived(store: &SqliteStore) -> Vec<Vec<Value>> {
    store
        .connections
        .read(|connection| {
            let mut all = Vec::new();
            for table in ["listing", "membership"] {
                let mut statement = connection.prepare(&format!("SELECT * FROM {table} ORDER BY 1, 2, 3"))?;
                let n_columns = statement.column_count();
                let rows = statement.query_map((), |row| (0..n_columns).map(|n| row.get(n)).collect())?;
                all.extend(rows.collect::<rusqlite::Result<Vec<_>>>()?);
            }
            Ok(all)
        })
        .await
        .unwrap()
}

async fn fill_anew(store: &SqliteStore) {
    store
        .connections
        .write(Urgency::InTurn, |transaction| {
            transaction.execute_batch("DELETE FROM listing; DELETE FROM membership;")?;
            fill(&transaction)?;
            Ok(transaction.commit()?)
        })
        .await
        .unwrap();
}

async fn listed(store: &SqliteStore) -> Vec<String> {
    let rows = store
        .connections
        .read(|connection| {
            connection
                .prepare(
                    "SELECT external_id || ' ' || name || iif(departed, ' departed', '') ||
                       iif(unplaced, ' unplaced', '') || coalesce(
                       (SELECT ' in ' || group_concat(department, ',') FROM membership WHERE person = id), '')
                     FROM listing ORDER BY id",
                )?
                .query_map((), |row| row.get(0))?
                .collect()
        })
        .await;
    rows.unwrap()
}

#[tokio::test]
async fn a_row_follows_its_object_through_every_action() {
    let store = TemporaryStore::new();
    let created = person("1", "王小红", &["7"]);
    let updated = write(Action::Updated, Key::new(USER, "1"), person_document("1", "王红", &["8", "9"]));
    import(&store, "a", &[department("9", None), created]).await;
    assert_eq!(listed(&store).await, ["9 name 9", "1 王小红 unplaced in 7"]);
    import(&store, "a", std::slice::from_ref(&updated)).await;
    assert_eq!(listed(&store).await, ["9 name 9", "1 王红 in 8,9"]);
    import(&store, "a", &[again(&updated, Action::Unchanged)]).await;
    assert_eq!(listed(&store).await, ["9 name 9", "1 王红 in 8,9"]);
    import(&store, "a", &[again(&updated, Action::Deactivated)]).await;
    assert_eq!(listed(&store).await, ["9 name 9", "1 王红 departed"]);
    import(&store, "a", &[again(&updated, Action::Restored)]).await;
    assert_eq!(listed(&store).await, ["9 name 9", "1 王红 in 8,9"]);
    import(&store, "a", &[again(&updated, Action::Deleted)]).await;
    assert_eq!(listed(&store).await, ["9 name 9"]);
}

#[tokio::test]
async fn a_department_that_comes_and_goes_takes_its_members_along() {
    let store = TemporaryStore::new();
    import(&store, "a", &[person("1", "x", &["7"])]).await;
    import(&store, "a", &[department("7", None)]).await;
    assert_eq!(listed(&store).await, ["1 x in 7", "7 name 7"]);
    import(&store, "a", &[again(&department("7", None), Action::Deleted)]).await;
    assert_eq!(listed(&store).await, ["1 x unplaced in 7"]);
}

#[tokio::test]
async fn a_failed_batch_lists_nothing() {
    let store = TemporaryStore::new();
    let run = open_run(&store, "a").await;
    let without_a_document = Write { after: None, ..person("2", "y", &[]) };
    let writes = [person("1", "x", &[]), without_a_document];
    let result = Directory::store(&*store, &source("a"), &run, &writes).await;
    assert_eq!((result.is_err(), derived(&store).await), (true, vec![]));
}

fn writes() -> impl Strategy<Value = Vec<(u8, u8, Write)>> {
    let action = prop::sample::select(vec![
        Action::Created,
        Action::Updated,
        Action::Restored,
        Action::Unchanged,
        Action::Deactivated,
        Action::Deleted,
    ]);
    let id = prop::sample::select(vec!["1", "2", "3"]);
    let departments = prop::collection::vec(id.clone(), 0..3);
    let one =
        (0..2_u8, 0..2_u8, action, id, departments).prop_map(|(source, kind, action, id, departments)| {
            let (key, document) = match kind {
                0 => (Key::new(USER, id), person_document(id, "x", &departments)),
                _ => (Key::new(DEPARTMENT, id), department_document(id, departments.first().copied())),
            };
            (source, kind, write(action, key, document))
        });
    prop::collection::vec(one, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn after_any_writes_the_lists_are_those_of_a_file_filled_at_once(writes in writes()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let [kept, filled] = runtime.block_on(async {
            let store = TemporaryStore::new();
            let runs = [open_run(&store, "a").await, open_run(&store, "b").await];
            for (n, _, write) in &writes {
                let (name, run) = (["a", "b"][usize::from(*n)], &runs[usize::from(*n)]);
                Directory::store(&*store, &source(name), run, std::slice::from_ref(write)).await.unwrap();
            }
            let kept = derived(&store).await;
            fill_anew(&store).await;
            [kept, derived(&store).await]
        });
        prop_assert_eq!(kept, filled);
    }
}
