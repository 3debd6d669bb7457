//! Runs for the tests of these pages.

use std::sync::Arc;

use rollcall_browse::Store;
use rollcall_host::directory::{Action, Directory, Write};
use rollcall_host::document::Document;
use rollcall_host::history::{
    ChangeRecord, ConnectorIdentity, Counters, NewRun, Opened, Run, RunEnd, RunKind, RunState, Trigger,
};
use rollcall_host::model::{Diagnosis, Entry, Key, RunId, Severity, SourceName};
use serde_json::json;

use crate::testing::NOW;

pub(crate) fn source() -> SourceName {
    SourceName::new("head-office").unwrap()
}

fn connector() -> ConnectorIdentity {
    ConnectorIdentity {
        id: "example".to_owned(),
        version: "1.2.3".to_owned(),
        digest: "blake3:00".to_owned(),
    }
}

/// The row of a full run that succeeded and found nothing.
pub(crate) fn run(id: &str) -> Run {
    Run {
        id: RunId::new(id),
        source: source(),
        kind: RunKind::Full,
        trigger: Trigger::Manual,
        dry_run: false,
        connector: connector(),
        state: RunState::Succeeded,
        started_at: NOW,
        finished_at: Some(NOW),
        progress: None,
        counters: Counters::default(),
        failure: None,
        n_entries_dropped: 0,
        proof: None,
    }
}

/// A run in a store, written step by step.
pub(crate) struct Writing<'a> {
    store: &'a Arc<dyn Store>,
    pub(crate) id: RunId,
}

impl<'a> Writing<'a> {
    pub(crate) async fn open(store: &'a Arc<dyn Store>, kind: RunKind, is_dry: bool) -> Self {
        let new = NewRun {
            source: source(),
            kind,
            trigger: Trigger::Manual,
            dry_run: is_dry,
            attended: false,
            connector: connector(),
            started_at: NOW,
        };
        match store.open_run(&new).await.unwrap() {
            Opened::Run(id) => Self { store, id },
            Opened::Busy(run) => panic!("run {run} is under way"),
        }
    }

    pub(crate) async fn changes(&self, changes: &[ChangeRecord]) {
        self.store.record_changes(&self.id, changes).await.unwrap();
    }

    /// Write what these say to the directory.
    pub(crate) async fn put(&self, changes: &[ChangeRecord]) {
        let write = |change: &ChangeRecord| Write {
            key: change.key.clone(),
            action: change.action,
            version: "1".to_owned(),
            before: change.before.clone(),
            after: change.after.clone(),
            witness: None,
        };
        let writes: Vec<_> = changes.iter().map(write).collect();
        Directory::store(&**self.store, &source(), &self.id, &writes).await.unwrap();
    }

    pub(crate) async fn entries(&self, entries: &[Entry]) {
        self.store.record_entries(&self.id, entries).await.unwrap();
    }

    pub(crate) async fn close(self, state: RunState, counters: Counters) -> RunId {
        let end = RunEnd {
            state,
            counters,
            failure: None,
            n_entries_dropped: 0,
            finished_at: NOW,
            scope: None,
            proof: None,
        };
        self.store.close_run(&self.id, &end).await.unwrap();
        self.id
    }
}

pub(crate) fn document(id: &str, name: &str) -> Document {
    json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "externalId": id, "displayName": name})
        .into()
}

/// A person who is new.
pub(crate) fn created(id: &str, name: &str) -> ChangeRecord {
    ChangeRecord {
        key: Key::new("User", id),
        action: Action::Created,
        before: None,
        after: Some(document(id, name)),
        witness: None,
        refusal: None,
    }
}

/// A person who is another way now, and whose update came to this.
pub(crate) fn updated(id: &str, name: &str, refusal: Option<&str>) -> ChangeRecord {
    let before = Some(document(id, "Before"));
    let refusal = refusal.map(|code| Diagnosis::new(code, "it stays"));
    ChangeRecord { action: Action::Updated, before, refusal, ..created(id, name) }
}

/// A person who left, and whose departure came to this.
pub(crate) fn departed(id: &str, name: &str, refusal: Option<&str>) -> ChangeRecord {
    ChangeRecord {
        key: Key::new("User", id),
        action: Action::Deleted,
        before: Some(document(id, name)),
        after: None,
        witness: Some("no such user".to_owned()),
        refusal: refusal.map(|code| Diagnosis::new(code, "it stays")),
    }
}

pub(crate) fn entry(severity: Severity, code: &str, id: &str) -> Entry {
    Entry {
        severity,
        subject: Some(Key::new("User", id)),
        subject_name: None,
        diagnosis: Diagnosis::new(code, format!("something is the matter with {id}"))
            .with_fact("request_id", "r-1"),
    }
}
