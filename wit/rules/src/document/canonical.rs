//! The one text of a document, from which versions are made.

use serde_json::{Map, Value};

/// The JSON text of a document that is equal for equal documents: names sorted by their bytes, no white space, integers
/// as they are.
///
/// Platforms hold versions made from it, so it never changes. Sorted here, and not left to `serde_json`'s map, because any
/// crate of an embedder's graph may switch on `serde_json/preserve_order` for everyone.
#[must_use]
pub fn canonical(document: &Value) -> String {
    let mut text = String::new();
    write_canonical(document, &mut text);
    text
}

/// The same for a document that is known to be an object.
#[must_use]
pub fn canonical_members(document: &Map<String, Value>) -> String {
    let mut text = String::new();
    write_members(document, &mut text);
    text
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(members) => write_members(members, text),
        Value::Array(elements) => write_list(text, ['[', ']'], elements, write_canonical),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            text.push_str(&value.to_string())
        }
    }
}

fn write_members(members: &Map<String, Value>, text: &mut String) {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_unstable_by_key(|(name, _)| *name);
    write_list(text, ['{', '}'], members, |(name, value), text| {
        text.push_str(&Value::from(name.as_str()).to_string());
        text.push(':');
        write_canonical(value, text);
    });
}

fn write_list<T>(
    text: &mut String,
    [open, close]: [char; 2],
    items: impl IntoIterator<Item = T>,
    write: impl Fn(T, &mut String),
) {
    text.push(open);
    for (position, item) in items.into_iter().enumerate() {
        if 0 < position {
            text.push(',');
        }
        write(item, text);
    }
    text.push(close);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::{canonical, canonical_members};

    #[test]
    fn names_are_sorted_at_every_depth_and_integers_stay_exact() {
        let document =
            json!({"b": [{"d": 176_220_178_909_140_512_i64, "c": "é\n"}], "a": {"z": null, "y": true}});
        assert_eq!(
            canonical(&document),
            r#"{"a":{"y":true,"z":null},"b":[{"c":"é\n","d":176220178909140512}]}"#
        );
    }

    #[test]
    fn names_are_sorted_by_their_bytes() {
        // By UTF-16 units, as JavaScript sorts, the last two would change places.
        let document = json!({"\u{1F600}": 1, "\u{FF01}": 2, "b": 3, "B": 4, "": 5});
        assert_eq!(canonical(&document), "{\"\":5,\"B\":4,\"b\":3,\"\u{FF01}\":2,\"\u{1F600}\":1}");
    }

    #[test]
    fn only_what_json_demands_is_escaped() {
        let document = json!({"a": "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}\u{2028}飞"});
        let expected = concat!(r#"{"a":"\"\\/\b\f\n\r\t\u0001\u001f"#, "\u{7f}\u{2028}飞", r#""}"#);
        assert_eq!(canonical(&document), expected);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            ".{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(3, 24, 4, |inner| {
            let members = prop::collection::btree_map(".{0,3}", inner.clone(), 0..4);
            let object = members.prop_map(|members| Value::Object(members.into_iter().collect()));
            prop_oneof![prop::collection::vec(inner, 0..4).prop_map(Value::from), object]
        })
    }

    proptest! {
        /// Versions that platforms hold were made from what serde_json writes of a sorted map.
        #[test]
        fn the_text_is_what_serde_json_writes_of_sorted_members(value in value()) {
            prop_assert_eq!(canonical(&value), value.to_string());
        }

        #[test]
        fn an_object_has_the_same_text_either_way(value in value()) {
            let members = Map::from_iter([("a".to_owned(), value)]);
            prop_assert_eq!(canonical_members(&members), canonical(&Value::Object(members.clone())));
        }

        #[test]
        fn the_text_reads_back_as_the_document(value in value()) {
            prop_assert_eq!(serde_json::from_str::<Value>(&canonical(&value)).ok(), Some(value));
        }
    }
}
