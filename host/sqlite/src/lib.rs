//! What a host keeps, in SQLite: one file as directory, storage, history, inbox and what is looked up in them
//! ([`SqliteStore`]), one as what its administration keeps ([`SqliteAdmin`]). They are two, because the second has accounts and
//! sealed secrets, and the first can be handed on without them.
//!
//! Not here: several hosts on one file. A file on a network share has neither WAL nor locks that can be trusted.

use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use rollcall_host::error::StoreError;
use rollcall_host::model::Timestamp;

mod admin;
mod browse;
mod claims;
mod database;
mod directory;
mod history;
mod inbox;
mod listing;
mod moments;
mod rows;
mod schema;
mod storage;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use admin::SqliteAdmin;

use browse::Outlines;
use claims::Claims;
use database::Connections;

/// A [`Directory`](rollcall_host::directory::Directory), a [`Storage`](rollcall_host::storage::Storage), a
/// [`History`](rollcall_host::history::History) and an [`Inbox`](rollcall_host::inbox::Inbox) in one file, kept in WAL mode. Objects,
/// storage, runs and events of different sources never meet.
///
/// Beside these it answers what people and programs look up ([`Browse`](rollcall_browse::Browse)), each answer a page or a
/// count, however large the organisation.
///
/// A source has one run at a time across all processes that open the file: a lock on a file beside it, which the
/// operating system releases when its process dies, however it dies.
#[derive(Debug)]
pub struct SqliteStore {
    connections: Arc<Connections>,
    claims: Arc<Claims>,
    outlines: Arc<Outlines>,
}

impl SqliteStore {
    /// Open the file, creating it where there is none, and bring its schema to this version. Blocks for some
    /// milliseconds; where the schema is an older one, for as long as it takes to read every document once.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened, is another program's database, or was written by a newer version of this one.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Ok(Self {
            connections: Arc::new(Connections::open(path, &schema::FORMAT)?),
            claims: Arc::new(Claims::beside(path)),
            outlines: Arc::default(),
        })
    }
}

fn now() -> Timestamp {
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_unix_ms(i64::try_from(since_1970.as_millis()).unwrap_or(i64::MAX))
}
