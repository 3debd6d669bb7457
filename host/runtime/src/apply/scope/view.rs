//! What the platform holds and a scope does not show, by where it hangs there: the source is not asked about it, it is not
//! removed, and not followed.
//!
//! Not here: what is only missing from a reading although the scope shows where it hangs; the source is asked about that.

use std::collections::BTreeSet;

use rollcall_rules::placement::departments;
use rollcall_rules::vocabulary::resource_type::DEPARTMENT;
use serde_json::Value;

use crate::apply::{Apply, RunExtent};
use crate::error::StoreError;
use crate::limits::MAX_LOST_PARTS_ASKED;
use crate::model::{Diagnosis, Key};

impl Apply {
    /// Which of these are held and out of the scope of this full reading; of any other reading, none.
    ///
    /// An error means that the platform's store failed.
    pub(in crate::apply) async fn out_of_view(&mut self, keys: &[Key]) -> Result<Vec<bool>, Diagnosis> {
        self.find_out_of_view(keys).await.map_err(|error| self.failed(&error))
    }

    async fn find_out_of_view(&mut self, keys: &[Key]) -> Result<Vec<bool>, StoreError> {
        let is_of_parts = self.compared.scope.as_ref().is_some_and(|scope| !scope.whole);
        if self.destination.extent != RunExtent::Full || !is_of_parts {
            return Ok(vec![false; keys.len()]);
        }
        let documents = self.held_now(keys).await?;
        let places: Vec<_> =
            keys.iter().zip(&documents).map(|(key, held)| hangs_in(key, held.as_deref())).collect();
        self.learn(&places.iter().flatten().copied().collect()).await?;
        let mut are_out = Vec::with_capacity(keys.len());
        for (key, places) in keys.iter().zip(&places) {
            let is_out = self.compared.tree.is_out_of_view(places.iter().copied())
                && !self.names(key)
                && !self.may_ask_about_lost_part(key);
            if is_out {
                self.compared.out_of_view.count(key);
            }
            are_out.push(is_out);
        }
        Ok(are_out)
    }

    /// Whether this was a part of the last scope, which is missing from this one where it was taken out of it, and where it is
    /// gone: only the source can tell.
    fn may_ask_about_lost_part(&mut self, key: &Key) -> bool {
        let n_lost = self.compared.out_of_view.n_lost_parts;
        let may_ask = self.compared.last_parts.contains(key) && n_lost < MAX_LOST_PARTS_ASKED;
        self.compared.out_of_view.n_lost_parts = n_lost.saturating_add(usize::from(may_ask));
        may_ask
    }
}

/// The departments by which it is told whether an object is in a scope: a department itself, and those of everything else.
pub(super) fn hangs_in<'a>(key: &'a Key, held: Option<&'a Value>) -> BTreeSet<&'a str> {
    match held {
        None => BTreeSet::new(),
        Some(_) if key.resource_type == DEPARTMENT => BTreeSet::from([key.external_id.as_str()]),
        Some(document) => departments(document),
    }
}
