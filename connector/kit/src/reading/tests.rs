//! What a reading puts, clears and removes, against a host in memory.

mod clearing;
mod delivery;
mod histories;
mod puts;
mod references;
mod refreshing;
mod removals;
mod wayward;

use crate::document::{Draft, Optional, Schema};
use crate::lookup::Lookup;
use crate::model::{Change, Clearing, Container, Diagnosis, Entry, Failure, Key, Removal, Severity, Summary};
use crate::ports::{Call, Host};
use crate::reading::Reading;
use crate::testing::{Reply, TestHost};
use crate::{Context, Coverage, Scope};
use rollcall_rules::reach::Export;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

const DEPARTMENT: Schema =
    Schema { resource_type: "Department", identity: None, optional: &[], references: &[] };

const USER: Schema = Schema {
    resource_type: "User",
    identity: None,
    optional: &[
        Optional::member("title", &["title"]).open(),
        Optional::element("mobile", "phoneNumbers", "mobile").behind("phone"),
        Optional::member("remark", &["urn:x", "remark"]),
    ],
    references: &[],
};

const SCHEMAS: &[Schema] = &[DEPARTMENT, USER];

/// One reading of a source: what it lists, and what it says about anything else.
struct Source {
    drafts: Vec<Draft>,
    /// Whether a part of it could not be read.
    is_broken: bool,
    /// What `look_up` says; `404: gone` about everything that is not here.
    lookups: BTreeMap<Key, Lookup>,
}

impl Source {
    fn of(drafts: impl IntoIterator<Item = Draft>) -> Self {
        Self { drafts: drafts.into_iter().collect(), is_broken: false, lookups: BTreeMap::new() }
    }

    /// The same with a part of it missing.
    fn broken(mut self) -> Self {
        self.is_broken = true;
        self
    }

    fn saying(mut self, key: Key, lookup: Lookup) -> Self {
        self.lookups.insert(key, lookup);
        self
    }

    fn look_up(&self, key: &Key) -> Lookup {
        self.lookups.get(key).cloned().unwrap_or_else(|| Lookup::Gone("404: gone".to_owned()))
    }

    async fn read_into(&self, context: &Context) -> Result<Summary, Failure> {
        let reading = Reading::begin(context, SCHEMAS)?;
        reading.open(Scope::whole())?;
        for draft in &self.drafts {
            reading.put(draft.clone()).await?;
        }
        if self.is_broken {
            reading.incomplete(Entry::new(
                Severity::Error,
                Diagnosis::new("page-lost", "a page was lost", "丢失一页"),
            ));
        }
        reading.finish(async |key: &Key| self.look_up(key)).await
    }
}

fn host() -> Rc<TestHost> {
    TestHost::new(|_, _| Reply::Hang)
}

fn user_key(id: &str) -> Key {
    Key::new("User", id)
}

fn document(value: Value) -> Map<String, Value> {
    if let Value::Object(document) = value { document } else { panic!("not an object: {value}") }
}

fn department(id: &str) -> Draft {
    let document = document(json!({ "schemas": ["urn:d"], "externalId": id }));
    Draft::new(&DEPARTMENT, Key::new("Department", id), id, document)
}

/// A person with these members beside what everybody has.
fn user(id: &str, members: Value) -> Draft {
    let mut all = document(members);
    all.insert("schemas".to_owned(), json!(["urn:u"]));
    all.insert("externalId".to_owned(), json!(id));
    Draft::new(&USER, user_key(id), id, all)
}

fn mobile(number: &str) -> Value {
    json!({ "phoneNumbers": [{ "type": "mobile", "value": number }] })
}

/// Read a source into a host.
#[track_caller]
fn read(host: &Rc<TestHost>, source: &Source) -> Summary {
    try_read(host.clone(), source).expect("nothing stops it")
}

/// In a call of this function of a connector that may go anywhere it likes.
fn called(export: Export, host: Rc<dyn Host>) -> Context {
    let resource_types = SCHEMAS.iter().map(|schema| schema.resource_type.to_owned()).collect();
    host.entered(Call { export, resource_types, origins: Vec::new() });
    Context::new(host)
}

fn try_read(host: Rc<dyn Host>, source: &Source) -> Result<Summary, Failure> {
    let context = called(Export::Sync, host);
    context.block_on(source.read_into(&context))?
}

/// Read a source into a host, then everything that it did, a line each.
#[track_caller]
fn run(host: &Rc<TestHost>, source: &Source) -> String {
    let summary = read(host, source);
    report(host, &summary)
}

fn report(host: &TestHost, summary: &Summary) -> String {
    let mut lines: Vec<String> = host.take_changes().iter().map(shown_change).collect();
    lines.extend(host.take_proposed().iter().map(shown_clearing));
    lines.extend(host.take_removed().iter().map(shown_removal));
    lines.extend(host.take_entries().iter().map(shown_entry));
    let Summary { read, unchanged, skipped, complete, .. } = summary;
    let end = if *complete { "complete" } else { "incomplete" };
    lines.push(format!("{end}: {read} read, {unchanged} unchanged, {skipped} skipped"));
    lines.join("\n")
}

fn shown_change(change: &Change) -> String {
    match change {
        Change::Put(object) => format!("put {} {}", object.key.external_id, object.document),
        Change::Remove(Removal { key, evidence }) => format!("delete {}: {evidence}", key.external_id),
    }
}

fn shown_removal(removal: &Removal) -> String {
    format!("remove {}: {}", removal.key.external_id, removal.evidence)
}

fn shown_clearing(clearing: &Clearing) -> String {
    let ids: Vec<&str> = clearing.keys.iter().map(|key| key.external_id.as_str()).collect();
    let Clearing { attribute, document, reason, .. } = clearing;
    format!("propose {attribute} {document} of {}: {}", ids.join(" "), reason.message.en)
}

fn shown_entry(entry: &Entry) -> String {
    let mut line = format!("{:?}", entry.severity).to_lowercase();
    if let Some(key) = &entry.subject {
        write!(line, " {}", key.external_id).expect("a string takes everything");
    }
    if let Some(name) = &entry.subject_name {
        write!(line, " ({name})").expect("a string takes everything");
    }
    format!("{line}: {}", entry.diagnosis.message.en)
}

fn shown_coverage(coverage: &[Coverage]) -> String {
    let line = |coverage: &Coverage| {
        let mut line =
            format!("{}: {} read of {:?}", coverage.resource_type, coverage.read, coverage.expected);
        for Container { key, closed, listed, expected } in &coverage.containers {
            let end = if *closed { "closed" } else { "open" };
            write!(line, "; {}: {listed} of {expected:?}, {end}", key.external_id)
                .expect("a string takes everything");
        }
        line
    };
    coverage.iter().map(line).collect::<Vec<_>>().join("\n")
}
