//! Clears what a person approved, and holds what else a full reading does not prove to be gone. What one object's own reading
//! does not prove is only told: it would be asked about with each event, and the next full reading decides.
//!
//! Not here: which clearings a person approved (`approval`), and the words for what waits (`clearing`).

use std::collections::BTreeSet;

use rollcall_rules::{clearing, document};
use serde_json::Value;

use super::change::borrowed;
use super::{Apply, Planned, PlannedStep, RunExtent, plan};
use crate::clearing::ClearedAttribute;
use crate::directory::{Held, Write};
use crate::error::StoreError;
use crate::history::ChangeRecord;
use crate::limits::{MAX_HELD_RECORDS, MAX_STORED_AT_ONCE};
use crate::model::{Counts, Diagnosis, Key, count};

/// An attribute that some objects may have lost: the reading does not prove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Clearing {
    /// What a person calls the attribute.
    pub(crate) attribute: String,
    /// The document that would unassign it, unchecked.
    pub(crate) document: String,
    pub(crate) keys: Vec<Key>,
    /// Why it is not proven.
    pub(crate) reason: Diagnosis,
}

/// A clearing that keeps the contract.
struct Proposal {
    attribute: ClearedAttribute,
    document: Value,
    /// Each once.
    keys: Vec<Key>,
    reason: Diagnosis,
}

impl Apply {
    /// Clear what was approved, and hold the rest. Objects that do not have the attribute are passed over.
    ///
    /// An error says what is wrong with the proposal, or that the platform's store failed.
    pub(super) async fn propose_clearings(&mut self, clearings: Vec<Clearing>) -> Result<(), Diagnosis> {
        let n_keys: usize = clearings.iter().map(|clearing| clearing.keys.len()).sum();
        clearing::check_call(n_keys)?;
        let proposals = clearings.into_iter().map(|clearing| self.check_clearing(clearing));
        let proposals = proposals.collect::<Result<Vec<_>, _>>()?;
        for proposal in proposals {
            self.propose(proposal).await?;
        }
        Ok(())
    }

    async fn propose(&mut self, proposal: Proposal) -> Result<(), Diagnosis> {
        let held = self.load(&proposal.keys).await.map_err(|error| self.failed(&error))?;
        let (approved, waiting) = self.planned(&proposal, held)?;
        let waiting = self.undeclined(&proposal.attribute.document, waiting);
        self.clear(approved).await.map_err(|error| self.failed(&error))?;
        if waiting.is_empty() {
            return Ok(());
        }
        let records = self.hold_clearings(&proposal, &waiting)?;
        self.destination.recorder.count(*self.ledger.counters());
        let recorded = self.destination.recorder.changes(records).await;
        recorded.map_err(|error| self.failed(&error))
    }

    /// What would be written: where it was approved, and where it was not.
    fn planned(
        &self,
        Proposal { attribute, document, keys, .. }: &Proposal,
        held: Vec<Option<Held>>,
    ) -> Result<(Vec<Write>, Vec<Write>), Diagnosis> {
        let pairs = keys.iter().zip(held).filter_map(|(key, held)| Some((key, held?)));
        let writes = pairs.filter_map(|(key, held)| plan::clearing(key, held, document).transpose());
        let writes = writes.collect::<Result<Vec<_>, _>>()?;
        let is_approved = |write: &Write| self.destination.approved.covers(&write.key, &attribute.document);
        Ok(writes.into_iter().partition(is_approved))
    }

    async fn clear(&mut self, writes: Vec<Write>) -> Result<(), StoreError> {
        writes.iter().for_each(|write| self.ledger.read_by_connector(&write.key));
        let planned = writes
            .into_iter()
            .map(|write| Planned { key: write.key.clone(), step: PlannedStep::Write(write) });
        let planned: Vec<_> = planned.collect();
        self.carry_out_in((0..planned.len()).collect(), planned, MAX_STORED_AT_ONCE).await.map(drop)
    }

    /// Count what is not proven. In a full run it waits, and the first of it is to be recorded one by one.
    fn hold_clearings(
        &mut self,
        proposal: &Proposal,
        writes: &[Write],
    ) -> Result<Vec<ChangeRecord>, Diagnosis> {
        let Proposal { attribute, reason, .. } = proposal;
        let waiting = &mut self.waiting;
        waiting.known.add(&attribute.name, &proposal.document)?;
        let told = waiting.attributes.entry(attribute.clone());
        let (counts, _) = told.or_insert_with(|| (Counts::new(), reason.clone()));
        for write in writes {
            count(counts, &write.key);
        }
        if self.destination.extent == RunExtent::Some {
            return Ok(Vec::new());
        }
        let why = attribute.held_of_one(reason);
        let room = MAX_HELD_RECORDS.saturating_sub(waiting.n_recorded);
        let record = |write: &Write| ChangeRecord { refusal: Some(why.clone()), ..write.into() };
        let records: Vec<_> = writes.iter().take(room).map(record).collect();
        waiting.n_recorded = waiting.n_recorded.saturating_add(records.len());
        self.ledger.held_updates(u64::try_from(writes.len()).unwrap_or(u64::MAX));
        Ok(records)
    }

    fn check_clearing(&self, clearing: Clearing) -> Result<Proposal, Diagnosis> {
        let Clearing { attribute: name, document, keys, reason } = clearing;
        let types = &self.destination.resource_types;
        let document = clearing::read(&name, &document, &borrowed(&keys), types)?;
        let keys = keys.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        let attribute = ClearedAttribute { name, document: document::canonical(&document) };
        Ok(Proposal { attribute, document, keys, reason })
    }
}

#[cfg(test)]
mod tests;
