//! Who stands behind a key: whether an object that changed its identity is the same person under a new id, or somebody
//! else to whom the source gave the key.
//!
//! Pure, and not here: what a host does about it, and how many of them it takes in one run.

mod evidence;
mod notation;

use serde_json::Value;

pub use evidence::Evidence;
pub use notation::{Notation, NotationError};

/// What two documents of one key say about who stands behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identity {
    /// Nothing: at least one of them does not say. A value that appears or vanishes is no change, because sources leave it
    /// out for some kinds of accounts.
    Unknown,
    /// The same identity.
    Same,
    /// Another identity, and the same person: something that belongs to a person stayed.
    SamePerson {
        /// The identity that the platform holds.
        from: String,
        /// The identity that came.
        to: String,
        /// What stayed.
        by: Evidence,
    },
    /// Another identity, and nothing that belongs to a person stayed. Who was there leaves, whoever came joins, and nothing
    /// of the one is the other's.
    SomebodyElse {
        /// The identity that the platform holds.
        from: String,
        /// The identity that came.
        to: String,
    },
}

/// Who stands behind a key, by what the platform holds and what came, both SCIM documents. `attribute` is the
/// `identity-attribute` of the resource type.
///
/// When the identity changed, a mobile telephone number, an e-mail address or an employee number that stayed makes it the
/// same person. Where none of these is known on both sides, the name decides.
#[must_use]
pub fn verdict(held: &Value, incoming: &Value, attribute: &Notation) -> Identity {
    let (Some(from), Some(to)) = (attribute.read(held), attribute.read(incoming)) else {
        return Identity::Unknown;
    };
    if from == to {
        return Identity::Same;
    }
    match evidence::of_same_person(held, incoming) {
        Some(by) => Identity::SamePerson { from, to, by },
        None => Identity::SomebodyElse { from, to },
    }
}

#[cfg(test)]
mod tests;
