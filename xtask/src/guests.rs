//! `cargo xtask guests`: the roster's twins in other languages, as their toolchains build them, and closed.

pub(crate) mod go;

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::components::{self, Profile};
use crate::node::Node;
use crate::python;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask guests [go]

Build the connectors that are written in other languages than Rust, tests/guests/python and tests/guests/javascript, and
run their own tests; and with each one that does what a connector must not. Each is built as its toolchain does it by default, to target/components/NAME-open.wasm, and closed by
`rollcall connector seal`, to target/components/NAME.wasm. What builds them is brought from PyPI and npm; it needs
python3-venv, which .ci/run installs.

  go  the same with the one in Go, tests/guests/go, whose tests run it in the program; Go comes from PyPI, and the rest from
      crates";

/// Build them, and run their tests.
///
/// # Errors
///
/// When a toolchain cannot be had, one does not build, or a test fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    build(workspace)?;
    say::head("The connectors' own tests");
    test_python(workspace)?;
    let (folder, node) = (Path::new(JAVASCRIPT), Node::ready(workspace)?);
    shell::run(node.command(&workspace.root.join(folder)).arg("--test"))
}

/// Build them.
///
/// # Errors
///
/// When a toolchain cannot be had, or one does not build.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    components::build_binaries(workspace, Profile::Dev)?;
    build_python(workspace)?;
    build_javascript(workspace)
}

const PYTHON: &str = "tests/guests/python";
const JAVASCRIPT: &str = "tests/guests/javascript";

fn python(workspace: &Workspace) -> Result<PathBuf> {
    python::with(workspace, "guests", &Path::new(PYTHON).join("requirements.txt"))
}

fn build_python(workspace: &Workspace) -> Result<()> {
    let componentize = python(workspace)?.with_file_name("componentize-py");
    for (name, within, world) in [("roster", ".", "live-connector"), ("misuse", "misuse", "connector")] {
        let mut build = Command::new(&componentize);
        build.current_dir(workspace.root.join(PYTHON).join(within));
        build.arg("--wit-path").arg(workspace.root.join("wit")).args(["--world", world, "componentize"]);
        let (open, closed) = names(workspace, name, "python");
        shell::run(build.args(["--python-path", ".", "app", "--output"]).arg(&open))?;
        seal(workspace, &open, &closed)?;
    }
    Ok(())
}

/// Where a connector in a language is as its toolchain leaves it, and what it is called once it is closed.
fn names(workspace: &Workspace, name: &str, language: &str) -> (PathBuf, String) {
    (workspace.component(&format!("{name}-{language}-open")), format!("{name}-{language}"))
}

fn test_python(workspace: &Workspace) -> Result<()> {
    let mut pytest = Command::new(python(workspace)?);
    pytest.current_dir(workspace.root.join(PYTHON)).env("PYTHONDONTWRITEBYTECODE", "1");
    shell::run(pytest.args(["-m", "pytest", "-q"]))
}

fn build_javascript(workspace: &Workspace) -> Result<()> {
    let node = Node::ready(workspace)?;
    node.bring_packages(workspace, Path::new(JAVASCRIPT))?;
    for (name, script) in [("roster", "build"), ("misuse", "build-misuse")] {
        let mut build = node.npm(&workspace.root.join(JAVASCRIPT));
        let (open, closed) = names(workspace, name, "javascript");
        shell::run(build.args(["run", script, "--", "--output"]).arg(&open))?;
        seal(workspace, &open, &closed)?;
    }
    Ok(())
}

/// Close a component, to target/components/NAME.wasm.
///
/// # Errors
///
/// When it asks for what no connector may.
pub(crate) fn seal(workspace: &Workspace, open: &Path, name: &str) -> Result<()> {
    let mut seal = Command::new(components::binary(workspace, Profile::Dev, "rollcall"));
    seal.args(["connector", "seal"]).arg(open).arg("--output").arg(workspace.component(name));
    shell::run(&mut seal).with_context(|| format!("{name} cannot be closed"))
}
