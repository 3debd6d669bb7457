//! `cargo xtask target`: make `wasm32-wasip2` usable, by rustup where it can and from Debian's sources where it cannot.
//! It never changes the machine's package configuration and installs nothing outside the toolchain's own folder.

mod debian;
mod library;

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::say;
use crate::shell;
use crate::workspace::Workspace;

/// The target that components are built for.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// The file that marks a library of our own making, with the `rustc -vV` it was made for.
///
/// Why: rustup's library changes together with its compiler, ours does not, and rustc refuses any other than its own.
const STAMP: &str = "built-by-rollcall-xtask.txt";

pub(crate) const HELP: &str = "\
cargo xtask target

Make the target wasm32-wasip2 usable: nothing if it is, else `rustup target add`, else the standard
library is built from Debian's packages rust-src and wasi-libc (about 65 MB of downloads, two minutes).
The machine's own apt configuration and lists stay as they are.

  --from-debian    do not ask rustup";

/// Where the standard library may come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// Rustup if it can, else Debian.
    Any,
    /// Debian only.
    Debian,
}

/// Make the target usable.
///
/// # Errors
///
/// When no way succeeded; the text says what was tried and what to do by hand.
pub(crate) fn ensure(workspace: &Workspace, origin: Origin) -> Result<()> {
    let toolchain = Toolchain::ask()?;
    let missing = match toolchain.state(workspace)? {
        State::Usable => {
            say::note(&format!("target {TARGET} is there, for rustc {}", toolchain.release));
            return Ok(());
        }
        State::Foreign(reason) => bail!(
            "the {TARGET} library in {} is not of our making and does not work: {reason}\n\
             remove that folder (by `rustup target remove {TARGET}` if rustup put it there) and run `cargo xtask target` again",
            toolchain.folder().display()
        ),
        State::Missing(reason) => reason,
    };
    say::note(&format!("target {TARGET} is not usable: {missing}"));
    obtain(workspace, &toolchain, origin)?;
    forget_what_was_built(workspace)?;
    match toolchain.state(workspace)? {
        State::Usable => {
            say::note(&format!("target {TARGET} is ready, for rustc {}", toolchain.release));
            Ok(())
        }
        State::Missing(reason) | State::Foreign(reason) => {
            bail!(
                "the {TARGET} library was put in {} but does not work: {reason}",
                toolchain.folder().display()
            )
        }
    }
}

/// Rustup first, then Debian.
fn obtain(workspace: &Workspace, toolchain: &Toolchain, origin: Origin) -> Result<()> {
    let rustup = match origin {
        Origin::Any => by_rustup(toolchain),
        Origin::Debian => Err(anyhow::anyhow!("not asked, because of --from-debian")),
    };
    let Err(by_rustup) = rustup else { return Ok(()) };
    say::note(&format!("rustup: {by_rustup:#}"));
    say::note("building the standard library from Debian's packages instead; this takes a minute or two");
    library::build(workspace, toolchain).map_err(|by_debian| {
        anyhow::anyhow!(
            "target {TARGET} could not be made usable for rustc {release}\n\
             tried, rustup: {by_rustup:#}\n\
             tried, Debian's packages: {by_debian:#}\n\
             by hand, either: let this machine reach rustup's server (or name a mirror in RUSTUP_DIST_SERVER) and run \
             `rustup target add {TARGET}`\n\
             or: let it reach a Debian mirror named in apt's configuration and the registry cargo is configured for, \
             and run `cargo xtask target` again",
            release = toolchain.release,
        )
    })
}

fn by_rustup(toolchain: &Toolchain) -> Result<()> {
    if shell::find("rustup").is_none() {
        bail!("there is none on this machine");
    }
    shell::run(Command::new("rustup").args(["target", "add", TARGET]))?;
    if !toolchain.has_library()? {
        bail!(
            "it says {TARGET} is there, but the active rustc finds no library in {}",
            toolchain.libdir.display()
        );
    }
    Ok(())
}

/// Cargo does not notice that the library changed: every crate built before would say "can't find crate".
fn forget_what_was_built(workspace: &Workspace) -> Result<()> {
    let built = workspace.target.join(TARGET);
    if built.exists() {
        say::note(&format!("removing {}, which was built against another library", workspace.shown(&built)));
    }
    remove(&built)
}

/// The compiler that `cargo xtask` itself was run by.
#[derive(Debug)]
pub(crate) struct Toolchain {
    /// For example `1.95.0`.
    pub(crate) release: String,
    /// All of `rustc -vV`: a library works with exactly the compiler that made it.
    pub(crate) identity: String,
    /// Where rustc looks for the target's library.
    libdir: PathBuf,
}

#[derive(Debug)]
enum State {
    Usable,
    /// Not there, or of our making and for another compiler.
    Missing(String),
    /// There, not ours, and not working: it is not for us to replace.
    Foreign(String),
}

impl Toolchain {
    fn ask() -> Result<Self> {
        let identity = shell::read(Command::new("rustc").arg("-vV"))?;
        let release = identity
            .lines()
            .find_map(|line| line.strip_prefix("release: "))
            .context("`rustc -vV` names no release")?
            .to_owned();
        let libdir =
            shell::read(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
        Ok(Self { release, identity, libdir: PathBuf::from(libdir.trim()) })
    }

    /// `…/rustlib/wasm32-wasip2`: all that belongs to the target.
    fn folder(&self) -> &Path {
        self.libdir.parent().unwrap_or(&self.libdir)
    }

    fn state(&self, workspace: &Workspace) -> Result<State> {
        if !self.has_library()? {
            return Ok(State::Missing(format!("no standard library in {}", self.libdir.display())));
        }
        let stamp = match fs::read_to_string(self.folder().join(STAMP)) {
            Ok(stamp) => Some(stamp),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error).context("the library's stamp cannot be read"),
        };
        if stamp.as_ref().is_some_and(|stamp| *stamp != self.identity) {
            return Ok(State::Missing("its library was built for another compiler".to_owned()));
        }
        Ok(match (probe(workspace), stamp) {
            (Ok(()), _) => State::Usable,
            (Err(error), Some(_)) => State::Missing(format!("{error:#}")),
            (Err(error), None) => State::Foreign(format!("{error:#}")),
        })
    }

    fn has_library(&self) -> Result<bool> {
        let entries = match fs::read_dir(&self.libdir) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
            Err(error) => {
                return Err(error).with_context(|| format!("cannot look into {}", self.libdir.display()));
            }
        };
        for entry in entries {
            let name = entry?.file_name();
            let name = name.to_string_lossy();
            if name.starts_with("libstd-") && name.ends_with(".rlib") {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Compile and link the smallest program that needs the library. Files that are there prove nothing.
fn probe(workspace: &Workspace) -> Result<()> {
    const PROGRAM: &[u8] =
        b"#[unsafe(no_mangle)]\npub extern \"C\" fn probe() {\n    println!(\"std is there\");\n}\n";
    let folder = workspace.target.join("xtask");
    fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let source = folder.join("probe.rs");
    fs::write(&source, PROGRAM).with_context(|| format!("cannot write {}", source.display()))?;
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "--crate-type", "cdylib", "--target", TARGET, "-o"]);
    rustc.arg(folder.join("probe.wasm")).arg(source).stdin(Stdio::null());
    shell::read(&mut rustc).map(drop)
}

/// Remove a folder with all that is in it; nothing to do if it is not there.
fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(error).with_context(|| format!("cannot remove {}", folder.display()))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}
