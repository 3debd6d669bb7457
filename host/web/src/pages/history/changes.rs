//! What a run changed, would have changed, or was refused: chosen by facets and words, each one before and after.

use maud::{Markup, html};
use rollcall_browse::ChangeOutcome;
use rollcall_host::directory::Action;
use rollcall_host::history::{ChangeRecord, Numbered, Run};
use rollcall_host::model::RunId;
use rollcall_words::Sentence;
use serde_json::Value;

use super::facets::{Facet, OfChanges, line};
use super::query::RunQuery;
use super::words;
use crate::page::links::{self, address, object_link};
use crate::page::query::cursor;
use crate::page::{self, Tone, compare};
use crate::problem::Problem;
use crate::services::Services;
use crate::visitor::Preferences;

/// Changes on one page.
///
/// 50. Why: two screens of closed ones.
const N_CHANGES: usize = 50;

/// The changes of a run, for one reader and one choice.
pub(super) struct Changes<'a> {
    pub(super) services: &'a Services,
    pub(super) reader: Preferences,
    pub(super) run: &'a Run,
    pub(super) query: &'a RunQuery,
}

impl Changes<'_> {
    /// What does not change by itself: the form and the ways to take the changes along.
    pub(super) fn form(&self) -> Markup {
        let (reader, query) = (self.reader, self.query);
        html! {
            form class="row" method="get" action={ (links::run(&self.run.id)) "#changes" } {
                (kept(&query.pairs(), &["q", "after"]))
                input type="search" name="q" value=(query.q) aria-label=(reader.say(words::search_changes()))
                    placeholder=(reader.say(words::search_changes()));
                button { (reader.say(page::words::search())) }
                (export_links(reader, &self.run.id, query, "changes"))
            }
        }
    }

    /// How many there are of each sort.
    pub(super) async fn facets(&self) -> Result<Markup, Problem> {
        let counts = self.services.store().change_counts(&self.run.id).await?;
        let found = OfChanges::of(&counts, &self.query.changes());
        let types: Vec<_> = found.types.iter().map(|(name, n)| self.of_type(name, *n)).collect();
        let actions: Vec<_> = found.actions.iter().map(|(action, n)| self.of_action(*action, *n)).collect();
        let outcomes: Vec<_> =
            found.outcomes.iter().map(|(outcome, n)| self.of_outcome(*outcome, *n)).collect();
        Ok(html! {
            div id="run-change-facets" {
                (line(self.reader, words::facet_type(), &types))
                (line(self.reader, words::facet_action(), &actions))
                (line(self.reader, words::facet_outcome(), &outcomes))
            }
        })
    }

    fn of_type(&self, name: &str, n: u64) -> Facet {
        self.facet(page::resource_type(name), n, &self.query.resource_type, name, |query| {
            &mut query.resource_type
        })
    }

    fn of_action(&self, action: Action, n: u64) -> Facet {
        let name = action.as_str();
        self.facet(page::action(action), n, &self.query.action, name, |query| &mut query.action)
    }

    fn of_outcome(&self, outcome: ChangeOutcome, n: u64) -> Facet {
        let (name, label) = self.outcome(outcome);
        self.facet(label, n, &self.query.outcome, name, |query| &mut query.outcome)
    }

    fn facet(
        &self,
        label: Sentence,
        n: u64,
        chosen: &str,
        name: &str,
        field: impl Fn(&mut RunQuery) -> &mut String,
    ) -> Facet {
        let is_chosen = chosen == name;
        let mut other = RunQuery { after: String::new(), ..self.query.clone() };
        *field(&mut other) = if is_chosen { String::new() } else { name.to_owned() };
        Facet { label, n, href: other.at(&self.run.id, "changes"), is_chosen }
    }

    fn outcome(&self, outcome: ChangeOutcome) -> (&'static str, Sentence) {
        match outcome {
            ChangeOutcome::Applied if self.run.dry_run => ("applied", words::outcome_planned()),
            ChangeOutcome::Applied => ("applied", words::outcome_applied()),
            ChangeOutcome::Held => ("held", words::outcome_held()),
            ChangeOutcome::Refused => ("refused", words::outcome_refused()),
        }
    }

    /// One page of them.
    pub(super) async fn list(&self) -> Result<Markup, Problem> {
        let (filter, after) = (self.query.changes(), self.query.after());
        let limit = u32::try_from(N_CHANGES).unwrap_or(u32::MAX).saturating_add(1);
        let mut found = self.services.store().changes_where(&self.run.id, &filter, after, limit).await?;
        let has_more = N_CHANGES < found.len();
        found.truncate(N_CHANGES);
        let next = found.last().filter(|_| has_more).map(|last| self.page_after(&last.number.to_string()));
        let first = after.map(|_| self.page_after(""));
        Ok(html! {
            div id="run-changes" {
                @if found.is_empty() { (page::nothing(&self.reader.say(self.none()))) }
                ol class="plain changes" {
                    @for change in &found { (self.item(change)) }
                }
                (cursor(self.reader, first, next))
            }
        })
    }

    fn page_after(&self, after: &str) -> String {
        RunQuery { after: after.to_owned(), ..self.query.clone() }.at(&self.run.id, "changes")
    }

    fn none(&self) -> Sentence {
        let is_choosy = self.query.changes() != RunQuery::default().changes();
        if is_choosy { words::no_such_changes() } else { words::no_changes() }
    }

    fn item(&self, Numbered { number, item: change }: &Numbered<ChangeRecord>) -> Markup {
        let reader = self.reader;
        let name = name(change);
        html! {
            li id={ "change-" (number) } {
                details {
                    summary {
                        (badges(reader, change)) " "
                        span class="soft" { (reader.say(page::resource_type(&change.key.resource_type))) } " "
                        (name.unwrap_or(&change.key.external_id))
                        @if name.is_some() { " " code { (change.key.external_id) } }
                    }
                    (whole(reader, self.run, change))
                }
            }
        }
    }
}

/// Everything about one change.
pub(super) fn whole(reader: Preferences, run: &Run, change: &ChangeRecord) -> Markup {
    let differences = compare::compare(change.before.as_deref(), change.after.as_deref());
    html! {
        p { (object_link(reader, &run.source, &change.key, name(change))) }
        @if let Some(refusal) = &change.refusal {
            (page::notice(Tone::Warning, &page::diagnosis(reader, refusal)))
        }
        @if let Some(witness) = &change.witness {
            p { (reader.say(words::witness())) " " q { (witness) } }
        }
        @if differences.is_empty() {
            p class="soft" { (reader.say(words::nothing_differs())) }
        } @else {
            (compare::differences(reader, &differences))
        }
    }
}

/// What happened, or what has not: it waits, or was refused.
fn badges(reader: Preferences, change: &ChangeRecord) -> Markup {
    let action = page::badge(tone(change.action), &reader.say(page::action(change.action)));
    match outcome_of(change) {
        ChangeOutcome::Applied => action,
        ChangeOutcome::Held => page::badge(Tone::Warning, &reader.say(page::waits(change.action))),
        ChangeOutcome::Refused => {
            html! { (action) " " (page::badge(Tone::Warning, &reader.say(words::outcome_refused()))) }
        }
    }
}

/// What the object was called: afterwards, or before it left.
pub(super) fn name(change: &ChangeRecord) -> Option<&str> {
    let documents = [change.after.as_deref(), change.before.as_deref()];
    documents.into_iter().flatten().find_map(|document| document.get("displayName").and_then(Value::as_str))
}

/// What a change came to.
pub(super) fn outcome_of(change: &ChangeRecord) -> ChangeOutcome {
    match (change.is_held(), &change.refusal) {
        (true, _) => ChangeOutcome::Held,
        (false, Some(_)) => ChangeOutcome::Refused,
        (false, None) => ChangeOutcome::Applied,
    }
}

const fn tone(action: Action) -> Tone {
    match action {
        Action::Created | Action::Restored => Tone::Good,
        Action::Updated => Tone::Busy,
        Action::Unchanged => Tone::Plain,
        Action::Deactivated | Action::Deleted => Tone::Bad,
    }
}

/// What a form carries along of the page that it is on, but for its own fields.
pub(super) fn kept(pairs: &[(&'static str, &str)], but: &[&str]) -> Markup {
    html! {
        @for (name, value) in pairs.iter().filter(|(name, value)| !value.is_empty() && !but.contains(name)) {
            input type="hidden" name=(name) value=(value);
        }
    }
}

/// Ways to take along what is chosen, all pages of it.
pub(super) fn export_links(reader: Preferences, run: &RunId, query: &RunQuery, of: &str) -> Markup {
    let whole = RunQuery { after: String::new(), log_after: String::new(), ..query.clone() };
    let href = |ending: &str| {
        let pairs: Vec<_> = whole.pairs().into_iter().chain([("of", of)]).collect();
        address(&format!("{}/export.{ending}", links::run(run)), &pairs)
    };
    html! {
        span class="soft" { (reader.say(words::export())) }
        a href=(href("csv")) download { "CSV" }
        a href=(href("jsonl")) download { "JSON Lines" }
    }
}
