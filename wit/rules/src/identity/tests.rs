//! Who stands behind a key. The cases of `wit/vectors/identity.json` stand there.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Evidence, Identity, Notation, verdict};

const ATTRIBUTE: &str = "urn:x:2.0:User:unionId";

fn attribute() -> Notation {
    ATTRIBUTE.parse().unwrap()
}

/// A person of this identity, with these members besides.
fn person(id: &str, members: &Value) -> Value {
    let mut document = members.clone();
    document["urn:x:2.0:User"] = json!({ "unionId": id });
    document
}

fn moved(by: Evidence) -> Identity {
    Identity::SamePerson { from: "A".to_owned(), to: "B".to_owned(), by }
}

fn another() -> Identity {
    Identity::SomebodyElse { from: "A".to_owned(), to: "B".to_owned() }
}

#[track_caller]
fn check(held: &Value, incoming: &Value, expected: &Identity) {
    assert_eq!(verdict(&person("A", held), &person("B", incoming), &attribute()), *expected);
    // Nobody becomes somebody else by looking from the other side.
    let back = verdict(&person("B", incoming), &person("A", held), &attribute());
    assert_eq!(
        matches!(back, Identity::SomebodyElse { .. }),
        matches!(expected, Identity::SomebodyElse { .. })
    );
}

fn mobile(number: &str) -> Value {
    json!({"phoneNumbers": [{"type": "mobile", "value": number}]})
}

#[test]
fn a_value_that_appears_or_vanishes_says_nothing() {
    let with = person("A", &mobile("1"));
    let without = mobile("2");
    assert_eq!(verdict(&with, &without, &attribute()), Identity::Unknown);
    assert_eq!(verdict(&without, &with, &attribute()), Identity::Unknown);
    assert_eq!(verdict(&without, &without, &attribute()), Identity::Unknown);
}

#[test]
fn an_identity_that_stayed_is_the_same_whatever_else_changed() {
    let held = person("A", &json!({"displayName": "Li", "emails": [{"value": "l@x"}]}));
    let incoming = person(" A ", &json!({"displayName": "Wu", "emails": [{"value": "w@x"}]}));
    assert_eq!(verdict(&held, &incoming, &attribute()), Identity::Same);
}

#[test]
fn an_identity_is_compared_to_the_letter() {
    let held = person("aB", &json!({}));
    assert!(matches!(verdict(&held, &person("Ab", &json!({})), &attribute()), Identity::SomebodyElse { .. }));
}

#[test]
fn one_thing_that_stayed_is_enough_whatever_else_changed() {
    let held = json!({"displayName": "Li", "phoneNumbers": [{"type": "mobile", "value": "1"}], "emails": [{"value": "l@x"}]});
    let married = json!({"displayName": "Wu", "phoneNumbers": [{"type": "mobile", "value": "1"}], "emails": [{"value": "w@x"}]});
    check(&held, &married, &moved(Evidence::Mobile));
}

#[test]
fn the_same_name_is_nothing_where_a_telephone_number_is_another() {
    let held = json!({"displayName": "Li", "phoneNumbers": [{"type": "mobile", "value": "1"}]});
    let incoming = json!({"displayName": "Li", "phoneNumbers": [{"type": "mobile", "value": "2"}]});
    check(&held, &incoming, &another());
}

#[test]
fn the_name_decides_where_each_side_knows_something_else() {
    let held = json!({"displayName": "Li Lei", "phoneNumbers": [{"type": "mobile", "value": "1"}]});
    let incoming = json!({"name": {"formatted": "li  lei "}, "emails": [{"value": "l@x"}]});
    check(&held, &incoming, &moved(Evidence::Name));
}

#[test]
fn a_landline_is_shared_and_says_nothing() {
    let of = |name: &str| json!({"displayName": name, "phoneNumbers": [{"type": "work", "value": "1"}]});
    check(&of("Li"), &of("Wu"), &another());
}

#[test]
fn nothing_known_at_all_is_somebody_else() {
    check(&json!({}), &json!({}), &another());
}

/// A document with a few values of everything that is looked at, odd ones among them.
fn document() -> impl Strategy<Value = Value> {
    let text = || {
        prop_oneof![Just(json!(null)), Just(json!("")), Just(json!(" ")), "[ab1]{1,2}".prop_map(Value::from)]
    };
    (text(), text(), text(), text(), text()).prop_map(|(id, mobile, email, number, name)| {
        json!({
            "urn:x:2.0:User": {"unionId": id}, "displayName": name,
            "phoneNumbers": [{"type": "mobile", "value": mobile}], "emails": [{"type": "work", "value": email}],
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"employeeNumber": number},
        })
    })
}

proptest! {
    #[test]
    fn nobody_is_somebody_else_than_themselves(document in document()) {
        let verdict = verdict(&document, &document, &attribute());
        prop_assert!(matches!(verdict, Identity::Unknown | Identity::Same), "{:?}", verdict);
    }

    #[test]
    fn which_side_is_held_does_not_matter(one in document(), other in document()) {
        let [there, back] = [verdict(&one, &other, &attribute()), verdict(&other, &one, &attribute())];
        let by = |identity: &Identity| match identity {
            Identity::SamePerson { by, .. } => Some(*by),
            Identity::Unknown | Identity::Same | Identity::SomebodyElse { .. } => None,
        };
        prop_assert_eq!(std::mem::discriminant(&there), std::mem::discriminant(&back));
        prop_assert_eq!(by(&there), by(&back));
    }
}
