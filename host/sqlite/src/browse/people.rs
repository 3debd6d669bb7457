//! Who is in a department, in order.
//!
//! Not here: people who departed. Whoever looks for them searches.

use std::collections::BTreeMap;

use rollcall_browse::words::Words;
use rollcall_browse::{Listed, ListedObject, Member, Named, Page};
use rollcall_host::model::SourceName;
use rollcall_rules::vocabulary::resource_type::USER;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::filter::Filter;
use super::objects::list;
use super::whole::select_listed;
use crate::rows::{count, to_integer};

pub(super) fn list_unplaced(
    connection: &Connection,
    source: &SourceName,
    page: Page,
) -> rusqlite::Result<Listed> {
    let filter = Filter::default()
        .with("source = ?", source.as_str().to_owned())
        .with("resource_type = ?", USER.to_owned())
        .must_by("unplaced", "listing_unplaced");
    list(connection, &filter, &Words::default(), page)
}

pub(super) fn list_department(
    connection: &Connection,
    source: &SourceName,
    department: &str,
    page: Page,
) -> rusqlite::Result<Listed> {
    // All statements see the same state.
    let snapshot = connection.unchecked_transaction()?;
    let total = count_members(&snapshot, source, department)?;
    let people: Vec<i64> = snapshot
        .prepare_cached(
            "SELECT person FROM membership WHERE source = ?1 AND department = ?2
             ORDER BY position, name, person LIMIT ?3 OFFSET ?4",
        )?
        .query_map(params![source.as_str(), department, page.limit, to_integer(page.offset)], |row| {
            row.get(0)
        })?
        .collect::<rusqlite::Result<_>>()?;
    let members = people.into_iter().map(|person| select_member(&snapshot, person, department));
    let items = members.filter_map(Result::transpose).collect::<rusqlite::Result<_>>()?;
    Ok(Listed { total, items })
}

fn select_member(
    connection: &Connection,
    person: i64,
    department: &str,
) -> rusqlite::Result<Option<ListedObject>> {
    let leader = connection
        .prepare_cached("SELECT is_leader FROM membership WHERE person = ?1 AND department = ?2")?
        .query_one(params![person, department], |row| row.get(0))?;
    let listed = select_listed(connection, person)?;
    Ok(listed.map(|listed| ListedObject { leader, ..listed }))
}

pub(super) fn select_members(
    connection: &Connection,
    source: &SourceName,
    department: &str,
    page: Page,
) -> rusqlite::Result<Vec<Member>> {
    connection
        .prepare_cached(
            "SELECT listing.external_id, listing.name FROM membership
             JOIN listing ON listing.source = ?1 AND listing.resource_type = ?5 AND listing.id = membership.person
             WHERE membership.source = ?1 AND membership.department = ?2
             ORDER BY membership.position, membership.name, membership.person LIMIT ?3 OFFSET ?4",
        )?
        .query_map(
            params![source.as_str(), department, page.limit, to_integer(page.offset), USER],
            |row| Ok(Member { external_id: row.get(0)?, name: row.get(1)? }),
        )?
        .collect()
}

pub(super) fn select_named(
    connection: &Connection,
    source: &SourceName,
    ids: Vec<String>,
) -> rusqlite::Result<BTreeMap<String, Named>> {
    // All statements see the same state.
    let snapshot = connection.unchecked_transaction()?;
    let mut person = snapshot.prepare_cached(
        "SELECT listing.name, listing.departed FROM object
         JOIN listing ON listing.source = ?1 AND listing.resource_type = ?2 AND listing.id = object.id
         WHERE object.source = ?1 AND object.resource_type = ?2 AND object.external_id = ?3",
    )?;
    let mut known = BTreeMap::new();
    for id in ids {
        let read = |row: &Row<'_>| Ok(Named { name: row.get(0)?, departed: row.get(1)? });
        let named = person.query_row(params![source.as_str(), USER, id], read).optional()?;
        known.extend(named.map(|named| (id, named)));
    }
    Ok(known)
}

pub(super) fn count_members(
    connection: &Connection,
    source: &SourceName,
    department: &str,
) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT count(*) FROM membership WHERE source = ?1 AND department = ?2")?
        .query_one(params![source.as_str(), department], |row| count(row, 0))
}
