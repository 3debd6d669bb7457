//! What an odd member cost, in a word or two of the table.

use super::forms::CANARY;
use super::structures::Structure;
use rollcall_kit::testing::Stored;
use rollcall_kit::{Entry, Failure, Severity, Summary};
use serde_json::Value;
use std::collections::BTreeMap;

/// How an object differs from what it would be without anything odd.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Change {
    /// Not at all.
    None,
    /// Values are gone.
    Emptied,
    /// Values are others.
    Other,
    /// The object is not there.
    Gone,
}

impl Change {
    pub(super) fn between(plain: Option<&Stored>, odd: Option<&Stored>) -> Self {
        let (Some(plain), Some(odd)) = (plain, odd) else { return Self::Gone };
        let (plain, odd) = (leaves(&plain.document), leaves(&odd.document));
        match (plain == odd, odd.iter().all(|(path, value)| plain.get(path) == Some(value))) {
            (true, _) => Self::None,
            (false, true) => Self::Emptied,
            (false, false) => Self::Other,
        }
    }
}

/// All values of a document by where they are; elements by their type or their value, as far as they have one.
fn leaves(document: &Value) -> BTreeMap<String, Value> {
    let mut leaves = BTreeMap::new();
    gather(document, "", &mut leaves);
    leaves
}

fn gather(value: &Value, path: &str, leaves: &mut BTreeMap<String, Value>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, value)| gather(value, &format!("{path}/{name}"), leaves));
        }
        Value::Array(elements) => {
            for (n, element) in elements.iter().enumerate() {
                let kind = element["type"].as_str().map_or(n.to_string(), str::to_owned);
                gather(element, &format!("{path}/{kind}"), leaves);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            leaves.insert(path.to_owned(), value.clone());
        }
    }
}

/// What tells one object from another.
const KEYS: [&str; 2] = ["userid", "dept_id"];

/// What stands in the list of a person's departments, which is replaced as a whole: of these an unknown one is left out.
const PER_DEPARTMENT: [&str; 5] =
    ["dept_order", "leader", "dept_order_list", "leader_in_dept", "dept_position_list"];

/// What came of a reading with one odd member.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) ran: Result<Summary, Failure>,
    pub(super) change: Change,
    /// Whoever else left, joined or stayed did so.
    pub(super) others_as_expected: bool,
    /// Everything is there that would be there without anything odd.
    pub(super) nothing_else_lost: bool,
    pub(super) entries: Vec<Entry>,
    pub(super) log: String,
}

impl Outcome {
    /// What is wrong with that: it costs more than the member, says too much or nothing at all, or takes away what is not
    /// known to be empty.
    pub(super) fn wrong(&self, structure: &Structure, member: &str) -> Option<&'static str> {
        let is_carrying = structure.carrying.contains(&member);
        let is_complete = self.is_complete();
        let n_of_it =
            self.warnings().iter().filter(|entry| entry.diagnosis.code == "member-not-understood").count();
        let is_placed = PER_DEPARTMENT.iter().any(|name| structure.name.contains(name) || member == *name);
        match () {
            () if self.tells_a_value() => Some("a value is told"),
            () if !self.nothing_else_lost && is_complete => Some("an object is lost"),
            () if !is_complete && self.warnings().is_empty() && self.ran.is_ok() => {
                Some("incomplete without a word")
            }
            () if is_carrying => None,
            () if self.change == Change::Gone => Some("the object is lost"),
            () if !is_complete => Some("the reading is not complete"),
            // Another key is another object.
            () if !self.others_as_expected && !KEYS.contains(&member) => Some("another object is another"),
            () if 1 < n_of_it => Some("it is said twice"),
            () if self.change != Change::None && 0 < n_of_it && !is_placed => {
                Some("what is not known is not kept")
            }
            () => None,
        }
    }

    /// Of what an object is called, a log says as much as it takes to find it; of its members nothing.
    fn tells_a_value(&self) -> bool {
        let said: Vec<_> = self.entries.iter().map(|entry| &entry.diagnosis).collect();
        format!("{said:?} {} {:?}", self.log, self.ran).contains(CANARY)
    }

    fn is_complete(&self) -> bool {
        self.ran.as_ref().is_ok_and(|summary| summary.complete)
    }

    fn warnings(&self) -> Vec<&Entry> {
        self.entries.iter().filter(|entry| entry.severity != Severity::Info).collect()
    }

    /// A word or two.
    pub(super) fn cell(&self) -> String {
        let codes: Vec<&str> = self.warnings().iter().map(|entry| entry.diagnosis.code.as_str()).collect();
        let first = codes.first().copied();
        match (&self.ran, self.change, first) {
            (Err(failure), _, _) => format!("failed: {}", failure.diagnosis().code),
            (Ok(summary), _, _) if !summary.complete => format!("partial: {}", first.unwrap_or_default()),
            (Ok(_), Change::None, None) => "same".to_owned(),
            (Ok(_), Change::Emptied, None) => "emptied".to_owned(),
            (Ok(_), Change::Other, None) => "read".to_owned(),
            (Ok(_), Change::Gone, _) => "gone".to_owned(),
            (Ok(_), Change::None, Some("member-not-understood")) => "kept".to_owned(),
            (Ok(_), Change::Emptied | Change::Other, Some("member-not-understood")) => "left out".to_owned(),
            (Ok(_), Change::Other, Some("characters-replaced")) => "replaced".to_owned(),
            (Ok(_), Change::None, Some(code)) => format!("kept: {code}"),
            (Ok(_), Change::Emptied | Change::Other, Some(code)) => format!("read: {code}"),
        }
    }
}
