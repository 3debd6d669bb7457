//! What is decided about people beforehand: what becomes of whoever leaves, and who stands behind a key.
//!
//! Not here: how much may leave (`guard`).

use std::collections::BTreeMap;

use rollcall_rules::identity::Notation;
use serde::{Deserialize, Serialize};

/// What becomes of a person who left. Anything else that left is removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DepartedUsers {
    /// Kept, with `active` false.
    #[default]
    Deactivate,
    /// Removed.
    Delete,
}

/// What a person has answered about keys that belong to somebody else now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Identities {
    /// Nothing: as many are replaced as may leave unseen, and more wait for a person.
    #[default]
    Weigh,
    /// They are the same people under new ids: what is held of them is merged and goes on.
    SamePeople,
    /// They are other people: whoever was there leaves, and whoever came joins.
    OtherPeople,
}

impl Identities {
    /// The name as it is serialised.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Weigh => "weigh",
            Self::SamePeople => "same-people",
            Self::OtherPeople => "other-people",
        }
    }
}

/// The identity attributes of these resource types, by the name of the type.
pub(crate) type Attributes = BTreeMap<String, Notation>;
