//! The rule about the schemas of the contract: code names them by the vocabulary. Tests may spell them, as a reader would.

use rollcall_rules::vocabulary::schema;

use super::File;
use super::lexer;
use crate::finding::Finding;

const ONCE: &str = "a schema of the contract is spelled in the vocabulary alone";

const VOCABULARY: &str = "wit/rules/src/vocabulary.rs";

const SCHEMAS: [(&str, &str); 4] = [
    ("USER", schema::USER),
    ("ENTERPRISE_USER", schema::ENTERPRISE_USER),
    ("ORGANISATION_USER", schema::ORGANISATION_USER),
    ("DEPARTMENT", schema::DEPARTMENT),
];

/// Files and folders of tests, by their name.
const TESTS: [&str; 3] = ["tests", "tests.rs", "testing.rs"];

/// All rules of this file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    if file.path == VOCABULARY || file.path.split('/').any(|part| TESTS.contains(&part)) {
        return Vec::new();
    }
    let comments = lexer::parts(&file.text).comments;
    let code = file.lines().take_while(|(_, line)| !line.starts_with("#[cfg(test)]"));
    let spelled = code.zip(comments.lines()).filter_map(|((number, line), comment)| {
        let (name, _) = SCHEMAS.iter().find(|(_, urn)| line.contains(urn) && !comment.contains(urn))?;
        Some(Finding::at(&file.path, number, ONCE, format!("write `vocabulary::schema::{name}`")))
    });
    spelled.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding;

    #[track_caller]
    fn check_text(path: &str, text: &str, expected: &[&str]) {
        let file = File { path: path.to_owned(), text: text.to_owned() };
        assert_eq!(finding::lines(&check(&file), |finding| &finding.mend), expected);
    }

    #[test]
    fn a_schema_that_is_spelled_is_found() {
        let text =
            format!("const A: &str =\n    {:?};\nconst B: &str = {:?};\n", schema::DEPARTMENT, schema::USER);
        check_text(
            "host/a.rs",
            &text,
            &[
                "host/a.rs:2 write `vocabulary::schema::DEPARTMENT`",
                "host/a.rs:3 write `vocabulary::schema::USER`",
            ],
        );
    }

    #[test]
    fn comments_tests_and_the_vocabulary_may_spell_it() {
        let text = format!(
            "/// As {}.\nconst A: u8 = 1;\n#[cfg(test)]\nconst B: &str = {:?};\n",
            schema::USER,
            schema::USER
        );
        check_text("host/a.rs", &text, &[]);
        let text = format!("const A: &str = {:?};\n", schema::USER);
        for path in ["host/a/tests.rs", "host/tests/a.rs", "tests/all/a.rs", "host/testing.rs", VOCABULARY] {
            check_text(path, &text, &[]);
        }
    }

    #[test]
    fn a_schema_of_one_connector_is_its_own() {
        check_text("connector/a/src/mapping.rs", "const A: &str = \"urn:rollcall:example:2.0:User\";\n", &[]);
    }
}
