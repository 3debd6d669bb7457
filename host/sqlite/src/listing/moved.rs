//! When what is told of an object became different: with the object itself, and with others that are told of with it.
//!
//! A department is told with its members, a person with the names of their departments and their manager. What is
//! deliberately not here: whether the object itself is another one (`directory`).

use std::collections::BTreeSet;

use rollcall_rules::vocabulary::resource_type::{DEPARTMENT, USER};
use rusqlite::{Connection, OptionalExtension, params};

use rollcall_host::model::{Key, Timestamp};

/// What others tell of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sight {
    /// Without what says where it stands.
    face: Face,
    /// The departments that it is a member of, with its place among their members.
    places: BTreeSet<(String, i64)>,
}

/// What whoever tells of an object tells wherever it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Face {
    name: String,
    is_present: bool,
}

impl Sight {
    /// What is told of the object with this number, as it is listed now; none when it is not.
    pub(super) fn of(
        connection: &Connection,
        source: &str,
        key: &Key,
        id: i64,
    ) -> rusqlite::Result<Option<Self>> {
        let listed = connection
            .prepare_cached(
                "SELECT name, NOT departed, parent, position FROM listing
                 WHERE source = ?1 AND resource_type = ?2 AND id = ?3",
            )?
            .query_row(params![source, key.resource_type, id], |row| {
                let face = Face { name: row.get(0)?, is_present: row.get(1)? };
                Ok((face, row.get::<_, Option<String>>(2)?, row.get::<_, i64>(3)?))
            })
            .optional()?;
        let Some((face, parent, position)) = listed else { return Ok(None) };
        let places = match key.resource_type.as_str() {
            USER => select_places(connection, id)?,
            DEPARTMENT => parent.into_iter().map(|parent| (parent, position)).collect(),
            _ => BTreeSet::new(),
        };
        Ok(Some(Self { face, places }))
    }

    pub(super) fn is_present(&self) -> bool {
        self.face.is_present
    }
}

fn select_places(connection: &Connection, person: i64) -> rusqlite::Result<BTreeSet<(String, i64)>> {
    connection
        .prepare_cached("SELECT department, position FROM membership WHERE person = ?1")?
        .query_map([person], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

/// The objects of a source of which other things are told after a transaction than before it. Each moves once, however much of
/// it became different.
#[derive(Debug, Default)]
pub(in super::super) struct Moved {
    /// By their numbers: those that are themselves others.
    objects: BTreeSet<i64>,
    /// Those that nobody could know before.
    newcomers: BTreeSet<i64>,
    /// Departments that have other members, or tell other things of them.
    departments: BTreeSet<String>,
    /// Those of which whoever mentions them tells other things.
    mentioned: BTreeSet<Key>,
}

impl Moved {
    /// The object with this number is another one.
    pub(in super::super) fn object(&mut self, id: i64) {
        self.objects.insert(id);
    }

    /// Whoever tells of this object told the one before, and tells the other now.
    pub(super) fn compare(&mut self, id: i64, key: &Key, before: Option<Sight>, after: Option<Sight>) {
        if before.is_none() {
            self.newcomers.insert(id);
        }
        let face = |sight: &Option<Sight>| sight.as_ref().map(|sight| sight.face.clone());
        let is_another = face(&before) != face(&after);
        let places = |sight: Option<Sight>| sight.map(|sight| sight.places).unwrap_or_default();
        let (before, after) = (places(before), places(after));
        if is_another {
            self.mentioned.insert(key.clone());
            self.departments.extend(before.into_iter().chain(after).map(|(department, _)| department));
        } else {
            let different = before.symmetric_difference(&after);
            self.departments.extend(different.map(|(department, _)| department.clone()));
        }
    }

    /// Write down that they moved now, or right after they last did: so a later moment is always a later one.
    pub(in super::super) fn write(
        mut self,
        connection: &Connection,
        source: &str,
        now: Timestamp,
    ) -> rusqlite::Result<()> {
        let newcomers = std::mem::take(&mut self.newcomers);
        let mut update = connection.prepare_cached(
            "UPDATE listing SET modified_at = max(?1, modified_at + 1)
             WHERE source = ?2 AND resource_type = (SELECT resource_type FROM object WHERE object.id = ?3)
               AND id = ?3",
        )?;
        for id in self.numbers(connection, source)?.difference(&newcomers) {
            update.execute(params![now.unix_ms(), source, id])?;
        }
        Ok(())
    }

    /// All of them that are held.
    fn numbers(self, connection: &Connection, source: &str) -> rusqlite::Result<BTreeSet<i64>> {
        let mut numbers = self.objects;
        let mut department = connection.prepare_cached(
            "SELECT id FROM object WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3",
        )?;
        for id in self.departments {
            let number = department.query_row(params![source, DEPARTMENT, id], |row| row.get::<_, i64>(0));
            numbers.extend(number.optional()?);
        }
        let mut mention = connection.prepare_cached(
            "SELECT object FROM mention WHERE source = ?1 AND resource_type = ?2 AND external_id = ?3",
        )?;
        for Key { resource_type, external_id } in self.mentioned {
            let mentioning =
                mention.query_map(params![source, resource_type, external_id], |row| row.get(0))?;
            for number in mentioning {
                numbers.insert(number?);
            }
        }
        Ok(numbers)
    }
}
