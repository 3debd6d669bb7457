//! What is kept beside each object for whoever browses: a row to list and search, its memberships, what it tells of, and the
//! edition of its source.
//!
//! Written in the transaction that writes the object. What is deliberately not here: reading it (`browse`), and when what is
//! told of an object became different (`moved`).

use std::collections::BTreeSet;

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rusqlite::{Connection, Transaction, params};

use super::rows::from_json;
use rollcall_browse::features::{Features, Membership};
use rollcall_browse::words::fold;
use rollcall_host::model::Key;

mod moved;

pub(super) use moved::Moved;
use moved::Sight;

/// Write down what is told of an object that was just written with this number.
pub(super) fn write(
    connection: &Connection,
    source: &str,
    object: &ListingInput<'_>,
    moved: &mut Moved,
) -> rusqlite::Result<()> {
    let before = Sight::of(connection, source, object.key, object.id)?;
    list(connection, source, object, before.as_ref())?;
    let after = Sight::of(connection, source, object.key, object.id)?;
    moved.compare(object.id, object.key, before, after);
    Ok(())
}

/// An object to list.
#[derive(Debug, Clone, Copy)]
pub(super) struct ListingInput<'a> {
    /// Its number.
    pub(super) id: i64,
    pub(super) key: &'a Key,
    /// Whether it has not departed.
    pub(super) is_present: bool,
    /// When it was created here, in Unix milliseconds.
    pub(super) created_at: i64,
    /// When it itself last became different, in Unix milliseconds.
    pub(super) changed_at: i64,
    pub(super) features: &'a Features,
}

/// Forget an object that had this number and was just deleted.
pub(super) fn forget(
    connection: &Connection,
    source: &str,
    id: i64,
    key: &Key,
    moved: &mut Moved,
) -> rusqlite::Result<()> {
    let before = Sight::of(connection, source, key, id)?;
    delete_memberships(connection, id)?;
    delete_mentions(connection, id)?;
    connection
        .prepare_cached("DELETE FROM listing WHERE source = ?1 AND resource_type = ?2 AND id = ?3")?
        .execute(params![source, key.resource_type, id])?;
    if key.resource_type == DEPARTMENT {
        place_members(connection, source, &key.external_id)?;
    }
    moved.compare(id, key, before, None);
    Ok(())
}

/// Say that objects of this source are no longer what they were.
pub(super) fn begin_edition(connection: &Connection, source: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO edition (source, number) VALUES (?1, 1)
             ON CONFLICT DO UPDATE SET number = number + 1",
        )?
        .execute([source])
        .map(drop)
}

/// List every object of a file in which none is listed yet.
pub(super) fn fill(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut objects = transaction.prepare(
        "SELECT document, source, id, resource_type, external_id, departed_at IS NULL, created_at, changed_at
         FROM object ORDER BY id",
    )?;
    let mut rows = objects.query(())?;
    while let Some(row) = rows.next()? {
        let key = Key { resource_type: row.get(3)?, external_id: row.get(4)? };
        let features = Features::of(&key.external_id, &from_json(row, 0)?);
        let object = ListingInput {
            id: row.get(2)?,
            key: &key,
            is_present: row.get(5)?,
            created_at: row.get(6)?,
            changed_at: row.get(7)?,
            features: &features,
        };
        list(transaction, &row.get::<_, String>(1)?, &object, None)?;
    }
    Ok(())
}

/// `before` is what was seen of it until now.
fn list(
    connection: &Connection,
    source: &str,
    object: &ListingInput<'_>,
    before: Option<&Sight>,
) -> rusqlite::Result<()> {
    let ListingInput { key, is_present, features, .. } = *object;
    let is_person = key.resource_type == USER;
    write_mentions(connection, source, object)?;
    if is_person {
        write_memberships(connection, source, object)?;
    }
    let is_unplaced = is_person && is_present && !is_placed(connection, source, &features.memberships)?;
    upsert(connection, source, object, is_unplaced)?;
    let was_present = before.is_some_and(Sight::is_present);
    if key.resource_type == DEPARTMENT && was_present != is_present {
        place_members(connection, source, &key.external_id)?;
    }
    Ok(())
}

fn upsert(
    connection: &Connection,
    source: &str,
    object: &ListingInput<'_>,
    is_unplaced: bool,
) -> rusqlite::Result<()> {
    let ListingInput { id, key, is_present, features, created_at, changed_at } = *object;
    connection
        .prepare_cached(
            "INSERT INTO listing
               (source, resource_type, id, external_id, name, login, parent, position, departed, unplaced, active,
                folded, created_at, modified_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
             ON CONFLICT DO UPDATE SET name = excluded.name, login = excluded.login, parent = excluded.parent,
               position = excluded.position, departed = excluded.departed, unplaced = excluded.unplaced,
               active = excluded.active, folded = excluded.folded",
        )?
        .execute(params![
            source,
            key.resource_type,
            id,
            key.external_id,
            features.name,
            login(key, features),
            features.parent,
            features.position,
            !is_present,
            is_unplaced,
            features.active,
            features.folded(&key.external_id),
            created_at,
            changed_at,
        ])
        .map(drop)
}

/// What a person logs in as, as it is compared.
fn login(key: &Key, features: &Features) -> Option<String> {
    let name = features.user_name.as_deref().unwrap_or(&key.external_id);
    (key.resource_type == USER).then(|| fold(name))
}

/// Only what became different is written: hardly any object tells of others than before.
fn write_mentions(connection: &Connection, source: &str, object: &ListingInput<'_>) -> rusqlite::Result<()> {
    let ListingInput { id, features, .. } = *object;
    let mentions = mentions(features);
    if mentions == select_mentions(connection, id)? {
        return Ok(());
    }
    delete_mentions(connection, id)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO mention (source, resource_type, external_id, object) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for Key { resource_type, external_id } in mentions {
        insert.execute(params![source, resource_type, external_id, id])?;
    }
    Ok(())
}

fn mentions(features: &Features) -> BTreeSet<Key> {
    let departments = features.memberships.iter().map(|membership| &membership.department);
    let departments = departments.chain(&features.parent).map(|id| Key::new(DEPARTMENT, id));
    departments.chain(features.managers.iter().map(|id| Key::new(USER, id))).collect()
}

fn select_mentions(connection: &Connection, object: i64) -> rusqlite::Result<BTreeSet<Key>> {
    connection
        .prepare_cached("SELECT resource_type, external_id FROM mention WHERE object = ?1")?
        .query_map([object], |row| Ok(Key { resource_type: row.get(0)?, external_id: row.get(1)? }))?
        .collect()
}

fn delete_mentions(connection: &Connection, object: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM mention WHERE object = ?1")?.execute([object]).map(drop)
}

fn write_memberships(
    connection: &Connection,
    source: &str,
    person: &ListingInput<'_>,
) -> rusqlite::Result<()> {
    let ListingInput { id, is_present, features, .. } = *person;
    delete_memberships(connection, id)?;
    let mut insert = connection.prepare_cached(
        "INSERT INTO membership
           (person, department, source, position, name, is_leader, is_primary, is_only)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    let name = fold(&features.name);
    let is_only = features.memberships.len() == 1;
    for membership in features.memberships.iter().filter(|_| is_present) {
        let Membership { department, position, is_leader, is_primary } = membership;
        insert.execute(params![id, department, source, position, name, is_leader, is_primary, is_only])?;
    }
    Ok(())
}

fn delete_memberships(connection: &Connection, person: i64) -> rusqlite::Result<()> {
    connection.prepare_cached("DELETE FROM membership WHERE person = ?1")?.execute([person]).map(drop)
}

/// Whether one of these departments is held and has not departed.
fn is_placed(connection: &Connection, source: &str, memberships: &[Membership]) -> rusqlite::Result<bool> {
    let mut held = connection.prepare_cached(
        "SELECT 1 FROM object
         WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3 AND departed_at IS NULL",
    )?;
    for membership in memberships {
        if held.exists(params![source, DEPARTMENT, membership.department])? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// See again which members of a department are in none, as it came or went.
fn place_members(connection: &Connection, source: &str, department: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE listing SET unplaced = NOT EXISTS (
               SELECT 1 FROM membership JOIN object ON object.external_id = membership.department
               WHERE membership.person = listing.id AND object.source = ?1 AND object.resource_type = ?3
                 AND object.departed_at IS NULL)
             WHERE source = ?1 AND resource_type = ?4
               AND id IN (SELECT person FROM membership WHERE source = ?1 AND department = ?2)",
        )?
        .execute(params![source, department, DEPARTMENT, USER])
        .map(drop)
}

#[cfg(test)]
mod tests;
