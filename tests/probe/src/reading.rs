//! What `sync` tries: the directory and the history. What a connector cannot see, the documents and the counters, is left
//! for whoever runs the probe, with what they must be.

mod cancelled;
mod first;
mod inventory;
mod order;
mod second;
mod vectors;

pub use vectors::{identity_documents, merge_documents};

use crate::promise::{Attempt, Trouble, broken};
use crate::{Promise, Settings, Stand, ending, trying};
use rollcall_kit::Host;
use rollcall_kit::model::{
    Change, Coverage, Diagnosis, DirectoryObject, Entry, Failure, Key, Outcome, Summary,
};
use rollcall_rules::reach::Export;
use rollcall_rules::vocabulary::schema;
use serde_json::{Value, json};

/// Readings by their names. Each wants a source of its own, new to the host.
pub(crate) const NAMES: [&str; 10] = [
    "reading",
    "merge",
    "documents",
    "identity-1",
    "identity-2",
    "identity-3",
    "open-after-put",
    "true-summary",
    "lying-summary",
    "cancel",
];

/// How many objects a run must have counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Expected {
    /// Objects that were read.
    pub read: u64,
    /// Of these, created.
    pub created: u64,
    /// Of these, updated.
    pub updated: u64,
    /// Of these, unchanged.
    pub unchanged: u64,
    /// Of these, rejected.
    pub rejected: u64,
    /// Beside these: deactivated or deleted, as is the host's policy.
    pub removed: u64,
}

/// What a host must count of `reading`, the first time and the second.
#[must_use]
pub fn reading_counters() -> [Expected; 2] {
    [first::EXPECTED, second::EXPECTED]
}

/// `identity-source.sync`: what came of each promise is an entry of the run's log, whose code is the promise's name.
///
/// # Errors
/// When the settings name an ending and the host goes on, or the log cannot be kept.
pub fn sync(host: &dyn Host, settings: &Settings) -> Result<Summary, Failure> {
    let stand = Stand::new(host, settings, None);
    if let Some(ending) = ending::named(&settings.probe).filter(|ending| ending.within == Export::Sync) {
        return Err(ending.fail(&stand));
    }
    let probe = settings.probe.as_str();
    let is_second = matches!(probe, "all" | "reading") && second::is_second(&stand);
    let promises = promised(probe, is_second).into_iter();
    let entries: Vec<Entry> = promises.map(|promise| promise.entry(promise.try_on(&stand))).collect();
    tell(host, &entries)?;
    Ok(match probe {
        "all" | "reading" if is_second => second::summary(),
        "all" | "reading" => first::summary(),
        "merge" => read(vectors::n_merged()),
        "documents" => read(vectors::n_checked()),
        name if name.starts_with("identity-") => read(vectors::n_identities(name)),
        "open-after-put" => read(1),
        "lying-summary" => Summary { unchanged: 1, skipped: 1, ..read(7) },
        "cancel" => Summary { complete: false, ..read(0) },
        _ => read(0),
    })
}

/// What `sync` tells of with this setting, the first time and the second, by the codes of its entries: for whoever runs the
/// probe.
#[must_use]
pub fn told(probe: &str) -> [Vec<&'static str>; 2] {
    [false, true].map(|is_second| promised(probe, is_second).iter().map(|promise| promise.name).collect())
}

/// Those of `sync` with this setting.
fn promised(probe: &str, is_second: bool) -> Vec<Promise> {
    let named =
        |promises: Vec<Promise>| promises.into_iter().filter(|promise| promise.name == probe).collect();
    match probe {
        "all" | "reading" if is_second => second::PROMISES.to_vec(),
        "all" | "reading" => first::promises(),
        "merge" => vectors::MERGE.to_vec(),
        "documents" => vectors::DOCUMENTS.to_vec(),
        name if name.starts_with("identity-") => named(vectors::IDENTITY.to_vec()),
        "open-after-put" => vec![order::OPENED_BEFORE_PUTS],
        "true-summary" | "lying-summary" => Vec::new(),
        "cancel" => cancelled::PROMISES.to_vec(),
        _ if crate::settings::OF_THE_WAY.contains(&probe) => named(trying::of_the_way()),
        _ => named(crate::promises()),
    }
}

/// `identity-source.refresh`: what must end it.
///
/// # Errors
/// When the settings name an ending and the host goes on.
pub fn refresh(host: &dyn Host, settings: &Settings) -> Result<Summary, Failure> {
    let stand = Stand::new(host, settings, None);
    match ending::named(&settings.probe).filter(|ending| ending.within == Export::Refresh) {
        Some(ending) => Err(ending.fail(&stand)),
        None => Ok(read(0)),
    }
}

/// What was covered, where nothing was.
pub(crate) fn covered_nothing() -> Vec<Coverage> {
    order::covered(0, 0)
}

/// A put of so large a document.
pub(crate) fn put_large(n_bytes: usize) -> Change {
    put(&user("large"), "1", &person("large", &json!({"title": "x".repeat(n_bytes)})))
}

/// Entries, as many at once as a host takes.
fn tell(host: &dyn Host, entries: &[Entry]) -> Result<(), Failure> {
    for some in entries.chunks(100) {
        host.record_entries(some.to_vec()).map_err(Failure::Host)?;
    }
    Ok(())
}

/// So many objects, each of which the host counts.
fn read(n: u64) -> Summary {
    Summary { read: n, unchanged: 0, skipped: 0, complete: true, incomplete_reason: None }
}

/// A person of this id with these attributes beside.
fn person(id: &str, attributes: &Value) -> Value {
    object(id, &[schema::USER], attributes)
}

fn department(id: &str, attributes: &Value) -> Value {
    object(id, &[schema::DEPARTMENT], attributes)
}

/// A document with schemas and external id; those among the attributes win, but for the id.
fn object(id: &str, schemas: &[&str], attributes: &Value) -> Value {
    let mut document = json!({ "schemas": schemas });
    if let (Some(document), Some(attributes)) = (document.as_object_mut(), attributes.as_object()) {
        document.extend(attributes.clone());
        document.insert("externalId".to_owned(), Value::from(id));
    }
    document
}

fn user(id: &str) -> Key {
    Key::new("User", id)
}

fn put(key: &Key, version: &str, document: &Value) -> Change {
    put_text(key, version, document.to_string())
}

fn put_text(key: &Key, version: &str, document: String) -> Change {
    Change::Put(DirectoryObject { key: key.clone(), version: version.to_owned(), document })
}

impl Stand<'_> {
    /// What becomes of changes.
    fn apply(&self, changes: Vec<Change>) -> Result<Result<Vec<Outcome>, Diagnosis>, Trouble> {
        let ticket = self.host.begin_apply(changes);
        self.wait_for(&[ticket])?;
        Ok(self.host.take_applied(ticket))
    }

    /// What becomes of one change.
    fn apply_one(&self, change: Change) -> Result<Outcome, Trouble> {
        match self.apply(vec![change])? {
            Ok(outcomes) if outcomes.len() == 1 => {
                outcomes.into_iter().next().map_or_else(|| broken("no outcome"), Ok)
            }
            Ok(outcomes) => broken(format!("one change has {} outcomes", outcomes.len())),
            Err(why) => broken(format!("a change failed as a whole: {} ({})", why.message.en, why.code)),
        }
    }

    /// Apply changes that nothing is wrong with.
    fn apply_well(&self, changes: Vec<Change>) -> Attempt {
        let n = changes.len();
        match self.apply(changes)? {
            Ok(outcomes) if outcomes == vec![Outcome::Applied; n] => Ok(()),
            Ok(outcomes) => {
                let odd = outcomes.iter().find(|outcome| **outcome != Outcome::Applied);
                broken(format!(
                    "{n} changes had {} outcomes, one of them {}",
                    outcomes.len(),
                    odd.map_or("too few", name_of)
                ))
            }
            Err(why) => broken(format!("changes failed as a whole: {} ({})", why.message.en, why.code)),
        }
    }
}

/// The name of an outcome in the contract.
const fn name_of(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Applied => "applied",
        Outcome::Held => "held",
        Outcome::Rejected(_) => "rejected",
    }
}
