//! Stores in memory, for tests: honest ones, that can be told to fail or to refuse.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    missing_docs,
    missing_debug_implementations,
    reason = "tests alone use it, and what it has not must stop them"
)]

mod inbox;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;

use crate::decision::Decision;
use crate::directory::{Action, Directory, Held, Holding, Stored, Write};
use crate::error::StoreError;
use crate::history::{
    Beat, ChangeRecord, Counters, History, NewRun, Numbered, Opened, Run, RunEnd, RunState,
};
use crate::inbox::{Following, InboxEvent};
use crate::model::{Diagnosis, Entry, Key, Progress, RunId, Scope, Severity, SourceName, Timestamp};
use crate::storage::Storage;

/// All four stores.
#[derive(Default)]
pub struct MemoryStore {
    state: Mutex<State>,
}

#[derive(Default)]
pub struct State {
    pub objects: BTreeMap<(SourceName, Key), Held>,
    pub bucket: BTreeMap<(SourceName, String), String>,
    pub runs: Vec<Run>,
    pub attended: BTreeSet<RunId>,
    pub entries: Vec<(RunId, Entry)>,
    pub changes: Vec<(RunId, ChangeRecord)>,
    pub scopes: BTreeMap<SourceName, Scope>,
    pub decisions: Vec<Decision>,
    pub beats: Vec<(Option<Progress>, Counters)>,
    /// How often objects were loaded.
    pub n_loads: usize,
    /// The keys of each store, in order.
    pub stores: Vec<Vec<Key>>,
    /// External ids that the platform refuses.
    pub refused: BTreeSet<String>,
    pub events: Vec<(SourceName, InboxEvent)>,
    /// How many events there ever were.
    pub n_events: u64,
    pub following: BTreeMap<SourceName, Following>,
    /// How long the inbox takes to store events.
    pub inbox_takes: Duration,
    /// How many events each call stored, the known ones as well.
    pub kept_at_once: Vec<usize>,
    /// Whether the inbox fails from now on.
    pub inbox_is_down: bool,
    /// Whether the directory fails from now on.
    pub directory_is_down: bool,
    /// Whether the history fails from now on.
    pub history_is_down: bool,
    /// Whether no entry can be recorded from now on.
    pub entries_are_down: bool,
    /// Whether another run took the source.
    pub is_lost: bool,
}

impl MemoryStore {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn directory(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.state();
        if state.directory_is_down { Err(StoreError::message("disk full")) } else { Ok(state) }
    }

    fn inbox(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        let state = self.state();
        if state.inbox_is_down { Err(StoreError::message("disk full")) } else { Ok(state) }
    }
}

#[async_trait]
impl Directory for MemoryStore {
    async fn holdings(
        &self,
        source: &SourceName,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, StoreError> {
        let state = self.directory()?;
        let held = state.objects.iter().filter(|((of, key), held)| {
            of == source
                && key.resource_type == resource_type
                && !held.departed
                && after.is_none_or(|after| after < key.external_id.as_str())
        });
        let holding = |((_, key), held): (&(SourceName, Key), &Held)| Holding {
            external_id: key.external_id.clone(),
            version: held.version.clone(),
        };
        Ok(held.map(holding).take(usize::try_from(limit).unwrap()).collect())
    }

    async fn load(&self, source: &SourceName, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError> {
        let mut state = self.directory()?;
        state.n_loads += 1;
        Ok(keys.iter().map(|key| state.objects.get(&(source.clone(), key.clone())).cloned()).collect())
    }

    async fn store(
        &self,
        source: &SourceName,
        _run: &RunId,
        writes: &[Write],
    ) -> Result<Vec<Stored>, StoreError> {
        let mut state = self.directory()?;
        state.stores.push(writes.iter().map(|write| write.key.clone()).collect());
        let mut stored = Vec::new();
        for write in writes {
            if state.refused.contains(&write.key.external_id) {
                stored.push(Stored::Refused(Diagnosis::new("name-taken", "the name is taken")));
                continue;
            }
            let key = (source.clone(), write.key.clone());
            match &write.after {
                Some(document) => {
                    let departed = write.action == Action::Deactivated;
                    let held = Held { version: write.version.clone(), document: document.clone(), departed };
                    state.objects.insert(key, held);
                }
                None => {
                    state.objects.remove(&key);
                }
            }
            stored.push(Stored::Written);
        }
        Ok(stored)
    }
}

#[async_trait]
impl Storage for MemoryStore {
    async fn get(&self, source: &SourceName, keys: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        let state = self.state();
        Ok(keys.iter().map(|key| state.bucket.get(&(source.clone(), key.clone())).cloned()).collect())
    }

    async fn write(
        &self,
        source: &SourceName,
        entries: &[(String, Option<String>)],
        max_bucket_bytes: u64,
    ) -> Result<(), StoreError> {
        let mut state = self.state();
        let before = state.bucket.clone();
        for (key, value) in entries {
            let key = (source.clone(), key.clone());
            match value {
                Some(value) => state.bucket.insert(key, value.clone()),
                None => state.bucket.remove(&key),
            };
        }
        let of_source = state.bucket.iter().filter(|((of, _), _)| of == source);
        let n_bytes = of_source.map(|((_, key), value)| key.len() + value.len()).sum::<usize>();
        if u64::try_from(n_bytes).unwrap() <= max_bucket_bytes {
            return Ok(());
        }
        state.bucket = before;
        Err(StoreError::Full { limit_bytes: max_bucket_bytes })
    }

    async fn scan(
        &self,
        source: &SourceName,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let after = after.map(|after| (source.clone(), after.to_owned()));
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.state();
        let entries = state
            .bucket
            .range((start, Bound::Unbounded))
            .filter(|((of, key), _)| of == source && key.starts_with(prefix))
            .map(|((_, key), value)| (key.clone(), value.clone()));
        Ok(entries.take(usize::try_from(limit).unwrap()).collect())
    }
}

#[async_trait]
impl History for MemoryStore {
    async fn open_run(&self, run: &NewRun) -> Result<Opened, StoreError> {
        let mut state = self.state();
        let busy =
            state.runs.iter().find(|known| known.source == run.source && known.state == RunState::Running);
        if let Some(busy) = busy {
            return Ok(Opened::Busy(busy.id.clone()));
        }
        let id = RunId::new((state.runs.len() + 1).to_string());
        let NewRun { source, kind, trigger, dry_run, attended, connector, started_at } = run.clone();
        if attended {
            state.attended.insert(id.clone());
        }
        state.runs.push(Run {
            id: id.clone(),
            source,
            kind,
            trigger,
            dry_run,
            connector,
            state: RunState::Running,
            started_at,
            finished_at: None,
            progress: None,
            counters: Counters::default(),
            failure: None,
            n_entries_dropped: 0,
            proof: None,
        });
        Ok(Opened::Run(id))
    }

    async fn beat(
        &self,
        run: &RunId,
        progress: Option<&Progress>,
        counters: &Counters,
    ) -> Result<Beat, StoreError> {
        let mut state = self.state();
        state.beats.push((progress.cloned(), *counters));
        if let Some(row) = state.runs.iter_mut().find(|row| row.id == *run) {
            row.progress = progress.cloned().or(row.progress.take());
            row.counters = *counters;
        }
        Ok(if state.is_lost { Beat::Lost } else { Beat::Running })
    }

    async fn record_entries(&self, run: &RunId, entries: &[Entry]) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.entries_are_down {
            return Err(StoreError::message("disk full"));
        }
        state.entries.extend(entries.iter().map(|entry| (run.clone(), entry.clone())));
        Ok(())
    }

    async fn record_changes(&self, run: &RunId, changes: &[ChangeRecord]) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.history_is_down {
            return Err(StoreError::message("disk full"));
        }
        state.changes.extend(changes.iter().map(|change| (run.clone(), change.clone())));
        Ok(())
    }

    async fn close_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StoreError> {
        let mut state = self.state();
        let row = state.runs.iter_mut().find(|row| row.id == *run).unwrap();
        row.state = end.state;
        row.counters = end.counters;
        row.failure = end.failure.clone();
        row.n_entries_dropped = end.n_entries_dropped;
        row.proof = end.proof.clone();
        row.finished_at = Some(end.finished_at);
        let source = row.source.clone();
        state.scopes.extend(end.scope.clone().map(|scope| (source, scope)));
        Ok(())
    }

    async fn scope(&self, source: &SourceName) -> Result<Option<Scope>, StoreError> {
        Ok(self.state().scopes.get(source).cloned())
    }

    async fn runs(
        &self,
        source: &SourceName,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let state = self.state();
        let place = |id: &RunId| state.runs.iter().position(|run| run.id == *id).unwrap();
        let older = before.map_or(state.runs.len(), place);
        let runs = state.runs[..older].iter().rev().filter(|run| run.source == *source);
        Ok(runs.take(usize::try_from(limit).unwrap()).cloned().collect())
    }

    async fn run(&self, run: &RunId) -> Result<Option<Run>, StoreError> {
        Ok(self.state().runs.iter().find(|row| row.id == *run).cloned())
    }

    async fn entries(
        &self,
        run: &RunId,
        least: Severity,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError> {
        let state = self.state();
        let mut entries = page(state.entries.iter().filter(|(of, _)| of == run), after, u32::MAX);
        entries.retain(|entry| least <= entry.item.severity);
        entries.truncate(usize::try_from(limit).unwrap());
        Ok(entries)
    }

    async fn changes(
        &self,
        run: &RunId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        let state = self.state();
        let changes = state.changes.iter().filter(|(of, _)| of == run);
        Ok(page(changes, after, limit))
    }

    async fn written_bytes(&self, source: &SourceName, since: Timestamp) -> Result<u64, StoreError> {
        let state = self.state();
        let is_attended = |run: &Run| run.source == *source && state.attended.contains(&run.id);
        let attended = state.runs.iter().rposition(is_attended).unwrap_or(0);
        let counts = |run: &&Run| run.source == *source && since <= run.started_at;
        let ids: BTreeSet<_> = state.runs[attended..].iter().filter(counts).map(|run| &run.id).collect();
        let entries =
            state.entries.iter().filter(|(of, _)| ids.contains(of)).map(|(_, entry)| entry.n_bytes());
        let changes = state.changes.iter().filter(|(of, _)| ids.contains(of));
        let texts = changes.flat_map(|(_, change)| [&change.before, &change.after]).flatten();
        let n_bytes = entries.chain(texts.map(|document| document.text().len())).sum::<usize>();
        Ok(u64::try_from(n_bytes).unwrap())
    }

    async fn record_decision(&self, decision: &Decision) -> Result<(), StoreError> {
        let mut state = self.state();
        if state.history_is_down {
            return Err(StoreError::message("disk full"));
        }
        state.decisions.push(decision.clone());
        Ok(())
    }

    async fn decisions(&self, source: &SourceName, since: Timestamp) -> Result<Vec<Decision>, StoreError> {
        let state = self.state();
        let of_source = state.decisions.iter().filter(|known| known.source == *source && since <= known.at);
        Ok(of_source.cloned().collect())
    }
}

fn page<'s, T: Clone + 's>(
    items: impl Iterator<Item = &'s (RunId, T)>,
    after: Option<u64>,
    limit: u32,
) -> Vec<Numbered<T>> {
    let numbered = (1..).zip(items).map(|(number, (_, item))| Numbered { number, item: item.clone() });
    numbered.filter(|item| after < Some(item.number)).take(usize::try_from(limit).unwrap()).collect()
}
