//! How much would leave, of how much there is, and from when that is too much for nobody to look at it.
//!
//! Pure. Not here: what has left lately, and what is done about it (`guard`).

use rollcall_rules::vocabulary::resource_type::DEPARTMENT;
use serde::Serialize;

use crate::amount::{list, weighed_share};
use crate::limits::{
    MAX_UNATTENDED_DEPARTMENTS, MAX_UNATTENDED_DEPARTURES, MAX_UNATTENDED_DEPARTURES_PERCENT,
    UNATTENDED_DEPARTURES,
};
use crate::model::{Counts, Diagnosis};

/// How many of so many may leave.
pub(crate) fn allowance(n_known: u64) -> u64 {
    let share = n_known.saturating_mul(MAX_UNATTENDED_DEPARTURES_PERCENT) / 100;
    share.clamp(UNATTENDED_DEPARTURES, MAX_UNATTENDED_DEPARTURES).min(half(n_known))
}

/// Half of so many, and of one that one. Where there are few, more than that is most of what there is.
fn half(n_known: u64) -> u64 {
    n_known.div_ceil(2).max(1)
}

/// What would leave of one resource type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leaving {
    /// Of what.
    pub resource_type: String,
    /// How many would leave.
    pub n_leaving: u64,
    /// How many are held of it, those included.
    pub n_known: u64,
}

impl Leaving {
    /// Whether that is too much for nobody to look at it: more than half of what there is, or more than is usual.
    pub(crate) fn is_suspicious(&self) -> bool {
        let usual = match self.resource_type.as_str() {
            DEPARTMENT => MAX_UNATTENDED_DEPARTMENTS.min(half(self.n_known)),
            _ => allowance(self.n_known),
        };
        usual < self.n_leaving
    }

    /// The same together with what left lately.
    pub(crate) fn after(&self, lately: &Counts) -> Self {
        let n_lately = lately.get(&self.resource_type).copied().unwrap_or_default();
        Self {
            resource_type: self.resource_type.clone(),
            n_leaving: self.n_leaving.saturating_add(n_lately),
            n_known: self.n_known.saturating_add(n_lately),
        }
    }
}

/// What would leave, by resource type.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WouldLeave {
    pub(crate) of_types: Vec<Leaving>,
}

impl WouldLeave {
    /// By resource type, those alone of which any would leave.
    #[must_use]
    pub fn of_types(&self) -> &[Leaving] {
        &self.of_types
    }

    /// How many objects in all. This is the number with which a person confirms it.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.of_types.iter().fold(0, |n, leaving| n.saturating_add(leaving.n_leaving))
    }

    /// Whether that is too much for nobody to look at it.
    pub(crate) fn is_suspicious(&self) -> bool {
        self.of_types.iter().any(Leaving::is_suspicious)
    }

    /// Whether that is too much together with what left lately.
    pub(crate) fn is_suspicious_after(&self, lately: &Counts) -> bool {
        self.of_types.iter().any(|leaving| leaving.after(lately).is_suspicious())
    }

    /// "796 of 4,296 people (18.5 %) and 3 of 120 departments", in English and in Chinese.
    pub(crate) fn shares(&self) -> (String, String) {
        let shares = self
            .of_types
            .iter()
            // People first: they are what a person looks for.
            .rev()
            .map(|Leaving { resource_type, n_leaving, n_known }| {
                weighed_share(resource_type, *n_leaving, *n_known)
            });
        let (english, chinese): (Vec<_>, Vec<_>) = shares.unzip();
        (list(english), chinese.join("、"))
    }

    /// The same as a sentence: "796 of 4,296 people (18.5 %) and 3 of 120 departments would be removed".
    #[must_use]
    pub fn told(&self) -> Diagnosis {
        let (english, chinese) = self.shares();
        if self.of_types.is_empty() {
            return Diagnosis::new(WOULD_LEAVE, "nothing would be removed")
                .in_chinese("不会移除任何对象", "");
        }
        let diagnosis = Diagnosis::new(WOULD_LEAVE, format!("{english} would be removed"))
            .in_chinese(format!("将移除 {chinese}"), "");
        self.with_facts(diagnosis)
    }

    /// The same with a fact for each resource type: how many of how many.
    pub(crate) fn with_facts(&self, diagnosis: Diagnosis) -> Diagnosis {
        self.of_types.iter().fold(diagnosis, |diagnosis, Leaving { resource_type, n_leaving, n_known }| {
            diagnosis.with_fact(resource_type.as_str(), format!("{n_leaving}/{n_known}"))
        })
    }
}

#[cfg(test)]
impl From<Vec<Leaving>> for WouldLeave {
    fn from(of_types: Vec<Leaving>) -> Self {
        Self { of_types }
    }
}

/// The code of what would leave, as a sentence.
const WOULD_LEAVE: &str = "would-leave";
