//! What the directory in SQLite keeps, and keeps apart.

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

fn departed(id: &str, action: Action) -> Write {
    let after = (action == Action::Deactivated).then(|| json!({"active": false, "externalId": id}));
    let mut write = write(action, id, "v1", [Some(json!({"externalId": id})), after]);
    write.witness = Some("404: gone".to_owned());
    write
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
async fn holdings_are_in_byte_order_and_go_on_after_the_last_one() {
    let store = TemporaryStore::new();
    stored(&store, "a", &["b", "é", "B", "10", "9", "李"].map(created)).await;
    assert_eq!(held_ids(&store, "a").await, ["10", "9", "B", "b", "é", "李"]);
    let page = store.holdings(&source("a"), "User", Some("B"), 2).await.unwrap();
    assert_eq!(page.iter().map(|holding| holding.external_id.as_str()).collect::<Vec<_>>(), ["b", "é"]);
}

#[tokio::test]
async fn objects_of_two_sources_never_meet() {
    let store = TemporaryStore::new();
    stored(&store, "a", &[created("1")]).await;
    stored(&store, "b", &[created("1"), created("2")]).await;
    let run = open_run(&store, "c").await;
    store.store(&source("c"), &run, &[departed("1", Action::Deleted)]).await.unwrap();
    assert_eq!(held_ids(&store, "a").await, ["1"]);
    assert_eq!(held_ids(&store, "b").await, ["1", "2"]);
}

#[tokio::test]
async fn loading_answers_each_key_in_its_order() {
    let store = TemporaryStore::new();
    stored(&store, "a", &[created("1"), created("2")]).await;
    let keys = [Key::new("User", "2"), Key::new("Department", "2"), Key::new("User", "1")];
    let held = |id: &str| Held {
        version: "v1".to_owned(),
        document: json!({"externalId": id}).into(),
        departed: false,
    };
    assert_eq!(store.load(&source("a"), &keys).await.unwrap(), [Some(held("2")), None, Some(held("1"))]);
}

#[tokio::test]
async fn integers_and_texts_come_back_exact() {
    let store = TemporaryStore::new();
    let document = json!({"order": 9_223_372_036_854_775_807_i64, "big": 18_446_744_073_709_551_615_u64, "name": "王\n\u{0}"});
    stored(&store, "a", &[write(Action::Created, "1", "v", [None, Some(document.clone())])]).await;
    let held = store.load(&source("a"), &[Key::new("User", "1")]).await.unwrap();
    assert_eq!(held, [Some(Held { version: "v".to_owned(), document: document.into(), departed: false })]);
}

#[tokio::test]
async fn a_deactivated_object_is_kept_and_no_longer_among_the_holdings() {
    let store = TemporaryStore::new();
    let run = stored(&store, "a", &[created("1"), created("2")]).await;
    store.store(&source("a"), &run, &[departed("1", Action::Deactivated)]).await.unwrap();
    assert_eq!(held_ids(&store, "a").await, ["2"]);
    let held = store.load(&source("a"), &[Key::new("User", "1")]).await.unwrap();
    let expected = Held {
        version: "v1".to_owned(),
        document: json!({"active": false, "externalId": "1"}).into(),
        departed: true,
    };
    assert_eq!(held, [Some(expected)]);
}

#[tokio::test]
async fn a_restored_object_is_among_the_holdings_again() {
    let store = TemporaryStore::new();
    let run = stored(&store, "a", &[created("1")]).await;
    store.store(&source("a"), &run, &[departed("1", Action::Deactivated)]).await.unwrap();
    let back = write(Action::Restored, "1", "v2", [None, Some(json!({"active": true}))]);
    store.store(&source("a"), &run, &[back]).await.unwrap();
    let expected = Holding { external_id: "1".to_owned(), version: "v2".to_owned() };
    assert_eq!(store.holdings(&source("a"), "User", None, 10).await.unwrap(), [expected]);
}

#[tokio::test]
async fn an_unchanged_object_has_a_new_version_and_no_change_record() {
    let store = TemporaryStore::new();
    let first = stored(&store, "a", &[created("1")]).await;
    let document = json!({"externalId": "1"});
    let unchanged = write(Action::Unchanged, "1", "v2", [Some(document.clone()), Some(document.clone())]);
    store.store(&source("a"), &first, &[unchanged]).await.unwrap();
    let held = store.load(&source("a"), &[Key::new("User", "1")]).await.unwrap();
    assert_eq!(held, [Some(Held { version: "v2".to_owned(), document: document.into(), departed: false })]);
    assert_eq!(store.changes(&first, None, 10).await.unwrap().len(), 1);
}

#[tokio::test]
async fn each_write_has_its_change_record_in_the_run() {
    let store = TemporaryStore::new();
    let run = stored(&store, "a", &[created("1")]).await;
    store.store(&source("a"), &run, &[departed("1", Action::Deleted)]).await.unwrap();
    let changes = store.changes(&run, None, 10).await.unwrap();
    let expected = [ChangeRecord::from(&created("1")), ChangeRecord::from(&departed("1", Action::Deleted))];
    assert_eq!(changes.iter().map(|change| change.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(changes.into_iter().map(|change| change.item).collect::<Vec<_>>(), expected);
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
async fn writing_twice_is_harmless() {
    let store = TemporaryStore::new();
    let run = stored(&store, "a", &[created("1")]).await;
    store.store(&source("a"), &run, &[created("1")]).await.unwrap();
    assert_eq!(held_ids(&store, "a").await, ["1"]);
}

#[tokio::test]
async fn a_snapshot_has_departed_objects_too() {
    let store = TemporaryStore::new();
    let run = stored(&store, "a", &[created("1"), created("2")]).await;
    store.store(&source("a"), &run, &[departed("1", Action::Deactivated)]).await.unwrap();
    let objects = store.snapshot(&source("a"), &["User"], 10).rest().await.unwrap();
    let listed: Vec<_> =
        objects.iter().map(|object| (object.key.external_id.as_str(), object.held.departed)).collect();
    assert_eq!(listed, [("1", true), ("2", false)]);
}

#[tokio::test]
async fn a_snapshot_goes_through_the_types_in_turn_page_by_page() {
    let store = TemporaryStore::new();
    stored(&store, "b", &[created("other")]).await;
    let mut department = created("9");
    department.key = Key::new("Department", "9");
    stored(&store, "a", &[created("3"), created("1"), department, created("2")]).await;
    let mut snapshot = store.snapshot(&source("a"), &["User", "Role", "Department"], 2);
    let mut pages = Vec::new();
    while let Some(page) = snapshot.next().await.unwrap() {
        pages.push(page.iter().map(|object| object.key.to_string()).collect::<Vec<_>>());
    }
    let expected = [vec![r#"User "1""#, r#"User "2""#], vec![r#"User "3""#], vec![r#"Department "9""#]];
    assert_eq!(pages, expected);
    assert_eq!(snapshot.next().await.unwrap(), None);
}

#[tokio::test]
async fn a_snapshot_shows_nothing_of_what_is_written_while_it_is_read() {
    let store = TemporaryStore::new();
    let run = stored(&store, "a", &["1", "2", "3", "4"].map(created)).await;
    let mut snapshot = store.snapshot(&source("a"), &["User", "Department"], 1);
    let first = snapshot.next().await.unwrap().unwrap();
    let mut department = created("9");
    department.key = Key::new("Department", "9");
    let deleted = departed("4", Action::Deleted);
    store.store(&source("a"), &run, &[deleted, created("5"), department]).await.unwrap();
    let rest = snapshot.rest().await.unwrap();
    let read: Vec<_> = first.iter().chain(&rest).map(|object| object.key.external_id.as_str()).collect();
    assert_eq!(read, ["1", "2", "3", "4"]);
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
async fn sources_are_those_with_objects_or_runs() {
    let store = TemporaryStore::new();
    stored(&store, "b", &[created("1")]).await;
    open_run(&store, "a").await;
    assert_eq!(store.sources().await.unwrap(), ["a", "b"]);
}

#[tokio::test]
async fn everything_is_there_when_the_file_is_opened_again() {
    let store = TemporaryStore::new();
    stored(&store, "a", &[created("1")]).await;
    let again = store.another();
    assert_eq!(again.load(&source("a"), &[Key::new("User", "1")]).await.unwrap().len(), 1);
}

#[cfg(unix)]
#[test]
fn the_file_is_readable_by_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let store = TemporaryStore::new();
    let mode = std::fs::metadata(store.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[tokio::test]
async fn an_id_that_was_given_to_somebody_else_has_another_tenure_in_one_store_with_whoever_left() {
    let store = TemporaryStore::new();
    stored(&store, "a", &[created("1"), created("2")]).await;
    store.object(&source("a"), &Key::new("User", "1")).await.unwrap().unwrap();
    let evidence = Some("the source gave this id to somebody else".to_owned());
    let leave = Write { witness: evidence.clone(), ..departed("1", Action::Deleted) };
    let join = write(Action::Created, "1", "v2", [None, Some(json!({"externalId": "1", "title": "new"}))]);
    let run = open_run(&store, "b").await;
    let writes = [leave, Write { witness: evidence.clone(), ..join }];
    store.store(&source("a"), &run, &writes).await.unwrap();
    let held = store.object(&source("a"), &Key::new("User", "1")).await.unwrap().unwrap();
    assert_eq!(
        (held.tenure.to_string().as_str(), &held.held.document["title"]),
        (run.as_str(), &json!("new"))
    );
    let tenures = store.tenures(&source("a")).await.unwrap();
    assert_eq!(tenures.into_iter().collect::<Vec<_>>(), [(Key::new("User", "1"), held.tenure)]);
    let changes = store.changes(&run, None, 10).await.unwrap();
    let changes: Vec<_> =
        changes.into_iter().map(|change| (change.item.action, change.item.witness)).collect();
    assert_eq!(changes, [(Action::Deleted, evidence.clone()), (Action::Created, evidence)]);
    assert_eq!(held_ids(&store, "a").await, ["1", "2"]);
    let updated =
        write(Action::Updated, "1", "v3", [None, Some(json!({"externalId": "1", "title": "newer"}))]);
    store.store(&source("a"), &run, &[updated]).await.unwrap();
    let again = store.object(&source("a"), &Key::new("User", "1")).await.unwrap().unwrap();
    assert_eq!((again.tenure, &again.held.document["title"]), (held.tenure, &json!("newer")));
}
