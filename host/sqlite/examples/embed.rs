//! Embeds a connector in a program of its own: check, import, print what was done.
//!
//! `cargo run -p rollcall-sqlite --example embed -- CONNECTOR.wasm SETTINGS.json DATABASE [CA.pem [private]]`

#![expect(clippy::print_stdout, reason = "a program for a terminal")]

use std::path::Path;
use std::sync::Arc;

use rollcall_host::egress::{Egress, Reach};
use rollcall_host::model::SourceName;
use rollcall_host::{Engine, EngineOptions, Host, RunOptions, Source};
use rollcall_sqlite::SqliteStore;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name| arguments.next().ok_or_else(|| anyhow::anyhow!("argument {name} is missing"));
    let (component, settings, database) =
        (next("CONNECTOR.wasm")?, next("SETTINGS.json")?, next("DATABASE")?);
    let ca_pem = next("CA.pem").ok().map(std::fs::read).transpose()?;

    // Your own platform implements three traits here; `SqliteStore` implements all of them.
    let store = Arc::new(SqliteStore::open(Path::new(&database))?);
    // Sources reach the internet alone, unless they are meant to be in your own network.
    let reach = if next("private").is_ok() { Reach::Private } else { Reach::Public };
    let engine = Engine::new(EngineOptions { reach, ..EngineOptions::default() })?;
    let connector = engine.load(component).await?;
    let host = Host::new(engine, store.clone(), store.clone(), store);

    let settings = serde_json::from_slice(&std::fs::read(settings)?)?;
    let egress = Egress { proxy: None, ca_pem, allow: None };
    let source = Source::new(SourceName::new("head-office")?, connector, settings, egress);

    for finding in host.check(&source).await {
        println!("{}: {:?}, {}", finding.check, finding.standing, finding.diagnosis);
    }
    let report = host.sync(&source, RunOptions::default()).await?;
    println!("run {} {}: {:?}", report.run, report.state, report.counters);
    if let Some(failure) = report.failure {
        println!("{failure}");
    }
    Ok(())
}
