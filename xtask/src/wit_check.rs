//! `cargo xtask wit-check`: the contract parses alone, is explained to the last field, and keeps what it has published.
//! It says nothing about who implements the contract.

mod contract;
mod published;

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail};

use self::contract::Contract;
use crate::finding::{self, Finding};
use crate::say;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask wit-check

Parse wit/ alone (no dependency on anything), require `@since` and a doc comment on every item, allow only plain
data and synchronous functions, and compare with each published copy in wit/published/VERSION/*.wit:
what was published is never changed; a newer version only adds functions, types and interfaces.";

/// # Errors
///
/// When the contract does not parse or breaks a rule.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let folder = workspace.root.join("wit");
    let contract = read(workspace, &folder)?;
    let mut findings = contract.findings().to_vec();
    for copy in published_folders(&folder)? {
        let old = read(workspace, &copy)?;
        findings.extend(misnamed(workspace, &copy, &old));
        findings.extend(published::compare(&old, &contract));
    }
    finding::report("wit-check", &findings)?;
    say::note(&format!("{} parses alone: {} items, each explained", contract.name(), contract.n_items()));
    Ok(())
}

/// The `.wit` files of one folder, as one package.
fn read(workspace: &Workspace, folder: &Path) -> Result<Contract> {
    let mut sources = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot look into {}", folder.display()))? {
        let path = entry?.path();
        if path.extension() == Some(OsStr::new("wit")) {
            let text =
                fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            sources.push((workspace.shown(&path), text));
        }
    }
    sources.sort();
    if sources.is_empty() {
        bail!("{} holds no .wit file", folder.display());
    }
    contract::parse(&sources).with_context(|| format!("{} does not parse alone", workspace.shown(folder)))
}

/// `wit/published/*`, in order; none before the first publication.
fn published_folders(wit: &Path) -> Result<Vec<std::path::PathBuf>> {
    let folder = wit.join("published");
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut folders = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| format!("cannot look into {}", folder.display()))? {
        folders.push(entry?.path());
    }
    folders.sort();
    Ok(folders)
}

/// A copy lies in a folder named by its version.
fn misnamed(workspace: &Workspace, folder: &Path, copy: &Contract) -> Option<Finding> {
    let version = copy.version().to_string();
    (folder.file_name() != Some(OsStr::new(&version))).then(|| {
        Finding::new(
            workspace.shown(folder),
            "a published copy lies in a folder named by its version",
            format!("its package says {version}; rename the folder"),
        )
    })
}
