//! The departments of a source as a tree with counts, kept in memory until an object of the source changes.
//!
//! Nothing of a person is kept, and nothing recurses: departments may be without their parent, in a circle, or ten
//! thousand deep. Not here: how the tree is put together (`Outline::of`).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use rollcall_browse::Outline;
use rollcall_host::error::StoreError;
use rollcall_host::model::SourceName;
use rusqlite::{Connection, OptionalExtension};
use tokio::sync;

use crate::database::{Connections, lock};

mod read;

/// The outlines that a store keeps.
#[derive(Debug, Default)]
pub(in super::super) struct Outlines(Mutex<BTreeMap<SourceName, OutlineCache>>);

type OutlineCache = Arc<sync::Mutex<Option<Edited>>>;

/// An outline, and the edition of which it is.
#[derive(Debug)]
struct Edited {
    edition: i64,
    outline: Arc<Outline>,
}

impl Outlines {
    /// The tree of departments of a source as it is now.
    pub(in super::super) async fn read(
        &self,
        connections: &Arc<Connections>,
        source: &SourceName,
    ) -> Result<Arc<Outline>, StoreError> {
        let name = source.clone();
        let edition = connections.read(move |connection| edition(connection, &name)).await?;
        // Nothing is kept for a name under which nothing ever was: there is no end of such names.
        let Some(edition) = edition else { return Ok(Arc::default()) };
        let kept = self.of(source);
        // Whoever asks meanwhile waits for the same outline.
        let mut kept = kept.lock().await;
        match &*kept {
            Some(known) if edition <= known.edition => Ok(Arc::clone(&known.outline)),
            Some(_) | None => {
                let source = source.clone();
                let edited = connections.read(move |connection| read_edited(connection, &source)).await?;
                Ok(Arc::clone(&kept.insert(edited).outline))
            }
        }
    }

    fn of(&self, source: &SourceName) -> OutlineCache {
        Arc::clone(lock(&self.0).entry(source.clone()).or_default())
    }
}

fn edition(connection: &Connection, source: &SourceName) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT number FROM edition WHERE source = ?1")?
        .query_row([source.as_str()], |row| row.get(0))
        .optional()
}

fn read_edited(connection: &Connection, source: &SourceName) -> rusqlite::Result<Edited> {
    // The edition and what is counted are of the same moment.
    let snapshot = connection.unchecked_transaction()?;
    let edition = edition(&snapshot, source)?.unwrap_or_default();
    Ok(Edited { edition, outline: Arc::new(read::read(&snapshot, source)?) })
}

#[cfg(test)]
mod tests;
