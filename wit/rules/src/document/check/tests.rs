//! What a document must be, rule by rule. The cases of `wit/vectors/document-check.json` stand there.

use serde_json::{Value, json};

use super::{Rule, check, check_held, read, replace_null_characters};

/// The rule that a text breaks, and where.
fn broken(text: &str) -> Option<(Rule, String)> {
    read(text, "7").err().map(|violation| (violation.rule, violation.pointer))
}

fn nested(depth: usize) -> String {
    // The document itself is one level.
    format!(r#"{{"externalId":"7","a":{}{}}}"#, "[".repeat(depth - 1), "]".repeat(depth - 1))
}

#[test]
fn a_document_of_exactly_the_bound_passes_and_one_byte_more_does_not() {
    let of = |n_bytes: usize| {
        let frame = r#"{"externalId":"7","a":""}"#.len();
        format!(r#"{{"externalId":"7","a":"{}"}}"#, "x".repeat(n_bytes - frame))
    };
    assert_eq!(broken(&of(256 << 10)), None);
    assert_eq!(broken(&of((256 << 10) + 1)), Some((Rule::Size, String::new())));
}

#[test]
fn nesting_is_counted_with_the_document_itself() {
    assert_eq!(broken(&nested(32)), None);
    assert_eq!(broken(&nested(33)), Some((Rule::Depth, format!("/a{}", "/0".repeat(31)))));
}

#[test]
fn nesting_that_no_parser_follows_is_too_deep_and_not_unreadable() {
    assert_eq!(broken(&nested(10_000)), Some((Rule::Depth, String::new())));
}

#[test]
fn brackets_within_texts_are_no_nesting() {
    let text = format!(r#"{{"externalId":"7","a":"\"{}"}}x"#, "[".repeat(1000));
    assert_eq!(broken(&text), Some((Rule::Json, String::new())));
}

#[test]
fn a_pointer_escapes_what_would_be_read_as_a_step() {
    let text = r#"{"externalId":"7","a/b~c":[0,{"":1.5}]}"#;
    assert_eq!(broken(text), Some((Rule::Number, "/a~1b~0c/1/".to_owned())));
}

#[test]
fn a_violation_says_what_where_and_what_was_found_in_both_languages() {
    let violation = read(r#"{"externalId":"7","order":9007199254740992}"#, "7").unwrap_err();
    assert_eq!(
        violation.to_string(),
        "a number of its document is not whole and below 2^53, written without fraction or exponent (at /order): \
         9007199254740992"
    );
    assert_eq!(
        violation.in_chinese(),
        "其文档中有数字不是小于 2^53 的整数，或带有小数、指数（位于 /order）：9007199254740992"
    );
    let violation = read("[]", "7").unwrap_err();
    assert_eq!(violation.to_string(), "its document is no json object");
    assert_eq!(violation.in_chinese(), "其文档不是 JSON 对象");
}

#[test]
fn an_id_of_the_same_digits_that_is_a_number_is_another_id() {
    let violation = check(&json!({"externalId": 7}), "7").unwrap_err();
    assert_eq!((violation.rule, violation.pointer.as_str()), (Rule::ExternalId, "/externalId"));
}

#[test]
fn a_document_that_only_clears_names_no_schemas_and_what_is_held_does() {
    assert_eq!(check(&json!({"externalId": "7", "title": null}), "7"), Ok(()));
    assert_eq!(check_held(&json!({"externalId": "7"})).unwrap_err().rule, Rule::Schemas);
    for schemas in [json!(null), json!("urn:x"), json!([]), json!([""]), json!(["urn:x", 1]), json!({})] {
        assert!(check_held(&json!({ "schemas": schemas })).is_err(), "{schemas}");
    }
    assert_eq!(check_held(&json!({"schemas": ["urn:x"]})), Ok(()));
}

#[test]
fn what_is_no_character_is_replaced_wherever_it_stands() {
    let mut document = json!({"a\u{0}": "x\u{0}y", "b": [{"c": "\u{0}\u{0}"}], "d": 1});
    if let Value::Object(members) = &mut document {
        replace_null_characters(members);
    }
    assert_eq!(document, json!({"a\u{FFFD}": "x\u{FFFD}y", "b": [{"c": "\u{FFFD}\u{FFFD}"}], "d": 1}));
}
