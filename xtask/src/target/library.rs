//! Building the standard library for the target and moving it into the toolchain.
//! Everything is made aside; the toolchain sees one rename, at the end.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use super::debian::{self, Sources};
use super::{STAMP, TARGET, Toolchain, remove};
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

/// Build the library for this compiler from Debian's packages and put it where rustc looks.
///
/// # Errors
///
/// When a tool, a package or the network is missing, or the library does not build.
pub(super) fn build(workspace: &Workspace, toolchain: &Toolchain) -> Result<()> {
    let aside = workspace.target.join("xtask").join("wasm32-library");
    remove(&aside)?;
    fs::create_dir_all(&aside).with_context(|| format!("cannot create {}", aside.display()))?;
    let sources = debian::fetch(&aside, &toolchain.release)?;
    let built = compile(workspace, &aside, &sources)?;
    install(toolchain, &built, &sources.wasi_libc)?;
    // 700 MB that nobody needs again.
    remove(&aside)
}

/// Compile the library's sysroot crate; the answer is the folder with its `.rlib` files.
fn compile(workspace: &Workspace, aside: &Path, sources: &Sources) -> Result<PathBuf> {
    let build = aside.join("build");
    let mut flags = String::from("-Zforce-unstable-if-unmarked -Cembed-bitcode=yes -Lnative=");
    flags.push_str(sources.wasi_libc.to_str().context("the target folder's path is not UTF-8")?);
    let mut cargo = workspace.cargo();
    // The library is its own workspace with its own Cargo.lock. The first two variables are how rustc's own build
    // compiles it; bitcode is for our `lto = true`.
    cargo
        .current_dir(&sources.library)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("__CARGO_DEFAULT_LIB_METADATA", "std")
        .env("RUSTFLAGS", flags)
        .env("CARGO_PROFILE_RELEASE_DEBUG", "0")
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("CARGO_TARGET_DIR")
        .args(["build", "--release", "--target", TARGET])
        .args([
            "--manifest-path",
            "sysroot/Cargo.toml",
            "--features",
            "compiler-builtins-mem",
            "--target-dir",
        ])
        .arg(&build);
    shell::run(&mut cargo)?;
    Ok(build.join(TARGET).join("release").join("deps"))
}

/// Gather the folder beside its final place, on the same file system, then rename it there.
fn install(toolchain: &Toolchain, built: &Path, wasi_libc: &Path) -> Result<()> {
    let place = toolchain.folder();
    let beside = place.with_file_name(format!("{TARGET}.{}", std::process::id()));
    remove(&beside)?;
    let gathered = gather(&beside, toolchain, built, wasi_libc);
    let moved = gathered.and_then(|()| replace(place, &beside));
    // After a failure it is a leftover in somebody's toolchain; after success it is not there.
    remove(&beside)?;
    moved?;
    say::note(&format!("put the library in {}; to undo, remove that folder", place.display()));
    Ok(())
}

fn gather(folder: &Path, toolchain: &Toolchain, built: &Path, wasi_libc: &Path) -> Result<()> {
    let lib = folder.join("lib");
    let self_contained = lib.join("self-contained");
    fs::create_dir_all(&self_contained)
        .with_context(|| format!("cannot write into the toolchain, at {}", folder.display()))?;
    if copy(built, &lib, &["rlib"])? == 0 {
        bail!("the build left no .rlib in {}", built.display());
    }
    if copy(wasi_libc, &self_contained, &["a", "o"])? == 0 {
        bail!("the package wasi-libc has no .a or .o in {}", wasi_libc.display());
    }
    fs::write(folder.join(STAMP), &toolchain.identity).context("cannot write the library's stamp")
}

/// Copy the files with one of these extensions; the answer is how many there were.
fn copy(from: &Path, to: &Path, extensions: &[&str]) -> Result<usize> {
    let mut copied = 0;
    let entries = fs::read_dir(from).with_context(|| format!("cannot look into {}", from.display()))?;
    for entry in entries {
        let path = entry?.path();
        let wanted =
            path.extension().and_then(OsStr::to_str).is_some_and(|found| extensions.contains(&found));
        if let (true, Some(name)) = (wanted, path.file_name()) {
            fs::copy(&path, to.join(name)).with_context(|| format!("cannot copy {}", path.display()))?;
            copied += 1;
        }
    }
    Ok(copied)
}

/// Put `fresh` where `place` is. What was there (an unusable library of ours) is kept until the new one stands.
fn replace(place: &Path, fresh: &Path) -> Result<()> {
    let old = place.with_file_name(format!("{TARGET}.old.{}", std::process::id()));
    let had_one = place.exists();
    if had_one {
        fs::rename(place, &old).with_context(|| format!("cannot move {} aside", place.display()))?;
    }
    let moved =
        fs::rename(fresh, place).with_context(|| format!("cannot move the library to {}", place.display()));
    if moved.is_err() && had_one {
        fs::rename(&old, place).with_context(|| format!("cannot move {} back", place.display()))?;
    }
    remove(&old)?;
    moved
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("rollcall-xtask-{}-{name}", std::process::id()));
        remove(&folder).unwrap();
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_new_library_takes_the_place_of_an_old_one_whole() {
        let base = folder("replace");
        let (place, fresh) = (base.join("wasm32-wasip2"), base.join("fresh"));
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("stale"), "").unwrap();
        fs::create_dir_all(&fresh).unwrap();
        fs::write(fresh.join("new"), "").unwrap();

        replace(&place, &fresh).unwrap();

        let left: Vec<_> = fs::read_dir(&base).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        let inside: Vec<_> = fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        remove(&base).unwrap();
        assert_eq!((left, inside), (vec!["wasm32-wasip2".into()], vec!["new".into()]));
    }

    #[test]
    fn a_library_that_cannot_be_moved_leaves_the_old_one_in_place() {
        let base = folder("replace-fails");
        let place = base.join("wasm32-wasip2");
        fs::create_dir_all(&place).unwrap();

        let failed = replace(&place, &base.join("not-there"));

        let left: Vec<_> = fs::read_dir(&base).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        remove(&base).unwrap();
        assert_eq!((failed.is_err(), left), (true, vec!["wasm32-wasip2".into()]));
    }
}
