//! `cargo xtask bench`: how long a change takes from DingTalk to the platform, event by event, how long DingTalk waits for its
//! answers while an import goes on or others hold connections open, and how long pages and SCIM take, on this machine. Figures to look at and compare; no test depends on them.

mod answers;
mod arrivals;
mod connectors;
mod deafness;
mod disk;
mod imports;
mod pages;
mod scim;
mod table;
mod visitor;

use anyhow::{Context as _, Result};

use self::table::Table;
use crate::say;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask bench

Six measurements, with the host and the simulator as a release builds them, all processes on this machine, through proxy,
TLS, component and SQLite:

  Change one person 200 times, and say how long each change took from its birth at the simulator until it was stored, by
  HTTP push and by Stream.
  Import a company of 12,000 people, push 50 events a second meanwhile, and say how long each waited for its answer, as
  the sender saw it; and how long the disk took to make one page durable at the same time, which each of them needs.

  Import a company of 100,000 people in 10,000 departments, give everybody another title and import again, which takes some
  minutes, and say how long each page of the console takes, and which take longer than they are to.

  Import a company of 100,000 people in 1,000 departments, and say how long SCIM takes for a page, for one far behind, and for
  filters as clients send them, and which of these are not as quick as they are to be.

  Have the roster and its twins in other languages compiled, loaded, called and import 20, 10,000 and 50,000 people, and say
  how long it took and how much memory it had.

  Hold 512 connections open in every way that needs no work, from one address and from 512, and say how long deliveries and
  questions after health waited for their answers meanwhile.

  arrivals    measure only how long changes take
  answers     measure only how long pushes wait
  pages       measure only how long pages take
  scim        measure only how long SCIM takes
  connectors  measure only what connectors in several languages take
  deafness    measure only how long others wait while connections are held

The first time it builds a release, which takes minutes. What it made stays in target/bench/.";

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Measurement {
    Arrivals,
    Answers,
    Pages,
    Scim,
    Connectors,
    Deafness,
}

/// What came of a measurement.
enum Measured {
    Times(Vec<Table>),
    Weights(Vec<connectors::Weight>),
}

/// All of them, as they are named on the command line.
const ALL: [(&str, Measurement); 6] = [
    ("arrivals", Measurement::Arrivals),
    ("answers", Measurement::Answers),
    ("pages", Measurement::Pages),
    ("scim", Measurement::Scim),
    ("connectors", Measurement::Connectors),
    ("deafness", Measurement::Deafness),
];

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
    let measure = |measurement: &Measurement| -> Result<Measured> {
        Ok(match measurement {
            Measurement::Arrivals => {
                Measured::Times(vec![arrivals::measure(workspace, &folder.join("arrivals"))?])
            }
            Measurement::Answers => {
                Measured::Times(vec![answers::measure(workspace, &folder.join("answers"))?])
            }
            Measurement::Pages => Measured::Times(vec![pages::measure(workspace, &folder.join("pages"))?]),
            Measurement::Scim => Measured::Times(scim::measure(workspace, &folder.join("scim"))?.into()),
            Measurement::Deafness => {
                Measured::Times(deafness::measure(workspace, &folder.join("deafness"))?.into())
            }
            Measurement::Connectors => {
                Measured::Weights(connectors::measure(workspace, &folder.join("connectors"))?)
            }
        })
    };
    // All of it at the end, below whatever was built and started for it.
    for measured in measurements.iter().map(measure).collect::<Result<Vec<_>>>()? {
        match measured {
            Measured::Times(tables) => tables.iter().try_for_each(Table::tell)?,
            Measured::Weights(weights) => connectors::tell(&weights),
        }
    }
    say::line(&format!("   {}", table::cores()?));
    Ok(())
}
