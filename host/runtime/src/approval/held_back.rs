//! What a run holds back for a person, read from its history.

use std::collections::{BTreeMap, BTreeSet};

use rollcall_rules::document;
use rollcall_rules::vocabulary::resource_type::USER;

use crate::amount::{amounts, amounts_in_chinese, grouped, times};
use crate::apply::scope::told::{LEAVING, SCOPE};
use crate::apply::{Identities, StepKind};
use crate::awaiting::{ALL_HELD, COVERAGE_HELD, IDENTITIES_HELD, IDENTITY_HELD, ONE_HELD, SCOPE_HELD};
use crate::backwards::Backwards;
use crate::clearing::{Approved, ClearedAttribute};
use crate::decision::Matter;
use crate::directory::{Directory, Held};
use crate::document::Document;
use crate::error::{RunError, StoreError};
use crate::guard::Permitted;
use crate::history::{ChangeRecord, Counters, History, Run};
use crate::limits::{MAX_CHANGES, MAX_HELD_RECORDS};
use crate::model::{Counts, Diagnosis, Entry, Key, RunId, Severity, SourceName, count, counted};

/// Records, and entries, that are read at once.
const PAGE: u32 = 1000;

/// What a run holds back for a person, as far as it is recorded one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldBack {
    departures: BTreeSet<Key>,
    /// Keys that belong to somebody else now.
    identities: BTreeSet<Key>,
    clearings: BTreeMap<ClearedAttribute, BTreeSet<Key>>,
    /// What may only be hidden from a scope that is smaller than before.
    unseen: BTreeSet<Key>,
    /// Of those, what would leave.
    unseen_leaving: BTreeSet<Key>,
    /// How much would be removed where not all of it is recorded one by one.
    totals: Totals,
    /// The digest of that scope.
    scope: Option<String>,
    /// How much there is in all.
    n: u64,
    n_recorded: usize,
    /// Whether everything that was held is recorded one by one.
    all_recorded: bool,
    /// Whether it is about some objects that were chosen.
    is_chosen: bool,
}

/// How many objects would be removed, by resource type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Totals {
    departures: Counts,
    /// Those whose keys belong to somebody else now.
    identities: Counts,
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
        let told = HeldBackNotes::of(history, &run.id, if held == 0 { kept } else { 0 }).await?;
        let mut held_back = Self { n, scope: told.scope, totals: told.totals, ..Self::default() };
        // It was recorded last.
        let mut records = Backwards::of(history, &run.id).await?;
        while held_back.n_recorded < most {
            let page = records.next(PAGE).await?;
            if page.is_empty() {
                break;
            }
            page.into_iter().map(|record| record.item).for_each(|record| held_back.add(record));
        }
        // A scope may be all that is held.
        let least = usize::from(held_back.scope.is_none());
        held_back.all_recorded = (least..MAX_HELD_RECORDS).contains(&held_back.n_recorded);
        Ok(held_back)
    }

    fn add(&mut self, record: ChangeRecord) {
        let Some(refusal) = record.refusal.as_ref().filter(|_| record.is_held()) else { return };
        self.n_recorded = self.n_recorded.saturating_add(1);
        match ClearedAttribute::of(refusal) {
            Some(attribute) => self.clearings.entry(attribute).or_default().insert(record.key),
            None if refusal.code == IDENTITY_HELD => self.identities.insert(record.key),
            None if refusal.code == SCOPE_HELD => {
                if StepKind::of(record.action) == StepKind::Departure {
                    self.unseen_leaving.insert(record.key.clone());
                }
                self.unseen.insert(record.key)
            }
            None => self.departures.insert(record.key),
        };
    }

    /// The same without what was decided about.
    pub(super) fn without(mut self, decided: &BTreeSet<Matter>) -> Self {
        for matter in decided {
            self.n = self.n.saturating_sub(u64::from(matter.key().is_some()));
            let (counts, key) = match matter {
                Matter::Departure { key } => (&mut self.totals.departures, key),
                Matter::Replacement { key } => (&mut self.totals.identities, key),
                Matter::Clearing { .. } | Matter::Scope { .. } => continue,
            };
            if let Some(n) = counts.get_mut(&key.resource_type) {
                *n = n.saturating_sub(1);
            }
        }
        self.departures.retain(|key| !decided.contains(&Matter::Departure { key: key.clone() }));
        self.identities.retain(|key| !decided.contains(&Matter::Replacement { key: key.clone() }));
        for (ClearedAttribute { document, .. }, keys) in &mut self.clearings {
            keys.retain(|key| {
                !decided.contains(&Matter::Clearing { key: key.clone(), document: document.clone() })
            });
        }
        self.clearings.retain(|_, keys| !keys.is_empty());
        if self.scope.as_ref().is_some_and(|scope| decided.contains(&Matter::Scope { digest: scope.clone() }))
        {
            self.scope = None;
            self.unseen.clear();
            self.unseen_leaving.clear();
        }
        self
    }

    /// The same of these objects alone.
    ///
    /// # Errors
    ///
    /// When one of them is none that the run held, as far as that is recorded.
    pub(super) fn of_these(mut self, run: &RunId, keys: &BTreeSet<Key>) -> Result<Self, RunError> {
        let clearings = || self.clearings.values().flatten();
        let held: BTreeSet<&Key> =
            self.departures.iter().chain(&self.identities).chain(clearings()).collect();
        if let Some(unknown) = keys.iter().find(|key| !held.contains(key)) {
            return Err(RunError::NotAmongHeld { run: run.clone(), key: unknown.clone() });
        }
        if keys.is_empty() {
            return Err(RunError::NothingHeld { run: run.clone() });
        }
        self.departures.retain(|key| keys.contains(key));
        self.identities.retain(|key| keys.contains(key));
        self.clearings.values_mut().for_each(|of_one| of_one.retain(|key| keys.contains(key)));
        self.clearings.retain(|_, keys| !keys.is_empty());
        self.is_chosen = true;
        Ok(self)
    }

    /// Whether nothing is left of it.
    pub(super) fn is_empty(&self) -> bool {
        let has_none = self.departures.is_empty() && self.identities.is_empty() && self.clearings.is_empty();
        self.is_whole() && has_none && self.unseen.is_empty() && self.scope.is_none()
    }

    /// Whether it has ids that belong to somebody else now, as far as that is recorded.
    pub(super) fn holds_identities(&self) -> bool {
        !self.identities.is_empty()
    }

    /// What would be removed if it is approved, with this answer about ids that belong to somebody else now.
    pub(crate) fn removals(&self, identities: Identities) -> Counts {
        let others = identities == Identities::OtherPeople;
        if !self.is_whole() {
            let Totals { departures, identities } = &self.totals;
            let mut counts = departures.clone();
            for (resource_type, n) in identities.iter().filter(|_| others) {
                let sum = counts.entry(resource_type.clone()).or_default();
                *sum = sum.saturating_add(*n);
            }
            return counts;
        }
        let identities = self.identities.iter().filter(|_| others);
        counted(self.departures.iter().chain(&self.unseen_leaving).chain(identities))
    }

    /// What an approval of it may remove, of which a person confirmed so much.
    pub(super) fn permitted(&self, identities: Identities, n_confirmed: u64) -> Permitted {
        if self.reads_everything() {
            return Permitted::AtMost(n_confirmed);
        }
        let others = self.identities.iter().filter(|_| identities == Identities::OtherPeople);
        Permitted::These(self.departures.iter().chain(others).cloned().collect())
    }

    /// What it is about, one by one; none where more is held than is recorded.
    pub(crate) fn matters(&self) -> Option<BTreeSet<Matter>> {
        if !self.is_whole() {
            return None;
        }
        let departures = self.departures.iter().map(|key| Matter::Departure { key: key.clone() });
        let replacements = self.identities.iter().map(|key| Matter::Replacement { key: key.clone() });
        let clearings = self.clearings.iter().flat_map(|(attribute, keys)| {
            let document = &attribute.document;
            keys.iter().map(move |key| Matter::Clearing { key: key.clone(), document: document.clone() })
        });
        let scope = self.scope.iter().map(|digest| Matter::Scope { digest: digest.clone() });
        Some(departures.chain(replacements).chain(clearings).chain(scope).collect())
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

    /// Whether everything that is held is recorded one by one, or it is only about some of that.
    pub(super) fn is_whole(&self) -> bool {
        self.is_chosen || self.all_recorded
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
            let clearing = Document::read(attribute.document.clone()).map_err(StoreError::failed)?;
            let is_there =
                |held: &Held| document::merge(Some(held.document.value()), &clearing) != *held.document;
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
            chinese.push(format!("共有 {} 项变更待确认，未能逐一列出", grouped(n)));
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
        for (ClearedAttribute { name, .. }, keys) in &self.clearings {
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

/// What the log of a run says of all that it held.
#[derive(Default)]
struct HeldBackNotes {
    /// The digest of the scope that it held, if it did.
    scope: Option<String>,
    totals: Totals,
}

impl HeldBackNotes {
    async fn of(history: &dyn History, run: &RunId, n_kept: u64) -> Result<Self, StoreError> {
        let (mut told, mut after) = (Self::default(), None);
        loop {
            let page = history.entries(run, Severity::Error, after, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = Some(last.number);
            page.iter().for_each(|entry| told.add(&entry.item));
        }
        let Totals { departures, identities } = &mut told.totals;
        if departures.is_empty() && identities.is_empty() && 0 < n_kept {
            // An older program did not say of what.
            departures.insert(USER.to_owned(), n_kept);
        }
        Ok(told)
    }

    fn add(&mut self, Entry { subject, diagnosis, .. }: &Entry) {
        let Totals { departures, identities } = &mut self.totals;
        if let (ONE_HELD, Some(key)) = (diagnosis.code.as_str(), subject) {
            count(departures, key);
        }
        for (name, value) in &diagnosis.facts {
            match diagnosis.code.as_str() {
                // Such a fact says how many out of how many.
                ALL_HELD | COVERAGE_HELD => {
                    if let Some((n, _)) = value.split_once('/') {
                        add(departures, name, n);
                    }
                }
                IDENTITIES_HELD => add(identities, name, value),
                SCOPE_HELD if name == SCOPE => self.scope = Some(value.clone()),
                SCOPE_HELD => {
                    if let Some(resource_type) = name.strip_prefix(LEAVING) {
                        add(departures, resource_type, value);
                    }
                }
                _ => {}
            }
        }
    }
}

fn add(counts: &mut Counts, resource_type: &str, n: &str) {
    if let Ok(n) = n.parse::<u64>() {
        let sum = counts.entry(resource_type.to_owned()).or_default();
        *sum = sum.saturating_add(n);
    }
}

/// The documents of all clearings that wait, as the log tells them.
async fn told(history: &dyn History, run: &RunId) -> Result<BTreeSet<String>, StoreError> {
    let (mut documents, mut after) = (BTreeSet::new(), None);
    loop {
        let page = history.entries(run, Severity::Warning, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(documents) };
        after = Some(last.number);
        let attributes = page.iter().filter_map(|entry| ClearedAttribute::of(&entry.item.diagnosis));
        documents.extend(attributes.map(|attribute| attribute.document));
    }
}
