//! What of a directory is in the file, and what of a batch that fails. What any directory promises is in the suite of stores.

use rollcall_browse::Browse as _;
use serde_json::{Value, json};

use super::super::testing::{TemporaryStore, open_run, source};
use super::*;
use rollcall_host::document::Document;
use rollcall_host::history::History;

fn write(action: Action, id: &str, version: &str, documents: [Option<Value>; 2]) -> Write {
    let [before, after] = documents.map(|document| document.map(Document::from));
    Write { key: Key::new("User", id), action, version: version.to_owned(), before, after, witness: None }
}

fn created(id: &str) -> Write {
    write(Action::Created, id, "v1", [None, Some(json!({"externalId": id}))])
}

async fn stored(store: &TemporaryStore, name: &str, writes: &[Write]) -> RunId {
    let run = open_run(store, name).await;
    store.store(&source(name), &run, writes).await.unwrap();
    run
}

async fn held_ids(store: &TemporaryStore, name: &str) -> Vec<String> {
    let holdings = store.holdings(&source(name), "User", None, 1000).await.unwrap();
    holdings.into_iter().map(|holding| holding.external_id).collect()
}

#[tokio::test]
async fn a_batch_that_fails_half_way_leaves_nothing() {
    let store = TemporaryStore::new();
    let run = open_run(&store, "a").await;
    let without_a_document = write(Action::Created, "2", "v1", [None, None]);
    let result = store.store(&source("a"), &run, &[created("1"), without_a_document]).await;
    assert_eq!(result.unwrap_err().to_string(), "store failed: NOT NULL constraint failed: object.document");
    assert_eq!(held_ids(&store, "a").await, [""; 0]);
    assert_eq!(store.changes(&run, None, 10).await.unwrap(), []);
}

#[tokio::test]
async fn a_snapshot_of_a_file_that_broke_fails_and_does_not_just_end() {
    let store = TemporaryStore::new();
    stored(&store, "a", &[write(Action::Created, "1", "v", [None, Some(json!("not yet broken"))])]).await;
    rusqlite::Connection::open(store.path())
        .unwrap()
        .execute("UPDATE object SET document = 'broken'", ())
        .unwrap();
    let error = store.snapshot(&source("a"), &["User"], 10).rest().await.unwrap_err();
    assert!(error.to_string().starts_with("store failed: "), "{error}");
}

#[tokio::test]
async fn everything_is_there_when_the_file_is_opened_again() {
    let store = TemporaryStore::new();
    stored(&store, "a", &[created("1")]).await;
    let again = store.another();
    assert_eq!(again.load(&source("a"), &[Key::new("User", "1")]).await.unwrap().len(), 1);
}
