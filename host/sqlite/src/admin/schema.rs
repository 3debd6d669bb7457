//! The tables of an administration store, version by version.
//!
//! Not here: how a file is brought from one version to the next (`database`).

use crate::database::{FileFormat, Step};

/// A file of these tables.
pub(super) const FORMAT: FileFormat = FileFormat {
    // "RCON" in ASCII.
    application_id: 0x5243_4f4e,
    versions: &VERSIONS,
};

/// The steps to each version, oldest version first. What was released is never edited; a change is a new version.
const VERSIONS: [&[Step]; 3] = [
    &[Step::Sql(include_str!("schema/1.sql"))],
    &[Step::Sql(include_str!("schema/2.sql"))],
    &[Step::Sql(include_str!("schema/3.sql"))],
];

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::database::testing;

    #[test]
    fn what_was_released_is_as_it_was() {
        expect![[r#"
            f3b1f006fda504ef
            4f8acb80f697bae8
            2a3c4e6da9849033"#]]
        .assert_eq(&FORMAT.digests());
    }

    #[test]
    fn a_file_of_every_version_becomes_one_of_this_version() {
        testing::every_version_becomes_this_one(&FORMAT);
    }

    #[test]
    fn tokens_and_sources_of_a_file_before_version_three_stay_what_they_were() {
        const OLD: &str = "
            INSERT INTO token (name, digest, scope, created_by, created_at) VALUES ('t', x'00', 'read', 'admin', 1);
            INSERT INTO source VALUES ('hq', 'd', '{}', '{}', x'00', NULL, 'deactivate', 1, 1, 1, NULL);";
        let mut connection = FORMAT.file_of(2, OLD);
        FORMAT.migrate(&mut connection).unwrap();
        let limits: (Option<String>, Option<String>) = connection
            .query_row("SELECT token.sources, source.scim FROM token, source", (), |row| {
                Ok((row.get(0)?, row.get(1)?))
            })
            .unwrap();
        assert_eq!(limits, (None, None));
    }
}
