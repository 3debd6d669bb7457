//! The connections to one file: a single writer and a few readers, used on blocking threads.
//!
//! Not here: SQL. The stores bring theirs as closures. Nor when the log is moved into the file (`checkpoints`).

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, Transaction, TransactionBehavior};
use tokio::sync;

use super::checkpoints::{Checkpoints, Logged};
use super::lock::lock;
use super::migrations::{FileFormat, SchemaError};
use rollcall_host::error::StoreError;

/// How long a statement waits for another process that is writing.
///
/// 10 s. Why: 200 writes take some 10 ms, all departures of a run some seconds; whoever holds the file for longer is stuck.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// Reading connections that are kept open for the next reader.
///
/// Why: one run reads with a handful of calls under way; each connection has SQLite's page cache of up to 2 MiB.
const MAX_IDLE_READERS: usize = 4;

/// Page cache of the writer, in KiB.
///
/// 32 MiB. Why: the indexes of some 50,000 objects, and of what is listed of them, stay in memory; storing is a quarter
/// faster than with SQLite's 2 MiB.
const WRITER_CACHE_KIB: i64 = 32 * 1024;

/// Statements that each connection keeps compiled.
///
/// Why: every statement of the stores, the variants of its filters included, so that hardly one is compiled twice.
const STATEMENT_CACHE: usize = 128;

/// The connections to one database file.
pub(crate) struct Connections {
    /// First, so that they are closed first: SQLite moves the log into the file and removes it when the last connection is
    /// closed, and cannot when that is one that only reads.
    idle_readers: Mutex<Vec<Connection>>,
    path: PathBuf,
    /// Whoever waits gets it in the order of asking.
    writer: Arc<sync::Mutex<Connection>>,
    /// Before whoever writes in turn may ask for the writer: so at most one of them is ever ahead of an urgent write.
    turn: sync::Mutex<()>,
    checkpoints: Arc<Checkpoints>,
}

/// How soon a write must come to its end, and what of it outlives a power cut. A process that dies loses nothing that was
/// committed, whichever it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Urgency {
    /// Somebody out there waits for an answer. For small writes: it passes by all that wait for their turn, and is on the
    /// disk when it returns.
    Now,
    /// In the order of asking, and on the disk when it returns, with all that was written before it.
    InTurn,
    /// In the order of asking, and on the disk no later than what is written after it. For what a run under way writes:
    /// if a power cut takes the end of it, the run reads interrupted, and the next one finds the same to do.
    Bulk,
}

impl Urgency {
    /// SQLite's name for it.
    const fn synchronous(self) -> &'static str {
        match self {
            Self::Now | Self::InTurn => "full",
            Self::Bulk => "normal",
        }
    }
}

/// Why some work on a connection failed.
#[derive(Debug)]
pub(crate) enum ConnectionFault {
    /// The database failed.
    Sqlite(rusqlite::Error),
    /// A file beside it did.
    File(io::Error),
    /// Anything else, as the embedder will see it.
    Store(StoreError),
}

impl From<rusqlite::Error> for ConnectionFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<io::Error> for ConnectionFault {
    fn from(error: io::Error) -> Self {
        Self::File(error)
    }
}

impl From<StoreError> for ConnectionFault {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<ConnectionFault> for StoreError {
    fn from(fault: ConnectionFault) -> Self {
        match fault {
            ConnectionFault::Sqlite(error) => Self::failed(error),
            ConnectionFault::File(error) => Self::failed(error),
            ConnectionFault::Store(error) => error,
        }
    }
}

impl Connections {
    /// Open the file, creating it where there is none, and bring it to this version.
    pub(crate) fn open(path: &Path, format: &FileFormat) -> Result<Self, StoreError> {
        Self::try_open(path, format).map_err(|error| StoreError::failed(error.of(path)))
    }

    fn try_open(path: &Path, format: &FileFormat) -> Result<Self, SchemaError> {
        create_private(path)?;
        let mut writer = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        // WAL lets readers go on while a run writes. Survives in the file, so it is set once, here.
        writer.pragma_update(None, "journal_mode", "wal")?;
        // A negative number is a size in KiB, a positive one would be in pages.
        writer.pragma_update(None, "cache_size", -WRITER_CACHE_KIB)?;
        format.migrate(&mut writer)?;
        let mover = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let logged = Logged::of(&mut writer)?;
        let writer = Arc::new(sync::Mutex::new(writer));
        Ok(Self {
            idle_readers: Mutex::default(),
            path: path.to_owned(),
            checkpoints: Arc::new(Checkpoints::new(mover, logged, Arc::clone(&writer))),
            writer,
            turn: sync::Mutex::default(),
        })
    }

    /// Do `work` in a transaction that already has the right to write. It commits itself; dropped, it has done nothing.
    ///
    /// Dropping the future while it waits means that nothing was done, later that all of it was or will be.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        urgency: Urgency,
        work: impl FnOnce(Transaction<'_>) -> Result<T, ConnectionFault> + Send + 'static,
    ) -> Result<T, StoreError> {
        let _turn = match urgency {
            Urgency::Now => None,
            Urgency::InTurn | Urgency::Bulk => Some(self.turn.lock().await),
        };
        let mut writer = Arc::clone(&self.writer).lock_owned().await;
        let checkpoints = Arc::clone(&self.checkpoints);
        blocking(move || {
            writer.pragma_update(None, "synchronous", urgency.synchronous())?;
            let done = work(writer.transaction_with_behavior(TransactionBehavior::Immediate)?);
            drop(writer);
            checkpoints.begin_if_due();
            done
        })
        .await
    }

    /// Do `work` on a connection that cannot write.
    pub(crate) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connections = Arc::clone(self);
        blocking(move || {
            let reader = connections.take_reader()?;
            let result = work(&reader);
            connections.give_back(reader);
            Ok(result?)
        })
        .await
    }

    #[cfg(test)]
    pub(crate) async fn checkpoints_at_rest(&self) {
        self.checkpoints.at_rest().await;
    }

    fn take_reader(&self) -> rusqlite::Result<Connection> {
        let idle = lock(&self.idle_readers).pop();
        idle.map_or_else(|| connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY), Ok)
    }

    fn give_back(&self, reader: Connection) {
        let mut idle = lock(&self.idle_readers);
        if idle.len() < MAX_IDLE_READERS {
            idle.push(reader);
        }
    }
}

impl fmt::Debug for Connections {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connections").field("path", &self.path).finish_non_exhaustive()
    }
}

/// Create the file so that only its owner can read it, as it will hold people's data; SQLite gives its `-wal` and
/// `-shm` files the same mode. A file that is there keeps its mode.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn connect(path: &Path, access: OpenFlags) -> rusqlite::Result<Connection> {
    // No mutex within SQLite: a connection is used by one thread at a time, as `Connections` sees to.
    let connection = Connection::open_with_flags(path, access | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // What was answered as durable survives a power cut as well; the price is one flush. `Urgency::Bulk` does without.
    connection.pragma_update(None, "synchronous", "full")?;
    connection.set_prepared_statement_cache_capacity(STATEMENT_CACHE);
    Ok(connection)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ConnectionFault> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(StoreError::failed)?.map_err(StoreError::from)
}

#[cfg(test)]
mod tests {
    use futures_util::future::join_all;

    use super::*;

    const EMPTY: FileFormat = FileFormat { application_id: 7, versions: &[] };

    #[tokio::test]
    async fn an_urgent_write_waits_for_the_one_under_way_and_for_no_other() {
        let folder = tempfile::tempdir().unwrap();
        let connections = Connections::open(&folder.path().join("rollcall.db"), &EMPTY).unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let write = |urgency| {
            let order = Arc::clone(&order);
            connections.write(urgency, move |transaction| {
                order.lock().unwrap().push(urgency);
                Ok(transaction.commit()?)
            })
        };
        // All of them ask in this order before the first one is under way.
        let writes = [Urgency::InTurn, Urgency::InTurn, Urgency::InTurn, Urgency::Now].map(write);
        join_all(writes).await.into_iter().collect::<Result<(), _>>().unwrap();
        let expected = [Urgency::InTurn, Urgency::Now, Urgency::InTurn, Urgency::InTurn];
        assert_eq!(*order.lock().unwrap(), expected);
    }

    #[tokio::test]
    async fn whoever_has_closed_the_file_leaves_nothing_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rollcall.db");
        let connections = Arc::new(Connections::open(&path, &EMPTY).unwrap());
        connections.write(Urgency::InTurn, |transaction| Ok(transaction.commit()?)).await.unwrap();
        connections.read(|reader| reader.query_row("SELECT 1", [], |_| Ok(()))).await.unwrap();
        drop(connections);
        let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name());
        assert_eq!(files.collect::<Vec<_>>(), ["rollcall.db"]);
    }
    #[cfg(unix)]
    #[tokio::test]
    async fn nobody_else_can_read_a_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rollcall.db");
        let connections = Connections::open(&path, &EMPTY).unwrap();
        connections.write(Urgency::InTurn, |transaction| Ok(transaction.commit()?)).await.unwrap();
        for file in std::fs::read_dir(folder.path()).unwrap() {
            let file = file.unwrap();
            assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{file:?}");
        }
    }

    #[test]
    fn a_file_that_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let error = Connections::open(folder.path(), &EMPTY).unwrap_err().to_string();
        assert!(error.contains(&format!("{:?}", folder.path())), "{error}");
    }
}
