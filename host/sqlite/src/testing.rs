//! What the tests of the three capabilities share: a store in a folder of its own, and runs to write in.

use std::ops::Deref;

use tempfile::TempDir;

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rollcall_rules::vocabulary::schema;
use serde_json::{Value, json};

use super::SqliteStore;
use rollcall_host::directory::{Action, Directory, Write};
use rollcall_host::document::Document;
use rollcall_host::history::{
    ConnectorIdentity, Counters, History, NewRun, Opened, RunEnd, RunKind, RunState, Trigger,
};
use rollcall_host::model::{Key, RunId, SourceName, Timestamp};

/// A store whose folder lives as long as it does.
pub(super) struct TemporaryStore {
    store: SqliteStore,
    folder: TempDir,
}

impl TemporaryStore {
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { store: SqliteStore::open(&folder.path().join("rollcall.db")).unwrap(), folder }
    }

    /// The same file, opened once more, as another process would.
    pub(super) fn another(&self) -> SqliteStore {
        SqliteStore::open(&self.path()).unwrap()
    }

    pub(super) fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("rollcall.db")
    }
}

impl Deref for TemporaryStore {
    type Target = SqliteStore;

    fn deref(&self) -> &SqliteStore {
        &self.store
    }
}

pub(super) fn source(name: &str) -> SourceName {
    SourceName::new(name).unwrap()
}

pub(super) fn new_run(name: &str) -> NewRun {
    NewRun {
        source: source(name),
        kind: RunKind::Full,
        trigger: Trigger::Manual,
        dry_run: false,
        attended: false,
        connector: ConnectorIdentity {
            id: "example".to_owned(),
            version: "1.2.3".to_owned(),
            digest: "blake3:00".to_owned(),
        },
        started_at: Timestamp::from_unix_ms(1_700_000_000_000),
    }
}

/// Open a run of this source, which must be free.
#[track_caller]
pub(super) fn opened(opened: Opened) -> RunId {
    match opened {
        Opened::Run(run) => run,
        Opened::Busy(run) => panic!("run {run} is at work"),
    }
}

pub(super) async fn open_run(store: &SqliteStore, name: &str) -> RunId {
    opened(store.open_run(&new_run(name)).await.unwrap())
}

pub(super) async fn close_run(store: &SqliteStore, run: &RunId, state: RunState) {
    let finished_at = Timestamp::from_unix_ms(1_700_000_060_000);
    let end = RunEnd {
        state,
        counters: Counters::default(),
        failure: None,
        n_entries_dropped: 0,
        finished_at,
        scope: None,
        proof: None,
    };
    store.close_run(run, &end).await.unwrap();
}

/// One run that did this.
pub(super) async fn import(store: &SqliteStore, name: &str, writes: &[Write]) -> RunId {
    let run = open_run(store, name).await;
    Directory::store(store, &source(name), &run, writes).await.unwrap();
    close_run(store, &run, RunState::Succeeded).await;
    run
}

pub(super) fn write(action: Action, key: Key, document: Value) -> Write {
    let document = Document::new(document);
    let before = (action != Action::Created).then(|| document.clone());
    let after = (action != Action::Deleted).then_some(document);
    Write { key, action, version: "v".to_owned(), before, after, witness: None }
}

pub(super) fn person(id: &str, name: &str, departments: &[&str]) -> Write {
    write(Action::Created, Key::new(USER, id), person_document(id, name, departments))
}

pub(super) fn person_document(id: &str, name: &str, departments: &[&str]) -> Value {
    let departments: Vec<_> = departments.iter().map(|id| json!({"value": id})).collect();
    json!({
        "externalId": id,
        "userName": format!("login-{id}"),
        "displayName": name,
        "active": true,
        (schema::ORGANISATION_USER): {"departments": departments},
    })
}

pub(super) fn department(id: &str, parent: Option<&str>) -> Write {
    write(Action::Created, Key::new(DEPARTMENT, id), department_document(id, parent))
}

pub(super) fn department_document(id: &str, parent: Option<&str>) -> Value {
    let mut document = json!({"externalId": id, "displayName": format!("name {id}")});
    if let Some(parent) = parent {
        document["parent"] = json!({"value": parent});
    }
    document
}

/// The same object, deleted, or otherwise as it was.
pub(super) fn again(write: &Write, action: Action) -> Write {
    let after = write.after.clone().filter(|_| action != Action::Deleted);
    Write { action, before: write.after.clone(), after, ..write.clone() }
}
