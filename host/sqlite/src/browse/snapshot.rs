//! Objects as they were at one moment, read page by page on a thread of their own.

use std::sync::Arc;

use futures_util::{Stream, stream};
use rollcall_browse::HeldObject;
use rollcall_host::error::StoreError;
use rollcall_host::model::{Key, SourceName};
use rusqlite::{Connection, params};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::database::Connections;
use crate::directory::read_held;

/// Pages that are read before they are asked for.
///
/// Why: one is read while another is used; more would only take memory.
const PAGES_AHEAD: usize = 1;

/// A reading that is under way.
struct OpenSnapshot {
    pages: mpsc::Receiver<Vec<HeldObject>>,
    /// Until its end was seen.
    end: Option<JoinHandle<Result<(), StoreError>>>,
}

/// Everything held of these resource types, `page` objects at once.
pub(super) fn pages(
    connections: &Arc<Connections>,
    source: SourceName,
    resource_types: Vec<String>,
    page: u32,
) -> impl Stream<Item = Result<Vec<HeldObject>, StoreError>> + use<> {
    let connections = Arc::clone(connections);
    let (pages, taken) = mpsc::channel(PAGES_AHEAD);
    let end = tokio::spawn(async move {
        connections
            .read(move |connection| send_pages(connection, &source, &resource_types, page, &pages))
            .await
    });
    stream::try_unfold(OpenSnapshot { pages: taken, end: Some(end) }, next)
}

async fn next(mut reading: OpenSnapshot) -> Result<Option<(Vec<HeldObject>, OpenSnapshot)>, StoreError> {
    if let Some(page) = reading.pages.recv().await {
        return Ok(Some((page, reading)));
    }
    // No more pages may also mean that the reading died, which only its end tells.
    if let Some(end) = reading.end.take() {
        end.await.map_err(StoreError::failed)??;
    }
    Ok(None)
}

/// Send everything of these resource types, until somebody no longer takes it.
fn send_pages(
    connection: &Connection,
    source: &SourceName,
    resource_types: &[String],
    page: u32,
    pages: &mpsc::Sender<Vec<HeldObject>>,
) -> rusqlite::Result<()> {
    // All that is read within one transaction is of the moment of its first read. It only reads, so dropping it is its end.
    let moment = connection.unchecked_transaction()?;
    for resource_type in resource_types {
        let mut after = String::new();
        loop {
            let objects = select_page(&moment, source, resource_type, &after, page)?;
            let Some(last) = objects.last() else { break };
            after.clone_from(&last.key.external_id);
            if pages.blocking_send(objects).is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

fn select_page(
    connection: &Connection,
    source: &SourceName,
    resource_type: &str,
    after: &str,
    limit: u32,
) -> rusqlite::Result<Vec<HeldObject>> {
    connection
        .prepare_cached(
            "SELECT version, document, departed_at IS NOT NULL, external_id FROM object
             WHERE source = ?1 AND resource_type = ?2 AND ?3 < external_id
             ORDER BY external_id LIMIT ?4",
        )?
        .query_map(params![source.as_str(), resource_type, after, limit], |row| {
            let key = Key::new(resource_type, row.get::<_, String>(3)?);
            Ok(HeldObject { key, held: read_held(row)? })
        })?
        .collect()
}
