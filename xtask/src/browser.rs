//! `cargo xtask browser`: what people see, in a real browser. The tests themselves are in Python, in tests/browser.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::components::{self, Profile};
use crate::python;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask browser

Drive Chromium through the console of a host that serves the simulator's company, and keep what it looked like in
target/screenshots/. It needs chromium and python3-venv, which .ci/run installs, and brings the rest into target/python/.

Words after `--` go to pytest: `cargo xtask browser -- -k tree`.";

/// What the packages are listed in.
const REQUIREMENTS: &str = "tests/browser/requirements.txt";

/// Build what is looked at, and run the tests.
///
/// # Errors
///
/// When something cannot be built or had, or a test fails.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    let chromium = chromium()?;
    components::build(workspace)?;
    components::build_binaries(workspace, Profile::Dev)?;
    let python = python::with(workspace, "browser", Path::new(REQUIREMENTS))?;
    say::head("Look at it with a browser");
    let mut pytest = Command::new(python);
    pytest.current_dir(workspace.root.join("tests").join("browser"));
    pytest.args(["-m", "pytest"]).args(words);
    pytest
        .env("CHROMIUM", chromium)
        .env("ROLLCALL", components::binary(workspace, Profile::Dev, "rollcall"))
        .env("DINGTALK_SIMULATOR", components::binary(workspace, Profile::Dev, "dingtalk-simulator"))
        .env("DINGTALK_CONNECTOR", workspace.component("dingtalk"))
        .env("SCREENSHOTS", workspace.target.join("screenshots"))
        // The tests are sources, and stay alone in their folder.
        .env("PYTHONDONTWRITEBYTECODE", "1")
        // Nothing of the machine's may change what is shown.
        .env_remove("RUST_LOG")
        .env("LC_ALL", "C.UTF-8");
    shell::run(&mut pytest)
}

/// The system's browser.
///
/// # Errors
///
/// When there is none.
pub(crate) fn chromium() -> Result<PathBuf> {
    shell::find("chromium").context(
        "chromium is not on this machine; `apt-get install chromium fonts-noto-cjk` brings it, and fonts that show Chinese",
    )
}
