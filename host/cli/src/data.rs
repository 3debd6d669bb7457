//! The data folder: one database for everything imported, and a cache of compiled connectors.

use std::path::{Path, PathBuf};

use rollcall_host::model::SourceName;
use rollcall_host::sqlite::SqliteStore;

use crate::exit::{Stop, diagnosis, diagnosis_with_remedy};
use crate::messages;

/// The database of a data folder, which is created if it is not there.
pub(crate) fn open_or_create(folder: &Path) -> Result<SqliteStore, Stop> {
    std::fs::create_dir_all(folder).map_err(|error| {
        Stop::usage(diagnosis("data-folder-unusable", &messages::data_unusable(folder.display(), error)))
    })?;
    Ok(SqliteStore::open(&database(folder))?)
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

/// Where compiled connectors are kept.
pub(crate) fn cache(folder: &Path) -> PathBuf {
    folder.join("cache")
}

fn database(folder: &Path) -> PathBuf {
    folder.join("rollcall.db")
}
