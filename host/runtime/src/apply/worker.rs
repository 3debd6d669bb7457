//! Applies batches one after the other while the connector reads on.
//!
//! A worker outlives the connector: what was begun is applied even if the connector dies, and only then is the run
//! closed, so that its counters are those of the platform.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::{mpsc, oneshot};
use tokio::task::{JoinError, JoinHandle};
use tracing::Instrument as _;

use super::{Apply, ApplyOutcome, Departure, Destination, DirectoryChange, Object, Statement};
use crate::cancel::Cancel;
use crate::egress::Fault;
use crate::engine::Share;
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
    waiting: Arc<PendingChanges>,
}

/// What waits to be applied.
struct PendingChanges {
    n_bytes: AtomicUsize,
    /// The same, of the memory that all calls have together.
    memory: Share,
}

impl PendingChanges {
    /// So much more waits, unless that is too much: then the reason.
    fn add(&self, n_bytes: usize) -> Result<(), Diagnosis> {
        let more =
            |waiting: usize| waiting.checked_add(n_bytes).filter(|waiting| *waiting <= MAX_UNAPPLIED_BYTES);
        self.n_bytes
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, more)
            .map_err(|_| too_many_waiting())?;
        self.memory.grow(n_bytes).map_err(|spent| {
            self.n_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
            too_many_waiting_in_all(spent.limit_mib())
        })
    }

    fn remove(&self, n_bytes: usize) {
        self.n_bytes.fetch_sub(n_bytes, Ordering::Relaxed);
        self.memory.shrink(n_bytes);
    }
}

type ReplySender<T> = oneshot::Sender<Result<T, Diagnosis>>;

enum Job {
    Changes { changes: Vec<DirectoryChange>, n_bytes: usize, reply: ReplySender<Vec<ApplyOutcome>> },
    Remove { missing: Vec<Departure>, reply: ReplySender<Vec<ApplyOutcome>> },
    Take { statement: Statement, reply: ReplySender<()> },
    LookOut { keys: Vec<Key>, reply: ReplySender<Vec<bool>> },
}

impl Worker {
    /// A worker that is at rest. What waits for it takes of `memory`.
    pub(crate) fn start(destination: Destination, cancel: Cancel, memory: Share) -> (Self, WorkerHandle) {
        let (jobs, queue) = mpsc::unbounded_channel();
        let waiting = Arc::new(PendingChanges { n_bytes: AtomicUsize::new(0), memory });
        let handle = WorkerHandle { jobs, waiting: Arc::clone(&waiting) };
        let applied = work(Apply::new(destination), queue, waiting, cancel);
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
        changes: Vec<DirectoryChange>,
    ) -> impl Future<Output = Result<Vec<ApplyOutcome>, Diagnosis>> + Send + 'static {
        let n_bytes = changes.iter().map(n_bytes).fold(0, usize::saturating_add);
        let (reply, outcome) = oneshot::channel();
        let queued = self.waiting.add(n_bytes).and_then(|()| {
            self.jobs.send(Job::Changes { changes, n_bytes, reply }).map_err(|_| {
                self.waiting.remove(n_bytes);
                Fault::cancelled().diagnosis
            })
        });
        async move {
            queued?;
            // A worker that drops a job was cancelled.
            outcome.await.unwrap_or_else(|_| Err(Fault::cancelled().diagnosis))
        }
    }

    /// Remove what a full reading no longer found, after all changes queued before.
    pub(crate) async fn remove_missing(
        &self,
        missing: Vec<Departure>,
    ) -> Result<Vec<ApplyOutcome>, Diagnosis> {
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
    waiting: Arc<PendingChanges>,
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
                waiting.remove(n_bytes);
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

/// What a change takes while it waits: its texts, and what stands around them.
fn n_bytes(change: &DirectoryChange) -> usize {
    let of_texts = match change {
        DirectoryChange::Put(Object { key, version, document }) => {
            [text_bytes(key), version.len(), document.len()]
        }
        DirectoryChange::Delete(Departure { key, witness }) => [text_bytes(key), witness.len(), 0],
    };
    of_texts.into_iter().fold(size_of::<DirectoryChange>(), usize::saturating_add)
}

fn text_bytes(key: &Key) -> usize {
    key.resource_type.len().saturating_add(key.external_id.len())
}

fn too_many_waiting() -> Diagnosis {
    let limit_mib = MAX_UNAPPLIED_BYTES >> 20;
    refusal::request(&format!(
        "more than {limit_mib} MiB of changes wait to be applied; take some outcomes first"
    ))
}

fn too_many_waiting_in_all(limit_mib: usize) -> Diagnosis {
    refusal::request(&format!(
        "all that goes on at once has its {limit_mib} MiB of memory, so that no more changes can wait; take some outcomes first"
    ))
}
