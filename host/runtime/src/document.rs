//! The document of an object, with its one text.
//!
//! Not here: what a document must be, how two are merged, and how its text is made (`rollcall_rules::document`).

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use rollcall_rules::document::canonical;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

/// A document and its canonical text. The text is written once, when the document comes about, and a document that is read from
/// a store is parsed once. Clones are the same document.
///
/// # Examples
///
/// ```
/// use rollcall_host::document::Document;
/// use serde_json::json;
///
/// let document = Document::new(json!({"title": "Engineer", "active": true}));
/// assert_eq!(document.text(), r#"{"active":true,"title":"Engineer"}"#);
/// assert_eq!(document["title"], "Engineer");
/// assert_eq!(Document::read(document.text().to_owned())?, document);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone)]
pub struct Document {
    inner: Arc<DocumentParts>,
}

struct DocumentParts {
    value: Value,
    text: String,
}

impl Document {
    /// The document of this value.
    #[must_use]
    pub fn new(value: Value) -> Self {
        let text = canonical(&value);
        Self { inner: Arc::new(DocumentParts { value, text }) }
    }

    /// The document whose [`Document::text`] a store has kept.
    ///
    /// # Errors
    ///
    /// When the text is not JSON.
    pub fn read(text: String) -> serde_json::Result<Self> {
        let value = serde_json::from_str(&text)?;
        Ok(Self { inner: Arc::new(DocumentParts { value, text }) })
    }

    /// The document itself.
    #[must_use]
    pub fn value(&self) -> &Value {
        &self.inner.value
    }

    /// Its canonical text: the same for equal documents.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.inner.text
    }

    /// The document without its text.
    #[must_use]
    pub fn into_value(self) -> Value {
        Arc::try_unwrap(self.inner).map_or_else(|shared| shared.value.clone(), |inner| inner.value)
    }
}

impl Deref for Document {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value()
    }
}

impl From<Value> for Document {
    fn from(value: Value) -> Self {
        Self::new(value)
    }
}

/// By what they say, however it is written.
impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl Eq for Document {}

impl PartialEq<Value> for Document {
    fn eq(&self, other: &Value) -> bool {
        self.value() == other
    }
}

/// As the value that it is.
impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::new)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_document_that_was_kept_is_the_one_that_was_written() {
        let written = Document::new(json!({"b": [1, {"d": "é", "c": 2}], "a": null}));
        let read = Document::read(written.text().to_owned()).unwrap();
        assert_eq!((read.value(), read.text()), (written.value(), written.text()));
    }

    #[test]
    fn a_document_is_serialised_as_its_value_and_comes_back_with_its_text() {
        let document = Document::new(json!({"title": "Engineer", "active": true}));
        let json = serde_json::to_value(&document).unwrap();
        assert_eq!(json, *document.value());
        assert_eq!(serde_json::from_value::<Document>(json).unwrap().text(), document.text());
    }

    #[test]
    fn what_is_no_json_is_no_document() {
        Document::read("{".to_owned()).unwrap_err();
    }

    #[test]
    fn a_value_is_handed_on_whether_or_not_others_have_the_document() {
        let (value, document) = (json!({"a": 1}), Document::new(json!({"a": 1})));
        let other = document.clone();
        assert_eq!((document.into_value(), other.into_value()), (value.clone(), value));
    }
}
