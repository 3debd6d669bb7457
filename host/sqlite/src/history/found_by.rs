//! The text by which a change is found: what the object is called, its id, and the values that came or went.
//!
//! Pure. What is deliberately not here: at which attribute. A value that moved from one attribute to another neither came
//! nor went.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::Value;

use rollcall_browse::words::fold;
use rollcall_host::model::Key;

/// The text, folded; a word that is looked for has no white space, so it is found in no two values at once.
pub(super) fn text(key: &Key, name: Option<&str>, before: Option<&Value>, after: Option<&Value>) -> String {
    let mut values = Values::default();
    for (document, n) in [(before, -1), (after, 1)] {
        values.count(document.unwrap_or(&Value::Null), n);
    }
    let called = || name.into_iter().chain([key.external_id.as_str()]);
    let came_or_went = values.0.iter().filter(|(_, n)| **n != 0).map(|(value, _)| value.as_ref());
    let others = came_or_went.filter(|value| called().all(|known| known != *value));
    fold(&called().chain(others).collect::<Vec<_>>().join("\n"))
}

/// How much more often each value stands in one document than in the other.
#[derive(Default)]
struct Values<'a>(BTreeMap<Cow<'a, str>, i64>);

impl<'a> Values<'a> {
    /// Texts and numbers; not the names of attributes, nor those of schemas.
    fn count(&mut self, value: &'a Value, n: i64) {
        match value {
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.add(Cow::Owned(number.to_string()), n),
            Value::String(text) if text.starts_with("urn:") => {}
            Value::String(text) => self.add(Cow::Borrowed(text), n),
            Value::Array(items) => items.iter().for_each(|item| self.count(item, n)),
            Value::Object(members) => members.values().for_each(|member| self.count(member, n)),
        }
    }

    fn add(&mut self, value: Cow<'a, str>, n: i64) {
        let count = self.0.entry(value).or_default();
        *count = count.saturating_add(n);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn found_by(before: &Value, after: &Value) -> String {
        let [before, after] = [before, after].map(|value| Some(value).filter(|value| !value.is_null()));
        text(&Key::new("User", "U1"), Some("王 É"), before, after)
    }

    #[test]
    fn a_change_is_found_by_name_and_id_and_by_values_that_came_or_went_in_lower_case() {
        let before = json!({"displayName": "王 É", "title": "Test Lead", "n": 12});
        let after = json!({"displayName": "王 É", "title": "经理 ÉCOLE", "n": -7});
        assert_eq!(found_by(&before, &after), "王 é u1 -7 12 test lead 经理 école");
        assert_eq!(found_by(&after, &before), found_by(&before, &after));
    }

    #[test]
    fn what_came_or_was_deleted_is_found_by_each_of_its_values() {
        let document =
            json!({"displayName": "王 É", "phoneNumbers": [{"type": "mobile", "value": "+8613969918005"}]});
        assert_eq!(found_by(&Value::Null, &document), "王 é u1 +8613969918005 mobile");
        assert_eq!(found_by(&document, &Value::Null), found_by(&Value::Null, &document));
    }

    #[test]
    fn it_is_not_found_by_what_stayed_or_moved_nor_by_names_of_attributes_and_schemas() {
        let phones = |value| json!([{"type": "work", "value": value}]);
        let before = json!({"active": true, "a": "same", "b": "moved", "phones": phones("138")});
        let after = json!({"active": false, "a": "same", "c": "moved", "phones": phones("139"),
            "schemas": ["urn:x:User"]});
        assert_eq!(found_by(&before, &after), "王 é u1 138 139");
    }

    #[test]
    fn a_value_that_is_there_once_more_came() {
        assert_eq!(found_by(&json!({"a": ["x"]}), &json!({"a": ["x", "x"]})), "王 é u1 x");
    }

    #[test]
    fn what_json_escapes_is_found_as_it_was_written() {
        let after = json!({"a": "C:\\Dir \"x\":\ny"});
        assert_eq!(found_by(&Value::Null, &after), "王 é u1 c:\\dir \"x\": y");
    }
}
