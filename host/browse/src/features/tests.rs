//! What a document tells, whatever is in it.

use serde_json::json;

use super::*;

#[test]
fn a_person_tells_what_a_list_shows() {
    let document = json!({
        "userName": "wang",
        "displayName": "王小红",
        "title": "工程师",
        "active": true,
        "emails": [{"type": "work", "value": "wang@example.com"}, {"type": "other", "value": "w@example.org"}],
        "phoneNumbers": [{"type": "mobile", "value": "+86-13800138000"}],
        (schema::ORGANISATION_USER): {"departments": [{"value": "7", "leader": true, "primary": true, "order": "-3"}]},
        (schema::ENTERPRISE_USER): {"manager": {"value": "boss"}},
    });
    let membership =
        Membership { department: "7".to_owned(), position: -3, is_leader: true, is_primary: true };
    let expected = Features {
        name: "王小红".to_owned(),
        user_name: Some("wang".to_owned()),
        emails: vec!["wang@example.com".to_owned(), "w@example.org".to_owned()],
        phones: vec!["+86-13800138000".to_owned()],
        title: Some("工程师".to_owned()),
        active: Some(true),
        parent: None,
        position: i64::MAX,
        memberships: vec![membership],
        managers: vec!["boss".to_owned()],
    };
    assert_eq!(Features::of("1", &document), expected);
}

#[test]
fn what_is_of_another_type_than_the_contract_says_is_not_told() {
    let document = json!({
        "userName": 7, "displayName": null, "title": [], "active": "yes", "emails": {"value": "a"},
        "phoneNumbers": [7, {"value": 8}], "parent": "2", "order": 9, "managers": "boss",
        (schema::ORGANISATION_USER): {"departments": [3, {"value": 4}, {}]},
        (schema::ENTERPRISE_USER): {"manager": ["boss"]},
    });
    let expected = Features {
        name: "1".to_owned(),
        user_name: None,
        emails: vec![],
        phones: vec![],
        title: None,
        active: None,
        parent: None,
        position: i64::MAX,
        memberships: vec![],
        managers: vec![],
    };
    assert_eq!(Features::of("1", &document), expected);
}

#[test]
fn an_address_is_told_without_blanks_around_it_and_one_of_blanks_alone_is_none() {
    let document = json!({
        "emails": [{"value": " \t"}, {"value": " a@example.com\n"}, {"value": ""}],
        "phoneNumbers": [{"value": "\u{3000}"}],
    });
    let Features { emails, phones, .. } = Features::of("1", &document);
    assert_eq!((emails, phones), (vec!["a@example.com".to_owned()], vec![]));
}

#[test]
fn a_department_that_is_named_twice_is_one_membership() {
    let document =
        json!({(schema::ORGANISATION_USER): {"departments": [{"value": "7", "order": "1"}, {"value": "7"}]}});
    let expected =
        [Membership { department: "7".to_owned(), position: 1, is_leader: false, is_primary: false }];
    assert_eq!(Features::of("1", &document).memberships, expected);
}

#[test]
fn orders_beyond_a_column_stay_before_those_without_a_number() {
    let position = |order: &str| position(&json!({"order": order}));
    let orders = ["-9999999999999999999999", "-1", "9", "10", "9999999999999999999999", "1.5"];
    assert_eq!(orders.map(position), [i64::MIN, -1, 9, 10, i64::MAX - 1, i64::MAX]);
}

#[test]
fn parts_of_a_folded_text_stay_apart_whatever_is_in_them() {
    let document = json!({
        "displayName": "A\u{1f}B",
        "emails": [{"value": "X\u{1e}@example.com"}, {"value": "y@example.com"}],
    });
    let folded = Features::of("1", &document).folded("1");
    assert_eq!(values_of(&folded, Part::Name).collect::<Vec<_>>(), ["a b"]);
    assert_eq!(values_of(&folded, Part::Emails).collect::<Vec<_>>(), ["x @example.com", "y@example.com"]);
    assert_eq!(values_of(&folded, Part::Title).count(), 0);
}
