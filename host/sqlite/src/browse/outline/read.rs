//! What an outline is put together from, as few rows as can be.

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rusqlite::{Connection, Row};

use crate::rows::count;
use rollcall_browse::{Numbers, OtherDepartment, Outline, Placed};
use rollcall_host::model::SourceName;

/// The outline of a source.
pub(super) fn read(connection: &Connection, source: &SourceName) -> rusqlite::Result<Outline> {
    let numbers = Numbers {
        n_people: count_where(connection, source, "WHERE NOT departed")?,
        n_departed: count_where(connection, source, "INDEXED BY listing_departed WHERE departed")?,
        n_without_department: count_where(connection, source, "INDEXED BY listing_unplaced WHERE unplaced")?,
    };
    let departments = select_departments(connection, source)?;
    let (members, shared) = (select_members(connection, source)?, select_shared(connection, source)?);
    Ok(Outline::of(numbers, departments, &members, &shared))
}

/// How many people there are for whom this holds.
fn count_where(connection: &Connection, source: &SourceName, condition: &str) -> rusqlite::Result<u64> {
    connection
        .prepare_cached(&format!(
            "SELECT count(*) FROM listing {condition} AND source = ?1 AND resource_type = ?2"
        ))?
        .query_one([source.as_str(), USER], |row| count(row, 0))
}

fn select_departments(connection: &Connection, source: &SourceName) -> rusqlite::Result<Vec<Placed>> {
    connection
        .prepare_cached(
            "SELECT external_id, name, parent, position FROM listing
             WHERE source = ?1 AND resource_type = ?2 AND NOT departed",
        )?
        .query_map([source.as_str(), DEPARTMENT], |row: &Row<'_>| {
            Ok(Placed {
                external_id: row.get(0)?,
                name: row.get(1)?,
                parent: row.get(2)?,
                position: row.get(3)?,
            })
        })?
        .collect()
}

/// How many people are in each department, and of how many of them it is the only one.
fn select_members(connection: &Connection, source: &SourceName) -> rusqlite::Result<Vec<(String, [u64; 2])>> {
    connection
        .prepare_cached(
            "SELECT department, count(*), sum(is_only) FROM membership WHERE source = ?1 GROUP BY department",
        )?
        .query_map([source.as_str()], |row| Ok((row.get(0)?, [count(row, 1)?, count(row, 2)?])))?
        .collect()
}

/// Each department of each person who is in several, one person's side by side.
fn select_shared(connection: &Connection, source: &SourceName) -> rusqlite::Result<Vec<OtherDepartment>> {
    connection
        .prepare_cached(
            "SELECT person, department FROM membership WHERE source = ?1 AND NOT is_only ORDER BY person",
        )?
        .query_map([source.as_str()], |row| {
            Ok(OtherDepartment { person: row.get(0)?, department: row.get(1)? })
        })?
        .collect()
}
