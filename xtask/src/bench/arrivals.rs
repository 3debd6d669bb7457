//! How long a change takes to arrive: one person is changed again and again, each change a batch of its own.

use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

use super::table::{Row, Table};
use crate::components::Profile;
use crate::demo::{self, Lines, Serving, Source, Stage};
use crate::say;
use crate::workspace::Workspace;

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

/// From birth to stored, by the host's own record of each event.
///
/// # Errors
///
/// When something cannot be built or started, or a change does not arrive.
pub(super) fn measure(workspace: &Workspace, folder: &Path) -> Result<Table> {
    let Stage { simulator, sources } = demo::stage(workspace, folder, Profile::Release)?;
    say::head("Follow both sources");
    let serving = Serving::start(&sources, Lines::Hidden)?;
    let feihua = demo::feihua();
    for source in &sources {
        source.arrived(&feihua, &[])?;
    }
    let [push, stream] = &sources;
    demo::subscribe(push, &simulator, &serving)?;
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
    let title = "From the birth of an event until its change was stored";
    Ok(Table { title, rows: vec![row(push)?, row(stream)?], limit: None })
}

fn row(source: &Source) -> Result<Row> {
    let took = source.took_ms("user_modify_org")?.into_iter().map(Duration::from_millis).collect();
    Ok(Row { name: source.name, took })
}
