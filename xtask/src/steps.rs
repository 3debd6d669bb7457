//! `cargo xtask test`: everything CI runs, in order, each step with what it proves. A step fails; it is never skipped for
//! want of something that a command can bring.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::components::{self, HOST_SIDE, Profile};
use crate::odd_data::{self, Tables};
use crate::say;
use crate::shell;
use crate::target::{self, Origin};
use crate::workspace::Workspace;
use crate::{browser, demo, graph, guests, hosts, house, outside, tidy, wit_check};

pub(crate) const HELP: &str = "\
cargo xtask test

Everything that CI runs, in order, stopping at the first failure with the command that mends it or runs it alone.
The first time it builds wasmtime, which takes minutes. It needs squid, tinyproxy, microsocks,
python3-venv and chromium, which .ci/run installs.

  --from STEP    begin at this step, after a failure was mended
  --list         say the steps and what each proves";

/// What judges our dependencies where the machine has none.
///
/// Why this version: deny.toml was written for it.
const CARGO_DENY: &str = "cargo-deny@0.20.2";

/// One step.
struct Step {
    name: &'static str,
    proves: &'static str,
    run: fn(&Workspace) -> Result<()>,
    /// The command that mends a failure, or else runs the step alone.
    mend: &'static str,
}

const STEPS: [Step; 22] = [
    Step {
        name: "tools",
        proves: "the programs that tests run beside ours are there",
        run: tools,
        mend: "apt-get install squid tinyproxy microsocks python3-venv chromium fonts-noto-cjk   # or .ci/run, which does it",
    },
    Step {
        name: "format",
        proves: "the text is as rustfmt writes it",
        run: |workspace| shell::run(workspace.cargo().args(["fmt", "--all", "--check"])),
        mend: "cargo fmt --all",
    },
    Step {
        name: "target",
        proves: "components can be built on this machine",
        run: |workspace| target::ensure(workspace, Origin::Any),
        mend: "cargo xtask target",
    },
    Step {
        name: "tidy",
        proves: "the rules of the house that no compiler knows are kept",
        run: tidy::run,
        mend: "cargo xtask tidy",
    },
    Step {
        name: "house",
        proves: "no circle of files has grown, and no type name stands for one thing more",
        run: house::check,
        mend: "cargo xtask house --check",
    },
    Step {
        name: "wit-check",
        proves: "the contract parses alone, is explained whole, and keeps what it published",
        run: wit_check::run,
        mend: "cargo xtask wit-check",
    },
    Step {
        name: "graph",
        proves: "no package reaches what it must not",
        run: graph::run,
        mend: "cargo xtask graph",
    },
    Step {
        name: "clippy",
        proves: "no lint is broken, in code and in tests",
        run: |workspace| {
            // Not by RUSTFLAGS, which would make cargo build every dependency anew.
            let arguments = ["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"];
            shell::run(workspace.cargo().args(arguments))
        },
        mend: "cargo clippy --workspace --all-targets",
    },
    Step {
        name: "native tests",
        proves: "a fresh clone passes `cargo test` without the wasm target and without wasmtime, fuzz targets on their seeds among it",
        run: |workspace| shell::run(workspace.cargo().arg("test")),
        mend: "cargo test",
    },
    Step {
        name: "odd data",
        proves: "what is odd costs what is odd, and the documentation says what that is",
        run: |workspace| odd_data::run(workspace, Tables::Compare),
        mend: "cargo xtask odd-data --write",
    },
    Step {
        name: "official SDK",
        proves: "DingTalk's own Stream SDK connects to the simulator and gets its events",
        run: |workspace| {
            // It brings the SDK from its registry into the target folder, so it is no part of a plain `cargo test`.
            shell::run(workspace.cargo().args(["test", "--test", "official_sdk"]))
        },
        mend: "apt-get install python3-venv && cargo test --test official_sdk",
    },
    Step {
        name: "tools' tests",
        proves: "the checks above find what they are for",
        run: |workspace| shell::run(workspace.cargo().args(["test", "--package", "xtask"])),
        mend: "cargo test --package xtask",
    },
    Step {
        name: "components",
        proves: "the connectors build as components that import the contract and nothing ambient",
        run: components::build,
        mend: "cargo xtask build --components-only",
    },
    Step {
        name: "binaries",
        proves: "the host and the simulator build",
        run: |workspace| components::build_binaries(workspace, Profile::Dev),
        mend: "cargo xtask build",
    },
    Step {
        name: "host tests",
        proves: "the host, its command line and the whole flows do what they say, with the real components",
        run: |workspace| shell::run(workspace.cargo().arg("test").args(HOST_SIDE)),
        mend: "cargo xtask build && cargo test --package rollcall --package rollcall-host --package rollcall-browse --package rollcall-admin --package rollcall-sqlite --package rollcall-store-suite --package rollcall-tests --package rollcall-dingtalk-simulator",
    },
    Step {
        name: "documents",
        proves: "the documentation builds and its links hold",
        run: |workspace| {
            let mut cargo = workspace.cargo();
            shell::run(cargo.env("RUSTDOCFLAGS", "-Dwarnings").args(["doc", "--workspace", "--no-deps"]))
        },
        mend: "RUSTDOCFLAGS=-Dwarnings cargo doc --workspace --no-deps",
    },
    Step {
        name: "demo",
        proves: "the whole story holds, from an empty directory to every change seen",
        run: demo::run,
        mend: "cargo xtask demo",
    },
    Step {
        name: "browser",
        proves: "people see in a real browser what they should",
        run: |workspace| browser::run(workspace, &[]),
        mend: "cargo xtask browser",
    },
    Step {
        name: "outside",
        proves: "programs that we did not write find the API, SCIM and the metrics as they are documented",
        run: |workspace| outside::run(workspace, &[]),
        mend: "cargo xtask outside",
    },
    Step {
        name: "other languages",
        proves: "connectors and hosts in Python and in JavaScript do what ours do, to the byte",
        run: |workspace| hosts::run(workspace, &[]),
        mend: "cargo xtask hosts",
    },
    Step {
        name: "Go",
        proves: "a connector in Go builds by its recipe, does what ours does, and dies with its words",
        run: guests::go::run,
        mend: "cargo xtask guests go",
    },
    Step {
        name: "dependencies",
        proves: "licences, sources and versions of what we depend on are the allowed ones",
        run: deny,
        mend: "cargo deny check bans licenses sources   # after `cargo install --locked cargo-deny`",
    },
];

/// Run all steps, or those from `first` on.
///
/// # Errors
///
/// When a step fails, or there is none of that name.
pub(crate) fn run(workspace: &Workspace, first: Option<&str>) -> Result<()> {
    let skipped = match first {
        None => 0,
        Some(name) => STEPS
            .iter()
            .position(|step| step.name == name)
            .with_context(|| format!("no step is named {name:?}; `cargo xtask test --list` names them"))?,
    };
    let mut taken = Vec::new();
    for (index, step) in STEPS.iter().enumerate().skip(skipped) {
        say::head(&format!("[{}/{}] {}: {}", index + 1, STEPS.len(), step.name, step.proves));
        let begun = Instant::now();
        let result = (step.run)(workspace);
        taken.push((step.name, begun.elapsed()));
        if let Err(error) = result {
            summary(&taken);
            bail!("step `{}` failed: {error:#}\nto mend or to see it alone: {}", step.name, step.mend);
        }
    }
    summary(&taken);
    match skipped {
        0 => say::line("all steps passed"),
        _ => say::line(&format!("the last {} of {} steps passed", STEPS.len() - skipped, STEPS.len())),
    }
    Ok(())
}

/// Say what would be run.
pub(crate) fn list() {
    for step in &STEPS {
        say::line(&format!("{:14} {}", step.name, step.proves));
    }
}

fn summary(taken: &[(&str, Duration)]) {
    say::head("time taken");
    for (name, duration) in taken {
        say::line(&format!("   {:>7.1} s  {name}", duration.as_secs_f64()));
    }
    let total: Duration = taken.iter().map(|(_, duration)| *duration).sum();
    say::line(&format!("   {:>7.1} s  together", total.as_secs_f64()));
}

fn tools(_: &Workspace) -> Result<()> {
    let proxies = "the tests run against real forward proxies as well as our own";
    let sdk = "DingTalk's own SDK is run against the simulator";
    for (program, why) in
        [("squid", proxies), ("tinyproxy", proxies), ("microsocks", proxies), ("python3", sdk)]
    {
        // Not everybody's PATH leads to where Debian puts servers.
        let is_there = shell::find(program).is_some() || Path::new("/usr/sbin").join(program).is_file();
        if !is_there {
            bail!("{program} is not on this machine; {why}");
        }
        say::note(&format!("{program} is there"));
    }
    browser::chromium()?;
    say::note("chromium is there");
    Ok(())
}

fn deny(workspace: &Workspace) -> Result<()> {
    let program = match shell::find("cargo-deny") {
        Some(program) => program,
        None => built_deny(workspace)?,
    };
    let mut deny = Command::new(program);
    deny.current_dir(&workspace.root).args(["check", "bans", "licenses", "sources"]);
    shell::run(&mut deny)
}

/// Build cargo-deny below the target folder, unless that was done before.
fn built_deny(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("tools");
    say::note("cargo-deny is not on this machine: the first time it is built, which takes a minute");
    let mut cargo = workspace.cargo();
    // In a folder of its own, which cargo removes: it shares nothing with what we build. Nobody looks into it with a debugger.
    cargo.env_remove("CARGO_TARGET_DIR").env("CARGO_PROFILE_DEV_DEBUG", "false");
    cargo.args(["install", "--locked", "--debug", "--root"]).arg(&folder);
    shell::run(cargo.arg(CARGO_DENY))?;
    Ok(folder.join("bin").join("cargo-deny"))
}
