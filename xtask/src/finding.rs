//! What a check found: where, which rule, and how to mend it. The checks themselves are in `tidy`, `wit_check` and `graph`.

use anyhow::{Result, bail};

use crate::say;

/// One breach of one rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// `path:line`, or the path alone when the rule is about the whole file.
    pub(crate) place: String,
    /// The rule, as a sentence that was true before.
    pub(crate) rule: &'static str,
    /// What to do about it.
    pub(crate) mend: String,
}

impl Finding {
    pub(crate) fn new(place: impl Into<String>, rule: &'static str, mend: impl Into<String>) -> Self {
        Self { place: place.into(), rule, mend: mend.into() }
    }

    /// A breach at a line, counted from 1.
    pub(crate) fn at(path: &str, line: usize, rule: &'static str, mend: impl Into<String>) -> Self {
        Self::new(format!("{path}:{line}"), rule, mend)
    }
}

/// Print them all.
///
/// # Errors
///
/// When there is at least one.
pub(crate) fn report(check: &str, findings: &[Finding]) -> Result<()> {
    for Finding { place, rule, mend } in findings {
        say::line(&format!("{place}: {rule}\n     mend: {mend}"));
    }
    match findings.len() {
        0 => Ok(()),
        1 => bail!("{check} found 1 breach"),
        n => bail!("{check} found {n} breaches"),
    }
}

/// Each one's place and what is said of it, for the tests of the checks.
#[cfg(test)]
pub(crate) fn lines(findings: &[Finding], said: impl Fn(&Finding) -> &str) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {}", finding.place, said(finding))).collect()
}
