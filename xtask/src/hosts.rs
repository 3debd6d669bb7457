//! `cargo xtask hosts`: every connector in every host. The tests themselves are in Python, in tests/hosts, beside the small hosts
//! that they compare with ours.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::components::{self, Profile};
use crate::guests;
use crate::node::Node;
use crate::pytest;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask hosts

Have every connector import and follow its source in every host: DingTalk's, the roster's and its twins in Python and in
JavaScript, in `rollcall` and in the small hosts in Python (wasmtime) and in Node (jco) of tests/hosts. What each holds
afterwards must be the same byte for byte, and so must states, counters and codes; a table says so. Then the probe tells of each
host from inside whether it keeps the contract. The small hosts pass the vectors of the contract first.
It needs python3-venv, which .ci/run installs, and brings the rest into target/python/ and beside the sources in JavaScript.

Words after `--` go to pytest: `cargo xtask hosts -- -k webhook`.";

const PYTHON: &str = "tests/hosts/python";
const NODE: &str = "tests/hosts/node";

/// Build what is compared, and run the tests.
///
/// # Errors
///
/// When something cannot be built or had, or a test fails.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    let mut pytest = pytest::tests_with(workspace, "hosts", "python/requirements.txt", words)?;
    guests::run(workspace)?;
    guests::seal(workspace, &workspace.component("probe-open"), "probe")?;
    let node = Node::ready(workspace)?;
    node.bring_packages(workspace, Path::new(NODE))?;
    say::head("The small hosts' own tests, the contract's vectors among them");
    let mut in_python = Command::new(pytest.get_program());
    in_python.current_dir(workspace.root.join(PYTHON)).env("PYTHONDONTWRITEBYTECODE", "1");
    shell::run(in_python.args(["-m", "pytest", "-q"]))?;
    shell::run(node.command(&workspace.root.join(NODE)).arg("--test"))?;
    say::head("Every connector in every host");
    shell::run(with_node(&mut pytest, workspace, &node))
}

fn with_node<'c>(pytest: &'c mut Command, workspace: &Workspace, node: &Node) -> &'c mut Command {
    pytest
        .env("CONNECTORS", workspace.target.join("components"))
        .env("PROBE_PEER", components::binary(workspace, Profile::Dev, "probe-peer"))
        .env("NODE", &node.program)
        .env("NODE_HOST", workspace.root.join(NODE).join("main.js"))
}
