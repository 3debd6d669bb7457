//! `cargo xtask tidy`: the rules of the house that neither the compiler nor clippy knows.
//! Each rule is a function from a file's text to findings; this file only collects the files and the answers.

mod docs;
mod lexer;
mod reasons;
mod rust;
mod vocabulary;
mod words;

use std::collections::BTreeSet;
use std::fs;
use std::io::ErrorKind;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::errors;
use crate::finding::{self, Finding};
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask tidy

Check the rules that neither the compiler nor clippy knows, in all files that git tracks or would add:
how a source file opens and how long it is, no ignored test and no unfinished code, no word of a connector in
the neutral parts, no code shared with the simulator, a reason on every limit, no schema of the contract spelled
outside its vocabulary, links that lead somewhere, the page of all codes as the registers say
it, every interface explained in docs/architecture.md, no path of
somebody's machine.";

/// One file of the repository.
#[derive(Clone, Debug)]
pub(crate) struct File {
    /// From the root, with `/`.
    pub(crate) path: String,
    pub(crate) text: String,
}

impl File {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_below(&self, folder: &str) -> bool {
        self.path.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
    }

    /// Lines with their number, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }
}

/// # Errors
///
/// When a rule is broken, or git cannot list the files.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let files = files(workspace)?;
    finding::report("tidy", &check(&files))?;
    say::note(&format!("{} files keep the rules", files.len()));
    Ok(())
}

/// All rules on all files.
fn check(files: &[File]) -> Vec<Finding> {
    let paths: BTreeSet<&str> = files.iter().map(|file| file.path.as_str()).collect();
    let mut findings = docs::interfaces_without_a_row(files);
    findings.extend(errors::check(files));
    for file in files {
        findings.extend(words::check(file));
        if file.is_rust() {
            findings.extend(rust::check(file));
            findings.extend(vocabulary::check(file));
            findings.extend(reasons::check(file));
        }
        if file.path.ends_with(".md") {
            findings.extend(docs::dead_links(file, &paths));
        }
    }
    findings
}

/// What git tracks or would add, as far as it is text.
pub(crate) fn files(workspace: &Workspace) -> Result<Vec<File>> {
    let mut git = Command::new("git");
    git.current_dir(&workspace.root).args([
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "--deduplicate",
        "-z",
    ]);
    let listed = shell::read(&mut git)?;
    let mut files = Vec::new();
    for path in listed.split_terminator('\0') {
        match fs::read(workspace.root.join(path)) {
            // A file that is not text has nothing that these rules read.
            Ok(bytes) => {
                files.extend(String::from_utf8(bytes).ok().map(|text| File { path: path.to_owned(), text }))
            }
            // Tracked, and deleted in the working tree.
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(|| format!("cannot read {path}")),
        }
    }
    Ok(files)
}
