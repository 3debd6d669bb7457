//! Type names in several modules.

use super::Tree;
use crate::house::types::Shared;

fn shared(tree: &Tree) -> Vec<Shared> {
    tree.figures().shared_names
}

#[test]
fn a_name_in_three_modules_is_told_with_its_places_whatever_kind_of_type_it_is() {
    let tree = Tree::new()
        .with("host/a", &[("lib.rs", "mod b;\nstruct Place;\n"), ("b.rs", "\nenum Place {}\n")])
        .with("host/c", &[("lib.rs", "trait Place {}\ntype Pair = u8;\n")])
        .with("host/d", &[("lib.rs", "type Pair = u8;\n")]);
    let places = ["host/a/src/lib.rs:2", "host/a/src/b.rs:2", "host/c/src/lib.rs:1"].map(str::to_owned);
    assert_eq!(shared(&tree), [Shared { name: "Place".to_owned(), places: places.to_vec() }]);
    assert_eq!(tree.figures().n_names_in_two_modules, 1);
}

#[test]
fn a_name_that_one_module_has_for_each_system_is_in_one() {
    let text = "#[cfg(unix)] struct A; #[cfg(windows)] struct A; #[cfg(target_os = \"hermit\")] struct A;";
    let tree = Tree::new().with("host/a", &[("lib.rs", text)]);
    assert_eq!((shared(&tree).len(), tree.figures().n_names_in_two_modules), (0, 0));
}

#[test]
fn inline_modules_are_modules_of_their_own() {
    let tree = Tree::new().with("host/a", &[("lib.rs", "struct A; mod b { struct A; mod c { struct A; } }")]);
    assert_eq!(shared(&tree).len(), 1);
}

#[test]
fn names_in_tests_and_names_of_functions_do_not_count() {
    let text = "struct A; #[cfg(test)] mod tests { struct A; } mod b { struct A; fn f() {} } mod c { fn A() {} fn f() {} } fn f() {}";
    assert_eq!(shared(&Tree::new().with("host/a", &[("lib.rs", text)])).len(), 0);
}
