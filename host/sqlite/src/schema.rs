//! The tables of the stores of the runtime and of what is looked up in them, version by version.
//!
//! Not here: how a file is brought from one version to the next (`database`).

use super::database::{FileFormat, Step};
use super::{history, listing};

/// A file of these tables.
pub(super) const FORMAT: FileFormat = FileFormat {
    // "RCAL" in ASCII.
    application_id: 0x5243_414c,
    versions: &VERSIONS,
};

/// The steps to each version, oldest version first. What was released is never edited; a change is a new version.
const VERSIONS: [&[Step]; 15] = [
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

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::database::testing;

    #[test]
    fn what_was_released_is_as_it_was() {
        expect![[r#"
            456114b7c2839249
            7d1d03976d87a786
            3cda163b11b26db9
            bb6cde99f76752b8
            205ab5b25d8243be
            99efc139f07920ba
            a8a2c955a5c78547
            9069e8317dee069a
            ae47f2554c3da6eb
            fd785a27cf2eab8c
            103dd8b2fdec154a
            f60082112e324ee4
            2d7bd446fea33fc2
            96f7af828fbd5b41
            2e2367bc2947c1aa"#]]
        .assert_eq(&FORMAT.digests());
    }

    #[test]
    fn a_file_of_every_version_becomes_one_of_this_version() {
        testing::every_version_becomes_this_one(&FORMAT);
    }

    #[test]
    fn a_file_of_version_1_keeps_what_it_has() {
        let mut connection = FORMAT.file_of(1, "INSERT INTO storage VALUES ('a', 'key', x'07')");
        FORMAT.migrate(&mut connection).unwrap();
        let count = |table: &str| -> i64 {
            connection.query_one(&format!("SELECT count(*) FROM {table}"), (), |row| row.get(0)).unwrap()
        };
        assert_eq!((count("storage"), count("event")), (1, 0));
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
        let mut connection = FORMAT.file_of(2, OLD);
        FORMAT.migrate(&mut connection).unwrap();
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
}
