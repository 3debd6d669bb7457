//! Runs that were asked for and go on when whoever asked has gone.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rollcall_host::Cancel;
use rollcall_host::model::{Diagnosis, RunId, SourceName, Timestamp};
use serde::Serialize;
use tokio::task::JoinSet;

/// Runs that were asked for, so that they can be stopped: nobody else could stop those of a source that is not followed.
#[derive(Debug, Default)]
pub(crate) struct UnderWay {
    cancels: Mutex<BTreeMap<RunId, Cancel>>,
    tasks: Mutex<JoinSet<()>>,
    /// Why the last ask of a source came to no run, when whoever asked had stopped waiting for the answer.
    unheard: Mutex<BTreeMap<SourceName, Unheard>>,
}

/// That something was asked for, and could not be done, as was found when nobody waited any more.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Unheard {
    pub(crate) at: Timestamp,
    pub(crate) diagnosis: Diagnosis,
}

impl UnderWay {
    pub(super) fn spawn(&self, run: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        while tasks.try_join_next().is_some() {}
        tasks.spawn(run);
    }

    pub(super) fn know(&self, run: &RunId, cancel: &Cancel) {
        self.cancels().insert(run.clone(), cancel.clone());
    }

    pub(super) fn forget(&self, run: &RunId) {
        self.cancels().remove(run);
    }

    pub(super) fn cancel(&self, run: &RunId) -> bool {
        self.cancels().get(run).map(Cancel::cancel).is_some()
    }

    pub(super) async fn end(&self) {
        self.cancels().values().for_each(Cancel::cancel);
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        while tasks.join_next().await.is_some() {}
    }

    pub(super) fn unheard(&self) -> MutexGuard<'_, BTreeMap<SourceName, Unheard>> {
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cancels(&self) -> MutexGuard<'_, BTreeMap<RunId, Cancel>> {
        self.cancels.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
