//! Circles of files and of rooms.

use super::of_crate;

#[test]
fn files_that_need_no_one_in_turn_are_in_no_circle() {
    let found =
        of_crate(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", "use crate::b::B;"), ("b.rs", "pub struct B;")]);
    assert_eq!((found.circles.len(), found.room_circles.len()), (0, 0));
}

#[test]
fn two_files_that_need_each_other_are_a_circle() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod b;\nmod c;\n"),
        ("a.rs", "use crate::b::B;\npub struct A;"),
        ("b.rs", "use crate::a::A;\npub struct B;"),
        ("c.rs", "use crate::a::A;"),
    ]);
    assert_eq!(found.circles, [["host/a/src/a.rs", "host/a/src/b.rs"]]);
}

#[test]
fn a_circle_of_three_closes_through_a_re_export() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod b;\nmod c;\n"),
        ("a.rs", "use crate::b::Deep;\npub struct A;"),
        ("b.rs", "mod inner;\npub use inner::Deep;"),
        ("b/inner.rs", "use crate::c::C;\npub struct Deep;"),
        ("c.rs", "use crate::a::A;\npub struct C;"),
    ]);
    assert_eq!(found.circles, [["host/a/src/a.rs", "host/a/src/b/inner.rs", "host/a/src/c.rs"]]);
}

#[test]
fn a_parent_and_a_child_that_need_each_other_are_a_circle_of_files_and_of_no_rooms() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\n"),
        ("a.rs", "mod b;\nuse b::B;\npub struct A;"),
        ("a/b.rs", "use super::A;\npub struct B;"),
    ]);
    assert_eq!(found.circles, [["host/a/src/a.rs", "host/a/src/a/b.rs"]]);
    assert_eq!(found.room_circles.len(), 0);
}

#[test]
fn rooms_that_need_each_other_through_different_files_are_a_circle_of_rooms_only() {
    let found = of_crate(&[
        ("lib.rs", "mod one;\nmod two;\n"),
        ("one.rs", "pub mod a;\npub mod b;"),
        ("one/a.rs", "use crate::two::c::C;"),
        ("one/b.rs", "pub struct B;"),
        ("two.rs", "pub mod c;\npub mod d;"),
        ("two/c.rs", "pub struct C;"),
        ("two/d.rs", "use crate::one::b::B;"),
    ]);
    assert_eq!(found.circles.len(), 0);
    assert_eq!(found.room_circles, [["one", "two"]]);
}

#[test]
fn the_root_is_no_room_even_with_a_module_inside_of_its_file() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod inside {}\nuse a::A;\npub struct Root;"),
        ("a.rs", "use crate::Root;\npub struct A;"),
    ]);
    assert_eq!((found.circles.len(), found.room_circles.len()), (1, 0));
}

#[test]
fn the_largest_circle_is_told_first() {
    let pair = |other: &str| format!("use crate::{other}::X as Y;\npub struct X;");
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod b;\nmod c;\nmod d;\nmod e;\n"),
        ("a.rs", &pair("b")),
        ("b.rs", &pair("a")),
        ("c.rs", &pair("d")),
        ("d.rs", &pair("e")),
        ("e.rs", &pair("c")),
    ]);
    assert_eq!(found.circles.iter().map(Vec::len).collect::<Vec<_>>(), [3, 2]);
    assert_eq!(found.largest_circle(), 3);
}
