//! Who is in a department, in order.
//!
//! What is deliberately not here: people who departed. Whoever looks for them searches.

use std::collections::BTreeMap;

use rollcall_rules::vocabulary::resource_type::USER;
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Serialize;

use super::filter::Filter;
use super::objects::list;
use super::{Listed, ListedObject, Page, select_listed};
use crate::error::StoreError;
use crate::model::SourceName;
use crate::sqlite::SqliteStore;
use crate::sqlite::rows::{count, to_integer};
use crate::sqlite::words::Words;

/// A page of the people in a department.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Members {
    /// How many there are on all pages.
    pub total: u64,
    /// Those on this page, in order.
    pub items: Vec<Member>,
}

/// A person in a department.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// The person's id.
    pub external_id: String,
    /// What people call them, or else their id.
    pub name: String,
}

/// A person whom somebody else names, such as a manager.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Named {
    /// What people call them, or else their id.
    pub name: String,
    /// Whether they left the source and were kept.
    pub departed: bool,
}

impl SqliteStore {
    /// Those of these ids of people that are held, departed or not.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn people_named(
        &self,
        source: &SourceName,
        ids: Vec<String>,
    ) -> Result<BTreeMap<String, Named>, StoreError> {
        let source = source.clone();
        self.connections.read(move |connection| select_named(connection, &source, ids)).await
    }

    /// The people at the source who are in a department itself, in their order there, then by name; or, without a
    /// department, those who are in none that is held, by name. Nobody departed is among them.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn people_of(
        &self,
        source: &SourceName,
        department: Option<&str>,
        page: Page,
    ) -> Result<Listed, StoreError> {
        let (source, department) = (source.clone(), department.map(str::to_owned));
        self.connections
            .read(move |connection| match department {
                Some(department) => list_department(connection, &source, &department, page),
                None => list_unplaced(connection, &source, page),
            })
            .await
    }

    /// The same people as [`SqliteStore::people_of`] a department, with nothing but their ids and names.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn members_of(
        &self,
        source: &SourceName,
        department: &str,
        page: Page,
    ) -> Result<Members, StoreError> {
        let (source, department) = (source.clone(), department.to_owned());
        self.connections
            .read(move |connection| {
                let snapshot = connection.unchecked_transaction()?;
                let total = count_members(&snapshot, &source, &department)?;
                Ok(Members { total, items: select_members(&snapshot, &source, &department, page)? })
            })
            .await
    }
}

fn list_unplaced(connection: &Connection, source: &SourceName, page: Page) -> rusqlite::Result<Listed> {
    let filter = Filter::default()
        .with("source = ?", source.as_str().to_owned())
        .with("resource_type = ?", USER.to_owned())
        .must_by("unplaced", "listing_unplaced");
    list(connection, &filter, &Words::default(), page)
}

fn list_department(
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

fn select_members(
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

fn select_named(
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

fn count_members(connection: &Connection, source: &SourceName, department: &str) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT count(*) FROM membership WHERE source = ?1 AND department = ?2")?
        .query_one(params![source.as_str(), department], |row| count(row, 0))
}
