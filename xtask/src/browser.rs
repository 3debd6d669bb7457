//! `cargo xtask browser`: what people see, in a real browser. The tests themselves are in Python, in tests/browser.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::pytest;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask browser

Drive Chromium through the console of hosts that serve the simulator's companies. Each page there is is kept as a picture in
target/screenshots/, as LANGUAGE/THEME/PAGE.png and LANGUAGE/narrow/PAGE.png; what a test that failed saw is in failed/.
It needs chromium and python3-venv, which .ci/run installs, and brings the rest into target/python/.

Words after `--` go to pytest: `cargo xtask browser -- -k tree`.";

/// Build what is looked at, and run the tests.
///
/// # Errors
///
/// When something cannot be built or had, or a test fails.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    let chromium = chromium()?;
    let mut pytest = pytest::tests(workspace, "browser", words)?;
    let screenshots = workspace.target.join("screenshots");
    if words.is_empty() && screenshots.exists() {
        // Pages that are gone would stay among those that there are.
        fs::remove_dir_all(&screenshots)
            .with_context(|| format!("cannot remove {}", screenshots.display()))?;
    }
    pytest.env("CHROMIUM", chromium).env("SCREENSHOTS", &screenshots);
    say::head("Look at it with a browser");
    // Said of tests that failed, too: the pictures are what somebody looks at then.
    let outcome = shell::run(&mut pytest);
    let n_pictures = count(&screenshots)?;
    say::note(&format!("{n_pictures} pictures of pages are in {}", workspace.shown(&screenshots)));
    outcome
}

/// How many files are in a folder and below; none if there is no such folder.
fn count(folder: &Path) -> Result<usize> {
    if !folder.exists() {
        return Ok(0);
    }
    let mut n_files = 0_usize;
    let entries = fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        n_files = n_files.saturating_add(if path.is_dir() { count(&path)? } else { 1 });
    }
    Ok(n_files)
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
