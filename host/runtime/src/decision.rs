//! What people decided about what runs held: who, when, about what, and why.
//!
//! Decisions are only ever added: of two about the same matter the later one holds. Not here: what a run held
//! ([`approval`](crate::approval)), and what becomes of what was declined in a run (`apply::decline`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::model::{Key, RunId, SourceName, Timestamp};

/// What was decided about what a run held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Of which source.
    pub source: SourceName,
    /// The run that held it; of what is over, the run that found that.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// Who: a name for people to read, of an account, of a token, or of the user of a machine. Where nobody decided, what did.
    pub by: String,
    /// What.
    pub verdict: Verdict,
    /// About what of it; none for all of a run that held more than is recorded one by one
    /// ([`MAX_HELD_RECORDS`](crate::limits::MAX_HELD_RECORDS)).
    pub about: Option<BTreeSet<Matter>>,
    /// Why it was declined, in their words.
    pub reason: Option<String>,
}

/// What was decided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It was done, as far as the source said the same again.
    Approved,
    /// It is not to be done as long as the source says the same, for
    /// [`DECLINED_FOR`](crate::limits::DECLINED_FOR) at most.
    Declined,
    /// The source does not say it any more, so that what was declined is no longer the question.
    Over,
}

impl Verdict {
    /// The name as it is serialised, for a store's column.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Declined => "declined",
            Self::Over => "over",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that a run held.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "what")]
pub enum Matter {
    /// An object left the source.
    Departure {
        /// Which.
        key: Key,
    },
    /// A key belongs to somebody else now.
    Replacement {
        /// Which.
        key: Key,
    },
    /// An object may have lost a value.
    Clearing {
        /// Which object.
        key: Key,
        /// The document that unassigns it, as canonical text.
        document: String,
    },
    /// The source is seen with a smaller scope, and what hangs out of sight is kept.
    Scope {
        /// The scope's digest.
        digest: String,
    },
}

impl Matter {
    /// The object that it is about; none for a scope.
    #[must_use]
    pub const fn key(&self) -> Option<&Key> {
        match self {
            Self::Departure { key } | Self::Replacement { key } | Self::Clearing { key, .. } => Some(key),
            Self::Scope { .. } => None,
        }
    }
}

/// What is declined at a moment, and by which decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Declined {
    /// The place among the decisions.
    of: BTreeMap<Matter, usize>,
    decisions: Vec<Decision>,
}

impl Declined {
    /// What these decisions, the oldest first, leave declined.
    pub(crate) fn after(decisions: Vec<Decision>) -> Self {
        let mut of = BTreeMap::new();
        for (place, decision) in decisions.iter().enumerate() {
            match (&decision.about, decision.verdict) {
                (Some(about), Verdict::Declined) => {
                    of.extend(about.iter().map(|matter| (matter.clone(), place)));
                }
                (Some(about), Verdict::Approved | Verdict::Over) => {
                    for matter in about {
                        of.remove(matter);
                    }
                }
                // What nobody recorded one by one is held anew, or was asked about as a whole.
                (None, _) => {}
            }
        }
        Self { of, decisions }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    pub(crate) fn covers(&self, matter: &Matter) -> bool {
        self.of.contains_key(matter)
    }

    /// The decision that declined it.
    pub(crate) fn by(&self, matter: &Matter) -> Option<(usize, &Decision)> {
        let place = *self.of.get(matter)?;
        Some((place, self.decisions.get(place)?))
    }

    /// Everything that is declined.
    pub(crate) fn matters(&self) -> impl Iterator<Item = &Matter> {
        self.of.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decision(verdict: Verdict, ids: Option<&[&str]>) -> Decision {
        Decision {
            source: SourceName::new("head-office").unwrap(),
            run: RunId::new("5"),
            at: Timestamp::from_unix_ms(0),
            by: "anna".to_owned(),
            verdict,
            about: ids.map(|ids| ids.iter().map(|id| departure(id)).collect()),
            reason: None,
        }
    }

    fn departure(id: &str) -> Matter {
        Matter::Departure { key: Key::new("User", id) }
    }

    #[track_caller]
    fn check(decisions: &[(Verdict, Option<&[&str]>)], expected: &[&str]) {
        let decisions = decisions.iter().map(|(verdict, ids)| decision(*verdict, *ids)).collect();
        let declined = Declined::after(decisions);
        let ids: Vec<_> =
            declined.matters().map(|matter| matter.key().unwrap().external_id.as_str()).collect();
        assert_eq!(ids, expected);
    }

    #[test]
    fn of_two_decisions_about_the_same_the_later_one_holds() {
        use Verdict::{Approved, Declined, Over};
        check(&[], &[]);
        check(&[(Declined, Some(&["a", "b"]))], &["a", "b"]);
        check(&[(Declined, Some(&["a", "b"])), (Approved, Some(&["a"]))], &["b"]);
        check(&[(Declined, Some(&["a", "b"])), (Over, Some(&["b"]))], &["a"]);
        check(&[(Approved, Some(&["a"])), (Declined, Some(&["a"]))], &["a"]);
    }

    #[test]
    fn what_is_not_recorded_one_by_one_leaves_nothing_declined() {
        check(&[(Verdict::Declined, None)], &[]);
        check(&[(Verdict::Declined, Some(&["a"])), (Verdict::Approved, None)], &["a"]);
    }

    #[test]
    fn one_matter_of_an_object_is_not_another() {
        let declined = Declined::after(vec![decision(Verdict::Declined, Some(&["a"]))]);
        let key = Key::new("User", "a");
        assert!(declined.covers(&departure("a")));
        assert!(!declined.covers(&Matter::Replacement { key: key.clone() }));
        assert!(!declined.covers(&Matter::Clearing { key, document: "{}".to_owned() }));
    }

    #[test]
    fn a_decision_is_known_by_what_it_declined() {
        let decisions =
            vec![decision(Verdict::Declined, Some(&["a"])), decision(Verdict::Declined, Some(&["b"]))];
        let declined = Declined::after(decisions);
        assert_eq!(declined.by(&departure("b")).map(|(place, _)| place), Some(1));
        assert_eq!(declined.by(&departure("c")), None);
    }

    #[test]
    fn matters_read_as_they_were_written() {
        let key = Key::new("User", "a");
        let matters = [
            Matter::Departure { key: key.clone() },
            Matter::Replacement { key: key.clone() },
            Matter::Clearing { key, document: "{}".to_owned() },
            Matter::Scope { digest: "d".to_owned() },
        ];
        let text = serde_json::to_string(&matters).unwrap();
        assert!(text.starts_with(r#"[{"what":"departure","key":{"#), "{text}");
        assert_eq!(serde_json::from_str::<Vec<Matter>>(&text).unwrap(), matters);
    }
}
