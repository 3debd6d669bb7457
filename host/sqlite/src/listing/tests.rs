//! What is listed follows every write, and is what a file that is filled at once would have.

use std::collections::BTreeMap;

use proptest::prelude::*;
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rollcall_rules::vocabulary::schema;
use rusqlite::types::Value;
use serde_json::json;

use super::super::testing::{
    TemporaryStore, again, department, department_document, import, open_run, person, person_document,
    source, write,
};
use super::fill;
use crate::SqliteStore;
use crate::database::Urgency;
use rollcall_host::directory::{Action, Directory, Write};
use rollcall_host::model::Key;

/// Every row of what is derived, in an order that says nothing of how it was written. When something was modified is no
/// matter of what it is now.
async fn derived(store: &SqliteStore) -> Vec<Vec<Value>> {
    store
        .connections
        .read(|connection| {
            let mut all = Vec::new();
            for columns in [
                "source, resource_type, id, external_id, name, login, parent, position, departed, unplaced, active,
                 created_at, folded FROM listing",
                "* FROM membership",
                "* FROM mention",
            ] {
                let mut statement =
                    connection.prepare(&format!("SELECT {columns} ORDER BY 1, 2, 3, 4"))?;
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
            transaction.execute_batch("DELETE FROM listing; DELETE FROM membership; DELETE FROM mention;")?;
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

/// When each object is said to be modified, by kind and id.
async fn modified(store: &SqliteStore) -> BTreeMap<String, i64> {
    let rows = store.connections.read(|connection| {
        connection
            .prepare("SELECT source || ' ' || resource_type || ' ' || external_id, modified_at FROM listing")?
            .query_map((), |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect()
    });
    rows.await.unwrap()
}

/// What moves by a write, but for what comes or goes itself.
async fn moved_by(store: &SqliteStore, write: &Write) -> String {
    let before = modified(store).await;
    import(store, "a", std::slice::from_ref(write)).await;
    let after = modified(store).await;
    let moved = after.iter().filter(|(id, at)| before.get(*id).is_some_and(|before| before != *at));
    assert!(moved.clone().all(|(id, at)| before[id] < *at), "{before:?} {after:?}");
    let ids =
        moved.map(|(id, _)| id.trim_start_matches("a ").replace("Department ", "d").replace("User ", "u"));
    ids.collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn what_is_told_of_a_department_moves_with_its_members_and_of_a_person_with_their_departments() {
    let store = TemporaryStore::new();
    let managed = |id: &str, departments: &[&str], manager: &str| {
        let mut document = person_document(id, "x", departments);
        document[schema::ENTERPRISE_USER] = json!({"manager": {"value": manager}});
        document
    };
    let of = |kind: &str, id: &str, document: serde_json::Value| {
        write(Action::Updated, Key::new(kind, id), document)
    };
    import(
        &store,
        "a",
        &[
            department("1", None),
            department("2", Some("1")),
            department("3", Some("1")),
            person("boss", "Boss", &["1"]),
            write(Action::Created, Key::new(USER, "p"), managed("p", &["2"], "boss")),
            person("gone", "Gone", &["2"]),
        ],
    )
    .await;
    import(&store, "a", &[again(&person("gone", "Gone", &["2"]), Action::Deactivated)]).await;
    let mut renamed = department_document("2", Some("1"));
    renamed["displayName"] = json!("another name");
    let mut titled = managed("p", &["3"], "boss");
    titled["title"] = json!("Engineer");
    for (write, moves) in [
        // Nothing is another one.
        (of(USER, "p", managed("p", &["2"], "boss")), ""),
        // A member goes from one department to another.
        (of(USER, "p", managed("p", &["3"], "boss")), "d2 d3 up"),
        // Nobody tells a title of anybody else.
        (of(USER, "p", titled), "up"),
        // A member of a department is called otherwise, and so is somebody's manager.
        (of(USER, "boss", person_document("boss", "Chief", &["1"])), "d1 uboss up"),
        // So is a department, which is told with the one above and with people, also with those who left.
        (of(DEPARTMENT, "2", renamed), "d1 d2 ugone"),
        // It goes from one above to another.
        (of(DEPARTMENT, "2", department_document("2", Some("3"))), "d1 d2 d3 ugone"),
        // A person leaves.
        (write(Action::Deactivated, Key::new(USER, "p"), managed("p", &["3"], "boss")), "d3 up"),
        // Whoever manages somebody is gone, who has left themselves.
        (again(&person("boss", "Chief", &["1"]), Action::Deleted), "d1 up"),
        // A department is gone; the one below is told of it.
        (again(&department("3", Some("1")), Action::Deleted), "d1 d2 up"),
        // It comes back.
        (department("3", Some("1")), "d1 d2 up"),
    ] {
        assert_eq!(moved_by(&store, &write).await, moves, "{write:?}");
    }
}

#[tokio::test]
async fn what_comes_in_one_transaction_was_modified_when_it_was_created() {
    let store = TemporaryStore::new();
    import(&store, "a", &[department("1", None), person("p", "x", &["1"]), person("q", "y", &["1"])]).await;
    let n_moved = store.connections.read(|connection| {
        connection.query_one("SELECT count(*) FROM listing WHERE modified_at <> created_at", (), |row| {
            row.get::<_, i64>(0)
        })
    });
    assert_eq!(n_moved.await.unwrap(), 0);
}
