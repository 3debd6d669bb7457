//! Objects with all that is known of them.

use rollcall_browse::{ListedObject, WholeObject};
use rollcall_host::directory::Held;
use rollcall_host::model::{Key, SourceName, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::history::id_of;
use crate::rows::{count, document, from_name};

/// The columns that [`read_whole`] reads.
const OBJECT: &str =
    "source, resource_type, external_id, version, document, departed_at, created_at, changed_at, first_run,
     last_run, tenure,
     (SELECT modified_at FROM listing
      WHERE listing.source = object.source AND listing.resource_type = object.resource_type AND listing.id = object.id)";

fn read_whole(row: &Row<'_>) -> rusqlite::Result<WholeObject> {
    let departed_at = row.get::<_, Option<i64>>(5)?.map(Timestamp::from_unix_ms);
    let document = document(row, 4)?;
    Ok(WholeObject {
        source: from_name(row, 0)?,
        key: Key { resource_type: row.get(1)?, external_id: row.get(2)? },
        held: Held { version: row.get(3)?, document, departed: departed_at.is_some() },
        departed_at,
        created_at: Timestamp::from_unix_ms(row.get(6)?),
        changed_at: Timestamp::from_unix_ms(row.get(7)?),
        modified_at: Timestamp::from_unix_ms(row.get(11)?),
        first_run: id_of(row.get(8)?),
        last_run: id_of(row.get(9)?),
        tenure: count(row, 10)?,
    })
}

/// The object with this number.
pub(super) fn select_whole(connection: &Connection, id: i64) -> rusqlite::Result<Option<WholeObject>> {
    connection
        .prepare_cached(&format!("SELECT {OBJECT} FROM object WHERE id = ?1"))?
        .query_row([id], read_whole)
        .optional()
}

/// The object with this number, as a list shows it.
pub(super) fn select_listed(connection: &Connection, id: i64) -> rusqlite::Result<Option<ListedObject>> {
    select_whole(connection, id).map(|whole| whole.map(ListedObject::from))
}

/// The object under this key.
pub(super) fn select_by_key(
    connection: &Connection,
    source: &SourceName,
    key: &Key,
) -> rusqlite::Result<Option<WholeObject>> {
    connection
        .prepare_cached(&format!(
            "SELECT {OBJECT} FROM object WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3"
        ))?
        .query_row(params![source.as_str(), key.resource_type, key.external_id], read_whole)
        .optional()
}
