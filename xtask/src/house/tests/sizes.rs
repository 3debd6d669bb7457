//! Lines and functions.

use super::{Tree, of_crate};

/// A function of so many lines.
fn function(n_lines: usize) -> String {
    format!("fn of_{n_lines}() {{\n{}}}\n", "    x();\n".repeat(n_lines - 2))
}

#[test]
fn functions_are_measured_from_fn_to_the_closing_brace() {
    let text = "/// What it does.\n#[must_use]\npub(crate) async fn f(\n    a: u8,\n) {\n    a\n}\n";
    let size = of_crate(&[("lib.rs", text)]).size;
    assert_eq!((size.n_functions, size.max, size.longest.as_str()), (1, 5, "host/a/src/lib.rs:3 f"));
}

#[test]
fn methods_count_and_functions_without_a_body_do_not() {
    let text = "impl A { fn a() {} }\ntrait B { fn b(); fn c() { fn d() {} } }\n";
    assert_eq!(of_crate(&[("lib.rs", text)]).size.n_functions, 3);
}

#[test]
fn median_and_p99_are_lengths_that_so_many_functions_do_not_exceed() {
    let text: String = (2..102).map(function).collect();
    let size = of_crate(&[("lib.rs", &text)]).size;
    assert_eq!((size.n_functions, size.median, size.p99, size.max), (100, 51, 100, 101));
    assert!(size.longest.ends_with(" of_101"), "{}", size.longest);
}

#[test]
fn all_crates_together_are_measured_as_one() {
    let tree =
        Tree::new().with("host/a", &[("lib.rs", &function(3))]).with("host/b", &[("lib.rs", &function(9))]);
    let all = tree.figures().all;
    assert_eq!((all.n_lines, all.n_files, all.n_functions, all.median, all.max), (12, 2, 2, 3, 9));
}
