//! Limits of the service.

/// Resources of one answer, at most, and unless a client wants fewer.
///
/// 1,000,000. Why: more than any organisation has people. A client that steps by the number it asked for, and not by the number
/// it got, would miss whoever is between the two; and one that asks for no number does not expect another page. So all that is
/// asked for is given. An answer is written as it is read, and takes no more memory for it.
pub(crate) const MAX_RESULTS: u64 = 1_000_000;

/// The longest filter.
///
/// 4096 bytes. Why: some tens of conditions, where a client has one to three.
pub(crate) const MAX_FILTER_BYTES: usize = 4096;

/// How deep parentheses may be.
///
/// 16. Why: reading them recurses, and nobody writes so many.
pub(crate) const MAX_DEPTH: usize = 16;
