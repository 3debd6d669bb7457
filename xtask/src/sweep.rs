//! `cargo xtask sweep`: the whole fault sweep, natively and over component, runtime and SQLite, and every cause of a mass departure by every way
//! to start a run; of both every test run takes a sample.

use anyhow::Result;

use crate::components::{self, HOST_SIDE};
use crate::say;
use crate::shell;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask sweep

Replace each single response of a first import, of a run without changes, with departures and with clearings, and of a
batch of events by each fault that DingTalk or the way to it can have, in runs of the connector alone and of the component
in the real host over SQLite; and say how many cases there were, and which of them deleted, blanked, pretended or could
not be mended. Then let most of a company be gone for every reason, start a run by every way, and see that nobody leaves
without a person's number. It takes some minutes; a test run takes a sample of it.";

/// Build what is swept, and run every case.
///
/// # Errors
///
/// When something cannot be built, or a case is wrong.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    components::build(workspace)?;
    say::head("Replace each response of each run by each fault");
    let mut cargo = workspace.cargo();
    cargo.env("ROLLCALL_SWEEP", "whole").arg("test").args(HOST_SIDE);
    shell::run(cargo.args(["--test", "all", "--", "--nocapture", "fault_sweep::", "mass_departures::sweep"]))
}
