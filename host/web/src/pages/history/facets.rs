//! How many changes or entries there are of each sort, as links that choose them.
//!
//! Not here: the words that are looked for, which do not change these counts.

use std::collections::BTreeMap;

use maud::{Markup, html};
use rollcall_browse::{ChangeCount, ChangeFilter, ChangeOutcome, EntryCount, EntryFilter};
use rollcall_host::directory::Action;
use rollcall_host::model::Severity;
use rollcall_words::Sentence;

use crate::page;
use crate::visitor::Preferences;

/// One value that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Facet {
    /// What it is called.
    pub(super) label: Sentence,
    /// How many there are, of those that the other choices leave.
    pub(super) n: u64,
    /// Where it is chosen, or given up if it is.
    pub(super) href: String,
    pub(super) is_chosen: bool,
}

/// The values of one trait, in a line.
pub(super) fn line(reader: Preferences, label: Sentence, facets: &[Facet]) -> Markup {
    html! {
        @if !facets.is_empty() {
            div class="row facets" {
                span class="soft" { (reader.say(label)) }
                @for facet in facets {
                    a class="facet" href=(facet.href) aria-current=[facet.is_chosen.then_some("true")] {
                        (facet.label.to(reader.language)) " " span class="n" { (page::count(facet.n)) }
                    }
                }
            }
        }
    }
}

/// Changes by type, by action and by outcome: each counted among those that the other two choices leave.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OfChanges {
    pub(super) types: BTreeMap<String, u64>,
    pub(super) actions: BTreeMap<Action, u64>,
    pub(super) outcomes: BTreeMap<ChangeOutcome, u64>,
    /// Those that all three choices leave.
    pub(super) n_chosen: u64,
}

impl OfChanges {
    pub(super) fn of(counts: &[ChangeCount], filter: &ChangeFilter) -> Self {
        let mut facets = Self::default();
        for ChangeCount { resource_type, action, outcome, n } in counts {
            let is_type = filter.resource_type.as_ref().is_none_or(|chosen| chosen == resource_type);
            let is_action = filter.action.is_none_or(|chosen| chosen == *action);
            let is_outcome = filter.outcome.is_none_or(|chosen| chosen == *outcome);
            if is_action && is_outcome {
                add(facets.types.entry(resource_type.clone()).or_default(), *n);
            }
            if is_type && is_outcome {
                add(facets.actions.entry(*action).or_default(), *n);
            }
            if is_type && is_action {
                add(facets.outcomes.entry(*outcome).or_default(), *n);
            }
            if is_type && is_action && is_outcome {
                add(&mut facets.n_chosen, *n);
            }
        }
        facets
    }
}

/// Entries by severity and by code.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct OfEntries {
    /// How many have this severity or a graver one.
    pub(super) severities: BTreeMap<Severity, u64>,
    pub(super) codes: BTreeMap<String, u64>,
    /// Those that both choices leave.
    pub(super) n_chosen: u64,
}

impl OfEntries {
    pub(super) fn of(counts: &[EntryCount], filter: &EntryFilter) -> Self {
        let mut facets = Self::default();
        for EntryCount { severity, code, n } in counts {
            let is_grave = filter.severity.is_none_or(|least| least <= *severity);
            let is_code = filter.code.as_ref().is_none_or(|chosen| chosen == code);
            if is_code {
                for least in [Severity::Info, Severity::Warning, Severity::Error] {
                    if least <= *severity {
                        add(facets.severities.entry(least).or_default(), *n);
                    }
                }
            }
            if is_grave {
                add(facets.codes.entry(code.clone()).or_default(), *n);
            }
            if is_grave && is_code {
                add(&mut facets.n_chosen, *n);
            }
        }
        facets
    }
}

fn add(count: &mut u64, n: u64) {
    *count = count.saturating_add(n);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(resource_type: &str, action: Action, outcome: ChangeOutcome, n: u64) -> ChangeCount {
        ChangeCount { resource_type: resource_type.to_owned(), action, outcome, n }
    }

    #[test]
    fn each_trait_counts_what_the_other_choices_leave() {
        let counts = [
            count("Department", Action::Created, ChangeOutcome::Applied, 3),
            count("User", Action::Created, ChangeOutcome::Applied, 20),
            count("User", Action::Created, ChangeOutcome::Refused, 1),
            count("User", Action::Deleted, ChangeOutcome::Held, 5),
        ];
        let filter = ChangeFilter {
            resource_type: Some("User".to_owned()),
            action: Some(Action::Created),
            ..ChangeFilter::default()
        };
        let expected = OfChanges {
            types: [("Department".to_owned(), 3), ("User".to_owned(), 21)].into(),
            actions: [(Action::Created, 21), (Action::Deleted, 5)].into(),
            outcomes: [(ChangeOutcome::Applied, 20), (ChangeOutcome::Refused, 1)].into(),
            n_chosen: 21,
        };
        assert_eq!(OfChanges::of(&counts, &filter), expected);
    }

    #[test]
    fn a_severity_counts_the_graver_ones_too() {
        let count = |severity, code: &str, n| EntryCount { severity, code: code.to_owned(), n };
        let counts = [
            count(Severity::Error, "refused", 1),
            count(Severity::Warning, "odd", 2),
            count(Severity::Info, "odd", 4),
        ];
        let filter = EntryFilter { severity: Some(Severity::Warning), ..EntryFilter::default() };
        let expected = OfEntries {
            severities: [(Severity::Info, 7), (Severity::Warning, 3), (Severity::Error, 1)].into(),
            codes: [("refused".to_owned(), 1), ("odd".to_owned(), 2)].into(),
            n_chosen: 3,
        };
        assert_eq!(OfEntries::of(&counts, &filter), expected);
    }
}
