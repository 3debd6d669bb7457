//! Which files are in a crate, and where: the `mod` lines, inline modules, `path`, and what is for tests.

use super::{Tree, needs, of_crate};
use crate::house::figures;

const B: (&str, &str) = ("b.rs", "pub struct Thing;");

#[test]
fn what_is_for_tests_is_no_part_of_the_figures() {
    let conditions =
        ["test", "all(test, unix)", "any(test, feature = \"testing\")", "not(not(test))", "doctest"];
    for condition in conditions {
        let root = format!("mod b;\n#[cfg({condition})]\nmod a;\n");
        let found = of_crate(&[("lib.rs", &root), ("a.rs", "use crate::b::Thing;"), B]);
        assert_eq!((found.size.n_files, needs(&found).len()), (2, 0), "{condition}");
    }
}

#[test]
fn what_is_built_somewhere_is_part_of_the_figures() {
    for condition in ["unix", "not(test)", "any(test, unix)", "feature = \"live\""] {
        let root = format!("mod b;\n#[cfg({condition})]\nmod a;\n");
        let found = of_crate(&[("lib.rs", &root), ("a.rs", "use crate::b::Thing;"), B]);
        assert_eq!((found.size.n_files, needs(&found).len()), (3, 1), "{condition}");
    }
}

#[test]
fn an_inline_module_of_tests_is_left_out_of_its_file() {
    let a = "pub fn a() {}\n\n#[cfg(test)]\nmod tests {\n    use crate::b::Thing;\n    fn f() {}\n}\n";
    let found = of_crate(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", a), B]);
    assert_eq!((found.size.n_lines, found.size.n_functions, needs(&found).len()), (5, 1, 0));
}

#[test]
fn a_method_for_tests_is_left_out() {
    let a = "struct A;\nimpl A {\n    #[cfg(test)]\n    fn f(_: crate::b::Thing) {}\n}\n";
    let found = of_crate(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", a), B]);
    assert_eq!((found.size.n_functions, needs(&found).len()), (0, 0));
}

#[test]
fn a_file_that_no_line_leads_to_is_not_in_the_crate() {
    assert_eq!(of_crate(&[("lib.rs", ""), B]).size.n_files, 1);
}

#[test]
fn modules_inside_of_each_other_are_one_file_with_names_of_their_own() {
    let a = "mod x {\n  mod y {\n    use super::super::super::b::Thing;\n    use super::Own;\n  }\n  struct Own;\n}\n";
    let found = of_crate(&[("lib.rs", "mod a;\nmod b;\n"), ("a.rs", a), B]);
    assert_eq!(needs(&found), ["a.rs -> b.rs"]);
    assert_eq!(found.lost.len(), 0, "{:?}", found.lost);
}

#[test]
fn a_module_declared_inside_of_an_inline_one_is_in_its_folder() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "mod x { mod deep; }"),
        ("a/x/deep.rs", "use crate::b::Thing;"),
        B,
    ]);
    assert_eq!(needs(&found), ["a/x/deep.rs -> b.rs"]);
}

#[test]
fn a_path_leads_to_another_file_whose_own_modules_are_beside_it() {
    let found = of_crate(&[
        ("lib.rs", "mod b;\n#[path = \"elsewhere/other.rs\"]\nmod a;\n"),
        ("elsewhere/other.rs", "mod beside;\nuse crate::b::Thing;"),
        ("elsewhere/beside.rs", "use crate::b::Thing;"),
        B,
    ]);
    assert_eq!(needs(&found), ["elsewhere/beside.rs -> b.rs", "elsewhere/other.rs -> b.rs"]);
}

#[test]
fn a_module_may_be_a_folder_with_a_mod_rs() {
    let found = of_crate(&[("lib.rs", "mod a;\nmod b;\n"), ("a/mod.rs", "use crate::b::Thing;"), B]);
    assert_eq!(needs(&found), ["a/mod.rs -> b.rs"]);
}

#[test]
fn a_file_that_is_not_rust_is_refused_with_its_place() {
    let tree = Tree::new().with("host/a", &[("lib.rs", "mod a;\n"), ("a.rs", "fn f() {}\nfn {}\n")]);
    let said = figures::of_crates(&tree.folder, &tree.crates).unwrap_err().to_string();
    assert!(said.starts_with("host/a/src/a.rs:2: "), "{said}");
}

#[test]
fn a_module_without_a_file_is_refused() {
    let tree = Tree::new().with("host/a", &[("lib.rs", "mod gone;\n")]);
    let said = figures::of_crates(&tree.folder, &tree.crates).unwrap_err().to_string();
    assert!(said.starts_with("module `gone` has no file beside "), "{said}");
}
