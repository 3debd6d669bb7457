//! `cargo xtask build`: the components, each checked for what it asks of its host, and the two host binaries.
//! Components are built here and not by a build script: a `cargo test` never runs another cargo.

mod closed;
mod surface;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::say;
use crate::shell;
use crate::target::{self, Origin, TARGET};
use crate::workspace::Workspace;
use surface::Surface;

pub(crate) const HELP: &str = "\
cargo xtask build

Build the components into target/components/ and check what each imports and exports, then the host binary `rollcall`
and the simulator. CARGO_TARGET_DIR is respected.

  --components-only    leave out the binaries (and so wasmtime, which takes minutes the first time)";

/// A component: its file's name without the ending, the package it comes from, and what it exports of the contract.
struct Component {
    name: &'static str,
    package: &'static str,
    exports: &'static [&'static str],
    built: Built,
}

/// As what a component is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Built {
    /// Closed, as `NAME`.
    Closed,
    /// As a toolchain leaves it by default, as `NAME-open`: what other people's builds are like.
    Open,
    /// Both.
    Both,
}

/// The components. A source that does not push its changes exports no `events`: that is how a host knows.
const COMPONENTS: [Component; 6] = [
    Component {
        name: "dingtalk",
        package: "rollcall-dingtalk-component",
        exports: &["events", "identity-source"],
        built: Built::Closed,
    },
    Component {
        name: "roster",
        package: "rollcall-roster-component",
        exports: &["events", "identity-source"],
        built: Built::Closed,
    },
    Component {
        name: "hostile",
        package: "rollcall-hostile-component",
        exports: &["identity-source"],
        built: Built::Both,
    },
    Component {
        name: "misuse",
        package: "rollcall-misuse-component",
        exports: &["identity-source"],
        built: Built::Closed,
    },
    Component {
        name: "stranger",
        package: "rollcall-stranger-component",
        exports: &["events", "identity-source"],
        built: Built::Closed,
    },
    Component {
        name: "probe",
        package: "rollcall-probe-component",
        exports: &["identity-source"],
        built: Built::Open,
    },
];

/// The profile of `Cargo.toml` that components are built with.
const PROFILE: &str = "component";

/// The linker's module as it is: what becomes a component is closed first.
const MODULE_ALONE: &str = r#"target.wasm32-wasip2.rustflags=["-Clink-arg=--skip-wit-component"]"#;

/// Build all components and check what they import and export.
///
/// # Errors
///
/// When the target cannot be had, a component does not build, it imports what no connector may, or it exports something
/// else than it should.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    target::ensure(workspace, Origin::Any)?;
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--target", TARGET, "--profile", PROFILE, "--config", MODULE_ALONE]);
    // They would take the place of ours.
    cargo.env_remove("RUSTFLAGS").env_remove("CARGO_ENCODED_RUSTFLAGS");
    cargo.args(COMPONENTS.iter().flat_map(|component| ["--package", component.package]));
    shell::run(&mut cargo)?;
    for component in &COMPONENTS {
        finish(workspace, component)?;
    }
    Ok(())
}

/// How the binaries are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As the tests want them: wasmtime is built once.
    Dev,
    /// As an administrator gets them.
    Release,
}

/// Build the host's command line and the simulator.
///
/// # Errors
///
/// When one does not build.
pub(crate) fn build_binaries(workspace: &Workspace, profile: Profile) -> Result<()> {
    let mut cargo = workspace.cargo();
    match profile {
        Profile::Dev => cargo.args(["build", "--bins"]).args(HOST_SIDE),
        Profile::Release => cargo.args(["build", "--release"]).args(SHIPPED),
    };
    shell::run(&mut cargo)
}

/// The packages on the host's side of the contract, always named together.
///
/// Why: cargo unites the features of the packages it is asked for, and a feature more or less would build wasmtime again.
pub(crate) const HOST_SIDE: [&str; 22] = [
    "--package",
    "rollcall",
    "--package",
    "rollcall-web",
    "--package",
    "rollcall-words",
    "--package",
    "rollcall-host",
    "--package",
    "rollcall-browse",
    "--package",
    "rollcall-admin",
    "--package",
    "rollcall-sqlite",
    "--package",
    "rollcall-store-suite",
    "--package",
    "rollcall-tests",
    "--package",
    "rollcall-dingtalk-simulator",
    "--package",
    "rollcall-probe-peer",
];

/// The packages whose binaries are measured.
const SHIPPED: [&str; 4] = ["--package", "rollcall", "--package", "rollcall-dingtalk-simulator"];

/// A binary that `build_binaries` left.
pub(crate) fn binary(workspace: &Workspace, profile: Profile, name: &str) -> PathBuf {
    let folder = match profile {
        Profile::Dev => "debug",
        Profile::Release => "release",
    };
    workspace.target.join(folder).join(name)
}

/// Check one built component and put it where tests and people look for it.
fn finish(workspace: &Workspace, component: &Component) -> Result<()> {
    let name = component.name;
    let built = workspace.target.join(TARGET).join(PROFILE).join(name).with_extension("wasm");
    let module = fs::read(&built).with_context(|| format!("cargo left no {}", built.display()))?;
    let bytes = closed::component(&module).with_context(|| built.display().to_string())?;
    let found = surface::of(&bytes).with_context(|| format!("{} is not readable", built.display()))?;
    judge(component, &found)?;
    let mut kept = Vec::new();
    if component.built != Built::Open {
        kept.push((workspace.component(name), bytes));
    }
    if component.built != Built::Closed {
        let open = closed::as_linked(&module).with_context(|| built.display().to_string())?;
        kept.push((workspace.component(&format!("{name}-open")), open));
    }
    for (place, bytes) in &kept {
        put(bytes, place)?;
        say::note(&format!(
            "{}: {} KiB, is {}, asks for {}",
            workspace.shown(place),
            bytes.len().div_ceil(1024),
            listed(&found.exports),
            listed(&found.imports)
        ));
    }
    Ok(())
}

fn judge(component: &Component, found: &Surface) -> Result<()> {
    let Component { name, exports, .. } = component;
    let refused: Vec<&String> = found.imports.iter().filter(|import| !is_allowed(import)).collect();
    if !refused.is_empty() {
        bail!(
            "component {name:?} imports {refused:?}, which no connector may; find what pulls it in, or allow it in \
             xtask/src/components.rs with a reason"
        );
    }
    let exported: BTreeSet<&str> = found.exports.iter().map(|export| interface(export)).collect();
    let expected: Vec<String> = exports.iter().map(|export| format!("{CONTRACT}{export}")).collect();
    if exported != expected.iter().map(String::as_str).collect() {
        bail!(
            "component {name:?} exports {exported:?}, expected {expected:?}; its crate chooses with `export_connector!` or \
             `export_live_connector!`"
        );
    }
    Ok(())
}

/// Written aside and renamed: a test that runs meanwhile reads the old file or the new one, never half of one.
fn put(bytes: &[u8], place: &Path) -> Result<()> {
    let folder = place.parent().unwrap_or(place);
    fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
    let aside = place.with_extension(format!("{}.tmp", std::process::id()));
    fs::write(&aside, bytes).with_context(|| format!("cannot write {}", aside.display()))?;
    fs::rename(&aside, place).with_context(|| format!("cannot write {}", place.display()))
}

/// What a connector may import: the contract.
fn is_allowed(import: &str) -> bool {
    import.starts_with(CONTRACT)
}

/// A name without its version.
fn interface(name: &str) -> &str {
    name.split('@').next().unwrap_or(name)
}

/// What begins the name of an interface of the contract.
const CONTRACT: &str = "rollcall:connector/";

/// The contract's interfaces by name, WASI's as one word each package: the reader wants the first, the check saw all.
fn listed(imports: &BTreeSet<String>) -> String {
    let short = |import: &String| {
        let name = interface(import);
        name.strip_prefix(CONTRACT).or_else(|| name.split('/').next()).unwrap_or(name).to_owned()
    };
    let words: BTreeSet<String> = imports.iter().map(short).collect();
    if words.is_empty() {
        return "nothing".to_owned();
    }
    words.into_iter().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_contract_is_allowed_and_nothing_else() {
        assert!(is_allowed("rollcall:connector/http-client@0.1.0"));
        for import in
            ["wasi:clocks/wall-clock@0.2.12", "wasi:sockets/tcp@0.2.6", "wasi:random/insecure-seed@0.2.9"]
        {
            assert!(!is_allowed(import), "{import}");
        }
    }

    #[track_caller]
    fn check(exports: &[&str], expected: Option<&str>) {
        let plain =
            Component { name: "x", package: "x", exports: &["identity-source"], built: Built::Closed };
        let exports = exports.iter().map(|export| (*export).to_owned()).collect();
        let said = judge(&plain, &Surface { exports, ..Surface::default() }).err();
        let said = said.map(|error| error.to_string());
        assert_eq!(said.as_deref().and_then(|said| said.split(';').next()), expected);
    }

    #[test]
    fn a_component_exports_what_it_is_and_nothing_else() {
        check(&["rollcall:connector/identity-source@0.1.0"], None);
        check(
            &["rollcall:connector/identity-source@0.1.0", "rollcall:connector/events@0.1.0"],
            Some(
                r#"component "x" exports {"rollcall:connector/events", "rollcall:connector/identity-source"}, expected ["rollcall:connector/identity-source"]"#,
            ),
        );
        check(&[], Some(r#"component "x" exports {}, expected ["rollcall:connector/identity-source"]"#));
    }

    #[test]
    fn what_only_looks_like_the_contract_is_refused() {
        for import in ["rollcall:connectors/http@0.1.0", "wasi:io/poll2", "env"] {
            assert!(!is_allowed(import), "{import}");
        }
    }
}
