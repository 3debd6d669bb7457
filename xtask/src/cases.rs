//! `cargo xtask cases`: the tests that show what happens when DingTalk, a roster, or whatever is between one and us, does what no
//! description says, as one table. Which tests they are is said in `list`; an earlier build is tried by `before`.

mod before;
mod list;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use crate::components::{self, HOST_SIDE, Profile};
use crate::say;
use crate::shell;
use crate::workspace::Workspace;
use list::{Case, Test, cases};

pub(crate) const HELP: &str = "\
cargo xtask cases [--before REVISION]

Run the tests of everything that DingTalk and the way to it are known to do beside their descriptions, over the connector
as it is and over the component, the runtime, SQLite, real proxies and real sockets, and say of each what it does, what
happens here and whether that was so. They are among the tests that every test run takes.

  --before REVISION  have them run over the component and the program of an earlier commit first, built below the target
                     folder, and say of each how it ended there";

/// Where tests are, by the command that runs them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Suite {
    Connector,
    Host,
    Whole,
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ended {
    Passed,
    Failed,
}

/// How the tests of a suite ended, by their names.
type Ends = BTreeMap<String, Ended>;

/// Run the tests of all cases, those that an earlier build can be tried with over that one first, and tell.
///
/// # Errors
///
/// When something cannot be built, or a case is not as it should be.
pub(crate) fn run(workspace: &Workspace, earlier: Option<&str>) -> Result<()> {
    let earlier = earlier.map(|revision| before::build(workspace, revision)).transpose()?;
    components::build(workspace)?;
    // Some of the tests are of the program itself.
    components::build_binaries(workspace, Profile::Dev)?;
    if let Some(earlier) = earlier {
        before::tell(&before::run(workspace, &earlier)?);
    }
    let mut ends = BTreeMap::new();
    for suite in [Suite::Connector, Suite::Host, Suite::Whole] {
        ends.insert(suite, suite.run(workspace)?);
    }
    let n_wrong = tell(&ends);
    match n_wrong {
        0 => {
            say::line(&format!("\nall {} cases are as they should be", cases().count()));
            Ok(())
        }
        _ => bail!("{n_wrong} of {} cases are not as they should be", cases().count()),
    }
}

impl Suite {
    fn run(self, workspace: &Workspace) -> Result<Ends> {
        say::head(self.title());
        let names: BTreeSet<String> = cases().flat_map(|case| case.names(self)).collect();
        let mut cargo = workspace.cargo();
        cargo.args(["test", "--no-fail-fast"]);
        match self {
            Self::Connector => {
                cargo.args(["--package", "rollcall-dingtalk", "--package", "rollcall-roster"]);
                cargo.args(["--package", "rollcall-kit", "--lib"])
            }
            Self::Host => cargo.args(HOST_SIDE).arg("--lib"),
            Self::Whole => cargo.args(HOST_SIDE).args(["--test", "all"]),
        };
        let (said, is_good) = shell::hear(cargo.args(["--", "--exact"]).args(names))?;
        if !is_good {
            say::quote(&said);
        }
        Ok(ends(&said))
    }

    const fn title(self) -> &'static str {
        match self {
            Self::Connector => "The connector as it is",
            Self::Host => "The host",
            Self::Whole => "The component in the runtime, over SQLite, proxies and sockets",
        }
    }
}

impl Case {
    /// The tests of it in this suite.
    fn names(&self, suite: Suite) -> Vec<String> {
        let names = |test: &Test| match (test, suite) {
            (Test::Connector(name), Suite::Connector)
            | (Test::Host(name), Suite::Host)
            | (Test::Whole(name) | Test::Built(name), Suite::Whole) => vec![(*name).to_owned()],
            (Test::Pairs(module, name), Suite::Whole) => {
                ["native", "whole"].map(|pair| format!("{module}::{pair}::{name}")).into()
            }
            (Test::Connector(_) | Test::Host(_) | Test::Whole(_) | Test::Built(_) | Test::Pairs(..), _) => {
                Vec::new()
            }
        };
        self.tests.iter().flat_map(names).collect()
    }

    /// The tests of it that did not pass, each with what became of it.
    fn wrong(&self, ends: &BTreeMap<Suite, Ends>) -> Vec<String> {
        let of_suite = |(suite, ends): (&Suite, &Ends)| {
            let names = self.names(*suite).into_iter();
            let wrong = names.filter_map(|name| match ends.get(&name) {
                Some(Ended::Passed) => None,
                Some(Ended::Failed) => Some(format!("{name} failed")),
                None => Some(format!("{name} did not run: is it called otherwise now?")),
            });
            wrong.collect::<Vec<_>>()
        };
        ends.iter().flat_map(of_suite).collect()
    }
}

/// Write the table, and count the cases that are not as they should be.
fn tell(ends: &BTreeMap<Suite, Ends>) -> usize {
    let mut n_wrong = 0;
    let mut about = "";
    for case in cases() {
        if case.about != about {
            about = case.about;
            say::head(about);
        }
        let wrong = case.wrong(ends);
        let verdict = if wrong.is_empty() { "passed" } else { "FAILED" };
        say::line(&format!("{verdict}  {} -> {}", case.does, case.happens));
        wrong.iter().for_each(|wrong| say::note(&format!("     {wrong}")));
        n_wrong += usize::from(!wrong.is_empty());
    }
    n_wrong
}

/// How the tests ended of which a test program said so: `test some::name ... ok`.
fn ends(said: &str) -> Ends {
    let end = |line: &str| {
        let (name, how) = line.strip_prefix("test ")?.split_once(" ... ")?;
        let ended = if how.trim() == "ok" { Ended::Passed } else { Ended::Failed };
        Some((name.to_owned(), ended))
    };
    said.lines().filter_map(end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_tests_ended_is_read_from_what_their_program_says() {
        let said = "\nrunning 3 tests\ntest a::b ... ok\ntest a::c has been running for over 60 seconds\n\
                    test a::c ... FAILED\ntest d - should panic ... ignored\n\ntest result: FAILED. 1 passed\n";
        let ends = ends(said);
        assert_eq!(ends.get("a::b"), Some(&Ended::Passed));
        assert_eq!(ends.get("a::c"), Some(&Ended::Failed));
        assert_eq!(ends.len(), 3);
    }

    #[test]
    fn a_test_that_did_not_run_is_as_wrong_as_one_that_failed() {
        let case = Case {
            about: "a",
            does: "b",
            happens: "c",
            tests: &[Test::Connector("d"), Test::Pairs("e", "f"), Test::Whole("g")],
        };
        let connector = Ends::from([("d".to_owned(), Ended::Passed)]);
        let pairs = [("e::native::f", Ended::Passed), ("e::whole::f", Ended::Failed)];
        let pairs = Ends::from(pairs.map(|(name, ended)| (name.to_owned(), ended)));
        let ends = BTreeMap::from([(Suite::Connector, connector), (Suite::Whole, pairs)]);
        assert_eq!(case.wrong(&ends), ["e::whole::f failed", "g did not run: is it called otherwise now?"]);
    }

    #[test]
    fn what_is_about_the_same_stands_together_and_everything_is_shown_by_a_test() {
        let abouts: Vec<&str> = cases().map(|case| case.about).collect();
        let mut heads = abouts.clone();
        heads.dedup();
        assert_eq!(heads.len(), abouts.iter().collect::<BTreeSet<_>>().len());
        assert!(cases().all(|case| !case.tests.is_empty()));
    }
}
