//! Calls that a host must refuse, and those beside them that it must not, each with what it must say. One table, asked of
//! the kit's host in memory and, by a component, of the real one: neither may be laxer than the other.
//!
//! Not here: what is wrong with a source, or with a platform; how many people may leave.

mod applying;
mod clearings;
mod inventory;
mod others;
mod reach;
mod readings;
mod requests;
mod storing;

use rollcall_kit::model::{Change, Diagnosis, DirectoryObject, Key, Outcome, Scope};
use rollcall_kit::ports::{Call, Fault, Host, Response};
use rollcall_rules::reach::Export;
use serde_json::{Value, json};

/// The one origin that the connector of these cases plans to use.
pub const ORIGIN: &str = "https://granted.example";

/// Resource types of the connector of these cases, parents first.
pub const RESOURCE_TYPES: [&str; 2] = ["Department", "User"];

/// The code of what a component hands back: its message is what the host said.
pub const HEARD: &str = "heard";

/// Makes the calls of a case, and says what came of them.
type Ask = Box<dyn Fn(&dyn Host) -> String>;

/// Something to ask of a host, and what it must say.
pub struct Case {
    /// What is asked, in a few words; each case has its own.
    pub name: String,
    /// In which function of the connector.
    pub within: Export,
    /// What was said, where the host ends the call instead: "ended" and the code of the failure.
    pub expected: String,
    ask: Ask,
}

impl Case {
    fn new(
        name: impl Into<String>,
        expected: impl Into<String>,
        ask: impl Fn(&dyn Host) -> String + 'static,
    ) -> Self {
        let (name, expected) = (name.into(), expected.into());
        Self { name, within: Export::Sync, expected, ask: Box::new(ask) }
    }

    /// The same in another function than `sync`.
    fn within(mut self, export: Export) -> Self {
        self.within = export;
        self
    }

    /// The same in a reading that was opened.
    fn opened(self) -> Self {
        let ask = self.ask;
        let ask = move |host: &dyn Host| match host.open_reading(&Scope::whole()) {
            Ok(()) => ask(host),
            Err(why) => why.code,
        };
        Self { ask: Box::new(ask), ..self }
    }

    /// Ask it of a host that knows of [`hold`]; what the host says.
    #[must_use]
    pub fn ask(&self, host: &dyn Host) -> String {
        (self.ask)(host)
    }
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Case").field("name", &self.name).finish_non_exhaustive()
    }
}

/// Every case.
#[must_use]
pub fn cases() -> Vec<Case> {
    let tables = [
        inventory::cases(),
        applying::cases(),
        readings::cases(),
        clearings::cases(),
        storing::cases(),
        requests::cases(),
        others::cases(),
        reach::cases(),
    ];
    tables.into_iter().flatten().collect()
}

/// The case that these settings name, `{"case": "…"}`; none for `{}`, with which a host comes to hold what cases need.
#[must_use]
pub fn named(settings: &str) -> Option<Case> {
    let settings: Value = serde_json::from_str(settings).ok()?;
    let name = settings.get("case")?.as_str()?;
    cases().into_iter().find(|case| case.name == name)
}

/// Let the host hold a person with a title, and the department "d".
pub fn hold(host: &dyn Host) -> String {
    let department = json!({"schemas": ["urn:rollcall:scim:schemas:2.0:Department"], "externalId": "d"});
    let person = person("held").to_string();
    applied(host, vec![put("Department", "d", department.to_string()), put("User", "held", person)])
}

/// What a host in memory is told when one of these cases is asked of it.
#[must_use]
pub fn call(within: Export) -> Call {
    let resource_types = RESOURCE_TYPES.map(str::to_owned).into();
    Call { export: within, resource_types, origins: vec![ORIGIN.to_owned()] }
}

fn person(id: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "externalId": id,
        "title": "Engineer",
    })
}

fn key(id: &str) -> Key {
    Key::new("User", id)
}

/// So many keys of nobody.
fn keys(n: usize) -> Vec<Key> {
    (0..n).map(|n| key(&n.to_string())).collect()
}

/// Keys that are wrong, and how.
fn wrong_keys() -> Vec<(&'static str, Key)> {
    vec![
        ("of a resource type that the connector does not have", Key::new("Group", "a")),
        ("without a resource type", Key::new("", "a")),
        ("without an external id", key("")),
        ("with an external id of 257 bytes", key(&"i".repeat(257))),
    ]
}

fn put(resource_type: &'static str, id: &str, document: String) -> Change {
    let key = Key::new(resource_type, id);
    Change::Put(DirectoryObject { key, version: "1".to_owned(), document })
}

fn put_person(id: &str) -> Change {
    put("User", id, person(id).to_string())
}

/// Apply changes and say what became of them.
fn applied(host: &dyn Host, changes: Vec<Change>) -> String {
    let ticket = host.begin_apply(changes);
    wait_for_all(host);
    outcomes(host.take_applied(ticket))
}

fn wait_for_all(host: &dyn Host) {
    while !host.wait(1024).is_empty() {}
}

/// "accepted", or the code of the refusal.
fn said<T>(answer: Result<T, Diagnosis>) -> String {
    answer.map_or_else(|why| why.code, |_| "accepted".to_owned())
}

/// What became of each, or the code of the refusal as a whole.
fn outcomes(answer: Result<Vec<Outcome>, Diagnosis>) -> String {
    let one = |outcome| match outcome {
        Outcome::Applied => "applied".to_owned(),
        Outcome::Held => "held".to_owned(),
        Outcome::Rejected(why) => why.code,
    };
    answer.map_or_else(|why| why.code, |outcomes| summed(outcomes.into_iter().map(one)))
}

/// What became of each request.
fn faults(taken: Vec<Result<Response, Fault>>) -> String {
    let one = |result: Result<Response, Fault>| match result {
        Ok(response) => response.status.to_string(),
        Err(fault) => format!("{:?} {}", fault.kind, fault.diagnosis.code),
    };
    summed(taken.into_iter().map(one))
}

/// The words in their order, those that are repeated with how often.
fn summed(words: impl Iterator<Item = String>) -> String {
    let mut runs: Vec<(String, usize)> = Vec::new();
    for word in words {
        match runs.last_mut() {
            Some((last, n)) if *last == word => *n += 1,
            Some(_) | None => runs.push((word, 1)),
        }
    }
    let run = |(word, n)| if n == 1 { word } else { format!("{n} {word}") };
    runs.into_iter().map(run).collect::<Vec<_>>().join(", ")
}

/// What several calls said, one after the other.
fn both(first: String, second: String) -> String {
    [first, second].join("; ")
}
