//! E-mail addresses and phone numbers as clients expect them: each once, each with a type, and one of them the primary one.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// How the values of one attribute are told apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contacts {
    /// The type that is the primary one before others, unless the source says otherwise.
    foremost: &'static str,
    /// What the first one without a type is, if no other is; none for `other`, as all further ones.
    unsaid: Option<&'static str>,
}

/// An organisation's directory has the addresses that people have there.
pub(super) const EMAILS: Contacts = Contacts { foremost: "work", unsaid: Some("work") };

/// A phone number may be anybody's.
pub(super) const PHONES: Contacts = Contacts { foremost: "mobile", unsaid: None };

/// What a value is of which neither the source nor anything else says it.
const OTHER: &str = "other";

impl Contacts {
    /// The same values, in order.
    pub(super) fn settle(self, values: &Value) -> Vec<Value> {
        let mut settled = self.merge(values.as_array().map(Vec::as_slice).unwrap_or_default());
        self.name_types(&mut settled);
        self.choose(&mut settled);
        settled.into_iter().map(Value::Object).collect()
    }

    /// Each once. Of the same address told twice, the one stays that says more.
    fn merge(self, values: &[Value]) -> Vec<Map<String, Value>> {
        let mut merged: Vec<Map<String, Value>> = Vec::new();
        let mut places = BTreeMap::new();
        for value in values.iter().filter_map(tidied) {
            let key = text(&value, "value").to_lowercase();
            let place = *places.entry(key).or_insert(merged.len());
            match merged.get_mut(place) {
                Some(known) => self.join(known, value),
                None => merged.push(value),
            }
        }
        merged
    }

    fn join(self, known: &mut Map<String, Value>, other: Map<String, Value>) {
        let is_primary = is_primary(known) || is_primary(&other);
        if self.is_foremost(&other) {
            known.insert("type".to_owned(), self.foremost.into());
        }
        for (name, value) in other {
            known.entry(name).or_insert(value);
        }
        if is_primary {
            known.insert("primary".to_owned(), true.into());
        }
    }

    fn name_types(self, values: &mut [Map<String, Value>]) {
        let has = |name: &str| values.iter().any(|value| text(value, "type").eq_ignore_ascii_case(name));
        let mut unsaid = self.unsaid.filter(|name| !has(name));
        for value in values.iter_mut().filter(|value| text(value, "type").is_empty()) {
            value.insert("type".to_owned(), unsaid.take().unwrap_or(OTHER).into());
        }
    }

    /// Exactly one is primary: the first that the source calls so, or of the foremost type, or of all.
    fn choose(self, values: &mut [Map<String, Value>]) {
        let by_source = values.iter().position(is_primary);
        let by_type = || values.iter().position(|value| self.is_foremost(value));
        let chosen = by_source.or_else(by_type).unwrap_or_default();
        for (place, value) in values.iter_mut().enumerate() {
            value.remove("primary");
            if place == chosen {
                value.insert("primary".to_owned(), true.into());
            }
        }
    }

    fn is_foremost(self, value: &Map<String, Value>) -> bool {
        text(value, "type").eq_ignore_ascii_case(self.foremost)
    }
}

/// Without more than one that is primary. Source: RFC 7643, section 2.4.
pub(super) fn with_one_primary_at_most(values: &mut Value) {
    let values = values.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut);
    for value in values.filter(|value| is_primary(value)).skip(1) {
        value.remove("primary");
    }
}

/// A value without blanks around its address and without an empty type; none when it has no address.
fn tidied(value: &Value) -> Option<Map<String, Value>> {
    let mut tidied = value.as_object()?.clone();
    let address = text(&tidied, "value").trim().to_owned();
    if address.is_empty() {
        return None;
    }
    tidied.insert("value".to_owned(), address.into());
    if text(&tidied, "type").trim().is_empty() {
        tidied.remove("type");
    }
    Some(tidied)
}

fn text<'a>(value: &'a Map<String, Value>, name: &str) -> &'a str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_primary(value: &Map<String, Value>) -> bool {
    value.get("primary") == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(contacts: Contacts, values: &Value, expected: &Value) {
        assert_eq!(Value::Array(contacts.settle(values)), *expected, "{values}");
    }

    #[test]
    fn one_of_several_is_primary_of_the_foremost_type_unless_the_source_says_which() {
        let (work, home) = (json!({"value": "w@a", "type": "work"}), json!({"value": "h@a", "type": "home"}));
        let chosen = |value: &Value| {
            let mut value = value.clone();
            value["primary"] = json!(true);
            value
        };
        check(EMAILS, &json!([home, work]), &json!([home, chosen(&work)]));
        check(EMAILS, &json!([chosen(&home), work]), &json!([chosen(&home), work]));
        check(EMAILS, &json!([chosen(&home), chosen(&work)]), &json!([chosen(&home), work]));
        check(EMAILS, &json!([home]), &json!([chosen(&home)]));
        let (desk, mobile) =
            (json!({"value": "010", "type": "work"}), json!({"value": "138", "type": "mobile"}));
        check(PHONES, &json!([desk, mobile]), &json!([desk, chosen(&mobile)]));
    }

    #[test]
    fn an_address_that_is_told_twice_is_told_once_with_what_both_say() {
        check(
            EMAILS,
            &json!([
                {"value": "Li@a", "type": "other"},
                {"value": " li@A ", "type": "work", "display": "Li"},
                {"value": "li@a", "primary": true},
            ]),
            &json!([{"value": "Li@a", "type": "work", "display": "Li", "primary": true}]),
        );
    }

    #[test]
    fn every_address_has_a_type() {
        check(
            EMAILS,
            &json!([{"value": "a@a"}, {"value": "b@a", "type": " "}]),
            &json!([{"value": "a@a", "type": "work", "primary": true}, {"value": "b@a", "type": "other"}]),
        );
        check(
            EMAILS,
            &json!([{"value": "a@a"}, {"value": "b@a", "type": "Work"}]),
            &json!([{"value": "a@a", "type": "other"}, {"value": "b@a", "type": "Work", "primary": true}]),
        );
        check(PHONES, &json!([{"value": "1"}]), &json!([{"value": "1", "type": "other", "primary": true}]));
    }

    #[test]
    fn an_address_of_blanks_is_none() {
        check(
            EMAILS,
            &json!([{"value": " \t\u{3000}"}, {"value": ""}, {"type": "work"}, 7, null]),
            &json!([]),
        );
        check(EMAILS, &Value::Null, &json!([]));
    }

    #[test]
    fn elsewhere_one_is_primary_at_most() {
        let mut values = json!([{"primary": false}, {"value": "a", "primary": true}, {"primary": true}, {}]);
        with_one_primary_at_most(&mut values);
        assert_eq!(values, json!([{"primary": false}, {"value": "a", "primary": true}, {}, {}]));
    }
}
