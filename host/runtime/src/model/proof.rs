//! What a full run can show for itself: with what view it read, what it listed and read, what it removed, and what it did not
//! remove and why.
//!
//! Not here: how the numbers come about (`apply`), and what is said of them (`proof::told`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::counts::{Counts, count, counted};
use super::reading::{Coverage, Scope};
use super::{Key, RunId, Timestamp};
use crate::limits::MAX_NAMED_IN_PROOF;

/// What a full run can show for itself.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Proof {
    /// Whether everything was read.
    pub is_complete: bool,
    /// What was read, by resource type; empty where the reading came to no end.
    pub read: Vec<Read>,
    /// The lists that it was read from.
    pub lists: Lists,
    /// With what view.
    pub view: View,
    /// With what view it was read before; none where it never was.
    pub view_before: Option<View>,
    /// What has become of the view's being smaller than before, if it is.
    pub narrowing: Option<Narrowing>,
    /// What left, by resource type.
    pub removed: BTreeMap<String, u64>,
    /// What would have left and did not.
    pub kept: Vec<Retained>,
    /// What the platform holds and the view does not show, by resource type: it was not asked about, and stays.
    pub unfollowed: BTreeMap<String, u64>,
    /// Since when the view has left something out.
    pub since: Option<Since>,
}

/// What was read of one resource type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// Of which objects.
    pub resource_type: String,
    /// How many.
    pub read: u64,
    /// How many the source itself says there are, where it can say.
    pub expected: Option<u64>,
}

/// The lists of a source that were read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lists {
    /// How many.
    pub n: u64,
    /// How many of them were read to their end.
    pub n_closed: u64,
    /// Some of those that were not.
    pub open: Vec<OpenList>,
}

/// A list that was not read to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenList {
    /// Of which objects.
    pub resource_type: String,
    /// What it is the list of.
    pub of: Key,
}

/// With what view a source was read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    /// Whether it was of everything.
    pub whole: bool,
    /// Of how many parts it was otherwise, by resource type.
    pub n_parts: BTreeMap<String, u64>,
    /// Some of them.
    pub parts: Vec<Key>,
}

/// What has become of a view's being smaller than before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Narrowing {
    /// It waits for a person.
    Held,
    /// A person approved it.
    Approved,
    /// A person declined it: what is out of sight stays where it hangs.
    Declined,
}

/// What would have left, and did not for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Retained {
    /// The code of that reason.
    pub because: String,
    /// How many, by resource type.
    pub n: BTreeMap<String, u64>,
}

/// Since when something has been so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Since {
    /// The first run that found it so.
    pub run: RunId,
    /// When that began.
    pub at: Timestamp,
}

/// What became of what would leave in a run.
#[derive(Debug, Default)]
pub(crate) struct Fates {
    removed: Counts,
    kept: BTreeMap<String, Counts>,
}

impl Fates {
    /// One left.
    pub(crate) fn removed(&mut self, key: &Key) {
        count(&mut self.removed, key);
    }

    /// One would have left, and did not.
    pub(crate) fn kept(&mut self, key: &Key, because: &str) {
        count(self.kept.entry(because.to_owned()).or_default(), key);
    }

    /// So many would have left, as far as can be told, and did not.
    pub(crate) fn kept_some(&mut self, because: &str, n: Counts) {
        if !n.is_empty() {
            self.kept.insert(because.to_owned(), n);
        }
    }
}

impl Proof {
    /// What became of what would leave.
    pub(crate) fn with_fates(self, fates: Fates) -> Self {
        let kept = fates.kept.into_iter().map(|(because, n)| Retained { because, n }).collect();
        Self { removed: fates.removed, kept, ..self }
    }

    /// What was covered.
    pub(crate) fn with_coverage(self, coverage: &[Coverage]) -> Self {
        let read = coverage.iter().map(|Coverage { resource_type, read, expected, .. }| Read {
            resource_type: resource_type.clone(),
            read: *read,
            expected: *expected,
        });
        let lists = || coverage.iter().flat_map(|covered| &covered.containers);
        let n = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        let open = coverage.iter().flat_map(|covered| {
            let open = covered.containers.iter().filter(|list| !list.closed);
            open.map(|list| OpenList { resource_type: covered.resource_type.clone(), of: list.key.clone() })
        });
        let lists = Lists {
            n: n(lists().count()),
            n_closed: n(lists().filter(|list| list.closed).count()),
            open: open.take(MAX_NAMED_IN_PROOF).collect(),
        };
        Self { read: read.collect(), lists, ..self }
    }

    /// Whether the view leaves out what the platform holds, or waits because it is smaller than before.
    #[must_use]
    pub fn leaves_out(&self) -> bool {
        !self.unfollowed.is_empty() || self.narrowing == Some(Narrowing::Held)
    }

    /// Whether it tells what the view leaves out: what is missing from a reading with holes may be in them.
    pub(crate) fn can_tell(&self) -> bool {
        self.is_complete || self.leaves_out()
    }
}

impl From<&Scope> for View {
    fn from(scope: &Scope) -> Self {
        if scope.whole {
            return Self { whole: true, ..Self::default() };
        }
        let parts = scope.parts.iter().take(MAX_NAMED_IN_PROOF).cloned().collect();
        Self { whole: false, n_parts: counted(&scope.parts), parts }
    }
}
