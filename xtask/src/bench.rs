//! `cargo xtask bench`: how long a change takes from DingTalk to the platform, event by event, how long DingTalk waits for its
//! answers while an import goes on, and how long pages take, on this machine. Figures to look at and compare; no test depends on them.

mod answers;
mod arrivals;
mod disk;
mod imports;
mod pages;
mod table;
mod visitor;

use anyhow::{Context as _, Result};

use self::table::Table;
use crate::say;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask bench

Three measurements, with the host and the simulator as a release builds them, all processes on this machine, through proxy,
TLS, component and SQLite:

  Change one person 200 times, and say how long each change took from its birth at the simulator until it was stored, by
  HTTP push and by Stream.
  Import a company of 12,000 people, push 50 events a second meanwhile, and say how long each waited for its answer, as
  the sender saw it; and how long the disk took to make one page durable at the same time, which each of them needs.

  Import a company of 100,000 people in 10,000 departments, give everybody another title and import again, which takes some
  minutes, and say how long each page of the console takes, and which take longer than they are to.

  arrivals    measure only how long changes take
  answers     measure only how long pushes wait
  pages       measure only how long pages take

The first time it builds a release, which takes minutes. What it made stays in target/bench/.";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measurement {
    Arrivals,
    Answers,
    Pages,
}

/// All of them, as they are named on the command line.
const ALL: [(&str, Measurement); 3] =
    [("arrivals", Measurement::Arrivals), ("answers", Measurement::Answers), ("pages", Measurement::Pages)];

/// The measurements of these names; all of them, if there is no name.
///
/// # Errors
///
/// When there is none of a name.
pub(crate) fn chosen(names: &[&str]) -> Result<Vec<Measurement>> {
    let of = |name: &&str| -> Result<Measurement> {
        let found = ALL.iter().find(|(known, _)| known == name);
        Ok(found.with_context(|| format!("there is no measurement {name:?}\n\n{HELP}"))?.1)
    };
    if names.is_empty() {
        Ok(ALL.map(|(_, measurement)| measurement).to_vec())
    } else {
        names.iter().map(of).collect()
    }
}

/// # Errors
///
/// When something cannot be built or started, or what is measured does not come about.
pub(crate) fn run(workspace: &Workspace, measurements: &[Measurement]) -> Result<()> {
    let folder = workspace.target.join("bench");
    let measure = |measurement: &Measurement| -> Result<Table> {
        match measurement {
            Measurement::Arrivals => arrivals::measure(workspace, &folder.join("arrivals")),
            Measurement::Answers => answers::measure(workspace, &folder.join("answers")),
            Measurement::Pages => pages::measure(workspace, &folder.join("pages")),
        }
    };
    let tables: Vec<Table> = measurements.iter().map(measure).collect::<Result<_>>()?;
    tables.iter().try_for_each(Table::tell)?;
    say::line(&format!("   {}", table::cores()?));
    Ok(())
}
