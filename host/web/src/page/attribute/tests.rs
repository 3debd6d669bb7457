//! How attributes read, for people of both languages.

use expect_test::{Expect, expect};
use rollcall_words::Language;
use serde_json::json;

use super::*;
use crate::visitor::Theme;

fn chinese() -> Preferences {
    Preferences { language: Language::Chinese, theme: Theme::System }
}

#[track_caller]
fn check(of: &Value, expected: &Expect) {
    expected.assert_eq(&value(Preferences::default(), of).into_string());
}

#[test]
fn a_list_of_addresses_takes_a_line_each() {
    check(
        &json!([{"type": "work", "value": "a@example.com"}]),
        &expect![[
            r#"<ul class="plain"><li><span class="text">a@example.com</span> <span class="soft">(work)</span></li></ul>"#
        ]],
    );
}

#[test]
fn a_value_is_text_whatever_it_says() {
    check(&json!("<b>&"), &expect![[r#"<span class="text">&lt;b&gt;&amp;</span>"#]]);
}

#[test]
fn an_empty_text_is_seen() {
    check(&json!(""), &expect!["<code>&quot;&quot;</code>"]);
}

#[test]
fn common_attributes_come_first_and_schemas_before_what_is_for_programs() {
    let names = ["schemas", "urn:x", "zeal", "title", "externalId", "displayName"];
    assert_eq!(in_order(names), ["displayName", "title", "zeal", "urn:x", "externalId", "schemas"]);
}

#[test]
fn a_path_is_read_without_what_goes_without_saying() {
    let mobile = Path::default()
        .with(Step::Attribute("phoneNumbers".to_owned()))
        .with(Step::Element("mobile".to_owned()))
        .with(Step::Attribute("value".to_owned()));
    assert_eq!(mobile.label(Preferences::default()), "Phone numbers (mobile)");
    assert_eq!(mobile.label(chinese()), "电话 (手机)");
}

#[test]
fn an_attribute_of_a_schema_that_only_one_source_has_says_which() {
    let own = Path::default()
        .with(Step::Attribute("urn:example:own".to_owned()))
        .with(Step::Attribute("hiredOn".to_owned()));
    assert_eq!(own.label(Preferences::default()), "urn:example:own › hiredOn");
}
