//! `cargo xtask filters`: random SCIM filters, each asked of the service and of the plain list, of which every test run takes a
//! sample.

use anyhow::{Context as _, Result};

use crate::components::HOST_SIDE;
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask filters [COUNT [SEED]]

Make random SCIM filters of every operator, over every attribute that the schemas describe, in every spelling; ask each of
the service, and of the plain list by a second implementation that knows nothing of the first; both must find the same. It
takes some minutes; a test run takes a sample of it.

  COUNT        how many filters; 20000 if left out
  SEED         what they are made from: the same number makes the same filters";

/// Filters that are asked unless somebody says otherwise.
///
/// 20,000. Why: enough for every pair of operators to meet at some attribute, in some minutes.
pub(crate) const COUNT: &str = "20000";

/// Ask so many filters.
///
/// # Errors
///
/// When these are no numbers, or a filter finds something else.
pub(crate) fn run(workspace: &Workspace, count: &str, seed: Option<&str>) -> Result<()> {
    let count = number(count)?;
    say::head(&format!("Ask {count} random filters of SCIM and of the plain list"));
    let mut cargo = workspace.cargo();
    cargo.env("ROLLCALL_FILTERS", count.to_string());
    if let Some(seed) = seed {
        cargo.env("ROLLCALL_FILTERS_SEED", number(seed)?.to_string());
    }
    cargo.arg("test").args(HOST_SIDE);
    shell::run(cargo.args(["--lib", "--", "a_filter_finds_whom_a_look_at_the_plain_list_finds"]))
}

fn number(word: &str) -> Result<u64> {
    word.parse().with_context(|| format!("{word:?} is no number\n\n{HELP}"))
}
