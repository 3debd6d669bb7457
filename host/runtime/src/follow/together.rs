//! Deliveries that wait for the store at the same time, kept in one call: a slow disk is waited for once, not once each.
//!
//! Not here: what a delivery says (`receive`), and what keeping it leads to (`followed`).

use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{self, oneshot};

use super::followed::Followed;
use crate::connector::Notice;
use crate::inbox::EventWay;

/// What one delivery said, and whom to tell whether it was kept.
struct PendingDelivery {
    notices: Vec<Notice>,
    is_kept: oneshot::Sender<bool>,
}

/// The deliveries of one source that wait.
#[derive(Default)]
pub(super) struct Together {
    waiting: Mutex<Vec<PendingDelivery>>,
    /// Whoever has it keeps what has gathered meanwhile.
    turn: sync::Mutex<()>,
}

impl Together {
    /// Keep what one delivery said, and perhaps that of others with it. Whether it was kept.
    ///
    /// Dropping the future while it waits for its turn means that nothing was kept, later that all of it was or will be.
    pub(super) async fn keep(self: &Arc<Self>, followed: &Arc<Followed>, notices: Vec<Notice>) -> bool {
        if notices.is_empty() {
            return true;
        }
        let (is_kept, answer) = oneshot::channel();
        self.waiting().push(PendingDelivery { notices, is_kept });
        // On its own: a delivery that is given up must not take those along that are kept with it.
        let (together, followed) = (Arc::clone(self), Arc::clone(followed));
        tokio::spawn(async move { together.keep_what_waits(&followed).await });
        answer.await.unwrap_or(false)
    }

    async fn keep_what_waits(&self, followed: &Followed) {
        let _turn = self.turn.lock().await;
        let mut waiting = mem::take(&mut *self.waiting());
        waiting.retain(|one| !one.is_kept.is_closed());
        if waiting.is_empty() {
            return;
        }
        let notices: Vec<Notice> = waiting.iter_mut().flat_map(|one| mem::take(&mut one.notices)).collect();
        let n_deliveries = waiting.len();
        let result = followed.keep(notices, EventWay::Callback).await;
        if let Err(error) = &result {
            tracing::error!(
                source = %followed.name(), n_deliveries, %error,
                "deliveries could not be kept; the source sends them again"
            );
        }
        for PendingDelivery { is_kept, .. } in waiting {
            // Whoever gave up meanwhile has answered already.
            let _gone = is_kept.send(result.is_ok());
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Vec<PendingDelivery>> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
