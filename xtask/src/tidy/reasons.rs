//! The rule about limits: a number that bounds something says why it is that number.

use super::File;
use crate::finding::Finding;

const REASONED: &str = "every limit says where its number comes from";

/// The files that hold nothing but limits.
const FILES: [&str; 2] = ["limits.rs", "bounds.rs"];

/// Every constant in such a file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    if !file.path.rsplit('/').next().is_some_and(|name| FILES.contains(&name)) {
        return Vec::new();
    }
    let mut reasoned = false;
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        let line = line.trim();
        if line.starts_with("///") {
            reasoned = reasoned || line.contains("Why:") || line.contains("Source:");
        } else if let Some(name) = constant(line) {
            if !reasoned {
                let mend = format!("add `Why:` or `Source:` to the doc comment of {name}");
                findings.push(Finding::at(&file.path, number, REASONED, mend));
            }
            reasoned = false;
        } else if !line.starts_with("#[") {
            reasoned = false;
        }
    }
    findings
}

/// The name of the constant that this line declares.
fn constant(line: &str) -> Option<&str> {
    let line = match line.strip_prefix("pub") {
        Some(rest) if rest.starts_with('(') => rest.split_once(')')?.1,
        Some(rest) => rest,
        None => line,
    };
    let (name, _) = line.trim_start().strip_prefix("const ")?.split_once(':')?;
    Some(name.trim())
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
    fn a_limit_with_its_reason_passes() {
        let text = "/// Pages.\n///\n/// 100. Source: the documentation.\n#[doc(hidden)]\npub const PAGES: usize = 100;\n\
                    /// Bytes. Why: memory.\npub(crate) const BYTES: u64 = 1;\n";
        check_text("a/limits.rs", text, &[]);
    }

    #[test]
    fn a_limit_without_a_reason_is_found() {
        let text = "/// Pages. Why: x.\npub const PAGES: usize = 100;\n/// Bytes.\nconst BYTES: u64 = 1;\n";
        check_text(
            "a/limits.rs",
            text,
            &["a/limits.rs:4 add `Why:` or `Source:` to the doc comment of BYTES"],
        );
    }

    #[test]
    fn a_reason_belongs_to_the_constant_below_it_only() {
        let text = "/// Why: x.\nfn f() {}\nconst BYTES: u64 = 1;\n";
        check_text("limits.rs", text, &["limits.rs:3 add `Why:` or `Source:` to the doc comment of BYTES"]);
    }

    #[test]
    fn constants_elsewhere_are_free() {
        check_text("a/src/b.rs", "const BYTES: u64 = 1;\n", &[]);
    }
}
