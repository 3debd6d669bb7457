//! What cargo cannot say: the wasm target, the component build, the demo, the benchmark, the browser tests, the fault sweep, odd
//! data, the tools that judge us, connectors and hosts in other languages, everything that CI runs, the house rules.
//! Arguments are matched by hand: this binary is compiled first on a bare machine.

mod bench;
mod browser;
mod cases;
mod components;
mod demo;
mod errors;
mod filters;
mod finding;
mod gallery;
mod graph;
mod guests;
mod hosts;
mod house;
mod node;
mod odd_data;
mod outside;
mod pytest;
mod python;
mod say;
mod shell;
mod steps;
mod sweep;
mod target;
mod tidy;
mod wit_check;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::components::Profile;
use crate::odd_data::Tables;
use crate::workspace::Workspace;

const HELP: &str = "\
cargo xtask COMMAND

  demo         the whole main job, shown and verified
  test         everything that CI runs
  browser      the console, in a real browser
  outside      the API, SCIM and metrics, judged by programs that we did not write
  guests       the connectors that are written in other languages
  hosts        every connector in every host, in three languages
  bench        how long a change takes to arrive, and a source waits for an answer
  sweep        every fault instead of every response, in the real host
  cases        what DingTalk and the way to it do that no description says, and what happens here
  filters      random SCIM filters, asked of the service and of the plain list
  odd-data     every odd form of every member, compared with the documentation
  build        build the components, the host and the simulator
  target       make the target wasm32-wasip2 usable
  tidy         check the rules of the house
  wit-check    check the contract in wit/
  errors       write the page of all error codes
  house        how the shipped code is cut, in figures, and the rules about them
  graph        check what must never depend on what

`cargo xtask COMMAND --help` says more.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say::error(&format!("{error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    match words {
        [] | ["--help" | "-h" | "help"] => say::line(HELP),
        ["target", "--help"] => say::line(target::HELP),
        ["target"] => target::ensure(&Workspace::find()?, target::Origin::Any)?,
        ["target", "--from-debian"] => target::ensure(&Workspace::find()?, target::Origin::Debian)?,
        ["bench", "--help"] => say::line(bench::HELP),
        ["bench", names @ ..] => bench::run(&Workspace::find()?, &bench::chosen(names)?)?,
        ["browser", "--help"] => say::line(browser::HELP),
        ["browser"] => browser::run(&Workspace::find()?, &[])?,
        ["browser", "--", words @ ..] => browser::run(&Workspace::find()?, words)?,
        ["outside", "--help"] => say::line(outside::HELP),
        ["outside"] => outside::run(&Workspace::find()?, &[])?,
        ["outside", "--", words @ ..] => outside::run(&Workspace::find()?, words)?,
        ["guests", "--help"] => say::line(guests::HELP),
        ["guests"] => guests::run(&Workspace::find()?)?,
        ["guests", "go"] => guests::go::run(&Workspace::find()?)?,
        ["hosts", "--help"] => say::line(hosts::HELP),
        ["hosts"] => hosts::run(&Workspace::find()?, &[])?,
        ["hosts", "--", words @ ..] => hosts::run(&Workspace::find()?, words)?,
        ["sweep", "--help"] => say::line(sweep::HELP),
        ["sweep"] => sweep::run(&Workspace::find()?)?,
        ["cases", "--help"] => say::line(cases::HELP),
        ["cases"] => cases::run(&Workspace::find()?, None)?,
        ["cases", "--before", revision] => cases::run(&Workspace::find()?, Some(revision))?,
        ["filters", "--help"] => say::line(filters::HELP),
        ["filters"] => filters::run(&Workspace::find()?, filters::COUNT, None)?,
        ["filters", count] => filters::run(&Workspace::find()?, count, None)?,
        ["filters", count, seed] => filters::run(&Workspace::find()?, count, Some(seed))?,
        ["odd-data", "--help"] => say::line(odd_data::HELP),
        ["odd-data"] => odd_data::run(&Workspace::find()?, Tables::Compare)?,
        ["odd-data", "--write"] => odd_data::run(&Workspace::find()?, Tables::Write)?,
        ["build", "--help"] => say::line(components::HELP),
        ["build", "--components-only"] => components::build(&Workspace::find()?)?,
        ["build"] => {
            let workspace = Workspace::find()?;
            components::build(&workspace)?;
            components::build_binaries(&workspace, Profile::Dev)?;
        }
        ["demo", "--help"] => say::line(demo::HELP),
        ["demo"] => demo::run(&Workspace::find()?)?,
        ["test", "--help"] => say::line(steps::HELP),
        ["test", "--list"] => steps::list(),
        ["test"] => steps::run(&Workspace::find()?, None)?,
        ["test", "--from", first] => steps::run(&Workspace::find()?, Some(first))?,
        ["graph", "--help"] => say::line(graph::HELP),
        ["graph"] => graph::run(&Workspace::find()?)?,
        ["errors", "--help"] => say::line(errors::HELP),
        ["errors"] => errors::run(&Workspace::find()?, false)?,
        ["errors", "--check"] => errors::run(&Workspace::find()?, true)?,
        ["house", "--help"] => say::line(house::HELP),
        ["house", words @ ..] => house::run(&Workspace::find()?, &house::options(words)?)?,
        ["tidy", "--help"] => say::line(tidy::HELP),
        ["tidy"] => tidy::run(&Workspace::find()?)?,
        ["wit-check", "--help"] => say::line(wit_check::HELP),
        ["wit-check"] => wit_check::run(&Workspace::find()?)?,
        other => bail!("unknown arguments {other:?}\n\n{HELP}"),
    }
    Ok(())
}
