//! What stands beside a document: key, version, and the evidence that an object is gone.

use std::fmt;

use crate::bounds::{MAX_EVIDENCE_BYTES, MAX_EXTERNAL_ID_BYTES, MAX_RESOURCE_TYPE_BYTES, MAX_VERSION_BYTES};

/// Which object is meant, as either half names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyRef<'a> {
    /// The name of its resource type.
    pub resource_type: &'a str,
    /// The source's own id.
    pub external_id: &'a str,
}

impl fmt::Display for KeyRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:?}", self.resource_type, self.external_id)
    }
}

/// What is wrong with a key, a version or an evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Violation {
    /// A resource type that is empty, too long or not ASCII.
    #[error("its resource type must have 1 to {MAX_RESOURCE_TYPE_BYTES} ascii characters")]
    ResourceType,
    /// An external id that is empty or too long.
    #[error("its external id has {0} bytes and must have 1 to {MAX_EXTERNAL_ID_BYTES}")]
    ExternalId(usize),
    /// A version that is empty, too long or not ASCII.
    #[error("its version must have 1 to {MAX_VERSION_BYTES} ascii characters")]
    Version,
    /// No evidence: nobody asked the source about this very object.
    #[error("nobody asked the source about this very object")]
    NoEvidence,
    /// Evidence that is too long.
    #[error("its evidence has {0} bytes, more than {MAX_EVIDENCE_BYTES}")]
    Evidence(usize),
}

/// # Errors
///
/// When either half of the key is too long or empty.
pub fn check(resource_type: &str, external_id: &str) -> Result<(), Violation> {
    if !is_ascii_within(resource_type, MAX_RESOURCE_TYPE_BYTES) {
        return Err(Violation::ResourceType);
    }
    match external_id.len() {
        1..=MAX_EXTERNAL_ID_BYTES => Ok(()),
        n_bytes => Err(Violation::ExternalId(n_bytes)),
    }
}

/// # Errors
///
/// When the version is empty, too long or not ASCII.
pub fn check_version(version: &str) -> Result<(), Violation> {
    if is_ascii_within(version, MAX_VERSION_BYTES) { Ok(()) } else { Err(Violation::Version) }
}

/// # Errors
///
/// When the evidence says nothing, or is too long.
pub fn check_evidence(evidence: &str) -> Result<(), Violation> {
    match evidence.len() {
        _ if evidence.trim().is_empty() => Err(Violation::NoEvidence),
        0..=MAX_EVIDENCE_BYTES => Ok(()),
        n_bytes => Err(Violation::Evidence(n_bytes)),
    }
}

fn is_ascii_within(text: &str, max_bytes: usize) -> bool {
    (1..=max_bytes).contains(&text.len()) && text.is_ascii()
}

#[cfg(test)]
mod tests {
    use super::{Violation, check, check_evidence, check_version};

    #[test]
    fn a_key_has_a_name_and_an_id_of_bounded_length() {
        let type_error = Err(Violation::ResourceType);
        assert_eq!(check("User", "7"), Ok(()));
        assert_eq!(check(&"U".repeat(64), &"7".repeat(256)), Ok(()));
        assert_eq!(check("", "7"), type_error);
        assert_eq!(check(&"U".repeat(65), "7"), type_error);
        assert_eq!(check("人", "7"), type_error);
        assert_eq!(check("User", ""), Err(Violation::ExternalId(0)));
        // Counted in bytes: 86 characters of three.
        assert_eq!(check("User", &"人".repeat(86)), Err(Violation::ExternalId(258)));
    }

    #[test]
    fn a_version_is_a_short_ascii_text() {
        assert_eq!(check_version(&"v".repeat(128)), Ok(()));
        for version in [String::new(), "v".repeat(129), "版".to_owned()] {
            assert_eq!(check_version(&version), Err(Violation::Version), "{version:?}");
        }
    }

    #[test]
    fn blank_evidence_is_none() {
        assert_eq!(check_evidence("404: gone"), Ok(()));
        assert_eq!(check_evidence(&"e".repeat(1024)), Ok(()));
        assert_eq!(check_evidence(" \n"), Err(Violation::NoEvidence));
        assert_eq!(check_evidence(&"e".repeat(1025)), Err(Violation::Evidence(1025)));
    }
}
