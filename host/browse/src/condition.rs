//! Conditions on single attributes, and what was found by them: what a SCIM filter comes down to.
//!
//! Not here: the language of filters, and documents. Whoever asks about something that stands in the document alone is told
//! whose documents to look at.

use rollcall_host::model::Timestamp;
use serde::Serialize;

/// What must hold of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// This, of the attribute or of one of its values.
    Of(Attribute, Test),
    /// All of these.
    All(Vec<Condition>),
    /// One of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// Something that the document alone tells.
    Unclear,
}

impl Condition {
    /// It holds of every object.
    #[must_use]
    pub const fn always() -> Self {
        Self::All(Vec::new())
    }

    /// It holds of no object.
    #[must_use]
    pub const fn never() -> Self {
        Self::Any(Vec::new())
    }
}

/// An attribute that can be tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribute {
    /// The name of the source. Letters are told apart by case, as in `externalId`.
    Source,
    /// `externalId`. Source: RFC 7643, section 3.1.
    ExternalId,
    /// `userName` of a person, or else their `externalId`.
    UserName,
    /// `displayName`. Unclear where it is what stands for it in lists.
    DisplayName,
    /// `emails.value`.
    Email,
    /// `phoneNumbers.value`.
    Phone,
    /// `title`.
    Title,
    /// Whether the document does not say that a person is inactive, and they have not departed.
    Active,
    /// When the object was created here.
    Created,
    /// When what is told of the object last became different ([`WholeObject::modified_at`](crate::WholeObject::modified_at)).
    Modified,
}

/// What must hold of an attribute. Whether a test holds that does not fit the attribute, such as text of a moment, is unclear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// It is this text.
    Equals(String),
    /// This text is part of it.
    Contains(String),
    /// It begins with this text.
    StartsWith(String),
    /// It ends with this text.
    EndsWith(String),
    /// It has a value that is not empty.
    Present,
    /// It says so.
    Is(bool),
    /// It is this moment or a later one.
    Since(Timestamp),
    /// It is an earlier moment.
    Before(Timestamp),
}

/// Names an object to the store that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectNumber(pub i64);

/// What was found, in the order of source and creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sifted {
    /// Nothing was unclear.
    Page {
        /// How many there are on all pages.
        total: u64,
        /// Those on the page.
        objects: Vec<ObjectNumber>,
    },
    /// Everything of which the condition holds, with `true`, and everything whose document must tell.
    All(Vec<(ObjectNumber, bool)>),
}
