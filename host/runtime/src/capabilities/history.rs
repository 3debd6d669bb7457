//! What a connector says of its work: how far it is, and entries of the log.
//!
//! Not here: what is recorded of it (`recorder`).

use std::sync::Arc;

use rollcall_rules::reach::Capability;

use super::guest::Guest;
use crate::bindings::rollcall::connector::{history as wit, model as wit_model};
use crate::limits::MAX_ENTRIES_PER_CALL;
use crate::refusal;

impl wit::Host for Guest {
    fn report(&mut self, progress: wit::Progress) -> wasmtime::Result<()> {
        let session = self.session(Capability::History, "history.report")?;
        session.history.report(session.reader().progress(&progress));
        Ok(())
    }

    async fn record_entries(
        &mut self,
        entries: Vec<wit::LogEntry>,
    ) -> wasmtime::Result<Result<(), wit_model::Diagnosis>> {
        let session = self.session(Capability::History, "history.record-entries")?;
        let recorder = Arc::clone(&session.history);
        recorder.drop_entries(entries.len().saturating_sub(MAX_ENTRIES_PER_CALL));
        let read = entries.into_iter().take(MAX_ENTRIES_PER_CALL).map(|entry| session.reader().entry(entry));
        let recorded = recorder.entries(read.collect()).await;
        self.resumed();
        Ok(recorded.map_err(|error| {
            recorder.not_recorded(&error);
            refusal::store(&error).into()
        }))
    }
}
