//! `cargo xtask guests go`: the roster's twin in Go, and one that misbehaves, built by their own recipe and tried in the program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use super::{names, seal};
use crate::components::{self, Profile};
use crate::python;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

const GO: &str = "tests/guests/go";

/// Says where the package has put Go.
const WHERE: &str = "import go, pathlib; print(pathlib.Path(go.__file__).parent / 'bin')";

/// Build both, run the tests of what is pure, and those of the components in the program.
///
/// # Errors
///
/// When Go cannot be had, one does not build, or a test fails.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    components::build(workspace)?;
    components::build_binaries(workspace, Profile::Dev)?;
    build(workspace)?;
    say::head("The tests of the connector in Go");
    let go = Go::ready(workspace)?;
    for what in ["vet", "test"] {
        shell::run(go.command(workspace, "go").args([what, "./roster"]))?;
    }
    let mut pytest = go.command(workspace, &go.python);
    pytest.args(["-m", "pytest", "-q", "test_guest.py"]).env("PYTHONDONTWRITEBYTECODE", "1");
    pytest.env("ROLLCALL", components::binary(workspace, Profile::Dev, "rollcall"));
    shell::run(pytest.env("ROSTER_CONNECTOR", workspace.component("roster")))
}

/// Build both, and close them.
///
/// # Errors
///
/// When Go cannot be had, or one does not build.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    let go = Go::ready(workspace)?;
    for name in ["roster", "misuse"] {
        let recipe = workspace.root.join(GO).join("build.sh");
        shell::run(go.command(workspace, &recipe).arg(name))?;
        let (open, closed) = names(workspace, name, "go");
        let built = workspace.root.join(GO).join("build").join(format!("{name}-go.wasm"));
        fs::copy(&built, &open).with_context(|| format!("cannot copy {}", built.display()))?;
        seal(workspace, &open, &closed)?;
    }
    Ok(())
}

/// A Go that comes as a Python package, because the one of the machine is often too old.
struct Go {
    python: PathBuf,
    programs: PathBuf,
}

impl Go {
    /// Bring it, unless it is there.
    fn ready(workspace: &Workspace) -> Result<Self> {
        let python = python::with(workspace, "go", &Path::new(GO).join("requirements.txt"))?;
        let folder = shell::read(Command::new(&python).args(["-c", WHERE]))?;
        Ok(Self { python, programs: PathBuf::from(folder.trim()) })
    }

    /// A program in the connector's folder, with this Go first in its path.
    fn command(&self, workspace: &Workspace, program: impl AsRef<Path>) -> Command {
        let others = std::env::var_os("PATH").unwrap_or_default();
        let path =
            std::env::join_paths([self.programs.clone()].into_iter().chain(std::env::split_paths(&others)));
        // By its whole path: a command is looked for in our path, not in the one that it is given.
        let of_go = self.programs.join(program.as_ref());
        let mut command = Command::new(if of_go.is_file() { of_go.as_path() } else { program.as_ref() });
        if let Ok(path) = path {
            command.env("PATH", path);
        }
        // Not another Go, whatever go.mod would like, and none of the machine's own settings.
        command.env("GOTOOLCHAIN", "local").env_remove("GOROOT").env_remove("GOFLAGS");
        command.env_remove("CARGO_TARGET_DIR").current_dir(workspace.root.join(GO));
        command
    }
}
