//! What people and programs look up, from the tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use rollcall_browse::words::Words;
use rollcall_browse::{
    Browse, ChangeCount, ChangeFilter, Condition, EntryAbout, EntryCount, EntryFilter, Listed, Members,
    Named, ObjectCount, ObjectNumber, ObjectQuery, OnceKnown, Outline, Page, RunFilter, Sifted, Snapshot,
    TrailStep, WholeObject, Within,
};
use rollcall_host::error::StoreError;
use rollcall_host::history::{ChangeRecord, Numbered, Run};
use rollcall_host::inbox::InboxEvent;
use rollcall_host::model::{Entry, Key, RunId, SourceName, Timestamp};
use rusqlite::params;

use crate::SqliteStore;
use crate::history::{number_of, rank};
use crate::moments;
use crate::rows::to_integer;
use conditions::PreparedCondition;
use filter::Filter;
use whole::{select_by_key, select_whole};

mod about;
mod changes;
mod conditions;
mod entries;
mod filter;
mod objects;
mod outline;
mod people;
mod runs;
mod snapshot;
mod whole;
mod within;

pub(super) use outline::Outlines;

#[async_trait]
impl Browse for SqliteStore {
    async fn search(
        &self,
        source: Option<&SourceName>,
        query: &ObjectQuery,
        page: Page,
    ) -> Result<Listed, StoreError> {
        let filter = Filter::default()
            .with_any("source = ?", source.map(|source| source.as_str().to_owned()))
            .with_any("resource_type = ?", query.resource_type.clone());
        let filter = match query.departed {
            Some(true) => filter.must_by("departed", "listing_departed"),
            Some(false) => filter.must("NOT departed"),
            None => filter,
        };
        let words = Words::of(&query.text);
        self.connections.read(move |connection| objects::list(connection, &filter, &words, page)).await
    }

    async fn object(&self, source: &SourceName, key: &Key) -> Result<Option<WholeObject>, StoreError> {
        let (source, key) = (source.clone(), key.clone());
        self.connections.read(move |connection| select_by_key(connection, &source, &key)).await
    }

    async fn is_held(&self, source: &SourceName) -> Result<bool, StoreError> {
        let source = source.clone();
        self.connections
            .read(move |connection| {
                connection
                    .prepare_cached("SELECT 1 FROM object WHERE source = ?1")?
                    .exists(params![source.as_str()])
            })
            .await
    }

    async fn differing_in_case(&self, source: &SourceName, key: &Key) -> Result<Vec<String>, StoreError> {
        let (source, key) = (source.clone(), key.clone());
        self.connections
            .read(move |connection| objects::select_differing_in_case(connection, &source, &key))
            .await
    }

    async fn tenures(&self, source: &SourceName) -> Result<BTreeMap<Key, u64>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| objects::select_tenures(connection, &source)).await
    }

    async fn object_counts(&self, source: &SourceName) -> Result<Vec<ObjectCount>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| objects::count_objects(connection, &source)).await
    }

    async fn sift(
        &self,
        resource_type: &str,
        within: &Within,
        condition: &Condition,
        page: Page,
    ) -> Result<Sifted, StoreError> {
        let question = PreparedCondition::of(resource_type, within, condition);
        self.connections.read(move |connection| question.ask(connection, page)).await
    }

    async fn objects_numbered(
        &self,
        numbers: Vec<ObjectNumber>,
    ) -> Result<Vec<Option<WholeObject>>, StoreError> {
        self.connections
            .read(move |connection| {
                // All statements see the same state.
                let snapshot = connection.unchecked_transaction()?;
                numbers.into_iter().map(|ObjectNumber(id)| select_whole(&snapshot, id)).collect()
            })
            .await
    }

    async fn outline(&self, source: &SourceName) -> Result<Arc<Outline>, StoreError> {
        self.outlines.read(&self.connections, source).await
    }

    async fn people_named(
        &self,
        source: &SourceName,
        ids: Vec<String>,
    ) -> Result<BTreeMap<String, Named>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| people::select_named(connection, &source, ids)).await
    }

    async fn people_of(
        &self,
        source: &SourceName,
        department: Option<&str>,
        page: Page,
    ) -> Result<Listed, StoreError> {
        let (source, department) = (source.clone(), department.map(str::to_owned));
        self.connections
            .read(move |connection| match department {
                Some(department) => people::list_department(connection, &source, &department, page),
                None => people::list_unplaced(connection, &source, page),
            })
            .await
    }

    async fn members_of(
        &self,
        source: &SourceName,
        department: &str,
        page: Page,
    ) -> Result<Members, StoreError> {
        let (source, department) = (source.clone(), department.to_owned());
        self.connections
            .read(move |connection| {
                let snapshot = connection.unchecked_transaction()?;
                let total = people::count_members(&snapshot, &source, &department)?;
                Ok(Members { total, items: people::select_members(&snapshot, &source, &department, page)? })
            })
            .await
    }

    async fn runs_where(
        &self,
        filter: &RunFilter,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let before = before.map_or(Ok(i64::MAX), number_of)?;
        let running = self.connections.read(runs::select_running_sources).await?;
        for source in &running {
            self.close_if_dead(source).await?;
        }
        let filter = runs::conditions(filter).with("id < ?", before);
        self.connections.read(move |connection| runs::select(connection, &filter, limit)).await
    }

    async fn changes_where(
        &self,
        run: &RunId,
        filter: &ChangeFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        let run = number_of(run)?;
        let words = Words::of(&filter.text);
        let filter = changes::conditions(filter)?
            .with("run = ?", run)
            .with("number > ?", to_integer(after.unwrap_or(0)));
        self.connections
            .read(move |connection| {
                let snapshot = connection.unchecked_transaction()?;
                let numbers = if words.is_empty() {
                    changes::first(&snapshot, &filter, limit)?
                } else {
                    changes::find(&snapshot, &filter, &words, limit)?
                };
                numbers.into_iter().map(|number| changes::select_one(&snapshot, run, number)).collect()
            })
            .await
    }

    async fn change_counts(&self, run: &RunId) -> Result<Vec<ChangeCount>, StoreError> {
        let (run, held) = (number_of(run)?, changes::held()?);
        self.connections.read(move |connection| changes::count_changes(connection, run, &held)).await
    }

    async fn entries_where(
        &self,
        run: &RunId,
        filter: &EntryFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError> {
        let words = Words::of(&filter.text);
        let filter = Filter::default()
            .with("run = ?", number_of(run)?)
            .with("number > ?", to_integer(after.unwrap_or(0)))
            .with_any("severity >= ?", filter.severity.map(rank))
            .with_any("code = ?", filter.code.clone());
        self.connections.read(move |connection| entries::select(connection, &filter, &words, limit)).await
    }

    async fn entry_counts(&self, run: &RunId) -> Result<Vec<EntryCount>, StoreError> {
        let run = number_of(run)?;
        self.connections.read(move |connection| entries::count_entries(connection, run)).await
    }

    async fn trail(
        &self,
        source: &SourceName,
        key: &Key,
        before: Option<(RunId, u64)>,
        limit: u32,
    ) -> Result<Vec<TrailStep>, StoreError> {
        let before = match before {
            Some((run, number)) => (number_of(&run)?, to_integer(number)),
            None => (i64::MAX, i64::MAX),
        };
        self.close_if_dead(source).await?;
        let (source, key) = (source.clone(), key.clone());
        self.connections
            .read(move |connection| about::select_trail(connection, &source, &key, before, limit))
            .await
    }

    async fn entries_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<EntryAbout>, StoreError> {
        let (source, key) = (source.clone(), key.clone());
        self.connections.read(move |connection| about::select_entries(connection, &source, &key, limit)).await
    }

    async fn events_about(
        &self,
        source: &SourceName,
        key: &Key,
        limit: u32,
    ) -> Result<Vec<InboxEvent>, StoreError> {
        let (source, key) = (source.clone(), key.clone());
        self.connections.read(move |connection| about::select_events(connection, &source, &key, limit)).await
    }

    async fn once_known(
        &self,
        source: Option<&SourceName>,
        text: &str,
        limit: u32,
    ) -> Result<Vec<OnceKnown>, StoreError> {
        let filter =
            Filter::default().with_any("run.source = ?", source.map(|name| name.as_str().to_owned()));
        let words = Words::of(text);
        self.connections
            .read(move |connection| about::select_once_known(connection, &filter, &words, limit))
            .await
    }

    async fn sources(&self) -> Result<Vec<String>, StoreError> {
        self.connections
            .read(|connection| {
                connection
                    .prepare_cached(
                        "SELECT source FROM run UNION SELECT source FROM object UNION SELECT source FROM following
                         ORDER BY source",
                    )?
                    .query_map((), |row| row.get(0))?
                    .collect()
            })
            .await
    }

    async fn last_moment(&self) -> Result<Timestamp, StoreError> {
        self.connections.read(moments::last).await
    }

    fn snapshot(&self, source: &SourceName, resource_types: &[&str], page: u32) -> Snapshot {
        let resource_types = resource_types.iter().map(|&name| name.to_owned()).collect();
        Snapshot::of(snapshot::pages(&self.connections, source.clone(), resource_types, page))
    }
}

#[cfg(test)]
mod tests;
