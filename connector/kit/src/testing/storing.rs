//! What the connector keeps for itself.

use super::TestHost;
use super::under_way::crossing;
use crate::model::Diagnosis;
use crate::ports::{Area, EntryWrite};
use rollcall_rules::bounds::{MAX_DURABLE_AREA_BYTES, MAX_MEMORY_AREA_BYTES};
use rollcall_rules::storage;

impl TestHost {
    pub(super) fn get(&self, area: Area, keys: &[String]) -> Result<Vec<Option<String>>, Diagnosis> {
        storage::check_get(keys)?;
        let kept = self.storage.borrow();
        Ok(keys.iter().map(|key| kept.get(&(area, key.clone())).cloned()).collect())
    }

    /// Write all or none.
    pub(super) fn write(&self, area: Area, entries: Vec<EntryWrite>) -> Result<(), Diagnosis> {
        crossing(entries.iter().map(|(key, value)| key.len() + value.as_ref().map_or(0, String::len)));
        storage::check_write(&entries)?;
        let mut after = self.storage.borrow().clone();
        for (key, value) in entries {
            match value {
                Some(value) => after.insert((area, key), value),
                None => after.remove(&(area, key)),
            };
        }
        let of_area = after.iter().filter(|((kept_in, _), _)| *kept_in == area);
        let n_bytes: usize = of_area.map(|((_, key), value)| key.len() + value.len()).sum();
        let limit_bytes = match area {
            Area::Memory => MAX_MEMORY_AREA_BYTES,
            Area::Durable => MAX_DURABLE_AREA_BYTES,
        };
        if limit_bytes < u64::try_from(n_bytes).unwrap_or(u64::MAX) {
            let full = format!("storage would exceed {limit_bytes} bytes; delete entries or store less");
            return Err(Diagnosis::new("store-failed", full, "存储空间超过上限"));
        }
        *self.storage.borrow_mut() = after;
        Ok(())
    }

    pub(super) fn scan(
        &self,
        area: Area,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Diagnosis> {
        storage::check_scan(limit)?;
        let kept = self.storage.borrow();
        let with_prefix =
            kept.iter().filter(|((kept_in, key), _)| *kept_in == area && key.starts_with(prefix));
        let rest = with_prefix.filter(|((_, key), _)| after.is_none_or(|after| after < key.as_str()));
        let page = rest.take(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(page.map(|((_, key), value)| (key.clone(), value.clone())).collect())
    }
}
