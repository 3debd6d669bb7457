//! Who is in a department, and whom others name.

use serde::Serialize;

/// A page of the people in a department.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Members {
    /// How many there are on all pages.
    pub total: u64,
    /// Those on this page, in order.
    pub items: Vec<Member>,
}

/// A person in a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The person's id.
    pub external_id: String,
    /// What people call them, or else their id.
    pub name: String,
}

/// A person whom somebody else names, such as a manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// What people call them, or else their id.
    pub name: String,
    /// Whether they left the source and were kept.
    pub departed: bool,
}
