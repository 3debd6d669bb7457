//! Applies batches one after the other while the connector reads on.
//!
//! A worker outlives the connector: what was begun is applied even if the connector dies, and only then is the run
//! closed, so that its counters are those of the platform.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument as _;

use super::{Apply, Change, Departure, Destination, Outcome, Statement};
use crate::cancel::Cancel;
use crate::egress::Fault;
use crate::limits::MAX_UNAPPLIED_BYTES;
use crate::model::{Diagnosis, Key};
use crate::refusal;

/// Applies what its handles are given, until the last of them is gone.
pub(crate) struct Worker {
    task: JoinHandle<Apply>,
}

/// What a worker did, and what is left to conclude.
pub(crate) type Applied = Result<Apply, JoinError>;

/// Gives work to a worker.
#[derive(Clone)]
pub(crate) struct WorkerHandle {
    jobs: mpsc::UnboundedSender<Job>,
    n_waiting_bytes: Arc<AtomicUsize>,
}

type Reply<T> = oneshot::Sender<Result<T, Diagnosis>>;

enum Job {
    Changes { changes: Vec<Change>, n_bytes: usize, reply: Reply<Vec<Outcome>> },
    Remove { missing: Vec<Departure>, reply: Reply<Vec<Outcome>> },
    Take { statement: Statement, reply: Reply<()> },
    LookOut { keys: Vec<Key>, reply: Reply<Vec<bool>> },
}

impl Worker {
    pub(crate) fn start(destination: Destination, cancel: Cancel) -> (Self, WorkerHandle) {
        let (jobs, queue) = mpsc::unbounded_channel();
        let n_waiting_bytes = Arc::default();
        let handle = WorkerHandle { jobs, n_waiting_bytes: Arc::clone(&n_waiting_bytes) };
        let applied = work(Apply::new(destination), queue, n_waiting_bytes, cancel);
        let task = tokio::spawn(applied.in_current_span());
        (Self { task }, handle)
    }

    /// Wait until everything is applied. All handles must be gone.
    pub(crate) async fn finish(self) -> Applied {
        self.task.await
    }
}

impl WorkerHandle {
    /// Queue these changes now; the outcome comes with the future.
    pub(crate) fn changes(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<Vec<Outcome>, Diagnosis>> + Send + 'static {
        let n_bytes = changes.iter().map(n_bytes).sum();
        let n_waiting = self.n_waiting_bytes.fetch_add(n_bytes, Ordering::Relaxed);
        let (reply, outcome) = oneshot::channel();
        let is_queued = n_waiting.saturating_add(n_bytes) <= MAX_UNAPPLIED_BYTES
            && self.jobs.send(Job::Changes { changes, n_bytes, reply }).is_ok();
        if !is_queued {
            self.n_waiting_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
        }
        async move {
            if !is_queued {
                return Err(too_many_waiting());
            }
            // A worker that drops a job was cancelled.
            outcome.await.unwrap_or_else(|_| Err(Fault::cancelled().diagnosis))
        }
    }

    /// Remove what a full reading no longer found, after all changes queued before.
    pub(crate) async fn remove_missing(&self, missing: Vec<Departure>) -> Result<Vec<Outcome>, Diagnosis> {
        let (reply, outcomes) = oneshot::channel();
        self.ask(Job::Remove { missing, reply }, outcomes).await
    }

    /// Take what a connector says of its reading, after all changes queued before.
    pub(crate) async fn state(&self, statement: Statement) -> Result<(), Diagnosis> {
        let (reply, answer) = oneshot::channel();
        self.ask(Job::Take { statement, reply }, answer).await
    }

    /// Which of these are held and out of the view of a full reading, after all changes queued before.
    pub(crate) async fn out_of_view(&self, keys: Vec<Key>) -> Result<Vec<bool>, Diagnosis> {
        let n_keys = keys.len();
        let (reply, answer) = oneshot::channel();
        let _sent = self.jobs.send(Job::LookOut { keys, reply });
        // Of a reading that was cancelled, nobody needs to know.
        answer.await.unwrap_or_else(|_| Ok(vec![false; n_keys]))
    }

    async fn ask<T>(
        &self,
        job: Job,
        answer: oneshot::Receiver<Result<T, Diagnosis>>,
    ) -> Result<T, Diagnosis> {
        // A worker that is gone drops the job, and with it the reply.
        let _sent = self.jobs.send(job);
        answer.await.unwrap_or_else(|_| Err(Fault::cancelled().diagnosis))
    }
}

async fn work(
    mut apply: Apply,
    mut queue: mpsc::UnboundedReceiver<Job>,
    n_waiting_bytes: Arc<AtomicUsize>,
    cancel: Cancel,
) -> Apply {
    while let Some(job) = queue.recv().await {
        // After a cancellation nothing new is written; dropping the reply says so. Where it was written, the connector
        // may be gone; what was applied stays applied.
        match job {
            Job::Changes { changes, n_bytes, reply } => {
                if !cancel.is_cancelled() {
                    let _heard = reply.send(apply.changes(changes).await);
                }
                n_waiting_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
            }
            Job::Remove { missing, reply } => {
                if !cancel.is_cancelled() {
                    let _heard = reply.send(apply.remove_missing(missing).await);
                }
            }
            Job::Take { statement, reply } => {
                if !cancel.is_cancelled() {
                    let _heard = reply.send(apply.take(statement).await);
                }
            }
            Job::LookOut { keys, reply } => {
                if !cancel.is_cancelled() {
                    let _heard = reply.send(apply.out_of_view(&keys).await);
                }
            }
        }
    }
    apply
}

fn n_bytes(change: &Change) -> usize {
    match change {
        Change::Put(object) => object.document.len(),
        Change::Delete(departure) => departure.witness.len(),
    }
}

fn too_many_waiting() -> Diagnosis {
    let limit_mib = MAX_UNAPPLIED_BYTES >> 20;
    refusal::request(&format!(
        "more than {limit_mib} MiB of changes wait to be applied; take some outcomes first"
    ))
}
