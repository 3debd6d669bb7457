//! `cargo xtask browser`: what people see, in a real browser. The tests themselves are in Python, in tests/browser.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::pytest;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask browser

Drive Chromium through the console of a host that serves the simulator's company, and keep what it looked like in
target/screenshots/. It needs chromium and python3-venv, which .ci/run installs, and brings the rest into target/python/.

Words after `--` go to pytest: `cargo xtask browser -- -k tree`.";

/// Build what is looked at, and run the tests.
///
/// # Errors
///
/// When something cannot be built or had, or a test fails.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    let chromium = chromium()?;
    let mut pytest = pytest::tests(workspace, "browser", words)?;
    pytest.env("CHROMIUM", chromium).env("SCREENSHOTS", workspace.target.join("screenshots"));
    say::head("Look at it with a browser");
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
