//! Objects for which a condition holds, as far as what is kept beside the documents tells: what a SCIM filter comes down to.
//!
//! What is deliberately not here: the language of filters, and documents. Whoever asks about something that stands in the
//! document alone is told whose documents to look at.

use rusqlite::Connection;
use serde::Serialize;

use super::filter::Filter;
use super::{Page, WholeObject, Within, select_whole};
use crate::error::StoreError;
use crate::model::Timestamp;
use crate::sqlite::SqliteStore;
use crate::sqlite::rows::count;

mod clause;
mod standing;

use standing::{COLUMNS, FOUND, Sieve, Standing};

/// What must hold of an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// This, of the attribute or of one of its values.
    Of(Attribute, Test),
    /// All of these.
    All(Vec<Condition>),
    /// One of these.
    Any(Vec<Condition>),
    /// Not this.
    Not(Box<Condition>),
    /// Something that the document alone tells.
    Unclear,
}

impl Condition {
    /// It holds of every object.
    #[must_use]
    pub const fn always() -> Self {
        Self::All(Vec::new())
    }

    /// It holds of no object.
    #[must_use]
    pub const fn never() -> Self {
        Self::Any(Vec::new())
    }
}

/// An attribute that can be tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attribute {
    /// The name of the source. Letters are told apart by case, as in `externalId`.
    Source,
    /// `externalId`. Source: RFC 7643, section 3.1.
    ExternalId,
    /// `userName` of a person, or else their `externalId`.
    UserName,
    /// `displayName`. Unclear where it is what stands for it in lists.
    DisplayName,
    /// `emails.value`.
    Email,
    /// `phoneNumbers.value`.
    Phone,
    /// `title`.
    Title,
    /// Whether the document does not say that a person is inactive, and they have not departed.
    Active,
    /// When the object was created here.
    Created,
    /// When what is told of the object last became different ([`WholeObject::modified_at`]).
    Modified,
}

/// What must hold of an attribute. Whether a test holds that does not fit the attribute, such as text of a moment, is unclear.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Test {
    /// It is this text.
    Equals(String),
    /// This text is part of it.
    Contains(String),
    /// It begins with this text.
    StartsWith(String),
    /// It ends with this text.
    EndsWith(String),
    /// It has a value that is not empty.
    Present,
    /// It says so.
    Is(bool),
    /// It is this moment or a later one.
    Since(Timestamp),
    /// It is an earlier moment.
    Before(Timestamp),
}

/// Names an object to the store that gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ObjectNumber(i64);

/// What was found, in the order of source and creation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sifted {
    /// Nothing was unclear.
    Page {
        /// How many there are on all pages.
        total: u64,
        /// Those on the page.
        objects: Vec<ObjectNumber>,
    },
    /// Everything of which the condition holds, with `true`, and everything whose document must tell.
    All(Vec<(ObjectNumber, bool)>),
}

impl SqliteStore {
    /// The objects of a resource type from these sources, departed ones included, for which a condition holds.
    ///
    /// Where it is all in columns with an index, that takes as long as counting; otherwise every listed object is looked at,
    /// and no document is.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn sift(
        &self,
        resource_type: &str,
        within: &Within,
        condition: &Condition,
        page: Page,
    ) -> Result<Sifted, StoreError> {
        let question = Question::of(resource_type, within, condition);
        self.connections.read(move |connection| question.ask(connection, page)).await
    }

    /// What is held under these numbers, in their order; none for what is no longer held.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn objects_numbered(
        &self,
        numbers: Vec<ObjectNumber>,
    ) -> Result<Vec<Option<WholeObject>>, StoreError> {
        self.connections
            .read(move |connection| {
                // All statements see the same state.
                let snapshot = connection.unchecked_transaction()?;
                numbers.into_iter().map(|ObjectNumber(id)| select_whole(&snapshot, id)).collect()
            })
            .await
    }
}

/// A condition, as it is asked.
#[derive(Debug)]
struct Question {
    /// What a statement tests by itself.
    filter: Filter,
    /// What is left to test of each row.
    rest: Sieve,
}

impl Question {
    fn of(resource_type: &str, within: &Within, condition: &Condition) -> Self {
        let mut filter = within.narrow(Filter::default());
        let (mut index, mut rest) = (None, Vec::new());
        for one in conjuncts(condition) {
            match clause::with(filter, one) {
                Ok((narrowed, found_by)) => {
                    filter = narrowed;
                    index = index.or(found_by);
                }
                Err(as_before) => {
                    filter = as_before;
                    rest.push(one.clone());
                }
            }
        }
        let resource_type = resource_type.to_owned();
        let filter = match index.or_else(|| rest.is_empty().then_some(clause::IN_ORDER)) {
            Some(index) => filter.with("resource_type = ?", resource_type).by(index),
            // The plus keeps SQLite from taking the resource type out of the order, and then sorting by the rest.
            None => filter.with("+resource_type = ?", resource_type),
        };
        Self { filter, rest: Sieve::of(Condition::All(rest)) }
    }

    fn ask(&self, connection: &Connection, page: Page) -> rusqlite::Result<Sifted> {
        // All statements see the same state.
        let snapshot = connection.unchecked_transaction()?;
        if self.rest.lets_all_through() { self.select(&snapshot, page) } else { self.sift(&snapshot, page) }
    }

    fn select(&self, connection: &Connection, page: Page) -> rusqlite::Result<Sifted> {
        let rest = self.filter.rest();
        let total = connection
            .prepare_cached(&format!("SELECT count(*) FROM listing {rest}"))?
            .query_one(self.filter.values(), |row| count(row, 0))?;
        let objects = connection
            .prepare_cached(&format!(
                "SELECT id FROM listing {rest} ORDER BY source, resource_type, id LIMIT ? OFFSET ?"
            ))?
            .query_map(self.filter.clone().paged(page).values(), |row| row.get(0).map(ObjectNumber))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Sifted::Page { total, objects })
    }

    fn sift(&self, connection: &Connection, page: Page) -> rusqlite::Result<Sifted> {
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM listing {} ORDER BY source, resource_type, id",
            self.filter.rest()
        ))?;
        let mut rows = statement.query(self.filter.values())?;
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            match self.rest.standing(row)? {
                Standing::No => {}
                Standing::Unclear => found.push((ObjectNumber(row.get(FOUND)?), false)),
                Standing::Yes => found.push((ObjectNumber(row.get(FOUND)?), true)),
            }
        }
        Ok(if found.iter().all(|(_, is_certain)| *is_certain) {
            cut(&found, page)
        } else {
            Sifted::All(found)
        })
    }
}

fn cut(found: &[(ObjectNumber, bool)], page: Page) -> Sifted {
    let offset = usize::try_from(page.offset).unwrap_or(usize::MAX);
    let limit = usize::try_from(page.limit).unwrap_or(usize::MAX);
    Sifted::Page {
        total: u64::try_from(found.len()).unwrap_or(u64::MAX),
        objects: found.iter().skip(offset).take(limit).map(|(number, _)| *number).collect(),
    }
}

/// What must hold one by one.
fn conjuncts(condition: &Condition) -> Vec<&Condition> {
    match condition {
        Condition::All(all) => all.iter().flat_map(conjuncts).collect(),
        one @ (Condition::Of(..) | Condition::Any(_) | Condition::Not(_) | Condition::Unclear) => vec![one],
    }
}
