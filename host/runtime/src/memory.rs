//! What connectors keep for as long as this process lives, such as tokens: an area a source, and never on a disk.
//!
//! Not here: what outlives the process (`storage`).

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::error::StoreError;
use crate::history::ConnectorIdentity;
use crate::limits::MAX_MEMORY_AREA_BYTES;
use crate::model::SourceName;

/// The areas of all sources.
#[derive(Default)]
pub(crate) struct Memories {
    of: Mutex<BTreeMap<SourceName, (Fingerprint, Arc<Memory>)>>,
}

/// What an area was written with: the settings, and the connector's code.
type Fingerprint = blake3::Hash;

impl Memories {
    /// The area of a source; an empty one when its settings or its connector are not those that the last was written with.
    pub(crate) fn of(
        &self,
        source: &SourceName,
        settings: &Value,
        connector: &ConnectorIdentity,
    ) -> Arc<Memory> {
        self.with(source, fingerprint(&settings.to_string(), &connector.digest))
    }

    fn with(&self, source: &SourceName, fingerprint: Fingerprint) -> Arc<Memory> {
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        match of.get(source) {
            Some((known, memory)) if *known == fingerprint => Arc::clone(memory),
            Some(_) | None => {
                let memory = Arc::<Memory>::default();
                of.insert(source.clone(), (fingerprint, Arc::clone(&memory)));
                memory
            }
        }
    }
}

fn fingerprint(settings: &str, connector: &str) -> Fingerprint {
    let mut hasher = blake3::Hasher::new();
    hasher.update(connector.as_bytes()).update(&[0]).update(settings.as_bytes());
    hasher.finalize()
}

/// The area of one source. Calls that are under way at once share it.
#[derive(Default)]
pub(crate) struct Memory {
    kept: Mutex<AreaContent>,
}

/// What one area has. Its size is kept beside it, so that a write costs what it writes and not what is there.
#[derive(Default)]
struct AreaContent {
    entries: BTreeMap<String, String>,
    /// Of all keys and values.
    n_bytes: u64,
}

impl AreaContent {
    /// Write all of these in order; what was there before each of them.
    fn put(&mut self, writes: &[(String, Option<String>)]) -> Vec<(String, Option<String>)> {
        writes.iter().map(|(key, value)| (key.clone(), self.replace(key.clone(), value.clone()))).collect()
    }

    /// Write one, or delete it; what was there before.
    fn replace(&mut self, key: String, value: Option<String>) -> Option<String> {
        let n_bytes = |value: &str| u64::try_from(key.len().saturating_add(value.len())).unwrap_or(u64::MAX);
        let added = value.as_deref().map_or(0, n_bytes);
        let there = self.entries.get(&key).map_or(0, |value| n_bytes(value));
        self.n_bytes = self.n_bytes.saturating_sub(there).saturating_add(added);
        match value {
            Some(value) => self.entries.insert(key, value),
            None => self.entries.remove(&key),
        }
    }
}

impl Memory {
    /// The values of these keys, in their order.
    pub(crate) fn get(&self, keys: &[String]) -> Vec<Option<String>> {
        let kept = self.kept();
        keys.iter().map(|key| kept.entries.get(key).cloned()).collect()
    }

    /// Write all of these or none, in order. A key without a value is deleted.
    ///
    /// # Errors
    ///
    /// [`StoreError::Full`] when keys and values would be more than [`MAX_MEMORY_AREA_BYTES`]. Nothing was written then.
    pub(crate) fn write(&self, writes: &[(String, Option<String>)]) -> Result<(), StoreError> {
        let mut kept = self.kept();
        let before = kept.put(writes);
        if kept.n_bytes <= MAX_MEMORY_AREA_BYTES {
            return Ok(());
        }
        // In reverse, because a key may have been written twice.
        before.into_iter().rev().for_each(|(key, value)| drop(kept.replace(key, value)));
        Err(StoreError::Full { limit_bytes: MAX_MEMORY_AREA_BYTES })
    }

    /// Keys that start with `prefix` and their values, in byte order, those after `after`, at most `limit`.
    pub(crate) fn scan(&self, prefix: &str, after: Option<&str>, limit: u32) -> Vec<(String, String)> {
        let start = match after {
            Some(after) if prefix <= after => Bound::Excluded(after),
            Some(_) | None => Bound::Included(prefix),
        };
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let kept = self.kept();
        let found = kept.entries.range::<str, _>((start, Bound::Unbounded));
        let in_prefix = found.take_while(|(key, _)| key.starts_with(prefix)).take(limit);
        in_prefix.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    fn kept(&self) -> MutexGuard<'_, AreaContent> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(key: &str, value: &str) -> (String, Option<String>) {
        (key.to_owned(), Some(value.to_owned()))
    }

    fn keys(memory: &Memory) -> Vec<String> {
        memory.scan("", None, 1000).into_iter().map(|(key, _)| key).collect()
    }

    fn source(name: &str) -> SourceName {
        SourceName::new(name).unwrap()
    }

    #[test]
    fn calls_of_one_source_share_their_memory_and_no_other_source_has_it() {
        let memories = Memories::default();
        let print = fingerprint("{}", "blake3:1");
        memories.with(&source("a"), print).write(&[put("token", "t")]).unwrap();
        assert_eq!(memories.with(&source("a"), print).get(&["token".to_owned()]), [Some("t".to_owned())]);
        assert_eq!(keys(&memories.with(&source("b"), print)), Vec::<String>::new());
    }

    #[test]
    fn other_settings_and_another_connector_begin_with_an_empty_memory() {
        let memories = Memories::default();
        for (settings, connector) in
            [("{}", "blake3:1"), ("{\"a\":1}", "blake3:1"), ("{\"a\":1}", "blake3:2")]
        {
            let memory = memories.with(&source("a"), fingerprint(settings, connector));
            assert_eq!(keys(&memory), Vec::<String>::new(), "{settings} {connector}");
            memory.write(&[put("token", "t")]).unwrap();
        }
    }

    #[test]
    fn a_call_that_is_under_way_when_the_settings_change_writes_nothing_that_the_next_one_sees() {
        let memories = Memories::default();
        let before = memories.with(&source("a"), fingerprint("{}", "1"));
        let after = memories.with(&source("a"), fingerprint("{\"a\":1}", "1"));
        before.write(&[put("token", "of the old application")]).unwrap();
        assert_eq!(keys(&after), Vec::<String>::new());
    }

    #[test]
    fn what_would_be_too_much_is_refused_as_a_whole() {
        let memory = Memory::default();
        let half = "x".repeat(usize::try_from(MAX_MEMORY_AREA_BYTES).unwrap() / 2 - 1);
        memory.write(&[put("a", &half), put("b", &half)]).unwrap();
        let refused = memory.write(&[("a".to_owned(), None), put("c", &half), put("d", "more")]);
        assert!(
            matches!(refused, Err(StoreError::Full { limit_bytes: MAX_MEMORY_AREA_BYTES })),
            "{refused:?}"
        );
        assert_eq!(keys(&memory), ["a", "b"]);
        let twice = memory.write(&[put("a", "1"), put("a", "2"), put("c", &half)]);
        assert!(twice.is_err(), "{twice:?}");
        assert_eq!(memory.get(&["a".to_owned()]), [Some(half.clone())]);
        memory.write(&[("a".to_owned(), None), put("c", &half)]).unwrap();
        assert_eq!(keys(&memory), ["b", "c"]);
    }

    #[test]
    fn a_scan_goes_on_where_the_last_one_ended() {
        let memory = Memory::default();
        memory.write(&["a", "b1", "b2", "b3", "c"].map(|key| put(key, "v"))).unwrap();
        let scan = |after, limit| -> Vec<String> {
            memory.scan("b", after, limit).into_iter().map(|(key, _)| key).collect()
        };
        assert_eq!(scan(None, 2), ["b1", "b2"]);
        assert_eq!(scan(Some("b2"), 2), ["b3"]);
        assert_eq!(scan(Some("a"), 9), ["b1", "b2", "b3"]);
        assert_eq!(scan(Some("c"), 9), Vec::<String>::new());
    }
}
