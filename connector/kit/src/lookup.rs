//! What becomes of asking the source about one object.

use crate::codes;
use crate::document::Draft;
use crate::model::{Diagnosis, Failure};

/// What the source says when it is asked about one object.
#[derive(Debug, Clone, PartialEq)]
pub enum Lookup {
    /// It is there, like this.
    Present(Box<Draft>),
    /// It is gone; what the source answered, as `code: text`.
    Gone(String),
    /// It may be there, but this application may not see it: kept.
    Hidden(Diagnosis),
    /// The source answered, and what it said is not understood: kept, and asking again would bring the same.
    NotUnderstood(Diagnosis),
    /// The source could not be asked: nothing is known.
    Unknown(Failure),
}

/// Why an object of this resource type is neither read nor asked about.
#[must_use]
pub fn unknown_resource_type(resource_type: &str) -> Failure {
    Failure::Other(codes::unknown_resource_type(resource_type))
}
