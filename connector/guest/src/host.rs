//! The component's imports as the kit's [`Host`]. Clock, randomness and log are the contract's own: what the standard
//! library answers may stand still.

use crate::bindings::rollcall::connector::{directory, history, host, http_client, storage, tasks};
use crate::convert;
use rollcall_kit::model::{
    Change, Clearing, Coverage, Diagnosis, Entry, InventoryItem, Key, Outcome, Progress, Removal, Scope,
};
use rollcall_kit::ports::{Area, Call, EntryWrite, Fault, Host, LogLevel, Request, Response, Ticket};
use std::sync::Once;

/// The host that runs this component.
#[derive(Debug)]
pub struct WitHost;

impl Host for WitHost {
    /// It makes the call, so it knows.
    fn entered(&self, _call: Call) {}

    fn wait(&self, max: u32) -> Vec<Ticket> {
        tasks::wait(max)
    }

    fn begin_timer(&self, delay_ms: u32) -> Ticket {
        tasks::begin_timer(delay_ms)
    }

    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket> {
        let requests: Vec<_> = requests.into_iter().map(convert::request).collect();
        http_client::begin(&requests)
    }

    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, Fault>> {
        http_client::take(tickets).into_iter().map(convert::response).collect()
    }

    fn throttled(&self, bucket: Option<&str>, wait_ms: u32) {
        http_client::throttled(bucket, wait_ms);
    }

    fn list_inventory(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<InventoryItem>, Diagnosis> {
        let page = directory::list_inventory(resource_type, after, limit).map_err(convert::diagnosis_in)?;
        Ok(page.into_iter().map(convert::inventory_item).collect())
    }

    fn find_inventory(&self, keys: &[Key]) -> Result<Vec<Option<InventoryItem>>, Diagnosis> {
        let keys: Vec<_> = keys.iter().cloned().map(convert::key).collect();
        let found = directory::find_inventory(&keys).map_err(convert::diagnosis_in)?;
        Ok(found.into_iter().map(|item| item.map(convert::inventory_item)).collect())
    }

    fn begin_apply(&self, changes: Vec<Change>) -> Ticket {
        let changes: Vec<_> = changes.into_iter().map(convert::change).collect();
        directory::begin_apply(&changes)
    }

    fn take_applied(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis> {
        let outcomes = directory::take_applied(ticket).map_err(convert::diagnosis_in)?;
        Ok(outcomes.into_iter().map(convert::outcome).collect())
    }

    fn open_reading(&self, scope: &Scope) -> Result<(), Diagnosis> {
        directory::open_reading(&convert::scope(scope)).map_err(convert::diagnosis_in)
    }

    fn close_reading(&self, coverage: Vec<Coverage>) -> Result<(), Diagnosis> {
        let coverage: Vec<_> = coverage.into_iter().map(convert::coverage).collect();
        directory::close_reading(&coverage).map_err(convert::diagnosis_in)
    }

    fn remove_missing(&self, removals: Vec<Removal>) -> Result<Vec<Outcome>, Diagnosis> {
        let removals: Vec<_> = removals.into_iter().map(convert::removal).collect();
        let outcomes = directory::remove_missing(&removals).map_err(convert::diagnosis_in)?;
        Ok(outcomes.into_iter().map(convert::outcome).collect())
    }

    fn propose_clearings(&self, clearings: Vec<Clearing>) -> Result<(), Diagnosis> {
        let clearings: Vec<_> = clearings.into_iter().map(convert::clearing).collect();
        directory::propose_clearings(&clearings).map_err(convert::diagnosis_in)
    }

    fn save_checkpoint(&self, state: &str, unchanged: Vec<Key>) -> Result<(), Diagnosis> {
        let unchanged: Vec<_> = unchanged.into_iter().map(convert::key).collect();
        directory::save_checkpoint(state, &unchanged).map_err(convert::diagnosis_in)
    }

    fn storage_get(&self, area: Area, keys: &[String]) -> Result<Vec<Option<String>>, Diagnosis> {
        storage::get(convert::area(area), keys).map_err(convert::diagnosis_in)
    }

    fn storage_write(&self, area: Area, entries: Vec<EntryWrite>) -> Result<(), Diagnosis> {
        let entries: Vec<_> = entries.into_iter().map(convert::entry_write).collect();
        storage::write(convert::area(area), &entries).map_err(convert::diagnosis_in)
    }

    fn storage_scan(
        &self,
        area: Area,
        prefix: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(String, String)>, Diagnosis> {
        let page = storage::scan(convert::area(area), prefix, after, limit).map_err(convert::diagnosis_in)?;
        Ok(page.into_iter().map(|storage::StoredEntry { key, value }| (key, value)).collect())
    }

    fn report(&self, progress: Progress) {
        history::report(&convert::progress(progress));
    }

    fn record_entries(&self, entries: Vec<Entry>) -> Result<(), Diagnosis> {
        let entries: Vec<_> = entries.into_iter().map(convert::entry).collect();
        history::record_entries(&entries).map_err(convert::diagnosis_in)
    }

    fn now_ms(&self) -> u64 {
        host::now_ms()
    }

    fn random(&self, length: u32) -> Vec<u8> {
        host::random(length)
    }

    fn log(&self, level: LogLevel, message: &str) {
        host::log(convert::log_level(level), message);
    }
}

/// Let a panic say its words to the host before the call ends in a trap; from the first call on.
pub fn tell_panics() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            host::log(host::LogLevel::Error, &panic.to_string());
        }));
    });
}
