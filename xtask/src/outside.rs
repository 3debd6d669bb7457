//! `cargo xtask outside`: programs that we did not write use what we serve to programs, and judge it. The tests themselves are
//! in Python, in tests/outside.

use std::path::Path;

use anyhow::Result;

use crate::node::Node;
use crate::pytest;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

/// A client of SCIM in JavaScript.
const SCIMMY: &str = "tests/outside/scimmy";

pub(crate) const HELP: &str = "\
cargo xtask outside

Let programs that we did not write judge a host that serves the simulator's company: scim2-tester SCIM, Schemathesis the
API by its own document, Prometheus' parser the metrics. Let clients of SCIM, in Python and in JavaScript, read 2,000 people.
And look for every secret in whatever the host says.
It needs python3-venv, which .ci/run installs, and brings the rest into target/python/, Node among it.

Words after `--` go to pytest: `cargo xtask outside -- -k scim`.";

/// Build what is judged, and run the tests.
///
/// # Errors
///
/// When something cannot be built or had, or a test fails.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    // What the tools report is shown, not only when they find something.
    let words = [&["-rP"], words].concat();
    let mut pytest = pytest::tests(workspace, "outside", &words)?;
    let node = Node::ready(workspace)?;
    node.bring_packages(workspace, Path::new(SCIMMY))?;
    pytest.env("NODE", &node.program);
    say::head("Have it judged by programs that we did not write");
    shell::run(&mut pytest)
}
