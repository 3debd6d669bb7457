//! What makes one file need another, and what does not.

use super::{check_needs, needs, of_crate};

#[test]
fn a_file_needs_what_it_imports() {
    for import in ["use crate::b::Thing;", "use super::b::{Thing, make};", "use crate::b::Thing as Other;"] {
        check_needs(import, &["a.rs -> b.rs"]);
    }
}

#[test]
fn a_file_needs_what_a_path_leads_to() {
    let uses = [
        "fn f() { crate::b::make() }",
        "fn f() -> super::b::Thing { loop {} }",
        "struct S { thing: Vec<crate::b::Thing> }",
        "impl super::b::Make for () {}",
        "const N: usize = crate::b::LIMIT;",
        "fn f(kind: u8) { match kind { _ => { crate::b::Kind::One; } } }",
    ];
    uses.iter().for_each(|a| check_needs(a, &["a.rs -> b.rs"]));
}

#[test]
fn a_file_needs_what_it_finds_behind_a_module_that_it_imports() {
    check_needs("use crate::b;\nfn f() { b::make() }", &["a.rs -> b.rs"]);
    check_needs("fn f() { use crate::b; b::make() }", &["a.rs -> b.rs"]);
}

#[test]
fn a_module_that_nothing_is_taken_from_is_not_needed() {
    check_needs("use crate::b;", &[]);
}

#[test]
fn a_file_needs_what_it_hands_to_a_macro() {
    check_needs("fn f() { html! { p { (crate::b::make()) } } }", &["a.rs -> b.rs"]);
    check_needs("use crate::b;\nfn f() { println!(\"{}\", b::LIMIT) }", &["a.rs -> b.rs"]);
    check_needs("macro_rules! m { () => { $crate::b::make() } }", &["a.rs -> b.rs"]);
}

#[test]
fn a_macros_own_variables_and_methods_are_no_path() {
    check_needs("macro_rules! m { ($x:ident) => { $x::make() } }", &[]);
    check_needs("use crate::b::*;\nfn f() { html! { (it.make()) } }", &[]);
}

#[test]
fn a_file_needs_what_an_attribute_names() {
    check_needs("struct S { #[serde(with = \"crate::b::make\")] x: u8 }", &["a.rs -> b.rs"]);
}

#[test]
fn a_glob_needs_what_is_used_of_it() {
    check_needs("use crate::b::*;", &[]);
    check_needs("use crate::b::*;\nfn f(_: Thing) {}", &["a.rs -> b.rs"]);
    check_needs("use crate::b::*;\nfn f() { make() }", &["a.rs -> b.rs"]);
    check_needs("use crate::b::*;\nmod make {}\nfn f() { make() }", &["a.rs -> b.rs"]);
    check_needs("use crate::b::Kind::*;", &["a.rs -> b.rs"]);
}

#[test]
fn an_own_item_goes_before_what_a_glob_brings() {
    check_needs("use crate::b::*;\nstruct Thing;\nfn f(_: Thing) {}", &[]);
}

#[test]
fn another_crate_of_the_same_name_as_nothing_here_is_outside() {
    check_needs("use b::Thing;\nuse std::fmt;\nfn f() { fmt::make() }", &[]);
    check_needs("use ::b::Thing;", &[]);
}

#[test]
fn a_path_through_a_re_export_leads_to_where_the_item_is() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "use crate::b::Deep;\nfn f() { crate::b::again::deep() }"),
        ("b.rs", "mod inner;\npub use self::inner::Deep;\npub mod again { pub use super::inner::*; }\n"),
        ("b/inner.rs", "pub struct Deep;\npub fn deep() {}"),
    ]);
    assert_eq!(needs(&found), ["a.rs -> b/inner.rs"]);
}

#[test]
fn a_parent_that_passes_on_what_its_modules_have_does_not_need_them() {
    let child = ("b/inner.rs", "pub struct Deep;\npub fn deep() {}");
    let parent = |text| of_crate(&[("lib.rs", "mod b;\n"), ("b.rs", text), child]);
    assert_eq!(needs(&parent("mod inner;\npub(crate) use inner::Deep;\n")), [""; 0]);
    assert_eq!(needs(&parent("mod inner;\nuse inner::Deep;\n")), ["b.rs -> b/inner.rs"]);
    assert_eq!(needs(&parent("mod inner;\nfn f() { inner::deep() }\n")), ["b.rs -> b/inner.rs"]);
}

#[test]
fn what_is_passed_on_of_another_module_is_needed() {
    check_needs("pub use crate::b::Thing;", &["a.rs -> b.rs"]);
}

#[test]
fn a_function_and_a_module_of_one_name_are_told_apart() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod page;\npub use page::page;\n"),
        ("a.rs", "fn f() { crate::page(); }"),
        ("page.rs", "pub fn page() {}"),
    ]);
    assert_eq!(needs(&found), ["a.rs -> page.rs"]);
    assert_eq!(found.lost.len(), 0, "{:?}", found.lost);
}

#[test]
fn a_path_to_what_a_macro_makes_is_counted_and_leads_to_where_the_macro_is_called() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod words;\n"),
        ("a.rs", "fn f() { crate::words::people(3) }"),
        ("words.rs", "rollcall_words::sentences! { fn people(n) { \"{n} people\", \"{n} 人\" } }"),
    ]);
    assert_eq!((needs(&found).as_slice(), found.n_made), (&["a.rs -> words.rs".to_owned()][..], 1));
}

#[test]
fn a_macro_is_needed_by_its_bare_name() {
    let found = of_crate(&[
        ("lib.rs", "#[macro_use]\nmod a;\nmod b;\n"),
        ("a.rs", "macro_rules! make { () => {} }"),
        ("b.rs", "make!();"),
    ]);
    assert_eq!(needs(&found), ["b.rs -> a.rs"]);
}

#[test]
fn a_macro_of_the_language_is_not_the_module_of_its_name() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod format;\n"),
        ("a.rs", "use crate::format;\nfn f() { format!(\"\") }"),
        ("format.rs", ""),
    ]);
    assert_eq!(found.lost.len(), 0, "{:?}", found.lost);
}

#[test]
fn a_path_that_leads_nowhere_is_told() {
    let found = of_crate(&[("lib.rs", "mod a;\n"), ("a.rs", "fn f() { crate::gone() }")]);
    assert_eq!(found.lost.into_iter().collect::<Vec<_>>(), ["host/a/src/a.rs:1 crate::gone"]);
}

#[test]
fn imports_that_lead_to_each_other_end() {
    let found = of_crate(&[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "pub use crate::b::*;\npub use crate::b::Ring;\nfn f(_: Lost) {}"),
        ("b.rs", "pub use crate::a::*;\npub use crate::a::Ring;"),
    ]);
    assert_eq!(needs(&found), [""; 0]);
}
