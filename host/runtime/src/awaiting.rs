//! The codes of what awaits a person's approval, and of what one declined: a store, a proof and a decision know it by them.
//!
//! Not here: when it awaits one, and what is said of it (`guard`, `clearing`, `apply`).

/// A whole full run's departures, and a single one.
pub(crate) const ALL_HELD: &str = "departures-held";
pub(crate) const ONE_HELD: &str = "departure-held";

/// A single key that belongs to somebody else now, and all of them.
pub(crate) const IDENTITY_HELD: &str = "identity-held";
pub(crate) const IDENTITIES_HELD: &str = "identities-held";

/// What may only be hidden, and a scope that is smaller than before.
pub(crate) const SCOPE_HELD: &str = "scope-held";

/// A whole full run's departures, because the reading did not cover what it says it did.
pub(crate) const COVERAGE_HELD: &str = "coverage-held";

/// A value that may be gone.
pub(crate) const CLEARING_HELD: &str = "clearing-held";

/// The codes of what waits for a person.
pub(crate) const HELD: [&str; 6] =
    [ALL_HELD, ONE_HELD, COVERAGE_HELD, IDENTITY_HELD, SCOPE_HELD, CLEARING_HELD];

/// The code of what stays because a person declined.
pub(crate) const DECLINED: &str = "declined";
