//! How a file of an older version becomes one of this version. The version of a file is its `user_version`, and
//! `application_id` tells whose it is: both are in the first page, as any program of ours ever wrote them.
//!
//! Why not the crate `rusqlite_migration`, which counts in `user_version` as well: it reads the version before its
//! transaction begins, so of two programs that open a file of an older version at once, one takes a step twice and fails; it
//! looks at no `application_id`; and its newest release is made for an older rusqlite than ours.
//!
//! Not here: a way back. A file of a newer version is refused and left as it is.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

/// The versions of one kind of file.
#[derive(Debug)]
pub(crate) struct FileFormat {
    /// Marks a file as of this kind, so that another program's database is not filled with our tables.
    pub(crate) application_id: i64,
    /// The steps to each version, oldest version first. What was released is never edited; a change is a new version.
    pub(crate) versions: &'static [&'static [Step]],
}

/// A part of the way from one version to the next.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Step {
    /// Statements.
    Sql(&'static str),
    /// What statements cannot do.
    Rust(fn(&Transaction<'_>) -> rusqlite::Result<()>),
}

/// Why a file cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("{path:?}: {cause}")]
pub(super) struct OpenError {
    pub(super) path: PathBuf,
    #[source]
    pub(super) cause: SchemaError,
}

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SchemaError {
    /// It cannot be created.
    #[error(transparent)]
    File(#[from] std::io::Error),
    /// It is a database of another program.
    #[error("the database belongs to another program (application id {found:#x}); choose another file")]
    Foreign { found: i64 },
    /// Its schema is newer than this program.
    #[error(
        "the database has schema version {found} and this program knows up to {known}; use the newer program"
    )]
    Newer { found: i64, known: usize },
    /// The database failed.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
}

impl SchemaError {
    /// With the file that it is about.
    pub(super) fn of(self, path: &Path) -> OpenError {
        OpenError { path: path.to_owned(), cause: self }
    }
}

impl Step {
    fn take(self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        match self {
            Self::Sql(statements) => transaction.execute_batch(statements),
            Self::Rust(function) => function(transaction),
        }
    }
}

impl FileFormat {
    /// Bring a file to this version: all steps that it lacks, or none. Of several programs that do so at once, one takes them.
    pub(crate) fn migrate(&self, connection: &mut Connection) -> Result<(), SchemaError> {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let found = transaction.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
        self.refuse_foreign(&transaction, found)?;
        let newer = || SchemaError::Newer { found, known: self.versions.len() };
        let done = usize::try_from(found).map_err(|_| newer())?;
        for step in self.versions.get(done..).ok_or_else(newer)?.iter().copied().flatten() {
            step.take(&transaction)?;
        }
        self.mark(&transaction, self.versions.len())?;
        Ok(transaction.commit()?)
    }

    /// Write down whose file it is and of which version.
    fn mark(&self, connection: &Connection, version: usize) -> rusqlite::Result<()> {
        connection.pragma_update(None, "application_id", self.application_id)?;
        connection.pragma_update(None, "user_version", i64::try_from(version).unwrap_or(i64::MAX))
    }

    fn refuse_foreign(&self, connection: &Connection, version: i64) -> Result<(), SchemaError> {
        let found = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let n_tables: i64 =
            connection.query_one("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
        let empty = found == 0 && version == 0 && n_tables == 0;
        if empty || found == self.application_id { Ok(()) } else { Err(SchemaError::Foreign { found }) }
    }
}

/// What the tests of each kind of file share.
#[cfg(test)]
pub(crate) mod testing {
    use sha2::{Digest as _, Sha256};

    use super::*;

    impl FileFormat {
        /// A file as a program of this version left it, with what `content` puts into it.
        pub(crate) fn file_of(&self, version: usize, content: &str) -> Connection {
            let mut connection = Connection::open_in_memory().unwrap();
            let transaction = connection.transaction().unwrap();
            for step in self.versions.iter().take(version).copied().flatten() {
                step.take(&transaction).unwrap();
            }
            self.mark(&transaction, version).unwrap();
            transaction.commit().unwrap();
            connection.execute_batch(content).unwrap();
            connection
        }

        /// The first bytes of the SHA-256 of all statements of each version, a line each.
        pub(crate) fn digests(&self) -> String {
            let digest = |steps: &&[Step]| {
                let statements = steps.iter().filter_map(|step| match step {
                    Step::Sql(statements) => Some(*statements),
                    Step::Rust(_) => None,
                });
                let digest = Sha256::digest(statements.collect::<String>());
                digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect::<String>()
            };
            self.versions.iter().map(digest).collect::<Vec<_>>().join("\n")
        }
    }

    /// Every table, index and trigger of a file, as it was created.
    pub(crate) fn tables(connection: &Connection) -> Vec<String> {
        let mut statement = connection
            .prepare("SELECT type || ' ' || name || ': ' || ifnull(sql, '') FROM sqlite_schema ORDER BY name")
            .unwrap();
        let rows = statement.query_map((), |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    /// The version that a file says it has.
    pub(crate) fn version(connection: &Connection) -> usize {
        let version = connection.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0));
        usize::try_from(version.unwrap()).unwrap()
    }

    /// A file of each version has the tables of a new one when it was brought to this version.
    pub(crate) fn every_version_becomes_this_one(format: &FileFormat) {
        let latest = format.versions.len();
        let new = tables(&format.file_of(latest, ""));
        for older in 0..=latest {
            let mut connection = format.file_of(older, "");
            format.migrate(&mut connection).unwrap();
            assert_eq!(tables(&connection), new, "from version {older}");
            assert_eq!(version(&connection), latest, "from version {older}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::testing::version;
    use super::*;

    const FORMAT: FileFormat = FileFormat {
        application_id: 7,
        versions: &[
            &[Step::Sql("CREATE TABLE note (text TEXT)")],
            &[
                Step::Sql("ALTER TABLE note ADD COLUMN length INTEGER"),
                Step::Rust(|transaction| {
                    transaction.execute("UPDATE note SET length = length(text)", ()).map(drop)
                }),
            ],
        ],
    };

    fn lengths(connection: &Connection) -> Vec<i64> {
        let mut statement = connection.prepare("SELECT length FROM note").unwrap();
        let rows = statement.query_map((), |row| row.get(0)).unwrap();
        rows.collect::<rusqlite::Result<_>>().unwrap()
    }

    #[test]
    fn an_empty_file_gets_every_step() {
        let mut connection = Connection::open_in_memory().unwrap();
        FORMAT.migrate(&mut connection).unwrap();
        assert_eq!((version(&connection), lengths(&connection)), (2, vec![]));
    }

    #[test]
    fn an_older_file_gets_the_steps_that_it_lacks_once_and_keeps_what_it_has() {
        let mut connection = FORMAT.file_of(1, "INSERT INTO note VALUES ('four')");
        for _ in 0..2 {
            FORMAT.migrate(&mut connection).unwrap();
            assert_eq!((version(&connection), lengths(&connection)), (2, vec![4]));
        }
    }

    #[test]
    fn programs_that_open_an_older_file_at_once_bring_it_to_this_version_once() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch("CREATE TABLE note (text TEXT)").unwrap();
        FORMAT.mark(&old, 1).unwrap();
        let migrate = || {
            let mut connection = Connection::open(&path).unwrap();
            connection.busy_timeout(std::time::Duration::from_secs(600)).unwrap();
            FORMAT.migrate(&mut connection).unwrap();
        };
        std::thread::scope(|scope| (0..4).for_each(|_| drop(scope.spawn(migrate))));
        assert_eq!(version(&old), 2);
    }

    #[test]
    fn a_newer_file_is_refused_and_left_as_it_is() {
        let mut connection = FORMAT.file_of(2, "PRAGMA user_version = 99");
        assert_eq!(
            FORMAT.migrate(&mut connection).unwrap_err().to_string(),
            "the database has schema version 99 and this program knows up to 2; use the newer program"
        );
        assert_eq!(version(&connection), 99);
    }

    #[test]
    fn a_step_that_fails_leaves_the_file_as_it_was() {
        let broken = FileFormat {
            versions: &[&[Step::Sql("CREATE TABLE note (text TEXT)")], &[Step::Sql("nonsense")]],
            ..FORMAT
        };
        let mut connection = Connection::open_in_memory().unwrap();
        assert!(broken.migrate(&mut connection).is_err());
        assert_eq!((version(&connection), testing::tables(&connection)), (0, vec![]));
    }

    #[test]
    fn a_database_of_another_program_is_refused_and_left_as_it_is() {
        for theirs in ["CREATE TABLE theirs (x)", "PRAGMA application_id = 8"] {
            let mut connection = Connection::open_in_memory().unwrap();
            connection.execute_batch(theirs).unwrap();
            let before = testing::tables(&connection);
            let error = FORMAT.migrate(&mut connection).unwrap_err().to_string();
            assert!(error.contains("belongs to another program"), "{error}");
            assert_eq!((version(&connection), testing::tables(&connection)), (0, before));
        }
    }
}
