//! The contract's vectors, put to the host case by case. What came of a merge stands in the directory, and whoever runs the
//! probe compares: the id of each person names the case.

use super::{object, person, put, put_text, user};
use crate::promise::{Attempt, ensure, same};
use crate::settings::IDENTITY_ATTRIBUTE;
use crate::stand::member;
use crate::trying::taken;
use crate::{Promise, Stand};
use rollcall_kit::model::{Change, Outcome};
use rollcall_rules::document::merge;
use rollcall_rules::vocabulary::schema;
use serde_json::{Value, json};

const MERGES: &str = include_str!("../../../../wit/vectors/merge.json");
const CHECKS: &str = include_str!("../../../../wit/vectors/document-check.json");
const IDENTITIES: &str = include_str!("../../../../wit/vectors/identity.json");

pub(super) const MERGE: [Promise; 1] = [Promise {
    name: "merge",
    stands_at: "model.wit, directory-object.document; vectors/merge.json",
    says: "documents of the vectors are applied; what they are merged into, the directory shows",
    attempt: |stand| {
        merges().iter().try_for_each(|Merge { id, held, incoming, .. }| {
            let changes = held.iter().chain([incoming]).map(|document| put(&user(id), "1", document));
            changes.into_iter().try_for_each(|change| stand.apply_well(vec![change]))
        })
    },
}];

pub(super) const DOCUMENTS: [Promise; 2] = [
    Promise {
        name: "documents",
        stands_at: "model.wit, directory-object.document; vectors/document-check.json",
        says: "a document that breaks a rule is rejected, and one that keeps them is applied",
        attempt: documents,
    },
    Promise {
        name: "documents-held",
        stands_at: "model.wit, directory-object.document; vectors/document-check.json",
        says: "what would be held names its schemas, or is rejected",
        attempt: |stand| {
            list(CHECKS, "held").iter().try_for_each(|case| {
                let id = format!("held: {}", name(case));
                let mut document = member(case, "document").clone();
                name_it(&mut document, &id);
                judged(stand, case, put(&user(&id), "1", &document))
            })
        },
    },
];

/// In parts, because a host may let many wait for a person who belong to somebody else now, and few at once are none.
pub(super) const IDENTITY: [Promise; N_PARTS] = [
    identity("identity-1", |stand| identities(stand, 0)),
    identity("identity-2", |stand| identities(stand, 1)),
    identity("identity-3", |stand| identities(stand, 2)),
];

/// Parts of the vectors of identity.
const N_PARTS: usize = 3;

const fn identity(name: &'static str, attempt: fn(&Stand<'_>) -> Attempt) -> Promise {
    Promise {
        name,
        stands_at: "identity-source.wit, resource-type.identity-attribute; vectors/identity.json",
        says: "the same person under a new id is merged, and somebody else is applied or waits for the end of the reading; \
               what they come to, the directory shows",
        attempt,
    }
}

/// The objects of each reading here.
pub(super) fn n_merged() -> u64 {
    count(merges().len())
}

pub(super) fn n_checked() -> u64 {
    count(ids_checked().len() + list(CHECKS, "held").len())
}

pub(super) fn n_identities(name: &str) -> u64 {
    let part = IDENTITY.iter().position(|promise| promise.name == name);
    part.map_or(0, |part| count(identity_cases(part).len()))
}

/// What the directory must hold after `merge`: external ids and documents.
#[must_use]
pub fn merge_documents() -> Vec<(String, Value)> {
    merges().into_iter().map(|Merge { id, merged, .. }| (id, merged)).collect()
}

/// What the directory must hold after each part of `identity` twice: external ids and documents.
#[must_use]
pub fn identity_documents() -> [Vec<(String, Value)>; 3] {
    let come_to = |case: &Value| {
        let (held, incoming) = (of_identity(case, "held"), of_identity(case, "incoming"));
        let before = Some(&held).filter(|_| !is_somebody_else(case));
        (identity_id(case), merge(before, &incoming))
    };
    [0, 1, 2].map(|part| identity_cases(part).iter().map(come_to).collect())
}

/// A case of merging, as objects.
struct Merge {
    id: String,
    held: Option<Value>,
    incoming: Value,
    merged: Value,
}

fn merges() -> Vec<Merge> {
    let as_object = |case: &Value| {
        let id = format!("merge: {}", name(case));
        let whole = |document: &Value| object(&id, &[schema::USER], document);
        // Where an object is held already, what comes names no schemas unless the case says so.
        let incoming = match case.get("held") {
            None => whole(member(case, "incoming")),
            Some(_) => {
                let mut document = member(case, "incoming").clone();
                name_it(&mut document, &id);
                document
            }
        };
        Merge { held: case.get("held").map(whole), incoming, merged: whole(member(case, "merged")), id }
    };
    // What puts cannot bring about is held by no platform: several elements of one type.
    let is_reachable = |case: &Merge| case.held.as_ref().is_none_or(|held| merge(None, held) == *held);
    list(MERGES, "cases").iter().map(as_object).filter(is_reachable).collect()
}

/// Some cases name nothing that is held, so that each begins with its object there.
fn documents(stand: &Stand<'_>) -> Attempt {
    for id in ids_checked() {
        stand.apply_well(vec![put(&user(&id), "1", &person(&id, &json!({})))])?;
    }
    list(CHECKS, "cases").iter().try_for_each(|case| {
        judged(stand, case, put_text(&user(&text(case, "externalId")), "1", whole(member(case, "text"))))
    })
}

/// Rejected where the case breaks a rule, applied where it breaks none.
fn judged(stand: &Stand<'_>, case: &Value, change: Change) -> Attempt {
    let outcome = stand.apply_one(change)?;
    let right = if member(case, "breaks").is_null() { "applied" } else { "rejected" };
    same(&format!("what became of {:?}", name(case)), &super::name_of(&outcome), &right)
}

/// First whom the platform holds; the next time who comes.
fn identities(stand: &Stand<'_>, part: usize) -> Attempt {
    let cases = identity_cases(part);
    let keys: Vec<_> = cases.iter().map(|case| user(&identity_id(case))).collect();
    let held = taken("finding", stand.host.find_inventory(&keys))?;
    let is_first = held.iter().all(Option::is_none);
    for case in &cases {
        let document = of_identity(case, if is_first { "held" } else { "incoming" });
        let outcome = stand.apply_one(put(&user(&identity_id(case)), "1", &document))?;
        let is_right = match outcome {
            Outcome::Applied => true,
            Outcome::Held => !is_first && is_somebody_else(case),
            Outcome::Rejected(_) => false,
        };
        ensure(is_right, || format!("{:?} was {}", name(case), super::name_of(&outcome)))?;
    }
    Ok(())
}

/// Those of the identity attribute that the probe's descriptor names.
fn identity_cases(part: usize) -> Vec<Value> {
    let cases = list(IDENTITIES, "cases").into_iter();
    let of_attribute = cases.filter(|case| member(case, "attribute") == IDENTITY_ATTRIBUTE);
    of_attribute.skip(part).step_by(N_PARTS).collect()
}

fn identity_id(case: &Value) -> String {
    format!("identity: {}", name(case))
}

fn of_identity(case: &Value, side: &str) -> Value {
    object(&identity_id(case), &[schema::USER], member(case, side))
}

fn is_somebody_else(case: &Value) -> bool {
    member(member(case, "verdict"), "kind") == "somebody-else"
}

/// The ids of the cases of documents.
fn ids_checked() -> Vec<String> {
    let mut ids: Vec<String> = list(CHECKS, "cases").iter().map(|case| text(case, "externalId")).collect();
    ids.sort();
    ids.dedup();
    ids
}

/// A list of a file of vectors.
fn list(file: &str, name: &str) -> Vec<Value> {
    let mut file: Value = serde_json::from_str(file).unwrap_or_default();
    file.get_mut(name).and_then(Value::as_array_mut).map(std::mem::take).unwrap_or_default()
}

/// The text in parts: one stands for itself, `{"repeat": "x", "times": 3}` for `xxx`.
fn whole(parts: &Value) -> String {
    let part = |part: &Value| match part.as_str() {
        Some(text) => text.to_owned(),
        None => text(part, "repeat")
            .repeat(usize::try_from(member(part, "times").as_u64().unwrap_or_default()).unwrap_or_default()),
    };
    parts.as_array().into_iter().flatten().map(part).collect()
}

/// Give a document the external id of its object.
fn name_it(document: &mut Value, id: &str) {
    if let Some(members) = document.as_object_mut() {
        members.insert("externalId".to_owned(), Value::from(id));
    }
}

fn name(case: &Value) -> String {
    text(case, "name")
}

fn text(case: &Value, name: &str) -> String {
    case[name].as_str().unwrap_or_default().to_owned()
}

fn count(n: usize) -> u64 {
    u64::try_from(n).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_vectors_has_cases() {
        for (file, list_name) in
            [(MERGES, "cases"), (CHECKS, "cases"), (CHECKS, "held"), (IDENTITIES, "cases")]
        {
            assert!(!list(file, list_name).is_empty(), "{list_name}");
        }
        for part in 0..N_PARTS {
            let n_others = identity_cases(part).iter().filter(|case| is_somebody_else(case)).count();
            assert!((1..=5).contains(&n_others), "part {part}: {n_others}");
        }
    }

    #[test]
    fn a_case_as_an_object_merges_into_what_the_case_says() {
        for Merge { id, held, incoming, merged } in merges() {
            assert_eq!(merge(held.as_ref(), &incoming), merged, "{id}");
        }
        assert_eq!(list(MERGES, "cases").len() - merges().len(), 1, "those that puts cannot bring about");
    }
}
