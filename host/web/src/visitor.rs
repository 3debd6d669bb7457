//! Who asks, as far as it is proven, and how they want to be answered. The gate puts it into each request.
//!
//! Not here: how it is proven (`identity`).

use std::fmt;
use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use rollcall_words::{Language, Sentence};

use crate::actor::Actor;
pub(crate) use crate::actor::{TokenScope, Who};

/// Who asks. Handlers behind the gate take it as an argument; without the gate there is none, and they refuse.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Visitor {
    pub(crate) who: Who,
    pub(crate) reader: Preferences,
    /// What each form of a page carries along. Empty for a token, which fills in no form.
    pub(crate) csrf: String,
    /// From where, for the audit log. None where the program that embeds the console does not tell.
    pub(crate) address: Option<IpAddr>,
}

/// Without the token of its forms.
impl fmt::Debug for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { who, reader, address, csrf: _ } = self;
        f.debug_struct("Visitor")
            .field("who", who)
            .field("reader", reader)
            .field("address", address)
            .finish_non_exhaustive()
    }
}

impl<'a> From<&'a Visitor> for Actor<'a> {
    fn from(visitor: &'a Visitor) -> Self {
        Self { who: &visitor.who, address: visitor.address }
    }
}

/// How someone reads pages, whether or not it is known who they are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Preferences {
    pub(crate) language: Language,
    pub(crate) theme: Theme,
}

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Theme {
    /// As the reader's system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

impl Theme {
    /// The name in a cookie, a form and the page's `data-theme`.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The theme of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        [Self::System, Self::Light, Self::Dark].into_iter().find(|theme| theme.as_str() == name)
    }
}

impl Preferences {
    /// The sentence in the reader's language.
    pub(crate) fn say(self, sentence: Sentence) -> String {
        sentence.into(self.language)
    }
}

impl Visitor {
    /// The sentence in the visitor's language.
    pub(crate) fn say(&self, sentence: Sentence) -> String {
        self.reader.say(sentence)
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, StatusCode> {
        parts.extensions.get::<Self>().cloned().ok_or(StatusCode::UNAUTHORIZED)
    }
}
