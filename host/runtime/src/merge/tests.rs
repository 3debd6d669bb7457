//! What comparing documents must do, by example and by property.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::attribute_changes;

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "the macro `expect!` is written at the call")]
fn check_changes(before: &Value, after: &Value, expected: Expect) {
    let show = |value: Option<Value>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
    let lines: Vec<_> = attribute_changes(before, after)
        .into_iter()
        .map(|change| format!("{}: {} → {}\n", change.path, show(change.before), show(change.after)))
        .collect();
    expected.assert_eq(&lines.concat());
}

#[test]
fn equal_documents_have_no_differences() {
    check_changes(&json!({"a": [1, {"b": null}]}), &json!({"a": [1, {"b": null}]}), expect![""]);
}

#[test]
fn differences_name_the_innermost_attribute() {
    check_changes(
        &json!({"displayName": "小红", "name": {"formatted": "小红", "familyName": "王"}, "title": "Engineer"}),
        &json!({"displayName": "小红红", "name": {"formatted": "小红红", "familyName": "王"}, "active": true}),
        expect![[r#"
            active: - → true
            displayName: "小红" → "小红红"
            name.formatted: "小红" → "小红红"
            title: "Engineer" → -
        "#]],
    );
}

#[test]
fn elements_are_told_apart_by_type_or_value() {
    check_changes(
        &json!({
            "emails": [{"type": "work", "value": "a@example.com"}],
            "urn:example:2.0:User": {"departments": [{"value": "2", "leader": false}, {"value": "3"}]},
        }),
        &json!({
            "emails": [{"type": "home", "value": "h@example.com"}, {"type": "work", "value": "b@example.com"}],
            "urn:example:2.0:User": {"departments": [{"value": "4"}, {"value": "2", "leader": true}]},
        }),
        expect![[r#"
            emails[type eq "home"].type: - → "home"
            emails[type eq "home"].value: - → "h@example.com"
            emails[type eq "work"].value: "a@example.com" → "b@example.com"
            urn:example:2.0:User:departments[value eq "2"].leader: false → true
            urn:example:2.0:User:departments[value eq "3"].value: "3" → -
            urn:example:2.0:User:departments[value eq "4"].value: - → "4"
        "#]],
    );
}

#[test]
fn an_array_whose_elements_cannot_be_told_apart_is_compared_whole() {
    check_changes(
        &json!({"schemas": ["a"], "x": [{"value": "1"}, {"value": "1"}]}),
        &json!({"schemas": ["a", "b"], "x": []}),
        expect![[r#"
            schemas: ["a"] → ["a","b"]
            x: [{"value":"1"},{"value":"1"}] → []
        "#]],
    );
}

#[test]
fn a_document_that_was_not_there_differs_in_everything() {
    check_changes(
        &Value::Null,
        &json!({"active": true, "name": {}}),
        expect![[r#"
        active: - → true
        name: - → {}
    "#]],
    );
}

/// Documents of every shape, those that merging never leaves (nulls, empty objects) among them.
fn document() -> impl Strategy<Value = Value> {
    let plain =
        prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), "[ab]".prop_map(Value::from)];
    let object = |value: BoxedStrategy<Value>| {
        prop::collection::btree_map("emails|name|type|value|urn:x", value, 0..4)
            .prop_map(|members| Value::Object(members.into_iter().collect()))
    };
    let value = plain.prop_recursive(3, 24, 4, move |inner| {
        prop_oneof![prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from), object(inner.boxed())]
    });
    object(value.boxed())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn documents_are_equal_when_they_have_no_differences(before in document(), after in document()) {
        prop_assert_eq!(attribute_changes(&before, &after).is_empty(), before == after);
    }
}
