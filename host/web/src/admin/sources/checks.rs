//! The latest checklist of each source, while it is made and afterwards. In memory: a check is made again in seconds, and an
//! old one says little.
//!
//! Not here: what is checked; the host and its connectors know.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rollcall_host::model::{Finding, SourceName, Standing, Timestamp};
use serde::Serialize;

/// A check of a source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Check {
    /// Which one, so that a late end is not taken for that of a newer one.
    #[serde(skip)]
    number: u64,
    pub(crate) started_at: Timestamp,
    /// None while it is made.
    pub(crate) outcome: Option<CheckOutcome>,
}

/// What came of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct CheckOutcome {
    pub(crate) finished_at: Timestamp,
    /// Whether nothing failed.
    pub(crate) has_passed: bool,
    /// In the order of the checks.
    pub(crate) findings: Vec<Finding>,
}

/// The latest check of each source.
#[derive(Debug, Default)]
pub(crate) struct Checks {
    latest: Mutex<Latest>,
}

#[derive(Debug, Default)]
struct Latest {
    n_started: u64,
    of_source: BTreeMap<SourceName, Check>,
}

impl Check {
    /// Whether it is done and nothing failed.
    pub(crate) fn has_passed(&self) -> bool {
        self.outcome.as_ref().is_some_and(|outcome| outcome.has_passed)
    }
}

impl Checks {
    /// Begin one, unless one is under way: its number.
    pub(super) fn begin(&self, source: &SourceName, now: Timestamp) -> Option<u64> {
        let mut latest = self.lock();
        if latest.of_source.get(source).is_some_and(|check| check.outcome.is_none()) {
            return None;
        }
        latest.n_started = latest.n_started.saturating_add(1);
        let number = latest.n_started;
        latest.of_source.insert(source.clone(), Check { number, started_at: now, outcome: None });
        Some(number)
    }

    pub(super) fn end(&self, source: &SourceName, number: u64, findings: Vec<Finding>, now: Timestamp) {
        let has_passed = findings.iter().all(|finding| finding.standing != Standing::Failed);
        if let Some(check) = self.lock().of_source.get_mut(source).filter(|check| check.number == number) {
            check.outcome = Some(CheckOutcome { finished_at: now, has_passed, findings });
        }
    }

    /// What was found is about a source that is another one now.
    pub(super) fn forget(&self, source: &SourceName) {
        self.lock().of_source.remove(source);
    }

    pub(super) fn of(&self, source: &SourceName) -> Option<Check> {
        self.lock().of_source.get(source).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Latest> {
        self.latest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use rollcall_host::model::Diagnosis;

    use super::*;
    use crate::testing::NOW;

    fn name() -> SourceName {
        SourceName::new("head-office").unwrap()
    }

    fn finding(standing: Standing) -> Finding {
        Finding { check: "settings".to_owned(), standing, diagnosis: Diagnosis::new("x", "x") }
    }

    #[test]
    fn a_source_is_checked_once_at_a_time() {
        let checks = Checks::default();
        let first = checks.begin(&name(), NOW).unwrap();
        assert_eq!(checks.begin(&name(), NOW), None);
        checks.end(&name(), first, Vec::new(), NOW);
        assert!(checks.begin(&name(), NOW).is_some());
    }

    #[test]
    fn what_is_found_of_a_source_that_was_changed_meanwhile_is_not_kept() {
        let checks = Checks::default();
        let first = checks.begin(&name(), NOW).unwrap();
        checks.forget(&name());
        let second = checks.begin(&name(), NOW).unwrap();
        checks.end(&name(), first, vec![finding(Standing::Passed)], NOW);
        assert_eq!(checks.of(&name()).unwrap().outcome, None);
        checks.end(&name(), second, vec![finding(Standing::Failed)], NOW);
        assert!(!checks.of(&name()).unwrap().has_passed());
    }

    #[test]
    fn a_warning_does_not_keep_anyone_from_importing() {
        let checks = Checks::default();
        let number = checks.begin(&name(), NOW).unwrap();
        checks.end(&name(), number, vec![finding(Standing::Passed), finding(Standing::Warning)], NOW);
        assert!(checks.of(&name()).unwrap().has_passed());
    }
}
