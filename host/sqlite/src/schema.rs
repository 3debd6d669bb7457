//! The tables, and how a file of an older version becomes one of this version.
//!
//! What is deliberately not here: a way back. A file of a newer version is refused and left as it is.

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::{history, listing};

/// The steps to each version, oldest version first. What was released is never edited; a change is a new version.
const MIGRATIONS: [&[Step]; 15] = [
    &[Step::Sql(include_str!("schema/1.sql"))],
    &[Step::Sql(include_str!("schema/2.sql"))],
    // Its lists stay empty: version 13 makes them anew.
    &[Step::Sql(include_str!("schema/3.sql"))],
    &[Step::Sql(include_str!("schema/4.sql"))],
    &[Step::Sql(include_str!("schema/5.sql")), Step::Rust(history::fill_texts)],
    &[Step::Sql(include_str!("schema/6.sql"))],
    &[Step::Sql(include_str!("schema/7.sql"))],
    &[Step::Sql(include_str!("schema/8.sql"))],
    &[Step::Sql(include_str!("schema/9.sql"))],
    &[Step::Sql(include_str!("schema/10.sql"))],
    &[Step::Sql(include_str!("schema/11.sql"))],
    &[Step::Sql(include_str!("schema/12.sql"))],
    &[Step::Sql(include_str!("schema/13.sql")), Step::Rust(listing::fill)],
    &[Step::Sql(include_str!("schema/14.sql"))],
    &[Step::Sql(include_str!("schema/15.sql"))],
];

/// A part of the way from one version to the next.
#[derive(Clone, Copy)]
enum Step {
    /// Statements.
    Sql(&'static str),
    /// What statements cannot do.
    Rust(fn(&Transaction<'_>) -> rusqlite::Result<()>),
}

impl Step {
    fn take(self, transaction: &Transaction<'_>) -> rusqlite::Result<()> {
        match self {
            Self::Sql(statements) => transaction.execute_batch(statements),
            Self::Rust(function) => function(transaction),
        }
    }
}

/// Marks a file as ours, so that another program's database is not filled with our tables: "RCAL" in ASCII.
const APPLICATION_ID: i64 = 0x5243_414c;

/// Why a file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum SchemaError {
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

/// Bring the file to this version: all steps that it lacks, or none.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), SchemaError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = transaction.pragma_query_value(None, "user_version", |row| row.get::<_, i64>(0))?;
    refuse_foreign(&transaction, found)?;
    let newer = || SchemaError::Newer { found, known: MIGRATIONS.len() };
    let done = usize::try_from(found).map_err(|_| newer())?;
    for step in MIGRATIONS.get(done..).ok_or_else(newer)?.iter().copied().flatten() {
        step.take(&transaction)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX))?;
    Ok(transaction.commit()?)
}

fn refuse_foreign(connection: &Connection, version: i64) -> Result<(), SchemaError> {
    let found = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let n_tables: i64 = connection.query_one("SELECT count(*) FROM sqlite_schema", (), |row| row.get(0))?;
    let empty = found == 0 && version == 0 && n_tables == 0;
    if empty || found == APPLICATION_ID { Ok(()) } else { Err(SchemaError::Foreign { found }) }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn version(connection: &Connection) -> i64 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn an_empty_file_gets_every_step() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        assert_eq!(version(&connection), i64::try_from(MIGRATIONS.len()).unwrap());
    }

    #[test]
    fn a_current_file_is_left_as_it_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        migrate(&mut connection).unwrap();
        let n_tables: i64 = connection
            .query_one("SELECT count(*) FROM sqlite_schema WHERE name = 'object'", (), |row| row.get(0))
            .unwrap();
        assert_eq!(n_tables, 1);
    }

    #[test]
    fn an_older_file_gets_the_steps_that_it_lacks_and_keeps_what_it_has() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch(include_str!("schema/1.sql")).unwrap();
        connection.execute_batch("INSERT INTO storage VALUES ('a', 'key', x'07')").unwrap();
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", 1).unwrap();
        migrate(&mut connection).unwrap();
        let count = |table: &str| -> i64 {
            connection.query_one(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap()
        };
        assert_eq!((version(&connection), count("storage"), count("event")), (15, 1, 0));
        let total: i64 =
            connection.query_one("SELECT n_bytes FROM storage_total", (), |row| row.get(0)).unwrap();
        assert_eq!(total, 4);
    }

    /// What a program of version 2 left behind: a person who was created, then changed, then looked at in vain by a
    /// third run and a dry run; one who departed; an event about the first.
    const OLD: &str = r#"
        INSERT INTO run (source, trigger, dry_run, connector, state, started_at, counters, n_entries_dropped)
        VALUES ('a', 'manual', 0, '{}', 'succeeded', 100, '{}', 0), ('a', 'manual', 0, '{}', 'succeeded', 200, '{}', 0),
          ('a', 'manual', 0, '{}', 'succeeded', 300, '{}', 0), ('a', 'manual', 1, '{}', 'succeeded', 400, '{}', 0);
        INSERT INTO object VALUES
          ('a', 'User', '1', 'v', '{"displayName":"王","userName":"W"}', NULL, 1, 3),
          ('a', 'User', '2', 'v', '{"displayName":"李"}', 350, 2, 2);
        INSERT INTO change VALUES
          (1, 1, 'User', '1', 'created', NULL, '{"displayName":"old"}', NULL, NULL),
          (2, 1, 'User', '1', 'updated', '{"displayName":"old"}', '{"displayName":"王"}', NULL, NULL),
          (2, 2, 'User', '2', 'created', NULL, '{"displayName":7}', NULL, '{"code":"taken"}'),
          (3, 1, 'User', '3', 'deleted', '{"displayName":"gone"}', NULL, NULL, NULL),
          (4, 1, 'User', '1', 'updated', '{"displayName":"王"}', '{"displayName":"?"}', NULL, NULL);
        INSERT INTO entry VALUES (1, 1, 2, 'User', '1', NULL, '{"code":"kept","message":"m"}');
        INSERT INTO event (source, id, kind, payload, subjects, arrived_at, way, state, n_attempts)
        VALUES ('a', 'e', 'k', x'', '[{"resource_type":"User","external_id":"1"}]', 1, 'callback', 'done', 0);
    "#;

    #[test]
    fn what_a_file_of_version_2_holds_can_be_browsed() {
        let mut connection = Connection::open_in_memory().unwrap();
        for step in [include_str!("schema/1.sql"), include_str!("schema/2.sql"), OLD] {
            connection.execute_batch(step).unwrap();
        }
        connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
        connection.pragma_update(None, "user_version", 2).unwrap();
        migrate(&mut connection).unwrap();
        let rows = |query: &str| -> Vec<String> {
            let mut statement = connection.prepare(query).unwrap();
            let rows = statement.query_map((), |row| row.get(0)).unwrap();
            rows.collect::<rusqlite::Result<_>>().unwrap()
        };
        expect![[r#"
            1 null 100 200 1 3 {"displayName":"王","userName":"W"}
            2 350 200 200 2 2 {"displayName":"李"}
            1 王 0 1 w 100 200
            2 李 1 0 2 200 200
            1 1 old -
            2 1 王 -
            2 2 null taken
            3 1 gone -
            4 1 ? -
            1 created 0 1
            2 created 1taken 1
            2 updated 0 1
            3 deleted 0 1
            4 updated 0 1
            1 1 User created -: old 1
            2 1 User updated -: 王 1 old
            2 2 User created taken: 2 7
            3 1 User deleted -: gone 3
            4 1 User updated -: ? 1 王
            kept
            a 1
            200
            1 User 1"#]]
        .assert_eq(
            &[
                "SELECT external_id || ' ' || ifnull(departed_at, 'null') || ' ' || created_at || ' ' || changed_at
                   || ' ' || first_run || ' ' || last_run || ' ' || document FROM object ORDER BY id",
                "SELECT external_id || ' ' || name || ' ' || departed || ' ' || unplaced || ' ' || login || ' ' || created_at
                   || ' ' || modified_at FROM listing ORDER BY id",
                "SELECT run || ' ' || number || ' ' || ifnull(name, 'null') || ' ' || ifnull(refusal_code, '-')
                   FROM change ORDER BY run, number",
                "SELECT run || ' ' || action || ' ' || is_refused || refusal_code || ' ' || n FROM change_count
                   ORDER BY run, action",
                "SELECT run || ' ' || number || ' ' || resource_type || ' ' || action || ' ' || ifnull(refusal_code, '-')
                   || ': ' || folded FROM change_text ORDER BY run, number",
                "SELECT code FROM entry",
                "SELECT source || ' ' || number FROM edition",
                "SELECT CAST(at AS TEXT) FROM clock",
                "SELECT event || ' ' || resource_type || ' ' || external_id FROM event_subject",
            ]
            .map(|query| rows(query).join("\n"))
            .join("\n"),
        );
    }

    #[test]
    fn a_newer_file_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert_eq!(
            migrate(&mut connection).unwrap_err().to_string(),
            "the database has schema version 99 and this program knows up to 15; use the newer program"
        );
    }

    #[test]
    fn a_database_of_another_program_is_refused_and_left_as_it_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE theirs (x)").unwrap();
        assert_eq!(
            migrate(&mut connection).unwrap_err().to_string(),
            "the database belongs to another program (application id 0x0); choose another file"
        );
        assert_eq!(version(&connection), 0);
    }
}
