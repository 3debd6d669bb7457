//! The rules about the figures, their exceptions, and what the command understands.

use super::Tree;
use crate::house::allowed::Allowed;
use crate::house::check::check;
use crate::house::crates;
use crate::house::{Options, options};

const NONE: Allowed = Allowed { circles: &[], room_circles: &[], codes: &[], names: &[] };

/// A crate with a circle of two files, which are rooms as well, and a name in three modules.
fn tree() -> Tree {
    Tree::new().with(
        "host/a",
        &[
            ("lib.rs", "mod a;\nmod b;\nstruct Place;"),
            ("a.rs", "use crate::b::B;\npub struct A;\nstruct Place;"),
            ("b.rs", "use crate::a::A;\npub struct B;\nstruct Place;"),
        ],
    )
}

#[track_caller]
fn check_findings(allowed: &Allowed, expected: &[&str]) {
    let found: Vec<String> = check(&tree().figures(), allowed)
        .into_iter()
        .map(|finding| format!("{}: {}", finding.place, finding.mend))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn a_circle_a_circle_of_rooms_and_a_name_for_three_things_are_found() {
    check_findings(
        &NONE,
        &[
            "host/a: cut one of the needs of these 2, where none is allowed: host/a/src/a.rs, host/a/src/b.rs",
            "host/a: cut one of the needs of these 2, where none is allowed: a, b",
            "Place: give one of these a name of its own: host/a/src/lib.rs:3, host/a/src/a.rs:3, host/a/src/b.rs:3",
        ],
    );
}

#[test]
fn what_is_allowed_is_not_found() {
    let bound = &[("host/a", 2)];
    check_findings(&Allowed { circles: bound, room_circles: bound, codes: &[], names: &["Place"] }, &[]);
}

#[test]
fn a_circle_that_has_become_smaller_lowers_its_bound() {
    check_findings(
        &Allowed { circles: &[("host/a", 3)], room_circles: &[("host/a", 2)], codes: &[], names: &["Place"] },
        &[
            "xtask/src/house/allowed.rs: the circle has become smaller: make `(\"host/a\", 3)` in `circles` a 2",
        ],
    );
}

#[test]
fn a_circle_that_has_grown_is_found_with_its_bound() {
    let tree = Tree::new().with(
        "host/a",
        &[
            ("lib.rs", "mod a;\n"),
            ("a.rs", "mod b;\nmod c;\nuse b::B;\npub struct A;"),
            ("a/b.rs", "use super::c::C;\npub struct B;"),
            ("a/c.rs", "use super::A;\npub struct C;"),
        ],
    );
    let found = check(&tree.figures(), &Allowed { circles: &[("host/a", 2)], ..NONE });
    let mend = "cut one of the needs of these 3, where 2 are allowed: host/a/src/a.rs, host/a/src/a/b.rs, host/a/src/a/c.rs";
    assert_eq!(found.iter().map(|finding| finding.mend.as_str()).collect::<Vec<_>>(), [mend]);
}

#[test]
fn an_exception_that_is_not_needed_is_to_be_taken_out() {
    let tree = Tree::new().with("host/a", &[("lib.rs", "struct Place;")]);
    let allowed =
        Allowed { circles: &[("host/a", 2)], room_circles: &[("host/b", 2)], codes: &[], names: &["Place"] };
    let found = check(&tree.figures(), &allowed);
    assert_eq!(
        found.iter().map(|finding| finding.mend.as_str()).collect::<Vec<_>>(),
        [
            "nothing is in a ring any more: take out `(\"host/a\", 2)` in `circles`",
            "no crate is host/b: take it out of `room_circles`",
            "take \"Place\" out of `names`: it does not stand for too much any more",
        ]
    );
}

#[test]
fn the_command_takes_its_options_in_any_order_and_refuses_others() {
    let both = options(&["--format", "json", "--before", "/x"]).unwrap();
    assert_eq!(both, options(&["--before", "/x", "--format", "json"]).unwrap());
    assert_eq!(both, Options { check: false, json: true, before: Some("/x".into()) });
    for words in [&["--format", "xml"][..], &["--before"], &["now"], &["--check", "--format", "json"]] {
        assert!(options(words).is_err(), "{words:?}");
    }
}

#[test]
fn the_crates_that_ship_are_all_but_the_tests_and_the_tools() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let crates = crates::shipped(root).unwrap();
    let names: Vec<&str> = crates.iter().map(|found| found.name.as_str()).collect();
    assert!(names.contains(&"host/runtime") && names.contains(&"wit/rules"), "{names:?}");
    assert!(names.iter().all(|name| !name.starts_with("tests") && !name.starts_with("xtask")), "{names:?}");
    assert!(crates.iter().all(|found| found.files.len() == 1), "{crates:?}");
}
