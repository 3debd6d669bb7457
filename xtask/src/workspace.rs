//! Where things are: the repository, what cargo builds, and cargo itself. Nothing is built or changed here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::shell;

/// The checkout this command works on.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder with the workspace's `Cargo.toml`.
    pub(crate) root: PathBuf,
    /// The folder that cargo builds into, `CARGO_TARGET_DIR` and cargo's own configuration included.
    pub(crate) target: PathBuf,
}

#[derive(Deserialize)]
struct Metadata {
    workspace_root: PathBuf,
    target_directory: PathBuf,
}

impl Workspace {
    /// Ask cargo, from the folder the command was typed in.
    ///
    /// # Errors
    ///
    /// When cargo cannot be run or the current folder is in no cargo workspace.
    pub(crate) fn find() -> Result<Self> {
        let mut ask = Command::new(cargo_program());
        ask.args(["metadata", "--format-version", "1", "--no-deps"]);
        let answer = shell::read(&mut ask).context("xtask runs inside the repository, by `cargo xtask`")?;
        let found: Metadata =
            serde_json::from_str(&answer).context("`cargo metadata` answered something unknown")?;
        Ok(Self { root: found.workspace_root, target: found.target_directory })
    }

    /// Cargo, run at the root and building into the same folder as the cargo that started us.
    pub(crate) fn cargo(&self) -> Command {
        let mut cargo = Command::new(cargo_program());
        // What the cargo that runs us says about this package. Build scripts look at these, and one that finds them changed,
        // as ring's does, builds anew what was built by hand, and everything on top of it.
        let about_us = |name: &OsString| {
            let name = name.to_string_lossy();
            name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")
        };
        for (name, _) in std::env::vars_os().filter(|(name, _)| about_us(name)) {
            cargo.env_remove(name);
        }
        cargo.current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        cargo
    }

    /// A finished component, as `build` leaves it.
    pub(crate) fn component(&self, name: &str) -> PathBuf {
        self.target.join("components").join(name).with_extension("wasm")
    }

    /// The path as a reader at the root would type it.
    pub(crate) fn shown(&self, path: &Path) -> String {
        path.strip_prefix(&self.root).unwrap_or(path).display().to_string()
    }
}

/// The cargo that runs us, so that a nested build uses the same toolchain.
pub(crate) fn cargo_program() -> PathBuf {
    std::env::var_os("CARGO").map_or_else(|| PathBuf::from("cargo"), PathBuf::from)
}
