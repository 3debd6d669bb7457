//! Objects for which a condition holds, as far as what is kept beside the documents tells: what a SCIM filter comes down to.
//!
//! Not here: the language of filters, and documents. Whoever asks about something that stands in the
//! document alone is told whose documents to look at.

use rollcall_browse::{Condition, ObjectNumber, Page, Sifted, Within};
use rusqlite::Connection;

use super::filter::Filter;
use super::within::narrow;
use crate::rows::count;
use standing::{COLUMNS, FOUND, Prevalence, Sieve};

mod clause;
mod standing;

/// A condition, as it is asked.
#[derive(Debug)]
pub(super) struct PreparedCondition {
    /// What a statement tests by itself.
    filter: Filter,
    /// What is left to test of each row.
    rest: Sieve,
}

impl PreparedCondition {
    pub(super) fn of(resource_type: &str, within: &Within, condition: &Condition) -> Self {
        let mut filter = narrow(within, Filter::default());
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

    pub(super) fn ask(&self, connection: &Connection, page: Page) -> rusqlite::Result<Sifted> {
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
                Prevalence::No => {}
                Prevalence::Unclear => found.push((ObjectNumber(row.get(FOUND)?), false)),
                Prevalence::Yes => found.push((ObjectNumber(row.get(FOUND)?), true)),
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
