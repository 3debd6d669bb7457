//! The history in SQLite, and the one run at a time of each source.
//!
//! What is deliberately not here: bounds of entries, which the runtime keeps.

use std::sync::Arc;

use async_trait::async_trait;
use rusqlite::Transaction;

use super::claims::Claims;
use super::database::{ConnectionFault, Urgency};
use super::rows::{to_integer, to_json};
use super::{SqliteStore, now};
use rollcall_host::decision::Decision;
use rollcall_host::error::StoreError;
use rollcall_host::history::{
    Beat, ChangeRecord, Counters, History, NewRun, Numbered, Opened, Run, RunEnd, RunState,
};
use rollcall_host::model::{Entry, Progress, RunId, Scope, Severity, SourceName, Timestamp};

mod decided;
mod found_by;
mod number;
mod read;
mod record;

pub(super) use number::{id_of, number_of};
pub(super) use read::{CHANGE, ENTRY, RUN, read_change, read_entry, read_run, severity_of};
pub(super) use record::{ChangeRow, fill_texts, insert_changes, rank};

use decided::{insert_decision, select_decisions};
use read::{
    select_changes, select_entries, select_run, select_running, select_runs, select_scope,
    select_written_bytes,
};
use record::{insert_entries, insert_run, interrupt, update_end, update_progress};

#[async_trait]
impl History for SqliteStore {
    async fn open_run(&self, run: &NewRun) -> Result<Opened, StoreError> {
        let (claims, run) = (Arc::clone(&self.claims), run.clone());
        self.connections.write(Urgency::InTurn, move |transaction| open(transaction, &claims, &run)).await
    }

    async fn beat(
        &self,
        run: &RunId,
        progress: Option<&Progress>,
        counters: &Counters,
    ) -> Result<Beat, StoreError> {
        let (claims, run) = (Arc::clone(&self.claims), number_of(run)?);
        let progress = progress.map(to_json).transpose().map_err(StoreError::failed)?;
        let counters = to_json(counters).map_err(StoreError::failed)?;
        self.connections
            .write(Urgency::Bulk, move |transaction| {
                let beat = update_progress(&transaction, run, progress.as_deref(), &counters)?;
                transaction.commit()?;
                claims.beat(run);
                Ok(beat)
            })
            .await
    }

    async fn record_entries(&self, run: &RunId, entries: &[Entry]) -> Result<(), StoreError> {
        let (run, entries) = (number_of(run)?, entries.to_vec());
        self.connections
            .write(Urgency::Bulk, move |transaction| {
                insert_entries(&transaction, run, &entries)?;
                Ok(transaction.commit()?)
            })
            .await
    }

    async fn record_changes(&self, run: &RunId, changes: &[ChangeRecord]) -> Result<(), StoreError> {
        let run = number_of(run)?;
        let changes: Vec<_> = changes.iter().map(ChangeRow::new).collect::<Result<_, _>>()?;
        self.connections
            .write(Urgency::Bulk, move |transaction| {
                insert_changes(&transaction, run, &changes)?;
                Ok(transaction.commit()?)
            })
            .await
    }

    async fn close_run(&self, run: &RunId, end: &RunEnd) -> Result<(), StoreError> {
        let (claims, run, end) = (Arc::clone(&self.claims), number_of(run)?, end.clone());
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                update_end(&transaction, run, &end)?;
                // Before the commit, so that nobody ever finds the row closed and the source still taken.
                claims.release(run);
                Ok(transaction.commit()?)
            })
            .await
    }

    async fn scope(&self, source: &SourceName) -> Result<Option<Scope>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_scope(connection, &source)).await
    }

    async fn runs(
        &self,
        source: &SourceName,
        before: Option<&RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError> {
        let before = before.map_or(Ok(i64::MAX), number_of)?;
        self.close_if_dead(source).await?;
        let source = source.clone();
        self.connections.read(move |connection| select_runs(connection, &source, before, limit)).await
    }

    async fn run(&self, run: &RunId) -> Result<Option<Run>, StoreError> {
        let Ok(number) = number_of(run) else { return Ok(None) };
        let row = self.connections.read(move |connection| select_run(connection, number)).await?;
        match row {
            Some(run) if run.state == RunState::Running => {
                self.close_if_dead(&run.source).await?;
                self.connections.read(move |connection| select_run(connection, number)).await
            }
            row => Ok(row),
        }
    }

    async fn entries(
        &self,
        run: &RunId,
        least: Severity,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError> {
        let (run, after) = (number_of(run)?, to_integer(after.unwrap_or(0)));
        self.connections.read(move |connection| select_entries(connection, run, least, after, limit)).await
    }

    async fn changes(
        &self,
        run: &RunId,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        let (run, after) = (number_of(run)?, to_integer(after.unwrap_or(0)));
        self.connections.read(move |connection| select_changes(connection, run, after, limit)).await
    }

    async fn written_bytes(&self, source: &SourceName, since: Timestamp) -> Result<u64, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_written_bytes(connection, &source, since)).await
    }

    async fn record_decision(&self, decision: &Decision) -> Result<(), StoreError> {
        let (run, decision) = (number_of(&decision.run)?, decision.clone());
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                insert_decision(&transaction, run, &decision)?;
                Ok(transaction.commit()?)
            })
            .await
    }

    async fn decisions(&self, source: &SourceName, since: Timestamp) -> Result<Vec<Decision>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_decisions(connection, &source, since)).await
    }
}

impl SqliteStore {
    /// Close the run of a source that says `running` and whose process is dead, if there is one.
    pub(super) async fn close_if_dead(&self, source: &SourceName) -> Result<(), StoreError> {
        let reading = source.clone();
        let running = self.connections.read(move |connection| select_running(connection, &reading)).await?;
        if running.is_none() {
            return Ok(());
        }
        let (claims, source) = (Arc::clone(&self.claims), source.clone());
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                // Looked up again: it may have ended since, and another one begun.
                let running = select_running(&transaction, &source)?;
                if claims.claim(&source, running)?.is_some() {
                    interrupt(&transaction, running, now())?;
                }
                Ok(transaction.commit()?)
            })
            .await
    }
}

fn open(transaction: Transaction<'_>, claims: &Claims, run: &NewRun) -> Result<Opened, ConnectionFault> {
    let running = select_running(&transaction, &run.source)?;
    match (claims.claim(&run.source, running)?, running) {
        (Some(claim), running) => {
            interrupt(&transaction, running, now())?;
            let number = insert_run(&transaction, run)?;
            transaction.commit()?;
            claims.keep(number, claim);
            Ok(Opened::Run(id_of(number)))
        }
        (None, Some(running)) => Ok(Opened::Busy(id_of(running))),
        (None, None) => Err(StoreError::message(format!(
            "the lock of source {:?} is held by a process without a run; end that process",
            run.source.as_str()
        ))
        .into()),
    }
}

#[cfg(test)]
mod tests;
