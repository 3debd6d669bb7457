//! What a connector says of its reading: with what view it was made, what it covered, how far it has come.
//!
//! Not here: what is removed because a complete reading no longer found it (`retire`), and values that it does not prove to be
//! gone (`clear`).

use rollcall_rules::reading::{Covered, Reads, check_checkpoint};

use super::change::borrowed;
use super::{Apply, Clearing, RunExtent};
use crate::amount::{amount, list, share};
use crate::model::{Coverage, Diagnosis, Entry, Key, Scope, Severity};
use crate::refusal;

/// What a connector says of its reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Statement {
    /// Before the first put: with what view the source is read.
    Opened(Scope),
    /// After the last put: what was covered.
    Closed(Vec<Coverage>),
    /// Attributes that objects may have lost.
    Clearings(Vec<Clearing>),
    /// How far it has come.
    Checkpoint(Checkpoint),
}

/// How far a reading has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkpoint {
    /// The connector's own.
    pub(crate) state: String,
    /// Objects read since the last checkpoint and not put.
    pub(crate) unchanged: Vec<Key>,
}

impl Apply {
    /// Take what a connector says of its reading, after all changes that were queued before.
    ///
    /// An error says what is wrong with it, or that it could not be recorded.
    pub(crate) async fn take(&mut self, statement: Statement) -> Result<(), Diagnosis> {
        match statement {
            Statement::Opened(scope) => self.open_reading(scope).await,
            Statement::Closed(coverage) => self.close_reading(coverage),
            Statement::Clearings(clearings) => self.propose_clearings(clearings).await,
            Statement::Checkpoint(checkpoint) => self.save_checkpoint(&checkpoint),
        }
    }

    async fn open_reading(&mut self, scope: Scope) -> Result<(), Diagnosis> {
        let of_all = self.destination.extent == RunExtent::Full;
        let reads = if of_all { Reads::All { has_puts: self.ledger.has_puts() } } else { Reads::Some };
        let types = &self.destination.resource_types;
        self.reading.stage.open(reads, &borrowed(&scope.parts), types)?;
        let n_parts = scope.parts.len();
        tracing::info!(source = %self.destination.source, whole = scope.whole, n_parts, "reading opened");
        self.compare_scope(scope).await.map_err(|error| self.failed(&error))
    }

    fn close_reading(&mut self, coverage: Vec<Coverage>) -> Result<(), Diagnosis> {
        self.must_be_full("close-reading")?;
        let of_types: Vec<_> = coverage.iter().map(by_type).collect();
        self.reading.stage.close(&of_types, &self.destination.resource_types)?;
        let entry = covered(self.compared.scope(), &coverage);
        tracing::info!(source = %self.destination.source, "{}", entry.diagnosis.message);
        self.reading.coverage = coverage;
        self.reading.proof = Some(entry);
        Ok(())
    }

    /// Record what was covered: where something is to be removed for want of being seen, and where not everything was read. A
    /// quiet run needs no proof.
    pub(super) async fn tell_coverage(&mut self) -> Result<(), Diagnosis> {
        match self.reading.proof.take() {
            Some(entry) => self.tell(&[entry]).await,
            None => Ok(()),
        }
    }

    fn save_checkpoint(&mut self, checkpoint: &Checkpoint) -> Result<(), Diagnosis> {
        self.must_be_full("save-checkpoint")?;
        let Checkpoint { state, unchanged } = checkpoint;
        check_checkpoint(state, &borrowed(unchanged), &self.destination.resource_types)?;
        self.reading.n_unchanged = self.reading.n_unchanged.saturating_add(unchanged.len());
        let (n_bytes, n_unchanged) = (state.len(), self.reading.n_unchanged);
        tracing::debug!(source = %self.destination.source, n_bytes, n_unchanged, "checkpoint");
        Ok(())
    }

    pub(super) fn must_be_full(&self, function: &str) -> Result<(), Diagnosis> {
        if self.destination.extent == RunExtent::Full {
            return Ok(());
        }
        Err(refusal::request(&format!("`{function}` is for a full reading")))
    }

    /// Record what no flood of entries may displace.
    async fn tell(&mut self, entries: &[Entry]) -> Result<(), Diagnosis> {
        let recorded = self.destination.recorder.entries_always(entries).await;
        recorded.map_err(|error| self.failed(&error))
    }
}

/// What was covered of one resource type as rules ask for it.
fn by_type(Coverage { resource_type, containers, .. }: &Coverage) -> Covered<'_> {
    Covered { resource_type, lists: containers.iter().map(|list| (&list.key).into()).collect() }
}

/// What a reading covered, in words and numbers.
fn covered(scope: Option<&Scope>, coverage: &[Coverage]) -> Entry {
    let read = coverage.iter().map(|Coverage { resource_type, read, expected, .. }| match expected {
        Some(expected) => share(resource_type, *read, *expected),
        None => amount(resource_type, *read),
    });
    let (english, chinese): (Vec<_>, Vec<_>) = read.unzip();
    let lists = || coverage.iter().flat_map(|covered| &covered.containers);
    let (n_lists, n_closed) = (lists().count(), lists().filter(|list| list.closed).count());
    let (from, from_in_chinese) = match (n_lists, n_closed) {
        (0, _) => (String::new(), String::new()),
        (1, 1) => (", from 1 list, to its end".to_owned(), "；共 1 个列表，读取完整".to_owned()),
        (1, _) => (", from 1 list, not to its end".to_owned(), "；共 1 个列表，未读取完整".to_owned()),
        (n, closed) => (
            format!(", from {n} lists, {closed} of them to the end"),
            format!("；共 {n} 个列表，其中 {closed} 个读取完整"),
        ),
    };
    let (english, chinese) = if coverage.is_empty() {
        ("nothing".to_owned(), "0 个对象".to_owned())
    } else {
        (list(english), chinese.join("、"))
    };
    let mut diagnosis = Diagnosis::new("reading-covered", format!("read {english}{from}"))
        .in_chinese(format!("已读取 {chinese}{from_in_chinese}"), "");
    for Coverage { resource_type, read, expected, .. } in coverage {
        let read = expected.map_or_else(|| read.to_string(), |expected| format!("{read}/{expected}"));
        diagnosis = diagnosis.with_fact(resource_type.as_str(), read);
    }
    diagnosis = diagnosis.with_fact("lists", format!("{n_closed}/{n_lists}"));
    if let Some(scope) = scope {
        let scope = if scope.whole { "whole".to_owned() } else { scope.parts.len().to_string() };
        diagnosis = diagnosis.with_fact("scope", scope);
    }
    Entry { severity: Severity::Info, subject: None, subject_name: None, diagnosis }
}

#[cfg(test)]
mod tests;
