//! A connector's own small durable state.
//!
//! Not here: where it is kept; an embedder's [`Storage`] does that.

use std::sync::Arc;

use crate::bindings::rollcall::connector::storage as wit;
use crate::bindings::rollcall::connector::types::Diagnosis as WitDiagnosis;
use crate::error::StoreError;
use crate::guest::Guest;
use crate::limits::{
    MAX_STORAGE_BUCKET_BYTES, MAX_STORAGE_ENTRIES, MAX_STORAGE_KEY_BYTES, MAX_STORAGE_VALUE_BYTES,
};
use crate::model::{Diagnosis, SourceName};
use crate::refusal;
use crate::storage::Storage;

/// The bucket of one source.
#[derive(Clone)]
pub(crate) struct Bucket {
    pub(crate) storage: Arc<dyn Storage>,
    pub(crate) source: SourceName,
}

type Entry = (String, Option<Vec<u8>>);

impl Bucket {
    async fn get(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, Diagnosis> {
        check_count(keys.len())?;
        keys.iter().try_for_each(|key| check_key(key))?;
        let values = self.storage.get(&self.source, keys).await.map_err(|error| refusal::store(&error))?;
        if values.len() == keys.len() { Ok(values) } else { Err(refusal::store(&short_answer())) }
    }

    async fn write(&self, entries: &[Entry]) -> Result<(), Diagnosis> {
        check_count(entries.len())?;
        entries.iter().try_for_each(check_entry)?;
        let written = self.storage.write(&self.source, entries, MAX_STORAGE_BUCKET_BYTES);
        written.await.map_err(|error| refusal::store(&error))
    }

    async fn scan(
        &self,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, Vec<u8>)>, Diagnosis> {
        let most = u32::try_from(MAX_STORAGE_ENTRIES).unwrap_or(u32::MAX);
        if !(1..=most).contains(&limit) {
            return Err(refusal::request(&format!("limit {limit} must be 1 to {most}")));
        }
        let scanned = self.storage.scan(&self.source, prefix, after, limit);
        scanned.await.map_err(|error| refusal::store(&error))
    }
}

impl wit::Host for Guest {
    async fn get(
        &mut self,
        keys: Vec<String>,
    ) -> wasmtime::Result<Result<Vec<Option<Vec<u8>>>, WitDiagnosis>> {
        let bucket = self.session("storage.get")?.storage.clone();
        let values = bucket.get(&keys).await;
        self.resumed();
        Ok(values.map_err(Into::into))
    }

    async fn write(&mut self, entries: Vec<Entry>) -> wasmtime::Result<Result<(), WitDiagnosis>> {
        let bucket = self.session("storage.write")?.storage.clone();
        let written = bucket.write(&entries).await;
        self.resumed();
        Ok(written.map_err(Into::into))
    }

    async fn scan(
        &mut self,
        prefix: String,
        after: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<(String, Vec<u8>)>, WitDiagnosis>> {
        let bucket = self.session("storage.scan")?.storage.clone();
        let entries = bucket.scan(&prefix, after.as_deref(), limit).await;
        self.resumed();
        Ok(entries.map_err(Into::into))
    }
}

fn check_count(n: usize) -> Result<(), Diagnosis> {
    if n <= MAX_STORAGE_ENTRIES {
        return Ok(());
    }
    Err(refusal::request(&format!("{n} keys are more than the {MAX_STORAGE_ENTRIES} of one call")))
}

fn check_entry((key, value): &Entry) -> Result<(), Diagnosis> {
    check_key(key)?;
    match value {
        Some(value) if MAX_STORAGE_VALUE_BYTES < value.len() => Err(refusal::request(&format!(
            "the value of key {key:?} has {} bytes, more than {MAX_STORAGE_VALUE_BYTES}",
            value.len()
        ))),
        Some(_) | None => Ok(()),
    }
}

fn check_key(key: &str) -> Result<(), Diagnosis> {
    if (1..=MAX_STORAGE_KEY_BYTES).contains(&key.len()) {
        return Ok(());
    }
    Err(refusal::request(&format!(
        "a key has {} bytes and must have 1 to {MAX_STORAGE_KEY_BYTES}",
        key.len()
    )))
}

fn short_answer() -> StoreError {
    StoreError::message("storage did not answer for each key")
}
