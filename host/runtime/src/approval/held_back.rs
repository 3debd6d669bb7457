//! What a run holds back for a person, read from its history.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_rules::document;
use serde_json::Value;

use crate::amount::{amounts, amounts_in_chinese, times};
use crate::apply::scope::told::SCOPE;
use crate::backwards::Backwards;
use crate::clearing::{Approved, Attribute};
use crate::directory::{Directory, Held};
use crate::error::StoreError;
use crate::guard::{IDENTITY_HELD, SCOPE_HELD, counted};
use crate::history::{ChangeRecord, Counters, History, Run};
use crate::limits::{MAX_CHANGES, MAX_HELD_RECORDS};
use crate::model::{Diagnosis, Key, RunId, Severity, SourceName};

/// Records, and entries, that are read at once.
const PAGE: u32 = 1000;

/// What a run holds back for a person, as far as it is recorded one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldBack {
    departures: BTreeSet<Key>,
    /// Keys that belong to somebody else now.
    identities: BTreeSet<Key>,
    clearings: BTreeMap<Attribute, BTreeSet<Key>>,
    /// What may only be hidden from a scope that is smaller than before.
    unseen: BTreeSet<Key>,
    /// The digest of that scope.
    scope: Option<String>,
    /// How much there is in all.
    n: u64,
    n_recorded: usize,
}

impl HeldBack {
    /// # Errors
    ///
    /// When the history fails.
    pub(super) async fn of(history: &dyn History, run: &Run) -> Result<Self, StoreError> {
        let Counters { kept, held, .. } = run.counters;
        // In a row that is older than the counter, what was held is among what was kept.
        let n = if held == 0 { kept } else { held };
        let most = usize::try_from(n).unwrap_or(usize::MAX).min(MAX_HELD_RECORDS);
        let scope = scope(history, &run.id).await?;
        let mut held_back = Self { n, scope, ..Self::default() };
        // It was recorded last.
        let mut records = Backwards::of(history, &run.id).await?;
        while held_back.n_recorded < most {
            let page = records.next(PAGE).await?;
            if page.is_empty() {
                break;
            }
            page.into_iter().map(|record| record.item).for_each(|record| held_back.add(record));
        }
        Ok(held_back)
    }

    fn add(&mut self, record: ChangeRecord) {
        let Some(refusal) = record.refusal.as_ref().filter(|_| record.is_held()) else { return };
        self.n_recorded = self.n_recorded.saturating_add(1);
        match Attribute::of(refusal) {
            Some(attribute) => self.clearings.entry(attribute).or_default().insert(record.key),
            None if refusal.code == IDENTITY_HELD => self.identities.insert(record.key),
            None if refusal.code == SCOPE_HELD => self.unseen.insert(record.key),
            None => self.departures.insert(record.key),
        };
    }

    /// Whether an approval reads everything, and not just what is held: not all of it is recorded, or a scope is approved.
    #[must_use]
    pub fn reads_everything(&self) -> bool {
        !self.is_whole() || self.scope.is_some()
    }

    /// Whether a scope waits that is smaller than before.
    #[must_use]
    pub fn holds_scope(&self) -> bool {
        self.scope.is_some()
    }

    /// Whether everything that is held is recorded one by one.
    fn is_whole(&self) -> bool {
        let least = usize::from(self.scope.is_none());
        (least..MAX_HELD_RECORDS).contains(&self.n_recorded)
    }

    /// Whom to ask about, in the order of their keys; none when everything is read.
    pub(super) fn keys(&self) -> Option<Vec<Key>> {
        let clearings = self.clearings.values().flatten();
        let keys: BTreeSet<&Key> = self.departures.iter().chain(&self.identities).chain(clearings).collect();
        (!self.reads_everything()).then(|| keys.into_iter().cloned().collect())
    }

    /// The digest of the scope that whoever approves the run approves.
    pub(super) fn into_scope(self) -> Option<String> {
        self.scope
    }

    /// The clearings that whoever approves the run approves.
    ///
    /// # Errors
    ///
    /// When the history fails.
    pub(super) async fn approved(&self, history: &dyn History, run: &RunId) -> Result<Approved, StoreError> {
        if !self.is_whole() {
            return told(history, run).await.map(Approved::Any);
        }
        let pairs = self
            .clearings
            .iter()
            .flat_map(|(attribute, keys)| keys.iter().map(|key| (key.clone(), attribute.document.clone())));
        Ok(Approved::Each(pairs.collect()))
    }

    /// Whether any of it still waits: someone has not departed, or a value is still there.
    ///
    /// # Errors
    ///
    /// When the directory fails.
    pub(super) async fn is_waiting(
        &self,
        history: &dyn History,
        directory: &dyn Directory,
        source: &SourceName,
    ) -> Result<bool, StoreError> {
        if !self.is_whole() || self.waits_with_scope(history, source).await? {
            return Ok(true);
        }
        for keys in [&self.departures, &self.identities] {
            if has_any(directory, source, keys, |_| true).await? {
                return Ok(true);
            }
        }
        for (attribute, keys) in &self.clearings {
            let clearing: Value = serde_json::from_str(&attribute.document).map_err(StoreError::failed)?;
            let is_there = |held: &Held| document::merge(Some(&held.document), &clearing) != held.document;
            if has_any(directory, source, keys, is_there).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether the scope that is held is not the one to compare with by now.
    async fn waits_with_scope(&self, history: &dyn History, source: &SourceName) -> Result<bool, StoreError> {
        let Some(held) = &self.scope else { return Ok(false) };
        let kept = history.scope(source).await?;
        Ok(kept.is_none_or(|kept| kept.digest() != *held))
    }

    /// How much of what, in one sentence: "3 people left and 6 people lost `work_place`".
    #[must_use]
    pub fn told(&self) -> Diagnosis {
        let n = self.n;
        let (mut english, mut chinese) = (Vec::new(), Vec::new());
        if self.scope.is_some() {
            english.push("the application sees less than before".to_owned());
            chinese.push("应用可见范围比之前小".to_owned());
        }
        if !self.is_whole() {
            let waiting = times(n, "change waits", "changes wait");
            english.push(format!("{waiting}, more than are listed one by one"));
            chinese.push(format!("共有 {n} 项变更待确认，未能逐一列出"));
            return Diagnosis::new(CODE, listed(&english)).in_chinese(chinese.join("，"), "");
        }
        if !self.unseen.is_empty() {
            let unseen = counted(&self.unseen);
            english.push(format!("{} may only be hidden from it", amounts(&unseen)));
            chinese.push(format!("{}可能只是不再可见", amounts_in_chinese(&unseen)));
        }
        if !self.departures.is_empty() {
            let left = counted(&self.departures);
            english.push(format!("{} left", amounts(&left)));
            chinese.push(format!("{}已离开", amounts_in_chinese(&left)));
        }
        if !self.identities.is_empty() {
            let changed = counted(&self.identities);
            english.push(format!("the ids of {} belong to somebody else now", amounts(&changed)));
            chinese.push(format!("{}的 ID 现在属于别人", amounts_in_chinese(&changed)));
        }
        for (Attribute { name, .. }, keys) in &self.clearings {
            let lost = counted(keys);
            english.push(format!("{} lost `{name}`", amounts(&lost)));
            chinese.push(format!("{}失去 `{name}`", amounts_in_chinese(&lost)));
        }
        Diagnosis::new(CODE, listed(&english)).in_chinese(chinese.join("，"), "")
    }
}

const CODE: &str = "held-back";

/// "a, b and c".
fn listed(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Whether any of these is held, has not departed, and is like this.
async fn has_any(
    directory: &dyn Directory,
    source: &SourceName,
    keys: &BTreeSet<Key>,
    is_such: impl Fn(&Held) -> bool,
) -> Result<bool, StoreError> {
    let keys: Vec<Key> = keys.iter().cloned().collect();
    for keys in keys.chunks(MAX_CHANGES) {
        let held = directory.load(source, keys).await?;
        if held.iter().flatten().any(|held| !held.departed && is_such(held)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The digest of the scope that a run held, if it did.
async fn scope(history: &dyn History, run: &RunId) -> Result<Option<String>, StoreError> {
    let mut after = None;
    loop {
        let page = history.entries(run, Severity::Error, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(None) };
        after = Some(last.number);
        let held = page.iter().map(|entry| &entry.item.diagnosis).find(|held| held.code == SCOPE_HELD);
        if let Some(scope) = held.and_then(|held| held.fact(SCOPE)) {
            return Ok(Some(scope.to_owned()));
        }
    }
}

/// The documents of all clearings that wait, as the log tells them.
async fn told(history: &dyn History, run: &RunId) -> Result<BTreeSet<String>, StoreError> {
    let (mut documents, mut after) = (BTreeSet::new(), None);
    loop {
        let page = history.entries(run, Severity::Warning, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(documents) };
        after = Some(last.number);
        let attributes = page.iter().filter_map(|entry| Attribute::of(&entry.item.diagnosis));
        documents.extend(attributes.map(|attribute| attribute.document));
    }
}
