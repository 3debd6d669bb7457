//! Error codes outside of a register, and the places that parse and write.

use super::{Tree, of_crate};

#[track_caller]
fn check_codes(text: &str, expected: &[&str]) {
    let found = of_crate(&[("lib.rs", text)]);
    let codes: Vec<&str> = found.codes.iter().filter_map(|code| code.split(' ').next_back()).collect();
    assert_eq!(codes, expected, "{text}");
}

#[test]
fn a_code_is_found_where_a_diagnosis_or_a_refusal_is_made() {
    check_codes("fn f() { Diagnosis::new(\"not-found\", error.to_string()); }", &["not-found"]);
    check_codes("fn f() { Refusal::of_request(\"not-found\"); }", &["not-found"]);
    check_codes("fn f() { Words::new(\"not-found\"); }", &["not-found"]);
    check_codes("fn f() { told(\"not-found\", &format!(\"{x} is not there\")); }", &["not-found"]);
    check_codes("fn f() { diagnosis(\"not-found\", &words::gone()); }", &["not-found"]);
    check_codes("fn f() { Self { code: \"not-found\", message }; }", &["not-found"]);
    check_codes("fn f() { vec![Diagnosis::new(\"not-found\", \"it is not there\")] }", &["not-found"]);
}

#[test]
fn a_constant_is_one_code_however_often_it_is_used() {
    let text = "const GONE: &str = \"not-found\";\nfn f() { Diagnosis::new(GONE, \"a b\"); Diagnosis::new(GONE, \"c d\"); }";
    check_codes(text, &["not-found"]);
}

#[test]
fn what_does_not_look_like_a_code_or_is_not_used_as_one_is_none() {
    check_codes("fn f() { Diagnosis::new(\"gone\", \"it is not there\"); }", &[]);
    check_codes("fn f() { Diagnosis::new(\"Not-Found\", \"it is not there\"); }", &[]);
    check_codes("fn f() { HeaderName::from_static(\"x-csrf-token\"); }", &[]);
    check_codes("const HEADER: &str = \"x-csrf-token\";\nfn f() { Name::new(HEADER); }", &[]);
}

#[test]
fn a_code_in_the_register_is_none_that_is_spelled_elsewhere() {
    let found = of_crate(&[
        ("lib.rs", "mod codes;\nfn f() { Diagnosis::new(codes::GONE, \"it is not there\"); }"),
        (
            "codes.rs",
            "pub const GONE: &str = \"not-found\";\nfn f() { Diagnosis::new(\"not-here\", \"a b\"); }",
        ),
    ]);
    assert_eq!(found.codes.len(), 0, "{:?}", found.codes);
}

#[test]
fn a_code_that_is_said_in_other_words_elsewhere_is_told_even_from_another_crate() {
    let say = |text: &str| format!("fn f() {{ Diagnosis::new(\"not-found\", \"{text}\"); }}");
    let tree = |second: &str| {
        Tree::new()
            .with("host/a", &[("lib.rs", &say("it is not there"))])
            .with("host/b", &[("lib.rs", &say(second))])
            .figures()
            .ambiguous_codes
    };
    assert_eq!(tree("it is not there").len(), 0);
    let told = tree("nobody has seen it");
    let said: Vec<&String> = told.iter().flat_map(|code| &code.said).collect();
    let lines = ["host/a/src/lib.rs:1 \"it is not there\"", "host/b/src/lib.rs:1 \"nobody has seen it\""];
    assert_eq!(said, lines);
}

#[test]
fn places_that_parse_and_write_are_counted_in_the_host() {
    let text = "use serde_json::to_string;\nfn f() { serde_json::from_str(x); to_string(y); x.map(serde_json::to_writer); \
                document::canonical(z); z.canonical(); vec![serde_json::from_slice(x)]; serde_json::json!({}); }";
    let tree = Tree::new().with("host/a", &[("lib.rs", text)]).with("wit/b", &[("lib.rs", text)]);
    let documents: Vec<_> = tree.figures().crates.iter().map(|found| found.documents).collect();
    let found = documents[0].unwrap();
    assert_eq!((found.parsed, found.written, found.canonical), (2, 2, 2));
    assert_eq!(documents[1], None);
}
