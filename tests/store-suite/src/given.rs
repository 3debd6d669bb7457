//! What the behaviours begin with: sources, runs, people and departments.

use rollcall_browse::Page;
use rollcall_host::directory::{Action, Directory, Write};
use rollcall_host::document::Document;
use rollcall_host::history::{
    ChangeRecord, ConnectorIdentity, Counters, History, NewRun, Opened, RunEnd, RunKind, RunState, Trigger,
};
use rollcall_host::model::{Key, RunId, SourceName, Timestamp};
use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rollcall_rules::vocabulary::schema;
use serde_json::{Value, json};

pub(crate) const ALL: Page = Page { offset: 0, limit: 100 };

pub(crate) fn source(name: &str) -> SourceName {
    SourceName::new(name).unwrap()
}

pub(crate) fn new_run(name: &str) -> NewRun {
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

/// A run of a source that must be free.
#[track_caller]
pub(crate) fn opened(opened: Opened) -> RunId {
    match opened {
        Opened::Run(run) => run,
        Opened::Busy(run) => panic!("run {run} is at work"),
    }
}

pub(crate) async fn open_run<S: History + ?Sized>(store: &S, name: &str) -> RunId {
    opened(store.open_run(&new_run(name)).await.unwrap())
}

pub(crate) async fn close_run<S: History + ?Sized>(store: &S, run: &RunId, state: RunState) {
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

/// Store writes and their change records, as the runtime does.
pub(crate) async fn record<S: Directory + History>(store: &S, name: &str, run: &RunId, writes: &[Write]) {
    store.store(&source(name), run, writes).await.unwrap();
    if !store.records_changes() {
        let is_change = |write: &&Write| write.action != Action::Unchanged;
        let changes: Vec<_> = writes.iter().filter(is_change).map(ChangeRecord::from).collect();
        store.record_changes(run, &changes).await.unwrap();
    }
}

/// One run that did this.
pub(crate) async fn import<S: Directory + History>(store: &S, name: &str, writes: &[Write]) -> RunId {
    let run = open_run(store, name).await;
    record(store, name, &run, writes).await;
    close_run(store, &run, RunState::Succeeded).await;
    run
}

pub(crate) fn write(action: Action, key: Key, document: Value) -> Write {
    let document = Document::new(document);
    let before = (action != Action::Created).then(|| document.clone());
    let after = (action != Action::Deleted).then_some(document);
    Write { key, action, version: "v".to_owned(), before, after, witness: None }
}

pub(crate) fn person(id: &str, name: &str, departments: &[&str]) -> Write {
    write(Action::Created, Key::new(USER, id), person_document(id, name, departments))
}

fn person_document(id: &str, name: &str, departments: &[&str]) -> Value {
    let departments: Vec<_> = departments.iter().map(|id| json!({"value": id})).collect();
    json!({
        "externalId": id,
        "userName": format!("login-{id}"),
        "displayName": name,
        "active": true,
        (schema::ORGANISATION_USER): {"departments": departments},
    })
}

/// A person with more attributes, or others.
pub(crate) fn someone(id: &str, name: &str, more: &Value) -> Write {
    let mut document = person_document(id, name, &[]);
    for (attribute, value) in more.as_object().unwrap() {
        document[attribute] = value.clone();
    }
    write(Action::Created, Key::new(USER, id), document)
}

pub(crate) fn department(id: &str, parent: Option<&str>) -> Write {
    write(Action::Created, Key::new(DEPARTMENT, id), department_document(id, parent))
}

pub(crate) fn department_document(id: &str, parent: Option<&str>) -> Value {
    let mut document = json!({"externalId": id, "displayName": format!("name {id}")});
    if let Some(parent) = parent {
        document["parent"] = json!({"value": parent});
    }
    document
}

/// The same object, deleted, or otherwise as it was.
pub(crate) fn again(write: &Write, action: Action) -> Write {
    let after = write.after.clone().filter(|_| action != Action::Deleted);
    Write { action, before: write.after.clone(), after, ..write.clone() }
}

/// 王小红, 李小明, a percent sign and an underscore.
pub(crate) async fn a_company<S: Directory + History>(store: &S) {
    let people = [
        someone("U1", "王小红", &json!({"title": "工程师", "phoneNumbers": [{"value": "+86-13800138000"}]})),
        someone("u2", "李小明", &json!({"userName": "Li.Ming", "emails": [{"value": "Li@Example.com"}]})),
        someone("u3", "100% wool", &json!({})),
        someone("u4", "under_score", &json!({"active": false})),
        department("d1", None),
    ];
    import(store, "a", &people).await;
}
