//! The platform's side: what it holds from this source, and what should change.
//!
//! Not here: how a change is applied (`apply`), where it is kept (an embedder's [`Directory`]).

use std::sync::Arc;

use rollcall_rules::inventory;
use rollcall_rules::reach::Capability;

use super::Session;
use super::guest::Guest;
use super::tasks::{Done, TaskKind, Ticket};
use crate::apply::{
    ApplyOutcome, Checkpoint, Clearing, Departure, DirectoryChange, Object, RunExtent, Statement,
    WorkerHandle,
};
use crate::bindings::rollcall::connector::{directory as wit, model};
use crate::cancel::Cancel;
use crate::directory::{Directory, Held, Holding};
use crate::egress::Fault;
use crate::error::StoreError;
use crate::limits::{MAX_CLEARING_ATTRIBUTE_BYTES, MAX_WITNESS_BYTES};
use crate::model::{Container, Coverage, Diagnosis, Key, Scope, SourceName};
use crate::refusal;

/// What a platform holds of one source, and the way to change it.
#[derive(Clone)]
pub(crate) struct Holdings {
    pub(crate) directory: Arc<dyn Directory>,
    pub(crate) source: SourceName,
    pub(crate) worker: WorkerHandle,
    pub(crate) cancel: Cancel,
    pub(crate) extent: RunExtent,
}

impl Holdings {
    async fn page(
        &self,
        resource_type: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Result<Vec<Holding>, Diagnosis> {
        inventory::check_page(limit)?;
        let page = self.directory.holdings(&self.source, resource_type, after, limit);
        page.await.map_err(|error| refusal::store(&error))
    }

    async fn find(&self, keys: &[Key]) -> Result<Vec<Option<Holding>>, Diagnosis> {
        inventory::check_find(keys.len())?;
        let held = self.directory.load(&self.source, keys).await.map_err(|error| refusal::store(&error))?;
        if held.len() != keys.len() {
            return Err(refusal::store(&StoreError::message("directory did not answer for each object")));
        }
        let are_out = self.out_of_view(keys).await?;
        let holding = |((key, held), is_out): ((&Key, Option<Held>), bool)| {
            let held = held.filter(|held| !held.departed && !is_out)?;
            Some(Holding { external_id: key.external_id.clone(), version: held.version })
        };
        Ok(keys.iter().zip(held).zip(are_out).map(holding).collect())
    }

    /// Which of these are out of the view of a full reading. Of some objects, a view says nothing of the others.
    async fn out_of_view(&self, keys: &[Key]) -> Result<Vec<bool>, Diagnosis> {
        match self.extent {
            RunExtent::Full => self.worker.out_of_view(keys.to_vec()).await,
            RunExtent::Some => Ok(vec![false; keys.len()]),
        }
    }

    async fn remove_missing(&self, removals: Vec<Departure>) -> Result<Vec<ApplyOutcome>, Diagnosis> {
        if self.cancel.is_cancelled() {
            return Err(Fault::cancelled().diagnosis);
        }
        self.worker.remove_missing(removals).await
    }
}

type CapabilityResult<T> = wasmtime::Result<Result<T, model::Diagnosis>>;

impl wit::Host for Guest {
    async fn list_inventory(
        &mut self,
        resource_type: String,
        after: Option<String>,
        limit: u32,
    ) -> CapabilityResult<Vec<wit::InventoryItem>> {
        let holdings = self.session(Capability::Directory, "directory.list-inventory")?.directory.clone();
        let page = holdings.page(&resource_type, after.as_deref(), limit).await;
        self.resumed();
        Ok(page.map(|page| page.into_iter().map(Into::into).collect()).map_err(Into::into))
    }

    async fn find_inventory(
        &mut self,
        keys: Vec<model::Key>,
    ) -> CapabilityResult<Vec<Option<wit::InventoryItem>>> {
        let holdings = self.session(Capability::Directory, "directory.find-inventory")?.directory.clone();
        let keys: Vec<Key> = keys.into_iter().map(Into::into).collect();
        let found = holdings.find(&keys).await;
        self.resumed();
        Ok(found
            .map(|found| found.into_iter().map(|held| held.map(Into::into)).collect())
            .map_err(Into::into))
    }

    fn begin_apply(&mut self, changes: Vec<model::Change>) -> wasmtime::Result<Ticket> {
        let session = self.session(Capability::Directory, "directory.begin-apply")?;
        let changes = changes.into_iter().map(|change| session.change(change)).collect();
        let applied = session.directory.worker.changes(changes);
        Ok(session.tasks.begin(TaskKind::Apply, async move { Done::Applied(applied.await) })?)
    }

    fn take_applied(&mut self, ticket: Ticket) -> CapabilityResult<Vec<wit::Outcome>> {
        let session = self.session(Capability::Directory, "directory.take-applied")?;
        let outcomes = session.tasks.take_applied(ticket).unwrap_or_else(|| {
            Err(refusal::request(&format!("ticket {ticket} does not stand for changes that are ready")))
        });
        Ok(outcomes.map(to_guest).map_err(Into::into))
    }

    async fn open_reading(&mut self, scope: wit::Scope) -> CapabilityResult<()> {
        let wit::Scope { whole, parts } = scope;
        let scope = Scope { whole, parts: parts.into_iter().map(Into::into).collect() };
        self.state(Capability::Directory, "directory.open-reading", |_| Statement::Opened(scope)).await
    }

    async fn close_reading(&mut self, coverage: Vec<wit::Coverage>) -> CapabilityResult<()> {
        let coverage = coverage.into_iter().map(Into::into).collect();
        self.state(Capability::Reading, "directory.close-reading", |_| Statement::Closed(coverage)).await
    }

    async fn remove_missing(&mut self, removals: Vec<model::Removal>) -> CapabilityResult<Vec<wit::Outcome>> {
        let session = self.session(Capability::Reading, "directory.remove-missing")?;
        let holdings = session.directory.clone();
        let removals = removals.into_iter().map(|removal| session.departure(removal)).collect();
        let outcomes = holdings.remove_missing(removals).await;
        self.resumed();
        Ok(outcomes.map(to_guest).map_err(Into::into))
    }

    async fn propose_clearings(&mut self, clearings: Vec<wit::Clearing>) -> CapabilityResult<()> {
        let statement = |session: &Session| {
            let clearings = clearings.into_iter().map(|clearing| session.clearing(clearing));
            Statement::Clearings(clearings.collect())
        };
        self.state(Capability::Directory, "directory.propose-clearings", statement).await
    }

    async fn save_checkpoint(&mut self, state: String, unchanged: Vec<model::Key>) -> CapabilityResult<()> {
        let unchanged = unchanged.into_iter().map(Into::into).collect();
        let checkpoint = Statement::Checkpoint(Checkpoint { state, unchanged });
        self.state(Capability::Reading, "directory.save-checkpoint", |_| checkpoint).await
    }
}

impl Guest {
    /// Hand over what the connector says of its reading.
    async fn state(
        &mut self,
        capability: Capability,
        function: &'static str,
        statement: impl FnOnce(&Session) -> Statement + Send,
    ) -> CapabilityResult<()> {
        let session = self.session(capability, function)?;
        let (worker, statement) = (session.directory.worker.clone(), statement(session));
        let taken = worker.state(statement).await;
        self.resumed();
        Ok(taken.map_err(Into::into))
    }
}

impl Session {
    fn change(&self, change: model::Change) -> DirectoryChange {
        match change {
            model::Change::Put(model::DirectoryObject { key, version, document }) => {
                DirectoryChange::Put(Object { key: key.into(), version, document })
            }
            model::Change::Remove(removal) => DirectoryChange::Delete(self.departure(removal)),
        }
    }

    fn departure(&self, removal: model::Removal) -> Departure {
        let model::Removal { key, evidence } = removal;
        Departure { key: key.into(), witness: self.reader().text(&evidence, MAX_WITNESS_BYTES + 1) }
    }

    fn clearing(&self, clearing: wit::Clearing) -> Clearing {
        let wit::Clearing { attribute, document, keys, reason } = clearing;
        Clearing {
            attribute: self.reader().text(&attribute, MAX_CLEARING_ATTRIBUTE_BYTES + 1),
            document,
            keys: keys.into_iter().map(Into::into).collect(),
            reason: self.reader().diagnosis(reason),
        }
    }
}

impl From<Holding> for wit::InventoryItem {
    fn from(holding: Holding) -> Self {
        let Holding { external_id, version } = holding;
        Self { external_id, version, already_read: false }
    }
}

fn to_guest(outcomes: Vec<ApplyOutcome>) -> Vec<wit::Outcome> {
    outcomes.into_iter().map(Into::into).collect()
}

impl From<ApplyOutcome> for wit::Outcome {
    fn from(outcome: ApplyOutcome) -> Self {
        let (status, reason) = match outcome {
            ApplyOutcome::Applied => (wit::OutcomeStatus::Applied, None),
            ApplyOutcome::Rejected(why) => (wit::OutcomeStatus::Rejected, Some(why)),
            ApplyOutcome::Held(why) => (wit::OutcomeStatus::Held, why),
        };
        Self { status, reason: reason.map(Into::into) }
    }
}

impl From<wit::Coverage> for Coverage {
    fn from(coverage: wit::Coverage) -> Self {
        let wit::Coverage { resource_type, read, expected, containers } = coverage;
        Self {
            resource_type,
            read: read.into(),
            expected: expected.map(u64::from),
            containers: containers.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<wit::Container> for Container {
    fn from(container: wit::Container) -> Self {
        let wit::Container { key, closed, listed, expected } = container;
        Self { key: key.into(), closed, listed: listed.into(), expected: expected.map(u64::from) }
    }
}
