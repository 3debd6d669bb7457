//! What the tests of the three capabilities share: a store in a folder of its own, and runs to write in.

use std::ops::Deref;

use tempfile::TempDir;

use super::SqliteStore;
use crate::history::{ConnectorIdentity, History, NewRun, Opened, RunKind, Trigger};
use crate::model::{RunId, SourceName, Timestamp};

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
