//! A connector's own small state: what lives as long as the process, and what is durable.
//!
//! Not here: where it is kept; an embedder's [`Storage`] does the one, `memory` the other.

use std::sync::Arc;

use rollcall_rules::reach::Capability;
use rollcall_rules::storage as rules;

use super::guest::Guest;
use crate::bindings::rollcall::connector::model::Diagnosis as WitDiagnosis;
use crate::bindings::rollcall::connector::storage as wit;
use crate::error::StoreError;
use crate::limits::MAX_STORAGE_BUCKET_BYTES;
use crate::memory::Memory;
use crate::model::{Diagnosis, SourceName};
use crate::refusal;
use crate::storage::Storage;

/// Both areas of one source.
#[derive(Clone)]
pub(crate) struct Bucket {
    pub(crate) memory: Arc<Memory>,
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) source: SourceName,
}

type StorageEntry = (String, Option<String>);

impl Bucket {
    async fn get(&self, area: wit::Area, keys: &[String]) -> Result<Vec<Option<String>>, Diagnosis> {
        rules::check_get(keys)?;
        let values = match area {
            wit::Area::Memory => return Ok(self.memory.get(keys)),
            wit::Area::Durable => self.storage.get(&self.source, keys).await,
        };
        let values = values.map_err(|error| refusal::store(&error))?;
        if values.len() == keys.len() { Ok(values) } else { Err(refusal::store(&short_answer())) }
    }

    async fn write(&self, area: wit::Area, entries: &[StorageEntry]) -> Result<(), Diagnosis> {
        rules::check_write(entries)?;
        let written = match area {
            wit::Area::Memory => self.memory.write(entries),
            wit::Area::Durable => self.storage.write(&self.source, entries, MAX_STORAGE_BUCKET_BYTES).await,
        };
        written.map_err(|error| refusal::store(&error))
    }

    async fn scan(
        &self,
        area: wit::Area,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Diagnosis> {
        rules::check_scan(limit)?;
        match area {
            wit::Area::Memory => Ok(self.memory.scan(prefix, after, limit)),
            wit::Area::Durable => {
                let scanned = self.storage.scan(&self.source, prefix, after, limit).await;
                scanned.map_err(|error| refusal::store(&error))
            }
        }
    }
}

impl wit::Host for Guest {
    async fn get(
        &mut self,
        area: wit::Area,
        keys: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<Option<String>>, WitDiagnosis>> {
        let bucket = self.session(Capability::Storage, "storage.get")?.storage.clone();
        let values = bucket.get(area, &keys).await;
        self.resumed();
        Ok(values.map_err(Into::into))
    }

    async fn write(
        &mut self,
        area: wit::Area,
        entries: Vec<wit::EntryWrite>,
    ) -> wasmtime::Result<Result<(), WitDiagnosis>> {
        let bucket = self.session(Capability::Storage, "storage.write")?.storage.clone();
        let entries: Vec<StorageEntry> =
            entries.into_iter().map(|wit::EntryWrite { key, value }| (key, value)).collect();
        let written = bucket.write(area, &entries).await;
        self.resumed();
        Ok(written.map_err(Into::into))
    }

    async fn scan(
        &mut self,
        area: wit::Area,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<wit::StoredEntry>, WitDiagnosis>> {
        let bucket = self.session(Capability::Storage, "storage.scan")?.storage.clone();
        let entries = bucket.scan(area, &prefix, after.as_deref(), limit).await;
        self.resumed();
        let entry = |(key, value)| wit::StoredEntry { key, value };
        Ok(entries.map(|entries| entries.into_iter().map(entry).collect()).map_err(Into::into))
    }
}

fn short_answer() -> StoreError {
    StoreError::message("storage did not answer for each key")
}
