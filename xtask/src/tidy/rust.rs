//! Rules about Rust sources: how a file opens, how long it is, and what has no place in it.

use super::File;
use super::lexer;
use crate::finding::Finding;

/// Why: beyond this nobody reads a file from top to bottom. Most are below 450.
const MAX_LINES: usize = 700;

/// Why: shorter than this it says that something is missing and not what.
const MIN_TODO_CHARS: usize = 12;

const OPENS: &str = "a source file opens with `//!`";
const LENGTH: &str = "a source file has at most 700 lines";
const NAMED: &str = "a module's file has the module's name";
const RUNS: &str = "every test runs, and says what it expects";
const FINISHED: &str = "no unfinished or debugging code";
const EXPECTED: &str = "a silenced lint is expected, with its reason";
const TODO: &str = "a TODO says what is to be done";

/// All rules of this file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    let parts = lexer::parts(&file.text);
    let mut findings: Vec<Finding> =
        [opening(file), length(file), name(file)].into_iter().flatten().collect();
    for (index, line) in parts.code.lines().enumerate() {
        findings.extend(in_code(&file.path, index + 1, line));
    }
    for (index, line) in parts.comments.lines().enumerate() {
        findings.extend(in_comments(&file.path, index + 1, line));
    }
    findings
}

fn opening(file: &File) -> Option<Finding> {
    (!file.text.starts_with("//! ")).then(|| {
        let mend = "say in one sentence what the file is, then what is deliberately not in it";
        Finding::at(&file.path, 1, OPENS, mend)
    })
}

fn length(file: &File) -> Option<Finding> {
    let n_lines = file.text.lines().count();
    (n_lines > MAX_LINES).then(|| {
        Finding::at(
            &file.path,
            MAX_LINES + 1,
            LENGTH,
            format!("it has {n_lines}; move one topic into its own file"),
        )
    })
}

fn name(file: &File) -> Option<Finding> {
    let folder = file.path.strip_suffix("/mod.rs")?;
    Some(Finding::new(file.path.as_str(), NAMED, format!("rename it to {folder}.rs")))
}

fn in_code(path: &str, line: usize, code: &str) -> Option<Finding> {
    let finding = |rule, mend: &str| Some(Finding::at(path, line, rule, mend));
    let has_attribute = |name: &str| {
        [format!("#[{name}]"), format!("#[{name}("), format!("#[{name} ")]
            .iter()
            .any(|form| code.contains(form))
    };
    let calls = |name: &str| has_word(code, &format!("{name}!"));
    if has_attribute("ignore") {
        return finding(RUNS, "make it run, or remove it: an ignored test proves nothing");
    }
    if has_attribute("should_panic") {
        return finding(RUNS, "return a Result and compare the error");
    }
    if ["todo", "unimplemented", "dbg"].into_iter().any(calls) {
        return finding(FINISHED, "finish it; what cannot be done returns an error that says so");
    }
    let allows = ["#[allow(", "#![allow("].iter().any(|form| code.contains(form))
        || (code.contains("cfg_attr(") && has_word(code, "allow("));
    if allows {
        return finding(EXPECTED, "write `#[expect(lint, reason = \"…\")]`, which ends when its reason does");
    }
    None
}

fn in_comments(path: &str, line: usize, comment: &str) -> Option<Finding> {
    if let Some((_, language)) = comment.split_once("```")
        && language.split(',').any(|word| word.trim() == "ignore")
    {
        let mend = "let it compile (`no_run` if it cannot run here), or mark it `text`";
        return Some(Finding::at(path, line, RUNS, mend));
    }
    let (_, after) = ["TODO", "FIXME", "XXX"].iter().find_map(|mark| comment.split_once(mark))?;
    let said = after.trim_start_matches([':', ' ', '(', ')']).trim();
    (said.chars().count() < MIN_TODO_CHARS)
        .then(|| Finding::at(path, line, TODO, "add what is to be done, or do it"))
}

/// Whether it is there and is not the end of a longer name.
fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != '.')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding;

    #[track_caller]
    fn check_text(text: &str, expected: &[&str]) {
        let file = File { path: "a/src/b.rs".to_owned(), text: text.to_owned() };
        assert_eq!(finding::lines(&check(&file), |finding| finding.rule), expected);
    }

    #[test]
    fn a_file_that_keeps_the_rules_passes() {
        check_text("//! What it is.\n\n#[expect(dead_code, reason = \"kept for x\")]\nfn f() {}\n", &[]);
    }

    #[test]
    fn a_file_without_a_head_is_found() {
        check_text("// What it is.\n", &["a/src/b.rs:1 a source file opens with `//!`"]);
    }

    #[test]
    fn a_file_of_701_lines_is_found_and_one_of_700_is_not() {
        check_text(&format!("//! A.\n{}", "\n".repeat(699)), &[]);
        check_text(
            &format!("//! A.\n{}", "\n".repeat(700)),
            &["a/src/b.rs:701 a source file has at most 700 lines"],
        );
    }

    #[test]
    fn a_mod_rs_is_found() {
        let file = File { path: "a/src/b/mod.rs".to_owned(), text: "//! A.\n".to_owned() };
        let mend = "rename it to a/src/b.rs";
        assert_eq!(check(&file), [Finding::new("a/src/b/mod.rs", NAMED, mend)]);
    }

    #[test]
    fn an_ignored_test_is_found_with_and_without_a_reason() {
        let rule = "every test runs, and says what it expects";
        for attribute in
            ["#[ignore]", "#[ignore = \"slow\"]", "#[should_panic]", "#[should_panic(expected = \"x\")]"]
        {
            check_text(&format!("//! A.\n{attribute}\nfn f() {{}}"), &[&format!("a/src/b.rs:2 {rule}")]);
        }
    }

    #[test]
    fn an_ignored_example_is_found_and_one_that_only_compiles_is_not() {
        let rule = "every test runs, and says what it expects";
        check_text("//! A.\n/// ```rust,ignore\n", &[&format!("a/src/b.rs:2 {rule}")]);
        check_text("//! A.\n/// ```no_run\n", &[]);
    }

    #[test]
    fn unfinished_code_is_found() {
        for call in ["todo!()", "std::todo!()", "unimplemented!(\"later\")", "dbg!(x)"] {
            let text = format!("//! A.\nfn f() {{ {call} }}");
            check_text(&text, &["a/src/b.rs:2 no unfinished or debugging code"]);
        }
    }

    #[test]
    fn a_sentence_about_unfinished_code_is_not_found() {
        check_text("//! No `todo!()` and no `#[ignore]` here.\nconst A: &str = \"dbg!(x)\";\n", &[]);
    }

    #[test]
    fn a_lint_silenced_for_good_is_found() {
        for attribute in
            ["#[allow(dead_code)]", "#![allow(x, reason = \"y\")]", "#[cfg_attr(test, allow(x))]"]
        {
            let text = format!("//! A.\n{attribute}");
            check_text(&text, &["a/src/b.rs:2 a silenced lint is expected, with its reason"]);
        }
    }

    #[test]
    fn a_todo_without_words_is_found_and_one_with_words_is_not() {
        check_text("//! A.\n// TODO\n", &["a/src/b.rs:2 a TODO says what is to be done"]);
        check_text("//! A.\n// TODO: fix\n", &["a/src/b.rs:2 a TODO says what is to be done"]);
        check_text("//! A.\n// TODO: read the second page as well\n", &[]);
    }
}
