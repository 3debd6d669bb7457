//! Puts together what a full run can show for itself, once nothing more comes.
//!
//! Not here: what is in a proof and what is said of it (`proof`).

use rollcall_rules::vocabulary::REMOVALS_STOPPED;

use super::{Apply, RunExtent};
use crate::error::StoreError;
use crate::model::Counts;
use crate::model::proof::{Proof, View};

impl Apply {
    /// Keep the proof of a full run whose connector came to read. `is_whole` says that everything was read.
    pub(super) async fn prove(&mut self, is_whole: bool) {
        let Some(scope) = self.compared.scope().filter(|_| self.destination.extent == RunExtent::Full) else {
            return;
        };
        let view = View::from(scope);
        if !is_whole {
            match self.absent().await {
                Ok(absent) => self.fates.kept_some(REMOVALS_STOPPED, absent),
                Err(error) => drop(self.failed(&error)),
            }
        }
        let proof = Proof {
            is_complete: is_whole,
            view,
            view_before: self.destination.known_scopes.last.as_ref().map(View::from),
            narrowing: self.narrowing(),
            unfollowed: self.compared.unfollowed().clone(),
            ..Proof::default()
        };
        let proof = proof.with_coverage(self.reading.coverage()).with_fates(std::mem::take(&mut self.fates));
        self.ledger.proven_by(proof);
    }

    /// What is held and was neither read nor found to be out of view, as far as the connector said what it has read: by
    /// resource type, and none of those of which that is nothing.
    async fn absent(&self) -> Result<Counts, StoreError> {
        let mut absent = Counts::new();
        for covered in self.reading.coverage() {
            let n_out = self.compared.unfollowed().get(&covered.resource_type).copied().unwrap_or_default();
            let n_known = self.known(&covered.resource_type).await?;
            let n = n_known.saturating_sub(covered.read).saturating_sub(n_out);
            if 0 < n {
                absent.insert(covered.resource_type.clone(), n);
            }
        }
        Ok(absent)
    }
}
