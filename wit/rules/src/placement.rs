//! Where an object hangs in the organisation, what an update would take it out of, and how that stands to a view: what a host
//! weighs when a source is read with a smaller view than before.
//!
//! Pure, and not here: loading what the platform holds, of which it says what it needs.

use std::collections::{BTreeMap, BTreeSet};

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

/// How a department stands to a view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It is a root of the view, or below one.
    Inside,
    /// The platform holds it elsewhere.
    Outside,
    /// The platform does not hold it.
    NotHeld,
}

/// The departments that a platform holds, as far as they were learnt, and how they stand to a view.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    roots: BTreeSet<String>,
    /// What is above each that was learnt; none of one that is not held.
    above: BTreeMap<String, Option<Above>>,
    places: BTreeMap<String, Place>,
}

/// What a department hangs in, if in anything.
type Above = Option<String>;

impl Tree {
    /// Of a view with these roots.
    pub fn new(roots: impl IntoIterator<Item = String>) -> Self {
        Self { roots: roots.into_iter().collect(), ..Self::default() }
    }

    /// Take what the platform holds of a department: its document, or nothing.
    pub fn learn(&mut self, id: &str, document: Option<&Value>) {
        let above = document.map(|document| departments(document).first().map(|above| (*above).to_owned()));
        self.above.insert(id.to_owned(), above);
        self.places.clear();
    }

    /// Forget what was learnt, because departments may hang elsewhere now.
    pub fn forget(&mut self) {
        self.above.clear();
        self.places.clear();
    }

    /// Which departments are to be learnt next, before it is known how these stand to the view.
    #[must_use]
    pub fn unknown<'a>(&self, ids: impl IntoIterator<Item = &'a str>) -> BTreeSet<String> {
        let (mut unknown, mut passed) = (BTreeSet::new(), BTreeSet::new());
        for id in ids {
            let mut at = id;
            // Of a tree that bites its own tail, all is passed once.
            while !self.roots.contains(at) && passed.insert(at) {
                match self.above.get(at) {
                    None => {
                        unknown.insert(at.to_owned());
                    }
                    Some(None | Some(None)) => {}
                    Some(Some(Some(above))) => at = above,
                }
            }
        }
        unknown
    }

    /// How a department stands to the view, for all that was learnt.
    pub fn place(&mut self, id: &str) -> Place {
        let (mut path, mut at) = (Vec::new(), id.to_owned());
        let place = loop {
            if self.roots.contains(&at) {
                break Place::Inside;
            }
            if let Some(place) = self.places.get(&at) {
                break *place;
            }
            let Some(Some(above)) = self.above.get(&at) else { break Place::NotHeld };
            // Of a tree that bites its own tail, no part is inside.
            self.places.insert(at.clone(), Place::Outside);
            path.push(at);
            match above {
                Some(above) => at = above.clone(),
                None => break Place::Outside,
            }
        };
        // What hangs in something that is not held hangs nowhere, and is held itself.
        let place = if place == Place::NotHeld && !path.is_empty() { Place::Outside } else { place };
        self.places.extend(path.into_iter().map(|id| (id, place)));
        place
    }

    /// Whether all that an object hangs in is held and out of the view. Of what hangs nowhere that is not known.
    pub fn is_out_of_view<'a>(&mut self, ids: impl IntoIterator<Item = &'a str>) -> bool {
        let mut places = ids.into_iter().map(|id| self.place(id)).peekable();
        places.peek().is_some() && places.all(|place| place == Place::Outside)
    }
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

    /// 2 is below 1, and 21 below 2; 3 is below 9, which is not held; 4 and 5 are below each other.
    fn tree(roots: &[&str]) -> Tree {
        let mut tree = Tree::new(roots.iter().map(|id| (*id).to_owned()));
        for (id, above) in [("1", None), ("2", Some("1")), ("21", Some("2")), ("3", Some("9"))]
            .into_iter()
            .chain([("4", Some("5")), ("5", Some("4"))])
        {
            tree.learn(id, Some(&json!({"parent": above.map(|id| json!({"value": id}))})));
        }
        tree.learn("9", None);
        tree
    }

    #[test]
    fn what_is_below_a_root_is_inside_and_all_else_that_is_held_is_not() {
        use Place::{Inside, NotHeld, Outside};
        for (roots, expected) in [
            (&["2"][..], [Outside, Inside, Inside, Outside, Outside, NotHeld]),
            (&["1"], [Inside, Inside, Inside, Outside, Outside, NotHeld]),
            (&["21", "9"], [Outside, Outside, Inside, Inside, Outside, Inside]),
            (&["4"], [Outside, Outside, Outside, Outside, Inside, NotHeld]),
        ] {
            let mut tree = tree(roots);
            assert_eq!(["1", "2", "21", "3", "4", "9"].map(|id| tree.place(id)), expected, "{roots:?}");
            assert_eq!(tree.place("5"), if roots == ["4"] { Inside } else { Outside });
        }
    }

    #[test]
    fn it_says_step_by_step_what_it_must_learn() {
        let mut tree = Tree::new(["1".to_owned()]);
        let unknown = |tree: &Tree| tree.unknown(["21", "3"]).into_iter().collect::<Vec<_>>();
        assert_eq!(unknown(&tree), ["21", "3"]);
        tree.learn("21", Some(&json!({"parent": {"value": "2"}})));
        tree.learn("3", None);
        assert_eq!(unknown(&tree), ["2"]);
        tree.learn("2", Some(&json!({"parent": {"value": "1"}})));
        assert_eq!(unknown(&tree), [""; 0]);
        assert_eq!(tree.place("21"), Place::Inside);
        tree.forget();
        assert_eq!(unknown(&tree), ["21", "3"]);
    }

    #[test]
    fn a_tree_that_bites_its_own_tail_needs_nothing_more() {
        assert_eq!(tree(&[]).unknown(["4", "5"]), BTreeSet::new());
    }

    #[test]
    fn an_object_is_out_of_view_if_all_that_it_hangs_in_is_held_and_outside() {
        for (ids, is_out) in [
            (&["1"][..], true),
            (&["1", "3"], true),
            (&["1", "21"], false),
            (&["21"], false),
            (&["1", "9"], false),
            (&[], false),
        ] {
            assert_eq!(tree(&["2"]).is_out_of_view(ids.iter().copied()), is_out, "{ids:?}");
        }
    }

    #[test]
    fn what_is_no_reference_puts_an_object_nowhere() {
        let odd = json!({"parent": "1", (ORGANISATION_USER): {"departments": ["2", {"value": 3}, null]}});
        assert_eq!(departments(&odd), BTreeSet::new());
    }
}
