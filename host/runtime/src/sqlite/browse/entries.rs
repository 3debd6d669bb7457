//! The log of a run, chosen and counted by severity, code and words.

use rusqlite::{Connection, Row};
use serde::Serialize;

use super::filter::Filter;
use crate::error::StoreError;
use crate::history::Numbered;
use crate::model::{Diagnosis, Entry, RunId, Severity};
use crate::sqlite::SqliteStore;
use crate::sqlite::history::{ENTRY, number_of, rank, read_entry, severity_of};
use crate::sqlite::rows::{count, to_integer, unknown};
use crate::sqlite::words::Words;

/// Which entries are asked for; everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct EntryFilter {
    /// Those with at least this severity.
    pub severity: Option<Severity>,
    /// Those with this code.
    pub code: Option<String>,
    /// Each word between white space is part of the name or id of what it is about, or of what it says in any language,
    /// facts included.
    pub text: String,
}

/// How many entries with a severity and a code a run has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EntryCount {
    /// How much they matter.
    pub severity: Severity,
    /// What they say.
    pub code: String,
    /// How many.
    pub n: u64,
}

impl SqliteStore {
    /// The entries of a run that pass a filter, in order, those after number `after`, at most `limit`.
    ///
    /// # Errors
    ///
    /// When the store fails, or the run is not of it.
    pub async fn entries_where(
        &self,
        run: &RunId,
        filter: &EntryFilter,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Numbered<Entry>>, StoreError> {
        let words = Words::of(&filter.text);
        let filter = Filter::default()
            .with("run = ?", number_of(run)?)
            .with("number > ?", to_integer(after.unwrap_or(0)))
            .with_any("severity >= ?", filter.severity.map(rank))
            .with_any("code = ?", filter.code.clone());
        self.connections.read(move |connection| select(connection, &filter, &words, limit)).await
    }

    /// How many entries with each severity and code a run has, the gravest first, then the most frequent.
    ///
    /// # Errors
    ///
    /// When the store fails, or the run is not of it.
    pub async fn entry_counts(&self, run: &RunId) -> Result<Vec<EntryCount>, StoreError> {
        let run = number_of(run)?;
        self.connections.read(move |connection| count_entries(connection, run)).await
    }
}

fn select(
    connection: &Connection,
    filter: &Filter,
    words: &Words,
    limit: u32,
) -> rusqlite::Result<Vec<Numbered<Entry>>> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    connection
        .prepare_cached(&format!("SELECT {ENTRY} FROM entry WHERE {} ORDER BY number", filter.clause()))?
        .query_map(filter.values(), read_entry)?
        .filter(|entry| entry.as_ref().map_or(true, |entry| has_words(&entry.item, words)))
        .take(limit)
        .collect()
}

fn has_words(entry: &Entry, words: &Words) -> bool {
    let Diagnosis { code, message, remedy, translations, facts } = &entry.diagnosis;
    let mut texts = vec![code.as_str(), message.as_str()];
    texts.extend(remedy.as_deref());
    texts.extend(entry.subject_name.as_deref());
    texts.extend(entry.subject.iter().map(|key| key.external_id.as_str()));
    texts.extend(
        translations
            .iter()
            .flat_map(|told| [told.message.as_str()].into_iter().chain(told.remedy.as_deref())),
    );
    texts.extend(facts.iter().map(|(_, value)| value.as_str()));
    words.are_in_any(&texts)
}

fn count_entries(connection: &Connection, run: i64) -> rusqlite::Result<Vec<EntryCount>> {
    connection
        .prepare_cached(
            "SELECT severity, code, count(*) AS n FROM entry INDEXED BY entry_traits
             WHERE run = ?1 GROUP BY severity, code ORDER BY severity DESC, n DESC, code",
        )?
        .query_map([run], read_count)?
        .collect()
}

fn read_count(row: &Row<'_>) -> rusqlite::Result<EntryCount> {
    let severity = severity_of(row.get(0)?).ok_or_else(|| unknown(0))?;
    Ok(EntryCount { severity, code: row.get(1)?, n: count(row, 2)? })
}
