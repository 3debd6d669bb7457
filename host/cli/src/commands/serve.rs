//! `rollcall serve`: the console, and sources that are followed until a signal comes.
//!
//! JSON: one value a line. First `{"what": "serving", "address", "url", "callbacks_address", "setup", "sources": [{"source",
//! "callback", "next_run_at"}]}`, where `callbacks_address` is null unless deliveries have an address of their own, `setup` is
//! the link that creates the first account, or null, and `callback` is null for a source that does not call; then whatever
//! happens, by `what`: `run`, `channel`, `stopped`, `refused`.

use std::net::SocketAddr;
use std::sync::Arc;

use rollcall_host::cancel::Cancel;
use rollcall_host::clock::{Clock as _, SystemClock};
use rollcall_host::engine::{Engine, EngineOptions};
use rollcall_host::model::{EventDelivery, SourceName};
use rollcall_web::{
    BindError, Console, ConsoleOptions, Exposure, FollowedSource, Listener, Observe, PublicUrl, Tls,
};
use rollcall_words::Sentence;
use serde_json::json;

use crate::args::{CallbacksApart, Format, LogFormat, Serving};
use crate::data;
use crate::exit::{self, Exit, Stop};
use crate::messages;
use crate::screen::Screen;
use crate::serve::Reporter;
use crate::signals;
use crate::source_file::Configured;

/// Follow these sources, and answer at this address.
pub(crate) async fn serve(screen: Screen, serving: Serving) -> Result<Exit, Stop> {
    let mut tenancy = data::take(&serving.data, SystemClock.now(), &screen.reader)?;
    let store = Arc::new(data::open_or_create(&serving.data)?);
    let engine = Engine::new(EngineOptions {
        cache_dir: Some(data::cache(&serving.data)),
        reach: serving.reach,
        ..EngineOptions::default()
    })?;
    let exposure = exposure(&serving)?;
    let listener = Listener::bind(serving.listen, &exposure).await;
    let listener = listener.map_err(|error| unbound(error, messages::address_in_the_clear))?;
    let public_url = serving.public_url.clone().unwrap_or_else(|| listener.url());
    let apart = match &serving.callbacks {
        Some(apart) => Some(Apart::bind(apart, &exposure).await?),
        None => None,
    };
    let callbacks_url = apart.as_ref().map(|apart| apart.url.clone());
    tenancy.reached_at(public_url.to_string());
    let end = Cancel::new();
    let reader = screen.reader;
    let tell_stopping = move |log_format| match log_format {
        LogFormat::Text => signals::tell_stopping(&reader, ""),
        LogFormat::Json => tracing::info!("a signal came; stopping in good order"),
    };
    let log_format = serving.log_format;
    signals::listen(end.clone(), move || tell_stopping(log_format))?;
    let reporter = Arc::new(Reporter::begin(Screen { ..screen }, Arc::clone(&store)));
    let options = options(&serving, (public_url.clone(), callbacks_url.clone()), &reporter);
    let administration = Arc::new(data::administration(&serving.data)?);
    let console = Console::open(engine.clone(), store, administration, options).await?;
    follow(&console, &engine, serving.sources).await?;
    console.take_up().await?;
    let setup = console.setup_path().await?.map(|path| format!("{public_url}{path}"));
    let announced = Announced {
        callbacks: callbacks_url.unwrap_or_else(|| public_url.clone()),
        callbacks_address: apart.as_ref().map(|apart| apart.listener.address().to_string()),
        url: public_url,
        address: listener.address().to_string(),
        setup,
        followed: console.followed().await?,
    };
    announced.tell(&screen)?;
    tracing::info!(address = announced.address, "serving");
    // At once and side by side: requests and runs that are under way are given their time, and not one after the other.
    let stopped = async {
        end.cancelled().await;
        console.stop().await;
    };
    let callbacks = async {
        if let Some(Apart { listener, .. }) = apart {
            listener.serve(console.callback_routes(), end.clone()).await;
        }
    };
    tokio::join!(listener.serve(console.routes(), end.clone()), callbacks, stopped);
    tracing::info!("stopped");
    drop(console);
    Reporter::end(reporter).await;
    drop(tenancy);
    Ok(Exit::Done)
}

fn exposure(serving: &Serving) -> Result<Exposure, Stop> {
    let tls = match &serving.tls {
        Some((certificate, key)) => Some(Tls::load(certificate, key).map_err(|error| {
            Stop::usage(exit::diagnosis("certificate-unusable", &messages::certificate_unusable(error)))
        })?),
        None => None,
    };
    Ok(Exposure { tls, trusted_proxies: serving.trusted_proxies.clone() })
}

/// The address for deliveries alone.
struct Apart {
    listener: Listener,
    url: PublicUrl,
}

impl Apart {
    /// The same is asked of it as of the console's: a source may prove itself by a token, which whoever hears it can use, and
    /// its deliveries name people.
    async fn bind(apart: &CallbacksApart, exposure: &Exposure) -> Result<Self, Stop> {
        let listener = Listener::bind(apart.listen, exposure).await;
        let listener = listener.map_err(|error| unbound(error, messages::callbacks_address_in_the_clear))?;
        let url = apart.public_url.clone().unwrap_or_else(|| listener.url());
        Ok(Self { listener, url })
    }
}

fn unbound(error: BindError, in_the_clear: impl FnOnce(SocketAddr) -> Sentence) -> Stop {
    match error {
        BindError::InTheClear { address } => Stop::usage(exit::diagnosis_with_remedy(
            "address-in-the-clear",
            &in_the_clear(address),
            &messages::keep_it_from_the_clear(),
        )),
        BindError::Unusable { address, source } => {
            Stop::failed(exit::diagnosis("address-unusable", &messages::address_unusable(address, source)))
        }
    }
}

fn options(
    serving: &Serving,
    (public_url, callbacks_url): (PublicUrl, Option<PublicUrl>),
    reporter: &Arc<Reporter>,
) -> ConsoleOptions {
    let reporter = Arc::clone(reporter);
    let observe: Observe = Arc::new(move |source| reporter.of(source));
    ConsoleOptions {
        data: serving.data.clone(),
        connectors: serving.connectors.clone().unwrap_or_else(|| serving.data.join("connectors")),
        key_file: serving.key_file.clone(),
        public_url,
        callbacks_url,
        trusted_proxies: serving.trusted_proxies.clone(),
        allow_origins: serving.allow_origins.clone(),
        observe,
        clock: Arc::new(SystemClock),
    }
}

/// Follow all of them in order of name, or none: a file that is wrong is told before anything starts.
async fn follow(console: &Console, engine: &Engine, mut sources: Vec<Configured>) -> Result<(), Stop> {
    sources.sort_by(|one, other| one.name.cmp(&other.name));
    let mut loaded: Vec<(rollcall_host::Source, _, _)> = Vec::new();
    for configured in sources {
        if let Some((twice, ..)) = loaded.iter().find(|(source, ..)| *source.name() == configured.name) {
            return Err(named_twice(twice.name()));
        }
        let (schedule, face) = (configured.schedule.clone(), configured.face);
        loaded.push((super::source::load(engine, configured).await?, schedule, face));
    }
    for (source, schedule, face) in loaded {
        console.adopt(source, schedule, face).await?;
    }
    Ok(())
}

/// What is told when everything is there.
struct Announced {
    url: PublicUrl,
    address: String,
    /// What callback addresses begin with.
    callbacks: PublicUrl,
    /// Where they are taken, if not with everything else.
    callbacks_address: Option<String>,
    /// The link that creates the first account.
    setup: Option<String>,
    followed: Vec<FollowedSource>,
}

impl Announced {
    fn tell(&self, screen: &Screen) -> Result<(), Stop> {
        match screen.format {
            Format::Json => screen.lines([self.json().to_string()]),
            Format::Text => screen.lines(self.text(screen)),
        }
    }

    fn json(&self) -> serde_json::Value {
        let source = |source: &FollowedSource| {
            let FollowedSource { name, next_run_at, event_delivery } = source;
            let callback = takes_callbacks(*event_delivery).then(|| self.callback(name));
            json!({"source": name, "callback": callback, "next_run_at": next_run_at})
        };
        let sources: Vec<_> = self.followed.iter().map(source).collect();
        json!({
            "what": "serving",
            "address": self.address,
            "url": self.url.to_string(),
            "callbacks_address": self.callbacks_address,
            "setup": self.setup,
            "sources": sources,
        })
    }

    fn text(&self, screen: &Screen) -> Vec<String> {
        let to = |sentence: Sentence| sentence.into(screen.reader.language);
        let mut lines = vec![to(messages::serving(&self.url))];
        lines.extend(self.setup.iter().map(|link| format!("  {}", to(messages::setup_link(link)))));
        lines.extend(self.followed.iter().map(|source| format!("  {}", to(self.of(source)))));
        let is_called = |source: &FollowedSource| source.event_delivery == Some(EventDelivery::Callbacks);
        if !self.callbacks.is_secure() && self.followed.iter().any(is_called) {
            let option =
                if self.callbacks_address.is_some() { "--callbacks-public-url" } else { "--public-url" };
            lines.push(format!("  {}", to(messages::callbacks_in_the_clear(&self.callbacks, option))));
        }
        lines
    }

    /// That a source is followed, and how it is heard.
    fn of(&self, source: &FollowedSource) -> Sentence {
        let name = &source.name;
        match source.event_delivery {
            None => messages::serving_source(name, self.callback(name)),
            Some(EventDelivery::Callbacks) => messages::serving_callbacks(name, self.callback(name)),
            Some(EventDelivery::Channel) => messages::serving_channel(name),
            Some(EventDelivery::None) => messages::serving_silent(name),
        }
    }

    fn callback(&self, name: &SourceName) -> String {
        format!("{}/callbacks/{name}", self.callbacks)
    }
}

/// Whether a source calls. One whose settings are wrong may, once they are right.
fn takes_callbacks(event_delivery: Option<EventDelivery>) -> bool {
    event_delivery.is_none_or(|delivery| delivery == EventDelivery::Callbacks)
}

fn named_twice(name: &SourceName) -> Stop {
    Stop::usage(exit::diagnosis("source-named-twice", &messages::source_named_twice(name)))
}
