//! What is kept beside each object for whoever browses: a row to list and search, its memberships, and the edition of
//! its source.
//!
//! Written in the transaction that writes the object. What is deliberately not here: reading it (`browse`).

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::features::{Features, Membership};
use super::rows::from_json;
use super::words::fold;
use crate::model::Key;

/// Write down what is told of an object that was just written with this number.
pub(super) fn write(connection: &Connection, source: &str, object: &Told<'_>) -> rusqlite::Result<()> {
    let Told { id, key, is_present, features } = *object;
    let is_person = key.resource_type == USER;
    if is_person {
        write_memberships(connection, source, object)?;
    }
    let is_unplaced = is_person && is_present && !is_placed(connection, source, &features.memberships)?;
    let is_department = key.resource_type == DEPARTMENT;
    let was_present = is_department && is_listed_as_present(connection, source, id)?;
    upsert(connection, source, object, is_unplaced)?;
    if is_department && was_present != is_present {
        place_members(connection, source, &key.external_id)?;
    }
    Ok(())
}

/// An object to list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Told<'a> {
    /// Its number.
    pub(super) id: i64,
    pub(super) key: &'a Key,
    /// Whether it has not departed.
    pub(super) is_present: bool,
    pub(super) features: &'a Features,
}

/// Forget an object that had this number and was just deleted.
pub(super) fn forget(connection: &Connection, source: &str, id: i64, key: &Key) -> rusqlite::Result<()> {
    delete_memberships(connection, id)?;
    connection
        .prepare_cached("DELETE FROM listing WHERE source = ?1 AND resource_type = ?2 AND id = ?3")?
        .execute(params![source, key.resource_type, id])?;
    if key.resource_type == DEPARTMENT { place_members(connection, source, &key.external_id) } else { Ok(()) }
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
        "SELECT document, source, id, resource_type, external_id, departed_at IS NULL FROM object ORDER BY id",
    )?;
    let mut rows = objects.query(())?;
    while let Some(row) = rows.next()? {
        let key = Key { resource_type: row.get(3)?, external_id: row.get(4)? };
        let features = Features::of(&key.external_id, &from_json(row, 0)?);
        let object = Told { id: row.get(2)?, key: &key, is_present: row.get(5)?, features: &features };
        write(transaction, &row.get::<_, String>(1)?, &object)?;
    }
    Ok(())
}

fn upsert(
    connection: &Connection,
    source: &str,
    object: &Told<'_>,
    is_unplaced: bool,
) -> rusqlite::Result<()> {
    let Told { id, key, is_present, features } = *object;
    connection
        .prepare_cached(
            "INSERT INTO listing
               (source, resource_type, id, external_id, name, parent, position, departed, unplaced, active, folded)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT DO UPDATE SET name = excluded.name, parent = excluded.parent,
               position = excluded.position, departed = excluded.departed, unplaced = excluded.unplaced,
               active = excluded.active, folded = excluded.folded",
        )?
        .execute(params![
            source,
            key.resource_type,
            id,
            key.external_id,
            features.name,
            features.parent,
            features.position,
            !is_present,
            is_unplaced,
            features.active,
            features.folded(&key.external_id),
        ])
        .map(drop)
}

fn write_memberships(connection: &Connection, source: &str, person: &Told<'_>) -> rusqlite::Result<()> {
    let Told { id, is_present, features, .. } = *person;
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

fn is_listed_as_present(connection: &Connection, source: &str, department: i64) -> rusqlite::Result<bool> {
    let listed = connection
        .prepare_cached(
            "SELECT NOT departed FROM listing WHERE source = ?1 AND resource_type = ?2 AND id = ?3",
        )?
        .query_row(params![source, DEPARTMENT, department], |row| row.get(0))
        .optional()?;
    Ok(listed.unwrap_or(false))
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
