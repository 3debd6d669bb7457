//! The data folder: one database for everything imported, and a cache of compiled connectors. Commands that have none keep
//! compiled connectors where the user's programs keep what they can make again.

mod tenancy;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rollcall_browse::Browse as _;
use rollcall_host::egress::Reach;
use rollcall_host::engine::{Engine, EngineOptions};
use rollcall_host::error::EngineError;
use rollcall_host::host::Host;
use rollcall_host::model::{SourceName, Timestamp};
use rollcall_sqlite::{SqliteAdmin, SqliteStore};
use rollcall_web::ConsoleError;

pub(crate) use self::tenancy::Tenancy;
use self::tenancy::{NotTaken, Tenant};
use crate::exit::{Stop, diagnosis, diagnosis_with_remedy};
use crate::messages;
use crate::view::Audience;
use crate::view::layout::{moment, plain};

/// The database of a data folder, which is created if it is not there.
pub(crate) fn open_or_create(folder: &Path) -> Result<SqliteStore, Stop> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Stop::usage(diagnosis("data-folder-unusable", &messages::data_unusable(folder.display(), error)))
    })?;
    Ok(SqliteStore::open(&database(folder))?)
}

/// What a data folder has of its administration, which is created if it is not there.
///
/// In a file of its own, so that the database can be handed on without accounts and secrets.
pub(crate) fn administration(folder: &Path) -> Result<SqliteAdmin, Stop> {
    Ok(SqliteAdmin::open(&folder.join("console.db")).map_err(ConsoleError::from)?)
}

/// The right to serve a data folder, which one program has at a time.
pub(crate) fn take(folder: &Path, now: Timestamp, reader: &Audience) -> Result<Tenancy, Stop> {
    Tenancy::take(folder, now).map_err(|why| match why {
        NotTaken::Held(by) => in_use(folder, by, reader),
        NotTaken::Unusable(error) => {
            Stop::usage(diagnosis("data-folder-unusable", &messages::data_unusable(folder.display(), error)))
        }
    })
}

fn in_use(folder: &Path, by: Option<Tenant>, reader: &Audience) -> Stop {
    let folder = folder.display();
    let sentence = match by {
        None => messages::data_in_use(folder),
        Some(Tenant { process, machine, since, url }) => {
            let since = moment(since, reader.offset);
            let machine = plain(&machine.unwrap_or_else(|| "?".to_owned()));
            match url {
                None => messages::data_in_use_by(process, machine, since, folder),
                Some(url) => messages::data_in_use_at(process, machine, since, plain(&url), folder),
            }
        }
    };
    Stop::failed(diagnosis_with_remedy("data-folder-in-use", &sentence, &messages::data_in_use_remedy()))
}

/// The database of a data folder that knows this source. Looking must not create anything.
pub(crate) async fn open_for(folder: &Path, source: &SourceName) -> Result<SqliteStore, Stop> {
    if !database(folder).exists() {
        let sentence = messages::no_data(folder.display());
        return Err(Stop::usage(diagnosis_with_remedy("no-data", &sentence, &messages::no_data_remedy())));
    }
    let store = SqliteStore::open(&database(folder))?;
    let known = store.sources().await?;
    if known.iter().any(|name| name == source.as_str()) {
        return Ok(store);
    }
    let sentence = messages::unknown_source(source, folder.display());
    let remedy = messages::known_sources(known.join(", "));
    Err(Stop::usage(diagnosis_with_remedy("unknown-source", &sentence, &remedy)))
}

/// A host over what is kept, for a command that runs no connector.
pub(crate) fn host(store: Arc<SqliteStore>) -> Result<Host, Stop> {
    let engine = Engine::new(EngineOptions::default())?;
    Ok(Host::new(engine, store.clone(), store.clone(), store))
}

/// Where compiled connectors are kept.
pub(crate) fn cache(folder: &Path) -> PathBuf {
    folder.join("cache")
}

/// An engine for a command without a data folder, whose requests may reach so far.
///
/// Compiling takes seconds, so it keeps what it compiled, unless there is no place for it that is the user's alone.
pub(crate) fn engine_of_user(reach: Reach) -> Result<Engine, Stop> {
    let options = EngineOptions { reach, ..EngineOptions::default() };
    match Engine::new(EngineOptions { cache_dir: user_cache(), ..options.clone() }) {
        Err(error @ (EngineError::Cache { .. } | EngineError::CacheNotPrivate { .. })) => {
            tracing::debug!(%error, "compiled connectors are not kept");
            Ok(Engine::new(options)?)
        }
        engine => Ok(engine?),
    }
}

/// As the XDG Base Directory Specification has it: `$XDG_CACHE_HOME`, else `.cache` at home. A path that is not absolute does
/// not count.
fn user_cache() -> Option<PathBuf> {
    let absolute = |folder: PathBuf| Some(folder).filter(|folder| folder.is_absolute());
    let folder = |variable: &str| std::env::var_os(variable).map(PathBuf::from).and_then(absolute);
    let caches = folder("XDG_CACHE_HOME").or_else(|| Some(folder("HOME")?.join(".cache")));
    Some(caches?.join("rollcall"))
}

fn database(folder: &Path) -> PathBuf {
    folder.join("rollcall.db")
}
