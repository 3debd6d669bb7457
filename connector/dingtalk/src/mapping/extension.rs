//! The company's own fields of a person, which DingTalk keeps as JSON text.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// `[{"name", "value"}]` in order of name, each value a text; a text that is no JSON object stays as it is.
///
/// Why not an object: a platform merges objects member by member, so a field that the company has removed would stay on
/// the platform for ever, while a list is replaced whole. Why texts: that is what the console's own fields hold, and it keeps
/// any number exact.
pub(crate) fn extension(text: &str) -> Value {
    let Ok(fields) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) else {
        return Value::from(text);
    };
    fields.into_iter().map(|(name, value)| json!({"name": name, "value": value_text(value)})).collect()
}

/// A JSON text's content, or any other JSON as it was written.
fn value_text(value: &RawValue) -> String {
    serde_json::from_str::<String>(value.get()).unwrap_or_else(|_| value.get().to_owned())
}

#[cfg(test)]
mod tests {
    use super::extension;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(extension(text).to_string(), expected);
    }

    #[test]
    fn fields_are_listed_by_name() {
        check(
            r#"{"爱好":"旅游","年龄":"24"}"#,
            r#"[{"name":"年龄","value":"24"},{"name":"爱好","value":"旅游"}]"#,
        );
        check("{}", "[]");
    }

    #[test]
    fn a_value_that_is_no_text_keeps_every_digit() {
        check(
            r#"{"n":176220178909140512.10,"o":{"a": null},"t":true}"#,
            r#"[{"name":"n","value":"176220178909140512.10"},{"name":"o","value":"{\"a\": null}"},{"name":"t","value":"true"}]"#,
        );
    }

    #[test]
    fn what_is_no_object_stays_text() {
        check("游泳", r#""游泳""#);
        check(r#"["a"]"#, r#""[\"a\"]""#);
    }
}
