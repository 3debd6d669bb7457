//! Clearings that a reading does not prove, as a connector hands them over.
//!
//! Not here: what an emptied field means (`emptied`), and what becomes of one that waits.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::bounds::{
    MAX_ATTRIBUTE_NAME_BYTES, MAX_CLEARING_ATTRIBUTES, MAX_CLEARING_DOCUMENT_BYTES, MAX_CLEARING_KEYS,
};
use crate::document;
use crate::key::KeyRef;
use crate::reading::check_keys;
use crate::refusal::{Refusal, at_most};
use crate::vocabulary::attribute::EXTERNAL_ID;

/// # Errors
///
/// When the clearings of one call name more objects than they may.
pub fn check_call(n_keys: usize) -> Result<(), Refusal> {
    at_most(n_keys, MAX_CLEARING_KEYS, "keys", "one call")
}

/// The document of a clearing that keeps the contract.
///
/// # Errors
///
/// When its attribute has no name or a long one, its document is none that clears, or a key is none.
pub fn read(
    attribute: &str,
    document: &str,
    keys: &[KeyRef<'_>],
    resource_types: &[String],
) -> Result<Value, Refusal> {
    if !(1..=MAX_ATTRIBUTE_NAME_BYTES).contains(&attribute.len()) {
        return Err(Refusal::of_request(&format!(
            "the attribute of a clearing must have 1 to {MAX_ATTRIBUTE_NAME_BYTES} bytes"
        )));
    }
    let document = document_in(document).ok_or_else(|| {
        Refusal::of_request(&format!(
            "the document of a clearing must be a json object of at most {MAX_CLEARING_DOCUMENT_BYTES} bytes without \
             `{EXTERNAL_ID}`"
        ))
    })?;
    check_keys(keys, resource_types)?;
    Ok(document)
}

fn document_in(text: &str) -> Option<Value> {
    let document = (text.len() <= MAX_CLEARING_DOCUMENT_BYTES).then(|| serde_json::from_str(text).ok());
    document.flatten().filter(|document: &Value| {
        document.as_object().is_some_and(|members| !members.contains_key(EXTERNAL_ID))
    })
}

/// The attributes of which clearings wait in one run.
#[derive(Clone, Debug, Default)]
pub struct Attributes {
    of: BTreeSet<(String, String)>,
}

impl Attributes {
    /// Take one more, of this name and cleared by this document, or one that waits already.
    ///
    /// # Errors
    ///
    /// When as many others wait as may.
    pub fn add(&mut self, name: &str, document: &Value) -> Result<(), Refusal> {
        let attribute = (name.to_owned(), document::canonical(document));
        if MAX_CLEARING_ATTRIBUTES <= self.of.len() && !self.of.contains(&attribute) {
            return Err(Refusal::of_request(&format!(
                "clearings of more than {MAX_CLEARING_ATTRIBUTES} attributes wait in one run"
            )));
        }
        self.of.insert(attribute);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read_of(attribute: &str, document: &str) -> Result<Value, Refusal> {
        let key = KeyRef { resource_type: "User", external_id: "a" };
        read(attribute, document, &[key], &["User".to_owned()])
    }

    #[test]
    fn a_clearing_names_an_attribute_and_a_document_that_names_nobody() {
        assert_eq!(read_of("title", r#"{"title":null}"#), Ok(json!({"title": null})));
        let long = format!(r#"{{"{}":null}}"#, "x".repeat(MAX_CLEARING_DOCUMENT_BYTES));
        for document in ["", "[]", r#"{"externalId":"a","title":null}"#, &long] {
            assert_eq!(read_of("title", document).unwrap_err().code, "request-invalid", "{document}");
        }
        assert!(read_of("", "{}").is_err());
        assert!(read_of(&"a".repeat(MAX_ATTRIBUTE_NAME_BYTES + 1), "{}").is_err());
    }

    #[test]
    fn no_more_attributes_wait_than_a_person_can_look_at() {
        let mut attributes = Attributes::default();
        let document = json!({"title": null});
        for n in 0..MAX_CLEARING_ATTRIBUTES {
            attributes.add(&n.to_string(), &document).unwrap();
        }
        assert!(attributes.add("one more", &document).is_err());
        assert_eq!(attributes.add("0", &document), Ok(()));
    }
}
