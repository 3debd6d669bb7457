//! `rollcall serve`: follow sources until a signal comes, and take their deliveries at a callback address.
//!
//! JSON: one value a line. First `{"what": "serving", "address", "sources": [{"source", "callback", "next_run_at"}]}`, then
//! whatever happens, by `what`: `run`, `channel`, `stopped`, `refused`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rollcall_console::{Console, ConsoleOptions, Listener, Observe};
use rollcall_host::cancel::Cancel;
use rollcall_host::clock::SystemClock;
use rollcall_host::engine::{Engine, EngineOptions};
use rollcall_host::model::{SourceName, Timestamp};
use serde_json::json;

use crate::args::Format;
use crate::data;
use crate::exit::{self, Exit, Stop};
use crate::messages;
use crate::screen::Screen;
use crate::serve::Reporter;
use crate::signals;
use crate::source_file::Configured;

/// Follow these sources, and answer at this address.
pub(crate) async fn serve(
    screen: Screen,
    sources: Vec<Configured>,
    data: &Path,
    listen: SocketAddr,
) -> Result<Exit, Stop> {
    let store = Arc::new(data::open_or_create(data)?);
    let engine =
        Engine::new(EngineOptions { cache_dir: Some(data::cache(data)), ..EngineOptions::default() })?;
    let listener = Listener::bind(listen).await.map_err(|error| {
        Stop::failed(exit::diagnosis("address-unusable", &messages::address_unusable(listen, error)))
    })?;
    let end = Cancel::new();
    let reader = screen.reader;
    signals::listen(end.clone(), move || signals::tell_stopping(&reader, ""))?;
    let reporter = Arc::new(Reporter::begin(Screen { ..screen }, Arc::clone(&store)));
    let console = Console::open(engine.clone(), store, options(data, &reporter)).await?;
    follow(&console, &engine, sources).await?;
    announce(&screen, listener.address(), &console.followed().await?)?;
    listener.serve(console.routes(), end).await;
    console.stop().await;
    drop(console);
    Reporter::end(reporter).await;
    Ok(Exit::Done)
}

fn options(data: &Path, reporter: &Arc<Reporter>) -> ConsoleOptions {
    let reporter = Arc::clone(reporter);
    let observe: Observe = Arc::new(move |source| reporter.of(source));
    ConsoleOptions { data: data.to_owned(), connectors: data.join("connectors"), observe, clock: Arc::new(SystemClock) }
}

/// Follow all of them, or none: a file that is wrong is told before anything starts.
async fn follow(console: &Console, engine: &Engine, sources: Vec<Configured>) -> Result<(), Stop> {
    let mut loaded: Vec<(rollcall_host::Source, _)> = Vec::new();
    for configured in sources {
        if let Some((twice, _)) = loaded.iter().find(|(source, _)| *source.name() == configured.name) {
            return Err(named_twice(twice.name()));
        }
        let schedule = configured.schedule.clone();
        loaded.push((super::source::load(engine, configured).await?, schedule));
    }
    for (source, schedule) in loaded {
        console.adopt(source, schedule).await?;
    }
    Ok(())
}

fn announce(
    screen: &Screen,
    address: SocketAddr,
    followed: &[(SourceName, Option<Timestamp>)],
) -> Result<(), Stop> {
    let callback = |name: &SourceName| format!("http://{address}/callbacks/{name}");
    match screen.format {
        Format::Json => {
            let source = |(name, next_run_at): &(SourceName, Option<Timestamp>)| json!({"source": name, "callback": callback(name), "next_run_at": next_run_at});
            let sources: Vec<_> = followed.iter().map(source).collect();
            let address = address.to_string();
            screen.lines([json!({"what": "serving", "address": address, "sources": sources}).to_string()])
        }
        Format::Text => {
            let to = |sentence: rollcall_words::Sentence| sentence.into(screen.reader.language);
            let mut lines = vec![to(messages::serving(address))];
            lines.extend(
                followed
                    .iter()
                    .map(|(name, _)| format!("  {}", to(messages::serving_source(name, callback(name))))),
            );
            screen.lines(lines)
        }
    }
}

fn named_twice(name: &SourceName) -> Stop {
    Stop::usage(exit::diagnosis("source-named-twice", &messages::source_named_twice(name)))
}
