//! What the administration of a host keeps, in a file of its own.
//!
//! Not here: limits, and what is secret: it comes sealed or as a digest.

use std::path::Path;
use std::sync::Arc;

use rollcall_admin::DatabaseError;
use rollcall_host::error::StoreError;
use rusqlite::{Connection, Transaction};

use crate::database::{Connections, Urgency};

mod accounts;
mod audit;
mod idempotency;
mod outbox;
mod questions;
mod schema;
mod sealing;
mod sessions;
mod sources;
mod tokens;
mod webhooks;

/// An [`AdminStore`](rollcall_admin::AdminStore) in one file, kept in WAL mode. Whatever it answered as done is on the disk.
#[derive(Debug)]
pub struct SqliteAdmin {
    connections: Arc<Connections>,
}

impl SqliteAdmin {
    /// Open the file, creating it for its owner alone where there is none, and bring its schema to this version. Blocks for
    /// some milliseconds.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, is another program's database, or was written by a newer version of this one.
    pub fn open(path: &Path) -> Result<Self, DatabaseError> {
        let connections = Connections::open(path, &schema::FORMAT).map_err(failed)?;
        Ok(Self { connections: Arc::new(connections) })
    }

    /// Do `work` in a transaction. It is committed when `work` succeeds and undone when it fails.
    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        self.connections
            .write(Urgency::InTurn, move |transaction| {
                let done = work(&transaction)?;
                transaction.commit()?;
                Ok(done)
            })
            .await
            .map_err(failed)
    }

    /// Do `work`, which only reads.
    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        self.connections.read(work).await.map_err(failed)
    }
}

fn failed(error: StoreError) -> DatabaseError {
    match error {
        StoreError::Failed(cause) => DatabaseError::failed(cause),
        error @ (StoreError::Full { .. } | _) => DatabaseError::failed(error),
    }
}
