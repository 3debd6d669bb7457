//! Counters that add up: every object that was read is one of created, updated, unchanged, skipped and rejected.

use std::fmt;

/// What a run counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Objects seen, each once, as the connector says.
    pub read: u64,
    /// Of these, put and new to the platform.
    pub created: u64,
    /// Of these, put and different from what the platform held.
    pub updated: u64,
    /// Of these, equal to what the platform holds.
    pub unchanged: u64,
    /// Of these, left out on purpose.
    pub skipped: u64,
    /// Of these, refused by the platform.
    pub rejected: u64,
}

/// Counters that do not add up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Discrepancy {
    /// All of them.
    pub counters: Counters,
    /// What the five parts come to.
    pub accounted: u64,
}

impl std::error::Error for Discrepancy {}

impl fmt::Display for Discrepancy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counters { read, created, updated, unchanged, skipped, rejected } = self.counters;
        write!(
            f,
            "{created} created, {updated} updated, {unchanged} unchanged, {skipped} skipped and {rejected} rejected \
             make {}, and {read} were read",
            self.accounted
        )
    }
}

/// Whether every object that was read is accounted for, once.
///
/// # Errors
///
/// When more or fewer objects are accounted for than were read.
pub fn check(counters: &Counters) -> Result<(), Discrepancy> {
    let accounted = accounted(counters);
    if accounted == counters.read { Ok(()) } else { Err(Discrepancy { counters: *counters, accounted }) }
}

/// What the five parts come to, which is `read` when they add up.
#[must_use]
pub fn accounted(counters: &Counters) -> u64 {
    let Counters { read: _, created, updated, unchanged, skipped, rejected } = *counters;
    [created, updated, unchanged, skipped, rejected].into_iter().fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests;
