//! `cargo xtask bench`: how long a change takes from DingTalk to the platform, event by event, on this machine. Figures to look
//! at and compare; no test depends on them.

use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::demo::{self, Lines, Serving, Source, Stage};
use crate::say;
use crate::workspace::Workspace;

pub(crate) const HELP: &str = "\
cargo xtask bench

Change one person 200 times, and say how long each change took from its birth at the simulator until it was stored:
by HTTP push and by Stream, through proxy, TLS, component and SQLite, all processes on this machine. The host is the
one that tests use, built with little optimisation.";

/// Changes measured.
///
/// Why: the 99th percentile is then the third largest.
const N_CHANGES: u32 = 200;

/// Time between two changes.
///
/// 300 ms. Why: longer than the host spaces batches, so that each change is a batch of its own.
const PAUSE: Duration = Duration::from_millis(300);

/// Whom they are about.
const PERSON: &str = "xiaoli";

/// # Errors
///
/// When something cannot be built or started, or a change does not arrive.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    let Stage { simulator, sources } = demo::stage(workspace, &workspace.target.join("bench"))?;
    say::head("Follow both sources");
    let serving = Serving::start(&sources, Lines::Hidden)?;
    let feihua = demo::feihua();
    for source in &sources {
        source.arrived(&feihua, &[])?;
    }
    demo::subscribe(&sources[0], &simulator, &serving)?;
    say::head(&format!("Change {PERSON} {N_CHANGES} times, one change every {} ms", PAUSE.as_millis()));
    for n in 1..=N_CHANGES {
        let patch = json!({"title": format!("Title {n}")});
        simulator.change_quietly(&json!({"modify_user": {"userid": PERSON, "patch": patch}}))?;
        thread::sleep(PAUSE);
    }
    for source in &sources {
        source.arrived(&feihua, &[])?;
    }
    serving.stop()?;
    say::head("From the birth of an event until its change was stored, in milliseconds");
    say::line("                    events     p50     p95     p99     max");
    sources.iter().try_for_each(tell)
}

fn tell(source: &Source) -> Result<()> {
    let mut took_ms = source.took_ms("user_modify_org")?;
    took_ms.sort_unstable();
    let at = |percent: usize| -> Result<u64> {
        let place = (took_ms.len() * percent).div_ceil(100).saturating_sub(1);
        took_ms.get(place).copied().with_context(|| format!("no event of {} was measured", source.name))
    };
    let (n, name) = (took_ms.len(), source.name);
    say::line(&format!("   {name:<16} {n:>6} {:>7} {:>7} {:>7} {:>7}", at(50)?, at(95)?, at(99)?, at(100)?));
    Ok(())
}
