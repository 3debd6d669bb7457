//! Where departments stand and how many people are in them, whatever their documents say.

use std::collections::{BTreeMap, BTreeSet};

use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

fn placed(id: &str, parent: Option<&str>, position: i64) -> Placed {
    let parent = parent.map(str::to_owned);
    Placed { external_id: id.to_owned(), name: format!("name {id}"), parent, position }
}

fn outline(departments: Vec<Placed>) -> Outline {
    Outline::of(Numbers { n_people: 0, n_departed: 0, n_without_department: 0 }, departments, &[], &[])
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
fn check(departments: Vec<Placed>, expected: Expect) {
    let outline = outline(departments);
    let mut lines = String::new();
    let mut stack: Vec<_> = outline.top().collect();
    stack.reverse();
    while let Some(department) = stack.pop() {
        let indent = "  ".repeat(usize::try_from(department.depth).unwrap());
        let stray = department.stray.map(|stray| format!(" {stray:?}")).unwrap_or_default();
        lines.push_str(&format!("{indent}{}{stray}\n", department.external_id));
        let mut children: Vec<_> = outline.children(&department.external_id).collect();
        children.reverse();
        stack.extend(children);
    }
    expected.assert_eq(&lines);
}

#[test]
fn siblings_are_in_order_then_by_name() {
    check(
        vec![
            placed("d", Some("1"), 10),
            placed("1", None, i64::MAX),
            placed("e", Some("1"), 9),
            placed("f", Some("1"), 9),
            placed("g", Some("f"), -3),
        ],
        expect![[r#"
            1
              e
              f
                g
              d
        "#]],
    );
}

#[test]
fn a_department_whose_parent_is_not_held_stands_at_the_top_and_says_so() {
    check(
        vec![placed("2", Some("7"), 0), placed("3", Some("2"), 0), placed("4", None, 1)],
        expect![[r#"
            2 ParentNotHeld
              3
            4
        "#]],
    );
}

#[test]
fn whoever_names_a_department_as_the_one_above_is_known_wherever_the_tree_has_it() {
    let outline = outline(vec![
        placed("a", Some("c"), 2),
        placed("b", Some("c"), 1),
        placed("c", Some("a"), 0),
        placed("d", Some("d"), 0),
        placed("e", Some("gone"), 0),
    ]);
    let naming =
        |id| outline.naming(id).map(|department| department.external_id.as_str()).collect::<Vec<_>>();
    assert_eq!(
        ["a", "b", "c", "d", "gone"].map(naming),
        [vec!["c"], vec![], vec!["b", "a"], vec![], vec!["e"]]
    );
}

#[test]
fn a_circle_is_opened_where_the_way_up_from_its_smallest_id_closes() {
    check(
        vec![
            placed("a", Some("c"), 0),
            placed("b", Some("d"), 0),
            placed("c", Some("b"), 0),
            placed("d", Some("c"), 0),
            placed("e", Some("e"), 0),
        ],
        expect![[r#"
            c Circular
              a
              d
                b
            e Circular
        "#]],
    );
}

#[test]
fn a_path_goes_from_the_top_down_to_the_department() {
    let outline = outline(vec![placed("1", None, 0), placed("2", Some("1"), 0), placed("3", Some("2"), 0)]);
    let ids =
        |id| outline.path(id).iter().map(|department| department.external_id.as_str()).collect::<Vec<_>>();
    assert_eq!((ids("3"), ids("9")), (vec!["1", "2", "3"], vec![]));
}

#[test]
fn ten_thousand_departments_below_one_another_are_no_deeper_than_they_are() {
    let below =
        |n: u32| placed(&n.to_string(), n.checked_sub(1).map(|above| above.to_string()).as_deref(), 0);
    let outline = outline((0..10_000).map(below).collect());
    assert_eq!((outline.department("9999").unwrap().depth, outline.path("9999").len()), (9_999, 10_000));
}

/// People by number, with their departments; departments by number, with the one above.
fn organisations() -> impl Strategy<Value = (Vec<Option<u8>>, Vec<BTreeSet<u8>>)> {
    let departments = prop::collection::vec(prop::option::of(0..14_u8), 0..12);
    let people = prop::collection::vec(prop::collection::btree_set(0..14_u8, 0..4), 0..30);
    (departments, people)
}

/// Everyone who is in a department or in one below it, found by looking at everything again and again.
fn naive_people(outline: &Outline, id: &str, people: &[BTreeSet<u8>]) -> usize {
    let mut inside = BTreeSet::from([id.to_owned()]);
    loop {
        let below = outline.departments().iter().filter(|department| {
            let parent = department.parent.as_ref();
            department.stray.is_none() && parent.is_some_and(|parent| inside.contains(parent))
        });
        let more: BTreeSet<_> = below.map(|department| department.external_id.clone()).collect();
        if more.is_subset(&inside) {
            break;
        }
        inside.extend(more);
    }
    people.iter().filter(|homes| homes.iter().any(|home| inside.contains(&home.to_string()))).count()
}

proptest! {
    #[test]
    fn counts_are_those_of_a_naive_recount((above, people) in organisations()) {
        let departments = (0..).zip(&above).map(|(n, above): (u8, _)| {
            placed(&n.to_string(), above.map(|above| above.to_string()).as_deref(), 0)
        });
        let mut members: BTreeMap<String, [u64; 2]> = BTreeMap::new();
        let mut shared = Vec::new();
        for (person, homes) in (0..).zip(&people) {
            for home in homes {
                let counts = members.entry(home.to_string()).or_default();
                *counts = [counts[0] + 1, counts[1] + u64::from(homes.len() == 1)];
                shared.push(OtherDepartment { person, department: home.to_string() });
            }
            shared.retain(|shared| shared.person != person || 1 < homes.len());
        }
        let numbers = Numbers { n_people: 0, n_departed: 0, n_without_department: 0 };
        let members: Vec<_> = members.into_iter().collect();
        let outline = Outline::of(numbers, departments.collect(), &members, &shared);
        prop_assert_eq!(outline.departments().len(), above.len());
        for department in outline.departments() {
            let id = &department.external_id;
            let naive = u64::try_from(naive_people(&outline, id, &people)).unwrap();
            let direct = people.iter().filter(|homes| homes.contains(&id.parse().unwrap())).count();
            prop_assert_eq!((department.n_people_in_all, department.n_people), (naive, u64::try_from(direct).unwrap()));
            prop_assert_eq!(outline.path(id).len(), usize::try_from(department.depth).unwrap() + 1);
        }
    }
}
