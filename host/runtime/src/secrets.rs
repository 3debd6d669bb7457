//! The secrets of a source, known so that they can be blacked out of everything its connector says.
//!
//! A connector should never repeat one; a panic message or a quoted response may all the same. Not here: secrets that
//! the connector obtains by itself, such as tokens, which the host cannot know.

use std::fmt;

use serde_json::Value;

use crate::egress::Proxy;

/// What stands where a secret was.
const BLACK: &str = "[secret]";

/// Shortest secret that is searched for.
///
/// 4 bytes. Why: a shorter one would black out half of every text, and guards nothing.
const MIN_SECRET_BYTES: usize = 4;

/// The secrets of one source.
#[derive(Clone, Default)]
pub(crate) struct Secrets {
    texts: Vec<String>,
}

impl Secrets {
    /// Those that a schema marks with `"writeOnly": true`, and the proxy's password.
    pub(crate) fn of(schema: &Value, settings: &Value, proxy: Option<&Proxy>) -> Self {
        let mut texts = Vec::new();
        collect(schema, settings, &mut texts);
        texts.extend(proxy.and_then(|proxy| proxy.credentials.as_ref()).map(|known| known.password.clone()));
        Self::default().and(texts)
    }

    /// These and more.
    pub(crate) fn and(mut self, more: impl IntoIterator<Item = String>) -> Self {
        self.texts.extend(more.into_iter().filter(|text| MIN_SECRET_BYTES <= text.len()));
        // The longest first, in case one contains another.
        self.texts.sort_by_key(|text| std::cmp::Reverse(text.len()));
        self
    }

    /// The text without any of them.
    pub(crate) fn black_out(&self, text: &str) -> String {
        self.texts.iter().fold(text.to_owned(), |text, secret| {
            if text.contains(secret.as_str()) { text.replace(secret.as_str(), BLACK) } else { text }
        })
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets").field("n", &self.texts.len()).finish()
    }
}

fn collect(schema: &Value, settings: &Value, texts: &mut Vec<String>) {
    let is_secret = schema.get("writeOnly").and_then(Value::as_bool).unwrap_or(false);
    match settings {
        Value::String(text) if is_secret => texts.push(text.clone()),
        Value::Object(members) => {
            for (name, value) in members {
                if let Some(schema) = schema.get("properties").and_then(|properties| properties.get(name)) {
                    collect(schema, value, texts);
                }
            }
        }
        Value::Array(items) => {
            if let Some(schema) = schema.get("items") {
                items.iter().for_each(|item| collect(schema, item, texts));
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_schema_calls_write_only_is_blacked_out_wherever_it_stands() {
        let schema = json!({"properties": {
            "key": {"type": "string"},
            "secret": {"type": "string", "writeOnly": true},
            "more": {"items": {"properties": {"token": {"writeOnly": true}}}},
        }});
        let settings =
            json!({"key": "visible", "secret": "hunter2", "more": [{"token": "hunter2-and-more"}]});
        let proxy: Proxy = "http://me:p%40ssword@proxy:3128".parse().unwrap();
        let secrets = Secrets::of(&schema, &settings, Some(&proxy));
        let text = "visible hunter2 hunter2-and-more p@ssword";
        assert_eq!(secrets.black_out(text), "visible [secret] [secret] [secret]");
    }

    #[test]
    fn the_secrets_are_not_in_their_own_debug_output() {
        let schema = json!({"properties": {"secret": {"writeOnly": true}}});
        let secrets = Secrets::of(&schema, &json!({"secret": "hunter2"}), None);
        assert_eq!(format!("{secrets:?}"), "Secrets { n: 1 }");
    }
}
