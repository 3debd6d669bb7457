//! `cargo xtask graph`: what must never depend on what, asked of cargo itself. Dev-dependencies are free: they ship with nothing.

use std::collections::BTreeSet;

use anyhow::Result;

use crate::components::HOST_SIDE;
use crate::finding::{self, Finding};
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask graph

Check the dependencies that must never be, by cargo's own graph: the connectors' cores touch no outside world,
the host library knows no command line and no connector, the simulator shares nothing with either,
TLS has one provider, and no part of the workspace builds a dependency that another part builds again.";

/// A package and what it must never reach, by any way.
struct Never {
    packages: &'static [&'static str],
    /// Package names; one that ends with `*` stands for all that begin so.
    forbidden: &'static [&'static str],
    rule: &'static str,
}

const NEVERS: [Never; 9] = [
    Never {
        packages: &["rollcall-rules"],
        forbidden: &["rollcall-*", "wit-bindgen", "wasmtime", "tokio", "getrandom"],
        rule: "what both halves must say alike depends on neither, and on no outside world",
    },
    Never {
        packages: &["rollcall-kit", "rollcall-dingtalk", "rollcall-roster"],
        forbidden: &[
            "wit-bindgen",
            "wasmtime",
            "tokio",
            "reqwest",
            "hyper",
            "rustls",
            "rand",
            "getrandom",
            "chrono",
            "rollcall-host",
            "rollcall-guest",
            "rollcall-guest-live",
        ],
        rule: "a connector's core is pure: no bindings, no engine, no network, no randomness",
    },
    Never {
        packages: &["rollcall-guest", "rollcall-guest-live"],
        forbidden: &["wasmtime", "tokio", "reqwest", "rollcall-host", "rollcall-dingtalk", "rollcall-roster"],
        rule: "the guest library serves any connector and runs in any host",
    },
    Never {
        packages: &["rollcall-host"],
        forbidden: &[
            "axum",
            "clap",
            "maud",
            "rusqlite",
            "rollcall-browse",
            "rollcall-admin",
            "rollcall-sqlite",
            "rollcall-web",
            "rollcall-kit",
            "rollcall-guest",
            "rollcall-guest-live",
            "rollcall-dingtalk",
            "rollcall-roster",
        ],
        rule: "the host library has no command line, no server and no database, and knows no connector",
    },
    Never {
        packages: &["rollcall-browse"],
        forbidden: &["rusqlite", "rollcall-sqlite", "rollcall-admin", "axum", "clap", "maud", "rollcall-web"],
        rule: "what is looked up in stores depends on no database and on no page",
    },
    Never {
        packages: &["rollcall-admin"],
        forbidden: &["rusqlite", "rollcall-sqlite", "axum", "clap", "maud", "rollcall-web"],
        rule: "what the administration keeps depends on no database and on no page",
    },
    Never {
        packages: &["rollcall-web"],
        forbidden: &["rusqlite", "libsqlite3-sys", "rollcall-sqlite"],
        rule: "the console works over any store; the command line chooses one",
    },
    Never {
        packages: &["rollcall", "rollcall-web"],
        forbidden: &[
            "rollcall-kit",
            "rollcall-guest",
            "rollcall-guest-live",
            "rollcall-dingtalk",
            "rollcall-roster",
        ],
        rule: "command line and console know connectors by their file only",
    },
    Never {
        packages: &["rollcall-dingtalk-simulator"],
        forbidden: &["rollcall", "rollcall-*"],
        rule: "the simulator shares no code with connector or host",
    },
];

const BUILT_ONCE: &str =
    "what is built together agrees on features with what is built alone, so that each is built once";

/// No package by name: those that a bare command is about.
const DEFAULT_MEMBERS: [&str; 0] = [];

/// Why: ring builds with a C compiler alone; a second provider would also make rustls refuse to choose.
const PROVIDERS: [&str; 4] = ["aws-lc-rs", "aws-lc-sys", "openssl-sys", "native-tls"];

/// # Errors
///
/// When cargo cannot say, or something depends on what it must not.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let mut findings = Vec::new();
    for never in &NEVERS {
        for package in never.packages {
            let reached = reached(workspace, &["--package", package])?;
            findings.extend(breaches(package, &reached, never));
        }
    }
    let tls =
        Never { packages: &[], forbidden: &PROVIDERS, rule: "TLS is rustls with ring, and nothing else" };
    findings.extend(breaches("(the workspace)", &reached(workspace, &["--workspace"])?, &tls));
    let tests = features(workspace, &HOST_SIDE, "normal,build,dev")?;
    let binaries = features(workspace, &HOST_SIDE, "normal,build")?;
    findings.extend(built_twice(&binaries, &tests, "[dependencies] of tests/all/Cargo.toml"));
    let native = features(workspace, &DEFAULT_MEMBERS, "normal,build,dev")?;
    findings.extend(built_twice(&native, &tests, "tests/features/Cargo.toml"));
    finding::report("graph", &findings)?;
    say::note("no package reaches what it must not, and each is built once");
    Ok(())
}

/// Each package below these with the features it is built with, as `name v1.2.3|feature,feature`.
fn features(workspace: &Workspace, selection: &[&str], edges: &str) -> Result<BTreeSet<String>> {
    let mut cargo = workspace.cargo();
    cargo.args(["tree", "--prefix", "none", "--format", "{p}|{f}", "--edges", edges]).args(selection);
    let tree = shell::read(&mut cargo)?;
    Ok(tree.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect())
}

/// Packages that a part needs with other features than the whole; `place` is where the part is given those of the whole.
fn built_twice(part: &BTreeSet<String>, whole: &BTreeSet<String>, place: &str) -> Vec<Finding> {
    let differs = |package: &&String| {
        let name = package.split('|').next().unwrap_or(package);
        let of_whole = whole.iter().find(|other| other.split('|').next() == Some(name));
        // Our own crates have features for tests, and are small.
        !name.starts_with("rollcall") && of_whole.is_some() && !whole.contains(*package)
    };
    let finding = |package: &String| {
        let mend = format!("another part of the workspace adds a feature to it: name that in {place}");
        Finding::new(package.replace('|', " with "), BUILT_ONCE, mend)
    };
    part.iter().filter(differs).map(finding).collect()
}

/// The names of all packages in the graph of these, with all features and for every platform.
fn reached(workspace: &Workspace, selection: &[&str]) -> Result<Vec<String>> {
    let mut cargo = workspace.cargo();
    cargo.args(["tree", "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    cargo.args(["--all-features", "--target", "all"]).args(selection);
    Ok(names(&shell::read(&mut cargo)?))
}

/// The first word of each line: `serde v1.0.0 (*)`.
fn names(tree: &str) -> Vec<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn breaches(package: &str, reached: &[String], never: &Never) -> Vec<Finding> {
    never
        .forbidden
        .iter()
        .filter_map(|pattern| {
            let found = reached.iter().find(|name| *name != package && matches(name, pattern))?;
            let mend = format!(
                "`cargo tree --edges normal --package {package} --invert {found}` shows the way; cut it"
            );
            Some(Finding::new(format!("{package} -> {found}"), never.rule, mend))
        })
        .collect()
}

fn matches(name: &str, pattern: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == pattern,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEVER: Never = Never { packages: &[], forbidden: &["tokio", "rollcall-*"], rule: "it is pure" };

    #[track_caller]
    fn check(tree: &str, expected: &[&str]) {
        let found: Vec<String> =
            breaches("rollcall-kit", &names(tree), &NEVER).into_iter().map(|finding| finding.place).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_graph_without_the_forbidden_passes() {
        check("rollcall-kit v0.1.0 (connector/kit)\nserde v1.0.0\ntokio-util v0.7.0\n", &[]);
    }

    #[test]
    fn a_forbidden_package_is_found_however_deep() {
        check("rollcall-kit v0.1.0\nhyper v1.0.0\ntokio v1.2.3 (*)\n", &["rollcall-kit -> tokio"]);
    }

    #[test]
    fn a_feature_that_only_tests_add_is_found() {
        let packages = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<BTreeSet<_>>();
        let binaries = packages(&["serde v1.0.0|std", "tokio v1.0.0|rt", "rollcall-kit v0.1.0|"]);
        let tests =
            packages(&["serde v1.0.0|std", "tokio v1.0.0|rt,test-util", "rollcall-kit v0.1.0|testing"]);
        let found: Vec<String> =
            built_twice(&binaries, &tests, "a file").into_iter().map(|finding| finding.place).collect();
        assert_eq!(found, ["tokio v1.0.0 with rt"]);
    }

    #[test]
    fn a_pattern_finds_every_package_of_the_family_but_itself() {
        check("rollcall-kit v0.1.0\nrollcall-host v0.1.0\n", &["rollcall-kit -> rollcall-host"]);
    }
}
