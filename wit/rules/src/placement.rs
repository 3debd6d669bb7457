//! Where an object hangs in the organisation, and what an update would take it out of: what a host weighs when a source is
//! read with a smaller view than before.
//!
//! Pure, and not here: which departments are in a view, which needs the tree that the platform holds.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::vocabulary::attribute::{DEPARTMENTS, PARENT, VALUE};
use crate::vocabulary::schema::ORGANISATION_USER;

/// The ids of the departments that an object hangs in: those of a person, the one above a department.
#[must_use]
pub fn departments(document: &Value) -> BTreeSet<&str> {
    let of_person = document.get(ORGANISATION_USER).and_then(|extension| extension.get(DEPARTMENTS));
    let of_person = of_person.and_then(Value::as_array).into_iter().flatten();
    of_person.chain(document.get(PARENT)).filter_map(reference).collect()
}

/// The ids of the departments that an object hangs in before an update and no longer after it.
#[must_use]
pub fn dropped<'a>(before: &'a Value, after: &Value) -> BTreeSet<&'a str> {
    let after = departments(after);
    departments(before).into_iter().filter(|id| !after.contains(id)).collect()
}

fn reference(element: &Value) -> Option<&str> {
    element.get(VALUE).and_then(Value::as_str)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn person(departments: &[&str]) -> Value {
        let departments: Vec<_> = departments.iter().map(|id| json!({"value": id, "order": "1"})).collect();
        json!({"displayName": "Li", (ORGANISATION_USER): {"departments": departments}})
    }

    #[track_caller]
    fn check(before: &Value, after: &Value, expected: &[&str]) {
        assert_eq!(dropped(before, after).into_iter().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_person_is_taken_out_of_the_departments_that_the_update_no_longer_names() {
        check(&person(&["1", "2", "3"]), &person(&["3", "4"]), &["1", "2"]);
        check(&person(&["1"]), &json!({"displayName": "Li"}), &["1"]);
        check(&person(&["1"]), &person(&["1", "2"]), &[]);
    }

    #[test]
    fn a_department_is_taken_out_of_the_one_above_it() {
        let below = |id: &str| json!({"displayName": "R&D", "parent": {"value": id}});
        check(&below("1"), &json!({"displayName": "R&D"}), &["1"]);
        check(&below("1"), &below("2"), &["1"]);
        check(&below("1"), &below("1"), &[]);
        check(&json!({"displayName": "R&D"}), &below("1"), &[]);
    }

    #[test]
    fn what_is_no_reference_puts_an_object_nowhere() {
        let odd = json!({"parent": "1", (ORGANISATION_USER): {"departments": ["2", {"value": 3}, null]}});
        assert_eq!(departments(&odd), BTreeSet::new());
    }
}
