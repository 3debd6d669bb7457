//! Whether a value that has a word came or went between two documents, as their canonical text says it.
//!
//! Pure. What is deliberately not here: at which attribute. A value that moved from one attribute to another neither came
//! nor went.

use super::super::words::fold;

/// A word that is looked for in documents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sought {
    folded: String,
    /// As it stands in JSON.
    escaped: String,
    /// Whether no letter of it has another case, so that it stands in a text as it is or not at all.
    is_caseless: bool,
    /// The first letter of it that has a case and is not ASCII, in both cases.
    letter: Option<[String; 2]>,
}

impl Sought {
    /// This word, which is folded.
    pub(super) fn new(folded: &str) -> Self {
        let has_case = |c: char| c.to_uppercase().ne([c]);
        Self {
            folded: folded.to_owned(),
            escaped: folded.replace('\\', "\\\\").replace('"', "\\\""),
            is_caseless: !folded.contains(has_case),
            letter: folded
                .chars()
                .find(|c| !c.is_ascii() && has_case(*c))
                .map(|c| [c.to_string(), c.to_uppercase().to_string()]),
        }
    }

    /// Whether a value with this word is in one of two documents, and not as often in the other.
    pub(super) fn came_or_went(&self, before: Option<&str>, after: Option<&str>) -> bool {
        before != after && self.values_in(before) != self.values_in(after)
    }

    /// The values that have it, sorted.
    // Most documents do not have it anywhere, which is far quicker to see than their values.
    fn values_in<'a>(&self, document: Option<&'a str>) -> Vec<&'a str> {
        let Some(document) = document.filter(|document| self.is_in(document)) else { return Vec::new() };
        let mut found: Vec<_> = Values(document).filter(|value| self.is_in_value(value)).collect();
        found.sort_unstable();
        found
    }

    fn is_in_value(&self, value: &str) -> bool {
        if !value.contains('\\') {
            return self.is_in(value);
        }
        // The letter of an escape, as in `\n`, is none of the text.
        serde_json::from_str::<String>(value).is_ok_and(|text| fold(&text).contains(&self.folded))
    }

    fn is_in(&self, json: &str) -> bool {
        match &self.letter {
            _ if self.is_caseless => json.contains(&self.escaped),
            // To fold a document takes fifty times as long as to see that it does not have a letter.
            Some(cases) => {
                cases.iter().any(|letter| json.contains(letter)) && fold(json).contains(&self.escaped)
            }
            None if self.escaped.is_ascii() => contains_in_any_case(json.as_bytes(), self.escaped.as_bytes()),
            None => fold(json).contains(&self.escaped),
        }
    }
}

/// Whether there is this word, which is ASCII and in lower case.
fn contains_in_any_case(text: &[u8], word: &[u8]) -> bool {
    let Some((first, rest)) = word.split_first() else { return true };
    let mut left = text;
    while let Some(at) = left.iter().position(|byte| byte.eq_ignore_ascii_case(first)) {
        left = left.get(at.saturating_add(1)..).unwrap_or_default();
        if left.get(..rest.len()).is_some_and(|found| found.eq_ignore_ascii_case(rest)) {
            return true;
        }
    }
    false
}

/// The texts, in quotes, and the numbers that a document in canonical JSON has; not the names of attributes, which end at
/// a colon, nor those of schemas.
struct Values<'a>(&'a str);

impl<'a> Iterator for Values<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            let start = self.0.find(|c: char| matches!(c, '"' | '-' | '0'..='9'))?;
            let json = self.0.get(start..)?;
            let (value, rest) = json.split_at_checked(length(json))?;
            self.0 = rest;
            if !rest.starts_with(':') && !value.starts_with("\"urn:") {
                return Some(value);
            }
        }
    }
}

/// Of the text or number that is first.
fn length(json: &str) -> usize {
    if !json.starts_with('"') {
        return json.find([',', '}', ']']).unwrap_or(json.len());
    }
    let mut is_escaped = false;
    let end = json.bytes().skip(1).position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(json.len(), |end| end.saturating_add(2))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::merge::canonical;

    fn is_found(word: &str, before: &Value, after: &Value) -> bool {
        let text = |document: &Value| (!document.is_null()).then(|| canonical(document));
        Sought::new(&fold(word)).came_or_went(text(before).as_deref(), text(after).as_deref())
    }

    #[test]
    fn a_value_is_found_that_came_or_went_whatever_its_case() {
        let (before, after) =
            (json!({"title": "Test Lead", "n": 12}), json!({"title": "经理 ÉCOLE", "n": -7}));
        for word in ["lead", "LEAD", "st", "经", "École", "12", "-7"] {
            assert!(is_found(word, &before, &after), "{word}");
            assert!(is_found(word, &after, &before), "{word}");
        }
    }

    #[test]
    fn all_values_of_an_object_that_came_or_was_deleted_are_found() {
        let document = json!({"phoneNumbers": [{"type": "mobile", "value": "+8613969918005"}]});
        assert!(is_found("1396", &Value::Null, &document));
        assert!(is_found("1396", &document, &Value::Null));
    }

    #[test]
    fn neither_what_stayed_nor_names_nor_punctuation_is_found() {
        let before = json!({"active": true, "title": "Lead", "phones": [{"type": "work", "value": "138"}]});
        let phones = json!([{"type": "work", "value": "139"}]);
        let after = json!({"active": false, "title": "Head", "phones": phones, "schemas": ["urn:x:User"]});
        for word in
            ["active", "user", "title", "work", "value", "true", "false", ":", ",", "{", "[", "\"", "lead\","]
        {
            assert!(!is_found(word, &before, &after), "{word}");
            assert!(word == "work" || !is_found(word, &Value::Null, &after), "{word}");
        }
    }

    #[test]
    fn a_value_that_is_there_once_more_came() {
        let (before, after) = (json!({"a": ["x1"]}), json!({"a": ["x1", "x1"]}));
        assert!(is_found("x1", &before, &after));
        assert!(!is_found("x1", &after, &after));
    }

    #[test]
    fn what_json_escapes_is_found_as_it_was_written() {
        let (before, after) = (json!({"a": "k"}), json!({"a": "C:\\Dir \"x\":\ny"}));
        for word in ["c:\\dir", "\"X\"", "\"x\":", "y"] {
            assert!(is_found(word, &before, &after), "{word}");
        }
        assert!(!is_found("n", &before, &after));
    }
}
