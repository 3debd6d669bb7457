//! What a document must be, what becomes of it when it is merged, and its one text.
//!
//! Not here: what a SCIM attribute may contain. A platform that minds refuses the object itself.

mod canonical;
mod check;
mod merge;

pub use canonical::{canonical, canonical_members};
pub use check::{Rule, Violation, check, check_held, read, replace_null_characters};
pub use merge::merge;
