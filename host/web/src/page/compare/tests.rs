//! What differs between two documents.

use serde_json::json;

use super::*;

/// Each difference as a line: path, before, after.
fn lines(before: Option<&Value>, after: Option<&Value>) -> Vec<String> {
    let text = |value: Option<Value>| value.map_or_else(|| "–".to_owned(), |value| value.to_string());
    compare(before, after)
        .into_iter()
        .map(|Difference { path, before, after }| {
            format!("{}: {} → {}", path.label(Preferences::default()), text(before), text(after))
        })
        .collect()
}

#[track_caller]
fn check(before: &Value, after: &Value, expected: &[&str]) {
    assert_eq!(lines(Some(before), Some(after)), expected);
}

#[test]
fn equal_documents_differ_in_nothing() {
    check(&json!({"a": [1, {"b": 2}]}), &json!({"a": [1, {"b": 2}]}), &[]);
}

#[test]
fn only_what_differs_is_told_in_the_order_of_reading() {
    check(
        &json!({"title": "Clerk", "displayName": "A", "userName": "a"}),
        &json!({"title": "Head", "displayName": "B", "userName": "a"}),
        &[r#"Display name: "A" → "B""#, r#"Title: "Clerk" → "Head""#],
    );
}

#[test]
fn an_address_is_compared_with_the_one_of_its_kind() {
    check(
        &json!({"phoneNumbers": [{"type": "mobile", "value": "1"}, {"type": "work", "value": "2"}]}),
        &json!({"phoneNumbers": [{"type": "work", "value": "2"}, {"type": "mobile", "value": "3"}]}),
        &[r#"Phone numbers (mobile): "1" → "3""#],
    );
}

#[test]
fn an_address_that_comes_or_goes_is_one_line() {
    check(
        &json!({"emails": [{"type": "work", "value": "a@example.com"}]}),
        &json!({"emails": [{"type": "home", "value": "b@example.com"}]}),
        &[
            r#"E-mail addresses (work): "a@example.com" → –"#,
            r#"E-mail addresses (home): – → "b@example.com""#,
        ],
    );
}

#[test]
fn a_department_that_is_left_or_joined_is_told_by_its_id() {
    let schema = "urn:rollcall:scim:schemas:extension:2.0:User";
    check(
        &json!({schema: {"departments": [{"value": "1"}, {"value": "2", "leader": false}]}}),
        &json!({schema: {"departments": [{"value": "2", "leader": true}, {"value": "3"}]}}),
        &[
            r#"Departments (1): "1" → –"#,
            "Departments (2) › Leader: false → true",
            r#"Departments (3): – → "3""#,
        ],
    );
}

#[test]
fn elements_that_nothing_tells_apart_are_compared_as_a_whole() {
    check(
        &json!({"emails": [{"value": "a"}, {"value": "a"}]}),
        &json!({"emails": [{"value": "a"}]}),
        &[r#"E-mail addresses: [{"value":"a"},{"value":"a"}] → [{"value":"a"}]"#],
    );
}

#[test]
fn a_new_document_is_all_its_attributes() {
    let new = json!({"name": {"givenName": "B", "familyName": "A"}, "active": true});
    assert_eq!(
        lines(None, Some(&new)),
        [r#"Name › Family name: – → "A""#, r#"Name › Given name: – → "B""#, "Active: – → true"]
    );
}

#[test]
fn a_list_that_was_emptied_says_each_element() {
    check(
        &json!({"managers": [{"value": "a"}]}),
        &json!({"managers": []}),
        &[r#"Department managers (a): "a" → –"#],
    );
}

#[test]
fn what_changes_its_shape_is_told_as_a_whole() {
    check(&json!({"x": {"y": 1}}), &json!({"x": [1]}), &[r#"x: {"y":1} → [1]"#]);
}

#[test]
fn an_empty_object_that_comes_is_a_difference() {
    check(&json!({}), &json!({"x": {}}), &["x: – → {}"]);
}

#[test]
fn a_value_that_is_markup_is_drawn_as_text() {
    let found = compare(Some(&json!({"title": "a"})), Some(&json!({"title": "<script>"})));
    let drawn = differences(Preferences::default(), &found).into_string();
    assert!(
        drawn.contains(
            r#"<td role="cell" class="is" data-label="After"><span class="text">&lt;script&gt;</span></td>"#
        ),
        "{drawn}"
    );
}
