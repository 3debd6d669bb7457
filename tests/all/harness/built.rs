//! What `cargo xtask build` leaves: the components and the program. A missing one is a failure that names the command.
//! Where `ROLLCALL_BUILT` names the target folder of another build, that one's components and program are tried instead.

use std::path::{Path, PathBuf};

/// A component: "dingtalk", "roster", "hostile".
#[track_caller]
pub(crate) fn component(name: &str) -> PathBuf {
    existing(tried().join("components").join(format!("{name}.wasm")))
}

/// A component of this build, whatever else is another one's: what tries a host, and not the host that is tried.
#[track_caller]
pub(crate) fn todays_component(name: &str) -> PathBuf {
    existing(target().join("components").join(format!("{name}.wasm")))
}

/// The command line.
#[track_caller]
pub(crate) fn rollcall() -> PathBuf {
    existing(tried().join("debug").join(format!("rollcall{}", std::env::consts::EXE_SUFFIX)))
}

/// An example of the host library.
#[track_caller]
pub(crate) fn example(name: &str) -> PathBuf {
    existing(target().join("debug/examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}

/// Where compiled components are kept from one test run to the next.
pub(crate) fn compiled() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled")
}

#[track_caller]
fn existing(path: PathBuf) -> PathBuf {
    let mend = "build it with `cargo xtask build` and `cargo build --package rollcall-sqlite --examples`";
    assert!(path.exists(), "{} is missing; {mend}", path.display());
    path
}

/// Whether another build is tried.
pub(crate) fn is_another() -> bool {
    another().is_some()
}

/// The target folder of the build that is tried.
fn tried() -> PathBuf {
    another().unwrap_or_else(|| target().to_owned())
}

fn another() -> Option<PathBuf> {
    std::env::var_os("ROLLCALL_BUILT").map(PathBuf::from)
}

fn target() -> &'static Path {
    Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()
        .expect("cargo's folder for tests is inside its target folder")
}
