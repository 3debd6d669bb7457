//! An organisation written into a store as runs would write it, for the tests of these pages.

use axum::Router;
use axum::middleware::from_fn;
use rollcall_host::directory::{Action, Directory, Write};
use rollcall_host::document::Document;
use rollcall_host::history::{
    ChangeRecord, ConnectorIdentity, Counters, NewRun, Opened, RunEnd, RunKind, RunState, Trigger,
};
use rollcall_host::inbox::{EventWay, Inbox, NewEvent};
use rollcall_host::model::{Diagnosis, Entry, Key, RunId, Severity, SourceName, Timestamp};
use rollcall_host::proof::Proof;
pub(crate) use rollcall_rules::vocabulary::schema::ORGANISATION_USER as OUR_USER;
use serde_json::{Value, json};

use super::{DEPARTMENT, USER};
use crate::page;
use crate::pages::why;
use crate::testing::{Bench, NOW};

/// The source of these tests.
pub(crate) fn source() -> SourceName {
    SourceName::new("hq").unwrap()
}

/// So many minutes after the clock of the bench.
pub(crate) fn minute(n: i64) -> Timestamp {
    Timestamp::from_unix_ms(NOW.unix_ms() + n * 60_000)
}

/// The pages of these tests, past the gate.
pub(crate) fn pages(bench: &Bench) -> Router {
    let pages = super::routes().merge(why::routes()).layer(from_fn(page::problems));
    pages.with_state(bench.console.clone())
}

/// A run to be written, begun at this minute.
pub(crate) struct Seed<'a> {
    bench: &'a Bench,
    run: RunId,
}

impl<'a> Seed<'a> {
    pub(crate) async fn full(bench: &'a Bench, at_minute: i64) -> Self {
        Self::open(bench, at_minute, RunKind::Full, false).await
    }

    pub(crate) async fn preview(bench: &'a Bench, at_minute: i64) -> Self {
        Self::open(bench, at_minute, RunKind::Full, true).await
    }

    pub(crate) async fn refresh(bench: &'a Bench, at_minute: i64) -> Self {
        Self::open(bench, at_minute, RunKind::Refresh, false).await
    }

    async fn open(bench: &'a Bench, at_minute: i64, kind: RunKind, dry_run: bool) -> Self {
        let connector = ConnectorIdentity {
            id: "example".to_owned(),
            version: "1.0.0".to_owned(),
            digest: "blake3:00".to_owned(),
        };
        let (trigger, started_at) = (Trigger::Manual, minute(at_minute));
        let new = NewRun { source: source(), kind, trigger, dry_run, attended: false, connector, started_at };
        match bench.store.open_run(&new).await.unwrap() {
            Opened::Run(run) => Self { bench, run },
            Opened::Busy(run) => panic!("run {run} is at work"),
        }
    }

    pub(crate) async fn put(&self, key: Key, document: Value) -> &Self {
        let held = self.bench.store.load(&source(), std::slice::from_ref(&key)).await.unwrap().remove(0);
        let action = match &held {
            None => Action::Created,
            Some(held) if held.departed => Action::Restored,
            Some(_) => Action::Updated,
        };
        self.write(key, action, held.map(|held| held.document), Some(document.into()), None).await
    }

    /// A person of this name in these departments.
    pub(crate) async fn person(&self, id: &str, name: &str, departments: &[&str]) -> &Self {
        let departments: Vec<_> = departments.iter().map(|id| json!({"value": id})).collect();
        self.put(user(id), json!({"displayName": name, OUR_USER: {"departments": departments}})).await
    }

    /// A department of this name below another one.
    pub(crate) async fn department(&self, id: &str, name: &str, parent: Option<&str>) -> &Self {
        let document = match parent {
            Some(parent) => json!({"displayName": name, "parent": {"value": parent}}),
            None => json!({"displayName": name}),
        };
        self.put(department(id), document).await
    }

    /// It left, and is kept if it is a person.
    pub(crate) async fn leave(&self, key: Key, witness: &str) -> &Self {
        let held = self.bench.store.load(&source(), std::slice::from_ref(&key)).await.unwrap().remove(0);
        let before = held.unwrap().document;
        let (action, after) = match key.resource_type.as_str() {
            USER => (Action::Deactivated, Some(before.clone())),
            _ => (Action::Deleted, None),
        };
        self.write(key, action, Some(before), after, Some(witness)).await
    }

    async fn write(
        &self,
        key: Key,
        action: Action,
        before: Option<Document>,
        after: Option<Document>,
        witness: Option<&str>,
    ) -> &Self {
        let (version, witness) = (format!("v{}", self.run), witness.map(str::to_owned));
        let write = Write { key, action, version, before, after, witness };
        Directory::store(&*self.bench.store, &source(), &self.run, &[write]).await.unwrap();
        self
    }

    /// It was not done, or only planned, and is recorded.
    pub(crate) async fn record(&self, key: Key, action: Action, refusal: Option<Diagnosis>) -> &Self {
        let after = Some(json!({"displayName": "Recorded"}).into());
        let change = ChangeRecord { key, action, before: None, after, witness: None, refusal };
        self.bench.store.record_changes(&self.run, &[change]).await.unwrap();
        self
    }

    pub(crate) async fn entry(&self, key: Key, severity: Severity, diagnosis: Diagnosis) -> &Self {
        let entry = Entry { severity, subject: Some(key), subject_name: None, diagnosis };
        self.bench.store.record_entries(&self.run, &[entry]).await.unwrap();
        self
    }

    pub(crate) async fn end(&self, state: RunState) -> RunId {
        self.end_with(state, None).await
    }

    /// The same, with this to show for itself.
    pub(crate) async fn end_with(&self, state: RunState, proof: Option<Proof>) -> RunId {
        let end = RunEnd {
            state,
            counters: Counters::default(),
            failure: None,
            n_entries_dropped: 0,
            finished_at: minute(60),
            scope: None,
            proof,
        };
        self.bench.store.close_run(&self.run, &end).await.unwrap();
        self.run.clone()
    }
}

/// An event that names this object, arrived at this minute.
pub(crate) async fn event(bench: &Bench, key: Key, at_minute: i64) {
    let event = NewEvent {
        id: format!("event-{at_minute}"),
        kind: "user_changed".to_owned(),
        payload: String::new(),
        born_at: None,
        subjects: vec![key],
        arrived_at: minute(at_minute),
        way: EventWay::Callback,
    };
    Inbox::store(&*bench.store, &source(), &[event]).await.unwrap();
}

pub(crate) fn user(id: &str) -> Key {
    Key::new(USER, id)
}

pub(crate) fn department(id: &str) -> Key {
    Key::new(DEPARTMENT, id)
}
