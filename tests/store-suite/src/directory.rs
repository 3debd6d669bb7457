//! What a directory keeps, and keeps apart. What it was told to write, a run of a history says so.

use rollcall_host::directory::{Action, Directory, Held, Holding, Write};
use rollcall_host::document::Document;
use rollcall_host::history::{ChangeRecord, History};
use rollcall_host::model::{Key, RunId};
use serde_json::{Value, json};

use crate::given::{open_run, source};

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

async fn stored<S: Directory + History>(store: &S, name: &str, writes: &[Write]) -> RunId {
    let run = open_run(store, name).await;
    Directory::store(store, &source(name), &run, writes).await.unwrap();
    run
}

async fn held_ids<S: Directory>(store: &S, name: &str) -> Vec<String> {
    let holdings = store.holdings(&source(name), "User", None, 1000).await.unwrap();
    holdings.into_iter().map(|holding| holding.external_id).collect()
}

pub async fn holdings_are_in_byte_order_and_go_on_after_the_last_one<S: Directory + History>(store: &S) {
    stored(store, "a", &["b", "é", "B", "10", "9", "李"].map(created)).await;
    assert_eq!(held_ids(store, "a").await, ["10", "9", "B", "b", "é", "李"]);
    let page = store.holdings(&source("a"), "User", Some("B"), 2).await.unwrap();
    assert_eq!(page.iter().map(|holding| holding.external_id.as_str()).collect::<Vec<_>>(), ["b", "é"]);
}

pub async fn objects_of_two_sources_never_meet<S: Directory + History>(store: &S) {
    stored(store, "a", &[created("1")]).await;
    stored(store, "b", &[created("1"), created("2")]).await;
    let run = open_run(store, "c").await;
    Directory::store(store, &source("c"), &run, &[departed("1", Action::Deleted)]).await.unwrap();
    assert_eq!(held_ids(store, "a").await, ["1"]);
    assert_eq!(held_ids(store, "b").await, ["1", "2"]);
}

pub async fn loading_answers_each_key_in_its_order<S: Directory + History>(store: &S) {
    stored(store, "a", &[created("1"), created("2")]).await;
    let keys = [Key::new("User", "2"), Key::new("Department", "2"), Key::new("User", "1")];
    let held = |id: &str| Held {
        version: "v1".to_owned(),
        document: json!({"externalId": id}).into(),
        departed: false,
    };
    assert_eq!(store.load(&source("a"), &keys).await.unwrap(), [Some(held("2")), None, Some(held("1"))]);
}

pub async fn integers_and_texts_come_back_exact<S: Directory + History>(store: &S) {
    let document = json!({"order": 9_223_372_036_854_775_807_i64, "big": 18_446_744_073_709_551_615_u64, "name": "王\n\u{0}"});
    stored(store, "a", &[write(Action::Created, "1", "v", [None, Some(document.clone())])]).await;
    let held = store.load(&source("a"), &[Key::new("User", "1")]).await.unwrap();
    assert_eq!(held, [Some(Held { version: "v".to_owned(), document: document.into(), departed: false })]);
}

pub async fn a_deactivated_object_is_kept_and_no_longer_among_the_holdings<S: Directory + History>(
    store: &S,
) {
    let run = stored(store, "a", &[created("1"), created("2")]).await;
    Directory::store(store, &source("a"), &run, &[departed("1", Action::Deactivated)]).await.unwrap();
    assert_eq!(held_ids(store, "a").await, ["2"]);
    let held = store.load(&source("a"), &[Key::new("User", "1")]).await.unwrap();
    let expected = Held {
        version: "v1".to_owned(),
        document: json!({"active": false, "externalId": "1"}).into(),
        departed: true,
    };
    assert_eq!(held, [Some(expected)]);
}

pub async fn a_restored_object_is_among_the_holdings_again<S: Directory + History>(store: &S) {
    let run = stored(store, "a", &[created("1")]).await;
    Directory::store(store, &source("a"), &run, &[departed("1", Action::Deactivated)]).await.unwrap();
    let back = write(Action::Restored, "1", "v2", [None, Some(json!({"active": true}))]);
    Directory::store(store, &source("a"), &run, &[back]).await.unwrap();
    let expected = Holding { external_id: "1".to_owned(), version: "v2".to_owned() };
    assert_eq!(store.holdings(&source("a"), "User", None, 10).await.unwrap(), [expected]);
}

pub async fn an_unchanged_object_has_a_new_version_and_no_change_record<S: Directory + History>(store: &S) {
    let first = stored(store, "a", &[created("1")]).await;
    let document = json!({"externalId": "1"});
    let unchanged = write(Action::Unchanged, "1", "v2", [Some(document.clone()), Some(document.clone())]);
    Directory::store(store, &source("a"), &first, &[unchanged]).await.unwrap();
    let held = store.load(&source("a"), &[Key::new("User", "1")]).await.unwrap();
    assert_eq!(held, [Some(Held { version: "v2".to_owned(), document: document.into(), departed: false })]);
    let n_changes = usize::from(store.records_changes());
    assert_eq!(store.changes(&first, None, 10).await.unwrap().len(), n_changes);
}

pub async fn each_write_has_its_change_record_in_the_run_where_the_directory_says_so<
    S: Directory + History,
>(
    store: &S,
) {
    let run = stored(store, "a", &[created("1")]).await;
    Directory::store(store, &source("a"), &run, &[departed("1", Action::Deleted)]).await.unwrap();
    let changes = store.changes(&run, None, 10).await.unwrap();
    let expected = [ChangeRecord::from(&created("1")), ChangeRecord::from(&departed("1", Action::Deleted))];
    if !store.records_changes() {
        assert_eq!(changes, []);
        return;
    }
    assert_eq!(changes.iter().map(|change| change.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(changes.into_iter().map(|change| change.item).collect::<Vec<_>>(), expected);
}

pub async fn writing_twice_is_harmless<S: Directory + History>(store: &S) {
    let run = stored(store, "a", &[created("1")]).await;
    Directory::store(store, &source("a"), &run, &[created("1")]).await.unwrap();
    assert_eq!(held_ids(store, "a").await, ["1"]);
}
