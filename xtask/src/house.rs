//! `cargo xtask house`: how the shipped code is cut, in figures, and the rules about them.
//! It reads the sources themselves, by the parser that most macros are written with; nothing is compiled.
//!
//! Not here: rules about a single file, which are `tidy`'s, and about packages, which are `graph`'s.

mod allowed;
mod check;
mod circles;
mod crates;
mod documents;
mod edges;
mod facts;
mod figures;
mod gather;
mod literals;
mod scopes;
mod shipped;
mod source;
mod table;
mod tokens;
mod types;

#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use self::allowed::ALLOWED;
use self::figures::Figures;
use crate::finding;
use crate::say;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask house

How the shipped Rust is cut, in figures. Tests, examples and this tool are left out, and so is what is behind the
feature `testing`.

  lines                    of the files, without the items that are for tests
  fns, median, p99, max    functions, and the lines of one from `fn` to the closing brace
  circle                   files of a crate that need each other in a ring, the largest; a need is a `use` or a path that
                           leads to an item of another file, through re-exports to where it is defined
  rooms                    the same among the modules at the top of a crate
  codes                    error codes that are spelled outside of a file codes.rs
  parsed, written          places in the host that call serde_json to read a text or to write one
  canonical                places that make the one text of a document
  by macro                 paths to what a macro makes, taken to be defined where the macro is called

Below the table: the longest functions, all circles, the type names that are defined in three modules or more, the codes
that are said in more than one way, and the paths that were not understood.

  --check                  fail where a rule is broken: a circle larger than is allowed, a code outside of a register, a
                           type name in three modules or more, or an exception in xtask/src/house/allowed.rs that is not
                           needed any more
  --before FOLDER          the figures of another checkout beside those of this one
  --format json            for a program";

/// What was asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    check: bool,
    json: bool,
    before: Option<PathBuf>,
}

/// What the words after `house` ask for.
///
/// # Errors
///
/// When one of them is unknown, or nothing is both checked and compared.
pub(crate) fn options(words: &[&str]) -> Result<Options> {
    let mut options = Options::default();
    let mut rest = words;
    while let [first, after @ ..] = rest {
        rest = match (*first, after) {
            ("--check", after) => {
                options.check = true;
                after
            }
            ("--format", ["json", after @ ..]) => {
                options.json = true;
                after
            }
            ("--before", [folder, after @ ..]) => {
                options.before = Some(PathBuf::from(folder));
                after
            }
            (other, _) => bail!("unknown argument {other:?}\n\n{HELP}"),
        };
    }
    if options.check && (options.json || options.before.is_some()) {
        bail!("--check goes alone: it says what breaks a rule, and no figures");
    }
    Ok(options)
}

/// Tell the figures, or check them.
///
/// # Errors
///
/// When a file cannot be read, or a rule is broken that was to be checked.
pub(crate) fn run(workspace: &Workspace, options: &Options) -> Result<()> {
    if options.check {
        return check(workspace);
    }
    let now = figures::of_checkout(&workspace.root)?;
    let before = options.before.as_deref().map(of_other).transpose()?;
    match (before, options.json) {
        (None, false) => table::tell(&now),
        (Some(before), false) => table::compare(&before, &now),
        (None, true) => say::line(&serde_json::to_string_pretty(&now)?),
        (Some(before), true) => {
            say::line(&serde_json::to_string_pretty(&serde_json::json!({ "before": before, "now": now }))?);
        }
    }
    Ok(())
}

/// Check the rules about the figures.
///
/// # Errors
///
/// When one is broken, or a file cannot be read.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let figures = figures::of_checkout(&workspace.root)?;
    finding::report("house", &check::check(&figures, &ALLOWED))?;
    say::note(&format!("{} lines in {} files keep the rules", figures.all.n_lines, figures.all.n_files));
    Ok(())
}

fn of_other(folder: &Path) -> Result<Figures> {
    let folder = folder.canonicalize().with_context(|| format!("there is no folder {}", folder.display()))?;
    figures::of_checkout(&folder)
}
