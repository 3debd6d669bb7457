//! Stores that remember instead of writing, so that a dry run is the real run with other stores.
//!
//! They answer as if everything had been written and forget it all with the run. Not here: the history, which records a
//! dry run like any other.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use crate::directory::{Action, Directory, Held, Holding, Stored, Write};
use crate::document::Document;
use crate::engine::Share;
use crate::error::StoreError;
use crate::model::{Key, RunId, SourceName};
use crate::storage::Storage;

/// A directory for one source, over the real one.
pub(crate) struct DryDirectory {
    real: Arc<dyn Directory>,
    /// What differs; none for what is gone. Documents as text, a third of the size of parsed ones.
    written: Mutex<BTreeMap<Key, Option<Remembered>>>,
    /// What that takes of the memory that all calls share.
    memory: Share,
}

struct Remembered {
    version: String,
    document: String,
    departed: bool,
}

impl DryDirectory {
    pub(crate) fn over(real: Arc<dyn Directory>, memory: Share) -> Self {
        Self { real, written: Mutex::default(), memory }
    }

    fn written(&self) -> MutexGuard<'_, BTreeMap<Key, Option<Remembered>>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The page, with what was written among its ids in place of what is held.
    fn overlay(
        &self,
        resource_type: &str,
        page: Vec<Holding>,
        span: (Bound<&str>, Bound<&str>),
    ) -> Vec<Holding> {
        let mut merged: BTreeMap<String, String> =
            page.into_iter().map(|holding| (holding.external_id, holding.version)).collect();
        for (key, written) in self.written().iter() {
            if key.resource_type != resource_type || !contains(span, &key.external_id) {
                continue;
            }
            match written {
                Some(written) if !written.departed => {
                    merged.insert(key.external_id.clone(), written.version.clone())
                }
                Some(_) | None => merged.remove(&key.external_id),
            };
        }
        merged.into_iter().map(|(external_id, version)| Holding { external_id, version }).collect()
    }
}

#[async_trait]
impl Directory for DryDirectory {
    async fn holdings(
        &self,
        source: &SourceName,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, StoreError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut start = after.map(str::to_owned);
        let mut holdings = Vec::new();
        while holdings.len() < wanted {
            let page = self.real.holdings(source, resource_type, start.as_deref(), limit).await?;
            let last =
                (wanted <= page.len()).then(|| page.last().map(|last| last.external_id.clone())).flatten();
            let lower = start.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
            let upper = last.as_deref().map_or(Bound::Unbounded, Bound::Included);
            holdings.extend(self.overlay(resource_type, page, (lower, upper)));
            match last {
                // What departed in this dry run may have thinned a full page, so go on behind it.
                Some(last) => start = Some(last),
                None => break,
            }
        }
        holdings.truncate(wanted);
        Ok(holdings)
    }

    async fn load(&self, source: &SourceName, keys: &[Key]) -> Result<Vec<Option<Held>>, StoreError> {
        let mut held = self.real.load(source, keys).await?;
        let written = self.written();
        for (key, held) in keys.iter().zip(&mut held) {
            if let Some(written) = written.get(key) {
                *held = written.as_ref().map(Remembered::held).transpose()?;
            }
        }
        Ok(held)
    }

    async fn store(
        &self,
        _source: &SourceName,
        _run: &RunId,
        writes: &[Write],
    ) -> Result<Vec<Stored>, StoreError> {
        let mut written = self.written();
        for write in writes {
            let remembered = Remembered::of(write);
            self.memory
                .grow(n_bytes(&write.key, remembered.as_ref()))
                .map_err(|spent| spent.for_preview())?;
            if let Some(before) = written.insert(write.key.clone(), remembered) {
                self.memory.shrink(n_bytes(&write.key, before.as_ref()));
            }
        }
        Ok(vec![Stored::Written; writes.len()])
    }
}

/// About what is taken by remembering this: its texts, and what stands around them.
fn n_bytes(key: &Key, remembered: Option<&Remembered>) -> usize {
    const AROUND_BYTES: usize = size_of::<(Key, Option<Remembered>)>();
    let of_texts = remembered.map_or(0, |of| of.version.len().saturating_add(of.document.len()));
    [key.resource_type.len(), key.external_id.len(), of_texts]
        .into_iter()
        .fold(AROUND_BYTES, usize::saturating_add)
}

impl Remembered {
    fn of(write: &Write) -> Option<Self> {
        let document = write.after.as_ref()?.text().to_owned();
        let departed = write.action == Action::Deactivated;
        Some(Self { version: write.version.clone(), document, departed })
    }

    fn held(&self) -> Result<Held, StoreError> {
        let document = Document::read(self.document.clone()).map_err(StoreError::failed)?;
        Ok(Held { version: self.version.clone(), document, departed: self.departed })
    }
}

/// A storage for one source, over the real one.
pub(crate) struct DryStorage {
    real: Arc<dyn Storage>,
    written: Mutex<DryRunWrites>,
}

/// What a dry run wrote, and how many bytes that is: a write costs what it writes and not what is there.
#[derive(Default)]
struct DryRunWrites {
    /// None for what was deleted.
    entries: BTreeMap<String, Option<String>>,
    n_bytes: u64,
}

impl DryRunWrites {
    /// Write one; what was written of it before, if anything.
    fn replace(&mut self, key: String, value: Option<Option<String>>) -> Option<Option<String>> {
        let n_bytes = |value: &Option<String>| {
            let value = value.as_ref().map_or(0, String::len);
            u64::try_from(key.len().saturating_add(value)).unwrap_or(u64::MAX)
        };
        let added = value.as_ref().map_or(0, n_bytes);
        let there = self.entries.get(&key).map_or(0, n_bytes);
        self.n_bytes = self.n_bytes.saturating_sub(there).saturating_add(added);
        match value {
            Some(value) => self.entries.insert(key, value),
            None => self.entries.remove(&key),
        }
    }
}

impl DryStorage {
    pub(crate) fn over(real: Arc<dyn Storage>) -> Self {
        Self { real, written: Mutex::default() }
    }

    fn written(&self) -> MutexGuard<'_, DryRunWrites> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Storage for DryStorage {
    async fn get(&self, source: &SourceName, keys: &[String]) -> Result<Vec<Option<String>>, StoreError> {
        let mut values = self.real.get(source, keys).await?;
        let written = self.written();
        for (key, value) in keys.iter().zip(&mut values) {
            if let Some(written) = written.entries.get(key) {
                value.clone_from(written);
            }
        }
        Ok(values)
    }

    async fn write(
        &self,
        _source: &SourceName,
        entries: &[(String, Option<String>)],
        max_bucket_bytes: u64,
    ) -> Result<(), StoreError> {
        let mut written = self.written();
        let mut before = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            before.push((key.clone(), written.replace(key.clone(), Some(value.clone()))));
        }
        // The real bucket is left out of the sum: it is within its limit, and a dry run may keep as much again.
        if written.n_bytes <= max_bucket_bytes {
            return Ok(());
        }
        // In reverse, because a key may have been written twice.
        before.into_iter().rev().for_each(|(key, value)| drop(written.replace(key, value)));
        Err(StoreError::Full { limit_bytes: max_bucket_bytes })
    }

    async fn scan(
        &self,
        source: &SourceName,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let mut start = after.map(str::to_owned);
        let mut entries = Vec::new();
        while entries.len() < wanted {
            let page = self.real.scan(source, prefix, start.as_deref(), limit).await?;
            let last = (wanted <= page.len()).then(|| page.last().map(|(key, _)| key.clone())).flatten();
            let lower = start.as_deref().map_or(Bound::Unbounded, Bound::Excluded);
            let upper = last.as_deref().map_or(Bound::Unbounded, Bound::Included);
            entries.extend(self.overlay(prefix, page, (lower, upper)));
            match last {
                Some(last) => start = Some(last),
                None => break,
            }
        }
        entries.truncate(wanted);
        Ok(entries)
    }
}

impl DryStorage {
    fn overlay(
        &self,
        prefix: &str,
        page: Vec<(String, String)>,
        span: (Bound<&str>, Bound<&str>),
    ) -> BTreeMap<String, String> {
        let mut merged: BTreeMap<_, _> = page.into_iter().collect();
        for (key, written) in self.written().entries.iter().filter(|(key, _)| key.starts_with(prefix)) {
            if contains(span, key) {
                match written {
                    Some(value) => merged.insert(key.clone(), value.clone()),
                    None => merged.remove(key),
                };
            }
        }
        merged
    }
}

fn contains((lower, upper): (Bound<&str>, Bound<&str>), key: &str) -> bool {
    let is_above = match lower {
        Bound::Unbounded => true,
        Bound::Excluded(lower) => lower < key,
        Bound::Included(lower) => lower <= key,
    };
    let is_below = match upper {
        Bound::Unbounded => true,
        Bound::Excluded(upper) => key < upper,
        Bound::Included(upper) => key <= upper,
    };
    is_above && is_below
}

#[cfg(test)]
mod tests;
