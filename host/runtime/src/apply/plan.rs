//! What is to be written for one object: a pure function of what is held and what came.

use rollcall_rules::object;
use rollcall_rules::vocabulary::{attribute, resource_type};
use serde_json::Value;

use super::check::Incoming;
use super::{DepartedUsers, Departure};
use crate::directory::{Action, Held, Write};
use crate::merge::merge;
use crate::model::{Diagnosis, Key};

/// What to write for an object that is there; none if the platform holds it like that already.
///
/// # Errors
///
/// Why the platform cannot hold what would come of it.
pub(crate) fn put(held: Option<Held>, incoming: Incoming) -> Result<Option<Write>, Diagnosis> {
    let Incoming { key, version, document } = incoming;
    // Nothing of a departed object is merged: what the source left out meanwhile must not come back with it.
    let base = held.as_ref().filter(|held| !held.departed).map(|held| held.document.value());
    let after = merge(base, &document);
    object::check_held(&after)?;
    let is_same = held.as_ref().is_some_and(|held| held.document == after);
    let action = match &held {
        None => Action::Created,
        Some(held) if held.departed => Action::Restored,
        Some(_) if !is_same => Action::Updated,
        Some(held) if held.version != version => Action::Unchanged,
        Some(_) => return Ok(None),
    };
    let before = held.map(|held| held.document);
    // What is as it was has its text already.
    let after = before.clone().filter(|_| is_same).unwrap_or_else(|| after.into());
    Ok(Some(Write { key, action, version, before, after: Some(after), witness: None }))
}

/// What to write where the source gave a key to somebody else: who was there leaves, and whoever came is made anew. Both
/// writes have the evidence.
///
/// # Errors
///
/// Why the platform cannot hold whoever came.
pub(crate) fn replacement(
    held: Held,
    incoming: Incoming,
    evidence: &str,
) -> Result<(Write, Write), Diagnosis> {
    let Incoming { key, version, document } = incoming;
    let after = merge(None, &document);
    object::check_held(&after)?;
    let witness = Some(evidence.to_owned());
    let before = Some(held.document);
    let join = Write {
        key: key.clone(),
        action: Action::Created,
        version,
        before: None,
        after: Some(after.into()),
        witness: witness.clone(),
    };
    // The key is taken, so that nothing of whoever had it can stay under it, whatever becomes of departed people.
    Ok((Write { key, action: Action::Deleted, version: String::new(), before, after: None, witness }, join))
}

/// What to write for an object that left; none if it is not held, or had left already.
pub(crate) fn departure(held: Option<Held>, departure: Departure, users: DepartedUsers) -> Option<Write> {
    let Held { version, document, .. } = held.filter(|held| !held.departed)?;
    let Departure { key, witness } = departure;
    let (action, version, after) = match users {
        DepartedUsers::Deactivate if key.resource_type == resource_type::USER => {
            (Action::Deactivated, version, Some(deactivated(&document).into()))
        }
        DepartedUsers::Deactivate | DepartedUsers::Delete => (Action::Deleted, String::new(), None),
    };
    Some(Write { key, action, version, before: Some(document), after, witness: Some(witness) })
}

/// What to write so that an attribute is cleared; none where it is not there, or the object has departed. The version is
/// empty, so that the next full run looks at the object.
///
/// # Errors
///
/// Why the platform cannot hold what would come of it.
pub(crate) fn clearing(key: &Key, held: Held, document: &Value) -> Result<Option<Write>, Diagnosis> {
    let after = merge(Some(held.document.value()), document);
    if held.departed || held.document == after {
        return Ok(None);
    }
    object::check_held(&after)?;
    let (before, after) = (Some(held.document), Some(after.into()));
    let (key, version) = (key.clone(), String::new());
    Ok(Some(Write { key, action: Action::Updated, version, before, after, witness: None }))
}

fn deactivated(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(members) = document.as_object_mut() {
        members.insert(attribute::ACTIVE.to_owned(), Value::Bool(false));
    }
    document
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn held(document: Value) -> Held {
        Held { version: "1".to_owned(), document: document.into(), departed: false }
    }

    fn departed(document: Value) -> Held {
        Held { departed: true, ..held(document) }
    }

    fn incoming(version: &str, document: Value) -> Incoming {
        Incoming { key: Key::new("User", "a"), version: version.to_owned(), document }
    }

    /// The same document with what every resource has.
    fn resource(mut document: Value) -> Value {
        document["schemas"] = json!(["urn:x"]);
        document
    }

    fn put_action(held: Option<Held>, version: &str, document: Value) -> Option<(Action, Value)> {
        let write = put(held, incoming(version, document)).unwrap();
        write.map(|write| (write.action, write.after.unwrap().into_value()))
    }

    fn leaving(resource_type: &str) -> Departure {
        Departure { key: Key::new(resource_type, "a"), witness: "404: gone".to_owned() }
    }

    #[test]
    fn a_new_object_is_created_without_what_is_unassigned() {
        let result = put_action(None, "1", resource(json!({"a": 1, "b": null})));
        assert_eq!(result, Some((Action::Created, resource(json!({"a": 1})))));
    }

    #[test]
    fn an_object_that_is_the_same_in_both_is_not_written_at_all() {
        let there = held(resource(json!({"a": 1})));
        assert_eq!(put_action(Some(there), "1", resource(json!({"a": 1}))), None);
    }

    #[test]
    fn a_new_version_of_the_same_document_is_written_as_unchanged() {
        let there = held(resource(json!({"a": 1, "b": 2})));
        let result = put_action(Some(there), "2", resource(json!({"a": 1})));
        assert_eq!(result, Some((Action::Unchanged, resource(json!({"a": 1, "b": 2})))));
    }

    #[test]
    fn the_same_version_does_not_hide_that_the_platform_changed_the_document() {
        let there = held(resource(json!({"a": 2})));
        let result = put_action(Some(there), "1", resource(json!({"a": 1})));
        assert_eq!(result, Some((Action::Updated, resource(json!({"a": 1})))));
    }

    #[test]
    fn what_only_unassigns_says_what_it_is_only_where_nothing_is_held() {
        let clearing = || incoming("2", json!({"a": null}));
        let there = held(resource(json!({"a": 1, "b": 2})));
        let write = put(Some(there), clearing()).unwrap().unwrap();
        assert_eq!((write.action, write.after), (Action::Updated, Some(resource(json!({"b": 2})).into())));
        for nothing in [None, Some(departed(resource(json!({"a": 1, "active": false}))))] {
            assert_eq!(put(nothing, clearing()).unwrap_err().code, "object-invalid");
        }
    }

    #[test]
    fn no_document_takes_away_what_an_object_is() {
        for schemas in [json!(null), json!([]), json!("urn:x")] {
            let there = held(resource(json!({"a": 1})));
            let refused = put(Some(there), incoming("2", json!({ "schemas": schemas })));
            assert_eq!(refused.unwrap_err().code, "object-invalid", "{schemas}");
        }
    }

    #[test]
    fn a_person_who_comes_back_is_made_anew() {
        let gone = departed(resource(json!({"a": 1, "b": 2, "active": false})));
        let result = put_action(Some(gone), "1", resource(json!({"a": 1})));
        assert_eq!(result, Some((Action::Restored, resource(json!({"a": 1})))));
    }

    #[test]
    fn a_person_who_comes_back_disabled_at_the_source_stays_inactive() {
        let gone = departed(resource(json!({"active": false})));
        let result = put_action(Some(gone), "2", resource(json!({"active": false})));
        assert_eq!(result, Some((Action::Restored, resource(json!({"active": false})))));
    }

    #[test]
    fn a_person_who_left_is_deactivated_with_the_witness_or_deleted_by_choice() {
        let there = held(json!({"a": 1, "active": true}));
        let write = departure(Some(there.clone()), leaving("User"), DepartedUsers::Deactivate).unwrap();
        assert_eq!(
            (write.action, write.after, write.witness.as_deref()),
            (Action::Deactivated, Some(json!({"a": 1, "active": false}).into()), Some("404: gone"))
        );
        let write = departure(Some(there.clone()), leaving("User"), DepartedUsers::Delete).unwrap();
        assert_eq!((write.action, write.after), (Action::Deleted, None));
    }

    #[test]
    fn a_department_that_left_is_deleted() {
        let write =
            departure(Some(held(json!({}))), leaving("Department"), DepartedUsers::Deactivate).unwrap();
        assert_eq!(
            (write.action, write.before, write.after),
            (Action::Deleted, Some(json!({}).into()), None)
        );
    }

    #[test]
    fn leaving_twice_or_without_having_been_there_changes_nothing() {
        let gone = departed(json!({"active": false}));
        assert_eq!(departure(Some(gone), leaving("User"), DepartedUsers::Deactivate), None);
        assert_eq!(departure(None, leaving("User"), DepartedUsers::Deactivate), None);
    }
}
