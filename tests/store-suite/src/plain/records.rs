//! Which runs, changes and entries are found, one after another.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_browse::words::{Words, fold};
use rollcall_browse::{ChangeFilter, ChangeOutcome, EntryFilter, OnceKnown, RunFilter, TrailRun};
use rollcall_host::history::{ChangeRecord, Run};
use rollcall_host::model::{Entry, Key, SourceName};
use serde_json::Value;

use super::PlainStore;

pub(super) fn has_run(filter: &RunFilter, run: &Run) -> bool {
    let RunFilter { source, kind, state, trigger, dry_run } = filter;
    source.as_ref().is_none_or(|source| run.source == *source)
        && kind.is_none_or(|kind| run.kind == kind)
        && state.is_none_or(|state| run.state == state)
        && trigger.is_none_or(|trigger| run.trigger == trigger)
        && dry_run.is_none_or(|dry_run| run.dry_run == dry_run)
}

pub(super) fn outcome(change: &ChangeRecord) -> ChangeOutcome {
    match (&change.refusal, change.is_held()) {
        (None, _) => ChangeOutcome::Applied,
        (Some(_), true) => ChangeOutcome::Held,
        (Some(_), false) => ChangeOutcome::Refused,
    }
}

pub(super) fn has_change(filter: &ChangeFilter, change: &ChangeRecord) -> bool {
    let ChangeFilter { resource_type, action, outcome: wanted, text } = filter;
    resource_type.as_ref().is_none_or(|resource_type| change.key.resource_type == *resource_type)
        && action.is_none_or(|action| change.action == action)
        && wanted.is_none_or(|wanted| outcome(change) == wanted)
        && Words::of(text).are_in(&search_text(change))
}

pub(super) fn name(change: &ChangeRecord) -> Option<String> {
    let document = change.after.as_ref().or(change.before.as_ref())?;
    rollcall_browse::features::display_name(document)
}

/// What it is called, its id, and every value that came or went.
fn search_text(change: &ChangeRecord) -> String {
    let mut values = BTreeMap::new();
    for (document, n) in [(&change.before, -1), (&change.after, 1)] {
        document.iter().for_each(|document| count(document, n, &mut values));
    }
    let changed = values.into_iter().filter(|(_, n)| *n != 0).map(|(value, _)| value);
    let called = [name(change).unwrap_or_default(), change.key.external_id.clone()];
    fold(&called.into_iter().chain(changed).collect::<Vec<_>>().join("\n"))
}

fn count(value: &Value, n: i64, values: &mut BTreeMap<String, i64>) {
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Number(number) => *values.entry(number.to_string()).or_default() += n,
        Value::String(text) if text.starts_with("urn:") => {}
        Value::String(text) => *values.entry(text.clone()).or_default() += n,
        Value::Array(items) => items.iter().for_each(|item| count(item, n, values)),
        Value::Object(members) => members.values().for_each(|member| count(member, n, values)),
    }
}

pub(super) fn has_entry(filter: &EntryFilter, entry: &Entry) -> bool {
    let EntryFilter { severity, code, text } = filter;
    let told = &entry.diagnosis;
    let mut texts = vec![told.code.as_str(), told.message.as_str()];
    texts.extend(told.remedy.as_deref());
    texts.extend(entry.subject_name.as_deref());
    texts.extend(entry.subject.iter().map(|key| key.external_id.as_str()));
    for translation in &told.translations {
        texts.push(&translation.message);
        texts.extend(translation.remedy.as_deref());
    }
    texts.extend(told.facts.iter().map(|(_, value)| value.as_str()));
    severity.is_none_or(|least| least <= entry.severity)
        && code.as_ref().is_none_or(|code| told.code == *code)
        && Words::of(text).are_in_any(&texts)
}

pub(super) fn trail_run(run: &Run) -> TrailRun {
    TrailRun {
        id: run.id.clone(),
        kind: run.kind,
        trigger: run.trigger,
        dry_run: run.dry_run,
        state: run.state,
        started_at: run.started_at,
        connector: run.connector.clone(),
    }
}

impl PlainStore {
    /// What the runs say of objects that are not held, the newest first.
    pub(super) fn not_held(&self, source: Option<&SourceName>, words: &Words) -> Vec<OnceKnown> {
        let state = self.stores.state();
        let mut known = Vec::new();
        let mut seen = BTreeSet::new();
        for run in state.runs.iter().rev().filter(|run| source.is_none_or(|source| run.source == *source)) {
            let changes =
                state.changes.iter().rev().filter(|(of, change)| {
                    *of == run.id && (change.after.is_none() || change.refusal.is_some())
                });
            let entries = state.entries.iter().rev().filter(|(of, _)| *of == run.id);
            let named = changes.map(|(_, change)| (change.key.clone(), name(change))).chain(
                entries.filter_map(|(_, entry)| Some((entry.subject.clone()?, entry.subject_name.clone()))),
            );
            for (key, name) in named {
                let has_words = words.are_in_any(&[name.as_deref().unwrap_or_default(), &key.external_id]);
                if has_words
                    && !self.holds(&run.source, &key)
                    && seen.insert((run.source.clone(), key.clone()))
                {
                    let (last_run, last_run_at) = (run.id.clone(), run.started_at);
                    known.push(OnceKnown { source: run.source.clone(), key, name, last_run, last_run_at });
                }
            }
        }
        known
    }

    fn holds(&self, source: &SourceName, key: &Key) -> bool {
        self.objects().held.iter().any(|object| object.whole.source == *source && object.whole.key == *key)
    }
}
