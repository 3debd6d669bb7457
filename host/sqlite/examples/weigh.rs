//! Weighs a connector: how long it takes to compile, to load once it is compiled, to answer in a fresh instance, and to import,
//! and how much memory that import had. One JSON object a line, for `cargo xtask bench connectors`.
//!
//! `cargo run --release -p rollcall-sqlite --example weigh -- CONNECTOR.wasm SETTINGS.json ORIGIN FOLDER`

#![expect(clippy::print_stdout, reason = "a program for a program")]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rollcall_host::egress::{Egress, Reach};
use rollcall_host::model::SourceName;
use rollcall_host::{Connector, Engine, EngineOptions, Host, RunOptions, Source};
use rollcall_sqlite::SqliteStore;
use serde_json::{Value, json};

/// Calls whose time is divided.
///
/// 200. Why: one takes some hundred microseconds, and the clock and the first call are not what is weighed.
const N_CALLS: u32 = 200;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name| arguments.next().ok_or_else(|| anyhow::anyhow!("argument {name} is missing"));
    let (component, settings) = (next("CONNECTOR.wasm")?, next("SETTINGS.json")?);
    let (origin, folder) = (next("ORIGIN")?, next("FOLDER")?);
    let (component, folder) = (Path::new(&component), Path::new(&folder));
    let settings: Value = serde_json::from_slice(&std::fs::read(settings)?)?;

    let options = EngineOptions {
        cache_dir: Some(folder.join("cache")),
        reach: Reach::Private,
        ..EngineOptions::default()
    };
    let (.., compiled) = loaded(&options, component).await?;
    let (engine, connector, cached) = loaded(&options, component).await?;
    let fresh = called(&connector, &settings).await?;

    let name = SourceName::new("weighed")?;
    let store = Arc::new(SqliteStore::open(&folder.join("rollcall.db"))?);
    let host = Host::new(engine, store.clone(), store.clone(), store);
    let egress = Egress { proxy: None, ca_pem: None, allow: Some(vec![origin.parse()?]) };
    let source = Source::new(name.clone(), connector, settings, egress);
    let began = Instant::now();
    let report = host.sync(&source, RunOptions::default()).await?;
    let imported = began.elapsed();
    let figures = host.figures().remove(&name).unwrap_or_default();
    println!(
        "{}",
        json!({
            "compiled_us": microseconds(compiled),
            "cached_us": microseconds(cached),
            "fresh_us": microseconds(fresh),
            "imported_us": microseconds(imported),
            "computed_us": figures.calls.get("sync").map(|calls| calls.computed_us),
            "memory_bytes": figures.peak_memory_bytes,
            "state": report.state,
            "failure": report.failure.map(|failure| failure.to_string()),
            "counters": report.counters,
        })
    );
    Ok(())
}

/// The connector in an engine of its own, and how long it took.
async fn loaded(options: &EngineOptions, component: &Path) -> anyhow::Result<(Engine, Connector, Duration)> {
    let engine = Engine::new(options.clone())?;
    let began = Instant::now();
    let connector = engine.load(component).await?;
    Ok((engine, connector, began.elapsed()))
}

/// How long a call takes that does next to nothing, its instance included.
async fn called(connector: &Connector, settings: &Value) -> anyhow::Result<Duration> {
    let began = Instant::now();
    for _ in 0..N_CALLS {
        let plan = connector.validate(settings).await?;
        anyhow::ensure!(plan.is_ok(), "the settings are wrong");
    }
    Ok(began.elapsed() / N_CALLS)
}

fn microseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
