//! What a person or a program looks up in a store: who is where, who is called like this, what happened to them and why.
//!
//! Every answer is a page or a count, however large the organisation. What is deliberately not here: a trait. An
//! embedding platform looks into its own tables.
//!
//! Text that is looked for is data: no character in it means anything but itself, and letters match in either case.

use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::features::Features;
use super::history::id_of;
use super::rows::{count, from_json, from_name};
use crate::directory::Held;
use crate::model::{Key, RunId, SourceName, Timestamp};

mod about;
mod changes;
mod conditions;
mod entries;
mod filter;
mod objects;
mod outline;
mod people;
mod runs;
mod within;

pub use about::{EntryAbout, OnceKnown, TrailRun, TrailStep};
pub use changes::{ChangeCount, ChangeFilter, Outcome};
pub use conditions::{Attribute, Condition, ObjectNumber, Sifted, Test};
pub use entries::{EntryCount, EntryFilter};
pub use objects::{ObjectCount, ObjectQuery};
pub use outline::{Outline, OutlineDepartment, Stray};
pub use people::{Member, Members, Named};
pub use runs::RunFilter;
pub use within::Within;

pub(super) use outline::Outlines;

/// A part of a long list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Page {
    /// How many come before it.
    pub offset: u64,
    /// How many it has at most.
    pub limit: u32,
}

/// A page of objects.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// How many there are on all pages.
    pub total: u64,
    /// Those on this page, in order.
    pub items: Vec<ListedObject>,
}

/// What a list shows of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedObject {
    /// Where it comes from.
    pub source: SourceName,
    /// Which object.
    pub key: Key,
    /// What people call it, or else its id.
    pub name: String,
    /// What it logs in as.
    pub user_name: Option<String>,
    /// Its e-mail addresses.
    pub emails: Vec<String>,
    /// Its phone numbers.
    pub phones: Vec<String>,
    /// A person's title.
    pub title: Option<String>,
    /// Whether it left the source and was kept.
    pub departed: bool,
    /// When it was created here.
    pub created_at: Timestamp,
    /// When its document, or whether it had departed, last became different.
    pub changed_at: Timestamp,
    /// The ids of the departments that a person is in, or was when they departed; whether or not they are held.
    pub departments: Vec<String>,
    /// Whether the person leads the department that was asked for; none when none was.
    pub leader: Option<bool>,
}

/// An object with all that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WholeObject {
    /// Where it comes from.
    pub source: SourceName,
    /// Which object.
    pub key: Key,
    /// What is held of it.
    #[serde(flatten)]
    pub held: Held,
    /// When it left the source and was kept.
    pub departed_at: Option<Timestamp>,
    /// When it was created here.
    pub created_at: Timestamp,
    /// When its document, or whether it had departed, last became different.
    pub changed_at: Timestamp,
    /// When what is told of it last became different: with itself, and with those that are told of with it, as the members
    /// of a department are, and the names of a person's departments. A later one of an object is a later moment.
    pub modified_at: Timestamp,
    /// The run that created it.
    pub first_run: RunId,
    /// The run that last wrote it, be it only its version.
    pub last_run: RunId,
    /// The run in which the source's id became theirs, where it was somebody else's before; otherwise 0. An id and a tenure
    /// are one object and never another.
    pub tenure: u64,
}

/// The columns that [`read_whole`] reads.
const OBJECT: &str =
    "source, resource_type, external_id, version, document, departed_at, created_at, changed_at, first_run,
     last_run, tenure,
     (SELECT modified_at FROM listing
      WHERE listing.source = object.source AND listing.resource_type = object.resource_type AND listing.id = object.id)";

fn read_whole(row: &Row<'_>) -> rusqlite::Result<WholeObject> {
    let departed_at = row.get::<_, Option<i64>>(5)?.map(Timestamp::from_unix_ms);
    let document = from_json(row, 4)?;
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
fn select_whole(connection: &Connection, id: i64) -> rusqlite::Result<Option<WholeObject>> {
    connection
        .prepare_cached(&format!("SELECT {OBJECT} FROM object WHERE id = ?1"))?
        .query_row([id], read_whole)
        .optional()
}

/// The object with this number, as a list shows it.
fn select_listed(connection: &Connection, id: i64) -> rusqlite::Result<Option<ListedObject>> {
    select_whole(connection, id).map(|whole| whole.map(ListedObject::from))
}

/// The object under this key.
fn select_by_key(
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

impl From<WholeObject> for ListedObject {
    fn from(whole: WholeObject) -> Self {
        let Features { name, user_name, emails, phones, title, memberships, .. } =
            Features::of(&whole.key.external_id, &whole.held.document);
        Self {
            source: whole.source,
            key: whole.key,
            name,
            user_name,
            emails,
            phones,
            title,
            departed: whole.held.departed,
            created_at: whole.created_at,
            changed_at: whole.changed_at,
            departments: memberships.into_iter().map(|membership| membership.department).collect(),
            leader: None,
        }
    }
}

#[cfg(test)]
mod tests;
