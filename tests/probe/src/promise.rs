//! One thing that the contract promises, and what came of trying it: the report's one form, for people and for programs.

use crate::Stand;
use rollcall_kit::model::{CheckStatus, Diagnosis, Entry, Finding, Severity};
use std::fmt;

/// One thing that the contract promises and a connector can see.
#[derive(Clone, Copy)]
pub struct Promise {
    /// A stable name in kebab-case: the `check` of its finding, the code of its entry.
    pub name: &'static str,
    /// Where it stands: a file of the contract, and what in it.
    pub stands_at: &'static str,
    /// What the contract says, as a sentence without a full stop.
    pub says: &'static str,
    pub(crate) attempt: fn(&Stand<'_>) -> Attempt,
}

/// What an attempt comes to: nothing where the promise was kept.
pub(crate) type Attempt = Result<(), Trouble>;

/// Why a promise is not known to be kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// What the host did instead.
    Broken(String),
    /// Why it could not be tried.
    Untried(String),
}

/// What became of a promise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The host keeps it.
    Kept,
    /// What the host did instead.
    Broken(String),
    /// Why it was not tried.
    Skipped(String),
}

/// A verdict without its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Status {
    /// The host keeps the promise.
    Passed,
    /// It does not.
    Failed,
    /// It was not tried.
    Skipped,
}

impl fmt::Debug for Promise {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Promise").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Promise {
    /// Try it.
    #[must_use]
    pub fn try_on(&self, stand: &Stand<'_>) -> Verdict {
        match (self.attempt)(stand) {
            Ok(()) => Verdict::Kept,
            Err(Trouble::Broken(did)) => Verdict::Broken(did),
            Err(Trouble::Untried(why)) => Verdict::Skipped(why),
        }
    }

    /// The line of the checklist that tells of it.
    #[must_use]
    pub fn finding(&self, verdict: Verdict) -> Finding {
        let status = match verdict {
            Verdict::Kept => CheckStatus::Passed,
            Verdict::Broken(_) => CheckStatus::Failed,
            Verdict::Skipped(_) => CheckStatus::Skipped,
        };
        let code = match verdict {
            Verdict::Kept => "promise-kept",
            Verdict::Broken(_) => "promise-broken",
            Verdict::Skipped(_) => "promise-not-tried",
        };
        Finding { check: self.name.to_owned(), status, diagnosis: self.diagnosis(code, verdict) }
    }

    /// The entry of the run's log that tells of it: an error where the promise is broken, a warning where it was not tried.
    #[must_use]
    pub fn entry(&self, verdict: Verdict) -> Entry {
        let severity = match verdict {
            Verdict::Kept => Severity::Info,
            Verdict::Broken(_) => Severity::Error,
            Verdict::Skipped(_) => Severity::Warning,
        };
        Entry::new(severity, self.diagnosis(self.name, verdict))
    }

    fn diagnosis(&self, code: &str, verdict: Verdict) -> Diagnosis {
        let Self { says, stands_at, .. } = self;
        let (what, did) = match verdict {
            Verdict::Kept => (format!("{says}: so it is"), None),
            Verdict::Broken(did) => (format!("{says}; but {did}"), Some(did)),
            Verdict::Skipped(why) => (format!("{says}; not tried: {why}"), None),
        };
        let diagnosis = Diagnosis::new(code, what.clone(), what).fact("stands-at", *stands_at);
        match did {
            Some(did) => diagnosis.fact("says", *says).fact("did", did),
            None => diagnosis,
        }
    }
}

/// What the host did instead.
pub(crate) fn broken<T>(did: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Broken(did.into()))
}

/// Why it could not be tried.
pub(crate) fn untried<T>(why: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Untried(why.into()))
}

/// Kept where this holds; otherwise what the host did.
pub(crate) fn ensure(holds: bool, did: impl FnOnce() -> String) -> Attempt {
    if holds { Ok(()) } else { broken(did()) }
}

/// Kept where these are equal; otherwise what the host did, with both.
pub(crate) fn same<T: PartialEq + fmt::Debug>(what: &str, found: &T, right: &T) -> Attempt {
    ensure(found == right, || format!("{what} is {found:?}, not {right:?}"))
}
