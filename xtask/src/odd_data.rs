//! `cargo xtask odd-data`: every member of every structure of DingTalk's in every odd form, of which every test run takes a
//! sample, and the tables of `docs/odd-data.md`.

use anyhow::Result;

use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask odd-data

Put each odd form in the place of each member of everything that DingTalk answers or pushes, while somebody leaves and
somebody joins, and compare what it costs with the tables of docs/odd-data.md. It takes half a minute; a test run takes
a sample of it.

  --write        write the tables anew";

/// What is done about the tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tables {
    Compare,
    Write,
}

/// Try all of it.
///
/// # Errors
///
/// When something costs more than itself, or the tables say otherwise.
pub(crate) fn run(workspace: &Workspace, tables: Tables) -> Result<()> {
    say::head("Put each odd form in the place of each member");
    let wanted = match tables {
        Tables::Compare => "all",
        Tables::Write => "write",
    };
    let mut cargo = workspace.cargo();
    cargo.env("ROLLCALL_ODD_DATA", wanted);
    // Not of the one package: it would agree on other features, and build what is built once more.
    shell::run(cargo.args(["test", "--lib", "odd_data"]))
}
