//! `cargo xtask browser`: what people see, in a real browser. The tests themselves are in Python, in tests/browser.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::gallery;
use crate::pytest;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask browser

Drive Chromium through the console of hosts that serve the simulator's companies. Each page there is is kept as a picture in
target/screenshots/, as LANGUAGE/THEME/PAGE.png and LANGUAGE/narrow/PAGE.png; what a test that failed saw is in failed/.
All of them are on one page to look at, target/screenshots/index.html.
It needs chromium and python3-venv, which .ci/run installs, and brings the rest into target/python/.

Words after `--` go to pytest: `cargo xtask browser -- -k organisation`. With `-n 0` after them, one test runs after another and
may be looked into.";

/// Build what is looked at, and run the tests.
///
/// # Errors
///
/// When something cannot be built or had, or a test fails.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    let chromium = chromium()?;
    let mut pytest = pytest::tests(workspace, "browser", words)?;
    let screenshots = workspace.target.join("screenshots");
    // Pages that are gone would stay among those that there are, and failures that were mended among those that were not.
    let outdated = if words.is_empty() { screenshots.clone() } else { screenshots.join(gallery::FAILED) };
    if outdated.exists() {
        fs::remove_dir_all(&outdated).with_context(|| format!("cannot remove {}", outdated.display()))?;
    }
    pytest.env("CHROMIUM", chromium).env("SCREENSHOTS", &screenshots);
    say::head("Look at it with a browser");
    // Said of tests that failed, too: the pictures are what somebody looks at then.
    let outcome = shell::run(&mut pytest);
    let n_pictures = gallery::write(&screenshots)?;
    say::note(&format!("{n_pictures} pictures of pages are on {}/index.html", workspace.shown(&screenshots)));
    outcome
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
