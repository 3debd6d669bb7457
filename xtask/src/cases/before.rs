//! The cases over the component and the program of an earlier commit: which of them it did not pass, and with what words.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::list::{Case, Test, cases};
use crate::components::HOST_SIDE;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

/// Bytes of a test's last words that are shown: the sentence, and not all that it compared.
const WORDS_SHOWN: usize = 200;

/// How the tests ended that were run, by their names: what the failed ones said.
type Said = BTreeMap<String, std::result::Result<(), String>>;

/// Build this commit in a work tree of its own below the target folder, and return the folder that it was built into.
///
/// # Errors
///
/// When git knows no such commit, or it does not build.
pub(super) fn build(workspace: &Workspace, revision: &str) -> Result<PathBuf> {
    let commit =
        shell::read(git(workspace).args(["rev-parse", "--verify", &format!("{revision}^{{commit}}")]))
            .with_context(|| format!("{revision:?} is no commit of this repository"))?;
    let commit = commit.trim();
    say::head(&format!("The build of {revision}"));
    let tree = workspace.target.join("before").join(commit);
    if !tree.exists() {
        // One that went with the target folder is still known to git.
        shell::run(git(workspace).args(["worktree", "prune"]))?;
        shell::run(git(workspace).args(["worktree", "add", "--detach"]).arg(&tree).arg(commit))?;
    }
    let target = tree.join("target");
    let mut cargo = workspace.cargo();
    shell::run(cargo.current_dir(&tree).env("CARGO_TARGET_DIR", &target).args(["xtask", "build"]))?;
    Ok(target)
}

fn git(workspace: &Workspace) -> Command {
    let mut git = Command::new("git");
    git.current_dir(&workspace.root);
    git
}

/// Run the tests that know nothing of what is inside of a build over the one in this target folder.
///
/// # Errors
///
/// When they cannot be run.
pub(super) fn run(workspace: &Workspace, built: &Path) -> Result<Said> {
    let names: BTreeSet<String> = cases().flat_map(Case::of_any_build).collect();
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--no-fail-fast"]).args(HOST_SIDE).args(["--test", "all", "--", "--exact"]);
    let (said, _) = shell::hear(cargo.args(names).env("ROLLCALL_BUILT", built))?;
    Ok(ends(&said))
}

/// Write how each case ended.
pub(super) fn tell(said: &Said) {
    for case in cases() {
        let names = case.of_any_build();
        let failures: Vec<&str> = names.iter().filter_map(|name| failure(said, name)).collect();
        let verdict = match (names.as_slice(), failures.as_slice()) {
            ([], _) => "untried",
            (_, []) => "passed ",
            _ => "FAILED ",
        };
        say::line(&format!("{verdict}  {}", case.does));
        failures.iter().for_each(|words| say::note(&format!("     {words}")));
    }
}

/// What a test says that did not pass. One that did not run did not.
fn failure<'s>(said: &'s Said, name: &str) -> Option<&'s str> {
    match said.get(name) {
        Some(Ok(())) => None,
        Some(Err(words)) => Some(words),
        None => Some("it did not run"),
    }
}

impl Case {
    /// The tests of it that any build can be tried with: what is compiled into them is not the build itself.
    fn of_any_build(&self) -> Vec<String> {
        let name = |test: &Test| match test {
            Test::Built(name) => Some((*name).to_owned()),
            Test::Pairs(module, name) => Some(format!("{module}::whole::{name}")),
            Test::Connector(_) | Test::Host(_) | Test::Whole(_) => None,
        };
        self.tests.iter().filter_map(name).collect()
    }
}

/// How the tests ended of which a test program said so, the failed ones with the first line of their panic.
fn ends(said: &str) -> Said {
    let failed = |name: &str| {
        let words = said.split_once(&format!("---- {name} stdout ----")).map_or("", |(_, rest)| rest);
        let after = words.lines().skip_while(|line| !line.contains(" panicked at ")).nth(1);
        let words = after.unwrap_or("it did not say why");
        words[..words.floor_char_boundary(WORDS_SHOWN)].to_owned()
    };
    let ended = |(name, ended): (String, super::Ended)| match ended {
        super::Ended::Passed => (name, Ok(())),
        super::Ended::Failed => {
            let words = failed(&name);
            (name, Err(words))
        }
    };
    super::ends(said).into_iter().map(ended).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failed_test_is_told_with_the_first_line_of_its_panic() {
        let said = "test a::b ... ok\ntest a::c ... FAILED\n\nfailures:\n\n---- a::c stdout ----\n\n\
                    thread 'a::c' panicked at tests/all/a.rs:3:5:\nit did not happen: the channel is open\nnote: run with\n";
        let said = ends(said);
        assert_eq!(said["a::b"], Ok(()));
        assert_eq!(said["a::c"], Err("it did not happen: the channel is open".to_owned()));
    }

    #[test]
    fn a_test_that_did_not_run_has_not_passed() {
        let said = ends("test a::b ... ok\n");
        assert_eq!(["a::b", "a::c"].map(|name| failure(&said, name)), [None, Some("it did not run")]);
    }

    #[test]
    fn only_what_knows_nothing_of_the_inside_is_run_over_another_build() {
        let case = Case {
            about: "a",
            does: "b",
            happens: "c",
            tests: &[Test::Connector("d"), Test::Pairs("e", "f"), Test::Whole("g"), Test::Built("h")],
        };
        assert_eq!(case.of_any_build(), ["e::whole::f", "h"]);
    }
}
