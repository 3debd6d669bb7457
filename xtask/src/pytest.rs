//! Tests in Python, which start our programs themselves: where those are is said in the environment.
//!
//! Not here: what the tests want beside our programs; who runs them knows.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::components::{self, Profile};
use crate::python;
use crate::workspace::Workspace;

/// The run of the tests in a folder of `tests`, once everything is built and the packages that its `requirements.txt` lists
/// are there; `words` go to pytest.
///
/// # Errors
///
/// When something cannot be built or had.
pub(crate) fn tests(workspace: &Workspace, folder: &str, words: &[&str]) -> Result<Command> {
    tests_with(workspace, folder, "requirements.txt", words)
}

/// The same where the list of packages is another file, by its path within the folder.
///
/// # Errors
///
/// When something cannot be built or had.
pub(crate) fn tests_with(
    workspace: &Workspace,
    folder: &str,
    requirements: &str,
    words: &[&str],
) -> Result<Command> {
    components::build(workspace)?;
    components::build_binaries(workspace, Profile::Dev)?;
    let within = Path::new("tests").join(folder);
    let python = python::with(workspace, folder, &within.join(requirements))?;
    let mut pytest = Command::new(python);
    pytest.current_dir(workspace.root.join(within));
    pytest.args(["-m", "pytest"]).args(words);
    pytest
        .env("ROLLCALL", components::binary(workspace, Profile::Dev, "rollcall"))
        .env("DINGTALK_SIMULATOR", components::binary(workspace, Profile::Dev, "dingtalk-simulator"))
        .env("DINGTALK_CONNECTOR", workspace.component("dingtalk"))
        .env("ROSTER_CONNECTOR", workspace.component("roster"))
        .env("STRANGER_CONNECTOR", workspace.component("stranger"))
        .env("COMPILED", workspace.target.join("compiled"))
        // The tests are sources, and stay alone in their folder.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // Nothing of the machine's may change what is shown.
        .env_remove("RUST_LOG")
        .env("LC_ALL", "C.UTF-8");
    Ok(pytest)
}
