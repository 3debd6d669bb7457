//! Settings: which are sealed, and what is wrong with them.

use super::super::settings::{How, is_sealed, is_well_marked, seal, unfit};
use super::{Token, token};
use serde_json::{Value, json};

fn schema() -> Value {
    let sealed = json!({"type": "string", "writeOnly": true, "x-sealed": true});
    let mut word = sealed.clone();
    word["pattern"] = json!(r"^\S+$");
    word["maxLength"] = json!(8);
    json!({
        "required": ["key", "secret"],
        "properties": {
            "key": {"type": "string"},
            "secret": word,
            "header": sealed,
            "known": {"writeOnly": true},
            "half": {"x-sealed": true},
            "no": {"writeOnly": true, "x-sealed": "yes"},
            "inner": {"required": ["a/b~c"], "properties": {"a/b~c": sealed}},
            "list": {"items": {"properties": {"secret": sealed}}},
        },
    })
}

/// Tokens one after the other.
fn mint() -> impl FnMut() -> Token {
    let mut n = 0;
    move || {
        n += 1;
        token(n)
    }
}

#[track_caller]
fn check(settings: &Value, expected: &[(&str, How)]) {
    let found: Vec<(String, How)> =
        unfit(&schema(), settings).into_iter().map(|unfit| (unfit.setting, unfit.how)).collect();
    let expected: Vec<(String, How)> =
        expected.iter().map(|(setting, how)| ((*setting).to_owned(), *how)).collect();
    assert_eq!(found, expected);
}

#[test]
fn what_has_both_marks_is_sealed_wherever_it_stands() {
    for (pointer, expected) in [
        ("/secret", true),
        ("/header", true),
        ("/inner/a~1b~0c", true),
        ("/list/0/secret", true),
        ("/list/17/secret", true),
        ("/list/x/secret", false),
        ("/list//secret", false),
        ("/known", false),
        ("/half", false),
        ("/no", false),
        ("/key", false),
        ("/unknown", false),
        ("", false),
        ("secret", false),
        ("/secret/", false),
    ] {
        assert_eq!(is_sealed(&schema(), pointer), expected, "{pointer}");
    }
}

#[test]
fn a_mark_that_seals_nothing_is_a_mistake() {
    let sealed = json!({"writeOnly": true, "x-sealed": true});
    for good in
        [json!({}), json!({"properties": {"a": sealed}}), json!({"items": sealed}), schema_without_half()]
    {
        assert!(is_well_marked(&good), "{good}");
    }
    for wrong in [
        schema(),
        json!({"properties": {"a": {"x-sealed": true}}}),
        json!({"properties": {"a": {"x-sealed": true, "writeOnly": false}}}),
        json!({"$defs": {"a": sealed}}),
        json!({"anyOf": [{"properties": {"a": sealed}}]}),
    ] {
        assert!(!is_well_marked(&wrong), "{wrong}");
    }
}

fn schema_without_half() -> Value {
    let mut schema = schema();
    schema["properties"]["half"] = Value::Null;
    schema
}

#[test]
fn a_connector_sees_tokens_where_secrets_stood_and_all_else_as_it_is() {
    let mut settings = json!({
        "key": "k", "secret": "s1", "header": "", "known": "s2", "unknown": "x",
        "inner": {"a/b~c": "s3"}, "list": [{"secret": "s4", "more": 1}, {"secret": null}, {"secret": "s5"}],
    });
    let sealed = seal(&schema(), &mut settings, mint());
    let secrets: Vec<(&str, &str)> =
        sealed.iter().map(|sealed| (sealed.setting.as_str(), sealed.secret.as_str())).collect();
    let expected =
        [("/inner/a~1b~0c", "s3"), ("/list/0/secret", "s4"), ("/list/2/secret", "s5"), ("/secret", "s1")];
    assert_eq!(secrets, expected);
    for sealed in sealed {
        let there = settings.pointer_mut(&sealed.setting).expect("it is where it was");
        assert_eq!(there.take(), sealed.token.as_str());
    }
    assert_eq!(
        settings,
        json!({
            "key": "k", "secret": null, "header": "", "known": "s2", "unknown": "x",
            "inner": {"a/b~c": null}, "list": [{"secret": null, "more": 1}, {"secret": null}, {"secret": null}],
        })
    );
}

#[test]
fn what_is_no_text_is_hidden_and_no_secret() {
    let mut settings = json!({"secret": {"file": "t0ps3cret"}, "header": 7});
    assert!(seal(&schema(), &mut settings, mint()).is_empty());
    assert_eq!(settings, json!({"header": token(1).as_str(), "secret": token(2).as_str()}));
}

#[test]
fn a_fit_secret_has_no_problem() {
    check(&json!({"secret": "12345678", "header": "Bearer a b", "inner": {"a/b~c": "密"}}), &[]);
    check(&json!({"secret": "密密密密密密密密"}), &[]);
}

#[test]
fn a_secret_that_is_required_and_not_there_is_empty() {
    for settings in [json!({}), json!({"secret": null}), json!({"secret": ""}), json!({"secret": " \n"})] {
        check(&settings, &[("/secret", How::Empty)]);
    }
    check(&json!({"secret": "s", "inner": {}}), &[("/inner/a~1b~0c", How::Empty)]);
}

#[test]
fn a_secret_that_nobody_requires_may_be_empty() {
    for header in [json!(null), json!(""), json!(" ")] {
        check(&json!({"secret": "s", "header": header}), &[]);
    }
}

#[test]
fn blanks_around_and_what_cannot_be_seen_are_never_part_of_a_secret() {
    for wrong in [
        " ab",
        "ab\n",
        "\u{3000}ab",
        "a\tb",
        "a\r\nb",
        "a\0b",
        "a\u{200b}b",
        "\u{feff}ab",
        "a\u{202e}b",
        "a\u{ad}b",
        "a\u{2066}b",
    ] {
        check(&json!({"secret": "s", "header": wrong}), &[("/header", How::Blanks)]);
        check(&json!({"secret": wrong}), &[("/secret", How::Blanks)]);
    }
}

#[test]
fn blanks_within_are_wrong_where_the_pattern_says_so() {
    check(&json!({"secret": "a b"}), &[("/secret", How::Blanks)]);
    check(&json!({"secret": "a\u{3000}b"}), &[("/secret", How::Blanks)]);
}

#[test]
fn a_secret_is_a_text_and_no_longer_than_its_schema_says() {
    check(&json!({"secret": 7, "header": ["a"]}), &[("/header", How::NotText), ("/secret", How::NotText)]);
    check(&json!({"secret": "123456789"}), &[("/secret", How::TooLong(8))]);
}
