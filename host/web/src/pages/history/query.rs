//! What the address of a history or of a run asks for.
//!
//! Not here: what is found (`list`, `changes`, `log`).

use rollcall_browse::{ChangeFilter, EntryFilter, RunFilter};
use rollcall_host::model::{RunId, SourceName};
use serde::Deserialize;

use crate::page::links::{self, address};
use crate::page::query::named;

/// Which runs. Forms send what was not chosen as empty texts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct RunsQuery {
    pub(super) state: String,
    pub(super) kind: String,
    pub(super) trigger: String,
    /// "true", "false", or nothing.
    pub(super) dry_run: String,
    /// The run after which the page begins.
    pub(super) before: String,
}

impl RunsQuery {
    pub(super) fn filter(&self, source: Option<&SourceName>) -> RunFilter {
        RunFilter {
            source: source.cloned(),
            kind: named(&self.kind),
            state: named(&self.state),
            trigger: named(&self.trigger),
            dry_run: self.dry_run.parse().ok(),
        }
    }

    /// The run before which the page begins. What is no number is no run of the store's.
    pub(super) fn before(&self) -> Option<RunId> {
        let number: i64 = self.before.parse().ok()?;
        (0 < number).then(|| RunId::new(number.to_string()))
    }

    /// Whether it asks for runs of a certain sort.
    pub(super) fn is_choosy(&self) -> bool {
        self.filter(None) != RunFilter::default()
    }

    /// The same choice, from this run on.
    pub(super) fn at(&self, path: &str, before: &str) -> String {
        address(
            path,
            &[
                ("state", &self.state),
                ("kind", &self.kind),
                ("trigger", &self.trigger),
                ("dry_run", &self.dry_run),
                ("before", before),
            ],
        )
    }
}

/// Which changes and which entries of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct RunQuery {
    /// A resource type.
    #[serde(rename = "type")]
    pub(super) resource_type: String,
    pub(super) action: String,
    pub(super) outcome: String,
    /// Words in the changes.
    pub(super) q: String,
    /// The change after which its page begins.
    pub(super) after: String,
    /// The least severity of entries.
    pub(super) severity: String,
    pub(super) code: String,
    /// Words in the log.
    pub(super) log: String,
    /// The entry after which its page begins.
    pub(super) log_after: String,
    /// Of an export: "changes" or "entries".
    pub(super) of: String,
}

impl RunQuery {
    pub(super) fn changes(&self) -> ChangeFilter {
        ChangeFilter {
            resource_type: chosen(&self.resource_type),
            action: named(&self.action),
            outcome: named(&self.outcome),
            text: self.q.clone(),
        }
    }

    pub(super) fn entries(&self) -> EntryFilter {
        EntryFilter { severity: named(&self.severity), code: chosen(&self.code), text: self.log.clone() }
    }

    pub(super) fn after(&self) -> Option<u64> {
        self.after.parse().ok()
    }

    pub(super) fn log_after(&self) -> Option<u64> {
        self.log_after.parse().ok()
    }

    /// Everything that it says, as it stands in an address.
    pub(super) fn pairs(&self) -> [(&'static str, &str); 9] {
        [
            ("type", &self.resource_type),
            ("action", &self.action),
            ("outcome", &self.outcome),
            ("q", &self.q),
            ("after", &self.after),
            ("severity", &self.severity),
            ("code", &self.code),
            ("log", &self.log),
            ("log_after", &self.log_after),
        ]
    }

    /// The page of this run with this choice, at one of its sections.
    pub(super) fn at(&self, run: &RunId, section: &str) -> String {
        format!("{}#{section}", address(&links::run(run), &self.pairs()))
    }

    /// Where the page with this choice listens.
    pub(super) fn live(&self, run: &RunId) -> String {
        address(&format!("{}/live", links::run(run)), &self.pairs())
    }
}

fn chosen(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use rollcall_browse::ChangeOutcome;
    use rollcall_host::directory::Action;
    use rollcall_host::history::{RunKind, RunState};

    use super::*;

    #[test]
    fn a_choice_is_read_by_the_names_that_addresses_have() {
        let query = RunsQuery {
            state: "held".to_owned(),
            kind: "full".to_owned(),
            dry_run: "false".to_owned(),
            before: "12".to_owned(),
            ..RunsQuery::default()
        };
        let expected = RunFilter {
            state: Some(RunState::Held),
            kind: Some(RunKind::Full),
            dry_run: Some(false),
            ..RunFilter::default()
        };
        assert_eq!((query.filter(None), query.before()), (expected, Some(RunId::new("12"))));
    }

    #[test]
    fn what_nothing_is_called_like_is_no_choice() {
        let query = RunsQuery { state: "<b>".to_owned(), before: "-1".to_owned(), ..RunsQuery::default() };
        assert_eq!((query.filter(None), query.before()), (RunFilter::default(), None));
        assert!(!query.is_choosy());
    }

    #[test]
    fn a_run_with_a_choice_is_at_an_address_that_says_it() {
        let query = RunQuery {
            resource_type: "User".to_owned(),
            action: "deleted".to_owned(),
            outcome: "held".to_owned(),
            q: "张 三".to_owned(),
            ..RunQuery::default()
        };
        let expected = ChangeFilter {
            resource_type: Some("User".to_owned()),
            action: Some(Action::Deleted),
            outcome: Some(ChangeOutcome::Held),
            text: "张 三".to_owned(),
        };
        assert_eq!(query.changes(), expected);
        assert_eq!(
            query.at(&RunId::new("7"), "changes"),
            "/runs/7?type=User&action=deleted&outcome=held&q=%E5%BC%A0%20%E4%B8%89#changes"
        );
    }
}
