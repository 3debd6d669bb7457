//! Of which sources whoever asks may hear.
//!
//! It stands beside what is asked for and is no part of it: whatever else a question says, nothing of another source answers.

use std::collections::BTreeSet;

use rollcall_host::model::SourceName;
use serde::Serialize;

/// Sources.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Within {
    /// All of them, those to come included.
    #[default]
    All,
    /// These.
    Only(BTreeSet<SourceName>),
}

impl Within {
    /// This one alone.
    #[must_use]
    pub fn one(source: SourceName) -> Self {
        Self::Only(BTreeSet::from([source]))
    }

    /// Whether this source is among them.
    #[must_use]
    pub fn has(&self, source: &SourceName) -> bool {
        match self {
            Self::All => true,
            Self::Only(sources) => sources.contains(source),
        }
    }

    /// Those that are among both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::All, some) | (some, Self::All) => some,
            (Self::Only(one), Self::Only(other)) => Self::Only(&one & &other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(names: &[&str]) -> Within {
        Within::Only(names.iter().map(|name| SourceName::new(*name).unwrap()).collect())
    }

    #[test]
    fn what_is_among_both_is_never_more_than_either() {
        assert_eq!(Within::All.and(Within::All), Within::All);
        assert_eq!(Within::All.and(only(&["a"])), only(&["a"]));
        assert_eq!(only(&["a", "b"]).and(only(&["b", "c"])), only(&["b"]));
        assert_eq!(only(&["a"]).and(only(&["b"])), only(&[]));
        assert!(!only(&[]).has(&SourceName::new("a").unwrap()));
    }
}
