//! Which crates of a checkout ship, and where each begins. Asked of cargo itself.
//!
//! Not here: what is in them (`source`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::shell;
use crate::workspace::cargo_program;

/// Folders whose crates ship in nothing: the tests, and this tool.
const UNSHIPPED: [&str; 2] = ["tests", "xtask"];

/// What cargo builds for tests, examples and itself.
const UNSHIPPED_TARGETS: [&str; 4] = ["test", "bench", "example", "custom-build"];

/// A crate before it is read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Roots {
    /// Its folder from the root of the checkout, with `/`.
    pub(super) name: String,
    /// The files that its library and its programs begin with.
    pub(super) files: Vec<PathBuf>,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    manifest_path: PathBuf,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    kind: Vec<String>,
    src_path: PathBuf,
}

/// The crates that ship, in the order of their folders.
///
/// # Errors
///
/// When there is no cargo workspace in this folder.
pub(super) fn shipped(checkout: &Path) -> Result<Vec<Roots>> {
    let mut ask = Command::new(cargo_program());
    ask.current_dir(checkout).args(["metadata", "--format-version", "1", "--no-deps", "--manifest-path"]);
    let answer = shell::read(ask.arg(checkout.join("Cargo.toml")))
        .with_context(|| format!("{} is not the root of a checkout", checkout.display()))?;
    let found: Metadata =
        serde_json::from_str(&answer).context("`cargo metadata` answered something unknown")?;
    let root = &found.workspace_root;
    let mut crates: Vec<Roots> = found.packages.iter().filter_map(|package| package.shipped(root)).collect();
    crates.sort();
    Ok(crates)
}

impl Package {
    fn shipped(&self, root: &Path) -> Option<Roots> {
        let folder = self.manifest_path.parent()?.strip_prefix(root).ok()?;
        if UNSHIPPED.iter().any(|unshipped| folder.starts_with(unshipped)) {
            return None;
        }
        let ships = |target: &&Target| {
            target.kind.iter().all(|kind| UNSHIPPED_TARGETS.iter().all(|unshipped| kind != unshipped))
        };
        let files = self.targets.iter().filter(ships).map(|target| target.src_path.clone()).collect();
        Some(Roots { name: slashed(folder), files })
    }
}

/// A path below the checkout, as it is written in the figures.
pub(super) fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    parts.join("/")
}
