//! Whole runs of the connector against a host in memory.

mod check;
mod import;
mod look_up;
mod rows;
mod unreadable;
mod webhook;

use crate::Roster;
use rollcall_kit::Clearing;
use rollcall_kit::connector::{refresh, sync};
use rollcall_kit::model::{Change, Removal};
use rollcall_kit::testing::{Reply, TestHost};
use rollcall_kit::{Body, Entry, Failure, Key, Request, Response, Summary};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::rc::Rc;

const JSON: &str = r#"{"url":"https://hr.example/roster.json"}"#;
const CSV: &str = r#"{"departments_url":"https://hr.example/d.csv","people_url":"https://hr.example/p.csv"}"#;

/// Settings and a host whose world serves files by their URL.
struct Bench {
    settings: &'static str,
    host: Rc<TestHost>,
    files: Rc<RefCell<BTreeMap<String, Reply>>>,
    requests: Rc<RefCell<Vec<Request>>>,
}

impl Bench {
    fn new(settings: &'static str) -> Self {
        let files: Rc<RefCell<BTreeMap<String, Reply>>> = Rc::default();
        let requests: Rc<RefCell<Vec<Request>>> = Rc::default();
        let (served, seen) = (Rc::clone(&files), Rc::clone(&requests));
        let host = TestHost::new(move |_, request| {
            seen.borrow_mut().push(request.clone());
            served.borrow().get(&request.url).cloned().unwrap_or_else(|| status(404, "not found"))
        });
        Self { settings, host, files, requests }
    }

    fn json(document: &str) -> Self {
        let bench = Self::new(JSON);
        bench.serve("https://hr.example/roster.json", Reply::json(document));
        bench
    }

    fn csv(departments: &str, people: &str) -> Self {
        let bench = Self::new(CSV);
        bench.serve_csv(departments, people);
        bench
    }

    fn serve(&self, url: &str, reply: Reply) {
        self.files.borrow_mut().insert(url.to_owned(), reply);
    }

    fn serve_csv(&self, departments: &str, people: &str) {
        self.serve("https://hr.example/d.csv", status(200, departments));
        self.serve("https://hr.example/p.csv", status(200, people));
    }

    fn sync(&self) -> Result<Summary, Failure> {
        sync::<Roster>(self.host.clone(), &self.sealed())
    }

    fn refresh(&self, keys: &[Key]) -> Result<Summary, Failure> {
        refresh::<Roster>(self.host.clone(), &self.sealed(), keys)
    }

    /// The settings of one call.
    fn sealed(&self) -> String {
        self.host.seal::<Roster>(&serde_json::from_str(self.settings).expect("the settings are JSON"))
    }

    /// Run, then everything that it did, a line each.
    fn run(&self) -> String {
        let result = self.sync();
        self.report(&result)
    }

    fn report(&self, result: &Result<Summary, Failure>) -> String {
        let mut lines = String::new();
        for change in self.host.take_changes() {
            writeln!(lines, "{}", shown_change(&change)).expect("a string takes everything");
        }
        for Removal { key, evidence } in self.host.take_removed() {
            writeln!(lines, "remove {} {}: {evidence}", key.resource_type, key.external_id)
                .expect("a string takes everything");
        }
        for Clearing { attribute, document, keys, reason } in self.host.take_proposed() {
            let ids: Vec<&str> = keys.iter().map(|key| key.external_id.as_str()).collect();
            writeln!(lines, "propose {attribute} {document} of {}: {}", ids.join(" "), reason.message.en)
                .expect("a string takes everything");
        }
        for entry in self.host.take_entries() {
            writeln!(lines, "{}", shown_entry(&entry)).expect("a string takes everything");
        }
        match result {
            Ok(Summary { read, unchanged, skipped, complete, .. }) => {
                let end = if *complete { "complete" } else { "incomplete" };
                write!(lines, "{end}: {read} read, {unchanged} unchanged, {skipped} skipped")
            }
            Err(failure) => write!(lines, "{}: {}", name(failure), failure.diagnosis().message.en),
        }
        .expect("a string takes everything");
        lines
    }

    fn ids(&self, resource_type: &str) -> Vec<String> {
        let objects = self.host.objects();
        let keys = objects.keys().filter(|key| key.resource_type == resource_type);
        keys.map(|key| key.external_id.clone()).collect()
    }
}

fn status(status: u16, body: &str) -> Reply {
    Reply::After(1, Response { status, headers: Vec::new(), body: Body::Text(body.to_owned()) })
}

fn shown_change(change: &Change) -> String {
    match change {
        Change::Put(object) => format!("put {} {}", object.key.resource_type, object.document),
        Change::Remove(gone) => format!("delete {} {}", gone.key.resource_type, gone.key.external_id),
    }
}

fn shown_entry(entry: &Entry) -> String {
    let severity = format!("{:?}", entry.severity).to_lowercase();
    let subject = entry.subject.as_ref().map(|key| format!(" {} {}", key.resource_type, key.external_id));
    let (code, message) = (&entry.diagnosis.code, &entry.diagnosis.message.en);
    format!("{severity}{} [{code}] {message}", subject.unwrap_or_default())
}

fn name(failure: &Failure) -> &'static str {
    match failure {
        Failure::Settings(_) => "settings",
        Failure::Permission(_) => "permission",
        Failure::Unavailable(..) => "unavailable",
        Failure::Protocol(_) => "protocol",
        Failure::Host(_) => "host",
        Failure::Other(_) => "other",
    }
}
