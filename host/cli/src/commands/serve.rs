//! `rollcall serve`: follow sources until a signal comes, and take their deliveries at a callback address.
//!
//! JSON: one value a line. First `{"what": "serving", "address", "sources": [{"source", "callback", "next_run_at"}]}`, then
//! whatever happens, by `what`: `run`, `channel`, `stopped`, `refused`.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use futures_util::future::join_all;
use rollcall_host::cancel::Cancel;
use rollcall_host::engine::{Engine, EngineOptions};
use rollcall_host::follow::{FollowOptions, Follower};
use rollcall_host::host::Host;
use rollcall_host::model::SourceName;
use rollcall_host::source::Source;
use rollcall_host::sqlite::SqliteStore;
use serde_json::json;

use crate::args::Format;
use crate::data;
use crate::exit::{self, Exit, Stop};
use crate::messages;
use crate::screen::Screen;
use crate::serve::{Listener, Reporter, routes};
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
    let reporter = Reporter::begin(Screen { ..screen }, Arc::clone(&store));
    let host = Host::new(engine.clone(), store.clone(), store.clone(), store.clone());
    let served = Served { host, engine, store, reporter: &reporter };
    let followers = served.follow(sources).await?;
    served.announce(&screen, listener.address(), &followers).await?;
    listener.serve(routes(&followers), end).await;
    join_all(followers.iter().map(Follower::stop)).await;
    drop(followers);
    reporter.end().await;
    Ok(Exit::Done)
}

struct Served<'r> {
    host: Host,
    engine: Engine,
    store: Arc<SqliteStore>,
    reporter: &'r Reporter,
}

impl Served<'_> {
    async fn follow(&self, sources: Vec<Configured>) -> Result<Vec<Follower>, Stop> {
        let mut loaded: Vec<(Source, FollowOptions)> = Vec::new();
        for configured in sources {
            if let Some((twice, _)) = loaded.iter().find(|(source, _)| *source.name() == configured.name) {
                return Err(named_twice(twice.name()));
            }
            let observer = self.reporter.of(&configured.name);
            let options =
                FollowOptions { schedule: configured.schedule.clone(), observer, ..FollowOptions::default() };
            loaded.push((super::source::load(&self.engine, configured).await?, options));
        }
        let mut followers = Vec::new();
        for (source, options) in loaded {
            let inbox = Arc::clone(&self.store);
            followers.push(Follower::start(self.host.clone(), inbox, source, options).await?);
        }
        Ok(followers)
    }

    async fn announce(
        &self,
        screen: &Screen,
        address: SocketAddr,
        followers: &[Follower],
    ) -> Result<(), Stop> {
        let callback = |name: &SourceName| format!("http://{address}/callbacks/{name}");
        match screen.format {
            Format::Json => {
                let mut sources = Vec::new();
                for follower in followers {
                    let name = follower.name();
                    let next_run_at = follower.status().await?.following.next_run_at;
                    sources.push(
                        json!({"source": name, "callback": callback(name), "next_run_at": next_run_at}),
                    );
                }
                let address = address.to_string();
                screen.lines([json!({"what": "serving", "address": address, "sources": sources}).to_string()])
            }
            Format::Text => {
                let to = |sentence: messages::Sentence| sentence.to(screen.reader.language).to_owned();
                let mut lines = vec![to(messages::serving(address))];
                lines.extend(followers.iter().map(|follower| {
                    let name = follower.name();
                    format!("  {}", to(messages::serving_source(name, callback(name))))
                }));
                screen.lines(lines)
            }
        }
    }
}

fn named_twice(name: &SourceName) -> Stop {
    Stop::usage(exit::diagnosis("source-named-twice", &messages::source_named_twice(name)))
}
