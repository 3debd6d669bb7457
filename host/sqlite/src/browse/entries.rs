//! The log of a run, chosen and counted by severity, code and words.

use rollcall_browse::EntryCount;
use rollcall_browse::words::Words;
use rollcall_host::history::Numbered;
use rollcall_host::model::{Diagnosis, Entry};
use rusqlite::{Connection, Row};

use super::filter::Filter;
use crate::history::{ENTRY, read_entry, severity_of};
use crate::rows::{count, unknown};

pub(super) fn select(
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

pub(super) fn count_entries(connection: &Connection, run: i64) -> rusqlite::Result<Vec<EntryCount>> {
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
