//! What merging documents must do, by example and by property.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::merge;

#[track_caller]
fn check(held: &Value, incoming: &Value, expected: &Value) {
    let held = (!held.is_null()).then_some(held);
    assert_eq!(merge(held, incoming), *expected);
}

#[test]
fn an_attribute_left_out_keeps_its_value() {
    check(
        &json!({"title": "Engineer"}),
        &json!({"active": true}),
        &json!({"active": true, "title": "Engineer"}),
    );
}

#[test]
fn null_removes_an_attribute() {
    check(&json!({"title": "Engineer", "active": true}), &json!({"title": null}), &json!({"active": true}));
}

#[test]
fn objects_are_merged_member_by_member() {
    check(
        &json!({"name": {"familyName": "王", "givenName": "小红"}}),
        &json!({"name": {"givenName": "小红红", "familyName": null}}),
        &json!({"name": {"givenName": "小红红"}}),
    );
}

#[test]
fn a_new_document_keeps_no_null() {
    check(
        &Value::Null,
        &json!({"title": null, "name": {"formatted": null, "familyName": "王"}}),
        &json!({"name": {"familyName": "王"}}),
    );
}

#[test]
fn an_object_without_members_is_removed() {
    check(
        &json!({"title": "a", "name": {"formatted": "王"}}),
        &json!({"name": {"formatted": null}}),
        &json!({"title": "a"}),
    );
}

#[test]
fn an_object_replaces_what_was_no_object() {
    check(
        &json!({"parent": "2"}),
        &json!({"parent": {"value": "3", "x": null}}),
        &json!({"parent": {"value": "3"}}),
    );
}

#[test]
fn an_ordinary_array_is_replaced_whole() {
    check(
        &json!({"departments": [{"value": "2"}, {"value": "3"}]}),
        &json!({"departments": [{"value": "4"}]}),
        &json!({"departments": [{"value": "4"}]}),
    );
}

#[test]
fn an_element_of_a_typed_attribute_replaces_the_one_of_its_type_in_its_place() {
    check(
        &json!({"emails": [{"type": "work", "value": "a@example.com", "primary": true}, {"type": "home", "value": "b@x"}]}),
        &json!({"emails": [{"type": "work", "value": "c@example.com"}]}),
        &json!({"emails": [{"type": "work", "value": "c@example.com"}, {"type": "home", "value": "b@x"}]}),
    );
}

#[test]
fn an_element_of_a_new_type_is_added_behind() {
    check(
        &json!({"phoneNumbers": [{"type": "mobile", "value": "+861"}]}),
        &json!({"phoneNumbers": [{"type": "work", "value": "+862"}]}),
        &json!({"phoneNumbers": [{"type": "mobile", "value": "+861"}, {"type": "work", "value": "+862"}]}),
    );
}

#[test]
fn an_element_without_a_type_replaces_the_one_without_a_type() {
    check(
        &json!({"photos": [{"value": "1"}, {"type": "photo", "value": "2"}]}),
        &json!({"photos": [{"value": "3"}]}),
        &json!({"photos": [{"value": "3"}, {"type": "photo", "value": "2"}]}),
    );
}

#[test]
fn a_null_value_removes_the_element_of_its_type() {
    check(
        &json!({"emails": [{"type": "work", "value": "a"}, {"type": "home", "value": "b"}]}),
        &json!({"emails": [{"type": "work", "value": null}, {"type": "other", "value": null}]}),
        &json!({"emails": [{"type": "home", "value": "b"}]}),
    );
}

#[test]
fn of_several_elements_of_one_type_the_last_counts() {
    check(
        &json!({"emails": [{"type": "work", "value": "a"}, {"type": "work", "value": "b"}]}),
        &json!({"emails": [
            {"type": "home", "value": "c"},
            {"type": "work", "value": null},
            {"type": "home", "value": null},
            {"type": "work", "value": "d"},
        ]}),
        &json!({"emails": [{"type": "work", "value": "d"}]}),
    );
}

#[test]
fn removing_the_last_element_removes_the_attribute() {
    check(
        &json!({"emails": [{"type": "work", "value": "a"}]}),
        &json!({"emails": [{"type": "work", "value": null}]}),
        &json!({}),
    );
}

#[test]
fn an_empty_typed_attribute_keeps_every_element() {
    check(
        &json!({"emails": [{"type": "work", "value": "a"}]}),
        &json!({"emails": []}),
        &json!({"emails": [{"type": "work", "value": "a"}]}),
    );
}

#[test]
fn null_removes_a_typed_attribute_whole() {
    check(&json!({"emails": [{"type": "work", "value": "a"}]}), &json!({"emails": null}), &json!({}));
}

#[test]
fn an_attribute_of_an_extension_is_not_typed_whatever_its_name() {
    check(
        &json!({"urn:x": {"emails": [{"type": "work", "value": "a"}]}}),
        &json!({"urn:x": {"emails": [{"type": "home", "value": "b"}]}}),
        &json!({"urn:x": {"emails": [{"type": "home", "value": "b"}]}}),
    );
}

#[test]
fn integers_beyond_two_to_the_fifty_third_stay_exact() {
    check(
        &Value::Null,
        &json!({"order": 9_223_372_036_854_775_807_i64}),
        &json!({"order": 9_223_372_036_854_775_807_i64}),
    );
}

/// Documents as a source sends them: the typed attributes, a nested object, plain values and nulls.
fn document() -> impl Strategy<Value = Value> {
    let scalar =
        || prop_oneof![Just(Value::Null), any::<bool>().prop_map(Value::from), "[ab]".prop_map(Value::from)];
    let element = (prop::option::of("[wh]"), scalar()).prop_map(|(kind, value)| match kind {
        Some(kind) => json!({"type": kind, "value": value}),
        None => json!({"value": value}),
    });
    let typed = prop_oneof![prop::collection::vec(element, 0..4).prop_map(Value::from), scalar()];
    let nested = prop_oneof![
        prop::collection::btree_map("[xy]", scalar(), 0..3)
            .prop_map(|members| Value::Object(members.into_iter().collect())),
        scalar(),
    ];
    let attribute = prop_oneof![
        ("emails|photos", typed).prop_map(|(name, value)| (name, value)),
        ("name|urn:x", nested).prop_map(|(name, value)| (name, value)),
        ("title|active", scalar()).prop_map(|(name, value)| (name, value)),
    ];
    prop::collection::vec(attribute, 0..5).prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// What a platform holds: what came of merging documents, so without nulls.
fn held() -> impl Strategy<Value = Value> {
    document().prop_map(|document| merge(None, &document))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn merging_twice_is_merging_once(held in held(), incoming in document()) {
        let once = merge(Some(&held), &incoming);
        prop_assert_eq!(merge(Some(&once), &incoming), once);
    }

    #[test]
    fn an_empty_document_changes_nothing(held in held()) {
        prop_assert_eq!(merge(Some(&held), &json!({})), held);
    }

    #[test]
    fn what_was_left_out_is_kept(held in held(), incoming in document()) {
        let merged = merge(Some(&held), &incoming);
        for (name, value) in held.as_object().into_iter().flatten() {
            if incoming.get(name).is_none() {
                prop_assert_eq!(merged.get(name), Some(value));
            }
        }
    }

    #[test]
    fn null_leaves_nothing(held in held(), incoming in document()) {
        let merged = merge(Some(&held), &incoming);
        for (name, value) in incoming.as_object().into_iter().flatten() {
            prop_assert!(!value.is_null() || merged.get(name).is_none());
        }
    }
}
