//! Python environments below the target folder, one for each list of packages that some tests run with. They are made once and
//! again when the list changes; what is asked of the registry is what pip is configured for.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::say;
use crate::shell;
use crate::workspace::Workspace;

/// The Python that has the packages which `requirements` lists, below the root.
///
/// # Errors
///
/// When there is no python3 with its `venv` module, or a package cannot be had.
pub(crate) fn with(workspace: &Workspace, name: &str, requirements: &Path) -> Result<PathBuf> {
    let folder = workspace.target.join("python").join(name);
    let python = folder.join("bin").join("python");
    let list = workspace.root.join(requirements);
    let wanted = fs::read(&list).with_context(|| format!("cannot read {}", list.display()))?;
    // Written last: an environment that was half made is made anew.
    let stamp = folder.join("made-of.txt");
    if fs::read(&stamp).is_ok_and(|made_of| made_of == wanted) {
        say::note(&format!("{} has the packages of {}", workspace.shown(&folder), requirements.display()));
        return Ok(python);
    }
    let mut make = Command::new("python3");
    shell::run(make.args(["-m", "venv", "--clear"]).arg(&folder)).context(
        "python3 with its venv module makes the environment; `apt-get install python3-venv` brings it",
    )?;
    let mut install = Command::new(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]);
    shell::run(install.arg(&list))
        .context("pip must be able to reach a package registry; `pip config list` says which")?;
    fs::write(&stamp, &wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(python)
}
