//! The platform's side: what it holds from this source, and what should change.
//!
//! Not here: how a change is applied (`apply`), where it is kept (an embedder's [`Directory`]).

use std::sync::Arc;

use super::Session;
use super::tasks::{Done, Kind, Ticket};
use crate::apply::{Census, Change, Departure, Object, Outcome, Retired, WorkerHandle};
use crate::bindings::rollcall::connector::{directory as wit, types};
use crate::cancel::Cancel;
use crate::directory::{Directory, Holding};
use crate::egress::Fault;
use crate::error::StoreError;
use crate::guest::Guest;
use crate::limits::{MAX_CHANGES, MAX_HOLDINGS, MAX_WITNESS_BYTES};
use crate::model::{Diagnosis, Key, SourceName};
use crate::refusal;

/// What a platform holds of one source, and the way to change it.
#[derive(Clone)]
pub(crate) struct Holdings {
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) source: SourceName,
    pub(crate) worker: WorkerHandle,
    pub(crate) cancel: Cancel,
}

impl Holdings {
    async fn page(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, Diagnosis> {
        if !(1..=MAX_HOLDINGS).contains(&limit) {
            return Err(refusal::request(&format!("limit {limit} must be 1 to {MAX_HOLDINGS}")));
        }
        let page = self.directory.holdings(&self.source, resource_type, after, limit);
        page.await.map_err(|error| refusal::store(&error))
    }

    async fn find(&self, keys: &[Key]) -> Result<Vec<Option<Holding>>, Diagnosis> {
        if MAX_CHANGES < keys.len() {
            let n = keys.len();
            return Err(refusal::request(&format!("{n} keys are more than the {MAX_CHANGES} of one call")));
        }
        let held = self.directory.load(&self.source, keys).await.map_err(|error| refusal::store(&error))?;
        if held.len() != keys.len() {
            return Err(refusal::store(&StoreError::message("directory did not answer for each object")));
        }
        let holding = |(key, held): (&Key, Option<crate::directory::Held>)| {
            let held = held.filter(|held| !held.departed)?;
            Some(Holding { external_id: key.external_id.clone(), version: held.version })
        };
        Ok(keys.iter().zip(held).map(holding).collect())
    }

    async fn retire(&self, census: Vec<Census>, absent: Vec<Departure>) -> Result<Retired, Diagnosis> {
        if self.cancel.is_cancelled() {
            return Err(Fault::cancelled().diagnosis);
        }
        self.worker.retire(census, absent).await
    }
}

impl wit::Host for Guest {
    async fn holdings(
        &mut self,
        resource_type: String,
        after: Option<String>,
        limit: u32,
    ) -> wasmtime::Result<Result<Vec<wit::Holding>, types::Diagnosis>> {
        let holdings = self.session("directory.holdings")?.directory.clone();
        let page = holdings.page(&resource_type, after.as_deref(), limit).await;
        self.resumed();
        Ok(page.map(|page| page.into_iter().map(Into::into).collect()).map_err(Into::into))
    }

    async fn find(
        &mut self,
        keys: Vec<types::Key>,
    ) -> wasmtime::Result<Result<Vec<Option<wit::Holding>>, types::Diagnosis>> {
        let holdings = self.session("directory.find")?.directory.clone();
        let keys: Vec<Key> = keys.into_iter().map(Into::into).collect();
        let found = holdings.find(&keys).await;
        self.resumed();
        Ok(found
            .map(|found| found.into_iter().map(|held| held.map(Into::into)).collect())
            .map_err(Into::into))
    }

    fn begin_apply(&mut self, changes: Vec<types::Change>) -> wasmtime::Result<Ticket> {
        let session = self.session("directory.begin-apply")?;
        let changes = changes.into_iter().map(|change| session.change(change)).collect();
        let applied = session.directory.worker.changes(changes);
        Ok(session.tasks.begin(Kind::Apply, async move { Done::Applied(applied.await) })?)
    }

    fn take_applied(
        &mut self,
        ticket: Ticket,
    ) -> wasmtime::Result<Result<Vec<wit::Outcome>, types::Diagnosis>> {
        let taken = self.session("directory.take-applied")?.tasks.take_applied(ticket);
        let outcomes = taken.unwrap_or_else(|| {
            Err(refusal::request(&format!("ticket {ticket} does not stand for changes that are ready")))
        });
        Ok(outcomes.map(|outcomes| outcomes.into_iter().map(Into::into).collect()).map_err(Into::into))
    }

    async fn retire(
        &mut self,
        census: Vec<wit::Census>,
        absent: Vec<types::Departure>,
    ) -> wasmtime::Result<Result<wit::Verdict, types::Diagnosis>> {
        let session = self.session("directory.retire")?;
        let holdings = session.directory.clone();
        let census = census.into_iter().map(Into::into).collect();
        let absent = absent.into_iter().map(|departure| session.departure(departure)).collect();
        let retired = holdings.retire(census, absent).await;
        self.resumed();
        Ok(retired.map(Into::into).map_err(Into::into))
    }
}

impl Session {
    fn change(&self, change: types::Change) -> Change {
        match change {
            types::Change::Put(types::Object { key, version, document }) => {
                Change::Put(Object { key: key.into(), version, document })
            }
            types::Change::Delete(departure) => Change::Delete(self.departure(departure)),
        }
    }

    fn departure(&self, departure: types::Departure) -> Departure {
        let types::Departure { key, witness } = departure;
        Departure { key: key.into(), witness: self.reader().text(&witness, MAX_WITNESS_BYTES + 1) }
    }
}

impl From<Holding> for wit::Holding {
    fn from(holding: Holding) -> Self {
        let Holding { external_id, version } = holding;
        Self { external_id, version }
    }
}

impl From<Outcome> for wit::Outcome {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Applied => Self::Applied,
            Outcome::Rejected(diagnosis) => Self::Rejected(diagnosis.into()),
        }
    }
}

impl From<Retired> for wit::Verdict {
    fn from(retired: Retired) -> Self {
        match retired {
            Retired::Applied(outcomes) => Self::Applied(outcomes.into_iter().map(Into::into).collect()),
            Retired::Held(why) => Self::Held(why.message),
        }
    }
}

impl From<wit::Census> for Census {
    fn from(census: wit::Census) -> Self {
        let wit::Census { resource_type, read, expected, scope } = census;
        Self { resource_type, read, expected, scope }
    }
}
