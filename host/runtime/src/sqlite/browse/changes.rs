//! The change records of a run, chosen and counted by what they are.

use rusqlite::{Connection, params};
use serde::{Deserialize, Serialize};

use super::filter::Filter;
use crate::directory::Action;
use crate::error::StoreError;
use crate::guard;
use crate::history::{ChangeRecord, Numbered};
use crate::model::RunId;
use crate::sqlite::SqliteStore;
use crate::sqlite::history::{CHANGE, number_of, read_change};
use crate::sqlite::rows::{count, from_name, to_integer, to_json};
use crate::sqlite::words::Words;

/// Which change records are asked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct ChangeFilter {
    /// Those of this resource type.
    pub resource_type: Option<String>,
    /// Those of this action.
    pub action: Option<Action>,
    /// Those that came to this.
    pub outcome: Option<Outcome>,
    /// Each word between white space is part of the name that the object had, of its id, or of a value that came or went
    /// with the change.
    pub text: String,
}

/// What a change came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It happened; in a dry run, it would have.
    Applied,
    /// It waits for a person: [`ChangeRecord::is_held`].
    Held,
    /// It was refused, for another reason than that.
    Refused,
}

/// How many change records of a kind a run has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ChangeCount {
    /// Of which resource type.
    pub resource_type: String,
    /// What happened, or would have.
    pub action: Action,
    /// What it came to.
    pub outcome: Outcome,
    /// How many.
    pub n: u64,
}

impl SqliteStore {
    /// The change records of a run that pass a filter, in order, those after number `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails, or the run is not of it.
    pub async fn changes_where(
        &self,
        run: &RunId,
        filter: &ChangeFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<ChangeRecord>>, StoreError> {
        let run = number_of(run)?;
        let words = Words::of(&filter.text);
        let filter =
            conditions(filter)?.with("run = ?", run).with("number > ?", to_integer(after.unwrap_or(0)));
        self.connections
            .read(move |connection| {
                let snapshot = connection.unchecked_transaction()?;
                let numbers = if words.is_empty() {
                    first(&snapshot, &filter, limit)?
                } else {
                    find(&snapshot, &filter, &words, limit)?
                };
                numbers.into_iter().map(|number| select_one(&snapshot, run, number)).collect()
            })
            .await
    }

    /// How many change records of each kind a run has.
    ///
    /// # Errors
    ///
    /// When the store fails, or the run is not of it.
    pub async fn change_counts(&self, run: &RunId) -> Result<Vec<ChangeCount>, StoreError> {
        let (run, held) = (number_of(run)?, held()?);
        self.connections.read(move |connection| count_changes(connection, run, &held)).await
    }
}

fn conditions(filter: &ChangeFilter) -> Result<Filter, StoreError> {
    let chosen = Filter::default()
        .with_any("resource_type = ?", filter.resource_type.clone())
        .with_any("action = ?", filter.action.map(|action| action.as_str().to_owned()));
    // What was not refused has no code, which is neither in a list nor not in it.
    Ok(match filter.outcome {
        None => chosen,
        Some(Outcome::Applied) => chosen.must("refusal_code IS NULL"),
        Some(Outcome::Held) => chosen.with("refusal_code IN (SELECT value FROM json_each(?))", held()?),
        Some(Outcome::Refused) => {
            chosen.with("refusal_code NOT IN (SELECT value FROM json_each(?))", held()?)
        }
    })
}

/// What the refusals of what waits for a person are called, as a JSON array.
fn held() -> Result<String, StoreError> {
    to_json(&guard::HELD).map_err(StoreError::failed)
}

/// The numbers of the first that pass, from the index alone.
fn first(connection: &Connection, filter: &Filter, limit: u32) -> rusqlite::Result<Vec<i64>> {
    let filter = filter.clone().limited(limit);
    connection
        .prepare_cached(&format!(
            "SELECT number FROM change INDEXED BY change_traits WHERE {} ORDER BY number LIMIT ?",
            filter.clause()
        ))?
        .query_map(filter.values(), |row| row.get(0))?
        .collect()
}

/// The numbers of the first that pass and have these words.
fn find(connection: &Connection, filter: &Filter, words: &Words, limit: u32) -> rusqlite::Result<Vec<i64>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let mut statement = connection.prepare_cached(&format!(
        "SELECT number, folded FROM change_text WHERE {} ORDER BY number",
        filter.clause()
    ))?;
    let mut rows = statement.query(filter.values())?;
    let mut numbers = Vec::new();
    while numbers.len() < limit {
        let Some(row) = rows.next()? else { break };
        if words.are_in(row.get_ref(1)?.as_str()?) {
            numbers.push(row.get(0)?);
        }
    }
    Ok(numbers)
}

fn select_one(connection: &Connection, run: i64, number: i64) -> rusqlite::Result<Numbered<ChangeRecord>> {
    connection
        .prepare_cached(&format!("SELECT {CHANGE} FROM change WHERE run = ?1 AND number = ?2"))?
        .query_one(params![run, number], read_change)
}

fn count_changes(connection: &Connection, run: i64, held: &str) -> rusqlite::Result<Vec<ChangeCount>> {
    connection
        .prepare_cached(
            "SELECT resource_type, action, is_refused,
               is_refused AND refusal_code IN (SELECT value FROM json_each(?2)), sum(n)
             FROM change_count WHERE run = ?1 GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4",
        )?
        .query_map(params![run, held], |row| {
            Ok(ChangeCount {
                resource_type: row.get(0)?,
                action: from_name(row, 1)?,
                outcome: outcome(row.get(2)?, row.get(3)?),
                n: count(row, 4)?,
            })
        })?
        .collect()
}

const fn outcome(is_refused: bool, is_held: bool) -> Outcome {
    match (is_refused, is_held) {
        (false, _) => Outcome::Applied,
        (true, true) => Outcome::Held,
        (true, false) => Outcome::Refused,
    }
}
