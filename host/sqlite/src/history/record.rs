//! Writing runs, entries and changes.

use std::collections::BTreeMap;

use rusqlite::{Transaction, params};

use super::super::rows::{nullable_document, to_integer, to_json};
use super::found_by;
use rollcall_browse::features::display_name;
use rollcall_host::document::Document;
use rollcall_host::error::StoreError;
use rollcall_host::history::{Beat, ChangeRecord, Counters, NewRun, RunEnd, RunState};
use rollcall_host::model::{Entry, Key, Scope, Severity, Timestamp};

/// Insert the row of a run that is at work, and return its number.
pub(super) fn insert_run(transaction: &Transaction<'_>, run: &NewRun) -> rusqlite::Result<i64> {
    transaction
        .prepare_cached(
            "INSERT INTO run
               (source, trigger, dry_run, connector, state, started_at, counters, kind, n_entries_dropped, attended)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9)",
        )?
        .insert(params![
            run.source.as_str(),
            run.trigger.as_str(),
            run.dry_run,
            to_json(&run.connector)?,
            RunState::Running.as_str(),
            run.started_at.unix_ms(),
            to_json(&Counters::default())?,
            run.kind.as_str(),
            run.attended,
        ])
}

/// Close a run that was found dead, if there is one.
pub(super) fn interrupt(
    transaction: &Transaction<'_>,
    running: Option<i64>,
    now: Timestamp,
) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("UPDATE run SET state = ?2, finished_at = ?3 WHERE id = ?1")?
        .execute(params![running, RunState::Interrupted.as_str(), now.unix_ms()])
        .map(drop)
}

/// Keep the last progress and the counters of a run that is still at work.
pub(super) fn update_progress(
    transaction: &Transaction<'_>,
    run: i64,
    progress: Option<&str>,
    counters: &str,
) -> rusqlite::Result<Beat> {
    let n_rows = transaction
        .prepare_cached(
            "UPDATE run SET progress = coalesce(?2, progress), counters = ?3 WHERE id = ?1 AND state = ?4",
        )?
        .execute(params![run, progress, counters, RunState::Running.as_str()])?;
    Ok(if n_rows == 0 { Beat::Lost } else { Beat::Running })
}

/// Close a run. One that was taken for dead and ends after all says how it really ended.
pub(super) fn update_end(transaction: &Transaction<'_>, run: i64, end: &RunEnd) -> Result<(), StoreError> {
    let n_rows = execute_end(transaction, run, end).map_err(StoreError::failed)?;
    if n_rows == 0 {
        return Err(StoreError::message(format!("run {run} is not open")));
    }
    match &end.scope {
        Some(scope) => keep_scope(transaction, run, scope).map_err(StoreError::failed),
        None => Ok(()),
    }
}

fn keep_scope(transaction: &Transaction<'_>, run: i64, scope: &Scope) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO scope (source, run, scope) SELECT source, id, ?2 FROM run WHERE id = ?1
             ON CONFLICT (source) DO UPDATE SET run = excluded.run, scope = excluded.scope",
        )?
        .execute(params![run, to_json(scope)?])
        .map(drop)
}

fn execute_end(transaction: &Transaction<'_>, run: i64, end: &RunEnd) -> rusqlite::Result<usize> {
    transaction
        .prepare_cached(
            "UPDATE run SET state = ?2, counters = ?3, failure = ?4, n_entries_dropped = ?5, finished_at = ?6, proof = ?9
             WHERE id = ?1 AND state IN (?7, ?8)",
        )?
        .execute(params![
            run,
            end.state.as_str(),
            to_json(&end.counters)?,
            end.failure.as_ref().map(to_json).transpose()?,
            to_integer(end.n_entries_dropped),
            end.finished_at.unix_ms(),
            RunState::Running.as_str(),
            RunState::Interrupted.as_str(),
            end.proof.as_ref().map(to_json).transpose()?,
        ])
}

/// Add entries behind those of the run.
pub(super) fn insert_entries(
    transaction: &Transaction<'_>,
    run: i64,
    entries: &[Entry],
) -> rusqlite::Result<()> {
    let first =
        next_number(transaction, "SELECT coalesce(max(number), 0) + 1 FROM entry WHERE run = ?1", run)?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO entry (run, number, severity, resource_type, external_id, subject_name, diagnosis, code)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (number, entry) in (first..).zip(entries) {
        let subject = entry.subject.as_ref();
        insert.execute(params![
            run,
            number,
            rank(entry.severity),
            subject.map(|key| &key.resource_type),
            subject.map(|key| &key.external_id),
            entry.subject_name,
            to_json(&entry.diagnosis)?,
            entry.diagnosis.code,
        ])?;
    }
    add_written(transaction, run, entries.iter().map(Entry::n_bytes))
}

/// Count what was recorded of a run.
fn add_written(
    transaction: &Transaction<'_>,
    run: i64,
    n_bytes: impl Iterator<Item = usize>,
) -> rusqlite::Result<()> {
    let n_bytes = i64::try_from(n_bytes.fold(0, usize::saturating_add)).unwrap_or(i64::MAX);
    transaction
        .prepare_cached("UPDATE run SET written_bytes = written_bytes + ?2 WHERE id = ?1")?
        .execute(params![run, n_bytes])
        .map(drop)
}

/// One change record, serialised before it goes to the blocking thread.
pub(in super::super) struct ChangeRow {
    key: Key,
    action: &'static str,
    name: Option<String>,
    before: Option<Document>,
    after: Option<Document>,
    witness: Option<String>,
    refusal: Option<String>,
    refusal_code: Option<String>,
    /// [`found_by::text`].
    found_by: String,
}

impl ChangeRow {
    /// # Errors
    ///
    /// When the refusal cannot be serialised.
    pub(in super::super) fn new(change: &ChangeRecord) -> Result<Self, StoreError> {
        let (before, after) = (change.before.as_deref(), change.after.as_deref());
        let name = after.and_then(display_name).or_else(|| before.and_then(display_name));
        Ok(Self {
            key: change.key.clone(),
            action: change.action.as_str(),
            found_by: found_by::text(&change.key, name.as_deref(), before, after),
            name,
            before: change.before.clone(),
            after: change.after.clone(),
            witness: change.witness.clone(),
            refusal_code: change.refusal.as_ref().map(|refusal| refusal.code.clone()),
            refusal: change.refusal.as_ref().map(to_json).transpose().map_err(StoreError::failed)?,
        })
    }

    /// Bytes of its texts.
    fn n_bytes(&self) -> usize {
        let documents =
            [&self.before, &self.after].into_iter().flatten().map(|document| document.text().len());
        let texts = [&self.witness, &self.refusal].into_iter().flatten().map(String::len);
        let n_bytes = documents.chain(texts).fold(0, usize::saturating_add);
        n_bytes.saturating_add(self.found_by.len())
    }
}

/// Add change records behind those of the run.
pub(in super::super) fn insert_changes(
    transaction: &Transaction<'_>,
    run: i64,
    changes: &[ChangeRow],
) -> rusqlite::Result<()> {
    let first =
        next_number(transaction, "SELECT coalesce(max(number), 0) + 1 FROM change WHERE run = ?1", run)?;
    let mut insert = transaction.prepare_cached(
        "INSERT INTO change
           (run, number, resource_type, external_id, action, document_before, document_after, witness, refusal,
            name, refusal_code)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for (number, change) in (first..).zip(changes) {
        insert.execute(params![
            run,
            number,
            change.key.resource_type,
            change.key.external_id,
            change.action,
            change.before.as_ref().map(Document::text),
            change.after.as_ref().map(Document::text),
            change.witness,
            change.refusal,
            change.name,
            change.refusal_code,
        ])?;
        insert_text(transaction, run, number, &change.found_by)?;
    }
    count_changes(transaction, run, changes)?;
    add_written(transaction, run, changes.iter().map(ChangeRow::n_bytes))
}

/// Write down what the searches of a run look into, of every change of a file in which that is not written down.
pub(in super::super) fn fill_texts(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut changes = transaction.prepare(
        "SELECT run, number, resource_type, external_id, name, document_before, document_after FROM change",
    )?;
    let mut rows = changes.query(())?;
    while let Some(row) = rows.next()? {
        let key = Key { resource_type: row.get(2)?, external_id: row.get(3)? };
        let name: Option<String> = row.get(4)?;
        let (before, after) = (nullable_document(row, 5)?, nullable_document(row, 6)?);
        let found_by = found_by::text(&key, name.as_deref(), before.as_deref(), after.as_deref());
        insert_text(transaction, row.get(0)?, row.get(1)?, &found_by)?;
    }
    Ok(())
}

/// Write down the text of a change that stands in the file.
fn insert_text(transaction: &Transaction<'_>, run: i64, number: i64, found_by: &str) -> rusqlite::Result<()> {
    transaction
        .prepare_cached(
            "INSERT INTO change_text (run, number, resource_type, action, refusal_code, folded)
             SELECT run, number, resource_type, action, refusal_code, ?3 FROM change WHERE run = ?1 AND number = ?2",
        )?
        .execute(params![run, number, found_by])
        .map(drop)
}

fn count_changes(transaction: &Transaction<'_>, run: i64, changes: &[ChangeRow]) -> rusqlite::Result<()> {
    let mut counts: BTreeMap<_, i64> = BTreeMap::new();
    for change in changes {
        let kind = (&change.key.resource_type, change.action, &change.refusal_code);
        let n = counts.entry(kind).or_default();
        *n = n.saturating_add(1);
    }
    let mut add = transaction.prepare_cached(
        "INSERT INTO change_count (run, resource_type, action, is_refused, refusal_code, n)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT DO UPDATE SET n = n + excluded.n",
    )?;
    for ((resource_type, action, code), n) in counts {
        add.execute(params![run, resource_type, action, code.is_some(), code.as_deref().unwrap_or(""), n])?;
    }
    Ok(())
}

/// How a severity is stored, so that a query can ask for "at least this".
pub(in super::super) const fn rank(severity: Severity) -> u8 {
    match severity {
        Severity::Info => 1,
        Severity::Warning => 2,
        Severity::Error => 3,
    }
}

fn next_number(transaction: &Transaction<'_>, query: &str, run: i64) -> rusqlite::Result<i64> {
    transaction.prepare_cached(query)?.query_row([run], |row| row.get(0))
}
