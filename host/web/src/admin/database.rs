//! The console's own database: who may do what, what is configured, what was done. One connection, used on blocking
//! threads; every statement is short.
//!
//! Not here: what was imported, which is the host's store; and SQL, which stands beside what it is for.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// One step a version, oldest first. A step that was released is never edited.
const MIGRATIONS: [&str; 3] =
    [include_str!("database/1.sql"), include_str!("database/2.sql"), include_str!("database/3.sql")];

/// Marks a file as the console's: "RCON" in ASCII.
const APPLICATION_ID: i64 = 0x5243_4f4e;

/// How long a statement waits for another process.
///
/// 5 s. Why: a person waits for the answer, and every transaction takes milliseconds.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// Why the console's database cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// The file cannot be created or opened.
    #[error("the console's database {path:?} cannot be opened: {source}")]
    Unusable {
        /// Where it should be.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// It is a database of another program, or of a newer version of this one.
    #[error(
        "the file {path:?} is not a console database of this version (schema {found}, known up to {known}); use the program \
         that wrote it"
    )]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Its schema version.
        found: i64,
        /// The newest one that is known.
        known: usize,
    },
    /// The database failed.
    #[error("the console's database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// The program is ending.
    #[error("the console's database is not available: {0}")]
    Ended(String),
}

/// The console's database. Clones are the same one.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    connection: Arc<Mutex<Connection>>,
}

impl Database {
    /// Open the file, creating it where there is none, and bring it to this version.
    pub(crate) async fn open(path: PathBuf) -> Result<Self, DatabaseError> {
        let opened = tokio::task::spawn_blocking(move || open(&path)).await;
        let connection = opened.map_err(|error| DatabaseError::Ended(error.to_string()))??;
        Ok(Self { connection: Arc::new(Mutex::new(connection)) })
    }

    /// Do `work` in a transaction. It is committed when `work` succeeds and undone when it fails.
    pub(crate) async fn write<T, E>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        self.with(move |connection| {
            let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate);
            let transaction = begun.map_err(DatabaseError::from)?;
            let done = work(&transaction)?;
            transaction.commit().map_err(DatabaseError::from)?;
            Ok(done)
        })
        .await
    }

    /// Do `work`, which only reads.
    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        self.with(move |connection| Ok(work(connection)?)).await
    }

    async fn with<T, E>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<DatabaseError> + Send + 'static,
    {
        let connection = Arc::clone(&self.connection);
        // A panic while the lock was held has rolled its transaction back, so what is behind the lock is whole.
        let done = tokio::task::spawn_blocking(move || {
            work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))
        });
        done.await.map_err(|error| DatabaseError::Ended(error.to_string()))?
    }
}

fn open(path: &Path) -> Result<Connection, DatabaseError> {
    create_private(path).map_err(|source| DatabaseError::Unusable { path: path.to_owned(), source })?;
    let mut connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "wal")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "synchronous", "full")?;
    migrate(&mut connection, path)?;
    Ok(connection)
}

/// Create the file so that only its owner can read it. A file that is there keeps its mode.
fn create_private(path: &Path) -> io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

fn migrate(connection: &mut Connection, path: &Path) -> Result<(), DatabaseError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: i64 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let mark: i64 = transaction.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let foreign = || DatabaseError::Foreign { path: path.to_owned(), found, known: MIGRATIONS.len() };
    let is_ours = mark == APPLICATION_ID || (mark == 0 && found == 0);
    let done = usize::try_from(found).ok().filter(|_| is_ours).ok_or_else(foreign)?;
    for step in MIGRATIONS.get(done..).ok_or_else(foreign)? {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX))?;
    Ok(transaction.commit()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_brought_to_this_version_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.db");
        for _ in 0..2 {
            let connection = open(&path).unwrap();
            let version: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
            assert_eq!(version, i64::try_from(MIGRATIONS.len()).unwrap());
        }
    }

    #[test]
    fn tokens_and_sources_of_a_file_before_version_three_stay_what_they_were() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.db");
        let before = Connection::open(&path).unwrap();
        for step in MIGRATIONS.iter().take(2) {
            before.execute_batch(step).unwrap();
        }
        before.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        before.pragma_update(None, "user_version", 2).unwrap();
        before
            .execute_batch(
                "INSERT INTO token (name, digest, scope, created_by, created_at) VALUES ('t', x'00', 'read', 'admin', 1);
                 INSERT INTO source VALUES ('hq', 'd', '{}', '{}', x'00', NULL, 'deactivate', 1, 1, 1, NULL);",
            )
            .unwrap();
        drop(before);
        let connection = open(&path).unwrap();
        let limits: (Option<String>, Option<String>) = connection
            .query_row("SELECT token.sources, source.scim FROM token, source", (), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(limits, (None, None));
    }

    #[test]
    fn the_database_of_another_program_is_refused_and_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path).unwrap().pragma_update(None, "application_id", 7).unwrap();
        assert!(matches!(open(&path), Err(DatabaseError::Foreign { .. })));
        let mark: i64 = Connection::open(&path)
            .unwrap()
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .unwrap();
        assert_eq!(mark, 7);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_a_new_file() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.db");
        open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}
