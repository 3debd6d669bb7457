//! True answers in which members of single people and departments stand as no description has them, wherever they are
//! answered.

use crate::faults::Answer;
use rollcall_kit::testing::Reply;
use rollcall_kit::{Body, Response};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What stands in the place of members, by the id of whose they are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Odd(BTreeMap<String, Vec<Member>>);

/// A member, and the bytes that stand there, which need be no JSON; none where there is no such member.
type Member = (&'static str, Option<Vec<u8>>);

impl Odd {
    /// One more member that stands there as these bytes.
    pub(crate) fn with(mut self, id: &str, member: &'static str, written: impl Into<Vec<u8>>) -> Self {
        self.0.entry(id.to_owned()).or_default().push((member, Some(written.into())));
        self
    }

    /// One more member that is not there.
    pub(crate) fn without(mut self, id: &str, member: &'static str) -> Self {
        self.0.entry(id.to_owned()).or_default().push((member, None));
        self
    }

    /// The same answer with all of it odd; none where nobody in it is.
    pub(crate) fn instead_of(&self, answer: &Answer) -> Option<Reply> {
        let mut body: Value = serde_json::from_str(&answer.text).ok()?;
        let mut written = Vec::new();
        let mut is_odd = false;
        for object in objects(&mut body) {
            let Some(members) = id(object).and_then(|id| self.0.get(&id)) else { continue };
            is_odd = true;
            for (member, bytes) in members {
                match bytes {
                    None => drop(object.remove(*member)),
                    Some(bytes) => {
                        object.insert((*member).to_owned(), json!(place(written.len())));
                        written.push(bytes.as_slice());
                    }
                }
            }
        }
        is_odd.then(|| {
            let body = Body::Bytes(filled(&body.to_string(), &written));
            Reply::After(1, Response { status: 200, headers: Vec::new(), body })
        })
    }
}

/// The people or departments of an answer: of a page, of a list, or the only one.
fn objects(body: &mut Value) -> Vec<&mut Map<String, Value>> {
    let result = &mut body["result"];
    match if result["list"].is_array() { &mut result["list"] } else { result } {
        Value::Array(list) => list.iter_mut().filter_map(Value::as_object_mut).collect(),
        Value::Object(one) => vec![one],
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

fn id(object: &Map<String, Value>) -> Option<String> {
    let of_person = object.get("userid").and_then(Value::as_str).map(str::to_owned);
    of_person.or_else(|| Some(object.get("dept_id")?.as_i64()?.to_string()))
}

/// What stands where the bytes will: no name or text of a company has it.
fn place(n: usize) -> String {
    format!("@odd {n}@")
}

fn filled(text: &str, written: &[&[u8]]) -> Vec<u8> {
    let mut body = Vec::new();
    let mut rest = text;
    // In the order in which they stand, which may be another than that in which they were put there.
    while let Some((before, behind)) = rest.split_once("\"@odd ") {
        let (n, after) = behind.split_once("@\"").expect("a place ends");
        let n: usize = n.parse().expect("a place has a number");
        body.extend_from_slice(before.as_bytes());
        body.extend_from_slice(written[n]);
        rest = after;
    }
    body.extend_from_slice(rest.as_bytes());
    body
}
