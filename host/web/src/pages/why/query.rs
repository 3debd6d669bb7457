//! What the page is asked: a text, or one object by its key; and the form that has the source asked.
//!
//! Not here: the answer. Nothing in an address is an error.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use rollcall_host::model::Key;
use url::form_urlencoded;

use crate::subject::Back;

/// What the page is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct WhyQuery {
    /// A name, a phone number, an e-mail address, an id; any part of one.
    pub(super) text: String,
    /// One object.
    pub(super) key: Option<Key>,
    /// Whether the source is being asked about it.
    pub(super) is_asking: bool,
}

impl WhyQuery {
    fn of(query: &str) -> Self {
        let form = Form::of(query.as_bytes());
        Self { key: form.key(), text: form.text, is_asking: form.is_asking }
    }
}

/// What a form says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) text: String,
    resource_type: String,
    external_id: String,
    is_asking: bool,
    pub(super) back: Back,
}

impl Form {
    /// What these pairs of names and values say; others are not ours.
    pub(super) fn of(pairs: &[u8]) -> Self {
        let mut form = Self::default();
        for (name, value) in form_urlencoded::parse(pairs) {
            match name.as_ref() {
                "q" => value.trim().clone_into(&mut form.text),
                "type" => form.resource_type = value.into_owned(),
                "id" => form.external_id = value.into_owned(),
                "asking" => form.is_asking = true,
                "back" if value == "object" => form.back = Back::Object,
                _ => {}
            }
        }
        form
    }

    /// The object that is meant, if one is.
    pub(super) fn key(&self) -> Option<Key> {
        let is_one = !self.resource_type.is_empty() && !self.external_id.is_empty();
        is_one.then(|| Key::new(&self.resource_type, &self.external_id))
    }
}

impl<S: Sync> FromRequestParts<S> for WhyQuery {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        Ok(Self::of(parts.uri.query().unwrap_or_default()))
    }
}
