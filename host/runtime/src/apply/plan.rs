//! What is to be written for one object: a pure function of what is held and what came.

use serde_json::Value;

use super::check::Incoming;
use super::{DepartedUsers, Departure};
use crate::directory::{Action, Held, Write};
use crate::merge::merge;

/// The resource type of people, the only one that is deactivated. Source: RFC 7643, section 4.1.
const USER: &str = "User";

/// What to write for an object that is there; none if the platform holds it like that already.
pub(crate) fn put(held: Option<Held>, incoming: Incoming) -> Option<Write> {
    let Incoming { key, version, document } = incoming;
    // Nothing of a departed object is merged: what the source left out meanwhile must not come back with it.
    let base = held.as_ref().filter(|held| !held.departed).map(|held| &held.document);
    let after = merge(base, &document);
    let action = match &held {
        None => Action::Created,
        Some(held) if held.departed => Action::Restored,
        Some(held) if held.document != after => Action::Updated,
        Some(held) if held.version != version => Action::Unchanged,
        Some(_) => return None,
    };
    let before = held.map(|held| held.document);
    Some(Write { key, action, version, before, after: Some(after), witness: None })
}

/// What to write for an object that left; none if it is not held, or had left already.
pub(crate) fn departure(held: Option<Held>, departure: Departure, users: DepartedUsers) -> Option<Write> {
    let Held { version, document, .. } = held.filter(|held| !held.departed)?;
    let Departure { key, witness } = departure;
    let (action, version, after) = match users {
        DepartedUsers::Deactivate if key.resource_type == USER => {
            (Action::Deactivated, version, Some(deactivated(&document)))
        }
        DepartedUsers::Deactivate | DepartedUsers::Delete => (Action::Deleted, String::new(), None),
    };
    Some(Write { key, action, version, before: Some(document), after, witness: Some(witness) })
}

fn deactivated(document: &Value) -> Value {
    let mut document = document.clone();
    if let Some(members) = document.as_object_mut() {
        members.insert("active".to_owned(), Value::Bool(false));
    }
    document
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::Key;

    fn held(document: Value) -> Held {
        Held { version: "1".to_owned(), document, departed: false }
    }

    fn departed(document: Value) -> Held {
        Held { departed: true, ..held(document) }
    }

    fn incoming(version: &str, document: Value) -> Incoming {
        Incoming { key: Key::new("User", "a"), version: version.to_owned(), document }
    }

    fn put_action(held: Option<Held>, version: &str, document: Value) -> Option<(Action, Value)> {
        put(held, incoming(version, document)).map(|write| (write.action, write.after.unwrap()))
    }

    fn leaving(resource_type: &str) -> Departure {
        Departure { key: Key::new(resource_type, "a"), witness: "404: gone".to_owned() }
    }

    #[test]
    fn a_new_object_is_created_without_what_is_unassigned() {
        let result = put_action(None, "1", json!({"a": 1, "b": null}));
        assert_eq!(result, Some((Action::Created, json!({"a": 1}))));
    }

    #[test]
    fn an_object_that_is_the_same_in_both_is_not_written_at_all() {
        assert_eq!(put_action(Some(held(json!({"a": 1}))), "1", json!({"a": 1})), None);
    }

    #[test]
    fn a_new_version_of_the_same_document_is_written_as_unchanged() {
        let result = put_action(Some(held(json!({"a": 1, "b": 2}))), "2", json!({"a": 1}));
        assert_eq!(result, Some((Action::Unchanged, json!({"a": 1, "b": 2}))));
    }

    #[test]
    fn the_same_version_does_not_hide_that_the_platform_changed_the_document() {
        let result = put_action(Some(held(json!({"a": 2}))), "1", json!({"a": 1}));
        assert_eq!(result, Some((Action::Updated, json!({"a": 1}))));
    }

    #[test]
    fn a_person_who_comes_back_is_made_anew() {
        let gone = departed(json!({"a": 1, "b": 2, "active": false}));
        let result = put_action(Some(gone), "1", json!({"a": 1}));
        assert_eq!(result, Some((Action::Restored, json!({"a": 1}))));
    }

    #[test]
    fn a_person_who_comes_back_disabled_at_the_source_stays_inactive() {
        let gone = departed(json!({"active": false}));
        let result = put_action(Some(gone), "2", json!({"active": false}));
        assert_eq!(result, Some((Action::Restored, json!({"active": false}))));
    }

    #[test]
    fn a_person_who_left_is_deactivated_with_the_witness_or_deleted_by_choice() {
        let there = held(json!({"a": 1, "active": true}));
        let write = departure(Some(there.clone()), leaving("User"), DepartedUsers::Deactivate).unwrap();
        assert_eq!(
            (write.action, write.after, write.witness.as_deref()),
            (Action::Deactivated, Some(json!({"a": 1, "active": false})), Some("404: gone"))
        );
        let write = departure(Some(there.clone()), leaving("User"), DepartedUsers::Delete).unwrap();
        assert_eq!((write.action, write.after), (Action::Deleted, None));
    }

    #[test]
    fn a_department_that_left_is_deleted() {
        let write =
            departure(Some(held(json!({}))), leaving("Department"), DepartedUsers::Deactivate).unwrap();
        assert_eq!((write.action, write.before, write.after), (Action::Deleted, Some(json!({})), None));
    }

    #[test]
    fn leaving_twice_or_without_having_been_there_changes_nothing() {
        let gone = departed(json!({"active": false}));
        assert_eq!(departure(Some(gone), leaving("User"), DepartedUsers::Deactivate), None);
        assert_eq!(departure(None, leaving("User"), DepartedUsers::Deactivate), None);
    }
}
