//! The component's imports as the kit's [`Host`]. Clock and randomness come from WASI through `std`.

use crate::bindings::rollcall::connector::{directory, history, http, storage, tasks};
use crate::convert;
use rollcall_kit::model::{
    Census, Change, Departure, Diagnosis, Entry, Holding, Key, Outcome, Progress, Verdict,
};
use rollcall_kit::ports::{Host, HttpError, Request, Response, StorageEntry, Ticket};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{SystemTime, UNIX_EPOCH};

/// The host that runs this component.
#[derive(Debug)]
pub struct WitHost;

impl Host for WitHost {
    fn wait(&self, max: u32) -> Vec<Ticket> {
        tasks::wait(max)
    }

    fn begin_timer(&self, delay_ms: u32) -> Ticket {
        tasks::begin_timer(delay_ms)
    }

    fn begin_http(&self, requests: Vec<Request>) -> Vec<Ticket> {
        let requests: Vec<_> = requests.into_iter().map(convert::request).collect();
        http::begin(&requests)
    }

    fn take_http(&self, tickets: &[Ticket]) -> Vec<Result<Response, HttpError>> {
        http::take(tickets).into_iter().map(convert::response).collect()
    }

    fn throttled(&self, bucket: Option<&str>, wait_ms: u32) {
        http::throttled(bucket, wait_ms);
    }

    fn holdings(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, Diagnosis> {
        let page = directory::holdings(resource_type, after, limit).map_err(convert::diagnosis_in)?;
        Ok(page.into_iter().map(convert::holding).collect())
    }

    fn find(&self, keys: &[Key]) -> Result<Vec<Option<Holding>>, Diagnosis> {
        let keys: Vec<_> = keys.iter().cloned().map(convert::key).collect();
        let found = directory::find(&keys).map_err(convert::diagnosis_in)?;
        Ok(found.into_iter().map(|holding| holding.map(convert::holding)).collect())
    }

    fn begin_apply(&self, changes: Vec<Change>) -> Ticket {
        let changes: Vec<_> = changes.into_iter().map(convert::change).collect();
        directory::begin_apply(&changes)
    }

    fn take_applied(&self, ticket: Ticket) -> Result<Vec<Outcome>, Diagnosis> {
        let outcomes = directory::take_applied(ticket).map_err(convert::diagnosis_in)?;
        Ok(outcomes.into_iter().map(convert::outcome).collect())
    }

    fn retire(&self, census: Vec<Census>, absent: Vec<Departure>) -> Result<Verdict, Diagnosis> {
        let census: Vec<_> = census.into_iter().map(convert::census).collect();
        let absent: Vec<_> = absent.into_iter().map(convert::departure).collect();
        directory::retire(&census, &absent).map(convert::verdict).map_err(convert::diagnosis_in)
    }

    fn storage_get(&self, keys: &[String]) -> Result<Vec<Option<Vec<u8>>>, Diagnosis> {
        storage::get(keys).map_err(convert::diagnosis_in)
    }

    fn storage_write(&self, entries: Vec<StorageEntry>) -> Result<(), Diagnosis> {
        storage::write(&entries).map_err(convert::diagnosis_in)
    }

    fn report(&self, progress: Progress) {
        history::report(&convert::progress(progress));
    }

    fn record_entries(&self, entries: Vec<Entry>) {
        let entries: Vec<_> = entries.into_iter().map(convert::entry).collect();
        history::record_entries(&entries);
    }

    fn now_ms(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn random(&self) -> u64 {
        // Each `RandomState` is keyed anew; that is random enough for jitter and needs no dependency.
        RandomState::new().build_hasher().finish()
    }
}
