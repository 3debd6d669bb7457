//! `rollcall check`: whether a source would work, from its settings to each permission.
//!
//! JSON: `{"source", "connector": {"id", "version", "digest"}, "passed", "findings": [{"check", "standing",
//! "diagnosis"}]}`; `passed` is whether nothing failed.

use std::sync::Arc;

use rollcall_host::egress::Reach;
use rollcall_host::host::Host;
use rollcall_host::model::{Finding, Standing};
use rollcall_host::source::Source;
use serde_json::json;

use crate::args::Format;
use crate::data;
use crate::exit::{Exit, Stop};
use crate::screen::Screen;
use crate::source_file::Configured;
use crate::view::checklist;

/// Check a source, with these others beside it, within this reach, and show the list.
pub(crate) async fn check(
    screen: &Screen,
    configured: Configured,
    beside: Vec<Configured>,
    reach: Reach,
) -> Result<Exit, Stop> {
    let places = configured.places.clone();
    let engine = data::engine_of_user(reach)?;
    let source = super::source::load(&engine, configured).await?;
    let mut others = Vec::with_capacity(beside.len());
    for other in beside {
        others.push(super::source::load(&engine, other).await?);
    }
    // A check changes nothing, so it gets a store that is gone afterwards.
    let folder = tempfile::tempdir()?;
    let store = Arc::new(data::open_or_create(folder.path())?);
    let host = Host::new(engine, store.clone(), store.clone(), store);
    let located = |finding: Finding| Finding { diagnosis: places.locate(finding.diagnosis), ..finding };
    let findings: Vec<_> = host.check_beside(&source, &others).await.into_iter().map(located).collect();
    let passed = findings.iter().all(|finding| finding.standing != Standing::Failed);
    show(screen, &source, &findings, passed)?;
    Ok(if passed { Exit::Done } else { Exit::Failed })
}

fn show(screen: &Screen, source: &Source, findings: &[Finding], passed: bool) -> Result<(), Stop> {
    match screen.format {
        Format::Json => screen.json(&json!({
            "source": source.name(),
            "connector": source.connector().identity(),
            "passed": passed,
            "findings": findings,
        })),
        Format::Text => screen.lines(checklist::lines(findings, &screen.reader)),
    }
}
